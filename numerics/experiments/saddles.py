"""Gradient descent and gradient flow from random starts, differentiated by the machine.

Nothing here knows an eigenvalue's power, an exit time or a solution: a step subtracts a gradient.
"""

import jax
import jax.numpy as jnp
from sympy import pi

from numerics import descent, observes
from theory.saddles import convergence, escape, gradient_flow, measure_zero


def bent(lamda):
    """The quadratic of one eigenvalue, for any number of starts at once."""
    return lambda x: jnp.sum(lamda * x**2 / 2)


@observes(convergence.slip)
def near_the_saddle(eta, lamda, c, k):
    return 1 / (1 + descent.descended(bent(lamda), c, eta, k) ** 2)


@observes(measure_zero.almost_none, resolution=1e-2)
def nothing_grows(key, draws, d, eta, e, a, b, lamda, Q):
    """Whether one step of descent makes every coordinate smaller, by more than single precision may commit.

    A coordinate that is small beside the others comes out of a sum of d products, before the step and after it;
    what rounding leaves of it decides nothing, and an event of probability zero must not happen by rounding.
    """
    starts = jax.random.normal(key, (draws, d), jnp.float32)
    loss = descent.quadratic(Q.T @ (lamda[:, None] * Q))
    before, after = (starts @ Q.T, jax.vmap(lambda x: descent.descended(loss, x, eta, 1))(starts) @ Q.T)
    committed = 8 * (d + 1) * jnp.finfo(jnp.float32).eps * (1 + jnp.abs(eta) * jnp.max(jnp.abs(lamda)))
    size = jnp.linalg.norm(starts, axis=1, keepdims=True)
    return jnp.all(jnp.abs(after) < jnp.abs(before) - committed * size, axis=1)


@observes(escape.law, resolution=1e-2)
def still_inside(key, draws, eta, lamda, r, s, K):
    start = s * jax.random.normal(key, (draws,), jnp.float32)
    return jnp.all(jnp.abs(descent.path(bent(lamda), start, eta, K)) <= r, axis=0)


@observes(
    escape.ladder, resolution=4e-2, traced=("n",)
)  # the time of one start spreads wider than the term that is sought
def steps_beyond(key, draws, eta, lamda, r, n):
    n = jnp.asarray(n, float)
    start = r * (1 - eta * lamda) ** -n * jax.random.normal(key, (draws,))
    return descent.steps_inside(bent(lamda), start, eta, r) - n


@observes(escape.log_mean, variance=pi**2 / 8, resolution=1e-2)
def log_size(key, draws):
    return jnp.log(jnp.abs(jax.random.normal(key, (draws,))))


@observes(gradient_flow.fits, resolution=1e-6)
def loss_left(x0, y0, t):
    return 2 * network(descent.flowed(network, jnp.stack([x0, y0]), t, 4000))


def network(point):
    x, y = point
    return (x * y - 1) ** 2 / 2


@observes(gradient_flow.strict, resolution=1e-6)
def along_a_flat_saddle(x0, t):
    return descent.flowed(flat, x0, t, 4000)


def flat(x):
    return x**3 + x**4
