"""A claim as a person would write it: hypotheses as a sentence, the statement, the lines of a proof.

Every function takes ``write``, which sets one expression: ``plain`` for a terminal, or a function that
wraps LaTeX in the markup of a page. The sentences are the same in both.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sympy import (
    Basic,
    Contains,
    Ge,
    Gt,
    IndexedBase,
    Interval,
    Le,
    Lt,
    MatrixBase,
    Not,
    Range,
    Rational,
    S,
    Set,
    Symbol,
    sympify,
)

from theory.activation import Activation
from theory.claim import Claim
from theory.display import WIDTH, beside, equation, pretty
from theory.domain import Activations, Arrays, InputCondition
from theory.family import VARIABLE, DerivativeFamily
from theory.iterate import Iterate
from theory.law import Law, laws
from theory.plain import plain
from theory.statement import Holds, Limit, Relation, Scaling

Write = Callable[[Basic], str]
SIGNS = {"=": "=", "<=": "≤", ">=": "≥", "<": "<", ">": ">"}
LONGEST = 9999  # a denominator above is a rounded number's, and nobody reads it
GREEK = re.compile(
    r"\b(alpha|beta|gamma|delta|epsilon|eta|theta|kappa|lamda|mu|nu|rho|sigma|tau|phi|chi|omega)\b"
)


def listed(parts: Iterable[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last


# Hypotheses


def hypotheses(claim: Claim, write: Write = plain) -> str:
    """The sentence that comes before the statement; empty for a claim without parameters and laws."""
    drawn = [law_phrase(law, write) for law in laws_of(claim)] + family_phrases(claim, write)
    drawn += descent_phrases(claim, write)
    parts = [f"For {listed(domain_phrases(claim, write))}"] if claim.given else []
    parts += [f"{'with' if parts else 'For'} {listed(drawn)}"] if drawn else []
    parts += [f"such that {listed(conditions(claim, write))}"] if claim.where else []
    return ", ".join(parts) + ":" if parts else ""


def family_phrases(claim: Claim, write: Write) -> list[str]:
    """What the families of derivatives in a statement are, each once."""
    members = [member for side in claim.states.sides for member in side.atoms(DerivativeFamily)]
    families = {type(member): None for member in sorted(members, key=str)}
    variable = next((m.args[1] for m in members if m.args[1].is_Symbol), VARIABLE)
    order = Symbol("k", integer=True, nonnegative=True)
    return [
        f"{write(family(order, variable))} the {write(order)}-th derivative of {write(family.explicit(variable))}"
        for family in families
    ]


def descent_phrases(claim: Claim, write: Write) -> list[str]:
    """What the iterates of a statement that are printed by their name are, each map once."""
    found = {}
    for each in sorted({e for side in claim.states.sides for e in side.atoms(Iterate)}, key=str):
        if each.is_descent:
            found[each.args[:3]] = each.after(each.steps, each.index)
    return [
        f"{write(entry)} the entry {write(entry.index)} after {write(entry.steps)} steps of "
        f"{write(entry.variable)} ↦ {write(entry.update)} from {write(entry.start)}"
        for entry in found.values()
    ]


def domain_phrases(claim: Claim, write: Write) -> list[str]:
    """One phrase a domain; symbols that share a domain share the phrase."""
    groups: dict[Any, list] = {}
    for symbol, domain in claim.given.items():
        alone = isinstance(domain, Range) or (isinstance(domain, Interval) and not bounded(domain))
        groups.setdefault((domain, symbol if alone else None), []).append(symbol)
    return [domain_phrase(symbols, domain, write) for (domain, _), symbols in groups.items()]


def bounded(domain: Interval) -> bool:
    return bool(domain.inf.is_finite and domain.sup.is_finite)


def domain_phrase(symbols: list, domain, write: Write) -> str:
    names = listed([letter(symbol, write) for symbol in symbols])
    if isinstance(domain, Arrays):
        return arrays_phrase(domain, names, len(symbols) > 1, write)
    if isinstance(domain, Activations):
        return f"every activation {names} among {listed([member.name for member in domain.members])}"
    if domain == S.Reals:
        return f"every real {names}"
    symbol = symbols[-1]
    if isinstance(domain, Range) or domain in (S.Naturals, S.Naturals0):
        return f"every integer {integers_phrase(symbol, domain, write)}"
    if isinstance(domain, Interval) and not bounded(domain):
        return write(half_line(symbol, domain))
    return ", ".join(
        [*(letter(s, write) for s in symbols[:-1]), write(Contains(symbol, domain, evaluate=False))]
    )


def half_line(symbol: Symbol, domain: Interval) -> Basic:
    """The one inequality that a half-line is, unevaluated whatever the symbol assumes."""
    if domain.inf.is_finite:
        return (Gt if domain.left_open else Ge)(symbol, domain.inf, evaluate=False)
    return (Lt if domain.right_open else Le)(symbol, domain.sup, evaluate=False)


def integers_phrase(symbol: Symbol, domain: Set, write: Write) -> str:
    first, last = domain.inf, domain.sup
    if not last.is_finite:
        return write(Ge(symbol, first, evaluate=False))
    return f"{write(symbol)} from {write(first)} to {write(last)}"


def letter(symbol, write: Write) -> str:
    return write(symbol.label) if isinstance(symbol, IndexedBase) else write(symbol)


def arrays_phrase(domain: Arrays, names: str, several: bool, write: Write) -> str:
    size = [write(part) for part in domain.shape]
    every, s = ("all", "s") if several else ("every", "")
    if domain.form == "data":
        return f"{every} data set{s} {names} of {size[0]} inputs of dimension {size[1]}"
    if domain.bounds:
        first, low, high = map(write, domain.bounds)
        each = "whose first entry is " + first + f" and whose others lie between {low} and {high}"
        return f"{every} vector{s} {names} of dimension {size[0]} {each}"
    if len(size) == 1:
        return f"{every} {'unit' if domain.unit else 'real'} vector{s} {names} of dimension {size[0]}"
    form = "real" if domain.form == "any" else domain.form
    return f"{every} {form} {size[0]} × {size[1]} matri{'ces' if several else 'x'} {names}"


def conditions(claim: Claim, write: Write) -> list[str]:
    """The joint hypotheses, each followed by the name under which it can be removed."""
    return [f"{condition_phrase(sympify(c), write)} ({name})" for name, c in claim.where.items()]


def condition_phrase(condition: Basic, write: Write) -> str:
    if isinstance(condition, InputCondition):
        return condition.phrase % letter(condition.args[0], write)
    if isinstance(condition, Not) and isinstance(condition.args[0], InputCondition):
        return condition.args[0].negation % letter(condition.args[0].args[0], write)
    return write(condition)


def laws_of(claim: Claim) -> tuple[Law, ...]:
    """The laws of the statement, each once, in the order of their variates' names."""
    found = {law: None for side in claim.states.sides for law in laws(side)}
    return tuple(sorted(found, key=lambda law: law.names))


def law_phrase(law: Law, write: Write) -> str:
    """One law in words, its variates first."""
    names = listed([write(variate) for variate in law.variates])
    return f"{names} {PHRASES[type(law).__name__](write, *law.parameters)}"


def gaussian_phrase(write: Write, scale=S.One) -> str:
    return "a standard Gaussian" if scale == 1 else f"a centred Gaussian of standard deviation {write(scale)}"


def entry_phrase(write: Write, scale) -> str:
    if scale == 1:
        return "standard Gaussian entries"
    return f"centred Gaussian entries of standard deviation {write(scale)}"


def pair_phrase(write: Write, rho, scale=S.One) -> str:
    if scale == 1:
        return f"standard Gaussians of correlation {write(rho)}"
    return f"centred Gaussians of standard deviation {write(scale)} and correlation {write(rho)}"


def moments_phrase(write: Write, shape, moments) -> str:
    known = listed([f"{write(value)} for order {order}" for order, value in sorted(moments.items())])
    return f"with independent entries of one law, its moments {known}"


PHRASES: dict[str, Callable[..., str]] = {
    "Gaussian": gaussian_phrase,
    "GaussianPair": pair_phrase,
    "Uniform": lambda write, low, high: f"uniform on {write(Interval(low, high))}",
    "Rademacher": lambda write: "a fair sign",
    "Chi": lambda write, d: f"the norm of a standard Gaussian vector of dimension {write(d)}",
    "SpherePair": lambda write, rho, d: (
        f"the coordinates of a uniform direction in dimension {write(d)} "
        f"along two unit vectors of correlation {write(rho)}"
    ),
    "GaussianArray": lambda write, shape, scale: (
        f"of independent {entry_phrase(write, scale)}, {size_phrase(write, shape)}"
    ),
    "RademacherArray": lambda write, *shape: f"of independent fair signs, {size_phrase(write, shape)}",
    "MomentsArray": moments_phrase,
    "SphereArray": lambda write, shape: f"of independent uniform directions, {size_phrase(write, shape)}",
}


def size_phrase(write: Write, shape) -> str:
    return " × ".join(write(part) for part in shape) + (" of them" if len(shape) == 1 else "")


# The statement


def statement(claim: Claim, width: int = WIDTH) -> str:
    """The statement as a displayed formula for a terminal."""
    states = claim.states
    if isinstance(states, Holds):
        return pretty(states.left, width)
    left, sign, right, tail = spoken_parts(states)
    return equation(left, sign, right, tail, width)


def sentence(claim: Claim) -> str:
    """The statement on one line."""
    states = claim.states
    if isinstance(states, Holds):
        return plain(states.left)
    left, sign, right, tail = spoken_parts(states)
    return f"{plain(left)} {sign} {plain(right)}{tail}"


def spoken_parts(states: Relation | Limit | Scaling) -> tuple[Basic, str, Basic, str]:
    """Left side, sign, right side, and what follows it."""
    if isinstance(states, Relation):
        return states.left, SIGNS[states.sign], states.right, ""
    surely = " almost surely" if states.almost_surely else ""
    tail = f" {surely} as {plain(states.by)} → {plain(states.to)}"
    if isinstance(states, Limit):
        return states.left, "→", states.right, f"{tail}, its bias of order {plain(states.by**states.rate)}"
    exact = "≍" if states.constant is None else "~"
    return states.left, exact if states.bound == "exact" else "≲", states.sides[1], tail


# The proof


def proof(chain: Iterable, width: int = WIDTH) -> list[tuple[str, str]]:
    """The lines of a derivation from its links: each a displayed formula and the reason for it.

    The first line has no reason: it is the left side of the statement.
    """
    chain = tuple(chain)
    lines = [(pretty(chain[0].before, width), "")] if chain else []
    return lines + [(beside(SIGNS[link.sign], link.after, width), reason(link)) for link in chain]


def reason(link) -> str:
    """Why a link holds, with Greek letters as letters."""
    return GREEK.sub(lambda match: plain(Symbol(match.group())), str(link.reason))


def point_phrase(point: Mapping[str, Any], write: Callable[[str], str] = str) -> str:
    """A point of a domain, ``θ = 1/3, m = 2``, on one line; ``write`` sets each coordinate."""
    return ", ".join(write(f"{plain(Symbol(name))} = {value_phrase(value)}") for name, value in point.items())


def value_phrase(value) -> str:
    """A coordinate: exact where that is short, else to six digits; a large matrix by its size."""
    if isinstance(value, Activation):
        return value.name
    if isinstance(value, MatrixBase) and value.rows * value.cols > 4:
        return f"a {value.rows} × {value.cols} matrix"
    if isinstance(value, Rational) and value.q > LONGEST:
        return "−" * bool(value < 0) + f"{abs(float(value)):.6g}"
    return plain(value) if isinstance(value, Basic) else str(value)
