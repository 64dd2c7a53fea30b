"""Rules about many independent neurons: sums and largest values of what each makes of its own weights.

A neuron of Gaussian weights sees an input other than zero as one Gaussian number. So what all neurons of
a layer compute are independent copies of one random variable, and sums and maxima of them obey the
classical laws.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from sympy import (
    Abs,
    AccumBounds,
    Add,
    Basic,
    Expr,
    Indexed,
    IndexedBase,
    Interval,
    Le,
    Mul,
    S,
    Sum,
    Symbol,
    expand,
    factorial,
    log,
    oo,
    sqrt,
)
from sympy import limit as limit_of

from theory import law as laws
from theory.activation import Applied
from theory.calculus import everywhere
from theory.derivation import Refused, Scene
from theory.domain import maximum, norm, supremum
from theory.kinks import gaussian_sum
from theory.law import Law, Mean, Node, Probability, Variate, moment, step, variates
from theory.regularity import (
    BOUNDED,
    dominated,
    members,
    reject_discontinuous,
    reject_wild,
)
from theory.spectrum import nonnegative, rooted
from theory.statement import Limit, Scaling

INDEPENDENT = (laws.GaussianArray, laws.RademacherArray, laws.MomentsArray)


class Neuron(NamedTuple):
    """What one neuron computes, its pre-activation replaced by ``z``; its output weight and the scale of z."""

    body: Expr
    weight: Indexed | None
    scale: Expr | None


def neuron(body: Expr, index: Symbol, count: Expr, z: Symbol, scene: Scene) -> Neuron:
    """One neuron among ``count`` that share nothing. Raises ``Refused`` where that is not known.

    Its pre-activation is a Gaussian number; its output weight is one entry of an array of its own.
    """
    seen = sorted((s for s in body.atoms(Sum) if s.has(index)), key=str)
    if len(seen) > 1:
        raise Refused(f"{body} sees more than one input")
    hidden, scale = gaussian_sum(seen[0], index, scene) if seen else (None, None)
    if hidden is not None and hidden.label.law.parameters[0][0] != count:
        raise Refused(f"{hidden} must have a row for each of the {count} neurons")
    body = body.xreplace({seen[0]: z}) if seen else body
    own = sorted(body.atoms(Indexed), key=str)
    own = [entry for entry in own if entry.has(index)]
    if len(own) > 1 or any(
        entry.indices != (index,) or not fresh(entry.base, hidden, count) for entry in own
    ):
        raise Refused(f"{body} must read one entry {index} of one array of {count} independent weights")
    rest = body.xreplace({entry: Symbol("e") for entry in own})
    if index in rest.free_symbols or variates(rest) - {z}:
        raise Refused(f"{body} depends on {index} other than through its neuron's weights")
    return Neuron(body, own[0] if own else None, scale)


def fresh(array: IndexedBase, hidden: IndexedBase | None, count: Expr) -> bool:
    """Whether an array holds one independent weight a neuron, and none of the hidden ones."""
    law = getattr(array.label, "law", None)
    if not isinstance(law, INDEPENDENT) or (hidden is not None and law == hidden.label.law):
        return False
    shape = law.parameters if isinstance(law, laws.RademacherArray) else tuple(law.parameters[0])
    return tuple(shape) == (count,)


def single(array_law: Law, name: str) -> Law:
    """The law of one entry of an array."""
    if isinstance(array_law, laws.GaussianArray):
        return laws.Gaussian(name, array_law.parameters[1])
    if isinstance(array_law, laws.RademacherArray):
        return laws.Rademacher(name)
    raise Refused(f"{array_law.names[0]}: only some moments of its entries are known, and not their law")


def reject_other(variate: Variate, law: Law) -> None:
    if variate.law != law.func(variate.law.names, *law.parameters):
        raise Refused(f"{variate} must follow {type(law).__name__} of parameters {law.parameters}")


@dataclass(frozen=True)
class fair_signs:
    """Random signs do not matter to a function that is even in them."""

    array: IndexedBase

    def __str__(self):
        return f"the signs {self.array} do not matter to an even function"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        if not isinstance(self.array.label.law, laws.RademacherArray):
            raise Refused(f"{self.array} is not an array of fair signs")
        entries = {entry for entry in before.atoms(Indexed) if entry.base == self.array}
        if not entries:
            raise Refused(f"no entry of {self.array} in {before}")
        for entry in entries:
            if before.xreplace({entry: -entry}) != before:
                raise Refused(f"{before} is not known to be even in {entry}")
        without = before.xreplace({entry: S.One for entry in entries})
        return without.replace(
            lambda e: isinstance(e, Node), lambda e: e.func(*e.bodies)
        )  # over what is left


@dataclass(frozen=True)
class alike:
    """The largest of m independent values is at most t if each is: the m-th power of one probability."""

    to: tuple[Variate, ...]  # the pre-activation, and the output weight if there is one

    def __str__(self):
        return "the neurons are independent and alike, and each sees the input as one Gaussian"

    def concerns(self, e: Basic) -> bool:
        return isinstance(e, Probability) and isinstance(e.body, Le) and isinstance(e.body.lhs, maximum)

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(
            before, self.concerns, lambda e: self.value(e, scene), "no law of a largest value in"
        )

    def value(self, chance: Probability, scene: Scene) -> Expr:
        top, t = chance.body.args
        index, low, count = top.limits[0]
        if low != 1 or variates(t):
            raise Refused(f"{chance} is not the law of a largest value from 1 on, at a number")
        z, *others = self.to
        one = neuron(top.function, index, count, z, scene)
        bound = {name for law in chance.laws for name in law.names}
        if not {v.name for v in variates(top)} <= bound:
            raise Refused(f"{chance} does not bind all weights")
        if one.scale is None:
            raise Refused(f"{top} does not depend on a pre-activation")
        reject_other(z, laws.Gaussian(z.name, one.scale))
        body = one.body
        if one.weight is not None:
            (weight,) = others
            reject_other(weight, single(one.weight.base.label.law, weight.name))
            body = body.xreplace({one.weight: weight})
        return Probability(Le(body, t)) ** count


@dataclass(frozen=True)
class summed:
    """The mean of a sum over independent neurons, alike: so many times the mean of one."""

    z: Variate

    def __str__(self):
        return "the neurons are alike, and a neuron's output weight is independent of its hidden weights"

    def concerns(self, e: Basic) -> bool:
        return isinstance(e, Mean) and isinstance(e.body.as_independent(Sum, as_Add=False)[1], Sum)

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(before, self.concerns, lambda e: self.value(e, scene), "no mean of a sum")

    def value(self, mean: Mean, scene: Scene) -> Expr:
        factor, total = mean.body.as_independent(Sum, as_Add=False)
        if variates(factor):
            raise Refused(f"{factor} is random")
        return factor * total.limits[0][2] * one_mean(total, self.z, scene)


def one_mean(total: Sum, z: Variate, scene: Scene) -> Expr:
    """The mean of what one neuron adds to a sum over neurons, by the moments of its output weight."""
    index, low, count = total.limits[0]
    if len(total.limits) != 1 or low != 1:
        raise Refused(f"{total} is not one sum over all neurons")
    one = neuron(total.function, index, count, z, scene)
    if one.scale is None:
        raise Refused(f"{total} does not depend on a pre-activation")
    reject_other(z, laws.Gaussian(z.name, one.scale))
    reject_wild(one.body.xreplace({one.weight: S.One}) if one.weight else one.body, {z}, scene)
    if one.weight is None:
        return Mean(one.body)
    if not one.body.is_polynomial(one.weight):
        raise Refused(f"{one.body} is not a polynomial in {one.weight}, whose moments are known")
    law = one.weight.base.label.law
    terms = enumerate(coefficients(one.body, one.weight))
    return Add(*(known_moment(law, order) * averaged(value, z) for order, value in terms if value != 0))


def coefficients(polynomial: Expr, x: Expr) -> Iterator[Expr]:
    """The coefficients of a polynomial, by its derivatives at zero, so that they keep their form."""
    order = 0
    while polynomial != 0:
        yield polynomial.subs(x, 0) / factorial(order)
        polynomial, order = polynomial.diff(x), order + 1


def known_moment(law: Law, order: int) -> Expr:
    try:
        return moment(law, order) if order else S.One
    except ValueError as reason:
        raise Refused(str(reason)) from None


def averaged(value: Expr, z: Variate) -> Expr:
    constant, rest = value.as_independent(z, as_Add=False)
    return constant * (Mean(rest) if rest.has(z) else rest)


def reject_no_limit(before: Basic, count: Expr, scene: Scene) -> None:
    """A limit proves nothing but a statement about a limit, in the number that tends to infinity."""
    states = scene.claim.states
    if not isinstance(states, Limit | Scaling):
        raise Refused("this is what the left side tends to, and the statement is about every width")
    if states.by != count or states.to is not oo:
        raise Refused(f"{count} does not tend to infinity in the statement")
    if isinstance(states, Limit):
        raise Refused("a limit states a rate, of which this rule says nothing; state a scaling of power zero")


@dataclass(frozen=True)
class law_of_large_numbers:
    """The mean of many independent values, alike and integrable, tends to the mean of one almost surely."""

    z: Variate

    def __str__(self):
        return "the law of large numbers: almost surely, the average over neurons tends to the mean of one"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        factor, total = before.as_independent(Sum, as_Add=False)
        if not isinstance(total, Sum) or factor * total.limits[0][2] != 1:
            raise Refused(f"{before} is not an average over neurons")
        reject_no_limit(before, total.limits[0][2], scene)
        return one_mean(total, self.z, scene)


@dataclass(frozen=True)
class fills:
    """The largest of many values of a continuous, bounded function of Gaussians tends to its supremum."""

    z: Symbol

    def __str__(self):
        return "pre-activations fill the line: almost surely, the largest value tends to the supremum"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        if not isinstance(before, maximum):
            raise Refused(f"{before} is not a largest value")
        index, low, count = before.limits[0]
        reject_no_limit(before, count, scene)
        one = neuron(before.function, index, count, self.z, scene)
        if low != 1 or one.weight is not None or one.scale is None:
            raise Refused(f"{before.function} must depend on a neuron's pre-activation alone")
        if not isinstance(one.body.as_independent(self.z, as_Add=False)[1], step):
            reject_discontinuous(one.body, self.z, Interval(-oo, oo), scene)
            reject_unbounded(one.body, self.z, scene)
        elif not nonnegative(one.body.as_independent(self.z, as_Add=False)[0]):
            raise Refused(f"{one.body} may jump down to its largest value at one point alone")
        return supremum(one.body, (self.z, -oo, oo))


def reject_unbounded(body: Expr, z: Symbol, scene: Scene) -> None:
    """Refuse what is not built, without division, from derivatives of activations that are bounded."""
    if z not in body.free_symbols or isinstance(body, BOUNDED):
        return
    if isinstance(body, Applied):
        if body.args[2] != z:
            raise Refused(f"{body} is not an activation at {z}")
        for member, order in members(body, scene):
            if not bounded(member.derivative(order)(z), z):
                raise Refused(f"for {body.args[0]} = {member.name} nothing is known to bound {body}")
        return
    allowed = isinstance(body, Add | Mul | Abs) or (body.is_Pow and body.exp.is_positive)
    if not allowed:
        raise Refused(f"nothing is known to bound {body}")
    for arg in body.args[:1] if body.is_Pow else body.args:
        reject_unbounded(arg, z, scene)


@cache
def bounded(function: Expr, z: Symbol) -> bool:
    """Whether a continuous function is bounded: term by term, or since it has finite limits at both ends."""
    terms = Add.make_args(expand(function))
    if all(polynomial_in_bounded(term, z) or dominated(term, (z,), None) for term in terms):
        return True
    ends = [limit_of(function, z, end) for end in (oo, -oo)]
    return all(end.is_finite and not isinstance(end, AccumBounds) for end in ends)


def polynomial_in_bounded(term: Expr, z: Symbol) -> bool:
    """Whether a term is a product of powers of functions that are bounded on the line."""
    powers = (part.as_base_exp() for part in Mul.make_args(term) if z in part.free_symbols)
    return all(
        isinstance(base, BOUNDED) and exponent.is_Integer and exponent > 0 for base, exponent in powers
    )


@dataclass(frozen=True)
class grows:
    """The largest of |a_j| b(z_j), a_j Gaussian and b bounded, grows like sqrt(2 log m) times the supremum of b.

    Among the neurons with b(z_j) close to the supremum, a positive share of all, the largest |a_j| is
    still sqrt(2 log m) up to a factor that tends to one. What is bounded adds nothing.
    """

    z: Symbol

    def __str__(self):
        return "almost surely the largest |a| is √(2 log m)(1 + o(1)), also where |σ′′| is near its supremum"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        factor, top = before.as_independent(maximum, as_Add=False)
        if not isinstance(top, maximum):
            raise Refused(f"{before} is not a multiple of a largest value")
        index, low, count = top.limits[0]
        reject_no_limit(before, count, scene)
        if low != 1 or factor != 1 / sqrt(log(count)):
            raise Refused(f"{before} is not a largest value from 1 on, over the root of log {count}")
        one = neuron(top.function, index, count, self.z, scene)
        if one.weight is None or one.scale is None:
            raise Refused(f"{top.function} must depend on an output weight and on a pre-activation")
        law = one.weight.base.label.law
        if not isinstance(law, laws.GaussianArray):
            raise Refused(f"{one.weight} must be Gaussian")
        half, first, other = rooted(one.body)
        heavy = with_sizes(first) / Abs(one.weight)
        if heavy.has(one.weight) or other.has(one.weight):
            raise Refused(f"{first} is not |{one.weight}| times a function of the pre-activation")
        constant, size = heavy.as_independent(self.z, as_Add=False)
        reject_discontinuous(size, self.z, Interval(-oo, oo), scene)
        for part in (size, other):
            reject_unbounded(part, self.z, scene)
        reject_vanishing(size, self.z, scene)
        return 2 * half * constant * law.parameters[1] * sqrt(2) * supremum(size, (self.z, -oo, oo))


def with_sizes(expr: Expr) -> Expr:
    """Sizes of products as products of sizes."""
    return expr.replace(
        lambda e: isinstance(e, Abs) and e.args[0].is_Mul, lambda e: Mul(*map(Abs, e.args[0].args))
    )


def reject_vanishing(size: Expr, z: Symbol, scene: Scene) -> None:
    """Refuse a function that may be zero everywhere, since then its supremum says nothing of the order."""
    from theory.activation import instantiate

    symbols_ = {part.args[0] for part in size.atoms(Applied)}
    families = [scene.domain(symbol) for symbol in symbols_]
    if len(symbols_) != 1:
        raise Refused(f"{size} is not a function of one activation's derivatives")
    (symbol,) = symbols_
    for member in families[0].members:
        if not instantiate(size, {symbol: member}).subs(z, S.One).evalf(20) > 0:
            raise Refused(f"for {symbol} = {member.name} {size} is not known to be positive anywhere")


@dataclass(frozen=True)
class of_order:
    """A constant other than zero: the order is what it is, and the statement says no more."""

    def __str__(self):
        return "a positive constant, of which a statement of the order says nothing"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        states = scene.claim.states
        if not isinstance(states, Scaling) or states.constant is not None:
            raise Refused("the statement names a constant, or is about no order")
        for factor in Mul.make_args(before):
            if isinstance(factor, supremum):
                if not nonnegative(factor.function):
                    raise Refused(f"{factor} may be negative")
                reject_vanishing(factor.function, factor.limits[0][0], scene)
            elif not (factor.is_positive or away(factor, scene)):
                raise Refused(f"{factor} is not known to be positive")
        return S.One


def away(factor: Expr, scene: Scene) -> bool:
    """Whether a factor is a power of a norm that a joint hypothesis keeps from zero."""
    base = factor.as_base_exp()[0]
    return isinstance(base, norm) and (base > 0) in scene.claim.where.values()
