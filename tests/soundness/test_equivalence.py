"""What is called equivalent is equal on the whole domain; of what is not, nothing is said."""

import pytest
from sympy import Integral, Rational, S, Sum, Symbol, cos, erf, exp, pi, sin, symbols, tanh

from numerics.soundness import equivalence
from theory import Mean, gaussian, step

b, s = symbols("b s", positive=True)
rho = Symbol("rho", real=True)
j, m, d = symbols("j m d", integer=True, positive=True)
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


a, W = gaussian.array("a", m), gaussian.array("W", m, d)
ALIKE = {
    "a weight for another": (Mean(a[2] ** 2), Mean(a[1] ** 2)),
    "a row for another": (
        Mean(a[1] ** 2 * step(W[2, 1]) * W[2, 2]),
        Mean(a[1] ** 2 * step(W[1, 1]) * W[1, 2]),
    ),
}
UNLIKE = {
    "a column for another": (Mean(W[1, 2] ** 2), Mean(W[1, 1] ** 2)),
    "two rows for one": (Mean(W[1, 1] * W[2, 1]), Mean(W[1, 1] * W[1, 1])),
    "a running index": (Mean(Sum(a[j] ** 2, (j, 1, m)) * a[2]), Mean(Sum(a[j] ** 2, (j, 1, m)) * a[1])),
    "outside of a mean": (a[2] + Mean(a[1]), a[1] + Mean(a[1])),
}


@pytest.mark.parametrize(("left", "right"), ALIKE.values(), ids=ALIKE)
def test_rows_of_one_law_stand_for_each_other(left, right):
    assert equivalence.alike(left, right)


@pytest.mark.parametrize(("left", "right"), UNLIKE.values(), ids=UNLIKE)
def test_nothing_else_does(left, right):
    assert not equivalence.alike(left, right)
