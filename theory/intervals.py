"""Balls as intervals: hulls, signs, integers, and monotone functions by their values at both ends.

A ball keeps its radius to 30 bits, rounded up, so that the hull of an interval reaches a little
beyond it. Where an interval begins or ends at zero its sign would be lost: ``span`` keeps it.
"""

from collections.abc import Callable
from functools import reduce

from flint import acb, arb

Ball = arb | acb
NAN = acb("nan")
RADIUS_BITS = 30
WIDE = 20  # bits of relative accuracy under which a real ball counts as an interval, not as a number


def real(x: Ball) -> arb:
    return x if isinstance(x, arb) else x.real


def alike(*balls: Ball) -> tuple:
    """The balls, all complex if one is: Arb's functions of several arguments do not mix them."""
    return balls if all(isinstance(x, arb) for x in balls) else tuple(map(acb, balls))


def around_zero(radius: arb) -> arb:
    return radius.union(-radius)


def hull(balls) -> Ball:
    return reduce(lambda x, y: x.union(y), alike(*balls))


def span(one: arb, other: arb) -> arb:
    """The hull of two real balls; if one of them is zero, the hull has no values beyond it."""
    if other.is_zero() and not one.is_zero():
        return span(other, one)
    if one.is_zero() and other < 0:
        return -span(one, -other)
    if not (one.is_zero() and other > 0 and other.is_finite()):
        return one.union(other)
    mantissa, exponent = (int(part) for part in other.upper().man_exp())
    excess = max(0, mantissa.bit_length() - RADIUS_BITS + 1)
    half = ((mantissa >> excess) + bool(excess), exponent + excess - 1)
    return arb(half, half)


def is_wide(x: Ball) -> bool:
    return isinstance(x, arb) and x.rel_accuracy_bits() <= WIDE and x.is_finite()


def by_ends(f: Callable, x) -> Ball:
    """The enclosure of a function that is monotone on a wide real ball; on a narrow ball, its value."""
    return span(f(x.lower()), f(x.upper())) if is_wide(x) else f(x)


def integer(x: Ball) -> int | None:
    """The integer that an exact ball is, or None."""
    if not (x.imag.is_zero() and real(x).is_exact() and real(x).is_integer()):
        return None
    return nearest_integer(real(x))


def nearest_integer(x: arb) -> int:
    """An integer within one of the midpoint."""
    found = x.mid().floor().unique_fmpz()
    assert found is not None  # the floor of an exact number is an exact integer
    return int(found)


def signs(analytic: bool | None, x: Ball) -> frozenset[int]:
    """The signs that a real quantity may have on a ball; none if that may not be asked of the ball.

    Off the real line the sign is that of the real part; on a region that must be analytic it must
    be one sign, and strict, since a kink on the boundary is not left to chance.
    """
    if isinstance(x, acb):
        if analytic:
            return frozenset({1} if x.real > 0 else {-1} if x.real < 0 else ())
        if not x.imag.contains(0):
            return frozenset()
    x = real(x)
    return frozenset(s for s, fails in ((1, x <= 0), (0, x > 0 or x < 0), (-1, x >= 0)) if not fails)
