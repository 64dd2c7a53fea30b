"""Rules about means: from an average over a law to an integral, or to a simpler average.

``density`` and ``polar`` write a mean as an integral; ``price`` and ``stein`` are the two ways in
which a Gaussian mean turns into the mean of a derivative; ``independent``, ``radial`` and ``plane``
trade one law for another. Each looks only at means whose laws are the ones it is about.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sympy import (
    Add,
    Basic,
    Derivative,
    Expr,
    Indexed,
    Integral,
    Interval,
    Matrix,
    Mul,
    Pow,
    Range,
    S,
    Sum,
    Symbol,
    Tuple,
    Wild,
    acos,
    cos,
    exp,
    expand,
    factorial,
    gamma,
    oo,
    pi,
    powsimp,
    sqrt,
    symbols,
)

from theory import law as laws
from theory.calculus import everywhere, is_first_derivative, reject_taken
from theory.derivation import Refused, Scene
from theory.domain import Arrays
from theory.family import He
from theory.law import Law, Mean, Variate, step
from theory.regularity import BOUNDED, at_least, positive, preorder, reject_not_differentiable, reject_wild

if TYPE_CHECKING:
    from theory.claim import Claim


def plain(variate: Variate) -> Symbol:
    """The variable of integration that stands for a variate: of the same name, but not random."""
    assumptions = {"positive": True} if isinstance(variate.law, laws.Chi) else {"real": True}
    return Symbol(variate.name, **assumptions)


def density_of(law: Law, at: tuple[Expr, ...]) -> tuple[Expr, tuple[Expr, Expr]]:
    """The density of a law and its support, the same interval for each variate."""
    if isinstance(law, laws.Gaussian):
        (s,), (x,) = law.parameters, at
        return exp(-(x**2) / (2 * s**2)) / (sqrt(2 * pi) * s), (-oo, oo)
    if isinstance(law, laws.GaussianPair):
        (rho, s), (x, y) = law.parameters, at
        form = (x**2 - 2 * rho * x * y + y**2) / (2 * s**2 * (1 - rho**2))
        return exp(-form) / (2 * pi * s**2 * sqrt(1 - rho**2)), (-oo, oo)
    if isinstance(law, laws.Uniform):
        low, high = law.parameters
        return 1 / (high - low), (low, high)
    if isinstance(law, laws.Chi):
        (d,), (r,) = law.parameters, at
        return r ** (d - 1) * exp(-(r**2) / 2) * 2 ** (1 - d / 2) / gamma(d / 2), (S.Zero, oo)
    raise Refused(f"{type(law).__name__} has no density that this rule knows")


def over(e: Basic, *variates: Symbol) -> bool:
    """Whether an expression is a mean over one law, that of the variates of these names."""
    return isinstance(e, Mean) and [law.names for law in e.laws] == [tuple(v.name for v in variates)]


def law_of(mean: Mean, *families: type[Law]) -> Law:
    """The one law of a mean, which must be of a family that the rule is about."""
    (law,) = mean.laws
    if not isinstance(law, families):
        wanted = " or ".join(family.__name__ for family in families)
        raise Refused(
            f"{', '.join(law.names)} follow the law {type(law).__name__}, and the rule is about {wanted}"
        )
    return law


def reject_other_law(variates: Iterable[Variate], law: Law, what: str) -> None:
    """The variates that a rule puts in must be all those of one law, in their order."""
    variates = tuple(variates)
    if variates != variates[0].law.variates or variates[0].law != law.func(
        variates[0].law.names, *law.parameters
    ):
        raise Refused(f"{names(variates)} must follow {what}")


def names(variates: Iterable[Symbol]) -> str:
    return ", ".join(v.name for v in variates)


@dataclass(frozen=True)
class density:
    """Write a mean as an integral against the density of its law."""

    variates: tuple[Variate, ...]

    def __init__(self, *variates: Variate):
        object.__setattr__(self, "variates", variates)

    def __str__(self):
        return f"the mean is an integral against the density of {names(self.variates)}"

    def concerns(self, e: Basic) -> bool:
        return isinstance(e, Mean) and any(
            law.names == tuple(v.name for v in self.variates) for law in e.laws
        )

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(
            before, self.concerns, lambda e: self.value(e, scene), f"no mean over {names(self.variates)}"
        )

    def value(self, mean: Mean, scene: Scene) -> Expr:
        law = next(law for law in mean.laws if law.names == tuple(v.name for v in self.variates))
        if isinstance(law, laws.GaussianPair):
            reject_degenerate(law.parameters[0], scene)
        if isinstance(law, laws.Gaussian | laws.GaussianPair):
            reject_no_scale(law.parameters[-1], scene)
        here = {variate: plain(variate) for variate in law.variates}
        reject_taken(here.values(), mean, scene)
        others = [other for other in mean.laws if other != law]
        body = Mean(mean.body, *others).xreplace(here) if others else mean.body.xreplace(here)
        weight, support = density_of(law, tuple(here.values()))
        return Integral(body * weight, *((x, *support) for x in here.values()))


def reject_degenerate(rho: Expr, scene: Scene) -> None:
    """At correlation one or minus one a pair has no density in the plane."""
    if rho.is_number and abs(rho) < 1:
        return
    domain = scene.domain(rho)
    if not (isinstance(domain, Interval) and domain.is_subset(Interval.open(-1, 1))):
        raise Refused(f"the pair has a density only for |{rho}| < 1; let {rho} live in Interval.open(-1, 1)")


def reject_no_scale(scale: Expr, scene: Scene) -> None:
    """A standard deviation that may be zero or negative gives no density."""
    if not (scale.is_positive or positive(scale, scene)):
        raise Refused(
            f"the standard deviation {scale} is not known to be positive, so that there is no density"
        )


@dataclass(frozen=True)
class polar:
    """Polar coordinates in the plane of a Gaussian pair: u = r cos t and v = r cos(t - theta)."""

    u: Variate
    v: Variate
    to: tuple[Symbol, Symbol]

    def __str__(self):
        r, t = self.to
        return f"polar coordinates: {self.u} = {r} cos {t}, {self.v} = {r} cos({t} − angle), Jacobian {r}"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(
            before, self.concerns, lambda e: self.value(e, scene), f"no mean over {self.u}, {self.v}"
        )

    def concerns(self, e: Basic) -> bool:
        return over(e, self.u, self.v)

    def value(self, mean: Mean, scene: Scene) -> Expr:
        law = law_of(mean, laws.GaussianPair)
        rho, s = law.parameters
        reject_taken(self.to, mean, scene)
        r, t = symbols(f"{self.to[0]} {self.to[1]}", positive=True)[0], self.to[1]
        theta = angle(rho, scene)
        at = {law.variates[0]: s * r * cos(t), law.variates[1]: s * r * cos(t - theta)}
        body = expand(mean.body.subs(at, simultaneous=True))
        if body.is_Add:  # each term is integrated on its own
            reject_wild(mean.body, law.variates, scene)
        return Add(*(self.term(term, r, t, theta) for term in Add.make_args(body))) / (2 * pi)

    def term(self, term: Expr, r: Symbol, t: Symbol, theta: Expr) -> Expr:
        gates = [f for f in Mul.make_args(term) if isinstance(f, step)]
        low, high = opening([gate.args[0] for gate in gates], t, theta)
        rest = term / Mul(*gates) * r
        if any(isinstance(part, step) for part in preorder(rest)):
            raise Refused(f"{rest} holds a gate that is not a factor of its own")
        constant, both = rest.as_independent(r, t, as_Add=False)
        radial, angular = both.as_independent(t, as_Add=False)
        if r in angular.free_symbols:
            return constant * Integral(both * exp(-(r**2) / 2), (r, 0, oo), (t, low, high)).xreplace(
                {r: self.to[0]}
            )
        radius = Integral(radial * exp(-(r**2) / 2), (r, 0, oo)).xreplace({r: self.to[0]})
        return constant * radius * Integral(angular, (t, low, high))


def angle(rho: Expr, scene: Scene) -> Expr:
    """The angle in [0, pi] whose cosine is the correlation."""
    if isinstance(rho, cos):
        theta = rho.args[0]
        domain = scene.domain(theta)
        if not (isinstance(domain, Interval) and domain.is_subset(Interval(0, pi))):
            raise Refused(f"the angle {theta} must live in Interval(0, pi); found {domain}")
        return theta
    return acos(rho)


def opening(gates: list[Expr], t: Symbol, theta: Expr) -> tuple[Expr, Expr]:
    """The arc on which every gate cos(t - centre) > 0 is open, for theta in [0, pi]."""
    centres = [centre(gate, t, theta) for gate in gates]
    if not centres:
        return -pi, pi
    if len(centres) == 1:
        return centres[0] - pi / 2, centres[0] + pi / 2
    if sorted(centres, key=str) == sorted([S.Zero, theta], key=str):
        return theta - pi / 2, pi / 2
    raise Refused(f"the gates {gates} do not open on one known arc")


def centre(gate: Expr, t: Symbol, theta: Expr) -> Expr:
    for where in (S.Zero, theta):
        if gate == cos(t - where):
            return where
    raise Refused(f"the gate {gate} is not a half-plane through one of the two inputs")


@dataclass(frozen=True)
class price:
    """Price's theorem: the derivative in the correlation is the mean of both derivatives.

    Applied to a derivative of a mean, or, with ``at``, to the mean itself: it is its value at that
    correlation and the integral from there.
    """

    rho: Symbol
    at: Expr | None = None
    variable: Symbol = field(default_factory=lambda: Symbol("c", real=True))

    def __str__(self):
        tail = "" if self.at is None else f", integrated from {self.rho} = {self.at}"
        return f"Price's theorem in {self.rho}{tail}"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        concerns, value = (
            (self.is_derivative, self.differentiated) if self.at is None else (self.is_mean, self.grown)
        )
        return everywhere(before, concerns, lambda e: value(e, scene), f"no Gaussian mean in {self.rho}")

    def is_derivative(self, e: Basic) -> bool:
        return is_first_derivative(e, self.rho) and self.is_mean(e.expr)

    def is_mean(self, e: Basic) -> bool:
        pair = isinstance(e, Mean) and len(e.laws) == 1 and isinstance(e.laws[0], laws.GaussianPair)
        return pair and e.laws[0].parameters[0] == self.rho

    def differentiated(self, derivative: Derivative, scene: Scene) -> Expr:
        return self.slope(derivative.expr, scene)

    def slope(self, mean: Mean, scene: Scene) -> Expr:
        (law,) = mean.laws
        u, v = law.variates
        if self.rho in mean.body.free_symbols:
            raise Refused(f"{mean.body} depends on {self.rho} other than through the law")
        if self.rho in law.parameters[1].free_symbols:
            raise Refused(f"the standard deviation {law.parameters[1]} depends on {self.rho} as well")
        both = weak(weak(mean.body, u, v, scene), v, u, scene)
        return law.parameters[1] ** 2 * Mean(both, law)

    def grown(self, mean: Mean, scene: Scene) -> Expr:
        reject_taken((self.variable,), mean, scene)
        if Interval(-1, 1).contains(self.at) != S.true:
            raise Refused(f"{self.at} is not a correlation: start at a number between -1 and 1")
        slope = self.slope(mean, scene).subs(self.rho, self.variable)
        return mean.subs(self.rho, self.at) + Integral(slope, (self.variable, self.at, self.rho))


def weak(body: Expr, u: Variate, v: Variate, scene: Scene) -> Expr:
    """The weak derivative in one variate, term by term; a jump has none that is a function."""
    return Add(*(weak_product(term, u, v, scene) for term in Add.make_args(expand(body))))


def weak_product(term: Expr, u: Variate, v: Variate, scene: Scene) -> Expr:
    constant, rest = term.as_independent(u, as_Add=False)
    reject_wild(term, {u, v}, scene)
    if step(u) not in Mul.make_args(rest):
        reject_not_differentiable(rest, u, scene)
        return constant * rest.diff(u)
    power = powsimp(rest / step(u))
    base, k = power.as_base_exp()
    if base != u or not at_least(k, 1, scene):
        raise Refused(
            f"{rest} jumps at {u} = 0: its derivative is a measure, and the theorem needs a function"
        )
    return constant * k * step(u) * u ** (k - 1)


@dataclass(frozen=True)
class stein:
    """Stein's lemma, E[z f(z)] = s^2 E[f'(z)], used on every mean over one Gaussian ``z``."""

    z: Variate

    def __str__(self):
        return f"Stein's lemma: a factor {self.z} becomes a derivative in {self.z}"

    def concerns(self, e: Basic) -> bool:
        return over(e, self.z)

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(
            before, self.concerns, lambda e: self.value(e, scene), f"no mean over {self.z} alone"
        )

    def value(self, mean: Mean, scene: Scene) -> Expr:
        law = law_of(mean, laws.Gaussian)
        (z,) = law.variates
        reject_wild(mean.body, {z}, scene)
        return law.parameters[0] ** 2 * Mean(weak(powsimp(expand(mean.body / z)), z, z, scene), law)


@dataclass(frozen=True)
class independent:
    """At correlation zero the pair is independent: the mean of a product is the product of means."""

    u: Variate
    v: Variate

    def __str__(self):
        return f"{self.u} and {self.v} are independent at correlation zero"

    def concerns(self, e: Basic) -> bool:
        return over(e, self.u, self.v) and e.laws[0].parameters[0] == 0

    def apply(self, before: Basic, scene: Scene) -> Basic:
        complaint = f"{self.u} and {self.v} are nowhere uncorrelated"
        return everywhere(before, self.concerns, lambda e: self.value(e, scene), complaint)

    def value(self, mean: Mean, scene: Scene) -> Expr:
        law = law_of(mean, laws.GaussianPair)
        u, v = law.variates
        reject_wild(mean.body, {u, v}, scene)
        return Add(*(self.factored(term, u, v, law) for term in Add.make_args(expand(mean.body))))

    def factored(self, term: Expr, u: Variate, v: Variate, law: Law) -> Expr:
        constant, rest = term.as_independent(u, v, as_Add=False)
        with_v, with_u = rest.as_independent(u, as_Add=False)
        if v in with_u.free_symbols:
            raise Refused(f"{with_u} mixes {u} and {v}, so that the mean does not factor")
        single = [laws.Gaussian(v.name, law.parameters[1]) for v in (u, v)]
        pieces = [
            body.xreplace({old: new.variates[0]})
            for body, old, new in zip((with_u, with_v), (u, v), single, strict=True)
        ]
        return constant * Mul(
            *(Mean(b, one) if b.has(one.variates[0]) else b for b, one in zip(pieces, single, strict=True))
        )


@dataclass(frozen=True)
class radial:
    """A Gaussian vector is an independent radius times a direction: degrees of homogeneity factor out."""

    p: Variate
    q: Variate
    to: tuple[Variate, Variate, Variate]  # the Gaussian pair and the radius

    def __str__(self):
        return "a Gaussian vector is an independent radius times a uniform direction"

    def concerns(self, e: Basic) -> bool:
        return over(e, self.p, self.q)

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(before, self.concerns, self.value, f"no mean over {self.p}, {self.q}")

    def value(self, mean: Mean) -> Expr:
        law, (u, v, radius) = law_of(mean, laws.SpherePair), self.to
        rho, d = law.parameters
        reject_other_law(
            (u, v), laws.GaussianPair("u v", rho, 1), f"Gaussians of correlation {rho} and scale 1"
        )
        reject_other_law((radius,), laws.Chi("R", d), f"the law of a radius in dimension {d}")
        p, q = law.variates
        degree = homogeneity(mean.body, p, q)
        if not degree.is_nonnegative:
            raise Refused(
                f"the degree {degree} of {mean.body} may be negative, and the radius has no such moment"
            )
        return Mean(mean.body.xreplace({p: u, q: v})) / Mean(radius**degree)


def homogeneity(body: Expr, p: Variate, q: Variate) -> Expr:
    """The degree k with f(r p, r q) = r^k f(p, q) for every r > 0."""
    r = Symbol("r", positive=True)
    scaled = expand(body.subs({p: r * p, q: r * q}, simultaneous=True), power_base=True)
    ratio = (scaled / body).cancel() if not scaled.has(Pow) else expand((scaled / body), power_base=True)
    ratio = ratio.simplify()
    degree = next(
        iter((ratio.match(r ** Wild("k", exclude=[r])) or {}).values()), S.Zero if ratio == 1 else None
    )
    if degree is None or {p, q, r} & degree.free_symbols:
        raise Refused(f"{body} is not homogeneous in {p}, {q}")
    return degree


@dataclass(frozen=True)
class plane:
    """What a Gaussian vector sees of two unit vectors is a pair correlated like their inner product."""

    w: Basic
    to: tuple[Variate, Variate]

    def __str__(self):
        return f"only the plane of the two inputs matters: {names(self.to)} are the coordinates of {self.w}"

    def concerns(self, e: Basic) -> bool:
        return over(e, self.w.label)

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(
            before, self.concerns, lambda e: self.value(e, scene), f"no mean over {self.w} alone"
        )

    def value(self, mean: Mean, scene: Scene) -> Expr:
        (d,) = standard_vector(mean)
        sums = sorted((s for s in mean.body.atoms(Sum) if s.has(self.w)), key=str)
        if len(sums) != 2:
            raise Refused(
                f"{mean.body} is not a function of the two coordinates of {self.w} along two inputs"
            )
        inputs = [self.unit_input(total, d, scene) for total in sums]
        rho = Sum(inputs[0] * inputs[1], *sums[0].limits)
        if sums[0].limits != sums[1].limits:
            raise Refused(f"{sums[0]} and {sums[1]} must run over the same index")
        reject_other_law(
            self.to, laws.GaussianPair("u v", rho, 1), f"Gaussians of correlation {rho} and scale 1"
        )
        seen = mean.body.xreplace(dict(zip(sums, self.to, strict=True)))
        if seen.has(self.w):
            raise Refused(f"{mean.body} depends on {self.w} other than through its two coordinates")
        return Mean(seen)

    def unit_input(self, total: Sum, d: Expr, scene: Scene) -> Expr:
        """The entry x[k] of a unit vector of which a sum is the coordinate."""
        x = coefficient(total, self.w)
        ((k, *ends),) = total.limits
        domain = scene.domain(x.base) if isinstance(x, Indexed) and x.indices == (k,) else None
        if not (isinstance(domain, Arrays) and domain.unit and domain.shape == (d,) and ends == [1, d]):
            raise Refused(
                f"{total} must run over all {d} entries of an input that lives in unit_vectors({d}), "
                "so that its coordinate has variance one"
            )
        return x


def standard_vector(mean: Mean) -> Tuple:
    """The shape, of one dimension, of the array of standard Gaussians that a mean is over."""
    law = law_of(mean, laws.GaussianArray)
    shape, scale = law.parameters
    if len(shape) != 1 or scale != 1:
        raise Refused(
            f"{law.names[0]} must be a vector of standard Gaussians; it has shape {shape} and scale {scale}"
        )
    return shape


def coefficient(total: Sum, w: Basic) -> Expr:
    """The coefficient x[k] of w[k] in a sum over k that is linear in w."""
    (limit,) = total.limits
    found = total.function.coeff(w[limit[0]], 1)
    if found.has(w) or expand(total.function - found * w[limit[0]]) != 0:
        raise Refused(f"{total} is not linear in {w}")
    return found


@dataclass(frozen=True)
class characteristic:
    """The characteristic function of a Gaussian vector: E cos(w.t + c) = cos(c) exp(-|t|^2 / 2)."""

    w: Basic

    def __str__(self):
        return f"the characteristic function of the Gaussian vector {self.w}"

    def concerns(self, e: Basic) -> bool:
        return over(e, self.w.label)

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(before, self.concerns, self.value, f"no mean over {self.w} alone")

    def value(self, mean: Mean) -> Expr:
        standard_vector(mean)
        terms = Add.make_args(expand(mean.body))
        return Add(*(self.term(term, mean) for term in terms))

    def term(self, term: Expr, mean: Mean) -> Expr:
        random = mean.bound
        constant, rest = term.as_independent(*random, as_Add=False)
        if rest == 1:
            return constant
        if not isinstance(rest, cos):
            raise Refused(f"{rest} is not the cosine of a linear function of {self.w}")
        shift, linear = S.Zero, S.Zero
        limits = None
        for part in Add.make_args(expand(rest.args[0])):
            scale, total = part.as_independent(Sum, as_Add=False)
            if not part.has(self.w):
                shift += part
                continue
            if not isinstance(total, Sum) or scale.has(self.w) or limits not in (None, total.limits):
                raise Refused(f"{part} is not a sum over the entries of {self.w}")
            limits = total.limits
            linear += scale * coefficient(total, self.w)
        return constant * cos(shift) * (exp(-Sum(linear**2, *limits) / 2) if limits else S.One)


@dataclass(frozen=True)
class quadratic:
    """The Gaussian integral of exp(-q/2), q a positive quadratic form: det(1 + Sigma Q)^(-1/2)."""

    u: Variate
    v: Variate

    def __str__(self):
        return f"a Gaussian integral in {self.u}, {self.v}: one over the root of a determinant"

    def concerns(self, e: Basic) -> bool:
        return over(e, self.u, self.v)

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(before, self.concerns, self.value, f"no mean over {self.u}, {self.v}")

    def value(self, mean: Mean) -> Expr:
        law = law_of(mean, laws.GaussianPair)
        rho, s = law.parameters
        u, v = law.variates
        constant, rest = mean.body.as_independent(u, v, as_Add=False)
        exponent = expand(Add(*(f.args[0] if isinstance(f, exp) else oo for f in Mul.make_args(rest))))
        if not exponent.is_polynomial(u, v):
            raise Refused(f"{rest} is not the exponential of a quadratic form")
        form = -Matrix([[exponent.diff(a, b) for b in (u, v)] for a in (u, v)])
        if expand(exponent + (Matrix([[u, v]]) * form * Matrix([u, v]))[0] / 2) != 0:
            raise Refused(f"{exponent} is not a quadratic form without linear part")
        if not form.is_positive_semidefinite:
            raise Refused(f"the form {form} is not known to be positive, and the mean need not exist")
        covariance = s**2 * Matrix([[1, rho], [rho, 1]])
        return constant / sqrt((Matrix.eye(2) + covariance * form).det())


@dataclass(frozen=True)
class hermite:
    """Expand both functions in the Hermite polynomials, which are complete in L^2 of the Gaussian.

    ``Mean(f(u) g(v))`` is a bounded bilinear form of f and g there, so that the series may be put in.
    """

    u: Variate
    v: Variate
    indices: tuple[Symbol, Symbol]
    z: Variate

    def __str__(self):
        return "expand both factors in Hermite polynomials, complete in L2 of the Gaussian"

    def concerns(self, e: Basic) -> bool:
        return over(e, self.u, self.v)

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(
            before, self.concerns, lambda e: self.value(e, scene), f"no mean over {self.u}, {self.v}"
        )

    def value(self, mean: Mean, scene: Scene) -> Expr:
        law = law_of(mean, laws.GaussianPair)
        if law.parameters[1] != 1:
            raise Refused("the Hermite polynomials are orthogonal for variance one; rescale first")
        reject_other_law((self.z,), laws.Gaussian("z", 1), "a Gaussian law of variance one")
        (u, v), (j, k) = law.variates, self.indices
        reject_taken((j, k), mean, scene)
        if j == k:
            raise Refused(f"the two series need two indices; {j} is both")
        reject_wild(mean.body, {u, v}, scene)
        constant, rest = mean.body.as_independent(u, v, as_Add=False)
        right, left = rest.as_independent(u, as_Add=False)
        if v in left.free_symbols:
            raise Refused(f"{rest} is not a product of a function of {u} and one of {v}")
        series = self.coefficient(left, u, j) * self.coefficient(right, v, k) / (factorial(j) * factorial(k))
        return constant * Sum(series * Mean(He(j, u) * He(k, v), law), (j, 0, oo), (k, 0, oo))

    def coefficient(self, body: Expr, variate: Variate, degree: Symbol) -> Expr:
        return Mean(body.xreplace({variate: self.z}) * He(degree, self.z))


@dataclass(frozen=True)
class coincide:
    """At correlation one both variates are the same Gaussian."""

    u: Variate
    v: Variate
    to: Variate

    def __str__(self):
        return f"at correlation one {self.u} and {self.v} are the same Gaussian {self.to}"

    def concerns(self, e: Basic) -> bool:
        return over(e, self.u, self.v)

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(before, self.concerns, self.value, f"no mean over {self.u}, {self.v}")

    def value(self, mean: Mean) -> Expr:
        law = law_of(mean, laws.GaussianPair)
        if law.parameters[0] != 1:
            raise Refused(f"{self.u} and {self.v} have correlation {law.parameters[0]}, not one")
        scale = law.parameters[1]
        reject_other_law(
            (self.to,), laws.Gaussian("z", scale), f"a Gaussian law of standard deviation {scale}"
        )
        return Mean(mean.body.xreplace({variate: self.to for variate in law.variates}))


@dataclass(frozen=True)
class marginal:
    """A mean that involves one variate of a pair alone is a mean over that variate."""

    u: Variate
    to: Variate

    def __str__(self):
        return f"only {self.u} is left, a Gaussian of its own"

    def concerns(self, e: Basic) -> bool:
        pair = isinstance(e, Mean) and len(e.laws) == 1 and isinstance(e.laws[0], laws.GaussianPair)
        return pair and self.u.name in e.laws[0].names

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(before, self.concerns, self.value, f"no mean over {self.u}")

    def value(self, mean: Mean) -> Expr:
        (law,) = mean.laws
        u = next(variate for variate in law.variates if variate.name == self.u.name)
        if mean.body.free_symbols & (set(law.variates) - {u}):
            raise Refused(f"{mean.body} involves the other variate as well")
        scale = law.parameters[1]
        reject_other_law(
            (self.to,), laws.Gaussian("z", scale), f"a Gaussian law of standard deviation {scale}"
        )
        return Mean(mean.body.xreplace({u: self.to}))


@dataclass(frozen=True)
class rescale:
    """A pair of standard deviation s is s times a standard pair."""

    u: Variate
    v: Variate

    def __str__(self):
        return f"{self.u} and {self.v} are a standard pair times their standard deviation"

    def concerns(self, e: Basic) -> bool:
        return over(e, self.u, self.v)

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(before, self.concerns, self.value, f"no mean over {self.u}, {self.v}")

    def value(self, mean: Mean) -> Expr:
        law = law_of(mean, laws.GaussianPair)
        rho, scale = law.parameters
        unit = laws.GaussianPair(law.names, rho, 1)
        at = dict(zip(law.variates, (scale * variate for variate in unit.variates), strict=True))
        return Mean(mean.body.subs(at, simultaneous=True), unit)


@dataclass(frozen=True)
class superpose:
    """A double sum of means of products is the mean of the square of a sum."""

    i: Symbol
    j: Symbol

    def __str__(self):
        return f"the mean is linear: the double sum over {self.i} and {self.j} is a square"

    def concerns(self, e: Basic) -> bool:
        return isinstance(e, Sum) and [limit[0] for limit in e.limits] == [self.i, self.j]

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(before, self.concerns, self.value, f"no double sum over {self.i}, {self.j}")

    def value(self, total: Sum) -> Expr:
        (i, *ends), (j, *other) = total.limits
        found = [factor for factor in Mul.make_args(total.function) if isinstance(factor, Mean)]
        if ends != other or len(found) != 1 or oo in ends:
            raise Refused("both indices must run over the same finite range, under one mean")
        (mean,) = found
        product = total.function / mean * mean.body
        mine = Mul(*(factor for factor in Mul.make_args(product) if j not in factor.free_symbols))
        if expand(mine * mine.subs(i, j) - product) != 0:
            raise Refused(f"{product} is not the product of one function of {i} and the same function of {j}")
        return Mean(Sum(mine, (i, *ends)) ** 2, *mean.laws)


@dataclass(frozen=True)
class square:
    """The mean of a square is not negative: a bound from below by zero, and no equality."""

    sign = ">="

    def __str__(self):
        return "a mean of squares is not negative"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        body = before.body if isinstance(before, Mean) else S.Zero
        if not (body.is_Pow and body.exp == 2 and real(body.base)):
            raise Refused(f"{before} is not the mean of the square of something real")
        return S.Zero


def real(expr: Expr) -> bool:
    """Whether an expression is real, entries of arrays included; roots and logarithms need not be."""
    if isinstance(expr, Add | Mul | Pow):
        powers = not isinstance(expr, Pow) or bool(expr.exp.is_integer)
        return powers and all(real(arg) for arg in expr.args)
    if isinstance(expr, BOUNDED):
        return real(expr.args[0])
    return isinstance(expr, Indexed) or (
        real(expr.function) if isinstance(expr, Sum) else bool(expr.is_extended_real)
    )


@dataclass(frozen=True)
class orthogonal:
    """Of a double Hermite series only the diagonal is left; both facts are claims of their own.

    ``diagonal`` is about Mean(He_k(u) He_k(v)), ``off`` says that Mean(He_{k+l}(u) He_k(v)) = 0 for
    l >= 1. A pair may be exchanged, so that the terms below the diagonal vanish as those above.
    """

    diagonal: "Claim"
    off: "Claim"

    def __str__(self):
        return f"only equal degrees are left ({self.diagonal.name}, {self.off.name})"

    def concerns(self, e: Basic) -> bool:
        return isinstance(e, Sum) and len(e.limits) == 2 and e.function.has(Mean)

    def apply(self, before: Basic, scene: Scene) -> Basic:
        from theory.induction import reject_unfit

        if not {"k", "l"} <= set(self.off.symbols):
            raise Refused(f"{self.off.name} is not about two degrees k and k + l")
        degree, lag = (self.off.symbols[name] for name in ("k", "l"))
        for claim, indices in ((self.diagonal, {degree: 0}), (self.off, {degree: 0, lag: 1})):
            for index, first in indices.items():
                if index not in claim.given or not Range(first, oo).is_subset(claim.given[index]):
                    raise Refused(f"{claim.name} must hold for every {index} from {first}")
            reject_unfit(claim, {}, before, scene, apart=indices)
        return everywhere(
            before, self.concerns, lambda e: self.value(e, degree, lag), "no double series of means"
        )

    def value(self, total: Sum, degree: Symbol, lag: Symbol) -> Expr:
        (j, *ends), (k, *other) = total.limits
        left, right = self.diagonal.states.sides
        law = law_of(left, laws.GaussianPair)
        p, q = law.variates
        if self.off.states.sides != (Mean(He(degree + lag, p) * He(degree, q)), S.Zero):
            raise Refused(f"{self.off.name} does not say that different degrees are orthogonal")
        if left != Mean(He(degree, p) * He(degree, q)):
            raise Refused(f"{self.diagonal.name} is not about equal degrees")
        mean = Mean(He(j, p) * He(k, q))
        if mean not in Mul.make_args(total.function) or (ends, other) != ([0, oo], [0, oo]):
            raise Refused(f"the series is not one of {mean} over all degrees")
        rest = (total.function / mean).subs(j, k)
        return Sum(rest * right.subs(degree, k), (k, *ends))


@dataclass(frozen=True)
class odd:
    """The mean of an odd function of a symmetric variate is zero; the function must have a mean."""

    z: Variate

    def __str__(self):
        return f"an odd function of {self.z} has mean zero"

    def concerns(self, e: Basic) -> bool:
        return over(e, self.z)

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(
            before, self.concerns, lambda e: self.value(e, scene), f"no mean over {self.z} alone"
        )

    def value(self, mean: Mean, scene: Scene) -> Expr:
        law = law_of(mean, laws.Gaussian, laws.Rademacher)
        (z,) = law.variates
        if expand(mean.body.subs(z, -z) + mean.body) != 0:
            raise Refused(f"{mean.body} is not odd in {self.z}")
        reject_wild(mean.body, {z}, scene)
        return S.Zero
