"""A nearby false statement, which the run that supported the true one must reject: its control.

The right side is moved by twice the resolution that is printed, or by one percent where nothing is random, and held
against the same observations: the stored intervals, the fits, the same exact points. Nothing is drawn for it. An
inequality is moved past the point where its slack is least. A run that does not reject its control has shown little,
and is told so in capitals.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from sympy import Basic, MatrixBase, Rational, S, oo

from numerics import certificate, enclosing
from numerics.answers import largest, sharpness
from numerics.answers.driving import driver
from numerics.answers.sharpness import HOLDS, Least
from numerics.compared import compared
from numerics.judge import Verdict
from numerics.kinds import is_trend, relation, trend
from numerics.plan import Settings, plan
from numerics.record import Record
from numerics.report import brief
from numerics.resolution import TAIL
from numerics.soundness.killing import chain_of
from numerics.soundness.plants import remade
from theory import certify, points
from theory.claim import Claim
from theory.statement import Holds, Relation, Scaling

PERCENT = Rational(1, 100)
LEAST = 1e-3  # by which an exponent or a limit is moved, so that the difference can be read
NOT_REJECTED = "CONTROL NOT REJECTED"


def told(claim: Claim, record: Record, seed: int, sharpest: Least | None) -> str:
    """A line about the control; empty where there is none that costs nothing."""
    if record.verdict not in HOLDS:
        return ""
    if isinstance(claim.states, Holds):
        return "control: it fails at its control point, as it must" if claim.states.control else ""
    if is_trend(claim):
        return of_trend(claim, record)
    if largest.seen(record):
        return of_draws(claim, record)
    if sharpness.is_bound(claim):
        return of_bound(claim, sharpest)
    return of_identity(claim, seed)


def verdict(rejected: bool, statement: str, by: str) -> str:
    """What became of a control, in words."""
    if rejected:
        return f"control: {by} refute {statement}"
    return f"{NOT_REJECTED}: {by} do not refute {statement}; the support above shows little"


def of_draws(claim: Claim, record: Record) -> str:
    """Against the stored intervals; an inequality is moved from its sharpest point, where that is known."""
    by = "the same draws"
    asked = record.resolution
    if asked is None or not math.isfinite(asked):
        return ""
    if sharpness.is_bound(claim):
        nearest = sharpness.closest_drawn(claim, record)
        if nearest is None:
            return ""
        each, room, half = nearest
        moved = max(room, 0.0) + 2 * asked * float(np.max(scale(each, record)))
        where = largest.spelled(each["at"])
        return verdict(moved - room > half, f"the bound tightened by {brief(moved)}, at {where}", by)
    looks = [(each, shifted(each, record, 2 * asked)) for each in largest.seen(record)]
    broken = [(each, shift) for each, shift in looks if shift[1]]
    each, (shift, _, _) = max(broken or looks, key=lambda look: look[1][2])
    where = largest.spelled(each["at"])
    return verdict(bool(broken), f"the right side {shift}, at {where}", by)


def scale(each: Mapping[str, Any], record: Record) -> np.ndarray:
    """The unit of the resolution, from the interval itself: no more than max(|value|, sd / 5)."""
    claimed, low, high = (np.asarray(each[part], float) for part in ("claimed", "lower", "upper"))
    errors = math.sqrt(2 * math.log(2 / record.numbers["alpha_each"]))
    sd = (high - low) / 2 / errors * math.sqrt(each["draws"])
    return np.asarray(np.maximum(np.abs(claimed), sd / TAIL))


def shifted(each: Mapping[str, Any], record: Record, by: float) -> tuple[str, bool, float]:
    """The right side at a point moved by some units: in words, whether its interval excludes it, and how clearly."""
    claimed, low, high = (np.asarray(each[part], float) for part in ("claimed", "lower", "upper"))
    unit = scale(each, record)
    wrong = claimed + by * unit
    outside = (wrong > high) | (wrong < low)
    clear = np.abs(wrong - (low + high) / 2) / np.maximum(high - low, np.finfo(float).tiny)
    place = int(np.argmax(clear))
    relative = np.ravel(unit == np.abs(claimed))[place]
    text = f"+ {brief(100 * by)} %" if relative else f"+ {brief(float(np.ravel(by * unit)[place]))}"
    return text, bool(outside.any()), float(np.max(clear))


def of_trend(claim: Claim, record: Record) -> str:
    """Against the fits: the exponent, or the limit, moved by two resolutions; a one-sided one from what is seen."""
    states = trend(claim)
    name = "exponent" if isinstance(states, Scaling) else "limit"
    parts = ("value", "claimed", "half_width", "resolution")
    known = [float(record.numbers.get(f"{name}_{part}", math.nan)) for part in parts]
    if not all(map(math.isfinite, known)):
        return ""
    value, claimed, half, reached = known
    upper = isinstance(states, Scaling) and states.bound == "upper"
    moved = max(2 * reached, 2 * half, LEAST)
    wrong = value - (moved if states.to is oo else -moved) if upper else claimed + moved
    return verdict(
        abs(value - wrong) > half, f"{name} {wrong:.6g} (claimed {claimed:.6g})", "the same values"
    )


def of_bound(claim: Claim, found: Least | None) -> str:
    """Past the point of least slack by one percent of the larger side there: exact arithmetic must see it."""
    right = claim.states.sides[-1]
    if found is None or isinstance(right, MatrixBase):
        return ""
    by = Rational(found.slack) + PERCENT * (Rational(found.size) if found.size > 0 else S.One)
    wrong = right - by if relation(claim).sign in ("<=", "<") else right + by
    rejected = excluded(claim, found.left, wrong, found.point)
    where = certificate.sides.spelled(found.point)
    return verdict(rejected, f"the bound tightened by {brief(float(by))}, at {where}", "balls")


def of_identity(claim: Claim, seed: int) -> str:
    """One percent more on the right side, or a hundredth if that is zero, at the same exact points."""
    right = claim.states.sides[-1]
    if not certify.AVAILABLE or isinstance(right, MatrixBase):
        return ""
    chain = chain_of(claim) if claim.because is not None else ()
    wrong = right * (1 + PERCENT) if right != 0 else PERCENT
    by = "+ 1 %" if right != 0 else "0.01"
    pairs = certificate.comparable(claim, chain)
    for point in points.varied(claim, seed, enclosing.POINTS) if claim.given else [{}]:
        for left, _ in pairs:
            if excluded(claim, left, wrong, point):
                return verdict(True, f"the right side {by}, at {certificate.sides.spelled(point)}", "balls")
    return verdict(False, f"the right side {by}", "balls") if pairs else ""


def of_experiment(claim: Claim, settings: Settings, home: str | None) -> str:
    """One percent more on the right side of an equality that only its experiment can look at, which is run again."""
    states = claim.states
    if not isinstance(states, Relation) or states.sign != "=" or home is None:
        return ""
    if certificate.comparable(claim, ()):
        return ""
    wrong = remade(claim, states=replace(states, right=states.right * (1 + PERCENT)))
    with driver(claim, home, settings.budget) as at_work:
        if at_work.sheet is None or at_work.sheet["draws"]:
            return ""
        (row,) = plan([wrong], settings).rows
        found = at_work.driven(compared(row, at_work.sheet, settings))
    return verdict(found.verdict is Verdict.REFUTED, "the right side + 1 %", "the experiment's values")


def excluded(claim: Claim, left: Basic, wrong: Basic, point: points.Point) -> bool:
    try:
        return enclosing.excludes(claim, left, wrong, point, enclosing.CHECK_DIGITS)
    except enclosing.DECLINED:
        return False
