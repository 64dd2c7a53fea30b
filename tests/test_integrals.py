"""Integrals as numbers: right to the digits that are promised, or refused."""

import pytest
from sympy import (
    Abs,
    Derivative,
    I,
    Integral,
    Rational,
    S,
    Subs,
    Symbol,
    asin,
    cos,
    erf,
    exp,
    oo,
    pi,
    sin,
    sqrt,
    symbols,
    tanh,
)

from numerics import integrals, sweeps
from numerics.integrals import Blind
from theory import Mean, gaussian

x, y = symbols("x y", real=True)
LINE = (-oo, oo)
rho = Rational(3, 5)
DENSITY = exp(-(x**2 - 2 * rho * x * y + y**2) / (2 * (1 - rho**2))) / (2 * pi * sqrt(1 - rho**2))
PLANE = {
    "the mass": (DENSITY, 1),
    "a correlation": (x * y * DENSITY, rho),
    "a kink at the axes": (Abs(x) * DENSITY, sqrt(2 / pi)),
    "an error function": (erf(x) * erf(y) * DENSITY, 2 / pi * asin(2 * rho / 3)),
    "far from one": (exp(-(x**2 + y**2) / 2e8), 2e8 * pi),
}


@pytest.mark.parametrize(("body", "value"), PLANE.values(), ids=PLANE)
def test_an_integral_over_the_plane(body, value):
    found = integrals.integrated(Integral(body, (x, *LINE), (y, *LINE)))
    assert float(found) == pytest.approx(float(value), rel=1e-10)


BLIND = {
    "what does not vanish": (1 / (1 + x**2 + y**2), "does not vanish"),
    "a kink off the axes": (Abs(x - Rational(1, 3)) * DENSITY, "known to"),
    "complex values": (I * DENSITY, "complex"),
}


@pytest.mark.parametrize(("body", "told"), BLIND.values(), ids=BLIND)
def test_what_no_rule_is_sure_of_is_refused(body, told):
    with pytest.raises(Blind, match=told):
        integrals.integrated(Integral(body, (x, *LINE), (y, *LINE)))


c = Symbol("c", real=True)
u, v = gaussian.pair(c, "u v")


def test_an_integral_of_means_over_their_correlation_is_a_sum_of_means():
    line = Integral(Mean(cos(u) * cos(v)), (c, 0, rho))  # exp(-1) cosh(c)
    assert not sweeps.differ(line, exp(-1) * (exp(rho) - exp(-rho)) / 2, "here")
    assert sweeps.differ(
        line, exp(-1) * (exp(rho) - exp(-rho)) / 2 * Rational(101, 100), "here", 10 * sweeps.DRAWS
    )


def test_a_derivative_and_an_integral_cancel_but_for_the_start():
    slope = Subs(Derivative(Mean(tanh(u) * tanh(v)), c), c, rho)
    assert sweeps.differ(slope, S.Zero, "here")
    line = Integral(4 * Mean(u * v), (c, 0, rho))
    assert not sweeps.differ(line, 2 * rho**2, "here")
    assert sweeps.differ(line, 2 * rho**2 + sin(rho) / 10, "here", 10 * sweeps.DRAWS)
