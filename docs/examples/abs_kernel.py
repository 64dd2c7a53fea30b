"""A conjecture of one's own: the kernel of a layer of absolute values on the sphere.

./wideproof check docs/examples/abs_kernel.py
"""

import jax.numpy as jnp
from sympy import Abs, Interval, asin, pi, sqrt, symbols

from numerics import gaussian as simulate
from numerics import observes
from theory import Claim, Mean, equal, gaussian

rho = symbols("rho", real=True)
u, v = gaussian.pair(rho)  # two standard Gaussians of correlation rho; each symbol knows its law

abs_kernel = Claim(
    "abs-kernel",
    "The output-layer kernel of |.| on the sphere.",
    given={rho: Interval(-1, 1)},
    states=equal(Mean(Abs(u) * Abs(v)), 2 / pi * (sqrt(1 - rho**2) + rho * asin(rho))),
)


@observes(abs_kernel)
def neurons(key, draws, rho):
    u, v = simulate.pair(key, draws, rho)
    return jnp.abs(u) * jnp.abs(v)
