"""What the tests of one asymptotic claim share: models, the comparison with a claim, advice, the verdict."""

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from numerics import fits, series
from numerics.fits import Estimate, Model
from numerics.series import Points

Column = Callable[[np.ndarray], np.ndarray]
Fixed = tuple[tuple[Column, float], ...]  # columns with a known coefficient
MISSING = "excluded unless a correction is missing: declare it, or go farther"
OUT_OF_SIGHT = 60  # log t beyond which no range is worth advising


class Judgement(NamedTuple):
    verdict: str  # "supported", "refuted" or "inconclusive"
    detail: dict[str, Any]  # plain numbers, strings and lists: what the record prints


class Found(NamedTuple):
    """A coefficient as the declared model has it, and with one more correction (None: too few points)."""

    declared: Estimate
    wider: Estimate | None


class Bench(NamedTuple):
    """What the tests of one claim share."""

    points: Points
    sign: int  # +1 where by grows, -1 where it tends to 0
    alpha: float
    beta: float
    upper: bool

    def compare(self, found: Found, claimed: float, asked: float, sign: int = 1) -> dict[str, Any]:
        """One coefficient against its claim; ``sign`` turns it back into by's."""
        declared = found.declared
        half, reached = declared.half_width(self.alpha), declared.resolution(self.alpha, self.beta)
        below = self.upper and declared.value + half < claimed
        record: dict[str, Any] = {"method": declared.method}
        record |= {"claimed": sign * claimed, "value": sign * declared.value, "half_width": half}
        record |= {"resolution": reached, "asked": asked, "below": below}
        record |= {"model_error": declared.drift, "from": float(declared.first**self.sign)}
        if self._excludes(declared, claimed):
            wider = found.wider and self._excludes(found.wider, claimed)
            surely = wider or declared.method == fits.INTERPOLATION
            return record | ({"verdict": "refuted"} if surely else undecided(MISSING))
        if below or reached <= asked:
            return record | {"verdict": "supported"}
        return record | {"verdict": "inconclusive"} | self._advice(declared, asked)

    def _excludes(self, found: Estimate, claimed: float) -> bool:
        excess = found.value - claimed
        return bool((excess if self.upper else abs(excess)) > found.half_width(self.alpha))

    def _advice(self, found: Estimate, asked: float) -> dict[str, Any]:
        """The range (``reach``) or the factor of seeds (``times``) that would resolve what was asked for, and in words."""
        advice, wanted, room = [], {}, asked - 2 * found.drift
        if room < asked / 2:
            room, reach = asked / 2, self._log_reach(found, asked / 4)
            if reach > OUT_OF_SIGHT:
                return {
                    "decide": "the drift hardly shrinks: declare the corrections, or another power of the log"
                }
            wanted["reach"] = math.exp(self.sign * reach)
            advice.append(f"by as far as {wanted['reach']:.3g}")
        noise = found.resolution(self.alpha, self.beta) - 2 * found.drift
        if noise > room:
            wanted["times"] = (noise / room) ** 2
            advice.append(f"{wanted['times']:.3g} times the seeds")
        return {"decide": " and ".join(advice), **wanted}

    def _log_reach(self, found: Estimate, drift: float) -> float:
        if not np.isfinite(found.drift):
            return math.inf
        *_, before, last = np.log(self.points.t)
        return float(last + (last - before) * math.ceil(math.log(drift / found.drift, found.shrink)))

    def judged(self, detail: dict[str, Any], tests: dict[str, dict[str, Any]]) -> Judgement:
        """The weakest of the tests."""
        verdicts = [test["verdict"] for test in tests.values()]
        verdict = next((v for v in ("refuted", "inconclusive") if v in verdicts), "supported")
        ends = sorted(float(t**self.sign) for t in self.points.t[[0, -1]])
        return Judgement(verdict, {"range": ends, "guaranteed": False, "tests": tests} | detail)


def points_by(
    by: ArrayLike, samples: Sequence[ArrayLike], to: float, statistic: str, rounding: float
) -> tuple[Points, int]:
    """The points as by goes ``to`` infinity or 0, and the sign that turns t back into by."""
    if to not in (0, math.inf):
        raise ValueError(f"to={to}: by tends to infinity or to 0")
    sign = 1 if to else -1
    with np.errstate(divide="ignore"):
        t = np.asarray(by, float) ** sign
    return series.points(t, samples, statistic=statistic, rounding=rounding), sign


def undecided(advice: str) -> dict[str, str]:
    return {"verdict": "inconclusive", "decide": advice}


def fitted(logs: Points, free: tuple[Column, ...], fixed: Fixed, corrections: tuple[float, ...]) -> Found:
    """The coefficient of the last free column, or log C; the wider model has one more correction t^(-k/2)."""
    extra = next(k / 2 for k in range(1, 2 * len(corrections) + 3) if k / 2 not in corrections)
    law = PowerLaw(free, fixed, corrections, float(logs.t[0]))
    wider = estimated(logs, law._replace(corrections=(*corrections, extra)), len(free))
    return Found(fits.estimate(logs, law)[len(free)], wider)


def estimated(p: Points, model: Model, which: int) -> Estimate | None:
    """One coefficient; None if there are too few points."""
    return fits.estimate(p, model)[which] if p.t.size >= model.size + 2 else None


def log(t: np.ndarray) -> np.ndarray:
    return np.log(t)


def log_log(t: np.ndarray) -> np.ndarray:
    return np.log(np.log(t))


class PowerLaw(NamedTuple):
    """log y with coefficients (log C, those of the free columns, those of the corrections at ``start``)."""

    free: tuple[Column, ...]
    fixed: Fixed
    corrections: tuple[float, ...]
    start: float

    @property
    def size(self) -> int:
        return 1 + len(self.free) + len(self.corrections)

    def __call__(self, theta: np.ndarray, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        linear = np.column_stack([np.ones_like(t), *(column(t) for column in self.free)])
        decays = (t[:, None] / self.start) ** -np.asarray(self.corrections, float)
        growth = 1 + decays @ theta[linear.shape[1] :]
        known = sum(coefficient * column(t) for column, coefficient in self.fixed if coefficient)
        value = known + linear @ theta[: linear.shape[1]] + np.log(growth)
        return value, np.column_stack([linear, decays / growth[:, None]])
