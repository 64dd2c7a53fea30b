"""my-scaling: how a quantity of a network grows with its width, with a verdict: a coordinate check.

./wideproof check my_scaling.py
"""

import jax
import jax.numpy as jnp
from sympy import Range, Rational, symbols

from numerics import observes
from theory import Claim, Mean, observed, scaling

m = symbols("m", integer=True, positive=True)
size = observed("h")

my_scaling = Claim(
    "my-scaling",
    "A sum of m independent terms has the size sqrt(m).",
    given={m: Range(16, 513)},
    # Also: log=1 for a factor log(m), constant=... for the constant, bound="upper"
    # for "at most of this order", to=0 for a quantity that shrinks.
    states=scaling(Mean(size), Rational(1, 2), by=m),
)


# Any function of a key and the width: build your network here, take a step, and
# return one number a draw.
@observes(my_scaling)
def preactivation(key, draws, m):
    return jnp.abs(jnp.sum(jax.random.normal(key, (draws, m)), axis=1))
