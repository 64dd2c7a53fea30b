"""What a claim asserts: two sides and what stands between them, both kept as they were written.

SymPy evaluates ``Eq`` and ``>=`` at once, and a claim that has become ``True`` is lost; so a
statement is made by a constructor: ``equal``, ``at_most``, ``at_least``, ``below``, ``above`` for a
relation at every point of the domain, ``limit`` and ``scaling`` for what happens as a parameter
grows (or, with ``to=0``, shrinks), ``holds`` for a condition with no second side.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sympy import Basic, Expr, ImmutableDenseMatrix, MatrixBase, S, Symbol, latex, log, oo, sympify
from sympy.logic.boolalg import Boolean, BooleanAtom
from sympy.matrices.expressions.matexpr import MatrixExpr

SIGNS = {"=": "=", "<=": r"\le", ">=": r"\ge", "<": "<", ">": ">"}
SURELY = r",\ \text{almost surely}"


@dataclass(frozen=True)
class Relation:
    """``left sign right`` at every point of the domain; arrays are compared entrywise."""

    left: Basic
    sign: Literal["=", "<=", ">=", "<", ">"]
    right: Basic

    kind = "relation"

    @property
    def sides(self) -> tuple[Basic, ...]:
        return self.left, self.right

    def latex(self, printer=latex) -> str:
        return f"{printer(self.left)} {SIGNS[self.sign]} {printer(self.right)}"

    def __str__(self) -> str:
        return f"{self.left} {self.sign} {self.right}"


@dataclass(frozen=True)
class Limit:
    """``left`` tends to ``right`` as ``by`` tends to ``to``, its bias like ``by**rate``."""

    left: Expr
    right: Expr
    by: Symbol
    rate: Expr
    to: Expr = oo
    almost_surely: bool = False

    kind = "limit"

    @property
    def sides(self) -> tuple[Basic, ...]:
        return self.left, self.right

    def latex(self, printer=latex) -> str:
        by, to = printer(self.by), printer(self.to)
        tail = rf"\quad ({by} \to {to}{SURELY * self.almost_surely})"
        return rf"{printer(self.left)} \to {printer(self.right)} {tail}"

    def __str__(self) -> str:
        surely = " almost surely" if self.almost_surely else ""
        towards = f"{self.left} -> {self.right}{surely} as {self.by} -> {self.to}"
        return f"{towards}, bias like {self.by}**({self.rate})"


@dataclass(frozen=True)
class Scaling:
    """``left`` behaves like ``constant * by**exponent * L**log``, L = log(by), or log(1/by) at 0."""

    left: Expr
    exponent: Expr
    by: Symbol
    log: Expr = S.Zero
    constant: Expr | None = None
    bound: Literal["exact", "upper"] = "exact"
    to: Expr = oo
    almost_surely: bool = False

    kind = "scaling"

    @property
    def sides(self) -> tuple[Basic, ...]:
        return self.left, self.gauge if self.constant is None else self.constant * self.gauge

    @property
    def gauge(self) -> Expr:
        """The power and the logarithm that the left side is compared with."""
        return self.by**self.exponent * (log(self.by) if self.to is oo else log(1 / self.by)) ** self.log

    def latex(self, printer=latex) -> str:
        sign = {"exact": r"\asymp" if self.constant is None else r"\sim", "upper": r"\lesssim"}[self.bound]
        by, to = printer(self.by), printer(self.to)
        tail = rf"\quad ({by} \to {to}{SURELY * self.almost_surely})"
        return rf"{printer(self.left)} {sign} {printer(self.sides[1])} {tail}"

    def __str__(self) -> str:
        exact = "~" if self.constant is not None else "of order"
        sign = exact if self.bound == "exact" else "O of"
        surely = " almost surely" if self.almost_surely else ""
        return f"{self.left} {sign} {self.sides[1]}{surely} as {self.by} -> {self.to}"


@dataclass(frozen=True)
class Holds:
    """A condition that is true at every point; ``control`` is a point outside where it is false."""

    left: Basic
    control: Mapping | None = None

    kind = "holds"

    @property
    def sides(self) -> tuple[Basic, ...]:
        return (self.left,)

    def latex(self, printer=latex) -> str:
        return printer(self.left)

    def __str__(self) -> str:
        return str(self.left)


Statement = Relation | Limit | Scaling | Holds


def equal(a, b) -> Relation:
    """a = b at every point of the domain."""
    return relation("equal", a, "=", b)


def at_most(a, b) -> Relation:
    """a <= b at every point of the domain."""
    return relation("at_most", a, "<=", b)


def at_least(a, b) -> Relation:
    """a >= b at every point of the domain."""
    return relation("at_least", a, ">=", b)


def below(a, b) -> Relation:
    """a < b, strictly, at every point of the domain."""
    return relation("below", a, "<", b)


def above(a, b) -> Relation:
    """a > b, strictly, at every point of the domain."""
    return relation("above", a, ">", b)


def limit(a, b, *, by: Symbol, rate, to=oo, almost_surely: bool = False) -> Limit:
    """a tends to b as ``by`` tends to ``to`` (oo or 0), its bias like ``by**rate``.

    A random ``a`` that stands under no node is read in probability.
    """
    rate, to = sympify(rate), direction("limit", to)
    if not (rate.is_negative if to is oo else rate.is_positive):
        towards = "negative as by grows" if to is oo else "positive as by shrinks to 0"
        raise ValueError(f"limit: rate={rate}, but a bias that vanishes has a rate that is {towards}")
    return Limit(side("limit", a), side("limit", b), parameter("limit", by), rate, to, almost_surely)


def scaling(
    a, exponent, *, by: Symbol, log=0, constant=None, bound="exact", to=oo, almost_surely: bool = False
) -> Scaling:
    """a behaves like C by^exponent (log by)^log; ``bound="upper"`` asserts the upper half alone.

    ``to=0`` reads the statement for a vanishing ``by``, where the logarithm is log(1/by). A random
    ``a`` that stands under no node is read in probability, or almost surely on request.
    """
    if bound not in ("exact", "upper"):
        raise ValueError(f"scaling: bound={bound!r}; write bound='exact' or bound='upper'")
    constant = None if constant is None else sympify(constant)
    by, to = parameter("scaling", by), direction("scaling", to)
    left, exponent, log = side("scaling", a), sympify(exponent), sympify(log)
    return Scaling(left, exponent, by, log, constant, bound, to, almost_surely)


def holds(a, *, control: Mapping | None = None) -> Holds:
    """The condition a is true wherever it is looked at: the last resort among the statements.

    ``control`` is a point outside the hypotheses at which the condition is seen to fail.
    """
    if isinstance(a, bool | BooleanAtom):
        raise TypeError(
            f"holds: the condition is already {a}, decided before it was stated; "
            "state a relation by equal, at_most, at_least, below or above, which keep both sides"
        )
    return Holds(sympify(a), control)


def relation(name: str, a, sign, b) -> Relation:
    left, right = side(name, a), side(name, b)
    if left == right:
        raise ValueError(
            f"{name}: both sides are {left}; put the definition on the left and its closed form on the right"
        )
    return Relation(left, sign, right)


def side(name: str, value) -> Basic:
    """One side of a statement, as SymPy holds it; what SymPy has already decided is refused."""
    if isinstance(value, bool | Boolean) and not isinstance(value, Symbol):
        raise TypeError(
            f"{name}: a side is {value}, a truth value; pass the two sides themselves, "
            f"as in {name}(a, b), and not a comparison between them"
        )
    if isinstance(value, list | tuple | MatrixBase):
        return ImmutableDenseMatrix(value)
    value = sympify(value, strict=True)
    if not isinstance(value, Expr | MatrixExpr):
        raise TypeError(f"{name}: a side must be a SymPy expression, got {type(value).__name__} {value}")
    return value


def parameter(name: str, by) -> Symbol:
    if not isinstance(by, Symbol):
        raise TypeError(f"{name}: by={by} must be a symbol of the claim, such as the width m")
    return by


def direction(name: str, to):
    to = sympify(to)
    if to not in (oo, S.Zero):
        raise ValueError(f"{name}: to={to}; a parameter tends to oo or to 0")
    return to
