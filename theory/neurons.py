"""Rules about networks of independent neurons: from all of them to the first one, and to what it sees.

A random network is a sum over ``j`` of functions of the ``j``-th rows of arrays with independent entries.
Its mean is ``m`` times the mean of the first neuron, its variance ``m`` times the first one's variance,
and the average over all of them tends to the mean of one, almost surely. One neuron sees an input ``x``
through ``w . x`` alone, so that all that matters of two inputs is a pair of Gaussians correlated like them.
"""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from sympy import (
    Add,
    Basic,
    Dummy,
    Expr,
    Indexed,
    IndexedBase,
    Mul,
    PolynomialError,
    Pow,
    S,
    Sum,
    Symbol,
    degree,
    expand,
    oo,
    sqrt,
)

from theory import law as laws
from theory.averaging import reject_taken
from theory.calculus import everywhere
from theory.derivation import Refused, Scene
from theory.domain import Arrays, norm, nonzero
from theory.law import Covariance, Law, Mean, Node, Variance, Variate
from theory.regularity import reject_wild
from theory.statement import Limit

if TYPE_CHECKING:
    from theory.claim import Claim

ARRAYS = (laws.GaussianArray, laws.RademacherArray, laws.MomentsArray, laws.SphereArray)


def shape_of(law: Law) -> tuple[Expr, ...]:
    """The sizes of an array law."""
    if isinstance(law, laws.RademacherArray):
        return law.parameters
    return tuple(law.parameters[0])


def entries(expr: Basic) -> list[Indexed]:
    """The entries of random arrays in an expression, sums over their last index included."""
    return sorted((e for e in expr.atoms(Indexed) if isinstance(e.base.label, Variate)), key=str)


# All neurons are like the first one


class Total(NamedTuple):
    """``factor * Sum(of the j-th neuron, j from 1 to size)``; ``first`` is the first neuron's term."""

    factor: Expr
    first: Expr
    size: Expr


def total(expr: Expr, j: Symbol) -> Total:
    """An expression as one sum over neurons. Raises ``Refused`` where it is none."""
    parts = [summed(term, j) for term in Add.make_args(expr)]
    sizes = {size for _, _, size in parts}
    if len(sizes) > 1:
        raise Refused(f"the sums over {j} in {expr} have different ends: {', '.join(map(str, sizes))}")
    shared = common([factor for factor, _, _ in parts])
    first = Add(*(factor / shared * first for factor, first, _ in parts))
    return Total(shared, first, sizes.pop())


def common(factors: list[Expr]) -> Expr:
    """The factors that all products have."""
    first, *others = (set(Mul.make_args(factor)) for factor in factors)
    return Mul(*first.intersection(*others))


def summed(term: Expr, j: Symbol) -> Total:
    sums = [f for f in Mul.make_args(term) if isinstance(f, Sum) and [limit[0] for limit in f.limits] == [j]]
    if len(sums) != 1:
        raise Refused(f"{term} is not a number times one sum over {j}")
    ((_, low, size),) = sums[0].limits
    factor = term / sums[0]
    if low != 1:
        raise Refused(f"the sum over {j} starts at {low}; number the neurons from 1")
    if entries(factor) or any(isinstance(s, Variate) for s in factor.free_symbols):
        raise Refused(f"{factor} is random, and stands outside the sum over {j}")
    return Total(factor, first_of(sums[0].function, j, size), size)


def first_of(body: Expr, j: Symbol, size: Expr) -> Expr:
    """The first neuron's term, if every term is the same function of independent rows."""
    rows = {}
    for entry in entries(body):
        law = entry.base.label.law
        if not isinstance(law, ARRAYS) or shape_of(law)[0] != size:
            raise Refused(f"{entry.base} must hold one row for each of the {size} neurons")
        if entry.indices[0] != j or any(j in index.free_symbols for index in entry.indices[1:]):
            raise Refused(f"{entry} is not an entry of row {j}, so that the neurons share it")
        rows[entry] = entry.base[(S.One, *entry.indices[1:])]
    first = body.xreplace(rows)
    if j in first.free_symbols:
        raise Refused(f"{body} depends on {j} itself, so that the neurons are not alike")
    arrays = {entry.base.label for entry in entries(first)}
    shared = {v for v in first.atoms(Variate) if v not in arrays and v in first.free_symbols}
    if shared:
        raise Refused(f"all neurons share {', '.join(sorted(map(str, shared)))}, so that they are dependent")
    return first


@dataclass(frozen=True)
class alike:
    """Means, variances and covariances of sums over independent neurons, by the first neuron."""

    j: Symbol

    def __str__(self):
        return "the neurons are independent and alike: as many times the first one"

    def concerns(self, e: Basic) -> bool:
        sums = (s for s in e.atoms(Sum)) if isinstance(e, Node) else ()
        return isinstance(e, Mean | Variance | Covariance) and any(self.j in s.variables for s in sums)

    def apply(self, before: Basic, scene: Scene) -> Basic:
        complaint = f"no mean or variance of a sum over {self.j}"
        return everywhere(before, self.concerns, lambda e: self.value(e, scene), complaint)

    def value(self, node: Node, scene: Scene) -> Expr:
        totals = [total(body, self.j) for body in node.bodies]
        if len({each.size for each in totals}) > 1:
            raise Refused(f"the two sums over {self.j} have different ends")
        for each in totals:
            reject_no_moment(each.first, 1 if isinstance(node, Mean) else 2, scene)
        first = node.func(*(each.first for each in totals))
        factor = totals[0].factor ** 2 if isinstance(node, Variance) else Mul(*(t.factor for t in totals))
        return factor * totals[0].size * first


@dataclass(frozen=True)
class large_numbers:
    """The strong law of large numbers: the average over independent neurons tends to the mean of one."""

    j: Symbol

    def __str__(self):
        return "the strong law of large numbers: the average over the neurons tends to the mean of one"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        states = scene.claim.states
        if not isinstance(states, Limit) or before != states.left:
            raise Refused("the law of large numbers is about the left side of a limit; state it by limit(...)")
        whole = total(before, self.j)
        if whole.size != states.by or states.to is not oo:
            raise Refused(f"the limit is in {states.by}, and the sum ends at {whole.size}")
        weight = whole.factor * whole.size
        bare = whole.first.xreplace({entry: Dummy() for entry in entries(whole.first)})  # no shapes of arrays
        if states.by in weight.free_symbols | bare.free_symbols:
            raise Refused(f"{before} is not the average over {states.by} terms that stay as they are")
        if any(states.by in parameter.free_symbols for law in laws.laws(whole.first) for parameter in scales(law)):
            raise Refused(f"the law of the weights depends on {states.by}: these are no longer the same neurons")
        reject_no_moment(whole.first, 1, scene)
        return weight * Mean(whole.first)


def scales(law: Law) -> tuple[Basic, ...]:
    """The parameters of an array law other than its shape."""
    return () if isinstance(law, laws.RademacherArray) else law.parameters[1:]


def reject_no_moment(body: Expr, power: int, scene: Scene) -> None:
    """Refuse a function of one neuron unless its ``power``-th moment is known to exist."""
    seen = {s: Dummy("seen", real=True) for s in sums_of_rows(body)}
    body = body.xreplace(seen)
    for entry in entries(body):
        law = entry.base.label.law
        if isinstance(law, laws.MomentsArray):
            reject_unlisted(body, entry, power)
            body = body.subs(entry, S.One)  # independent of all else
        else:
            seen[entry] = Dummy("entry", real=True)
            body = body.xreplace({entry: seen[entry]})
    reject_wild(expand(body), seen.values(), scene)


def sums_of_rows(body: Expr) -> list[Sum]:
    """The sums over random entries, outermost only."""
    return sorted((s for s in body.atoms(Sum) if entries(s)), key=str)


def reject_unlisted(body: Expr, entry: Indexed, power: int) -> None:
    """Of a law that is known by some moments, no higher powers may be averaged."""
    known = [int(order) for order in entry.base.label.law.parameters[1] if int(order) % 2 == 0]
    try:
        needed = int(degree(expand(body), entry)) * power
    except PolynomialError:
        raise Refused(f"{body} is no polynomial in {entry}, of which only moments are known") from None
    if needed > max(known, default=0):
        raise Refused(f"a mean of {entry}**{needed} is needed, and no even moment of that order is listed")


# Moments of one neuron


@dataclass(frozen=True)
class second_moments:
    """A variance is a mean of a square less the square of a mean; a covariance alike."""

    def __str__(self):
        return "a variance is the mean of the square, less the square of the mean"

    def concerns(self, e: Basic) -> bool:
        return isinstance(e, Variance | Covariance)

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(before, self.concerns, lambda e: self.value(e, scene), "no variance or covariance")

    def value(self, node: Node, scene: Scene) -> Expr:
        for body in node.bodies:
            reject_no_moment(body, 2, scene)
        x, y = node.bodies if isinstance(node, Covariance) else node.bodies * 2
        return Mean(expand(x * y)) - Mean(x) * Mean(y)


@dataclass(frozen=True)
class bias_and_variance:
    """The mean square about a constant is the variance plus the square of the bias."""

    def __str__(self):
        return "the mean square about a constant is the variance plus the squared bias"

    def concerns(self, e: Basic) -> bool:
        return isinstance(e, Mean) and isinstance(e.body, Pow) and e.body.exp == 2

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(before, self.concerns, self.value, "no mean of a square")

    def value(self, mean: Mean) -> Expr:
        terms = Add.make_args(mean.body.base)
        fixed = [t for t in terms if not entries(t) and not any(isinstance(s, Variate) for s in t.free_symbols)]
        moving = Add(*(t for t in terms if t not in fixed))
        if not fixed or moving == 0:
            raise Refused(f"{mean.body} is not the square of something random less a constant")
        return Variance(moving) + (Mean(moving) + Add(*fixed)) ** 2


@dataclass(frozen=True)
class linear:
    """The mean of a finite sum is the sum of the means."""

    def __str__(self):
        return "the mean of a finite sum is the sum of the means"

    def concerns(self, e: Basic) -> bool:
        return isinstance(e, Mean) and isinstance(e.body, Sum)

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(before, self.concerns, self.value, "no mean of a sum")

    def value(self, mean: Mean) -> Expr:
        if any(not end.is_finite for _, *ends in mean.body.limits for end in ends):
            raise Refused(f"{mean.body} has infinitely many terms")
        return Sum(Mean(mean.body.function, *mean.laws), *mean.body.limits)


@dataclass(frozen=True)
class apart:
    """Independent weights: the mean of a product of functions of different ones is a product of means.

    Entries of one array are told apart where they are named by numbers, and not within a sum over a row.
    """

    def __str__(self):
        return "the weights are independent"

    def concerns(self, e: Basic) -> bool:
        return isinstance(e, Mean) and bool(entries(e.body))

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(before, self.concerns, lambda e: self.value(e, scene), "no mean over arrays")

    def value(self, mean: Mean, scene: Scene) -> Expr:
        terms = Add.make_args(expand(mean.body))
        for term in terms:
            reject_no_moment(term, 1, scene)
        return Add(*(self.product(term) for term in terms))

    def product(self, term: Expr) -> Expr:
        groups: list[tuple[set, Expr]] = []
        constant = S.One
        rows = {e.base.label for e in entries(term) if not all(index.is_Integer for index in e.indices)}
        for factor in Mul.make_args(term):
            own = {e.base.label if e.base.label in rows else e for e in entries(factor)}
            labels = {e.base.label for e in entries(factor)}
            own |= {v for v in factor.free_symbols - labels if isinstance(v, Variate)}
            if not own:
                constant *= factor
                continue
            tied = [group for group in groups if group[0] & own]
            groups = [group for group in groups if not group[0] & own]
            groups.append((own.union(*(g[0] for g in tied)), Mul(factor, *(g[1] for g in tied))))
        return constant * Mul(*(Mean(body) for _, body in groups))


@dataclass(frozen=True)
class moments:
    """The moments of one entry of an array, from its law."""

    def __str__(self):
        return "the moments of one output weight"

    def concerns(self, e: Basic) -> bool:
        base = e.body.as_base_exp()[0] if isinstance(e, Mean) else S.Zero
        return isinstance(base, Indexed) and isinstance(base.base.label, Variate)

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(before, self.concerns, self.value, "no mean of a power of one entry")

    def value(self, mean: Mean) -> Expr:
        entry, power = mean.body.as_base_exp()
        if not (power.is_Integer and power > 0):
            raise Refused(f"{mean.body} is no power of {entry} that its law lists")
        try:
            return laws.moment(entry.base.label.law, int(power))
        except ValueError as reason:
            raise Refused(str(reason)) from None


@dataclass(frozen=True)
class one_entry:
    """A mean over a single entry of a Gaussian array is a mean over one Gaussian."""

    name: str = "z"

    def __str__(self):
        return f"one entry of the array is a Gaussian {self.name}"

    def concerns(self, e: Basic) -> bool:
        return isinstance(e, Mean) and [type(law) for law in e.laws] == [laws.GaussianArray]

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(before, self.concerns, lambda e: self.value(e, scene), "no mean over a Gaussian array")

    def value(self, mean: Mean, scene: Scene) -> Expr:
        (law,), found = mean.laws, entries(mean.body)
        if len(found) != 1 or not all(index.is_Integer for index in found[0].indices):
            raise Refused(f"{mean.body} is not a function of one entry of {law.names[0]}")
        single = laws.Gaussian(self.name, law.parameters[1])
        reject_taken(single.variates, mean, scene)
        return Mean(mean.body.xreplace({found[0]: single.variates[0]}), single)


@dataclass(frozen=True)
class special_law:
    """What was proved for every array with some moments holds for one whose law has them."""

    claim: "Claim"
    general: IndexedBase
    special: IndexedBase

    def __str__(self):
        return f"by {self.claim.name}, for the moments of {self.special.label.name}"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        from theory.induction import lemma

        law, own = self.general.label.law, self.special.label.law
        if not isinstance(law, laws.MomentsArray) or shape_of(law) != shape_of(own):
            raise Refused(f"{self.general} must be known by its moments, and have the shape of {self.special}")
        try:
            known = {value: laws.moment(own, int(order)) for order, value in law.parameters[1].items()}
        except ValueError as reason:
            raise Refused(str(reason)) from None
        if not all(symbol.is_Symbol for symbol in known):
            raise Refused(f"the moments of {self.general} must be parameters of {self.claim.name}")
        like = laws.array(law.func(law.names, law.parameters[0], law.parameters[1].subs(known)), *shape_of(law))
        return lemma(self.claim, known).apply(with_array(before, self.special, like), scene)


def with_array(expr: Basic, old: IndexedBase, new: IndexedBase) -> Basic:
    """An expression whose nodes are over another array."""
    swap: dict[Basic, Basic] = {entry: new[entry.indices] for entry in expr.atoms(Indexed) if entry.base == old}
    return expr.xreplace(swap | {old: new, old.label: new.label, old.label.law: new.label.law})


# What one neuron sees


class Seen(NamedTuple):
    """``Sum(w[..., k] * c, (k, 1, d))``: the coefficient c, an input's entry or its negative, and the limit."""

    coefficient: Expr
    limit: tuple
    length: Expr

    @property
    def base(self) -> IndexedBase:
        return self.coefficient.as_coeff_Mul()[1].base  # pyright: ignore[reportAttributeAccessIssue]


def input_seen(c: Expr, limit: tuple, scene: Scene) -> Seen:
    """An input, or its negative, by one of its entries. Raises ``Refused`` for anything else."""
    sign, entry = c.as_coeff_Mul()
    if sign not in (1, -1) or not isinstance(entry, Indexed):
        raise Refused(f"{c} is not an entry of an input or its negative")
    return Seen(c, limit, length(entry, limit, scene))


def length(c: Indexed, limit: tuple, scene: Scene) -> Expr:
    """The Euclidean norm of an input, by the domain it lives in."""
    domain = scene.domain(c.base)
    if not isinstance(domain, Arrays) or c.indices[-1] != limit[0] or limit[1] != 1 or limit[2] != domain.shape[-1]:
        raise Refused(f"the sum over {limit[0]} of {c} must run over a whole input of the claim's domain")
    if domain.unit:
        return S.One
    return norm(c.base) if len(domain.shape) == 1 else sqrt(Sum(c**2, limit))


def reject_zero_input(seen: Seen, scene: Scene) -> None:
    """At a zero input there is no correlation, and a gate does not see that it is closed."""
    base = seen.base
    known = scene.claim.where.values()
    if seen.length != 1 and (norm(base) > 0) not in known and nonzero(base) not in known:
        raise Refused(f"{base} may be zero; list norm({base}) > 0 or nonzero({base}) in where")


def correlation_of(one: Seen, other: Seen) -> Expr:
    return Sum(one.coefficient * other.coefficient, one.limit) / (one.length * other.length)


@dataclass(frozen=True)
class coordinates:
    """All that a neuron sees of two inputs is a pair of Gaussians, correlated like the inputs.

    Directions instead of Gaussian rows give the coordinates of a direction; one input gives one variate.
    """

    W: IndexedBase
    names: str = "u v"

    def __str__(self):
        return f"only the plane of the inputs matters: {self.names.replace(' ', ', ')} are what the neuron sees"

    def concerns(self, e: Basic) -> bool:
        return isinstance(e, Mean) and [law.names for law in e.laws] == [(self.W.label.name,)]

    def apply(self, before: Basic, scene: Scene) -> Basic:
        complaint = f"no mean over {self.W.label} alone"
        return everywhere(before, self.concerns, lambda e: self.value(e, scene), complaint)

    def value(self, mean: Mean, scene: Scene) -> Expr:
        (law,) = mean.laws
        sums = sums_of_rows(mean.body)
        seen = {total: self.seen(total, law, scene) for total in sums}
        order = list(scene.given)
        sums.sort(key=lambda s: (order.index(seen[s].base), str(seen[s].coefficient)))
        if not 1 <= len(sums) <= 2 or len({entries(total)[0].indices[:-1] for total in sums}) > 1:
            raise Refused(f"{mean.body} is not a function of what one neuron sees of one input or two")
        for each in seen.values():
            reject_zero_input(each, scene)
        law, scale = self.law(law, [seen[total] for total in sums])
        reject_taken(law.variates, mean, scene)
        sizes = {total: Dummy("length", positive=True) for total in sums}
        at = {s: sizes[s] * scale * v for s, v in zip(sums, law.variates, strict=False)}
        body = mean.body.xreplace(at)
        if entries(body):
            raise Refused(f"{mean.body} depends on {self.W} other than through what it sees of the inputs")
        constant, rest = body.as_independent(*law.variates, as_Add=False)
        back = {sizes[total]: seen[total].length for total in sums}
        return constant.xreplace(back) * Mean(rest.xreplace(back), law)

    def seen(self, total: Sum, law: Law, scene: Scene) -> Seen:
        limit, *others = total.limits
        found = entries(total)
        coefficient = total.function.coeff(found[0], 1)
        plain = len(found) == 1 and not others and found[0].indices[-1] == limit[0]
        if not plain or expand(total.function - coefficient * found[0]) != 0:
            raise Refused(f"{total} is not the inner product of a row of {self.W} with an input")
        if limit[2] != shape_of(law)[-1]:
            raise Refused(f"{total} ends at {limit[2]}, and a row of {self.W} at {shape_of(law)[-1]}")
        return input_seen(coefficient, tuple(limit), scene)

    def law(self, law: Law, seen: list[Seen]) -> tuple[Law, Expr]:
        """The joint law of what is seen, of unit scale, and the scale."""
        rho = correlation_of(*seen) if len(seen) == 2 else S.One
        if isinstance(law, laws.SphereArray):
            return laws.SpherePair(self.names, rho, shape_of(law)[-1]), S.One
        if not isinstance(law, laws.GaussianArray):
            raise Refused(f"{self.W} must hold Gaussians or uniform directions")
        if len(seen) == 1:
            return laws.Gaussian(self.names.split()[0], 1), law.parameters[1]
        return laws.GaussianPair(self.names, rho, 1), law.parameters[1]


@dataclass(frozen=True)
class lengths:
    """The inner product of an input with itself is its squared length, which is one for a unit vector."""

    def __str__(self):
        return "an input's inner product with itself is its squared length"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(before, self.concerns, lambda e: self.value(e, scene), "no inner product of an input with itself")

    def concerns(self, e: Basic) -> bool:
        if not isinstance(e, Sum) or len(e.limits) != 1 or entries(e):
            return False
        square = e.function.as_coeff_Mul()[1]
        return isinstance(square, Pow) and square.exp == 2 and isinstance(square.base, Indexed)

    def value(self, total: Sum, scene: Scene) -> Expr:
        sign, square = total.function.as_coeff_Mul()
        return sign * length(square.base, tuple(total.limits[0]), scene) ** 2


def is_inner_correlation(value: Expr, scene: Scene) -> bool:
    """Whether a value is the correlation of two inputs of the domain, in [-1, 1] by Cauchy and Schwarz."""
    return any(value == correlation_of(*pair) for pair in map(partial(input_pair, scene=scene), value.atoms(Sum)) if pair)


def input_pair(inner: Sum, scene: Scene) -> tuple[Seen, Seen] | None:
    """The two inputs, neither of them zero, of which a sum is the inner product."""
    sign, product = inner.function.as_coeff_Mul()
    factors = [base for base, power in product.as_powers_dict().items() for _ in range(int(power))]
    if len(factors) != 2 or len(inner.limits) != 1:
        return None
    try:
        pair = tuple(input_seen(c, tuple(inner.limits[0]), scene) for c in (sign * factors[0], factors[1]))
        for each in pair:
            reject_zero_input(each, scene)
    except Refused:
        return None
    return pair
