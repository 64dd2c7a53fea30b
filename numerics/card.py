"""A record as a card: the verdict, the formula with its hypotheses, what was looked at, the digest to cite.

What a notebook shows of ``check(claim)``, and what a report shows of each claim. All of it is read from the
record. Every text is escaped; no script, nothing loaded.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from numerics import plotted, report
from numerics.glyphs import LINKS, MARKS
from numerics.landing import as_kept
from numerics.record import Record, seal
from theory import card, writing

COLUMNS = ("at", "claimed", "observed", "interval", "standard errors")


def alone(record: Record) -> str:
    """The card with its style, as it stands in a notebook."""
    return card.style() + of(record)


def of(record: Record, further: str = "") -> str:
    """The card, HTML; ``further`` is markup that stands before its foot."""
    parts = [
        header(record),
        card.stated(record.title, record.hypotheses, record.statement),
        grounds(record),
        *(f'<p class="note">{escape(note)}</p>' for note in record.notes),
        counterexample(record),
        figure(record),
        derivation(record.links),
        points(record),
        further,
        foot(record),
    ]
    return (
        f'<article class="wideproof {record.verdict}" id="{escape(record.claim)}">{"".join(parts)}</article>'
    )


def verdict(record: Record) -> str:
    """Sign and word: no meaning hangs on the colour."""
    mark = MARKS[record.verdict]
    return f'<span class="verdict" title="{escape(mark.meaning)}">{mark.glyph} {record.verdict}</span>'


def header(record: Record) -> str:
    return f'<header>{verdict(record)}<code class="name">{escape(record.claim)}</code></header>'


def grounds(record: Record) -> str:
    """What was looked at: links, draws and points, both error rates, the time."""
    said = report.grounds(record)  # its tied spaces are those of HTML
    return f'<p class="grounds"><b>Looked at:</b> {escape(said)}.</p>' if said else ""


def counterexample(record: Record) -> str:
    """To all digits, so that a reader can redo the sum."""
    if not record.counterexample:
        return ""
    lines = "\n".join(report.aligned(report.entries(record.counterexample)))
    return f'<pre class="counterexample">{escape(lines)}</pre>'


def figure(record: Record) -> str:
    drawn = plotted.figure(record)
    return f"<figure>{drawn.svg}<figcaption>{escape(drawn.caption)}</figcaption></figure>" if drawn else ""


def derivation(links: Sequence[Mapping[str, Any]]) -> str:
    """Reason and fate of each link, folded."""
    rows = [
        [escape(f"{LINKS[link['status']].glyph} {link['status']}"), escape(link["reason"])] for link in links
    ]
    return folded(report.derivation(links), table(("link", "reason"), rows)) if rows else ""


def points(record: Record) -> str:
    """One row a point, folded: what was claimed there, what was seen, and how far apart they are."""
    rows = [row(entry) for entry in record.intervals]
    return folded(plotted.counted(rows, "point"), table(COLUMNS, rows)) if rows else ""


def row(entry: Mapping[str, Any]) -> list[str]:
    seen = entry.get("mean", entry.get("median"))
    ends = f"[{digits(entry['lower'])}, {digits(entry['upper'])}]"
    z = entry.get("z")
    cells = (
        writing.point_phrase(entry["at"]) or "the only point",
        digits(entry.get("claimed")),
        digits(seen),
        ends,
        "–" if z is None else f"{z:.2g}",
    )
    return list(map(escape, cells))


def digits(value: Any) -> str:
    """To the digits that a reader compares; the record itself has them all."""
    if value is None:
        return "–"
    return f"{value:.7g}" if isinstance(value, float) else report.full(value)


def folded(summary: str, inside: str) -> str:
    return f"<details><summary>{escape(summary)}</summary>{inside}</details>"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Cells are markup, heads are text."""
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>" for cells in rows)
    return f'<div class="scroll"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def foot(record: Record) -> str:
    """When and with what it was made, and the digest by which it is cited."""
    made = [f"Recorded {record.time[:10]} {record.time[11:16]} UTC", report.machinery([record])]
    made += [f"seed {seed}" for seed in record.seeds]
    said = escape(", ".join(filter(None, [*made, report.commit(record)])))
    cited = f'To cite: <code class="digest">sha256:{seal(as_kept(record))}</code>'
    return f"<footer>{said}.<br>{cited}</footer>"
