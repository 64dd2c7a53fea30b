"""A file of conjectures: a Python file that states claims of its own.

The file is imported, as pytest imports a test: it is code, and runs with the rights of who checks it.
Its claims are the ``Claim`` objects bound at its top level, alone or in a list, in the order in which
they were written.
"""

import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from numerics.child import place
from numerics.experiment import load
from theory.claim import Claim


class Unreadable(Exception):
    """A file that is not there or states no claim; the message says what to write."""


class Broken(Exception):
    """A file that raises when it is imported; the message names the line and the error."""


def conjectures(file: str) -> list[Claim]:
    """The claims of a file, in the order of their definition.

    Raises ``Unreadable`` for a file that is missing or has no claims or has two of one name, ``Broken``
    for a file that raises.
    """
    path = Path(file)
    if not path.is_file():
        raise Unreadable(f"{file}: no such file")
    stated = list(claims_of(loaded(path)))
    slips = {id(claim.slip) for claim in stated}  # checked with the claim that they belong to
    found = sorted((claim for claim in stated if id(claim) not in slips), key=lambda claim: claim.at[1])
    if not found:
        raise Unreadable(
            f"{file}: no claims in it; bind at least one to a name at its top level, as in\n"
            '    mine = Claim("mine", "What it says.", given={x: Interval(0, 1)}, states=at_most(x**2, x))'
        )
    names = [claim.name for claim in found]
    for name in names:
        if names.count(name) > 1:
            raise Unreadable(f"{file}: {names.count(name)} claims are named {name}; rename all but one")
    return found


def loaded(path: Path):
    try:
        return load(str(path.resolve()))
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a SystemExit in the file is as bad as any other error
        where, line = place(error)
        at = f"{relative(where)}:{line}" if where else str(path)
        raise Broken(f"{at}: {''.join(traceback.format_exception_only(error)).strip()}") from error


def relative(file: str) -> str:
    """The path as it is short to read and still can be opened from here."""
    here = Path.cwd()
    return str(Path(file).relative_to(here)) if Path(file).is_relative_to(here) else file


def claims_of(module) -> Iterator[Claim]:
    seen: set[int] = set()
    for value in vars(module).values():
        for item in items(value):
            if isinstance(item, Claim) and id(item) not in seen and written_in(item, module):
                seen.add(id(item))
                yield item


def items(value: Any) -> tuple:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def written_in(claim: Claim, module) -> bool:
    """Whether the claim was made in the file, and not imported into it from the catalogue."""
    return Path(claim.at[0]).resolve() == Path(module.__file__).resolve()
