"""What a ReLU layer does to the angle between two inputs, as an area.

./wideproof check docs/gallery/relu_layer_angle.py
"""

from sympy import Integral, Interval, cos, pi, sin, symbols

from theory import Claim, Step, equal
from theory.calculus import integrate

theta, t = symbols("theta t", real=True)
after = cos(theta) + (sin(theta) - theta * cos(theta)) / pi  # the correlation behind the layer


def derivation():
    yield Step(1 - after, integrate(t))


relu_layer_angle = Claim(
    "relu-layer-angle",
    "The correlation that a ReLU layer takes from two inputs is an area under a damped sine.",
    given={theta: Interval(0, pi)},
    states=equal(Integral((1 - t / pi) * sin(t), (t, 0, theta)), 1 - after),
    because=derivation,
)
