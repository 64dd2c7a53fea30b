"""One figure a chapter: what its records hold, beside what theory says, and nothing else.

Points and their intervals are read from records; curves and bands are values of the claims' own right sides. A
figure that lacks a record says which, and how to make it.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from scipy.interpolate import PchipInterpolator
from sympy import ImmutableDenseMatrix, Integer, Rational, pi, sympify

from numerics import sides
from numerics.picture import FIRST, SECOND, TEXT, THIRD, bars, panels, svg
from numerics.record import Record
from theory import catalogue
from theory.activation import TANH
from theory.claim import Claim, exact
from theory.printing import latex

Read = Callable[[str], Record | None]
COLOURS = (FIRST, SECOND, THIRD)


class Lacking(LookupError):
    """No record that a figure needs; the message says how to make one."""


class Picture(NamedTuple):
    """A figure, the names of the records it was made from, and what stands under it."""

    svg: str
    records: tuple[Record, ...]
    caption: str


def recorded(name: str, read: Read) -> Record:
    """The committed record of a claim as it stands. Raises ``Lacking``."""
    record = read(name)
    advice = f"WIDEPROOF_EVIDENCE=docs/evidence ./wideproof verify {name} makes one"
    if record is None:
        raise Lacking(f"no record of {name} is committed, from which this figure is drawn; {advice}")
    if record.statement != catalogue.find(name).states.latex(latex):
        raise Lacking(f"the record of {name} speaks of an earlier form of the statement; {advice}")
    return record


def intervals(record: Record, *fields: str) -> list[Mapping[str, Any]]:
    """What was seen, point by point. Raises ``Lacking`` where a record does not hold it."""
    found = [each for each in record.intervals if all(field in each for field in ("at", "lower", *fields))]
    if not found:
        advice = f"WIDEPROOF_EVIDENCE=docs/evidence ./wideproof verify {record.claim} writes them"
        raise Lacking(f"the record of {record.claim} holds no {', '.join(fields)} at any point; {advice}")
    return found


def point(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of an entry, exactly."""
    return {name: sympify(value) for name, value in entry["at"].items()}


def number(claim: Claim, at: Mapping[str, Any]) -> float:
    """The right side of a claim, at the parameters that it has among these."""
    return valued(claim.name, tuple((name, exact(at[name])) for name in claim.symbols))


@cache
def valued(name: str, at: tuple[tuple[str, Any], ...]) -> float:
    return float(catalogue.find(name).evaluate(**dict(at)))


def column(entries: Sequence[Mapping[str, Any]], field: str) -> np.ndarray:
    return np.array([entry[field] for entry in entries], float)


def seen(axes: Axes, x, entries: Sequence, middle: str, colour: str, by: Any = 1, label: str = "") -> None:
    """Points with their intervals, over a scale ``by``."""
    bars(axes, x, *(column(entries, field) * by for field in (middle, "lower", "upper")), colour, label)


# The chapters


def arc_cosine(read: Read) -> Picture:
    """The kernels of order 0, 1 and 2 over the angle, and how far each mean lies off."""
    records = [recorded(f"arccos-order-{order}", read) for order in range(3)]
    figure, (above, below) = panels((2.6, 1.7), sharex=True)
    angles = [pi * k / 60 for k in range(0, 60, 3)] + [pi - Rational(1, 2**k) for k in range(4, 14, 2)]
    for order, (record, colour) in enumerate(zip(records, COLOURS, strict=True)):
        claim, entries = catalogue.find(record.claim), intervals(record, "mean", "claimed", "z")
        entries = sorted(entries, key=lambda entry: float(point(entry)["theta"]))
        x = np.array([float(point(entry)["theta"]) for entry in entries])
        curve = [number(claim, {"theta": angle}) for angle in angles]
        above.plot(list(map(float, angles)), curve, color=colour, linewidth=1)
        seen(above, x, entries, "mean", colour, label=f"order {order}")
        half = (column(entries, "upper") - column(entries, "lower")) / 2
        off = (column(entries, "mean") - column(entries, "claimed")) / half
        shift = (order - 1) * 0.025
        below.plot(x + shift, off, "o", color=colour)
        below.vlines(x + shift, 0, off, color=colour, linewidth=1.1)
    above.set_ylabel(r"$E[u_+^n v_+^n]$")
    above.set_yscale("log")
    above.set_ylim(1e-5, 3)
    above.legend(loc="lower left")
    for end in (-1, 1):
        below.axhline(end, color=TEXT, linewidth=0.7, linestyle=(0, (4, 3)))
    below.axhline(0, color=TEXT, linewidth=0.5)
    below.set_ylim(-1.25, 1.25)
    below.set_ylabel("mean less curve,\nin half intervals")
    below.set_xlabel(r"angle $\theta$ between the inputs")
    below.set_xticks([0, math.pi / 4, math.pi / 2, 3 * math.pi / 4, math.pi])
    below.set_xticklabels(["0", "π/4", "π/2", "3π/4", "π"])
    draws = sum(int(record.numbers["draws"]) for record in records)
    title = "Arc-cosine kernels of order 0, 1 and 2, claimed and observed"
    told = (
        f"Above, three falling curves over the angle from 0 to pi with {len(x)} observed means on each. Below, the "
        "means' distances from the curves in units of half their intervals: all lie between minus one and one."
    )
    caption = (
        f"Curves: the claimed kernels. Points: means over {draws:.2g} draws in all. Below: how far each mean lies off, "
        "in half widths of its interval; a mean beyond a dashed line raises an alarm."
    )
    return Picture(svg(figure, title, told), tuple(records), caption)


def two_layer(read: Read) -> Picture:
    """Both parts of the kernel of single networks over the width, in the band of the exact variance."""
    parts = (("k1-limit", "k1-variance", r"$K_1$", FIRST), ("k2-limit", "k2-variance", r"$K_2$", SECOND))
    records = [recorded(name, read) for name, *_ in parts]
    figure, axes = panels((2.1, 2.3), sharex=True)
    for ax, record, (name, variance, word, colour) in zip(axes, records, parts, strict=True):
        entries = intervals(record, "median", "spread")
        at = [gaussian_moments(point(entry)) for entry in entries]
        m = np.array([float(each["m"]) for each in at])
        limit = number(catalogue.find(name), at[0])
        spread = [math.sqrt(number(catalogue.find(variance), each)) / abs(limit) for each in at]
        ax.fill_between(m, 1 - np.array(spread), 1 + np.array(spread), color=colour, alpha=0.2, linewidth=0)
        ax.axhline(1, color=TEXT, linewidth=0.7)
        ends = np.array([entry["spread"] for entry in entries]) / limit
        ax.vlines(m, ends.min(axis=1), ends.max(axis=1), color=colour, linewidth=1)
        seen(ax, m, entries, "median", colour, by=1 / limit)
        ax.set_xscale("log", base=2)
        ax.set_ylabel(f"{word} over its limit")
    axes[-1].set_xlabel("width m")
    title = "Both parts of the tangent kernel of random networks, over their limits, as the width grows"
    told = (
        "Two panels, for K_1 and K_2. A shaded band around one, of the exact standard deviation, narrows like one over "
        "the root of the width. At each width the middle 68 percent of the networks fill the band; the medians lie at one."
    )
    seeds = " and ".join(str(entry["seeds"]) for entry in (intervals(r, "seeds")[0] for r in records))
    caption = (
        "Band: one exact standard deviation, from the claims k1-variance and k2-variance. Lines: the middle 68 % of "
        f"{seeds} networks at each width. Points: their medians, with intervals."
    )
    return Picture(svg(figure, title, told), tuple(records), caption)


def gaussian_moments(at: dict[str, Any]) -> dict[str, Any]:
    """With the fourth moment of the experiment's output weights, which are Gaussian of variance ``mu2``."""
    return at | ({"mu4": 3 * at["mu2"] ** 2} if "mu2" in at else {})


def curvature(read: Read) -> Picture:
    """sqrt(m) times the norm of the Hessian over the width, for two laws of the output weights."""
    growth, bounded = "hessian-opnorm-gaussian-log", "hessian-opnorm-rademacher-limit.tanh.network"
    records = [recorded(growth, read), recorded(bounded, read)]
    steepest, constant = (number(catalogue.find(f"{row}.tanh"), {}) for row in (growth, bounded[:-13]))
    figure, (ax,) = panels((3.1,))
    laws = (
        (
            records[0],
            SECOND,
            "Gaussian",
            lambda m: steepest * np.sqrt(2 * np.log(m)),
            r"$\sqrt{2\log m}\,\sup|\sigma''|$",
        ),
        (records[1], FIRST, "signs", lambda m: constant + 0 * m, r"$\sup\lambda$"),
    )
    fine = np.geomspace(16, 10**4, 60)
    for record, colour, word, law, told_law in laws:
        entries = intervals(record, "median", "spread")
        m = np.array([float(point(entry)["m"]) for entry in entries])
        ax.plot(fine, law(fine), color=colour, linewidth=1, linestyle=(0, (5, 2)), label=told_law)
        ends = np.array([entry["spread"] for entry in entries]) * np.sqrt(m)[:, None]
        ax.vlines(m, ends[:, 0], ends[:, 1], color=colour, linewidth=1)
        seen(ax, m, entries, "median", colour, by=np.sqrt(m), label=f"output weights: {word}")
    ax.plot(fine, median_by_law()(fine), color=SECOND, linewidth=1, label="median, exact law")
    ax.set_xscale("log")
    ax.set_ylim(0, None)
    ax.set_xlabel("width m")
    ax.set_ylabel(r"$\sqrt{m}\,\|\nabla^2 f\|$")
    ax.legend(loc="lower right", ncols=2)
    title = "The norm of the Hessian times the root of the width, for two laws of the output weights"
    told = (
        "For random signs the points lie on a horizontal line from small widths on. For Gaussian output weights they go on "
        "rising with the width, on the solid line of the exact law and below the dashed limit law, which rises like the "
        "root of the logarithm."
    )
    caption = (
        "tanh networks at inputs of norm one. Dashed: both limit laws. Solid: the median of the exact law at each width, "
        "for Gaussian output weights, whose limit law is approached slowly, here from below. Points: medians over seeds, "
        "with intervals and the middle 68 %."
    )
    return Picture(svg(figure, title, told), tuple(records), caption)


@cache
def median_by_law() -> Callable:
    """From widths to medians of sqrt(m) times the norm, for Gaussian weights and an input of norm one.

    The law of the norm at width m is the m-th power of that at width one (``hessian-opnorm-exact-law``), and is a
    half at the median. The thresholds reach from the median of 16 neurons to beyond that of 10,000.
    """
    claim = catalogue.find("hessian-opnorm-exact-law.wide")
    one = {"d": Integer(1), "x": ImmutableDenseMatrix([1]), "sigma": TANH, "m": Integer(1), "tau": Integer(1)}
    thresholds = np.linspace(1.25, 3.25, 17)
    law = [
        float(sides.numbers(claim, claim.states.right, one | {"u": Rational(float(t))})) for t in thresholds
    ]
    inverse = PchipInterpolator(-np.log1p(-np.array(law)), thresholds)
    return lambda m: inverse(-np.log(-np.expm1(np.log(0.5) / m)))


EIGENVALUES, RATE = (Rational(1), Rational(-1, 3)), Rational(1, 2)
STEPS, SIGHT = 25, 1.3  # how long paths are followed, and how far
TURN = ((Rational(4, 5), Rational(3, 5)), (Rational(-3, 5), Rational(4, 5)))  # rows: eigenvectors


def saddles(read: Read) -> Picture:
    """Paths of descent at a saddle of the plane, and the steps that an escape takes from ever closer to it."""
    map_, ladder = "saddle-power-iteration.coordinates", "saddle-escape-time-law.mean.ladder"
    records = [recorded(map_, read), recorded(ladder, read)]
    figure, (plane, below) = panels((3.5, 2.0))
    paths_in(plane)
    entries = intervals(records[1], "mean")
    at = [point(entry) for entry in entries]
    n, growth = np.array([float(each["n"]) for each in at]), 1 - at[0]["eta"] * at[0]["lamda"]
    low = number(catalogue.find("saddle-escape-time-law.mean.above"), at[0] | {"s": at[0]["r"]})
    below.axhspan(low, low + 1, color=SECOND, alpha=0.2, linewidth=0)
    seen(below, n, entries, "mean", SECOND)
    below.set_xscale("log", base=2)
    below.set_xlabel("n: starts of size " + r"$r\,g^{-n}$, " + f"g = {float(growth):.3f}")
    below.set_ylabel("mean steps less n")
    title = "Descent at a saddle of the plane, and the mean time of escape from ever closer starts"
    told = (
        "Above, paths of gradient descent from both sides of the stable line: they come close to the saddle along it and "
        "leave along the unstable line; the starts on the stable line alone end at the saddle. Below, the mean number of "
        "steps to leave, less n, for starts n factors closer: it stays in a band of height one."
    )
    caption = (
        f"Above: the claimed iterates for eigenvalues {EIGENVALUES[0]} and {EIGENVALUES[1]} and step {RATE}; the "
        "line of starts that converge is solid. Below: means over seeds, with intervals; the band is that of the two "
        "claims about the mean, in which the limit lies."
    )
    return Picture(svg(figure, title, told), tuple(records), caption)


def paths_in(plane: Axes) -> None:
    """Iterates in the plane, by the closed form of each coordinate, which the figure's claim states."""
    (along, across) = (np.array([float(entry) for entry in row]) for row in TURN)
    for away in (-0.12, -0.02, 0, 0.02, 0.12):
        for side in (-1, 1):
            path = iterates(side, away)
            on_line = away == 0
            colour = TEXT if on_line else (FIRST if away > 0 else SECOND)
            plane.plot(*path, "o-", color=colour, linewidth=0.9, markersize=2.6 if on_line else 2)
    plane.axline((0, 0), tuple(along), color=TEXT, linewidth=1)
    plane.axline((0, 0), tuple(across), color=TEXT, linewidth=0.7, linestyle=(0, (4, 3)), zorder=3)
    plane.annotate("stable line", tuple(-1.2 * along), xytext=(10, -12), textcoords="offset points")
    plane.annotate("unstable line", tuple(across), xytext=(8, 0), textcoords="offset points")
    plane.set_xlim(-1.15, 1.15)
    plane.set_ylim(-1.15, 1.15)
    plane.set_aspect("equal")
    plane.set_xlabel(r"$x_1$")
    plane.set_ylabel(r"$x_2$")


def iterates(side: float, away: float) -> np.ndarray:
    """The path from ``side`` along the first eigenvector and ``away`` along the second, until it is out of sight."""
    shares = np.array([[side * own, away * other] for own, other in map(lengths, range(STEPS))])
    path = (shares @ np.array(TURN, float)).T
    outside = np.flatnonzero(np.abs(path).max(axis=0) > SIGHT)
    return path[:, : outside[0] + 1] if outside.size else path


def lengths(k: int) -> tuple[float, float]:
    """What k steps make of each eigenvector of length one, along itself."""
    claim = catalogue.find("saddle-power-iteration.coordinates")
    fixed = {"d": 2, "eta": RATE, "lamda": list(EIGENVALUES), "Q": [list(row) for row in TURN], "k": k}
    first, second = (number(claim, fixed | {"x0": list(TURN[row - 1]), "m": row}) for row in (1, 2))
    return first, second


FIGURES: dict[str, Callable[[Read], Picture]] = {
    "arc_cosine": arc_cosine,
    "two_layer": two_layer,
    "curvature": curvature,
    "saddles": saddles,
}
