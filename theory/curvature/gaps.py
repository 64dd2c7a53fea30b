r"""How fast the limits for random signs are reached: the gap between the constant and the norm of the Hessian.

.. math:: m^2 \operatorname{E}\left[\Lambda - \sqrt m \|H\|\right] \to \frac{-\lambda''(z_0)}{16 \varphi(z_0)^2},
   \qquad \frac{-\log(1 - \sqrt m \|H\|)}{\sqrt{2 \log m}} \to 1 \quad \text{for softplus.}

Where the supremum is attained, at the peaks z0 and -z0, the closest of m pre-activations decides. Softplus attains
its supremum nowhere, and the largest pre-activation decides: the gap falls more slowly than any power of m.
"""

from sympy import Expr, Range, Rational, S, atanh, exp, log, oo, pi, root, sqrt, symbols

from theory.activation import ERF, SOFTPLUS, TANH, Activation
from theory.claim import Claim
from theory.curvature.growth import ORDER, fair, weights
from theory.curvature.network import d, j, m, s, seen, sigma, x
from theory.curvature.peaks import erf_norm, softplus_gap, tanh_norm
from theory.curvature.spectrum import largest, norm_of_hessian, over_neurons, reduced
from theory.derivation import Step
from theory.domain import activations, unit_vectors
from theory.extremes import beside_peaks, far_out
from theory.kinks import unit_length
from theory.law import Mean
from theory.layers import fair_signs
from theory.statement import scaling

z = symbols("z", real=True)
norm_ = sqrt(m) * norm_of_hessian(fair, weights)


def networks(activation: Activation) -> dict:
    return {d: Range(1, oo), x: unit_vectors(d), sigma: activations(activation), m: Range(2, oo)}


def to_one_neuron() -> tuple[Step, ...]:
    """The norm as the largest of the neurons' values, without their signs, at an input of norm one."""
    top = over_neurons(largest(1, seen(j, weights)))
    return (
        *reduced(a=fair, W=weights),
        Step(top, fair_signs(fair)),
        Step(top.xreplace({s: S.One}), unit_length(x)),
    )


def rate(activation: Activation, title: str, constant: Claim, value: Expr) -> Claim:
    """The mean gap below a supremum that is attained."""
    supremum = constant.states.sides[-1]
    return Claim(
        f"{constant.name}.rate",
        title,
        networks(activation),
        scaling(Mean(supremum - norm_), -2, by=m, constant=value),
        because=lambda: (
            *(Step(m**2 * Mean(supremum - step.value), step.reason) for step in to_one_neuron()),
            Step(value, beside_peaks(z, constant)),
        ),
        source=ORDER,
        uses=(constant.name,),
    )


NEAR = sqrt(2) * root(3, 4) * (3 - sqrt(3)) / 6  # tanh of the peak
tanh_rate = rate(
    TANH,
    "The mean gap below the limit is of order 1/m^2 for the hyperbolic tangent, with the constant 1.4687654...",
    tanh_norm,
    pi * NEAR * exp(atanh(NEAR) ** 2),
)
erf_rate = rate(
    ERF,
    "The mean gap below the limit is of order 1/m^2 for the error function, with the constant 1.6132515...",
    erf_norm,
    sqrt(pi) * (2 * sqrt(1 + sqrt(2)) - sqrt(2 + 2 * sqrt(2))),
)


def minus_log(value: Expr) -> Expr:
    return -log(1 - value) / sqrt(log(m))


softplus_rate = Claim(
    "hessian-opnorm-rademacher-limit.softplus.rate",
    "For softplus the gap is exp(-sqrt(2 log m)) but for lower orders in the exponent: slower than any power of m.",
    networks(SOFTPLUS),
    scaling(
        -log(1 - norm_),
        0,
        log=Rational(1, 2),
        by=m,
        constant=sqrt(2),
        almost_surely=True,
    ),
    because=lambda: (
        *(Step(minus_log(step.value), step.reason) for step in to_one_neuron()),
        Step(sqrt(2), far_out(z, softplus_gap)),
    ),
    source=ORDER,
    uses=(softplus_gap.name,),
)


def claims() -> tuple[Claim, ...]:
    return tanh_rate, erf_rate, softplus_rate
