"""Integrals of theory as numbers, by rules of Gauss and by adaptive quadrature, or not at all.

An integral over a line is taken adaptively. One over the plane is taken by Gauss and Legendre on panels that meet at
the axes, where an activation may have its kink. An integral of means over a parameter becomes a sum of means at the
nodes, so that all of them can be estimated from the same draws.
"""

from collections.abc import Callable
from functools import lru_cache, reduce

import numpy as np
from scipy import special
from scipy.integrate import quad
from sympy import Add, Basic, Float, I, Indexed, Integral, lambdify, oo

from theory.law import Node

QUADRATURE = 1e-10  # relative: below what counts as a difference
TURNS, ROUGHLY = 2**14, 1e-3  # of a quarter turn; and what tells a peak that quadrature has missed
PANELS, NODES = 6, (20, 28)  # of a half axis; and nodes of a panel, of two rules that must agree
NOTHING, FARTHEST = 1e-16, 2.0**20  # relative to the largest value; and where the search for it ends
OF_MEANS = 16  # nodes over a parameter, in which a Gaussian mean is analytic
FUNCTIONS: dict[str, Callable] = {
    "step": lambda x: np.where(np.asarray(x) > 0, 1.0, 0.0),
    "erf": special.erf,
    "greatest": lambda *values: reduce(np.maximum, values),
}


class Blind(ValueError):
    """What no draw and no rule can estimate."""


def is_plain_integral(e: Basic) -> bool:
    """Whether an integral over a line or the plane holds nothing but its own variables."""
    plain = isinstance(e, Integral) and not e.free_symbols and not e.has(Node, Indexed)
    return plain and (len(e.limits) == 1 or is_over_the_plane(e))


def is_over_the_plane(e: Basic) -> bool:
    return len(e.limits) == 2 and all(tuple(ends) == (-oo, oo) for _, *ends in e.limits)


def integrated(total: Basic) -> Basic:
    """A plain integral as a number. Raises ``Blind`` where the rule is not sure of it."""
    try:
        found, error = over_the_plane(total) if len(total.limits) == 2 else over_a_line(total)
    except (TypeError, NameError, AttributeError, ValueError, KeyError) as reason:
        raise Blind(f"{total}: {reason}") from None
    if not error < QUADRATURE * max(1.0, abs(found)):
        raise Blind(f"{total} is known to {error:.1g} only")
    return Float(found)


def over_a_line(total: Basic) -> tuple[float, float]:
    """An integral and its error, adaptively; with an endless end by a fixed rule too, which misses no narrow peak."""
    ((variable, low, high),) = total.limits
    integrand = lambdify([variable], total.function, [FUNCTIONS, "scipy", "numpy"])
    if total.function.has(I):
        raise ValueError("its values may be complex")
    ends = float(low), float(high)
    with np.errstate(all="ignore"):
        found, error, *_ = quad(integrand, *ends, full_output=True, limit=200, epsabs=0, epsrel=QUADRATURE)
    return found, error if agrees(found, integrand, *ends) else np.inf


def agrees(found: float, integrand: Callable, low: float, high: float) -> bool:
    """Whether midpoints in the angle whose tangent runs to the endless ends see the same integral, roughly."""
    if np.isfinite(low) and np.isfinite(high):
        return True
    sides = [side for side, end in ((-1, low), (1, high)) if not np.isfinite(end)]
    start = next((end for end in (low, high) if np.isfinite(end)), 0.0)
    tangents = np.tan((np.arange(TURNS) + 0.5) * (np.pi / 2 / TURNS))
    with np.errstate(all="ignore"):
        seen = np.array([integrand(start + side * tangents) * (1 + tangents**2) for side in sides], float)
        apart = abs(found - np.sum(seen) * (np.pi / 2 / TURNS))
        return bool(apart <= ROUGHLY * np.sum(np.abs(seen)) * (np.pi / 2 / TURNS))


def over_the_plane(total: Basic) -> tuple[float, float]:
    """An integral and by how much two rules differ, of what vanishes far out."""
    integrand = lambdify([limit[0] for limit in total.limits], total.function, [FUNCTIONS, "scipy", "numpy"])

    def at(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        with np.errstate(all="ignore"):
            found = np.asarray(integrand(x, y))
        if np.iscomplexobj(found):
            raise ValueError("its values are complex")
        return np.broadcast_to(found.astype(float), np.broadcast_shapes(x.shape, y.shape))

    reach = where_it_ends(at)
    coarse, fine = (by_gauss(at, *rule(reach, nodes)) for nodes in NODES)
    return fine, abs(fine - coarse)


def where_it_ends(at: Callable) -> float:
    """How far from the origin a function is nothing beside its largest value, on all four sides."""
    reach, edge = 2.0, np.linspace(-1, 1, 201)
    while reach <= FARTHEST:
        border = [at(reach * edge, np.array(side * reach)) for side in (-1, 1)]
        border += [at(np.array(side * reach), reach * edge) for side in (-1, 1)]
        inside = at(reach * edge[:, None], reach * edge)
        if np.max(np.abs(border)) <= NOTHING * np.max(np.abs(inside)):
            return reach
        reach *= 1.5
    raise ValueError("it does not vanish far out")


@lru_cache(maxsize=64)
def rule(reach: float, nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights on [-reach, reach], in panels that meet at zero."""
    x, w = np.polynomial.legendre.leggauss(nodes)
    ends = np.linspace(-reach, reach, 2 * PANELS + 1)
    half = reach / PANELS / 2
    middles = (ends[1:] + ends[:-1]) / 2
    return (middles[:, None] + half * x).ravel(), np.tile(half * w, 2 * PANELS)


def by_gauss(at: Callable, x: np.ndarray, w: np.ndarray) -> float:
    return float(w @ at(x[:, None], x) @ w)


def is_integral_of_means(e: Basic) -> bool:
    """Whether an integral over an interval of one parameter holds means."""
    if not isinstance(e, Integral) or len(e.limits) != 1 or not e.has(Node):
        return False
    return len(e.limits[0]) == 3 and all(end.is_finite and end.is_number for end in e.limits[0][1:])


def summed_over_nodes(total: Basic) -> Basic:
    """An integral of means by the nodes of Gauss and Legendre."""
    ((variable, low, high),) = total.limits
    x, w = np.polynomial.legendre.leggauss(OF_MEANS)
    middle, half = (float(high) + float(low)) / 2, (float(high) - float(low)) / 2
    places = (Float(middle + half * place) for place in x)
    weighted = zip(places, w, strict=True)
    return Add(*(total.function.xreplace({variable: place}) * Float(half * v) for place, v in weighted))
