"""An inequality that fails in a last corner of its domain alone is found there, and one that holds is left alone."""

import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Interval, Rational, S, Symbol, exp, oo, pi, symbols

from numerics import enclosing, evaluating, verify
from numerics.closest import brought_back, closest, real_parameters, straightened
from numerics.soundness.killing import experiment_of
from theory import Claim, at_least, at_most, catalogue

x, y = symbols("x y", real=True)
k = Symbol("k", integer=True, nonnegative=True)
DOMAINS = {
    "bounded": Interval(-1, 3),
    "open": Interval.open(Rational(1, 3), 1),
    "half a line": Interval.open(2, oo),
    "the other half": Interval(-oo, -2),
    "a line": Interval(-oo, oo),
}


@given(st.sampled_from(sorted(DOMAINS)), st.floats(-30, 30))
def test_a_place_on_the_line_is_a_number_of_the_interval_and_back(name, place):
    value = brought_back(DOMAINS[name], place)
    assert value in DOMAINS[name]
    if abs(place) < 5:  # further out the number is the end of the interval, to double precision
        assert straightened(DOMAINS[name], value) == pytest.approx(place, abs=1e-9)


def test_a_start_that_is_an_end_in_double_precision_is_not_taken_for_it():
    gap = Rational(1, 10**20)
    assert float(pi - gap) == float(pi)
    place = math.log(math.pi) + 20 * math.log(10)
    assert straightened(Interval(0, pi), pi - gap) == pytest.approx(place, abs=1e-9)
    assert straightened(Interval(-pi, 0), gap - pi) == pytest.approx(-place, abs=1e-9)
    assert straightened(Interval(-oo, pi), pi - gap) == pytest.approx(20 * math.log(10), abs=1e-9)


def falls_short(states, given=None, where=None) -> Claim:
    return Claim(
        "here", "A bound.", given or {x: Interval(0, 4), y: Interval(0, 4)}, states, where=where or {}
    )


PEAK = exp(-20 * ((x - Rational(317, 100)) ** 2 + (y - Rational(29, 100)) ** 2))
FALSE = {
    "a peak on a slope": falls_short(at_most(PEAK - (x - 3) ** 2 - y**2, Rational(89, 100))),
    "a last hundredth": falls_short(
        at_least((x - y) ** 2 + (x - Rational(37, 100)) ** 2, Rational(1, 1000)), {x: S.Reals, y: S.Reals}
    ),
    "far out": falls_short(
        at_least(1 / (x * y), Rational(1, 10**9)), {x: Interval.open(0, oo), y: Interval(1, 2)}
    ),
    "under a hypothesis": falls_short(
        at_least((x - y) ** 2, Rational(1, 10**6)), where={"they differ": x > y + Rational(1, 10**4)}
    ),
}


@pytest.mark.parametrize("claim", FALSE.values(), ids=FALSE)
def test_a_bound_that_fails_in_a_corner_alone_is_refuted_there(claim):
    found = enclosing.enclosed(claim, *claim.states.sides, seed=0, at=None, searches=True)
    assert found.verdict == "refuted", found.notes
    assert set(found.counterexample["at"]) == set(claim.symbols)


def test_without_the_search_the_same_points_see_nothing():
    claim = FALSE["a last hundredth"]
    assert enclosing.enclosed(claim, *claim.states.sides, seed=0, at=None).verdict == "supported"


def test_a_bound_that_holds_is_never_broken_however_close_it_comes():
    touching = falls_short(at_least((x - y) ** 2, 0))
    assert (
        enclosing.enclosed(touching, *touching.states.sides, seed=0, at=None, searches=True).verdict
        == "supported"
    )


def test_what_the_slack_says_is_not_believed_without_a_breach():
    claim = falls_short(at_least(x, 0))
    start = {"x": Rational(1, 2), "y": Rational(1, 2)}
    assert closest(claim, lambda point: -1.0, lambda point: False, [(1.0, start)]) is None


def test_an_experiment_is_asked_no_more_once_its_time_is_over(monkeypatch):
    asked = []
    monkeypatch.setattr(evaluating, "value", lambda *arguments: asked.append(arguments))
    claim = catalogue.find("gradient-flow-y-equals-minus-x.off-the-line.network")
    start = dict.fromkeys(claim.symbols, Rational(1, 2))
    over = time.monotonic() - 1
    assert evaluating.least(claim, experiment_of(claim), [start], 0, lambda point: True, over) is None
    assert not asked


def test_only_real_parameters_inside_of_their_domain_move():
    claim = falls_short(at_least(x + k, 0), {x: Interval(0, 4), y: Interval(0, 4), k: S.Naturals0})
    assert set(real_parameters(claim, {"x": S.Zero, "y": S.One, "k": S(2)})) == {"y"}
    nowhere = [(math.inf, {"x": S.One, "y": S.One, "k": S(2)})]
    assert closest(claim, lambda point: -1.0, lambda point: True, nowhere) is None


def test_where_boxes_leave_a_line_of_contact_uncovered_points_are_looked_at():
    claim = falls_short(at_most(exp(y) * (1 + x - y), exp(x)), {x: Interval(-1, 1), y: Interval(-1, 1)})
    record = verify.check(claim)
    assert record.verdict == "supported"
    assert 0 < record.numbers["uncovered"] < 1
    assert any("of the domain uncovered" in note for note in record.notes)


def test_a_run_that_no_derivation_helps_finds_the_corner():
    record = verify.check(FALSE["under a hypothesis"])
    assert record.verdict == "refuted"
