"""The plain two-layer network, differentiated by the machine and by nothing else.

    f(x) = m^(-1/2) sum_j a_j sigma(w_j . x),    a in R^m, W in R^(m x d).

Its tangent kernel is the inner product of two gradients in the weights; ``K_1`` is the block of the
hidden weights ``W``, ``K_2`` that of the output weights ``a``. Both are sums over neurons. So a network
of any width streams as one neuron does: with the sums of ``neuron_gradients`` over ``m`` draws, divided
by ``m``, one has the kernels of one network of width ``m``, and nothing of it was ever held in memory.
"""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.typing import DTypeLike
from jaxtyping import Array, Float, PRNGKeyArray

from numerics import gaussian as draw
from numerics.activation import Activation


class Weights(NamedTuple):
    """Output weights and hidden weights of ``m`` neurons; of one, without the leading axis."""

    a: Float[Array, "*m"]
    W: Float[Array, "*m d"]


class Tangents(NamedTuple):
    """The two blocks of a tangent kernel: ``K_1`` of the hidden, ``K_2`` of the output weights."""

    K_1: Float[Array, "..."]
    K_2: Float[Array, "..."]


Start = Callable[..., Weights]  # (key, m, d, dtype), an initialisation with independent neurons


def gaussian(key: PRNGKeyArray, m: int, d: int, dtype: DTypeLike = float) -> Weights:
    """All weights standard Gaussian."""
    a_key, w_key = jax.random.split(key)
    return Weights(jax.random.normal(a_key, (m,), dtype), draw.vector(w_key, m, d, dtype))


def rademacher(key: PRNGKeyArray, m: int, d: int, dtype: DTypeLike = float) -> Weights:
    """Output weights fair signs, hidden weights standard Gaussian."""
    a_key, w_key = jax.random.split(key)
    return Weights(draw.rademacher(a_key, m, dtype=dtype), draw.vector(w_key, m, d, dtype))


def antisymmetric(weights: Weights) -> Weights:
    """Every neuron beside its negative: twice the width, tangent kernel unchanged, and output zero.

    It cancels all that is odd in ``a``, so that it shows no fluctuation of the output.
    """
    return Weights(jnp.concatenate([weights.a, -weights.a]), jnp.concatenate([weights.W, weights.W]))


def neuron(weights: Weights, x: Float[Array, " d"], sigma: Activation) -> Float[Array, ""]:
    """``a sigma(w . x)``, of one neuron."""
    return weights.a * sigma(weights.W @ x)


def output(weights: Weights, x: Float[Array, " d"], sigma: Activation) -> Float[Array, ""]:
    """``f(x)``."""
    return weights.a @ sigma(weights.W @ x) / jnp.sqrt(jnp.asarray(weights.a.size, x.dtype))


def gradient_inner(
    weights: Weights, x: Float[Array, " d"], y: Float[Array, " d"], sigma: Activation
) -> Tangents:
    """Inner products of the gradients of ``f(x)`` and ``f(y)`` in the weights, block by block."""
    at_x, at_y = (jax.grad(output)(weights, z, sigma) for z in (x, y))
    return Tangents(jnp.vdot(at_x.W, at_y.W), jnp.vdot(at_x.a, at_y.a))


def tangents(weights: Weights, X: Float[Array, "n d"], Y: Float[Array, "k d"], sigma: Activation) -> Tangents:
    """The blocks as Gram matrices (n, k) over two sets of inputs, of a network that fits in memory."""
    jacobian = jax.vmap(jax.grad(output), in_axes=(None, 0, None))
    at_x, at_y = jacobian(weights, X, sigma), jacobian(weights, Y, sigma)
    return Tangents(jnp.tensordot(at_x.W, at_y.W, axes=((1, 2), (1, 2))), at_x.a @ at_y.a.T)


def neuron_gradients(
    key: PRNGKeyArray, draws: int, X: Float[Array, "n d"], sigma: Activation, start: Start = gaussian
) -> Weights:
    """Gradients of ``draws`` independent neurons at every input: shapes (draws, n) and (draws, n, d)."""
    neurons = start(key, draws, X.shape[1], X.dtype)
    at_inputs = jax.vmap(jax.grad(neuron), in_axes=(None, 0, None))
    return jax.vmap(at_inputs, in_axes=(0, None, None))(neurons, X, sigma)


def gram(gradients: Weights) -> Tangents:
    """Gram matrices (n, n) of `neuron_gradients`, summed over the neurons: the summary that streams."""
    hidden = jnp.einsum("mid,mjd->ij", gradients.W, gradients.W)
    return Tangents(hidden.astype(float), (gradients.a.T @ gradients.a).astype(float))


def neuron_tangents(
    key: PRNGKeyArray,
    draws: int,
    x: Float[Array, " d"],
    y: Float[Array, " d"],
    sigma: Activation,
    start: Start = gaussian,
) -> Tangents:
    """One neuron's share of both blocks, ``draws`` times; a network's kernel is their mean."""
    at = neuron_gradients(key, draws, jnp.stack([x, y]), sigma, start)
    return Tangents(jnp.sum(at.W[:, 0] * at.W[:, 1], axis=-1), at.a[:, 0] * at.a[:, 1])
