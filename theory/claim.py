"""The one abstraction of the project: a claim, stated once, from which everything else is read.

A claim is a statement with its hypotheses. ``given`` says where each free symbol lives, ``where``
names the joint hypotheses, ``because`` is a function that returns the derivation, so that
importing a chapter computes nothing. A claim knows nothing of experiments: they are attached from
outside. A conjecture is a claim outside the catalogue.
"""

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from hashlib import sha256
from importlib import import_module
from keyword import iskeyword
from types import MappingProxyType
from typing import Any

from sympy import (
    Basic,
    Complement,
    ConditionSet,
    FiniteSet,
    ImageSet,
    ImmutableDenseMatrix,
    IndexedBase,
    Interval,
    MatrixBase,
    ProductSet,
    Range,
    S,
    Set,
    Symbol,
    Tuple,
    Union,
    oo,
    sympify,
)
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions import MatrixSymbol

from theory.activation import Activation
from theory.domain import Activations, Arrays, Observed, ObservedArray
from theory.law import Chi, Gaussian, GaussianArray, GaussianPair, Law, Node, SpherePair, Variate
from theory.statement import Limit, Scaling, Statement

RESERVED = ("key", "draws")
UNCHECKED = (
    "even",
    "odd",
    "prime",
    "composite",
    "irrational",
    "transcendental",
    "noninteger",
    "zero",
    "imaginary",
)
NAME = re.compile(
    r"[a-z0-9]+(-[A-Za-z0-9]+)*(\.[a-z0-9]+(-[A-Za-z0-9]+)*)*"
)  # a capital is a symbol, as in depth-L


@dataclass(frozen=True)
class Source:
    """Where a statement was printed: the document's number, the line, a short quotation."""

    document: str
    line: int | None = None
    quotation: str = ""

    def __str__(self) -> str:
        place = self.document if self.line is None else f"{self.document}:{self.line}"
        return f'{place} "{self.quotation}"' if self.quotation else place


@dataclass(frozen=True, eq=False)
class Claim:
    """A statement, the domain of each of its symbols, and what speaks for it.

    Args:
        name: permanent, kebab-case; a fact of a ledger row has a suffix after a dot.
        title: one sentence in plain words.
        given: symbol -> SymPy set, ``Range`` or a domain of ``theory.domain``; later entries may
            use earlier symbols.
        states: made by ``equal``, ``at_most``, ..., ``limit``, ``scaling`` or ``holds``.
        where: name -> joint hypothesis (a SymPy condition); each can be removed by its name.
        because: returns the derivation, from the left side to the right side.
        source, cites: the document and line; the key of a bibliography entry.
        uses: names of the claims that this one rests on.
        slip, refuted_at: the statement as the source printed it, a claim of its own; the witness.
        open: nobody knows, and ``inconclusive`` is an expected answer.

    Raises:
        TypeError, ValueError: a symbol without a domain, a domain at odds with the assumptions of
            its symbol, a name that is no name; the message says what to write instead.
    """

    name: str
    title: str
    given: Mapping[Any, Any]
    states: Statement
    where: Mapping[str, Basic] = field(default_factory=dict)
    because: Callable[[], Iterable] | None = None
    source: Source | None = None
    cites: str | None = None
    uses: tuple[str, ...] = ()
    slip: "Claim | None" = None
    refuted_at: Mapping[Any, Any] | None = None
    open: bool = False
    at: tuple[str, int] = field(init=False, repr=False, default=("", 0))

    def __post_init__(self):
        caller = sys._getframe(2)  # the line that wrote Claim(...): every error names it
        object.__setattr__(self, "at", (caller.f_code.co_filename, caller.f_lineno))
        for name in ("given", "where"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        reject_bad_names(self)
        reject_bad_domains(self)
        reject_unbound(self)
        reject_lawless(self)
        if self.refuted_at is not None and self.slip is None:
            raise self.error("refuted_at is the witness against a slip; give the slip as well")

    def error(self, text: str) -> ValueError:
        """A ``ValueError`` that names this claim and the line that wrote it."""
        return ValueError(f"{self.name} ({self.at[0]}:{self.at[1]}): {text}")

    @property
    def symbols(self) -> dict[str, Any]:
        """The symbols of ``given`` by name, in order: the parameters of an experiment."""
        return {label(symbol): symbol for symbol in self.given}

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes of the left side, outermost only."""
        return outermost(self.states.left)

    @property
    def digest(self) -> str:
        """A fingerprint of what is asserted and where, the same on every machine."""
        said = [canonical(part) for part in self.states.sides]
        said += [self.states.kind, *particulars(self.states)]
        said += [f"{label(symbol)} in {domain}" for symbol, domain in self.given.items()]
        said += [f"{name}: {canonical(condition)}" for name, condition in self.where.items()]
        return sha256("\n".join(said).encode()).hexdigest()

    def _repr_html_(self) -> str:
        """The card that a notebook shows. By name: how a claim looks is no part of what it rests on."""
        return import_module("theory.card").of(self)

    def _repr_latex_(self) -> str:
        return import_module("theory.card").latex_of(self)

    def evaluate(self, digits: int = 15, **point):
        """The right side at a point (parameters by name), as a SymPy number of ``digits`` digits.

        Raises ``ValueError`` for a parameter that is missing, unknown or outside its domain.
        """
        from theory.points import admits, at_point

        missing = [name for name in self.symbols if name not in point]
        if missing:
            raise self.error(f"evaluate needs a value for {', '.join(missing)}")
        point = {name: exact(value) for name, value in point.items()}
        value = at_point(self, self.states.sides[-1], point)
        if not admits(self, point):
            raise self.error(f"the point {point} is outside the domain or breaks a joint hypothesis")
        return value.evalf(digits)


def exact(value):
    """A value as SymPy holds it, a list as a matrix; an activation is one already."""
    if isinstance(value, list | tuple):
        return ImmutableDenseMatrix(value)
    return value if isinstance(value, Activation | MatrixBase) else sympify(value)


def label(symbol) -> str:
    """The name by which a parameter is passed to an experiment."""
    return str(symbol.label) if isinstance(symbol, IndexedBase) else symbol.name


def outermost(expr: Basic) -> tuple[Node, ...]:
    if isinstance(expr, Node):
        return (expr,)
    found = (node for arg in getattr(expr, "args", ()) for node in outermost(arg))
    return tuple(dict.fromkeys(found))


def free(expr: Basic, bound: frozenset = frozenset()) -> set:
    """Scalars and arrays that an expression leaves free; bound indices do not leak out of arrays."""
    if isinstance(expr, Variate):
        return set() if expr in bound else {expr}
    if isinstance(expr, Node):
        bound = bound | expr.bound
    elif isinstance(expr, IndexedBase):
        return free(expr.label, bound) if isinstance(expr.label, Variate) else {expr} - bound
    elif isinstance(expr, Observed):
        return set()
    elif isinstance(expr, ObservedArray):
        return set().union(*(free(size, bound) for size in expr.shape))
    elif isinstance(expr, Symbol | MatrixSymbol):
        return set() if expr in bound else {expr}
    elif hasattr(expr, "limits") and hasattr(expr, "function"):
        inner, found = bound, set()
        for variable, *ends in reversed(expr.limits):  # an end may name the variables further out
            found |= set().union(*(free(sympify(end), inner) for end in ends))
            inner = inner | {variable}
        return found | free(expr.function, inner)
    elif type(expr).__name__ in ("Lambda", "Subs"):
        names = expr.variables if isinstance(expr.variables, tuple) else tuple(expr.variables)
        inner = free(expr.expr, bound | set(names))
        return inner.union(*(free(point, bound) for point in getattr(expr, "point", ())))
    return set().union(*(free(arg, bound) for arg in getattr(expr, "args", ())))


def particulars(states: Statement) -> list[str]:
    """What a statement says beside its two sides."""
    said = ((part.name, getattr(states, part.name)) for part in fields(states))
    rest = ((name, value) for name, value in said if name not in ("left", "right"))
    return [f"{name}: {canonical(value) if isinstance(value, Basic) else value}" for name, value in rest]


def canonical(expr: Basic) -> str:
    """A text form that keeps the laws and the order of arguments, for digests."""
    if isinstance(expr, Law):
        inner = ", ".join(canonical(parameter) for parameter in expr.parameters)
        return f"{type(expr).__name__}({' '.join(expr.names)}; {inner})"
    if not getattr(expr, "args", ()):
        return f"{type(expr).__name__}:{expr}"
    args = [canonical(arg) for arg in expr.args]
    commutes = getattr(expr, "is_Add", False) or getattr(expr, "is_Mul", False)
    return f"{type(expr).__name__}({', '.join(sorted(args) if commutes else args)})"


def reject_bad_names(claim: Claim) -> None:
    if not isinstance(claim.name, str) or not NAME.fullmatch(claim.name):
        raise ValueError(
            f"{claim.name!r}: a claim's name is kebab-case, such as abs-kernel or abs-kernel.rate"
        )
    if not isinstance(claim.states, Statement):
        raise TypeError(
            f"{claim.name}: states is {claim.states!r}, which is no statement; "
            "write equal(a, b), at_most(a, b), limit(...), scaling(...) or holds(...), "
            "since == and Eq are decided by SymPy before the claim sees them"
        )
    if claim.name in claim.uses:
        raise claim.error("a claim cannot use itself")


def reject_bad_domains(claim: Claim) -> None:
    seen: set = set()
    for symbol, domain in claim.given.items():
        name = label(symbol) if isinstance(symbol, Symbol | IndexedBase | MatrixSymbol) else str(symbol)
        if isinstance(symbol, Variate | Observed | ObservedArray):
            raise claim.error(f"{name} is random or observed and has a law already; take it out of given")
        if not isinstance(symbol, Symbol | IndexedBase | MatrixSymbol):
            hint = f": write the symbol that symbols({symbol!r}) returned" if isinstance(symbol, str) else ""
            raise claim.error(f"given[{symbol!r}]: a key is a symbol, an array or an activation{hint}")
        if name in {label(other) for other in seen}:
            raise claim.error(f"two symbols of given are called {name}; rename one of them")
        if name in RESERVED or iskeyword(name) or not name.isidentifier():
            raise claim.error(
                f"a parameter cannot be called {name!r}; rename the symbol (lamda, for instance)"
            )
        if isinstance(domain, range):
            raise claim.error(
                f"given[{name}] is Python's range; write sympy.Range({domain.start}, {domain.stop})"
            )
        if not isinstance(domain, Set | Arrays | Activations):
            raise claim.error(
                f"given[{name}] is {domain!r}; write a SymPy set such as Interval(-1, 1), a Range, "
                "or a domain of theory.domain such as vectors(d)"
            )
        if isinstance(domain, Set) and domain.is_empty:
            raise claim.error(f"given[{name}] is empty; a claim over no points says nothing")
        if isinstance(domain, Set) and not is_reached(domain):
            raise claim.error(
                f"given[{name}] is {domain}, which no box covers and no strategy draws from; write an Interval, "
                "a finite set, S.Integers or a Range with a first element, and what is to be left out as a hypothesis "
                f"in where, such as {{'not zero': Ne({name}, 0)}}"
            )
        reject_broken_assumption(claim, symbol, domain)
        unknown = free(Tuple(*sizes(domain))) - seen
        if unknown:
            raise claim.error(f"the domain of {name} uses {names(unknown)}; list them before {name} in given")
        seen.add(symbol)


def is_reached(domain: Set) -> bool:
    """Whether points of a set can be chosen: of an interval, a finite set, or whole numbers that begin somewhere."""
    if isinstance(domain, Interval | FiniteSet) or domain == S.Integers:
        return True
    if isinstance(domain, ImageSet | ConditionSet | ProductSet | Union | Complement):
        return False
    return domain.is_subset(S.Integers) is not False and not domain.inf.is_infinite


def sizes(domain) -> tuple:
    if isinstance(domain, Arrays):
        return domain.shape + domain.bounds
    return tuple(domain.args) if isinstance(domain, Set) else ()


def reject_broken_assumption(claim: Claim, symbol, domain) -> None:
    if not isinstance(symbol, Symbol) or not isinstance(domain, Set):
        return
    low, high = domain.inf, domain.sup
    if isinstance(domain, Range) and symbol.is_integer is None:
        raise claim.error(
            f"{symbol} lives in {domain} but is not an integer; write symbols('{symbol}', integer=True)"
        )
    if symbol.is_positive and not (low.is_positive or (low.is_zero and 0 not in domain)):
        raise claim.error(
            f"{symbol} is assumed positive, but its domain {domain} goes down to {low}; drop one"
        )
    if symbol.is_nonnegative and low.is_negative:
        raise claim.error(
            f"{symbol} is assumed nonnegative, but its domain {domain} starts at {low}; drop one"
        )
    if symbol.is_negative and not (high.is_negative or (high.is_zero and 0 not in domain)):
        raise claim.error(
            f"{symbol} is assumed negative, but its domain {domain} goes up to {high}; drop one"
        )
    if symbol.is_nonpositive and high.is_positive:
        raise claim.error(
            f"{symbol} is assumed nonpositive, but its domain {domain} ends at {high}; drop one"
        )
    if symbol.is_nonzero and 0 in domain:
        raise claim.error(f"{symbol} is assumed nonzero, but its domain {domain} holds 0; drop one")
    if symbol.is_integer and not domain.is_subset(S.Integers):
        raise claim.error(
            f"{symbol} is assumed to be an integer, but its domain {domain} holds others; write a Range"
        )
    told = [fact for fact in UNCHECKED if symbol.assumptions0.get(fact)]
    if symbol.is_integer is False or told:
        raise claim.error(
            f"{symbol} is assumed {' and '.join(told) or 'not to be an integer'}, which no domain here can say; "
            f"drop it, or put an expression such as 2*{symbol} where {symbol} stands"
        )


def reject_unbound(claim: Claim) -> None:
    given = set(claim.given)
    parts = [part for part in claim.states.sides] + [sympify(c) for c in claim.where.values()]
    if isinstance(claim.states, Limit | Scaling):
        parts.append(claim.states.by)
    for part in parts:
        functions = part.atoms(AppliedUndef)
        if functions:
            raise claim.error(
                f"{names(functions)}: an unknown function; use theory.activation.Unknown and give it a domain"
            )
        certain = [node for node in part.atoms(Node) if not node.atoms(Law, Observed, ObservedArray)]
        if certain:
            raise claim.error(
                f"{certain[0]}: nothing in it is random; give its variates a law, as in u, v = gaussian.pair(rho)"
            )
        loose = free(part) - given
        random = {symbol for symbol in loose if isinstance(symbol, Variate)}
        if random and not isinstance(claim.states, Limit | Scaling):
            raise claim.error(f"{names(random)}: random, but under no Mean, Variance or Probability")
        loose -= random
        if loose:
            raise claim.error(
                f"{names(loose)}: no domain; add it to given, as in given={{{names(loose)}: Interval(-1, 1)}}"
            )


LAWFUL: dict[type[Law], tuple] = {  # the parameters of a law, and where they must lie for it to be one
    Gaussian: (("standard deviation", Interval(0, oo)),),
    GaussianPair: (("correlation", Interval(-1, 1)), ("standard deviation", Interval(0, oo))),
    SpherePair: (("correlation", Interval(-1, 1)), ("dimension", Range(1, oo))),
    Chi: (("dimension", Range(1, oo)),),
    GaussianArray: (("shape", None), ("standard deviation", Interval(0, oo))),
}


def reject_lawless(claim: Claim) -> None:
    """Refuse a law with a parameter that is a number or a symbol outside the range where it is a law."""
    for law in sorted({law for side in claim.states.sides for law in side.atoms(Law)}, key=canonical):
        for value, (what, range_) in zip(law.parameters, LAWFUL.get(type(law), ()), strict=False):
            home = claim.given.get(value, FiniteSet(value) if value.is_number else None)
            if range_ is not None and isinstance(home, Set) and home.is_subset(range_) is False:
                raise claim.error(
                    f"{', '.join(law.names)}: the {what} {value} lives in {home}, not in {range_}"
                )


def names(symbols: Iterable) -> str:
    return ", ".join(sorted(label(s) if isinstance(s, Symbol | IndexedBase) else str(s) for s in symbols))
