"""The suite's own settings are seen to bite: each would otherwise fail in silence."""

import subprocess
import sys
import warnings
from importlib import import_module
from pathlib import Path

import jax
import jax.numpy as jnp
import pytest
from hypothesis import settings
from jaxtyping import TypeCheckError

import numerics
from tests import vacuity

PLANTED = """
from jaxtyping import Array, Float

def first(x: Float[Array, " d"], y: Float[Array, " d"]) -> Float[Array, " d"]:
    return x
"""


def test_arithmetic_is_in_double_precision():
    assert jnp.arange(3.0).dtype == jnp.float64


def test_a_key_serves_once():
    key = jax.random.key(0)
    jax.random.normal(key)
    with pytest.raises(jax.errors.KeyReuseError):
        jax.random.normal(key)


def test_shapes_and_types_do_not_adapt_to_each_other():
    with pytest.raises(ValueError, match="rank_promotion"):
        jnp.ones((2, 3)) + jnp.ones(3)
    with pytest.raises(ValueError, match="no available implicit dtype promotion path"):
        jnp.ones(3) + jnp.arange(3)


def test_the_shapes_of_signatures_in_numerics_are_checked(tmp_path, monkeypatch):
    pytest.importorskip("beartype")
    (tmp_path / "planted.py").write_text(PLANTED)
    monkeypatch.setattr(numerics, "__path__", [*numerics.__path__, str(tmp_path)])
    first = import_module("numerics.planted").first
    assert first(jnp.ones(2), jnp.ones(2)).shape == (2,)
    with pytest.raises(TypeCheckError, match=r"numerics\.planted\.first"):
        first(jnp.ones(2), jnp.ones(3))


def test_a_warning_is_an_error():
    with pytest.raises(UserWarning, match="anything"):
        warnings.warn("anything", stacklevel=1)


def test_examples_have_no_deadline():
    assert settings().deadline is None


IDLE = """
import pytest

def test_that_skips():
    pytest.skip("it is late")

def test_that_runs():
    assert True

@pytest.mark.skipif(True, reason="two hosts cannot meet: no loopback")
def test_with_an_excuse():
    raise AssertionError
"""
ROOT = Path(__file__).resolve().parents[1]
FILES = sorted([*ROOT.glob("tests/**/test_*.py"), *ROOT.glob("docs/test_*.py")])


def test_a_skip_without_an_excuse_is_a_failure(tmp_path):
    (tmp_path / "test_idle.py").write_text(IDLE)
    options = ["-p", "tests.vacuity", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(tmp_path)]
    found = subprocess.run(
        [sys.executable, "-m", "pytest", *options], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "1 failed, 1 passed, 1 skipped" in found.stdout
    assert "a test that does nothing proves nothing" in found.stdout


def test_what_is_missing_at_home_is_no_excuse_in_ci():
    assert vacuity.excused("could not import 'flint': No module", ci=False)
    assert not vacuity.excused("could not import 'flint': No module", ci=True)


def test_a_test_that_asserts_nothing_is_noticed():
    source = "def helped(): assert 1\ndef test_a(): helped()\ndef test_b(): return 2\n"
    assert vacuity.silent(source) == ["test_b"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_test_asserts_something(file):
    assert vacuity.silent(file.read_text("utf-8")) == []
