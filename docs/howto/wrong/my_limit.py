"""my-limit: what a random quantity tends to as a width grows.

./wideproof check my_limit.py
"""

import jax
import jax.numpy as jnp
from sympy import Range, symbols

from numerics import observes
from theory import Claim, limit, observed

m = symbols("m", integer=True, positive=True)
average = observed("A")  # what the experiment measures

my_limit = Claim(
    "my-limit",
    "The mean square of m Gaussians tends to one.",
    given={m: Range(16, 1025)},  # the widths that are tried
    # `rate` is the power of m with which the bias of the median, or of a Mean(...),
    # goes to zero.
    states=limit(average, 1.02, by=m, rate=-1),
)


# One value a key: it is drawn for many keys at each width. A resolution that costs
# too much ends `inconclusive`, and the note says what would decide it.
@observes(my_limit, resolution=1e-2)
def mean_square(key, m):
    return jnp.mean(jax.random.normal(key, (m,)) ** 2)
