"""Integrals over the whole line of a mean, as conditioning on a variable leaves them: means over one draw more.

With ``z = c tan(U)`` and U uniform between -pi/2 and pi/2 the integral of ``f(z) E[g(z)]`` is the mean of
``pi c (1 + tan(U)^2) f(z) g(z)``. The tangent has the tails of Cauchy's law, so that no density which falls faster makes
the weights unbounded; its scale c is the one of a few with which a pilot varies least. An integrand that only grows
has no integral.
"""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from sympy import Basic, Expr, Ge, Gt, Integral, Le, Lt, Mul, S, oo, pi, tan

from numerics.integrals import Blind
from theory.law import Mean, Node, Probability, Uniform, step

Draw = Callable[[Basic, dict], np.ndarray]  # draws of an expression, with values for a variable of it
SCALES = tuple(S(4) ** power for power in range(-3, 4))  # of the tangent; between two of them little is lost
TURNS = np.linspace(-np.pi / 2, np.pi / 2, 2**10 + 2)[1:-1]  # of the pilot
FAR = tuple(2.0 ** (power / 4) for power in range(8, 41))  # where an integrand is looked at, on both sides
HUGE = 1e100  # what no integrand reaches there that a convergent integral has grown to step by step


def is_line_integral_of_a_mean(e: Basic) -> bool:
    """Whether an integral over the whole line holds one mean or probability, as a factor."""
    if not is_over_the_line(e) or len(e.find(Node)) != 1:
        return False
    return any(isinstance(factor, Mean | Probability) for factor in Mul.make_args(e.function))


def is_over_the_line(e: Basic) -> bool:
    limits = e.limits if isinstance(e, Integral) and not e.free_symbols else ()
    return [tuple(ends) for _, *ends in limits] == [(-oo, oo)]


def as_mean(total: Integral, draw: Draw) -> Mean:
    """The integral as a mean over what its mean is over, and over one draw more."""
    body, z = unbound(total), total.limits[0][0]

    def spread(scale: Expr) -> float:
        """The relative standard deviation; endless, if no draw hits what is integrated."""
        found = draw(body, {z: float(scale) * np.tan(TURNS)}) * float(scale) * (1 + np.tan(TURNS) ** 2)
        with np.errstate(over="ignore", invalid="ignore"):
            return float(np.std(found) / abs(np.mean(found))) if np.any(found) else np.inf

    scale = min(SCALES, key=spread)
    (turn,) = Uniform("turn", -pi / 2, pi / 2).variates
    return Mean((pi * scale * (1 + tan(turn) ** 2) * body).subs(z, scale * tan(turn)))


def unbound(total: Integral) -> Expr:
    """The integrand with what stands under its mean in the mean's place."""
    inside = {
        e: indicator(e.body) if isinstance(e, Probability) else e.body for e in total.function.find(Node)
    }
    return total.function.xreplace(inside)


def indicator(event: Basic) -> Expr:
    """One where an inequality between two numbers holds, and zero where not."""
    if isinstance(event, Le | Lt):
        return 1 - step(event.lhs - event.rhs)
    if isinstance(event, Ge | Gt):
        return step(event.lhs - event.rhs)
    raise Blind(f"{event} is no inequality")


def diverges(line: Basic, draw: Draw) -> bool:
    """Whether a line holds an integral over the whole line whose integrand only grows, to beyond every number."""
    totals = [e for e in line.find(is_over_the_line) if is_line_integral_of_a_mean(e) or not e.has(Node)]
    return any(grows(sizes(total, side, draw)) for total in totals for side in (-1, 1))


def sizes(total: Integral, side: int, draw: Draw) -> list[float]:
    """The mean size of an integrand at places further and further out, as far as it is finite."""
    found, body, z = [], unbound(total), total.limits[0][0]
    for far in FAR:
        try:
            found.append(float(np.mean(np.abs(draw(body, {z: np.full(len(TURNS), side * far)})))))
        except Blind:
            break
    return found


def grows(found: list[float]) -> bool:
    return len(found) > 1 and all(low < high for low, high in pairwise(found)) and found[-1] > HUGE
