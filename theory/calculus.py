"""Rules of calculus that check themselves: integrals, derivatives, sums with Kronecker deltas.

Each rule computes what an expression becomes and refuses where a side condition fails. SymPy's
integrator is never trusted: an antiderivative, wherever it comes from, is differentiated, and it
must be continuous on the interval, or the fundamental theorem says nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sympy import (
    AccumBounds,
    Add,
    Basic,
    Derivative,
    Dummy,
    Expr,
    Integral,
    Interval,
    KroneckerDelta,
    Mul,
    Poly,
    Range,
    S,
    Sum,
    Symbol,
    Tuple,
    binomial,
    expand,
    expand_mul,
    nan,
    oo,
    zoo,
)
from sympy import integrate as antiderivative
from sympy import limit as limit_of
from sympy.simplify.fu import TR8

from theory.algebra import vanishes
from theory.derivation import Refused, Scene
from theory.family import DerivativeFamily
from theory.law import Node, step
from theory.plain import plain
from theory.regularity import (
    dominated,
    hull,
    least,
    preorder,
    reject_discontinuous,
    reject_not_differentiable,
)


def everywhere(expr: Basic, concerns: Callable, value: Callable, complaint: str) -> Basic:
    """Replace what concerns a rule; refuse if nothing does."""
    if not any(concerns(e) for e in preorder(expr)):
        raise Refused(f"{complaint} in {expr}")
    return expr.replace(concerns, value)


def is_first_derivative(e: Basic, x: Symbol) -> bool:
    """Whether an expression is a derivative in one symbol alone, taken once."""
    return isinstance(e, Derivative) and list(e.variable_count) == [Tuple(x, 1)]


def reject_taken(variables, expr: Basic, scene: Scene) -> None:
    """A rule's new variables must not mean anything yet where they are put in."""
    for variable in variables:
        if variable in expr.free_symbols or variable in scene.given:
            raise Refused(f"{variable} has a meaning in {expr} already; call the new variable something else")


@dataclass(frozen=True)
class integrate:
    """Carry out every integral over one variable; ``by`` is its antiderivative, if SymPy has none."""

    variable: Symbol
    by: Expr | None = None

    def __str__(self):
        return f"integrate over {plain(self.variable)}" + (
            "" if self.by is None else f", antiderivative {plain(self.by)}"
        )

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(
            before, self.concerns, lambda e: self.value(e, scene), f"no integral over {self.variable}"
        )

    def concerns(self, e: Basic) -> bool:
        return isinstance(e, Integral) and e.limits[0][0].name == self.variable.name and len(e.limits[0]) == 3

    def value(self, integral: Integral, scene: Scene) -> Expr:
        (x, low, high), *outer = integral.limits
        primitive = self.primitive(
            integral.function, x, bool(low.is_nonnegative and high.is_extended_nonnegative)
        )
        reject_discontinuous(primitive, x, hull(low, high, scene), scene)
        ends = (at_end(primitive, x, end, scene) for end in (high, low))
        done = powers_of_zero(next(ends) - next(ends), scene)
        if done.replace(lambda e: isinstance(e, Integral | Sum), lambda e: S.One).has(
            oo, -oo, zoo, nan, AccumBounds
        ):
            raise Refused(f"{primitive} has no finite value at an end of the integral over {x}")
        return Integral(done, *outer) if outer else done

    def primitive(self, integrand: Expr, x: Symbol, positive: bool) -> Expr:
        if is_first_derivative(integrand, x):
            return integrand.expr
        if integrand.has(Node):
            raise Refused(f"the integrand {integrand} holds a mean; say what the mean is first")
        primitive = (
            antiderivative(TR8(expand(integrand)), x) if self.by is None else self.by.subs(self.variable, x)
        )
        inside = Dummy(x.name, positive=True) if positive else x
        if primitive.has(Integral) or not vanishes((primitive.diff(x) - integrand).subs(x, inside)):
            raise Refused(
                f"{primitive} is no antiderivative of {integrand}: its derivative is another function"
            )
        return primitive


def at_end(primitive: Expr, x: Symbol, value: Expr, scene: Scene) -> Expr:
    if value.is_finite is not False and value not in (oo, -oo):
        return primitive.subs(x, value)
    kept = Add(*(term for term in Add.make_args(expand(primitive)) if not dominated(term, (x,), scene)))
    if x not in kept.free_symbols:
        return kept
    direct = kept.subs(x, value)
    return direct if direct.is_finite else limit_of(kept, x, value)


def powers_of_zero(value: Expr, scene: Scene) -> Expr:
    """``0**k`` is 0 where the domain says k >= 1; SymPy knows the symbol's assumptions alone."""
    return value.replace(
        lambda e: e.is_Pow and e.base.is_zero and scene.domain(e.exp) is not None,
        lambda e: S.Zero if least(e.exp, scene) >= 1 else e,
    )


@dataclass(frozen=True)
class differentiate:
    """Differentiate under the integral sign; the integrand must fall like a Gaussian at infinity."""

    parameter: Symbol

    def __str__(self):
        return f"differentiate under the integral sign, in {self.parameter}"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        complaint = f"no derivative of an integral in {self.parameter}"
        return everywhere(before, self.concerns, lambda e: self.value(e, scene), complaint)

    def concerns(self, e: Basic) -> bool:
        return is_first_derivative(e, self.parameter) and isinstance(e.expr, Integral)

    def value(self, derivative: Derivative, scene: Scene) -> Expr:
        integral, t = derivative.expr, self.parameter
        domain = scene.domain(t)
        if not isinstance(domain, Interval):
            raise Refused(f"{t} must live in an interval, so that there is something to differentiate")
        for x, low, high in integral.limits:
            if t in low.free_symbols | high.free_symbols:
                raise Refused(f"a limit of the integral over {x} depends on {t}")
            if (low, high) != (-oo, oo):
                if not (low.is_finite and high.is_finite):
                    raise Refused(f"the integral over {x} has one infinite end; split it first")
                reject_discontinuous(integral.function, x, hull(low, high, scene), scene, analytic=True)
        reject_discontinuous(integral.function, t, domain, scene, analytic=True)
        reject_undominated(integral.function.diff(t), integral, scene)
        return Integral(Derivative(integral.function, t), *integral.limits)


def reject_undominated(integrand: Expr, integral: Integral, scene: Scene) -> None:
    """Refuse an integrand that need not fall like a Gaussian in all variables that run over the line."""
    line = tuple(x for x, low, high in integral.limits if (low, high) == (-oo, oo))
    if line and not all(
        dominated(term, line, scene) for term in Add.make_args(expand_mul(integrand, deep=False))
    ):
        over = ", ".join(map(str, line))
        raise Refused(f"no Gaussian factor in {over} is known to dominate {integrand}")


@dataclass(frozen=True)
class by_parts:
    """Integrate by parts over one variable, off the written derivative; nothing stays at infinity."""

    variable: Symbol

    def __str__(self):
        return f"integrate by parts over {self.variable}; the Gaussian leaves nothing at infinity"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(
            before, self.concerns, lambda e: self.value(e, scene), f"no derivative in {self.variable} to move"
        )

    def concerns(self, e: Basic) -> bool:
        over = isinstance(e, Integral) and self.variable in e.variables
        return over and any(self.moves(factor) for factor in Mul.make_args(e.function))

    def moves(self, factor: Basic) -> bool:
        return isinstance(factor, Derivative) and self.variable in dict(factor.variable_count)

    def value(self, integral: Integral, scene: Scene) -> Expr:
        x = self.variable
        derivative = next(f for f in Mul.make_args(integral.function) if self.moves(f))
        if not all(count.is_Integer for _, count in derivative.variable_count):
            raise Refused(f"{derivative} is of symbolic order; move one derivative at a time")
        rest = integral.function / derivative
        if next(tuple(ends) for name, *ends in integral.limits if name == x) != (-oo, oo):
            raise Refused(f"the terms at the ends of the integral over {x} need not vanish")
        order = list(derivative.variables)
        order.remove(x)
        remaining = Derivative(derivative.expr, *order) if order else derivative.expr
        for moved in (rest, derivative.expr):
            reject_not_differentiable(moved, x, scene)
            reject_discontinuous(moved, x, S.Reals, scene)
        for integrand in (integral.function, rest * remaining, rest.diff(x) * remaining):
            reject_undominated(integrand, integral, scene)
        return Integral(-rest.diff(x) * remaining, *integral.limits)


@dataclass(frozen=True)
class leibniz:
    """Leibniz's rule: the n-th derivative of polynomials times members of a derivative family."""

    variable: Symbol

    def __str__(self):
        return f"Leibniz's rule in {self.variable}; a polynomial has few derivatives"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(
            before, self.concerns, lambda e: self.value(e, scene), "no derivative of symbolic order"
        )

    def concerns(self, e: Basic) -> bool:
        return isinstance(e, Derivative) and any(not count.is_Integer for _, count in e.variable_count)

    def value(self, derivative: Derivative, scene: Scene) -> Expr:
        ((x, n), *others) = derivative.variable_count
        if others or x != self.variable:
            raise Refused(f"{derivative} is not a derivative in {self.variable} alone")
        terms = Add.make_args(expand(derivative.expr))
        return Add(*(self.term(term, x, n, scene) for term in terms))

    def term(self, term: Expr, x: Symbol, n: Expr, scene: Scene) -> Expr:
        families = [f for f in Mul.make_args(term) if isinstance(f, DerivativeFamily)]
        polynomial = term / Mul(*families)
        if len(families) != 1 or not polynomial.is_polynomial(x):
            raise Refused(f"{term} is not a polynomial in {x} times one derivative of a function")
        (family,) = families
        if family.args[1] != x or x in family.args[0].free_symbols:
            raise Refused(f"{family} is not a function of {x} itself, and the chain rule is another rule")
        if not isinstance(scene.domain(x), Interval):
            raise Refused(f"{x} must live in an interval, so that there is something to differentiate")
        reject_discontinuous(family, x, scene.domain(x), scene, analytic=True)
        degree = Poly(polynomial, x).degree()
        smallest = least(n, scene) + family.args[0] - degree
        if not (smallest.is_nonnegative or least(n, scene) >= degree):
            raise Refused(f"for small {n} the rule would call for a derivative of negative order of {family}")
        return Add(
            *(
                binomial(n, k).expand(func=True)
                * polynomial.diff(x, k)
                * family.func(family.args[0] + n - k, x)
                for k in range(degree + 1)
            )
        )


@dataclass(frozen=True)
class collapse:
    """Carry out the sums that a Kronecker delta leaves with one term."""

    def __str__(self):
        return "each Kronecker delta leaves one term of its sum"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        if not before.has(KroneckerDelta):
            raise Refused(f"no Kronecker delta in {before}")
        return collapsed(before, {symbol: run(domain) for symbol, domain in scene.given.items()})


def run(domain) -> tuple:
    """The first and the last index of a parameter that counts, as those of a sum; () for any other."""
    counts = isinstance(domain, Range) and domain.step == 1
    return (domain.start, domain.stop - 1) if counts else ()


@dataclass(frozen=True)
class factors_out:
    """What does not depend on the index of a sum leaves it, from the innermost sum on."""

    def __str__(self):
        return "what does not depend on an index leaves its sum"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        after = before.replace(lambda e: isinstance(e, Sum) and len(e.limits) == 1, self.value)
        if after == before:
            raise Refused(f"no factor can leave a sum in {before}")
        return after

    def value(self, total: Sum) -> Expr:
        outside, inside = total.function.as_independent(total.limits[0][0], as_Add=False)
        return outside * Sum(inside, *total.limits)


def collapsed(expr: Basic, ranges: dict) -> Basic:
    if isinstance(expr, Sum):
        inner = {**ranges, **{limit[0]: tuple(limit[1:]) for limit in expr.limits}}
        body = collapsed(expr.function, inner)
        for place, (index, *ends) in enumerate(expr.limits):
            others = [limit for k, limit in enumerate(expr.limits) if k != place]
            term = one_term(expand(body), index, tuple(ends), inner)
            if term is not None:
                rest = Sum(term, *others) if others else term
                return collapsed(rest, ranges) if rest.has(KroneckerDelta) else rest
        return Sum(body, *expr.limits)
    return expr.func(*(collapsed(arg, ranges) for arg in expr.args)) if expr.args and expr.has(Sum) else expr


def one_term(body: Expr, index: Symbol, ends: tuple, ranges: dict) -> Expr | None:
    """The value of a sum over ``index`` if every term holds a delta that fixes it, inside its range."""
    total = []
    for term in Add.make_args(body):
        deltas = [f for f in Mul.make_args(term) if isinstance(f, KroneckerDelta) and index in f.args]
        fixed = [
            (f, other) for f in deltas for other in f.args if other != index and ranges.get(other) == ends
        ]
        if not fixed:
            return None
        delta, other = fixed[0]
        total.append((term / delta).subs(index, other))
    return Add(*total)


@dataclass(frozen=True)
class gate:
    """A gate cuts the line in half: the indicator of x > 0 becomes the lower limit 0."""

    variable: Symbol

    def __str__(self):
        return f"the gate leaves the half-line {self.variable} > 0"

    def concerns(self, e: Basic) -> bool:
        x = self.variable
        return (
            isinstance(e, Integral) and e.limits[0] == (x, -oo, oo) and step(x) in Mul.make_args(e.function)
        )

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(before, self.concerns, self.value, f"no gate in {self.variable} under an integral")

    def value(self, integral: Integral) -> Expr:
        x = self.variable
        return Integral(integral.function / step(x), (x, 0, oo), *integral.limits[1:])


@dataclass(frozen=True)
class constant:
    """A constant has no derivative of any order from one on, symbolic orders included."""

    variable: Symbol

    def __str__(self):
        return "the derivatives of a constant vanish"

    def concerns(self, e: Basic) -> bool:
        mine = isinstance(e, Derivative) and self.variable in dict(e.variable_count)
        return mine and self.variable not in e.expr.free_symbols

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(
            before, self.concerns, lambda e: self.value(e, scene), f"nothing constant in {self.variable}"
        )

    def value(self, derivative: Derivative, scene: Scene) -> Expr:
        order = dict(derivative.variable_count)[self.variable]
        if not (order.is_positive or least(order, scene) >= 1):
            raise Refused(f"the order {order} may be zero, and then the constant itself is left")
        return S.Zero
