"""What is true of an inequality with another right side or another sign.

Where the left side has a value by balls, the mutant is broken at a point or holds at many; where it has none, draws of
its laws and integrators look. A right side that has moved outwards everywhere is weaker, one that has moved
inwards and still holds is stronger.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from math import inf

from sympy import Basic, nan, zoo

from numerics import sides, sweeps
from numerics.closest import closest
from numerics.kinds import relation
from numerics.soundness.looking import (
    DECLINED,
    MISSES,
    SEED,
    TENFOLD,
    Sorted,
    equality,
    settled,
    sites,
    swept,
    value_of,
)
from numerics.soundness.plants import REVERSED, Mutant, made
from theory import certify, points
from theory.claim import Claim
from theory.flow import Flow

INTEGRATED = 1e-8  # what an integrator may be off by
CLOSER = 96  # points at which a bound is looked at that seems to hold
COVERED = 256  # boxes, of a cover that shows a bound to be loosened


def excess(sign: str, left: Basic, right: Basic) -> Basic:
    """What must not be positive."""
    return left - right if sign in ("<=", "<") else right - left


def slack(claim: Claim, line: Basic) -> Basic:
    """By how much a line that equals the left side keeps its distance from the right side."""
    return -excess(relation(claim).sign, line, relation(claim).right)


@lru_cache(maxsize=8)
def left_values(claim: Claim) -> tuple[tuple[points.Point, Basic], ...]:
    """Points of a claim with the last line that equals its left side and has a value there."""
    lines = [claim.states.left]
    for step in made(claim) if claim.because is not None else ():
        if step.sign != "=":
            break
        lines.append(step.value)
    for line in reversed(lines):  # the later, the plainer
        found = tuple((point, line) for point in with_value(claim, line))
        if found:
            return found
    return ()


def with_value(claim: Claim, line: Basic) -> Iterator[points.Point]:
    """The sites at which a line has a value; none if it has none at the first few."""
    misses = found = 0
    for point in sites(claim):
        if value_of(claim, line, point) is not None:
            found += 1
            yield point
        else:
            misses += 1
            if misses > MISSES and not found:
                return


def inequality(mutant: Mutant) -> Sorted:
    """Of an inequality with another right side or another sign."""
    claim, origin = mutant.claim, mutant.origin
    sign, wrong, right = relation(claim).sign, relation(claim).right, relation(origin).right
    for point, line in left_values(origin):
        ball = value_of(origin, excess(sign, line, wrong), point)
        if ball is not None and (ball > 0 or (sign in "<>" and ball == 0)):
            return Sorted("false", f"broken at {sides.spelled(point)}")
    drawn = not left_values(origin)
    told = swept(origin, claim.states.left, wrong, sign) if drawn else ""
    told = told or valueless(origin, wrong) or looked_closer(origin, sign, wrong)
    if told:
        return Sorted("false", told)
    if mutant.part == "direction":
        return Sorted("unsorted", "no point breaks it")
    tightened = (value_of(origin, excess(sign, right, wrong), point) for point in sites(origin))
    known = [ball for ball in tightened if ball is not None]
    if known and all(ball <= 0 or ball.contains(0) for ball in known):
        if all(ball.contains(0) for ball in known):
            return equality(origin, wrong, right)
        return Sorted("weaker", proof_of_weaker(origin, excess(sign, right, wrong)))
    told = followed(origin, mutant.claim) if drawn else ""
    if told:
        return Sorted("false", told)
    if known and not drawn:
        return Sorted("stronger", f"holds at {len(left_values(origin))} points, where its slack is smaller")
    loosened = beyond_noise(origin, right, wrong, sign) if drawn else 0
    if loosened:
        return Sorted("weaker", f"loosened at {loosened} points, beyond the noise of {TENFOLD} draws")
    held = beyond_noise(origin, claim.states.left, wrong, sign) if drawn else 0
    if held:
        return Sorted("stronger", f"holds at {held} points beyond the noise of {TENFOLD} draws")
    return Sorted("unsorted", "neither side can be evaluated")


def beyond_noise(claim: Claim, left: Basic, wrong: Basic, sign: str) -> int:
    """At how many points draws show that an inequality holds; none if at one that they can look at they do not."""
    held = blind = 0
    for place, point in enumerate(sites(claim)):
        try:
            pair = [settled(claim, line, place, False) for line in (left, wrong)]
            holds = sweeps.differ(pair[0], pair[1], "sort", TENFOLD, REVERSED[sign])
        except DECLINED:
            blind += 1
            if blind > MISSES and not held:
                return 0
            continue
        if not points.is_short(point) or not holds:
            return 0
        held += 1
    return held


def valueless(claim: Claim, wrong: Basic) -> str:
    """A point at which a side has no value, in words, or nothing."""
    for place, point in enumerate(sites(claim)):
        try:
            loops = not points.is_short(point)
            if settled(claim, wrong, place, loops).has(nan, zoo):
                return f"without a value at {sides.spelled(point)}"
        except DECLINED:
            continue
    return ""


def looked_closer(claim: Claim, sign: str, wrong: Basic) -> str:
    """A point that breaks an inequality among many more, near the ends of the domain too, or nothing."""
    if not left_values(claim):
        return ""
    line = left_values(claim)[0][1]
    for point in closer(claim):
        ball = value_of(claim, excess(sign, line, wrong), point)
        if ball is not None and (ball > 0 or (sign in "<>" and ball == 0)):
            return f"broken at {sides.spelled(point)}"
    return ""


@lru_cache(maxsize=4)
def closer(claim: Claim) -> tuple[points.Point, ...]:
    if not claim.given:
        return ()
    return (*islice(points.draws(claim, f"{SEED} closer", 4), CLOSER), *points.lattice(claim))


def followed(claim: Claim, wrong: Claim) -> str:
    """A point at which a left side that only an integrator follows breaks an inequality, or nothing."""
    gap = excess(relation(wrong).sign, claim.states.left, relation(wrong).right)

    def slack(point: points.Point) -> float:
        try:
            return -sweeps.approximately(sides.settled(claim, gap, point))
        except DECLINED:
            return inf

    def breaks(point: points.Point) -> bool:
        return slack(point) < -INTEGRATED

    seen = [(slack(point), point) for point in sites(claim)]
    broken = next((point for _, point in seen if breaks(point)), None)
    if broken is None and claim.states.left.has(Flow):
        broken = closest(claim, slack, breaks, seen)
    return f"broken at {sides.spelled(broken)}" if broken is not None else ""


def proof_of_weaker(claim: Claim, excess: Basic) -> str:
    """How it is known that a bound has been loosened."""
    box = {symbol: claim.given[symbol] for symbol in excess.free_symbols if symbol in claim.given}
    if excess.is_nonpositive:
        return "loosened, by the signs of its terms"
    try:
        if certify.cover(-excess, box, strict=False, max_boxes=COVERED).closed:
            return "loosened, by a cover"
    except (*DECLINED, RuntimeError, AttributeError):
        pass
    return f"loosened at {len(sites(claim))} points"
