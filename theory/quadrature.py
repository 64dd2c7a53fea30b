"""Rigorous integrals in one variable: Gauss-Legendre with Arb's bound, and a bound for each tail.

Arb integrates along a straight path; it asks the integrand for values on the path and for bounds
on ellipses around pieces of it, and it is told where the integrand is not analytic. An integrand
with a kink is cut at the origin, where SymPy knows which branch of a maximum or a step is taken.
An infinite end is cut at ``T``, a power of two at which the majorant of the integrand
(``theory.majorant``) bounds what is left by less than the last bit.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import sympy
from flint import acb, arb, ctx

from theory.intervals import Ball, around_zero, real, signs
from theory.majorant import Bounds, Majorant
from theory.unfold import Unevaluable

EVALUATIONS = 100  # per bit of precision; an integrand that needs more has a singularity on its path
NESTED = 5  # the same, if each evaluation is an integral, or is one of very many
FIRST_CUT = 4  # a tail bound holds from 1 on
KINKED = (sympy.Abs, sympy.Max, sympy.Min, sympy.sign, sympy.Heaviside, sympy.Piecewise)
UPPER, LOWER = frozenset({0, 1}), frozenset({-1, 0})


@lru_cache(maxsize=1024)
def _positive(x: sympy.Symbol) -> sympy.Dummy:
    return sympy.Dummy(x.name, positive=True)


@lru_cache(maxsize=1024)
def _substituted(f: sympy.Basic, x: sympy.Symbol, by: sympy.Expr) -> sympy.Basic:
    return f.xreplace({x: by})


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

        return acb.integral(integrand, acb(low), acb(high), eval_limit=limit)

    def is_nested(self) -> bool:
        return self.f.has(sympy.Integral) or any(isinstance(ball, acb) for ball in self.parameters())

    def parameters(self) -> list[Ball]:
        return [self.scope.known[symbol] for symbol in self.f.free_symbols if symbol in self.scope.known]

    def beside_origin(self, side: int) -> "Integrand":
        """``f(side * y)`` for a positive ``y``: SymPy then resolves a kink at the origin by itself."""
        return self._replace(f=_substituted(self.f, self.x, side * _positive(self.x)), x=_positive(self.x))

    def mirrored(self) -> "Integrand":
        return self._replace(f=_substituted(self.f, self.x, -self.x))

    def between(self, low: Ball, high: Ball) -> Ball:
        """The integral over a finite path, cut at the origin if that lies inside it."""
        starts, stops = signs(False, low), signs(False, high)
        if not self.f.has(*KINKED):
            return self.along(low, high)
        if starts and starts <= UPPER:
            return self.beside_origin(1).along(low, high)
        if stops and stops <= LOWER:
            return self.beside_origin(-1).along(-high, -low)
        if starts <= LOWER and stops <= UPPER and starts and stops:
            return self.beside_origin(-1).along(arb(0), -low) + self.beside_origin(1).along(arb(0), high)
        return self.along(low, high)

    def beyond(self, low: Ball) -> Ball:
        """The integral from ``low`` to infinity."""
        majorant = self.beside_origin(1).majorant()
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
    if low is sympy.oo or high is -sympy.oo:
        return -integral(f, x, high, low, scope, compiled)
    if low is -sympy.oo and high is sympy.oo:
        return whole.beyond(arb(0)) + whole.mirrored().beyond(arb(0))
    if high is sympy.oo:
        return whole.beyond(whole.value(low))
    if low is -sympy.oo:
        return whole.mirrored().beyond(-whole.value(high))
    return whole.between(whole.value(low), whole.value(high))
