"""What is called equivalent is equal on the whole domain; of what is not, nothing is said."""

import pytest
from sympy import Integral, Rational, S, Symbol, cos, erf, exp, pi, sin, symbols, tanh

from numerics.soundness import equivalence
from theory import Mean, gaussian

b, s = symbols("b s", positive=True)
rho = Symbol("rho", real=True)
u, v = gaussian.pair(rho, "u v", s)
z = gaussian.single("z", s)
SAME = {
    "an odd mean": (Mean(erf(u)) * Mean(erf(v)) + rho, rho),
    "an odd function of one": (Mean(tanh(z) ** 3), S.Zero),
    "moments of a pair": (Mean(u**2 * v**2), s**4 * (1 + 2 * rho**2)),
    "a fourth moment": (Mean(z**4), 3 * Mean(z**2) ** 2),
    "an even integral of an odd mean": (
        Integral(Mean(u * v), (rho, 0, b)),
        Integral(Mean(u * v), (rho, 0, -b)),
    ),
    "a full period": (Integral(exp(-s) * sin(2 * b), (b, 0, 2 * pi)), S.Zero),
}


@pytest.mark.parametrize(("left", "right"), SAME.values(), ids=SAME)
def test_what_is_equal_is_found_so(left, right):
    assert equivalence.same(left, right)


OTHER = {
    "an even mean": (Mean(cos(z)), S.Zero),
    "moments off by a percent": (Mean(u**2 * v**2), s**4 * (1 + Rational(101, 50) * rho**2)),
    "a product that is not odd": (Mean(erf(u) * erf(v)), S.Zero),
    "half a period": (Integral(exp(-s) * sin(2 * b), (b, 0, pi / 2)), S.Zero),
    "two laws": (Mean(u**2 * z**2), s**4 + rho),
}


@pytest.mark.parametrize(("left", "right"), OTHER.values(), ids=OTHER)
def test_what_is_not_is_not(left, right):
    assert not equivalence.same(left, right)
