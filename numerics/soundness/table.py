"""The figures of a run: one record, a file a chapter, and the tables for README and pages that are made of these."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from numerics.audit import summary
from numerics.soundness.running import Fate

DOCS = Path(__file__).resolve().parents[2] / "docs"
FIGURES = DOCS / "soundness"  # a file a chapter
COLUMNS = ("planted", "false", "killed")
CLASSES = ("equivalent", "weaker", "stronger", "below", "unsorted")
PARTS = {
    "right side": "the right side of a statement",
    "constant": "the constant of a scaling",
    "exponent": "an exponent of a scaling, the rate of a limit",
    "logarithm": "the power of a logarithm",
    "direction": "the direction of an inequality",
    "shift": "an inequality shifted past its sharpest point",
    "hypothesis": "a hypothesis removed",
    "line": "one line of a derivation",
    "reason": "the reason of one link",
}


class Missing(LookupError):
    """Figures that are not kept, or no longer fit."""


def record(fates: Iterable[Fate]) -> dict[str, Any]:
    """The one record with which a run ends; what no experiment has measured is null."""
    fates = list(fates)
    classes = Counter(each.sorted for each in fates)
    false = [each for each in fates if each.sorted == "false"]
    figures: dict[str, Any] = {"planted": len(fates), "false": len(false)}
    figures["killed"] = sum(each.killed for each in false)
    figures |= {name: classes[name] for name in CLASSES}
    return figures | summary.shipped()


def part_of(fates: Sequence[Fate], part: str) -> list[Fate]:
    return [each for each in fates if each.part == part]


def remarkable(fates: Iterable[Fate]) -> list[Fate]:
    """What a reader should see: survivors, contradictions, and what is neither false nor equivalent."""
    return [each for each in fates if each.survives or each.contradicts or each.sorted in CLASSES[1:]]


def write(chapter: str, fates: Sequence[Fate], command: str, folder: Path = FIGURES) -> None:
    """Keeps the figures and the list of a chapter's run, with the command that made them."""
    parts = {part: record(part_of(fates, part)) for part in PARTS if part_of(fates, part)}
    listed = [each._asdict() | {"survives": each.survives} for each in remarkable(fates)]
    kept = {"command": f"{command} --write", **record(fates), "parts": parts, "listed": listed}
    folder.mkdir(exist_ok=True)
    (folder / f"{chapter}.json").write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", "utf-8")


def left_open(chapter: str, folder: Path = FIGURES) -> dict[str, list[int]]:
    """The places of what a chapter's kept figures list as open, claim by claim."""
    places: dict[str, list[int]] = {}
    for row in listed(chapter, folder):
        if row.is_open:
            places.setdefault(row.claim, []).append(row.place)
    return places


def listed(chapter: str, folder: Path) -> list[Fate]:
    """What the kept figures of a chapter list. Raises ``Missing`` where none are kept, or none with places."""
    file = folder / f"{chapter}.json"
    if not file.exists():
        raise Missing(f"no figures of {chapter} are kept: run ./wideproof soundness {chapter} --write first")
    rows = json.loads(file.read_text("utf-8"))["listed"]
    if any("place" not in row for row in rows):
        raise Missing(
            f"the figures of {chapter} do not say which errors are listed: run ./wideproof soundness {chapter} --write"
        )
    return [Fate(**{name: value for name, value in row.items() if name != "survives"}) for row in rows]


def write_again(chapter: str, fates: Sequence[Fate], command: str, folder: Path = FIGURES) -> None:
    """Puts new fates in the place of what was open, in the list and in the counts. Raises ``Missing``.

    The counts of a part lose what the old fates were and gain what the new ones are; the rest is not run anew.
    """
    file = folder / f"{chapter}.json"
    before = {(row.claim, row.place): row for row in listed(chapter, folder)}
    kept = json.loads(file.read_text("utf-8"))
    for new in fates:
        old = before.pop((new.claim, new.place))
        if old[:4] != new[:4]:
            raise Missing(
                f"{new.claim}: its errors are planted in another order now; run ./wideproof soundness {chapter} --write"
            )
        for figures in (kept, kept["parts"][new.part]):
            for sign, each in ((-1, old), (1, new)):
                figures[each.sorted] += sign
                figures["killed"] += sign * (each.sorted == "false" and each.killed)
    left = [*before.values(), *remarkable(fates)]
    kept["listed"] = [each._asdict() | {"survives": each.survives} for each in left]
    if command not in kept["command"]:
        kept["command"] += f"`, `{command}"
    file.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", "utf-8")


def published(chapters: Mapping[str, str], folder: Path = FIGURES) -> str:
    """The tables of what is kept: by what is wrong, by chapter with the command, and what has not been run."""
    files = {chapter: folder / f"{chapter}.json" for chapter in chapters}
    runs = {chapter: json.loads(file.read_text("utf-8")) for chapter, file in files.items() if file.exists()}
    if not runs:
        return "No chapter has been run yet."
    wrong = [
        [says, *total(run["parts"][part] for run in runs.values() if part in run["parts"])]
        for part, says in PARTS.items()
        if any(part in run["parts"] for run in runs.values())
    ]
    wrong.append(["**all**", *total(runs.values())])
    by_chapter = [[chapters[name], *total([run])] for name, run in runs.items()]
    missing = [chapters[name] for name in chapters if name not in runs]
    columns = [*COLUMNS, *CLASSES]
    tables = [
        laid_out(["what is wrong", *columns], wrong),
        laid_out(["chapter", *columns], by_chapter),
    ]
    made = "Made by " + ", ".join(f"`{run['command']}`" for run in runs.values()) + "."
    return "\n\n".join([*tables, made, *([f"Not run yet: {'; '.join(missing)}."] if missing else [])])


def total(records: Iterable[Mapping[str, Any]]) -> list[int]:
    records = list(records)
    return [sum(each[name] for each in records) for name in (*COLUMNS, *CLASSES)]


def laid_out(head: Sequence[str], rows: Iterable[Sequence]) -> str:
    """A table whose numbers stand to the right."""
    aligned = ["---:" if name in (*COLUMNS, *CLASSES) else "---" for name in head]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in [head, aligned, *rows])
