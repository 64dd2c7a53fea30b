"""Conjectures that a small budget leaves undecided, and a larger one decides."""

import jax
import jax.numpy as jnp
from sympy import Interval, Range, Rational, pi, sqrt, symbols

from numerics import observes
from theory import Claim, Mean, equal, observed, scaling

x = symbols("x", real=True)
m = symbols("m", integer=True, positive=True)

costly = Claim(
    "costly",
    "The mean size of a sum, each of four hundred terms.",
    {x: Interval(1, 2)},
    equal(Mean(observed("S") * x), x * sqrt(2 / pi)),
)
noisy = Claim(
    "noisy",
    "A sum of m terms under noise.",
    {m: Range(16, 65)},
    scaling(Mean(observed("S")), Rational(1, 2), by=m),
)


@observes(costly, resolution=2e-2)
def sums(key, draws, x):
    def one(key):
        return jnp.abs(jnp.mean(jax.random.normal(key, (400,), x.dtype))) * 20

    return jax.vmap(one)(jax.random.split(key, draws)) * x


@observes(noisy, resolution=3e-2)
def walk(key, draws, m):
    steps, noise = jax.random.split(key)
    size = jnp.abs(jnp.sum(jax.random.normal(steps, (draws, m)), axis=1))
    return size + 3 * jax.random.normal(noise, (draws,))
