"""my-mean: a mean over a law, with the experiment that could refute it.

./wideproof check my_mean.py
"""

import jax.numpy as jnp
from sympy import Abs, Interval, asin, pi, sqrt, symbols

from numerics import gaussian as simulate
from numerics import observes
from theory import Claim, Mean, equal, gaussian

# Each parameter is a SymPy symbol with its assumptions; `given` says where it
# lives.
rho = symbols("rho", real=True)
# Random variables know their law: here two standard Gaussians of correlation rho.
u, v = gaussian.pair(rho)

my_mean = Claim(
    "my-mean",
    "The mean of |u v| in closed form.",  # one sentence in plain words
    given={rho: Interval(-1, 1)},
    # The left side is the definition, the right side is what you claim. `==` would
    # be decided by SymPy at once: write equal(a, b), at_most(a, b), at_least(a, b),
    # below(a, b) or above(a, b). Beside Mean there are Probability, Variance and
    # Covariance.
    states=equal(Mean(Abs(u) * Abs(v)), 2 / pi * (sqrt(1 - rho**2) + rho * asin(rho))),
)


# The experiment never sees the formula. It returns `draws` independent values of
# what stands under the mean, from a JAX key, with the parameters by name. Write
# jnp.abs and not np.abs, jnp.where and not `if`.
@observes(my_mean)
def observed(key, draws, rho):
    u, v = simulate.pair(key, draws, rho)
    return jnp.abs(u) * jnp.abs(v)
