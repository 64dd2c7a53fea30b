r"""The rectifier network: beside its kinks it has only mixed second derivatives, and they miss what kinks do.

Where no pre-activation is zero, sqrt(m) times the norm of the Hessian is ``s`` if one neuron is active, else zero.
The linearisation in the hidden weights errs nonetheless, by exactly what the neurons add that cross a kink:

.. math:: \frac{1}{\sqrt m} \sum_j a_j (z_j + h_j) \left(1\{z_j + h_j > 0\} - 1\{z_j > 0\}\right).
"""

from sympy import (
    Abs,
    Derivative,
    Eq,
    Expr,
    ImmutableDenseMatrix,
    IndexedBase,
    Le,
    Ne,
    Product,
    Range,
    Rational,
    S,
    Sum,
    oo,
    sqrt,
)

from theory import gaussian
from theory.activation import RELU
from theory.chances import fair, some_gate
from theory.claim import Claim, Source
from theory.curvature.growth import AWAY, weights
from theory.curvature.network import (
    COORDINATES,
    NETWORKS,
    NEURONS,
    W,
    a,
    d,
    j,
    k,
    l,
    m,
    network,
    p,
    q,
    r,
    s,
    seen,
    sigma,
    x,
)
from theory.curvature.spectrum import norm_of_hessian, over_neurons, reduced
from theory.derivation import Step
from theory.domain import matrices, vectors
from theory.kinks import off_kinks
from theory.law import Probability, step
from theory.layers import alike
from theory.statement import at_most, equal

SOURCE = Source("003", 985, "||f(theta) - f_0(theta)|| <= ||nabla^2 f|| ||theta - theta_0||^2")
GIVEN = {symbol: domain for symbol, domain in NETWORKS.items() if symbol is not sigma}
BESIDE = {"no pre-activation is zero": Ne(Product(seen(j), (j, 1, m)), 0)}
zeta = gaussian.single("zeta", s)

norm_ = Claim(
    "hessian-relu-a-e",
    "Beside its kinks sqrt(m) times the norm of the Hessian is that of the input, if at least one neuron is active.",
    GIVEN,
    equal(sqrt(m) * norm_of_hessian(activation=RELU), over_neurons(s * step(seen(j)))),
    where=BESIDE,
    because=lambda: reduced(RELU),
    source=SOURCE,
)
hidden = Claim(
    "hessian-relu-a-e.hidden",
    "Beside its kinks the network is linear in the hidden weights, so that only the mixed blocks are left.",
    GIVEN | {p: NEURONS, q: NEURONS, r: COORDINATES, l: COORDINATES},
    equal(Derivative(network(activation=RELU), W[p, r], W[q, l]), 0),
    where=BESIDE,
    because=lambda: (
        Step(network(activation=RELU).diff(W[p, r], W[q, l]), "differentiate"),
        Step(S.Zero, off_kinks()),
    ),
    source=SOURCE,
)
closed = Probability(Le(over_neurons(s * step(seen(j, weights))), 0))
frequency = Claim(
    "hessian-relu-a-e.probability",
    "At Gaussian hidden weights and any output weights some neuron is active with probability 1 - 2^-m.",
    {m: Range(1, oo), d: Range(1, oo), a: vectors(m), x: vectors(d)},
    equal(Probability(Eq(sqrt(m) * norm_of_hessian(a, weights, RELU), s)), 1 - Rational(1, 2) ** m),
    where=AWAY,
    because=lambda: (
        *(Step(Probability(Eq(step_.value, s)), step_.reason) for step_ in reduced(RELU, W=weights)),
        Step(1 - closed, some_gate()),
        Step(1 - Probability(Le(s * step(zeta), 0)) ** m, alike((zeta,))),
        Step(1 - Rational(1, 2) ** m, fair()),
    ),
    source=SOURCE,
)

V = IndexedBase("V", shape=(m, d))


def moved(neuron: Expr) -> Expr:
    """How far a neuron's pre-activation moves."""
    return Sum(V[neuron, k] * x[k], (k, 1, d))


def after(neuron: Expr) -> Expr:
    return Sum((W[neuron, k] + V[neuron, k]) * x[k], (k, 1, d))


slope = RELU.derivative(1)
ahead = Sum(a[j] * RELU(after(j)), (j, 1, m)) / sqrt(m)
linear = network(activation=RELU) + Sum(a[j] * slope(seen(j)) * moved(j), (j, 1, m)) / sqrt(m)
crossing = Sum(a[j] * after(j) * (step(after(j)) - step(seen(j))), (j, 1, m)) / sqrt(m)
MOVED = GIVEN | {V: matrices(m, d)}
slip = Claim(
    "hessian-relu-a-e.linearisation.slip",
    "Half the norm of the Hessian times the square of the step bounds the error of the linearisation.",
    MOVED,
    at_most(Abs(ahead - linear), s / sqrt(m) * Sum(V[j, k] ** 2, (k, 1, d), (j, 1, m)) / 2),
    where=BESIDE,
    source=SOURCE,
)
linearisation = Claim(
    "hessian-relu-a-e.linearisation",
    "The error of the linearisation in the hidden weights is what the neurons add that cross their kink.",
    MOVED,
    equal(ahead - linear, crossing),
    because=lambda: (Step(crossing, "the neurons that do not change sides are linear"),),
    source=SOURCE,
    slip=slip,
    refuted_at={
        m: 1,
        d: 1,
        a: ImmutableDenseMatrix([1]),
        W: ImmutableDenseMatrix([[Rational(-1, 10)]]),
        x: ImmutableDenseMatrix([1]),
        V: ImmutableDenseMatrix([[Rational(1, 5)]]),
    },
)


def claims() -> tuple[Claim, ...]:
    return norm_, hidden, frequency, linearisation
