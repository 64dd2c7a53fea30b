"""A bounded term is proved to be one by its two bounds, and by nothing less."""

from dataclasses import replace

import pytest
from sympy import Abs, EulerGamma, Interval, Max, Range, Rational, S, log, oo, symbols

from theory import Claim, Mean, above, at_most, catalogue, equal, gaussian, scaling
from theory.bounded_terms import at_most_by, constants_out, logarithm_below, positive_by, tends
from theory.derivation import Refused, Scene, Step, closes, links, proves
from theory.saddles import escape

t, c, q = symbols("t c q", positive=True)
n = symbols("n", integer=True, positive=True)
a = symbols("a", real=True)
Z = gaussian.single("Z")
GIVEN = {t: Interval.open(0, oo), c: Interval.open(0, 1), a: S.Reals, n: Range(1, oo)}
VANISHING = scaling(Mean(t * Z**2), 0, by=t, to=0, bound="upper")
GROWING = scaling(Mean(n * Z**2), 0, by=n, bound="upper")
seen = Mean(t * Z**2)
low = Claim("low", "A bound.", {t: Interval.open(0, oo)}, above(seen, t / 2))
high = Claim("high", "A bound.", {t: Interval.open(0, oo)}, at_most(seen, 2 * t))
exact = Claim("exact", "No bound.", {t: Interval.open(0, oo)}, equal(seen, t))
near = Claim("near", "A bound for small t.", {t: Interval.open(0, 1)}, at_most(seen, 2 * t))
USES = ("low", "high", "exact", "near")


def scene(states, uses=USES):
    claim = Claim("here", "A claim.", GIVEN, states, uses=uses)
    return Scene(claim, dict(claim.given))


WRONG = {
    "a lower bound that is none": (positive_by(high), Abs(seen - t / 2), "is no bound with > or >="),
    "an equality": (at_most_by(exact), seen, "is no bound with < or <="),
    "a bound that is not listed": (
        at_most_by(replace(high, name="other")),
        seen,
        "here does not list other in uses",
    ),
    "a bound of a smaller domain": (at_most_by(near), seen, r"need not lie in Interval.open\(0, 1\)"),
    "the sign of something else": (positive_by(low), Abs(seen - t), "says the sign of"),
    "no size": (positive_by(low), seen - t / 2, "is no size"),
    "minus what is bounded": (at_most_by(high), 1 - seen, "with the coefficient -1, and not one"),
    "a function of what is bounded": (at_most_by(high), seen**2, "once, outside of all functions"),
    "a mean without a constant": (constants_out(), Mean(t * Z + Z**2), "no mean of a sum with a constant"),
    "no logarithm": (logarithm_below(), Mean(Max(0, Z)), "no mean of the positive part of a logarithm"),
    "a negative coefficient": (
        logarithm_below(),
        1 - Mean(Max(0, log(t * Abs(Z)))),
        "is not known to be positive",
    ),
    "an argument of any sign": (
        logarithm_below(),
        Mean(Max(0, log(a * Abs(Z)))),
        "a is not known to be nonnegative",
    ),
    "a term that stays": (tends(t), 1 + t**0 + log(t), "not known to vanish as t goes to 0"),
    "a term that grows": (tends(t), 1 + 1 / t, "not known to vanish as t goes to 0"),
    "a mean that is not known": (tends(t), 1 + t * Mean(t * Z**2), "holds a mean; say what the mean is"),
    "nothing that moves": (tends(t), 1 + c, "does not depend on t"),
    "another parameter": (tends(c), 1 + c, "the statement is no scaling in c"),
}


@pytest.mark.parametrize(("rule", "before", "match"), WRONG.values(), ids=WRONG)
def test_a_rule_of_bounds_refuses_a_wrong_use(rule, before, match):
    with pytest.raises(Refused, match=match):
        rule.apply(before, scene(VANISHING))


def test_a_limit_says_nothing_of_every_point():
    with pytest.raises(Refused, match="the statement is no scaling in t"):
        tends(t).apply(1 + t, scene(at_most(seen, 2)))


@pytest.mark.parametrize("base", [c, 1 + c, 1 / (1 + c)], ids=str)
def test_a_growing_power_vanishes_just_if_its_base_is_below_one(base):
    rule, here = tends(n), scene(GROWING)
    if base == 1 + c:
        with pytest.raises(Refused, match="not known to vanish as n grows"):
            rule.apply(2 + base**n, here)
    else:
        assert rule.apply(2 + base**n, here) == 2
        with pytest.raises(Refused, match="not known to vanish as n grows"):
            rule.apply(2 + base**-n, here)


def steps_of(claim):
    return list(claim.because())


def changed(claim, **fields):
    return Claim(
        claim.name,
        claim.title,
        given=claim.given,
        uses=claim.uses,
        **{"states": claim.states, "because": claim.because} | fields,
    )


def test_a_bound_is_where_the_chain_of_an_upper_scaling_leads():
    assert {link.sign for link in links(escape.mean, points=2)} == {"=", "<="}
    exact = replace(escape.mean.states, bound="exact")
    with pytest.raises(Refused, match="a link '<=' leads away from the statement"):
        links(changed(escape.mean, states=exact))


def test_a_bound_from_below_proves_no_upper_scaling():
    steps = [replace(step, sign=">=") if step.sign == "<=" else step for step in steps_of(escape.mean)]
    with pytest.raises(Refused, match="a link '>=' leads away from the statement"):
        links(changed(escape.mean, because=lambda: steps))


def test_a_bound_that_moves_with_the_parameter_is_none():
    *kept, _ = steps_of(escape.mean)
    with pytest.raises(Refused, match="end at one that is free of s"):
        links(changed(escape.mean, because=lambda: kept))


PLANTED = {
    "another leading term": Mean(escape.escape) - Rational(101, 100) * escape.typical,
    "half of the constant": Mean(escape.escape)
    - (log(escape.r / escape.spread) + (EulerGamma + log(2))) / log(escape.growth),
}


@pytest.mark.parametrize("left", PLANTED.values(), ids=PLANTED)
def test_an_error_in_the_leading_term_survives_no_link(left):
    wrong = changed(
        escape.mean,
        states=scaling(left, 0, by=escape.spread, to=0, bound="upper"),
        because=lambda: (Step(left, positive_by(escape.mean_above)), *steps_of(escape.mean)[1:]),
    )
    assert not proves(links(wrong, points=2))


def test_a_spread_outside_of_the_domain_is_refused():
    size, step = steps_of(escape.ladder)[:2]
    wrong = replace(step, reason=positive_by(escape.mean_above, {escape.spread: -escape.r}))
    here = Scene(escape.ladder, dict(escape.ladder.given))
    assert closes(size.value, step, here)[0]
    assert not closes(size.value, wrong, here)[0]
    with pytest.raises(Refused, match=r"need not lie in Interval.open"):
        wrong.reason.apply(size.value, here)


def test_the_facts_that_bound_the_mean_are_those_of_the_catalogue():
    assert escape.mean.uses == escape.ladder.uses == (escape.mean_above.name, escape.mean_below.name)
    assert all(catalogue.find(name).because is not None for name in escape.mean.uses)
