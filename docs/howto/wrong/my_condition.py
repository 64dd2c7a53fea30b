"""my-condition: a condition that holds at every point, and fails at a control outside.

./wideproof check my_condition.py
"""

import jax
import jax.numpy as jnp
from sympy import Range, symbols

from numerics import observes
from theory import Claim, holds, observed

n = symbols("n", integer=True, positive=True)

my_condition = Claim(
    "my-condition",
    "A Gram matrix has no negative eigenvalue.",
    given={n: Range(1, 9)},
    states=holds(observed("semidefinite")),
)


# A truth value for each key. Leave room for rounding where there is some:
# eigenvalues of zero come out as 1e-16.
@observes(my_condition)
def semidefinite(key, n):
    x = jax.random.normal(key, (n, 3))
    return jnp.min(jnp.linalg.eigvalsh(x @ x.T)) > 1e-12 * n
