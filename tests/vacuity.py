"""A test that does nothing has failed: hooks of pytest, and what counts as asserting something.

A skip needs an excuse, which names what a machine may lack; in CI it may lack nothing but a second host. A
test that draws no example is failed by Hypothesis itself, an empty list of parameters by pytest's
``empty_parameter_set_mark``.
"""

import ast
import os

import pytest

EXCUSES = ("two hosts cannot meet",)
LACKING = ("could not import 'flint'", "could not import 'beartype'")  # at home, but not in CI
RAISING = ("raises", "warns", "fail")


def excused(reason: str, ci: bool) -> bool:
    """Whether a test may be skipped for a reason."""
    return any(excuse in reason for excuse in EXCUSES + (() if ci else LACKING))


def condemned(report):
    """A report of a skip without an excuse, as a failure; one that is expected to fail is no skip."""
    if hasattr(report, "wasxfail"):
        return report
    reason = str(report.longrepr[-1] if isinstance(report.longrepr, tuple) else report.longrepr)
    if report.outcome == "skipped" and not excused(reason, os.environ.get("CI") == "true"):
        report.outcome = "failed"
        report.longrepr = (
            f"a test that does nothing proves nothing: {reason}; name the excuse in tests/vacuity.py"
        )
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    return condemned((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report():
    return condemned((yield))


def silent(source: str) -> list[str]:
    """The tests of a file that could not fail: no assertion in them, nor in a function of the file that they name."""
    functions = {f.name: f for f in ast.walk(ast.parse(source)) if isinstance(f, ast.FunctionDef)}
    speaking = {name for name, function in functions.items() if any(map(asserts, ast.walk(function)))}
    while more := {name for name in functions if name not in speaking and names(functions[name]) & speaking}:
        speaking |= more
    return [name for name in functions if name.startswith("test_") and name not in speaking]


def asserts(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr in RAISING or node.attr.startswith("assert_")
    checked = isinstance(node, ast.keyword) and node.arg == "check"  # a process that fails, raises
    return checked or isinstance(node, ast.Assert)


def names(function: ast.FunctionDef) -> set[str]:
    return {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
