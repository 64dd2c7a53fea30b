"""Boxes with exact ends, and the values of expressions on them.

A box is a product of closed intervals. Its ends are exact: the ends of the domain, and cuts, which
are dyadic, so that the balls over a box do not reach beyond it. *Special* faces are those on which
an expression may be zero: at the ends of the domain, and through points of contact.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import lru_cache
from itertools import islice, product
from math import ceil, floor, inf, prod
from typing import NamedTuple

import sympy
from flint import arb, ctx, fmpq

from theory import balls
from theory.special_functions import RADIUS_BITS, span
from theory.unfold import Unevaluable

CANDIDATES = 27  # points of contact tried in a box
Face = tuple[sympy.Symbol, sympy.Expr]
Point = dict[sympy.Symbol, sympy.Expr]
Ends = tuple[sympy.Expr, sympy.Expr]


class Box(NamedTuple):
    symbols: tuple[sympy.Symbol, ...]
    ends: tuple[Ends, ...]
    special: frozenset[Face]

    def of(self, x: sympy.Symbol) -> Ends:
        return self.ends[self.symbols.index(x)]

    def coordinates(self) -> tuple[arb, ...]:
        return tuple(interval(*ends) for ends in self.ends)

    def middle(self) -> tuple[sympy.Rational, ...]:
        return tuple(cut(*ends) for ends in self.ends)

    def simplest(self) -> tuple[sympy.Rational, ...]:
        """The point of the box whose coordinates have the smallest denominators."""
        return tuple(_simplest(interval(*ends)) for ends in self.ends)

    def candidates(self) -> Iterator[tuple[sympy.Expr, ...]]:
        """Points of the box with simple coordinates: rational, times pi, or roots of such."""
        return islice(product(*(_simple_numbers(interval(*ends)) for ends in self.ends)), CANDIDATES)

    def is_infinite(self) -> bool:
        return any(map(self.is_unbounded, self.symbols))

    def is_unbounded(self, x: sympy.Symbol) -> bool:
        return any(end.is_infinite for end in self.of(x))

    def holds(self, point: Point) -> bool:
        return all(not (number(c) < number(self.of(x)[0]) or number(c) > number(self.of(x)[1])) for x, c in point.items())

    def is_inside(self, x: sympy.Symbol, c: sympy.Expr) -> bool:
        low, high = self.of(x)
        return bool(number(low) < number(c) and number(c) < number(high))

    def side(self, x: sympy.Symbol, c: sympy.Expr) -> int:
        """1 if the box lies above the face ``x = c``, -1 if below."""
        return 1 if self.of(x)[0] == c else -1

    def special_faces(self) -> tuple[Face, ...]:
        faces = ((x, end) for x, ends in zip(self.symbols, self.ends, strict=True) for end in ends if end.is_finite)
        return tuple(face for face in faces if face in self.special or self.is_unbounded(face[0]))

    def corners(self, faces: tuple[Face, ...]) -> Iterator[tuple[Face, ...]]:
        """The corners of the box that lie on one of the faces in each coordinate."""
        return product(*([face for face in faces if face[0] == x] for x in self.symbols))

    def without(self, x: sympy.Symbol) -> "Box":
        kept = [k for k, symbol in enumerate(self.symbols) if symbol != x]
        return Box(tuple(self.symbols[k] for k in kept), tuple(self.ends[k] for k in kept), self.special)

    def face(self, x: sympy.Symbol, c: sympy.Expr) -> "Box":
        """The box without width in ``x``."""
        return self._replace(ends=tuple((c, c) if y == x else ends for y, ends in zip(self.symbols, self.ends, strict=True)))

    def volume(self) -> float:
        return prod(_width(*ends) for ends in self.ends)

    def shares(self, whole: "Box") -> list[float]:
        """The width in each coordinate, as a part of the whole; of a half-line, by how far out it starts."""
        return [_share(ends, all_of_it) for ends, all_of_it in zip(self.ends, whole.ends, strict=True)]

    def parts(self, whole: "Box", at: Point) -> list["Box"]:
        """The box cut at the coordinates given; if there are none, halved where it is widest."""
        if not at:
            shares = self.shares(whole)
            widest = shares.index(max(shares))
            at = {self.symbols[widest]: cut(*self.ends[widest])}
        pieces = [((a, at[x]), (at[x], b)) if x in at else ((a, b),) for x, (a, b) in zip(self.symbols, self.ends)]
        return [self._replace(ends=ends) for ends in product(*pieces)]


def number(end: sympy.Expr) -> arb:
    return _number(end, ctx.prec)


@lru_cache(maxsize=4096)
def _number(end: sympy.Expr, bits: int) -> arb:
    if end.is_infinite:
        return arb.pos_inf() if end.is_positive else arb.neg_inf()
    return balls.value(end).real


@lru_cache(maxsize=4096)
def interval(low: sympy.Expr, high: sympy.Expr) -> arb:
    """The ball over an interval: exactly it, if its radius has few enough bits."""
    if low.is_infinite or high.is_infinite:
        return arb(0, arb.pos_inf())
    if low.is_Rational and high.is_Rational:
        radius = (high - low) / 2
        bits = int(radius.q).bit_length() - 1
        if int(radius.q) == 1 << bits and int(radius.p) < 1 << RADIUS_BITS:
            middle = (low + high) / 2
            return arb(fmpq(int(middle.p), int(middle.q)), (int(radius.p), -bits))
    return span(number(low), number(high))


def cut(low: sympy.Expr, high: sympy.Expr) -> sympy.Rational:
    """A dyadic number near the middle of an interval; on a half-line, further out than its end."""
    if low.is_infinite and high.is_infinite:
        return sympy.S.Zero
    if low.is_infinite or high.is_infinite:
        end = int(number(high if low.is_infinite else low).mid().floor().unique_fmpz())
        return sympy.Integer(end + (1 if high.is_infinite else -1) * max(2, abs(end)))
    low_ball, high_ball = number(low), number(high)
    mantissa, exponent = (high_ball - low_ball).mid().man_exp()
    scale = 3 - (int(exponent) + int(mantissa).bit_length())  # so that steps are at most a quarter of the width
    middle = ((low_ball + high_ball) / 2 * arb(2) ** scale).mid().floor().unique_fmpz()
    return sympy.Integer(int(middle)) / sympy.Integer(2) ** scale


def downhill(slope: arb, x: arb, ends: Ends) -> arb:
    """Where on an interval a function with this slope is least; all of it if the slope has no sign."""
    if slope >= 0 or slope <= 0:
        return number(ends[0] if slope >= 0 else ends[1])
    return x


def _width(low: sympy.Expr, high: sympy.Expr) -> float:
    return inf if low.is_infinite or high.is_infinite else float((number(high) - number(low)).mid())


def _share(ends: Ends, whole: Ends) -> float:
    width, total = _width(*ends), _width(*whole)
    nearest = min(abs(float(number(end).mid())) for end in ends if end.is_finite) if ends != whole else 0.0
    if width == inf:
        return 1 / (1 + nearest)
    return width / (total if total < inf else 1 + nearest) / (1 if total < inf else 1 + nearest)


def _simple_numbers(x: arb) -> list[sympy.Expr]:
    found = [_simplest(x), _simplest(x / arb.pi()) * sympy.pi]
    return [*found, sympy.sqrt(_simplest(x**2)) * (1 if x > 0 else -1)] if x > 0 or x < 0 else found


def _simplest(x: arb) -> sympy.Rational:
    if not x.is_finite():
        return sympy.S.Zero
    found = _between(_fraction(x.lower()), _fraction(x.upper()))
    return sympy.Rational(found.numerator, found.denominator)


def _fraction(x: arb) -> Fraction:
    mantissa, exponent = x.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def _between(low: Fraction, high: Fraction) -> Fraction:
    """The fraction of the smallest denominator in a closed interval, by continued fractions."""
    if low <= 0 <= high:
        return Fraction(0)
    if high < 0:
        return -_between(-high, -low)
    if ceil(low) <= high:
        return Fraction(ceil(low))
    return floor(low) + 1 / _between(1 / (high - floor(low)), 1 / (low - floor(low)))


@lru_cache(maxsize=4096)
def _closure(f: sympy.Expr, symbols: tuple[sympy.Symbol, ...], bits: int) -> Callable:
    return balls.as_call(balls.compiled(f, balls.Scope(running=symbols)))


def enclosure_at(f: sympy.Expr, symbols: tuple[sympy.Symbol, ...], coordinates: tuple[arb, ...]) -> arb:
    """The real values of ``f`` on balls; not finite where they are not all real, or unbounded."""
    ball = _closure(f, symbols, ctx.prec)(coordinates, None)
    return ball.real if ball.imag.contains(0) else arb.nan()


def enclosure(f: sympy.Expr, box: Box) -> arb:
    return enclosure_at(f, box.symbols, box.coordinates())


def sign(f: sympy.Expr, box: Box) -> int:
    """1 or -1 if ``f`` has that sign on the whole box by its values alone, else 0."""
    if any(box.is_unbounded(x) for x in f.free_symbols):
        shifted = _shifted(f, box.symbols, box.ends)
        return 1 if shifted.is_positive else -1 if shifted.is_negative else 0
    try:
        ball = enclosure(f, box)
    except Unevaluable:
        return 0
    return 1 if ball > 0 else -1 if ball < 0 else 0


@lru_cache(maxsize=4096)
def _shifted(f: sympy.Expr, symbols: tuple[sympy.Symbol, ...], ends: tuple[Ends, ...]) -> sympy.Expr:
    """``f`` over distances from the ends of a box, on which SymPy's assumptions act."""
    return sympy.expand(f.xreplace({x: _distance(*pair) for x, pair in zip(symbols, ends, strict=True)}))


def _distance(low: sympy.Expr, high: sympy.Expr) -> sympy.Expr:
    if low.is_finite:
        return low + sympy.Dummy(nonnegative=True)
    return high - sympy.Dummy(nonnegative=True) if high.is_finite else sympy.Dummy(real=True)


def merged(boxes: list[Box]) -> tuple[dict[sympy.Symbol, sympy.Interval], ...]:
    """The boxes as SymPy intervals by symbol; in one dimension, neighbours joined."""
    rows = sorted((box.ends for box in boxes), key=lambda ends: [float(number(low).mid()) for low, _ in ends])
    joined: list[tuple[Ends, ...]] = []
    for ends in rows:
        if joined and len(ends) == 1 and joined[-1][0][1] == ends[0][0]:
            joined[-1] = ((joined[-1][0][0], ends[0][1]),)
        else:
            joined.append(ends)
    names = boxes[0].symbols if boxes else ()
    return tuple({x: sympy.Interval(*pair) for x, pair in zip(names, ends, strict=True)} for ends in joined)
