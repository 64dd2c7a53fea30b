"""The kernel of a GELU layer in closed form.

./wideproof check docs/gallery/gelu_dual.py
"""

import jax
from sympy import Interval, asin, erf, pi, sqrt, symbols

from numerics import gaussian as simulate
from numerics import observes
from theory import Claim, Mean, equal, gaussian

rho = symbols("rho", real=True)
u, v = gaussian.pair(rho)


def gelu(z):
    return z * (1 + erf(z / sqrt(2))) / 2


gelu_dual = Claim(
    "gelu-dual",
    "The kernel of a GELU layer on the sphere is an arcsine of half the correlation, and a root.",
    given={rho: Interval(-1, 1)},
    states=equal(
        Mean(gelu(u) * gelu(v)),
        rho / 4 + rho * asin(rho / 2) / (2 * pi) + 1 / (2 * pi * sqrt(4 - rho**2)),
    ),
)


@observes(gelu_dual, resolution=1e-2)
def neurons(key, draws, rho):
    u, v = simulate.pair(key, draws, rho)
    return jax.nn.gelu(u, approximate=False) * jax.nn.gelu(v, approximate=False)
