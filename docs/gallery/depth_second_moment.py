"""How much does the signal of a deep ReLU network fluctuate, from one initialisation to the next?

q is the squared length of the last layer over that of the input, both per neuron, under He's initialisation.

./wideproof check docs/gallery/depth_second_moment.py
"""

import jax
import jax.numpy as jnp
from jax import lax
from sympy import Range, exp, symbols

from numerics import observes
from theory import Claim, Mean, equal, observed

m, L = symbols("m L", integer=True, positive=True)
signal = observed("q")
SIZES = {m: Range(8, 33), L: Range(1, 5)}

depth_second_moment = Claim(
    "depth-second-moment",
    "The second moment of a deep network's signal is exp(5 L / m).",
    given=SIZES,
    states=equal(Mean(signal**2), exp(5 * L / m)),
)

depth_second_moment_exact = Claim(
    "depth-second-moment.exact",
    "The second moment of a deep network's signal is (1 + 5/m)^L.",
    given=SIZES,
    states=equal(Mean(signal**2), (1 + 5 / m) ** L),
)


# A layer multiplies q by the mean of m numbers 2 relu(g)^2, whose moments are 1, 6, 60 and 840. Without the variance that
# follows, draws with such tails would be told to have no mean.
fourth = 840 * m + 348 * m * (m - 1) + 36 * m * (m - 1) * (m - 2) + m * (m - 1) * (m - 2) * (m - 3)
variance = (fourth / m**4) ** L - (1 + 5 / m) ** (2 * L)


@observes(depth_second_moment, resolution=1e-1, variance=variance)
@observes(depth_second_moment_exact, resolution=1e-1, variance=variance)
def signals(key, draws, m, L):
    def layer(x, key):
        W = jax.random.normal(key, (draws, m, m))
        return jax.nn.relu(jnp.einsum("nij,nj->ni", W, x)) * jnp.sqrt(2 / m), None

    last, _ = lax.scan(layer, jnp.ones((draws, m)), jax.random.split(key, L))
    return jnp.mean(last**2, axis=1) ** 2
