"""Training of any network that is a callable pytree: a few steps on all data, at a rate for each weight.

A network is an Equinox module, or ``jax.tree_util.Partial(apply, params)`` of a plain function
``(params, x) -> output``. What is trained are its arrays of floats, each under a name: the path to it, such as
``layers[0].weight`` in a module, or ``['w1']`` in the parameters of a plain function.
"""

from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jax.tree_util import keystr
from jaxtyping import Array, Float, PyTree

Loss = Callable[[Any], Float[Array, ""]]  # of a network
Rate = float | Callable[[str, Any], float]  # one for all weights, or (name of a weight, m) -> its own
Train = Callable[[Any, Any], Any]  # (network, m) -> network
INSIDE = "[<flat index 0>][0]"  # where a Partial keeps its first argument


def squares(X: Float[Array, "n d"], Y: Float[Array, "n ..."]) -> Loss:
    """Half the mean square of the errors."""

    def loss(network) -> Float[Array, ""]:
        return jnp.mean(jnp.square(jax.vmap(network)(X) - Y)) / 2

    return loss


def arrays(network: PyTree) -> tuple[PyTree, PyTree]:
    """What is trained, and the rest of a network. Raises ``TypeError`` where nothing is trained."""
    if not callable(network):
        raise TypeError(
            f"the builder returned {type(network).__name__}, which is no function of an input; return an "
            "Equinox module, or jax.tree_util.Partial(apply, params) for a plain apply(params, x)"
        )
    moving, rest = eqx.partition(network, eqx.is_inexact_array)
    if not jax.tree.leaves(moving):
        raise TypeError(
            f"{type(network).__name__} has no array of floats to train; the weights are its fields, or the "
            "params of jax.tree_util.Partial(apply, params), and are arrays of JAX and not of NumPy"
        )
    return moving, rest


def rates(network: PyTree, rate: Rate, m: Any) -> PyTree:
    """The rate of each array, in the shape of the network."""

    def at(path, weight) -> Any:
        name = keystr(path).removeprefix(INSIDE).removeprefix(".")
        return jnp.asarray(rate(name, m) if callable(rate) else rate, weight.dtype)

    return jax.tree_util.tree_map_with_path(at, arrays(network)[0])


def sgd(loss: Loss, *, steps: int, rate: Rate) -> Train:
    """Gradient descent on the whole loss."""

    def train(network, m):
        start, rest = arrays(network)
        by = rates(network, rate, m)

        def step(_, now):
            return jax.tree.map(lambda w, g, r: w - r * g, now, slope(loss, now, rest), by)

        return eqx.combine(jax.lax.fori_loop(0, steps, step, start), rest)

    return train


def adam(
    loss: Loss, *, steps: int, rate: Rate, b1: float = 0.9, b2: float = 0.999, tiny: float = 1e-30
) -> Train:
    """Adam, with the constants of its authors but for ``tiny``: gradients of wide networks are smaller than 1e-8."""

    def train(network, m):
        start, rest = arrays(network)
        by = rates(network, rate, m)

        def step(k, state):
            now, first, second = state
            gradient = slope(loss, now, rest)
            first = jax.tree.map(lambda v, g: b1 * v + (1 - b1) * g, first, gradient)
            second = jax.tree.map(lambda v, g: b2 * v + (1 - b2) * g * g, second, gradient)

            def moved(w, u, v, r):
                return w - r * (u / (1 - b1 ** (k + 1.0))) / (jnp.sqrt(v / (1 - b2 ** (k + 1.0))) + tiny)

            return jax.tree.map(moved, now, first, second, by), first, second

        zero = jax.tree.map(jnp.zeros_like, start)
        return eqx.combine(jax.lax.fori_loop(0, steps, step, (start, zero, zero))[0], rest)

    return train


def slope(loss: Loss, moving: PyTree, rest: PyTree) -> PyTree:
    """The gradient of a loss in what is trained."""
    return jax.grad(lambda at: loss(eqx.combine(at, rest)))(moving)
