"""A limit or a scaling, followed as its parameter climbs through a range that is printed.

Without an experiment the left side is a number of theory at every rung. With one it is a mean over
seeds, or where the left side is random and under no node a median over seeds. How many seeds is decided
by a pilot under a key of its own; a refutation must come back under an independent key with four times
as many.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from sympy import Product, Range, Set, Sum, oo

from numerics import sides
from numerics.experiment import draws_wanted
from numerics.fitted import Ladder, finding
from numerics.judge import STRENGTH, Finding, Verdict
from numerics.kinds import trend
from numerics.plan import BUDGET, Row, Settings, climbs
from numerics.pooled import Steps
from theory import certify, points
from theory.claim import Claim
from theory.statement import Limit

FIRST, LAST, FAR = 2**4, 2**12, 2**20  # of an endless domain: measured, and computed
LOOPS = 2**14  # how far a sum or a product is computed, term by term
FEWEST_RUNGS, MOST_RUNGS = 7, 13
SPARE = 3.0  # times the seeds that the pilot asks for, whose own error is not small
SEEDS, MOST_SEEDS = 256, 2**16
WORK = 2**27  # rungs times seeds times draws: what one look at a ladder may cost
COMPUTED = 1e-9  # the alpha of a fit to computed values, whose only noise is rounding
DRAWS = 16  # of what stands under a node, averaged for one seed


def rungs(claim: Claim, last: int = LAST) -> list:
    """Values of the parameter, about evenly spaced in its logarithm, in the direction of the claim."""
    domain = claim.given[trend(claim).by]
    assert isinstance(domain, Set)
    low, high = ends(domain, trend(claim).to, last)
    count = int(np.clip(round(math.log2(high / low)) + 1, FEWEST_RUNGS, MOST_RUNGS))
    spaced = np.geomspace(low, high, count)
    if sides.is_integral(domain):
        found = list(dict.fromkeys(round(value) for value in spaced))
    else:
        found = [float(value) for value in spaced]
    found = [value for value in found if points.inside(domain, sides.exact_value(domain, value))]
    if len(found) < 5:
        raise claim.error(
            f"{trend(claim).by} runs over {domain}, which holds {len(found)} rungs; "
            "give it a wider range in given, as in Range(16, 1025): five are the fewest"
        )
    return found if trend(claim).to is oo else found[::-1]


def ends(domain: Set, to, last: int) -> tuple[float, float]:
    """The first and the last rung, finite and positive."""
    low, high = domain.inf, domain.sup
    if to is oo:
        start = float(low) if low.is_finite and (low > 1 or isinstance(domain, Range)) else 0.0
        start = max(start, 2.0) if high is not oo or start > 2 else FIRST
        stop = float(high) if high is not oo else max(start, 1) * last / FIRST
        return start, stop
    top = float(high) if high is not oo else 0.25
    top = min(top, 0.25)  # log(1 / by) is to be clear of zero
    return max(float(low), top / last), top


def climbed(claim: Claim, seed: int, at: Mapping[str, Any] | None = None) -> Finding:
    """The left side as a number of theory, followed through a far range; silent if it is none."""
    if not certify.AVAILABLE:
        return Finding("certificate", None)
    far = LOOPS if claim.states.left.has(Sum, Product) else FAR
    found = witness_rungs(claim, at) or rungs(claim, far)
    starts = climbs(claim, seed) if at is None else [elsewhere(claim, at)]
    findings = []
    for point in starts:
        try:
            values = [left_at(claim, point, rung) for rung in found]
        except (certify.Unevaluable, TypeError, NotImplementedError) as declined:
            return Finding("certificate", None, (f"balls cannot follow the left side: {declined}",))
        findings.append(finding("certificate", Ladder(claim, point, found, "mean", COMPUTED, None), values))
    return weakest_of(findings)


def elsewhere(claim: Claim, at: Mapping[str, Any]) -> points.Point:
    """A point without the parameter that climbs."""
    return {name: value for name, value in at.items() if name != trend(claim).by.name}


def weakest_of(findings: list[Finding]) -> Finding:
    return max(findings, key=lambda each: STRENGTH[each.verdict] if each.verdict else -1)


def left_at(claim: Claim, point: points.Point, rung) -> float:
    """By balls, which are given the rung as a number: SymPy would raise (1 + 1/m)^m to exact powers."""
    by = trend(claim).by
    there = points.at_point(claim, claim.states.left, point)
    return float(certify.enclose(there, {by: sides.exact_value(claim.given[by], rung)}, sides.DIGITS).mid())


def witness_rungs(claim: Claim, at: Mapping[str, Any] | None) -> list | None:
    """The range of the parameter that a slip's witness names, if it does."""
    value = (at or {}).get(trend(claim).by.name)
    if not isinstance(value, Set):
        return None
    narrowed = Claim(
        claim.name, claim.title, {**claim.given, trend(claim).by: value}, claim.states, where=claim.where
    )
    return rungs(narrowed)


def climb(
    row: Row, sheet: Mapping[str, Any], settings: Settings, at: Mapping[str, Any] | None = None
) -> Steps:
    """Tasks for the worker, one after the other; returns the finding of the worst point."""
    findings = []
    for ladder in ladders(row, sheet, settings, at):
        findings.append((yield from climb_at(ladder, sheet, settings)))
    return weakest_of(findings)


def ladders(
    row: Row, sheet: Mapping[str, Any], settings: Settings, at: Mapping[str, Any] | None = None
) -> Iterator[Ladder]:
    """What is asked at each point of the plan."""
    claim = row.claim
    found = witness_rungs(claim, at) or rungs(claim)
    statistic = "mean" if draws_wanted(claim) or not sheet["keyed"] else "median"
    asked = sheet["resolution"] or (settings.resolution if isinstance(claim.states, Limit) else None)
    for point in row.points:
        powers = tuple(sheet["corrections"])
        yield Ladder(claim, point, found, statistic, row.alpha / len(row.points), asked, powers)


def climb_at(ladder: Ladder, sheet: Mapping[str, Any], settings: Settings) -> Steps:
    """A pilot decides on the number of seeds; a refutation must come back under an independent key."""
    task = {"point": sides.plain(ladder.claim, ladder.point), "rungs": ladder.rungs, "draws": DRAWS}

    def looked(seeds: int, purpose: str):
        reply = yield "ladder", task | {"seeds": seeds, "seed": settings.seed, "purpose": purpose}
        samples = list(reply["values"]) if sheet["keyed"] else [float(each[0]) for each in reply["values"]]
        found = finding("experiment", ladder, samples)
        spent = {"budget": settings.budget} if found.verdict is Verdict.INCONCLUSIVE else {}
        return found._replace(numbers={**found.numbers, "seeds": seeds, **spent})

    first = {**task["point"], trend(ladder.claim).by.name: ladder.rungs[0]}
    yield "probe", {"points": [first], "seed": settings.seed}
    if not sheet["keyed"]:
        return (yield from looked(1, "ladder"))
    pilot = yield from looked(SEEDS, "pilot")
    seeds = seeds_for(pilot, ladder.rungs, DRAWS if sheet["draws"] else 1, settings.budget)
    found = yield from looked(seeds, "ladder")
    if found.verdict is not Verdict.REFUTED:
        return found
    again = yield from looked(4 * seeds, "reproduce")
    if again.verdict is Verdict.REFUTED:
        return again
    told = f"an alarm with {seeds} seeds did not come back with {4 * seeds} under an independent key"
    notes = (f"{told}: {found.notes[0]}", *again.notes)
    return again._replace(verdict=Verdict.INCONCLUSIVE, notes=notes, counterexample=None)


def seeds_for(pilot: Finding, ladder: list, draws: int, budget: float = BUDGET) -> int:
    """As many seeds as the pilot's noise asks for, if they can be afforded; a larger budget takes more in proportion."""
    more = max(1.0, budget / BUDGET)
    return int(more * min(seeds_wanted(pilot), seeds_affordable(ladder, draws)))


def seeds_wanted(pilot: Finding) -> float:
    """What the noise of a pilot asks for."""
    if pilot.verdict is not Verdict.INCONCLUSIVE:
        return SEEDS
    return SEEDS * SPARE * max(1.0, pilot.numbers["lacking"]) ** 2


def seeds_affordable(ladder: list, draws: int) -> int:
    rung_costs = (abs(rung) if isinstance(rung, int) else 1.0 for rung in ladder)
    return max(SEEDS, min(MOST_SEEDS, int(WORK / (draws * max(1.0, sum(rung_costs))))))
