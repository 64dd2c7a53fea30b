"""Means of theory by draws: whether two lines differ at a point where no ball can look.

Both lines are functions of a few means, variances and probabilities. Each of these is estimated from the
same draws of its laws, so that what the lines share cancels, and the error of the difference follows by
the delta method. Lines that differ are told apart; lines that do not are not shown to be equal.

Where a few draws make up most of the variance, the estimated error means little: of 65,536 draws of a Pareto
law with index 1.05 the mean is more than six estimated errors off two times in three. There nothing is said.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from math import isfinite, isinf, sqrt
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import minimize_scalar
from sympy import (
    Add,
    Basic,
    Derivative,
    Dummy,
    Expr,
    Float,
    Indexed,
    Integral,
    Product,
    Rational,
    S,
    Subs,
    Sum,
    lambdify,
    nan,
    oo,
    zoo,
)

from numerics import norms
from numerics.conditioned import TURNS, as_mean, diverges, is_line_integral_of_a_mean
from numerics.drawing import Source, draws_of, entry_draws, with_one_draw
from numerics.integrals import (
    FUNCTIONS,
    Blind,
    integrated,
    is_integral_of_means,
    is_plain_integral,
    summed_over_nodes,
)
from theory.claim import outermost
from theory.domain import operator_norm, supremum
from theory.flow import Flow
from theory.law import Covariance, Node, Variance, Variate

NOTHING: Mapping = MappingProxyType({})
DRAWS = 2**16
SURE = 6.0  # standard errors: chance 2e-9 under normal theory, of which a second look has another
TERMS = {1: 12, 2: 4}  # of an endless sum, for each of its indices
LONGEST = 2**11  # terms of a sum of running products, which must all be zero by then
FIRST = 64  # draws with which such a sum is tried
STEP = Rational(1, 2**12)  # between the values of a difference, which is off by the order of its fourth power
FEW = 0.05  # of the variance: the most that one draw may contribute to what is judged by its standard error
GRID = np.linspace(-12.0, 12.0, 4801)
CLOSE = 1e-9  # of an interval, from its ends
ROUNDING, SMALL = 1e-9, 1e-3  # relative; and what cancels to nothing has no scale of its own
APPROXIMATE = (
    1e-6  # relative, of a rule of quadrature or of differences: more than it is off by, less than an error
)


class Gap(NamedTuple):
    """The difference of two lines by draws: its value, what each draw adds to it, how far rounding may be off."""

    value: float
    noise: np.ndarray
    rounding: float


def differ(left: Basic, right: Basic, key: str, draws: int = DRAWS, sign: str = "=") -> bool:
    """Whether a relation between two lines of numbers and nodes over laws is false, beyond the draws' noise.

    Raises ``Blind`` where they hold what cannot be drawn.
    """
    draw = partial(sampled, Source(key, len(TURNS)))
    if diverges(left, draw) != diverges(right, draw):
        return True
    value, noise, rounding = gap_of(left, right, key, draws)
    if np.max(noise**2) > FEW * np.sum(noise**2):  # a jump in a difference, a rare event, a heavy tail
        raise Blind("a difference that a few draws decide: their standard error says nothing")
    margin = SURE * float(np.std(noise)) / sqrt(draws) + rounding
    beyond = {"<": value > margin, ">": -value > margin}  # an equality without noise rules no strict sign out
    return beyond[sign[0]] if sign != "=" else abs(value) > margin


def alike(left: Basic, right: Basic, key: str, draws: int = DRAWS) -> bool:
    """Whether two lines with means are the same at each draw of their laws, up to rounding.

    Raises ``Blind`` where they hold what cannot be drawn.
    """
    value, noise, rounding = gap_of(left, right, key, draws)
    seen = left.has(Node) and right.has(Node)
    return seen and abs(value) <= rounding and float(np.max(np.abs(noise))) <= rounding


def gap_of(left: Basic, right: Basic, key: str, draws: int) -> Gap:
    """The difference of two lines, both estimated from the same draws. Raises ``Blind`` where that cannot be done."""
    source = Source(key, draws)
    gap = endless_cut(Add(left, -right)).replace(is_sum_of_running_products, added_up)
    if gap.has(nan, zoo):
        raise Blind("a line without a value")
    slopes, approximate = gap.find(is_slope_of_a_node), gap.has(Integral, supremum)
    gap = gap.xreplace({slope: by_differences(slope) for slope in slopes})
    gap = gap.replace(lambda e: isinstance(e, Flow), followed)
    gap = gap.replace(is_plain_integral, integrated).replace(is_integral_of_means, summed_over_nodes)
    draw = partial(sampled, source._replace(draws=len(TURNS)))
    gap = gap.replace(is_line_integral_of_a_mean, lambda total: as_mean(total, draw))
    nodes, suprema = outermost(gap), list(gap.find(supremum))
    names: dict[Basic, Basic] = {part: Dummy("estimated", real=True) for part in (*nodes, *suprema)}
    flat = with_one_draw(gap.xreplace(names), source)
    flat = flat.replace(lambda e: isinstance(e, operator_norm), norms.of_numbers)
    parts = [estimated(node, source) for node in nodes]
    here = {names[node]: part[0] for node, part in zip(nodes, parts, strict=True)}
    here |= {
        names[top]: highest(with_one_draw(top, source)) for top in suprema
    }  # apart: they have a scale each
    value = number(flat, here)
    noise = np.zeros(1)
    for node, (_, influence) in zip(nodes, parts, strict=True):
        noise = noise + number(flat.diff(names[node]), here) * influence
    scale = sum(abs(number(term, here)) for term in Add.make_args(flat))
    rounding = APPROXIMATE if slopes or approximate else ROUNDING
    return Gap(value, noise, rounding * max(scale, SMALL))


def approximately(expr: Basic) -> float:
    """The value of an expression with flows, in double precision. Raises ``Blind`` where it has none."""
    followable = expr.replace(is_sum_of_running_products, added_up)
    return number(followable.replace(lambda e: isinstance(e, Flow), followed), {})


def is_complex(expr: Basic) -> bool:
    """Whether a line without means has an imaginary part, in double precision."""
    try:
        value = complex(expr.replace(lambda e: isinstance(e, supremum), highest).evalf(20))
    except (TypeError, ValueError, ZeroDivisionError, KeyError):
        return False
    return abs(value.imag) > ROUNDING * abs(value)


def number(expr: Basic, here: dict) -> float:
    if expr.has(Integral):
        raise Blind(f"{type(expr).__name__} with an integral: what SymPy makes of one is no evidence")
    try:
        value = complex(expr.subs(here).evalf(20))
    except (TypeError, ValueError, ZeroDivisionError, KeyError):
        raise Blind(f"{expr} is no number") from None
    if value.imag or not isfinite(value.real):
        raise Blind(f"{expr} is {value}")
    return value.real


def estimated(node: Node, source: Source) -> tuple[float, np.ndarray]:
    """The value of a node, and what each draw adds to it beyond the mean."""
    bodies = [sampled(source, body) for body in node.bodies]
    if isinstance(node, Covariance | Variance):
        first, second = (body - np.mean(body) for body in (bodies[0], bodies[-1]))
        draws = first * second
    else:
        draws = bodies[0].astype(float)
    mean = float(np.mean(draws))
    return mean, np.broadcast_to(draws, (source.draws,)) - mean


def sampled(source: Source, body: Basic, known: Mapping[Basic, np.ndarray] = NOTHING) -> np.ndarray:
    """What stands under a node, once for each draw of its laws; some symbols may be ``known``."""
    running = {total: Dummy("total") for total in body.find(is_sum_of_running_products)}
    sums = {name: summed_up(total, source) for total, name in running.items()}
    spectral = {norm: Dummy("norm") for norm in body.find(operator_norm)}
    sums |= {name: norms.of_draws(norm, partial(sampled, source)) for norm, name in spectral.items()}
    body = body.xreplace(running | spectral)
    if body.has(Node, Sum):
        raise Blind(f"{body} has a node or a sum inside")
    values = drawn_values(body, source) | sums | dict(known)
    return compiled(body, tuple(values))(*values.values())


def drawn_values(body: Basic, source: Source) -> dict[Basic, np.ndarray]:
    """The draws of what is random in a body, in an order that does not change."""
    entries = sorted(body.atoms(Indexed), key=str)
    loose = sorted(body.xreplace(dict.fromkeys(entries, S.Zero)).atoms(Variate), key=str)
    values: dict[Basic, np.ndarray] = {entry: entry_draws(entry, source) for entry in entries}
    return values | {variate: draws_of(variate.law, source)[variate.place] for variate in loose}


@lru_cache(maxsize=64)
def compiled(body: Basic, names: tuple[Basic, ...]) -> Callable[..., np.ndarray]:
    """A body as a function of arrays that stand for some of its parts. Raises ``Blind`` where it is none."""
    places = {name: Dummy(f"place{number}") for number, name in enumerate(names)}
    flat = body.xreplace(places)
    if loose_ends := flat.free_symbols - set(places.values()):
        raise Blind(f"{body} holds {sorted(map(str, loose_ends))}, which follow no law")
    try:
        function = lambdify(list(places.values()), flat, [FUNCTIONS, "numpy"])
    except (TypeError, NameError, AttributeError, SyntaxError, KeyError) as error:
        raise Blind(f"{body}: {error}") from None

    def at(*values: np.ndarray) -> np.ndarray:
        try:
            with np.errstate(all="ignore"):
                found = np.asarray(function(*values), float)
        except (TypeError, NameError, AttributeError) as error:
            raise Blind(f"{body}: {error}") from None
        if not np.all(np.isfinite(found)):
            raise Blind(f"{body} is not finite for every draw")
        return found

    return at


def is_sum_of_running_products(e: Basic) -> bool:
    """Whether an expression is ``Sum(Product(f(j), (j, 0, k)), (k, 0, oo))``, as the time of a first exit is."""
    if not (isinstance(e, Sum) and isinstance(e.function, Product) and len(e.limits) == 1):
        return False
    ((index, first, last),), inner = e.limits, e.function.limits
    return (first, last) == (0, oo) and len(inner) == 1 and inner[0][1:] == (0, index)


def summed_up(total: Basic, source: Source) -> np.ndarray:
    """A sum of running products for each draw; a draw whose product has become zero is done."""
    if source.draws > FIRST:
        summed_up(total, source._replace(draws=FIRST))  # where these go on and on, all need not be tried
    factor, ((index, _, _),) = total.function.function, total.function.limits
    values = drawn_values(factor, source)
    at = compiled(factor, (index, *values))
    found, alive = np.zeros(source.draws), np.arange(source.draws)
    running, inside = np.ones(source.draws), list(values.values())
    for k in range(LONGEST):
        running = running * at(np.array(float(k)), *inside)
        found[alive] += running
        left = running != 0
        if not np.any(left):
            return found
        running, alive, inside = running[left], alive[left], [value[left] for value in inside]
    raise Blind(f"{total} goes on after {LONGEST} terms")


def added_up(total: Basic) -> Basic:
    """A sum of running products of numbers, as a number; as it is, if it holds what is random."""
    return total if total.has(Variate, Indexed, Node) else Float(float(summed_up(total, Source("", 1))[0]))


def is_slope_of_a_node(e: Basic) -> bool:
    """Whether an expression is the derivative of means in one parameter, at a value of it."""
    return (
        isinstance(e, Subs)
        and len(e.variables) == 1
        and isinstance(e.expr, Derivative)
        and e.expr.variables == e.variables
        and e.expr.expr.has(Node)
    )


def by_differences(slope: Basic) -> Basic:
    """A derivative of means by four values around the point, of the same draws, so that their noise cancels."""
    (parameter,), (point,) = slope.variables, slope.point

    def between(apart: int) -> Basic:
        low, high = (slope.expr.expr.xreplace({parameter: point + side * apart * STEP}) for side in (-1, 1))
        return (high - low) / (2 * apart * STEP)

    return Rational(4, 3) * between(1) - Rational(1, 3) * between(2)


def endless_cut(expr: Expr) -> Basic:
    """Endless sums of nodes by their first terms: what two of them share is cut from both."""

    def cut(total: Sum) -> Basic:
        terms = [total.function]
        for index, low, _ in total.limits:
            first = range(TERMS[len(total.limits)])
            terms = [term.subs(index, low + place) for term in terms for place in first]
        return Add(*(term.doit() for term in terms))

    def is_endless(e: Basic) -> bool:
        endless = isinstance(e, Sum) and all(high is oo for _, _, high in e.limits)
        return endless and len(e.limits) in TERMS and e.has(Node)

    return expr.replace(is_endless, cut)


def highest(found: Basic) -> Basic:
    """A supremum over the line or an interval of it: the best place of a grid, and the highest point beside it."""
    (limit,) = found.limits
    try:
        function = lambdify([limit[0]], found.function, [FUNCTIONS, "numpy"])
        grid = between(*(float(end) for end in limit[1:])) if len(limit) == 3 else GRID
        with np.errstate(all="ignore"):
            values = np.broadcast_to(np.asarray(function(grid), float), grid.shape)
    except (TypeError, NameError, KeyError) as error:
        raise Blind(f"{found}: {error}") from None
    if not np.all(np.isfinite(values)):
        raise Blind(f"{found} is not finite everywhere")
    best = int(np.argmax(values))
    around = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    top = minimize_scalar(lambda x: -float(function(x)), bounds=around, method="bounded")
    return Float(max(float(values[best]), -float(top.fun)))


def between(low: float, high: float) -> np.ndarray:
    """The part of the grid inside an interval, and as many places between its finite ends, close to both."""
    inside = GRID[(low < GRID) & (high > GRID)]
    if isinf(low) or isinf(high):
        return inside
    share = (1 - np.cos(np.linspace(0, np.pi, len(GRID))[1:-1])) / 2
    return np.union1d(inside, low + (high - low) * np.concatenate([[CLOSE], share, [1 - CLOSE]]))


def followed(flow: Basic) -> Basic:
    """A coordinate of a gradient flow, by a Runge-Kutta method of order 8."""
    slopes = lambdify(
        [flow.variables], [-flow.function.diff(variable) for variable in flow.variables], "numpy"
    )
    try:
        start, time = [float(value) for value in flow.starts], float(flow.time)
    except TypeError:
        raise Blind(f"{flow} has a start or a time without a value") from None
    if time == 0:
        return Float(start[flow.place - 1])
    found = solve_ivp(lambda _, at: slopes(at), (0.0, time), start, method="DOP853", rtol=1e-11, atol=1e-14)
    if not found.success:
        raise Blind(f"{flow}: {found.message}")
    return Float(float(found.y[flow.place - 1, -1]))
