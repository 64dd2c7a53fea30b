r"""The norm of the Hessian at random weights: its limit for bounded output weights, its growth for Gaussian ones.

Times sqrt(m) it is the largest of m independent values, one a neuron. If the output weights are signs, each
value is a bounded function of one Gaussian number, and the largest tends to a constant. If they are
Gaussian, the largest grows with them, like sqrt(2 log m).
"""

from sympy import Abs, ImmutableDenseMatrix, Range, Rational, S, log, oo, sqrt, symbols

from theory import gaussian
from theory.activation import RELU, TANH
from theory.claim import Claim, Source
from theory.curvature.network import CURVED, bend, d, j, m, s, seen, sigma, x
from theory.curvature.peaks import TANH_NORM, tanh_norm
from theory.curvature.spectrum import largest, norm_of_hessian, over_neurons, reduced
from theory.derivation import Step
from theory.domain import norm, supremum, unit_vectors, vectors
from theory.induction import lemma
from theory.kinks import unit_length
from theory.law import step
from theory.layers import fair_signs, fills, grows, of_order
from theory.statement import scaling
from theory.suprema import open_gate

z = symbols("z", real=True)
weights = gaussian.array("W", m, d)
normal, fair = gaussian.array("a", m), gaussian.signs("a", m)
HESSIANS = {d: Range(1, oo), x: vectors(d), sigma: CURVED, m: Range(2, oo)}
AWAY = {"x is not zero": norm(x) > 0}
STEEPEST = supremum(Abs(bend(z)), (z, -oo, oo))
ORDER = Source("003", 951, "||nabla^2 f|| = o_m(1) = 1/sqrt(m)")
LARGEST = supremum(largest(1, z), (z, -oo, oo))


def unbounded_chain() -> tuple[Step, ...]:
    """From the norm over sqrt(log m / m) to its limit."""
    blocks = (Step(step.value / sqrt(log(m)), step.reason) for step in reduced(a=normal, W=weights))
    return (*blocks, Step(sqrt(2) * STEEPEST * s**2, grows(z)))


bounded = Claim(
    "hessian-opnorm-rademacher-limit",
    "Of a network with output weights of size one, sqrt(m) times the norm tends to a constant, without a logarithm.",
    HESSIANS,
    scaling(norm_of_hessian(fair, weights), -Rational(1, 2), by=m, constant=LARGEST, almost_surely=True),
    where=AWAY,
    because=lambda: (
        *reduced(a=fair, W=weights),
        Step(over_neurons(largest(1, seen(j, weights))), fair_signs(fair)),
        Step(LARGEST, fills(z)),
    ),
    source=ORDER,
    uses=("hessian-block-spectrum",),
)
rectified = Claim(
    "hessian-opnorm-rademacher-limit.relu",
    "Of a rectifier network the constant is the norm of the input.",
    {d: Range(1, oo), x: vectors(d), m: Range(2, oo)},
    scaling(norm_of_hessian(fair, weights, RELU), -Rational(1, 2), by=m, constant=s, almost_surely=True),
    where=AWAY,
    because=lambda: (
        *reduced(RELU, a=fair, W=weights),
        Step(supremum(s * step(z), (z, -oo, oo)), fills(z)),
        Step(s, open_gate()),
    ),
    source=ORDER,
)
on_sphere = Claim(
    "hessian-opnorm-rademacher-limit.tanh.network",
    "For the hyperbolic tangent and inputs of norm one, the limit is 1.2408 over sqrt(m).",
    {d: Range(1, oo), x: unit_vectors(d), m: Range(2, oo)},
    scaling(
        norm_of_hessian(fair, weights, TANH), -Rational(1, 2), by=m, constant=TANH_NORM, almost_surely=True
    ),
    because=lambda: (
        *reduced(TANH, a=fair, W=weights),
        Step(over_neurons(largest(1, seen(j, weights), TANH)), fair_signs(fair)),
        Step(supremum(largest(1, z, TANH), (z, -oo, oo)), fills(z)),
        Step(tanh_norm.states.left, unit_length(x)),
        Step(TANH_NORM, lemma(tanh_norm)),
    ),
    source=ORDER,
    uses=("hessian-opnorm-rademacher-limit.tanh",),
)
LOG = {"by": m, "log": Rational(1, 2)}
slip = Claim(
    "hessian-opnorm-gaussian-log.slip",
    "The Hessian is of order 1/sqrt(m), for output weights drawn from N(0, 1).",
    {d: Range(1, oo), x: unit_vectors(d), m: Range(2, oo)},
    scaling(norm_of_hessian(normal, weights, TANH), -Rational(1, 2), by=m),
    source=ORDER,
)
unbounded = Claim(
    "hessian-opnorm-gaussian-log",
    "Gaussian output weights cost the Hessian a factor sqrt(log m), whose constant is known.",
    HESSIANS,
    scaling(
        norm_of_hessian(normal, weights),
        -Rational(1, 2),
        constant=sqrt(2) * STEEPEST * s**2,
        almost_surely=True,
        **LOG,
    ),
    where=AWAY,
    because=unbounded_chain,
    source=ORDER,
    slip=slip,
    refuted_at={m: Range(100, 10**4 + 1), d: 1, x: ImmutableDenseMatrix([1])},
)
order = Claim(
    "hessian-opnorm-gaussian-log.order",
    "The Hessian is of the order sqrt(log m / m) exactly.",
    HESSIANS,
    scaling(norm_of_hessian(normal, weights), -Rational(1, 2), **LOG),
    where=AWAY,
    because=lambda: (*unbounded_chain(), Step(S.One, of_order())),
    source=ORDER,
)


def claims() -> tuple[Claim, ...]:
    return unbounded, order, bounded, rectified, on_sphere
