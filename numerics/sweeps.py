"""Means of theory by draws: whether two lines differ at a point where no ball can look.

Both lines are functions of a few means, variances and probabilities. Each of these is estimated from the
same draws of its laws, so that what the lines share cancels, and the error of the difference follows by
the delta method. Lines that differ are told apart; lines that do not are not shown to be equal.

Where a few draws make up most of the variance, the estimated error means little: of 65,536 draws of a Pareto
law with index 1.05 the mean is more than six estimated errors off two times in three. There nothing is said.
"""

from functools import lru_cache
from math import isfinite, sqrt
from typing import Any, NamedTuple

import numpy as np
from scipy.integrate import solve_ivp
from sympy import (
    Add,
    Basic,
    Derivative,
    Dummy,
    Expr,
    Float,
    Indexed,
    Integral,
    Rational,
    Subs,
    Sum,
    lambdify,
    oo,
)

from numerics.integrals import (
    FUNCTIONS,
    Blind,
    integrated,
    is_integral_of_means,
    is_plain_integral,
    summed_over_nodes,
)
from theory import law as laws
from theory.claim import outermost
from theory.domain import operator_norm, supremum
from theory.flow import Flow
from theory.law import Covariance, Law, Node, Variance, Variate

DRAWS = 2**16
SURE = 6.0  # standard errors: chance 2e-9 under normal theory, of which a second look has another
TERMS = {1: 12, 2: 4}  # of an endless sum, for each of its indices
STEP = Rational(1, 2**12)  # between the values of a difference, which is off by the order of its fourth power
FEW = 0.05  # of the variance: the most that one draw may contribute to what is judged by its standard error
GRID = np.linspace(-12.0, 12.0, 4801)
ROUNDING, SMALL = 1e-9, 1e-3  # relative; and what cancels to nothing has no scale of its own
APPROXIMATE = (
    1e-6  # relative, of a rule of quadrature or of differences: more than it is off by, less than an error
)


class Source(NamedTuple):
    """Where draws come from, and how many."""

    key: str
    draws: int


def differ(left: Basic, right: Basic, key: str, draws: int = DRAWS, sign: str = "=") -> bool:
    """Whether a relation between two lines of numbers and nodes over laws is false, beyond the draws' noise.

    Raises ``Blind`` where they hold what cannot be drawn.
    """
    source = Source(key, draws)
    gap = endless_cut(Add(left, -right))
    slopes, integrals = gap.find(is_slope_of_a_node), gap.has(Integral)
    gap = gap.xreplace({slope: by_differences(slope) for slope in slopes})
    gap = gap.replace(lambda e: isinstance(e, supremum), highest)
    gap = gap.replace(lambda e: isinstance(e, Flow), followed)
    gap = gap.replace(lambda e: isinstance(e, operator_norm), largest_singular_value)
    gap = gap.replace(is_plain_integral, integrated).replace(is_integral_of_means, summed_over_nodes)
    nodes = outermost(gap)
    names: dict[Basic, Basic] = {node: Dummy("estimated", real=True) for node in nodes}
    flat = with_one_draw(gap.xreplace(names), source)
    parts = [estimated(node, source) for node in nodes]
    here = {names[node]: part[0] for node, part in zip(nodes, parts, strict=True)}
    value = number(flat, here)
    noise = np.zeros(1)
    for node, (_, influence) in zip(nodes, parts, strict=True):
        noise = noise + number(flat.diff(names[node]), here) * influence
    if np.max(noise**2) > FEW * np.sum(noise**2):  # a jump in a difference, a rare event, a heavy tail
        raise Blind("a difference that a few draws decide: their standard error says nothing")
    scale = sum(abs(number(term, here)) for term in Add.make_args(flat))
    rounding = APPROXIMATE if slopes or integrals else ROUNDING
    margin = SURE * float(np.std(noise)) / sqrt(draws) + rounding * max(scale, SMALL)
    beyond = {"<": value > margin, ">": -value > margin}  # an equality without noise rules no strict sign out
    return beyond[sign[0]] if sign != "=" else abs(value) > margin


def approximately(expr: Basic) -> float:
    """The value of an expression with flows, in double precision. Raises ``Blind`` where it has none."""
    return number(expr.replace(lambda e: isinstance(e, Flow), followed), {})


def number(expr: Basic, here: dict) -> float:
    if expr.has(Integral):
        raise Blind(f"{type(expr).__name__} with an integral: what SymPy makes of one is no evidence")
    try:
        value = complex(expr.subs(here).evalf(20))
    except (TypeError, ValueError, ZeroDivisionError):
        raise Blind(f"{expr} is no number") from None
    if value.imag or not isfinite(value.real):
        raise Blind(f"{expr} is {value}")
    return value.real


def estimated(node: Node, source: Source) -> tuple[float, np.ndarray]:
    """The value of a node, and what each draw adds to it beyond the mean."""
    bodies = [sampled(body, source) for body in node.bodies]
    if isinstance(node, Covariance | Variance):
        first, second = (body - np.mean(body) for body in (bodies[0], bodies[-1]))
        draws = first * second
    else:
        draws = bodies[0].astype(float)
    mean = float(np.mean(draws))
    return mean, np.broadcast_to(draws, (source.draws,)) - mean


def sampled(body: Basic, source: Source) -> np.ndarray:
    """What stands under a node, once for each draw of its laws."""
    if body.has(Node, Sum):
        raise Blind(f"{body} has a node or a sum inside")
    entries = sorted(body.atoms(Indexed), key=str)
    names = {entry: Dummy(f"entry{place}") for place, entry in enumerate(entries)}
    inside = body.xreplace(names)
    loose = sorted(inside.atoms(Variate), key=str)
    names |= {variate: Dummy(variate.name) for variate in loose}
    loose_ends = body.xreplace(names).free_symbols - set(names.values())
    if loose_ends:
        raise Blind(f"{body} holds {sorted(map(str, loose_ends))}, which follow no law")
    values = [*(entry_draws(e, source) for e in entries), *(draws_of(v.law, source)[v.place] for v in loose)]
    try:
        compiled = lambdify(
            [names[key] for key in (*entries, *loose)], body.xreplace(names), [FUNCTIONS, "numpy"]
        )
        with np.errstate(all="ignore"):
            found = np.asarray(compiled(*values), float)
    except (TypeError, NameError, AttributeError, SyntaxError) as error:
        raise Blind(f"{body}: {error}") from None
    if not np.all(np.isfinite(found)):
        raise Blind(f"{body} is not finite for every draw")
    return found


def entry_draws(entry: Indexed, source: Source) -> np.ndarray:
    law = getattr(entry.base.label, "law", None)
    if law is None or not all(place.is_Integer for place in entry.indices):
        raise Blind(f"{entry} has no law")
    return array_draws(law, tuple(int(place) for place in entry.indices), source)


def generator(*named: Any) -> np.random.Generator:
    return np.random.default_rng(list(" ".join(map(str, named)).encode()))


@lru_cache(maxsize=32)
def array_draws(law: Law, place: tuple[int, ...], source: Source) -> np.ndarray:
    random = generator(source.key, "array", *law.names, *place)
    if isinstance(law, laws.GaussianArray):
        return random.standard_normal(source.draws) * float(law.parameters[1])
    if isinstance(law, laws.RademacherArray):
        return random.choice([-1.0, 1.0], source.draws)
    if isinstance(law, laws.SphereArray):
        return directions(law, place[:-1], source)[place[-1] - 1]
    if isinstance(law, laws.MomentsArray):
        size, share = three_points(law)
        return size * random.choice([-1.0, 0.0, 1.0], source.draws, p=[share / 2, 1 - share, share / 2])
    raise Blind(f"{law} cannot be drawn")


@lru_cache(maxsize=8)
def directions(law: Law, row: tuple[int, ...], source: Source) -> np.ndarray:
    """Uniform directions, one a column."""
    dimension = int(law.parameters[0][-1])
    whole = generator(source.key, "row", *law.names, *row).standard_normal((dimension, source.draws))
    return whole / np.linalg.norm(whole, axis=0)


def three_points(law: Law) -> tuple[float, float]:
    """The size of the values and their share of a law on -size, 0 and size with the moments that are known."""
    known = {int(order): float(moment) for order, moment in law.parameters[1].items()}
    if not set(known) <= {2, 4} or known.get(2, 0) <= 0:
        raise Blind(f"{law} is known by moments that no law on three points is made for")
    second = known[2]
    fourth = known.get(4, second**2)
    if fourth < second**2 * (1 - ROUNDING):
        raise Blind(f"{law} has no law: the fourth moment is below the square of the second")
    return sqrt(fourth / second), min(1.0, second**2 / fourth)


@lru_cache(maxsize=32)
def draws_of(law: Law, source: Source) -> tuple[np.ndarray, ...]:
    """Draws of a law, one array a variate; laws of one name share their randomness."""
    random = generator(source.key, *law.names)
    try:
        known = [float(parameter) for parameter in law.parameters]
    except TypeError:
        raise Blind(f"{law} has a parameter without a value") from None
    if isinstance(law, laws.Gaussian):
        return (random.standard_normal(source.draws) * known[0],)
    if isinstance(law, laws.Uniform):
        return (random.uniform(known[0], known[1], source.draws),)
    if isinstance(law, laws.GaussianPair):
        if not abs(known[0]) <= 1:
            raise Blind(f"{law} has a correlation beyond 1")
        return tuple(known[1] * each for each in pair(random.standard_normal((2, source.draws)), known[0]))
    if isinstance(law, laws.Rademacher):
        return (random.choice([-1.0, 1.0], source.draws),)
    if isinstance(law, laws.Chi):
        return (np.sqrt(random.chisquare(known[0], source.draws)),)
    if isinstance(law, laws.SpherePair):
        whole = random.standard_normal((int(known[1]), source.draws))
        seen = whole / np.linalg.norm(whole, axis=0)
        return pair(seen if len(seen) > 1 else np.vstack([seen, 0 * seen]), known[0])
    raise Blind(f"{law} cannot be drawn")


def pair(two: np.ndarray, correlation: float) -> tuple[np.ndarray, np.ndarray]:
    return two[0], correlation * two[0] + sqrt(max(0.0, 1 - correlation**2)) * two[1]


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


def largest_singular_value(found: Basic) -> Basic:
    (matrix,) = found.args
    try:
        return Float(float(np.linalg.norm(np.asarray(matrix.as_explicit().evalf(20).tolist(), float), 2)))
    except (TypeError, ValueError, AttributeError) as error:
        raise Blind(f"{matrix}: {error}") from None


def highest(found: Basic) -> Basic:
    """A supremum over the line, on a grid."""
    (limit,) = found.limits
    try:
        values = np.asarray(lambdify([limit[0]], found.function, [FUNCTIONS, "numpy"])(GRID), float)
    except (TypeError, NameError) as error:
        raise Blind(f"{found}: {error}") from None
    if not np.all(np.isfinite(values)):
        raise Blind(f"{found} is not finite everywhere")
    return Float(float(np.max(values)))


def with_one_draw(expr: Basic, source: Source) -> Basic:
    """What is random under no node, at one draw of it."""
    entries = {
        e: Float(float(entry_draws(e, source)[0]))
        for e in expr.atoms(Indexed)
        if hasattr(e.base.label, "law")
    }
    expr = expr.xreplace(entries)
    return expr.xreplace({v: Float(float(draws_of(v.law, source)[v.place][0])) for v in expr.atoms(Variate)})


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
