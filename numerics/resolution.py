"""What an experiment would have caught, and the draws that it costs to catch it.

The *resolution* is the smallest discrepancy that is caught with probability ``1 - beta``, in units of the
scale ``max(|value|, sd / 5)``: margin, bias of clipping and ``z_beta`` standard errors together, by normal
theory; for a probability exactly, by ``P(Binomial(n, p) >= k) = P(Beta(k, n - k + 1) <= p)``. At
``sd = 5 |value|`` and ``alpha = 1e-8`` Bernstein's inequality makes it cost

    (5 (sqrt(2 log(2 / alpha)) + z_beta) / resolution)^2 = (55 / resolution)^2   draws.

The number of draws is fixed before any look.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from numerics.statistics import (
    FLOAT32,
    Known,
    check_draws,
    check_rate,
    checked_probability,
    clip_bias,
    is_asymptotic,
    level_for,
    mean_margin,
    spread,
)

TAIL = 5  # a value smaller than sd / 5 is resolved relatively to sd / 5
MOST_DRAWS = 2**62


def scale(value: ArrayLike, sd: ArrayLike) -> np.ndarray:
    """The unit of a resolution, ``max(|value|, sd / 5)``; 1 where both vanish."""
    size = np.maximum(np.abs(value), np.asarray(sd, float) / TAIL)
    return np.where(size > 0, size, 1.0)


def resolution_of_mean(
    draws: int,
    level: ArrayLike,
    known: Known,
    value: ArrayLike,
    alpha: float,
    *,
    beta: float = 1e-6,
    eps: float = FLOAT32,
    seen: ArrayLike = 0.0,
) -> np.ndarray:
    """The smallest discrepancy caught with probability ``1 - beta``, in units of the scale.

    ``seen`` is the sd of the draws themselves, which widens an asymptotic margin and coarsens what it resolves.
    """
    check_rate("beta", beta)
    sd = spread(known, value)
    sd = np.maximum(sd, seen) if is_asymptotic(known) else sd
    half_width = mean_margin(draws, level, known, value, alpha, eps=eps, seen=seen).half_width
    bias = np.where(sd == 0, 0.0, clip_bias(level, known, value))
    return np.asarray((half_width + bias - ndtri(beta) * sd / np.sqrt(draws)) / scale(value, sd))


def draws_for_mean(
    resolution: float,
    known: Known,
    value: ArrayLike,
    alpha: float,
    *,
    beta: float = 1e-6,
    eps: float = FLOAT32,
) -> int:
    """The fewest draws that resolve every entry, each clipped at its `level_for`; fixed before any look."""

    def resolved(draws: int) -> bool:
        level = level_for(draws, known, value, alpha)
        reached = resolution_of_mean(draws, level, known, value, alpha, beta=beta, eps=eps)
        return bool(np.all(reached <= resolution))

    _check_resolution(resolution)
    return _fewest(resolved, f"resolution={resolution} is finer than rounding at eps={eps:.2g}")


def resolution_of_probability(draws: int, p: ArrayLike, alpha: float, *, beta: float = 1e-6) -> np.ndarray:
    """The smallest discrepancy from ``p`` that the exact test catches with probability ``1 - beta``.

    In units of the scale, and exact: no normal theory. Where no count is low enough to refute ``p``,
    the discrepancies below that stay uncaught reach down to 0, and ``p`` itself is the answer.
    """
    check_draws(draws, alpha)
    check_rate("beta", beta)
    p = checked_probability(p)
    above = _first_caught(draws, p, alpha, beta)
    below = _first_caught(draws, 1 - p, alpha, beta)
    return np.asarray(np.maximum(above, below) / scale(p, np.sqrt(p * (1 - p))))


def draws_for_probability(resolution: float, p: ArrayLike, alpha: float, *, beta: float = 1e-6) -> int:
    """The fewest draws (to a part in 200) from which the exact test keeps within ``resolution``."""
    _check_resolution(resolution)

    def resolved(draws: int) -> bool:
        # The exact resolution is a saw-tooth in the draws: a full tooth is asked for.
        teeth = (draws, draws + max(1, draws // 400))
        return all(np.all(resolution_of_probability(n, p, alpha, beta=beta) <= resolution) for n in teeth)

    return _fewest(resolved, f"resolution={resolution} is out of reach")


def _first_caught(draws: int, p: ArrayLike, alpha: float, beta: float) -> np.ndarray:
    """How far above ``p`` the truth must lie for too many hits to be seen with probability ``1 - beta``."""
    from scipy.stats import beta as beta_law  # slow to import, and asked for by few
    from scipy.stats import binom

    hits = binom.isf(alpha / 2, draws, p) + 1  # P(this many or more) <= alpha / 2
    possible = np.minimum(hits, draws)
    caught = beta_law.isf(beta, possible, draws - possible + 1)
    return np.where(hits > draws, 1 - np.asarray(p), caught - np.asarray(p))


def _fewest(enough: Callable[[int], bool], complaint: str) -> int:
    """The least n with ``enough(n)``, which is monotone."""
    high = 1
    while not enough(high):
        high *= 2
        if high > MOST_DRAWS:
            raise ValueError(f"{complaint}: ask for a coarser one, or draw float64 values")
    low = high // 2  # not enough, or 0
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _check_resolution(resolution: float) -> None:
    if not resolution > 0:
        raise ValueError(f"resolution={resolution}: ask for a positive one, 3e-3 say")
