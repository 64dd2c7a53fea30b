"""The Hessian of a two-layer network in its weights, by automatic differentiation, and its largest eigenvalue.

Neurons share no weight, so that the Hessian is made of one block a neuron; a neuron feels its weights through its
output weight and through ``w . x`` alone, so that its block acts in one plane. Networks of any width are taken
block by block; `dense` and `by_products` know nothing of this, and the tests compare.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax.experimental.sparse.linalg import lobpcg_standard
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Float, PRNGKeyArray

from numerics.activation import Activation
from numerics.network import Weights, neuron, output


class Estimate(NamedTuple):
    """A norm with a bound on its distance from some eigenvalue of the squared matrix, in size."""

    norm: Float[Array, ""]
    residual: Float[Array, ""]


def dense(weights: Weights, x: Float[Array, " d"], sigma: Activation) -> Float[Array, "p p"]:
    """All second derivatives of ``f(x)``, output weights first; for networks that are small."""
    flat, shaped = ravel_pytree(weights)
    return jax.hessian(lambda theta: output(shaped(theta), x, sigma))(flat)


def product(weights: Weights, x: Float[Array, " d"], sigma: Activation, direction: Weights) -> Weights:
    """The Hessian of ``f(x)`` times a direction in the space of weights."""
    gradient = jax.grad(lambda at: output(at, x, sigma))
    return jax.jvp(gradient, (weights,), (direction,))[1]


def blocks(weights: Weights, x: Float[Array, " d"], sigma: Activation) -> Float[Array, "m q q"]:
    """One block a neuron, of size ``q = d + 1``."""

    def flat(theta: Float[Array, " q"]) -> Float[Array, ""]:
        return neuron(Weights(theta[0], theta[1:]), x, sigma)

    theta = jnp.concatenate([weights.a[:, None], weights.W], axis=1)
    return jax.vmap(jax.hessian(flat))(theta) / jnp.sqrt(jnp.asarray(weights.a.size, x.dtype))


def norm(weights: Weights, x: Float[Array, " d"], sigma: Activation) -> Float[Array, ""]:
    """The operator norm of the Hessian, as the largest of its blocks'."""
    return jnp.max(jnp.abs(jnp.linalg.eigvalsh(blocks(weights, x, sigma))))


def by_products(
    key: PRNGKeyArray, weights: Weights, x: Float[Array, " d"], sigma: Activation, directions: int = 8
) -> Estimate:
    """The operator norm by LOBPCG on products with the square of the Hessian of the whole network.

    ``directions`` vectors share the search, since the top of the spectrum is clustered. Some eigenvalue of
    the square lies within ``residual`` of the square of ``norm``.
    """
    flat, shaped = ravel_pytree(weights)

    def squared(vector: Float[Array, " p"]) -> Float[Array, " p"]:
        once = product(weights, x, sigma, shaped(vector))
        return ravel_pytree(product(weights, x, sigma, once))[0]

    apply = jax.vmap(squared, in_axes=1, out_axes=1)
    start = jax.random.normal(key, (flat.size, directions), flat.dtype)
    values, vectors, _ = lobpcg_standard(apply, start, m=200)
    top = vectors[:, 0] / jnp.linalg.norm(vectors[:, 0])
    return Estimate(jnp.sqrt(values[0]), jnp.linalg.norm(squared(top) - values[0] * top))


def in_plane(a: Array, W: Any, x: Any, sigma: Activation) -> tuple[Array, Array, Array]:
    """One neuron's block times sqrt(m), in the plane of its output weight and ``x``, which is not zero.

    ``W`` and ``x`` are vectors, or both lists of their coordinates: drawn as columns, many neurons stay in
    the registers of a CPU, which stacked into an array they do not.
    """
    size = jnp.sqrt(inner(x, x))
    along = jax.tree.map(lambda coordinate: coordinate / size, x)

    def summed(at: tuple[Array, Any]) -> Float[Array, ""]:  # `neuron`, but many of them vectorise on a CPU
        return at[0] * sigma(inner(at[1], x))

    steps = [(jnp.ones_like(a), jax.tree.map(jnp.zeros_like, along)), (jnp.zeros_like(a), along)]
    by_output, by_input = (jax.jvp(jax.grad(summed), ((a, W),), (step,))[1] for step in steps)
    return by_output[0], by_input[0], inner(by_input[1], along)


def inner(v: Any, w: Any) -> Float[Array, ""]:
    """The inner product of two vectors, or of two lists of coordinates."""
    return jax.tree.reduce(jnp.add, jax.tree.map(lambda p, q: jnp.sum(p * q), v, w))


def neuron_norms(weights: Weights, x: Float[Array, " d"], sigma: Activation) -> Float[Array, " m"]:
    """The norms of all neurons' blocks times sqrt(m)."""
    return jax.vmap(lambda at: spectral_norm(*in_plane(at.a, at.W, x, sigma)))(weights)


def neuron_squares(weights: Weights, x: Float[Array, " d"], sigma: Activation) -> Float[Array, " m"]:
    """The sums of squares of all neurons' blocks, times m."""
    p, q, r = jax.vmap(lambda at: in_plane(at.a, at.W, x, sigma))(weights)
    return jnp.square(p) + 2 * jnp.square(q) + jnp.square(r)


def spectral_norm(p: Array, q: Array, r: Array) -> Array:
    """The norm of the symmetric matrix with rows (p, q) and (q, r)."""
    return (jnp.abs(p + r) + jnp.hypot(p - r, 2 * q)) / 2
