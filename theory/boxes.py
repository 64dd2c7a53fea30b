"""Boxes with exact ends, and the values of expressions on them.

A box is a product of closed intervals. Its ends are exact: the ends of the domain, and cuts, which
are dyadic, so that the balls over a box do not reach beyond it. *Special* faces are those on which
an expression may be zero: at the ends of the domain, and through points of contact.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import islice, product
from math import prod
from typing import NamedTuple

import sympy
from flint import arb, ctx

from theory import balls
from theory.coordinates import Ends, interval, middle, number, share, simple_numbers, simplest, width
from theory.unfold import Unevaluable

CANDIDATES = 27  # points of contact tried in a box
Face = tuple[sympy.Symbol, sympy.Expr]
Point = dict[sympy.Symbol, sympy.Expr]


class Box(NamedTuple):
    symbols: tuple[sympy.Symbol, ...]
    ends: tuple[Ends, ...]
    special: frozenset[Face]

    def of(self, x: sympy.Symbol) -> Ends:
        return self.ends[self.symbols.index(x)]

    def coordinates(self) -> tuple[arb, ...]:
        return tuple(interval(*ends) for ends in self.ends)

    def middle(self) -> tuple[sympy.Rational, ...]:
        return tuple(middle(*ends) for ends in self.ends)

    def simplest(self) -> tuple[sympy.Rational, ...]:
        """The point of the box whose coordinates have the smallest denominators."""
        return tuple(simplest(interval(*ends)) for ends in self.ends)

    def candidates(self) -> Iterator[tuple[sympy.Expr, ...]]:
        """Points of the box with simple coordinates: rational, times pi, or roots of such."""
        return islice(product(*(simple_numbers(interval(*ends)) for ends in self.ends)), CANDIDATES)

    def is_infinite(self) -> bool:
        return any(map(self.is_unbounded, self.symbols))

    def is_unbounded(self, x: sympy.Symbol) -> bool:
        return any(end.is_infinite for end in self.of(x))

    def holds(self, point: Point) -> bool:
        ends = ((number(c), *map(number, self.of(x))) for x, c in point.items())
        return not any(c < low or c > high for c, low, high in ends)

    def is_inside(self, x: sympy.Symbol, c: sympy.Expr) -> bool:
        low, high = self.of(x)
        return bool(number(low) < number(c) and number(c) < number(high))

    def side(self, x: sympy.Symbol, c: sympy.Expr) -> int:
        """1 if the box lies above the face ``x = c``, -1 if below."""
        return 1 if self.of(x)[0] == c else -1

    def special_faces(self) -> tuple[Face, ...]:
        faces = ((x, end) for x in self.symbols for end in self.of(x) if end.is_finite)
        return tuple(face for face in faces if face in self.special or self.is_unbounded(face[0]))

    def corners(self, faces: tuple[Face, ...]) -> Iterator[tuple[Face, ...]]:
        """The corners of the box that lie on one of the faces in each coordinate."""
        return product(*([face for face in faces if face[0] == x] for x in self.symbols))

    def without(self, x: sympy.Symbol) -> "Box":
        kept = [k for k, symbol in enumerate(self.symbols) if symbol != x]
        return Box(tuple(self.symbols[k] for k in kept), tuple(self.ends[k] for k in kept), self.special)

    def face(self, x: sympy.Symbol, c: sympy.Expr) -> "Box":
        """The box without width in ``x``."""
        return self.replaced(x, (c, c))

    def replaced(self, x: sympy.Symbol, ends: Ends) -> "Box":
        k = self.symbols.index(x)
        return self._replace(ends=(*self.ends[:k], ends, *self.ends[k + 1 :]))

    def volume(self) -> float:
        return prod(width(*ends) for ends in self.ends)

    def shares(self, whole: "Box") -> list[float]:
        """The width in each coordinate, as a part of the whole; of a half-line, by how far out it starts."""
        return [share(ends, all_of_it) for ends, all_of_it in zip(self.ends, whole.ends, strict=True)]

    def cut(self, x: sympy.Symbol, c: sympy.Expr) -> tuple["Box", "Box"]:
        """The two boxes below and above ``x = c``."""
        low, high = self.of(x)
        return self.replaced(x, (low, c)), self.replaced(x, (c, high))

    def parts(self, whole: "Box") -> tuple["Box", "Box"]:
        """The box halved where it is widest."""
        shares = self.shares(whole)
        widest = shares.index(max(shares))
        return self.cut(self.symbols[widest], middle(*self.ends[widest]))


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
