"""Where an inequality comes closest to failing: a descent of its slack from the points that were looked at.

Points of a lattice and draws may all miss a last hundredth of a domain. The slack is a number at each of them, and
goes down to where the inequality is sharp; Nelder and Mead follow it, through the real parameters alone, each
taken to a line without ends. What is found is an exact point like any other, and is looked at as such: nothing
of the descent counts as evidence.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from itertools import product
from typing import Any

import numpy as np
from scipy.optimize import minimize
from sympy import Interval, N, Rational, S, sympify

from theory import points
from theory.claim import Claim

STARTS = 3  # the points with the least slack, from which descents start
STEPS = (0.5, 0.02)  # on the line: how far apart the first looks of a descent are, one descent each
LOOKS = 120  # at the slack, in one descent
FINE = 2.0**10  # of a domain without ends: what lies nearer to zero than its inverse is followed as it is
FARTHEST = 300.0  # on the line, in logarithms
DIGITS = 17  # of a distance


def closest(
    claim: Claim,
    slack: Callable[[points.Point], float],
    breaks: Callable[[points.Point], bool],
    seen: Iterable[tuple[float, points.Point]],
) -> points.Point | None:
    """A point that breaks an inequality, else None; ``seen`` are slacks with their points.

    ``slack`` is infinite where it has no value; where it is negative ``breaks`` decides.
    """
    starts = sorted((pair for pair in seen if math.isfinite(pair[0])), key=lambda pair: pair[0])[:STARTS]
    for step, (_, start) in product(STEPS, starts):
        found = descended(claim, slack, breaks, start, step)
        if found is not None:
            return found
    return None


def descended(claim: Claim, slack: Callable, breaks: Callable, start: points.Point, step: float):
    """One descent, which ends at the first point that breaks the inequality."""
    free = real_parameters(claim, start)
    if not free:
        return None
    reached: list[points.Point] = []

    def at(line: np.ndarray) -> float:
        point = {**start, **{name: brought_back(free[name], x) for name, x in zip(free, line, strict=True)}}
        if not lies_inside(claim, point):
            return math.inf
        value = slack(point)
        if value < 0 and breaks(point):
            reached.append(point)
            raise StopIteration
        return value

    begin = np.array([straightened(free[name], start[name]) for name in free])
    corners = np.vstack([begin, begin + step * np.eye(len(free))])
    options = {"maxfev": LOOKS, "initial_simplex": corners, "xatol": 0.0, "fatol": 0.0}
    try:
        with np.errstate(invalid="ignore"):  # infinite slacks are compared, and subtracted on the way
            minimize(at, begin, method="Nelder-Mead", options=options)
    except StopIteration:
        return reached[0]
    return None


def real_parameters(claim: Claim, start: Mapping[str, Any]) -> dict[str, Interval]:
    """The parameters that vary continuously, with their domains at the start, of which it is an interior point."""
    found = {}
    for name, domain in points.domains(claim).items():
        here: Any = points.resolved(domain, points.placed(claim, dict(start)))
        if here == S.Reals:
            found[name] = Interval(S.NegativeInfinity, S.Infinity)
        elif isinstance(here, Interval) and bool(here.start < start[name]) and bool(start[name] < here.end):
            found[name] = here
    return found


def lies_inside(claim: Claim, point: points.Point) -> bool:
    try:
        return points.admits(claim, point)
    except ValueError:
        return False


def straightened(domain: Interval, value: Any) -> float:
    """A number of an open interval on the whole line."""
    if domain.start.is_infinite and domain.end.is_infinite:
        return math.asinh(float(value) * FINE)
    from_low, to_high = (distance(end, value) for end in (domain.start, domain.end))
    if domain.end.is_infinite:
        return math.log(from_low)
    if domain.start.is_infinite:
        return -math.log(to_high)
    return math.log(from_low / to_high)


def distance(end: Any, value: Any) -> float:
    """Of a number from an end of its interval, subtracted before it is rounded: pi - 1e-20 is not pi."""
    return math.inf if end.is_infinite else float(N(abs(sympify(value) - end), DIGITS))


def brought_back(domain: Interval, line: float) -> Rational:
    """The number of the interval that a place on the line stands for, exactly."""
    low, high, x = float(domain.start), float(domain.end), min(max(line, -FARTHEST), FARTHEST)
    if math.isinf(low) and math.isinf(high):
        return Rational(math.sinh(x) / FINE)
    if math.isinf(high):
        return domain.start + Rational(math.exp(x))
    if math.isinf(low):
        return domain.end - Rational(math.exp(-x))
    share = Rational(1 / (1 + math.exp(-x)))
    return domain.start + (domain.end - domain.start) * share
