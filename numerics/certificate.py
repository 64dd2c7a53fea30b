"""The two witnesses that need no experiment: the derivation, and ball arithmetic at exact points.

A derivation whose links all close proves the claim. A relation between numbers of theory is enclosed
by balls: at the lattice and at points drawn from the seed, and an inequality over its whole domain if
that is a box. Where the left side is a mean, the first line of its derivation that balls can evaluate
stands for it. A ball that excludes the claim at an exact point refutes it; the point is then shrunk.
"""

from typing import Any

from sympy import Basic, Interval, MatrixBase, nan, sstr, zoo

from numerics import sides, sweeps
from numerics.judge import Finding, Verdict
from numerics.kinds import relation
from numerics.search import search
from theory import certify, derivation, gaps, points
from theory.claim import Claim, free, outermost
from theory.derivation import Link
from theory.domain import measured, spectral, supremum
from theory.law import Variate
from theory.statement import Holds, Relation

POINTS = 64
PROVED_POINTS = 8  # where every link closes, balls are a second opinion
LAST_LINK_POINTS = 2  # of a proved mean only the last link is compared, at which balls have looked already
DIGITS = 30
CHECK_DIGITS = 45  # an exclusion is looked at once more, at higher precision, before it refutes
SHRINKING = 60  # looks of Hypothesis, after a refutation
SEARCHING = 200
DRAWN_APART = 16  # points at which draws look at an open link
MISSES = derivation.MISSES
HINT = "no certificate: python-flint is absent; pip install python-flint"
DECLINED = (
    certify.Unevaluable,
    ValueError,
    TypeError,
    NotImplementedError,
    RecursionError,
    ZeroDivisionError,
    OverflowError,
)


def derived(claim: Claim, seed: int) -> tuple[Finding, tuple[Link, ...]]:
    """What the derivation says, and its links; a claim without one says nothing."""
    if claim.because is None:
        return Finding("derivation", None), ()
    try:
        chain = derivation.links(claim, POINTS, seed)
    except derivation.Refused as refusal:
        return Finding("derivation", Verdict.ERROR, (f"derivation refused: {refusal}",)), ()
    except Exception as error:  # whatever a chain raises concerns this claim alone
        told = str(claim.error(f"the derivation raised {type(error).__name__}: {error}"))
        return Finding("derivation", Verdict.ERROR, (told,)), ()
    chain = tuple(drawn_apart(claim, link, seed) for link in chain)
    return Finding("derivation", *chain_verdict(chain), links=tuple(map(row, chain))), chain


def drawn_apart(claim: Claim, link: Link, seed: int) -> Link:
    """A link that neither algebra closes nor balls can see, broken if draws rule it out, twice."""
    if link.status != "open":
        return link
    scene, step = (
        derivation.Scene(claim, dict(claim.given)),
        derivation.Step(link.after, link.reason, link.sign),
    )
    pair = derivation.sides_of(scene, link.before, step) if link.sign == "=" else (link.before, link.after)
    for point in filter(points.is_short, points.varied(claim, seed, DRAWN_APART)[:DRAWN_APART]):
        try:
            lines = [sides.settled(claim, line, point) for line in pair]
            if sweeps.differ(lines[0], lines[1], "look", sign=link.sign) and sweeps.differ(
                lines[0], lines[1], "again", 4 * sweeps.DRAWS, link.sign
            ):
                return link._replace(status="broken", note="draws exclude it, twice", witness=point)
        except DECLINED:
            continue
    return link


def chain_verdict(chain: tuple[Link, ...]) -> tuple[Verdict, tuple[str, ...]]:
    """Proved if every link closes; supported if balls enclose those that do not; else inconclusive."""
    broken = [link for link in chain if link.status == "broken"]
    if broken:
        told = tuple(
            f"broken link ({link.reason}): at {sides.spelled(link.witness or {})} "
            f"balls exclude that it becomes {link.after}"
            for link in broken
        )
        return Verdict.ERROR, told
    if derivation.proves(chain):
        return Verdict.PROVED, ()
    told = tuple(
        f"link '{link.reason}' is {link.status}: {link.note}" for link in chain if link.status != "closed"
    )
    return (Verdict.INCONCLUSIVE if any(link.status == "open" for link in chain) else Verdict.SUPPORTED), told


def row(link: Link) -> dict[str, Any]:
    return {
        "reason": str(link.reason),
        "status": link.status,
        "sign": link.sign,
        "value": sstr(link.after, order="none"),  # to order terms SymPy would integrate numerically
        "note": link.note,
        "points": link.points,
    }


def certified(claim: Claim, chain: tuple[Link, ...], seed: int, at: points.Point | None = None) -> Finding:
    """What balls say of a relation: at a point if one is given, else wherever they can."""
    states = claim.states
    if isinstance(states, Holds):
        return Finding("certificate", None)
    if not certify.AVAILABLE:
        return Finding("certificate", None, (HINT,))
    if not isinstance(states, Relation) or (pair := comparable(claim, chain)) is None:
        return Finding("certificate", None)
    if at is None and states.sign != "=" and is_box(claim) and not derivation.proves(chain):
        covered = cover(claim, *pair)
        if covered is not None:
            return covered
    proved = LAST_LINK_POINTS if opaque(states.left) else PROVED_POINTS
    return enclosed(claim, *pair, seed, at, proved if derivation.proves(chain) else POINTS)


def drawn(claim: Claim, seed: int) -> Finding:
    """What draws say of two sides that no ball encloses and no derivation joins: refuted, or nothing."""
    if not isinstance(claim.states, Relation) or any(map(measured, claim.states.sides)):
        return Finding("draws", None)
    left, right, sign = claim.states.sides[0], claim.states.sides[-1], claim.states.sign
    link = drawn_apart(claim, Link(left, right, sign, "the statement", "open", "", 0, None), seed)
    if link.status != "broken":
        return Finding("draws", None)
    point = link.witness or {}
    text = f"at {sides.spelled(point)}: draws of its laws exclude the relation {sign}, twice"
    counterexample = {
        "at": {name: sides.spelled_value(value) for name, value in point.items()},
        "found_by": f"{sweeps.DRAWS} draws, and {4 * sweeps.DRAWS} others",
    }
    return Finding("draws", Verdict.REFUTED, (text,), {}, counterexample=counterexample)


def comparable(claim: Claim, chain: tuple[Link, ...]) -> tuple[Basic, Basic] | None:
    """The two sides that balls compare; for an opaque left side, the first line that is not."""
    left, right = claim.states.sides[0], claim.states.sides[-1]
    if opaque(right):
        return None
    lines = [left, *(link.after for link in chain if link.sign == "=")]
    lines = lines[: next((k for k, link in enumerate(chain, 1) if link.sign != "="), len(lines))]
    return next(((line, right) for line in lines if line != right and not opaque(line)), None)


def opaque(side: Basic) -> bool:
    """Whether no ball could enclose a side: measured, random, a spectrum, a supremum, or a node without a value."""
    if side.find(spectral) or side.has(supremum):
        return True
    nodes = [node for node in outermost(side) if not hasattr(node, "_eval_balls")]
    return bool(nodes or measured(side) or any(isinstance(symbol, Variate) for symbol in free(side)))


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
        return Finding("certificate", Verdict.CERTIFIED, (f"covered by {found.boxes} boxes",), numbers)
    if found.witness is not None:
        witness = {symbol.name: value for symbol, value in found.witness.items()}
        return refutation(claim, left, right, witness, 0, True)
    return Finding(
        "certificate", None, (f"boxes leave {found.measure:.2e} of the domain uncovered",), numbers
    )


def enclosed(
    claim: Claim, left: Basic, right: Basic, seed: int, at: points.Point | None, count: int = POINTS
) -> Finding:
    """Both sides at exact points: the lattice, and draws from the seed."""
    chosen = [at] if at is not None else points.varied(claim, seed, count)
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
    numbers = {"points_enclosed": looks, "points_skipped": misses}
    if not claim.given and at is None and relation(claim).sign == "=":
        return Finding("certificate", Verdict.CERTIFIED, (f"a constant, equal to {DIGITS} digits",), numbers)
    return Finding(
        "certificate", Verdict.SUPPORTED, (f"enclosed at {looks} points, {DIGITS} digits",), numbers
    )


def excludes(claim: Claim, left: Basic, right: Basic, point: points.Point, digits: int) -> bool:
    """Whether balls rule the relation out at a point, in any entry."""
    sign = relation(claim).sign
    try:
        gap = gaps.gap(claim, left, right, point, digits)
        if gap is not None:
            return rules_out(gap, sign)
        here = [sides.settled(claim, side, point, loops=True) for side in (left, right)]
        if any(side.has(nan, zoo) for side in here):
            return True
        tables = points.tables(claim, point)
        return any(rules_out(certify.difference(*pair, tables, digits), sign) for pair in entry_pairs(*here))
    except certify.Undefined:
        return True  # no real number stands in any relation to another side


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
