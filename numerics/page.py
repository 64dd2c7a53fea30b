"""One claim as a reader meets it in a terminal: hypotheses, statement, proof, evidence, what it rests on."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from numerics import report
from numerics.evidence import Store
from numerics.glyphs import LINKS
from numerics.record import Record
from theory import derivation, writing
from theory.claim import Claim
from theory.derivation import Link
from theory.induction import induct
from theory.plain import plain

MARGIN = 4


def show_all(pairs: Sequence[tuple[Claim, str]]) -> None:
    """The pages of claims, each with the heading of its chapter, their derivations re-checked now."""
    screen, progress = report.screen(), report.screen(stderr=True)
    for place, (claim, heading) in enumerate(pairs):
        chain, trouble = (), ""
        with progress.status(f"re-checking the derivation of {claim.name}"):
            try:
                chain = derivation.links(claim)
            except Exception as error:  # whatever a chain raises, the rest of the page stands
                refused = isinstance(error, derivation.Refused)
                trouble = str(error) if refused else f"{type(error).__name__}: {error}"
        if place:
            screen.rule(style="dim")
        show(screen, claim, heading, chain, Store().read(claim.name), trouble)


def show(
    console: Console,
    claim: Claim,
    heading: str,
    chain: Sequence[Link],
    record: Record | None,
    trouble: str = "",
) -> None:
    """A claim's page; ``record`` is None where nothing was recorded, ``trouble`` why a proof is none."""
    width = min(console.width, 80) - 2 * MARGIN
    title(console, claim)
    console.print()
    stated(console, claim, width)
    if chain:
        proved(console, chain, width)
    if trouble:
        report.show_details(console, f"! no proof: {trouble}", 0, "bold magenta")
        console.print()
    if claim.slip is not None:
        slipped(console, claim, width)
    evidence(console, claim, record)
    foot(console, claim, heading)


def title(console: Console, claim: Claim) -> None:
    console.print(Text(claim.name, "bold"))
    report.show_details(console, claim.title, 0, "italic")


def assume(console: Console, claim: Claim) -> None:
    """The sentence of the hypotheses, no formula of it broken over two lines."""
    sentence = writing.hypotheses(claim, lambda expr: report.tied(plain(expr)))
    if sentence:
        report.show_details(console, sentence, 0, "")
        console.print()


def stated(console: Console, claim: Claim, width: int) -> None:
    assume(console, claim)
    display(console, writing.statement(claim, width))
    if claim.open:
        console.print(Text("Open: we know of no proof.", "yellow"))


def display(console: Console, formula: str, margin: int = MARGIN) -> None:
    """A formula of one or several lines, indented, and a blank line after it."""
    for line in formula.split("\n"):
        console.print(Text(" " * margin * bool(line.strip()) + line.rstrip()), soft_wrap=True)
    console.print()


def paragraph(console: Console, head: str, text: str, style: str = "bold") -> None:
    """A word that says what comes, and the text after it, folded as one."""
    first, *rest = report.folded(f"{report.tied(head)} {text}", console.width)
    console.print(Text(head, style) + Text(first[len(head) :]), soft_wrap=True)
    for line in rest:
        console.print(Text(line), soft_wrap=True)


def proved(console: Console, chain: Sequence[Link], width: int) -> None:
    """The derivation, each line under the one before, with the reason and the fate of its link."""
    console.print(Text("Proof.", "bold"))
    derived(console, chain, width, MARGIN)
    if all(link.status == "closed" for link in chain):
        console.print(Text("∎", "bold"), justify="right", width=width + MARGIN)
    console.print()


def derived(console: Console, chain: Sequence[Link], width: int, margin: int) -> None:
    """The lines of a chain; under the line of an induction, the chains that it rests on."""
    (first, _), *lines = writing.proof(chain, width)
    display(console, first, margin)
    for place, ((formula, reason), link) in enumerate(zip(lines, chain, strict=True)):
        if place:
            console.print()
        for line in formula.split("\n"):
            console.print(Text(" " * margin + line), soft_wrap=True)
        fate(console, link, reason, margin)
        for heading, inner in chains(link):
            console.print()
            report.show_details(console, heading, margin, "bold")
            derived(console, inner, width - MARGIN, margin + MARGIN)


def chains(link: Link) -> Iterator[tuple[str, tuple[Link, ...]]]:
    """What an induction rests on, a base or the step each; its rule has re-checked every line of them."""
    rule = link.reason
    if not isinstance(rule, induct):
        return
    status = link.status if link.status == "closed" else "open"
    below = writing.listed(map(plain, rule.below))
    step = f"Step, {plain(rule.larger)}, the statement granted for {below}."
    for value, left, steps in rule.parts(link.before):
        heading = step if value is None else f"Base, {plain(rule.n)} = {value}."
        before = [left, *(each.value for each in steps[:-1])]
        yield (
            heading,
            tuple(
                Link(line, each.value, each.sign, each.reason, status, "", 0, None)
                for line, each in zip(before, steps, strict=True)
            ),
        )


def fate(console: Console, link: Link, reason: str, margin: int) -> None:
    """Under each line: whether its link holds, and why."""
    mark = LINKS[link.status]
    indent = margin + MARGIN
    lines = report.folded(reason, console.width - indent - len(link.status) - 5)
    head = Text(" " * indent + f"{mark.glyph} {link.status}", mark.style)
    console.print(head + Text(f" · {lines[0]}", "dim"), soft_wrap=True)
    for line in [*lines[1:], *remarks(link)]:
        report.show_details(console, line, indent + len(link.status) + 5)


def remarks(link: Link) -> list[str]:
    """What is to be said of a link that did not close."""
    if link.status == "closed":
        return []
    said = [link.note] if link.note else []
    if link.status == "broken" and link.witness is not None:
        return [*said, f"broken at {writing.point_phrase(link.witness) or 'its only point'}"]
    return (
        [*said, f"balls agree at {link.points} points, which is evidence and no proof"]
        if link.points
        else said
    )


def slipped(console: Console, claim: Claim, width: int) -> None:
    assert claim.slip is not None
    console.print(Text("As printed,", "bold") + Text(" it is not so:"))
    assume(console, claim.slip)
    display(console, writing.statement(claim.slip, width))
    if claim.refuted_at is not None:
        point = {str(name): value for name, value in claim.refuted_at.items()}
        report.show_details(console, f"fails at {writing.point_phrase(point)}", MARGIN, "")
        console.print()


def evidence(console: Console, claim: Claim, record: Record | None) -> None:
    if record is None:
        command = report.tied(f"./wideproof verify {claim.name}")
        paragraph(console, "Evidence.", f"None is recorded here. To make it: {command}")
        return
    paragraph(console, "Evidence.", f"Recorded {record.time[:10]}, with {report.machinery([record])}.")
    report.show_row(console, record, report.place_of(claim.at))
    report.show_digest(console, record)


def foot(console: Console, claim: Claim, heading: str) -> None:
    console.print()
    for label, text in (
        ("Rests on:", ", ".join(claim.uses)),
        ("Source:", str(claim.source or "")),
        ("Reference:", claim.cites or ""),
        ("Chapter:", heading),
        ("Stated at:", report.place_of(claim.at)),
    ):
        if text:
            paragraph(console, label, text, "dim")
