"""Gaussian draws: correlated pairs, vectors, directions on the sphere, signs.

For unit inputs of inner product ``rho`` and ``w ~ N(0, I)`` the two pre-activations are

    u,    v = rho u + sqrt((1 - rho) (1 + rho)) z,        u, z independent standard Gaussians,

where the product under the root keeps its precision as ``rho`` tends to one: there ``1 - rho**2``
has lost it. At ``rho = 1`` and ``rho = -1`` the second term is an exact zero, so that ``v`` is ``u``
or ``-u``.

Single-precision pairs are made as Box and Muller (1958) do, both Gaussians from the 64 bits of one
counter: a radius ``sqrt(-2 log U)`` and an independent angle, which costs a CPU half of what two
inversions of the distribution function do, and reaches 6.6 standard deviations instead of 5.4.

Every function takes a typed key, consumed once, and the number of draws, a Python integer; draws
are on the leading axis. Precision is ``dtype``, by default JAX's own, or for a pair that of ``rho``.
"""

from math import factorial, pi

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike, DTypeLike
from jaxtyping import Array, Float, Float32, PRNGKeyArray, UInt32

# Taylor's series of sin(pi t / 2) / t and cos(pi t / 2) in t^2; for |t| <= 1/2 what is left out is under 2^-25.
SINE = tuple((-1) ** k * (pi / 2) ** (2 * k + 1) / factorial(2 * k + 1) for k in range(5))
COSINE = tuple((-1) ** k * (pi / 2) ** (2 * k) / factorial(2 * k) for k in range(5))


def pair(
    key: PRNGKeyArray, draws: int, rho: ArrayLike, dtype: DTypeLike | None = None
) -> tuple[Float[Array, " draws"], Float[Array, " draws"]]:
    """Standard Gaussians ``u, v`` of correlation ``rho``; NaN in ``v`` for ``rho`` outside [-1, 1]."""
    u, z = independent(key, draws, precision(rho) if dtype is None else dtype)
    return u, turned(u, z, rho)


def pair_at_angle(
    key: PRNGKeyArray, draws: int, theta: ArrayLike, dtype: DTypeLike | None = None
) -> tuple[Float[Array, " draws"], Float[Array, " draws"]]:
    """What a neuron sees of two unit inputs at the angle ``theta`` in [0, pi].

    In single precision the cosine of an angle near 0 or pi is 1 or -1, and has forgotten the angle; its
    sine has not.
    """
    dtype = precision(theta) if dtype is None else dtype
    theta = jnp.asarray(theta, jnp.promote_types(dtype, precision(theta)))
    u, z = independent(key, draws, dtype)
    return u, jnp.cos(theta).astype(dtype) * u + jnp.sin(theta).astype(dtype) * z


def independent(
    key: PRNGKeyArray, draws: int, dtype: DTypeLike = float
) -> tuple[Float[Array, " draws"], Float[Array, " draws"]]:
    """Two independent standard Gaussians for every draw."""
    if jnp.dtype(dtype) != jnp.float32:
        u_key, z_key = jax.random.split(key)
        return jax.random.normal(u_key, (draws,), dtype), jax.random.normal(z_key, (draws,), dtype)
    radial, angular = words(key, draws)
    r = radius_from(radial)
    cos, sin = circle_from(angular)
    return r * cos, r * sin


def columns(key: PRNGKeyArray, draws: int, d: int, dtype: DTypeLike = float) -> list[Float[Array, " draws"]]:
    """The ``d`` coordinates of standard Gaussian vectors, each an array of its own: what a program can fuse.

    Each pair of them has a key of its own: columns cut out of one array of bits would not vectorise.
    """
    if jnp.dtype(dtype) != jnp.float32:
        return list(vector(key, draws, d, dtype).T)
    pairs = (independent(each, draws, dtype) for each in jax.random.split(key, (d + 1) // 2))
    return [column for pair in pairs for column in pair][:d]


def words(key: PRNGKeyArray, draws: int) -> tuple[UInt32[Array, " draws"], UInt32[Array, " draws"]]:
    """Two words of fair bits for every draw: the halves of one where JAX has 64-bit numbers."""
    if jnp.result_type(float) == jnp.float64:
        both = jax.random.bits(key, (draws,), "uint64")
        return (both >> 32).astype(jnp.uint32), both.astype(jnp.uint32)
    first, second = jax.random.split(key)
    return jax.random.bits(first, (draws,), "uint32"), jax.random.bits(second, (draws,), "uint32")


@jax.jit  # lowered once for every shape, as the rounds of the generator are
def radius_from(word: UInt32[Array, "*n"]) -> Float32[Array, "*n"]:
    """``sqrt(-2 log U)``, where ``U`` is the middle of one of 2^31 cells of (0, 1)."""
    cell = (word >> 1).astype(jnp.int32).astype(jnp.float32)  # signed: what a CPU converts in one step
    return jnp.sqrt(-2 * jnp.log((cell + 0.5) * jnp.float32(2**-31)))


@jax.jit  # the same
def circle_from(word: UInt32[Array, "*n"]) -> tuple[Float32[Array, "*n"], Float32[Array, "*n"]]:
    """Cosine and sine of a uniform angle: a fair quarter turn, and one of 2^24 angles around zero."""
    quarter = word >> 30
    cell = ((word >> 6) & 0xFFFFFF).astype(jnp.int32).astype(jnp.float32)
    turn = (cell - jnp.float32(2**23 - 0.5)) * jnp.float32(2**-24)  # of a quarter: from -1/2 to 1/2, exact
    square = turn * turn
    sin = turn * horner(SINE, square)
    cos = horner(COSINE, square)
    odd = (quarter & 1) == 1
    across, along = jnp.where(odd, cos, sin), jnp.where(odd, sin, cos)
    behind, below = (quarter == 1) | (quarter == 2), quarter >= 2
    return jnp.where(behind, -along, along), jnp.where(below, -across, across)


def horner(coefficients: tuple[float, ...], x: Float32[Array, "*n"]) -> Float32[Array, "*n"]:
    value = jnp.float32(coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        value = value * x + jnp.float32(coefficient)
    return value


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
