"""What is true of a mutant, found apart from the verdict.

The original is taken for true. A mutant of it is compared with it at exact points that the engine does
not use, by balls; where no ball can tell them apart, by algebra; an inequality by covers. Nothing of the
engine's judgement is asked: neither its points nor its chains.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from sympy import Basic, MatrixBase, nan, zoo

from numerics import sides
from numerics.soundness.plants import Mutant
from theory import algebra, certify, derivation, points
from theory.claim import Claim
from theory.statement import Limit, Relation, Scaling

SEED, DRAWN, DIGITS = "sorted", 8, 25
DECLINED = (certify.Unevaluable, ValueError, TypeError, NotImplementedError, RecursionError)
CLASSES = ("false", "equivalent", "weaker", "stronger", "below", "unsorted")


class Sorted(NamedTuple):
    """One of six classes, and what puts the mutant there."""

    kind: str
    reason: str


@lru_cache(maxsize=4)
def sites(claim: Claim) -> tuple[points.Point, ...]:
    """Exact points of a claim's domain, drawn from a seed of their own, then the corners."""
    if not claim.given:
        return ({},)
    drawn = islice(points.draws(claim, SEED, 4), DRAWN)
    return (*drawn, *points.lattice(claim, 3))


def gap_at(claim: Claim, wrong: Basic, right: Basic, point: points.Point):
    """A ball around the difference of two lines at a point; every entry of a matrix."""
    pair = [sides.settled(claim, line, point, loops=True) for line in (wrong, right)]
    if pair[1].has(nan, zoo):
        return []
    if pair[0].has(nan, zoo):
        return None
    tables = points.tables(claim, point)
    if isinstance(pair[1], MatrixBase):
        others = list(pair[0]) if isinstance(pair[0], MatrixBase) else [pair[0]] * len(pair[1])
        return [certify.difference(a, b, tables, DIGITS) for a, b in zip(others, pair[1], strict=True)]
    return [certify.difference(*pair, tables, DIGITS)]


def apart(claim: Claim, wrong: Basic, right: Basic) -> tuple[str, int]:
    """A point at which two lines differ, in words, or nothing; and at how many points balls could look."""
    looks = misses = 0
    for point in sites(claim):
        try:
            gap = gap_at(claim, wrong, right, point)
        except certify.Undefined:
            return f"no real number at {sides.spelled(point)}", looks + 1
        except DECLINED:
            misses += 1
            if misses > 3 and not looks:
                return "", 0
            continue
        looks += 1
        if gap is None:
            return f"without a value at {sides.spelled(point)}", looks
        if any(not ball.contains(0) for ball in gap):
            return f"differs at {sides.spelled(point)}", looks
    return "", looks


def equality(claim: Claim, wrong: Basic, right: Basic) -> Sorted:
    """Of a line that should equal another."""
    told, looks = apart(claim, wrong, right)
    if told:
        return Sorted("false", told)
    if algebra.same(wrong, right):
        return Sorted("equivalent", "the difference simplifies to zero")
    return Sorted("unsorted", f"balls see no difference at {looks} points, algebra does not close")
