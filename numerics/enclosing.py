"""Balls at exact points: both sides of a relation between numbers of theory, enclosed or told apart.

An inequality over a box is covered by branch and bound. Elsewhere the sides are enclosed at the degenerate lattice and
at points drawn from the seed; an inequality that holds at all of them is searched for where its slack is least.
A ball that excludes the claim at an exact point refutes it; the point is then shrunk.
"""

from collections.abc import Iterable
from itertools import product
from math import inf

from sympy import Basic, I, Integer, Interval, MatrixBase, nan, zoo

from numerics import sides, sweeps
from numerics.closest import STARTS, closest, lies_inside
from numerics.judge import Finding, Verdict
from numerics.kinds import relation, trend
from numerics.search import search
from theory import certify, derivation, gaps, points
from theory.claim import Claim
from theory.statement import Limit

POINTS = 64
DIGITS = 30
CHECK_DIGITS = 45  # an exclusion is looked at once more, at higher precision, before it refutes
# Beyond the first whole number of a domain: draws stay within three of it.
FAR = (5, 8, 12, 18, 27, 40, 60, 100, 1000)
SPOTS = 8  # points at which a claimed limit or constant must be a real number
SHRINKING = 60  # looks of Hypothesis, after a refutation
MISSES = derivation.MISSES
DECLINED = (
    certify.Unevaluable,
    ValueError,
    TypeError,
    NotImplementedError,
    RecursionError,
    ZeroDivisionError,
    OverflowError,
)


def unreal(claim: Claim, seed: int) -> Finding:
    """Refutes a limit or a scaling whose claimed value is no real number somewhere; else says nothing."""
    states = trend(claim)
    line = states.right if isinstance(states, Limit) else states.constant
    if line is None or not certify.AVAILABLE:
        return Finding("certificate", None)
    for point in points.varied(claim, seed, SPOTS)[:SPOTS]:
        if is_unreal(claim, line, point):
            witness = {"at": {name: sides.spelled_value(value) for name, value in point.items()}}
            told = f"at {sides.spelled(point)}: the claimed value {line} is no real number"
            return Finding("certificate", Verdict.REFUTED, (told,), {}, counterexample=witness)
    return Finding("certificate", None)


def is_unreal(claim: Claim, line: Basic, point: points.Point) -> bool:
    try:
        here = sides.settled(claim, line, point, loops=True)
        if here.has(I):
            return sweeps.is_complex(here)
        certify.enclose(here, points.tables(claim, point), DIGITS)
    except certify.Undefined:
        return True
    except DECLINED:
        return False
    return False


def is_box(claim: Claim) -> bool:
    """Whether the domain is one that boxes can cover: real intervals, without joint hypotheses."""
    domains = list(claim.given.values())
    plain = all(isinstance(domain, Interval) and domain.measure != 0 for domain in domains)
    return bool(domains) and plain and not claim.where


def cover(claim: Claim, left: Basic, right: Basic) -> Finding | None:
    """An inequality over its whole domain; None where branch and bound cannot be asked."""
    sign = relation(claim).sign
    gap = right - left if sign in ("<=", "<") else left - right
    try:
        found = certify.cover(gap, dict(claim.given), strict=sign in "<>")
    except DECLINED:
        return None
    numbers = {"boxes": found.boxes, "uncovered": float(found.measure)}
    if found.closed:
        told = f"covered by {found.boxes} box{'es' * (found.boxes != 1)}"
        return Finding("certificate", Verdict.CERTIFIED, (told,), numbers)
    if found.witness is not None:
        witness = {symbol.name: value for symbol, value in found.witness.items()}
        return refutation(claim, left, right, witness, 0, True)
    return Finding(
        "certificate", None, (f"boxes leave {found.measure:.2e} of the domain uncovered",), numbers
    )


def enclosed(
    claim: Claim,
    left: Basic,
    right: Basic,
    seed: int,
    at: points.Point | None,
    count: int = POINTS,
    searches: bool = False,
) -> Finding:
    """Both sides at exact points: the lattice, and draws from the seed.

    If it ``searches``, whole numbers far out are among them, and an inequality that holds at all is looked at where
    it is closest to failing.
    """
    chosen = [at] if at is not None else points.varied(claim, seed, count)
    chosen += far_out(claim, chosen) if searches and at is None else []
    looks, misses, reason = 0, 0, ""
    for point in chosen:
        try:
            excluded = excludes(claim, left, right, point, DIGITS)
        except DECLINED as declined:
            misses, reason = misses + 1, str(declined)
            if misses > MISSES and not looks:
                break
            continue
        looks += 1
        if excluded and excludes(claim, left, right, point, CHECK_DIGITS):
            return refutation(claim, left, right, point, looks, at is None)
    if not looks:
        return Finding("certificate", None, (f"balls cannot evaluate the sides: {reason}",))
    if searches and at is None and (point := breaking(claim, left, right, chosen)) is not None:
        return refutation(claim, left, right, point, looks, True)
    numbers = {"points_enclosed": looks, "points_skipped": misses}
    if not claim.given and at is None and relation(claim).sign == "=":
        return Finding("certificate", Verdict.CERTIFIED, (f"a constant, equal to {DIGITS} digits",), numbers)
    return Finding(
        "certificate", Verdict.SUPPORTED, (f"enclosed at {looks} points, {DIGITS} digits",), numbers
    )


def far_out(claim: Claim, chosen: list[points.Point]) -> list[points.Point]:
    """The first of some points, with each whole number in turn much larger; none where sizes are those of arrays."""
    domains = points.domains(claim)
    if not chosen or any(isinstance(value, MatrixBase) for value in chosen[0].values()):
        return []
    whole = [name for name, domain in domains.items() if sides.is_integral(domain)]
    found = []
    for name, point, more in product(whole, chosen[:STARTS], FAR):
        moved = {**point, name: domains[name].inf + more if domains[name].inf.is_finite else Integer(more)}
        if lies_inside(claim, moved):
            found.append(moved)
    return found


def breaking(claim: Claim, left: Basic, right: Basic, seen: Iterable[points.Point]) -> points.Point | None:
    """A point that breaks an inequality, from where it comes closest to failing; None if none is found."""
    if relation(claim).sign == "=" or not claim.given:
        return None

    def slack(point: points.Point) -> float:
        try:
            between = differences(claim, left, right, point, DIGITS)
        except (certify.Undefined, *DECLINED):
            return inf
        turned = -1 if relation(claim).sign in ("<=", "<") else 1
        return min(turned * float(gap.mid()) for gap in between)

    def breaks(point: points.Point) -> bool:
        return all(excludes(claim, left, right, point, digits) for digits in (DIGITS, CHECK_DIGITS))

    return closest(claim, slack, breaks, [(slack(point), point) for point in seen])


def excludes(claim: Claim, left: Basic, right: Basic, point: points.Point, digits: int) -> bool:
    """Whether balls rule the relation out at a point, in any entry."""
    try:
        return any(
            rules_out(gap, relation(claim).sign) for gap in differences(claim, left, right, point, digits)
        )
    except certify.Undefined:
        return True  # no real number stands in any relation to another side


def differences(claim: Claim, left: Basic, right: Basic, point: points.Point, digits: int) -> list:
    """Balls around ``left - right`` at a point, entry by entry. Raises ``Undefined`` where a side has no value."""
    gap = gaps.gap(claim, left, right, point, digits)
    if gap is not None:
        return [gap]
    here = [sides.settled(claim, side, point, loops=True) for side in (left, right)]
    if any(side.has(nan, zoo) for side in here):
        raise certify.Undefined(f"no value at {sides.spelled(point)}")
    tables = points.tables(claim, point)
    return [certify.difference(*pair, tables, digits) for pair in entry_pairs(*here)]


def entry_pairs(left: Basic, right: Basic) -> list[tuple[Basic, Basic]]:
    if not isinstance(left, MatrixBase):
        return [(left, right)]
    others = list(right) if isinstance(right, MatrixBase) else [right] * len(left)
    return list(zip(left, others, strict=True))


def rules_out(gap, sign: str) -> bool:
    """For a ball that contains left - right; a strict sign is ruled out by an exact zero as well."""
    if sign == "=":
        return not gap.contains(0)
    gap = gap if sign in ("<=", "<") else -gap
    return bool(gap > 0) or (sign in "<>" and bool(gap == 0))


def refutation(
    claim: Claim, left: Basic, right: Basic, point: points.Point, looks: int, shrinks: bool
) -> Finding:
    """An exact witness, shrunk unless it was given, with both sides at it."""

    def breaks(candidate: points.Point) -> bool:
        try:
            return excludes(claim, left, right, candidate, DIGITS)
        except DECLINED:
            return False

    shorter = search(claim, breaks, SHRINKING, 0) if claim.given and shrinks else None
    if shorter and shorter.point and excludes(claim, left, right, shorter.point, CHECK_DIGITS):
        point = shorter.point
    values = [str(sides.settled(claim, side, point).evalf(15)) for side in (left, right)]
    counterexample = {
        "at": {name: sides.spelled_value(value) for name, value in point.items()},
        "left": values[0],
        "right": values[1],
        "found_by": f"balls at {CHECK_DIGITS} digits",
    }
    text = f"at {sides.spelled(point)}: {values[0]} {relation(claim).sign} {values[1]} is false"
    return Finding(
        "certificate", Verdict.REFUTED, (text,), {"points_enclosed": looks}, counterexample=counterexample
    )
