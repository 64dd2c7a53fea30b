"""Exact points: corners and draws of every kind of domain, membership, substitution with and without loops."""

from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import (
    Derivative,
    ImmutableDenseMatrix,
    IndexedBase,
    Integer,
    Interval,
    Range,
    Rational,
    S,
    Sum,
    oo,
    pi,
    sqrt,
    symbols,
)

from numerics import plan, rounding, sides
from theory import Claim, Mean, certify, equal, gaussian, points, two_layer
from theory.activation import RELU, TANH
from theory.domain import matrices, vectors

x, a = symbols("x a", real=True)
m, d = symbols("m d", integer=True, positive=True)
i, k = symbols("i k", integer=True)
W, v = IndexedBase("W"), IndexedBase("v")
z = gaussian.single()
UNIT = Interval(-1, 1)


def claim(given, where=None, right=S.One):
    return Claim("here", "A claim.", given=given, states=equal(Mean(z**2), right), where=where or {})


INTERVALS = [
    Interval(-1, 1),
    Interval(0, pi),
    Interval.open(0, 1),
    Interval(0, oo),
    Interval(-oo, 3),
    S.Reals,
]


@pytest.mark.parametrize("domain", INTERVALS, ids=str)
def test_corners_and_draws_of_an_interval_lie_in_it(domain):
    domain = Interval(-oo, oo) if domain is S.Reals else domain
    corners = points.interval_corners(domain)
    assert corners
    assert all(domain.contains(value) == S.true for value in corners)
    if domain.is_subset(Interval(-9, 9)):
        assert {end for end in (domain.inf, domain.sup) if domain.contains(end) == S.true} <= set(corners)
    here = claim({x: domain})
    assert all(domain.contains(point["x"]) == S.true for point in islice(points.draws(here, 1), 50))


@pytest.mark.parametrize("domain", [*INTERVALS[:5], Range(1, oo), Range(2, 7, 2), S.Integers], ids=str)
@given(value=st.fractions(-5, 5, max_denominator=8) | st.integers(-5, 5))
def test_membership_is_that_of_sympy(domain, value):
    number = Rational(value)
    assert points.inside(domain, number) is (domain.contains(number) == S.true)


def test_an_irrational_end_is_inside_a_closed_interval_and_outside_an_open_one():
    assert points.inside(Interval(0, pi), pi)
    assert not points.inside(Interval.Ropen(0, pi), pi)
    assert not points.inside(Interval(0, oo), oo)


def test_every_corner_of_every_parameter_is_visited():
    here = claim({x: UNIT, m: Range(1, oo)})
    lattice = points.lattice(here)
    assert {-1, 0, 1} <= {point["x"] for point in lattice}
    assert {1, 2, 3, 4} == {point["m"] for point in lattice}


def test_points_depend_on_the_seed_and_on_nothing_else():
    here = claim({x: UNIT, m: Range(1, oo), d: Range(1, oo), W: matrices(m, d)})
    first, again, other = (list(islice(points.draws(here, seed), 9)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_fixed_parameters_are_not_drawn():
    here = claim({m: Range(1, oo), v: vectors(m)})
    assert all(
        point["m"] == 40 and point["v"].shape == (40, 1)
        for point in islice(points.draws(here, 1, fixed={"m": Integer(40)}), 3)
    )


def test_joint_hypotheses_that_reject_most_points_are_refused(monkeypatch):
    monkeypatch.setattr(points, "TRIES", 40)
    with pytest.raises(
        ValueError, match=r"where rejects \d+ of 40 points drawn from given; narrow the domains"
    ):
        next(points.draws(claim({x: UNIT}, {"never": x > 2}), 1))


def test_an_unknown_parameter_is_named():
    with pytest.raises(ValueError, match="no parameter y; it has x"):
        points.at_point(claim({x: UNIT}), x, {"y": S.One})


WEIGHTS = claim({m: Range(1, oo), d: Range(1, oo), W: matrices(m, d), v: vectors(d)})
AT = {
    "m": Integer(2),
    "d": Integer(3),
    "W": ImmutableDenseMatrix([[1, 2, 3], [4, 5, 6]]) / 7,
    "v": ImmutableDenseMatrix([1, -1, 2]),
}
NESTED = [
    Sum(W[i, k] * v[k], (k, 1, d), (i, 1, m)),
    Sum(Sum(W[i, k] * v[k], (k, 1, d)) ** 2, (i, 1, m)) / m,
    Sum(sqrt(Sum(W[i, k] ** 2, (k, 1, i))), (i, 1, m)),  # the end of one sum is the index of another
    Sum(i * v[1] - i, (i, 1, m)),
    Sum(Derivative(v[k] ** 3, v[k]), (k, 1, d)),
]


@pytest.mark.parametrize("expr", NESTED, ids=str)
def test_a_sum_run_as_a_loop_is_the_sum_written_out(expr):
    exact = points.at_point(WEIGHTS, expr, AT)
    loop = points.at_point(WEIGHTS, expr, AT, loops=True)
    assert not exact.has(Sum)
    assert loop.has(Sum)
    assert certify.difference(loop, exact, points.tables(WEIGHTS, AT)).contains(0)
    assert not certify.difference(loop, exact + Rational(1, 10**12), points.tables(WEIGHTS, AT)).contains(0)


@pytest.mark.parametrize("expr", NESTED[:4], ids=str)
def test_the_size_of_a_sum_is_that_of_its_terms(expr):
    arrays = {label: sides.as_floats(values) for label, values in points.tables(WEIGHTS, AT).items()}
    written = rounding.sized(points.at_point(WEIGHTS, expr, AT), {})
    looped = rounding.sized(points.at_point(WEIGHTS, expr, AT, loops=True), {}, arrays)
    assert looped.value == pytest.approx(float(written.value), rel=1e-12)
    assert looped.size >= abs(looped.value) * (1 - 1e-12)


def test_what_cancels_in_a_sum_counts_in_its_size():
    arrays = {v.label: sides.as_floats(ImmutableDenseMatrix([10**6, -(10**6), 1]))}
    found = rounding.sized(Sum(v[k], (k, 1, 3)), {}, arrays)
    assert (float(found.value), float(found.size)) == (1.0, 2e6 + 1)


def test_an_index_that_leaves_its_array_has_no_value():
    beyond = points.at_point(WEIGHTS, Sum(v[k + 1], (k, 1, d)), AT, loops=True)
    with pytest.raises(certify.Unevaluable, match=r"leave the array of 3 by 1 entries"):
        certify.enclose(beyond, points.tables(WEIGHTS, AT))


def test_the_derivative_of_a_rectifier_is_the_weak_one_at_its_kink():
    at = {
        "m": S.One,
        "d": S.One,
        "a": ImmutableDenseMatrix([2]),
        "W": ImmutableDenseMatrix([1]),
        "sigma": RELU,
    }
    at |= {"x": ImmutableDenseMatrix([0]), "y": ImmutableDenseMatrix([3])}
    left, right = (
        points.at_point(two_layer.identity.hidden, side, at)
        for side in two_layer.identity.hidden.states.sides
    )
    assert left == right == 0


def test_exact_comparisons_are_planned_at_a_great_width():
    widths = [point["m"] for point in plan.chosen_points(two_layer.identity.identity, 0)]
    assert widths.count(plan.WIDE) == plan.WIDES
    assert plan.WIDE >= 1024
    assert {1, 2} <= set(widths)


def test_a_width_is_only_great_where_arrays_are_read_entry_by_entry():
    assert plan.wide(claim({m: Range(1, oo)}), 0) == []
    assert plan.wide(claim({m: Range(1, 9), v: vectors(m)}), 0) == []


def test_the_theory_at_a_wide_point_is_what_numpy_sums():
    (wide,) = plan.wide(two_layer.identity.output, 0)
    value = sides.numbers(two_layer.identity.output, two_layer.identity.K2, wide | {"sigma": TANH})
    W_, x_, y_ = (sides.as_floats(wide[name]) for name in "Wxy")
    assert value == pytest.approx(float(np.mean(np.tanh(W_ @ x_) * np.tanh(W_ @ y_))), rel=1e-12)


def test_a_point_is_short_if_its_sums_can_be_written_out():
    matrix = ImmutableDenseMatrix([1000, 2000])
    assert points.is_short({"m": Integer(points.WRITTEN_OUT), "s": Rational(2000, 3), "x": matrix, "f": TANH})
    assert not points.is_short({"m": Integer(points.WRITTEN_OUT + 1), "s": Rational(2, 3)})


def test_a_derivative_of_symbolic_order_takes_its_order():
    x, n = symbols("x n", real=True)
    order = symbols("k", integer=True, nonnegative=True)
    line = n * Derivative(x**3, (x, order), evaluate=False)
    assert points.substitute(line, {order: Integer(2), n: Integer(5)}) == 30 * x
