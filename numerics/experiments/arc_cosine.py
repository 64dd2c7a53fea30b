"""Neurons that see two unit inputs at an angle, by the hundred million.

The draws are what hidden neurons with Gaussian weights compute at two unit inputs; nothing here
knows an arc-cosine. The variance of one draw is the kernel of twice
the order less the square of the kernel, and its moments are kernels of higher order, all in closed form,
so that the margins are guaranteed and not asymptotic.
"""

import jax
import jax.numpy as jnp
from sympy import Eq, Piecewise, cos, factorial2, sin

from numerics import gaussian as simulate
from numerics import observes
from theory.arc_cosine import any_order, orders
from theory.arc_cosine.symbols import n, rho, theta

KERNELS = {order: claim.states.sides[-1] for order, claim in enumerate(orders.orders)}
KERNELS[4] = orders.second_moment.states.sides[-1]
POWERS = {1: (4, 6, 8), 2: (4, 6)}  # the moments offered for clipping; the plan takes the best


def law(order: int) -> dict:
    """What theory knows of one draw: its exact variance, and bounds on its moments."""
    variance = KERNELS[2 * order] - KERNELS[order] ** 2
    if order == 0:
        return {"variance": variance, "bounds": (0, 1)}
    return {"variance": variance, "moments": {q: moment(order * q) for q in POWERS[order]}}


def moment(k: int):
    """The kernel of order ``k``, exact: by the closed form of every order, at equal inputs by its diagonal."""
    inside = any_order.order_n.states.sides[-1].subs({n: k, rho: cos(theta)})
    return Piecewise((factorial2(2 * k - 1) / 2, Eq(sin(theta), 0)), (inside, True))


@observes(orders.order_0, **law(0))
def both_open(key, draws, theta):
    u, v = simulate.pair_at_angle(key, draws, theta, jnp.float32)
    return jnp.logical_and(u > 0, v > 0).astype(jnp.float32)


@observes(orders.order_1, **law(1))
def rectified(key, draws, theta):
    u, v = simulate.pair_at_angle(key, draws, theta, jnp.float32)
    return jax.nn.relu(u) * jax.nn.relu(v)


@observes(orders.order_2, **law(2))
def squares(key, draws, theta):
    u, v = simulate.pair_at_angle(key, draws, theta, jnp.float32)
    return jnp.square(jax.nn.relu(u) * jax.nn.relu(v))
