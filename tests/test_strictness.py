"""The suite's own settings are seen to bite: each would otherwise fail in silence."""

import warnings
from importlib import import_module

import jax
import jax.numpy as jnp
import pytest
from hypothesis import settings
from jaxtyping import TypeCheckError

import numerics

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
