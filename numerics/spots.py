"""One point of a stochastic experiment: what is claimed and known there, what is drawn, what is seen."""

from typing import Any, NamedTuple

import numpy as np

from numerics import resolution as resolutions
from numerics import sides, statistics
from numerics.statistics import Known, Real
from theory import points

FEWEST, MOST = 2**15, 2**29  # the first is a chunk of ``numerics.mesh``
LARGER = 1.05  # times a pilot's spread, which is off by a percent or two where the kurtosis is a hundred


class Spot(NamedTuple):
    """One point of the experiment, with what is claimed and known there."""

    point: points.Point
    wanted: sides.Target  # its value in the shape of one draw
    known: Known
    boolean: bool
    alpha: float  # of one entry
    draws: int
    level: np.ndarray


class Seen(NamedTuple):
    """What the draws at a spot say of the mean."""

    spot: Spot
    count: int
    mean: Real
    low: Real
    high: Real
    error: Real  # standard error
    guaranteed: bool

    @property
    def outside(self) -> np.ndarray:
        return sides.outside(self.low, self.high, self.spot.wanted)

    @property
    def z(self) -> float:
        """The deviation from what is claimed in standard errors, at the worst entry."""
        gap = np.abs(self.mean - self.spot.wanted.value)
        return float(np.max(np.where(gap > 0, gap / np.maximum(self.error, 1e-300), 0.0)))


def spot(point, wanted: sides.Target, known: Known, boolean: bool, alpha: float, asked: float) -> Spot:
    level = np.full(wanted.value.shape, np.inf)
    if boolean:
        claimed = np.clip(wanted.value, 0.0, 1.0)
        draws = fewest(resolutions.draws_for_probability, asked, claimed, alpha)
    else:
        draws = fewest(resolutions.draws_for_mean, asked, planned(known), wanted.value, alpha)
        level = statistics.level_for(draws, known, wanted.value, alpha)
    return Spot(point, wanted, known, boolean, alpha, draws, level)


def planned(known: Known) -> Known:
    """What draws are planned with: where only a pilot has seen the spread, the draws may show a larger one."""
    if not statistics.is_asymptotic(known):
        return known
    return Known(pilot=LARGER * np.asarray(known.pilot, float))


def fewest(rule, *arguments) -> int:
    try:
        return int(np.clip(rule(*arguments), FEWEST, MOST))
    except ValueError:  # finer than rounding: the most is drawn, and the resolution reached is told
        return MOST


def looked(at: Spot, count: int, mean: Real, sd: Real) -> Seen:
    error = sd / np.sqrt(count)
    if at.boolean:
        low, high = statistics.probability_interval(np.rint(mean * count), count, at.alpha)
        return Seen(at, count, mean, low, high, error, True)
    level = np.asarray(at.level)
    margin = statistics.mean_margin(count, level, at.known, at.wanted.value, at.alpha, seen=sd)
    return Seen(at, count, mean, mean - margin.half_width, mean + margin.half_width, error, margin.guaranteed)


def is_blind(each: Seen) -> bool:
    """Whether draws of unknown law were all zero: a rare event may have been missed."""
    return (
        not each.spot.boolean
        and not each.guaranteed
        and bool(np.any((each.error == 0) & (each.mean == 0) & (each.spot.wanted.value != 0)))
    )


def blindness(each: Seen) -> str:
    return (
        f"at {sides.spelled(each.spot.point)} all {each.count} draws were zero: "
        "a rare event may have been missed; declare variance=... so that the margin knows"
    )


def resolution_at(each: Seen) -> float:
    at = each.spot
    if at.boolean:
        claimed = np.clip(at.wanted.value, 0.0, 1.0)
        return float(np.max(resolutions.resolution_of_probability(each.count, claimed, at.alpha)))
    sd = each.error * np.sqrt(each.count)
    found = resolutions.resolution_of_mean(each.count, at.level, at.known, at.wanted.value, at.alpha, seen=sd)
    return float(np.max(found))


def interval(each: Seen) -> dict[str, Any]:
    at = {name: sides.spelled_value(value) for name, value in each.spot.point.items()}
    return {
        "at": at,
        "lower": each.low,
        "upper": each.high,
        "claimed": each.spot.wanted.value,
        "mean": each.mean,
        "draws": each.count,
        "z": each.z,
    }


def counterexample(again: Seen, alarm: Seen) -> dict[str, Any]:
    return {
        "at": {name: sides.spelled_value(value) for name, value in again.spot.point.items()},
        "claimed": again.spot.wanted.value,
        "measured": again.mean,
        "lower": again.low,
        "upper": again.high,
        "z": again.z,
        "draws": again.count,
        "first_seen": {"at": sides.spelled(alarm.spot.point), "z": alarm.z, "draws": alarm.count},
    }
