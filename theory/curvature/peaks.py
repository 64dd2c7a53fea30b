r"""Constants: the largest curvature of an activation, and the largest norm of a neuron's block.

For an even function of z the half-line is enough. In the variable ``q = w + sqrt(1 + w^2)``, where w is tanh z or
z, the norm of a block is one short expression, concave or with a concave logarithm.
"""

from sympy import Abs, Expr, Interval, S, atanh, exp, oo, pi, sqrt, symbols
from sympy import E as e

from theory.activation import ERF, SOFTPLUS, TANH, Activation
from theory.claim import Claim, Source
from theory.derivation import Step
from theory.domain import supremum
from theory.statement import at_most, equal
from theory.suprema import approached, peak, root_bounded, squared, substitute, symmetric, written

z, q, w = symbols("z q w", real=True)
SOURCE = Source("003", 951, "||nabla^2 f_theta(x)|| = o_m(1) = 1/sqrt(m)")
HALF = (q - 1 / q) / 2  # the odd part of q: w = sinh(log q)
THIRD = 2 / sqrt(3)
GAP = (sqrt(2) - 1) / 2


def block_norm(activation: Activation) -> Expr:
    """The norm of the block of a neuron with output weight one at an input of norm one, times sqrt(m)."""
    bend, slope = Abs(activation.derivative(2)(z)), activation.derivative(1)(z)
    return (bend + sqrt(bend**2 + 4 * slope**2)) / 2


def over_line(value: Expr) -> Expr:
    return supremum(value, (z, -oo, oo))


def tanh_bend() -> tuple[Step, ...]:
    body = Abs(TANH.derivative(2)(z))
    form = 2 * w * (1 - w**2)
    return (
        Step(supremum(body, (z, 0, oo)), symmetric(z)),
        Step(supremum(body.subs(z, atanh(w)), (w, 0, 1)), substitute(z, atanh(w), (w, S.Zero, S.One))),
        Step(supremum(form, (w, 0, 1)), written(w, form)),
        Step(4 / (3 * sqrt(3)), peak(w, 1 / sqrt(3))),
    )


def erf_bend() -> tuple[Step, ...]:
    body, form = Abs(ERF.derivative(2)(z)), 4 * z * exp(-(z**2)) / sqrt(pi)
    return (
        Step(supremum(body, (z, 0, oo)), symmetric(z)),
        Step(supremum(form, (z, 0, oo)), written(z, form)),
        Step(2 * sqrt(2 / (pi * e)), peak(z, 1 / sqrt(2))),
    )


def block_chain(activation: Activation, old: Expr, last: Expr, form: Expr, at: Expr, value: Expr):
    """By symmetry, a new variable from 1 to ``last``, the short form, its peak."""
    body = block_norm(activation)
    limits = (q, S.One, last)
    return (
        Step(supremum(body, (z, 0, oo)), symmetric(z)),
        Step(supremum(body.subs(z, old), limits), substitute(z, old, limits)),
        Step(supremum(form, limits), written(q, form)),
        Step(form.subs(q, at), peak(q, at)),
        Step(value, squared(value)),
    )


TANH_NORM = (2 - THIRD) * (sqrt(THIRD - 1) + sqrt(THIRD))
ERF_NORM = 2 / sqrt(pi) * exp(-GAP) * (sqrt(GAP) + sqrt(GAP + 1))


def constant(name: str, title: str, body: Expr, value: Expr, because) -> Claim:
    return Claim(name, title, {}, equal(over_line(body), value), because=because, source=SOURCE)


tanh_steepest = constant(
    "hessian-opnorm-gaussian-log.tanh",
    "The largest curvature of the hyperbolic tangent.",
    Abs(TANH.derivative(2)(z)),
    4 / (3 * sqrt(3)),
    tanh_bend,
)
erf_steepest = constant(
    "hessian-opnorm-gaussian-log.erf",
    "The largest curvature of the error function.",
    Abs(ERF.derivative(2)(z)),
    2 * sqrt(2 / (pi * e)),
    erf_bend,
)
tanh_norm = constant(
    "hessian-opnorm-rademacher-limit.tanh",
    "The limit for the hyperbolic tangent and an input of norm one, 1.2408064788...",
    block_norm(TANH),
    TANH_NORM,
    lambda: block_chain(
        TANH, atanh(HALF), 1 + sqrt(2), (6 * q - q**3 - 1 / q) / 4, sqrt(1 + THIRD), TANH_NORM
    ),
)
erf_norm = constant(
    "hessian-opnorm-rademacher-limit.erf",
    "The limit for the error function and an input of norm one, 1.4252713975...",
    block_norm(ERF),
    ERF_NORM,
    lambda: block_chain(ERF, HALF, oo, 2 / sqrt(pi) * q * exp(-(HALF**2)), sqrt(1 + sqrt(2)), ERF_NORM),
)


softplus_norm = constant(
    "hessian-opnorm-rademacher-limit.softplus",
    "The limit for softplus and an input of norm one.",
    block_norm(SOFTPLUS),
    S.One,
    lambda: (Step(S.One, approached(S.One)),),
)
softplus_gap = Claim(
    "hessian-opnorm-rademacher-limit.softplus.gap",
    "Softplus attains its limit nowhere, and comes close to it only as exp(-z), for large pre-activations z.",
    {z: Interval(-oo, oo)},
    at_most(block_norm(SOFTPLUS), 1 - 1 / (2 * (1 + exp(z)))),
    because=lambda: (
        Step(1 - 1 / (2 * (1 + exp(z))), root_bounded(z, 1 - 1 / (2 * (1 + exp(z))), "<="), "<="),
    ),
    source=SOURCE,
)


def claims() -> tuple[Claim, ...]:
    return tanh_steepest, erf_steepest, tanh_norm, erf_norm, softplus_norm, softplus_gap
