"""Single two-layer networks as they grow wide: one kernel a seed, streamed neuron by neuron.

A network of any width is drawn in blocks of neurons by `numerics.blockwise`, whose shares of the kernel are
added up in double precision.
"""

import jax
import jax.numpy as jnp

from numerics import blockwise, observes
from numerics.experiments.two_layer.random_weights import GAUSSIAN, Law, neurons
from numerics.network import Tangents
from theory.two_layer import limits, slides

WIDE = 3e-2


def averages(key, m, x, y, sigma, law: Law) -> Tangents:
    """Both parts of one kernel, the averages over m neurons, a number in double precision."""
    single = x.astype(jnp.float32), y.astype(jnp.float32)
    sums = blockwise.total(lambda key, draws: neurons(key, draws, *single, law, sigma), key, m)
    return Tangents(*(part / jnp.asarray(m, float) for part in sums))


@observes(limits.k1_limit, resolution=WIDE, traced=("m",))
def hidden(key, m, d, x, y, mu2):
    return averages(key, m, x, y, jax.nn.relu, GAUSSIAN.scaled(jnp.sqrt(mu2), 1.0)).K_1


@observes(limits.k2_limit, resolution=WIDE, traced=("m",))
def output(key, m, d, x, y):
    return averages(key, m, x, y, jax.nn.relu, GAUSSIAN).K_2


def shrinking(key, m, x, y, s_a, s_w, sigma) -> Tangents:
    """The slides' network: no factor in front, and weights of size 1/sqrt(m)."""
    m = jnp.asarray(m, float)
    parts = averages(key, m, x, y, sigma, GAUSSIAN.scaled(s_a / jnp.sqrt(m), s_w / jnp.sqrt(m)))
    return Tangents(m * parts.K_1, m * parts.K_2)


@observes(slides.slip_hidden, resolution=WIDE, traced=("m",))
def hidden_tanh(key, m, d, x, s_a, s_w):
    return shrinking(key, m, x, x, s_a, s_w, jnp.tanh).K_1


@observes(slides.slip_output, resolution=WIDE, traced=("m",))
def output_tanh(key, m, d, x, s_a, s_w):
    return shrinking(key, m, x, x, s_a, s_w, jnp.tanh).K_2


@observes(slides.smooth_hidden, resolution=WIDE, traced=("m",))
def hidden_smooth(key, m, d, x, y, s_a, s_w, sigma):
    return shrinking(key, m, x, y, s_a, s_w, sigma).K_1


@observes(slides.smooth_output, resolution=WIDE, traced=("m",))
def output_smooth(key, m, d, x, y, s_a, s_w, sigma):
    return shrinking(key, m, x, y, s_a, s_w, sigma).K_2


@observes(slides.diverging, resolution=WIDE, traced=("m",), corrections=(1,))
def output_diverging(key, m, d, x, y, s_a, s_w, sigma):
    return shrinking(key, m, x, y, s_a, s_w, sigma).K_2
