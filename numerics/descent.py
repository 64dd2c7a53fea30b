"""Gradient descent and gradient flow on any function, by automatic differentiation.

The loss is a function of an array; nothing here knows what it is, or what its iterates should be.
"""

from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike
from jaxtyping import Array, Float


def descended(
    loss: Callable, start: Float[Array, "*shape"], rate: ArrayLike, steps: int
) -> Float[Array, "*shape"]:
    """The iterate after a number of steps ``x - rate * gradient``."""

    def step(_, x):
        return x - rate * jax.grad(loss)(x)

    return jax.lax.fori_loop(0, steps, step, start)


def path(
    loss: Callable, start: Float[Array, "*shape"], rate: ArrayLike, steps: int
) -> Float[Array, "k *shape"]:
    """All iterates, the start included, on a new leading axis."""

    def step(x, _):
        return x - rate * jax.grad(loss)(x), x

    return jax.lax.scan(step, start, None, length=steps + 1)[1]


def steps_inside(
    loss: Callable, starts: Float[Array, " n"], rate: ArrayLike, radius: ArrayLike
) -> Float[Array, " n"]:
    """How many iterates of each number, the start included, lie within a radius of 0 before the first outside.

    Every start must leave: one that does not keeps the others waiting for ever, but for 0 itself, which has
    none counted. So must the loss be a sum over the starts, each with a gradient of its own.
    """

    def inside(x):
        return (jnp.abs(x) <= radius) & (x != 0)

    def step(state):
        x, count, open_ = state
        x = x - rate * jax.grad(loss)(x)
        return x, count + open_, open_ & inside(x)

    first = inside(starts)
    initial = (starts, jnp.zeros(starts.shape), first)
    return jax.lax.while_loop(lambda state: jnp.any(state[2]), step, initial)[1]


@partial(jax.jit, static_argnames=("loss", "steps"))
def flowed(
    loss: Callable, start: Float[Array, "*shape"], time: ArrayLike, steps: int
) -> Float[Array, "*shape"]:
    """The gradient flow at a time, by as many steps of the classical Runge-Kutta method.

    Compiled once for each loss, as an object: pass a function that has a name.
    """
    h = time / steps

    def velocity(x):
        return -jax.grad(loss)(x)

    def step(_, x):
        a = velocity(x)
        b = velocity(x + h / 2 * a)
        c = velocity(x + h / 2 * b)
        return x + h / 6 * (a + 2 * b + 2 * c + velocity(x + h * c))

    return jax.lax.fori_loop(0, steps, step, start)


def quadratic(matrix: Float[Array, "d d"]) -> Callable:
    """``x^T H x / 2``."""
    return lambda x: jnp.dot(x, matrix @ x) / 2
