"""Every rule of calculus takes a right use and refuses the wrong ones that tempt."""

import pytest
from sympy import (
    Abs,
    Derivative,
    Ei,
    Heaviside,
    IndexedBase,
    Integral,
    Interval,
    KroneckerDelta,
    Piecewise,
    Range,
    Rational,
    S,
    Sum,
    acot,
    arg,
    asin,
    atan,
    atan2,
    atanh,
    cos,
    coth,
    erf,
    exp,
    gamma,
    log,
    oo,
    pi,
    sin,
    sinh,
    sqrt,
    symbols,
    tan,
    uppergamma,
)
from sympy import I as i_unit

from theory import Claim, Mean, calculus, equal, gaussian, step
from theory.activation import ERF, RELU, STEP, Activation, Unknown
from theory.algebra import same
from theory.arc_cosine.any_order import h
from theory.calculus import by_parts, collapse, constant, differentiate, gate, integrate, leibniz
from theory.derivation import Refused, Scene, Step, closes
from theory.domain import activations, matrices, vectors

x, y, t, a, c, rho = symbols("x y t a c rho", real=True)
s = symbols("s", positive=True)
n = symbols("n", integer=True, nonnegative=True)
i, j = symbols("i j", integer=True)
m, d = symbols("m d", integer=True, positive=True)
A, B = IndexedBase("A"), IndexedBase("B")
sigma = Unknown("sigma")
u, v = gaussian.pair(rho)
UNIT, OPEN = Interval(-1, 1), Interval.open(-1, 1)
LINE = (-oo, oo)


def scene(given=None) -> Scene:
    given = given or {}
    return Scene(Claim("here", "A claim.", given=given, states=equal(Integral(x, (x, 0, 1)), S.Half)), given)


def refused(name, rule, before, match, given=None):
    return pytest.param(rule, S(before), given, match, id=name)


def taken(name, rule, before, after, given=None):
    return pytest.param(rule, S(before), S(after), given, id=name)


normal = exp(-((x - a) ** 2) / 2)
classic = t**3 / x**2 * exp(-(t**2) / x)  # its integral over (0, 1) is t exp(-t^2), of slope 1 at 0
form = exp(-(x**2 - 2 * rho * x * y + y**2) / 2)
growing = Derivative(exp(x**4) * y, y) * exp(-(x**2)) * sin(t * x)

WRONG = [
    refused("pole", integrate(x), Integral(1 / x**2, (x, -1, 1)), "x may vanish on the interval"),
    refused("logarithm over its pole", integrate(x), Integral(1 / x, (x, -1, 1)), "x may vanish"),
    refused("principal value", integrate(x, by=log(x**2) / 2), Integral(1 / x, (x, -1, 1)), "may vanish"),
    refused("pole, limits reversed", integrate(x), Integral(1 / x**2, (x, 1, -1)), "may vanish"),
    refused(
        "pole of a parameter", integrate(x), Integral(1 / (x - a) ** 2, (x, 0, 1)), "may vanish", {a: UNIT}
    ),
    refused("pole at an end", integrate(x), Integral(1 / x**2, (x, 0, 1)), "may vanish"),
    refused(
        "pole beyond the parameter's own range",
        integrate(x),
        Integral(1 / (x - 2) ** 2, (x, 0, t), (t, 0, 5)),
        "x - 2 may vanish",
        {rho: UNIT},
    ),
    refused("divergence at infinity", integrate(x), Integral(1, (x, 0, oo)), "no finite value at an end"),
    refused(
        "oscillation at infinity", integrate(x), Integral(cos(x), (x, 0, oo)), "no finite value at an end"
    ),
    refused(
        "tangent", integrate(x), Integral(1 / cos(x) ** 2, (x, 0, pi)), "tan.* is not known to be continuous"
    ),
    refused(
        "arctan tan", integrate(x, by=atan(tan(x))), Integral(1, (x, 0, 2 * pi)), r"tan\(x\) is not known"
    ),
    refused(
        "two-argument arctangent",
        integrate(x, by=atan2(sin(x), cos(x))),
        Integral(1, (x, 0, 2 * pi)),
        "atan2.* is not known to be continuous",
    ),
    refused(
        "argument", integrate(x, by=arg(exp(i_unit * x))), Integral(1, (x, 0, 2 * pi)), "arg.* is not known"
    ),
    refused(
        "arccotangent", integrate(x, by=acot(x)), Integral(-1 / (1 + x**2), (x, -1, 1)), "acot.* is not known"
    ),
    refused(
        "hyperbolic pole", integrate(x, by=coth(x)), Integral(-1 / sinh(x) ** 2, (x, -1, 1)), "coth.* is not"
    ),
    refused(
        "artanh", integrate(x, by=atanh(x)), Integral(1 / (1 - x**2), (x, -2, 2)), "atanh.* is not known"
    ),
    refused("Ei", integrate(x, by=Ei(x)), Integral(exp(x) / x, (x, -1, 1)), "Ei.* is not known"),
    refused(
        "pole of gamma",
        integrate(x, by=gamma(x)),
        Integral(gamma(x).diff(x), (x, -S.Half, S.Half)),
        "gamma.* is not known",
    ),
    refused("step", integrate(x, by=x + step(x)), Integral(1, (x, -1, 1)), "is no antiderivative"),
    refused(
        "sine's inverse", integrate(x, by=asin(sin(x))), Integral(1, (x, 0, 2 * pi)), "is no antiderivative"
    ),
    refused("wrong by", integrate(x, by=x**2), Integral(x, (x, 0, 1)), "its derivative is another function"),
    refused(
        "by off by one percent", integrate(x, by=x**2 * 101 / 200), Integral(x, (x, 0, 1)), "another function"
    ),
    refused(
        "sign of a parameter",
        integrate(c, by=c**2 / 2),
        Integral(Abs(c), (c, 0, rho)),
        "is no antiderivative",
        {rho: UNIT},
    ),
    refused("negative end", integrate(c, by=c**2 / 2), Integral(Abs(c), (c, 0, -1)), "is no antiderivative"),
    refused(
        "SymPy's own mistake", integrate(x), Integral(Abs(sin(x) * cos(x)), (x, 0, 2 * pi)), "antiderivative"
    ),
    refused(
        "piecewise",
        integrate(x),
        Integral(Abs(x), (x, -1, 1)),
        "is no antiderivative|is not known to be continuous",
    ),
    refused(
        "derivative of a jump",
        integrate(x),
        Integral(Derivative(step(x), x), (x, -1, 1)),
        r"step\(x\) is not",
    ),
    refused(
        "derivative of a mean",
        integrate(rho),
        Integral(Derivative(Mean(step(u) * step(v)), rho), (rho, -1, 1)),
        "is not known to be continuous in rho",
    ),
    refused(
        "a mean",
        integrate(t),
        Integral(Mean(u * v * t), (t, 0, 1)),
        "say what the mean is first",
        {rho: UNIT},
    ),
    refused(
        "growth under an absolute value",
        integrate(x, by=Abs(sinh(x**3) - 5) * exp(-(x**2))),
        Integral((Abs(sinh(x**3) - 5) * exp(-(x**2))).diff(x), (x, *LINE)),
        "no finite value at an end|is not known",
    ),
    refused("no such integral", integrate(y), Integral(x, (x, 0, 1)), "no integral over y"),
    refused(
        "limit that moves",
        differentiate(t),
        Derivative(Integral(x, (x, 0, t)), t),
        "a limit of the integral over x depends on t",
        {t: UNIT},
    ),
    refused(
        "no domination at a corner",
        differentiate(t),
        Derivative(Integral(classic, (x, 0, 1)), t),
        "x may vanish on the interval",
        {t: UNIT},
    ),
    refused(
        "no Gaussian",
        differentiate(t),
        Derivative(Integral(sin(t * x) / (1 + x**2), (x, *LINE)), t),
        "no Gaussian factor in x",
        {t: UNIT},
    ),
    refused(
        "a Gaussian in one variable of two",
        differentiate(rho),
        Derivative(Integral(form, (x, *LINE), (y, *LINE)), rho),
        "no Gaussian factor in x, y",
        {rho: Interval(-5, 5)},
    ),
    refused(
        "growth hidden in a derivative",
        differentiate(t),
        Derivative(Integral(growing, (x, *LINE)), t),
        "is not known to be continuous|no Gaussian factor",
        {t: UNIT, y: UNIT},
    ),
    refused(
        "half a line",
        differentiate(t),
        Derivative(Integral(t * exp(-(x**2)), (x, 0, oo)), t),
        "has one infinite end",
        {t: UNIT},
    ),
    refused(
        "a jump that moves",
        differentiate(t),
        Derivative(Integral(Piecewise((1, x < t), (0, True)), (x, 0, 1)), t),
        "it may jump or have a pole",
        {t: UNIT},
    ),
    refused(
        "an activation that jumps",
        differentiate(t),
        Derivative(Integral(sigma(x + t) * exp(-(x**2)), (x, *LINE)), t),
        "for sigma = step: .* is not a function, but a measure",
        {t: UNIT, sigma: activations(ERF, STEP)},
    ),
    refused(
        "an activation that hides its jump",
        differentiate(t),
        Derivative(Integral(sigma(x + t) * exp(-(x**2)), (x, *LINE)), t),
        "hidden: its derivative of order 1 may lose a jump; list it in weak",
        {t: UNIT, sigma: activations(Activation("hidden", lambda z: Piecewise((0, z < 0), (1, True))))},
    ),
    refused(
        "a number", differentiate(t), Derivative(Integral(t * x, (x, 0, 1)), t), "t must live in an interval"
    ),
    refused(
        "a derivative of no integral",
        differentiate(t),
        Derivative(t * y, t),
        "no derivative of an integral in t",
    ),
    refused(
        "finite ends",
        by_parts(x),
        Integral(x * Derivative(exp(-(x**2)), x), (x, 0, 1)),
        "the terms at the ends .* need not vanish",
    ),
    refused(
        "nothing that falls",
        by_parts(x),
        Integral(x * Derivative(sin(x), x), (x, *LINE)),
        "no Gaussian factor in x",
    ),
    refused(
        "a gate", by_parts(x), Integral(step(x) * Derivative(exp(-(x**2)), x), (x, *LINE)), r"step\(x\) jumps"
    ),
    refused(
        "a Heaviside function",
        by_parts(x),
        Integral(Heaviside(x) * Derivative(exp(-(x**2)), x), (x, *LINE)),
        r"Heaviside\(x\) is not known to be continuous",
    ),
    refused(
        "the derivative of a jump",
        by_parts(x),
        Integral(exp(-(x**2)) * Derivative(step(x), x), (x, *LINE)),
        r"step\(x\) jumps",
    ),
    refused(
        "an activation that jumps, moved",
        by_parts(x),
        Integral(sigma(x) * Derivative(exp(-(x**2)), x), (x, *LINE)),
        "for sigma = step",
        {sigma: activations(RELU, STEP)},
    ),
    refused(
        "another variable",
        by_parts(x),
        Integral(y * Derivative(sin(x), x), (y, *LINE)),
        "no derivative in x to move",
        {x: UNIT},
    ),
    refused(
        "n too small",
        leibniz(x),
        Derivative(x**2 * h(0, x), (x, n)),
        "derivative of negative order",
        {x: OPEN, n: Range(0, oo)},
    ),
    refused(
        "chain rule",
        leibniz(x),
        Derivative(h(0, 2 * x), (x, n)),
        "the chain rule is another rule",
        {x: Interval.open(-S.Half, S.Half), n: Range(1, oo)},
    ),
    refused(
        "beyond where it is smooth",
        leibniz(x),
        Derivative(h(0, x), (x, n)),
        "may vanish on the interval",
        {x: UNIT, n: Range(1, oo)},
    ),
    refused(
        "no polynomial",
        leibniz(x),
        Derivative(sin(x) * h(0, x), (x, n)),
        "is not a polynomial in x times one derivative",
        {x: OPEN, n: Range(1, oo)},
    ),
    refused(
        "other variable",
        leibniz(y),
        Derivative(h(0, x), (x, n)),
        "is not a derivative in y",
        {x: OPEN, n: Range(1, oo)},
    ),
    refused("order without a domain", leibniz(x), Derivative(h(0, x), (x, n)), "n has no domain", {x: OPEN}),
    refused("order zero", constant(x), Derivative(S(5), (x, n)), "n may be zero", {x: UNIT, n: Range(0, oo)}),
    refused(
        "variable of another derivative", constant(x), Derivative(y**2, y), "nothing constant in x", {y: UNIT}
    ),
    refused(
        "mean that moves", constant(t), Derivative(Mean(u * v), rho), "nothing constant in t", {rho: UNIT}
    ),
    refused(
        "no delta", collapse(), Sum(A[i], (i, 1, m)), "no Kronecker delta", {m: Range(1, oo), A: vectors(m)}
    ),
    refused(
        "gate of another variable",
        gate(x),
        Integral(step(y) * exp(-(x**2)), (x, *LINE)),
        "no gate in x",
        {y: UNIT},
    ),
    refused("gate on half a line", gate(x), Integral(step(x) * exp(-(x**2)), (x, -1, oo)), "no gate in x"),
    refused(
        "gate of a shifted variable",
        gate(x),
        Integral(step(x - 1) * exp(-(x**2)), (x, *LINE)),
        "no gate in x",
    ),
]


@pytest.mark.parametrize(("rule", "before", "given", "match"), WRONG)
def test_a_wrong_use_is_refused(rule, before, given, match):
    with pytest.raises(Refused, match=match):
        rule.apply(before, scene(given))


half = n + S.Half
tail = -(2**n) * uppergamma(half, x**2 / 2) / (2 * sqrt(pi))

RIGHT = [
    taken("polynomial", integrate(x), Integral(x**2, (x, 0, 1)), Rational(1, 3)),
    taken("limits reversed", integrate(x), Integral(x**2, (x, 1, 0)), -Rational(1, 3)),
    taken("gaussian on half a line", integrate(x), Integral(x * exp(-(x**2) / 2), (x, 0, oo)), 1),
    taken("gaussian on the line", integrate(x), Integral(exp(-(x**2) / 2), (x, *LINE)), sqrt(2 * pi)),
    taken("pole elsewhere", integrate(x), Integral(1 / x**2, (x, 1, 2)), S.Half),
    taken("arctangent", integrate(x), Integral(1 / (1 + x**2), (x, *LINE)), pi),
    taken("positive variable", integrate(x, by=x**2 / 2), Integral(Abs(x), (x, 0, 2)), 2),
    taken("absolute value", integrate(x, by=x * Abs(x) / 2), Integral(Abs(x), (x, -1, 2)), Rational(5, 2)),
    taken("up to a parameter", integrate(c), Integral(c**2, (c, 0, rho)), rho**3 / 3, {rho: UNIT}),
    taken(
        "within the parameter's range",
        integrate(c, by=asin(c)),
        Integral(1 / sqrt(1 - c**2), (c, 0, rho)),
        asin(rho),
        {rho: OPEN},
    ),
    taken(
        "incomplete gamma",
        integrate(x, by=tail),
        Integral(x ** (2 * n) * exp(-(x**2) / 2) / sqrt(2 * pi), (x, 0, oo)),
        2**n * gamma(half) / (2 * sqrt(pi)),
        {n: Range(0, oo)},
    ),
    taken(
        "inner integral alone",
        integrate(x),
        Integral(x * y, (x, 0, y), (y, 0, 1)),
        Integral(y**3 / 2, (y, 0, 1)),
    ),
    taken(
        "fundamental theorem", integrate(c), Integral(Derivative(c**3, c), (c, 0, rho)), rho**3, {rho: UNIT}
    ),
    taken(
        "finite ends, smooth",
        differentiate(t),
        Derivative(Integral(sin(t * x), (x, 0, 1)), t),
        Integral(x * cos(t * x), (x, 0, 1)),
        {t: UNIT},
    ),
    taken(
        "dominated by a Gaussian",
        differentiate(a),
        Derivative(Integral(normal, (x, *LINE)), a),
        Integral((x - a) * normal, (x, *LINE)),
        {a: UNIT},
    ),
    taken(
        "a pair's density",
        differentiate(rho),
        Derivative(Integral(form, (x, *LINE), (y, *LINE)), rho),
        Integral(x * y * form, (x, *LINE), (y, *LINE)),
        {rho: OPEN},
    ),
    taken(
        "off the Gaussian",
        by_parts(x),
        Integral(x**3 * Derivative(exp(-(x**2) / 2), x), (x, *LINE)),
        -Integral(3 * x**2 * exp(-(x**2) / 2), (x, *LINE)),
    ),
    taken(
        "an activation",
        by_parts(x),
        Integral(sigma(x) * Derivative(exp(-(x**2) / 2), x), (x, *LINE)),
        -Integral(sigma.derivative(1)(x) * exp(-(x**2) / 2), (x, *LINE)),
        {sigma: activations(ERF, RELU)},
    ),
    taken(
        "product with a parabola",
        leibniz(x),
        Derivative((1 - x**2) * h(1, x), (x, n)),
        (1 - x**2) * h(n + 1, x) - 2 * n * x * h(n, x) - n * (n - 1) * h(n - 1, x),
        {x: OPEN, n: Range(1, oo)},
    ),
    taken("order one and more", constant(x), Derivative(S(5), (x, n)), 0, {x: UNIT, n: Range(1, oo)}),
    taken(
        "constant beside",
        constant(x),
        y * Derivative(S(5), (x, n)) + y,
        y,
        {x: UNIT, y: UNIT, n: Range(1, oo)},
    ),
    taken(
        "one term left",
        collapse(),
        Sum(KroneckerDelta(i, j) * A[i], (i, 1, m), (j, 1, m)),
        Sum(A[j], (j, 1, m)),
        {m: Range(1, oo), A: vectors(m)},
    ),
    taken(
        "half the line",
        gate(x),
        Integral(step(x) * x * exp(-(x**2)), (x, *LINE)),
        Integral(x * exp(-(x**2)), (x, 0, oo)),
    ),
    taken("every integral", integrate(x), Integral(x, (x, 0, 1)) + Integral(x, (x, 0, 2)), Rational(5, 2)),
    taken("error function", integrate(x), Integral(exp(-(x**2)), (x, 0, 1)), sqrt(pi) * erf(1) / 2),
]


@pytest.mark.parametrize(("rule", "before", "after", "given"), RIGHT)
def test_a_right_use_gives_what_it_should(rule, before, after, given):
    assert same(rule.apply(before, scene(given)), after)


@pytest.mark.parametrize(("rule", "before", "after", "given"), RIGHT)
def test_a_right_use_does_not_give_one_percent_more(rule, before, after, given):
    wrong = after * Rational(101, 100) if after != 0 else S.One
    closed, note = closes(before, Step(wrong, rule), scene(given))
    assert not closed
    assert "did not simplify to zero" in note


@pytest.mark.parametrize(
    ("total", "after"),
    [
        (Sum(KroneckerDelta(i, j) * A[i], (i, 1, m), (j, 1, d)), Sum(A[j], (j, 1, d))),
        (Sum(KroneckerDelta(i, j) * A[i], (i, 1, m)), A[j]),
        (Sum(KroneckerDelta(i, 1) * A[i], (i, 2, m)), A[1]),
    ],
    ids=["another range", "a free index", "a number out of range"],
)
def test_a_delta_collapses_only_where_its_other_index_runs_over_the_same_range(total, after):
    given = {m: Range(1, oo), d: Range(1, oo), j: Range(1, oo), A: vectors(m)}
    if total.has(KroneckerDelta(i, j)) and len(total.limits) > 1:
        given.pop(j)
    assert not closes(total, Step(after, collapse()), scene(given))[0]


def test_a_delta_does_not_carry_its_index_under_another_sum_over_it():
    total = Sum(KroneckerDelta(i, j) * sin(Sum(B[i, j], (j, 1, m))), (i, 1, m), (j, 1, m))
    wrong = Sum(sin(Sum(B[j, j], (j, 1, m))), (j, 1, m))
    closed, note = closes(total, Step(wrong, collapse()), scene({m: Range(1, oo), B: matrices(m, m)}))
    assert not closed
    assert "j means two things" in note


def test_a_new_variable_has_no_meaning_yet():
    with pytest.raises(Refused, match=r"t has a meaning in .* already"):
        calculus.reject_taken((t,), Mean(u * t), scene({t: UNIT, rho: UNIT}))


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (integrate(x), "integrate over x"),
        (integrate(x, by=x**2), "antiderivative x²"),
        (differentiate(rho), "under the integral sign, in rho"),
        (by_parts(x), "by parts over x"),
        (leibniz(rho), "Leibniz's rule in rho"),
        (collapse(), "Kronecker delta"),
        (gate(x), "x > 0"),
        (constant(rho), "derivatives of a constant vanish"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else "",
)
def test_a_rule_reads_as_a_person_would_say_it(rule, says):
    assert says in str(rule)
