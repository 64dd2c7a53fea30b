"""Rules of calculus that check themselves: integrals, derivatives, sums with Kronecker deltas.

Each rule computes what an expression becomes and refuses where a side condition fails. SymPy's
integrator is never trusted: an antiderivative, wherever it comes from, is differentiated, and it
must be continuous on the interval, or the fundamental theorem says nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sympy import (
    Abs,
    Add,
    Basic,
    Derivative,
    DiracDelta,
    Expr,
    Function,
    Integral,
    Interval,
    KroneckerDelta,
    Mul,
    Piecewise,
    Poly,
    S,
    Set,
    Sum,
    Symbol,
    binomial,
    erf,
    erfc,
    exp,
    expand,
    factor,
    floor,
    fraction,
    oo,
    sign,
    sin,
    solveset,
    tan,
)
from sympy import cos as cosine
from sympy import integrate as antiderivative
from sympy import limit as limit_of
from sympy.simplify.fu import TR8

from theory.activation import Applied
from theory.algebra import vanishes
from theory.derivation import Refused, Scene
from theory.domain import Activations
from theory.family import DerivativeFamily, He
from theory.law import Node, step

JUMPS = (Piecewise, sign, step, floor, tan, DiracDelta)
MODERATE = (erf, erfc, sin, cosine, Abs, step, sign, He, Applied)


@dataclass(frozen=True)
class integrate:  # noqa: N801 - rules read as verbs in a derivation
    """Carry out every integral over one variable; ``by`` is its antiderivative, if SymPy has none."""

    variable: Symbol
    by: Expr | None = None

    def __str__(self):
        return f"integrate over {self.variable}" + ("" if self.by is None else f", antiderivative {self.by}")

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(before, self.concerns, lambda e: self.value(e, scene), f"no integral over {self.variable}")

    def concerns(self, e: Basic) -> bool:
        return isinstance(e, Integral) and e.limits[0][0].name == self.variable.name and len(e.limits[0]) == 3

    def value(self, integral: Integral, scene: Scene) -> Expr:
        (x, low, high), *outer = integral.limits
        integrand = integral.function
        primitive = self.primitive(integrand, x, positive=bool(low.is_nonnegative))
        reject_discontinuous(primitive, x, low, high, scene)
        done = powers_of_zero(at_end(primitive, x, high) - at_end(primitive, x, low), scene)
        return Integral(done, *outer) if outer else done

    def primitive(self, integrand: Expr, x: Symbol, positive: bool) -> Expr:
        if isinstance(integrand, Derivative) and integrand.variables == (x,):
            return integrand.expr
        if integrand.has(Node):
            raise Refused(f"the integrand {integrand} holds a mean; say what the mean is first")
        primitive = antiderivative(TR8(expand(integrand)), x) if self.by is None else self.by.subs(self.variable, x)
        inside = Symbol(x.name, positive=True) if positive else x
        if primitive.has(Integral) or not vanishes((primitive.diff(x) - integrand).subs(x, inside)):
            raise Refused(f"{primitive} is no antiderivative of {integrand}: its derivative is another function")
        return primitive


def everywhere(expr: Basic, concerns: Callable, value: Callable, complaint: str) -> Basic:
    """Replace what concerns a rule; refuse if nothing does."""
    if not any(concerns(e) for e in preorder(expr)):
        raise Refused(f"{complaint} in {expr}")
    return expr.replace(concerns, value)


def preorder(expr: Basic):
    yield expr
    for arg in expr.args:
        yield from preorder(arg)


def reject_discontinuous(primitive: Expr, x: Symbol, low, high, scene: Scene) -> None:
    """The fundamental theorem needs a continuous antiderivative on the whole interval."""
    for part in preorder(primitive):
        if isinstance(part, JUMPS) and x in part.free_symbols:
            raise Refused(f"the antiderivative {primitive} may jump: it holds {part}")
        if part.is_Pow and x in part.base.free_symbols and not part.exp.is_nonnegative and part.base is not S.Exp1:
            reject_zero(part.base, x, hull(low, high, scene), primitive)


def hull(low, high, scene: Scene) -> Set:
    """An interval that holds all numbers between two ends, wherever the parameters are."""
    if low.is_number and high.is_number:
        return Interval.open(low, high)
    sets = [scene.domain(symbol) for end in (low, high) for symbol in end.free_symbols]
    if {low, high} <= {S.Zero, *scene.given} and len(sets) == 1 and isinstance(sets[0], Interval) and 0 in sets[0]:
        return sets[0]
    return S.Reals


def reject_zero(base: Expr, x: Symbol, interval: Set, primitive: Expr) -> None:
    z = Symbol("z", real=True)
    if base.free_symbols == {x} and solveset(base.subs(x, z), z, interval) is S.EmptySet:
        return
    if base.is_positive or base.is_negative:
        return
    raise Refused(f"{base} may vanish on the interval, so that {primitive} need not be continuous there")


def at_end(primitive: Expr, x: Symbol, value: Expr) -> Expr:
    if value.is_finite is not False and value not in (oo, -oo):
        return primitive.subs(x, value)
    kept = Add(*(term for term in Add.make_args(expand(primitive)) if not decays(term, x)))
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


def decays(term: Expr, x: Symbol) -> bool:
    """Whether a product holds a Gaussian in ``x`` and nothing that grows faster than a power."""
    gaussian = False
    for part in Mul.make_args(term):
        if x not in part.free_symbols:
            continue
        if isinstance(part, exp):
            gaussian = gaussian or negative_square(part.args[0], x)
            if not negative_square(part.args[0], x):
                return False
        elif not moderate(part, x):
            return False
    return gaussian


def negative_square(exponent: Expr, x: Symbol, scene: Scene | None = None) -> bool:
    """Whether an exponent is a quadratic in ``x`` that tends to minus infinity at both ends."""
    if not exponent.is_polynomial(x):
        return False
    poly = Poly(exponent, x)
    return poly.degree() == 2 and positive(-poly.LC(), scene)


def positive(value: Expr, scene: Scene | None) -> bool:
    """Whether a value is positive wherever its symbols live, factor by factor."""
    sign = 1
    for side in fraction(factor(value)):
        for part in Mul.make_args(side):
            base, exponent = part.as_base_exp()
            own = 1 if part.is_positive else -1 if part.is_negative else sign_over(base, scene)
            sign *= own if own > 0 or exponent.is_odd or part.is_negative else 0
    return sign > 0


def sign_over(base: Expr, scene: Scene | None) -> int:
    """1 or -1 if an expression of one symbol keeps that sign over the symbol's domain, else 0."""
    if scene is None or len(base.free_symbols) != 1:
        return 0
    (symbol,) = base.free_symbols
    domain, z = scene.domain(symbol), Symbol("z", real=True)
    if not isinstance(domain, Interval):
        return 0
    at = base.subs(symbol, z)
    if solveset(at, z, domain) is not S.EmptySet:
        return 0
    middle = at.subs(z, (domain.inf + domain.sup) / 2 if domain.sup.is_finite else domain.inf + 1)
    return 1 if middle.is_positive else -1 if middle.is_negative else 0


def moderate(factor: Expr, x: Symbol) -> bool:
    """Whether a factor grows at most like a power of ``x``: powers, and functions known to."""
    if factor.is_polynomial(x) or isinstance(factor, MODERATE):
        return True
    if isinstance(factor, Derivative):
        return moderate(factor.expr, x)
    return bool(factor.is_Pow and factor.exp.is_nonnegative and moderate(factor.base, x))


@dataclass(frozen=True)
class differentiate:  # noqa: N801
    """Differentiate under the integral sign; the integrand must fall like a Gaussian at infinity."""

    parameter: Symbol

    def __str__(self):
        return f"differentiate under the integral sign, in {self.parameter}"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        complaint = f"no derivative of an integral in {self.parameter}"
        return everywhere(before, self.concerns, lambda e: self.value(e, scene), complaint)

    def concerns(self, e: Basic) -> bool:
        return isinstance(e, Derivative) and e.variables == (self.parameter,) and isinstance(e.expr, Integral)

    def value(self, derivative: Derivative, scene: Scene) -> Expr:
        integral = derivative.expr
        for x, low, high in integral.limits:
            if self.parameter in low.free_symbols | high.free_symbols:
                raise Refused(f"a limit of the integral over {x} depends on {self.parameter}")
            if (low, high) != (-oo, oo) and not (low.is_finite and high.is_finite):
                raise Refused(f"the integral over {x} has one infinite end; split it first")
            if (low, high) == (-oo, oo) and not dominated(integral.function, x, scene):
                raise Refused(f"no Gaussian factor in {x} dominates the integrand; differentiate a mean instead")
        if any(isinstance(p, JUMPS) and self.parameter in p.free_symbols for p in preorder(integral.function)):
            raise Refused(f"the integrand jumps where {self.parameter} moves")
        return Integral(Derivative(integral.function, self.parameter), *integral.limits)


def dominated(integrand: Expr, x: Symbol, scene: Scene) -> bool:
    """Whether Gaussian factors beat the others in ``x``, whatever the other variables are."""
    rest = [factor for factor in Mul.make_args(integrand) if x in factor.free_symbols]
    gaussians = [factor for factor in rest if isinstance(factor, exp)]
    plain = all(isinstance(f, exp | Derivative) or moderate(f, x) for f in rest)
    derivatives = [f.expr for f in rest if isinstance(f, Derivative)]
    exponents = [f.args[0] for f in gaussians] + [e.args[0] for d in derivatives for e in d.atoms(exp)]
    return plain and any(negative_square(e, x, scene) for e in exponents)


@dataclass(frozen=True)
class by_parts:  # noqa: N801
    """Integrate by parts over one variable, off the written derivative; nothing stays at infinity."""

    variable: Symbol

    def __str__(self):
        return f"integrate by parts over {self.variable}; the Gaussian leaves nothing at infinity"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(
            before, self.concerns, lambda e: self.value(e, scene), f"no derivative in {self.variable} to move"
        )

    def concerns(self, e: Basic) -> bool:
        return isinstance(e, Integral) and any(self.moves(factor) for factor in Mul.make_args(e.function))

    def moves(self, factor: Basic) -> bool:
        return isinstance(factor, Derivative) and self.variable in factor.variables

    def value(self, integral: Integral, scene: Scene) -> Expr:
        x = self.variable
        derivative = next(f for f in Mul.make_args(integral.function) if self.moves(f))
        rest = integral.function / derivative
        low, high = next((a, b) for name, a, b in integral.limits if name == x)
        if (low, high) != (-oo, oo) or not dominated(integral.function, x, scene):
            raise Refused(f"the terms at the ends of the integral over {x} need not vanish")
        reject_jumps(rest, x, scene)
        order = list(derivative.variables)
        order.remove(x)
        remaining = Derivative(derivative.expr, *order) if order else derivative.expr
        return Integral(-rest.diff(x) * remaining, *integral.limits)


def reject_jumps(expr: Expr, x: Symbol, scene: Scene) -> None:
    """A function that is moved under a derivative must be absolutely continuous."""
    for part in preorder(expr):
        if isinstance(part, JUMPS) and x in part.free_symbols:
            raise Refused(f"{part} jumps, so that its derivative is no function")
        if isinstance(part, Applied) and x in part.free_symbols:
            reject_rough(part, scene)


def reject_rough(applied: Applied, scene: Scene) -> None:
    domain = scene.domain(applied.args[0])
    if not isinstance(domain, Activations):
        raise Refused(f"{applied.args[0]} has no domain, so that nothing is known of its derivative")
    for member in domain.members:
        try:
            member.derivative(applied.order + 1)
        except ValueError as reason:
            raise Refused(f"for {applied.args[0]} = {member.name}: {reason}") from None


@dataclass(frozen=True)
class leibniz:  # noqa: N801
    """Leibniz's rule: the n-th derivative of polynomials times members of a derivative family."""

    variable: Symbol

    def __str__(self):
        return f"Leibniz's rule in {self.variable}; a polynomial has few derivatives"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(before, self.concerns, lambda e: self.value(e, scene), "no derivative of symbolic order")

    def concerns(self, e: Basic) -> bool:
        return isinstance(e, Derivative) and any(not count.is_Integer for _, count in e.variable_count)

    def value(self, derivative: Derivative, scene: Scene) -> Expr:
        ((x, n),) = derivative.variable_count
        terms = Add.make_args(expand(derivative.expr))
        return Add(*(self.term(term, x, n, scene) for term in terms))

    def term(self, term: Expr, x: Symbol, n: Expr, scene: Scene) -> Expr:
        families = [f for f in Mul.make_args(term) if isinstance(f, DerivativeFamily)]
        polynomial = term / Mul(*families)
        if len(families) != 1 or not polynomial.is_polynomial(x):
            raise Refused(f"{term} is not a polynomial in {x} times one derivative of a function")
        (family,) = families
        degree = Poly(polynomial, x).degree()
        smallest = least(n, scene) + family.args[0] - degree
        if not (smallest.is_nonnegative or least(n, scene) >= degree):
            raise Refused(f"for small {n} the rule would call for a derivative of negative order of {family}")
        return Add(
            *(
                binomial(n, k).expand(func=True) * polynomial.diff(x, k) * family.func(family.args[0] + n - k, x)
                for k in range(degree + 1)
            )
        )


def least(n: Expr, scene: Scene) -> Expr:
    domain = scene.domain(n)
    if domain is None:
        raise Refused(f"{n} has no domain, so that its smallest value is unknown")
    return domain.inf


@dataclass(frozen=True)
class collapse:  # noqa: N801
    """Carry out the sums that a Kronecker delta leaves with one term."""

    def __str__(self):
        return "each Kronecker delta leaves one term of its sum"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        if not before.has(KroneckerDelta):
            raise Refused(f"no Kronecker delta in {before}")
        return collapsed(before, {})


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
        fixed = [(f, other) for f in deltas for other in f.args if other != index and ranges.get(other) == ends]
        if not fixed:
            return None
        delta, other = fixed[0]
        total.append((term / delta).subs(index, other))
    return Add(*total)




@dataclass(frozen=True)
class gate:  # noqa: N801
    """A gate cuts the line in half: the indicator of x > 0 becomes the lower limit 0."""

    variable: Symbol

    def __str__(self):
        return f"the gate leaves the half-line {self.variable} > 0"

    def concerns(self, e: Basic) -> bool:
        x = self.variable
        return isinstance(e, Integral) and e.limits[0] == (x, -oo, oo) and step(x) in Mul.make_args(e.function)

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(before, self.concerns, self.value, f"no gate in {self.variable} under an integral")

    def value(self, integral: Integral) -> Expr:
        x = self.variable
        return Integral(integral.function / step(x), (x, 0, oo), *integral.limits[1:])


@dataclass(frozen=True)
class constant:  # noqa: N801
    """A constant has no derivative of any order from one on, symbolic orders included."""

    variable: Symbol

    def __str__(self):
        return "the derivatives of a constant vanish"

    def concerns(self, e: Basic) -> bool:
        return isinstance(e, Derivative) and self.variable not in e.expr.free_symbols

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(before, self.concerns, lambda e: self.value(e, scene), f"nothing constant in {self.variable}")

    def value(self, derivative: Derivative, scene: Scene) -> Expr:
        for _, order in derivative.variable_count:
            if not (order.is_positive or least(order, scene) >= 1):
                raise Refused(f"the order {order} may be zero, and then the constant itself is left")
        return S.Zero
