"""A sequence ``y(t)``: measured over independent seeds, or computed.

Where y is random its location at each t is the mean or the median over seeds, with a standard error (for
the median from two order statistics, as Price and Bonett do). Where y is computed its error is rounding.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import bdtr, ndtri

ROUNDING = 2.0**-46  # relative error of a computed value: 64 units of float64


class Points(NamedTuple):
    """What was measured, in the order in which t grows to infinity."""

    t: np.ndarray
    value: np.ndarray
    error: np.ndarray  # standard error, or rounding
    freedom: np.ndarray  # degrees of freedom of `error`; inf if it is known


def points(t: ArrayLike, samples: Sequence[ArrayLike], *, statistic: str, rounding: float) -> Points:
    """Location and standard error at each t, sorted; ``statistic`` is "mean" or "median".

    A sample is a vector over seeds, or a scalar where the value is computed and not drawn, with relative
    error ``rounding``.
    """
    t, rows = np.asarray(t, float), [np.asarray(row, float) for row in samples]
    if (
        t.ndim != 1
        or t.size != len(rows)
        or np.unique(t).size != t.size
        or not np.all((t > 0) & (t < np.inf))
    ):
        raise ValueError(
            f"t={t} with {len(rows)} samples: give one sample for each of some distinct, positive t"
        )
    located = [_located(row, statistic, at) for row, at in zip(rows, t, strict=True)]
    order = np.argsort(t)
    value, error, freedom = (np.array(column)[order] for column in zip(*located, strict=True))
    size = np.where(value == 0, np.max(np.abs(value)) or 1.0, np.abs(value))
    return Points(t[order], value, np.maximum(error, rounding * size), freedom)


def logarithms(p: Points) -> Points:
    """The points of log|y|, corrected for the bias of a noisy logarithm."""
    relative = p.error / np.abs(p.value)
    return p._replace(value=np.log(np.abs(p.value)) + relative**2 / 2, error=relative)


def _located(row: np.ndarray, statistic: str, at: float) -> tuple[float, float, float]:
    if not np.all(np.isfinite(row)):
        raise ValueError(
            f"the sample at t={at:g} holds NaN or infinite values: drop nothing, mend the experiment"
        )
    if row.ndim == 0:
        return float(row), 0.0, np.inf
    least = {"mean": 3, "median": 9}
    if statistic not in least:
        raise ValueError(f"statistic={statistic!r}: take 'mean' or 'median'")
    if row.ndim != 1 or row.size < least[statistic]:
        raise ValueError(
            f"a sample of shape {row.shape} at t={at:g}: a {statistic} and its error need "
            f"{least[statistic]} seeds or more, a value without randomness is a scalar"
        )
    if statistic == "median":
        return float(np.median(row)), _median_error(row), row.size - 1
    return float(np.mean(row)), float(np.std(row, ddof=1) / np.sqrt(row.size)), row.size - 1


def _median_error(row: np.ndarray) -> float:
    """Standard error of a median from two order statistics, about two errors apart (Price and Bonett)."""
    n = row.size
    rank = max(1, round((n + 1) / 2 - np.sqrt(n)))
    x = np.sort(row)
    return float((x[n - rank] - x[rank - 1]) / (-2 * ndtri(bdtr(rank - 1, n, 0.5))))
