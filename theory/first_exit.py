r"""Rules about the first exit of a growing path, ``|g^j x| > r`` with g > 1.

The path is inside until it is not, and never comes back, so that the number of steps before the exit,
``Sum(Product(1 - step(|g^j x| - r), (j, 0, k)), (k, 0, oo))``, counts the k with g^k |x| <= r:

.. math:: T = \Bigl(\lfloor y \rfloor + 1\Bigr)_+, \qquad y = \frac{\log(r / |x|)}{\log g}.

The start is a positive number, or one times the size of a Gaussian, which is almost surely not zero.
"""

from dataclasses import dataclass
from typing import NamedTuple

from sympy import (
    Abs,
    Basic,
    Expr,
    Gt,
    Le,
    Max,
    Mul,
    Pow,
    Product,
    Range,
    S,
    Sum,
    expand,
    floor,
    log,
    oo,
)

from theory.calculus import everywhere
from theory.derivation import Refused, Scene
from theory.law import Gaussian, Mean, Probability, Variate, step
from theory.signs import Facts, is_positive


class Exit(NamedTuple):
    """An exit time: the growth ``g`` of the path, the size ``a`` of its start, the distance ``r``."""

    g: Expr
    a: Expr
    r: Expr

    @property
    def exponent(self) -> Expr:
        """How many steps the path stays inside, as a real number."""
        return log(self.r / self.a) / log(self.g)


def exit_of(e: Basic) -> Exit | None:
    """The exit time that an expression is, None if it is none."""
    if not (isinstance(e, Sum) and isinstance(e.function, Product) and len(e.limits) == 1):
        return None
    ((k, first, last),), ((j, start, end),) = e.limits, e.function.limits
    gate = expand(1 - e.function.function)
    if (first, last, start, end) != (S.Zero, oo, S.Zero, k) or not isinstance(gate, step):
        return None
    far, moving = gate.args[0].as_independent(j, as_Add=True)
    size, power = moving.as_independent(j, as_Add=False)
    if not (isinstance(power, Pow) and power.exp == j):
        return None
    return Exit(power.base, size, -far)


def reject_no_growth(found: Exit, scene: Scene) -> None:
    """Refuse a path that need not grow, a start that may be zero, a distance that may be none."""
    facts = Facts(scene)
    if not is_positive(found.g - 1, facts):
        raise Refused(f"the factor {found.g} is not known to be above one, so that the path may come back")
    if not is_positive(found.r, facts):
        raise Refused(f"the distance {found.r} is not known to be positive")
    for part in Mul.make_args(found.a):
        if not (is_positive(part, facts) or is_size_of_gaussian(part)):
            raise Refused(f"{part} may be zero, and then the path never leaves")


def is_size_of_gaussian(part: Basic) -> bool:
    return (
        isinstance(part, Abs) and isinstance(part.args[0], Variate) and isinstance(part.args[0].law, Gaussian)
    )


@dataclass(frozen=True)
class first_exit:
    """Count the steps that a growing path makes inside."""

    def __str__(self):
        return "the path grows, so that the steps inside are those up to the last one inside"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(
            before,
            lambda e: exit_of(e) is not None,
            lambda e: self.value(e, scene),
            "no exit of a growing path",
        )

    def value(self, e: Basic, scene: Scene) -> Expr:
        found = exit_of(e)
        assert found is not None
        reject_no_growth(found, scene)
        return Max(0, floor(found.exponent) + 1)


@dataclass(frozen=True)
class exit_later:
    """The exit takes more than K steps just if the path is inside after K of them."""

    def __str__(self):
        return "the path is still inside after K steps, since it never comes back"

    def concerns(self, e: Basic) -> bool:
        return isinstance(e, Probability) and isinstance(e.body, Gt) and exit_of(e.body.args[0]) is not None

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(
            before, self.concerns, lambda e: self.value(e, scene), "no probability of a later exit"
        )

    def value(self, e: Probability, scene: Scene) -> Expr:
        found, steps = exit_of(e.body.args[0]), e.body.args[1]
        assert found is not None
        reject_no_growth(found, scene)
        domain = scene.domain(steps)
        if not (isinstance(domain, Range) and domain.inf >= 0):
            raise Refused(f"{steps} must live in Range(0, oo), so that it counts steps")
        constant, size = found.a.as_independent(Variate, as_Add=False)
        if not is_size_of_gaussian(size):
            raise Refused(f"the start {found.a} is no constant times the size of a Gaussian")
        return Probability(Le(size, found.r * found.g**-steps / constant), *e.laws)


def counted(e: Basic) -> Expr | None:
    """y, if an expression is ``Max(0, floor(y) + 1)``."""
    floors = [part for arg in e.args for part in arg.atoms(floor)] if isinstance(e, Max) else []
    return floors[0].args[0] if len(floors) == 1 and e == Max(0, floors[0] + 1) else None


@dataclass(frozen=True)
class floors:
    """y < (floor(y) + 1)_+ <= y_+ + 1, for a count that stands with the coefficient one, under a mean or not."""

    sign: str

    def __str__(self):
        return "the integer part is above y − 1" if self.sign == ">" else "the integer part is at most y"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        counts = {part for part in before.atoms(Max) if counted(part) is not None}
        if len(counts) != 1 or self.sign not in (">", "<="):
            raise Refused(f"no count of steps in {before}")
        (count,) = counts
        self.reject_not_linear(before, count)
        y = counted(count)
        assert y is not None
        return before.xreplace({count: y if self.sign == ">" else 1 + Max(0, y)})

    def reject_not_linear(self, before: Expr, count: Expr) -> None:
        """The count must stand alone under a mean, or with the coefficient one outside of all."""
        mean = next((m for m in before.atoms(Mean) if m.body == count), count)
        rest = expand(before - mean)
        if rest.has(count):
            raise Refused(f"{count} must stand in {before} once, with the coefficient one")


def quotient_of(e: Basic) -> tuple[Expr, Expr] | None:
    """(log, factor) of ``Max(0, log(a/b) * factor)``."""
    if not (isinstance(e, Max) and len(e.args) == 2 and S.Zero in e.args):
        return None
    (y,) = (arg for arg in e.args if arg != 0)
    logs = [part for part in Mul.make_args(y) if isinstance(part, log)]
    return (logs[0], y / logs[0]) if len(logs) == 1 else None


@dataclass(frozen=True)
class positive_part:
    """``(log(q) c)_+`` is ``log(q) c``, plus ``c (log(1/q))_+``; for q known to be at least one that is zero."""

    def __str__(self):
        return "a number is its positive part less its negative one"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(
            before, lambda e: quotient_of(e) is not None, lambda e: self.value(e, scene), "no positive part"
        )

    def value(self, e: Max, scene: Scene) -> Expr:
        pair = quotient_of(e)
        assert pair is not None
        logarithm, factor = pair
        if not positive_factor(factor, scene):
            raise Refused(f"{factor} is not known to be positive")
        return logarithm * factor + factor * Max(0, log(1 / logarithm.args[0]))


def positive_factor(factor: Expr, scene: Scene) -> bool:
    """Whether a factor is positive, logarithms of what is above one included."""
    facts = Facts(scene)
    return all(
        is_positive(part, facts)
        or (
            isinstance(part, Pow) and isinstance(part.base, log) and is_positive(part.base.args[0] - 1, facts)
        )
        for part in Mul.make_args(factor)
    )


@dataclass(frozen=True)
class started_inside:
    """What the joint hypotheses say is inside has no negative logarithm: ``(log(a/b))_+ = 0`` for a <= b."""

    def __str__(self):
        return "it starts inside"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(
            before, self.concerns, lambda e: self.value(e, scene), "no positive part of a logarithm"
        )

    def concerns(self, e: Basic) -> bool:
        pair = quotient_of(e)
        return pair is not None and pair[1] == 1

    def value(self, e: Max, scene: Scene) -> Expr:
        pair = quotient_of(e)
        assert pair is not None
        over, under = pair[0].args[0].as_numer_denom()
        if Le(over, under) not in scene.claim.where.values():
            raise Refused(f"{over} <= {under} is no joint hypothesis here; list it in where")
        return S.Zero


@dataclass(frozen=True)
class apart:
    """The logarithm of a product is the sum of logarithms, where every factor is almost surely positive.

    The logarithm ``keep`` stays as it is.
    """

    keep: Expr | None = None

    def __str__(self):
        return "the logarithm of a product"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        def concerns(e):
            return isinstance(e, log) and isinstance(e.args[0], Mul) and e != self.keep

        return everywhere(before, concerns, lambda e: self.value(e, scene), "no logarithm of a product")

    def value(self, e: log, scene: Scene) -> Expr:
        total = S.Zero
        for part in Mul.make_args(e.args[0]):
            base, exponent = part.as_base_exp()
            if not (is_size_of_gaussian(base) or is_positive(base, Facts(scene))):
                raise Refused(f"{base} is not known to be positive, so that it has no logarithm")
            total += exponent * log(base)
        return total
