"""How much of a ball's Gaussian width does a ReLU layer keep?

The width of a set T is the mean of the largest inner product of a Gaussian vector g with a point of T. For what
ReLU makes of the unit ball, that largest inner product is the norm of the positive part of g.

./wideproof check docs/gallery/gaussian_width.py
"""

import jax
import jax.numpy as jnp
from sympy import Range, gamma, sqrt, symbols

from numerics import observes
from theory import Claim, Mean, at_most, equal, observed

d = symbols("d", integer=True, positive=True)
length = observed("length")  # of the positive part of g
before = sqrt(2) * gamma((d + 1) / 2) / gamma(d / 2)  # the width of the ball, the mean norm of g

gaussian_width = Claim(
    "gaussian-width",
    "ReLU divides the Gaussian width of the unit ball by sqrt(2), in every dimension.",
    given={d: Range(1, 65)},
    states=equal(Mean(length), before / sqrt(2)),
)

gaussian_width_bound = Claim(
    "gaussian-width.bound",
    "ReLU divides the Gaussian width of the unit ball by at least sqrt(2).",
    given={d: Range(1, 65)},
    states=at_most(Mean(length), before / sqrt(2)),
)


@observes(gaussian_width, resolution=1e-2)
@observes(gaussian_width_bound, resolution=1e-2)
def positive_part(key, draws, d):
    return jnp.linalg.norm(jax.nn.relu(jax.random.normal(key, (draws, d))), axis=1)
