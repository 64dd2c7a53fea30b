"""Where Hypothesis looks: exactly one strategy for each domain of a claim's parameters.

Values are exact, as in ``theory.points``: rationals, integers, rational arrays, activations. Each
strategy knows the degenerate corners of its domain (the ends of an interval and points at 10^-k from
them, zero and equal vectors, singular matrices) and shrinks towards short numbers.
"""

import math
from fractions import Fraction
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from sympy import Expr, ImmutableDenseMatrix, Integer, Interval, Rational, S, Set, sympify

from theory import points
from theory.claim import Claim
from theory.domain import Activations, Arrays

DENOMINATOR = 10_000  # of a drawn rational: short enough to be read, fine enough for a narrow counterexample
FAR = 1000  # how far out an unbounded interval is searched
SIZES = 3  # how far up sizes of arrays are searched: a counterexample is to be read, wide ones are planned
INTEGERS = 64  # how many integers from its first one an unbounded range is searched over


def exact_points(claim: Claim) -> SearchStrategy[points.Point]:
    """Points of a claim that satisfy its joint hypotheses, as ``theory.points`` writes them."""
    domains = points.domains(claim)
    arrays = [domain for domain in domains.values() if isinstance(domain, Arrays)]
    sizes = set().union(*(size.free_symbols for domain in arrays for size in domain.shape))

    @st.composite
    def point(draw):
        chosen: points.Point = {}
        for name, domain in domains.items():
            settled = points.resolved(domain, points.placed(claim, chosen))
            chosen[name] = draw(values(settled, SIZES if claim.symbols[name] in sizes else INTEGERS))
        return chosen

    return point().filter(lambda chosen: satisfies(claim, chosen))


def satisfies(claim: Claim, point: points.Point) -> bool:
    """Whether a point, each coordinate of which lies in its domain, satisfies the joint hypotheses."""
    return all(points.true_at(claim, sympify(condition), point) for condition in claim.where.values())


@cache
def values(domain, reach: int = INTEGERS) -> SearchStrategy[Any]:
    """The strategy of one domain, its symbolic sizes already replaced by integers.

    An endless range of integers is searched over its first ``reach``.
    """
    if isinstance(domain, Activations):
        return st.sampled_from(domain.members)
    if isinstance(domain, Arrays):
        return arrays(domain)
    if isinstance(domain, Interval):
        return reals(domain)
    if isinstance(domain, Set) and domain.is_subset(S.Integers):
        return integers(domain, reach)
    if isinstance(domain, Set) and domain.is_FiniteSet:
        return st.sampled_from(sorted(domain, key=lambda value: value.sort_key()))
    raise ValueError(
        f"no strategy for the domain {domain}; write it as an Interval, a Range, a finite set, "
        "or a domain of theory.domain, with a joint hypothesis in where for what is left"
    )


def reals(domain: Interval) -> SearchStrategy[Rational]:
    """Short rationals of an interval, and its corners, irrational ends included."""
    low, high = span(domain)
    first, last = math.ceil(low * DENOMINATOR), math.floor(high * DENOMINATOR)
    if first < last:
        ends = Fraction(first, DENOMINATOR), Fraction(last, DENOMINATOR)
        drawn = st.fractions(*ends, max_denominator=DENOMINATOR)
    else:  # narrower than the grid
        drawn = st.fractions(fraction(points.exact(low)), fraction(points.exact(high, down=True)))
    short = drawn.map(rational).filter(lambda value: points.inside(domain, value))
    return short | st.sampled_from(points.interval_corners(domain, points.NEAR))


def span(domain: Interval) -> tuple[Expr, Expr]:
    """Finite ends to search between."""
    low, high = domain.start, domain.end
    low = low if low.is_finite else min(high, Integer(0)) - FAR
    return low, high if high.is_finite else max(low, Integer(0)) + FAR


def fraction(value: Rational) -> Fraction:
    return Fraction(int(value.p), int(value.q))


def rational(value: Fraction) -> Rational:
    return Rational(value.numerator, value.denominator)


def integers(domain: Set, reach: int) -> SearchStrategy[Integer]:
    """Integers of a range, a finite set or all of them; an endless one is searched over its first."""
    if domain.is_FiniteSet and len(domain) <= DENOMINATOR:
        return st.sampled_from(sorted(domain))
    low = int(domain.inf) if domain.inf.is_finite else -reach
    high = int(domain.sup) if domain.sup.is_finite else max(low, 0) + reach
    drawn = st.integers(low, high).map(Integer)
    return drawn.filter(lambda value: domain.contains(value) == S.true)


def arrays(domain: Arrays) -> SearchStrategy[ImmutableDenseMatrix]:
    """Rational arrays of a shape: drawn entries, two parallel rows, zero, a basis."""
    rows, columns = (int(size) for size in (*domain.shape, 1)[:2])
    if domain.form == "spectrum":
        shares = st.lists(st.integers(0, 60), min_size=rows, max_size=rows)
        drawn = shares.map(lambda some: points.spectrum(domain, lambda i: Rational(some[i], 60)))
        return drawn | st.sampled_from(points.array_corners(domain))
    entry = st.integers(-60, 60).map(lambda value: Rational(value, 20))
    drawn = st.lists(entry, min_size=rows * columns, max_size=rows * columns)
    matrix = drawn.map(lambda flat: ImmutableDenseMatrix(rows, columns, flat)).map(FORMS[domain.form])
    corners = st.sampled_from(points.array_corners(domain))
    if domain.unit:
        return matrix.map(points.unit) | corners
    if domain.form == "data" and rows > 1:
        matrix = matrix | st.tuples(matrix, st.sampled_from([1, -1, 2])).map(lambda pair: parallel(*pair))
    return matrix | corners


def parallel(data: ImmutableDenseMatrix, factor: int) -> ImmutableDenseMatrix:
    """The data set with its last input a multiple of its first."""
    return ImmutableDenseMatrix.vstack(data[:-1, :], factor * data[0, :])


FORMS = {
    "any": lambda matrix: matrix,
    "data": lambda matrix: matrix,
    "symmetric": lambda matrix: (matrix + matrix.T) / 2,
    "positive semidefinite": lambda matrix: matrix * matrix.T,
    "orthogonal": points.rotation,
}
