"""my-bound: an inequality at every point of a domain.

./wideproof check my_bound.py
"""

from sympy import Interval, acos, pi, sqrt, symbols

from theory import Claim, at_most

rho = symbols("rho", real=True)

my_bound = Claim(
    "my-bound",
    "The kernel of order 1 on the sphere is at most its chord.",
    # Over intervals alone boxes cover the whole domain: the verdict is `certified`,
    # or a point where it fails. What they leave open is looked at in exact points,
    # and where its slack is least.
    given={rho: Interval(-1, 1)},
    # at_least, and the strict below and above, likewise
    states=at_most((sqrt(1 - rho**2) + (pi - acos(rho)) * rho) / (2 * pi), (1 + rho) / 4),
    # A hypothesis that ties parameters together has a name: where={"in order": x <=
    # y}.
)
