"""Directives and a role that put claims on pages: ``claim``, ``chapter``, ``verdicts``, ``verdict-key``.

Every claim of the catalogue is shown by exactly one page: one shown twice, one that no page shows and
a name that is no claim are warnings, and pages are built with warnings as errors. All that is shown is
read from the claim when the pages are built; a page is built anew when what it was made from changes.
"""

from collections.abc import Iterator, Sequence

import claim_nodes
import evidence_nodes
from claim_domain import ClaimDomain, anchor, numbers, outdated, outline, users
from docutils import nodes
from evidence_figures import EvidenceFigure
from page_nodes import Cell, badge, box, html, label, paragraph, reference, table, typeset, words
from proof_lines import Proof, proof
from sphinx.util import logging
from sphinx.util.docutils import ReferenceRole, SphinxDirective
from standing import standing

from numerics.glyphs import MARKS
from theory import catalogue
from theory.claim import Claim

logger = logging.getLogger(__name__)


class ClaimRole(ReferenceRole):
    """``{claim}`arccos-order-1```: a link; a name that is no claim is an error."""

    def run(self):
        try:
            catalogue.find(self.target)
        except LookupError as unknown:
            message = self.inliner.reporter.error(str(unknown), line=self.lineno)
            return [self.inliner.problematic(self.rawtext, self.rawtext, message)], [message]
        return [reference(self.target, self.title if self.has_explicit_title else "")], []


class ClaimDirective(SphinxDirective):
    """One claim, where it is named."""

    required_arguments = 1

    def run(self):
        try:
            claim = catalogue.find(self.arguments[0])
        except LookupError as unknown:
            raise self.error(str(unknown)) from None
        head = paragraph("claim-head", *claim_nodes.heading(claim, numbers()[claim.name]))
        shown = box("claim", head, *self.body(claim))
        shown["ids"].append(anchor(claim.name))
        return [shown]

    def body(self, claim: Claim) -> list[nodes.Node]:
        """Everything that is known of a claim, below its heading."""
        domain = self.env.get_domain(ClaimDomain.name)
        domain.mark()
        domain.show(claim.name, self.get_location())
        found, known = checked(claim, self.get_location()), standing(claim)
        marks = [evidence_nodes.verdict_badge(known.record), words(" "), claim_nodes.derivation_badge(found)]
        return [
            paragraph("badges", *marks),
            claim_nodes.statement(claim),
            *claim_nodes.slip(claim),
            *self.sources(claim),
            *claim_nodes.proof(found),
            evidence_nodes.evidence(claim, known),
            *claim_nodes.rests(claim, users(claim)),
        ]

    def sources(self, claim: Claim) -> Iterator[nodes.Node]:
        """Where the statement was printed, and what to read."""
        if claim.source:
            key = claim_nodes.DOCUMENTS.get(claim.source.document)
            yield claim_nodes.source(claim.source, self.cited(key) if key else [])
        if claim.cites:
            yield paragraph("source", label("See "), *self.cited(claim.cites), words("."))

    def cited(self, key: str) -> Sequence[nodes.Node]:
        role = self.env.get_domain("cite").role("t")
        return role("cite:t", key, key, self.lineno, self.state.inliner)[0]


class ChapterDirective(ClaimDirective):
    """All claims of a chapter, in reading order, each with a heading; facts below their row."""

    def run(self):
        chapter = self.arguments[0]
        if chapter not in catalogue.CHAPTERS:
            raise self.error(f"no chapter named {chapter}; the chapters are {', '.join(catalogue.CHAPTERS)}")
        rows = [[self.section(claim) for claim in row] for row in outline(chapter)]
        for first, *facts in rows:
            first += facts
        return [row[0] for row in rows]

    def section(self, claim: Claim) -> nodes.section:
        title = nodes.title("", "", *claim_nodes.heading(claim, numbers()[claim.name]))
        return nodes.section("", title, *self.body(claim), ids=[anchor(claim.name)], classes=["claim"])


class VerdictsDirective(SphinxDirective):
    """Every claim in a line: what it says, how its derivation fares, what is recorded of it."""

    def run(self):
        self.env.get_domain(ClaimDomain.name).mark()
        return [node for chapter in catalogue.CHAPTERS.items() for node in self.chapter(*chapter)]

    def chapter(self, chapter: str, heading: str) -> Iterator[nodes.Node]:
        yield paragraph("chapter-head", label(heading))
        rows = [verdict_row(claim, self.get_location()) for claim in catalogue.of_chapter(chapter)]
        yield table("verdicts", ("claim", "derivation", "verdict"), rows)


def verdict_row(claim: Claim, location: str) -> list[Cell]:
    derivation = claim_nodes.derivation_badge(checked(claim, location))
    verdict = evidence_nodes.verdict_badge(standing(claim).record)
    return [[reference(claim.name), html("<br>"), *typeset(claim.title)], [derivation], [verdict]]


class VerdictKeyDirective(SphinxDirective):
    """The six verdicts and what they mean."""

    def run(self):
        self.env.get_domain(ClaimDomain.name).mark()
        rows = [([badge(m.glyph, name, name)], [words(m.meaning)]) for name, m in MARKS.items()]
        return [table("verdict-key", ("verdict", "it means"), rows)]


def checked(claim: Claim, location: str) -> Proof:
    """The proof, its faults told of: a page shows a broken link, and the build fails."""
    found = proof(claim)
    if found.trouble:
        logger.warning("%s: %s", claim.name, found.trouble, location=location)
    for line in found.chain.lines if found.chain else ():
        if line.status == "broken":
            logger.warning("%s: a link is broken: %s", claim.name, line.note, location=location)
    return found


def setup(app):
    app.add_domain(ClaimDomain)
    app.add_role("claim", ClaimRole())
    app.add_directive("claim", ClaimDirective)
    app.add_directive("chapter", ChapterDirective)
    app.add_directive("verdicts", VerdictsDirective)
    app.add_directive("verdict-key", VerdictKeyDirective)
    app.add_directive("evidence-figure", EvidenceFigure)
    app.connect("env-get-outdated", outdated)
    return {"version": "1", "env_version": 1, "parallel_read_safe": False}
