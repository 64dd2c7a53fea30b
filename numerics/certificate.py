"""The two witnesses that need no experiment: the derivation, and ball arithmetic at exact points.

A derivation whose links all close proves the claim. A relation between numbers of theory is enclosed
by balls (``numerics.enclosing``). Where the left side is a mean, the first line of its derivation that balls can
evaluate stands for it. Where neither can look, draws of the theory's own laws refute what is false.
"""

from typing import Any

from sympy import Basic, nan, sstr, zoo

from numerics import sides, sweeps
from numerics.enclosing import DECLINED, POINTS, cover, enclosed, is_box
from numerics.judge import Finding, Verdict
from theory import certify, derivation, points
from theory.claim import Claim, free, outermost
from theory.derivation import Link
from theory.domain import measured, spectral, supremum
from theory.law import Variate
from theory.statement import Holds, Relation

PROVED_POINTS = 8  # where every link closes, balls are a second opinion
LAST_LINK_POINTS = 2  # of a proved mean only the last link is compared, at which balls have looked already
DRAWN_APART = 16  # points at which draws look at an open link
HINT = "no certificate: python-flint is absent; pip install python-flint"


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
    there = points.varied(claim, seed, DRAWN_APART)[:DRAWN_APART]
    for point in sorted(filter(points.is_short, there), key=points.bulk):
        try:
            lines = [sides.settled(claim, line, point) for line in pair]
            if any(line.has(nan, zoo) for line in lines):
                return link._replace(status="broken", note="a line without a value", witness=point)
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
    if not isinstance(states, Relation):
        return Finding("certificate", None)
    proved = derivation.proves(chain)
    pairs = comparable(claim, chain)
    left_open = Finding("certificate", None)
    if at is None and states.sign != "=" and is_box(claim) and not proved:
        for pair in pairs:
            covered = cover(claim, *pair)
            if covered is not None and covered.verdict is not None:
                return covered
            left_open = covered or left_open
    few = LAST_LINK_POINTS if opaque(states.left) else PROVED_POINTS
    found = Finding("certificate", None)
    for pair in pairs:
        found = enclosed(claim, *pair, seed, at, few if proved else POINTS, searches=not proved)
        if found.verdict is not None:
            break
    numbers = {**left_open.numbers, **found.numbers}
    return found._replace(notes=(*found.notes, *left_open.notes), numbers=numbers)


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


def comparable(claim: Claim, chain: tuple[Link, ...]) -> list[tuple[Basic, Basic]]:
    """The two sides that balls compare; where they cannot look at the left one, a line that equals it."""
    left, right = claim.states.sides[0], claim.states.sides[-1]
    if opaque(right):
        return []
    lines = [left, *(link.after for link in chain if link.sign == "=")]
    lines = lines[: next((k for k, link in enumerate(chain, 1) if link.sign != "="), len(lines))]
    return [(line, right) for line in lines if line != right and not opaque(line)]


def opaque(side: Basic) -> bool:
    """Whether no ball could enclose a side: measured, random, a spectrum, a supremum, or a node without a value."""
    if side.find(spectral) or side.has(supremum):
        return True
    nodes = [node for node in outermost(side) if not hasattr(node, "_eval_balls")]
    return bool(nodes or measured(side) or any(isinstance(symbol, Variate) for symbol in free(side)))
