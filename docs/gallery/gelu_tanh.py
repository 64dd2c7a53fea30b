"""How far is the GELU that is computed from the GELU that is meant?

./wideproof check docs/gallery/gelu_tanh.py
"""

from sympy import Abs, Interval, Rational, erf, pi, sqrt, symbols, tanh

from theory import Claim, at_most

x = symbols("x", real=True)
meant = x * (1 + erf(x / sqrt(2))) / 2
computed = x * (1 + tanh(sqrt(2 / pi) * (x + Rational(44715, 10**6) * x**3))) / 2

gelu_tanh = Claim(
    "gelu-tanh",
    "The tanh form of GELU is nowhere off by more than 1/2000.",
    given={x: Interval(-6, 6)},
    states=at_most(Abs(computed - meant), Rational(1, 2000)),
)
