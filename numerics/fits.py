"""Fits of a sequence ``y(t)`` as t grows, with the error that each coefficient admits.

``y`` is measured at ``t_1 < ... < t_k`` over independent seeds, with standard error ``s_i`` on ``f_i``
degrees of freedom, or computed, with ``s_i`` its rounding. A model ``h(theta, t)`` is fitted by weighted
least squares (Gauss-Newton). If ``A`` is the linear map from data to coefficients at the solution,

    coefficient_j  +-  quantile(f) sqrt(sum_i A_ji^2 s_i^2),     f by Welch and Satterthwaite.

The weights are the trend of the errors and only steer the fit; the error uses the measured ``s_i``. A
model that leaves out a smaller correction fits badly where t is small, so the smallest t are dropped until
the misfit is no larger than the noise (an F test). Where even that fails, as for a computed sequence, the
model is *interpolated* through each run of neighbours. Both ways the coefficients move on as t grows, and
their last steps ``d', d`` with ``r = d / d'`` bound what they have still to go: ``d (1 + r) / (1 - r)``. That
is exact for a drift like 1 / log t over equal factors of t, and more than twice what is left of a power.
"""

from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
from scipy.special import chdtrc, fdtrc, stdtrit

from numerics.series import Points

MISFIT = 1e-3  # chance that noise alone makes the F test drop a point
HOPELESS = 0.95  # a drift that keeps more of itself from one t to the next ends nowhere in sight
SHRINKS = 0.8  # and no less is believed of a drift that is mixed with noise
LEAST_SQUARES, INTERPOLATION = "least squares", "interpolation"


@runtime_checkable
class Model(Protocol):
    """What is fitted: a function of ``size`` coefficients and t, with its Jacobian in the coefficients."""

    @property
    def size(self) -> int: ...

    def __call__(self, theta: np.ndarray, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]: ...


class Estimate(NamedTuple):
    """A coefficient, and how far it may be from the truth."""

    value: float
    error: float  # standard error
    freedom: float
    drift: float  # what the model's own error may amount to
    first: float  # the smallest t that the fit uses
    shrink: float  # the factor by which `drift` shrinks with one more t; 0 where nothing drifts
    method: str

    def half_width(self, alpha: float) -> float:
        return quantile(alpha / 2, self.freedom) * self.error + self.drift

    def resolution(self, alpha: float, beta: float) -> float:
        """The smallest discrepancy caught with probability ``1 - beta``."""
        return self.half_width(alpha) + quantile(beta, self.freedom) * self.error + self.drift


def quantile(tail: float, freedom: float) -> float:
    """The value that Student's t exceeds with probability ``tail``."""
    return -float(stdtrit(freedom, tail))


def estimate(p: Points, model: Model) -> list[Estimate]:
    """Every coefficient of the model; at least two points more than coefficients are needed."""
    if p.t.size < model.size + 2:
        raise ValueError(
            f"{p.t.size} points cannot judge a fit of {model.size} coefficients: "
            f"take {model.size + 2} or more"
        )
    weight, tried = 1 / _steady(p), []
    for first in range(p.t.size - model.size):
        fit = _fitted(_cut(p, slice(first, None)), model, weight[first:])
        tried += [fit] if fit else []
        if fit and fit.misfit > MISFIT:
            return _estimates(tried, LEAST_SQUARES, float(p.t[first]), SHRINKS if first else 0.0)
    return _interpolated(p, model, weight)


def curvature(p: Points, model: Model) -> Estimate | None:
    """The change of slope in log t over the whole range that the model leaves unexplained.

    A test for drift, zero if the model is right: one more coefficient, on
    ``(log(t / t_1) / log(t_k / t_1))^2 / 2``, all points fitted. None if that fit leads nowhere.
    """
    fit = _fitted(p, _Bent(model, p.t[0], p.t[-1]), 1 / _steady(p))
    return fit and _estimates([fit], LEAST_SQUARES, float(p.t[0]), 0.0)[-1]


class _Bent(NamedTuple):
    straight: Model
    start: float
    end: float

    @property
    def size(self) -> int:
        return self.straight.size + 1

    def __call__(self, theta: np.ndarray, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        value, jacobian = self.straight(theta[:-1], t)
        bend = (np.log(t / self.start) / np.log(self.end / self.start)) ** 2 / 2
        return value + theta[-1] * bend, np.column_stack([jacobian, bend])


class _Fit(NamedTuple):
    theta: np.ndarray
    error: np.ndarray
    freedom: np.ndarray
    misfit: float  # probability of so bad a fit if the model is right


class _Candidate(NamedTuple):
    theta: np.ndarray
    loss: float
    jacobian: np.ndarray
    residual: np.ndarray


def _steady(p: Points) -> np.ndarray:
    """The trend of the errors in log t: weights that follow lucky samples would bias fit and error alike."""
    noisy = np.isfinite(p.freedom) & (p.error > 0)
    if noisy.sum() < 3:
        return p.error
    x, y = np.log(p.t), 2 * np.log(p.error[noisy])
    columns = np.vander(x - x.mean(), 2)
    slope, level = np.linalg.lstsq(columns[noisy], y, rcond=None)[0]
    trend = np.exp(columns @ [slope, level])
    trend *= np.average(p.error[noisy] ** 2 / trend[noisy], weights=p.freedom[noisy])
    return np.where(noisy, np.sqrt(trend), p.error)


def _cut(p: Points, part: slice) -> Points:
    return Points(*(column[part] for column in p))


def _fitted(p: Points, model: Model, weight: np.ndarray) -> _Fit | None:
    """The least-squares fit; None if it leads nowhere."""
    theta, loss, jacobian, _ = _solved(p, model, weight)
    if not np.isfinite(loss):
        return None
    linear = np.linalg.pinv(weight[:, None] * jacobian, rcond=1e-13) * weight
    parts = (linear * p.error) ** 2
    variance = parts.sum(axis=1)
    spent = (parts**2 / p.freedom).sum(axis=1)
    freedom = np.divide(variance**2, spent, out=np.full(theta.size, np.inf), where=spent > 0)
    misfit = _misfit(loss, p.t.size - theta.size, float(p.freedom.sum()))
    return _Fit(theta, np.sqrt(variance), freedom, misfit)


def _misfit(loss: float, spare: int, freedom: float) -> float:
    """How improbable so large a loss is if the model is right; 0 where nothing is left to compare with."""
    if spare == 0:
        return 0.0
    return float(chdtrc(spare, loss) if np.isinf(freedom) else fdtrc(spare, freedom, loss / spare))


def _solved(p: Points, model: Model, weight: np.ndarray) -> _Candidate:
    """Gauss and Newton. The last step would move nothing by 1e-3 errors."""
    here = _candidate(p, model, weight, np.zeros(model.size))
    for _ in range(100):
        scaled = weight[:, None] * here.jacobian
        step = np.linalg.lstsq(scaled, here.residual, rcond=None)[0]
        if np.sum((scaled @ step) ** 2) <= 1e-6 + 1e-12 * here.loss:
            break
        tried = (_candidate(p, model, weight, here.theta + step / 2**half) for half in range(30))
        better = next((there for there in tried if there.loss < here.loss), None)
        if better is None:
            break
        here = better
    return here


def _candidate(p: Points, model: Model, weight: np.ndarray, theta: np.ndarray) -> _Candidate:
    with np.errstate(all="ignore"):  # corrections may turn y negative, which has no logarithm
        value, jacobian = model(theta, p.t)
        residual = weight * (p.value - value)
        loss = float(residual @ residual)
    return _Candidate(theta, loss if np.isfinite(loss) else np.inf, jacobian, residual)


def _interpolated(p: Points, model: Model, weight: np.ndarray) -> list[Estimate]:
    """From the last three runs of as many neighbours as there are coefficients."""
    ends = [p.t.size - 2, p.t.size - 1, p.t.size]
    runs = [slice(end - model.size, end) for end in ends]
    tried = [fit for run in runs if (fit := _fitted(_cut(p, run), model, weight[run]))]
    first = float(p.t[runs[-1].start])
    if len(tried) < len(runs):
        return [Estimate(np.nan, 0.0, np.inf, np.inf, first, 1.0, INTERPOLATION)] * model.size
    return _estimates(tried, INTERPOLATION, first, 1.0)


def _estimates(tried: list[_Fit], method: str, first: float, slowest: float) -> list[Estimate]:
    """The coefficients of the last fit; the ones before it tell what they still move by, if they do."""
    fit, found = tried[-1], []
    for j, thetas in enumerate(zip(*(fit.theta for fit in tried), strict=True)):
        *_, before, last = np.abs(np.diff([thetas[0], thetas[0], *thetas]))
        drift, shrink = _remainder(float(before), float(last), slowest)
        value, error, freedom = (float(column[j]) for column in fit[:3])
        found.append(Estimate(value, error, freedom, drift, first, shrink, method))
    return found


def _remainder(before: float, last: float, slowest: float) -> tuple[float, float]:
    """What is left of a drift, and the factor by which it shrinks with one more t.

    A last step under a quarter of the one before may be luck, and counts as a quarter.
    """
    if slowest == 0 or before == last == 0:
        return 0.0, 0.0
    shrink = min(max(last / before if before > 0 else 1.0, 0.5), slowest)
    if shrink > HOPELESS:
        return np.inf, 1.0
    return max(last, before / 4) * (1 + shrink) / (1 - shrink), shrink
