"""What one neuron sees of its inputs: coordinates in their plane, correlated like the inputs, and lengths."""

from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from sympy import (
    Basic,
    Dummy,
    Expr,
    Indexed,
    IndexedBase,
    Pow,
    S,
    Sum,
    expand,
    sqrt,
)

from theory import law as laws
from theory.arrays import entries, shape_of, sums_of_rows
from theory.averaging import reject_taken
from theory.calculus import everywhere
from theory.derivation import Refused, Scene
from theory.domain import Arrays, nonzero, norm
from theory.law import Law, Mean


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
    if (
        not isinstance(domain, Arrays)
        or c.indices[-1] != limit[0]
        or limit[1] != 1
        or limit[2] != domain.shape[-1]
    ):
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
        return (
            f"only the plane of the inputs matters: {self.names.replace(' ', ', ')} are what the neuron sees"
        )

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
        return everywhere(
            before, self.concerns, lambda e: self.value(e, scene), "no inner product of an input with itself"
        )

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
    return any(
        value == correlation_of(*pair)
        for pair in map(partial(input_pair, scene=scene), value.atoms(Sum))
        if pair
    )


def input_pair(inner: Sum, scene: Scene) -> tuple[Seen, Seen] | None:
    """The two inputs, neither of them zero, of which a sum is the inner product."""
    sign, product = inner.function.as_coeff_Mul()
    factors = [base for base, power in product.as_powers_dict().items() for _ in range(int(power))]
    if len(factors) != 2 or len(inner.limits) != 1:
        return None
    try:
        one, other = (input_seen(c, tuple(inner.limits[0]), scene) for c in (sign * factors[0], factors[1]))
        for each in (one, other):
            reject_zero_input(each, scene)
    except Refused:
        return None
    return one, other
