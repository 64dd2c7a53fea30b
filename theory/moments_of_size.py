"""Rules about the size of one Gaussian: its distribution, its powers, its logarithm."""

from dataclasses import dataclass

from sympy import (
    Abs,
    Basic,
    Derivative,
    Expr,
    Integral,
    Interval,
    Le,
    S,
    Subs,
    Symbol,
    expand,
    log,
    oo,
)

from theory.averaging import density_of, plain, reject_no_scale
from theory.calculus import everywhere, reject_taken
from theory.claim import Claim
from theory.derivation import Refused, Scene
from theory.law import Gaussian, Mean, Probability, Variate
from theory.signs import Facts, is_nonnegative


@dataclass(frozen=True)
class within:
    """The probability that a Gaussian is at most ``a`` in size is the integral of its density from -a to a."""

    z: Variate

    def __str__(self):
        return f"the probability is an integral of the density of {self.z.name}"

    def concerns(self, e: Basic) -> bool:
        event = isinstance(e, Probability) and isinstance(e.body, Le)
        return event and e.args[0].args[0] == Abs(self.z)

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(
            before, self.concerns, lambda e: self.value(e, scene), f"no probability about |{self.z.name}|"
        )

    def value(self, e: Probability, scene: Scene) -> Expr:
        law, size = self.z.law, e.body.args[1]
        if not isinstance(law, Gaussian) or e.laws != (law,) or self.z in size.free_symbols:
            raise Refused(f"{e} is not about one Gaussian and a number")
        if not is_nonnegative(size, Facts(scene)):
            raise Refused(f"{size} is not known to be nonnegative")
        reject_no_scale(law.parameters[0], scene)
        x = plain(self.z)
        reject_taken((x,), size, scene)
        weight, _ = density_of(law, (x,))
        return Integral(weight, (x, -size, size))


@dataclass(frozen=True)
class fold:
    """The integral of an even function over the line is twice that over the half-line."""

    variable: Symbol

    def __str__(self):
        return f"the integrand is even in {self.variable}"

    def concerns(self, e: Basic) -> bool:
        return isinstance(e, Integral) and list(map(tuple, e.limits)) == [(self.variable, -oo, oo)]

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(
            before, self.concerns, self.value, f"no integral over the whole line of {self.variable}"
        )

    def value(self, e: Integral) -> Expr:
        x = self.variable
        if expand(e.function.subs(x, -x) - e.function) != 0:
            raise Refused(f"{e.function} is not even in {x}")
        return 2 * Integral(e.function.xreplace({Abs(x): x}), (x, 0, oo))


@dataclass(frozen=True)
class logarithm_by_powers:
    """The mean logarithm of a Gaussian's size is the slope of its mean powers, ``E|z|^(t - 1)``, at t = 1.

    The claim must say what those are for every t > 0. Near t = 1 the slopes |z|^(t - 1) log|z| are dominated
    by |z|^(-1/2) (1 + |log|z||) + |z| (1 + |log|z||), which has a mean, so that the mean may be differentiated.
    """

    powers: Claim

    def __str__(self):
        return f"the mean of a logarithm is the slope of the mean powers ({self.powers.name}) at one"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        from theory.induction import reject_unfit

        left, right = self.powers.states.sides
        (t,) = self.powers.given
        variates = [z for z in left.bound if isinstance(z.law, Gaussian)] if isinstance(left, Mean) else []
        if len(variates) != 1 or left.body != Abs(variates[0]) ** (t - 1):
            raise Refused(
                f"{self.powers.name} does not say what the powers of one Gaussian's size are on the mean"
            )
        (z,) = variates
        domain = self.powers.given[t]
        if not (isinstance(domain, Interval) and Interval.open(S.Half, S(3) / 2).is_subset(domain)):
            raise Refused(f"{self.powers.name} must hold around {t} = 1")
        reject_unfit(self.powers, {}, before, scene, apart=(t,))
        if t in before.free_symbols or t in scene.given:
            raise Refused(f"{t} has a meaning in {before} already")
        mean = Mean(log(Abs(z)), *left.laws)
        return everywhere(
            before, lambda e: e == mean, lambda e: Subs(Derivative(right, t), t, S.One), f"no {mean}"
        )
