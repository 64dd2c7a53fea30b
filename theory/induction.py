"""Rules that rest on other equalities: induction, its hypotheses, lemmas, and rules read backwards."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sympy import (
    Basic,
    Expr,
    Ge,
    IndexedBase,
    Integer,
    Integral,
    Interval,
    Range,
    S,
    Set,
    Sum,
    Symbol,
    acos,
    cos,
    oo,
    pi,
    sympify,
)

from theory import derivation, scope
from theory.claim import Claim, canonical, sizes
from theory.derivation import Elsewhere, Refused, Rule, Scene, Step
from theory.domain import Activations, Arrays
from theory.law import Law, Variate
from theory.plain import plain
from theory.regularity import hull
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

        if getattr(self.rule, "sign", "=") != "=":
            raise Refused(f"{self.rule}: this is a bound, and only an equality can be read backwards")
        if not same(self.rule.apply(self.after, scene), before):
            raise Refused(f"read forwards, {self.rule} does not lead back to {before}")
        return self.after


@dataclass(frozen=True)
class lemma:
    """Put the right side of a proved claim for its left side; ``at`` gives values to its symbols."""

    claim: Claim
    at: Mapping[Any, Any] = field(default_factory=dict)

    def __str__(self):
        return f"by {self.claim.name}" + (f" at {listed(self.at)}" if self.at else "")

    def apply(self, before: Basic, scene: Scene) -> Basic:
        reject_unfit(self.claim, self.at, before, scene)
        return replaced(before, self.claim.states.sides, self.at, f"the left side of {self.claim.name}")


def listed(at: Mapping) -> str:
    return ", ".join(f"{symbol} = {plain(value)}" for symbol, value in at.items())


def replaced(before: Basic, sides: tuple[Basic, ...], at: Mapping, what: str) -> Basic:
    """``before`` with one side of an equality put for the other, both at values of their symbols."""
    here = {symbol: sympify(value) for symbol, value in at.items()}
    taken = scope.caught(here.values(), *sides)
    if taken:
        raise Refused(f"{what} binds {', '.join(map(str, taken))} itself, so that no value may contain it")
    left, right = (put(side, here) for side in sides)
    if not before.has(left):
        raise Refused(f"{what}, {left}, does not occur in {before}")
    return before.xreplace({left: right})


def put(expr: Basic, here: Mapping) -> Basic:
    """``expr`` at values; at once only where one value names the symbol of another, since SymPy then hides derivatives."""
    crossed = any(value.free_symbols & (set(here) - {symbol}) for symbol, value in here.items())
    return expr.subs(here, simultaneous=crossed)


def reject_unfit(
    claim: Claim, at: Mapping, before: Basic, scene: Scene, apart: Collection = (), signs: Collection = ("=",)
) -> None:
    """Refuse a claim that may not be used here: it must be listed, state one of ``signs``, hold at the values.

    A symbol without a value stands for itself, so that its domain counts as well; those ``apart``
    have been looked at by the caller.
    """
    if claim.name not in scene.claim.uses:
        raise Refused(f"{scene.claim.name} does not list {claim.name} in uses")
    if not isinstance(claim.states, Relation) or claim.states.sign not in signs:
        what = "equality" if "=" in signs else f"bound with {' or '.join(signs)}"
        raise Refused(f"{claim.name} is no {what}, so that nothing can be put in its place")
    reject_impostor(claim)
    for symbol, domain in claim.given.items():
        if symbol not in apart:
            reject_outside(claim.name, symbol, at.get(symbol, symbol), placed(domain, at), before, scene)
    for symbol in at:
        if symbol not in claim.given:
            raise Refused(f"{claim.name} has no parameter {symbol}")
    reject_unmet(claim, at, scene)


def placed(domain, at: Mapping):
    """A domain at the values of the symbols that it names."""
    here = {symbol: sympify(value) for symbol, value in at.items()}
    if isinstance(domain, Arrays):
        shape, bounds = (tuple(v.subs(here) for v in part) for part in (domain.shape, domain.bounds))
        return Arrays(shape, domain.form, domain.unit, bounds)
    return domain.subs(here) if isinstance(domain, Set) else domain


def reject_unmet(claim: Claim, at: Mapping, scene: Scene) -> None:
    """The joint hypotheses of a claim must be joint hypotheses here."""
    here = {symbol: sympify(value) for symbol, value in at.items()}
    for name, condition in claim.where.items():
        met = put(condition, here)
        if met != True and met not in scene.claim.where.values():  # noqa: E712 - SymPy's true
            raise Refused(
                f"{claim.name} holds where {name} ({condition}); list that in where at these values"
            )


def reject_impostor(claim: Claim) -> None:
    """A claim with the name of one in the catalogue must be that one, up to the names of its variates."""
    from theory import catalogue

    try:
        known = catalogue.find(claim.name)
    except LookupError:
        return
    if claim is not known and anonymous(claim) != anonymous(known):
        raise Refused(f"{claim.name} is the name of another claim in the catalogue: {known.states}")


def anonymous(claim: Claim) -> str:
    """What a claim says, without the names of its variates."""
    laws = {law for side in claim.states.sides for law in side.atoms(Law)}
    swap: dict[Basic, Basic] = {}
    for law in laws:
        plain = law.twin(*(f"_{place}" for place in range(len(law.names))))
        swap |= {law: plain, **{old: Variate(plain, place) for place, old in enumerate(law.variates)}}
    said = [canonical(side.xreplace(swap)) for side in claim.states.sides]
    return "\n".join(
        [*said, *(f"{symbol} in {domain}" for symbol, domain in claim.given.items()), str(dict(claim.where))]
    )


def reject_outside(name: str, symbol, value, domain, before: Basic, scene: Scene) -> None:
    """The values put into a lemma must lie in its domain, whatever the symbols in them are."""
    value = value if isinstance(value, IndexedBase) else sympify(value)
    known = scene.domain(value)
    if known is None and isinstance(value, Symbol):
        if isinstance(domain, Range) and runs_over(value, before) == (domain.inf, domain.sup):
            return
        known = between(value, before, scene)
    if not (within(known, domain) or (isinstance(domain, Set) and in_set(value, domain, scene))):
        raise Refused(f"{symbol} = {value} need not lie in {domain}, where {name} holds")


def within(known, domain) -> bool:
    """Whether one domain is known to be a part of another."""
    if isinstance(domain, Set):
        return isinstance(known, Set) and known.is_subset(domain) is True
    if isinstance(domain, Activations):
        return isinstance(known, Activations) and set(known.members) <= set(domain.members)
    same_shape = isinstance(known, Arrays) and isinstance(domain, Arrays) and known.shape == domain.shape
    return same_shape and (known == domain or (domain.form, domain.unit) == ("any", False))


def runs_over(variable: Symbol, before: Basic) -> tuple[Expr, Expr] | None:
    """Between which integers an index of summation runs, ends included, wherever it is one."""
    found = {
        tuple(limit[1:]) for total in before.atoms(Sum) for limit in total.limits if limit[0] == variable
    }
    return found.pop() if len(found) == 1 else None


def between(variable: Symbol, before: Basic, scene: Scene) -> Set | None:
    """Where a variable of integration or of summation runs."""
    limits = [
        limit for total in before.atoms(Integral, Sum) for limit in total.limits if limit[0] == variable
    ]
    if len(limits) != 1:
        return None
    _, low, high = limits[0]
    if variable.is_integer and low.is_integer:
        return Range(low, oo) if low.is_Integer else None
    return hull(low, high, scene)


def in_set(value: Expr, domain: Set, scene: Scene) -> bool:
    """Whether a value lies in a set of numbers: a shifted parameter, or the image of one by cos or acos."""
    if domain.contains(value) == S.true:
        return True
    shift, base = value.as_coeff_Add()
    known = scene.domain(base)
    if isinstance(known, Range) and shift.is_integer and known.sup is oo:
        return Range(known.inf + shift, oo).is_subset(domain) is True
    if isinstance(value, cos):
        return bool(value.args[0].is_real) and Interval(-1, 1).is_subset(domain) is True
    return (
        isinstance(value, acos)
        and is_correlation(value.args[0], scene)
        and Interval(0, pi).is_subset(domain) is True
    )


def is_correlation(value: Expr, scene: Scene) -> bool:
    """Whether a value lies in [-1, 1]: a parameter that does, or the inner product of two unit vectors."""
    known = scene.domain(value)
    if isinstance(known, Set):
        return known.is_subset(Interval(-1, 1)) is True
    from theory.inputs import is_inner_correlation

    return is_inner_correlation(value, scene)


@dataclass(frozen=True)
class granted:
    """The hypothesis of an induction, ``back`` steps below n, at other values of the other parameters."""

    back: int
    at: Mapping[Any, Any] = field(default_factory=dict)

    def __str__(self):
        return f"the hypothesis, {self.back} below" + (f", at {listed(self.at)}" if self.at else "")

    def apply(self, before: Basic, scene: Scene) -> Basic:
        if not 1 <= self.back <= len(scene.hypotheses):
            raise Refused(
                f"no hypothesis is granted {self.back} below; the induction grants {len(scene.hypotheses)}"
            )
        if scene.climbing in self.at:
            raise Refused(
                f"the hypothesis is granted {self.back} below {scene.climbing}, and at no other value of it"
            )
        for symbol, value in self.at.items():
            if symbol not in scene.claim.given:
                raise Refused(f"the hypothesis has no parameter {symbol}")
            domain = placed(scene.claim.given[symbol], self.at)
            reject_outside("the hypothesis", symbol, value, domain, before, scene)
        if self.at:
            reject_unmet(scene.claim, self.at, scene)
        return replaced(before, scene.hypotheses[self.back - 1], self.at, "the left side of the hypothesis")


class Chain(NamedTuple):
    """What an induction has to prove: from ``left`` to ``right`` by ``steps``, with what ``scene`` grants."""

    what: str
    left: Basic
    right: Basic
    steps: tuple[Step, ...]
    scene: Scene


class Part(NamedTuple):
    """A base of an induction, at ``value`` of its variable, or with None its step: the chain from ``left``."""

    value: int | None
    left: Basic
    steps: tuple[Step, ...]


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
        for chain in self.chains(before, scene):
            prove(chain)
        return scene.claim.states.sides[-1]

    def parts(self, left: Basic) -> tuple[Part, ...]:
        """What proves a statement with this left side: a chain for each base, and the step."""
        bases = (Part(value, left.subs(self.n, Integer(value)), steps) for value, steps in self.base.items())
        return (*bases, Part(None, left, self.step))

    @property
    def larger(self) -> Basic:
        """For which values the step is: those above the bases."""
        return Ge(self.n, max(self.base) + 1, evaluate=False)

    @property
    def below(self) -> tuple[Expr, ...]:
        """At which values the step may use the statement."""
        return tuple(self.n - back for back in range(1, len(self.base) + 1))

    def chains(self, before: Basic, scene: Scene) -> tuple[Chain, ...]:
        """The chains to be proved: one for each base, and the step. Raises ``Refused`` where there is no induction."""
        states = scene.claim.states
        if not isinstance(states, Relation) or states.sign != "=":
            raise Refused("an induction proves an equality; the statement is none")
        if before != states.left:
            raise Refused("an induction proves the whole statement; let it be the only step of the chain")
        first, goal = self.first(scene), states.right
        if sorted(self.base) != list(range(first, first + len(self.base))) or not self.base:
            raise Refused(f"the bases {sorted(self.base)} must be consecutive and start at {first}")
        *bases, last = self.parts(before)
        given = {s: d for s, d in scene.given.items() if s != self.n}
        fixed = scene.within(given=given, hypotheses=(), climbing=None)
        found = [
            Chain(f"{self.n} = {base.value}", base.left, goal.subs(self.n, base.value), base.steps, fixed)
            for base in bases
        ]
        below = tuple((before.subs(self.n, value), goal.subs(self.n, value)) for value in self.below)
        higher = {**scene.given, self.n: Range(first + len(self.base), oo)}
        free = scene.within(given=higher, hypotheses=below, climbing=self.n)
        return (*found, Chain("the step", before, goal, last.steps, free))

    def first(self, scene: Scene) -> int:
        """The smallest value of n, whose domain must be all integers from there."""
        domain = scene.domain(self.n)
        if not isinstance(domain, Range) or domain != Range(domain.inf, oo):
            raise Refused(f"{self.n} must live in a Range(n0, oo) for an induction; found {domain}")
        for symbol, other in scene.given.items():
            if any(self.n in part.free_symbols for part in sizes(other)):
                raise Refused(
                    f"the domain of {symbol} depends on {self.n}, so that the hypotheses are about another one"
                )
        for name, condition in scene.claim.where.items():
            if self.n in condition.free_symbols:
                raise Refused(f"the hypothesis {name} depends on {self.n}, and need not hold below")
        return int(domain.inf)


def prove(chain: Chain) -> None:
    """Raises ``Refused`` at the first line of a chain that does not close, or for one that ends elsewhere."""
    flaw, reached = first_flaw(chain), chain.steps[-1].value if chain.steps else chain.left
    if not chain.steps or not derivation.algebra.same(reached, chain.right):
        told = f"{chain.what}: the chain ends at {reached}, not at {chain.right}"
        proved = not flaw and not chain.scene.hypotheses  # another line than the one that was wanted
        raise Elsewhere(told, reached, chain.right) if proved else Refused(told)
    if flaw:
        raise Refused(flaw)


def first_flaw(chain: Chain) -> str:
    """What is wrong with the first line that does not close; empty if all do."""
    values = [chain.left, *(step.value for step in chain.steps)]
    for line, (before, step) in enumerate(zip(values[:-1], chain.steps, strict=True), 1):
        if step.sign != "=":
            return f"{chain.what}, line {line}: '{step.sign}' proves no equality"
        closed, note = derivation.closes(before, step, chain.scene)
        if not closed:
            return f"{chain.what}, line {line} ({step.reason}): {note}"
    return "" if chain.steps else f"{chain.what}: the chain has no lines"
