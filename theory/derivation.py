"""A derivation: steps from the left side of a statement to its right side, each one re-checked.

``Step(value, reason)`` says what the expression has become and why. A reason is a *rule*, an object
that computes from the expression before what it must become and verifies its own side conditions,
or a plain string, for algebra. Either way the difference between what was written and what follows
must simplify to zero: then the link is *closed*. Every link is also enclosed by balls at exact
points of the domain. Balls never close a link, but where they exclude it, it is *broken*; a link
that algebra could not close and balls did not break is *enclosed*, which is evidence and no proof.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any, Literal, NamedTuple, Protocol

from sympy import (
    Abs,
    Basic,
    Derivative,
    Dummy,
    Float,
    Function,
    Indexed,
    Integral,
    PolynomialError,
    Pow,
    Product,
    Sum,
    Symbol,
    nan,
    sstr,
    sympify,
    zoo,
)
from sympy.matrices.expressions import MatrixSymbol

from theory import algebra, certify, gaps, scope
from theory.activation import Applied
from theory.claim import Claim
from theory.domain import Functional, Observed, maximum, spectral, supremum
from theory.family import DerivativeFamily
from theory.flow import Flow
from theory.iterate import Iterate
from theory.law import Node
from theory.points import substitute, tables, varied
from theory.statement import Holds, Limit, Relation, Scaling

DEFINITIONS = (
    Node,
    Integral,
    Sum,
    Product,
    Derivative,
    Indexed,
    Functional,
    Observed,
    MatrixSymbol,
    Applied,
    DerivativeFamily,
    Iterate,
    Flow,
    maximum,
    supremum,
)
Sign = Literal["=", "<=", ">=", "<", ">"]
DIGITS = 20
MISSES = 8  # points, corners and others, that balls cannot evaluate, after which they are not asked again
SPOT_CHECKS = 6  # a closed link is a theorem already: balls only look for a wrong rule
DIRECTIONS: dict[str, set[str]] = {
    "=": {"="},
    "<=": {"=", "<=", "<"},
    ">=": {"=", ">=", ">"},
    "<": {"=", "<=", "<"},
    ">": {"=", ">=", ">"},
}
IMPLIED_BY: dict[str, set[str]] = {**DIRECTIONS, "<": {"<"}, ">": {">"}}  # of one link alone


class Refused(ValueError):
    """A rule used where it does not apply, or a chain that starts or ends in the wrong place."""


class Elsewhere(Refused):
    """A chain inside a rule that proves another line than it should, ``reached`` instead of ``wanted``."""

    def __init__(self, message: str, reached: Basic, wanted: Basic):
        super().__init__(message)
        self.reached, self.wanted = reached, wanted


class Rule(Protocol):
    """A reason that can check itself; ``str(rule)`` is how a person would say it.

    A rule gives an equality, unless it has an attribute ``sign`` that says what it gives instead.
    """

    def apply(self, before: Basic, scene: "Scene") -> Basic:
        """What ``before`` becomes. Raises ``Refused`` where a side condition fails."""
        ...


@dataclass(frozen=True)
class Step:
    """One line of a derivation: the new value, the reason, and the sign towards the line before."""

    value: Basic
    reason: "str | Rule"
    sign: Sign = "="

    def __post_init__(self):
        object.__setattr__(self, "value", sympify(self.value))


@dataclass(frozen=True)
class Scene:
    """What a rule may rely on: the claim, the domains of its symbols, what has been proved before.

    ``given`` extends the claim's own domains inside an induction; ``hypotheses`` are the equalities
    that an induction on ``climbing`` grants, each a pair of sides.
    """

    claim: Claim
    given: Mapping[Any, Any]
    hypotheses: tuple[tuple[Basic, Basic], ...] = ()
    climbing: Symbol | None = None

    def within(self, **changes) -> "Scene":
        return replace(self, **changes)

    def domain(self, symbol) -> Any:
        return self.given.get(symbol)


class Link(NamedTuple):
    """A re-checked step: from ``before`` to ``after``, what stands between them, how it fared."""

    before: Basic
    after: Basic
    sign: Sign
    reason: "str | Rule"
    status: Literal["closed", "enclosed", "open", "broken"]
    note: str
    points: int
    witness: dict | None


def links(claim: Claim, points: int = 64, seed: int = 0) -> tuple[Link, ...]:
    """The derivation of a claim, link by link; empty if it has none.

    Raises ``Refused`` if the chain is empty, does not end at the right side, or rests on a step
    that goes against the direction of the statement.
    """
    if claim.because is None:
        return ()
    scene = Scene(claim, dict(claim.given))
    steps = tuple(claim.because())
    reject_misplaced(claim, steps)
    left = claim.states.left
    values = [start(claim), *(step.value for step in steps)]
    reject_definition(claim, left)
    sites = cache(lambda count: varied(claim, seed, count)[:count])  # the same for every link
    return tuple(
        checked(before, step, scene, points, sites) for before, step in zip(values[:-1], steps, strict=True)
    )


def derived(claim: Claim, *rules: Rule, reason: str = "collect terms") -> tuple[Step, ...]:
    """The chain that rules make of the left side, one after the other; the last line is the right side, by algebra.

    Raises ``Refused`` where a rule does not apply. Nothing is taken on trust: the chain is re-checked as one
    that was written by hand, and only the last line, which is the statement's, can be wrong in it.
    """
    scene, value, steps = Scene(claim, dict(claim.given)), start(claim), []
    for rule in rules:
        value = rule.apply(value, scene)
        steps.append(Step(value, rule))
    goal = end(claim)
    if goal is None or (steps and goal == value):
        return tuple(steps)
    return (*steps, Step(goal, reason))


def start(claim: Claim) -> Basic:
    """Where the chain begins: the left side, for a scaling over its gauge, and in size if that is a bound."""
    states = claim.states
    if not isinstance(states, Scaling):
        return states.left
    return (states.left if states.bound == "exact" else Abs(states.left)) / states.gauge


def end(claim: Claim) -> Basic | None:
    states = claim.states
    return states.constant if isinstance(states, Scaling) else states.sides[-1]


def direction(claim: Claim) -> Sign:
    """The sign of the statement, which says where its links may lead: an upper scaling climbs to its bound."""
    states = claim.states
    if isinstance(states, Scaling):
        return "=" if states.bound == "exact" else "<="
    return states.sign if isinstance(states, Relation) else "="


def reject_misplaced(claim: Claim, steps: tuple[Step, ...]) -> None:
    if not steps:
        raise Refused(f"{claim.name}: the derivation has no steps; return at least one Step, or drop because")
    if not all(isinstance(step, Step) for step in steps):
        raise Refused(f"{claim.name}: because must return Step(value, reason) objects")
    if isinstance(claim.states, Holds):
        raise Refused(
            f"{claim.name}: a condition has no second side to arrive at; state a relation, or drop because"
        )
    goal = end(claim)
    if goal is None:
        reject_moving(claim, steps[-1].value)
    elif steps[-1].value != goal:
        here, there = (
            sstr(side, order="none") for side in (steps[-1].value, goal)
        )  # ordered terms are integrated
        raise Refused(
            f"{claim.name}: the derivation ends at {here}, the statement at {there}; "
            "let the last step be the right side itself"
        )
    allowed = DIRECTIONS[direction(claim)]
    for step in steps:
        if step.sign not in allowed:
            raise Refused(
                f"{claim.name}: a link '{step.sign}' leads away from the statement; use {sorted(allowed)}"
            )
    sign = direction(claim)
    if sign in ("<", ">") and not any(step.sign == sign for step in steps):
        raise Refused(f"{claim.name}: the statement is strict, but no link of its derivation is")


def reject_moving(claim: Claim, last: Basic) -> None:
    """What a scaling without a constant ends at must be one: it may not move with the parameter, or vanish."""
    if not isinstance(claim.states, Scaling):
        return
    if claim.states.by in last.free_symbols or not last.is_nonzero:
        raise Refused(
            f"{claim.name}: the left side over its gauge ends at {last}, which is not known to be a constant "
            f"other than zero; end at one that is free of {claim.states.by}"
        )


def reject_definition(claim: Claim, left: Basic) -> None:
    """A left side that is closed already defines nothing: its derivation would prove a form by itself."""
    if isinstance(claim.states, Relation) and claim.states.sign == "=" and not defines(left):
        raise Refused(
            f"{claim.name}: the derivation starts at a closed form, {left}; "
            "state the definition on the left (a mean, an integral, a derivative, a sum, an observed quantity)"
        )


def defines(left: Basic) -> bool:
    """Whether an expression defines something: it is more than numbers, symbols and functions."""
    return left.has(*DEFINITIONS)


def checked(before: Basic, step: Step, scene: Scene, count: int, sites: Callable[[int], list]) -> Link:
    """One link, closed by its rule and by algebra if possible, then looked at through balls."""
    closed, note = closes(before, step, scene)
    there = sites(min(count, SPOT_CHECKS) if closed else count)
    looks, witness, why = enclosed(before, step, scene, there)
    if witness is None and not looks:
        witness, why = led_elsewhere(before, step, scene, there)
    if witness is not None:
        status, note = "broken", why
    elif closed:
        status = "closed"
    else:
        status = "enclosed" if looks else "open"
    return Link(before, step.value, step.sign, step.reason, status, note, looks, witness)


def closes(before: Basic, step: Step, scene: Scene) -> tuple[bool, str]:
    """Whether a step follows, and why not. A refusal of its rule is the note of an open link."""
    if before == step.value:
        return False, "nothing changes between the two lines"
    if before.has(Float) or step.value.has(Float):
        return False, "a decimal number is rounded and proves nothing; write it as Rational(1, 10)"
    if any(
        len(limit) != 3
        for total in (*before.atoms(Integral, Sum), *step.value.atoms(Integral, Sum))
        for limit in total.limits
    ):
        return False, "an integral or a sum without both its ends is no number; give both"
    twice = [scope.doubly_bound(line, scene.given) for line in (before, step.value)]
    if any(twice):
        return (
            False,
            f"{twice[0] or twice[1]} means two things in one line; rename the variable that is bound",
        )
    try:
        return follows(before, step, scene)
    except Refused as refusal:
        return False, f"refused: {refusal}"
    except (NotImplementedError, PolynomialError) as reason:
        return False, f"SymPy cannot tell: {reason}"


def follows(before: Basic, step: Step, scene: Scene) -> tuple[bool, str]:
    """Whether the new line is what the reason makes of the old one."""
    if isinstance(step.reason, str):
        if step.sign != "=":
            return ordered(before, step, scene)
        closed = algebra.same(before, step.value)
        return closed, "algebra" if closed else "the difference did not simplify to zero"
    gives = getattr(step.reason, "sign", "=")
    if gives not in IMPLIED_BY[step.sign]:
        return False, f"the rule gives '{gives}', from which '{step.sign}' does not follow"
    if algebra.same(step.reason.apply(before, scene), step.value):
        return True, "rule and algebra"
    return False, "the difference to what the rule gives did not simplify to zero"


def ordered(before: Basic, step: Step, scene: Scene) -> tuple[bool, str]:
    """An inequality between two lines: a cover of the whole domain by balls."""
    gap = step.value - before if step.sign in ("<=", "<") else before - step.value
    box = {symbol: scene.domain(symbol) for symbol in sorted(gap.free_symbols, key=str)}
    try:
        cover = certify.cover(gap, box, strict=step.sign in "<>")
    except (certify.Unevaluable, RuntimeError, TypeError, ValueError) as reason:
        return False, str(reason)
    return cover.closed, f"{cover.boxes} boxes" if cover.closed else f"uncovered measure {cover.measure:.1e}"


def enclosed(before: Basic, step: Step, scene: Scene, sites: list) -> tuple[int, dict | None, str]:
    """At how many exact points balls could look at a link, a point where it fails, and why.

    A line without a value fails, even where balls cannot look: a link holds on the whole domain.
    """
    if isinstance(scene.claim.states, Limit | Scaling):
        return 0, None, ""
    return seen(before, step, scene, sites)


def seen(before: Basic, step: Step, scene: Scene, sites: list) -> tuple[int, dict | None, str]:
    """The same of any two lines that must be related as the step says."""
    if not certify.AVAILABLE:
        return 0, None, ""
    dark = any(beyond_balls(value) for value in (before, step.value))
    lines = tuple(map(shell, (before, step.value))) if dark else (before, step.value)
    if dark and not any(map(may_lack_a_value, lines)):
        return 0, None, ""
    looks = misses = 0
    for point in sites[: SPOT_CHECKS if dark else None]:
        try:
            gap = None if dark else gaps.gap(scene.claim, lines[1], lines[0], point, DIGITS)
            if gap is None:
                old, new = (at_point(value, point, scene) for value in lines)
                if old.has(nan, zoo) or new.has(nan, zoo):
                    return looks + 1, point, "one of its lines has no value there"
                if dark:
                    continue
                gap = certify.difference(new, old, tables(scene.claim, point), DIGITS)
        except certify.Undefined:
            return looks + 1, point, "one of its lines is no real number there"
        except (certify.Unevaluable, ValueError, TypeError, NotImplementedError):
            misses += 1
            if misses > MISSES and not looks:
                return 0, None, ""
            continue
        looks += 1
        if excluded(gap, step.sign):
            return looks, point, "balls exclude it"
    return looks, None, ""


def led_elsewhere(before: Basic, step: Step, scene: Scene, sites: list) -> tuple[dict | None, str]:
    """A point at which balls tell a line from what its own rule makes of the line before, and why.

    Balls may see both where they cannot see the line before, a mean or an iterate; and the line that a rule
    gives is a theorem. A rule that gives a bound says nothing against another bound.
    """
    given, wanted = sides_of(scene, before, step)
    if given in (before, wanted):
        return None, ""
    _, witness, why = seen(given, replace(step, value=wanted), scene, sites)
    return witness, f"{why}: its rule gives another line" if witness is not None else ""


def sides_of(scene: Scene, before: Basic, step: Step) -> tuple[Basic, Basic]:
    """Two lines that are equal if a step is right: its own, or what its rule makes of the first and the second."""
    if isinstance(step.reason, str) or getattr(step.reason, "sign", "=") != "=":
        return before, step.value
    try:
        return step.reason.apply(before, scene), step.value
    except Elsewhere as other:
        return other.reached, other.wanted
    except (Refused, NotImplementedError, PolynomialError):
        return before, step.value


def beyond_balls(value: Basic) -> bool:
    """Means, spectra, derivatives of symbolic order and integrals in several dimensions are not looked at."""
    several = any(len(e.limits) > 1 or e.function.has(Integral) for e in value.atoms(Integral))
    return (
        several
        or value.has(Node)
        or bool(value.find(spectral))
        or any(not c.is_Integer for e in value.atoms(Derivative) for _, c in e.variable_count)
    )


def may_lack_a_value(line: Basic) -> bool:
    """Whether a function or a divisor of unknown sign could leave a line without a value somewhere."""
    divisors = (e.base for e in line.atoms(Pow) if not e.exp.is_nonnegative)
    return bool(line.atoms(Function)) or not all(base.is_positive for base in divisors)


def shell(value: Basic) -> Basic:
    """An expression without what stands inside its means, spectra, integrals, sums and derivatives."""
    return value.replace(
        lambda e: isinstance(e, Node | Integral | Sum | Product | Derivative) or spectral(e),
        lambda e: Dummy(),
    )


def at_point(value: Basic, point: dict, scene: Scene) -> Basic:
    return placed_at(value, tuple((symbol, point[name]) for name, symbol in scene.claim.symbols.items()))


@lru_cache(maxsize=64)
def placed_at(value: Basic, values: tuple[tuple[Any, Any], ...]) -> Basic:
    """Each line ends one link and begins the next: it is looked at once."""
    return substitute(value, dict(values), loops=True)


def excluded(gap, sign: Sign) -> bool:
    """Whether a ball for (after - before) rules the link out."""
    if sign == "=":
        return not gap.contains(0)
    return bool(gap < 0) if sign in ("<=", "<") else bool(gap > 0)


def proves(chain: Iterable[Link]) -> bool:
    """Whether every link is closed, and there is one."""
    chain = tuple(chain)
    return bool(chain) and all(link.status == "closed" for link in chain)
