"""Sums of many draws that merge inside a compiled program, whatever the number of chunks and devices.

Of each draw ``X`` at a point we add ``Y = max(-L, min(X, L))`` and ``Y^2`` in float64, where the level
``L`` of the point is fixed in the plan. A float32 draw is exact in float64, and so is its square; ``n``
of them add up with a relative error below ``n 2^-53`` of their absolute sum in the worst case, and about
its root in fact. A draw that is no finite number becomes NaN, which no sum hides.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import export

LEVEL = "clipped at"  # among a sampler's parameters: no identifier, so that no claim has one of that name


class Sums(NamedTuple):
    """What is kept of ``count`` draws; all but the count have the shape of one draw."""

    count: jax.Array
    total: jax.Array
    squares: jax.Array


export.register_namedtuple_serialization(Sums, serialized_name="wideproof.Sums")


def clipped(values: jax.Array, level: jax.Array) -> jax.Array:
    """Between ``-level`` and ``level``; what is no finite number becomes NaN. Booleans become 0 and 1."""
    values = values if jnp.issubdtype(values.dtype, jnp.floating) else values.astype(jnp.float32)
    level = jnp.broadcast_to(level.astype(values.dtype), values.shape)
    return jnp.where(jnp.isfinite(values), jnp.clip(values, -level, level), jnp.nan)


def sums(draws: jax.Array) -> Sums:
    """Of one chunk, draws on the leading axis.

    It is summed in equal parts, one after the other, where it can be: XLA would fuse the draws into both sums,
    and so make them twice; a loop over parts makes it write them down.
    """
    count = next(parts for parts in (4, 2, 1) if draws.shape[0] % parts == 0)
    nothing = jnp.zeros(draws.shape[1:], jnp.float64)
    parts = draws.reshape(count, draws.shape[0] // count, *draws.shape[1:])
    both, _ = jax.lax.scan(added, (nothing, nothing), parts)
    return Sums(jnp.float64(draws.shape[0]), *both)


def added(totals: tuple[jax.Array, jax.Array], part: jax.Array) -> tuple[tuple[jax.Array, jax.Array], None]:
    wide = part.astype(jnp.float64)
    return (totals[0] + jnp.sum(wide, axis=0), totals[1] + jnp.sum(wide * wide, axis=0)), None


def mean_and_sd(pooled: Sums) -> tuple[np.ndarray, np.ndarray]:
    """Of the clipped draws; points are on the leading axis of every field."""
    count, total, squares = (np.asarray(part, float) for part in pooled)
    count = count.reshape(count.shape + (1,) * (total.ndim - count.ndim))
    mean = total / count
    return mean, np.sqrt(np.maximum(squares / count - mean**2, 0.0))
