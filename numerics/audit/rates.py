"""How often true claims raise alarms, and how often a discrepancy of exactly the resolution is caught.

    python -m numerics.audit.rates [--seeds 1000] [--draws 4096] [NAMES | --without NAMES]

Every stochastic claim of the catalogue is looked at under many seeds (``numerics.audit.looks``), at so few draws
that it is cheap, in several arms on the same draws:

    run      alpha for a run of the whole catalogue, split as in a run: the shipped 1e-6, and 1e-2, 1e-1;
    claim    alpha for the claim alone, 1e-2 and 1e-1: a sharper test, since more alarms are allowed;
    planted  both rates 1e-2, or both 1e-1, and the draws of other mean by exactly the resolution that is printed.

An alarm of the first two is false. It is counted before reproduction, so that a run refutes still less often.
Intervals for measured rates are those of Clopper and Pearson, at 99 %. The tables go to ``docs/measured``.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from numerics import plan, spots, statistics
from numerics import resolution as resolutions
from numerics.audit import looks, tables
from numerics.audit.looks import Stage
from numerics.spots import Spot
from numerics.statistics import Known
from theory import catalogue

SHIPPED = plan.Settings().alpha
CONFIDENCE = 0.99


class Arm(NamedTuple):
    """What is looked for in the draws: at which rates, and with what planted in them."""

    kind: str  # "run", "claim" or "planted"
    alpha: float
    beta: float = plan.BETA
    sign: int = 0  # of the planted discrepancy

    def share(self) -> float:
        """Of alpha, for one claim."""
        return plan.share(catalogue.claims(), self.alpha) if self.kind == "run" else self.alpha


COARSE = (1e-2, 1e-1)
ARMS = (
    *(Arm("run", alpha) for alpha in (SHIPPED, *COARSE)),
    *(Arm("claim", alpha) for alpha in COARSE),
    *(Arm("planted", rate, rate, sign) for rate in COARSE for sign in (1, -1)),
)


class Outcome(NamedTuple):
    """Of one claim: whether each seed raised an alarm, per arm and point; resolutions per arm and point."""

    stage: Stage
    alarms: np.ndarray  # (arms, points, seeds)
    there: np.ndarray  # (arms, points): whether a discrepancy can be planted
    resolution: np.ndarray  # (arms, points)


def outcome(stage: Stage, seeds: Sequence[int], draws: int) -> Outcome:
    found = [at_point(stage, place, seeds, draws) for place in range(len(stage.points))]
    alarms, there, reached = (np.stack(each, axis=1) for each in zip(*found, strict=True))
    return Outcome(stage, alarms, there, reached)


def at_point(stage: Stage, place: int, seeds: Sequence[int], draws: int):
    """Alarms (arms, seeds), whether a discrepancy is planted, and the resolution."""
    known, shape = stage.known[place], stage.shape
    pilot = None
    if known is None and not stage.boolean:
        nowhere = np.full((len(ARMS), *shape), np.inf)
        _, sds = looks.drawn(stage, place, seeds, "pilot", draws, nowhere, np.zeros_like(nowhere))
        pilot = sds[0]
    at = [spot(stage, place, arm, draws, pilot) for arm in ARMS]
    reached = [resolution(each, arm) for each, arm in zip(at, ARMS, strict=True)]
    amounts = [planted(each, arm, size) for each, arm, size in zip(at, ARMS, reached, strict=True)]
    levels = [np.broadcast_to(each.level, shape) for each in at]
    before = np.zeros_like(amounts) if pilot is not None else np.nan_to_num(amounts)
    means, sds = looks.drawn(stage, place, seeds, "draws", draws, np.stack(levels), before)
    entries = tuple(range(1, 1 + len(shape)))
    alarms = []
    for number, (each, arm, mean, sd) in enumerate(zip(at, ARMS, means, sds, strict=True)):
        if pilot is not None:  # each seed's own pilot, and what its own run would print
            each = each._replace(known=Known(pilot=pilot))
            reached[number] = resolution(each, arm, sd)
            amounts[number] = planted(each, arm, reached[number], sd)
            mean = mean + np.nan_to_num(amounts[number])
        seen = spots.looked(each, draws, mean, sd)
        alarms.append(np.any(seen.outside, axis=entries))
    there = [arm.sign == 0 or bool(np.all(np.isfinite(a))) for arm, a in zip(ARMS, amounts, strict=True)]
    return np.stack(alarms), np.array(there), np.array([float(np.max(size)) for size in reached])


def spot(stage: Stage, place: int, arm: Arm, draws: int, pilot: np.ndarray | None) -> Spot:
    """The engine's spot; a spread that only pilots know is their root mean square."""
    wanted, known = stage.wanted[place], stage.known[place]
    unbounded = known is None and not stage.boolean
    alpha = statistics.shares(
        arm.share(), stage.assertions * (2 if unbounded else 1)
    )  # as ``pooled`` splits it
    level = np.full(wanted.value.shape, np.inf)
    if known is None:
        known = Known() if pilot is None else Known(pilot=np.sqrt(np.mean(np.square(pilot), axis=0)))
    else:
        level = statistics.level_for(draws, known, wanted.value, alpha)
    return Spot(stage.points[place], wanted, known, stage.boolean, alpha, draws, level)


def resolution(at: Spot, arm: Arm, seen: np.ndarray | float = 0.0) -> np.ndarray:
    """What the engine prints of it, at the arm's rates; ``seen`` is the sd of the draws."""
    value = at.wanted.value
    if at.boolean:
        chance = np.clip(value, 0.0, 1.0)
        return resolutions.resolution_of_probability(at.draws, chance, at.alpha, beta=arm.beta)
    return resolutions.resolution_of_mean(
        at.draws, at.level, at.known, value, at.alpha, beta=arm.beta, seen=seen
    )


def planted(at: Spot, arm: Arm, size: np.ndarray, seen: np.ndarray | float = 0.0) -> np.ndarray:
    """What is done to the draws; NaN where nothing can be: a constant, or a probability that would leave [0, 1].

    A relation that is one-sided is broken on one side only.
    """
    value = np.asarray(at.wanted.value, float)
    if not arm.sign:
        return np.zeros_like(value)
    if at.wanted.sign != "=" and (arm.sign > 0) != (at.wanted.sign in ("<", "<=")):
        return np.full_like(value, np.nan)
    if at.boolean:
        gap = size * resolutions.scale(value, np.sqrt(value * (1 - value)))
        room = 1 - value if arm.sign > 0 else value
        return np.where(
            (gap <= room) & (value > 0) & (value < 1), arm.sign * gap / np.maximum(room, gap), np.nan
        )
    sd = np.maximum(statistics.spread(at.known, value), seen)
    return np.where(sd > 0, arm.sign * size * resolutions.scale(value, sd), np.nan)


def interval(hits: int, trials: int) -> tuple[float, float]:
    """Clopper and Pearson's."""
    from scipy.stats import binomtest

    found = binomtest(hits, trials).proportion_ci(CONFIDENCE, "exact")
    return float(found.low), float(found.high)


def rate(hits: int, trials: int) -> dict[str, float | int]:
    low, high = interval(hits, trials)
    return {"hits": int(hits), "trials": int(trials), "rate": hits / trials, "low": low, "high": high}


def false_alarms(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """One row an arm; in a run a seed counts once, whatever raised it."""
    rows = []
    for number, arm in enumerate(ARMS):
        for guaranteed in (True, False):
            here = [each for each in outcomes if each.stage.guaranteed is guaranteed]
            if arm.sign or not here:
                continue
            raised = np.stack([np.any(each.alarms[number], axis=0) for each in here])  # (claims, seeds)
            hits, trials = (
                (np.any(raised, axis=0), raised.shape[1]) if arm.kind == "run" else (raised, raised.size)
            )
            counted = rate(int(np.sum(hits)), trials)
            rows.append(
                {
                    "what": f"a run of {len(here)} claims"
                    if arm.kind == "run"
                    else f"{len(here)} claims, each",
                    "intervals": "guaranteed" if guaranteed else "asymptotic",
                    "alpha": arm.alpha,
                    "seeds": raised.shape[1],
                    "assertions": sum(each.stage.assertions for each in here) * raised.shape[1],
                    "resolution": max(float(np.max(each.resolution[number])) for each in here),
                    **counted,
                    "held": counted["low"] <= arm.alpha,
                }
            )
    return rows


def power(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """One row a claim and rate, over its points, sides and seeds; a claim where nothing can be planted has none.

    The points of a claim share their draws, so that the interval takes the seeds alone for independent.
    """
    rows = []
    for each in outcomes:
        for beta in COARSE:
            arms = [number for number, arm in enumerate(ARMS) if arm.kind == "planted" and arm.beta == beta]
            hits = [each.alarms[number][each.there[number]] for number in arms]
            if not sum(part.size for part in hits):
                continue
            caught = np.concatenate(hits)  # (points and sides, seeds)
            counted = {
                "planted": caught.size,
                **rate(round(caught.mean() * caught.shape[1]), caught.shape[1]),
            }
            counted["rate"] = float(caught.mean())
            row = {"claim": each.stage.claim.name, "alpha": beta, "printed": 1 - beta}
            row["intervals"] = "guaranteed" if each.stage.guaranteed else "asymptotic"
            row["resolution"] = max(float(np.max(each.resolution[number])) for number in arms)
            rows.append({**row, **counted, "held": counted["high"] >= 1 - beta})
    return rows


ALARMS = {
    "what": "looked at",
    "intervals": "intervals",
    "alpha": "alpha",
    "seeds": "seeds",
    "assertions": "assertions",
    "hits": "alarms",
    "rate": "measured rate",
    "low": "99 % from",
    "high": "to",
}
POWER = {
    "claim": "claim",
    "intervals": "interval",
    "alpha": "alpha and beta",
    "planted": "planted",
    "rate": "caught",
    "low": "99 % from",
    "high": "to",
    "printed": "printed",
}


def measured(names: Sequence[str], seeds: int, draws: int) -> Iterator[list[Outcome]]:
    """Of all claims so far, each time that one more is done."""
    found = []
    for claim in looks.claims():
        if claim.name in names:
            started = time.monotonic()
            found.append(outcome(looks.staged(claim), range(seeds), draws))
            points, took = len(found[-1].stage.points), time.monotonic() - started
            print(f"{claim.name}: {points} points, {took:.1f} s", file=sys.stderr, flush=True)
            yield found


def main(arguments: Sequence[str] | None = None) -> None:
    import jax

    parser = argparse.ArgumentParser(
        prog="python -m numerics.audit.rates", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("names", nargs="*", help="claims; else all that are stochastic")
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--draws", type=int, default=4096)
    parser.add_argument("--without", nargs="+", default=[], help="all claims but these")
    chosen = parser.parse_args(arguments)
    everything = [claim.name for claim in looks.claims()]
    if unknown := [name for name in (*chosen.names, *chosen.without) if name not in everything]:
        parser.error(f"{unknown[0]} is no stochastic claim; give names among {', '.join(everything)}")
    jax.config.update("jax_enable_x64", True)
    names = "".join(
        f" {name}" for name in (*chosen.names, *["--without"] * bool(chosen.without), *chosen.without)
    )
    wanted = [name for name in chosen.names or everything if name not in chosen.without]
    command = f"python -m numerics.audit.rates --seeds {chosen.seeds} --draws {chosen.draws}{names}"
    for outcomes in measured(wanted, chosen.seeds, chosen.draws):  # a run that is cut short keeps its tables
        tables.write("alarms", command, false_alarms(outcomes), ALARMS)
        tables.write("power", command, power(outcomes), POWER)
    for row in (*false_alarms(outcomes), *power(outcomes)):
        print(json.dumps(row))


if __name__ == "__main__":
    main()
