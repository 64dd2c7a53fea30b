"""Intervals with exact ends, in one coordinate of a box: as balls, their cuts, their simplest numbers.

Ends are SymPy numbers, or infinite. Cuts are dyadic, with as few bits as may be, so that the ball
over an interval between cuts is exactly that interval.
"""

from fractions import Fraction
from functools import lru_cache
from math import ceil, floor, inf

import sympy
from flint import arb, ctx, fmpq

from theory import balls
from theory.intervals import RADIUS_BITS, nearest_integer, span

Ends = tuple[sympy.Expr, sympy.Expr]


def number(end: sympy.Expr) -> arb:
    """The ball of an end, at the precision at hand; an infinite one is infinite."""
    return _number(end, ctx.prec)


@lru_cache(maxsize=4096)
def _number(end: sympy.Expr, bits: int) -> arb:
    if end.is_infinite:
        return arb.pos_inf() if end.is_positive else arb.neg_inf()
    return balls.value(end).real


def interval(low: sympy.Expr, high: sympy.Expr) -> arb:
    """The ball over an interval: exactly it, if its radius has few enough bits."""
    return _interval(low, high, ctx.prec)


@lru_cache(maxsize=4096)
def _interval(low: sympy.Expr, high: sympy.Expr, bits: int) -> arb:
    if low.is_infinite or high.is_infinite:
        return arb(0, arb.pos_inf())
    if low.is_Rational and high.is_Rational:
        radius, middle = (high - low) / 2, (low + high) / 2
        halvings = int(radius.q).bit_length() - 1
        if int(radius.q) == 1 << halvings and int(radius.p) < 1 << RADIUS_BITS:
            return arb(fmpq(int(middle.p), int(middle.q)), (int(radius.p), -halvings))
    return span(number(low), number(high))


def middle(low: sympy.Expr, high: sympy.Expr) -> sympy.Rational:
    """A dyadic number near the middle of an interval; on a half-line, further out than its end."""
    if low.is_infinite and high.is_infinite:
        return sympy.S.Zero
    if low.is_infinite or high.is_infinite:
        end = nearest_integer(number(high if low.is_infinite else low))
        return sympy.Integer(end + (1 if high.is_infinite else -1) * max(2, abs(end)))
    first, last = number(low), number(high)
    mantissa, exponent = (int(part) for part in (last - first).mid().man_exp())
    scale = 3 - (exponent + mantissa.bit_length())  # steps of at most a quarter of the width
    return sympy.Integer(nearest_integer((first + last) / 2 * arb(2) ** scale)) / sympy.Integer(2) ** scale


def downhill(slope: arb, x: arb, ends: Ends) -> arb:
    """Where on an interval a function with this slope is least; all of it if the slope has no sign."""
    if slope >= 0 or slope <= 0:
        return number(ends[0] if slope >= 0 else ends[1])
    return x


def width(low: sympy.Expr, high: sympy.Expr) -> float:
    return inf if low.is_infinite or high.is_infinite else float((number(high) - number(low)).mid())


def share(part: Ends, whole: Ends) -> float:
    """The width of a part of an interval, relative to the whole; in an infinite one, less the further out."""
    size, total = width(*part), width(*whole)
    if total < inf or part == whole:
        return size / total if total < inf else 1.0
    distance = 1 + min(abs(float(number(end).mid())) for end in part if end.is_finite)
    return 1 / distance if size == inf else size / distance**2


def simple_numbers(x: arb) -> list[sympy.Expr]:
    """The simplest rational number in an interval, rational multiple of pi, and root of a rational."""
    found = [simplest(x), simplest(x / arb.pi()) * sympy.pi]
    return [*found, sympy.sqrt(simplest(x**2)) * (1 if x > 0 else -1)] if x > 0 or x < 0 else found


def simplest(x: arb) -> sympy.Rational:
    """The fraction of the smallest denominator in an interval; zero if that is infinite."""
    if not x.is_finite():
        return sympy.S.Zero
    found = _between(_fraction(x.lower()), _fraction(x.upper()))
    return sympy.Rational(found.numerator, found.denominator)


def _fraction(x: arb) -> Fraction:
    mantissa, exponent = x.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def _between(low: Fraction, high: Fraction) -> Fraction:
    """By continued fractions."""
    if low <= 0 <= high:
        return Fraction(0)
    if high < 0:
        return -_between(-high, -low)
    if ceil(low) <= high:
        return Fraction(ceil(low))
    return floor(low) + 1 / _between(1 / (high - floor(low)), 1 / (low - floor(low)))
