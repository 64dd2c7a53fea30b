"""my-identity: two formulas that are equal at every point, with or without a derivation.

./wideproof check my_identity.py
"""

from sympy import Integral, Interval, cos, sin, symbols

from theory import Claim, Step, equal
from theory.calculus import integrate

x, t = symbols("x t", real=True)


def derivation():
    """The steps from the left side to the right one, each with its reason, which is re-checked."""
    yield Step(sin(x), integrate(t))


my_identity = Claim(
    "my-identity",
    "The area under the cosine.",
    given={x: Interval(0, 2)},
    states=equal(Integral(cos(t), (t, 0, x)), sin(x) * 1.001),
    because=derivation,  # leave it out, and balls compare both sides at exact points
)
