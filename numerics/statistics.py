"""How far an estimate may lie from the truth: margins for means, probabilities and medians.

The estimate of ``E X`` is the mean of ``Y = max(-L, min(X, L))`` over ``n`` draws. With ``V >= Var X``
and ``M >= E|X|^q`` the truth lies, with probability at least ``1 - alpha``, within

    (q-1)^(q-1) / q^q * M / L^(q-1)                               the bias of clipping, E(|X| - L)_+
    + b l / (3 n) + sqrt((b l / (3 n))^2 + 2 V l / n)             Bernstein, l = log(2 / alpha),

where ``b = L + min(L, M^(1/q))`` bounds ``|Y - E Y|``. The level ``L`` is fixed in the plan; the ``L``
that minimises the sum makes all but the last root negligible. A bounded variable is not clipped, and
may use Hoeffding's inequality too. Without a bound on the law no margin is valid: the interval is then
the normal one, ``guaranteed`` is False and the method says so.

What is *known* is known under the claim: where only ``V`` is known, ``E X^2 = V + value^2`` holds
because the claim says what ``E X`` is. For a one-sided claim the margin at equality is enough, since
raising the mean of a law raises every clipped mean; a one-sided test may be given twice its ``alpha``.

Hits among ``n`` independent draws are Binomial(n, p); Clopper and Pearson invert its two tails. Values
below the median of a law are hits with ``p <= 1/2``, whence the sign test.

Every number broadcasts over the entries of one value.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

FLOAT32 = 2.0**-23  # the distance from 1 to the next float32
ULPS = 64  # a value may be off by so many units of its rms: a sum of some dozens of rounded products

Real = np.ndarray | np.float64  # what NumPy returns: a scalar for scalars


class Known(NamedTuple):
    """What is known of one i.i.d. value X before the draws, per entry; the more, the narrower the margin."""

    variance: ArrayLike | None = None  # Var X, or an upper bound of it
    moments: tuple[tuple[float, ArrayLike], ...] = ()  # pairs (q, M) with q > 1 and E|X|^q <= M
    kurtosis: ArrayLike | None = None  # E(X - E X)^4 <= kurtosis * (Var X)^2
    support: tuple[ArrayLike, ArrayLike] | None = None  # least and greatest possible value
    pilot: ArrayLike | None = None  # sd seen on draws of another key; used where nothing above bounds it


class Margin(NamedTuple):
    half_width: np.ndarray
    guaranteed: bool  # whether the error rate is a theorem, at this number of draws
    method: str


class Interval(NamedTuple):
    low: np.ndarray
    high: np.ndarray


def shares(alpha: float, assertions: int) -> float:
    """What each of so many assertions may spend, dependent or not (Bonferroni)."""
    check_rate("alpha", alpha)
    if assertions < 1:
        raise ValueError(f"assertions={assertions}: a share needs at least one assertion")
    return alpha / assertions


def spread(known: Known, value: ArrayLike) -> np.ndarray:
    """The standard deviation that margins use: a bound of it, or the pilot's estimate if there is none."""
    if known.variance is not None:
        return np.asarray(np.sqrt(np.asarray(known.variance, float)))
    bounds = [np.asarray(bound, float) ** (1 / q) for q, bound in known.moments]
    if known.support is not None:
        low, high = known.support
        bounds.append((np.asarray(high, float) - np.asarray(low, float)) / 2)
    if not bounds and known.pilot is None:
        raise ValueError(
            "nothing is known of the spread: give a variance, moments, a support, or the sd of a pilot run"
        )
    return _least(*bounds) if bounds else np.asarray(known.pilot, float)


def bernstein(draws: int, variance: ArrayLike, bound: ArrayLike, alpha: float) -> np.ndarray:
    """Half-width for the mean of ``draws`` values with ``|Y - E Y| <= bound``; two-sided."""
    rate = np.log(2 / alpha) / draws
    linear = np.asarray(bound, float) * rate / 3
    return np.asarray(linear + np.sqrt(linear**2 + 2 * np.asarray(variance, float) * rate))


def level_for(draws: int, known: Known, value: ArrayLike, alpha: float) -> np.ndarray:
    """Where to clip: the level with the narrowest margin among those that are best for one moment.

    ``inf`` where nothing need be clipped: bounded or constant values, asymptotic intervals.
    """
    check_draws(draws, alpha)
    shape = np.broadcast_shapes(np.shape(value), np.shape(spread(known, value)))
    moments = _raw_moments(known, value)
    if known.support is not None or not moments:
        return np.full(shape, np.inf)
    pull = 3 * draws / np.log(2 / alpha)
    levels = [((q - 1) * _clip_factor(q) * m * pull) ** (1 / q) for q, m in moments]
    widths = [_clipped(draws, level, known, value, alpha) for level in levels]
    levels, widths = (np.stack(np.broadcast_arrays(*rows)) for rows in (levels, widths))
    best = np.take_along_axis(levels, np.argmin(widths, axis=0)[None], axis=0)[0]
    return np.broadcast_to(np.where(spread(known, value) == 0, np.inf, best), shape)


def mean_margin(
    draws: int,
    level: ArrayLike,
    known: Known,
    value: ArrayLike,
    alpha: float,
    *,
    eps: float = FLOAT32,
    seen: ArrayLike = 0.0,
) -> Margin:
    """The margin of the mean of ``draws`` values clipped at ``level``, under the claim ``E X = value``.

    ``eps`` is the rounding unit of the values, of which `ULPS` are granted. ``seen`` is the sd of the
    draws themselves, and counts only where the interval is asymptotic: the larger sd is taken.
    """
    check_draws(draws, alpha)
    sd = spread(known, value)
    if is_asymptotic(known):
        if not np.all(np.isinf(level)):
            raise ValueError(
                f"level={level}: clipping has an unknown bias where nothing bounds the law, use inf"
            )
        sd = np.maximum(sd, seen)
        half_width, method = -ndtri(alpha / 2) * sd / np.sqrt(draws), "asymptotic: normal, sd estimated"
    else:
        half_width, method = _guaranteed(draws, level, known, value, alpha)
        half_width = np.where(sd == 0, 0.0, half_width)
        method = "constant: rounding only" if np.all(sd == 0) else method
    rounding = ULPS * eps * np.hypot(value, sd)
    return Margin(np.asarray(half_width + rounding), not is_asymptotic(known), method)


def probability_interval(hits: ArrayLike, draws: int, alpha: float) -> Interval:
    """Clopper and Pearson's interval: two-sided, exact, by inverting the binomial test."""
    from scipy.stats import beta as beta_law  # slow to import, and asked for by few

    check_draws(draws, alpha)
    k = np.asarray(hits)
    if np.any(k < 0) or np.any(k > draws):
        raise ValueError(f"hits={hits} of {draws} draws: hits must lie between 0 and the number of draws")
    low = np.where(k == 0, 0.0, beta_law.ppf(alpha / 2, np.maximum(k, 1), draws - k + 1))
    high = np.where(k == draws, 1.0, beta_law.isf(alpha / 2, k + 1, np.maximum(draws - k, 1)))
    return Interval(np.asarray(low), np.asarray(high))


def median_interval(samples: ArrayLike, alpha: float) -> Interval:
    """The sign test inverted: two order statistics that enclose the median of any law; exact.

    Infinite ends mean that so few samples (leading axis) can refute nothing at this ``alpha``.
    """
    from scipy.stats import binom

    x = np.sort(np.asarray(samples, float), axis=0)
    check_draws(x.shape[0], alpha)
    rank = int(binom.ppf(alpha / 2, x.shape[0], 0.5))
    rank -= binom.cdf(rank - 1, x.shape[0], 0.5) > alpha / 2  # ppf may be one off in its last digit
    if rank < 1:
        return Interval(np.full(x.shape[1:], -np.inf), np.full(x.shape[1:], np.inf))
    return Interval(np.asarray(x[rank - 1]), np.asarray(x[x.shape[0] - rank]))


def variance_ceiling(pilot: ArrayLike, kurtosis: ArrayLike, alpha: float) -> np.ndarray:
    """A bound of ``Var X`` that fails with probability ``alpha``, from draws (leading) of another key.

    The pairs ``D = (X - X')^2 / 2`` are non-negative with ``E D^2 <= (kurtosis + 3) / 2 (Var X)^2``, so
    their mean falls below ``(1 - d) Var X`` with probability at most ``exp(-pairs d^2 / (kurtosis + 3))``
    (the lower tail of non-negative variables is sub-Gaussian).
    """
    check_rate("alpha", alpha)
    x = np.asarray(pilot, float)
    pairs = x.shape[0] // 2
    need = (np.max(kurtosis) + 3) * np.log(1 / alpha)
    if pairs <= need:
        raise ValueError(
            f"a pilot of {x.shape[0]} draws bounds no variance, take {4 * int(need) + 4} or more"
        )
    pair_mean = np.mean((x[0 : 2 * pairs : 2] - x[1 : 2 * pairs : 2]) ** 2, axis=0) / 2
    excess = np.sqrt((np.asarray(kurtosis, float) + 3) * np.log(1 / alpha) / pairs)
    return np.asarray(pair_mean / (1 - excess))


def is_asymptotic(known: Known) -> bool:
    """Whether nothing bounds the law, so that no margin is a theorem."""
    return known.variance is None and known.support is None and not known.moments


def _raw_moments(known: Known, value: ArrayLike) -> list[tuple[float, Any]]:
    """Pairs (q, bound of E|X|^q): those given, and what variance and kurtosis say under the claim."""
    moments = [(q, np.asarray(bound, float)) for q, bound in known.moments]
    if known.variance is not None:
        moments.append((2, np.asarray(known.variance, float) + np.square(value)))
        if known.kurtosis is not None:  # Minkowski
            root = np.asarray(known.kurtosis, float) ** 0.25 * np.sqrt(known.variance)
            moments.append((4, (root + np.abs(value)) ** 4))
    return moments


def _clip_factor(q: float) -> float:
    """The largest ``(x - 1) / x^q`` over x > 1."""
    return (q - 1) ** (q - 1) / q**q


def clip_bias(level: ArrayLike, known: Known, value: ArrayLike) -> np.ndarray:
    """A bound of ``E(|X| - level)_+``, by which clipping may shift the mean."""
    level, moments = np.asarray(level, float), _raw_moments(known, value)
    unclipped = np.where(np.isinf(level), 0.0, np.inf)
    with np.errstate(over="ignore"):  # a level near zero: the bound is infinite, and another one is taken
        return _least(unclipped, *(_clip_factor(q) * m * level ** (1.0 - q) for q, m in moments))


def _least(*rows: ArrayLike) -> np.ndarray:
    return np.asarray(np.minimum.reduce(np.broadcast_arrays(*rows)))


def _clipped(draws: int, level: ArrayLike, known: Known, value: ArrayLike, alpha: float) -> Real:
    level = np.asarray(level, float)
    size = _least(level, *(m ** (1 / q) for q, m in _raw_moments(known, value)))
    bernsteins = bernstein(draws, spread(known, value) ** 2, level + size, alpha)
    return clip_bias(level, known, value) + bernsteins


def _guaranteed(draws, level, known: Known, value, alpha) -> tuple[Real, str]:
    if known.support is None:
        return _clipped(draws, level, known, value, alpha), "Bernstein, clipped"
    low, high = (np.asarray(end, float) for end in known.support)
    if np.any(level < np.maximum(np.abs(low), np.abs(high))):
        raise ValueError(f"level={level}: values in [{low}, {high}] need no clipping, let the level be inf")
    hoeffding = (high - low) * np.sqrt(np.log(2 / alpha) / (2 * draws))
    if known.variance is None:
        return hoeffding, "Hoeffding"
    return np.minimum(hoeffding, bernstein(draws, known.variance, high - low, alpha)), "Bernstein, bounded"


def check_draws(draws: int, alpha: float) -> None:
    check_rate("alpha", alpha)
    if draws < 1:
        raise ValueError(f"draws={draws}: an estimate needs at least one draw")


def check_rate(name: str, rate: float) -> None:
    if not 0 < rate < 1:
        raise ValueError(f"{name}={rate}: an error rate lies strictly between 0 and 1")


def checked_probability(p: ArrayLike) -> np.ndarray:
    p = np.asarray(p, float)
    if np.any(~((p >= 0) & (p <= 1))):
        raise ValueError(f"p={p}: a probability lies between 0 and 1")
    return p
