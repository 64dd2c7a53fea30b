"""One experiment that needs its hypothesis, and one that does not."""

import jax
import jax.numpy as jnp
from sympy import Interval, symbols

from numerics import observes
from theory import Claim, equal, observed

x = symbols("x", real=True)
below = {"below the clip": x <= 1.9}
slope = equal(observed("g"), 2 * x)
clipped = Claim("clipped", "A slope that is clipped.", {x: Interval(1, 2)}, slope, where=below)
smooth = Claim("smooth", "A slope that is not.", {x: Interval(1, 2)}, slope, where=below)


@observes(clipped)
def at_most_so_much(x):
    return jnp.minimum(2 * x, 3.8)


@observes(smooth)
def derivative(x):
    return jax.grad(lambda t: t**2)(x)
