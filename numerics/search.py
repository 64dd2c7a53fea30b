"""Searching exact points for one that breaks a claim, and shrinking it to a short one.

Hypothesis generates and shrinks. It may search freely where nothing is random; a stochastic alarm is
only shrunk, after an independent key has reproduced it, and within a number of looks fixed before.
"""

import time
from collections.abc import Callable
from random import Random
from typing import NamedTuple

from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis import find as hypothesis_find
from hypothesis.errors import NoSuchExample, Unsatisfiable

from numerics.sides import plain
from numerics.strategies import exact_points
from theory.claim import Claim
from theory.points import Point


class Search(NamedTuple):
    """How many different points were looked at, and the shortest of them that breaks the claim."""

    looks: int
    point: Point | None


def search(
    claim: Claim, breaks: Callable[[Point], bool], looks: int, seed: int, seconds: float = float("inf")
) -> Search:
    """Looks for a point at which ``breaks`` is true, at no more than ``looks`` points, shrinking included.

    A point is looked at once, however often Hypothesis returns to it; the search also stops, with the
    best that it has, after ``seconds``.
    """
    seen: dict[tuple, bool] = {}
    deadline = time.monotonic() + seconds

    def looked(point: Point) -> bool:
        name = tuple(map(str, point.values()))
        if name not in seen:
            if len(seen) >= looks or time.monotonic() > deadline:
                return False
            seen[name] = bool(breaks(point))
        return seen[name]

    try:
        found = hypothesis_find(exact_points(claim), looked, settings=quiet(looks), random=Random(seed))
    except (NoSuchExample, Unsatisfiable):
        found = None
    return Search(len(seen), found)


def reply(claim: Claim, outcome: Search) -> dict:
    """An outcome as a worker sends it."""
    return {"looks": outcome.looks, "point": None if outcome.point is None else plain(claim, outcome.point)}


def quiet(looks: int):
    return settings(
        max_examples=looks,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=tuple(HealthCheck),  # pyright: ignore[reportArgumentType]
        verbosity=Verbosity.quiet,
    )
