"""The sign of an expression on a box up to a face on which it vanishes.

Balls alone never prove ``f >= 0`` where ``f`` touches zero. At a face ``x = c`` of the box on which
``f`` vanishes identically (checked by SymPy), the mean value theorem gives

    f = (x - c) * df/dx at a point strictly between,

so that the sign of ``f`` off the face is that of its first derivative there, which may vanish on
the face as well, and so on: the first derivative that does not vanish decides. At a corner all
partial derivatives take part; at any point, zero gradient and a Hessian that is positive definite
on the box. A product has the product of its factors' signs, so that a derivative which is infinite
at the face, like ``1/sqrt(1 - x**2)`` at 1, still has a sign off it.

On a box with an infinite side there are no balls: there an expression has the sign that SymPy's
assumptions see, or that of its value at the finite end if its derivative has the same.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import sympy
from flint import ctx

from theory import balls, boxes
from theory.balls import pivots
from theory.boxes import Box, Face, Point
from theory.special_functions import FUNCTIONS
from theory.unfold import Unevaluable

KINKS = (sympy.Abs, sympy.Max, sympy.Min)
ORDERS = 8  # how many derivatives are tried
ORDERS_FROM_ENDS = 3  # of them, from an end at which the expression is not zero
CLOSE_BITS = 512  # to tell zero from nearly zero before SymPy is asked
JUMPS = {sympy.sign, sympy.Heaviside, sympy.KroneckerDelta, sympy.atan2}
ALGEBRA = {sympy.Add, sympy.Mul, sympy.Pow, sympy.Integral, sympy.Sum, sympy.Tuple}
CONTINUOUS = set(FUNCTIONS) - JUMPS | ALGEBRA


class Sign(NamedTuple):
    """The sign 1 or -1 that an expression has on a box, off the faces listed."""

    value: int
    off: frozenset[Face] = frozenset()


@lru_cache(maxsize=4096)
def slope(f: sympy.Expr, x: sympy.Symbol, tidy: bool) -> sympy.Expr | None:
    """The derivative, if ``f`` is continuous and differentiable almost everywhere; else None."""
    if any(not node.is_Atom and node.func not in CONTINUOUS for node in sympy.preorder_traversal(f)):
        return None
    if f.has(sympy.I):
        return None
    derivative = f.diff(x)
    return sympy.simplify(derivative) if tidy else derivative


@lru_cache(maxsize=4096)
def vanishes(f: sympy.Expr, *where: Face) -> bool:
    """Whether ``f`` is exactly zero where each ``x`` of ``where`` has the value given."""
    restricted = f.subs(dict(where))
    if restricted.has(sympy.nan, sympy.zoo, sympy.oo) or _is_off_zero(restricted):
        return False
    return restricted == 0 or sympy.simplify(restricted, doit=False) == 0


def _is_off_zero(number: sympy.Expr) -> bool:
    if number.free_symbols:
        return False
    try:
        with ctx.workprec(CLOSE_BITS):
            return not balls.value(number).contains(0)
    except Unevaluable:
        return False


@lru_cache(maxsize=4096)
def sign(f: sympy.Expr, box: Box, orders: int = ORDERS, tidy: bool = False) -> Sign | None:
    """The sign of ``f`` on the box off some of its special faces, or None where none is proved."""
    which = boxes.sign(f, box)
    if which:
        return Sign(which)
    parts = _of_product(f, box, orders, tidy) or _of_sum(f, box, orders, tidy)
    return parts or (_from_faces(f, box, orders, tidy) if orders else None)


def _of_product(f, box, orders, tidy) -> Sign | None:
    if f.is_Pow and f.exp.is_Rational:
        return _of_power(sign(f.base, box, orders, tidy), f.exp)
    if not f.is_Mul:
        return None
    total = Sign(1)
    for factor in f.args:
        found = sign(factor, box, orders, tidy)
        if found is None:
            return None
        total = Sign(total.value * found.value, total.off | found.off)
    return total


def _of_power(base: Sign | None, exponent: sympy.Rational) -> Sign | None:
    if base is None or (not exponent.is_Integer and base.value < 0):
        return None
    return Sign(base.value if exponent.is_odd else 1, base.off)


def _of_sum(f, box, orders, tidy) -> Sign | None:
    return _agreed([sign(term, box, min(orders, 1), tidy) for term in f.args]) if f.is_Add else None


def _from_faces(f, box, orders, tidy) -> Sign | None:
    faces = box.special_faces()
    for x, c in faces:
        if vanishes(f, (x, c)):
            found = _slope_sign(f, x, box, orders, tidy)
            return found and Sign(found.value * box.side(x, c), _crossing(found, x) | {(x, c)})
    corner = _from_corner(f, faces, box, orders, tidy)
    if corner or orders <= ORDERS - ORDERS_FROM_ENDS:
        return corner
    return next(filter(None, (_from_end(f, *end, box, orders, tidy) for end in _starts(f, box))), None)


def _starts(f, box: Box) -> Iterator[Face]:
    """The finite ends opposite to an infinite one, or to one at which balls see no bound for ``f``."""
    for x, (low, high) in zip(box.symbols, box.ends, strict=True):
        for end, other in ((low, high), (high, low)):
            if end.is_finite and (other.is_infinite or _is_singular(f, x, other, box)):
                yield x, end


def _is_singular(f, x, c, box: Box) -> bool:
    if (x, c) not in box.special or box.is_infinite():
        return False
    return not boxes.enclosure(f, box.face(x, c)).is_finite()


def _slope_sign(f, x, box, orders, tidy) -> Sign | None:
    derivative = slope(f, x, tidy)
    return None if derivative is None else sign(derivative, box, orders - 1, tidy)


def _crossing(found: Sign, x) -> frozenset[Face]:
    """The faces among ``found.off`` that a segment along ``x`` does not leave."""
    return frozenset(face for face in found.off if face[0] != x)


def _from_end(f, x, c, box, orders, tidy) -> Sign | None:
    """The sign at an end, if the derivative leads further away from zero up to the other end."""
    start = sign(f.subs(x, c), box.without(x), orders - 1, tidy)
    onward = start and _slope_sign(f, x, box, orders, tidy)
    if start and onward and onward.value * box.side(x, c) == start.value:
        beyond = {(x, end) for end in box.of(x) if end != c and end.is_finite}
        return Sign(start.value, start.off | beyond)
    return None


def _from_corner(f, faces, box, orders, tidy) -> Sign | None:
    """At a corner where ``f`` is zero: all partial derivatives lead the same way."""
    for corner in box.corners(faces):
        if vanishes(f, *corner):
            ways = [_away(f, face, box, orders, tidy) for face in corner]
            return _agreed(ways)
    return None


def _away(f, face: Face, box, orders, tidy) -> Sign | None:
    """The sign of the derivative in the direction that leads off a face into the box."""
    found = _slope_sign(f, face[0], box, orders, tidy)
    return found and Sign(found.value * box.side(*face), found.off | {face})


def _agreed(signs: list[Sign | None]) -> Sign | None:
    """The sign of a sum of terms of one sign, which is not zero where one of them is not."""
    found = [term for term in signs if term]
    if len(found) < len(signs) or len({term.value for term in found}) != 1:
        return None
    return min(found, key=lambda term: len(term.off))


def without_kinks(f: sympy.Expr, box: Box) -> sympy.Expr:
    """``f`` with absolute values, maxima and minima replaced by the branch that they take on the box."""
    return f.replace(lambda node: isinstance(node, KINKS), lambda node: _branch(node, box))


def _branch(node, box: Box) -> sympy.Expr:
    if isinstance(node, sympy.Abs):
        found = sign(node.args[0], box, 1)
        return found.value * node.args[0] if found else node
    wanted = 1 if isinstance(node, sympy.Max) else -1
    for chosen in node.args:
        gaps = (sign(chosen - other, box, 1) for other in node.args if other != chosen)
        if all(gap and gap.value == wanted for gap in gaps):
            return chosen
    return node


def is_bowl(f: sympy.Expr, point: Point, box: Box) -> bool:
    """Whether ``f``, zero at a point of the box, has no gradient there and a positive Hessian on the box."""
    gradient = [slope(f, x, False) for x in box.symbols]
    if None in gradient or box.is_infinite() or set(point) != set(box.symbols):
        return False
    hessian = [[slope(g, x, False) for x in box.symbols] for g in gradient]
    if any(None in row for row in hessian) or not all(vanishes(g, *point.items()) for g in gradient):
        return False
    found = pivots([[boxes.enclosure(entry, box) for entry in row] for row in hessian])
    return bool(found[-1] > 0) and len(found) == len(box.symbols)
