"""Sums that stream: what a verdict needs to know of many i.i.d. values, and no more.

Of draws ``X_1, ..., X_n`` (leading axis; the entries of an array trail) we keep

    n,   sum Y_i,   sum Y_i^2,   #{|X_i| > L},   min X_i,   max X_i,      Y = max(-L, min(X, L)),

where the level ``L`` is fixed before any draw. Nothing is centred at a claimed value, so that one
observation serves every claim about it, a false one included. Clipping rather than dropping
``|X| > L`` keeps ``Var Y <= Var X``, because clipping is 1-Lipschitz.

A chunk is summed on its device in its own precision by a binary tree of error-free additions
(Knuth's two-sum): the pair (total, residue) has a relative error of order eps^2 log n, so float32
draws lose nothing by being summed (a square is rounded once, before). Chunks are merged on the host in
float64.
"""

import math
from functools import reduce
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.typing import ArrayLike

LANES = 2**14  # partial sums side by side: they stay in a core's cache, and are enough to fill a device


Numbers = Array | np.ndarray  # on a device, or merged on the host


class Moments(NamedTuple):
    """Sufficient statistic of a stream; every field but ``count`` has the shape of one value."""

    count: Numbers  # n, an integer
    total: Numbers  # sum Y
    residue: Numbers  # what rounding took from `total`; 0 once merged on the host
    squares: Numbers  # sum Y^2
    squares_residue: Numbers
    beyond: Numbers  # how many |X| exceed the level: an integer
    least: Numbers  # min X, unclipped
    greatest: Numbers  # max X, unclipped


def chunk_moments(values: Array, level: ArrayLike) -> Moments:
    """Moments of one chunk, on its device and in its precision, in one pass; jit-able.

    ``level`` broadcasts against one value; ``inf`` does not clip. Booleans count as 0 and 1.
    A NaN among the values reaches ``least`` and ``greatest``, whence `mean` refuses it.
    """
    x = _floating(values)
    draws, entries = x.shape[0], x.shape[1:]
    lanes = min(draws, max(1, LANES // max(1, math.prod(entries))))
    limit = jnp.broadcast_to(jnp.asarray(level, x.dtype), entries)
    rows, rest = draws // lanes, draws % lanes
    lane = _observe(
        _empty((lanes, *entries), x.dtype), x[: rows * lanes].reshape(rows, lanes, *entries), limit
    )
    if rest:
        tail = _observe(_empty((rest, *entries), x.dtype), x[None, rows * lanes :], limit)
        lane = jax.tree.map(lambda a, b: jnp.concatenate([a, b]), lane, tail)
    return _across(lane)._replace(count=jnp.int32(draws))


def _empty(shape: tuple[int, ...], dtype) -> Moments:
    zero, none = jnp.zeros(shape, dtype), jnp.zeros(shape, jnp.int32)
    return Moments(none, zero, zero, zero, zero, none, zero + jnp.inf, zero - jnp.inf)


def _observe(start: Moments, rows: Array, limit: Array) -> Moments:
    """Every lane sees one more draw a step."""
    limit = jnp.broadcast_to(limit, start.total.shape)

    def see(m: Moments, x):
        y = jnp.clip(x, -limit, limit)
        total, taken = _two_sum(m.total, y)
        squares, squares_taken = _two_sum(m.squares, y * y)
        beyond = m.beyond + (jnp.abs(x) > limit).astype(jnp.int32)
        least, greatest = jnp.minimum(m.least, x), jnp.maximum(m.greatest, x)
        residue, squares_residue = m.residue + taken, m.squares_residue + squares_taken
        return Moments(m.count, total, residue, squares, squares_residue, beyond, least, greatest), None

    return jax.lax.scan(see, start, rows)[0]


def _across(lane: Moments) -> Moments:
    """The lanes together: the leading axis goes."""
    total, residue = tree_sum(lane.total, lane.residue)
    squares, squares_residue = tree_sum(lane.squares, lane.squares_residue)
    extremes = jnp.min(lane.least, axis=0), jnp.max(lane.greatest, axis=0)
    return Moments(
        lane.count, total, residue, squares, squares_residue, jnp.sum(lane.beyond, axis=0), *extremes
    )


def tree_sum(x: Numbers, residue: Numbers) -> tuple[Array, Array]:
    """The sum of ``x + residue`` over the leading axis, and what rounding took from it."""
    while x.shape[0] > 1:
        half = x.shape[0] // 2
        total, error = _two_sum(x[:half], x[half : 2 * half])
        rest = residue[:half] + residue[half : 2 * half] + error
        x = jnp.concatenate([total, x[2 * half :]])
        residue = jnp.concatenate([rest, residue[2 * half :]])
    return x[0], residue[0]


def merge(first: Moments, *others: Moments) -> Moments:
    """Moments of all the draws together: host arrays, float64 sums, exact int64 counts."""
    return reduce(_add, map(_settled, others), _settled(first))


def mean(moments: Moments) -> np.ndarray:
    """The mean of the clipped values; ValueError if a value was NaN or infinite."""
    m = _settled(moments)
    if not (np.all(np.isfinite(m.least)) and np.all(np.isfinite(m.greatest))):
        lie = "NaN" if np.any(np.isnan(m.least)) else "an infinite value"
        raise ValueError(
            f"{lie} among {int(m.count)} draws (least {m.least}, greatest {m.greatest}): "
            "an experiment must return finite values"
        )
    return np.asarray(m.total / m.count)


def sd(moments: Moments) -> np.ndarray:
    """The standard deviation of the clipped values. Absolute accuracy: sqrt(eps) times their rms."""
    m = _settled(moments)
    return np.asarray(np.sqrt(np.maximum(m.squares / m.count - mean(m) ** 2, 0.0)))


def fresh_pairs(x: Array, y: Array | None = None) -> Array:
    """``(X - X')(Y - Y') / 2``: i.i.d., of mean Cov(X, Y), from consecutive draws; ``y`` is ``x`` by default.

    No formula centres them. For the variance itself the pairs have variance ``(kurtosis + 1) / 2 Var(X)^2``.
    """
    if x.shape[0] % 2:
        raise ValueError(f"fresh pairs need an even number of draws, got {x.shape[0]}: draw one more")
    x = _floating(x)
    y = x if y is None else _floating(y)
    return (x[0::2] - x[1::2]) * (y[0::2] - y[1::2]) / 2


def _floating(values: Array) -> Array:
    values = jnp.asarray(values)
    if values.ndim == 0 or values.shape[0] == 0:
        raise ValueError(f"values of shape {values.shape}: the leading axis must hold at least one draw")
    if jnp.issubdtype(values.dtype, jnp.complexfloating):
        raise TypeError(f"values of dtype {values.dtype}: return real and imaginary part as two entries")
    return values if jnp.issubdtype(values.dtype, jnp.floating) else values.astype(float)


def _two_sum(a, b):
    total = a + b
    taken = total - a
    return total, (a - (total - taken)) + (b - taken)


def _settled(moments: Moments) -> Moments:
    host = jax.tree.map(np.asarray, moments)
    total = host.total.astype(np.float64) + host.residue
    squares = host.squares.astype(np.float64) + host.squares_residue
    counts = host.count.astype(np.int64), host.beyond.astype(np.int64)
    zero = np.zeros_like(total)
    return Moments(counts[0], total, zero, squares, zero, counts[1], host.least, host.greatest)


def _add(a: Moments, b: Moments) -> Moments:
    return Moments(
        a.count + b.count,
        a.total + b.total,
        a.residue,
        a.squares + b.squares,
        a.squares_residue,
        a.beyond + b.beyond,
        np.minimum(a.least, b.least),
        np.maximum(a.greatest, b.greatest),
    )
