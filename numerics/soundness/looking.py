"""Two lines compared at exact points that the engine does not use: by balls, by draws, by algebra.

Nothing of the engine's judgement is asked: neither its points nor its chains.
"""

from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from sympy import Add, Basic, I, MatrixBase, nan, simplify, zoo

from numerics import enclosing, sides, sweeps
from numerics.soundness import equivalence
from theory import certify, points
from theory.claim import Claim
from theory.law import Node, Variate

SEED, DRAWN, DIGITS = "sorted", 8, 25
TENFOLD = 10 * sweeps.DRAWS
SWEPT = 6  # points at which draws look, where balls cannot
FEWEST = 4  # points of thousands of rationals each: lines that differ do not agree at so many by chance
MISSES = 3  # points without a look, after which no more is expected
DECLINED = (*enclosing.DECLINED, IndexError)  # an array of a size that was changed lacks entries


class Sorted(NamedTuple):
    """One of six classes, and what puts the mutant there."""

    kind: str
    reason: str


@lru_cache(maxsize=4)
def sites(claim: Claim) -> tuple[points.Point, ...]:
    """Exact points of a claim's domain, drawn from a seed of their own, the smallest first; then the corners."""
    if not claim.given:
        return ({},)
    drawn = islice(points.draws(claim, SEED, 4), DRAWN)
    return (*sorted(drawn, key=points.bulk), *points.lattice(claim, 3))


@lru_cache(maxsize=64)
def settled(claim: Claim, line: Basic, place: int, loops: bool) -> Basic:
    """A line at a site; the right one of a claim is wanted for every mutant."""
    return sides.settled(claim, line, sites(claim)[place], loops=loops)


def gap_at(claim: Claim, wrong: Basic, right: Basic, place: int):
    """A ball around the difference of two lines at a site; every entry of a matrix."""
    pair = [settled(claim, line, place, True) for line in (wrong, right)]
    if pair[1].has(nan, zoo):
        return []
    if pair[0].has(nan, zoo):
        return None
    tables = points.tables(claim, sites(claim)[place])
    if isinstance(pair[1], MatrixBase):
        others = list(pair[0]) if isinstance(pair[0], MatrixBase) else [pair[0]] * len(pair[1])
        return [certify.difference(a, b, tables, DIGITS) for a, b in zip(others, pair[1], strict=True)]
    return [certify.difference(pair[0], pair[1], tables, DIGITS)]


def apart(claim: Claim, wrong: Basic, right: Basic) -> tuple[str, int]:
    """A point at which two lines differ, in words, or nothing; and at how many points balls could look."""
    looks = misses = 0
    for place, point in enumerate(sites(claim)):
        try:
            gap = gap_at(claim, wrong, right, place)
        except certify.Undefined:
            return f"no real number at {sides.spelled(point)}", looks + 1
        except DECLINED:
            misses += 1
            if misses > MISSES and not looks:
                return "", 0
            continue
        looks += 1
        if gap is None:
            return f"without a value at {sides.spelled(point)}", looks
        if any(not ball.contains(0) for ball in gap):
            return f"differs at {sides.spelled(point)}", looks
    return "", looks


def swept(claim: Claim, wrong: Basic, right: Basic, sign: str = "=") -> str:
    """A point at which draws rule out a relation between two lines, in words, or nothing."""
    blind = 0
    for place, point in enumerate(sites(claim)[:SWEPT]):
        if not points.is_short(point):
            continue
        try:
            pair = [settled(claim, line, place, False) for line in (wrong, right)]
            if pair[0].has(nan, zoo) and not pair[1].has(nan, zoo):
                return f"without a value at {sides.spelled(point)}"
            if pair[0].has(I) and not pair[1].has(I):
                return f"no real number at {sides.spelled(point)}"
            if sweeps.differ(pair[0], pair[1], "sort", TENFOLD, sign):
                drawn = any(line.has(Node, Variate) for line in pair)
                return (
                    f"differs at {sides.spelled(point)}, by {f'{TENFOLD} draws' if drawn else 'quadrature'}"
                )
        except DECLINED:
            blind += 1
            if blind == MISSES:
                break
    return ""


def equality(claim: Claim, wrong: Basic, right: Basic) -> Sorted:
    """Of a line that should equal another."""
    told, looks = apart(claim, wrong, right)
    told = told or (swept(claim, wrong, right) if not looks else "")
    if told:
        return Sorted("false", told)
    if equivalence.same(wrong, right):
        return Sorted("equivalent", "the difference simplifies to zero")
    if equivalence.alike(wrong, right):
        return Sorted("equivalent", "one entry of an array for another, whose entries are alike")
    told = same_everywhere(claim, wrong, right)
    if told:
        return Sorted("equivalent", told)
    return Sorted("unsorted", f"balls see no difference at {looks} points, algebra does not close")


def same_everywhere(claim: Claim, wrong: Basic, right: Basic) -> str:
    """That two lines are one and the same at all points at which they can be compared exactly, or nothing."""
    exactly = by_draws = 0
    for place, point in enumerate(sites(claim)[:SWEPT]):
        if not points.is_short(point):
            continue
        pair = [settled(claim, line, place, False) for line in (wrong, right)]
        try:
            if any(line.has(Node, Variate) for line in pair):
                if not sweeps.alike(pair[0], pair[1], "sort", TENFOLD):
                    return ""
                by_draws += 1
            elif simplify(Add(pair[0], -pair[1])) == 0:
                exactly += 1
            else:
                return ""
        except DECLINED:
            return ""
    if exactly + by_draws < FEWEST:
        return ""
    return (
        f"the same at each of {TENFOLD} draws" if by_draws else f"equal as exact numbers at {exactly} points"
    )


def value_of(claim: Claim, line: Basic, point: points.Point):
    """A ball around a line at a point; None where there is none."""
    try:
        here = sides.settled(claim, line, point, loops=True)
        return certify.enclose(here, points.tables(claim, point), DIGITS)
    except DECLINED:
        return None
