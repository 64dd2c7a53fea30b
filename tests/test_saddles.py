"""Saddles: descent by automatic differentiation against the powers, times and directions that are claimed."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sympy import Integer, Rational

from numerics import descent
from theory import catalogue, points
from theory.iterate import Iterate
from theory.saddles import alignment, convergence, escape, power_iteration

SEED = 20261122
EPS = 2.0**-52
few = settings(max_examples=15)
spectra = st.lists(st.integers(-20, 30).map(lambda n: n / 10), min_size=1, max_size=5)
rates = st.integers(1, 20).map(lambda n: n / 20)


def rotation(d: int):
    """A random orthogonal matrix: the factor Q of a Gaussian one."""
    return jnp.linalg.qr(jax.random.normal(jax.random.key(SEED), (d, d)))[0]


def turned(eigenvalues, rate, start, steps):
    """The coordinates of descent in the eigenbasis, from a start given by its own."""
    Q = rotation(len(eigenvalues))
    loss = descent.quadratic(Q.T @ (jnp.array(eigenvalues)[:, None] * Q))
    return Q @ descent.descended(loss, Q.T @ jnp.array(start), rate, steps)


def rounding(eigenvalues, rate, start, steps):
    """What float64 may add: each step loses a few units, which the largest factor carries on."""
    factor = max(1.0, *(abs(1 - rate * value) for value in eigenvalues))
    return 64 * EPS * (steps + 1) * len(start) * factor**steps * max(map(abs, start))


@few
@given(eigenvalues=spectra, rate=rates, steps=st.integers(0, 12))
@example(eigenvalues=[0.0, 2.0, 1.0], rate=1.0, steps=7)  # stays, oscillates, dies at once
@example(eigenvalues=[3.0], rate=1.0, steps=20)
def test_descent_multiplies_every_coordinate_by_its_own_factor(eigenvalues, rate, steps):
    start = [1.0 + place for place in range(len(eigenvalues))]
    seen = turned(eigenvalues, rate, start, steps)
    claimed = [(1 - rate * value) ** steps * c for value, c in zip(eigenvalues, start, strict=True)]
    assert np.max(np.abs(seen - np.array(claimed))) <= rounding(eigenvalues, rate, start, steps)


def test_another_factor_is_noticed():
    seen = turned([-0.5, 1.5], 0.5, [1.0, 1.0], 8)
    assert abs(seen[0] - 1.26**8) > 1e3 * rounding([-0.5, 1.5], 0.5, [1.0, 1.0], 8)


@few
@given(eigenvalues=spectra, rate=rates, seed=st.just(SEED))
@example(eigenvalues=[3.0, 0.5], rate=1.0, seed=SEED)  # positive, but the step is too large
def test_a_start_converges_just_if_it_has_nothing_outside_of_the_span(eigenvalues, rate, seed):
    start = jax.random.normal(jax.random.key(seed), (len(eigenvalues),))
    inside = np.array([0 < rate * value < 2 for value in eigenvalues])
    outside = float(np.sum(np.where(inside, 0, start**2)))
    squared = float(jnp.sum(turned(eigenvalues, rate, start, 40) ** 2))
    assert squared >= outside * (1 - 1e-12)
    dies = max((abs(1 - rate * v) for v in np.array(eigenvalues)[inside]), default=0.0)
    assert inside.all() <= (squared <= (dies**80 + 1e-20) * float(jnp.sum(start**2)) * (1 + 1e-9))


TABLE = {
    3: 1048576,
    2: 1,
    1: 0,
    Rational(1, 2): Rational(1, 2**20),
    -Rational(1, 2): Rational(3, 2) ** 20,
    0: 1,
}


@pytest.mark.parametrize("product", TABLE)
def test_twenty_exact_steps_give_the_ledgers_rationals(product):
    claim = power_iteration.line
    point = {"eta": Integer(1), "lamda": product, "c": Integer(1), "k": Integer(20)}
    assert points.at_point(claim, claim.states.left, point) == TABLE[product]


@few
@given(low=st.integers(-3, 15), top=st.integers(1, 15), steps=st.integers(2, 12))
@example(low=15, top=16, steps=10)  # the second factor is not the largest, -0.6 is
def test_the_angle_decays_at_the_rate_of_the_largest_other_factor(low, top, steps):
    eigenvalues = [-0.4, min(low, top) / 10, top / 10]
    rate = 1.0 if top < 20 else 0.5
    before, after = (tangent(turned(eigenvalues, rate, [1.0, 0.5, 0.5], k)) for k in (steps, steps + 1))
    factors = [abs(1 - rate * value) / (1 + rate * 0.4) for value in eigenvalues[1:]]
    assert after <= max(factors) * before + 64 * EPS  # a tangent has the error of its coordinates
    assert after >= min(factors) * before - 64 * EPS


def tangent(x) -> float:
    return float(jnp.linalg.norm(x[1:]) / abs(x[0]))


def test_the_ledgers_first_formula_for_the_rate_is_wrong_where_the_referee_says():
    slope = [tangent(turned([-0.1, 1.5, 1.6], 1.0, [1.0, 1.0, 1.0], k)) for k in (40, 41)]
    assert slope[1] / slope[0] == pytest.approx(0.6 / 1.1, rel=1e-3)
    assert abs(slope[1] / slope[0] - 0.5 / 1.1) > 0.05


@settings(max_examples=5)
@given(growth=st.integers(5, 200), inside=st.integers(2, 200), steps=st.integers(0, 60))
@example(growth=10, inside=100, steps=80)
def test_the_time_of_an_escape_has_the_law_that_is_claimed(growth, inside, steps):
    draws, sigma = 20_000, 0.01
    start = sigma * jax.random.normal(jax.random.key(SEED), (draws,))
    path = descent.path(lambda x: -jnp.sum(x**2 / 2), start, growth / 100, steps)
    frequency = float(jnp.mean(jnp.all(jnp.abs(path) <= sigma * inside, axis=0)))
    rate, r = Rational(growth, 100), Rational(inside, 100)
    claimed = float(escape.law.evaluate(eta=rate, lamda=-1, r=r, s=Rational(1, 100), K=steps))
    assert abs(frequency - claimed) <= 6.2 * math.sqrt(0.25 / draws)  # a false alarm in 1e-9 looks


def test_the_bounded_term_of_the_mean_time_lies_between_zero_and_one():
    start = np.abs(0.01 * jax.random.normal(jax.random.key(SEED), (20_000,)))
    path = np.asarray(descent.path(lambda x: -jnp.sum(x**2 / 2), jnp.array(start), 0.1, 250))
    times = np.sum(path <= 1.0, axis=0)
    overshoot = times - np.log(1 / start) / np.log(1.1)
    assert np.all(overshoot > 0)
    assert np.all(overshoot <= 1)
    assert np.mean(overshoot) == pytest.approx(0.5, abs=6.2 * 0.5 / math.sqrt(20_000))


@few
@given(x=st.floats(-2, 2), y=st.floats(-2, 2))
@example(x=1.5, y=-1.5)
def test_the_flow_of_the_network_conserves_what_is_claimed(x, y):
    start = jnp.array([x, y])
    end = descent.flowed(lambda p: (p[0] * p[1] - 1) ** 2 / 2, start, 3.0, 3000)
    assert float(end[0] ** 2 - end[1] ** 2) == pytest.approx(
        x**2 - y**2, abs=1e-8
    )  # fourth order, steps of 1e-3


@pytest.mark.parametrize("angle", range(0, 360, 15))
def test_only_the_line_y_equals_minus_x_flows_to_the_saddle(angle):
    start = 0.1 * jnp.array([math.cos(math.radians(angle)), math.sin(math.radians(angle))])
    end = descent.flowed(lambda p: (p[0] * p[1] - 1) ** 2 / 2, start, 12.0, 6000)
    on_line = angle % 180 == 135
    assert (float(jnp.linalg.norm(end)) < 1e-3) == on_line
    assert on_line or float(end[0] * end[1]) == pytest.approx(1, abs=1e-3)


def test_every_fact_of_the_chapter_prints_without_code():
    from theory import writing

    for claim in catalogue.of_chapter("saddles"):
        text = writing.sentence(claim) + writing.statement(claim) + writing.hypotheses(claim)
        assert not any(code in text for code in ("**", "Iterate(", "Flow(", "Tuple", "IndexedBase"))


def test_the_gradient_is_taken_and_not_typed():
    assert alignment.squared_tangent.has(Iterate)
    assert "Derivative" in str(convergence.squared_norm)


def test_no_rounding_makes_an_event_of_probability_zero_happen():
    """Where an eigenvalue is small beside the others, rounding decides whether a small coordinate shrinks."""
    from numerics.experiments.saddles import nothing_grows

    Q = jnp.array([[1567, 1994, 550], [794, -1217, 2150], [1910, -1130, -1345]], jnp.float32) / 2595

    def share(lamda, draws):
        return float(
            jnp.mean(nothing_grows(jax.random.key(0), draws, 3, 0.1667, 0, 0, 0, jnp.float32(lamda), Q))
        )

    assert share([-0.1173, 9.0755, 9.0460], 2**24) == 0
    assert share([0.1173, 9.0755, 9.0460], 2**16) > 0.999
