"""The symbols of the chapter: angles, correlations, and what a neuron sees of two inputs."""

from sympy import Expr, Interval, cos, oo, pi, symbols

from theory import gaussian
from theory.law import step

theta = symbols("theta", nonnegative=True)  # the angle between the two inputs
rho = symbols("rho", real=True)  # its cosine
n, k = symbols("n k", integer=True, nonnegative=True)
d = symbols("d", integer=True, positive=True)
s = symbols("s", positive=True)  # the standard deviation of a pre-activation
r, t, c, x, y = symbols("r t c x y", real=True)
u, v = gaussian.pair(cos(theta))  # what a neuron sees of two unit inputs at angle theta
p, q = gaussian.pair(rho, "u v")  # the same, by their correlation
z = gaussian.single("z")
OPEN = Interval.open(-1, 1)
POSITIVE = Interval.open(0, oo)
ANGLES = Interval(0, pi)


def rectified(a: Expr, b: Expr, order) -> Expr:
    """The integrand of the arc-cosine kernel: both gates, and the powers of both pre-activations."""
    return step(a) * step(b) * a**order * b**order
