"""How fast does a tanh network lose its signal at the edge of chaos?

./wideproof check docs/gallery/tanh_edge.py
"""

import jax.numpy as jnp
import numpy as np
from jax import lax
from sympy import Range, Rational, symbols

from numerics import observes
from theory import Claim, observed, scaling

depth = symbols("l", integer=True, positive=True)
size = observed("q")
DEPTHS = {depth: Range(2**10, 2**16 + 1)}
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(64)
WEIGHTS = WEIGHTS / WEIGHTS.sum()

tanh_edge = Claim(
    "tanh-edge",
    "At the edge of chaos the variance in a tanh network falls like 3/(2 l).",
    given=DEPTHS,
    states=scaling(size, -1, by=depth, constant=Rational(3, 2)),
)

tanh_edge_half = Claim(
    "tanh-edge.half",
    "At the edge of chaos the variance in a tanh network falls like 1/(2 l).",
    given=DEPTHS,
    states=scaling(size, -1, by=depth, constant=Rational(1, 2)),
)


@observes(tanh_edge)
@observes(tanh_edge_half)
def iterated(l):  # noqa: E741 - the depth, as everybody calls it
    def layer(_, q):
        return jnp.sum(WEIGHTS * jnp.tanh(jnp.sqrt(q) * NODES) ** 2)

    return lax.fori_loop(0, l, layer, 1.0)
