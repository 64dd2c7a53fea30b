"""Does the order of two layers matter, an erf layer and a ReLU layer?

./wideproof check docs/gallery/layers_commute.py
"""

from sympy import Interval, Rational, acos, asin, pi, sqrt, symbols

from theory import Claim, equal

rho = symbols("rho", real=True)


def relu(c):
    """The correlation behind a ReLU layer."""
    return (sqrt(1 - c**2) + c * (pi - acos(c))) / pi


def erf(c):
    """The correlation behind an erf layer of unit variance."""
    return asin(2 * c / 3) / asin(Rational(2, 3))


layers_commute = Claim(
    "layers-commute",
    "A ReLU layer behind an erf layer has the kernel of an erf layer behind a ReLU layer.",
    given={rho: Interval(-1, 1)},
    states=equal(relu(erf(rho)), erf(relu(rho))),
)
