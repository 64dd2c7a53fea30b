"""The list of claims as a file, so that ``--help`` and ``list`` answer without importing SymPy.

``index.json`` is generated from the catalogue, and so is the table of verdicts in the README, from
the catalogue and the records that are committed under ``docs/evidence``, and those of planted errors, from the
figures under ``docs/soundness``. A test checks that all are what ``python -m numerics index`` would write.
"""

import json
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from numerics.glyphs import MARKS, marked

PATH = Path(__file__).with_name("index.json")
README = PATH.parents[1] / "README.md"
COMMITTED = PATH.parents[1] / "docs" / "evidence"
BEGIN, END = "<!-- verdicts: python -m numerics index -->", "<!-- end of verdicts -->"
PLANTED = "<!-- soundness: python -m numerics index -->", "<!-- end of soundness -->"
RATES = "<!-- rates: python -m numerics index -->", "<!-- end of rates -->"
SOUNDNESS = PATH.parents[1] / "docs" / "soundness_table.md"

Entry = dict[str, Any]


class UnknownClaim(LookupError):
    """No claim of that name; the message says which was meant."""


def entries() -> list[Entry]:
    """One entry a claim, in reading order; from the file alone."""
    return json.loads(PATH.read_text("utf-8"))


def chosen(names: Iterable[str]) -> list[Entry]:
    """The entries that names choose, in reading order; all of them without names.

    A name is a claim's, a row's, which chooses its facts too, or a chapter's. Raises ``UnknownClaim``
    for a name that chooses nothing.
    """
    everything = entries()
    names = list(names)
    for name in names:
        if not any(belongs(entry, name) for entry in everything):
            raise UnknownClaim(unknown(name, everything))
    return [entry for entry in everything if not names or any(belongs(entry, name) for name in names)]


def belongs(entry: Entry, name: str) -> bool:
    return name in (entry["claim"], entry["chapter"]) or entry["claim"].startswith(f"{name}.")


def unknown(name: str, everything: list[Entry]) -> str:
    known = [entry["claim"] for entry in everything] + [entry["chapter"] for entry in everything]
    near = get_close_matches(name.lower().replace("_", "-"), known, n=1, cutoff=0.5)
    near = near or [claim for claim in known if name.lower() in claim][:1]
    return f"no claim named {name}; " + (f"did you mean {near[0]}?" if near else "the names are in: list")


def catalogued() -> list[Entry]:
    """The entries as the catalogue has them now: this imports every chapter."""
    from theory import catalogue

    chapters = catalogue.CHAPTERS.items()
    return [entry_of(claim, *chapter) for chapter in chapters for claim in catalogue.of_chapter(chapter[0])]


def entry_of(claim, chapter: str, heading: str) -> Entry:
    from theory import writing

    return {
        "claim": claim.name,
        "title": claim.title,
        "chapter": chapter,
        "heading": heading,
        "statement": writing.sentence(claim),
        "hypotheses": writing.hypotheses(claim),
        "derived": claim.because is not None,
        "open": claim.open,
        "uses": list(claim.uses),
    }


def text(everything: list[Entry]) -> str:
    """The content of ``index.json``."""
    return json.dumps(everything, indent=1, ensure_ascii=False) + "\n"


def table(everything: list[Entry], folder: Path = COMMITTED) -> str:
    """The README's table: a line a row, with the weakest verdict among its facts in a folder of evidence."""
    from numerics.evidence import Store

    store, rows = Store(folder), dict[str, list[Entry]]()
    for entry in everything:
        rows.setdefault(row_of(entry["claim"]), []).append(entry)
    head = [("verdict", "claim", "what it says"), ("---",) * 3]
    cells = [
        (weakest(store, facts), named(name, facts), escaped(facts[0]["title"]))
        for name, facts in rows.items()
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in [*head, *cells])


def row_of(claim: str) -> str:
    return claim.partition(".")[0]


def named(name: str, facts: list[Entry]) -> str:
    return f"`{name}`" + (f" and {len(facts) - 1} more" if len(facts) > 1 else "")


def escaped(text: str) -> str:
    return text.replace("|", "\\|")


def weakest(store, facts: list[Entry]) -> str:
    """The verdict of a row, which is the weakest of its facts'."""
    records = [store.read(entry["claim"]) for entry in facts]
    if None in records:
        return "not recorded"
    return marked(max((record.verdict for record in records), key=list(MARKS).index))


def inserted(readme: str, table: str, marks: tuple[str, str] = (BEGIN, END)) -> str:
    """The README with a table replaced; ``ValueError`` if its markers are not there."""
    first, last = marks
    before, begin, rest = readme.partition(first)
    _, end, after = rest.partition(last)
    if not begin or not end:
        raise ValueError(f"{README}: the table's place is marked by {first} and {last}; put both back")
    return f"{before}{first}\n\n{table}\n\n{last}{after}"


def stale() -> dict[Path, str]:
    """The generated files that differ from what they should be, each with its right content."""
    from numerics.audit import summary
    from numerics.soundness.table import published

    everything = catalogued()
    refused = published({entry["chapter"]: entry["heading"] for entry in everything})
    readme = inserted(README.read_text("utf-8"), table(everything))
    readme = inserted(inserted(readme, refused, PLANTED), summary.published(), RATES)
    right = {PATH: text(everything), README: readme, SOUNDNESS: f"{refused}\n"}
    return {
        path: content
        for path, content in right.items()
        if not path.exists() or path.read_text("utf-8") != content
    }
