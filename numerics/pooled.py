"""A claim about a mean, a probability, a variance or a covariance, tried on many i.i.d. draws.

Points and shares of alpha are fixed in the plan; the number of draws follows from what is known of the
law (or from a pilot under a key of its own) and the resolution, before any draw is looked at. Where the draws
of an unknown law spread more than their pilot, they are the pilot of others, once. An alarm
is tried again under an independent key with four times the draws: if it comes back the claim is refuted,
and only then is the point shrunk; if it does not, the claim is inconclusive, and both deviations are told.
"""

from collections.abc import Callable, Generator, Mapping
from typing import Any, NamedTuple

import numpy as np

from numerics import sides, statistics, tails
from numerics.experiment import observed_node
from numerics.judge import Finding, Verdict
from numerics.plan import Row, Settings
from numerics.spots import (
    FEWEST,
    MOST,
    Seen,
    Spot,
    blindness,
    counterexample,
    interval,
    is_blind,
    looked,
    resolution_at,
    spot,
)
from numerics.statistics import Known
from theory.claim import Claim
from theory.law import Variance

PILOT, PILOT_NUMBERS = 2**16, 2**22
TAILS = 2  # points at which a tail is fitted: its draws are no pilot's, and cost as much
WORTH = 3e8  # draws at a point saved, for which another program is compiled: a second's worth
SHRINKING = 16  # looks, after a reproduced alarm
SHRINK_Z, SHRINK_AIM = 8.0, 14.0  # standard errors asked of a look, and expected at the point known
SLACK = 1.01  # the exact resolution of a probability is a saw-tooth in the draws

Steps = Generator[tuple[str, dict[str, Any]], dict[str, Any], Any]  # tasks go out, replies come in


def pooled(row: Row, sheet: Mapping[str, Any], settings: Settings, shrinks: bool = True) -> Steps:
    """Tasks for the worker, one after the other; returns the finding.

    What refutes the claim is shrunk, unless the point was given: the witness against a slip is short already.
    """
    asked = sheet["resolution"] or settings.resolution
    targets = [(point, sides.target(row.claim, point)) for point in row.points]
    targets = [(point, wanted) for point, wanted in targets if wanted is not None]
    if lacking := tails.lacks_a_mean(row.claim):
        return Finding("experiment", Verdict.INCONCLUSIVE, (lacking,))
    if not targets:
        return Finding("experiment", None, ("the factor beside the node vanishes at every point",))
    tried = yield "probe", {"points": [sides.plain(row.claim, targets[0][0])], "seed": settings.seed}
    spots = yield from planned_spots(row, tried, targets, asked, settings)
    if heavy := (yield from heavy_tail(spots, row.claim, settings)):
        return Finding("experiment", Verdict.INCONCLUSIVE, (heavy,), dtype=tried["dtype"])
    seen = yield from drawn(row.claim, spots, settings.seed, "draws")
    if any(map(too_wide(asked), seen)) and not any(each.outside.any() for each in seen):
        spots = [respotted(each, asked) for each in seen]
        seen = yield from drawn(row.claim, spots, settings.seed, "draws, after a spread beyond the pilot's")
    blind = [each for each in seen if is_blind(each)]
    alarms = sorted(
        (each for each in seen if each.outside.any() and not is_blind(each)), key=lambda each: -each.z
    )
    summary = summarised(row, seen, asked, tried["dtype"])
    if alarms:
        return (yield from tried_again(row, alarms[0], summary, settings, shrinks))
    if blind:
        return undecided(summary, blindness(blind[0]))
    if unresolved := [each for each in seen if resolution_at(each) > SLACK * asked]:
        where, count = sides.spelled(unresolved[0].spot.point), unresolved[0].count
        told = f"resolution {summary.resolution:.2g} instead of {asked:.2g} after {count} draws, at {where}"
        return undecided(summary, told)
    return summary._replace(verdict=Verdict.SUPPORTED)


def too_wide(asked: float) -> Callable[[Seen], bool]:
    """Whether draws of unknown law spread so much more than their pilot that they resolve less than was asked."""

    def wide(each: Seen) -> bool:
        unbounded = not each.spot.boolean and not each.guaranteed
        return unbounded and each.count < MOST and resolution_at(each) > SLACK * asked

    return wide


def respotted(each: Seen, asked: float) -> Spot:
    """The spot with the draws that were seen as its pilot, where nothing else bounds the law."""
    at, sd = each.spot, each.error * np.sqrt(each.count)
    known = at.known if each.guaranteed else Known(pilot=np.maximum(np.asarray(at.known.pilot, float), sd))
    return spot(at.point, at.wanted, known, at.boolean, at.alpha, asked)


def undecided(summary: Finding, told: str) -> Finding:
    return summary._replace(verdict=Verdict.INCONCLUSIVE, notes=(*summary.notes, told))


def planned_spots(row: Row, tried, targets, asked: float, settings: Settings) -> Steps:
    """How many draws each point takes, and where they are clipped."""
    shape, boolean = tuple(tried["shape"]), tried["boolean"]
    wanted = [sides.shaped(row.claim, point, target, shape) for point, target in targets]
    assertions = len(targets) * int(np.prod(shape))
    sent = [sides.plain(row.claim, point) for point, _ in targets]
    if boolean:
        laws = [Known()] * len(sent)
    else:
        laws, looks = yield from known_laws(row, sent, wanted, shape, settings)
        assertions *= looks
    alpha = statistics.shares(row.alpha, assertions)
    return [
        spot(point, target, known, boolean, alpha, asked)
        for (point, _), target, known in zip(targets, wanted, laws, strict=True)
    ]


def known_laws(row: Row, sent: list[dict], wanted, shape, settings: Settings) -> Steps:
    """What bounds one draw at each point: its author's word, else a pilot under a key of its own.

    With it, into how many looks alpha is split: two where the pilot bounds the variance, and where the draws
    may have to be the pilot of others.
    """
    told = yield "law", {"points": sent}
    variances, kurtoses, bounds, moments = told["variance"], told["kurtosis"], told["bounds"], told["moments"]
    node, _ = observed_node(row.claim.states.left)
    if kurtoses is not None and isinstance(node, Variance):  # of the pairs, under the claim
        variances = [(k + 1) / 2 * target.value**2 for k, target in zip(kurtoses, wanted, strict=True)]
        kurtoses = None
    ceilings = None
    if variances is None and not bounds and not moments:
        if kurtoses is None:
            return [Known(pilot=sd) for sd in (yield from piloted(sent, shape, settings))], 2
        pilot = yield from raw_pilot(sent, shape, settings)
        half = statistics.shares(row.alpha, 2 * len(sent) * int(np.prod(shape)))
        ceilings = [statistics.variance_ceiling(v, k, half) for v, k in zip(pilot, kurtoses, strict=True)]
    laws = [
        Known(
            variance=variances[k] if variances is not None else ceilings[k] if ceilings else None,
            kurtosis=None if kurtoses is None else kurtoses[k],
            moments=tuple((order, bound[k]) for order, bound in moments.items()),
            support=(bounds[0][k], bounds[1][k]) if bounds else None,
        )
        for k in range(len(sent))
    ]
    return laws, 2 if ceilings else 1


def piloted(sent: list[dict], shape, settings: Settings) -> Steps:
    """The spread seen at each point."""
    task = {"points": sent, "count": PILOT, "level": np.full((len(sent), *shape), np.inf)}
    reply = yield "draws", task | {"seed": settings.seed, "purpose": "pilot"}
    return list(reply["sd"])


def raw_pilot(sent: list[dict], shape, settings: Settings) -> Steps:
    """Draws themselves, from which a bound on the kurtosis makes one on the variance."""
    count = max(256, min(PILOT, PILOT_NUMBERS // (len(sent) * int(np.prod(shape)))))
    reply = yield "pilot", {"points": sent, "count": count, "seed": settings.seed}
    return list(np.moveaxis(np.asarray(reply["draws"], float), 1, 0))


def heavy_tail(spots: list[Spot], claim: Claim, settings: Settings) -> Steps:
    """What speaks against a mean at a point whose law nobody declared; empty if nothing does."""
    unknown = [each for each in spots if not each.boolean and statistics.is_asymptotic(each.known)]
    if not unknown:
        return ""
    unknown = sorted(unknown, key=widest)[-TAILS:]
    sent = [sides.plain(claim, each.point) for each in unknown]
    pilot = yield from raw_pilot(sent, unknown[0].wanted.value.shape, settings)
    found, where = min((tails.least_index(draws), k) for k, draws in enumerate(pilot))
    return tails.heavy(found, sides.spelled(unknown[where].point))


def widest(each: Spot) -> float:
    """The spread that the pilot saw, in units of what is claimed: a heavy tail makes it large."""
    sizes = np.abs(each.wanted.value)
    return float(np.max(np.asarray(each.known.pilot, float) / np.where(sizes > 0, sizes, 1.0)))


def drawn(claim: Claim, spots: list[Spot], seed: int, purpose: str, times: int = 1) -> Steps:
    """All spots, which share their draws; those that need many more go on after the others."""
    found = [Pooled() for _ in spots]
    places, count = list(range(len(spots))), 0
    for stage, rest in enumerate(stages([each.draws for each in spots])):
        most = max(each.draws for place, each in enumerate(spots) if place not in rest)
        more = whole_chunks(times * most) - count
        here = [spots[place] for place in places]
        levels = np.stack([np.broadcast_to(each.level, each.wanted.value.shape) for each in here])
        task = {"points": [sides.plain(claim, each.point) for each in here], "count": more, "level": levels}
        key = f"{purpose}, stage {stage}" if stage else purpose
        reply = yield "draws", task | {"seed": seed, "purpose": key}
        for row, place in enumerate(places):
            found[place] = found[place].with_more(more, reply["mean"][row], reply["sd"][row])
        places, count = rest, count + more
    return [looked(at, each.count, each.mean, each.sd) for at, each in zip(spots, found, strict=True)]


class Pooled(NamedTuple):
    """The mean and the standard deviation of ``count`` draws."""

    count: int = 0
    mean: Any = 0.0
    sd: Any = 0.0

    def with_more(self, count: int, mean, sd) -> "Pooled":
        """Together with others of the same law."""
        total, mean, sd = self.count + count, np.asarray(mean), np.asarray(sd)
        share = count / total
        apart = mean - self.mean
        spread = (1 - share) * np.square(self.sd) + share * np.square(sd)
        together = spread + share * (1 - share) * np.square(apart)
        return Pooled(total, self.mean + share * apart, np.sqrt(together))


def stages(draws: list[int]) -> list[list[int]]:
    """Which places go on after each stage: none after one for all, or two if that saves more than it costs."""
    order = sorted(range(len(draws)), key=draws.__getitem__)
    saved = [(k * (draws[order[-1]] - draws[order[k - 1]]), k) for k in range(1, len(order))]
    best, cut = max(saved, default=(0, 0))
    return [sorted(order[cut:]), []] if best > WORTH else [[]]


def whole_chunks(count: int) -> int:
    """Rounded up, so that one compiled program serves every number of draws."""
    return -(-count // FEWEST) * FEWEST


def summarised(row: Row, seen: list[Seen], asked: float, dtype: str) -> Finding:
    """The finding without its verdict: how many draws, how far off, how fine, at what share of alpha."""
    reached = max(map(resolution_at, seen))
    guaranteed = all(each.guaranteed for each in seen)
    notes = () if guaranteed else ("the interval is asymptotic: it stands outside the guarantee of alpha",)
    numbers = {
        "points": len(seen),
        "draws": sum(each.count for each in seen),
        "z": max(each.z for each in seen),
        "alpha_each": seen[0].spot.alpha,
        "resolution_asked": asked,
    }
    intervals = tuple(map(interval, seen))
    alpha = row.alpha if guaranteed else None
    return Finding(
        "experiment", None, notes, numbers, intervals, alpha=alpha, resolution=reached, dtype=dtype
    )


def tried_again(row: Row, alarm: Seen, summary: Finding, settings: Settings, shrinks: bool) -> Steps:
    """The alarm under an independent key, with four times the draws; its point is shrunk if it comes back."""
    again = (yield from drawn(row.claim, [alarm.spot], settings.seed, "reproduce", 4))[0]
    same_side = np.sign(again.mean - again.spot.wanted.value) == np.sign(alarm.mean - alarm.spot.wanted.value)
    if is_blind(again) or not np.any(again.outside & alarm.outside & same_side):
        told = (
            f"an alarm at {sides.spelled(alarm.spot.point)} did not come back under an independent key: "
            f"z = {alarm.z:.2f}, then {again.z:.2f} with four times the draws"
        )
        return undecided(summary, told)
    if shrinks:
        again = (yield from shrunk(row, again, settings)) or again
    found = summary._replace(counterexample=counterexample(again, alarm))
    where, claimed = sides.spelled(again.spot.point), np.ravel(again.spot.wanted.value)
    told = f"at {where}: claimed {spelled(claimed)}, measured {spelled(again.mean)} (z = {again.z:.4g})"
    return found._replace(verdict=Verdict.REFUTED, notes=(*found.notes, told))


def shrunk(row: Row, known: Seen, settings: Settings) -> Steps:
    """A shorter point that breaks the claim, under a key of its own; None if none was found."""
    count = int(np.clip(known.count * (SHRINK_AIM / max(known.z, SHRINK_Z)) ** 2, FEWEST, known.count))
    task = {"looks": SHRINKING, "count": count, "z": SHRINK_Z, "seed": settings.seed}
    reply = yield "shrink", task | {"seconds": settings.budget / 8}
    if reply["point"] is None:
        return None
    return (yield from reproduced_short(row, known, reply["point"], count, settings))


def reproduced_short(row: Row, known: Seen, sent: dict, count: int, settings: Settings) -> Steps:
    """The shrunk point under a key of its own; None unless it breaks the claim there too."""
    point = sides.exact(row.claim, sent)
    target = sides.target(row.claim, point)
    if target is None:
        return None
    wanted = sides.shaped(row.claim, point, target, known.mean.shape)
    pilot = yield from piloted([sent], known.mean.shape, settings)
    law = Known(pilot=pilot[0])
    short = known.spot._replace(
        point=point, wanted=wanted, known=law, draws=count, level=np.full(wanted.value.shape, np.inf)
    )
    again = (yield from drawn(row.claim, [short], settings.seed, "reproduce the short point", 4))[0]
    return again if again.outside.any() and not is_blind(again) else None


def spelled(values) -> str:
    flat = [f"{value:.6g}" for value in np.ravel(values)]
    return flat[0] if len(flat) == 1 else "[" + ", ".join(flat[:6]) + (", ..." if len(flat) > 6 else "") + "]"
