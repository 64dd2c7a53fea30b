"""The symbols of the chapter, and the two parts of the tangent kernel of a random network."""

from collections.abc import Callable

from sympy import Expr, IndexedBase, Range, Sum, acos, oo, pi, sqrt, symbols

from theory import gaussian
from theory.activation import RELU
from theory.domain import norm, unit_vectors, vectors
from theory.law import step

m, d = symbols("m d", integer=True, positive=True)
j, k = symbols("j k", integer=True)
x, y = IndexedBase("x", shape=(d,)), IndexedBase("y", shape=(d,))
second, fourth = symbols("mu2 mu4", positive=True)
W = gaussian.array("W", m, d)
by_moments = gaussian.known_by_moments("a", m, moments={2: second, 4: fourth})
normal, fair = gaussian.array("a", m), gaussian.signs("a", m)

Input = Callable[[Expr], Expr]  # the coordinate of an input, as a function of its place

WIDE = {m: Range(1, oo), d: Range(1, oo)}
PAIRS = WIDE | {x: vectors(d), y: vectors(d)}
SPHERE = WIDE | {x: unit_vectors(d)}
APART = {"x is not zero": norm(x) > 0, "y is not zero": norm(y) > 0}


def at(array: IndexedBase, *row) -> Input:
    """A row of an array, or a vector, as an input."""
    return lambda place: array[(*row, place)]


X, Y = at(x), at(y)


def dot(u: Input, v: Input) -> Expr:
    """The inner product of two vectors of dimension d."""
    return Sum(u(k) * v(k), (k, 1, d))


def mean_over_neurons(one: Expr) -> Expr:
    """The average over the neurons of what one of them, the j-th, contributes."""
    return Sum(one, (j, 1, m)) / m


def hidden_part(a: IndexedBase, u: Input, v: Input, sigma=RELU, W: IndexedBase = W) -> Expr:
    """K_1 of a network of width m: what the gradients in the hidden weights contribute."""
    slope = sigma.derivative(1)
    gates = slope(dot(at(W, j), u)) * slope(dot(at(W, j), v))
    return mean_over_neurons(a[j] ** 2 * gates) * dot(u, v)


def output_part(u: Input, v: Input, sigma=RELU, W: IndexedBase = W) -> Expr:
    """K_2 of a network of width m: what the gradients in the output weights contribute."""
    return mean_over_neurons(sigma(dot(at(W, j), u)) * sigma(dot(at(W, j), v)))


def rectified(u: Expr, v: Expr, order: int) -> Expr:
    """The integrand of the arc-cosine kernel."""
    return step(u) * step(v) * u**order * v**order


def kappa(order: int, rho: Expr) -> Expr:
    """The arc-cosine kernel of order 0, 1 or 2 as a function of the correlation."""
    theta, sine = acos(rho), sqrt(1 - rho**2)
    return {
        0: pi - theta,
        1: sine + (pi - theta) * rho,
        2: 3 * sine * rho + (pi - theta) * (1 + 2 * rho**2),
    }[order] / (2 * pi)


SIZES = norm(x) * norm(y)
RHO = dot(X, Y) / SIZES
K0, K1, K2 = (kappa(order, RHO) for order in (0, 1, 2))
