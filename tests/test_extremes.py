"""Rules about gaps below a supremum refuse what their theorems do not speak of."""

from dataclasses import replace

import pytest

from theory.curvature import gaps, peaks
from theory.derivation import Refused, Scene

ALL = gaps.claims()


def last_line(claim):
    """What stands before the last step, its rule, and what the rule may rely on."""
    *_, before, last = claim.because()
    return before.value, last.reason, Scene(claim, dict(claim.given))


@pytest.mark.parametrize("claim", ALL, ids=lambda claim: claim.name)
def test_the_rule_gives_the_constant_of_the_statement(claim):
    before, rule, scene = last_line(claim)
    assert rule.apply(before, scene).equals(claim.states.constant)


@pytest.mark.parametrize("claim", ALL, ids=lambda claim: claim.name)
def test_a_claim_that_is_not_listed_is_not_used(claim):
    before, rule, scene = last_line(claim)
    with pytest.raises(Refused, match="does not list"):
        rule.apply(before, replace(scene, claim=replace(claim, uses=())))


def test_the_supremum_of_another_activation_says_nothing():
    before, rule, scene = last_line(gaps.tanh_rate)
    both = replace(gaps.tanh_rate, uses=(peaks.erf_norm.name,))
    with pytest.raises(Refused, match=r"does not say that .* is the supremum"):
        replace(rule, constant=peaks.erf_norm).apply(before, replace(scene, claim=both))


def test_a_gap_needs_its_own_factor():
    before, rule, scene = last_line(gaps.erf_rate)
    with pytest.raises(Refused, match=r"is not .* times a mean"):
        rule.apply(2 * before, scene)
    before, rule, scene = last_line(gaps.softplus_rate)
    with pytest.raises(Refused, match="is not minus the logarithm of a gap over the root"):
        rule.apply(2 * before, scene)
