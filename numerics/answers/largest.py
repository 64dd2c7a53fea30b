"""The point at which what was drawn lies farthest from what is claimed: predicted, observed, how many standard errors."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from numerics.record import Record
from numerics.report import brief
from theory.claim import Claim
from theory.statement import Relation


def seen(record: Record) -> list[Mapping[str, Any]]:
    """The points at which a mean was compared with the claim's own prediction."""
    return [each for each in record.intervals if "claimed" in each and "slip" not in each]


def told(claim: Claim, record: Record) -> str:
    """A line about the worst of the points that were planned; empty where nothing was drawn.

    For an equality alone: a bound that has room lies far from what is observed, and nothing is wrong with that.
    """
    if not (isinstance(claim.states, Relation) and claim.states.sign == "=" and seen(record)):
        return ""
    worst = max(seen(record), key=lambda each: each["z"])
    entry, (predicted, observed) = worst_entry(worst)
    where = spelled(worst["at"]) + (f", entry {list(entry)}" if entry else "")
    return (
        f"largest disagreement at {where}: predicted {predicted:.6g}, observed {observed:.6g}, "
        f"{brief(worst['z'])} standard errors apart"
    )


def worst_entry(each: Mapping[str, Any]) -> tuple[tuple[int, ...], tuple[float, float]]:
    """Which entry of a value is farthest off in units of its interval, and what is claimed and observed there."""
    claimed, mean, low, high = np.broadcast_arrays(
        *(np.asarray(each[part], float) for part in ("claimed", "mean", "lower", "upper"))
    )
    apart = np.abs(mean - claimed) / np.maximum(high - low, np.finfo(float).tiny)
    place = tuple(int(k) for k in np.unravel_index(int(np.argmax(apart)), apart.shape))
    return place, (float(claimed[place]), float(mean[place]))


def spelled(at: Mapping[str, Any] | Sequence) -> str:
    """A point of a record, whose values are texts already."""
    return ", ".join(f"{name}={value}" for name, value in dict(at).items()) or "the only point"
