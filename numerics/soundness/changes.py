"""The small errors of an expression: one place in its tree changed, everything else as it was.

A number is off by one percent, or has the other sign; an integer that must stay one (an exponent, an
index, an end of a sum, a degree) is off by one; a term is dropped; a function is exchanged with its
sibling; a correlation has the other sign.
"""

from collections.abc import Iterator
from typing import NamedTuple

from sympy import (
    Add,
    Basic,
    Derivative,
    Expr,
    Indexed,
    KroneckerDelta,
    Number,
    NumberSymbol,
    Pow,
    Product,
    Rational,
    S,
    Sum,
    Tuple,
    acos,
    asin,
    cos,
    factorial,
    factorial2,
    oo,
    sin,
)

from theory.activation import Applied
from theory.domain import maximum
from theory.family import DerivativeFamily, He
from theory.iterate import Iterate
from theory.law import Law, Variate

PERCENT = Rational(101, 100)
HUNDREDTH = Rational(1, 100)
SIBLINGS = {sin: cos, cos: sin, acos: asin, asin: acos}
WHOLE = (Indexed, factorial, factorial2, KroneckerDelta)  # their arguments are integers


class Change(NamedTuple):
    """An expression with one error in it, which kind of error, and what became of what."""

    kind: str
    value: Basic
    what: str


def changes(expr: Basic) -> Iterator[Change]:
    """Every small error of an expression, each different from it and from the others."""
    seen = {expr}
    for change in every(expr):
        if change.value not in seen and not change.value.has(S.NaN, S.ComplexInfinity):
            seen.add(change.value)
            yield change


def every(expr: Basic) -> Iterator[Change]:
    if expr == 0:
        yield Change("constant", HUNDREDTH, "0 -> 1/100")
    yield from walked(expr, False)


def walked(expr: Basic, whole: bool) -> Iterator[Change]:
    """The errors of an expression that stands where only an integer may, if ``whole``, or else anywhere."""
    yield from at_the_top(expr, whole)
    for place, argument in enumerate(expr.args):
        if untouched(expr, place):
            continue
        for change in walked(argument, whole or wants_integer(expr, place)):
            try:
                value = expr.func(*expr.args[:place], change.value, *expr.args[place + 1 :])
            except (TypeError, ValueError, AttributeError):  # not every change leaves an expression
                continue
            yield change._replace(value=value)


def at_the_top(expr: Basic, whole: bool) -> Iterator[Change]:
    if isinstance(expr, Number | NumberSymbol) and expr.is_finite:
        yield from of_number(expr, whole)
    if isinstance(expr, Add):
        for term in expr.args:
            yield told("term", expr - term, f"{term} dropped")
    if expr.func in SIBLINGS:
        yield told("sibling", SIBLINGS[expr.func](*expr.args), f"{expr.func} -> {SIBLINGS[expr.func]}")
    if expr.func in (acos, asin) and expr.args[0].free_symbols:
        yield told("correlation", expr.func(-expr.args[0]), f"{expr} -> {expr.func(-expr.args[0])}")


def of_number(number: Expr, whole: bool) -> Iterator[Change]:
    if whole:
        if number.is_Integer:
            yield told("exponent", number + 1, f"{number} -> {number + 1}")
        return
    if number != 0:
        yield told("constant", number * PERCENT, f"{number} off by 1 %")
        yield told("sign", -number, f"{number} -> {-number}")


def told(kind: str, value: Basic, what: str) -> Change:
    return Change(kind, value, what if len(what) <= 60 else f"{what[:57]}...")


def wants_integer(parent: Basic, place: int) -> bool:
    """Whether an argument counts something, so that one percent of it would mean nothing."""
    if isinstance(parent, Pow):
        return place == 1 and bool(parent.exp.is_integer)
    if isinstance(parent, WHOLE):
        return True
    if isinstance(parent, DerivativeFamily | He):
        return place == 0
    if isinstance(parent, Sum | Product | Derivative | maximum):
        return place > 0
    if isinstance(parent, Applied):
        return place == 1
    return isinstance(parent, Iterate) and place > 2


def untouched(parent: Basic, place: int) -> bool:
    """What an error may not reach: laws, bound variables, infinite ends, the label of an array."""
    argument = parent.args[place]
    if isinstance(argument, Law | Variate) or argument in (oo, -oo):
        return True
    if isinstance(parent, Indexed | Applied):
        return place == 0
    if isinstance(parent, Iterate):
        return place == 1
    return isinstance(parent, Tuple) and place == 0 and len(parent.args) in (2, 3)
