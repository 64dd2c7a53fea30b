"""What is seen of a scaling beyond its verdict: local exponents, simple rationals, another power of the logarithm.

All of it is read off the values at the rungs: the means or medians over seeds that the record keeps, or the numbers
of theory. The fits are those of the verdict (``numerics.fits``), at the alpha of the claim. None of it decides.
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from sympy import oo

from numerics import certificate, climbing, fits, judging, series, sides
from numerics.answers import constants
from numerics.experiment import attached
from numerics.judging import PowerLaw
from numerics.kinds import trend
from numerics.plan import climbs
from numerics.record import Record
from numerics.report import brief
from numerics.series import Points
from theory import certify, points
from theory.claim import Claim
from theory.statement import Scaling

LOGS = (0.0, 0.5, 1.0, -0.5, -1.0)  # powers of the logarithm that are tried, beside the one that is claimed
LARGEST = 24  # denominator of a rational exponent
LUCK = 0.05  # of a simple rational: the chance that an interval so wide holds one so simple
BEYOND = 6.0  # standard errors by which a bend stands out
SHOWN = 7  # local exponents


class Rungs(NamedTuple):
    """The values at the rungs, as t grows; and the sign that turns an exponent of t into one of ``by``."""

    points: Points
    sign: int
    alpha: float


def told(claim: Claim, record: Record, seed: int) -> list[str]:
    """Lines about the exponent and the constant of a scaling; none where there are no values."""
    if not isinstance(claim.states, Scaling) or record.verdict == "error":
        return []
    found = measured(claim, record) or computed(claim, seed)
    if found is None or not clear_of_zero(found.points):
        return []
    at = values_of(claim, seed)
    logs = series.logarithms(found.points)
    lines = [local(found, logs), simplest(record), bends(claim, found, logs, at["log"])]
    return [*filter(None, [*lines, constants.told(constant(claim, found, logs, at))])]


def clear_of_zero(p: Points) -> bool:
    one_sign = np.unique(np.sign(p.value)).size == 1 and bool(np.all(p.value != 0))
    return one_sign and bool(np.all(p.t > 1)) and bool(np.all(p.error < np.abs(p.value) / 5))


def measured(claim: Claim, record: Record) -> Rungs | None:
    """From the intervals of the record; the first of its points alone, if there are several."""
    by = trend(claim).by.name
    rows = [each for each in record.intervals if by in each["at"] and "seeds" in each]
    elsewhere = [{name: value for name, value in each["at"].items() if name != by} for each in rows]
    rows = [each for each, there in zip(rows, elsewhere, strict=True) if there == elsewhere[0]]
    if len(rows) < 5:
        return None
    sign = 1 if trend(claim).to is oo else -1
    alpha = each_alpha(len(rows))
    ends = [(float(each["lower"]), float(each["upper"])) for each in rows]
    freedom = np.array([each["seeds"] - 1.0 for each in rows])
    error = [
        (high - low) / 2 / fits.quantile(alpha / 2, f) for (low, high), f in zip(ends, freedom, strict=True)
    ]
    t = np.array([float(each["at"][by]) for each in rows]) ** sign
    order = np.argsort(t)
    value = np.array([(low + high) / 2 for low, high in ends])
    return Rungs(Points(t[order], value[order], np.array(error)[order], freedom[order]), sign, alpha)


def each_alpha(rungs: int) -> float:
    """Only the ratio of widths to errors follows from it: any rate that is the same for all would do."""
    return 1e-6 / rungs


def computed(claim: Claim, seed: int) -> Rungs | None:
    """From the left side as a number of theory."""
    if not certify.AVAILABLE or certificate.opaque(claim.states.left):
        return None
    rungs = climbing.rungs(claim, climbing.LOOPS)
    sign = 1 if trend(claim).to is oo else -1
    try:
        values = [climbing.left_at(claim, climbs(claim, seed)[0], rung) for rung in rungs]
        t = np.asarray(rungs, float) ** sign
        found = series.points(t, values, statistic="mean", rounding=series.ROUNDING)
    except (certify.Unevaluable, TypeError, NotImplementedError, ValueError):
        return None
    return Rungs(found, sign, climbing.COMPUTED)


def values_of(claim: Claim, seed: int) -> dict[str, Any]:
    """What the statement says, as numbers at the first point."""
    states, point = claim.states, climbs(claim, seed)[0]
    assert isinstance(states, Scaling)

    def at(expr) -> float | None:
        if expr is None:
            return None
        return sides.number(claim, points.at_point(claim, expr, point), point)

    return {"exponent": at(states.exponent), "log": at(states.log), "constant": at(states.constant)}


def local(found: Rungs, logs: Points) -> str:
    """Exponents between neighbouring rungs, thinned out to fit in a line or two."""
    x = np.log(logs.t)
    slopes = found.sign * np.diff(logs.value) / np.diff(x)
    error = np.hypot(logs.error[1:], logs.error[:-1]) / np.diff(x)
    middle = np.exp((x[1:] + x[:-1]) / 2) ** found.sign
    shown = sorted({round(k) for k in np.linspace(0, len(slopes) - 1, min(SHOWN, len(slopes)))})
    listed = ", ".join(f"{slopes[k]:.4g}" for k in shown)
    noise = f", each +- {brief(float(np.median(error)))}" if np.median(error) > 1e-6 else ""
    return f"local exponents from {brief(float(middle[0]))} to {brief(float(middle[-1]))}: {listed}{noise}"


def simplest(record: Record) -> str:
    """The rational of the smallest denominator in the interval of the exponent, where luck would not give one."""
    value, half = record.numbers.get("exponent_value"), record.numbers.get("exponent_half_width")
    if value is None or half is None or not math.isfinite(half):
        return ""
    ends = f"exponent in [{value - half:.6g}, {value + half:.6g}]"
    for q in range(1, LARGEST + 1):
        p = round(value * q)
        if abs(value - p / q) <= half:
            chance = min(1.0, 2 * half * rationals(q))
            if chance > LUCK:
                return f"{ends}, too wide to name a rational: one with a denominator up to {q} lies in it by luck"
            return f"{ends}: the simplest rational there is {Fraction(p, q)} (by luck: {chance:.2g})"
    return f"{ends}: no rational with a denominator up to {LARGEST} lies in it"


def rationals(largest: int) -> int:
    """How many have a denominator up to ``largest``, for each unit of length."""
    return sum(math.gcd(p, q) == 1 for q in range(1, largest + 1) for p in range(1, q + 1))


def bends(claim: Claim, found: Rungs, logs: Points, claimed: float) -> str:
    """Whether the values are straighter with another power of the logarithm than the one that is claimed."""
    looks = {power: bend(found, logs, power) for power in dict.fromkeys((claimed, *LOGS))}
    own, rest = looks[claimed], {p: each for p, each in looks.items() if p != claimed and each is not None}
    if own is None or not rest:
        return ""
    straightest = min(rest, key=lambda power: abs(rest[power][0]))
    gauge = f"log({trend(claim).by})" if found.sign > 0 else f"log(1/{trend(claim).by})"
    with_own = f"with {gauge}**{claimed:g}" if claimed else "without a logarithm"
    if abs(own[0]) <= BEYOND * own[1] or abs(own[0]) <= abs(rest[straightest][0]):
        return f"no other power of {gauge} fits better: {with_own} the exponent drifts by {said(own)} over the range"
    return (
        f"another power of {gauge} is straighter: {with_own} the exponent drifts by {said(own)} over the range, "
        f"with {gauge}**{straightest:g} by {said(rest[straightest])}"
    )


def said(each: tuple[float, float]) -> str:
    return f"{each[0]:.2g}" + (f" +- {brief(each[1])}" if each[1] > 1e-9 else "")


def bend(found: Rungs, logs: Points, power: float) -> tuple[float, float] | None:
    """By how much the exponent changes over the range if log t has this power, and its standard error."""
    law = PowerLaw((judging.log,), ((judging.log_log, power),), (), float(logs.t[0]))
    bent = fits.curvature(logs, law)
    if bent is None:
        return None
    width = math.log(logs.t[-1] / logs.t[0])
    return found.sign * bent.value / width, bent.error / width


def constant(claim: Claim, found: Rungs, logs: Points, at: dict[str, Any]) -> tuple[float, float] | None:
    """The constant at the claimed exponent and logarithm, and its half width; None where no fit has one."""
    growth: Sequence = ((judging.log, found.sign * at["exponent"]), (judging.log_log, at["log"]))
    try:
        experiment = attached(claim)
        corrections = experiment.corrections if experiment else ()
        declared = judging.fitted(logs, (), tuple(growth), corrections).declared
    except ValueError:
        return None
    size, half = math.exp(declared.value), declared.half_width(found.alpha)
    if not math.isfinite(half) or half > 1:
        return None
    return float(np.sign(found.points.value[0])) * size, size * math.expm1(half)
