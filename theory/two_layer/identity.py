r"""The two-layer network, its gradient, and the tangent kernel that the gradient defines.

.. math:: f(x) = \frac{1}{\sqrt{m}} \sum_{j=1}^m a_j \, \sigma(w_j \cdot x)

is a SymPy expression of symbolic width ``m`` and dimension ``d``. The tangent kernel is the inner
product of two gradients. The hidden weights contribute K_1, with sigma' and the inner product of
the inputs; the output weights contribute K_2, with sigma. Nothing is random in this identity: it
holds for any weights, at every width, for any activation with a derivative.
"""

from sympy import Derivative, Expr, IndexedBase, Range, Sum, oo, sqrt, symbols

from theory.activation import COSINE, ERF, GELU, RELU, SOFTPLUS, TANH, Unknown
from theory.calculus import collapse
from theory.claim import Claim, Source
from theory.derivation import Step
from theory.domain import activations, matrices, vectors
from theory.statement import equal

m, d = symbols("m d", integer=True, positive=True)
i, j, k, l = symbols("i j k l", integer=True)  # noqa: E741 - indices of neurons and of coordinates
a, W = IndexedBase("a", shape=(m,)), IndexedBase("W", shape=(m, d))
x, y = IndexedBase("x", shape=(d,)), IndexedBase("y", shape=(d,))
sigma = Unknown("sigma")
NETWORKS = {
    m: Range(1, oo),
    d: Range(1, oo),
    a: vectors(m),
    W: matrices(m, d),
    x: vectors(d),
    y: vectors(d),
    sigma: activations(RELU, ERF, TANH, GELU, SOFTPLUS, COSINE),
}
SOURCE = Source(
    "003",
    838,
    "K_1 = sum_j a_j^2 sigma'(w_j^T x) sigma'(w_j^T x') x^T x' and K_2 = sum_j sigma(w_j^T x) sigma(w_j^T x')",
)


def seen(neuron, at: IndexedBase) -> Expr:
    """The pre-activation of a neuron at an input."""
    return Sum(W[neuron, k] * at[k], (k, 1, d))


def network(at: IndexedBase) -> Expr:
    """The two-layer network in the NTK parametrisation, at an input."""
    return Sum(a[j] * sigma(seen(j, at)), (j, 1, m)) / sqrt(m)


def gradient_product(parameter: Expr, *over) -> Expr:
    """The inner product of the gradients at both inputs, in the parameters indexed by ``over``."""
    return Sum(Derivative(network(x), parameter) * Derivative(network(y), parameter), *over)


hidden_gradients = gradient_product(W[i, l], (l, 1, d), (i, 1, m))
output_gradients = gradient_product(a[i], (i, 1, m))
slope = sigma.derivative(1)
K1 = Sum(a[i] ** 2 * slope(seen(i, x)) * slope(seen(i, y)), (i, 1, m)) * Sum(x[l] * y[l], (l, 1, d)) / m
K2 = Sum(sigma(seen(i, x)) * sigma(seen(i, y)), (i, 1, m)) / m


def taken(parameter: Expr, *over) -> Expr:
    """The same product with both gradients taken by SymPy: a Kronecker delta for each own index."""
    return Sum(network(x).diff(parameter) * network(y).diff(parameter), *over)


def hidden_left() -> Expr:
    own = a[i] ** 2 * slope(seen(i, x)) * slope(seen(i, y)) * x[l] * y[l]
    return Sum(own, (l, 1, d), (i, 1, m)) / m


hidden = Claim(
    "ntk2-gradient-identity.hidden",
    "The gradients in the hidden weights have the inner product K_1.",
    given=NETWORKS,
    states=equal(hidden_gradients, K1),
    because=lambda: (
        Step(taken(W[i, l], (l, 1, d), (i, 1, m)), "differentiate"),
        Step(hidden_left(), collapse()),
        Step(K1, "the inputs' inner product is the same for every neuron"),
    ),
    source=SOURCE,
    cites="jacot2018neural",
)

output = Claim(
    "ntk2-gradient-identity.output",
    "The gradients in the output weights have the inner product K_2.",
    given=NETWORKS,
    states=equal(output_gradients, K2),
    because=lambda: (Step(taken(a[i], (i, 1, m)), "differentiate"), Step(K2, collapse())),
    source=SOURCE,
    cites="jacot2018neural",
)

identity = Claim(
    "ntk2-gradient-identity",
    "At every width the tangent kernel is K_1 from the hidden weights plus K_2 from the output weights.",
    given=NETWORKS,
    states=equal(hidden_gradients + output_gradients, K1 + K2),
    because=lambda: (
        Step(taken(W[i, l], (l, 1, d), (i, 1, m)) + taken(a[i], (i, 1, m)), "differentiate"),
        Step(hidden_left() + K2, collapse()),
        Step(K1 + K2, "the inputs' inner product is the same for every neuron"),
    ),
    source=SOURCE,
    cites="jacot2018neural",
)


def claims() -> tuple[Claim, ...]:
    """The claims of the chapter, in reading order."""
    return identity, hidden, output
