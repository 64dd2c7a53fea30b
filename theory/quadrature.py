"""Rigorous integrals in one variable: Gauss-Legendre with Arb's bound, and a bound for each tail.

Arb integrates along a straight path; it asks the integrand for values on the path and for bounds
on ellipses around pieces of it, and it is told where the integrand is not analytic. The path is
cut at kinks, beside which SymPy knows the branch of a maximum or of a step. An infinite end is cut
at ``T``, a power of two at which the majorant of the integrand (``theory.majorant``) bounds what
is left by less than the last bit.
"""

from collections.abc import Callable
from functools import lru_cache
from itertools import combinations, zip_longest
from typing import Any, NamedTuple

import sympy
from flint import acb, arb, ctx
from sympy.core.relational import Relational

from theory.intervals import Ball, around_zero, real
from theory.majorant import Bounds, Majorant
from theory.unfold import Unevaluable

EVALUATIONS = 100  # per bit of precision; an integrand that needs more has a singularity on its path
NESTED = 3  # the same, if each evaluation is an integral, or is one of very many
FIRST_CUT = 4  # a tail bound holds from 1 on


@lru_cache(maxsize=1024)
def _positive(x: sympy.Symbol) -> sympy.Dummy:
    return sympy.Dummy(x.name, positive=True)


@lru_cache(maxsize=1024)
def _substituted(f: sympy.Basic, x: sympy.Symbol, by: sympy.Expr) -> sympy.Basic:
    return f.xreplace({x: by})


@lru_cache(maxsize=1024)
def kinks(f: sympy.Basic, x: sympy.Symbol) -> tuple[sympy.Expr, ...]:
    """Where a function is seen to have a kink or a jump: the zeros of linear arguments and gaps."""
    found = {_zero(gap, x): None for node in sympy.preorder_traversal(f) for gap in _gaps(node)}
    return tuple(kink for kink in found if kink is not None)


def _gaps(node: sympy.Basic) -> list[sympy.Expr]:
    """The real quantities whose signs decide between the pieces of a node."""
    node = node._eval_balls() if hasattr(node, "_eval_balls") else node
    if isinstance(node, sympy.Abs | sympy.sign | sympy.Heaviside):
        return [node.args[0]]
    if isinstance(node, sympy.Max | sympy.Min):
        return [a - b for a, b in combinations(node.args, 2)]
    return [node.lhs - node.rhs] if isinstance(node, Relational) else []


def _zero(gap: sympy.Expr, x: sympy.Symbol) -> sympy.Expr | None:
    gap = sympy.expand(gap)
    slope = gap.coeff(x, 1)
    offset = gap - slope * x
    return -offset / slope if slope != 0 and x not in offset.free_symbols | slope.free_symbols else None


def _complex(ball: Any) -> acb:
    return acb(ball)


class Integrand(NamedTuple):
    """A function of ``x``; ``scope`` knows the other symbols, ``compiled`` makes closures of expressions."""

    f: sympy.Basic
    x: sympy.Symbol
    scope: Any
    compiled: Callable

    def value(self, expr: sympy.Basic) -> Ball:
        return self.compiled(expr, self.scope)

    def along(self, low, high) -> Ball:
        """The integral over a finite path."""
        f = self.compiled(self.f, self.scope._replace(running=(self.x,)))
        if not callable(f):
            return (high - low) * f
        limit = (NESTED if self.is_nested() else EVALUATIONS) * ctx.prec

        def integrand(z, analytic):
            return _complex(f((z,), analytic))

        if not all(integrand(acb(end), None).is_finite() for end in (low, high)):
            return acb("nan")  # what Arb would find after all its evaluations
        return acb.integral(integrand, acb(low), acb(high), eval_limit=limit)

    def is_nested(self) -> bool:
        return self.f.has(sympy.Integral) or any(isinstance(ball, acb) for ball in self.parameters())

    def parameters(self) -> list[Ball]:
        """The balls of its symbols; the entries of an array are real numbers, and no regions."""
        known = (self.scope.known.get(symbol) for symbol in self.f.free_symbols)
        return [ball for ball in known if ball is not None and not isinstance(ball, list)]

    def beside(self, c: sympy.Expr, side: int) -> "Integrand":
        """``f(c + side * y)`` for a positive ``y``: SymPy then resolves a kink at ``c`` by itself."""
        y = _positive(self.x)
        return self._replace(f=_substituted(self.f, self.x, c + side * y), x=y)

    def mirrored(self) -> "Integrand":
        return self._replace(f=_substituted(self.f, self.x, -self.x))

    def between(self, low: Ball, high: Ball) -> Ball:
        """The integral over a finite path, cut at the kinks on it and half-way between them."""
        cuts = self.cuts(low, high)
        if not cuts:
            return self.along(low, high)
        total, start = arb(0), low
        for (c, kink), after in zip_longest(cuts, cuts[1:]):
            stop = (c + after[0]) / 2 if after else high
            total += self.beside(kink, -1).along(arb(0), c - start)
            total += self.beside(kink, 1).along(arb(0), stop - c)
            start = stop
        return total

    def cuts(self, low: Ball, high: Ball) -> list[tuple[Ball, sympy.Expr]]:
        """The kinks that are certainly on the path, in order, with their balls."""
        known = [kink for kink in kinks(self.f, self.x) if kink.free_symbols <= self.scope.known.keys()]
        found = [(self.value(kink), kink) for kink in known]
        inside = [cut for cut in found if real(cut[0]) >= real(low) and real(cut[0]) <= real(high)]
        apart = {str(c.real.mid()): (c, kink) for c, kink in inside}
        return sorted(apart.values(), key=lambda cut: float(cut[0].real.mid()))

    def beyond(self, low: Ball) -> Ball:
        """The integral from ``low`` to infinity."""
        majorant = self.beside(sympy.S.Zero, 1).majorant()
        for bits in range(4 * ctx.prec):
            stop = FIRST_CUT * arb(2) ** bits
            tail = majorant.tail(stop)
            if stop > real(low) and tail < arb(2) ** -ctx.prec:
                return self.between(low, stop) + around_zero(tail) * acb(1, 1)
        raise Unevaluable(
            f"the integral of {self.f} over {self.x}: no rigorous bound for its tail, which is only seen "
            f"to be at most of order {majorant.words(self.x)}"
        )

    def majorant(self) -> Majorant:
        is_real = all(ball.imag.is_zero() for ball in self.parameters()) and not self.f.has(sympy.I)
        try:
            return Bounds(self.x, self.value, is_real).above(self.f)
        except Unevaluable as reason:
            raise Unevaluable(f"the tail of the integral of {self.f} over {self.x}: {reason}") from reason


def integral(f: sympy.Basic, x: sympy.Symbol, low, high, scope, compiled: Callable) -> Ball:
    """An enclosure of the integral of ``f`` over ``x``. Raises Unevaluable where a tail has no bound."""
    whole = Integrand(f, x, scope.hiding(x), compiled)
    if low == high:
        return arb(0)
    if f.has(sympy.I):  # a tail is bounded for real integrands alone
        unit, rest = f.as_independent(x, as_Add=False)
        if unit.has(sympy.I) and not rest.has(sympy.I):
            return whole.value(unit) * integral(rest, x, low, high, scope, compiled)
    if low is sympy.oo or high is -sympy.oo:
        return -integral(f, x, high, low, scope, compiled)
    if low is -sympy.oo and high is sympy.oo:
        return whole.beyond(arb(0)) + whole.mirrored().beyond(arb(0))
    if high is sympy.oo:
        return whole.beyond(whole.value(low))
    if low is -sympy.oo:
        return whole.mirrored().beyond(-whole.value(high))
    return whole.between(whole.value(low), whole.value(high))
