"""Where a network that is linear piece by piece has no kink, its second derivatives are those of a line.

The second derivative of a rectifier is a point mass at zero. At weights that leave no pre-activation at
zero it vanishes; and of Gaussian weights that see an input other than zero, almost all are such.
"""

from dataclasses import dataclass

from sympy import (
    Basic,
    DiracDelta,
    Expr,
    Indexed,
    IndexedBase,
    Mul,
    Ne,
    Product,
    S,
    StrictGreaterThan,
    Sum,
    Symbol,
)

from theory.calculus import everywhere
from theory.derivation import Refused, Scene
from theory.domain import Arrays, norm
from theory.law import GaussianArray, Variate
from theory.regularity import positive


@dataclass(frozen=True)
class off_kinks:
    """At weights that leave no pre-activation at zero, the point masses of second derivatives vanish."""

    def __str__(self):
        return "no pre-activation is at its kink, beside which the network is linear piece by piece"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(before, self.concerns, lambda e: self.value(e, scene), "no point mass under a sum")

    def concerns(self, e: Basic) -> bool:
        return isinstance(e, Sum) and len(e.limits) == 1 and e.function.has(DiracDelta)

    def value(self, total: Sum, scene: Scene) -> Expr:
        index, low, count = total.limits[0]
        if low != 1:
            raise Refused(f"{total} does not run over all neurons")
        body = without_kinks(total.function, index, count, scene)
        return Sum(body, *total.limits) if body else S.Zero


def without_kinks(expr: Expr, index: Symbol, count: Expr, scene: Scene) -> Expr:
    """An expression without its point masses, of neuron ``index`` among ``count``; each must be excluded."""
    for mass in expr.atoms(DiracDelta):
        at = mass.args[0]
        if not (excluded(at, index, count, scene) or almost_never(at, index, scene)):
            raise Refused(
                f"{at} may be zero, where the network has a kink; list Ne(Product({at}, ...), 0) in where"
            )
    return expr.replace(lambda e: isinstance(e, DiracDelta), lambda e: S.Zero)


def excluded(at: Expr, index: Symbol, count: Expr, scene: Scene) -> bool:
    """Whether a joint hypothesis says that no neuron's value is zero."""
    for condition in scene.claim.where.values():
        if isinstance(condition, Ne) and condition.rhs == 0 and isinstance(condition.lhs, Product):
            ((place, low, high),) = condition.lhs.limits
            if (low, high) == (1, count) and condition.lhs.function.xreplace({place: index}) == at:
                return True
    return False


def almost_never(at: Expr, index: Symbol, scene: Scene) -> bool:
    """Whether a value is a Gaussian number other than zero, which is zero with probability zero."""
    try:
        gaussian_sum(at, index, scene)
    except Refused:
        return False
    return True


def gaussian_sum(total: Expr, index: Symbol, scene: Scene) -> tuple[IndexedBase, Expr]:
    """The Gaussian array and the standard deviation of what a neuron of it sees of an input other than zero.

    Raises ``Refused`` unless ``total`` is the inner product of a row of the array with a whole input.
    """
    if not isinstance(total, Sum) or len(total.limits) != 1:
        raise Refused(f"{total} is not the inner product of a neuron's weights and an input")
    place, low, high = total.limits[0]
    entries = sorted((f for f in Mul.make_args(total.function) if isinstance(f, Indexed)), key=str)
    if Mul(*entries) != total.function or len(entries) != 2 or low != 1:
        raise Refused(f"{total} is not the inner product of a neuron's weights and an input")
    random = [entry for entry in entries if isinstance(entry.base.label, Variate)]
    if len(random) != 1 or random[0].indices != (index, place):
        raise Refused(f"{total} is not linear in row {index} of one array of Gaussians")
    (w,), (x,) = random, [entry for entry in entries if entry not in random]
    law, home = w.base.label.law, scene.domain(x.base)
    if not isinstance(law, GaussianArray) or len(law.parameters[0]) != 2 or law.parameters[0][1] != high:
        raise Refused(f"{w.base} must be an array of Gaussians with rows of length {high}")
    if not (isinstance(home, Arrays) and home.shape == (high,) and x.indices == (place,)):
        raise Refused(f"{x.base} must live in vectors({high}), and be seen whole")
    scale = law.parameters[1]
    if not (scale.is_positive and (scale.is_number or positive(scale, scene))):
        raise Refused(f"the standard deviation {scale} of {w.base} is not known to be positive")
    return w.base, scale * length(x.base, scene)


def length(x: IndexedBase, scene: Scene) -> Expr:
    """The norm of an input. Raises ``Refused`` where it may be zero, since a neuron sees nothing of it."""
    if getattr(scene.domain(x), "unit", False):
        return S.One
    if StrictGreaterThan(norm(x), 0, evaluate=False) not in scene.claim.where.values():
        raise Refused(f"{x} may be zero; list norm({x}) > 0 in where")
    return norm(x)


@dataclass(frozen=True)
class unit_length:
    """A unit vector has norm one."""

    vector: IndexedBase

    def __str__(self):
        return f"{self.vector} has norm one"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        if not getattr(scene.domain(self.vector), "unit", False):
            raise Refused(f"{self.vector} must live in unit_vectors(...); found {scene.domain(self.vector)}")
        return before.xreplace({norm(self.vector): S.One})
