"""The mean of a GELU neuron, which decides whether a GELU layer needs its mean taken off.

./wideproof check docs/gallery/gelu_mean.py
"""

import jax
from sympy import Integral, Rational, erf, exp, oo, pi, sqrt

from numerics import observes
from theory import Claim, Mean, Step, equal, gaussian
from theory.averaging import density, plain, stein
from theory.calculus import integrate

z = gaussian.single("z")
x = plain(z)  # the same letter, as a variable of integration


def derivation():
    """Stein's identity turns z in front into a derivative; what is left is the mean of a density."""
    yield Step(Mean(exp(-(z**2) / 2) / sqrt(2 * pi)), stein(z))
    yield Step(Integral(exp(-(x**2)) / (2 * pi), (x, -oo, oo)), density(z))
    yield Step(1 / (2 * sqrt(pi)), integrate(x))


gelu_mean = Claim(
    "gelu-mean",
    "The mean of a GELU neuron at unit variance is 1/(2 sqrt(pi)).",
    given={},
    states=equal(Mean(z * (1 + erf(z / sqrt(2))) * Rational(1, 2)), 1 / (2 * sqrt(pi))),
    because=derivation,
)


@observes(gelu_mean, resolution=1e-2)
def neurons(key, draws):
    return jax.nn.gelu(jax.random.normal(key, (draws,)), approximate=False)
