"""The symbolic network of the chapter, at weights that are given, and what one neuron sees."""

from sympy import Expr, IndexedBase, Range, Sum, oo, sqrt, symbols

from theory.activation import COSINE, ERF, GELU, SINE, SOFTPLUS, TANH, Activation, Unknown
from theory.domain import activations, matrices, norm, vectors

m, d = symbols("m d", integer=True, positive=True)
j, k = symbols("j k", integer=True)  # they run over neurons, over coordinates
p, q, r, l = symbols("p q r l", integer=True)  # noqa: E741 - two neurons and two coordinates that are given
a, W = IndexedBase("a", shape=(m,)), IndexedBase("W", shape=(m, d))
x = IndexedBase("x")
s = norm(x)
sigma = Unknown("sigma")
slope, bend = sigma.derivative(1), sigma.derivative(2)
CURVED = activations(TANH, ERF, SINE, COSINE, GELU, SOFTPLUS)  # bounded slope, bounded curvature, not linear
NETWORKS = {
    m: Range(1, oo),
    d: Range(1, oo),
    a: vectors(m),
    W: matrices(m, d),
    x: vectors(d),
    sigma: CURVED,
}
NEURONS, COORDINATES = Range(1, m + 1), Range(1, d + 1)


def seen(neuron: Expr, weights: IndexedBase = W) -> Expr:
    """The pre-activation of a neuron at the input."""
    return Sum(weights[neuron, k] * x[k], (k, 1, d))


def network(a: IndexedBase = a, W: IndexedBase = W, activation: Unknown | Activation = sigma) -> Expr:
    """The two-layer network in the NTK parametrisation at the input."""
    return Sum(a[j] * activation(seen(j, W)), (j, 1, m)) / sqrt(m)
