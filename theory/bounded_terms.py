r"""Rules that bound what is left beside a leading term: a quantity between two bounds that were proved before.

A scaling with ``bound="upper"`` asserts that ``|left|`` is at most a constant times its gauge. Its chain starts
at that size and climbs: it is opened by a lemma that says which sign it has, bounded by a lemma that says how
large it is, and what is left of the bound tends to a constant:

.. math:: 0 < y(t) \le c + e(t), \quad e(t) \to 0 \quad\Longrightarrow\quad y = O(1).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sympy import Abs, Add, Basic, Dummy, Expr, Max, Mul, S, Symbol, expand, log, oo, sympify

from theory.calculus import everywhere
from theory.claim import Claim
from theory.derivation import Refused, Scene
from theory.first_exit import is_size_of_gaussian, positive_factor
from theory.geometric import below_one, powers
from theory.induction import listed, put, reject_unfit
from theory.law import Mean, Node
from theory.signs import Facts, is_positive
from theory.statement import Relation, Scaling


def sides_at(claim: Claim, at: Mapping, before: Basic, scene: Scene, signs: tuple[str, ...]) -> list[Expr]:
    """Both sides of a proved bound at values of its symbols; ``Refused`` where it may not be used."""
    reject_unfit(claim, at, before, scene, signs=signs)
    assert isinstance(claim.states, Relation)
    here = {symbol: sympify(value) for symbol, value in at.items()}
    return [put(side, here) for side in claim.states.sides]


def linear(before: Expr, part: Expr) -> tuple[Expr, Dummy, Expr]:
    """``before`` with a name put for one part, and the coefficient of that; ``Refused`` if it is not affine in it."""
    name = Dummy("part", real=True)
    named = before.xreplace({part: name})
    coefficient = named.diff(name)
    if not named.has(name) or coefficient.has(name):
        raise Refused(f"{part} must stand in {before} once, outside of all functions")
    return named, name, coefficient


@dataclass(frozen=True)
class constants_out:
    """``E[X + c] = E[X] + c``, for the terms of a mean that nothing random stands in."""

    def __str__(self):
        return "the mean of a constant is the constant"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(before, self.concerns, self.value, "no mean of a sum with a constant term")

    def concerns(self, e: Basic) -> bool:
        return isinstance(e, Mean) and self.constant(e) not in (0, e.body)

    def constant(self, e: Mean) -> Expr:
        return Add(*(term for term in Add.make_args(e.body) if not term.has(*e.bound)))

    def value(self, e: Mean) -> Expr:
        return Mean(e.body - self.constant(e), *e.laws) + self.constant(e)


@dataclass(frozen=True)
class positive_by:
    """The size of a difference is the difference itself, where a proved bound says that it is not negative.

    It may be larger than the difference that the bound speaks of, by terms that are known to be positive.
    """

    claim: Claim
    at: Mapping[Any, Any] = field(default_factory=dict)

    def __str__(self):
        return f"it is positive, by {self.claim.name}" + (f" at {listed(self.at)}" if self.at else "")

    def apply(self, before: Basic, scene: Scene) -> Basic:
        if not isinstance(before, Abs):
            raise Refused(f"{before} is no size, |...|, that could be opened")
        left, right = sides_at(self.claim, self.at, before, scene, (">", ">="))
        for size in (before.args[0], -before.args[0]):  # SymPy may have turned the sign
            rest = expand(size - left + right)
            if all(positive_factor(term, scene) for term in Add.make_args(rest) if term != 0):
                return size
        raise Refused(f"{self.claim.name} says the sign of {left - right}, and not of {before.args[0]}")


@dataclass(frozen=True)
class at_most_by:
    """Put the right side of a proved upper bound for its left side, which stands with the coefficient one."""

    claim: Claim
    at: Mapping[Any, Any] = field(default_factory=dict)

    sign = "<="

    def __str__(self):
        return f"by {self.claim.name}" + (f" at {listed(self.at)}" if self.at else "")

    def apply(self, before: Basic, scene: Scene) -> Basic:
        left, right = sides_at(self.claim, self.at, before, scene, ("<", "<="))
        named, name, coefficient = linear(before, left)
        if coefficient != 1:
            raise Refused(f"{left} stands in {before} with the coefficient {coefficient}, and not one")
        return named.xreplace({name: right})


@dataclass(frozen=True)
class logarithm_below:
    """``(log q)_+ <= q`` for q >= 0, under a mean whose coefficient is positive."""

    sign = "<="

    def __str__(self):
        return "a logarithm is below its argument"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        means = [mean for mean in before.atoms(Mean) if logarithm_of(mean.body) is not None]
        if len(means) != 1:
            raise Refused(f"no mean of the positive part of a logarithm, or several, in {before}")
        (mean,) = means
        named, name, coefficient = linear(before, mean)
        q = logarithm_of(mean.body)
        assert q is not None
        if not positive_factor(coefficient, scene):
            raise Refused(f"the coefficient {coefficient} is not known to be positive")
        for part in Mul.make_args(q):
            if not (is_size_of_gaussian(part) or is_positive(part, Facts(scene))):
                raise Refused(f"{part} is not known to be nonnegative")
        return named.xreplace({name: Mean(q, *mean.laws)})


def logarithm_of(body: Basic) -> Expr | None:
    """q, if an expression is ``Max(0, log(q))``."""
    if not (isinstance(body, Max) and len(body.args) == 2 and S.Zero in body.args):
        return None
    (inside,) = (arg for arg in body.args if arg != 0)
    return inside.args[0] if isinstance(inside, log) else None


@dataclass(frozen=True)
class tends:
    """What a sum tends to: its terms are constants, and powers that vanish as the parameter goes its way."""

    by: Symbol

    def __str__(self):
        return f"what depends on {self.by} vanishes in the limit"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        states = scene.claim.states
        if not (isinstance(states, Scaling) and states.by == self.by) or scene.climbing is not None:
            raise Refused(
                f"the statement is no scaling in {self.by}, and a limit says nothing of each {self.by}"
            )
        terms = [term for term in Add.make_args(before) if self.by in term.free_symbols]
        if not terms:
            raise Refused(f"{before} does not depend on {self.by}")
        for term in terms:
            self.reject_lasting(term, states.to, scene)
        return before - Add(*terms)

    def reject_lasting(self, term: Expr, to: Expr, scene: Scene) -> None:
        constant, moving = term.as_independent(self.by, as_Add=False)
        if term.has(Node):
            raise Refused(f"{term} holds a mean; say what the mean is first")
        if constant.has(oo) or not self.fades(moving, to, scene):
            towards = "grows" if to is oo else "goes to 0"
            raise Refused(f"{moving} is not known to vanish as {self.by} {towards}")

    def fades(self, moving: Expr, to: Expr, scene: Scene) -> bool:
        base, exponent = moving.as_base_exp()
        if base == self.by:
            return bool(exponent.is_negative if to is oo else exponent.is_positive)
        found, rest = powers(moving, self.by)
        if to is not oo or len(found) != 1 or rest.has(self.by):
            return False
        ((base, slope),) = found
        return below_one(base**slope, Facts(scene))
