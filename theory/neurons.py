"""Rules about networks of independent neurons: from all of them to the first one.

A random network is a sum over ``j`` of functions of the ``j``-th rows of arrays with independent entries.
Its mean is ``m`` times the mean of the first neuron, its variance ``m`` times the first one's variance. What
holds for an array that is known by its moments holds for every law that has them.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sympy import (
    Add,
    Basic,
    Expr,
    Indexed,
    IndexedBase,
    Mul,
    S,
    Sum,
    Symbol,
)

from theory import law as laws
from theory.calculus import everywhere
from theory.derivation import Refused, Scene
from theory.law import Covariance, Mean, Node, Variance, Variate

if TYPE_CHECKING:
    from theory.claim import Claim
from theory.arrays import ARRAYS, entries, reject_no_moment, shape_of

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
            raise Refused(
                f"{self.general} must be known by its moments, and have the shape of {self.special}"
            )
        try:
            known = {value: laws.moment(own, int(order)) for order, value in law.parameters[1].items()}
        except ValueError as reason:
            raise Refused(str(reason)) from None
        if not all(symbol.is_Symbol for symbol in known):
            raise Refused(f"the moments of {self.general} must be parameters of {self.claim.name}")
        like = laws.array(
            law.func(law.names, law.parameters[0], law.parameters[1].subs(known)), *shape_of(law)
        )
        return lemma(self.claim, known).apply(with_array(before, self.special, like), scene)


def with_array(expr: Basic, old: IndexedBase, new: IndexedBase) -> Basic:
    """An expression whose nodes are over another array."""
    swap: dict[Basic, Basic] = {
        entry: new[entry.indices] for entry in expr.atoms(Indexed) if entry.base == old
    }
    return expr.xreplace(swap | {old: new, old.label: new.label, old.label.law: new.label.law})
