"""Where Hypothesis looks: inside every domain, at its corners, and towards short numbers."""

from random import Random

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st
from sympy import (
    EmptySet,
    FiniteSet,
    IndexedBase,
    Interval,
    MatrixSymbol,
    Range,
    Rational,
    S,
    Union,
    oo,
    pi,
    sqrt,
    symbols,
)

from numerics import strategies
from numerics.search import search
from theory import Claim, equal, observed, points
from theory.activation import RELU, TANH
from theory.domain import (
    activations,
    data_sets,
    matrices,
    nonparallel,
    positive_semidefinite,
    symmetric,
    unit_vectors,
    vectors,
)

x, y = symbols("x y", real=True)
n, d = symbols("n d", integer=True, positive=True)
INTERVALS = [
    Interval(-1, 1),
    Interval.open(0, 1),
    Interval(0, pi),
    Interval(-pi, sqrt(2)),
    Interval(0, oo),
    Interval(-oo, -3),
    Interval(-oo, oo),
    Interval(Rational(1, 10**6), Rational(2, 10**6)),
    Interval.Lopen(10**4, 10**4 + pi),
]
OTHERS = [
    Range(1, oo),
    Range(2, 9, 3),
    S.Integers,
    S.Naturals,
    FiniteSet(1, 4, 9),
    FiniteSet(Rational(1, 3), pi),
]


@pytest.mark.parametrize("domain", INTERVALS + OTHERS, ids=str)
def test_scalars_lie_in_their_domain(domain):
    @settings(max_examples=60, database=None)
    @given(strategies.values(domain))
    def inside(value):
        assert domain.contains(value) == S.true

    inside()


@pytest.mark.parametrize("domain", INTERVALS, ids=str)
def test_the_corners_of_an_interval_are_reached(domain):
    for corner in points.interval_corners(domain, points.NEAR)[:3]:
        assert find(strategies.values(domain), lambda value, corner=corner: value == corner) == corner


def shortest(domain, breaks):
    """As a run searches: from a seed, so that the same is found every time."""
    quiet = settings(database=None, deadline=None, max_examples=200)
    return find(strategies.values(domain), breaks, settings=quiet, random=Random(0))


def test_a_violation_shrinks_to_a_short_number():
    assert shortest(Interval(0, pi), lambda value: value > Rational(1234, 1000)) in (2, pi / 2)
    assert shortest(Interval(-1, 1), lambda value: value < 0) == -1
    assert shortest(Interval.open(0, 1), lambda value: value > Rational(1, 3)) == Rational(1, 2)
    assert shortest(Range(1, oo), lambda value: value > 6) == 7


@pytest.mark.parametrize(
    ("domain", "holds"),
    [
        (vectors(3), lambda a: a.shape == (3, 1)),
        (unit_vectors(3), lambda a: a.dot(a) == 1),
        (unit_vectors(1), lambda a: a[0] in (1, -1)),
        (matrices(2, 3), lambda a: a.shape == (2, 3)),
        (symmetric(3), lambda a: a == a.T),
        (positive_semidefinite(2), lambda a: a == a.T and a.det() >= 0 and a.trace() >= 0),
        (data_sets(3, 2), lambda a: a.shape == (3, 2)),
        (activations(RELU, TANH), lambda a: a in (RELU, TANH)),
    ],
    ids=str,
)
def test_arrays_and_activations_have_the_form_of_their_domain(domain, holds):
    @settings(max_examples=40, database=None)
    @given(strategies.values(domain))
    def inside(value):
        assert holds(value)

    inside()


@pytest.mark.parametrize(
    ("domain", "degenerate"),
    [
        (vectors(2), lambda a: a.is_zero_matrix),
        (data_sets(2, 2), lambda a: not nonparallel.at(a) and not a.is_zero_matrix),
        (positive_semidefinite(2), lambda a: a.rank() == 1),
        (matrices(2, 2), lambda a: a == a * 0),
    ],
    ids=str,
)
def test_degenerate_arrays_are_found(domain, degenerate):
    assert degenerate(
        find(strategies.values(domain), degenerate, settings=settings(max_examples=500, database=None))
    )


def test_a_domain_without_a_strategy_says_what_to_write():
    with pytest.raises(
        ValueError, match=r"no strategy for the domain .*; write it as an Interval, a Range, a finite set"
    ):
        strategies.values(Union(Interval(0, 1), Interval(2, 3)))
    assert EmptySet is not None


def claim(**fields) -> Claim:
    return Claim("c", "t", states=equal(observed("A"), 0), **fields)


@settings(max_examples=40, database=None)
@given(data=st.data())
def test_later_parameters_follow_earlier_ones_and_hypotheses_hold(data):
    z, A = IndexedBase("z"), MatrixSymbol("A", d, d)
    mine = claim(
        given={d: Range(1, 4), z: vectors(d), A: symmetric(d), x: Interval(0, d)}, where={"small": x < d / 2}
    )
    point = data.draw(strategies.exact_points(mine))
    size = int(point["d"])
    assert point["z"].shape == (size, 1)
    assert point["A"].shape == (size, size)
    assert points.admits(mine, point)


def test_a_search_finds_the_shortest_point_and_counts_what_it_looked_at():
    found = search(
        claim(given={x: Interval(-1, 1), n: Range(1, oo)}),
        lambda p: p["x"] * p["n"] > Rational(17, 10),
        200,
        0,
    )
    assert found.point == {"x": 1, "n": 2}
    assert 0 < found.looks <= 200


def test_a_search_that_finds_nothing_keeps_within_its_looks():
    seen = []

    def breaks(point):
        seen.append(tuple(point.values()))
        return False

    found = search(claim(given={x: Interval(0, 1)}), breaks, 50, 0)
    assert found.point is None
    assert found.looks == len(seen) == len(set(seen)) <= 50


def test_an_error_in_the_condition_is_not_mistaken_for_a_counterexample():
    with pytest.raises(ZeroDivisionError):
        search(claim(given={x: Interval(0, 1)}), lambda point: 1 / 0, 20, 0)


def test_a_search_stops_with_what_it_has_when_its_time_is_over():
    assert search(claim(given={x: Interval(0, 1)}), lambda point: True, 50, 0, seconds=-1.0) == (0, None)
