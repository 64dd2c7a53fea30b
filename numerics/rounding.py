"""How far rounding may carry a computed value: an expression in floats, with its *size*.

Beside the value of an expression goes the sum of the magnitudes of all that was added up to make it,
each carried through by the derivative of what follows:

    size(a + b) = size(a) + size(b),    size(a b) = size(a) size(b),
    size(f(a)) = |f(a)| + |f'(a)| size(a).

A backward stable evaluation in n operations errs by about sqrt(n) eps size, cancellation included, so
that is the unit in which two computations of one number are compared.
"""

from collections.abc import Callable, Mapping
from functools import cache, reduce
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from sympy import (
    Add,
    Basic,
    Expr,
    Float,
    Function,
    Indexed,
    MatMul,
    Max,
    Min,
    Mul,
    Pow,
    Sum,
    Symbol,
    lambdify,
    nan,
)
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

NO_ARRAYS: Mapping[Basic, np.ndarray] = MappingProxyType({})
MOST_TERMS = 2**20  # of a sum over running indices, which are held at once
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


def sized(
    expr: Basic, known: Mapping[Basic, np.ndarray], arrays: Mapping[Basic, np.ndarray] = NO_ARRAYS
) -> Sized:
    """Value and size of an expression whose free symbols are all ``known``.

    ``arrays`` has those that sums run over, by their labels.

    Raises ``Unevaluable`` for a part that no rule of this module covers.
    """
    if expr in known:
        value = np.asarray(known[expr], float)
        return Sized(value, np.abs(value))
    if isinstance(expr, Sum):
        return totalled(expr, known, arrays)
    if isinstance(expr, Indexed):
        return picked(expr, known, arrays)
    if isinstance(expr, MatrixBase):
        parts = [sized(entry, known, arrays) for entry in expr]
        return Sized(*(np.array(part, float).reshape(expr.shape) for part in zip(*parts, strict=True)))
    rule = next((RULES[kind] for kind in type(expr).__mro__ if kind in RULES), None)
    if rule is not None:
        return rule(expr, [sized(arg, known, arrays) for arg in operands(expr)])
    if not expr.free_symbols:
        return constant(expr)
    if isinstance(expr, Function):
        return chained(expr, [sized(arg, known, arrays) for arg in expr.args])
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
    """A power; that of an exact zero carries no error, though the slope there may be infinite."""
    base, power = parts
    x, p = np.asarray(base.value, float), power.value
    with np.errstate(all="ignore"):
        value = x**p
        slope = np.where(p, p * x ** (p - 1), 0.0)
        drift = np.where(x, np.log(np.abs(x)) * value * power.size, 0.0) if expr.exp.free_symbols else 0.0
        moved = np.where(base.size, np.abs(slope) * base.size + np.abs(drift), 0.0)
    return Sized(value, np.abs(value) + moved)


def chained(expr: Expr, parts: list[Sized]) -> Sized:
    """A function of scalars, its size by its partial derivatives."""
    function, *slopes = (vectorised(each, len(parts)) for each in with_slopes(expr.func, len(parts)))
    at = [np.asarray(part.value, float) for part in parts]
    value = function(*at)
    steep = (np.abs(slope(*at)) * part.size for slope, part in zip(slopes, parts, strict=True))
    return Sized(value, np.abs(value) + sum(steep))


@cache
def with_slopes(func: type, arity: int) -> tuple[Expr, ...]:
    places = slots(arity)
    return func(*places), *(func(*places).diff(place) for place in places)


def slots(arity: int) -> tuple[Symbol, ...]:
    return tuple(Symbol(f"x_{place}", real=True) for place in range(arity))


def no_slope(x: np.ndarray) -> np.ndarray:
    """The slope of a step: zero beside it, and nothing that can be said at it."""
    return np.where(x == 0, np.nan, 0.0)


@cache
def vectorised(expr: Expr, arity: int) -> Callable:
    """An expression in the slots as a function of float arrays: by NumPy and SciPy, else by SymPy's floats."""
    by_libraries = lambdify(slots(arity), expr, [{"DiracDelta": no_slope}, "scipy", "numpy"])

    def by_sympy(*at: float) -> float:
        return as_float(
            expr.xreplace(dict(zip(slots(arity), (Float(float(x), 17) for x in at), strict=True)))
        )

    def everywhere(*at: np.ndarray) -> np.ndarray:
        try:
            with np.errstate(all="ignore"):
                found = np.asarray(by_libraries(*at), float)
        except (NameError, TypeError, ValueError):  # a function that the libraries lack
            found = np.vectorize(by_sympy, otypes=[float])(*at)
        return np.broadcast_to(found, np.broadcast_shapes(*map(np.shape, at)))

    return everywhere


def as_float(expr: Expr) -> float:
    number = expr.evalf(17)
    return float(number) if number.is_Number and number is not nan else float("nan")


def totalled(expr: Sum, known: Mapping[Basic, np.ndarray], arrays: Mapping[Basic, np.ndarray]) -> Sized:
    """A finite sum, over entries of arrays or other numbers: the index runs along a leading axis of its own."""
    *inner, (index, *ends) = expr.limits
    body = Sum(expr.function, *inner) if inner else expr.function
    low, high = (sized(end, known, arrays).value for end in ends)
    runs = np.arange(np.min(low), np.max(high) + 1)
    depth = 1 + max((np.ndim(value) for symbol, value in known.items() if symbol.is_Symbol), default=0)
    runs = runs.reshape(-1, *(1,) * (depth - 1))
    if runs.size * np.size(low) > MOST_TERMS:
        raise Unevaluable(f"{expr} has more than {MOST_TERMS} terms")
    part = sized(body, {**known, index: runs}, arrays)
    counted = (low <= runs) & (runs <= high)
    return Sized(*(np.sum(np.where(counted, each, 0.0), axis=0) for each in part))


def picked(expr: Indexed, known: Mapping[Basic, np.ndarray], arrays: Mapping[Basic, np.ndarray]) -> Sized:
    """Entries of a known array, at indices that run; they count from one."""
    if expr.base.label not in arrays:
        raise Unevaluable(f"{expr} has no value")
    places = [np.rint(sized(place, known, arrays).value).astype(int) - 1 for place in expr.indices]
    value = arrays[expr.base.label][(*places, 0)[:2]]
    return Sized(value, np.abs(value))


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
