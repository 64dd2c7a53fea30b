"""Conjectures outside the catalogue on pages: ``conjecture``, ``gallery`` and ``answer``.

A conjecture is a file beside its page, and its answer is a record that a run of the command line left in a folder of
the repository. Nothing is run for a page. A record that is absent, or speaks of another statement than the file does,
breaks the build and says which command makes it.
"""

from collections.abc import Iterator
from functools import cache
from io import StringIO
from pathlib import Path

import claim_nodes
import evidence_nodes
from docutils import nodes
from line_breaks import broken
from page_nodes import Cell, box, folded, html, label, math, paragraph, table, typeset, words
from rich.console import Console
from sphinx.addnodes import pending_xref
from sphinx.util.docutils import SphinxDirective

from numerics import report
from numerics.conjecture import conjectures
from numerics.evidence import Store
from numerics.record import Record
from theory.claim import Claim
from theory.printing import latex

DOCS = Path(__file__).resolve().parents[1]
GALLERY = DOCS / "gallery"
WIDTH = 84  # columns that a page has room for


class Unanswered(LookupError):
    """No record of a conjecture as it stands; the message says how to make one."""


@cache
def stated(file: Path) -> tuple[Claim, ...]:
    """The claims of a file, in its order."""
    return tuple(conjectures(str(file)))


def answer(claim: Claim, file: Path, folder: Path) -> Record:
    """The record of a claim in a folder. Raises ``Unanswered``."""
    record = Store(folder).read(claim.name)
    if record is None or record.statement != claim.states.latex(latex):
        lacks = "has no record" if record is None else "has a record of an earlier form of its statement"
        command = f"WIDEPROOF_EVIDENCE={spelled(folder)} ./wideproof check {spelled(file)}"
        raise Unanswered(f"{claim.name} {lacks} in {spelled(folder)}; {command} makes one")
    return record


def spelled(path: Path) -> str:
    """A path as it is written at the root of the repository."""
    return path.relative_to(DOCS.parent).as_posix()


def screen(claim: Claim, record: Record, file: Path) -> str:
    """What the terminal shows of a record, without colours."""
    text = StringIO()
    console = Console(file=text, width=WIDTH, color_system=None, highlight=False, markup=False)
    report.show_row(console, record, f"{spelled(file)}:{claim.at[1]}")
    return text.getvalue().rstrip()


class Answered(SphinxDirective):
    """A directive about files of conjectures, which a page depends on, and so do their records."""

    def answers(self, file: Path, folder: Path) -> Iterator[tuple[Claim, Record]]:
        if not file.is_file():
            raise self.error(f"{spelled(file)}: no such file")
        self.env.note_dependency(str(file))
        for claim in stated(file):
            try:
                record = answer(claim, file, folder)
            except Unanswered as lacking:
                raise self.error(str(lacking)) from None
            self.env.note_dependency(str(Store(folder).file(claim.name)))
            yield claim, record


class ConjectureDirective(Answered):
    """``{conjecture} gelu_dual``: each claim of a file of the gallery with its answer, the file, the command."""

    required_arguments = 1

    def run(self):
        file = GALLERY / f"{self.arguments[0]}.py"
        shown = [self.shown(*pair, file) for pair in self.answers(file, GALLERY / "records")]
        source = file.read_text("utf-8")
        code = nodes.literal_block(source, source, language="python")
        again = nodes.literal_block(command := f"./wideproof check {spelled(file)}", command, language="text")
        head = paragraph("rerun-head", label("To run it again"))
        return [*shown, head, again, *folded(f"The file, {len(source.splitlines())} lines", code)]

    def shown(self, claim: Claim, record: Record, file: Path) -> nodes.container:
        title = paragraph("claim-head", nodes.strong("", "", *typeset(claim.title)))
        said = screen(claim, record, file)
        return box(
            "conjecture",
            title,
            paragraph("badges", evidence_nodes.verdict_badge(record)),
            claim_nodes.statement(claim),
            nodes.literal_block(said, said, language="text"),
        )


class GalleryDirective(Answered):
    """Every conjecture of the gallery in a line: in words and as a formula, its verdict, what it took."""

    def run(self):
        rows = [
            row(claim, record, file)
            for file in sorted(GALLERY.glob("*.py"))
            for claim, record in self.answers(file, GALLERY / "records")
        ]
        return [table("verdicts gallery", ("conjecture", "verdict", "time"), rows)]


def row(claim: Claim, record: Record, file: Path) -> list[Cell]:
    target = {"refdomain": "std", "reftype": "doc", "reftarget": f"/gallery/{file.stem}", "refexplicit": True}
    link = pending_xref("", nodes.inline("", "", *typeset(claim.title)), **target, refwarn=True)
    said = math(broken(claim.states.latex(latex), 26.0))
    verdict = [evidence_nodes.verdict_badge(record)] + [words(" open")] * claim.open
    return [[link, html("<br>"), said], verdict, [words(report.duration(record.seconds) or "0.0 s")]]


class AnswerDirective(Answered):
    """``{answer} right/my_mean``: what the terminal shows of a file's claims; the records lie beside the file."""

    required_arguments = 1

    def run(self):
        file = DOCS / "howto" / f"{self.arguments[0]}.py"
        said = "\n".join(screen(*pair, file) for pair in self.answers(file, file.parent))
        return [nodes.literal_block(said, said, language="text", classes=["answer"])]


def setup(app):
    app.add_directive("conjecture", ConjectureDirective)
    app.add_directive("gallery", GalleryDirective)
    app.add_directive("answer", AnswerDirective)
    return {"version": "1", "parallel_read_safe": False}
