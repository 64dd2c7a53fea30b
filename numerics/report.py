"""What a run says on the screen: a row as each claim lands, a counterexample, the closing lines.

Everything fits 80 columns, and no meaning hangs on colour: each verdict is a glyph and a word. What
supports a verdict stands on a second, dim line, so that the column of verdicts can be read down.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from textwrap import wrap
from typing import Any

from rich.console import Console
from rich.text import Text
from sympy import Symbol

from numerics.glyphs import MARKS
from numerics.landing import as_kept
from numerics.record import Record, seal
from theory.plain import plain

INDENT = 16  # where names begin: after glyph and verdict
TIE = "\N{NO-BREAK SPACE}"
SETTINGS = ("alpha_each", "resolution_asked", "budget", "reach", "times")  # said elsewhere
TOOLS = {"python": "Python", "jax": "JAX", "sympy": "SymPy"}


def screen(stderr: bool = False) -> Console:
    """A console that paints only what it is told to; it honours NO_COLOR."""
    return Console(stderr=stderr, highlight=False, emoji=False, markup=False, soft_wrap=False)


def verdict(word: str) -> Text:
    mark = MARKS[word]
    return Text(f"{mark.glyph} {word:<{INDENT - 3}} ", mark.style)


def show_row(console: Console, record: Record, place: str = "") -> None:
    """One claim's verdict, what speaks for it, and the counterexample if there is one."""
    console.print(verdict(record.verdict) + Text(record.claim, "bold"), soft_wrap=True)
    says = [grounds(record)] if record.verdict not in ("refuted", "error") else []
    for line in [*filter(None, says), *record.notes]:
        show_details(console, line)
    if record.counterexample:
        show_counterexample(console, record.counterexample, place)
    elif place and record.verdict in ("refuted", "error"):
        show_details(console, f"stated at {place}")


def show_digest(console: Console, record: Record) -> None:
    """The digest by which a record is cited; on 80 columns it fills a line."""
    show_details(console, f"sha256:{seal(as_kept(record))}", INDENT - 7)


def show_details(console: Console, line: str, indent: int = INDENT, style: str = "dim") -> None:
    for part in folded(line, console.width - indent):
        console.print(Text(" " * indent + part, style), soft_wrap=True)


def folded(line: str, width: int) -> list[str]:
    """Lines of at most ``width`` columns; breaks of the text itself stay, tied spaces never break."""
    pieces = [wrap(part, max(width, 20), break_on_hyphens=False) for part in line.split("\n")]
    return [piece.replace(TIE, " ") for part in pieces for piece in part or [""]]


def tied(text: str) -> str:
    return text.replace(" ", TIE)


def grounds(record: Record) -> str:
    """What a verdict rests on: the derivation, the numbers of the experiment, both rates, the time."""
    counts = [quantity(item) for item in record.numbers.items() if item[0] not in SETTINGS]
    parts = [derivation(record.links), *counts, range_of(record.widths), resolved(record), spent(record)]
    parts.append(duration(record.seconds))
    return ", ".join(tied(part) for part in parts if part)


def range_of(widths: Sequence[int]) -> str:
    return f"widths {min(widths)} to {max(widths)}" if widths else ""


def resolved(record: Record) -> str:
    """The resolution reached, and the one asked for where that was finer."""
    reached, asked = record.resolution, record.numbers.get("resolution_asked")
    if reached is None:
        return ""
    return f"resolution {brief(reached)}" + (f" of {brief(asked)} asked" if asked and reached > asked else "")


def spent(record: Record) -> str:
    """The share of alpha, or the nominal one of an interval that holds for many draws only."""
    if record.alpha:
        return f"α {brief(record.alpha)}"
    return f"α {brief(record.numbers['alpha_each'])} a point, asymptotic" if asymptotic(record) else ""


def asymptotic(record: Record) -> bool:
    return not record.alpha and "alpha_each" in record.numbers


def duration(seconds: float) -> str:
    """Seconds, minutes or hours, as a person says them; nothing for no time."""
    for size, unit in ((3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.1f} s" if seconds >= 0.05 else ""


def derivation(links: Sequence[Mapping[str, Any]]) -> str:
    if not links:
        return ""
    closed = sum(link["status"] == "closed" for link in links)
    if closed < len(links):
        return f"{closed} of {len(links)} links close"
    return f"all {len(links)} links close" if len(links) > 1 else "its link closes"


PLURAL = re.compile(r"(?<=x)es\b|s\b")  # boxes, points


def quantity(item: tuple[str, Any]) -> str:
    """``64 points enclosed`` for a count, ``slope -0.5`` for a measurement."""
    name, value = item[0].replace("_", " "), item[1]
    nothing = value == 0 and name.endswith("skipped")
    if isinstance(value, bool) or not isinstance(value, int | float) or nothing:
        return ""
    if not isinstance(value, int):
        return f"{name} {brief(value)}"
    return f"{brief(value)} {name if value != 1 else PLURAL.sub('', name, count=1)}"


def brief(value: float) -> str:
    """A number for a person, to three digits: 12, 0.0031, 1.2e-7."""
    if isinstance(value, int) and abs(value) < 1e6:
        return str(value)
    return re.sub(r"e\+?(-?)0*(\d)", r"e\1\2", f"{value:.3g}")


# A counterexample


def show_counterexample(console: Console, found: Mapping[str, Any], place: str = "") -> None:
    """The point and both sides, one a line and to all digits, so that a reader can redo the sum."""
    lines = list(aligned(entries(found)))
    for line in [*lines, *([f"stated at {place}"] if place else [])]:
        show_details(console, line, style="")


def entries(found: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """The point, coordinate by coordinate, then both sides, their difference, and how it was found."""
    for name, value in found.items():
        if name == "at":
            yield from ((plain(Symbol(key)), full(each)) for key, each in value.items())
        elif name == "lower" and "upper" in found:
            yield "interval", f"[{full(value)}, {full(found['upper'])}]"
        elif isinstance(value, Mapping):
            yield name.replace("_", " "), ", ".join(f"{key} {full(each)}" for key, each in value.items())
        elif value is not None and name != "upper":
            yield name.replace("_", " "), full(value)
        if name in ("right", "measured"):
            yield from difference(found)


def difference(found: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Left minus right, where both are numbers; the measured side is the left one."""
    with suppress(TypeError, ArithmeticError, KeyError):
        left, right = ("left", "right") if "left" in found else ("measured", "claimed")
        gap = Decimal(str(found[left])) - Decimal(str(found[right]))
        yield "difference", f"{float(gap):.6g}" if math.isfinite(float(gap)) else f"{gap:.6g}"


def aligned(pairs: Iterable[tuple[str, str]]) -> Iterable[str]:
    pairs = list(pairs)
    widest = max((len(name) for name, _ in pairs), default=0)
    return (f"{name:<{widest}}  {value}" for name, value in pairs)


def full(value) -> str:
    """A value to all its digits; a matrix row by row."""
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(full, value)) + "]"
    return repr(value) if isinstance(value, float) else str(value)


# The end of a run


def show_closing(console: Console, records: Sequence[Record], alpha: float, seconds: float) -> None:
    """Counts by verdict, the error rate spent, versions and device."""
    total = f"{len(records)} claim{'s' * (len(records) != 1)} in {duration(seconds)}"
    counts = Counter(record.verdict for record in records)
    shown = [tied(f"{counts[word]} {mark.glyph} {word}") for word, mark in MARKS.items() if counts[word]]
    console.print()
    show_details(console, f"{tied(total)}: {', '.join(shown) or 'nothing landed'}", 0, "bold")
    for line in (
        *apart(records),
        f"α spent: {brief(total_alpha(records))} of {brief(alpha)}",
        machinery(records),
    ):
        show_details(console, line, 0)


def total_alpha(records: Iterable[Record]) -> float:
    return math.fsum(record.alpha or 0.0 for record in records)


def apart(records: Sequence[Record]) -> Iterable[str]:
    """What the counts would hide: support without an experiment, and intervals without a guarantee."""
    balls = sum(record.verdict == "supported" and record.backend is None for record in records)
    loose = sum(map(asymptotic, records))
    if balls:
        yield f"{balls} supported by balls at points alone, with no experiment"
    if loose:
        yield f"{loose} with an asymptotic interval, outside the guarantee of α"


def machinery(records: Sequence[Record]) -> str:
    """Python, JAX and SymPy as the records name them, and the devices that they ran on."""
    versions = records[-1].versions if records else {}
    named = [f"{shown} {versions[name]}" for name, shown in TOOLS.items() if name in versions]
    devices = dict.fromkeys(record.device for record in records if record.device)
    return ", ".join([*named, *(f"on {device}" for device in devices)])


def commit(record: Record) -> str:
    """The commit, short, and whether files differed from it."""
    name, dash, dirty = (record.commit or "").partition("-")
    return f"commit {name[:12]}{dash}{dirty}" if name else ""


def place_of(at: tuple[str, int]) -> str:
    """``file:line``, relative to where the reader stands, so that an editor opens it; nothing for a text."""
    if not at[1]:
        return ""  # a text: there is nothing to open
    path, here = Path(at[0]), Path.cwd()
    return f"{path.relative_to(here) if path.is_relative_to(here) else path}:{at[1]}"
