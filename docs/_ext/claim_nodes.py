"""A claim as the nodes of a page: heading, statement, source, proof, what it rests on."""

from collections.abc import Iterator, Sequence

from docutils import nodes
from line_breaks import broken
from page_nodes import (
    badge,
    box,
    formula,
    inline,
    label,
    paragraph,
    references,
    said,
    sentence,
    typeset,
    words,
    written,
)
from proof_lines import Line, Part, Proof

from numerics.glyphs import LINKS
from theory import writing
from theory.claim import Claim, Source
from theory.printing import latex

DOCUMENTS = {"003": "lee2019survey"}  # the number of a source document -> its key in references.bib


def heading(claim: Claim, number: str) -> list[nodes.Node]:
    """Number, name and title; the name in two parts, for the short list beside the page."""
    row, dot, fact = claim.name.partition(".")
    name = inline("claim-name", inline("row", row), dot + fact)
    return [
        inline("claim-number", number),
        words(" "),
        name,
        words(" "),
        inline("claim-title", *typeset(claim.title)),
    ]


def statement(claim: Claim) -> nodes.container:
    parts: list[nodes.Node] = [formula(broken(claim.states.latex(latex)))]
    before = writing.hypotheses(claim, written)
    if before:
        parts.insert(0, paragraph("hypotheses", *sentence(before)))
    if claim.open:
        parts.append(paragraph("open", words("Open: we know of no proof.")))
    return box("statement", *parts)


def slip(claim: Claim) -> list[nodes.Node]:
    """The statement as its source printed it, and the point where it fails."""
    if claim.slip is None:
        return []
    at = ""
    if claim.refuted_at is not None:
        point = {str(name): value for name, value in claim.refuted_at.items()}
        at = f": it fails at {writing.point_phrase(point)}"
    head = paragraph("slip-head", label("As printed,"), words(f" it is not so{at}."))
    return [box("slip", head, statement(claim.slip))]


def source(found: Source, cited: Sequence[nodes.Node]) -> nodes.paragraph:
    """The words of the source, and where they stand; ``cited`` is the link to the document."""
    quoted = [inline("quotation", f"“{found.quotation}”"), words(" — ")] if found.quotation else []
    document = list(cited) or [words(f"source {found.document}")]
    place = [words(f", line {found.line}")] if found.line is not None else []
    return paragraph("source", label("Source. "), *quoted, *document, *place)


def rests(claim: Claim, users: Sequence[str]) -> list[nodes.Node]:
    """What the claim uses, and what uses it."""
    lines = [("Rests on ", claim.uses), ("Used by ", users)]
    return [paragraph("rests", label(head), *references(names)) for head, names in lines if names]


# The proof


def derivation_badge(found: Proof) -> nodes.inline:
    """How the links fared, re-checked in this build."""
    total, closed = len(found.statuses), found.statuses.count("closed")
    if found.trouble or "broken" in found.statuses:
        return badge(LINKS["broken"].glyph, "derivation broken", "broken")
    if not total:
        return badge("·", "no derivation", "absent")
    if found.closes:
        return badge(
            LINKS["closed"].glyph, f"{total} links close" if total > 1 else "1 link closes", "closed"
        )
    return badge(LINKS["open"].glyph, f"{closed} of {total} links close", "open")


def proof(found: Proof) -> list[nodes.Node]:
    """The chain, each line with its reason and the fate of its link."""
    if found.trouble:
        return [paragraph("trouble", label("No proof. "), words(found.trouble))]
    if found.chain is None:
        return []
    head = "Proof." if found.closes else "Derivation, not a proof yet."
    end = [paragraph("qed", words("∎"))] if found.closes else []
    return [box("proof", paragraph("proof-head", label(head)), *chain(found.chain), *end)]


def chain(part: Part) -> Iterator[nodes.Node]:
    yield formula(part.start)
    for line in part.lines:
        yield box("link", formula(line.formula), fate(line), *map(inset, line.parts))


def fate(line: Line) -> nodes.paragraph:
    """Under each line: whether its link holds, and why."""
    parts = said(line.reason)
    if line.status:
        mark = LINKS[line.status]
        parts = [inline(f"fate {line.status}", f"{mark.glyph} {line.status}"), words(" · "), *parts]
    return paragraph("reason", *parts, words(f" — {line.note}" if line.note else ""))


def inset(part: Part) -> nodes.container:
    """The base or the step of an induction."""
    return box("inset", paragraph("inset-head", *said(part.heading)), *chain(part))
