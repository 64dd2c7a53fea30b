"""Do the features of a network in the NTK parametrisation move in one step of gradient descent?

./wideproof check docs/gallery/feature_step.py
"""

import jax
import jax.numpy as jnp
from sympy import Range, Rational, symbols

from numerics import observes
from theory import Claim, Mean, observed, scaling

m = symbols("m", integer=True, positive=True)
moved = observed("h")  # by how much a preactivation moves, in root mean square over the layer
WIDTHS = {m: Range(32, 513)}

feature_step = Claim(
    "feature-step",
    "In the NTK parametrisation every feature moves by an amount of order one in one step.",
    given=WIDTHS,
    states=scaling(Mean(moved), 0, by=m),
)

feature_step_lazy = Claim(
    "feature-step.lazy",
    "In the NTK parametrisation features move by an amount of order 1/sqrt(m) in one step.",
    given=WIDTHS,
    states=scaling(Mean(moved), -Rational(1, 2), by=m),
)


def network(weights, x):
    return weights["a"] @ jnp.tanh(weights["W"] @ x) / jnp.sqrt(weights["a"].size)


def loss(weights, x):
    return (network(weights, x) - 1.0) ** 2 / 2


@observes(feature_step, resolution=5e-2)
@observes(feature_step_lazy, resolution=5e-2)
def one_step(key, draws, m):
    x = jnp.array([0.6, 0.8])

    def one(key):
        a_key, w_key = jax.random.split(key)
        weights = {"a": jax.random.normal(a_key, (m,)), "W": jax.random.normal(w_key, (m, 2))}
        slope = jax.grad(loss)(weights, x)
        return jnp.sqrt(jnp.mean((slope["W"] @ x) ** 2))  # a step of size one

    return jax.vmap(one)(jax.random.split(key, draws))
