r"""The law of the Hessian's norm at every width: the m-th power of the law of one neuron's value.

.. math:: P(\sqrt m \|H\| \le t) = F(t)^m, \qquad
   F(t) = \operatorname{E}_z P\left(|\alpha| \, |\sigma''(z)| s^2 \le t - \sigma'(z)^2 s^2 / t\right).

The pre-activation z is what a neuron sees: N(0, tau^2 s^2) for hidden weights of standard deviation tau. As an error
function the inner probability can be computed, and networks are drawn against it at thresholds that are typical
for their width: of the order ``s + s^2 sqrt(log m)``, the slope's share and that of the largest output weight.
"""

from sympy import (
    Abs,
    Expr,
    FiniteSet,
    Gt,
    Integral,
    Interval,
    Le,
    Max,
    Range,
    Rational,
    erfc,
    exp,
    log,
    oo,
    pi,
    sqrt,
    symbols,
)

from theory import gaussian
from theory.activation import GELU, TANH
from theory.chances import conditioned, opposite, root_at_most, size_of_gaussian
from theory.claim import Claim, Source
from theory.curvature.growth import AWAY, HESSIANS, normal
from theory.curvature.network import bend, d, m, s, sigma, slope
from theory.curvature.spectrum import largest, norm_of_hessian, reduced
from theory.derivation import Step
from theory.domain import activations
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


share = symbols("u", positive=True)
typical = share * (s + s**2 * sqrt(log(m)))


def exceeding(t: Expr) -> Expr:
    """The probability that one neuron's value is more than t."""
    room = Max(0, t - slope(z) ** 2 * s**2 / t)
    return Integral(density * erfc(room / (sqrt(2) * s**2 * Abs(bend(z)))), (z, -oo, oo))


def explicit_chain(t: Expr):
    """From the law of the norm to a power that can be computed."""
    blocks = reduced(a=normal, W=spread)
    bound = t - slope(zeta) ** 2 * s**2 / t
    curved = Abs(alpha) * Abs(bend(zeta)) * s**2
    beyond = Probability(Gt(bent, t - slope(z) ** 2 * s**2 / t))
    return (
        *(Step(Probability(Le(step.value, t)), step.reason) for step in blocks),
        Step(Probability(Le(largest(alpha, zeta), t)) ** m, alike((zeta, alpha))),
        Step(Probability(Le(curved, bound)) ** m, root_at_most()),
        Step((1 - Probability(Gt(curved, bound))) ** m, opposite()),
        Step((1 - Integral(density * beyond, (z, -oo, oo))) ** m, conditioned(zeta)),
        Step((1 - exceeding(t)) ** m, size_of_gaussian(alpha)),
    )


def explicit(fact: str, title: str, widths: FiniteSet) -> Claim:
    """The law at some widths and at thresholds near the typical one, in a form that can be computed."""
    return Claim(
        f"hessian-opnorm-exact-law.{fact}",
        title,
        {
            **HESSIANS,
            sigma: activations(TANH, GELU),
            m: widths,
            tau: Interval(Rational(1, 2), 2),
            share: Interval(Rational(4, 5), Rational(9, 10)),
        },
        equal(
            Probability(Le(sqrt(m) * norm_of_hessian(normal, spread), typical)), (1 - exceeding(typical)) ** m
        ),
        where=AWAY | {"x is no shorter than one": s >= 1},
        because=lambda: explicit_chain(typical),
        source=SOURCE,
    )


narrow = explicit(
    "narrow", "The law of the norm at typical thresholds, of narrow networks.", FiniteSet(8, 32)
)
wide = explicit("wide", "The law of the norm at typical thresholds, of wide networks.", FiniteSet(2**10))


def claims() -> tuple[Claim, ...]:
    return law, single, narrow, wide
