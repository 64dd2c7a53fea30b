"""Do as many random neurons as inputs give features of full rank?

./wideproof check docs/gallery/full_rank.py
"""

import jax
import jax.numpy as jnp
from sympy import Range, symbols

from numerics import observes
from theory import Claim, holds, observed

n = symbols("n", integer=True, positive=True)
independent = observed("independent")
SIZES = {n: Range(1, 6)}

full_rank = Claim(
    "full-rank",
    "n random ReLU neurons have linearly independent features at n random inputs.",
    given=SIZES,
    states=holds(independent),
)

full_rank_tanh = Claim(
    "full-rank.tanh",
    "n random tanh neurons have linearly independent features at n random inputs.",
    given=SIZES,
    states=holds(independent),
)


def features(key, n, activation):
    x_key, w_key = jax.random.split(key)
    X, W = jax.random.normal(x_key, (n, 3)), jax.random.normal(w_key, (n, 3))
    return activation(X @ W.T)


def has_full_rank(matrix):
    """Beyond rounding: the smallest singular value is no rounding error of the largest."""
    values = jnp.linalg.svd(matrix, compute_uv=False)
    return values[-1] > len(matrix) * jnp.finfo(matrix.dtype).eps * values[0]


@observes(full_rank)
def relu_features(key, n):
    return has_full_rank(features(key, n, jax.nn.relu))


@observes(full_rank_tanh)
def tanh_features(key, n):
    return has_full_rank(features(key, n, jnp.tanh))
