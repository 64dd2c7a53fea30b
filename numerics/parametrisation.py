"""Perceptrons under an abc-parametrisation: how initial sizes, multipliers and rates depend on the width.

A network with hidden layers of width ``m``, with ``W^l = m^(-a_l) w^l``,

    h^1 = W^1 x,    h^(l+1) = W^(l+1) sigma(h^l),    f = h^(L+1),

is trained in the weights ``w^l``, which start as independent Gaussians of standard deviation ``m^(-b_l)`` (of the
first layer divided by ``sqrt(d)``, since inputs have ``d`` coordinates of size one) and learn at the rate
``eta m^(-c_l)``. Three parametrisations have names, and this table is the one place that states them:

                 a: first hidden last    b: first hidden last    c, SGD       c, Adam: first hidden last
    standard        0     0      0          0    1/2    1/2      0               0     0      0
    ntk             0    1/2    1/2         0     0      0       0               0    1/2    1/2
    maximal       -1/2    0     1/2        1/2   1/2    1/2      0              1/2    1     1/2

The columns for SGD are table 1 of Yang and Hu, "Feature learning in infinite-width neural networks" (2021). Of Adam,
whose steps do not shrink with the gradient, ``maximal`` is that of "Tensor Programs V" (Yang et al., 2022) in these
multipliers, ``ntk`` has the rates at which an entry of ``W`` of a hidden or the last layer moves by ``eta / m``, and
``standard`` keeps one rate for all layers.

Under SGD nothing changes if ``(a_l, b_l, c_l)`` becomes ``(a_l + t, b_l - t, c_l - 2 t)``; under Adam, if it becomes
``(a_l + t, b_l - t, c_l - t)``.
"""

import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jax.tree_util import Partial
from jaxtyping import Array, Float, PRNGKeyArray

from numerics.activation import Activation

HALF = Fraction(1, 2)
TABLE = {  # first, hidden and last layer; of the rates, those for SGD and those for Adam
    "standard": ((0, 0, 0), (0, HALF, HALF), {"sgd": (0, 0, 0), "adam": (0, 0, 0)}),
    "ntk": ((0, HALF, HALF), (0, 0, 0), {"sgd": (0, 0, 0), "adam": (0, HALF, HALF)}),
    "maximal": ((-HALF, 0, HALF), (HALF, HALF, HALF), {"sgd": (0, 0, 0), "adam": (HALF, 1, HALF)}),
}


class Exponents(NamedTuple):
    """One number a layer, from the first to the last: of multipliers, of initial sizes, of rates."""

    a: Sequence
    b: Sequence
    c: Sequence


def named(name: str, hidden: int, rule: str = "sgd") -> Exponents:
    """A row of the table for ``hidden`` hidden layers. Raises ``ValueError`` for a name that has no row."""
    if name not in TABLE or hidden < 1:
        raise ValueError(f"{name!r} with {hidden} hidden layers: take one or more, and {', '.join(TABLE)}")
    a, b, rates = TABLE[name]
    if rule not in rates:
        raise ValueError(f"rule={rule!r}: take {' or '.join(rates)}")
    return Exponents(
        *((first, *[middle] * (hidden - 1), last) for first, middle, last in (a, b, rates[rule]))
    )


def shifted(exponents: Exponents, t: Fraction | int, power: int = 2) -> Exponents:
    """The same training in other letters; ``power`` is 2 for SGD and 1 for Adam."""
    a, b, c = exponents
    return Exponents(tuple(x + t for x in a), tuple(x - t for x in b), tuple(x - power * t for x in c))


class Layer(eqx.Module):
    """``m^(-a) w x``, without a bias: its output is a pre-activation."""

    weight: Float[Array, "p q"]
    multiplier: float = eqx.field(static=True)

    def __call__(self, x: Float[Array, " q"]) -> Float[Array, " p"]:
        return self.multiplier * (self.weight @ x)


class Perceptron(eqx.Module):
    """A network with one output."""

    layers: tuple[Layer, ...]
    sigma: Activation = eqx.field(static=True)

    def __call__(self, x: Float[Array, " d"]) -> Float[Array, ""]:
        for layer in self.layers[:-1]:
            x = self.sigma(layer(x))
        return self.layers[-1](x)[0]


def power(m: int, exponent: Any) -> Any:
    return float(m) ** exponent


def weights(key: PRNGKeyArray, m: int, d: int, b: Sequence) -> tuple[Float[Array, "p q"], ...]:
    """What is trained, at its start, one matrix a layer."""
    widths = [d, *[m] * (len(b) - 1), 1]
    shapes = list(pairwise(widths))
    drawn = jax.random.normal(key, (sum(q * p for q, p in shapes),))  # at once: it compiles faster
    ends = list(accumulate(q * p for q, p in shapes))[:-1]
    sizes = [power(m, -b[0]) / d**0.5, *(power(m, -each) for each in b[1:])]
    parts = zip(jnp.split(drawn, ends), shapes, sizes, strict=True)
    return tuple(size * part.reshape(p, q) for part, (q, p), size in parts)


def modules(exponents: Exponents, d: int, sigma: Activation) -> Callable[..., Perceptron]:
    """The builder ``(key, m) -> network``, as an Equinox module."""

    def build(key: PRNGKeyArray, m: int) -> Perceptron:
        layers = zip(weights(key, m, d, exponents.b), exponents.a, strict=True)
        return Perceptron(tuple(Layer(w, power(m, -a)) for w, a in layers), sigma)

    return build


def functions(exponents: Exponents, d: int, sigma: Activation) -> Callable[..., Partial]:
    """The same networks as a plain function ``(params, x) -> output`` that holds its parameters."""

    def build(key: PRNGKeyArray, m: int) -> Partial:
        return Partial(
            lambda params, x: preactivations(exponents, sigma, m, params, x)[-1][0],
            weights(key, m, d, exponents.b),
        )

    return build


def preactivations(
    exponents: Exponents, sigma: Activation, m: int, params: Sequence, x: Float[Array, " d"]
) -> list[Float[Array, " p"]]:
    """Of all layers, the last of which is the output."""
    found: list = []
    for w, a in zip(params, exponents.a, strict=True):
        found.append(power(m, -a) * (w @ x))
        x = sigma(found[-1])
    return found


def rates(exponents: Exponents, eta: float) -> Callable[[str, int], Any]:
    """``eta m^(-c_l)`` for the weights of a network that was built here, by their name."""

    def rate(name: str, m: int):
        layer = re.search(r"\[(\d+)\]", name)
        if layer is None:
            raise ValueError(f"the weight {name!r} has no number of a layer; build by modules or functions")
        return eta * power(m, -exponents.c[int(layer[1])])

    return rate
