"""What is true of a claim without one of its hypotheses, at points where the hypothesis fails."""

from sympy import Basic, Pow, nan, zoo
from sympy.concrete.expr_with_limits import ExprWithLimits

from numerics import sides, sweeps
from numerics.soundness.looking import DECLINED, SWEPT, TENFOLD, Sorted, sites, value_of
from numerics.soundness.plants import Mutant, made
from theory import derivation, points
from theory.claim import Claim
from theory.law import variates
from theory.statement import Relation


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
        if here.has(nan, zoo) or divides_by_zero(bold, right, point):
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


def divides_by_zero(claim: Claim, line: Basic, point: points.Point) -> bool:
    """Whether a line divides by what is zero at a point; SymPy may have dropped that, multiplied by another zero."""
    below = {power.base for power in line.atoms(Pow) if power.exp.is_negative}
    return any(sides.settled(claim, base, point).is_zero for base in below if not bound(base, line))


def bound(part: Basic, line: Basic) -> bool:
    """Whether a part of a line holds an index or a variable that the line runs over."""
    running = {symbol for each in line.atoms(ExprWithLimits) for symbol in each.variables}
    return bool(part.free_symbols & running) or bool(variates(part))


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
