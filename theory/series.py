"""Sums and products: finite ones by a loop, infinite sums with a geometric bound for the rest.

If ``a(k + 1) = r(k) a(k)`` with ``|r(k)| <= q < 1`` for all ``k >= K``, the rest from ``K`` on is
at most ``|a(K)| / (1 - q)``. The quotient is a rational function of ``k``, found by SymPy; in
``s = 1/k`` it is a ball function on [0, 1/K], which gives ``q``.
"""

from collections.abc import Callable
from functools import lru_cache, reduce

import sympy
from flint import acb, arb, ctx
from sympy.simplify.simplify import hypersimp

from theory.intervals import Ball, around_zero, integer, span
from theory.unfold import Unevaluable

MOST_TERMS = 2**16
RECIPROCAL = sympy.Dummy("s", positive=True)


def opened(expr: sympy.Expr) -> tuple:
    """What stands under the outermost sign (that of the last limit), its variable and its two ends."""
    *inner, (symbol, *ends) = expr.limits
    if len(ends) != 2:
        raise Unevaluable(f"{expr}: {symbol} needs a lower and an upper limit")
    return expr.func(expr.function, *inner) if inner else expr.function, symbol, *ends


def loop(op: Callable, neutral: int | str, expr: sympy.Expr, scope, closure: Callable) -> Ball | Callable:
    """A sum, product or maximum over integers, ``closure(expr, scope)`` making closures of its terms and limits."""
    body, k, low, high = opened(expr)
    if high is sympy.oo and isinstance(expr, sympy.Sum):
        return scope.later(expr, lambda inside: total(body, k, low, inside, closure))
    ends = [closure(end, scope) for end in (low, high)]
    term = closure(body, scope.hiding(k)._replace(running=(*scope.running, k)))

    def enclosure(values, analytic):
        indices = _indices(expr, *[integer(end(values, analytic)) for end in ends])
        return reduce(op, (term((*values, arb(j)), analytic) for j in indices), arb(neutral))

    return scope.settled(expr, enclosure)


def _indices(expr: sympy.Expr, start: int | None, stop: int | None) -> range:
    if start is None or stop is None or not -1 <= stop - start < MOST_TERMS:
        raise Unevaluable(f"{expr}: its limits must be integers, in order, less than {MOST_TERMS} apart")
    return range(start, stop + 1)


@lru_cache(maxsize=256)
def quotient(term: sympy.Expr, k: sympy.Symbol) -> sympy.Expr:
    """``a(k + 1) / a(k)`` as a function of ``RECIPROCAL = 1/k``, free of a pole at 0 where it has a limit."""
    n = sympy.Dummy("n", integer=True, positive=True)
    ratio = hypersimp(term.xreplace({k: n}), n)
    if ratio is None:
        raise Unevaluable(f"the series of {term} over {k}: the quotient of its terms is not rational in {k}")
    return sympy.cancel(sympy.together(ratio.subs(n, 1 / RECIPROCAL)))


def total(term: sympy.Expr, k: sympy.Symbol, low: sympy.Expr, scope, closure: Callable) -> Ball:
    """An enclosure of the sum of ``term`` over ``k`` from ``low`` to infinity. Raises Unevaluable."""
    inside = scope.hiding(k)
    start = integer(closure(low, scope)((), None))
    if start is None:
        raise Unevaluable(f"the series of {term} over {k}: it must start from an integer, got {low}")
    a = closure(term, inside._replace(running=(k,)))
    r = closure(quotient(term, k), inside._replace(running=(RECIPROCAL,)))
    so_far, stop = arb(0), max(start, 0) + 8
    while stop < MOST_TERMS:
        so_far = sum((a((arb(j),), None) for j in range(start, stop)), so_far)
        q = r((span(arb(0), 1 / arb(stop)),), None).abs_upper()
        rest = (a((arb(stop),), None).abs_upper() / (1 - q)).upper()
        if q < 1 and rest < arb(2) ** -ctx.prec:
            return so_far + around_zero(rest) * acb(1, 1)
        start, stop = stop, 2 * stop
    raise Unevaluable(f"the series of {term} over {k} from {low}: {MOST_TERMS} terms do not bound its rest")
