"""Does every ReLU layer bring two inputs closer by a fixed factor?

./wideproof check docs/gallery/relu_contraction.py
"""

from sympy import Interval, Rational, acos, pi, sqrt, symbols

from theory import Claim, at_most

rho = symbols("rho", real=True)
after = (sqrt(1 - rho**2) + rho * (pi - acos(rho))) / pi

relu_contraction = Claim(
    "relu-contraction",
    "A ReLU layer takes at least three hundredths of the distance from two inputs.",
    given={rho: Interval(-1, 1)},
    states=at_most(1 - after, Rational(97, 100) * (1 - rho)),
)
