"""Rules about one neuron: second moments by first ones, independent weights, and the moments of their laws."""

from dataclasses import dataclass

from sympy import (
    Add,
    Basic,
    Expr,
    Indexed,
    Mul,
    Pow,
    S,
    expand,
)

from theory import law as laws
from theory.arrays import entries, reject_no_moment
from theory.averaging import reject_taken
from theory.calculus import everywhere
from theory.derivation import Refused, Scene
from theory.law import Covariance, Mean, Node, Variance, Variate


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
        fixed = [
            t for t in terms if not entries(t) and not any(isinstance(s, Variate) for s in t.free_symbols)
        ]
        moving = Add(*(t for t in terms if t not in fixed))
        if not fixed or moving == 0:
            raise Refused(f"{mean.body} is not the square of something random less a constant")
        return Variance(moving) + (Mean(moving) + Add(*fixed)) ** 2


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
        return everywhere(
            before, self.concerns, lambda e: self.value(e, scene), "no mean over a Gaussian array"
        )

    def value(self, mean: Mean, scene: Scene) -> Expr:
        (law,), found = mean.laws, entries(mean.body)
        if len(found) != 1 or not all(index.is_Integer for index in found[0].indices):
            raise Refused(f"{mean.body} is not a function of one entry of {law.names[0]}")
        single = laws.Gaussian(self.name, law.parameters[1])
        reject_taken(single.variates, mean, scene)
        return Mean(mean.body.xreplace({found[0]: single.variates[0]}), single)
