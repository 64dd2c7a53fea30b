"""Bounds for the tails of improper integrals.

A majorant of ``f`` is ``|f(y)| <= scale * y**power * exp(rate*y + curvature*y**2)`` for all
``y >= 1``. Majorants add, multiply and take powers, so that one is read off an expression term by
term. Where ``curvature <= 0`` and ``power >= 0``, the logarithmic derivative of the right side is
at most ``-decay`` beyond ``T``, with ``decay = -(power/T + rate + 2*curvature*T)``, so that

    integral of |f| from T to infinity <= scale * T**power * exp(rate*T + curvature*T**2) / decay.

For ``power < 0`` the term ``power/T`` is dropped; without exponential decay the integral of
``y**power`` remains, which is ``T**(power + 1) / -(power + 1)`` for ``power < -1``.
"""

from collections.abc import Callable
from functools import reduce
from typing import NamedTuple

import sympy
from flint import arb

from theory.intervals import Ball, real
from theory.unfold import Unevaluable, unfold

BOUNDED = dict.fromkeys((sympy.sin, sympy.cos, sympy.tanh, sympy.erf, sympy.sign), 1)
BOUNDED |= {sympy.erfc: 2, sympy.atan: 2}


class Majorant(NamedTuple):
    scale: arb
    power: arb = arb(0)
    rate: arb = arb(0)
    curvature: arb = arb(0)

    def tail(self, start: arb) -> arb:
        """A bound for the integral from ``start`` to infinity; not finite if there is none."""
        if self.scale.is_zero():
            return arb(0)
        top = self.scale * start**self.power * (self.rate * start + self.curvature * start**2).exp()
        decay = -(self.power.max(arb(0)) / start + self.rate + 2 * self.curvature * start)
        if decay > 0 and self.curvature <= 0:
            return (top / decay).upper()
        if self.rate <= 0 and self.curvature <= 0 and self.power < -1:
            return (self.scale * start ** (self.power + 1) / -(self.power + 1)).upper()
        return arb.pos_inf()

    def words(self, y: sympy.Symbol) -> str:
        power, rate, curvature = (part.str(3, radius=False) for part in self[1:])
        return f"{y}**{power} * exp({rate}*{y} + {curvature}*{y}**2)"


def product(f: Majorant, g: Majorant) -> Majorant:
    return Majorant(f.scale * g.scale, f.power + g.power, f.rate + g.rate, f.curvature + g.curvature)


def total(f: Majorant, g: Majorant) -> Majorant:
    return Majorant(f.scale + g.scale, *(a.max(b) for a, b in zip(f[1:], g[1:], strict=True)))


def raised(f: Majorant, exponent: arb) -> Majorant:
    return Majorant(f.scale**exponent, *(exponent * a for a in f[1:]))


class Bounds(NamedTuple):
    """How to bound expressions in ``y``, with ``value`` to evaluate those without it.

    ``real`` says that all parameters are real: only then is a sine at most 1.
    """

    y: sympy.Symbol  # positive, and read as at least 1
    value: Callable[[sympy.Basic], Ball]
    real: bool

    def above(self, f: sympy.Basic) -> Majorant:
        """A majorant of ``f``. Raises Unevaluable where none can be read off."""
        if self.y not in f.free_symbols:
            return Majorant(self.value(f).abs_upper())
        if f == self.y:
            return Majorant(arb(1), arb(1))
        rule = RULES.get(f.func)
        if rule:
            return rule(self, f)
        if f.func in BOUNDED:
            return self.bounded(f, BOUNDED[f.func])
        if isinstance(f, sympy.Integral | sympy.Sum):
            raise Unevaluable(f"{f}: no majorant of an integral or a sum; reduce it to one improper integral")
        return self.above(unfold(f))

    def bounded(self, f, bound: int) -> Majorant:
        if not self.real:
            raise Unevaluable(f"{f}: no bound for complex parameters, as in a nested improper integral")
        return Majorant(arb(bound))

    def sum(self, f) -> Majorant:
        return reduce(total, map(self.above, f.args))

    def product(self, f) -> Majorant:
        return reduce(product, map(self.above, f.args))

    def branches(self, f: sympy.Piecewise) -> Majorant:
        return reduce(total, (self.above(branch) for branch, _ in f.args))

    def argument(self, f) -> Majorant:
        return self.above(f.args[0])

    def step(self, f: sympy.Heaviside) -> Majorant:
        return total(self.bounded(f, 1), self.above(f.args[1]))

    def exponential(self, f) -> Majorant:
        parts = self.coefficients(f.args[0])
        if parts and all(part <= 0 for part in parts[3:]):  # y**4 >= y**2, as y >= 1
            scale, rate, curvature = (part.upper() for part in (*parts[:2], sum(parts[2:], arb(0))))
            return Majorant(scale.exp().upper(), arb(0), rate, curvature)
        if self.real and (-f.args[0]).is_nonnegative:
            return Majorant(arb(1))
        raise Unevaluable(f"{f}: no majorant, its exponent is no polynomial in {self.y} that is seen to fall")

    def coefficients(self, exponent: sympy.Expr) -> list[arb]:
        """The real parts of a polynomial's coefficients, the first three at least; none if it is not one."""
        exponent = sympy.expand(exponent)
        if not exponent.is_polynomial(self.y):
            return []
        orders = range(max(2, int(sympy.degree(exponent, self.y))) + 1)
        return [real(self.value(exponent.coeff(self.y, k))) for k in orders]

    def power(self, f: sympy.Pow) -> Majorant:
        if self.y in f.exp.free_symbols:
            return self.above(sympy.exp(f.exp * sympy.log(f.base)))
        exponent = real(self.value(f.exp))
        if exponent >= 0:
            return raised(self.above(f.base), exponent)
        return raised(self.below(f.base), exponent)

    def logarithm(self, f: sympy.log) -> Majorant:
        """``0 <= log b <= |log scale| + power*y + ...`` where ``b >= 1``, since ``log y <= y``."""
        if not ((self.real and (f.args[0] - 1).is_nonnegative) or f.args[0] == self.y):
            raise Unevaluable(f"{f}: no majorant, its argument is not seen to be at least 1")
        scale, *powers = self.above(f.args[0])
        slopes = [part.max(arb(0)) for part in powers]
        return Majorant(abs(scale.log()) + sum(slopes, arb(0)), arb(2))

    def below(self, f: sympy.Basic) -> Majorant:
        """A minorant of the same form: of ``y``, exponentials, products, powers, nonnegative sums."""
        if self.y not in f.free_symbols:
            return Majorant(self.value(f).abs_lower())
        if f == self.y:
            return Majorant(arb(1), arb(1))
        if isinstance(f, sympy.exp) and len(parts := self.coefficients(f.args[0])) == 3:
            scale, rate, curvature = (part.lower() for part in parts)
            return Majorant(scale.exp().lower(), arb(0), rate, curvature)
        if f.is_Mul:
            return reduce(product, map(self.below, f.args))
        if f.is_Pow and self.y not in f.exp.free_symbols and f.exp.is_positive:
            return raised(self.below(f.base), real(self.value(f.exp)))
        if f.is_Add and self.real and all(term.is_nonnegative for term in f.args):
            terms = filter(None, map(self._attempt, f.args))
            return max(terms, key=_growth, default=Majorant(arb(0)))
        raise Unevaluable(f"{f}: no lower bound, so its negative power has no majorant")

    def _attempt(self, f) -> Majorant | None:
        try:
            return self.below(f)
        except Unevaluable:
            return None


def _growth(m: Majorant) -> list[float]:
    return [float(part.mid()) for part in (m.curvature, m.rate, m.power)]


RULES: dict[type, Callable[[Bounds, sympy.Basic], Majorant]] = {
    sympy.Add: Bounds.sum,
    sympy.Mul: Bounds.product,
    sympy.Pow: Bounds.power,
    sympy.exp: Bounds.exponential,
    sympy.log: Bounds.logarithm,
    sympy.Abs: Bounds.argument,
    sympy.Max: Bounds.sum,
    sympy.Min: Bounds.sum,
    sympy.Piecewise: Bounds.branches,
    sympy.Heaviside: Bounds.step,
}
