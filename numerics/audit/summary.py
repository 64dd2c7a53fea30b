"""The rates that README shows first: one line a measurement, each with the command that made it."""

import json
from pathlib import Path
from typing import Any

from numerics.audit import tables


def measured(name: str, folder: Path) -> tuple[str, list[dict[str, Any]]]:
    """The command of a measurement and its rows; no rows if it has not been made."""
    file = folder / f"{name}.jsonl"
    if not file.exists():
        return "", []
    head, *rows = map(json.loads, file.read_text("utf-8").splitlines())
    return head["command"], rows


def shipped(folder: Path | None = None) -> dict[str, int | None]:
    """Over how many seeds runs of all claims were looked at at the shipped alpha, and the alarms among them."""
    _, rows = measured("alarms", folder or tables.folder())
    runs = [row for row in rows if row["what"].startswith("a run")]
    fine = [row for row in runs if row["alpha"] == min(each["alpha"] for each in runs)]
    if not fine:
        return {"seeds": None, "alarms": None}
    return {"seeds": max(row["seeds"] for row in fine), "alarms": sum(row["hits"] for row in fine)}


def published(folder: Path | None = None) -> str:
    """The table and the commands, as Markdown."""
    folder = folder or tables.folder()
    found = {name: measured(name, folder) for name in ("alarms", "power", "kills")}
    lines = [*of_alarms(found["alarms"][1]), *of_power(found["power"][1]), *of_kills(found["kills"][1])]
    if not lines:
        return "Nothing has been measured yet."
    head = ["| what was done | what came of it |", "| --- | --- |"]
    commands = dict.fromkeys(f"`{command}`" for command, rows in found.values() if rows)
    return "\n".join(
        [*head, *(f"| {' | '.join(line)} |" for line in lines), "", f"Made by {', '.join(commands)}."]
    )


def of_alarms(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    found = []
    for alpha in sorted({row["alpha"] for row in rows if row["what"].startswith("a run")}):
        here = [row for row in rows if row["what"].startswith("a run") and row["alpha"] == alpha]
        seeds, asked = max(row["seeds"] for row in here), sum(row["assertions"] for row in here)
        alarms = sum(row["hits"] for row in here)
        done = f"true claims, {seeds:,} runs with {asked:,} assertions, alpha {alpha:g} for each run"
        found.append((done, f"{alarms or 'no'} alarm{'' if alarms == 0 or alarms == 1 else 's'}"))
    return found


def of_power(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    found = []
    for printed in sorted({row["printed"] for row in rows}):
        here = [row for row in rows if row["printed"] == printed]
        least, claims = min(row["rate"] for row in here), len({row["claim"] for row in here})
        done = f"discrepancies of exactly the resolution, in {claims} claims, power {printed:g} printed"
        short = [row["claim"] for row in here if not row["held"]]
        told = f"caught at a rate of {least:.3f} or more"
        found.append((done, told + (f"; less than printed in {len(short)}" if short else "")))
    return found


def of_kills(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    done = "runs killed at random moments, and resumed"
    return [(done, f"{row['survived']} of {row['kills']} survived with nothing lost") for row in rows]
