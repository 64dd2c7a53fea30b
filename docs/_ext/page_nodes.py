"""The small parts of a page: boxes, paragraphs, formulas, links to claims, badges, tables.

Nodes are built directly, not parsed from generated text, so that the same directive serves pages in
reStructuredText and in Markdown. A formula is inline mathematics in a box of its own, which scrolls
where a narrow screen cannot hold it.
"""

import re
from collections.abc import Iterable, Sequence

from docutils import nodes
from proof_lines import Fragment
from sphinx.addnodes import pending_xref
from sympy import Symbol

from theory import writing
from theory.plain import plain
from theory.printing import latex

MATHS = "\x00"  # stands around formulas in a sentence, until it is cut into nodes
SCRIPTS = re.compile(r"((?<=\w)_\w+|(?<=[\w)])\^(?:\([^)]*\)|\w+))")

Cell = Sequence[nodes.Node]


def box(name: str, *children: nodes.Node) -> nodes.container:
    return nodes.container("", *children, classes=[name])


def paragraph(name: str, *children: nodes.Node) -> nodes.paragraph:
    return nodes.paragraph("", "", *children, classes=[name])


def label(text: str) -> nodes.strong:
    return nodes.strong("", text)


def words(text: str) -> nodes.Text:
    return nodes.Text(text)


def inline(name: str, *children: nodes.Node | str) -> nodes.inline:
    parts = [words(child) if isinstance(child, str) else child for child in children]
    return nodes.inline("", "", *parts, classes=name.split())


def html(text: str) -> nodes.raw:
    return nodes.raw("", text, format="html")


def folded(summary: str, *children: nodes.Node) -> list[nodes.Node]:
    """What a reader opens if curious."""
    return [html(f"<details><summary>{summary}</summary>"), *children, html("</details>")]


def badge(glyph: str, text: str, kind: str) -> nodes.inline:
    """A glyph and a word: no meaning hangs on the colour."""
    return inline(f"badge {kind}", f"{glyph} {text}")


# Formulas in boxes, in sentences, in words


def math(text: str) -> nodes.math:
    return nodes.math("", text)


def formula(text: str) -> nodes.container:
    return box("formula", math(r"\displaystyle " + text))


def written(expr) -> str:
    """A formula marked for ``sentence``."""
    return f"{MATHS}{latex(expr)}{MATHS}"


def sentence(text: str) -> list[nodes.Node]:
    """Words and formulas, from a text whose formulas ``written`` has marked."""
    pieces = enumerate(text.split(MATHS))
    return [math(piece) if place % 2 else words(piece) for place, piece in pieces if piece]


def typeset(text: str) -> list[nodes.Node]:
    """Prose whose ``kappa_1`` and ``rho^(2n)`` become letters with indices and exponents."""
    script = {"_": nodes.subscript, "^": nodes.superscript}
    return [
        script[piece[0]]("", greek(piece[1:].strip("()"))) if place % 2 else words(greek(piece))
        for place, piece in enumerate(SCRIPTS.split(text))
        if piece
    ]


def greek(text: str) -> str:
    return writing.GREEK.sub(lambda found: plain(Symbol(found.group())), text)


# Links


def reference(name: str, text: str = "") -> pending_xref:
    """A link to a claim, resolved when all pages have been read."""
    shown = words(text) if text else nodes.literal("", name, classes=["claim-name"])
    target = {"refdomain": "wideproof", "reftype": "claim", "reftarget": name, "refexplicit": bool(text)}
    return pending_xref("", nodes.inline("", "", shown), **target, refwarn=True)


def references(names: Iterable[str]) -> list[nodes.Node]:
    """Links with commas between them."""
    return [node for name in names for node in (words(", "), reference(name))][1:]


def said(fragments: Iterable[Fragment]) -> list[nodes.Node]:
    make = {"text": words, "math": math, "claim": reference}
    return [make[kind](text) for kind, text in fragments]


# Tables


def table(name: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> nodes.table:
    group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in head), cols=len(head))
    group += nodes.thead("", line([[words(cell)] for cell in head]))
    group += nodes.tbody("", *map(line, rows))
    return nodes.table("", group, classes=[name])


def line(cells: Iterable[Cell]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", *cell)) for cell in cells))
