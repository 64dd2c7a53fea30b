"""Verdicts on asymptotic claims, from a finite range that is printed with them.

With ``t = by`` (or ``1 / by`` where by tends to 0), a scaling claims

    y(t) = C t^e (log t)^l (1 + c_1 t^-q_1 + ...),          y the mean or the median over seeds,

with the ``q`` declared and the ``c`` free. Its exponent is fitted at the claimed log power, the log power
at the claimed exponent, the constant at both: each in its own fit, each at a third of alpha. A limit
claims ``y(t) = v + B t^r (1 + c t^r)``: ``v`` is fitted at the claimed rate, and the rate, where the bias
stands out of the noise, at the claimed limit; a bias that vanishes faster than claimed is no objection.
Medians tend to a limit even where y does not: there the median of ``|y - v|`` has to decrease too.

A claim is refuted where it lies outside an interval (noise and the model's own error together, see
`numerics.fits`), and also outside that of a model with one more correction: corrections that were declared
wrongly don't refute a true claim. It is supported where every interval resolves what was asked for, else
inconclusive; then ``decide`` says which range or how many seeds would do. The intervals are asymptotic in
the seeds.
"""

import math
from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from numerics import fits, judging, series
from numerics.judging import Bench, Found, Judgement, PowerLaw
from numerics.resolution import TAIL
from numerics.series import Points
from numerics.statistics import shares

NOISE = 0.2  # relative standard error above which a logarithm is not linear enough
BIAS_SEEN = 8  # standard errors by which a bias stands out
FLAT = -0.05  # a spread that falls slower than t^-0.05 does not concentrate in sight
EXPONENT, LOG, CONSTANT, LIMIT = 0.01, 0.25, 0.01, 3e-3  # resolutions; the last two are relative


def judge_scaling(
    by: ArrayLike,
    samples: Sequence[ArrayLike],
    exponent: float,
    *,
    alpha: float,
    log: float = 0.0,
    constant: float | None = None,
    bound: str = "exact",
    corrections: Sequence[float] = (),
    to: float = math.inf,
    statistic: str = "mean",
    beta: float = 1e-6,
    resolution: float = EXPONENT,
    constant_resolution: float = CONSTANT,
    rounding: float = series.ROUNDING,
) -> Judgement:
    """Whether y behaves like ``constant * by^exponent * log^log`` (``bound="upper"``: at most like it).

    ``samples`` holds for each value of ``by`` a vector over seeds, or a scalar if y has no randomness.
    ``corrections`` are the declared powers q, ``rounding`` the relative error of a computed value.
    ValueError for a range or samples that no fit accepts.
    """
    _check_scaling(bound, constant, corrections)
    p, sign = judging.points_by(by, samples, to, statistic, rounding)
    bench = Bench(p, sign, shares(alpha, 3), beta, bound == "upper")
    if vanishing := _without_logarithm(bench):
        return vanishing
    if log and p.t[0] <= 1:
        raise ValueError(f"log={log}, but by starts where log t is not positive: let it start beyond 1")
    logs, slope = series.logarithms(p), sign * exponent
    growth = ((judging.log, slope), (judging.log_log, log))
    fitted = partial(judging.fitted, logs, corrections=tuple(corrections))
    detail = {"local_exponents": _local_exponents(logs, log, sign)}
    detail |= {"drift": _drift(bench, logs, (judging.log,), growth[1:], tuple(corrections))}
    tests = {"exponent": bench.compare(fitted((judging.log,), growth[1:]), slope, resolution, sign)}
    if tests["exponent"]["below"]:
        return bench.judged(detail, tests)  # no logarithm and no constant can matter
    if p.t[0] > 1:
        tests["log"] = bench.compare(fitted((judging.log_log,), growth[:1]), log, LOG)
    if constant is not None:
        tests["constant"] = _constant(bench, fitted((), growth), constant, constant_resolution)
    return bench.judged(detail, tests)


def judge_limit(
    by: ArrayLike,
    samples: Sequence[ArrayLike],
    value: float,
    rate: float,
    *,
    alpha: float,
    to: float = math.inf,
    statistic: str = "mean",
    beta: float = 1e-6,
    resolution: float = LIMIT,
    scale: float | None = None,
    rounding: float = series.ROUNDING,
) -> Judgement:
    """Whether y tends to ``value``, its bias like ``by^rate`` or smaller.

    ``samples`` as in `judge_scaling`. ``resolution`` is in units of ``scale``: by default the largest of
    ``|value|``, a fifth of the standard deviation over seeds and a fifth of the bias seen.
    """
    p, sign = judging.points_by(by, samples, to, statistic, rounding)
    if not sign * rate < 0:
        raise ValueError(f"rate={rate} as by tends to {to}: such a bias never vanishes, change its sign")
    bench = Bench(p, sign, shares(alpha, 3), beta, False)
    unit = _unit(p, value) if scale is None else scale
    approach = _Approach(sign * rate, float(p.t[0]), 1)
    limit, bias = fits.estimate(p, approach)
    wider = judging.estimated(p, approach._replace(order=2), 0)
    tests = {"limit": bench.compare(Found(limit, wider), value, resolution * unit)}
    tests |= _rate_test(bench, value, sign * rate)
    if statistic == "median":
        tests |= _concentration_test(bench, by, samples, value)
    start = {"value": bias.value, "half_width": bias.half_width(bench.alpha)}
    return bench.judged({"scale": unit, "bias_at_start": start}, tests)


class _Approach(NamedTuple):
    """Limit, and the biases of each order at ``start``."""

    rate: float
    start: float
    order: int

    @property
    def size(self) -> int:
        return 1 + self.order

    def __call__(self, theta: np.ndarray, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        columns = (t[:, None] / self.start) ** (self.rate * np.arange(self.size))
        return columns @ theta, columns


def _check_scaling(bound: str, constant: float | None, corrections: Sequence[float]) -> None:
    if bound not in ("exact", "upper"):
        raise ValueError(f"bound={bound!r}: take 'exact' or 'upper'")
    if constant == 0:
        raise ValueError("constant=0: a scaling's constant is not zero; claim a limit instead")
    if any(q <= 0 for q in corrections):
        raise ValueError(f"corrections={tuple(corrections)}: take q > 0, for corrections 1 + c by^-q")


def _without_logarithm(bench: Bench) -> Judgement | None:
    """The verdict on values that have no logarithm, or hardly one."""
    p = bench.points
    if np.all(p.value == 0):
        verdict = "supported" if bench.upper else "refuted"
        return bench.judged({"reason": "zero throughout"}, {"zero": {"verdict": verdict}})
    if np.unique(np.sign(p.value)).size > 1 or np.any(p.error > NOISE * np.abs(p.value)):
        advice = "more seeds, or a range in which y keeps its sign: it is not clear of zero"
        return bench.judged({}, {"sign": judging.undecided(advice)})
    return None


def _constant(bench: Bench, found: Found, constant: float, asked: float) -> dict[str, Any]:
    sign = float(np.sign(bench.points.value[0]))
    record = bench.compare(found, math.log(abs(constant)), math.log1p(asked))
    size, half = math.exp(found.declared.value), record["half_width"]
    record |= {"claimed": constant, "value": sign * size}
    record |= {"half_width": size * float(np.expm1(half))}
    return record if sign == np.sign(constant) else record | {"verdict": "refuted"}


def _local_exponents(logs: Points, log: float, sign: int) -> list[list[float]]:
    """Triples (by, exponent there, its standard error) between neighbours, without the claimed logarithm."""
    x = np.log(logs.t)
    y = logs.value - (log * judging.log_log(logs.t) if log else 0)
    middle, error = np.exp((x[1:] + x[:-1]) / 2), np.hypot(logs.error[1:], logs.error[:-1])
    rows = zip(middle**sign, sign * np.diff(y) / np.diff(x), error / np.diff(x), strict=True)
    return [[float(number) for number in row] for row in rows]


def _drift(bench: Bench, logs: Points, free, fixed, corrections: tuple[float, ...]) -> dict[str, Any]:
    """What the exponent still changes by over the range, beyond the claim: noise alone if it is true."""
    found = fits.curvature(logs, PowerLaw(free, fixed, corrections, float(logs.t[0])))
    if found is None:
        return {}
    width = math.log(logs.t[-1] / logs.t[0])
    return {"value": found.value / width, "half_width": found.half_width(bench.alpha) / width}


def _unit(p: Points, value: float) -> float:
    seeds = np.where(np.isfinite(p.freedom), p.freedom + 1, 0.0)
    spread = max(np.max(p.error * np.sqrt(seeds)), np.max(np.abs(p.value - value)))
    return float(max(abs(value), spread / TAIL)) or 1.0


def _rate_test(bench: Bench, value: float, rate: float) -> dict[str, dict[str, Any]]:
    """Whether the bias, from the start of the range to where noise drowns it, vanishes as fast as claimed."""
    p = bench.points
    bias = p._replace(value=p.value - value)
    clear = bias.value * np.sign(bias.value[0]) > BIAS_SEEN * p.error
    seen = int(np.argmin(np.append(clear, False)))
    if seen < 5:
        return {}
    logs = series.logarithms(Points(*(column[:seen] for column in bias)))
    found = judging.fitted(logs, (judging.log,), (), (-rate,))
    return {"rate": bench._replace(upper=True).compare(found, rate, math.inf, bench.sign)}


def _concentration_test(bench: Bench, by, samples, value: float) -> dict[str, dict[str, Any]]:
    """Whether the median distance from the claimed limit decreases."""
    distances = [np.abs(np.asarray(row, float) - value) for row in samples]
    to = math.inf if bench.sign > 0 else 0
    p, _ = judging.points_by(by, distances, to, "median", series.ROUNDING)
    if np.any(p.error > NOISE * p.value):
        return {"spread": judging.undecided("more seeds: the spread is not clear of zero")}
    found = judging.fitted(series.logarithms(p), (judging.log,), (), ()).declared
    half = found.half_width(bench.alpha)
    record = {"value": bench.sign * found.value, "half_width": half}
    if found.value + half < 0:
        return {"spread": record | {"verdict": "supported"}}
    flat = found.value - half > FLAT
    return {"spread": record | ({"verdict": "refuted"} if flat else judging.undecided("a wider range"))}
