"""Piecewise expressions on balls: conditions are true, false or undecided, and the hull is rigorous.

Where the balls do not decide between branches, the value lies in the hull of those that may apply;
a region that must be analytic has to lie in one of them.
"""

from collections.abc import Callable

import sympy
from sympy.core.relational import Relational

from theory.intervals import NAN, Ball, hull, signs
from theory.unfold import Unevaluable

SIGNS_ALLOWED = {
    "==": frozenset({0}),
    "!=": frozenset({-1, 1}),
    "<": frozenset({-1}),
    "<=": frozenset({-1, 0}),
    ">": frozenset({1}),
    ">=": frozenset({0, 1}),
}


def piecewise(expr: sympy.Piecewise, scope, closure: Callable) -> Ball | Callable:
    """``closure(expr, scope)`` makes the closures of branches and of the two sides of a relation."""
    branches = [(closure(f, scope), truth(condition, scope, closure)) for f, condition in expr.args]
    complete = sympy.Or(*(condition for _, condition in expr.args)) == sympy.true
    checked = scope.demand(expr)

    def enclosure(values, analytic):
        analytic, pieces = checked or analytic, []
        for f, holds in branches:
            verdict = holds(values, analytic)
            if verdict is None and analytic:
                return NAN
            if verdict is not False:
                pieces.append(f(values, analytic))
            if verdict:
                return hull(pieces)
        return hull(pieces) if complete else NAN

    return scope.settled(expr, enclosure)


def truth(condition: sympy.Basic, scope, closure: Callable) -> Callable:
    """A closure that says True, False, or None where the balls do not decide. Raises Unevaluable."""
    if condition in (sympy.true, sympy.false):
        return lambda values, analytic: bool(condition)
    if isinstance(condition, sympy.Not | sympy.And | sympy.Or):
        parts = [truth(part, scope, closure) for part in condition.args]
        return lambda values, analytic: _combined(condition, [part(values, analytic) for part in parts])
    if not isinstance(condition, Relational):
        raise Unevaluable(f"{condition}: a condition must be built from relations between real numbers")
    gap = closure(condition.lhs - condition.rhs, scope)
    allowed = SIGNS_ALLOWED[condition.rel_op]
    return lambda values, analytic: _decided(signs(analytic, gap(values, analytic)), allowed)


def _decided(possible: frozenset[int], allowed: frozenset[int]) -> bool | None:
    if not possible or (possible & allowed and not possible <= allowed):
        return None
    return possible <= allowed


def _combined(condition: sympy.Basic, verdicts: list[bool | None]) -> bool | None:
    if isinstance(condition, sympy.Not):
        return None if verdicts[0] is None else not verdicts[0]
    decisive = isinstance(condition, sympy.Or)
    if decisive in verdicts:
        return decisive
    return None if None in verdicts else not decisive
