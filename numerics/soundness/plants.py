"""From a claim to its mutants: every small error of its statement, of its hypotheses and of its derivation.

A mutant of the statement is a claim like any other, with the chain of the original bent so that it ends
where the mutant says. A mutant of the derivation is one link with another line, or with another reason.
"""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from functools import lru_cache
from math import ceil
from typing import Any, Literal, NamedTuple

from sympy import Basic, Expr, IndexedBase, Interval, MatrixBase, Rational, S, Symbol

from numerics.soundness.changes import Change, changes, told
from theory.claim import Claim
from theory.derivation import Scene, Step, start
from theory.induction import induct
from theory.statement import Limit, Relation, Scaling, Statement

Part = Literal[
    "right side", "exponent", "logarithm", "constant", "direction", "shift", "hypothesis", "line", "reason"
]
REVERSED = {"<=": ">=", ">=": "<=", "<": ">", ">": "<"}
TENTH, HALF, THREE_PERCENT = Rational(1, 10), Rational(1, 2), Rational(103, 100)


class Mutant(NamedTuple):
    """A claim with one error in it; ``link`` is the wrong step where the error is in the derivation."""

    origin: Claim
    part: Part
    kind: str
    what: str
    claim: Claim
    link: "Wrong | None" = None

    @property
    def name(self) -> str:
        return f"{self.origin.name}: {self.part}, {self.what}"


class Wrong(NamedTuple):
    """A step of a derivation with an error, the line before it, and what its reason may rely on."""

    place: int
    before: Basic
    step: Step
    scene: Scene
    right: Step  # the step as it was
    after: Step | None = None  # the next step, which now starts at a wrong line


def planted(claim: Claim) -> Iterator[Mutant]:
    """All mutants of a claim, its derivation's included."""
    yield from of_statement(claim)
    yield from of_hypotheses(claim)
    yield from of_derivation(claim)
    if isinstance(claim.states, Relation) and claim.states.sign != "=":
        yield from shifted(claim, claim.states)  # the last, since the sharpest point is sought at a cost


# The statement


def of_statement(claim: Claim) -> Iterator[Mutant]:
    states = claim.states
    if isinstance(states, Relation | Limit):
        for change in of_side(claim, states.right):
            yield stated(claim, "right side", change, replace(states, right=change.value))
    if isinstance(states, Relation) and states.sign != "=":
        flipped = replace(states, sign=REVERSED[states.sign])
        yield stated(
            claim, "direction", told("direction", S.Zero, f"{states.sign} -> {flipped.sign}"), flipped
        )
    if isinstance(states, Limit) and claim.because is None:  # a derivation proves a limit, and no rate
        for change in off(states.rate, TENTH):
            yield stated(claim, "exponent", change, replace(states, rate=change.value))
    if isinstance(states, Scaling):
        yield from of_scaling(claim, states)


def of_side(claim: Claim, side: Basic) -> Iterator[Change]:
    """The errors of a side, the implicit factor of one in front of it among them, each once."""
    found: dict[Basic, Change] = {}
    for change in (*whole_side(side), *changes(side), *turned(claim, side)):
        if change.value != side:
            found.setdefault(change.value, change)
    yield from found.values()


def whole_side(side: Basic) -> Iterator[Change]:
    if side != 0 and not isinstance(side, MatrixBase):
        yield told("constant", side * Rational(101, 100), "all off by 1 %")
        yield told("sign", -side, "all of the other sign")


def turned(claim: Claim, side: Basic) -> Iterator[Change]:
    """A symbol whose domain is symmetric about zero, such as a correlation, with the other sign."""
    for symbol, domain in claim.given.items():
        if is_symmetric(domain) and symbol in side.free_symbols:
            yield told("correlation", side.subs(symbol, -symbol), f"{symbol} -> -{symbol}")


def is_symmetric(domain: Any) -> bool:
    return isinstance(domain, Interval) and domain.end.is_finite is True and domain.start == -domain.end


def off(value: Expr, by: Expr) -> Iterator[Change]:
    for wrong in (value + by, value - by):
        yield told("exponent" if by == TENTH else "logarithm", wrong, f"{value} -> {wrong}")


def of_scaling(claim: Claim, states: Scaling) -> Iterator[Mutant]:
    for change in off(states.exponent, TENTH):
        yield stated(claim, "exponent", change, replace(states, exponent=change.value))
    for change in off(states.log, HALF):
        yield stated(claim, "logarithm", change, replace(states, log=change.value))
    if states.constant is not None:
        more = told("constant", states.constant * THREE_PERCENT, "all off by 3 %")
        found = {change.value: change for change in (more, *of_side(claim, states.constant))}
        for change in found.values():
            yield stated(claim, "constant", change, replace(states, constant=change.value))


def stated(claim: Claim, part: Part, change: Change, states: Statement) -> Mutant:
    return Mutant(claim, part, change.kind, change.what, remade(claim, states=states))


def remade(claim: Claim, **changed) -> Claim:
    """A claim like another, without derivation and slip unless they are given."""
    parts = {"states": claim.states, "given": claim.given, "where": claim.where, "uses": claim.uses}
    return Claim(claim.name, claim.title, **{**parts, **changed})


def shifted(claim: Claim, states: Relation) -> Iterator[Mutant]:
    """An inequality with its right side past the sharpest point that is seen, by one percent of the range."""
    below = states.sign in ("<=", "<")
    found = [float(gap.mid()) for gap in gaps(claim)]
    if not found:
        return
    smallest, largest = min(found), max(found)
    by = smallest + (largest - smallest) / 100 if largest > smallest else smallest + 0.01
    exact = Rational(ceil(by * 2**20), 2**20)
    wrong = states.right - exact if below else states.right + exact
    yield stated(
        claim, "shift", told("shift", wrong, f"shifted by {float(exact):.3g}"), replace(states, right=wrong)
    )


def gaps(claim: Claim) -> list:
    """Balls around the slack of an inequality at points, where its left side has a value."""
    from numerics.soundness.bounds import left_values, slack
    from numerics.soundness.looking import value_of

    balls = (value_of(claim, slack(claim, line), point) for point, line in left_values(claim))
    return [ball for ball in balls if ball is not None and ball.is_finite()]


# The hypotheses


def of_hypotheses(claim: Claim) -> Iterator[Mutant]:
    """The claim without one of its named hypotheses, and with its own derivation."""
    for name in claim.where:
        rest = {other: condition for other, condition in claim.where.items() if other != name}
        bold = remade(claim, where=rest, because=claim.because)
        yield Mutant(claim, "hypothesis", "hypothesis", f"without '{name}'", bold)


# The derivation


def of_derivation(claim: Claim) -> Iterator[Mutant]:
    """Each link with a line that is off, and with a reason that is not its own."""
    if claim.because is None:
        return
    steps = made(claim)
    values = [start(claim), *(step.value for step in steps)]
    scene = Scene(claim, dict(claim.given))
    for place, step in enumerate(steps):
        following = steps[place + 1] if place + 1 < len(steps) else None
        last = following is None  # an error of the statement, or a constant that may be any
        for change in () if last else of_line(claim, step.value):
            wrong = Wrong(place, values[place], replace(step, value=change.value), scene, step, following)
            yield Mutant(claim, "line", change.kind, f"link {place + 1}: {change.what}", claim, wrong)
        for what, reason in misused(steps, place):
            wrong = Wrong(place, values[place], replace(step, reason=reason), scene, step)
            yield Mutant(claim, "reason", "reason", f"link {place + 1}: {what}", claim, wrong)


@lru_cache(maxsize=256)
def made(claim: Claim) -> tuple[Step, ...]:
    assert claim.because is not None
    return tuple(claim.because())


def of_line(claim: Claim, line: Basic) -> Iterator[Change]:
    """Of every kind of error one, the first that the line has: a line is re-checked at a cost."""
    first: dict[str, Change] = {}
    for change in of_side(claim, line):
        first.setdefault(change.kind, change)
    yield from first.values()


def misused(steps: tuple[Step, ...], place: int) -> Iterator[tuple[str, Any]]:
    """Reasons that are not the step's own: those of its neighbours, and its own rule with wrong data."""
    own = steps[place].reason
    others = {str(step.reason): step.reason for step in steps if str(step.reason) != str(own)}
    for name, reason in list(others.items())[:2]:
        yield told("reason", S.Zero, f"reason '{name}'").what, reason
    if not isinstance(own, str):
        yield from miswritten(own)


def miswritten(rule: Any) -> Iterator[tuple[str, Any]]:
    """A rule with one of its expressions off by one percent."""
    if not is_dataclass(rule) or isinstance(rule, induct | type):
        return
    for field in fields(rule):
        value = getattr(rule, field.name)
        if isinstance(value, Expr) and not isinstance(value, Symbol | IndexedBase) and value.is_commutative:
            wrong = value * Rational(101, 100) if value != 0 else Rational(1, 100)
            yield f"{field.name} off by 1 % in {type(rule).__name__}", replace(rule, **{field.name: wrong})
