"""Streams: what is kept of many draws, however they are cut into chunks."""

import math
from functools import reduce

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.typing import ArrayLike

from numerics import moments
from numerics.moments import Moments, chunk_moments, fresh_pairs, merge

EPS32, EPS64 = 2.0**-23, 2.0**-52
streamed = jax.jit(chunk_moments)


def heavy(draws: int, *entries: int) -> np.ndarray:
    return (np.random.default_rng(draws).standard_normal((draws, *entries)) ** 3).astype(np.float32)


def of(values, level: ArrayLike = np.inf) -> Moments:
    return merge(streamed(jnp.asarray(values), level))


@pytest.mark.parametrize("draws", [1, 2, 3, 1000, 2**14, 2**14 + 1, 100_003])
def test_a_chunk_of_float32_is_summed_as_if_in_float64(draws):
    """Two eps64 for the exact sum's rounding, and the squares of eps32 that a residue leaves behind."""
    x = heavy(draws)
    exact = math.fsum(x.astype(float))
    size = math.fsum(np.abs(x).astype(float))
    assert abs(of(x).total - exact) <= (2 * EPS64 + EPS32**2 * draws.bit_length()) * size
    squares = math.fsum((x * x).astype(float))  # each square is rounded to float32 before it is summed
    assert abs(of(x).squares - squares) <= EPS32 * squares


def test_plain_float32_sums_would_not_pass():
    x = heavy(100_003) + np.float32(1000)
    exact = math.fsum(x.astype(float))
    assert abs(of(x).total - exact) <= 2 * EPS64 * exact
    assert abs(float(np.cumsum(x)[-1]) - exact) > EPS32 * exact


@pytest.mark.parametrize("cuts", [[1], [2500], [1, 2, 2500, 4999], list(range(500, 5000, 500))])
def test_chunks_merge_to_the_one_shot_result(cuts):
    x = heavy(5000, 2)
    whole = of(x, 1.5)
    parts = merge(*(streamed(jnp.asarray(part), 1.5) for part in np.split(x, cuts)))
    for name in ("count", "beyond", "least", "greatest"):
        np.testing.assert_array_equal(getattr(parts, name), getattr(whole, name))
    # ten float64 roundings, relative to the sum of absolute values; a square is rounded to float32 once
    size = np.sum(np.abs(x.astype(float)), axis=0)
    assert np.all(np.abs(parts.total - whole.total) <= 10 * EPS64 * size)
    assert np.all(np.abs(parts.squares - whole.squares) <= EPS32 * whole.squares)


def test_what_is_kept_is_what_clipping_defines():
    x, level = heavy(4001, 2, 3), np.array([0.5, 1.0, np.inf])
    y = np.clip(x, -level, level).astype(float)
    m = of(x, level)
    assert m.count == 4001
    np.testing.assert_array_equal(m.beyond, np.sum(np.abs(x) > level, axis=0))
    np.testing.assert_array_equal((m.least, m.greatest), (x.min(axis=0), x.max(axis=0)))
    np.testing.assert_allclose(moments.mean(m), y.mean(axis=0), rtol=0, atol=8 * EPS64 * np.abs(y).mean())
    # the sd comes from a difference of squares that were rounded to float32
    np.testing.assert_allclose(
        moments.sd(m) ** 2, y.var(axis=0), rtol=0, atol=2 * EPS32 * (y**2).mean(axis=0).max()
    )


def test_clipping_never_raises_the_variance():
    x = heavy(3000)
    spreads = [moments.sd(of(x, level)) for level in (0.1, 0.5, 1.0, 3.0, np.inf)]
    assert np.all(np.diff(spreads) > 0)


def test_booleans_are_counted_exactly():
    hits = np.arange(2**18) % 3 == 0
    assert of(hits).total == hits.sum()
    assert of(np.ones((7, 2), int)).total.tolist() == [7, 7]


def test_a_device_and_a_host_statistic_merge_in_any_order():
    a, b = (streamed(jnp.asarray(heavy(n)), np.inf) for n in (10, 20))
    one, other = merge(merge(a), b), merge(b, merge(a))
    assert one == other
    assert one.total.dtype == np.float64
    assert one.residue == 0


@pytest.mark.parametrize(("poison", "name"), [(np.nan, "NaN"), (np.inf, "an infinite value")])
def test_a_value_that_is_no_number_is_named(poison, name):
    x = heavy(50)
    x[17] = poison
    with pytest.raises(ValueError, match=f"{name} among 50 draws.*must return finite values"):
        moments.mean(of(x, 1.0))


def test_values_that_are_no_draws_are_refused():
    with pytest.raises(TypeError, match="complex64: return real and imaginary part as two entries"):
        chunk_moments(jnp.ones(3, jnp.complex64), np.inf)
    with pytest.raises(ValueError, match="leading axis must hold at least one draw"):
        chunk_moments(jnp.ones((0, 2)), np.inf)
    with pytest.raises(ValueError, match="even number of draws, got 5"):
        fresh_pairs(jnp.ones(5))


def test_fresh_pairs_average_to_variance_and_covariance_wherever_the_mean_lies():
    """Exactly: over all ordered pairs of a finite population the mean of the pairs is its covariance."""
    population = np.array([0.0, 1.0, 5.0, 6.0])
    partner = np.array([2.0, -1.0, 4.0, 3.0])
    i, j = (index.ravel() for index in np.meshgrid(range(4), range(4)))
    order = np.stack([i, j], axis=1).ravel()
    for shift in (0.0, 1000.0):
        x, y = jnp.asarray(population[order] + shift), jnp.asarray(partner[order])
        assert jnp.mean(fresh_pairs(x)) == np.var(population)
        assert jnp.mean(fresh_pairs(x, y)) == np.cov(population, partner, ddof=0)[0, 1]


def test_a_lost_residue_would_be_seen(monkeypatch):
    monkeypatch.setattr(moments, "_two_sum", lambda a, b: (a + b, jnp.zeros_like(a)))
    x = heavy(100_003) + np.float32(1000)
    exact = math.fsum(x.astype(float))
    assert abs(merge(chunk_moments(jnp.asarray(x), np.inf)).total - exact) > 2 * EPS64 * exact


def test_merging_is_associative_up_to_rounding():
    parts = [streamed(jnp.asarray(heavy(n)), np.inf) for n in (3, 30, 300, 3000)]
    left, right = reduce(merge, parts), reduce(lambda a, b: merge(b, a), reversed(parts))
    assert abs(left.total - right.total) <= 4 * EPS64 * np.sum(np.abs(heavy(3000)))
