"""A network of any width, drawn block by block: nothing of it is held in memory but one block.

The width is a traced number, so that one compiled program serves all widths. A block of which only a
part belongs to the network is drawn whole, and the rest left out of the sum or the maximum.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, PRNGKeyArray

BLOCK = 2**10  # neurons drawn together

Neurons = Callable[[PRNGKeyArray, int], Any]  # (key, draws) to arrays, neurons on the leading axis


def total(neurons: Neurons, key: PRNGKeyArray, m: jax.Array | int) -> Any:
    """The sums over ``m`` neurons, in double precision: arrays without the leading axis of what ``neurons`` returns."""

    def added(so_far, found, there):
        return so_far + jnp.sum(jnp.where(there, found, 0).astype(float), axis=0)

    return folded(neurons, key, m, added, 0.0)


def largest(neurons: Neurons, key: PRNGKeyArray, m: jax.Array | int) -> Any:
    """The maxima over ``m`` neurons, in the same shapes; minus infinity if ``m`` is 0."""

    def raised(so_far, found, there):
        return jnp.maximum(so_far, jnp.max(jnp.where(there, found, -jnp.inf), axis=0).astype(float))

    return folded(neurons, key, m, raised, -jnp.inf)


def folded(
    neurons: Neurons,
    key: PRNGKeyArray,
    m: jax.Array | int,
    merge: Callable[[Array, Array, Bool[Array, "block ..."]], Array],
    start: float,
) -> Any:
    m = jnp.asarray(m, jnp.int32)

    def one(number, so_far):
        found = neurons(jax.random.fold_in(key, number), BLOCK)
        there = number * BLOCK + jnp.arange(BLOCK, dtype=jnp.int32) < m

        def merged(before, values):
            return merge(before, values, there.reshape(BLOCK, *[1] * (values.ndim - 1)))

        return jax.tree.map(merged, so_far, found)

    shapes = jax.eval_shape(lambda key: neurons(key, BLOCK), key)
    nothing = jax.tree.map(lambda x: jnp.full(x.shape[1:], start, float), shapes)
    return jax.lax.fori_loop(0, -(-m // BLOCK), one, nothing)
