"""Balls contain the numbers they are said to contain, and say so when they cannot."""

import subprocess
import sys
from fractions import Fraction

import mpmath
import pytest
import sympy as sp
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sympy import Integral, Rational, Sum, cos, erf, exp, oo, pi, sin, sqrt

from theory.certify import Unevaluable, difference, enclose, positive_definite
from theory.law import step

arb, acb = pytest.importorskip("flint").arb, pytest.importorskip("flint").acb
balls = pytest.importorskip("theory.balls")
span = pytest.importorskip("theory.intervals").span

x, y, z, t, rho, theta = sp.symbols("x y z t rho theta", real=True)
k, n = sp.symbols("k n", integer=True)
unknown = sp.Symbol("unknown")  # not known to be real
density = exp(-(z**2) / 2) / sqrt(2 * pi)
DIGITS = 30
REFERENCE_DIGITS = 50
RAMANUJAN = 262537412640768744  # closer to exp(pi sqrt(163)) than 1e-12


def rationals(low, high):
    return st.fractions(Fraction(low), Fraction(high), max_denominator=997).map(
        lambda q: Rational(q.numerator, q.denominator)
    )


def around(reference: mpmath.mpf):
    """A ball around a reference of 50 digits, with ten of them left for the error of its own algorithm."""
    mantissa, exponent = int(mpmath.sign(reference)) * int(reference.man), reference.exp
    scale = 1 + arb((abs(mantissa), exponent))
    return arb((mantissa, exponent), scale * arb(10) ** (10 - REFERENCE_DIGITS))


def assert_encloses(ball, reference, digits=DIGITS):
    """Consistent with the reference, and as sharp as was asked for (relatively, or absolutely at zero)."""
    assert ball.overlaps(around(reference)), f"{ball} excludes {reference}"
    scale = 1 if ball.contains(0) else abs(ball).upper()
    assert ball.rad() <= scale * arb(10) ** -digits, f"{ball} is not sharp to {digits} digits"


def number(q: Rational) -> mpmath.mpf:
    return mpmath.mpf(int(q.p)) / int(q.q)


half = Rational(1, 2)
FUNCTIONS = {
    "exp": (exp(x), mpmath.exp, -50, 50),
    "log": (sp.log(x), mpmath.log, Fraction(1, 997), 50),
    "sin": (sin(x), mpmath.sin, -50, 50),
    "cos": (cos(x), mpmath.cos, -50, 50),
    "tan": (sp.tan(x), mpmath.tan, -3, 3),
    "asin": (sp.asin(x), mpmath.asin, -1, 1),
    "acos": (sp.acos(x), mpmath.acos, -1, 1),
    "atan": (sp.atan(x), mpmath.atan, -50, 50),
    "atan2": (sp.atan2(x, half - x), lambda u: mpmath.atan2(u, 0.5 - u), -3, 3),
    "sinh": (sp.sinh(x), mpmath.sinh, -9, 9),
    "cosh": (sp.cosh(x), mpmath.cosh, -9, 9),
    "tanh": (sp.tanh(x), mpmath.tanh, -9, 9),
    "asinh": (sp.asinh(x), mpmath.asinh, -9, 9),
    "acosh": (sp.acosh(x), mpmath.acosh, 1, 9),
    "sech": (sp.sech(x), mpmath.sech, -9, 9),
    "sinc": (sp.sinc(x), mpmath.sinc, -9, 9),
    "erf": (erf(x), mpmath.erf, -5, 5),
    "erfc": (sp.erfc(x), mpmath.erfc, -5, 9),
    "erfi": (sp.erfi(x), mpmath.erfi, -5, 5),
    "gamma": (sp.gamma(x), mpmath.gamma, Fraction(1, 97), 20),
    "loggamma": (sp.loggamma(x), mpmath.loggamma, Fraction(1, 97), 50),
    "digamma": (sp.digamma(x), mpmath.digamma, Fraction(1, 97), 50),
    "polygamma": (sp.polygamma(2, x), lambda u: mpmath.psi(2, u), Fraction(1, 97), 50),
    "lowergamma": (sp.lowergamma(Rational(3, 2), x), lambda u: mpmath.gammainc(1.5, 0, u), 0, 9),
    "uppergamma": (sp.uppergamma(Rational(5, 2), x), lambda u: mpmath.gammainc(2.5, u), 0, 9),
    "factorial": (sp.factorial(x), mpmath.factorial, 0, 20),
    "binomial-integer": (sp.binomial(x, 4), lambda u: mpmath.binomial(u, 4), 4, 20),
    "binomial": (sp.binomial(Rational(7, 2), x), lambda u: mpmath.binomial(3.5, u), -2, 3),
    "rising factorial": (sp.RisingFactorial(x, half), lambda u: mpmath.rf(u, 0.5), Fraction(1, 97), 9),
    "beta": (sp.beta(x, half), lambda u: mpmath.beta(u, 0.5), Fraction(1, 97), 9),
    "hermite": (sp.hermite(5, x, evaluate=False), lambda u: mpmath.hermite(5, u), -5, 5),
    "hermite_prob": (
        sp.hermite_prob(6, x, evaluate=False),
        lambda u: mpmath.hermite(6, u / mpmath.sqrt(2)) / 8,
        -5,
        5,
    ),
    "legendre": (sp.legendre(7, x, evaluate=False), lambda u: mpmath.legendre(7, u), -1, 1),
    "chebyshevt": (sp.chebyshevt(7, x, evaluate=False), lambda u: mpmath.chebyt(7, u), -1, 1),
    "chebyshevu": (sp.chebyshevu(7, x, evaluate=False), lambda u: mpmath.chebyu(7, u), -1, 1),
    "besseli": (sp.besseli(2, x), lambda u: mpmath.besseli(2, u), -9, 9),
    "besseli-fraction": (sp.besseli(Rational(3, 2), x), lambda u: mpmath.besseli(1.5, u), 0, 9),
    "zeta": (sp.zeta(x), mpmath.zeta, Fraction(3, 2), 20),
    "Abs": (sp.Abs(x), abs, -9, 9),
    "sign": (sp.sign(x), mpmath.sign, -9, 9),
    "Max": (sp.Max(x, 1 - x, half), lambda u: max(u, 1 - u, mpmath.mpf(0.5)), -9, 9),
    "Min": (sp.Min(x, 1 - x, half), lambda u: min(u, 1 - u, mpmath.mpf(0.5)), -9, 9),
    "Heaviside": (sp.Heaviside(x, half), lambda u: mpmath.mpf(u > 0) if u else mpmath.mpf(0.5), -9, 9),
    "step": (step(x), lambda u: mpmath.mpf(u > 0), -9, 9),
    "Piecewise": (
        sp.Piecewise((x**2, x < 0), (1, sp.Eq(x, 0)), (-x, True)),
        lambda u: u**2 if u < 0 else -u or mpmath.mpf(1),
        -9,
        9,
    ),
    "integer power": (x**-3, lambda u: u**-3, Fraction(1, 997), 9),
    "root": (x ** Rational(2, 3), lambda u: mpmath.mpf(u) ** (mpmath.mpf(2) / 3), 0, 9),
    "reciprocal root": (1 / sqrt(x), lambda u: 1 / mpmath.sqrt(u), Fraction(1, 997), 9),
    "power": (x**x, lambda u: mpmath.power(u, u), 0, 9),
    "exponential": (Rational(2, 3) ** x, lambda u: (mpmath.mpf(2) / 3) ** u, -9, 9),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@given(data=st.data())
@settings(max_examples=6)
def test_a_function_of_a_rational_number_is_enclosed_to_thirty_digits(name, data):
    expr, reference, low, high = FUNCTIONS[name]
    q = data.draw(rationals(low, high))
    with mpmath.workdps(REFERENCE_DIGITS + 20):
        assert_encloses(enclose(expr, {x: q}), mpmath.mpf(reference(number(q))))


def compiled(expr):
    return balls.closure(expr, balls.Scope(running=(x,)))


@pytest.mark.parametrize("name", FUNCTIONS)
@given(data=st.data())
@settings(max_examples=4)
def test_a_wide_ball_encloses_the_values_at_its_points(name, data):
    expr, _, low, high = FUNCTIONS[name]
    ends = sorted(data.draw(st.lists(rationals(low, high), min_size=3, max_size=3)))
    f = compiled(expr)
    whole = f((span(balls.value(ends[0]), balls.value(ends[2])),), None)
    assert whole.overlaps(f((balls.value(ends[1]),), None))


@pytest.mark.parametrize("name", FUNCTIONS)
@given(data=st.data())
@settings(max_examples=4)
def test_a_finite_answer_on_a_region_means_that_the_function_is_analytic_there(name, data):
    """The mean over N points of a circle of half its size is the value inside, up to sup|f| / (2^N - 1)."""
    expr, _, low, high = FUNCTIONS[name]
    re, im = data.draw(rationals(low, high)), data.draw(rationals(-2, 2))
    radius = Fraction(1, data.draw(st.integers(1, 64)))
    f, points = compiled(expr), 64
    reach = arb(0, arb(radius.numerator) / radius.denominator)
    centre = acb(balls.value(re), balls.value(im))
    region = f((centre + acb(reach, reach),), True)
    if not region.is_finite():
        return
    size = arb(radius.numerator) / (2 * radius.denominator)
    circle = (centre + size * acb.exp_pi_i(acb(2 * j) / points) for j in range(points))
    mean = sum((f((point,), True) for point in circle), acb(0)) / points
    error = region.abs_upper() / (2**points - 1)
    assert (mean - f((centre,), True)).abs_lower() <= error
    assert acb(region).overlaps(mean)


@pytest.mark.parametrize("name", ["exp", "cos", "erf", "hermite", "Abs", "step", "asin", "root"])
def test_a_region_beside_the_real_line_is_found_analytic_so_that_integrals_converge(name):
    region = acb(arb("0.5 +/- 0.1"), arb("0 +/- 0.1"))
    assert compiled(FUNCTIONS[name][0])((region,), True).is_finite()


KINKS = dict.fromkeys(["Abs", "sign", "Heaviside", "step", "Piecewise", "root"], "0")
KINKS |= dict.fromkeys(["log", "loggamma", "root", "power", "reciprocal root"], "-0.5")
KINKS |= {"Max": "0.5", "Min": "0.5", "asin": "-1.5", "acos": "1.5", "acosh": "0.5", "uppergamma": "-0.5"}


@pytest.mark.parametrize(("name", "centre"), KINKS.items())
def test_a_region_across_a_kink_or_a_cut_is_refused(name, centre):
    region = acb(arb(f"{centre} +/- 0.1"), arb("0 +/- 0.1"))
    assert not compiled(FUNCTIONS[name][0])((region,), True).is_finite()


@given(end=rationals(-9, 9))
def test_an_interval_that_ends_at_zero_keeps_its_sign_and_its_other_end(end):
    ball = balls.value(end)
    whole = span(arb(0), ball)
    assert whole.contains(ball)
    assert whole.contains(0)
    assert whole >= 0 if end >= 0 else whole <= 0


@pytest.mark.parametrize(
    ("constant", "reference"),
    [
        (pi, lambda: +mpmath.pi),
        (sp.E, lambda: +mpmath.e),
        (sp.EulerGamma, lambda: +mpmath.euler),
        (sp.Catalan, lambda: +mpmath.catalan),
        (sp.GoldenRatio, lambda: +mpmath.phi),
        (sp.CRootOf(x**5 - x - 1, 0), lambda: mpmath.findroot(lambda u: u**5 - u - 1, 1.17)),
        (sp.factorial2(n).subs(n, 9), lambda: mpmath.mpf(945)),
        (exp(pi * sqrt(163)) - RAMANUJAN, lambda: mpmath.exp(mpmath.pi * mpmath.sqrt(163)) - RAMANUJAN),
        (sin(10**40), lambda: mpmath.sin(10**40)),
    ],
)
def test_a_constant_is_enclosed_to_thirty_digits_whatever_cancels(constant, reference):
    with mpmath.workdps(REFERENCE_DIGITS + 60):
        assert_encloses(enclose(constant), reference())


@pytest.mark.parametrize(
    ("expr", "at", "exact"),
    [
        (sqrt(1 - rho**2), {rho: 1}, 0),
        (sqrt(1 - rho**2), {rho: -1}, 0),
        (x**k, {x: 0, k: 0}, 1),
        (x**y, {x: 0, y: half}, 0),
        (x**y, {x: 0, y: sqrt(2)}, 0),
        (sp.Heaviside(x, 0), {x: 0}, 0),
        (sp.sign(x), {x: 0}, 0),
        (sp.re(unknown), {unknown: Rational(-3, 4)}, Rational(-3, 4)),
        (sp.im(unknown), {unknown: Rational(-3, 4)}, 0),
        (sp.KroneckerDelta(k, n), {k: 2, n: 2}, 1),
        (sp.KroneckerDelta(k, n), {k: 2, n: 3}, 0),
        (sp.factorial2(k), {k: -1}, 1),
        (sp.binomial(k, 3), {k: 2}, 0),
        (Sum(x**k, (k, 0, 3)), {x: 0}, 1),
        (sp.Float(0.1) - Rational(3602879701896397, 2**55), {}, 0),
    ],
)
def test_at_degenerate_points_values_are_exact(expr, at, exact):
    ball = enclose(expr, at)
    assert ball.is_exact()
    assert ball == enclose(sp.sympify(exact))


def test_arcsine_at_one_is_a_right_angle_without_an_imaginary_part():
    assert difference(sp.asin(rho), pi / 2, {rho: 1}).contains(0)
    assert enclose(sp.asin(rho), {rho: 1}).rad() < arb(10) ** -DIGITS


def test_a_correlation_that_is_one_without_looking_so_is_met_with_more_bits():
    one = sqrt(3 + 2 * sqrt(2)) - sqrt(2)
    assert_encloses(difference(sp.asin(rho) + sqrt(1 - rho**2), pi / 2, {rho: one}), mpmath.mpf(0))


def wedge(theta):
    return Integral(cos(t) * cos(t - theta), (t, theta - pi / 2, pi / 2))


closed_wedge = (sin(theta) + (pi - theta) * cos(theta)) / 2


@given(angle=rationals(0, Fraction(22, 7)))
@example(angle=Rational(0))
@example(angle=Rational(10**15 - 1, 10**15))
@settings(max_examples=64)
def test_the_arc_cosine_integral_encloses_its_closed_form_and_excludes_a_planted_error(angle):
    gap = difference(wedge(theta), closed_wedge, {theta: angle}, DIGITS)
    assert gap.contains(0)
    assert gap.rad() < arb(10) ** -DIGITS
    planted = closed_wedge * (1 + Rational(1, 10**25))
    assert not difference(wedge(theta), planted, {theta: angle}, DIGITS).contains(0)


@given(order=st.integers(0, 6))
@settings(max_examples=7)
def test_absolute_moments_of_a_gaussian_are_gamma_values(order):
    moment = 2 ** Rational(order, 2) * sp.gamma(Rational(order + 1, 2)) / sqrt(pi)
    gap = difference(Integral(sp.Abs(z) ** order * density, (z, -oo, oo)), moment, {})
    assert_encloses(gap, mpmath.mpf(0))


@pytest.mark.parametrize(
    ("integrand", "ends", "closed_form"),
    [
        (erf(z) ** 2 * density, (-oo, oo), 2 / pi * sp.asin(Rational(2, 3))),
        (step(z) * z**2 * density, (-oo, oo), half),
        (sp.Max(z, 0) * sp.Max(-z, 0) * density, (-oo, oo), sp.S.Zero),
        (density / (1 + exp(-z)), (-oo, oo), half),
        (z ** Rational(3, 2) * exp(-2 * z), (0, oo), sp.gamma(Rational(5, 2)) / 2 ** Rational(5, 2)),
        (exp(z), (-oo, 1), sp.E),
        (sp.sech(z), (-oo, oo), pi),
        (exp(-sp.Abs(z)), (-oo, oo), sp.Integer(2)),
        (z**3 * exp(-(z**4)), (0, oo), Rational(1, 4)),
        (1 / (1 + z**2), (1, oo), pi / 4),
        (z**-3, (oo, 2), -Rational(1, 8)),
        (sp.Piecewise((exp(-z), z > 0), (exp(z), True)), (-oo, oo), sp.Integer(2)),
        (sp.erfc(z) * exp(-z), (0, oo), 1 - exp(Rational(1, 4)) * sp.erfc(half)),
    ],
)
def test_an_improper_integral_with_a_bounded_tail_encloses_its_closed_form(integrand, ends, closed_form):
    gap = difference(Integral(integrand, (z, *ends)), closed_form, {})
    assert_encloses(gap, mpmath.mpf(0))


@pytest.mark.parametrize(
    ("activation", "reference"),
    [
        (sp.tanh(z), lambda u: mpmath.tanh(u)),
        (sp.log(1 + exp(z)), lambda u: mpmath.log1p(mpmath.exp(u))),
        (z * (1 + erf(z / sqrt(2))) / 2, lambda u: u * mpmath.ncdf(u)),
    ],
)
def test_a_second_moment_of_an_activation_agrees_with_mpmath(activation, reference):
    with mpmath.workdps(REFERENCE_DIGITS):
        expected = mpmath.quad(lambda u: reference(u) ** 2 * mpmath.npdf(u), [-20, -8, -3, 0, 3, 8, 20])
    assert_encloses(enclose(Integral(activation**2 * density, (z, -oo, oo))), expected)


def test_the_second_moment_of_gelu_is_the_number_on_record():
    """Measured independently with another truncation and a tail bound by hand."""
    ball = enclose(Integral((z * (1 + erf(z / sqrt(2))) / 2) ** 2 * density, (z, -oo, oo)))
    assert ball.overlaps(arb("0.4252214825702986749184554164 +/- 5e-29"))


@pytest.mark.parametrize(
    ("integrand", "ends", "closed_form"),
    [
        (sqrt(t), (1, 4), Rational(14, 3)),
        (sqrt(1 - t**2), (-1, 1), pi / 2),
        (t ** Rational(1, 3), (0, 1), Rational(3, 4)),
        (sp.log(t), (1, 4), 4 * sp.log(4) - 3),
        (sp.asin(t), (0, 1), pi / 2 - 1),
        (sp.acos(t), (-1, 1), pi),
        (sp.atan(t), (0, 1), pi / 4 - sp.log(2) / 2),
        (sp.asinh(t), (0, 1), sp.asinh(1) - sqrt(2) + 1),
        (sp.atan2(sin(t), cos(t)), (0, 3), Rational(9, 2)),
        (sp.atan2(1, t), (-1, 1), pi),
        (t**t * (1 + sp.log(t)), (1, 2), sp.S(3)),
        (sp.Abs(t - Rational(1, 3)), (0, 1), Rational(5, 18)),
        (sp.Abs(sin(t) * cos(t)), (0, 2 * pi), sp.S(2)),
        (sp.Max(t, 1 - t), (0, 1), Rational(3, 4)),
        (sp.Min(t, t**2), (-1, 2), Rational(1, 2) * -1 + Rational(1, 3) + Rational(3, 2)),
        (sp.sign(t - sqrt(2)), (0, 2), 2 - 2 * sqrt(2)),
        (step(cos(t)), (-pi, pi), pi),
        (sp.Piecewise((t, t < half), (1, sp.And(t >= half, t < 2)), (0, True)), (0, 3), Rational(13, 8)),
        (sp.besseli(half, t), (1, 2), None),
        (sp.lowergamma(half, t), (1, 2), None),
        (sp.loggamma(t), (1, 2), sp.log(2 * pi) / 2 - 1),
        (sp.digamma(t), (1, 3), sp.log(2)),
        (Sum(t**k / sp.factorial(k), (k, 0, 3)), (0, 1), Rational(41, 24)),
        (sp.S(3), (half, 2), Rational(9, 2)),
    ],
)
def test_branch_cuts_and_kinks_on_the_path_are_honoured(integrand, ends, closed_form):
    ball = enclose(Integral(integrand, (t, *ends)), digits=20)
    if closed_form is None:
        with mpmath.workdps(REFERENCE_DIGITS):
            reference = mpmath.quad(sp.lambdify(t, integrand.rewrite(sp.hyper), "mpmath"), ends)
    else:
        with mpmath.workdps(REFERENCE_DIGITS):
            reference = mpmath.mpf(sp.N(closed_form, REFERENCE_DIGITS))
    assert_encloses(ball, reference, digits=20)


def test_a_nested_integral_is_enclosed_where_the_ends_depend_on_the_outer_variable():
    nested = Integral(exp(-x * t), (x, 0, t), (t, 0, 1))
    with mpmath.workdps(30):
        reference = mpmath.quad(lambda u: -mpmath.expm1(-(u**2)) / u, [0, 1])
        assert enclose(nested, digits=15).overlaps(arb(mpmath.nstr(reference, 25) + " +/- 1e-20"))


def test_a_cut_that_moves_with_the_outer_variable_is_honoured():
    """The inner integral has a branch point at t = 0, which is an end of the outer path."""
    ball = enclose(Integral(sqrt(x + t), (x, 0, 1), (t, 0, 1)), digits=3)
    assert ball.overlaps(enclose((2 * sqrt(2) - 1) * 8 / 15))
    assert ball.rad() < 1


def test_a_kink_that_moves_with_the_outer_variable_is_wide_but_right():
    ball = enclose(Integral(sp.Max(t - x, 0), (x, 0, 1), (t, 0, 1)), digits=2)
    assert ball.contains(arb(1) / 6)


@pytest.mark.parametrize(
    ("series", "closed_form"),
    [
        (Sum(rho**k / sp.factorial(k), (k, 0, oo)), exp(rho)),
        (Sum(k * rho**k, (k, 1, oo)), rho / (1 - rho) ** 2),
        (Sum(sp.binomial(2 * k, k) * (rho / 2) ** (2 * k), (k, 0, oo)), 1 / sqrt(1 - rho**2)),
        (Sum(rho ** (k + n), (k, 0, oo), (n, 0, 2)), (1 + rho + rho**2) / (1 - rho)),
        (sp.Product(1 + rho**k, (k, 1, 3)), (1 + rho) * (1 + rho**2) * (1 + rho**3)),
        (Sum(k * n, (k, 1, n), (n, 1, 4)), 65 + 0 * rho),
        (Sum(sin(rho) ** k, (k, 3, 2)), sp.S.Zero),
    ],
)
@pytest.mark.parametrize("at", [Rational(0), Rational(1, 3), Rational(-9, 10)])
def test_a_sum_or_series_encloses_its_closed_form(series, closed_form, at):
    assert_encloses(difference(series, closed_form, {rho: at}), mpmath.mpf(0))


class Doubled(sp.Function):
    nargs = 1

    def _eval_balls(self):
        return 2 * self.args[0]


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        (Doubled(pi), 2 * pi),
        (sp.Derivative(x * erf(x), x), erf(half) + exp(-Rational(1, 4)) / sqrt(pi)),
        (sp.Subs(sp.Derivative(sin(y), y), y, x), cos(half)),
        (sp.FallingFactorial(x, half), sqrt(pi) / 2),
    ],
)
def test_a_node_without_an_enclosure_of_its_own_is_unfolded(expr, expected):
    assert_encloses(difference(expr, expected, {x: half}), mpmath.mpf(0))


def test_an_undecided_condition_gives_the_hull_of_its_branches():
    nothing = sqrt(3 + 2 * sqrt(2)) - sqrt(2) - 1
    ball = enclose(sp.Piecewise((1, x > 0), (2, True)), {x: nothing})
    assert ball.contains(1)
    assert ball.contains(2)


@pytest.mark.parametrize(
    ("expr", "at", "message"),
    [
        (x + y, {x: 1}, r"^y has no value: give it one in `at`$"),
        (sp.Function("f")(x), {x: 1}, r"f\(x\) has no value"),
        (sp.airyai(x), {x: 1}, r"no ball enclosure for airyai; give the class a method `_eval_balls"),
        (sqrt(x), {x: -2}, r"sqrt\(x\) is not real: its imaginary part lies in \[1\.41"),
        (1 / x, {x: 0}, r"1/x at \{x: 0\}: no finite enclosure at \d+ bits"),
        (oo * x, {x: 1}, r"oo is not a number: infinity may stand only"),
        (Integral(1 / sqrt(t), (t, 0, 1)), {}, r"no finite enclosure .*; if an integrand is unbounded"),
        (Integral(exp(z), (z, 0, oo)), {}, r"no rigorous bound for its tail, .* exp\(1\.00\*"),
        (Integral(sin(z) / z, (z, 1, oo)), {}, r"no rigorous bound for its tail"),
        (Integral(exp(-sqrt(z)), (z, 0, oo)), {}, r"no rigorous bound for its tail"),
        (Integral(exp(sin(z)) / z**2, (z, 1, oo)), {}, r"the tail of the integral .*no polynomial in _z"),
        (Integral(1 / (exp(z) - 1), (z, 1, oo)), {}, r"the tail of the integral .* no lower bound"),
        (Integral(exp(-z - t), (z, 0, oo), (t, 0, oo)), {}, r"reduce it to one improper integral"),
        (Integral(t, t), {}, r"t needs a lower and an upper limit"),
        (Sum(1 / k**2, (k, 1, oo)), {}, r"65536 terms do not bound its rest"),
        (Sum(sin(k), (k, 1, oo)), {}, r"quotient of its terms is not rational"),
        (Sum(rho**k, (k, 0, x)), {rho: 1, x: half}, r"its limits must be integers"),
        (sp.hermite(n, x), {n: -1, x: 1}, r"hermite: its order must be a non-negative integer"),
        (sp.Piecewise((1, sp.Contains(x, sp.S.Integers)), (0, True)), {x: half}, r"built from relations"),
    ],
)
def test_what_cannot_be_enclosed_is_refused_by_name(expr, at, message):
    with pytest.raises(Unevaluable, match=message):
        enclose(expr, at)


def test_a_hilbert_matrix_is_certified_positive_definite():
    assert positive_definite(sp.Matrix(10, 10, lambda i, j: Rational(1, i + j + 1)))


@given(st.lists(st.integers(-3, 3), min_size=9, max_size=9))
@settings(max_examples=30)
def test_a_gram_matrix_is_certified_exactly_if_its_vectors_are_independent(entries):
    vectors = sp.Matrix(3, 3, entries)
    assert positive_definite(vectors.T * vectors) == (vectors.det() != 0)


@pytest.mark.parametrize(
    ("matrix", "certified"),
    [
        (sp.Matrix([[1, sqrt(2)], [sqrt(2), 2]]), False),
        (sp.Matrix([[1, 1], [1, 1 + Rational(1, 10**60)]]), True),
        (sp.Matrix([[1, 1], [1, 1 - Rational(1, 10**60)]]), False),
        (sp.Matrix([[0]]), False),
        (sp.Matrix([[1, cos(theta)], [cos(theta), 1]]), True),
    ],
)
def test_positivity_is_decided_by_the_pivots(matrix, certified):
    assert positive_definite(matrix, {theta: Rational(1, 10**9)}) is certified


def test_a_matrix_that_is_not_symmetric_is_refused():
    with pytest.raises(ValueError, match="positive_definite: the matrix must be symmetric"):
        positive_definite(sp.Matrix([[1, 2], [0, 1]]))


WITHOUT_FLINT = """
import sys
sys.modules["flint"] = None
from theory import certify
assert not certify.AVAILABLE
for call in (certify.enclose, certify.positive_definite):
    try:
        call(1)
    except RuntimeError as reason:
        assert "pip install python-flint" in str(reason), reason
    else:
        raise AssertionError(call)
del sys.modules["flint"]
import importlib
importlib.reload(certify)
assert certify.AVAILABLE and "flint" not in sys.modules, "flint is to be imported when it is needed"
certify.enclose(1)
assert "flint" in sys.modules
"""


def test_theory_imports_without_flint_and_says_what_to_install():
    subprocess.run([sys.executable, "-c", WITHOUT_FLINT], check=True)
