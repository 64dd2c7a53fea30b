"""A relation that holds without error, or a condition: tried at every planned point, then searched.

The experiment returns the left side, the observed quantities or truth values, in float64; a difference
counts where rounding does not explain it. With a key each point is tried under several keys. What breaks
the statement is tried again, under an independent key if there is one, and shrunk by Hypothesis.
"""

from collections.abc import Mapping
from typing import Any

from numerics import sides
from numerics.breach import breach, own_rounding
from numerics.judge import Finding, Verdict
from numerics.plan import Row, Settings, distinct, width
from numerics.pooled import Steps
from theory import points
from theory.claim import Claim
from theory.statement import Holds

KEYS = 4
ALARMS = 8  # breaches that are looked into
LOOKS = 32
SEARCH_SHARE = 0.25  # of the budget


def compared(
    row: Row, sheet: Mapping[str, Any], settings: Settings, control: points.Point | None = None
) -> Steps:
    """Tasks for the worker, one after the other; returns the finding."""
    claim = row.claim
    yield "probe", {"points": [sides.plain(claim, row.points[0])], "seed": settings.seed}
    if control is not None and not (yield from broken_at(row, sheet, [control], settings, "control"))[0]:
        told = f"the condition holds at its control {sides.spelled(control)} as well: it cannot fail"
        return Finding("experiment", Verdict.ERROR, (str(claim.error(told)),))
    breaks, noise = yield from broken_at(row, sheet, list(row.points), settings, "values")
    numbers = {"points": len(row.points), "keys": KEYS if sheet["keyed"] else 1}
    if claim.given and len(row.points) > 1:
        looks, shorter = yield from hunted(claim, sheet, settings, noise)
        numbers["points_searched"] = looks
        breaks = [*shorter, *breaks]
    for point, _ in breaks:
        for there, text in (yield from broken_at(row, sheet, [point], settings, "reproduce"))[0]:
            return refuted(claim, there, text, numbers)
    alarms = [(point, text) for point, text in breaks if text]
    if alarms:
        where, text = sides.spelled(alarms[0][0]), alarms[0][1]
        note = f"an alarm at {where} did not come back under an independent key: {text}"
        return Finding("experiment", Verdict.INCONCLUSIVE, (note,), numbers, dtype="float64")
    notes = () if isinstance(claim.states, Holds) else ("compared in float64, to rounding",)
    found = Finding("experiment", Verdict.SUPPORTED, notes, numbers, resolution=sheet["resolution"])
    return found._replace(dtype="float64", widths=widths(row))


def widths(row: Row) -> tuple[int, ...]:
    """The widths of the planned points, if the claim has one."""
    symbol = width(row.claim)
    return () if symbol is None else tuple(sorted({int(point[symbol.name]) for point in row.points}))


def broken_at(row: Row, sheet, at: list[points.Point], settings: Settings, purpose: str) -> Steps:
    """The points, with what is wrong there, at which some key breaks the statement; and the noise.

    The noise of the experiment's arithmetic is looked for only where something seems to be wrong.
    """
    claim, asked = row.claim, sheet["resolution"]
    found = yield from returned_at(claim, at, settings, purpose)
    wrong = [
        (point, each)
        for point, returned in zip(at, found, strict=True)
        for each in returned
        if breach(claim, point, each, asked)
    ]
    if not wrong:
        return [], 0.0
    noise = yield from noise_around(row, at, settings, purpose)
    texts = [(point, breach(claim, point, each, asked, noise)) for point, each in wrong]
    return [(point, text) for point, text in texts if text][:ALARMS], noise


def noise_around(row: Row, at: list[points.Point], settings: Settings, purpose: str) -> Steps:
    """The largest of what float64 may have rounded away, at some points and those of the plan."""
    around = distinct([*at, *row.points])
    fine = yield from returned_at(row.claim, around, settings, purpose)
    coarse = yield from returned_at(row.claim, around, settings, purpose, "float32")
    looks = [
        own_rounding(row.claim, point, *pair)
        for point, many, few in zip(around, fine, coarse, strict=True)
        for pair in zip(many, few, strict=True)
    ]
    return max(looks)


def returned_at(
    claim: Claim, at: list[points.Point], settings: Settings, purpose: str, dtype="float64"
) -> Steps:
    task = {"points": [sides.plain(claim, point) for point in at], "keys": KEYS, "dtype": dtype}
    reply = yield "values", task | {"seed": settings.seed, "purpose": purpose}
    return reply["values"]


def hunted(claim: Claim, sheet, settings: Settings, noise: float) -> Steps:
    """Free search: how many points were looked at, and the shrunk one that seems to break the statement."""
    task = {"looks": LOOKS, "seconds": SEARCH_SHARE * settings.budget, "resolution": sheet["resolution"]}
    kept = None if settings.kept is None else str(settings.kept)
    reply = yield "hunt", task | {"seed": settings.seed, "noise": noise, "kept": kept}
    found = [] if reply["point"] is None else [(sides.exact(claim, reply["point"]), "")]
    return reply["looks"], found


def refuted(claim: Claim, point: points.Point, text: str, numbers: Mapping[str, Any]) -> Finding:
    counterexample = {"at": {name: sides.spelled_value(value) for name, value in point.items()}, "what": text}
    told = f"at {sides.spelled(point)}: {text}"
    return Finding("experiment", Verdict.REFUTED, (told,), numbers, (), (), counterexample, dtype="float64")
