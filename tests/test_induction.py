"""Rules that rest on other equalities: each is refused where that equality is not to be had."""

import pytest
from sympy import (
    Abs,
    IndexedBase,
    Integral,
    Interval,
    Range,
    S,
    Sum,
    acos,
    cos,
    factorial,
    oo,
    pi,
    symbols,
)

from theory import Claim, Mean, at_least, at_most, below, equal, gaussian, step
from theory.activation import ERF, SQUARE, STEP, Unknown
from theory.algebra import same
from theory.arc_cosine import hermite
from theory.averaging import odd, square, stein
from theory.calculus import integrate
from theory.derivation import Refused, Scene, Step, closes, links, proves
from theory.domain import activations, positive_semidefinite, symmetric, unit_vectors, vectors
from theory.family import He
from theory.induction import backwards, granted, induct, lemma

x, t, a, c, rho = symbols("x t a c rho", real=True)
theta = symbols("theta", nonnegative=True)
n, k = symbols("n k", integer=True, nonnegative=True)
m, d = symbols("m d", integer=True, positive=True)
i = symbols("i", integer=True)
X, Y = IndexedBase("x"), IndexedBase("y")
sigma, tau = Unknown("sigma"), Unknown("tau")
UNIT, TURN = Interval(-1, 1), Interval(0, pi)
z, u, v = gaussian.single(), *gaussian.pair(rho)
U, V = gaussian.pair(cos(theta))


def claim(given, states, name="fact", **fields):
    return Claim(name, "A fact.", given=given, states=states, **fields)


def scene(given=None, uses=("fact",), states=None, **fields) -> Scene:
    given = given or {}
    states = states or equal(Integral(x, (x, 0, 1)), S.Half)
    return Scene(claim(given, states, "here", uses=uses, **fields), given)


# Lemmas

gates = claim({theta: TURN}, equal(Mean(step(U) * step(V)), (pi - theta) / (2 * pi)))
triangle = claim({n: Range(0, oo)}, equal(Sum(i, (i, 0, n)), n * (n + 1) / 2))
even = claim({n: Range(0, oo, 2)}, equal(Sum((-1) ** k, (k, 0, n)), 1))
squares = claim({sigma: activations(SQUARE), rho: UNIT}, equal(Mean(sigma(u) * sigma(v)), 1 + 2 * rho**2))
mean = claim({a: S.Reals}, equal(Integral(a * c, (c, 0, 1)), a / 2))
hypothetical = claim(
    {a: S.Reals, x: S.Reals}, equal(Integral(a * c * x, (c, 0, 1)), a * x / 2), where={"ordered": a < x}
)
length = claim({X: unit_vectors(2)}, equal(Sum(X[i] ** 2, (i, 1, 2)), 1))
bound = claim({x: UNIT}, at_most(Integral(x * c, (c, 0, 1)), x))
impostor = claim({k: Range(1, oo)}, equal(Mean(He(k, z)), 7), hermite.vanishing.name)


def over(value):
    """What the neuron's gates become at another angle."""
    first, second = gaussian.pair(cos(value))
    return Mean(step(first) * step(second))


inner = Sum(X[i] * Y[i], (i, 1, d))
INPUTS = {d: Range(1, oo), X: unit_vectors(d), Y: unit_vectors(d)}
WRONG = {
    "not in uses": (lemma(gates), over(theta), {theta: TURN}, (), "here does not list fact in uses"),
    "no equality": (lemma(bound), Integral(x * c, (c, 0, 1)), {x: UNIT}, ("fact",), "fact is no equality"),
    "not occurring": (lemma(mean), Integral(c**2, (c, 0, 1)), {a: UNIT}, ("fact",), "does not occur in"),
    "wider domain": (
        lemma(gates),
        over(theta),
        {theta: Interval(0, 4)},
        ("fact",),
        r"theta = theta need not lie",
    ),
    "value beyond": (
        lemma(mean, {n: S.One}),
        Integral(a * c, (c, 0, 1)),
        {a: UNIT},
        ("fact",),
        "has no parameter n",
    ),
    "arccosine of anything": (
        lemma(gates, {theta: acos(2 * rho)}),
        over(acos(2 * rho)),
        {rho: UNIT},
        ("fact",),
        "need not lie in",
    ),
    "arccosine of any sum": (
        lemma(gates, {theta: acos(inner)}),
        over(acos(inner)),
        {d: Range(1, oo), X: unit_vectors(d), Y: vectors(d)},
        ("fact",),
        "need not lie in",
    ),
    "arccosine of a shifted sum": (
        lemma(gates, {theta: acos(Sum(X[i] * Y[1], (i, 1, d)))}),
        over(acos(Sum(X[i] * Y[1], (i, 1, d)))),
        INPUTS,
        ("fact",),
        "need not lie in",
    ),
    "real for an integer": (
        lemma(triangle, {n: x}),
        Sum(i, (i, 0, x)),
        {x: Interval(0, 5)},
        ("fact",),
        "n = x need not lie in",
    ),
    "negative integer": (
        lemma(triangle, {n: k - 1}),
        Sum(i, (i, 0, k - 1)),
        {k: Range(0, oo)},
        ("fact",),
        "need not",
    ),
    "odd integer": (
        lemma(even, {n: m}),
        Sum((-1) ** k, (k, 0, m)),
        {m: Range(1, oo)},
        ("fact",),
        "need not lie in",
    ),
    "wider activations": (
        lemma(squares, {sigma: tau}),
        Mean(tau(u) * tau(v)),
        {tau: activations(SQUARE, STEP), rho: UNIT},
        ("fact",),
        "sigma = tau need not lie in activations square",
    ),
    "longer vectors": (
        lemma(length),
        Sum(X[i] ** 2, (i, 1, 2)),
        {X: vectors(2)},
        ("fact",),
        "need not lie in unit",
    ),
    "joint hypothesis": (
        lemma(hypothetical, {a: x, x: a}),
        Integral(a * c * x, (c, 0, 1)),
        {x: S.Reals, a: S.Reals},
        ("fact",),
        r"fact holds where ordered \(a < x\)",
    ),
    "caught by the lemma": (
        lemma(mean, {a: c}),
        Integral(c**2, (c, 0, 1)),
        {c: UNIT},
        ("fact",),
        "binds c itself",
    ),
    "beyond where it is integrated": (
        lemma(gates, {theta: t}),
        Integral(over(t), (t, 0, 4)),
        {},
        ("fact",),
        "theta = t need not lie in",
    ),
    "an impostor": (
        lemma(impostor),
        Mean(He(k, z)),
        {k: Range(1, oo)},
        (impostor.name,),
        "is the name of another claim in the catalogue",
    ),
}


@pytest.mark.parametrize(("rule", "before", "given", "uses", "match"), WRONG.values(), ids=WRONG)
def test_a_lemma_is_refused_where_it_does_not_hold(rule, before, given, uses, match):
    with pytest.raises(Refused, match=match):
        rule.apply(before, scene(given, uses))


RIGHT = {
    "as it stands": (lemma(gates), 2 * over(theta), {theta: Interval(0, 1)}, (pi - theta) / pi),
    "at a number": (lemma(gates, {theta: pi / 2}), over(pi / 2), {}, S.One / 4),
    "at an arccosine": (
        lemma(gates, {theta: acos(rho)}),
        over(acos(rho)),
        {rho: UNIT},
        (pi - acos(rho)) / (2 * pi),
    ),
    "at an inner product": (
        lemma(gates, {theta: acos(inner)}),
        over(acos(inner)),
        INPUTS,
        (pi - acos(inner)) / (2 * pi),
    ),
    "below": (lemma(triangle, {n: k - 1}), Sum(i, (i, 0, k - 1)), {k: Range(1, oo)}, k * (k - 1) / 2),
    "under an integral": (
        lemma(gates, {theta: t}),
        Integral(over(t), (t, 0, pi)),
        {},
        Integral((pi - t) / (2 * pi), (t, 0, pi)),
    ),
    "under a sum": (
        lemma(triangle, {n: m}),
        Sum(m * Sum(i, (i, 0, m)), (m, 1, d)),
        {d: Range(1, oo)},
        Sum(m**2 * (m + 1) / 2, (m, 1, d)),
    ),
    "fewer activations": (
        lemma(claim({sigma: activations(SQUARE, ERF)}, equal(Mean(sigma(z)), Mean(sigma(-z)))), {sigma: tau}),
        Mean(tau(z)),
        {tau: activations(ERF)},
        Mean(tau(-z)),
    ),
    "shorter vectors": (
        lemma(claim({X: vectors(2)}, equal(Sum(X[i], (i, 1, 2)), X[1] + X[2]))),
        Sum(X[i], (i, 1, 2)),
        {X: unit_vectors(2)},
        X[1] + X[2],
    ),
}


@pytest.mark.parametrize(("rule", "before", "given", "after"), RIGHT.values(), ids=RIGHT)
def test_a_lemma_puts_its_right_side_for_its_left(rule, before, given, after):
    assert same(rule.apply(before, scene(given)), after)


def test_exchanged_values_are_put_in_at_once():
    swapped = claim({a: S.Reals, x: S.Reals}, equal(Integral(a * c * x**2, (c, 0, 1)), a * x**2 / 2))
    given = {a: S.Reals, x: S.Reals}
    after = lemma(swapped, {a: x, x: a}).apply(Integral(x * c * a**2, (c, 0, 1)), scene(given))
    assert after == x * a**2 / 2


def test_a_joint_hypothesis_that_is_listed_is_met():
    given = {a: S.Reals, x: S.Reals}
    here = scene(given, where={"ordered": a < x})
    assert lemma(hypothetical).apply(Integral(a * c * x, (c, 0, 1)), here) == a * x / 2


def test_a_claim_of_the_catalogue_is_itself_under_another_name_of_its_variate():
    w = gaussian.single("w")
    renamed = claim(dict(hermite.vanishing.given), equal(Mean(He(hermite.k, w)), 0), hermite.vanishing.name)
    here = scene(dict(hermite.vanishing.given), (renamed.name,))
    assert lemma(renamed).apply(Mean(He(hermite.k, w)), here) == 0


def test_one_domain_of_matrices_is_not_another():
    trace = Sum(X[i, i], (i, 1, d))
    fact = claim({d: Range(1, oo), X: positive_semidefinite(d)}, equal(trace, Abs(trace)))
    with pytest.raises(Refused, match="need not lie in positive semidefinite"):
        lemma(fact).apply(trace, scene({d: Range(1, oo), X: symmetric(d)}))


# Rules read backwards


def test_a_rule_is_read_backwards_where_it_leads_back():
    after = Integral(2 * x, (x, 0, 1))
    assert backwards(integrate(x), after).apply(S.One, scene()) == after


def test_a_rule_is_not_read_backwards_to_something_else():
    with pytest.raises(Refused, match="does not lead back to 1"):
        backwards(integrate(x), Integral(3 * x, (x, 0, 1))).apply(S.One, scene())


def test_a_bound_is_not_read_backwards():
    with pytest.raises(Refused, match="only an equality can be read backwards"):
        backwards(square(), Mean(z**2)).apply(S.Zero, scene())


def test_a_rule_read_backwards_keeps_its_side_conditions():
    with pytest.raises(Refused, match="is not odd"):
        backwards(odd(z), Mean(z**2)).apply(S.Zero, scene())


# Induction on the Gaussian moments of even order: E z^(2n) = (2n - 1) E z^(2n - 2)

RISING = {n: Range(0, oo)}


def ladder(order):
    return (
        Step((2 * order - 1) * Mean(z ** (2 * order - 2)), stein(z)),
        Step((2 * order - 1) * closed(order - 1), granted(1)),
        Step(closed(order), "factorials"),
    )


def closed(order):
    return factorial(2 * order) / (2**order * factorial(order))


ONE = {0: (Step(S.One, "the mean of one"),)}
moments = claim(
    RISING,
    equal(Mean(z ** (2 * n)), closed(n)),
    because=lambda: (Step(closed(n), induct(n, ONE, ladder(n))),),
)


def test_an_induction_proves_what_its_base_and_its_step_prove():
    assert proves(links(moments, points=1))


def changed(base=ONE, climb=None, given=None, right=None, **fields):
    right = closed(n) if right is None else right
    rule = induct(fields.pop("on", n), base, ladder(n) if climb is None else climb)
    states = fields.pop("states", equal)(Mean(z ** (2 * n)), right)
    return claim(given or RISING, states, because=lambda: (Step(right, rule),), **fields)


circle = (Step(closed(n), granted(1, {n: n + 1})),)
BROKEN = {
    "no base": (changed(base={}), r"the bases \[\] must be consecutive and start at 0"),
    "a base that starts late": (
        changed(base={1: ONE[0]}),
        r"the bases \[1\] must be consecutive and start at 0",
    ),
    "a gap between the bases": (changed(base={0: ONE[0], 2: ONE[0]}), r"\[0, 2\] must be consecutive"),
    "a base without a chain": (
        changed(base={0: ()}),
        "n = 0: the chain ends at 1, not at 1|n = 0: the chain ends",
    ),
    "a base that ends elsewhere": (
        changed(base={0: (Step(S(2), "x"),)}),
        "n = 0: the chain ends at 2, not at 1",
    ),
    "a wrong step": (changed(climb=ladder(n)[:1] + ladder(n)[2:]), "the step, line 2"),
    "a step that ends elsewhere": (changed(climb=ladder(n)[:1]), "the step: the chain ends at"),
    "an inequality in the step": (
        changed(climb=(*ladder(n)[:2], Step(closed(n), "larger", "<="))),
        "line 3: '<=' proves no equality",
    ),
    "more hypotheses than bases": (
        changed(climb=(ladder(n)[0], Step(ladder(n)[1].value, granted(2)), ladder(n)[2])),
        "no hypothesis is granted 2 below; the induction grants 1",
    ),
    "its own conclusion": (changed(climb=circle), "at no other value of it"),
    "a real variable": (
        claim(
            {a: Interval(0, oo)},
            equal(Integral(a + 2 * x, (x, 0, 1)), a + 1),
            because=lambda: (
                Step(a + 1, induct(a, {0: (Step(S.One, integrate(x)),)}, (Step(a + 1, integrate(x)),))),
            ),
        ),
        r"a must live in a Range\(n0, oo\)",
    ),
    "a variable without a domain": (
        changed(on=k),
        r"k must live in a Range\(n0, oo\) for an induction; found None",
    ),
    "every second integer": (changed(given={n: Range(0, oo, 2)}), r"n must live in a Range\(n0, oo\)"),
    "a domain that grows": (
        changed(given={n: Range(0, oo), m: Range(1, n + 2)}),
        "the domain of m depends on n",
    ),
    "a hypothesis that moves": (changed(where={"low": n < 5}), "the hypothesis low depends on n"),
}


@pytest.mark.parametrize(("fact", "match"), BROKEN.values(), ids=BROKEN)
def test_a_broken_induction_is_refused(fact, match):
    (step_,) = fact.because()
    with pytest.raises(Refused, match=match):
        step_.reason.apply(fact.states.left, Scene(fact, dict(fact.given)))


@pytest.mark.parametrize("states", [at_most, at_least, below])
def test_an_induction_grants_no_inequality(states):
    fact = changed(states=states, right=closed(n) + (1 if states is not at_least else -1))
    (step_,) = fact.because()
    with pytest.raises(Refused, match="an induction proves an equality"):
        step_.reason.apply(fact.states.left, Scene(fact, dict(fact.given)))


def test_an_induction_starts_at_the_whole_statement():
    (step_,) = moments.because()
    with pytest.raises(Refused, match="let it be the only step"):
        step_.reason.apply(2 * moments.states.left, Scene(moments, dict(moments.given)))


# What an induction grants

kernel = Mean(He(n, u) * He(n, v))
CORRELATED = {n: Range(0, oo), rho: UNIT}


def climbing(at, before=None):
    fact = claim(CORRELATED, equal(kernel, rho**n))
    below = ((kernel.subs(n, n - 1), (rho**n).subs(n, n - 1)),)
    higher = Scene(fact, {**CORRELATED, n: Range(1, oo)}, below, climbing=n)
    return granted(1, at), kernel.subs({n: n - 1, **at}) if before is None else before, higher


def test_a_hypothesis_is_granted_at_other_parameters_of_the_domain():
    rule, before, here = climbing({rho: S.Half})
    assert rule.apply(before, here) == S.Half ** (n - 1)


@pytest.mark.parametrize(
    ("at", "before", "match"),
    [
        ({rho: S(2)}, None, r"rho = 2 need not lie in Interval\(-1, 1\)"),
        ({rho: 2 * rho}, None, "need not lie in"),
        ({n: n + 1}, None, "at no other value of it"),
        ({x: S.One}, None, "has no parameter x"),
        ({}, kernel, "does not occur in"),
    ],
    ids=["beyond one", "twice", "above", "unknown", "not there"],
)
def test_a_hypothesis_is_refused_elsewhere(at, before, match):
    rule, before, here = climbing(at, before)
    with pytest.raises(Refused, match=match):
        rule.apply(before, here)


def test_no_hypothesis_is_granted_outside_an_induction():
    with pytest.raises(Refused, match="the induction grants 0"):
        granted(1).apply(kernel, scene(CORRELATED))


def test_an_integration_variable_of_a_wider_range_is_not_granted():
    wide = Integral(kernel.subs({n: n - 1, rho: c}), (c, 0, 2))
    rule, _, here = climbing({rho: c})
    closed_, said = closes(wide, Step(Integral(c ** (n - 1), (c, 0, 2)), rule), here)
    assert not closed_
    assert "rho = c need not lie in" in said
