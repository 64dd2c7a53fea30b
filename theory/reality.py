"""Where an expression is a real number: what its parts must satisfy for that.

Over a box a root of what may be negative is a complex ball whose imaginary part contains zero, and that says nothing. So
a cover first proves ``g >= 0`` for each root of ``g``, ``1 - g >= 0`` and ``1 + g >= 0`` for each arcsine of ``g``, and
so on, from the inside out. A pole on the way is another matter: there the enclosures are unbounded.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import sympy
from sympy import Basic, Expr, Interval, Symbol
from sympy.concrete.expr_with_limits import ExprWithLimits

Domain = Mapping[Symbol, Interval]

NEEDS: dict[type, Callable[..., tuple[Expr, ...]]] = {
    sympy.log: lambda x: (x,),
    sympy.loggamma: lambda x: (x,),
    sympy.asin: lambda x: (1 - x, 1 + x),
    sympy.acos: lambda x: (1 - x, 1 + x),
    sympy.atanh: lambda x: (1 - x, 1 + x),
    sympy.acosh: lambda x: (x - 1,),
    sympy.lowergamma: lambda s, x: (s, x),
    sympy.uppergamma: lambda s, x: (x,),
}


class Demand(NamedTuple):
    """``f >= 0`` on a domain, so that an expression around it is real; ``bound``: whether it holds a bound symbol."""

    f: Expr
    domain: Domain
    bound: bool


class Unknown(ValueError):
    """A part whose domain is not known."""


def demands(expr: Basic, domain: Domain, bound: frozenset[Symbol] = frozenset()) -> Iterator[Demand]:
    """What is to hold, the inner parts first. Raises ``Unknown`` for an integral or a sum with open ends."""
    if isinstance(expr, ExprWithLimits):
        for limit in expr.limits:
            for end in limit[1:]:
                yield from demands(end, domain, bound)
        inner = {**domain, **ranges(expr)}
        yield from demands(expr.function, inner, bound | set(expr.variables))
        return
    for argument in expr.args:
        yield from demands(argument, domain, bound)
    for f in needs(expr):
        free = {symbol: interval for symbol, interval in domain.items() if symbol in f.free_symbols}
        if free and not f.is_nonnegative:
            yield Demand(f, free, bool(bound & f.free_symbols))


def needs(expr: Basic) -> tuple[Expr, ...]:
    """What must not be negative for an expression of real parts to be real."""
    if isinstance(expr, sympy.Pow) and not expr.exp.is_integer:
        return (expr.base,)
    needed = NEEDS.get(expr.func)
    return needed(*expr.args) if needed else ()


def ranges(expr: ExprWithLimits) -> dict[Symbol, Interval]:
    found = {}
    for limit in expr.limits:
        if len(limit) != 3 or not all(end.is_number or end.is_infinite for end in limit[1:]):
            raise Unknown(f"{expr}: the range of {limit[0]} depends on the point")
        low, high = sorted(limit[1:])
        found[limit[0]] = Interval(low, high)
    return found
