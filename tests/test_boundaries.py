"""Who may import whom: theory no JAX, simulators no formula, the command line neither.

Each rule is tried in a fresh process, together with a probe that would break it, so that a probe that
sees nothing is noticed.
"""

import subprocess
import sys

import pytest

from theory import catalogue

SIMULATORS = [
    "numerics.gaussian",
    "numerics.network",
    "numerics.curvature",
    "numerics.activation",
    "numerics.kernels",
    "numerics.mesh",
]
CHAPTERS = [f"theory.{chapter}" for chapter in catalogue.CHAPTERS]
TOOLS = ["theory.certify", "theory.balls", "theory.derivation", "theory.averaging", "theory.calculus"]


def fresh(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def brings(module: str, *unwanted: str) -> set[str]:
    """Which of the unwanted packages are there once a module is imported."""
    code = f"import sys, {module}; print(*(set({unwanted!r}) & set(sys.modules)))"
    return set(fresh(code).split())


@pytest.mark.parametrize("module", ["theory", *CHAPTERS, *TOOLS])
def test_theory_imports_no_jax_and_no_numerics(module):
    assert brings(module, "jax", "jaxlib", "numpy", "numerics") <= {"numpy"}


@pytest.mark.parametrize("module", SIMULATORS)
def test_a_simulator_sees_no_formula(module):
    assert brings(module, "theory", "sympy") == set()


@pytest.mark.parametrize("module", ["numerics.cli", "numerics.index"])
def test_the_command_line_starts_without_jax_and_sympy(module):
    assert brings(module, "jax", "sympy", "theory") == set()


@pytest.mark.parametrize(
    "module", ["numerics.plan", "numerics.verify", "numerics.judge", "numerics.evidence"]
)
def test_the_parent_imports_no_jax(module):
    assert brings(module, "jax") == set()


def test_the_probe_sees_what_is_there():
    assert brings("numerics.experiments.arc_cosine", "jax", "sympy", "theory") == {"jax", "sympy", "theory"}
