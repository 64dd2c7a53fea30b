"""The mistakes of a first file, one for each step of a how-to, and what is said of them."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from sympy import Abs, Interval, Range, Rational, pi, symbols

from numerics import child, observes
from numerics import gaussian as simulate
from numerics.verify import check
from theory import Claim, Mean, catalogue, equal, gaussian, holds, limit, observed

rho, x = symbols("rho x", real=True)
m = symbols("m", integer=True, positive=True)
u, v = gaussian.pair(rho)


def a_mean(left=None, right=2 / pi) -> Claim:
    return Claim("mine", "Mine.", {rho: Interval(-1, 1)}, equal(left or Mean(Abs(u) * Abs(v)), right))


def numpy_for_jax(key, draws, rho):
    return np.abs(simulate.pair(key, draws, rho)[1])


def an_if(key, draws, rho):
    u, v = simulate.pair(key, draws, rho)
    return jnp.abs(u) if rho > 0 else jnp.abs(v)


def an_index(key, draws, rho):
    return jax.random.normal(key, (draws,)) * [1.0, 2.0][(rho > 0).astype(int)]


def a_float(key, draws, rho):
    return float(rho) * jax.random.normal(key, (draws,))


@pytest.mark.parametrize(
    ("experiment", "says"),
    [
        (numpy_for_jax, "write jnp for np, as in jnp.abs(x)"),
        (an_if, "write jnp.where(condition, a, b)"),
        (an_index, "index by jnp.take(array, place), or make the parameter an integer with a Range"),
        (a_float, "x.astype(float) for float(x)"),
    ],
)
def test_what_jax_cannot_trace_is_answered_with_what_it_can(experiment, says):
    claim = a_mean()
    observes(claim)(experiment)
    record = check(claim)
    assert record.verdict == "error"
    assert says in record.notes[0]
    assert "test_first_mistakes.py" in record.notes[0]


def test_another_error_is_told_as_it_is():
    _, said, *_ = child.account(RuntimeError("boom"))
    assert said == "RuntimeError: boom"


@pytest.mark.parametrize(
    ("left", "right"),
    [(2 / pi, Mean(Abs(u) * Abs(v))), (Mean(u * v) + Mean(u**2), 1 + rho)],
    ids=["on the right", "two of them"],
)
def test_a_mean_that_does_not_stand_alone_on_the_left_is_told_to(left, right):
    with pytest.raises(TypeError, match="alone on the left side: the rest goes right"):
        observes(a_mean(left, right))(an_if)


def test_a_mean_of_nothing_random_is_refused_and_no_claim_of_the_catalogue_is_one():
    with pytest.raises(ValueError, match=r"nothing in it is random; .* u, v = gaussian.pair\(rho\)"):
        Claim("mine", "Mine.", {x: Interval(0, 1)}, equal(Mean(x**2), x))
    assert catalogue.claims()


def test_a_name_in_given_is_told_from_a_symbol():
    with pytest.raises(ValueError, match=r"given\['x'\]: .* write the symbol that symbols\('x'\) returned"):
        Claim("mine", "Mine.", {"x": Interval(0, 1)}, equal(x**2, x))


def test_a_range_that_is_too_short_for_a_limit_is_told_how_long_it_must_be():
    claim = Claim("mine", "Mine.", {m: Range(16, 20)}, limit(observed("A"), 1, by=m, rate=-Rational(1)))
    observes(claim)(lambda m: 1.0 + 1 / m)
    (first, *_) = check(claim).notes
    assert (
        "holds 4 rungs; give it a wider range in given, as in Range(16, 1025): five are the fewest" in first
    )


def test_a_condition_that_is_a_number_is_told_to_be_compared():
    claim = Claim("mine", "Mine.", {m: Range(1, 5)}, holds(observed("positive")))
    observes(claim)(lambda key, m: jnp.min(jax.random.normal(key, (m,))))
    (first, *_) = check(claim).notes
    assert "return a comparison, as in jnp.min(x) > 0" in first
