"""What is recorded of a claim, as the nodes of a page: the verdict, its grounds, the points looked at."""

from collections.abc import Mapping
from typing import Any

from docutils import nodes
from page_nodes import badge, box, folded, label, paragraph, table, words
from standing import Standing

from numerics import report
from numerics.glyphs import MARKS
from numerics.record import Record
from theory import writing
from theory.claim import Claim

COLUMNS = ("at", "claimed", "measured", "interval")


def verdict_badge(record: Record | None) -> nodes.inline:
    if record is None:
        return badge("·", "not recorded", "absent")
    return badge(MARKS[record.verdict].glyph, record.verdict, record.verdict)


def evidence(claim: Claim, known: Standing) -> nodes.container:
    """Grounds, machine and date of the record; without one, how to make it."""
    if known.record is None:
        command = nodes.literal("", f"./wideproof verify {claim.name}")
        parts = [words(f" {known.missing} "), command, words(" makes one.")]
        return box("evidence", paragraph("evidence-head", label("Evidence."), *parts))
    record = known.record
    lines = [paragraph("evidence-head", label("Evidence. "), words(summary(record, known.run)))]
    lines += [paragraph("note", words(note)) for note in record.notes]
    return box("evidence", *lines, *counterexample(record), *points(record))


def summary(record: Record, run: str) -> str:
    grounds, machine = report.grounds(record), report.machinery([record])
    return f"{grounds[:1].upper()}{grounds[1:]}. Recorded on {record.time[:10]} by {run}, with {machine}."


def counterexample(record: Record) -> list[nodes.Node]:
    """To all digits, so that a reader can redo the sum."""
    if not record.counterexample:
        return []
    text = "\n".join(report.aligned(report.entries(record.counterexample)))
    return [nodes.literal_block(text, text, language="text")]


def points(record: Record) -> list[nodes.Node]:
    """The intervals of an experiment, folded: one row a point."""
    rows = [[[words(cell)] for cell in cells(entry)] for entry in record.intervals if "claimed" in entry]
    return folded(f"{len(rows)} points", table("points", COLUMNS, rows)) if rows else []


def cells(entry: Mapping[str, Any]) -> list[str]:
    claimed, mean, lower, upper = (digits(entry.get(name)) for name in ("claimed", "mean", "lower", "upper"))
    return [writing.point_phrase(entry["at"]) or "the only point", claimed, mean, f"[{lower}, {upper}]"]


def digits(value) -> str:
    """To the digits that a reader compares; the record itself has them all."""
    if value is None:
        return "–"
    return f"{value:.7g}" if isinstance(value, float) else report.full(value)
