r"""The norm of the Hessian: each neuron's block acts in one plane, and the largest block counts.

In the orthonormal basis of a neuron's output weight and ``x / s``, ``s = |x|``, its block is

.. math:: \frac{1}{\sqrt m}
   \begin{pmatrix} 0 & s \, \sigma'(z_j) \\ s \, \sigma'(z_j) & s^2 a_j \sigma''(z_j) \end{pmatrix}.
"""

from collections.abc import Callable

from sympy import (
    Abs,
    Determinant,
    Expr,
    Identity,
    ImmutableDenseMatrix,
    Interval,
    Product,
    S,
    oo,
    sqrt,
    symbols,
)

from theory.activation import RELU, Activation, Unknown
from theory.claim import Claim, Source
from theory.curvature.network import NETWORKS, W, a, bend, d, j, m, network, s, seen, sigma, slope, x
from theory.derivation import Sign, Step
from theory.domain import hessian, maximum, operator_norm
from theory.spectrum import COLUMN, ROW, Block, blocks, eigenvalues, plane, root_between, two_by_two
from theory.statement import at_least, at_most, equal

lamda = symbols("lamda", real=True)
SOURCE = Source("003", 951, "||nabla^2 f_theta(x)||")


def curved(weight: Expr, at: Expr, activation: Unknown | Activation = sigma) -> Expr:
    """|a sigma''(z)| s^2, the curvature of one neuron along the input."""
    return Abs(weight * second(activation)(at)) * s**2


def second(activation) -> Callable[[Expr], Expr]:
    """The second derivative, of a rectifier beside its kink."""
    return (lambda z: S.Zero) if activation is RELU else activation.derivative(2)


def largest(weight: Expr, at: Expr, activation: Unknown | Activation = sigma) -> Expr:
    """The norm of one neuron's block, times sqrt(m)."""
    bend, slope = curved(weight, at, activation), activation.derivative(1)(at)
    return (bend + sqrt(bend**2 + 4 * slope**2 * s**2)) / 2


def norm_of_hessian(a=a, W=W, activation: Unknown | Activation = sigma) -> Expr:
    """The operator norm of the Hessian in all weights."""
    return operator_norm(hessian(network(a, W, activation), a, W))


def over_neurons(value: Expr) -> Expr:
    return maximum(value, (j, 1, m))


def reduced(activation: Unknown | Activation = sigma, a=a, W=W) -> tuple[Step, ...]:
    """From the network's Hessian to the largest norm of its blocks."""
    z = seen(j, W)
    first, bend = activation.derivative(1)(z), second(activation)(z)
    edge, inner = first * s, a[j] * bend * s**2
    block = Block(S.Zero, first * x[COLUMN], a[j] * bend * x[ROW] * x[COLUMN], d).matrix()
    return (
        Step(over_neurons(operator_norm(block)), blocks()),
        Step(over_neurons(operator_norm(ImmutableDenseMatrix([[0, edge], [edge, inner]]))), plane(x)),
        Step(over_neurons(largest(a[j], z, activation)), two_by_two()),
    )


norm_ = Claim(
    "hessian-block-spectrum",
    "The norm of the Hessian is that of the largest of its blocks, one a neuron, which has a closed form.",
    given=NETWORKS,
    states=equal(sqrt(m) * norm_of_hessian(), over_neurons(largest(a[j], seen(j)))),
    because=reduced,
    source=SOURCE,
)


def roots(sign: int) -> Expr:
    """The two eigenvalues of a neuron's block that need not be zero."""
    signed = a[j] * bend(seen(j)) * s**2
    return (signed + sign * sqrt(signed**2 + 4 * slope(seen(j)) ** 2 * s**2)) / (2 * sqrt(m))


polynomial = lamda ** (d - 1) * (lamda - roots(1)) * (lamda - roots(-1))
eigenvalues_ = Claim(
    "hessian-block-spectrum.eigenvalues",
    "Each block has two eigenvalues that solve a quadratic equation, and zero d - 1 times.",
    given=NETWORKS | {lamda: Interval(-oo, oo)},
    states=equal(
        Determinant(lamda * Identity(m + m * d) - hessian(network(), a, W)), Product(polynomial, (j, 1, m))
    ),
    because=lambda: (Step(Product(polynomial, (j, 1, m)), eigenvalues(x)),),
    source=SOURCE,
)


def bound(fact: str, title: str, states, sign: Sign) -> Claim:
    return Claim(
        f"hessian-block-spectrum.{fact}",
        title,
        given=NETWORKS,
        states=states(sqrt(m) * norm_of_hessian(), over_neurons(BOUNDS[sign])),
        because=lambda: (*reduced(), Step(over_neurons(BOUNDS[sign]), root_between(sign), sign)),
        source=SOURCE,
    )


BOUNDS = {
    ">=": s * Abs(slope(seen(j))),
    "<=": curved(a[j], seen(j)) + s * Abs(slope(seen(j))),
}
below = bound(
    "below", "The slopes alone bound the norm from below, whatever the output weights.", at_least, ">="
)
above = bound("above", "Slopes and curvatures together bound it from above.", at_most, "<=")


def claims() -> tuple[Claim, ...]:
    return norm_, eigenvalues_, below, above
