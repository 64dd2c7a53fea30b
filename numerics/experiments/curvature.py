"""Hessians of networks by automatic differentiation: entries, norms, laws of norms, growth with the width.

Small networks are differentiated whole; wide ones neuron by neuron, as `numerics.curvature` does and tests.
"""

import jax
import jax.numpy as jnp

from numerics import curvature, network, observes
from numerics.activation import twin
from numerics.network import Weights
from theory.curvature import blocks, frobenius, growth, rectifier

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


@observes(rectifier.frequency, resolution=1e-2)
def is_active(key, draws, m, d, a, x):
    """Whether the norm is that of the input, up to single precision; else it is zero."""
    a, x = a.astype(jnp.float32), x.astype(jnp.float32)
    norms = jax.vmap(lambda W: jnp.max(curvature.neuron_norms(Weights(a, W), x, RELU)))(
        layers(key, draws, m, d)
    )
    s = jnp.linalg.norm(x)
    return jnp.abs(norms - s) <= 1e-5 * s


@observes(frobenius.tanh, resolution=3e-2)
def squared_frobenius(key, draws, d, x, m):
    """Of many networks: by the blocks, each in its plane."""
    a_key, w_key = jax.random.split(key)
    a = jax.random.normal(a_key, (draws, m), jnp.float32)
    W, x = layers(w_key, draws, m, d), x.astype(jnp.float32)
    return jnp.mean(jax.vmap(lambda a, W: curvature.neuron_squares(Weights(a, W), x, TANH))(a, W), axis=-1)


def largest(weights, x, sigma):
    """The operator norm of a wide network's Hessian."""
    norms = curvature.neuron_norms(weights, x, sigma)
    return jnp.max(norms) / jnp.sqrt(jnp.asarray(norms.size, norms.dtype))


@observes(growth.slip)
def gaussian_norm(key, d, x, m):
    x = x.astype(jnp.float32)
    return largest(network.gaussian(key, m, d, jnp.float32), x, TANH)


@observes(growth.on_sphere)
def norm_with_signs(key, d, x, m):
    sign_key, weight_key = jax.random.split(key)
    signs = jax.random.rademacher(sign_key, (m,), float)  # in float64, since the gap is of order 1/m^2
    return largest(network.gaussian(weight_key, m, d)._replace(a=signs), x, TANH)


@observes(frobenius.slip)
def frobenius_norm(key, d, x, m):
    weights = network.gaussian(key, m, d)
    return jnp.sqrt(jnp.mean(curvature.neuron_squares(weights, x, TANH)))
