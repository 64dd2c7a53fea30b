"""Numbers of theory at points, made once: a claim's book holds them while it is open.

What a side of theory is at an exact point is a pure function of the two, and costs SymPy and the balls
milliseconds to seconds. A run opens the book of a claim with what ``numerics.keeping`` has kept of an
earlier one, and keeps it when the claim lands. Without an open book everything is made anew.
"""

from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from sympy import Basic, ImmutableDenseMatrix, MatrixBase, Rational

from numerics import keeping, sealing
from theory import points
from theory.activation import Activation
from theory.claim import Claim
from theory.domain import Activations

PLANNED, SEARCHED = "the numbers of its points", "the numbers of its search"


class Book(NamedTuple):
    """Entries by name, the file they are kept in, and how many it held when it was opened."""

    entries: dict[str, Any]
    file: Path
    known: int


OPEN: dict[Claim, Book] = {}


def opened(kept: Path | None, claims: Iterable[Claim], seed: int, asked: str = PLANNED) -> None:
    """Opens the books of claims of this package; a worker, which searches, has others than its parent."""
    for claim in claims:
        file = keeping.file_of(kept, "numbers", claim, seed, asked)
        if file is not None:
            entries = sealing.read(file) or {}
            OPEN[claim] = Book(entries, file, len(entries))


def closed(claims: Iterable[Claim]) -> None:
    """Closes their books, and keeps those that were written in."""
    for claim in claims:
        book = OPEN.pop(claim, None)
        if book is not None and len(book.entries) > book.known:
            sealing.write(book.file, book.entries)


def array(claim: Claim, what: str, point: points.Point, make: Callable[[], np.ndarray]) -> np.ndarray:
    """The array of doubles that ``make`` returns for a claim at a point; ``what`` tells several apart."""
    book = OPEN.get(claim)
    if book is None:
        return make()
    name = f"{what} {named(point)}"
    if name not in book.entries:
        found = np.asarray(make(), float)
        if not np.all(np.isfinite(found)):
            return found
        book.entries[name] = [list(found.shape), found.ravel().tolist()]
    shape, values = book.entries[name]
    return np.array(values, float).reshape(shape)


def chosen(claim: Claim, what: str, make: Callable[[], list[points.Point]]) -> list[points.Point]:
    """The exact points that ``make`` returns; nothing is noted of points that no fraction spells."""
    book = OPEN.get(claim)
    if book is None:
        return make()
    if what not in book.entries:
        found = make()
        spelled = [{name: as_text(value) for name, value in point.items()} for point in found]
        if not all(is_spelled(value) for point in found for value in point.values()):
            return found
        book.entries[what] = spelled
    return [read_back(claim, each) for each in book.entries[what]]


def named(point: points.Point) -> str:
    return sha256(str({name: as_text(value) for name, value in point.items()}).encode()).hexdigest()


def as_text(value) -> str | list:
    if isinstance(value, Activation):
        return value.name
    if isinstance(value, MatrixBase):
        return [*value.shape, *map(as_text, value)]
    return str(value)


def read_back(claim: Claim, spelled: dict[str, Any]) -> points.Point:
    domains = points.domains(claim)
    return {name: value_of(domains[name], text) for name, text in spelled.items()}


def is_spelled(value) -> bool:
    """Whether its text can be read back: nothing but fractions and the names of activations."""
    entries = list(value) if isinstance(value, MatrixBase) else [value]
    return isinstance(value, Activation) or all(isinstance(entry, Rational) for entry in entries)


def value_of(domain, text: str | list) -> Activation | Basic:
    if isinstance(domain, Activations):
        return next(member for member in domain.members if member.name == text)
    if isinstance(text, list):
        rows, columns, *entries = text
        return ImmutableDenseMatrix(rows, columns, [Rational(entry) for entry in entries])
    return Rational(text)
