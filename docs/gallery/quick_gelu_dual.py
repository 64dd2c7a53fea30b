"""Does the quick GELU, z / (1 + exp(-1.702 z)), have the kernel of GELU?

./wideproof check docs/gallery/quick_gelu_dual.py
"""

import jax
from sympy import Interval, Rational, asin, exp, pi, sqrt, symbols

from numerics import gaussian as simulate
from numerics import observes
from theory import Claim, Mean, equal, gaussian

rho = symbols("rho", real=True)
u, v = gaussian.pair(rho)


def quick_gelu(z):
    return z / (1 + exp(-Rational(1702, 1000) * z))


quick_gelu_dual = Claim(
    "quick-gelu-dual",
    "The quick GELU has the kernel of GELU.",
    given={rho: Interval(-1, 1)},
    states=equal(
        Mean(quick_gelu(u) * quick_gelu(v)),
        rho / 4 + rho * asin(rho / 2) / (2 * pi) + 1 / (2 * pi * sqrt(4 - rho**2)),
    ),
)


@observes(quick_gelu_dual, resolution=1e-2)
def neurons(key, draws, rho):
    u, v = simulate.pair(key, draws, rho)
    return u * jax.nn.sigmoid(1.702 * u) * v * jax.nn.sigmoid(1.702 * v)
