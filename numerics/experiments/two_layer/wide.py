"""Single two-layer networks as they grow wide: one kernel a seed, streamed neuron by neuron.

A network of any width is drawn in blocks of neurons, whose shares of the kernel are added up in double
precision: nothing of it is held in memory but the block.
"""

import jax
import jax.numpy as jnp

from numerics import observes
from numerics.experiments.two_layer.random_weights import GAUSSIAN, Law, neurons
from numerics.network import Tangents
from theory.two_layer import limits, slides

BLOCK = 2**12  # neurons drawn together
WIDE = 3e-2


def averages(key, m: int, x, y, sigma, law: Law) -> Tangents:
    """Both parts of one kernel, the averages over m neurons: whole blocks, then the rest."""
    single = x.astype(jnp.float32), y.astype(jnp.float32)

    def block(number, size: int) -> Tangents:
        one = neurons(jax.random.fold_in(key, number), size, *single, law, sigma)
        return Tangents(*(jnp.sum(part.astype(float)) for part in one))

    whole, rest = divmod(m, BLOCK)
    total = block(whole, rest) if rest else Tangents(jnp.zeros(()), jnp.zeros(()))
    if whole:
        blocks = jax.lax.map(lambda number: block(number, BLOCK), jnp.arange(whole))
        total = Tangents(*(part + jnp.sum(more) for part, more in zip(total, blocks, strict=True)))
    return Tangents(*(part / m for part in total))


@observes(limits.k1_limit, resolution=WIDE)
def hidden(key, m, d, x, y, mu2):
    return averages(key, m, x, y, jax.nn.relu, GAUSSIAN.scaled(jnp.sqrt(mu2), 1.0)).K_1


@observes(limits.k2_limit, resolution=WIDE)
def output(key, m, d, x, y):
    return averages(key, m, x, y, jax.nn.relu, GAUSSIAN).K_2


def shrinking(key, m, x, y, s_a, s_w, sigma) -> Tangents:
    """The slides' network: no factor in front, and weights of size 1/sqrt(m)."""
    parts = averages(key, m, x, y, sigma, GAUSSIAN.scaled(s_a * m**-0.5, s_w * m**-0.5))
    return Tangents(m * parts.K_1, m * parts.K_2)


@observes(slides.slip_hidden, resolution=WIDE)
def hidden_tanh(key, m, d, x, s_a, s_w):
    return shrinking(key, m, x, x, s_a, s_w, jnp.tanh).K_1


@observes(slides.slip_output, resolution=WIDE)
def output_tanh(key, m, d, x, s_a, s_w):
    return shrinking(key, m, x, x, s_a, s_w, jnp.tanh).K_2


@observes(slides.smooth_hidden, resolution=WIDE)
def hidden_smooth(key, m, d, x, y, s_a, s_w, sigma):
    return shrinking(key, m, x, y, s_a, s_w, sigma).K_1


@observes(slides.smooth_output, resolution=WIDE)
def output_smooth(key, m, d, x, y, s_a, s_w, sigma):
    return shrinking(key, m, x, y, s_a, s_w, sigma).K_2


@observes(slides.diverging, resolution=WIDE)
def output_diverging(key, m, d, x, y, s_a, s_w, sigma):
    return shrinking(key, m, x, y, s_a, s_w, sigma).K_2
