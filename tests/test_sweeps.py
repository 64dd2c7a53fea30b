"""Draws tell lines of numbers apart where no ball can look, and say of what they cannot draw that they are blind."""

import pytest
from sympy import (
    I,
    ImmutableDenseMatrix,
    IndexedBase,
    Integral,
    Rational,
    S,
    Symbol,
    Tuple,
    cos,
    exp,
    oo,
    pi,
    sqrt,
)

from numerics.sweeps import Blind, differ
from theory import Mean, Variance, gaussian
from theory import law as laws
from theory.domain import operator_norm

z = Symbol("z", real=True)
a = gaussian.known_by_moments("a", 2, moments={2: S(2), 4: S(9)})
w = laws.array(laws.SphereArray("w", Tuple(2, 3)), 2, 3)
b = gaussian.uniform(S.Zero, 2 * pi)

ALIKE = {
    "an array known by its moments": (Mean(a[1] ** 4 + a[1] * a[2]), S(9)),
    "its second moment": (Variance(a[2]), S(2)),
    "a direction has length one": (Mean(w[1, 1] ** 2 + w[1, 2] ** 2 + w[1, 3] ** 2), S.One),
    "its entries share that": (Mean(w[2, 1] ** 2), Rational(1, 3)),
    "a uniform phase": (Mean(cos(b) ** 2), S.Half),
    "an integral": (Integral(exp(-(z**2)), (z, -oo, oo)), sqrt(pi)),
    "a norm": (operator_norm(ImmutableDenseMatrix([[0, 2], [2, 0]])), S(2)),
}
each = pytest.mark.parametrize(("line", "value"), ALIKE.values(), ids=ALIKE)


@each
def test_what_is_equal_is_not_told_apart(line, value):
    assert not differ(line, value, "here")


@each
def test_five_percent_are_seen(line, value):
    assert differ(line, value * Rational(105, 100), "here")


odd = gaussian.known_by_moments("o", 2, moments={3: S.One})
impossible = gaussian.known_by_moments("i", 2, moments={2: S(2), 4: S.One})
BLIND = {
    "an odd moment": (Mean(odd[1]), "no law on three points"),
    "moments that no law has": (Mean(impossible[1]), "below the square of the second"),
    "a free symbol": (Mean(a[1] * z), r"holds \['z'\], which follow no law"),
    "an array without a law": (Mean(a[1] * IndexedBase("q")[1]), "has no law"),
    "a complex number": (I + Mean(a[1]), "is "),
    "an integral that is not known well": (Integral(cos(z**3), (z, 0, oo)), "is known to|is"),
    "a norm of symbols": (operator_norm(ImmutableDenseMatrix([[z]])), "Matrix"),
}


@pytest.mark.parametrize(("line", "told"), BLIND.values(), ids=BLIND)
def test_what_cannot_be_drawn_is_said(line, told):
    with pytest.raises(Blind, match=told):
        differ(line, S.Zero, "here")
