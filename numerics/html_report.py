"""A run as one HTML file: a table of the verdicts, and a card for each claim.

The file stands alone: no script, nothing loaded, formulas as MathML, figures inline. Each card holds its record
as JSON, so that ``./wideproof cite FILE.html`` can check every digest that the file prints.
"""

import json
from collections import Counter
from collections.abc import Sequence
from html import escape
from html.parser import HTMLParser
from pathlib import Path

from numerics import card, report
from numerics.evidence import overwrite
from numerics.glyphs import MARKS
from numerics.landing import as_kept
from numerics.record import Record, encode, seal
from theory.card import prose, style

STYLE = Path(__file__).with_suffix(".css")
SHORT = 12  # digits of a digest in the table; the card has all
HEAD = ("verdict", "claim", "statement in words", "resolution", "α", "time", "digest")


def write(
    file: Path, command: str, records: Sequence[Record], *, alpha: float, seconds: float, failure: str = ""
) -> None:
    """Writes the report of a run in one step; ``failure`` says what stopped it. OSError where the folder does
    not take it: what stood there then stands."""
    overwrite(file, page(records, command, alpha, seconds, failure))


def page(records: Sequence[Record], command: str, alpha: float, seconds: float, failure: str = "") -> str:
    """The text of the file."""
    records = [as_kept(record) for record in records]
    cards = "\n".join(card.of(record, card.folded("the record", stored(record))) for record in records)
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title(records))}</title>",
            f"{style()}\n<style>{STYLE.read_text('utf-8')}</style>",
            '</head>\n<body class="wideproof report">\n<main>',
            "<h1>wideproof report</h1>",
            f'<p class="stopped error"><span class="verdict">! the run was stopped:</span> {escape(failure)}</p>'
            if failure
            else "",
            summary(records, command, alpha, seconds),
            card.table(HEAD, map(row, records)),
            cards,
            "</main>\n</body>\n</html>\n",
        ]
    )


def title(records: Sequence[Record]) -> str:
    if len(records) == 1:
        return f"{records[0].claim}: {records[0].verdict}"
    return f"wideproof: {counts(records)}"


def counts(records: Sequence[Record]) -> str:
    found = Counter(record.verdict for record in records)
    told = [f"{found[word]} {mark.glyph} {word}" for word, mark in MARKS.items() if found[word]]
    return ", ".join(told) or "nothing landed"


def summary(records: Sequence[Record], command: str, alpha: float, seconds: float) -> str:
    """Counts, the error rate spent, the command, versions and devices."""
    lines = [
        f"<b>{len(records)} claim{'s' * (len(records) != 1)}</b>: {escape(counts(records))}",
        *map(escape, report.apart(records)),
        f"α spent: {report.brief(report.total_alpha(records))} of {report.brief(alpha)}",
        f"this run took {report.duration(seconds) or 'no time'}",
        f"made by <code>{escape(command)}</code>",
        escape(versions(records)),
    ]
    return f'<ul class="summary">{"".join(f"<li>{line}</li>" for line in lines if line)}</ul>'


def versions(records: Sequence[Record]) -> str:
    """All that is recorded of the programs, the machines and the commit."""
    programs = {f"{name} {version}" for record in records for name, version in record.versions.items()}
    devices = {f"on {record.device}" for record in records if record.device}
    commits = {f"commit {record.commit}" for record in records if record.commit}
    return ", ".join([*sorted(programs), *sorted(devices), *sorted(commits)])


def row(record: Record) -> list[str]:
    name = escape(record.claim)
    resolution = "–" if record.resolution is None else report.brief(record.resolution)
    return [
        f'<span class="{record.verdict}">{card.verdict(record)}</span>',
        f'<a href="#{name}"><code class="name">{name}</code></a>',
        prose(record.title),
        resolution,
        "–" if record.alpha is None else report.brief(record.alpha),
        report.duration(record.seconds) or "–",
        f"<code>{seal(record)[:SHORT]}</code>",
    ]


def stored(record: Record) -> str:
    """The record itself on one line, as ``--json`` prints it."""
    return f'<pre class="record">{escape(line(record))}</pre>'


def line(record: Record) -> str:
    """A record as one line of JSON."""
    return json.dumps(json.loads(encode(record)), ensure_ascii=False)


class Stored(HTMLParser):
    """Collects the lines of JSON that a report holds."""

    def __init__(self):
        super().__init__()
        self.lines: list[str] = []
        self.inside = False

    def handle_starttag(self, tag, attrs):
        if tag == "pre" and dict(attrs).get("class") == "record":
            self.inside = True
            self.lines.append("")

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "pre"

    def handle_data(self, data):
        if self.inside:
            self.lines[-1] += data


def lines(text: str) -> list[str]:
    """The records in the text of a report, a line of JSON each."""
    parser = Stored()
    parser.feed(text)
    parser.close()
    return parser.lines
