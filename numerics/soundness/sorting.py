"""What is true of a mutant, found apart from the verdict.

The original is taken for true. A mutant of it is compared with it at exact points that the engine does
not use, by balls; where no ball can tell them apart, by algebra; an inequality by covers. Nothing of the
engine's judgement is asked: neither its points nor its chains.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from sympy import Basic, I, MatrixBase, S, nan, zoo

from numerics import sides, sweeps
from numerics.kinds import relation
from numerics.soundness import equivalence, stored
from numerics.soundness.plants import Mutant, made, whole_side
from theory import algebra, certify, derivation, points
from theory.claim import Claim
from theory.law import Node, Variate, variates
from theory.statement import Relation, Scaling

SEED, DRAWN, DIGITS = "sorted", 8, 25
TENFOLD = 10 * sweeps.DRAWS
INTEGRATED = 1e-8  # what an integrator may be off by
CLOSER = 96  # points at which a bound is looked at that seems to hold
SWEPT = 6  # points at which draws look, where balls cannot
MISSES = 3  # points without a look, after which no more is expected
DECLINED = (
    certify.Unevaluable,
    ValueError,
    TypeError,
    NotImplementedError,
    RecursionError,
    OverflowError,
    ZeroDivisionError,
    IndexError,
)
CLASSES = ("false", "equivalent", "weaker", "stronger", "below", "unsorted")


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
    return (*sorted(drawn, key=entries), *points.lattice(claim, 3))


def entries(point: points.Point) -> int:
    """How many numbers a point holds: sums over its arrays are written out."""
    return sum(len(value) if isinstance(value, MatrixBase) else 1 for value in point.values())


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
    return Sorted("unsorted", f"balls see no difference at {looks} points, algebra does not close")


def sort(mutant: Mutant) -> Sorted:
    """The class of a mutant."""
    states, origin = mutant.origin.states, mutant.origin
    if mutant.part == "reason":
        return of_reason(mutant)
    if mutant.link is not None:
        return of_line(mutant)
    if mutant.part == "hypothesis":
        return bolder(mutant)
    if isinstance(states, Relation) and states.sign != "=":
        return inequality(mutant)
    if isinstance(states, Scaling) and mutant.part == "constant":
        return equality(origin, constant(mutant.claim), constant(origin))
    if isinstance(states, Scaling):
        return Sorted("false", "a limit that is neither zero nor infinite has one power and one logarithm")
    if mutant.part == "exponent":
        if variates(states.left):
            return Sorted("below", "the bias of a mean over networks is below its noise at every width")
        return Sorted("false", "a bias of one power has no other")
    found = equality(origin, mutant.claim.states.sides[-1], states.sides[-1])
    if found.kind == "false" and origin.because is None and variates(states.left):
        told = stored.below_resolution(mutant.claim, origin)
        return Sorted("below", told) if told else found
    return found


def constant(claim: Claim) -> Basic:
    assert isinstance(claim.states, Scaling)
    assert claim.states.constant is not None
    return claim.states.constant


def of_reason(mutant: Mutant) -> Sorted:
    """A wrong reason is false unless its own rule leads to the same line, which then has two proofs."""
    link = mutant.link
    assert link is not None
    if isinstance(link.step.reason, str):
        same = algebra.same(link.before, link.step.value)
        told = "by algebra alone the line follows as well"
    else:
        try:
            same = link.step.reason.apply(link.before, link.scene) == link.right.value
        except (derivation.Refused, *DECLINED):
            same = False
        told = "the other rule gives the same line"
    return Sorted("equivalent", told) if same else Sorted("false", "the reason does not lead to the line")


def of_line(mutant: Mutant) -> Sorted:
    """A line that is off, against the line as it was; for a bound, false is what contradicts the next line."""
    link = mutant.link
    assert link is not None
    wrong, right = link.step.value, link.right.value
    if multiple(wrong, right) and leads_on_equal(mutant.origin, link.place):
        if mutant.origin.states.sides[-1] == 0:
            return Sorted("equivalent", "a multiple of a line that is zero, as the statement says")
        told, _ = apart(mutant.origin, S.Zero, mutant.origin.states.sides[-1])
        if told:
            return Sorted("false", f"a multiple of a line that is not zero: {told}")
    return equality(mutant.origin, wrong, right)


def multiple(wrong: Basic, right: Basic) -> bool:
    """Whether a line is another with the whole of it off."""
    return right != 0 and any(change.value == wrong for change in whole_side(right))


def leads_on_equal(claim: Claim, place: int) -> bool:
    """Whether a line of a chain equals the last side of its statement."""
    steps = made(claim)[place + 1 :]
    return isinstance(claim.states, Relation) and all(step.sign == "=" for step in steps)


# Inequalities


def excess(sign: str, left: Basic, right: Basic) -> Basic:
    """What must not be positive."""
    return left - right if sign in ("<=", "<") else right - left


def slack(claim: Claim, line: Basic) -> Basic:
    """By how much a line that equals the left side keeps its distance from the right side."""
    return -excess(relation(claim).sign, line, relation(claim).right)


def value_of(claim: Claim, line: Basic, point: points.Point):
    """A ball around a line at a point; None where there is none."""
    try:
        here = sides.settled(claim, line, point, loops=True)
        return certify.enclose(here, points.tables(claim, point), DIGITS)
    except DECLINED:
        return None


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
    told = swept(origin, claim.states.left, wrong, sign) if not left_values(origin) else ""
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
    told = followed(origin, mutant.claim) if not left_values(origin) else ""
    if told:
        return Sorted("false", told)
    if known and left_values(origin):
        return Sorted("stronger", f"holds at {len(left_values(origin))} points, where its slack is smaller")
    return Sorted("unsorted", "neither side can be evaluated")


def valueless(claim: Claim, wrong: Basic) -> str:
    """A point at which a side has no value, in words, or nothing."""
    for place, point in enumerate(sites(claim)):
        try:
            if settled(claim, wrong, place, True).has(nan, zoo):
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
    for point in sites(claim):
        try:
            here = sweeps.approximately(sides.settled(claim, gap, point))
        except DECLINED:
            continue
        if here > INTEGRATED:
            return f"broken at {sides.spelled(point)}"
    return ""


def proof_of_weaker(claim: Claim, excess: Basic) -> str:
    """How it is known that a bound has been loosened."""
    box = {symbol: claim.given[symbol] for symbol in excess.free_symbols if symbol in claim.given}
    if excess.is_nonpositive:
        return "loosened, by the signs of its terms"
    try:
        if certify.cover(-excess, box, strict=False, max_boxes=2000).closed:
            return "loosened, by a cover"
    except (*DECLINED, RuntimeError, AttributeError):
        pass
    return f"loosened at {len(sites(claim))} points"


# Hypotheses


def bolder(mutant: Mutant) -> Sorted:
    """Of a claim without one of its hypotheses: what is true where the hypothesis fails."""
    bold, origin = mutant.claim, mutant.origin
    beyond = [point for point in (*sites(bold), *cornered(bold)) if not points.admits(origin, point)]
    states = origin.states
    right = states.sides[-1]
    for point in beyond:
        try:
            here = sides.settled(bold, right, point, loops=False)
        except DECLINED:
            continue
        if here.has(nan, zoo):
            return Sorted("false", f"without a value at {sides.spelled(point)}")
    if not beyond:
        return Sorted("unsorted", "no point outside of the hypothesis was drawn")
    told, looks = broken_beyond(bold, beyond)
    if told:
        return Sorted("false", told)
    if looks:
        return Sorted("stronger", f"the formula holds at {looks} points outside of the hypothesis")
    if bold.because is not None and derivation.proves(derivation.links(bold, points=6)):
        return Sorted("stronger", "its derivation does without the hypothesis")
    return Sorted("unsorted", "neither side can be looked at outside of the hypothesis")


def cornered(claim: Claim) -> list[points.Point]:
    """Points that are as any other but in one parameter, which lies in a corner: where hypotheses fail."""
    found = []
    for point in sites(claim)[:SWEPT]:
        for name, domain in points.domains(claim).items():
            for option in points.corner(domain, 3, points.placed(claim, point), points.NEAR[:1]):
                there = {**point, name: option}
                if option is not None and option != point[name] and consistent(claim, there):
                    found.append(there)
    return found


def consistent(claim: Claim, point: points.Point) -> bool:
    try:
        return points.admits(claim, point)
    except DECLINED:  # a size was changed, and not the arrays of that size
        return False


def broken_beyond(bold: Claim, beyond: list[points.Point]) -> tuple[str, int]:
    """A point at which a bolder claim is false, in words, or nothing; and at how many points it was looked at."""
    states, steps, looks = bold.states, made(bold) if bold.because is not None else (), 0
    sign, right = getattr(states, "sign", "="), states.sides[-1]
    lines = [line for line in (states.left, *(s.value for s in steps if s.sign == "=")) if line != right]
    for point in beyond:
        other = value_of(bold, right, point)
        value = next((v for line in lines if (v := value_of(bold, line, point)) is not None), None)
        if value is None or other is None:
            continue
        looks += 1
        if isinstance(states, Relation) and breaks(value - other, sign):
            return f"broken at {sides.spelled(point)}", looks
    for point in beyond if not looks and sign == "=" and isinstance(states, Relation) else ():
        try:
            pair = [sides.settled(bold, line, point) for line in (states.left, right)]
            differ = sweeps.differ(pair[0], pair[1], "sort", TENFOLD)
        except DECLINED:
            continue
        looks += 1
        if differ:
            return f"differs at {sides.spelled(point)}, by {TENFOLD} draws", looks
    return "", looks


def breaks(gap, sign: str) -> bool:
    if sign == "=":
        return not gap.contains(0)
    gap = gap if sign in ("<=", "<") else -gap
    return bool(gap > 0) or (sign in "<>" and bool(gap == 0))
