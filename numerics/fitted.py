"""What the fits say of a ladder: the left side of a limit or a scaling at every rung, in words."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtr
from sympy import oo

from numerics import asymptotics, fits, series, sides
from numerics.judge import Finding, Verdict
from numerics.judging import Judgement
from numerics.kinds import trend
from theory import points
from theory.claim import Claim
from theory.statement import Limit

KEPT = ("value", "claimed", "half_width", "resolution")
ASYMPTOTIC = "the fits are asymptotic in the seeds: they stand outside the guarantee of alpha"


class Ladder(NamedTuple):
    """A claim at a point without the parameter that climbs, and what is asked of the fits."""

    claim: Claim
    point: points.Point
    rungs: list
    statistic: str  # "mean" or "median", over the seeds
    alpha: float
    resolution: float | None  # None: that of the fits
    corrections: tuple[float, ...] = ()  # declared powers of a scaling's next terms

    @property
    def span(self) -> str:
        return f"{trend(self.claim).by} from {self.rungs[0]:.6g} to {self.rungs[-1]:.6g}"


def finding(witness: str, ladder: Ladder, samples: list) -> Finding:
    """The verdict of the fits; a sample holds a value a seed, or is one number where nothing is random."""
    try:
        judged = judgement(ladder, samples)
    except ValueError as error:
        return Finding(witness, Verdict.ERROR, (str(ladder.claim.error(str(error))),))
    tests = judged.detail.get("tests", {})
    notes = (f"{ladder.span}: " + "; ".join(told(name, test) for name, test in tests.items()),)
    random = np.ndim(samples[0]) > 0
    return Finding(
        witness,
        Verdict(judged.verdict),
        (*notes, ASYMPTOTIC) if random else notes,
        {"rungs": len(ladder.rungs), "lacking": lacking(tests), **numbers(tests), **wanted(ladder, tests)},
        looked_at(ladder, samples) if random else (),
        counterexample=broken(ladder, samples, notes[0]) if judged.verdict == Verdict.REFUTED else None,
        resolution=reached(tests),
        widths=tuple(rung for rung in ladder.rungs if isinstance(rung, int)),
        dtype="float64",
    )


def looked_at(ladder: Ladder, samples: list) -> tuple[dict[str, Any], ...]:
    """What was seen at each rung: the mean or median over seeds with its interval, and the spread of the seeds.

    All intervals of the ladder together miss a truth with a probability of ``alpha``, for many seeds. Between
    the two ends of ``spread`` lie as many seeds as a Gaussian has within one standard deviation.
    """
    by = trend(ladder.claim).by.name
    seen = series.points(ladder.rungs, samples, statistic=ladder.statistic, rounding=series.ROUNDING)
    rows = zip(seen.t, seen.value, seen.error, seen.freedom, strict=True)
    values = {
        float(rung): np.asarray(sample, float) for rung, sample in zip(ladder.rungs, samples, strict=True)
    }
    point = {name: sides.spelled_value(value) for name, value in ladder.point.items()}
    found = []
    for t, value, error, freedom in rows:
        half = fits.quantile(ladder.alpha / (2 * len(ladder.rungs)), float(freedom)) * float(error)
        sample = values[float(t)]
        found.append(
            {
                "at": {**point, by: f"{t:g}"},
                "lower": float(value - half),
                "upper": float(value + half),
                ladder.statistic: float(value),
                "spread": [float(end) for end in np.quantile(sample, ndtr([-1, 1]))],
                "seeds": sample.size,
            }
        )
    return tuple(found)


def judgement(ladder: Ladder, samples: list) -> Judgement:
    states = trend(ladder.claim)
    shared: dict[str, Any] = {
        "alpha": ladder.alpha,
        "to": math.inf if states.to is oo else 0.0,
        "statistic": ladder.statistic,
    }
    if ladder.resolution is not None:
        shared["resolution"] = ladder.resolution

    def at(expr) -> float:
        return sides.number(ladder.claim, points.at_point(ladder.claim, expr, ladder.point), ladder.point)

    if isinstance(states, Limit):
        return asymptotics.judge_limit(ladder.rungs, samples, at(states.right), at(states.rate), **shared)
    constant = None if states.constant is None else at(states.constant)
    scaling = {"log": at(states.log), "constant": constant, "bound": states.bound}
    scaling["corrections"] = ladder.corrections
    return asymptotics.judge_scaling(ladder.rungs, samples, at(states.exponent), **shared, **scaling)


def numbers(tests: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    return {f"{name}_{part}": test[part] for name, test in tests.items() for part in KEPT if part in test}


def broken(ladder: Ladder, samples: list, note: str) -> dict[str, Any]:
    """The counterexample: the range, the left side at its rungs, and what the fits make of it."""
    middle = np.median if ladder.statistic == "median" else np.mean
    left = [[float(rung), float(middle(each))] for rung, each in zip(ladder.rungs, samples, strict=True)]
    at = {name: sides.spelled_value(value) for name, value in ladder.point.items()}
    return {"at": at, "range": ladder.span, "left": left, "tests": note}


def reached(tests: Mapping[str, Mapping[str, Any]]) -> float | None:
    finite = [t["resolution"] for t in tests.values() if np.isfinite(t.get("resolution", np.nan))]
    return float(max(finite)) if finite else None


def lacking(tests: Mapping[str, Mapping[str, Any]]) -> float:
    """By what factor the coarsest undecided test misses the resolution that is asked of it."""
    undecided = [
        test for test in tests.values() if test["verdict"] == Verdict.INCONCLUSIVE and test.get("asked")
    ]
    return float(
        max((t["resolution"] / t["asked"] for t in undecided if np.isfinite(t["resolution"])), default=1.0)
    )


def wanted(ladder: Ladder, tests: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    """How far the parameter would have to climb, and how many times the seeds it takes, for the test that asks most."""
    found = {part: [test[part] for test in tests.values() if part in test] for part in ("reach", "times")}
    farthest = max if trend(ladder.claim).to is oo else min
    reach = {"reach": float(farthest(found["reach"]))} if found["reach"] else {}
    return reach | ({"times": float(max(found["times"]))} if found["times"] else {})


def told(name: str, test: Mapping[str, Any]) -> str:
    if "value" not in test:
        return f"{name} {test['verdict']}"
    claimed = f" (claimed {test['claimed']:.6g})" if "claimed" in test else ""
    advice = f"; {test['decide']}" if test.get("decide") else ""
    return f"{name} {test['value']:.6g} +- {test['half_width']:.2g}{claimed}{advice}"
