"""How fast does a deep ReLU network forget the angle between its inputs?

./wideproof check docs/gallery/relu_depth.py
"""

import jax.numpy as jnp
from jax import lax
from sympy import Range, Rational, pi, symbols

from numerics import observes
from theory import Claim, observed, scaling

depth = symbols("l", integer=True, positive=True)
distance = observed("e")  # one less the correlation

relu_depth = Claim(
    "relu-depth",
    "Behind l ReLU layers the correlation is 9 pi^2 / (2 l^2) away from one.",
    given={depth: Range(2**10, 2**16 + 1)},
    states=scaling(distance, -2, by=depth, constant=9 * pi**2 * Rational(1, 2)),
)


@observes(relu_depth)
def iterated(l):  # noqa: E741 - the depth, as everybody calls it
    def layer(_, e):
        theta = 2 * jnp.arcsin(jnp.sqrt(e / 2))
        return e - (jnp.sin(theta) - theta * jnp.cos(theta)) / jnp.pi

    return lax.fori_loop(0, l, layer, 1.0)
