r"""The Frobenius norm of the Hessian does not fall with the width: it is the operator norm that does.

.. math:: \|H\|_F^2 = \frac1m \sum_j \left(2 s^2 \sigma'(z_j)^2 + s^4 a_j^2 \sigma''(z_j)^2\right)
   \to 2 s^2 \operatorname{E} \sigma'^2 + s^4 \operatorname{E} a^2 \operatorname{E} \sigma''^2.
"""

from sympy import (
    Expr,
    ImmutableDenseMatrix,
    Integral,
    Interval,
    Range,
    Rational,
    S,
    Sum,
    exp,
    oo,
    pi,
    sqrt,
    symbols,
)

from theory import gaussian
from theory.activation import TANH, Activation, Unknown
from theory.averaging import density
from theory.claim import Claim, Source
from theory.curvature.growth import AWAY, HESSIANS, normal, weights
from theory.curvature.network import NETWORKS, W, a, d, j, m, network, s, seen, sigma, x
from theory.derivation import Step
from theory.domain import hessian, norm, unit_vectors
from theory.kinks import unit_length
from theory.law import Mean
from theory.layers import law_of_large_numbers, summed
from theory.spectrum import squares
from theory.statement import equal, scaling

SOURCE = Source("003", 951, "||nabla^2 f_theta(x)|| = o_m(1)")
mu2 = symbols("mu2", positive=True)
moments = gaussian.known_by_moments("a", m, moments={2: mu2})
zeta, standard = gaussian.single("zeta", s), gaussian.single("zeta")
z = symbols("zeta", real=True)


def frobenius(a=a, W=W, activation: Unknown | Activation = sigma) -> Expr:
    return norm(hessian(network(a, W, activation), a, W))


def share(weight: Expr, at: Expr, activation: Unknown | Activation = sigma) -> Expr:
    """What one neuron adds to the square of the norm, times m."""
    slope, bend = activation.derivative(1)(at), activation.derivative(2)(at)
    return 2 * s**2 * slope**2 + s**4 * weight**2 * bend**2


def over_neurons(a=a, W=W, activation: Unknown | Activation = sigma) -> Expr:
    return Sum(share(a[j], seen(j, W), activation), (j, 1, m)) / m


def limit_value(second: Expr, at=zeta, activation: Unknown | Activation = sigma) -> Expr:
    slope, bend = activation.derivative(1)(at), activation.derivative(2)(at)
    return 2 * s**2 * Mean(slope**2) + s**4 * second * Mean(bend**2)


exact = Claim(
    "hessian-frobenius-order-one.exact",
    "At any weights the square of the Frobenius norm is an average over neurons.",
    NETWORKS,
    equal(frobenius() ** 2, over_neurons()),
    because=lambda: (Step(over_neurons(), squares(x)),),
    source=SOURCE,
)
GIVEN = HESSIANS | {mu2: Interval.Lopen(0, oo)}
slip = Claim(
    "hessian-frobenius-order-one.slip",
    "The Hessian is of order 1/sqrt(m), if its norm is read as the Frobenius norm.",
    {d: Range(1, oo), x: unit_vectors(d), m: Range(2, oo)},
    scaling(frobenius(normal, weights, TANH), -Rational(1, 2), by=m),
    source=SOURCE,
)
main = Claim(
    "hessian-frobenius-order-one",
    "The Frobenius norm of the Hessian tends to a constant, and not to zero, as the width grows.",
    GIVEN,
    scaling(frobenius(moments, weights) ** 2, 0, by=m, constant=limit_value(mu2), almost_surely=True),
    where=AWAY,
    because=lambda: (
        Step(over_neurons(moments, weights), squares(x)),
        Step(limit_value(mu2), law_of_large_numbers(zeta)),
    ),
    source=SOURCE,
    slip=slip,
    refuted_at={m: Range(16, 4096), d: 1, x: ImmutableDenseMatrix([1])},
)
mean = Claim(
    "hessian-frobenius-order-one.mean",
    "Its square has that constant for its mean, at every width.",
    GIVEN | {m: Range(1, oo)},
    equal(Mean(frobenius(moments, weights) ** 2), limit_value(mu2)),
    where=AWAY,
    because=lambda: (
        Step(Mean(over_neurons(moments, weights)), squares(x)),
        Step(limit_value(mu2), summed(zeta)),
    ),
    source=SOURCE,
)
phi = exp(-(z**2) / 2) / sqrt(2 * pi)
first, second = TANH.derivative(1), TANH.derivative(2)
UNIT = {d: Range(1, oo), x: unit_vectors(d), m: Range(1, oo)}
CONSTANT = 2 * Integral(first(z) ** 2 * phi, (z, -oo, oo)) + Integral(second(z) ** 2 * phi, (z, -oo, oo))
tanh = Claim(
    "hessian-frobenius-order-one.tanh",
    "For the hyperbolic tangent, Gaussian weights and an input of norm one the constant is 1.2290096...",
    UNIT,
    equal(Mean(frobenius(normal, weights, TANH) ** 2), CONSTANT),
    because=lambda: (
        Step(Mean(over_neurons(normal, weights, TANH)), squares(x)),
        Step(Mean(over_neurons(normal, weights, TANH)).xreplace({s: S.One}), unit_length(x)),
        Step(2 * Mean(first(standard) ** 2) + Mean(second(standard) ** 2), summed(standard)),
        Step(CONSTANT, density(standard)),
    ),
    source=SOURCE,
)


def claims() -> tuple[Claim, ...]:
    return main, mean, exact, tanh
