"""Rules about the gap between a supremum and the largest of many values: near a peak, and far out.

Many Gaussian numbers come within 1/m of any point. So the largest value of a function with a smooth peak
misses the supremum by the order of 1/m^2. A function that approaches its supremum only far out misses it
by as much as the largest of the numbers leaves, and that grows no faster than the root of log m.
"""

from dataclasses import dataclass
from itertools import pairwise

from sympy import Abs, Basic, Expr, Interval, Symbol, exp, log, oo, pi, powsimp, radsimp, simplify, sqrt
from sympy import limit as limit_of

from theory.activation import Applied, instantiate
from theory.algebra import vanishes
from theory.claim import Claim
from theory.derivation import Refused, Scene
from theory.domain import maximum, supremum
from theory.induction import reject_impostor
from theory.law import Mean
from theory.layers import neuron, reject_no_limit
from theory.regularity import members, reject_discontinuous
from theory.spectrum import nonnegative
from theory.statement import Relation
from theory.suprema import peak, substitute, symmetric, with_sign


def one_neuron(top: Basic, z: Symbol, scene: Scene) -> tuple[Expr, Expr, Expr]:
    """What a neuron of the one activation makes of its pre-activation z, the scale of z, and the number of neurons."""
    if not isinstance(top, maximum):
        raise Refused(f"{top} is not a largest value")
    index, low, count = top.limits[0]
    reject_no_limit(top, count, scene)
    one = neuron(top.function, index, count, z, scene)
    if low != 1 or one.weight is not None or one.scale is None:
        raise Refused(f"{top.function} must depend on a neuron's pre-activation alone")
    choice = {part.args[0]: member for part in one.body.atoms(Applied) for member, _ in members(part, scene)}
    if any(len(scene.domain(symbol).members) != 1 for symbol in choice):
        raise Refused(f"{one.body} is a function of more than one activation")
    return instantiate(one.body, choice), one.scale, count


def reject_unlisted(claim: Claim, scene: Scene) -> None:
    """Refuse a claim that the scene's own does not name, or one that has only the name of a claim."""
    reject_impostor(claim)
    if claim.name not in scene.claim.uses:
        raise Refused(f"{scene.claim.name} does not list {claim.name} in uses")


@dataclass(frozen=True)
class beside_peaks:
    r"""m^2 times the mean gap below an even function's smooth peaks, of which it has one on each side of zero.

    ``constant`` is the claim that finds the supremum. Its derivation shows that beside zero the function has one
    peak z0: in a variable q that grows with z it is concave, or its logarithm is. Each of m Gaussian numbers is
    within delta of z0 or of -z0 with probability ``4 phi(z0) delta (1 + o(1))``, so that m times the smallest
    distance tends to an exponential law. Half the curvature times its mean square is what the mean tends to,
    since the gap is bounded and numbers that all stay away are exponentially rare.
    """

    z: Symbol
    constant: Claim

    def __str__(self):
        return "the closest of many Gaussian numbers to a peak is at an exponential distance of order 1/m"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        factor, mean = before.as_independent(Mean, as_Add=False)
        if not (isinstance(mean, Mean) and mean.body.is_Add):
            raise Refused(f"{before} is not a multiple of the mean of a gap")
        tops = [part for part in mean.body.args if (-part).func is maximum]
        if len(tops) != 1:
            raise Refused(f"{mean.body} is not a number less a largest value")
        body, scale, count = one_neuron(-tops[0], self.z, scene)
        if factor != count**2:
            raise Refused(f"{before} is not {count}^2 times a mean")
        self.reject_other_supremum(body, mean.body - tops[0], scene)
        if not nonnegative(body):
            raise Refused(f"{body} is not known to be bounded from below")
        at, curvature = self.peak_of()
        rarity = 2 * pi * scale**2 * exp(radsimp(at**2) / scale**2)  # one over the density's square
        return powsimp(curvature * rarity / 16)

    def reject_other_supremum(self, body: Expr, top: Expr, scene: Scene) -> None:
        """Refuse unless the constant's claim is about this function over the line, and says ``top``."""
        reject_unlisted(self.constant, scene)
        states = self.constant.states
        if not isinstance(states, Relation) or states.sign != "=" or not isinstance(states.left, supremum):
            raise Refused(f"{self.constant.name} is not about a supremum")
        z, *ends = states.left.limits[0]
        if ends != [-oo, oo] or states.left.function.subs(z, self.z) != body or states.right != top:
            raise Refused(f"{self.constant.name} does not say that {top} is the supremum of {body}")

    def peak_of(self) -> tuple[Expr, Expr]:
        """Where the peak on the right of zero is, and minus the second derivative in z there."""
        assert self.constant.because is not None
        steps = tuple(self.constant.because())
        reasons = {type(step.reason): step.reason for step in steps}
        if not {symmetric, substitute, peak} <= set(reasons):
            raise Refused(f"{self.constant.name} is not derived by symmetry, a new variable and its peak")
        change, top = reasons[substitute], reasons[peak]
        form = next(before.value for before, after in pairwise(steps) if after.reason is top)
        q = top.variable
        speed = change.by.diff(q).subs(q, top.at)
        curvature = -form.function.diff(q, 2).subs(q, top.at) / speed**2  # the form is stationary there
        if not (speed.is_positive and curvature.is_positive):
            raise Refused(f"the peak at {q} = {top.at} may be flat")
        return simplify(change.by.subs(q, top.at)), radsimp(simplify(curvature))


@dataclass(frozen=True)
class far_out:
    """Minus the logarithm of the gap, where a function approaches its supremum like exp(-z), over root log m.

    With ``c exp(-max(z, 0)) <= gap(z)`` everywhere and ``gap(z) <= C exp(-z)`` from some z on, it is the largest
    of the Gaussian numbers up to a bounded term; and that is sqrt(2 log m) times their scale, almost surely.
    ``bound`` is the claim of the first inequality.
    """

    z: Symbol
    bound: Claim

    def __str__(self):
        return "the gap falls like exp(-z) at the largest pre-activation, which is √(2 log m)(1 + o(1)) almost surely"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        whole, logarithm = before.as_independent(log(1 - self.top_of(before)), as_Add=False)
        top = self.top_of(logarithm)
        body, scale, count = one_neuron(top, self.z, scene)
        if whole != -1 / sqrt(log(count)):
            raise Refused(f"{before} is not minus the logarithm of a gap over the root of log {count}")
        self.reject_other_bound(body, scene)
        reject_discontinuous(body, self.z, Interval(-oo, oo), scene)
        lost = limit_of((1 - body.replace(Abs, with_sign(self.z))) * exp(self.z), self.z, oo)
        if not (lost.is_positive and lost.is_finite):
            raise Refused(f"1 - {body} is not known to fall like exp(-{self.z})")
        return sqrt(2) * scale

    def top_of(self, before: Basic) -> Basic:
        tops = before.atoms(maximum)
        if len(tops) != 1:
            raise Refused(f"{before} holds no single largest value")
        return next(iter(tops))

    def reject_other_bound(self, body: Expr, scene: Scene) -> None:
        """Refuse unless the claim says that the function stays below 1 by a multiple of 1 / (1 + exp z)."""
        reject_unlisted(self.bound, scene)
        states, (z, *others) = self.bound.states, self.bound.symbols.values()
        if others or not isinstance(states, Relation) or states.sign != "<=" or self.bound.where:
            raise Refused(f"{self.bound.name} is no bound for every real number")
        sides = (side.replace(Abs, with_sign(self.z)) for side in (states.left.subs(z, self.z), body))
        if self.bound.given[z] != Interval(-oo, oo) or not vanishes(next(sides) - next(sides)):
            raise Refused(f"{self.bound.name} is not about {body} on the whole line")
        share = (1 - states.right) * (1 + exp(z))
        if not share.simplify().is_positive or share.simplify().free_symbols:
            raise Refused(f"{self.bound.name} does not leave a multiple of 1 / (1 + exp({z}))")
