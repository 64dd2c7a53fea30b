"""What a measurement found, as files of ``docs/measured`` that pages include: JSON lines, and a table.

Every file names the command that made it. Rows are flat; the first column says what the row is about.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from numerics.evidence import overwrite
from numerics.provenance import root, versions

Row = Mapping[str, str | int | float | bool | None]


def folder() -> Path:
    return root() / "docs" / "measured"


def write(name: str, command: str, rows: Sequence[Row], shown: Mapping[str, str], into: Path | None = None):
    """``name.jsonl`` with all that the rows hold, and ``name.md`` with the columns ``shown``, by their headings."""
    into = into or folder()
    into.mkdir(parents=True, exist_ok=True)
    head = {"command": command, "jax": versions().get("jax"), "rows": len(rows)}
    lines = [json.dumps(dict(each), ensure_ascii=False, allow_nan=False) for each in (head, *rows)]
    overwrite(into / f"{name}.jsonl", "\n".join(lines) + "\n")
    overwrite(into / f"{name}.md", f"{markdown(rows, shown)}\nMade by `{command}`.\n")


def markdown(rows: Sequence[Row], shown: Mapping[str, str]) -> str:
    """A table with one line a row."""
    lines = [list(shown.values()), ["---"] * len(shown)]
    lines += [[spelled(row[column]) for column in shown] for row in rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def spelled(value) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "–"}[value]
    return f"{value:,}" if isinstance(value, int) else f"{value:.3g}" if isinstance(value, float) else value
