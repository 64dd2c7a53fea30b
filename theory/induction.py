"""Rules that rest on other equalities: induction, its hypotheses, lemmas, and rules read backwards."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sympy import Basic, Integer, Integral, Interval, Range, Set, Sum, Symbol, acos, cos, oo, pi, sympify

from theory import derivation
from theory.calculus import hull
from theory.claim import Claim
from theory.derivation import Refused, Rule, Scene, Step
from theory.statement import Relation


@dataclass(frozen=True)
class backwards:
    """A rule read from right to left: applied to the new line, it must give the old one."""

    rule: Rule
    after: Basic

    def __str__(self):
        return f"{self.rule} (read backwards)"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        from theory.algebra import same

        if not same(self.rule.apply(self.after, scene), before):
            raise Refused(f"read forwards, {self.rule} does not lead back to {before}")
        return self.after


@dataclass(frozen=True)
class lemma:
    """Put the right side of a proved claim for its left side; ``at`` gives values to its symbols."""

    claim: Claim
    at: Mapping[Any, Any] = field(default_factory=dict)

    def __str__(self):
        where = ", ".join(f"{symbol} = {value}" for symbol, value in self.at.items())
        return f"by {self.claim.name}" + (f" at {where}" if where else "")

    def apply(self, before: Basic, scene: Scene) -> Basic:
        name, states = self.claim.name, self.claim.states
        if name not in scene.claim.uses:
            raise Refused(f"{scene.claim.name} does not list {name} in uses")
        if not isinstance(states, Relation) or states.sign != "=":
            raise Refused(f"{name} is no equality, so that nothing can be put in its place")
        for symbol, value in self.at.items():
            reject_outside(name, symbol, sympify(value), self.claim.given[symbol], before, scene)
        here = {symbol: sympify(value) for symbol, value in self.at.items()}
        left, right = states.left.subs(here), states.right.subs(here)
        if not before.has(left):
            raise Refused(f"the left side of {name}, {left}, does not occur in {before}")
        return before.xreplace({left: right})


def reject_outside(name: str, symbol, value, domain, before: Basic, scene: Scene) -> None:
    """The values put into a lemma must lie in its domain, whatever the symbols in them are."""
    if not isinstance(domain, Set) or domain.contains(value) == True:  # noqa: E712 - SymPy's truth
        return
    known = scene.domain(value) or between(value, before, scene) if isinstance(value, Symbol) else None
    if known is not None and known.is_subset(domain):
        return
    shift, base = value.as_coeff_Add()
    known = scene.domain(base)
    if isinstance(domain, Range) or domain.is_subset(Range(-oo, oo)):
        if known is not None and known.inf + shift >= domain.inf and domain.sup is oo:
            return
    elif in_range(value, domain, scene):
        return
    raise Refused(f"{symbol} = {value} need not lie in {domain}, where {name} holds")


def between(variable: Symbol, before: Basic, scene: Scene) -> Set | None:
    """Where a variable of integration runs."""
    limits = [limit for integral in before.atoms(Integral) for limit in integral.limits if limit[0] == variable]
    return hull(limits[0][1], limits[0][2], scene) if len(limits) == 1 else None


def in_range(value: Basic, domain: Set, scene: Scene) -> bool:
    """Whether a function's image of the parameters' domains lies in an interval."""
    if isinstance(value, acos) and is_cosine_of_units(value.args[0], scene):
        return Interval(0, pi).is_subset(domain)
    free_of = list(value.free_symbols)
    if len(free_of) != 1:
        return False
    known = scene.domain(free_of[0])
    if isinstance(value, cos):
        return Interval(-1, 1).is_subset(domain)
    if isinstance(value, acos) and known is not None:
        return known.is_subset(Interval(-1, 1)) and Interval(0, pi).is_subset(domain)
    return False


def is_cosine_of_units(value: Basic, scene: Scene) -> bool:
    """Whether a sum is the inner product of two unit vectors, in [-1, 1] by Cauchy and Schwarz."""
    if not isinstance(value, Sum) or not value.function.is_Mul:
        return False
    bases = [getattr(scene.domain(factor.base), "unit", False) for factor in value.function.args if factor.is_Indexed]
    return len(bases) == len(value.function.args) == 2 and all(bases)


@dataclass(frozen=True)
class granted:
    """The hypothesis of an induction, ``back`` steps below n, at other values of the parameters."""

    back: int
    at: Mapping[Any, Any] = field(default_factory=dict)

    def __str__(self):
        where = ", ".join(f"{symbol} = {value}" for symbol, value in self.at.items())
        return f"the hypothesis, {self.back} below" + (f", at {where}" if where else "")

    def apply(self, before: Basic, scene: Scene) -> Basic:
        if not 1 <= self.back <= len(scene.hypotheses):
            raise Refused(f"no hypothesis is granted {self.back} below; the induction grants {len(scene.hypotheses)}")
        left, right = scene.hypotheses[self.back - 1]
        here = {symbol: sympify(value) for symbol, value in self.at.items()}
        left, right = left.subs(here), right.subs(here)
        if not before.has(left):
            raise Refused(f"the hypothesis is about {left}, which does not occur in {before}")
        return before.xreplace({left: right})


@dataclass(frozen=True)
class induct:
    """Induction on ``n``: a chain for each base value, and one that may use the values below.

    With bases n0, n0 + 1, ..., the step is checked for every larger n and may use as many
    hypotheses below n as there are bases.
    """

    n: Symbol
    base: Mapping[int, tuple[Step, ...]]
    step: tuple[Step, ...]

    def __str__(self):
        return f"induction on {self.n}, from {self.n} = {', '.join(map(str, self.base))}"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        goal = scene.claim.states.right
        if before != scene.claim.states.left:
            raise Refused("an induction proves the whole statement; let it be the only step of the chain")
        first = scene.domain(self.n).inf
        if sorted(self.base) != list(range(int(first), int(first) + len(self.base))) or not self.base:
            raise Refused(f"the bases {sorted(self.base)} must be consecutive and start at {first}")
        for value, steps in self.base.items():
            at = {self.n: Integer(value)}
            given = {s: d for s, d in scene.given.items() if s != self.n}
            self.prove(f"{self.n} = {value}", before.subs(at), goal.subs(at), steps, scene.within(given=given))
        below = tuple((before.subs(self.n, self.n - k), goal.subs(self.n, self.n - k)) for k in range(1, len(self.base) + 1))
        higher = {**scene.given, self.n: Range(first + len(self.base), oo)}
        self.prove("the step", before, goal, self.step, scene.within(given=higher, hypotheses=below))
        return goal

    def prove(self, what: str, left: Basic, right: Basic, steps: tuple[Step, ...], scene: Scene) -> None:
        values = [left, *(step.value for step in steps)]
        if not steps or derivation.algebra.same(values[-1], right) is False:
            raise Refused(f"{what}: the chain ends at {values[-1]}, not at {right}")
        for line, (before, step) in enumerate(zip(values[:-1], steps, strict=True), 1):
            closed, note = derivation.closes(before, step, scene)
            if not closed:
                raise Refused(f"{what}, line {line} ({step.reason}): {note}")


