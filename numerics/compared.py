"""A relation that holds without error, or a condition: tried at every planned point, then searched.

The experiment returns the left side, the observed quantities or truth values, in float64; a difference
counts where rounding does not explain it. With a key each point is tried under several keys. What breaks
the statement is tried again, under an independent key if there is one, and shrunk by Hypothesis.
"""

from collections.abc import Mapping
from typing import Any

from numerics import sides
from numerics.breach import breach
from numerics.judge import Finding, Verdict
from numerics.plan import Row, Settings
from numerics.pooled import Steps
from theory import points
from theory.claim import Claim
from theory.statement import Holds

KEYS = 4
ALARMS = 8  # breaches that are looked into
LOOKS = 60
SEARCH_SHARE = 0.25  # of the budget


def compared(
    row: Row, sheet: Mapping[str, Any], settings: Settings, control: points.Point | None = None
) -> Steps:
    """Tasks for the worker, one after the other; returns the finding."""
    claim = row.claim
    yield "probe", {"points": [sides.plain(claim, row.points[0])], "seed": settings.seed}
    if control is not None and not (yield from broken_at(claim, sheet, [control], settings, "control")):
        told = f"the condition holds at its control {sides.spelled(control)} as well: it cannot fail"
        return Finding("experiment", Verdict.ERROR, (str(claim.error(told)),))
    breaks = yield from broken_at(claim, sheet, list(row.points), settings, "values")
    numbers = {"points": len(row.points), "keys": KEYS if sheet["keyed"] else 1}
    if len(row.points) > 1 or breaks:
        looks, shorter = yield from hunted(claim, sheet, settings)
        numbers["points_searched"] = looks
        breaks = [*shorter, *breaks]
    for point, _ in breaks:
        for there, text in (yield from broken_at(claim, sheet, [point], settings, "reproduce")):
            return refuted(claim, there, text, numbers)
    if breaks:
        where = sides.spelled(breaks[0][0])
        note = f"an alarm at {where} did not come back under an independent key: {breaks[0][1]}"
        return Finding("experiment", Verdict.INCONCLUSIVE, (note,), numbers, dtype="float64")
    notes = () if isinstance(claim.states, Holds) else ("compared in float64, to rounding",)
    return Finding(
        "experiment", Verdict.SUPPORTED, notes, numbers, resolution=sheet["resolution"], dtype="float64"
    )


def broken_at(claim: Claim, sheet, at: list[points.Point], settings: Settings, purpose: str) -> Steps:
    """The points, with what is wrong there, at which some key breaks the statement; the first few of them."""
    found = yield from returned_at(claim, at, settings, purpose)
    wrong = [
        (point, k, each)
        for point, returned in zip(at, found, strict=True)
        for k, each in enumerate(returned)
        if breach(claim, point, each, sheet["resolution"])
    ][:ALARMS]
    if not wrong:
        return []
    coarse = yield from returned_at(claim, [point for point, _, _ in wrong], settings, purpose, "float32")
    texts = [
        (point, breach(claim, point, each, sheet["resolution"], lambda c=c, k=k: c[k]))
        for (point, k, each), c in zip(wrong, coarse, strict=True)
    ]
    return [(point, text) for point, text in texts if text]


def returned_at(
    claim: Claim, at: list[points.Point], settings: Settings, purpose: str, dtype="float64"
) -> Steps:
    task = {"points": [sides.plain(claim, point) for point in at], "keys": KEYS, "dtype": dtype}
    reply = yield "values", task | {"seed": settings.seed, "purpose": purpose}
    return reply["values"]


def hunted(claim: Claim, sheet, settings: Settings) -> Steps:
    """Free search: how many points were looked at, and the shrunk one that breaks the statement."""
    if not claim.given:
        return 0, []
    task = {"looks": LOOKS, "seconds": SEARCH_SHARE * settings.budget, "resolution": sheet["resolution"]}
    reply = yield "hunt", task | {"seed": settings.seed}
    found = [] if reply["point"] is None else [(sides.exact(claim, reply["point"]), "")]
    return reply["looks"], found


def refuted(claim: Claim, point: points.Point, text: str, numbers: Mapping[str, Any]) -> Finding:
    counterexample = {"at": {name: sides.spelled_value(value) for name, value in point.items()}, "what": text}
    told = f"at {sides.spelled(point)}: {text}"
    return Finding("experiment", Verdict.REFUTED, (told,), numbers, (), (), counterexample, dtype="float64")
