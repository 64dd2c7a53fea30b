"""Where neither algebra nor balls can look, draws of the theory's own laws refute what is false, and nothing else."""

import pytest
from sympy import Abs, Interval, Rational, S, Symbol, gamma, pi, sqrt

from numerics import certificate, judge, sweeps, verify
from numerics.judge import Verdict
from theory import Claim, Mean, at_least, at_most, equal, gaussian
from theory.derivation import Link

s = Symbol("s", positive=True)
z = gaussian.single("z", s)
GIVEN = {s: Interval(Rational(1, 2), 2)}


def claimed(states):
    return Claim("here", "A claim about means.", GIVEN, states)


def look(states):
    return certificate.drawn(claimed(states), seed=0)


@pytest.mark.parametrize(
    "states",
    [
        at_most(Mean(z**4), 3 * Mean(z**2) ** 2 - S.Half),
        at_least(Mean(z**4), 4 * Mean(z**2) ** 2),
        equal(Mean(z**4), 4 * Mean(z**2) ** 2),
    ],
    ids=str,
)
def test_a_false_relation_between_means_is_refuted_at_a_point(states):
    found = look(states)
    assert found.verdict is Verdict.REFUTED
    assert "draws of its laws exclude the relation" in found.notes[0]
    assert set(found.counterexample["at"]) == {"s"}


@pytest.mark.parametrize(
    "states",
    [
        at_most(Mean(z**4), 3 * Mean(z**2) ** 2),
        at_least(Mean(z**4), Mean(z**2) ** 2),
        equal(Mean(z**4), 3 * Mean(z**2) ** 2),
    ],
    ids=str,
)
def test_of_a_true_one_nothing_is_said(states):
    assert look(states).verdict is None


def test_a_run_refutes_a_claim_that_has_neither_derivation_nor_experiment():
    record = verify.check(claimed(at_most(Mean(z**4), Mean(z**2) ** 2)))
    assert record.verdict == "refuted"
    assert set(record.counterexample["at"]) == {"s"}


def test_of_a_true_one_it_says_that_nothing_was_checked():
    record = verify.check(claimed(at_least(Mean(z**4), Mean(z**2) ** 2)))
    assert record.verdict == "error"
    assert judge.NOTHING in record.notes


@pytest.mark.parametrize(("value", "status"), [(S.Half, "broken"), (S.Zero, "open")])
def test_an_open_link_of_an_inequality_is_ruled_out_where_it_is_false(value, status):
    link = Link(Mean((z - sqrt(2)) ** 2) - s**2 - 2, value, ">=", "a reason", "open", "", 0, None)
    assert certificate.drawn_apart(claimed(at_least(Mean(z**2), 0)), link, seed=0).status == status


def inverse_power():
    """A true claim about a mean whose draws have a tail of index 20/19: a finite mean, no finite variance."""
    power = Rational(19, 20)
    mean = 2 ** (-power / 2) * gamma((1 - power) / 2) / sqrt(pi) / s**power
    return equal(Mean(Abs(z) ** -power), mean)


def test_of_a_true_mean_that_a_few_draws_decide_nothing_is_said():
    assert look(inverse_power()).verdict is None


def test_which_a_standard_error_alone_would_refute(monkeypatch):
    monkeypatch.setattr(sweeps, "FEW", 1.0)
    assert look(inverse_power()).verdict is Verdict.REFUTED
