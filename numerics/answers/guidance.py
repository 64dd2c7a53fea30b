"""What would decide a claim that was left inconclusive: draws, seconds, seeds or a wider range, and which option.

Where the budget ended, the number of draws follows from the variance of a pilot, and the time from draws against the
clock, taken anew on this machine. Where a ladder was too short or too noisy, its fits say how far and how many.
"""

import math
import time

import numpy as np

from numerics import climbing, pooled, sides
from numerics.answers import largest
from numerics.answers.driving import Driver, driver, row_of
from numerics.fitted import finding
from numerics.kinds import is_trend, trend
from numerics.plan import BUDGET, Settings, plan
from numerics.record import Record
from numerics.report import brief, duration
from numerics.spots import FEWEST, MOST
from numerics.worker import WorkerFailure
from theory.claim import Claim

PATIENCE = 60.0  # seconds for the pilot and the clock
TICKS = 1.0  # seconds that a timed look takes at least, so that the clock is exact to a few percent
ROOM = 1.3  # times the seconds that were measured, on a machine that others use as well
STARTED = 10.0  # seconds to compile what is run
REPEATED = 4  # an alarm is tried again with four times the draws


def told(claim: Claim, record: Record, settings: Settings, home: str | None) -> str:
    """What to do next, in a line that names the option; empty where nothing is known to help."""
    if record.verdict != "inconclusive":
        return ""
    if "rungs" in record.numbers:
        return of_trend(claim, record)
    if "budget" in record.numbers and home is not None:
        return of_budget(claim, settings, home)
    if any("did not come back" in note for note in record.notes):
        return of_alarm(record, settings)
    asked = record.numbers.get("resolution_asked")
    if record.resolution and asked and record.resolution > asked:
        return of_resolution(record, float(asked))
    return ""


def of_budget(claim: Claim, settings: Settings, home: str) -> str:
    """How many draws or seeds the plan asks for, and how long they take here."""
    try:
        with driver(claim, home, PATIENCE) as at_work:
            if is_trend(claim):
                return of_seeds(at_work, claim, settings)
            return in_words(*needed(at_work, claim, settings), settings)
    except WorkerFailure as failure:
        return (
            f"to decide: give more --budget; how much is not known, since the pilot ended: {failure.detail}"
        )


def needed(at_work: Driver, claim: Claim, settings: Settings) -> tuple[list[int], float]:
    """The draws at each point that the resolution asks for, and the seconds of a draw at all points."""
    (row,) = plan([claim], settings).rows
    sheet = at_work.sheet
    assert sheet is not None
    asked = sheet["resolution"] or settings.resolution
    if sheet["points"]:
        row = row_of(claim, settings, row.alpha, row.points[-sheet["points"] :])
    targets = [(point, wanted) for point in row.points if (wanted := sides.target(claim, point)) is not None]
    first = {"points": [sides.plain(claim, targets[0][0])], "seed": settings.seed}
    tried = at_work.ask("probe", first)
    spots = at_work.driven(pooled.planned_spots(row, tried, targets, asked, settings))
    return [each.draws for each in spots], pace(at_work, spots, settings.seed)


def pace(at_work: Driver, spots: list, seed: int) -> float:
    """Seconds of one draw at all points together, timed once the program is compiled."""
    here = [sides.plain(at_work.claim, each.point) for each in spots]
    levels = np.stack([np.broadcast_to(each.level, each.wanted.value.shape) for each in spots])
    task = {"points": here, "level": levels, "seed": seed, "purpose": "the clock"}
    at_work.ask("draws", task | {"count": FEWEST})
    count = FEWEST
    while True:
        started = time.monotonic()
        at_work.ask("draws", task | {"count": count})
        seconds = time.monotonic() - started
        if seconds >= TICKS or count >= max(each.draws for each in spots):
            return seconds / count
        count *= max(2, min(16, math.ceil(TICKS / max(seconds, 1e-3))))


def of_seeds(at_work: Driver, claim: Claim, settings: Settings) -> str:
    """The seeds that a pilot asks for, and their time: of the pilot, the look and its repetition, at every point."""
    (row,) = plan([claim], settings).rows
    sheet = at_work.sheet
    assert sheet is not None
    ladder = next(climbing.ladders(row, sheet, settings))
    draws = climbing.DRAWS if sheet["draws"] else 1
    sent = {"point": sides.plain(claim, ladder.point), "rungs": ladder.rungs, "draws": climbing.DRAWS}
    task = sent | {"seed": settings.seed, "purpose": "the clock", "seeds": climbing.SEEDS}
    at_work.ask("ladder", task)
    started = time.monotonic()
    samples = list(at_work.ask("ladder", task)["values"])
    seconds = (time.monotonic() - started) / climbing.SEEDS
    seeds = math.ceil(climbing.seeds_wanted(finding("experiment", ladder, samples)))
    takes = len(row.points) * (climbing.SEEDS + (1 + REPEATED) * seeds) * seconds
    granted = (
        BUDGET * seeds / climbing.seeds_affordable(ladder.rungs, draws)
    )  # seconds that buy so many seeds
    budget = max(ROOM * takes + STARTED, granted if granted > BUDGET else 0.0)
    return (
        f"to decide: {seeds} seeds at each of {len(ladder.rungs)} rungs, from the noise of a pilot: about "
        f"{duration(seeds * seconds)} here. Give --budget {rounded_up(budget)}, with room for the "
        "repetition of an alarm"
    )


def in_words(draws: list[int], seconds: float, settings: Settings) -> str:
    most = max(draws)
    takes = most * seconds
    if most >= MOST:
        return (
            f"to decide: more than the {brief(float(MOST))} draws that a point may take; ask for less, as with "
            f"--resolution {rounded_up(2 * settings.resolution)}"
        )
    budget = rounded_up(ROOM * (1 + REPEATED) * takes + ROOM * 2 * pooled.PILOT * seconds + STARTED)
    return (
        f"to decide: {brief(float(most))} draws at each of {len(draws)} points, from the variance of a pilot: "
        f"about {duration(takes)} here. Give --budget {budget}, with room for the repetition of an alarm"
    )


def of_resolution(record: Record, asked: float) -> str:
    """More draws where a point may take more; else the resolution that is in reach."""
    assert record.resolution is not None
    most = max(each["draws"] for each in largest.seen(record))
    times = (record.resolution / asked) ** 2
    if times * most > MOST:
        return (
            f"to decide: the draws of a point end at {brief(float(MOST))}; "
            f"--resolution {rounded_up(1.02 * record.resolution)} is within their reach"
        )
    return f"to decide: {brief(times)} times the draws: --resolution {rounded_up(1.02 * record.resolution)} does without"


def of_alarm(record: Record, settings: Settings) -> str:
    return (
        f"to decide: --resolution {rounded_down(settings.resolution / 2)} takes four times the draws, about "
        f"{duration(max(4 * record.seconds, 1.0))} here, and another --seed draws anew"
    )


def of_trend(claim: Claim, record: Record) -> str:
    """How far the parameter must climb and how many seeds it takes, as the fits say."""
    by, reach, times = trend(claim).by, record.numbers.get("reach"), record.numbers.get("times")
    advice = []
    if reach is not None:
        power = math.log2(reach)
        far = f"2^{math.ceil(power)}" if power > 0 else brief(float(reach))
        advice.append(f"{by} as far as {far} (widen its range in given)")
    if times is not None:
        budget = rounded_up(times * record.numbers.get("budget", BUDGET) * ROOM)
        seconds = duration(max(times * record.seconds, 1.0))
        advice.append(f"{brief(times)} times the seeds, some {seconds} here: --budget {budget}")
    return f"to decide: {', and '.join(advice)}" if advice else ""


def rounded_up(value: float) -> str:
    """To two digits, so that what is advised is enough."""
    size = 10.0 ** (math.floor(math.log10(value)) - 1)
    return f"{math.ceil(value / size - 1e-9) * size:.6g}"


def rounded_down(value: float) -> str:
    size = 10.0 ** (math.floor(math.log10(value)) - 1)
    return f"{math.floor(value / size + 1e-9) * size:.6g}"
