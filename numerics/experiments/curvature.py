"""Hessians of networks by automatic differentiation: entries, norms, laws of norms, growth with the width.

Small networks are differentiated whole; wide ones neuron by neuron, as `numerics.curvature` does and tests.
"""

import jax
import jax.numpy as jnp

from numerics import blockwise, curvature, network, observes
from numerics import gaussian as draw
from numerics.activation import twin
from numerics.network import Weights
from theory.curvature import blocks, exact_law, frobenius, growth, rectifier

RELU, TANH = twin("relu"), twin("tanh")


@observes(blocks.hidden)
def entry(m, d, a, W, x, sigma, p, q, r, l):  # noqa: E741
    """One second derivative, from a product of the Hessian with an axis."""
    axis = Weights(jnp.zeros_like(a), jnp.zeros_like(W).at[q - 1, l - 1].set(1))
    return curvature.product(Weights(a, W), x, sigma, axis).W[p - 1, r - 1]


@observes(rectifier.linearisation)
def error_of_linearisation(m, d, a, W, x, V):
    def f(W):
        return network.output(Weights(a, W), x, RELU)

    now, forward = jax.jvp(f, (W,), (V,))
    return f(W + V) - now - forward


def layers(key, draws, m, d):
    """Hidden weights of ``draws`` networks."""
    return jax.random.normal(key, (draws, m, d), jnp.float32)


@observes(frobenius.tanh, resolution=3e-2)
def squared_frobenius(key, draws, d, x, m):
    """Of many networks: by the blocks, each in its plane."""
    a_key, w_key = jax.random.split(key)
    a = jax.random.normal(a_key, (draws, m), jnp.float32)
    W, x = layers(w_key, draws, m, d), x.astype(jnp.float32)
    return jnp.mean(jax.vmap(lambda a, W: curvature.neuron_squares(Weights(a, W), x, TANH))(a, W), axis=-1)


def norms(key, draws, m, x, tau, sigma, output=None):
    """Norms of the Hessians of ``draws`` networks, times sqrt(m): their neurons are drawn one after the other.

    The output weights are the ones given, or standard Gaussian.
    """

    def norm_of_one(a, W):
        return curvature.spectral_norm(*curvature.in_plane(a, W, list(x), sigma))

    def with_one_more(neuron, largest):
        a, *W = draw.columns(jax.random.fold_in(key, neuron), draws, 1 + x.size, jnp.float32)
        a = a if output is None else jnp.full(draws, output[neuron])
        return jnp.maximum(largest, jax.vmap(norm_of_one)(a, [tau * column for column in W]))

    return jax.lax.fori_loop(0, m, with_one_more, jnp.zeros(draws, jnp.float32))


@observes(rectifier.frequency, resolution=1e-2)
def is_active(key, draws, m, d, a, x):
    """Whether the norm is that of the input, up to single precision; else it is zero."""
    a, x = a.astype(jnp.float32), x.astype(jnp.float32)
    s = jnp.linalg.norm(x)
    return jnp.abs(norms(key, draws, m, x, 1.0, RELU, a) - s) <= 1e-5 * s


@observes(exact_law.narrow, traced=("m",), points=3)
def norm_of_narrow(key, draws, d, x, sigma, m, tau, u):
    return norms(key, draws, m, x, tau, sigma) <= threshold(x, m, u)


@observes(exact_law.wide, resolution=3e-2, traced=("m",), points=2)
def norm_of_wide(key, draws, d, x, sigma, m, tau, u):
    return norms(key, draws, m, x, tau, sigma) <= threshold(x, m, u)


def threshold(x, m, u):
    s = jnp.linalg.norm(x)
    return u * (s + s**2 * jnp.sqrt(jnp.log(jnp.asarray(m, jnp.float32))))


def largest(key, m, x, start, dtype):
    """The operator norm of the Hessian of one network, of any width, with weights drawn by ``start``."""
    x = x.astype(dtype)

    def norms(key, draws):
        return curvature.neuron_norms(start(key, draws, x.size, dtype), x, TANH)

    return blockwise.largest(norms, key, m) / jnp.sqrt(jnp.asarray(m, float))


@observes(growth.slip, traced=("m",))
def norm_with_gaussians(key, d, x, m):
    return largest(key, m, x, network.gaussian, jnp.float32)


@observes(growth.on_sphere, traced=("m",))
def norm_with_signs(key, d, x, m):
    return largest(key, m, x, network.rademacher, float)  # in float64, since the gap is of order 1/m^2


@observes(frobenius.slip, traced=("m",))
def frobenius_norm(key, d, x, m):
    x = x.astype(jnp.float32)

    def squares(key, draws):
        return curvature.neuron_squares(network.gaussian(key, draws, d, jnp.float32), x, TANH)

    return jnp.sqrt(blockwise.total(squares, key, m) / jnp.asarray(m, float))
