"""What is left of a tangent kernel at great depth? Two orthogonal inputs, a ReLU network, the kernel over its diagonal.

./wideproof check docs/gallery/deep_kernel.py
"""

import jax.numpy as jnp
from jax import lax
from sympy import Range, Rational, symbols

from numerics import observes
from theory import Claim, limit, observed

depth = symbols("l", integer=True, positive=True)
kernel = observed("k")
DEPTHS = {depth: Range(2**8, 2**16 + 1)}

deep_kernel = Claim(
    "deep-kernel",
    "As the correlation does, the normalised tangent kernel tends to one with the depth.",
    given=DEPTHS,
    states=limit(kernel, 1, by=depth, rate=-1),
)

deep_kernel_quarter = Claim(
    "deep-kernel.quarter",
    "The normalised tangent kernel tends to a quarter with the depth, its bias like one over it.",
    given=DEPTHS,
    states=limit(kernel, Rational(1, 4), by=depth, rate=-1),
    open=True,
)


@observes(deep_kernel)
@observes(deep_kernel_quarter)
def iterated(l):  # noqa: E741 - the depth, as everybody calls it
    """The kernel T' = T kappa_0 + c' layer by layer, from T = c = 0; on the diagonal it is the depth."""

    def layer(_, state):
        T, e = state
        theta = 2 * jnp.arcsin(jnp.sqrt(e / 2))
        e = e - (jnp.sin(theta) - theta * jnp.cos(theta)) / jnp.pi
        return T * (1 - theta / jnp.pi) + 1 - e, e

    return lax.fori_loop(0, l, layer, (0.0, 1.0))[0] / (l + 1)
