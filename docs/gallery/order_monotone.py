"""Do rectifiers of a higher order see less of two inputs? The arc-cosine kernels, normalised, by their order.

Of order n is the rectifier max(z, 0)^n; order 0 is the step. The kernel is an integral over the wedge of directions
that both inputs light up, which the experiment adds up by Gauss and Legendre's rule.

./wideproof check docs/gallery/order_monotone.py
"""

import jax.numpy as jnp
import numpy as np
from sympy import Interval, Range, pi, symbols

from numerics import observes
from theory import Claim, at_least, observed

theta = symbols("theta", real=True)
n = symbols("n", integer=True, nonnegative=True)
lower, higher = observed("k_n"), observed("k_next")
NODES, WEIGHTS = np.polynomial.legendre.leggauss(64)

order_monotone = Claim(
    "order-monotone",
    "The normalised arc-cosine kernel falls with its order.",
    given={theta: Interval(0, pi), n: Range(0, 13)},
    states=at_least(lower, higher),
)

order_monotone_from_one = Claim(
    "order-monotone.from-one",
    "From order one on, the normalised arc-cosine kernel falls with its order.",
    given={theta: Interval(0, pi), n: Range(1, 13)},
    states=at_least(lower, higher),
    open=True,
)


def wedge(theta, order):
    """The integral of (cos t cos(t - theta))^order over the wedge, whose opening is pi - theta."""
    half = (jnp.pi - theta) / 2
    t = theta / 2 + half * NODES
    return half * jnp.sum(WEIGHTS * (jnp.cos(t) * jnp.cos(t - theta)) ** order)


@observes(order_monotone)
@observes(order_monotone_from_one)
def kernels(theta, n):
    k_n, k_next = (wedge(theta, order) / wedge(0.0, order) for order in (n, n + 1))
    return {"k_n": k_n, "k_next": k_next}
