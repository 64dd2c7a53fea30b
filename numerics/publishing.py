"""What leaves the house: the report of a run, and the digest by which a record is cited.

A record is cited by its seal, the SHA-256 of all its other fields as canonical JSON (``numerics.provenance``,
``fingerprint``). Whoever has the record can check the digest: here, or by the few lines that ``docs/records.md``
gives.
"""

import re
import shlex
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from numerics.upkeep import FAILED, stop

SUFFIXES = (".json", ".jsonl", ".html")
MARGIN = 9  # a digest with its name then ends in the last of eighty columns
SPECIAL = re.compile(r"[%&#_{}$]")  # what TeX reads as more than a letter


def reject_unwritable(report: Path | None, plan: bool) -> None:
    """Before a run, and not after it: whether its report can be written where it is to stand."""
    if report is None:
        return
    if plan:
        stop(f"--report {report}: a plan runs nothing, so that there is nothing to report; leave --plan out")
    if report.is_dir() or not report.parent.is_dir():
        wrong = "is a folder" if report.is_dir() else f"lies in no folder: there is no {report.parent}"
        stop(f"--report {report}: this {wrong}; name a file, such as out.html")
    try:
        with tempfile.TemporaryFile(dir=report.parent):
            pass
    except OSError as error:
        stop(f"--report {report}: nothing can be written there ({error.strerror}); name another folder")


def page_in(report: Path | None) -> Callable[..., object] | None:
    """What writes the report of a run, None where none is asked for."""
    if report is None:
        return None
    from numerics import html_report

    return partial(html_report.write, report, shlex.join(["./wideproof", *sys.argv[1:]]))


def cite(
    names: Annotated[
        list[str],
        typer.Argument(metavar="NAME | FILE", help="A claim; or .json, .jsonl or .html of --report."),
    ],
    bibtex: Annotated[bool, typer.Option("--bibtex", help="As entries of a bibliography.")] = False,
) -> None:
    """The digests by which records are cited, each checked against what its record says."""
    from numerics import report

    screen, broken = report.screen(), []
    for name in names:
        for where, text in texts(name):
            try:
                record = decoded(text)
            except ValueError as damage:
                broken.append(f"{where}: {damage}")
                continue
            if bibtex:
                typer.echo(entry(record))
            else:
                show(screen, record)
    if broken:
        stop("not to be trusted: " + "; ".join(broken), FAILED)


def decoded(text: str):
    from numerics.record import decode

    return decode(text.rstrip() + "\n")


def texts(name: str) -> Iterator[tuple[str, str]]:
    """Each record that a name or a file stands for, as text, and where it is."""
    file = Path(name)
    if name.endswith(SUFFIXES) or file.is_file():
        try:
            content = file.read_text("utf-8")
        except (OSError, ValueError) as error:
            stop(f"{name}: it cannot be read ({getattr(error, 'strerror', None) or error})")
        found = parts(file, content)
        if not found:
            stop(f"{name}: there is no record in it; give what --json or --report wrote")
        for place, text in enumerate(found, 1):
            yield (name if len(found) == 1 else f"{name}, record {place}"), text
        return
    from numerics.evidence import Store
    from numerics.record import encode

    store = Store()
    try:
        record = store.read(name)
    except ValueError:
        record = None
    if record is None:
        stop(f"no record of {name} in {store.path}; make one: ./wideproof verify {name}, or check your file")
    yield name, encode(record)


def parts(file: Path, content: str) -> list[str]:
    """The texts of the records in a file: one document, lines, or a report."""
    if file.suffix == ".html":
        from numerics import html_report

        return html_report.lines(content)
    if file.suffix == ".jsonl":
        return [line for line in content.splitlines() if line.strip()]
    return [content] if content.strip() else []


def show(screen, record) -> None:
    """Verdict and claim, how it was made, and the digest on a line of its own."""
    from numerics import report

    screen.print(report.verdict(record.verdict).append(record.claim, "bold"), soft_wrap=True)
    for line in filter(None, (record.title, made(record))):
        report.show_details(screen, line)
    report.show_digest(screen, record)


def made(record) -> str:
    """When and with what."""
    from numerics import report

    parts = (f"recorded {record.time[:10]}, with {report.machinery([record])}", report.commit(record))
    return ", ".join(filter(None, parts))


def entry(record) -> str:
    """An entry of a bibliography, BibTeX."""
    from numerics.record import seal

    digest = seal(record)
    words = escaped(record.title.rstrip(".") or record.claim)
    return (
        f"@misc{{{record.claim}-{digest[:8]},\n"
        f"  title = {{{words}}},\n"
        f"  year = {{{record.time[:4]}}},\n"
        f"  note = {{wideproof record of the claim {escaped(record.claim)}, {record.verdict}, "
        f"{escaped(made(record))}; SHA-256 {digest}}},\n"
        "}"
    )


def escaped(text: str) -> str:
    return SPECIAL.sub(r"\\\g<0>", text)
