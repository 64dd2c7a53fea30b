"""What a run will look at, fixed before it looks: points, shares of alpha, and what it may cost.

The chance ``alpha`` of refuting any true claim is split evenly over the stochastic claims of a run, and
within a claim over its points and entries (Bonferroni; what is dependent may be split as well). There
are at least ``SLOTS`` shares, so that a run of one claim is a part of the run of all: its evidence is
reused, and a claim added to a chapter makes no other stale.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from math import log, sqrt
from pathlib import Path
from typing import Any, NamedTuple

from scipy.special import ndtri
from sympy import FiniteSet, IndexedBase, Integer, Interval, Range, Symbol, oo

from numerics import books, sides
from numerics.experiment import draws_wanted
from numerics.kinds import is_trend, trend
from theory import points
from theory.claim import Claim
from theory.domain import Activations, Arrays

SLOTS = 64
DRAWN = 4  # points drawn from the seed, beside the lattice: draws cost
LARGEST, CLOSE = 3, points.NEAR[2:3]  # for them one distance from an end, at which single precision suffices
EXACT = 12  # where nothing is random: a comparison costs a tenth of a second, and a search follows
SIZES = 8  # looks for sizes that are not the smallest
WIDE, WIDES = 2**10, 1  # a width that is called wide, and the points that have it
CLIMBS = 2  # points at which a limit or a scaling is followed
OPTIONS = 8  # of which these are chosen
BETA = 1e-6  # chance to miss a discrepancy of the size of the resolution
BUDGET = 600.0  # seconds, unless another number is given; a ladder spends more of them on more seeds
NANOSECONDS = 8.0  # a draw at a point, on one core: for the estimate of the cost only


class Settings(NamedTuple):
    """What a run is asked for. ``resolution`` is relative to a value's scale, ``budget`` is in seconds.

    ``store`` keeps the evidence, by default `numerics.evidence.Store` says where. ``kept`` is a folder
    for what follows from the sources, see `numerics.proofs` and `numerics.programs`; None keeps nothing.
    """

    seed: int = 0
    alpha: float = 1e-6
    resolution: float = 3e-3
    budget: float = BUDGET
    store: Path | None = None
    kept: Path | None = None


@dataclass(frozen=True)
class Row:
    """One claim's part of a plan. Its points follow from the seed, and are made when they are asked for:
    a claim without an experiment needs none."""

    claim: Claim
    alpha: float  # its share
    seed: int
    resolution: float
    fixed: tuple[dict[str, Any], ...] | None = None  # points that are given and not chosen

    @cached_property
    def chosen(self) -> tuple[tuple[dict[str, Any], ...], str]:
        """The points and the problem: one of them is empty."""
        try:
            found = self.fixed
            if found is None:
                what = f"points of {self.seed}"
                found = tuple(books.chosen(self.claim, what, lambda: chosen_points(self.claim, self.seed)))
        except ValueError as error:
            return (), str(error)
        nowhere = self.claim.error("no point of the domain satisfies the joint hypotheses")
        return found, "" if found else str(nowhere)

    @property
    def points(self) -> tuple[dict[str, Any], ...]:
        """Where the experiment looks; none where there is a ``problem``."""
        return self.chosen[0]

    @property
    def problem(self) -> str:
        """Why there are no points, if there are none."""
        return self.chosen[1]

    @property
    def draws(self) -> int:
        """The most that a point may ask for, 0 if nothing is drawn."""
        pooled = draws_wanted(self.claim) and not is_trend(self.claim) and not self.problem
        return most_draws(self.resolution, self.alpha / len(self.points)) if pooled else 0

    @property
    def seconds(self) -> float:
        """An upper estimate of what its draws take on one core."""
        return self.draws * len(self.points) * NANOSECONDS * 1e-9 if self.draws else 0.0


class Plan(NamedTuple):
    settings: Settings
    rows: tuple[Row, ...]


def plan(claims: Sequence[Claim], settings: Settings) -> Plan:
    """Points, shares of alpha and the largest cost of a run; nothing is drawn, and JAX is not imported.

    Raises ``ValueError`` for settings that make no sense, and for two claims of one name.
    """
    reject_bad_settings(settings)
    reject_twins(claims)
    each = share(claims, settings.alpha)
    spent = [each if may_be_random(claim) else 0.0 for claim in claims]
    rows = (Row(claim, s, settings.seed, settings.resolution) for claim, s in zip(claims, spent, strict=True))
    return Plan(settings, tuple(rows))


def share(claims: Sequence[Claim], alpha: float) -> float:
    """What each stochastic claim of the run may spend."""
    needed = sum(map(may_be_random, claims))
    return alpha / max(SLOTS, 1 << max(needed - 1, 0).bit_length())


def may_be_random(claim: Claim) -> bool:
    """Whether a claim, or the slip that it corrects, may need a share of alpha."""
    own = draws_wanted(claim) or is_trend(claim)
    return own or (claim.slip is not None and may_be_random(claim.slip))


def chosen_points(claim: Claim, seed: int) -> list[points.Point]:
    """Exact points that both sides can be evaluated at, in the experiment's own precision."""
    if is_trend(claim):
        return climbs(claim, seed)
    pooled = draws_wanted(claim)
    dtype = "float32" if pooled else "float64"
    if pooled and claim.given:
        few = sizes(claim, seed)
        found = points.lattice(claim, LARGEST, CLOSE, few)
        found += islice(points.draws(claim, seed, LARGEST, few[-1]), DRAWN)  # all of one size
    else:
        found = points.chosen(claim, seed, EXACT) + wide(claim, seed)
    found = [point for point in found if not (pooled and at_irrational_end(claim, point))]
    return distinct(sides.rounded(claim, point, dtype) for point in found)


def sizes(claim: Claim, seed: int) -> list[points.Point]:
    """The smallest sizes, and some from the seed, none of them the smallest where the domain has others.

    No more than two, since other sizes are another program, which costs a second to compile.
    """
    corner = next(points.corners(claim, LARGEST, CLOSE), None) or next(points.draws(claim, seed, LARGEST))
    smallest = sizes_of(claim, corner)
    looks: list[points.Point] = []
    for drawn in islice(points.draws(claim, seed, LARGEST), SIZES):
        looks.append(sizes_of(claim, drawn))
        if all(looks[-1][name] != value for name, value in smallest.items()):
            return [smallest, looks[-1]]
    return [smallest, looks[0]]


def sizes_of(claim: Claim, point: points.Point) -> points.Point:
    return {
        name: value for name, value in point.items() if isinstance(claim.given[claim.symbols[name]], Range)
    }


def wide(claim: Claim, seed: int) -> list[points.Point]:
    """Points of great width, for a claim that has one."""
    symbol = width(claim)
    if symbol is None:
        return []
    return list(islice(points.draws(claim, f"{seed} wide", fixed={symbol.name: Integer(WIDE)}), WIDES))


def width(claim: Claim) -> Symbol | None:
    """The first size without end of arrays that are only read entry by entry, and so may be large.

    The size of a square matrix is not: it is a dimension, and the matrix has its square of entries.
    """
    shapes = {symbol: domain.shape for symbol, domain in claim.given.items() if isinstance(domain, Arrays)}
    square = {size for shape in shapes.values() for size in shape if shape.count(size) > 1}
    read = {size for symbol, shape in shapes.items() if isinstance(symbol, IndexedBase) for size in shape}
    bound = {
        size for symbol, shape in shapes.items() if not isinstance(symbol, IndexedBase) for size in shape
    }
    endless = (s for s, domain in claim.given.items() if isinstance(domain, Range) and domain.sup is oo)
    return next((symbol for symbol in endless if symbol in read - bound - square), None)


def at_irrational_end(claim: Claim, point: points.Point) -> bool:
    """Whether a coordinate is an end of its domain that no float hits, such as the angle pi.

    A float beside it is closer than single-precision draws resolve; the point a little inside stands for
    it, and the end itself is left to derivation and balls.
    """
    ends = {name: domain for name, domain in points.domains(claim).items() if isinstance(domain, Interval)}
    return any(point[name] in (d.inf, d.sup) and not point[name].is_rational for name, d in ends.items())


def climbs(claim: Claim, seed: int) -> list[points.Point]:
    """Points without the parameter that climbs, their endless coordinates of ordinary size.

    At a point a hundred times as far out a limit is reached ten thousand times as late, beyond any range.
    """
    by = trend(claim).by.name
    if set(claim.symbols) == {by}:
        return [{}]
    found = points.draws(claim, seed, LARGEST, sizes(claim, seed)[-1])
    near = list(islice((point for point in found if is_modest(claim, point)), OPTIONS))
    rounded = (sides.rounded(claim, point, "float64") for point in unlike(claim, near))
    return distinct({name: value for name, value in point.items() if name != by} for point in rounded)


def unlike(claim: Claim, near: list[points.Point]) -> list[points.Point]:
    """A few of the points, the first and those that share the fewest of its listed values, such as activations."""
    listed = [name for name, d in points.domains(claim).items() if isinstance(d, Activations | FiniteSet)]
    taken = near[:1]
    while len(taken) < min(CLIMBS, len(near)):
        left = [point for point in near if point not in taken]
        taken.append(
            min(left, key=lambda p: sum(p[name] == other[name] for other in taken for name in listed))
        )
    return taken


def is_modest(claim: Claim, point: points.Point) -> bool:
    """Whether no coordinate of an unbounded interval is larger than a few."""
    endless = (
        name
        for name, domain in points.domains(claim).items()
        if isinstance(domain, Interval) and not (domain.inf.is_finite and domain.sup.is_finite)
    )
    return all(abs(point[name]) <= LARGEST for name in endless)


def distinct(found) -> list[points.Point]:
    return list({tuple(map(str, point.values())): point for point in found}.values())


def most_draws(resolution: float, alpha: float) -> int:
    """What a point costs whose value is no larger than a fifth of its standard deviation."""
    return int((5 * (sqrt(2 * log(2 / alpha)) - ndtri(BETA)) / resolution) ** 2)


def reject_bad_settings(settings: Settings) -> None:
    if not settings.resolution > 0:
        raise ValueError(f"resolution={settings.resolution}: give a positive number, such as 3e-3")
    if not 0 < settings.alpha < 1:
        raise ValueError(f"alpha={settings.alpha}: give a probability between 0 and 1, such as 1e-6")
    if not settings.budget > 0:
        raise ValueError(f"budget={settings.budget}: give a positive number of seconds")
    if settings.seed < 0:
        raise ValueError(f"seed={settings.seed}: give an integer from 0 on")


def reject_twins(claims: Sequence[Claim]) -> None:
    seen: dict[str, Claim] = {}
    for claim in claims:
        if claim.name in seen:
            first, second = ("{}:{}".format(*each.at) for each in (seen[claim.name], claim))
            raise ValueError(f"{claim.name}: two claims of that name, at {first} and {second}; rename one")
        seen[claim.name] = claim
