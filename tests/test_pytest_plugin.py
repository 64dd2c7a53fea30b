"""Claims of a file as tests of pytest: what passes, what fails and with which words, and pytest's own options."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FILE = """
import jax
from sympy import Interval, Range, Rational, symbols, sin
from numerics import observes
from theory import Claim, at_most, limit, observed
from theory.catalogue import find
x = symbols("x", real=True)
m = symbols("m", integer=True, positive=True)
imported = find("arccos-order-1")
good = Claim("good", "Its square is less.", {x: Interval(0, 1)}, at_most(x**2, x))
bad = Claim("bad", "Its square is less.", {x: Interval(0, 2)}, at_most(x**2, x))
several = [Claim(f"sine-{k}", "A line.", {x: Interval(0, 1)}, at_most(sin(x), k * x)) for k in (1, 2)]
bare = Claim("bare", "Nothing looks at it.", {m: Range(16, 65)}, limit(observed("A"), 1, by=m, rate=-1))
hard = Claim("hard", "Nobody knows.", {m: Range(16, 65)}, limit(observed("B"), 0, by=m, rate=-1), open=True)

@observes(hard, resolution=1e-4)
def noise(key, m):
    return 1e3 * jax.random.normal(key, ()) / m**0.5

def test_beside_them():
    assert 1
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    there = tmp_path_factory.mktemp("plugin")
    (there / "mine.py").write_text(FILE)
    (there / "pytest.ini").write_text("[pytest]\n")
    return there


def run(folder, *arguments: str):
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "numerics.pytest_plugin",
        "-p",
        "no:cacheprovider",
        "mine.py",
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80"}
    return subprocess.run([*command, *arguments], cwd=folder, capture_output=True, text=True, env=environment)


def test_each_claim_of_the_file_is_a_test_and_says_why_it_fails(folder):
    done = run(folder, "-q", "-rA")
    said = done.stdout
    assert done.returncode == 1, said + done.stderr
    for name in ("good", "sine-1", "sine-2", "test_beside_them"):
        assert f"PASSED mine.py::{name}" in said
    assert "FAILED mine.py::bad" in said
    assert "FAILED mine.py::bare" in said
    assert "XFAIL mine.py::hard - it is open, and nothing was decided" in said
    assert "arccos-order-1" not in said
    assert "at x=2: 4.00000000000000 <= 2.00000000000000 is false" in said
    assert "stated at mine.py:11" in said
    assert "nothing was checked" in said
    assert "Traceback" not in said


def test_options_of_pytest_choose_among_them(folder):
    done = run(folder, "-q", "-k", "good or sine-2")
    assert done.returncode == 0
    assert "2 passed, 5 deselected" in done.stdout
    assert "1 failed" in run(folder, "-q", "-x", "-k", "bad or sine").stdout


def test_they_run_in_several_processes_too(folder):
    done = run(folder, "-q", "-n", "2", "-k", "good or bad or sine")
    assert done.returncode == 1
    assert "1 failed, 3 passed" in done.stdout


def test_the_plugin_imports_nothing_heavy(folder):
    code = "import json, sys, numerics.pytest_plugin; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert not {"jax", "sympy", "theory"} & set(json.loads(done.stdout))
