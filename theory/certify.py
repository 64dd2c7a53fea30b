"""Certificates in ball arithmetic: enclosures of SymPy expressions, covers of boxes, positivity.

A ball is a midpoint and a radius that provably contain the real number in question (Arb, through
python-flint). This module is the door; without python-flint it still imports, ``AVAILABLE`` is
False, and each function says what to install.
"""

from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple

import sympy

from theory.unfold import Undefined as Undefined
from theory.unfold import Unevaluable as Unevaluable

if TYPE_CHECKING:
    from flint import arb

AVAILABLE = find_spec("flint") is not None
BITS_PER_DIGIT = 3.33
GUARD_BITS = 24  # beyond the digits asked for, so that the first attempt mostly suffices
ATTEMPTS = 4  # each with twice the bits
PROGRESS = 8  # bits that the radius must lose from one attempt to the next, or more will not help


class Cover(NamedTuple):
    """What branch and bound has shown of ``expr >= 0`` (or ``> 0``) on a box.

    ``closed`` is a proof on the whole box. ``witness`` is an exact point at which the inequality
    fails: rational, unless a strict one fails only at a contact that is not. ``uncovered`` are the
    boxes left open, ``measure`` is their volume, ``boxes`` the number of boxes looked at.
    ``sharp_at`` lists where the search met an exact zero, in the domain or on an open end of it, as
    points or faces (of which the fixed coordinates are named).
    """

    closed: bool
    uncovered: tuple[dict[sympy.Symbol, sympy.Interval], ...]
    measure: float
    boxes: int
    witness: dict[sympy.Symbol, sympy.Expr] | None
    sharp_at: tuple[dict[sympy.Symbol, sympy.Expr], ...]


def _require_flint() -> None:
    if not AVAILABLE:
        raise RuntimeError("certificates need ball arithmetic: pip install python-flint")


def enclose(
    expr: sympy.Expr,
    at: Mapping[sympy.Symbol, sympy.Expr | sympy.MatrixBase] | None = None,
    digits: int = 30,
) -> "arb":
    """A ball that contains the real number ``expr``, its symbols at the exact values ``at``.

    The label of an ``IndexedBase`` stands for a matrix, whose entries ``expr`` may sum over.

    The precision is raised until the radius is below ``10**-digits``, relative to the number, or
    absolutely if the ball contains zero; when that no longer helps, the best ball is returned. Its
    predicates (``contains``, ``>``) are exact; arithmetic on it rounds outwards to ``flint.ctx.prec``.

    Raises ``Unevaluable`` for a node without an enclosure, a symbol without a value, a number that
    is not real and an integral or quotient that stays unbounded; RuntimeError without python-flint.
    """
    _require_flint()
    from flint import ctx

    at, expr, tried = at or {}, sympy.sympify(expr), []
    for attempt in range(ATTEMPTS):
        bits = int(digits * BITS_PER_DIGIT) + GUARD_BITS << attempt
        with ctx.workprec(bits):
            tried.append(_real_ball(expr, at))
            if is_sharp(tried[-1], digits) or _has_stalled(expr, tried):
                break
    best = min(tried, key=lambda ball: (not ball.is_finite(), ball.rad()))
    if not best.is_finite():
        where = f" at {dict(at)}" if at else ""
        written = sympy.sstr(expr, order="none")  # to order its terms SymPy would integrate numerically
        raise Unevaluable(
            f"{written}{where}: no finite enclosure at {bits} bits; if an integrand is unbounded, substitute "
            "so that it is bounded, else the value is a pole"
        )
    return best


def _has_stalled(expr: sympy.Expr, tried: list) -> bool:
    """Whether more bits no longer help; an integral that found no bound at all gets no third attempt."""
    if len(tried) < 2 or tried[-1].rad() * 2**PROGRESS < tried[-2].rad():
        return False
    return tried[-1].is_finite() or expr.has(sympy.Integral)


def difference(
    lhs: sympy.Expr,
    rhs: sympy.Expr,
    at: Mapping[sympy.Symbol, sympy.Expr | sympy.MatrixBase],
    digits: int = 30,
) -> "arb":
    """A ball that contains ``lhs - rhs`` at an exact point: if it excludes zero, the sides differ there."""
    lhs, rhs = sympy.sympify(lhs), sympy.sympify(rhs)
    minus = sympy.Mul(sympy.S.NegativeOne, rhs, evaluate=False)
    return enclose(sympy.Add(lhs, minus, evaluate=False), at, digits)


def _real_ball(expr, at) -> "arb":
    from theory import balls

    known = {symbol: _known(number) for symbol, number in at.items()}
    return _real(expr, balls.value(expr, known))


def _known(value):
    if isinstance(value, sympy.MatrixBase):
        return [[_known(entry) for entry in row] for row in value.tolist()]
    from theory import balls

    return _real(value, balls.value(value))


def _real(expr, ball) -> "arb":
    if not ball.imag.contains(0):
        raise Undefined(f"{expr} is not real: its imaginary part lies in {ball.imag}")
    return ball.real


def is_sharp(ball, digits: int) -> bool:
    """Whether the radius is below ``10**-digits``, relative to the number, or absolutely around zero."""
    from flint import arb

    scale = arb(1) if ball.contains(0) else abs(ball).lower()
    return bool(ball.rad() <= scale * arb(10) ** -digits)


def positive_definite(matrix: sympy.Matrix, at: Mapping[sympy.Symbol, sympy.Expr] | None = None) -> bool:
    """Whether a symmetric matrix is certified positive definite: all pivots of LDL^T positive in balls.

    False means not certified: a pivot is negative, or contains zero at every precision tried.
    Raises ``ValueError`` if the matrix is not symmetric, ``Unevaluable`` as ``enclose`` does.
    """
    _require_flint()
    from flint import ctx

    from theory.balls import pivots

    if not matrix.is_symmetric():
        raise ValueError(f"positive_definite: the matrix must be symmetric, got {matrix}")
    for attempt in range(ATTEMPTS):
        with ctx.workprec(128 << attempt):
            last = pivots([[_real_ball(entry, at or {}) for entry in row] for row in matrix.tolist()])[-1:]
        if all(pivot > 0 or pivot < 0 for pivot in last):
            break
    return all(pivot > 0 for pivot in last)


def cover(
    statement_difference: sympy.Expr,
    box: Mapping[sympy.Symbol, sympy.Interval],
    strict: bool,
    max_boxes: int = 20000,
) -> Cover:
    """Try to prove ``statement_difference >= 0`` (``> 0`` if strict) on a whole box, by branch and bound.

    Each coordinate runs over an interval; an open end need not satisfy a strict inequality, and an
    infinite one is reached by signs of derivatives or stays uncovered. See ``theory.cover``.

    Raises ``ValueError`` for a box that is not made of intervals with an interior or does not bind
    every symbol, ``Unevaluable`` as ``enclose`` does.
    """
    _require_flint()
    from theory import cover as branch_and_bound

    return branch_and_bound.cover(statement_difference, box, strict, max_boxes)
