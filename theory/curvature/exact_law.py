r"""The law of the Hessian's norm at every width: the m-th power of the law of one neuron's value.

.. math:: P(\sqrt m \|H\| \le t) = F(t)^m, \qquad
   F(t) = \operatorname{E}_z P\left(|\alpha| \, |\sigma''(z)| s^2 \le t - \sigma'(z)^2 s^2 / t\right).

The pre-activation z is what a neuron sees: N(0, tau^2 s^2) for hidden weights of standard deviation tau.
"""

from sympy import Abs, Integral, Interval, Le, Range, exp, oo, pi, sqrt, symbols

from theory import gaussian
from theory.chances import conditioned, root_at_most
from theory.claim import Claim, Source
from theory.curvature.growth import AWAY, HESSIANS, normal
from theory.curvature.network import bend, d, m, s, slope
from theory.curvature.spectrum import largest, norm_of_hessian, reduced
from theory.derivation import Step
from theory.law import Probability
from theory.layers import alike
from theory.statement import equal

t, tau = symbols("t tau", positive=True)
alpha = gaussian.single("alpha")
zeta, z = gaussian.single("zeta", tau * s), symbols("zeta", real=True)
spread = gaussian.array("W", m, d, scale=tau)
one_neuron = Probability(Le(largest(alpha, zeta), t))
density = exp(-(z**2) / (2 * tau**2 * s**2)) / (tau * s * sqrt(2 * pi))
bent = Abs(alpha) * Abs(bend(z)) * s**2
LAW = HESSIANS | {m: Range(1, oo), tau: Interval.open(0, oo), t: Interval.open(0, oo)}
SOURCE = Source("003", 951, "||nabla^2 f|| = 1/sqrt(m)")
integral = Integral(density * Probability(Le(bent, t - slope(z) ** 2 * s**2 / t)), (z, -oo, oo))

law = Claim(
    "hessian-opnorm-exact-law",
    "The norm of the Hessian is the largest of m independent values, one a neuron.",
    LAW,
    equal(Probability(Le(sqrt(m) * norm_of_hessian(normal, spread), t)), one_neuron**m),
    where=AWAY,
    because=lambda: (
        *(Step(Probability(Le(step.value, t)), step.reason) for step in reduced(a=normal, W=spread)),
        Step(one_neuron**m, alike((zeta, alpha))),
    ),
    source=SOURCE,
)
single = Claim(
    "hessian-opnorm-exact-law.one-neuron",
    "The law of one neuron's value, as an integral over its pre-activation.",
    {symbol: domain for symbol, domain in LAW.items() if symbol != m},
    equal(one_neuron, integral),
    where=AWAY,
    because=lambda: (
        Step(Integral(density * Probability(Le(largest(alpha, z), t)), (z, -oo, oo)), conditioned(zeta)),
        Step(integral, root_at_most()),
    ),
    source=SOURCE,
)


def claims() -> tuple[Claim, ...]:
    return law, single
