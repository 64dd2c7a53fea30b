"""How far rounding may carry a computed value: an expression in floats, with its *size*.

Beside the value of an expression goes the sum of the magnitudes of all that was added up to make it,
each carried through by the derivative of what follows:

    size(a + b) = size(a) + size(b),    size(a b) = size(a) size(b),
    size(f(a)) = |f(a)| + |f'(a)| size(a).

A backward stable evaluation in n operations errs by about sqrt(n) eps size, cancellation included, so
that is the unit in which two computations of one number are compared.
"""

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any, NamedTuple

import numpy as np
from sympy import Add, Basic, Expr, Float, Function, MatMul, Max, Min, Mul, Pow, nan
from sympy.matrices import MatrixBase
from sympy.matrices.expressions import (
    HadamardProduct,
    Identity,
    Inverse,
    MatAdd,
    MatPow,
    Trace,
    Transpose,
    ZeroMatrix,
)
from sympy.matrices.expressions.matexpr import MatrixElement

from theory.domain import min_eigenvalue, norm, operator_norm

OPERATIONS = 8.0  # how many times the unit two honest computations may differ by


class Unevaluable(ValueError):
    """An expression that floats cannot evaluate; the message names the part."""


class Sized(NamedTuple):
    """A value in floats, and the size that its rounding error scales with; both of one shape."""

    value: Any
    size: Any


def tolerance(size, operations: int, eps: float):
    """What rounding may add to or take from a number of that size, after that many operations."""
    return OPERATIONS * eps * np.sqrt(max(operations, 1)) * size


def sized(expr: Basic, known: Mapping[Basic, np.ndarray]) -> Sized:
    """Value and size of an expression whose free symbols are all ``known``.

    Raises ``Unevaluable`` for a part that no rule of this module covers.
    """
    if expr in known:
        value = np.asarray(known[expr], float)
        return Sized(value, np.abs(value))
    if isinstance(expr, MatrixBase):
        parts = [sized(entry, known) for entry in expr]
        return Sized(*(np.array(part, float).reshape(expr.shape) for part in zip(*parts, strict=True)))
    rule = next((RULES[kind] for kind in type(expr).__mro__ if kind in RULES), None)
    if rule is not None:
        return rule(expr, [sized(arg, known) for arg in operands(expr)])
    if not expr.free_symbols:
        return constant(expr)
    if isinstance(expr, Function):
        return chained(expr, [sized(arg, known) for arg in expr.args])
    raise Unevaluable(f"{expr} ({type(expr).__name__}) cannot be computed from measured values")


def operands(expr: Basic) -> tuple[Basic, ...]:
    if isinstance(expr, MatPow | Inverse | MatrixElement):
        return expr.args[:1]
    return () if isinstance(expr, Identity | ZeroMatrix) else expr.args


def constant(expr: Basic) -> Sized:
    if not isinstance(expr, Expr):
        raise Unevaluable(f"{expr} ({type(expr).__name__}) is no number")
    number = expr.evalf(20)
    if not number.is_Number or not number.is_extended_real:
        raise Unevaluable(f"{expr} ({type(expr).__name__}) has no real value in floats, but {number}")
    value = np.float64(float(number))
    return Sized(value, np.abs(value))


def added(_, parts: list[Sized]) -> Sized:
    return Sized(sum(part.value for part in parts), sum(part.size for part in parts))


def multiplied(_, parts: list[Sized]) -> Sized:
    values, sizes = zip(*parts, strict=True)
    return Sized(reduce(np.multiply, values), reduce(np.multiply, sizes))


def matrix_product(_, parts: list[Sized]) -> Sized:
    def product(a, b):
        return a @ b if np.ndim(a) == np.ndim(b) == 2 else a * b

    values, sizes = zip(*parts, strict=True)
    return Sized(reduce(product, values), reduce(product, sizes))


def raised(expr: Pow, parts: list[Sized]) -> Sized:
    base, power = parts
    value = np.float64(base.value) ** power.value
    if not base.size:  # an exact zero: its power carries no error, though the slope may be infinite
        return Sized(value, np.abs(value))
    slope = power.value * np.float64(base.value) ** (power.value - 1) if power.value else 0.0
    drift = np.log(np.abs(base.value)) * value * power.size if expr.exp.free_symbols and base.value else 0.0
    return Sized(value, np.abs(value) + np.abs(slope) * base.size + np.abs(drift))


def chained(expr: Expr, parts: list[Sized]) -> Sized:
    """A function of scalars by SymPy's own floats, its size by its partial derivatives."""
    at = [Float(float(part.value), 17) for part in parts]
    value, size = as_float(expr.func(*at)), 0.0
    for place, part in enumerate(parts, start=1):
        slope = as_float(expr.fdiff(place).xreplace(dict(zip(expr.args, at, strict=True))))
        size += abs(slope) * part.size
    return Sized(np.float64(value), np.float64(abs(value) + size))


def as_float(expr: Expr) -> float:
    number = expr.evalf(17)
    return float(number) if number.is_Number and number is not nan else float("nan")


def extreme(pick: Callable) -> Callable:
    def rule(_, parts: list[Sized]) -> Sized:
        return Sized(reduce(pick, [p.value for p in parts]), reduce(np.maximum, [p.size for p in parts]))

    return rule


def functional(of: Callable, grows: Callable) -> Callable:
    """A functional of an array; its size is a norm of the entries' sizes, since all three are 1-Lipschitz."""

    def rule(_, parts: list[Sized]) -> Sized:
        return Sized(np.float64(of(parts[0].value)), np.float64(grows(parts[0].size)))

    return rule


def inverted(_, parts: list[Sized]) -> Sized:
    value = np.linalg.inv(parts[0].value)
    return Sized(value, np.abs(value) @ parts[0].size @ np.abs(value) + np.abs(value))


def matrix_power(expr: MatPow, parts: list[Sized]) -> Sized:
    power = expr.exp
    if not power.is_Integer:
        raise Unevaluable(f"{expr}: a power of a matrix must be an integer here, got {power}")
    base = parts[0] if power >= 0 else inverted(None, parts)
    return Sized(*(np.linalg.matrix_power(part, abs(int(power))) for part in base))


def entry(expr: MatrixElement, parts: list[Sized]) -> Sized:
    place = int(expr.i), int(expr.j)
    return Sized(parts[0].value[place], parts[0].size[place])


def same_way(of: Callable) -> Callable:
    return lambda _, parts: Sized(of(parts[0].value), of(parts[0].size))


def filled(of: Callable) -> Callable:
    return lambda expr, _: Sized(*(of(expr),) * 2)


RULES: dict[type, Callable[..., Sized]] = {
    Add: added,
    MatAdd: added,
    Mul: multiplied,
    HadamardProduct: multiplied,
    MatMul: matrix_product,
    MatPow: matrix_power,
    Inverse: inverted,
    Pow: raised,
    Max: extreme(np.maximum),
    Min: extreme(np.minimum),
    Transpose: same_way(np.transpose),
    Trace: same_way(np.trace),
    MatrixElement: entry,
    Identity: filled(lambda expr: np.eye(int(expr.rows))),
    ZeroMatrix: filled(lambda expr: np.zeros(tuple(map(int, expr.shape)))),
    norm: functional(np.linalg.norm, np.linalg.norm),
    operator_norm: functional(lambda a: np.linalg.norm(a, 2), np.linalg.norm),
    min_eigenvalue: functional(lambda a: np.linalg.eigvalsh(a)[0], np.linalg.norm),
}
