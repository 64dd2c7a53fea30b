"""Points as both sides see them, and the theory's side at a point, in floats.

Both sides see the *same* point: a point is rounded to the experiment's precision first, and the
theory then evaluated exactly at the rounded one (by balls, or by SymPy to 20 digits), so that no
disagreement comes from the input.
"""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from sympy import (
    Basic,
    ImmutableDenseMatrix,
    Integer,
    MatrixBase,
    Rational,
    S,
    Set,
    Symbol,
    sympify,
)
from sympy.matrices.expressions.matexpr import MatrixExpr

from numerics import books
from numerics.experiment import observed_node
from numerics.kinds import relation
from theory import certify, points
from theory.activation import Activation
from theory.claim import Claim
from theory.domain import Activations, Arrays, measured
from theory.iterate import Iterate

DIGITS = 20
NO_TABLES: Mapping = MappingProxyType({})


class Target(NamedTuple):
    """What the mean of the draws should be: the right side over the factors beside the node."""

    value: np.ndarray
    sign: str  # of the relation, turned round where the factors are negative


def plain(claim: Claim, point: points.Point) -> dict[str, Any]:
    """A point as a worker is sent it: integers of an integer domain, floats, names of activations, arrays."""
    return {name: plain_value(points.domains(claim)[name], value) for name, value in point.items()}


def plain_value(domain, value) -> int | float | str | np.ndarray:
    if isinstance(value, Activation):
        return value.name
    if isinstance(value, MatrixBase):
        return as_floats(value)
    return int(value) if is_integral(domain) else float(value)


def as_floats(matrix: MatrixBase) -> np.ndarray:
    return np.array(matrix.tolist(), float).reshape(matrix.shape)


def is_integral(domain) -> bool:
    """Whether a parameter counts something, and so reaches an experiment as a Python integer."""
    return isinstance(domain, Set) and domain.is_subset(S.Integers) is True


def exact(claim: Claim, sent: Mapping[str, Any]) -> points.Point:
    """The exact point that a worker was sent, bit for bit; integers and activations by their domains."""
    return {name: exact_value(points.domains(claim)[name], value) for name, value in sent.items()}


def exact_value(domain, value):
    if isinstance(domain, Activations):
        return next(member for member in domain.members if member.name == value)
    if isinstance(domain, Arrays):
        rows, columns = np.shape(value)
        return ImmutableDenseMatrix(rows, columns, [Rational(float(v)) for v in np.ravel(value)])
    return Integer(value) if isinstance(value, int) else Rational(float(value))


def rounded(claim: Claim, point: points.Point, dtype: str) -> points.Point:
    """The point with its real coordinates representable in ``dtype``, still inside their domains.

    A coordinate that no neighbouring float keeps inside, and an array whose form rounding would
    break (a unit vector), stays as it is.
    """
    near = dict(point)
    for name, domain in points.domains(claim).items():
        settled = points.resolved(domain, points.placed(claim, point))
        if isinstance(settled, Set) and not is_integral(settled):
            near[name] = rounded_real(settled, point[name], dtype)
    kept = near == point or all(
        points.true_at(claim, sympify(condition), near) for condition in claim.where.values()
    )
    return near if kept else point


def rounded_real(domain: Set, value, dtype: str):
    kind = np.dtype(dtype).type
    middle = kind(float(value))
    for candidate in (middle, np.nextafter(middle, kind(-np.inf)), np.nextafter(middle, kind(np.inf))):
        number = Rational(float(candidate)) if np.isfinite(candidate) else S.NaN
        if number.is_finite and points.inside(domain, number):
            return number
    return value


def numbers(claim: Claim, expr: Basic, point: points.Point) -> np.ndarray:
    """A side without measured quantities at an exact point; a scalar has shape ().

    Raises ``ValueError`` naming claim, point and value where it is no finite real number.
    """
    found = enclosed(claim, expr, point)
    if found is not None:
        return found
    settled = explicit(points.at_point(claim, expr, point, loops=certify.AVAILABLE))
    entries = list(settled) if isinstance(settled, MatrixBase) else [settled]
    shape = settled.shape if isinstance(settled, MatrixBase) else ()
    tables = points.tables(claim, point)
    return np.array([number(claim, entry, point, tables) for entry in entries]).reshape(shape)


def enclosed(claim: Claim, expr: Basic, point: points.Point) -> np.ndarray | None:
    """The same by balls that are put for the parameters, where balls alone decide it; else None.

    SymPy, given exact numbers instead, simplifies what it can before anything is evaluated.
    """
    if not certify.AVAILABLE or sympify(expr).has(Iterate):
        return None
    prepared, known = points.prepared(claim, expr, point)
    prepared = explicit(prepared)
    entries = list(prepared) if isinstance(prepared, MatrixBase) else [prepared]
    try:
        balls = [certify.enclose(entry, known, DIGITS) for entry in entries]
    except (certify.Unevaluable, ValueError, TypeError):
        return None
    if not all(fixes_a_float(ball) for ball in balls):
        return None
    shape = prepared.shape if isinstance(prepared, MatrixBase) else ()
    return np.array([float(ball.mid()) for ball in balls]).reshape(shape)


def fixes_a_float(ball) -> bool:
    """Whether a ball holds one float's worth of numbers: else what it encloses cancels too far."""
    return ball.is_exact() or ball.rel_accuracy_bits() > 50


def number(claim: Claim, expr: Basic, point: points.Point, tables: Mapping = NO_TABLES) -> float:
    value = evaluated(expr, tables)
    if value is None or not math.isfinite(value):
        raise claim.error(
            f"at {spelled(point)} the side {expr} has no finite real value; narrow the domain in given, "
            "or write the side in closed form"
        )
    return value


def evaluated(expr: Basic, tables: Mapping = NO_TABLES) -> float | None:
    if expr.is_Rational:
        return float(expr)
    if certify.AVAILABLE:
        try:
            ball = certify.enclose(expr, tables, DIGITS)
            if fixes_a_float(ball):
                return float(ball.mid())
        except (certify.Unevaluable, ValueError, TypeError):
            pass
    expr = points.entries(points.carried_out(expr), tables)
    found = expr.evalf(DIGITS, maxn=600)  # digits enough for what cancels near an end of a domain
    return float(found) if found.is_Number and found.is_extended_real else None


def explicit(expr: Basic) -> Basic:
    """A matrix expression of known size as a matrix; anything else as it is."""
    if isinstance(expr, MatrixExpr) and not measured(expr):
        return ImmutableDenseMatrix(expr.doit().as_explicit())
    return expr


def settled(claim: Claim, expr: Basic, point: points.Point, loops: bool = False) -> Basic:
    """A side with every parameter in its place; with ``loops`` its finite sums stay sums."""
    return explicit(points.at_point(claim, expr, point, loops))


def target(claim: Claim, point: points.Point) -> Target | None:
    """The claimed mean at a point; None where the factors beside the node vanish and no draw matters."""
    _, factor = observed_node(claim.states.left)

    def beside() -> np.ndarray:
        return np.asarray(number(claim, points.at_point(claim, factor, point), point))

    scale = float(books.array(claim, "factor", point, beside))
    if scale == 0:
        return None
    turned = {"<=": ">=", ">=": "<=", "<": ">", ">": "<", "=": "="}
    sign = relation(claim).sign
    return Target(right_side(claim, point) / scale, sign if scale > 0 else turned[sign])


def right_side(claim: Claim, point: points.Point) -> np.ndarray:
    """The right side of a relation, without measured quantities, at an exact point."""
    return books.array(claim, "right", point, lambda: numbers(claim, relation(claim).right, point))


def shaped(claim: Claim, point: points.Point, wanted: Target, shape: tuple[int, ...]) -> Target:
    """The target in the shape of one draw; a vector of theory, which is a column, fits a flat one."""
    value = wanted.value
    if value.shape != shape and np.squeeze(value).shape == tuple(size for size in shape if size != 1):
        value = value.reshape(shape)
    if value.shape not in ((), shape):
        raise claim.error(
            f"at {spelled(point)} a draw has shape {shape}, the right side {value.shape}; "
            "return draws in the shape of the right side"
        )
    return wanted._replace(value=np.broadcast_to(value, shape))


def outside(low, high, wanted: Target) -> np.ndarray:
    """Where an interval for the mean rules the relation out."""
    above, below = np.asarray(low) > wanted.value, np.asarray(high) < wanted.value
    signs = {"=": above | below, "<=": above, "<": above, ">=": below, ">": below}
    return np.asarray(signs[wanted.sign])


def spelled(point: Mapping) -> str:
    """A point as a reader checks it by hand: short exact values where they are short, else floats."""
    return ", ".join(f"{name}={spelled_value(value)}" for name, value in point.items()) or "the only point"


def spelled_value(value) -> str:
    if isinstance(value, Activation):
        return value.name
    if isinstance(value, MatrixBase):
        return (
            "[" + ", ".join(spelled_value(v) for v in value) + "]"
            if 1 in value.shape
            else str([[spelled_value(v) for v in value.row(i)] for i in range(value.rows)]).replace("'", "")
        )
    value = sympify(value)
    return str(value) if len(str(value)) <= 12 or isinstance(value, Symbol) else repr(float(value))
