"""A directive that draws a chapter's figure from the records that are committed, when the pages are built.

Nothing is simulated for it. A record that is absent, or too old to hold what is drawn, breaks the build.
"""

from collections.abc import Iterator

from chapter_figures import FIGURES, Lacking, Picture
from docutils import nodes
from page_nodes import box, html, paragraph, reference, words
from sphinx.util.docutils import SphinxDirective
from standing import committed

from numerics.picture import styled
from numerics.record import Record
from theory import catalogue


class EvidenceFigure(SphinxDirective):
    """``{evidence-figure} two_layer``."""

    required_arguments = 1

    def run(self):
        chapter = self.arguments[0]
        if chapter not in FIGURES:
            raise self.error(f"no figure named {chapter}; there are {', '.join(FIGURES)}")
        store = committed()
        try:
            with styled():
                picture = FIGURES[chapter](store.read)
        except Lacking as lacking:
            raise self.error(f"figure {chapter}: {lacking}") from None
        for record in picture.records:
            self.env.note_dependency(str(store.file(record.claim)))
        return [box("evidence-figure", html(picture.svg), paragraph("figure-caption", *caption(picture)))]


def caption(picture: Picture) -> Iterator[nodes.Node]:
    """What is drawn, then each record: its claim, its verdict, its widths and its share of alpha."""
    yield words(f"{picture.caption} Drawn from ")
    for place, record in enumerate(picture.records):
        yield words(", " if place else "")
        yield reference(record.claim)
        yield words(f" ({'; '.join(facts(record))})")
    yield words(".")


def facts(record: Record) -> Iterator[str]:
    """The verdict, the range of what climbs, the share of alpha, the date."""
    yield record.verdict
    by = getattr(catalogue.find(record.claim).states, "by", None)
    rungs = [float(entry["at"][by.name]) for entry in record.intervals if by and by.name in entry["at"]]
    if rungs:
        yield f"{by} from {min(rungs):g} to {max(rungs):g}"
    if record.intervals:
        yield "outside the guarantee of α" if record.alpha is None else f"α = {record.alpha:.2g}"
    yield f"recorded on {record.time[:10]}"
