"""What was observed for a claim, against what its mutant claims: an observation knows no claimed value.

Draws are read from the record of the claim, a mean and the interval around it at each point; a ladder by
what its fits made of it. Nothing is drawn anew. Only a condition without a formula for its left side, or an
exact comparison, is computed again, since a record keeps no values.
"""

from functools import lru_cache
from typing import Any

import numpy as np

from numerics import index, plan, sides
from numerics.evidence import Store
from numerics.kinds import trend
from numerics.record import Record
from theory import points
from theory.claim import Claim
from theory.statement import Limit, Relation

SAME = 1e-9  # relative: two ways to the same claimed value
PARTS = {"exponent": "exponent", "logarithm": "log", "constant": "constant", "right side": "limit"}


@lru_cache(maxsize=8)
def record_of(name: str) -> Record | None:
    return Store(index.COMMITTED).read(name)


def ladder_excludes(mutant_claim: Claim, origin: Claim, part: str) -> str:
    """How the fits of a stored ladder exclude a mutant of a limit or a scaling, or nothing."""
    record = record_of(origin.name)
    states = trend(origin)
    name = "rate" if part == "exponent" and isinstance(states, Limit) else PARTS[part]
    if record is None or f"{name}_value" not in record.numbers:
        return ""
    wrong, right = ((changed_part(trend(each), name)) for each in (mutant_claim, origin))
    value, half = (float(record.numbers[f"{name}_{what}"]) for what in ("value", "half_width"))
    for point in plan.climbs(origin, record.seeds[0]):
        here = [sides.number(origin, points.at_point(origin, line, point), point) for line in (right, wrong)]
        known = record.numbers.get(f"{name}_claimed")
        if known is not None and abs(here[0] - float(known)) > SAME * max(1.0, abs(here[0])):
            continue
        if abs(value - here[1]) > half:
            return f"{name} {value:.6g} +- {half:.2g}, not {here[1]:.6g}"
    return ""


def below_resolution(mutant_claim: Claim, origin: Claim) -> str:
    """By how much a mutant's limit differs, if that is less than the stored ladder resolves; or nothing."""
    record = record_of(origin.name)
    if record is None or record.resolution is None:
        return ""
    sizes = []
    for point in plan.climbs(origin, record.seeds[0]):
        lines = (mutant_claim.states.sides[-1], origin.states.sides[-1])
        try:
            here = [sides.number(origin, points.at_point(origin, line, point), point) for line in lines]
        except ValueError:
            return ""
        known = record.numbers.get("limit_claimed")
        if known is not None and abs(here[1] - float(known)) <= SAME * max(1.0, abs(here[1])):
            sizes.append(abs(here[0] - here[1]))
    if not sizes or max(sizes) >= record.resolution:
        return ""
    return f"differs by {max(sizes):.2g} at the stored ladder, which resolves {record.resolution:.2g}"


def changed_part(states: Any, name: str) -> Any:
    return states.right if name == "limit" else getattr(states, name)


def draws_exclude(mutant_claim: Claim, origin: Claim) -> str:
    """The point at which a stored mean, with its interval, excludes what a mutant claims, or nothing."""
    record = record_of(origin.name)
    if record is None or not isinstance(origin.states, Relation):
        return ""
    for interval in record.intervals:
        try:
            point = {name: spelled_back(origin, name, text) for name, text in interval["at"].items()}
            wanted = sides.target(mutant_claim, point)
        except (ValueError, TypeError, KeyError):
            continue
        if wanted is None or np.shape(interval["lower"]) != np.shape(wanted.value):
            continue
        if np.any(sides.outside(interval["lower"], interval["upper"], wanted)):
            return f"{interval['draws']} draws at {sides.spelled(point)}"
    return ""


def spelled_back(claim: Claim, name: str, text: str) -> Any:
    """A parameter of a record as the exact value that it was spelled from. ValueError for one that is longer."""
    from sympy import ImmutableDenseMatrix, Rational

    if text.startswith("["):
        entries = [Rational(part) for part in text.strip("[]").split(", ")]
        return ImmutableDenseMatrix(entries)
    return Rational(text)
