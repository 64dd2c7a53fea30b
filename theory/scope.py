"""Which symbols an expression binds, and where a name would mean two things.

SymPy substitutes without renaming: ``Integral(x*t, (t, 0, 1))`` at ``x = t`` becomes the integral of
``t**2``, which is false. So a symbol that is bound twice along one path of an expression, or bound
and a parameter at once, is refused wherever a derivation meets it, and a value that would be caught
by a binder is never put in.
"""

from collections.abc import Iterable

from sympy import Basic, Lambda, Subs, Symbol

from theory.law import Node


def bound_by(expr: Basic) -> set[Symbol]:
    """The symbols that the outermost sign of an expression binds."""
    if isinstance(expr, Node):
        return set(expr.bound)
    if hasattr(expr, "limits") and hasattr(expr, "function"):
        return {limit[0] for limit in expr.limits}
    return set(expr.variables) if isinstance(expr, Lambda | Subs) else set()


def bound(expr: Basic) -> set[Symbol]:
    """Every symbol that is bound somewhere in an expression."""
    return bound_by(expr).union(*(bound(arg) for arg in expr.args))


def doubly_bound(expr: Basic, known: Iterable[Basic]) -> Symbol | None:
    """A symbol that an expression binds although it is known already, or binds inside its own scope."""
    own, known = bound_by(expr), set(known)
    if own & known:
        return min(own & known, key=str)
    inside = (doubly_bound(arg, known | own) for arg in expr.args if arg.args)
    return next((symbol for symbol in inside if symbol is not None), None)


def caught(values: Iterable[Basic], *into: Basic) -> set[Symbol]:
    """The symbols of some values that a binder would catch if the values were put into expressions."""
    free = set().union(*(value.free_symbols for value in values))
    return free & set().union(*map(bound, into))
