"""Draws tell lines of numbers apart where no ball can look, and say of what they cannot draw that they are blind."""

import math

import numpy as np
import pytest
from sympy import (
    Abs,
    Derivative,
    I,
    ImmutableDenseMatrix,
    IndexedBase,
    Integral,
    Le,
    Max,
    Product,
    Rational,
    S,
    Subs,
    Sum,
    Symbol,
    Tuple,
    cos,
    erf,
    exp,
    floor,
    log,
    oo,
    pi,
    sin,
    sqrt,
    zoo,
)

from numerics import sweeps
from numerics.sweeps import Blind, differ
from theory import Mean, Variance, gaussian, step
from theory import law as laws
from theory.domain import greatest, operator_norm, supremum
from theory.law import Probability

z = Symbol("z", real=True)
a = gaussian.known_by_moments("a", 2, moments={2: S(2), 4: S(9)})
w = laws.array(laws.SphereArray("w", Tuple(2, 3)), 2, 3)
b = gaussian.uniform(S.Zero, 2 * pi)
g, h = gaussian.single("g"), gaussian.single("h", 2)
x = Symbol("x", positive=True)
j, k = Symbol("j", integer=True), Symbol("k", integer=True)
BLOCKS = ImmutableDenseMatrix([[ImmutableDenseMatrix([[w[1, place]]]) for place in (1, 2, 3)]])


def exit_time(start):
    """How many of ``2^j start`` are at most 8, from j = 0 on."""
    return Sum(Product(1 - step(2**j * start - 8), (j, 0, k)), (k, 0, oo))


def conditioned(scale):
    """The probability that two Gaussians have a product of at most one, one of them conditioned on."""
    density = exp(-(z**2) / (2 * scale**2)) / (scale * sqrt(2 * pi))
    return Integral(density * Probability(Le(Abs(g) * Abs(z), 1)), (z, -oo, oo))


def probability_of_three():
    normal = (1 + erf(1 / sqrt(2))) / 2
    return normal * erf(1 / sqrt(2))


ALIKE = {
    "an array known by its moments": (Mean(a[1] ** 4 + a[1] * a[2]), S(9)),
    "its second moment": (Variance(a[2]), S(2)),
    "a direction has length one": (Mean(w[1, 1] ** 2 + w[1, 2] ** 2 + w[1, 3] ** 2), S.One),
    "its entries share that": (Mean(w[2, 1] ** 2), Rational(1, 3)),
    "a uniform phase": (Mean(cos(b) ** 2), S.Half),
    "an integral": (Integral(exp(-(z**2)), (z, -oo, oo)), sqrt(pi)),
    "a norm": (operator_norm(ImmutableDenseMatrix([[0, 2], [2, 0]])), S(2)),
    "a norm of random blocks": (operator_norm(BLOCKS), S.One),
    "a time of first exit": (exit_time(S(3)), S(2)),
    "its mean": (Mean(exit_time(Abs(g))), Mean(Max(0, 1 + floor(log(8 / Abs(g)) / log(2))))),
    "conditioning on a variable": (conditioned(2), Probability(Le(Abs(g) * Abs(h), 1))),
    "the norm of a random matrix": (
        Mean(operator_norm(ImmutableDenseMatrix([[0, g], [g, 0]]))),
        sqrt(2 / pi),
    ),
    "the norm of one that is not symmetric": (
        Mean(operator_norm(ImmutableDenseMatrix([[g, 2 * g]]))),
        sqrt(10 / pi),
    ),
    "the largest of three": (Probability(Le(greatest(g, h / 2, -h / 2), 1)), probability_of_three()),
    "a supremum over an interval": (supremum(x * (1 - x) + 1 / x, (x, S.Half, 1)), Rational(9, 4)),
}
each = pytest.mark.parametrize(("line", "value"), ALIKE.values(), ids=ALIKE)


@each
def test_what_is_equal_is_not_told_apart(line, value):
    assert not differ(line, value, "here")


@each
def test_five_percent_are_seen(line, value):
    assert differ(line, value * Rational(105, 100), "here")


@pytest.mark.parametrize("sign", ["<=", "<", ">=", ">"])
def test_of_an_inequality_only_the_wrong_side_counts(sign):
    more, less = Mean(a[1] ** 2), Mean(a[2] ** 2) / 2
    left, right = (less, more) if sign[0] == "<" else (more, less)
    assert not differ(left, right, "here", sign=sign)
    assert differ(right, left, "here", sign=sign)


def test_an_equality_breaks_no_inequality():
    for sign in ("<=", ">=", "<", ">"):
        assert not differ(Mean(a[1] ** 2), S(2), "here", sign=sign)


rho = Symbol("rho", real=True)
u, v = gaussian.pair(rho, "u v")
SLOPES = {
    "a product": (Mean(u * v), S.One, Rational(1, 3)),
    "a cosine": (Mean(cos(u) * cos(v)), Mean(sin(u) * sin(v)), Rational(-4, 5)),
    "rectifiers": (Mean(step(u) * step(v) * u * v), Mean(step(u) * step(v)), Rational(1, 2)),
}


@pytest.mark.parametrize(("mean", "slope", "at"), SLOPES.values(), ids=SLOPES)
def test_a_derivative_of_a_mean_is_a_difference_of_the_same_draws(mean, slope, at):
    left, right = Subs(Derivative(mean, rho), rho, at), slope.subs(rho, at)
    assert not differ(left, right, "here")
    assert differ(left, right * Rational(5, 4), "here")


odd = gaussian.known_by_moments("o", 2, moments={3: S.One})
impossible = gaussian.known_by_moments("i", 2, moments={2: S(2), 4: S.One})
BLIND = {
    "a derivative of what jumps": (
        Subs(Derivative(Mean(step(u) * step(v)), rho), rho, S.Zero),
        "a few draws",
    ),
    "a derivative at an end": (Subs(Derivative(Mean(u * v), rho), rho, S.One), "a correlation beyond 1"),
    "an odd moment": (Mean(odd[1]), "no law on three points"),
    "moments that no law has": (Mean(impossible[1]), "below the square of the second"),
    "a free symbol": (Mean(a[1] * z), r"holds \['z'\], which follow no law"),
    "an array without a law": (Mean(a[1] * IndexedBase("q")[1]), "has no law"),
    "a complex number": (I + Mean(a[1]), "is "),
    "an integral that is not known well": (Integral(cos(z**3), (z, 0, oo)), "is known to|is"),
    "what does not end": (Mean(exit_time(Abs(g)) - exit_time(S.Zero)), "goes on after"),
    "no number": (zoo + Mean(a[1]), "a line without a value"),
    "a norm of symbols": (operator_norm(ImmutableDenseMatrix([[z]])), "Matrix"),
}


@pytest.mark.parametrize(("line", "told"), BLIND.values(), ids=BLIND)
def test_what_cannot_be_drawn_is_said(line, told):
    with pytest.raises(Blind, match=told):
        differ(line, S.Zero, "here")


def test_of_a_heavy_tail_the_standard_error_says_too_little():
    """The figure that the module's docstring gives for a Pareto law of index 1.05: two times in three."""
    random, index, off = np.random.default_rng(0), 1.05, []
    for _ in range(400):
        draws = random.pareto(index, sweeps.DRAWS)
        off.append(abs(draws.mean() - 1 / (index - 1)) / (draws.std() / math.sqrt(sweeps.DRAWS)))
    share = np.mean(np.array(off) > sweeps.SURE)
    assert abs(share - 2 / 3) < 4 * math.sqrt(2 / 9 / 400)


GROWING = Integral(exp(z**2), (z, -oo, oo))
GROWING_OF_MEANS = Integral(exp(z**2) * Mean(step(g - z)), (z, -oo, oo))


@pytest.mark.parametrize("endless", [GROWING, GROWING_OF_MEANS])
def test_an_integral_that_only_grows_is_no_number(endless):
    assert differ(endless, S.One, "here")
    with pytest.raises(Blind):
        differ(endless, 2 * endless, "here")


def test_an_integral_that_grows_and_falls_again_is_one():
    assert not differ(Integral(exp(-((z - 4) ** 2)), (z, -oo, oo)), sqrt(pi), "here")


def test_a_peak_that_quadrature_misses_is_not_taken_for_zero():
    """QUADPACK finds zero for a peak at 40, and is sure of it."""
    with pytest.raises(Blind, match="is known to inf only"):
        differ(Integral(exp(-((z - 40) ** 2)), (z, -oo, oo)), sqrt(pi), "here")


def test_lines_that_share_each_draw_are_the_same_and_others_are_not():
    assert sweeps.alike(Variance(g + 1), Variance(g), "here")
    assert not sweeps.alike(Variance(g + h / 10**6), Variance(g), "here")
    assert not sweeps.alike(S.One, S.One, "here")  # without a draw nothing was compared
