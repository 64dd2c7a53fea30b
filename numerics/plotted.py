"""The figure of a record: what was claimed and what was seen, point by point or rung by rung.

    means     above, claim and mean at each point; below, their distance in standard errors, with the interval
    ladders   mean or median over seeds on the way to the limit, with the intervals and the spread of the seeds

Everything is read from the record and nothing is fitted anew. A record without intervals, as of a proof, has no
figure. Where entries of arrays were compared, each of them is a point of the figure.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from sympy import Symbol

from numerics.picture import FIRST, SECOND, TEXT, bars, panels, styled, svg
from numerics.record import Record
from theory import writing
from theory.plain import plain

Entries = Sequence[Mapping[str, Any]]
MEAN = ("mean", "claimed", "lower", "upper", "z")
MOST_TICKS = 24  # points that still have their number on the axis
DASHED = (0, (4, 3))


class Figure(NamedTuple):
    """An SVG element, and the words under it."""

    svg: str
    caption: str


def figure(record: Record) -> Figure | None:
    """The figure of a record, None where nothing was drawn at random."""
    means = [entry for entry in record.intervals if all(name in entry for name in MEAN)]
    rungs = [entry for entry in record.intervals if "mean" in entry or "median" in entry]
    with styled():
        if means:
            return of_means(record, means)
        by = varying(rungs)
        return of_ladder(record, rungs, by) if by else None


# Means


def of_means(record: Record, entries: Entries) -> Figure:
    drawn, (above, below) = panels((1.8, 1.7), sharex=True)
    x, name = abscissa(entries)
    x, mean, claimed, low, high, unit = flattened(x, entries)
    above.plot(x, claimed, "_", color=TEXT, markersize=11, label="claimed")
    bars(above, x, mean, low, high, FIRST, "observed")
    above.set_ylabel("value")
    above.legend(loc="best")
    off, least, most = ((values - claimed) / unit for values in (mean, low, high))
    bars(below, x, off, least, most, FIRST)
    below.axhline(0, color=TEXT, linewidth=0.7)
    scalar = all(np.ndim(entry["mean"]) == 0 for entry in entries)
    below.set_ylabel("observed less claimed,\nin " + ("standard errors" if scalar else "half intervals"))
    below.set_xlabel(plain(Symbol(name)) if name else "point")
    if not name and len(entries) <= MOST_TICKS:
        below.set_xticks(range(1, len(entries) + 1))
    beside = worst(entries)
    told = (
        f"Above, the claimed and the observed value at {counted(entries, 'point')}. Below, the differences with their "
        f"intervals; {beside}."
    )
    caption = (
        f"Claimed (a dash) and observed (a point) at {counted(entries, 'point')}, and the differences below; an interval "
        f"that misses the line at 0 raises an alarm. {beside[:1].upper()}{beside[1:]}."
    )
    picture = svg(drawn, f"{record.claim}: claimed and observed means", told)
    return Figure(picture, caption)


def abscissa(entries: Entries) -> tuple[np.ndarray, str]:
    """The one number that differs between the points, and its name; else the numbers of the points."""
    name = varying(entries)
    if name:
        return np.array([number(entry["at"][name]) for entry in entries], float), name
    return np.arange(1.0, len(entries) + 1), ""


def varying(entries: Entries) -> str:
    """The name of the one parameter that differs between entries, if there is one and it is a number."""
    if len(entries) < 2:
        return ""
    names = [name for name in entries[0]["at"] if len({str(entry["at"].get(name)) for entry in entries}) > 1]
    if len(names) != 1 or any(number(entry["at"].get(names[0])) is None for entry in entries):
        return ""
    return names[0]


def number(spelled: Any) -> float | None:
    """The value of a parameter as a record spells it, None for a vector, a word or a formula."""
    over, _, under = str(spelled).partition("/")
    try:
        return float(over) / float(under or 1)
    except (ValueError, ZeroDivisionError):
        return None


def flattened(x: np.ndarray, entries: Entries) -> tuple[np.ndarray, ...]:
    """Abscissae, means, claims, ends and units; the entries of an array one after the other."""
    columns: list[list[np.ndarray]] = [[] for _ in range(6)]
    for place, entry in zip(x, entries, strict=True):
        mean, claimed, low, high = (np.ravel(np.asarray(entry[name], float)) for name in MEAN[:4])
        unit = standard_error(entry, mean, claimed) if mean.size == 1 else (high - low) / 2
        parts = (np.full(mean.shape, place), mean, np.broadcast_to(claimed, mean.shape), low, high, unit)
        for column, part in zip(columns, parts, strict=True):
            column.append(part)
    return tuple(np.concatenate(column) for column in columns)


def standard_error(entry: Mapping[str, Any], mean: np.ndarray, claimed: np.ndarray) -> np.ndarray:
    """As the deviation was measured; half the interval where there is none, NaN where nothing spread."""
    z = abs(float(entry["z"]))
    if 0 < z < np.inf and mean != claimed:
        return np.abs(mean - claimed) / z
    half = (float(entry["upper"]) - float(entry["lower"])) / 2
    return np.full(1, half if half > 0 else np.nan if mean != claimed else 1.0)


def worst(entries: Entries) -> str:
    """Where the disagreement is largest, and by how much."""
    entry = max(entries, key=lambda each: abs(float(each["z"])))
    at = writing.point_phrase(entry["at"]) or "the only point"
    return f"the largest deviation is {abs(float(entry['z'])):.3g} standard errors, at {at}"


def counted(entries: Sequence, word: str) -> str:
    return f"{len(entries)} {word}{'s' * (len(entries) != 1)}"


# Ladders


def of_ladder(record: Record, entries: Entries, by: str) -> Figure:
    statistic = "median" if "median" in entries[0] else "mean"
    drawn, (ax,) = panels((2.6,))
    x = np.array([number(entry["at"][by]) for entry in entries], float)
    values, low, high = (
        np.array([entry[key] for entry in entries], float) for key in (statistic, "lower", "upper")
    )
    spread = np.array([entry.get("spread", (np.nan, np.nan)) for entry in entries], float)
    sign = common_sign(values)
    logarithmic = record.kind == "scaling" and sign != 0
    if logarithmic:
        values, low, high, spread = (sign * part for part in (values, low, high, spread))
        ax.set_yscale("log")
        spread = np.where(spread > 0, spread, np.nan)
    ax.set_xscale("log", base=2)
    ax.vlines(x, spread.min(axis=1), spread.max(axis=1), color=FIRST, linewidth=0.8, alpha=0.6)
    bars(ax, x, values, low, high, FIRST, f"{statistic} over seeds")
    claimed = guide(record, ax, x, values, logarithmic)
    ax.set_xlabel(plain(Symbol(by)))
    ax.set_ylabel("minus the left side" if logarithmic and sign < 0 else "left side")
    ax.legend(loc="best")
    seeds = entries[-1].get("seeds")
    span = f"{counted(entries, 'rung')}, {by} from {x.min():g} to {x.max():g}"
    told = f"{span}: {statistic}s over {seeds} seeds with intervals"
    caption = f"{told}; the thin lines hold the middle 68 % of the seeds{claimed}."
    return Figure(svg(drawn, f"{record.claim}: what was seen at each {by}", f"{told}{claimed}."), caption)


def common_sign(values: np.ndarray) -> int:
    """1 or -1 if all values are of one sign, so that they have logarithms; else 0."""
    signs = {int(each) for each in np.sign(values)}
    return signs.pop() if len(signs) == 1 else 0


def guide(record: Record, ax: Axes, x: np.ndarray, values: np.ndarray, logarithmic: bool) -> str:
    """The claim as a dashed line, where the record holds its numbers; the words for it."""
    known = record.numbers
    if "limit_claimed" in known and np.ndim(known["limit_claimed"]) == 0:
        ax.axhline(
            float(known["limit_claimed"]), color=SECOND, linewidth=1, linestyle=DASHED, label="claimed limit"
        )
        return "; dashed: the claimed limit"
    if not logarithmic or "exponent_claimed" not in known:
        return ""
    fine = np.geomspace(x.min(), x.max(), 60)

    def law(t):
        return t ** float(known["exponent_claimed"]) * np.abs(np.log(t)) ** float(
            known.get("log_claimed", 0.0)
        )

    through = np.argmax(x) if x.max() > 1 else np.argmin(x)
    constant = known.get("constant_claimed") or values[through] / law(x[through])
    ax.plot(
        fine, abs(float(constant)) * law(fine), color=SECOND, linewidth=1, linestyle=DASHED, label="claimed"
    )
    whence = "" if known.get("constant_claimed") else ", through the last rung"
    return f"; dashed: the claimed power{whence}"
