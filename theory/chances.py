"""Rules about probabilities: conditioning on one Gaussian, and events written in another way."""

from dataclasses import dataclass

from sympy import (
    Abs,
    Basic,
    Eq,
    Expr,
    Gt,
    Integral,
    Le,
    Max,
    Mul,
    Rational,
    S,
    Symbol,
    erfc,
    sqrt,
)

from theory import law as laws
from theory.activation import Applied
from theory.averaging import density_of, plain
from theory.calculus import everywhere, reject_taken
from theory.derivation import Refused, Scene
from theory.domain import maximum
from theory.law import Probability, Variate, step, variates
from theory.layers import away, reject_vanishing, with_sizes
from theory.regularity import members, reject_discontinuous
from theory.spectrum import nonnegative, rooted


def at_most_event(e: Basic) -> bool:
    return isinstance(e, Probability) and isinstance(e.body, Le)


@dataclass(frozen=True)
class conditioned:
    """A probability is the mean, over one Gaussian, of the probability at each of its values."""

    variate: Variate

    def __str__(self):
        return f"condition on {self.variate}, which is independent of the rest"

    def concerns(self, e: Basic) -> bool:
        return isinstance(e, Probability) and len(e.laws) > 1 and self.variate.law in e.laws

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(
            before,
            self.concerns,
            lambda e: self.value(e, scene),
            f"no probability over {self.variate} and more",
        )

    def value(self, chance: Probability, scene: Scene) -> Expr:
        law, x = self.variate.law, plain(self.variate)
        if not isinstance(law, laws.Gaussian):
            raise Refused(f"{self.variate} must be one Gaussian")
        reject_degenerate(law.parameters[0], scene)
        reject_taken((x,), chance, scene)
        weight, support = density_of(law, (x,))
        others = [other for other in chance.laws if other != law]
        return Integral(weight * Probability(chance.body.xreplace({self.variate: x}), *others), (x, *support))


@dataclass(frozen=True)
class root_at_most:
    """A + sqrt(A^2 + B) is at most T > 0 if and only if A is at most T/2 - B / (2 T)."""

    def __str__(self):
        return "square the root: the event bounds the curvature alone"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(before, at_most_event, lambda e: self.value(e, scene), "no event of the form A ≤ t")

    def value(self, chance: Probability, scene: Scene) -> Expr:
        value, t = chance.body.args
        if not is_positive(t, scene) or variates(t):
            raise Refused(f"{t} must be a positive number")
        factor, first, other = rooted(value)
        top = t / factor
        return Probability(Le(with_sizes(first), top / 2 - other / (2 * top)), *chance.laws)


def is_positive(expr: Expr, scene: Scene) -> bool:
    """Whether an expression is positive by how it is built from what is."""
    if expr.is_positive or away(expr, scene):
        return True
    if expr.is_Add:
        return all(map(nonnegative, expr.args)) and any(is_positive(part, scene) for part in expr.args)
    return expr.is_Mul and all(is_positive(part, scene) for part in expr.args)


@dataclass(frozen=True)
class some_gate:
    """The largest of c times indicators, c > 0, is c unless it is at most zero."""

    def __str__(self):
        return "one open gate is enough: the opposite is that all are closed"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(before, self.concerns, lambda e: self.value(e, scene), "no largest of indicators")

    def concerns(self, e: Basic) -> bool:
        return isinstance(e, Probability) and isinstance(e.body, Eq) and e.body.has(maximum)

    def value(self, chance: Probability, scene: Scene) -> Expr:
        top, c = sorted(chance.body.args, key=lambda side: not isinstance(side, maximum))
        gates = [part for part in top.function.atoms(step)] if isinstance(top, maximum) else []
        if len(gates) != 1 or top.function != c * gates[0]:
            raise Refused(f"{chance} is not about the largest of {c} times one indicator each")
        if not (c.is_positive or away(c, scene)):
            raise Refused(f"{c} is not known to be positive")
        return 1 - Probability(Le(top, 0), *chance.laws)


@dataclass(frozen=True)
class fair:
    """A centred Gaussian is positive with probability one half."""

    def __str__(self):
        return "a centred Gaussian is as often negative as positive"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(before, at_most_event, lambda e: self.value(e, scene), "no closed gate")

    def value(self, chance: Probability, scene: Scene) -> Expr:
        value, bound = chance.body.args
        (gate,) = value.atoms(step) or (None,)
        if gate is None or bound != 0 or [law.variates for law in chance.laws] != [gate.args]:
            raise Refused(f"{chance} is not about the gate of one variate")
        (law,) = chance.laws
        if not isinstance(law, laws.Gaussian):
            raise Refused(f"{gate.args[0]} must be one Gaussian")
        reject_degenerate(law.parameters[0], scene)
        if not all(
            part == gate or part.is_positive or away(part, scene) for part in value.as_ordered_factors()
        ):
            raise Refused(f"{value} is not a positive multiple of {gate}")
        return Rational(1, 2)


def reject_degenerate(scale: Expr, scene: Scene) -> None:
    """Refuse a standard deviation that is not known to be positive."""
    if not all(part.is_positive or away(part, scene) for part in scale.as_ordered_factors()):
        raise Refused(f"the standard deviation {scale} is not known to be positive")


@dataclass(frozen=True)
class opposite:
    """An event that a value is at most b has the opposite that it is more."""

    def __str__(self):
        return "the opposite event has the rest of the probability"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(before, at_most_event, self.value, "no event of the form A ≤ b")

    def value(self, chance: Probability) -> Expr:
        return 1 - Probability(Gt(*chance.body.args), *chance.laws)


@dataclass(frozen=True)
class size_of_gaussian:
    """The probability that c |alpha| is more than b, under an integral over what c depends on: an error function.

    Where c is zero the error function has no value. So c has to be positive almost everywhere.
    """

    variate: Variate

    def __str__(self):
        return f"the size of {self.variate} exceeds a number with the probability of an error function"

    def concerns(self, e: Basic) -> bool:
        return isinstance(e, Integral) and any(isinstance(node.body, Gt) for node in e.atoms(Probability))

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(
            before, self.concerns, lambda e: self.value(e, scene), "no integral of the probability of A > b"
        )

    def value(self, total: Integral, scene: Scene) -> Expr:
        (z, *_), *outer = total.limits
        if outer:
            raise Refused(f"{total} is no integral over one variable")
        chances = {node: self.chance(node, z, scene) for node in total.function.atoms(Probability)}
        return Integral(total.function.xreplace(chances), *total.limits)

    def chance(self, node: Probability, z: Symbol, scene: Scene) -> Expr:
        law = self.variate.law
        if node.laws != (law,) or not isinstance(law, laws.Gaussian) or not isinstance(node.body, Gt):
            raise Refused(
                f"{node} is not that a value over the Gaussian {self.variate} alone exceeds another"
            )
        value, b = node.body.args
        if variates(b):
            raise Refused(f"{b} is random")
        reject_degenerate(law.parameters[0], scene)
        c = value / Abs(self.variate)
        if c.has(self.variate):
            raise Refused(f"{value} is not a multiple of the size of {self.variate}")
        reject_zero_somewhere(c, z, scene)
        return erfc(Max(0, b) / (sqrt(2) * law.parameters[0] * c))


def reject_zero_somewhere(c: Expr, z: Symbol, scene: Scene) -> None:
    """Refuse a factor unless it is positive for almost every z: the size of an analytic function is."""
    for part in Mul.make_args(c):
        if part.is_positive or away(part, scene):
            continue
        inside = part.args[0] if isinstance(part, Abs) else None
        if not (isinstance(inside, Applied) and inside.args[2] == z):
            raise Refused(f"{part} is not known to be positive for almost every {z}")
        for member, order in members(inside, scene):
            reject_discontinuous(member.derivative(order)(z), z, S.Reals, scene, analytic=True)
        reject_vanishing(part, z, scene)
