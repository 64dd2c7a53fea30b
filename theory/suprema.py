"""Rules about suprema over a line: symmetry, a new variable, a shorter form, and the peak itself.

A stationary point of a function that is concave, or whose logarithm is, is its maximum. So a supremum
has a closed form once a variable is found in which that is plain to see.
"""

from dataclasses import dataclass

from sympy import (
    Abs,
    Add,
    Basic,
    Dummy,
    Expr,
    Interval,
    Mul,
    S,
    Symbol,
    cancel,
    exp,
    expand,
    expand_log,
    log,
    oo,
    powdenest,
    powsimp,
    radsimp,
    simplify,
    sqrtdenest,
    together,
)
from sympy import factor as factor_
from sympy import limit as limit_of

from theory import certify
from theory.algebra import vanishes
from theory.calculus import everywhere, reject_taken
from theory.derivation import Refused, Scene
from theory.domain import supremum
from theory.law import step
from theory.regularity import reject_discontinuous
from theory.spectrum import nonnegative, rooted


def over(e: Basic, variable: Symbol) -> bool:
    return isinstance(e, supremum) and [limit[0] for limit in e.limits] == [variable]


def told(variable: Symbol) -> str:
    return f"no supremum over {variable}"


@dataclass(frozen=True)
class symmetric:
    """The supremum of an even function over the line is that over the half-line."""

    variable: Symbol

    def __str__(self):
        return f"an even function of {self.variable}: the half-line is enough"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(before, lambda e: over(e, self.variable), self.value, told(self.variable))

    def value(self, total: supremum) -> Expr:
        z, low, high = total.limits[0]
        if (low, high) != (-oo, oo) or not vanishes(total.function - total.function.subs(z, -z)):
            raise Refused(f"{total.function} is not known to be even on the whole line")
        return supremum(total.function, (z, 0, oo))


@dataclass(frozen=True)
class substitute:
    """A new variable, of which the old one is an increasing function between the same ends."""

    variable: Symbol
    by: Expr
    limits: tuple  # the new variable and its ends, not negative

    def __str__(self):
        return f"put {self.variable} = {self.by}"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        reject_taken((self.limits[0],), before, scene)
        return everywhere(
            before, lambda e: over(e, self.variable), lambda e: self.value(e, scene), told(self.variable)
        )

    def value(self, total: supremum, scene: Scene) -> Expr:
        z, *ends = total.limits[0]
        q, low, high = self.limits
        if not (low.is_nonnegative and low < high):
            raise Refused(f"{low}, {high} are no ends of an interval of numbers that are not negative")
        for end, side, old in ((low, "+", ends[0]), (high, "-", ends[1])):
            if simplify(limit_of(self.by, q, end, side)) != old:
                raise Refused(f"{z} = {self.by} does not tend to {old} as {q} tends to {end}")
        if not keeps_sign(self.by.diff(q), q, low, high, strict=True):
            raise Refused(f"{self.by} is not known to increase in {q}")
        body = total.function.subs(z, self.by)
        if high.is_finite:  # the end itself is added, where the function is to be continuous
            reject_discontinuous(body, q, Interval(low, high), scene)
        return supremum(body, self.limits)


def keeps_sign(expr: Expr, x: Symbol, low: Expr, high: Expr, strict: bool = False) -> bool:
    """Whether a function is not negative (positive if strict) between two ends: by assumptions, or by balls."""
    inside = expr.subs(x, Dummy(x.name, positive=True))
    if low >= 0 and (inside.is_positive if strict else inside.is_nonnegative):
        return True
    try:
        return certify.cover(expr, {x: Interval.open(low, high)}, strict=strict).closed
    except (certify.Unevaluable, RuntimeError, TypeError, ValueError, NotImplementedError):
        return False


@dataclass(frozen=True)
class written:
    """The function under a supremum in another form: sizes opened, and a root by what its square is."""

    variable: Symbol
    form: Expr

    def __str__(self):
        return "sizes have a known sign here, and the root is that of a square"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(before, lambda e: over(e, self.variable), self.value, told(self.variable))

    def value(self, total: supremum) -> Expr:
        x, low, high = total.limits[0]
        body = total.function.replace(lambda e: isinstance(e, Abs), lambda e: opened(e.args[0], x, low, high))
        rooted = [term for term in Add.make_args(body) if has_root(term)]
        if not rooted and vanishes(body - self.form):
            return supremum(self.form, *total.limits)
        if len(rooted) != 1:
            raise Refused(f"{body} is neither {self.form} nor a sum with one root")
        root = next(f for f in Mul.make_args(rooted[0]) if is_root(f))
        quotient = (self.form - (body - rooted[0])) / (rooted[0] / root)
        if not is_zero(quotient**2 - root.base):
            raise Refused(f"the square of {quotient} is not known to be {root.base}")
        if not keeps_sign(cancel(powsimp(expand(quotient))), x, low, high):
            raise Refused(f"{quotient} may be negative, and is then not the root of {root.base}")
        return supremum(self.form, *total.limits)


def is_root(factor: Expr) -> bool:
    return factor.is_Pow and factor.exp == S.Half


def has_root(term: Expr) -> bool:
    return any(is_root(factor) and factor.free_symbols for factor in Mul.make_args(term))


def opened(expr: Expr, x: Symbol, low: Expr, high: Expr) -> Expr:
    """The size of an expression that keeps its sign between two ends."""
    for side in (expr, -expr):
        if keeps_sign(side, x, low, high):
            return side
    raise Refused(f"{expr} is not known to keep its sign from {low} to {high}")


def is_zero(expr: Expr) -> bool:
    return vanishes(expr) or simplify(powsimp(expand(expr))) == 0


@dataclass(frozen=True)
class peak:
    """A stationary point of a function that is concave, or has a concave logarithm, is its maximum."""

    variable: Symbol
    at: Expr

    def __str__(self):
        return f"concave, or with a concave logarithm, and stationary at {self.variable} = {self.at}"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(
            before, lambda e: over(e, self.variable), lambda e: self.value(e, scene), told(self.variable)
        )

    def value(self, total: supremum, scene: Scene) -> Expr:
        x, low, high = total.limits[0]
        if not (low >= 0 and self.at > low and self.at < high):
            raise Refused(f"{self.at} does not lie between {low} and {high}, or {low} is negative")
        reject_discontinuous(total.function, x, Interval(low, high), scene)
        inside = Dummy(x.name, positive=True)
        body = total.function.subs(x, inside)
        if not stationary(body, inside, self.at):
            raise Refused(f"the derivative of {total.function} is not known to vanish at {self.at}")
        if not (concave(body, inside, low, high) or (body.is_positive and log_concave(body, inside))):
            raise Refused(f"{total.function} is not known to be concave, nor its logarithm")
        return total.function.subs(x, self.at)


def stationary(body: Expr, x: Symbol, at: Expr) -> bool:
    slope = body.diff(x).subs(x, at)
    return simplify(slope) == 0 or simplify(sqrtdenest(expand(slope * at))) == 0


def tidy(number: Expr) -> Expr:
    """A number with the exponents of its exponentials in one form."""
    return number.replace(lambda e: isinstance(e, exp), lambda e: exp(radsimp(expand(e.args[0]))))


def concave(body: Expr, x: Symbol, low: Expr, high: Expr) -> bool:
    return keeps_sign(-expand(body.diff(x, 2)), x, low, high)


def log_concave(body: Expr, x: Symbol) -> bool:
    return bool(expand(expand_log(log(body), force=False).diff(x, 2)).is_nonpositive)


@dataclass(frozen=True)
class squared:
    """Two positive numbers with the same square are equal."""

    value: Expr

    def __str__(self):
        return "two positive numbers with the same square"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        if not (before.is_number and before.is_positive and self.value.is_positive):
            raise Refused(f"{before} and {self.value} are not two positive numbers")
        gap = expand(powdenest(tidy(before) ** 2)) - expand(tidy(self.value) ** 2)
        if simplify(sqrtdenest(expand(radsimp(gap)))) != 0:
            raise Refused(f"the squares of {before} and {self.value} are not known to be equal")
        return self.value


@dataclass(frozen=True)
class open_gate:
    """The supremum over the line of a multiple, not negative, of an indicator is that multiple."""

    def __str__(self):
        return "an open gate is enough"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(before, lambda e: isinstance(e, supremum), self.value, "no supremum")

    def value(self, total: supremum) -> Expr:
        z, low, high = total.limits[0]
        factor, gate = total.function.as_independent(z, as_Add=False)
        if (low, high) != (-oo, oo) or gate != step(z) or not nonnegative(factor):
            raise Refused(f"{total.function} is no positive multiple of the indicator of {z} > 0 on the line")
        return factor


@dataclass(frozen=True)
class root_bounded:
    """A + sqrt(A^2 + B) is at most (with ``sign`` "<" below) T > 0 where A is at most T/2 - B / (2 T)."""

    variable: Symbol
    by: Expr
    sign: str

    def __str__(self):
        return "square the root: what is left is a quotient of exponentials, of a known sign"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        if scene.domain(self.variable) != Interval(-oo, oo):
            raise Refused(f"{self.variable} must run over the whole line")
        self.check(before)
        return self.by

    def check(self, before: Expr) -> None:
        """Raises ``Refused`` unless the bound is plain to see for every real value of the variable."""
        u, z = Dummy("u", positive=True), self.variable
        value, by = (expr.replace(Abs, with_sign(z)).subs(z, log(u)) for expr in (before, self.by))
        factor, first, other = rooted(value)
        top = by / factor
        if not factor_sign(top, u) or not factor_sign(top**2 - other - 2 * top * first, u):
            raise Refused(f"{before} is not known to stay below {self.by}")


def factor_sign(expr: Expr, u: Symbol) -> bool:
    return bool(factor_(together(expr)).is_positive)


@dataclass(frozen=True)
class approached:
    """A supremum that is a bound, and the limit at the upper end of the line."""

    value: Expr

    def __str__(self):
        return "the bound is the limit as the pre-activation grows"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(before, lambda e: isinstance(e, supremum), self.bound, "no supremum")

    def bound(self, total: supremum) -> Expr:
        z, low, high = total.limits[0]
        if (low, high) != (-oo, oo):
            raise Refused(f"{total} is not over the whole line")
        root_bounded(z, self.value, "<=").check(total.function)
        if limit_of(total.function.replace(Abs, with_sign(z)), z, oo) != self.value:
            raise Refused(f"{total.function} is not known to tend to {self.value}")
        return self.value


def with_sign(z: Symbol):
    """Sizes of functions of exp(z) opened, whose sign is plain to see."""

    def opened_(inside: Expr) -> Expr:
        at = factor_(together(inside.subs(z, log(Dummy("u", positive=True)))))
        if at.is_nonnegative or at.is_nonpositive:
            return inside if at.is_nonnegative else -inside
        raise Refused(f"{inside} is not known to keep its sign")

    return opened_
