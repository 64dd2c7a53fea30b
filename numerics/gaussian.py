"""Gaussian draws: correlated pairs, vectors, directions on the sphere, signs.

For unit inputs of inner product ``rho`` and ``w ~ N(0, I)`` the two pre-activations are

    u,    v = rho u + sqrt((1 - rho) (1 + rho)) z,        u, z independent standard Gaussians,

where the product under the root keeps its precision as ``rho`` tends to one: there ``1 - rho**2``
has lost it. At ``rho = 1`` and ``rho = -1`` the second term is an exact zero, so that ``v`` is ``u``
or ``-u``.

Every function takes a typed key, consumed once, and the number of draws, a Python integer; draws
are on the leading axis. Precision is ``dtype``, by default JAX's own, or for a pair that of ``rho``.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike, DTypeLike
from jaxtyping import Array, Float, PRNGKeyArray


def pair(
    key: PRNGKeyArray, draws: int, rho: ArrayLike, dtype: DTypeLike | None = None
) -> tuple[Float[Array, " draws"], Float[Array, " draws"]]:
    """Standard Gaussians ``u, v`` of correlation ``rho``; NaN in ``v`` for ``rho`` outside [-1, 1]."""
    dtype = precision(rho) if dtype is None else dtype
    u_key, z_key = jax.random.split(key)
    u = jax.random.normal(u_key, (draws,), dtype)
    return u, turned(u, jax.random.normal(z_key, (draws,), dtype), rho)


def pair_at_angle(
    key: PRNGKeyArray, draws: int, theta: ArrayLike, dtype: DTypeLike | None = None
) -> tuple[Float[Array, " draws"], Float[Array, " draws"]]:
    """What a neuron sees of two unit inputs at the angle ``theta`` in [0, pi].

    In single precision the cosine of an angle near 0 or pi is 1 or -1, and has forgotten the angle; its
    sine has not.
    """
    dtype = precision(theta) if dtype is None else dtype
    theta = jnp.asarray(theta, jnp.promote_types(dtype, precision(theta)))
    u_key, z_key = jax.random.split(key)
    u = jax.random.normal(u_key, (draws,), dtype)
    z = jax.random.normal(z_key, (draws,), dtype)
    return u, jnp.cos(theta).astype(dtype) * u + jnp.sin(theta).astype(dtype) * z


def vector(key: PRNGKeyArray, draws: int, d: int, dtype: DTypeLike = float) -> Float[Array, "draws d"]:
    """Standard Gaussian vectors of dimension ``d``."""
    return jax.random.normal(key, (draws, d), dtype)


def radius(key: PRNGKeyArray, draws: int, d: int, dtype: DTypeLike = float) -> Float[Array, " draws"]:
    """Norms of standard Gaussian vectors of dimension ``d`` (the chi law)."""
    return jnp.linalg.norm(vector(key, draws, d, dtype), axis=-1)


def sphere(key: PRNGKeyArray, draws: int, d: int, dtype: DTypeLike = float) -> Float[Array, "draws d"]:
    """Uniform directions: points of the unit sphere in dimension ``d``, fair signs for ``d = 1``."""
    if d == 1:  # a float Gaussian is an exact zero once in 2^24 draws, and has no direction there
        return rademacher(key, draws, 1, dtype=dtype)
    x = vector(key, draws, d, dtype)
    x = x.at[:, 0].add(jnp.all(x == 0, axis=-1).astype(dtype))
    return x / jnp.linalg.norm(x, axis=-1, keepdims=True)


def sphere_pair(
    key: PRNGKeyArray, draws: int, rho: ArrayLike, d: int, dtype: DTypeLike | None = None
) -> tuple[Float[Array, " draws"], Float[Array, " draws"]]:
    """Inner products of one uniform direction with two unit vectors of correlation ``rho``.

    In dimension one, where two unit vectors are equal or opposite, ``rho`` must be 1 or -1.
    """
    dtype = precision(rho) if dtype is None else dtype
    direction = sphere(key, draws, d, dtype)
    p, across = direction[:, 0], direction[:, min(d, 2) - 1]
    return p, turned(p, across, rho)


def rademacher(
    key: PRNGKeyArray, draws: int, *shape: int, dtype: DTypeLike = float
) -> Float[Array, "draws ..."]:
    """Fair signs, +1 or -1, in an array of the shape given for every draw."""
    return jax.random.rademacher(key, (draws, *shape), dtype)


def turned(u: Float[Array, " draws"], z: Float[Array, " draws"], rho: ArrayLike) -> Float[Array, " draws"]:
    """``rho u + sqrt((1 - rho) (1 + rho)) z``; the root is taken before rho is rounded."""
    wide = max(u.dtype, precision(rho), key=lambda kind: kind.itemsize)
    rho = jnp.asarray(rho, wide)
    apart = jnp.sqrt((1 - rho) * (1 + rho))
    return rho.astype(u.dtype) * u + apart.astype(u.dtype) * z


def precision(rho: ArrayLike) -> np.dtype:
    """The floating dtype of an array; JAX's default for integers and Python numbers."""
    kind = jnp.result_type(rho)
    return kind if jnp.issubdtype(kind, jnp.floating) else jnp.result_type(float)
