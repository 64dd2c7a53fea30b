"""The derivation of a claim as the lines of a proof, with the fate of every link.

A link is re-checked when the pages are built. The rule of an induction re-checks the chains of its
bases and of its step itself, and refuses the whole if one line of them fails: so where the link of
an induction is closed, every line below it is.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Literal, NamedTuple

from line_breaks import ROOM, broken
from sympy import Basic, IndexedBase

from theory import catalogue, derivation, writing
from theory.claim import Claim
from theory.induction import induct
from theory.plain import plain
from theory.printing import latex
from theory.statement import SIGNS

INSET = 3.0  # em by which a chain within a chain is narrower
ARTICLES = {"a", "I"}  # a symbol of this name may be an English word
NUMERALS = re.compile(r" [=<>] \d+(, \d+)*")

Fragment = tuple[Literal["text", "math", "claim"], str]


class Line(NamedTuple):
    """One line: the formula with its sign, why it follows, whether that was seen to be so."""

    formula: str
    reason: tuple[Fragment, ...]
    status: str
    note: str
    parts: tuple["Part", ...]


class Part(NamedTuple):
    """A chain of its own: a whole proof without a heading, or the base or the step of an induction."""

    heading: tuple[Fragment, ...]
    start: str
    lines: tuple[Line, ...]


class Proof(NamedTuple):
    """What the re-check of a derivation found; ``trouble`` says why there is none where there should be."""

    chain: Part | None
    trouble: str

    @property
    def statuses(self) -> list[str]:
        return [line.status for line in self.chain.lines] if self.chain else []

    @property
    def closes(self) -> bool:
        return bool(self.statuses) and set(self.statuses) == {"closed"}


@cache
def proof(claim: Claim) -> Proof:
    """The derivation of a claim, re-checked now, once in a build."""
    try:
        chain = derivation.links(claim)
    except derivation.Refused as refusal:
        return Proof(None, str(refusal))
    if not chain:
        return Proof(None, "")
    lines = tuple(linked(link) for link in chain)
    return Proof(Part((), broken(latex(chain[0].before)), lines), "")


def linked(link: derivation.Link) -> Line:
    status = str(link.status)
    parts = tuple(chains(link.reason, link.before, status)) if isinstance(link.reason, induct) else ()
    return Line(line(link.sign, link.after), reason(link.reason), status, note(link), parts)


def note(link: derivation.Link) -> str:
    """What is to be said of a link that did not close."""
    if link.status == "closed":
        return ""
    if link.witness is not None:
        return f"{link.note} at {writing.point_phrase(link.witness) or 'its only point'}"
    looked = f"balls agree at {link.points} points, which is evidence and no proof" if link.points else ""
    return "; ".join(filter(None, (link.note, looked)))


def line(sign: str, value: Basic, room: float = ROOM) -> str:
    return broken(f"{SIGNS[sign]} {latex(value)}", room)


def chains(rule: induct, left: Basic, status: str) -> Iterator[Part]:
    """The chains that an induction rests on: one for each base, and the step."""
    below = [fragment for place, value in enumerate(rule.below) for fragment in joined(place, latex(value))]
    granted: list[Fragment] = [("math", latex(rule.larger)), ("text", ", the statement granted for "), *below]
    for value, start, steps in rule.parts(left):
        base: list[Fragment] = [("text", "Base, "), ("math", f"{latex(rule.n)} = {value}")]
        yield part([("text", "Step, "), *granted] if value is None else base, start, steps, status)


def joined(place: int, text: str) -> list[Fragment]:
    return [("text", " and ")] * (place > 0) + [("math", text)]


def part(heading: Iterable[Fragment], start: Basic, steps: Iterable, status: str) -> Part:
    """A chain inside an induction: its lines share the fate of the induction's link."""
    room = ROOM - INSET
    status = status if status == "closed" else ""
    lines = (Line(line(s.sign, s.value, room), reason(s.reason), status, "", ()) for s in steps)
    return Part(tuple(heading), broken(latex(start), room), tuple(lines))


# Reasons


def reason(rule: "str | derivation.Rule") -> tuple[Fragment, ...]:
    """Why a link holds, in words, formulas and names of claims."""
    text = str(rule)
    if isinstance(rule, str):
        return (("text", text),)
    spelled = {way(part): part for part in ingredients(rule) for way in (str, plain)}
    return tuple(gathered(split(text, spelled)))


def ingredients(value) -> Iterator[Basic]:
    """The expressions that a rule names, those in its rules, mappings and tuples alike."""
    if isinstance(value, Claim | derivation.Step):
        return
    if isinstance(value, Basic):
        yield value
    elif isinstance(value, Mapping):
        yield from (part for item in value.items() for each in item for part in ingredients(each))
    elif isinstance(value, tuple | list):
        yield from (part for each in value for part in ingredients(each))
    elif hasattr(value, "__dataclass_fields__"):
        yield from (part for name in value.__dataclass_fields__ for part in ingredients(getattr(value, name)))


def split(text: str, expressions: Mapping[str, Basic]) -> Iterator[Fragment]:
    """A text cut at the names of claims and at the expressions that it spells out."""
    names = {claim.name for claim in catalogue.claims()}
    known = sorted((names | set(expressions)) - ARTICLES, key=len, reverse=True)
    cut = re.split(rf"(?<![\w.-])({'|'.join(map(re.escape, known))})(?![\w(]|-\w|\.\w)", text)
    for place, piece in enumerate(cut):
        if piece:
            yield fragment(piece, expressions) if place % 2 else ("text", piece)


def fragment(piece: str, expressions: Mapping[str, Basic]) -> Fragment:
    if piece not in expressions:
        return "claim", piece
    found = expressions[piece]
    return "math", latex(found.label if isinstance(found, IndexedBase) else found)


def gathered(fragments: Iterable[Fragment]) -> list[Fragment]:
    """The same with ``n = 1`` as one formula, whose sides and sign came apart."""
    found: list[Fragment] = []
    for kind, text in fragments:
        before = [kind for kind, _ in found[-2:]]
        if kind == "math" and before == ["math", "text"] and found[-1][1] == " = ":
            found[-2:] = [("math", f"{found[-2][1]} = {text}")]
        elif kind == "text" and before[-1:] == ["math"] and (numerals := NUMERALS.match(text)):
            found[-1] = ("math", found[-1][1] + numerals[0])
            found += [("text", text[numerals.end() :])] * (numerals[0] != text)
        else:
            found.append((kind, text))
    return found
