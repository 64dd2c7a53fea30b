"""Functions that are analytic piece by piece: steps, absolute values, maxima, ``Piecewise``.

Where a ball does not decide between pieces, the value lies in the hull of those that may apply; a
region that must be analytic has to lie in one of them. ``analytic`` is explained in
``theory.special_functions``.
"""

from collections.abc import Callable
from functools import partial, reduce

import sympy
from flint import acb, arb
from sympy.core.relational import Relational

from theory.intervals import NAN, Ball, hull, real, signs, span
from theory.unfold import Unevaluable

SIGNS_ALLOWED = {
    "==": frozenset({0}),
    "!=": frozenset({-1, 1}),
    "<": frozenset({-1}),
    "<=": frozenset({-1, 0}),
    ">": frozenset({1}),
    ">=": frozenset({0, 1}),
}


def _by_sign(analytic, x, negative, zero, positive):
    cases = {-1: negative, 0: zero, 1: positive}
    return hull([cases[s] for s in signs(analytic, x)] or [NAN])


def heaviside(analytic, x, at_zero):
    return _by_sign(analytic, x, arb(0), at_zero, arb(1))


def sign(analytic, x):
    return _by_sign(analytic, x, arb(-1), arb(0), arb(1))


def kronecker(analytic, i, j):
    return _by_sign(analytic, i - j, arb(0), arb(1), arb(0))


def absolute(analytic, x):
    if isinstance(x, arb) or analytic is None:
        return span(arb(0), x.abs_upper()) if x.contains(0) else abs(x)
    which = signs(analytic, x)
    if len(which) > 1:
        return acb(absolute(None, x.real))
    return _by_sign(analytic, x, -x, x, x)


def maximum(analytic, *balls):
    return reduce(partial(_larger, analytic), balls)


def minimum(analytic, *balls):
    return -maximum(analytic, *(-x for x in balls))


def _larger(analytic, x, y):
    which = signs(analytic, x - y)
    if not which:
        return NAN
    if -1 not in which:
        return x
    return y if 1 not in which else real(x).max(real(y))


def piecewise(expr: sympy.Piecewise, scope, closure: Callable) -> Ball | Callable:
    """``closure(expr, scope)`` makes the closures of branches and of the two sides of a relation."""
    branches = [(closure(f, scope), truth(condition, scope, closure)) for f, condition in expr.args]
    checked = [scope.demand(condition) for _, condition in expr.args]
    complete = sympy.Or(*(condition for _, condition in expr.args)) == sympy.true

    def enclosure(values, analytic):
        pieces = []
        for (f, holds), demand in zip(branches, checked, strict=True):
            verdict = holds(values, demand or analytic)
            if verdict is None and (demand or analytic):
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
