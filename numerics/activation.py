"""Activations in JAX, by the names that theory gives them.

Each is a function of one real number, and so of an array entry by entry. ``jax.grad`` is its
derivative almost everywhere; at a kink it is the derivative from the left (for ``abs`` zero), which
a random pre-activation meets with probability zero.
"""

import difflib
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType

import jax
import jax.numpy as jnp
from jax.scipy.special import erf
from jaxtyping import Array, Float

Scalar = Float[Array, "..."]
Activation = Callable[[Scalar], Scalar]


def step(z: Scalar) -> Scalar:
    """One where ``z > 0``, zero elsewhere, zero at zero included."""
    return jnp.where(z > 0, jnp.ones_like(z), jnp.zeros_like(z))


def leaky_relu(z: Scalar) -> Scalar:
    """The identity for positive ``z``, ``z / 100`` elsewhere."""
    return jax.nn.leaky_relu(z, 0.01)


def gelu(z: Scalar) -> Scalar:
    """``z`` times the Gaussian distribution function, not its tanh approximation."""
    return jax.nn.gelu(z, approximate=False)


def gaussian(z: Scalar) -> Scalar:
    return jnp.exp(-jnp.square(z) / 2)


def identity(z: Scalar) -> Scalar:
    return z


@cache
def hermite(k: int) -> Activation:
    """The probabilists' Hermite polynomial of degree ``k``, orthonormal under the Gaussian law.

    By ``sqrt(j+1) h_(j+1) = z h_j - sqrt(j) h_(j-1)``. One function for each degree, so that what
    was compiled for it is found again.
    """

    def polynomial(z: Scalar) -> Scalar:
        before, now = jnp.zeros_like(z), jnp.ones_like(z)
        for j in range(k):
            before, now = now, (z * now - j**0.5 * before) / (j + 1) ** 0.5
        return now

    return polynomial


TWINS: Mapping[str, Activation] = MappingProxyType(
    {
        "relu": jax.nn.relu,
        "step": step,
        "abs": jnp.abs,
        "sign": jnp.sign,
        "leaky_relu": leaky_relu,
        "identity": identity,
        "square": jnp.square,
        "erf": erf,
        "tanh": jnp.tanh,
        "gelu": gelu,
        "softplus": jax.nn.softplus,
        "sine": jnp.sin,
        "cosine": jnp.cos,
        "exp": jnp.exp,
        "gaussian": gaussian,
    }
)


def twin(name: str) -> Activation:
    """The activation of a name in ``TWINS``, or ``hermite-k`` for a degree ``k``.

    Raises ``ValueError`` for any other name.
    """
    family, _, degree = name.rpartition("-")
    if family == "hermite" and degree.isdecimal():
        return hermite(int(degree))
    if name not in TWINS:
        near = difflib.get_close_matches(name, TWINS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"write one of {', '.join(TWINS)}, or hermite-3"
        raise ValueError(f"activation {name!r} has no twin in JAX: {hint}")
    return TWINS[name]
