"""The figures of a run: one record, a table for README and pages, and the list of what was not killed."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from numerics.soundness.running import Fate

DOCS = Path(__file__).resolve().parents[2] / "docs"
FIGURES, TABLE = DOCS / "soundness.json", DOCS / "soundness_table.md"
ALARMS = DOCS / "false_alarms.json"  # of the false-alarm experiment, once that has been run
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


def record(fates: Iterable[Fate]) -> dict[str, Any]:
    """The one record with which a run ends; what no experiment has measured is null."""
    fates = list(fates)
    classes = Counter(each.sorted for each in fates)
    false = [each for each in fates if each.sorted == "false"]
    alarms = json.loads(ALARMS.read_text("utf-8")) if ALARMS.exists() else {}
    figures: dict[str, Any] = {"planted": len(fates), "false": len(false)}
    figures["killed"] = sum(each.killed for each in false)
    figures |= {name: classes[name] for name in CLASSES}
    return figures | {name: alarms.get(name) for name in ("seeds", "alarms")}


def markdown(fates: Sequence[Fate], command: str) -> str:
    """The table of a run by what was wrong, with the command that made it."""
    head = ["what is wrong", "planted", "false", "killed", *CLASSES]
    rows = [[says, *counts(part_of(fates, part))] for part, says in PARTS.items() if part_of(fates, part)]
    rows.append(["**all**", *counts(fates)])
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    table = "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)
    return f"{table}\n\nMade by `{command} --write`.\n"


def part_of(fates: Sequence[Fate], part: str) -> list[Fate]:
    return [each for each in fates if each.part == part]


def counts(fates: Sequence[Fate]) -> list[int]:
    figures = record(fates)
    return [figures[name] for name in ("planted", "false", "killed", *CLASSES)]


def remarkable(fates: Iterable[Fate]) -> list[Fate]:
    """What a reader should see: survivors, contradictions, and what is neither false nor equivalent."""
    return [each for each in fates if each.survives or each.contradicts or each.sorted in CLASSES[1:]]


def write(fates: Sequence[Fate], command: str) -> None:
    """Keeps the figures, the table and the list of a run, with the command that made them."""
    kept = {"command": command, **record(fates)}
    kept["listed"] = [each._asdict() | {"survives": each.survives} for each in remarkable(fates)]
    FIGURES.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", "utf-8")
    TABLE.write_text(markdown(fates, command), "utf-8")
