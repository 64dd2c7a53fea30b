"""Whether an inequality is sharp, and where: its least slack, and the points at which it is an equality.

What was drawn is asked first: at which point the mean comes closest to the bound, in standard errors. Two sides that
balls enclose are looked at in exact points, and followed downhill from the closest of them (``numerics.closest``).
What is found is the least slack *seen*: nothing says that there is none smaller between the points.
"""

import time
from collections.abc import Mapping
from contextlib import suppress
from math import inf
from typing import Any, NamedTuple

import numpy as np
from sympy import Basic

from numerics import certificate, closest, enclosing, sides
from numerics.answers import largest
from numerics.experiment import observed_node
from numerics.kinds import relation
from numerics.record import Record
from numerics.report import brief
from numerics.soundness.killing import chain_of
from theory import certify, points
from theory.claim import Claim
from theory.statement import Relation

SECONDS = 5.0  # of looks at balls: what costs more is left at what was seen
CLOSE = 1e-6  # of the larger side: a slack that is called none in the limit
HOLDS = ("proved", "certified", "supported")


class Least(NamedTuple):
    """The least slack that was seen: where, how large, and whether it is nothing at all."""

    point: points.Point
    slack: float
    size: float  # of the larger side there
    equal: int  # at how many points both sides are equal, to all digits of the balls
    looks: int
    left: Basic  # the left side, or the line of its derivation that balls could look at


def is_bound(claim: Claim) -> bool:
    return isinstance(claim.states, Relation) and claim.states.sign != "="


def told(claim: Claim, record: Record, found: Least | None) -> str:
    """A line about the least slack of an inequality that holds; empty where no data says anything."""
    if not is_bound(claim) or record.verdict not in HOLDS:
        return ""
    if found is not None:
        return in_words(found)
    return of_draws(claim, record) if largest.seen(record) else ""


def of_draws(claim: Claim, record: Record) -> str:
    """From the intervals: the least slack in units of the bound, and whether noise would explain it."""
    nearest = closest_drawn(claim, record)
    if nearest is None:
        return ""
    each, room, half = nearest
    where, count = largest.spelled(each["at"]), len(largest.seen(record))
    if room <= half:
        return (
            f"sharp within the noise, at {where}: the mean is {brief(abs(room))} from the bound, "
            f"and its interval +- {brief(half)}"
        )
    return (
        f"not sharp at the {count} points drawn at: the least slack, in units of its interval, "
        f"is {brief(room)} +- {brief(half)}, at {where}"
    )


def closest_drawn(claim: Claim, record: Record) -> tuple[Mapping[str, Any], float, float] | None:
    """The point at which a mean comes closest to its bound, with the slack and half its interval there."""
    turn = turned(claim)
    rooms = [(each, *room_of(each, turn)) for each in largest.seen(record)] if turn else []
    return min(rooms, key=lambda found: found[1] / found[2], default=None)


def room_of(each: Mapping[str, Any], turn: int) -> tuple[float, float]:
    """The slack in its worst entry, and half the width of the interval there."""
    claimed, mean, low, high = (
        np.asarray(each[part], float) for part in ("claimed", "mean", "lower", "upper")
    )
    room = np.ravel(turn * (claimed - mean))
    half = np.ravel(np.maximum((high - low) / 2, np.finfo(float).tiny))
    worst = int(np.argmin(room / half))
    return float(room[worst]), float(half[worst])


def turned(claim: Claim) -> int:
    """1 where the mean is to lie below its target, -1 above; 0 where the factor beside the node has no sign."""
    _, factor = observed_node(claim.states.left)
    below = 1 if relation(claim).sign in ("<=", "<") else -1
    return below if factor.is_positive else -below if factor.is_negative else 0


def least(claim: Claim, seed: int) -> Least | None:
    """The least slack that balls see; None where they cannot look at the sides."""
    if not certify.AVAILABLE:
        return None
    chain = chain_of(claim) if claim.because is not None else ()
    for left, right in certificate.comparable(claim, chain):
        found = followed(claim, left, right, seed)
        if found is not None:
            return found
    return None


def followed(claim: Claim, left: Basic, right: Basic, seed: int) -> Least | None:
    until = time.monotonic() + SECONDS
    seen: dict[str, tuple[float, bool, points.Point]] = {}

    def slack(point: points.Point) -> float:
        name = sides.spelled(point)
        if name not in seen:
            seen[name] = (*slack_at(claim, left, right, point, until), point)
        return seen[name][0]

    chosen = points.varied(claim, seed, enclosing.POINTS) if claim.given else [{}]
    starts = [(slack(point), point) for point in chosen]
    if claim.given:
        closest.closest(claim, slack, lambda point: False, starts)
    looked = [each for each in seen.values() if each[0] < inf]
    if not looked:
        return None
    equal = [each for each in looked if each[1]]
    room, _, point = min(equal, key=lambda each: len(sides.spelled(each[2])), default=min(looked, key=first))
    return Least(point, max(room, 0.0), size_at(claim, left, right, point), len(equal), len(looked), left)


def first(each: tuple) -> float:
    return each[0]


def slack_at(
    claim: Claim, left: Basic, right: Basic, point: points.Point, until: float
) -> tuple[float, bool]:
    """The slack in its worst entry, and whether balls see nothing of it there; infinite without a value."""
    if time.monotonic() > until:
        return inf, False
    try:
        gaps = enclosing.differences(claim, left, right, point, enclosing.DIGITS)
    except (certify.Undefined, *enclosing.DECLINED):
        return inf, False
    turn = -1 if relation(claim).sign in ("<=", "<") else 1
    return min(turn * float(gap.mid()) for gap in gaps), any(gap.contains(0) for gap in gaps)


def size_at(claim: Claim, left: Basic, right: Basic, point: points.Point) -> float:
    """Of the larger side there, 0 where neither is a number."""
    found = 0.0
    for side in (left, right):
        with suppress(ValueError):
            found = max(found, float(np.max(np.abs(sides.numbers(claim, side, point)))))
    return found


def in_words(found: Least) -> str:
    where = sides.spelled(found.point)
    if found.equal:
        others = f" and at {found.equal - 1} more" if found.equal > 1 else ""
        return f"sharp: an equality at {where}{others}, of {found.looks} points looked at"
    if found.slack < CLOSE * found.size:
        return (
            f"sharp in the limit, it seems: the slack is {brief(found.slack)} at {where}, "
            f"where the sides are {brief(found.size)}; no equality at {found.looks} points"
        )
    share = f" ({brief(100 * found.slack / found.size)} % of the larger side)" if found.size > 0 else ""
    return (
        f"not sharp at {found.looks} points: the least slack seen is {brief(found.slack)}{share}, at {where}"
    )
