"""The draws follow their laws. Keys are constants; a look fails a true law with probability under 1e-9."""

import math
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import stats

from numerics import gaussian

DRAWS = 2**17
MISS = 1e-9  # probability with which a look fails a true law
Z = stats.norm.isf(MISS / 2)
SKEW = 1.1  # u**4 has skewness 10, which multiplies the tail of its mean here by exp(Z^3 10 / 6 sqrt(n)) = 3

pair = jax.jit(gaussian.pair, static_argnames=("draws", "dtype"))
vector = jax.jit(gaussian.vector, static_argnames=("draws", "d", "dtype"))
sphere = jax.jit(gaussian.sphere, static_argnames=("draws", "d", "dtype"))
radius = jax.jit(gaussian.radius, static_argnames=("draws", "d", "dtype"))
sphere_pair = jax.jit(gaussian.sphere_pair, static_argnames=("draws", "d", "dtype"))
key = partial(jax.random.key, 0)  # a constant, made anew for each use: JAX lets a key serve once
correlations = st.floats(-1, 1, allow_subnormal=False)


def check_mean(values, mean):
    """Fails unless the mean of i.i.d. values is within its standard error, Z times over, of a claimed one."""
    x = np.asarray(values, float)
    margin = Z * SKEW * x.std() / math.sqrt(len(x))
    assert abs(x.mean() - mean) <= margin + 8 * np.finfo(float).eps, (x.mean(), mean, margin)


def check_correlation(u, v, rho):
    uu, vv, uv = u * u, v * v, u * v
    for values, mean in ((u, 0), (v, 0), (uu, 1), (vv, 1), (uv, rho), (uv * uv, 1 + 2 * rho**2)):
        check_mean(values, mean)


def check_law(values, law):
    assert stats.kstest(np.asarray(values, float), law.cdf).pvalue > MISS


@settings(max_examples=15)
@example(rho=0.0)
@example(rho=1 - 1e-9)
@given(rho=correlations)
def test_a_pair_is_standard_and_has_its_correlation(rho):
    u, v = pair(key(), DRAWS, rho)
    check_correlation(u, v, rho)


@pytest.mark.parametrize("rho", [-1 + 1e-3, -0.5, 0.9])
def test_both_of_a_pair_are_gaussian_and_so_is_every_combination(rho):
    u, v = (np.asarray(z, float) for z in pair(key(), DRAWS, rho, dtype="float32"))
    for a, b in ((1, 0), (0, 1), (1, -1), (2, 1)):
        sd = math.sqrt(a * a + b * b + 2 * a * b * rho)
        check_law((a * u + b * v) / sd, stats.norm)


def test_one_key_used_for_both_of_a_pair_is_noticed(monkeypatch):
    monkeypatch.setattr(jax.random, "split", lambda key: (key, key))
    with jax.debug_key_reuse(False):
        u, v = gaussian.pair(key(), DRAWS, 0.5)
    with pytest.raises(AssertionError):
        check_correlation(u, v, 0.5)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_at_correlation_one_and_minus_one_the_pair_is_equal_and_opposite_to_the_bit(dtype):
    u, v = pair(key(), 1000, 1.0, dtype=dtype)
    assert np.array_equal(u, v)
    u, v = pair(key(), 1000, -1.0, dtype=dtype)
    assert np.array_equal(u, -v)


@pytest.mark.parametrize("h", [10.0**-k for k in range(1, 16, 2)])
def test_a_pair_keeps_its_precision_as_the_correlation_tends_to_one(h):
    """Against ``rho u + sqrt(h (2 - h)) z`` in float64, which never takes ``1 - rho**2``."""
    rho = 1 - h
    _, z = pair(key(), 1000, 0.0, dtype="float32")
    u, v = pair(key(), 1000, rho, dtype="float32")
    u, v, z = (np.asarray(part, float) for part in (u, v, z))
    kept = 1 - rho  # the h that is left in the float rho, exactly
    wanted = rho * u + math.sqrt(kept * (2 - kept)) * z
    assert np.all(np.abs(v - wanted) <= 2 * np.finfo("float32").eps * (np.abs(u) + np.abs(v)))


def test_the_precision_of_a_pair_is_that_of_its_correlation_unless_told():
    def kinds(rho, dtype=None):
        return {
            part.dtype
            for part in jax.eval_shape(partial(gaussian.pair, draws=4, dtype=dtype), key(), rho=rho)
        }

    assert kinds(jnp.float32(0.5)) == {jnp.dtype("float32")}
    assert kinds(jnp.float64(0.5)) == kinds(jnp.float32(0.5), "float64") == kinds(1) == {jnp.dtype("float64")}


def test_a_correlation_outside_its_interval_gives_no_numbers():
    assert np.all(np.isnan(pair(key(), 4, 1.5)[1]))


def test_float32_gaussians_have_the_moments_of_the_gaussian_law():
    """All 2^23 of them, one by one: single precision costs a mean under 2e-5 up to order six."""
    low, high = np.nextafter(np.float32(-1), np.float32(0)), np.float32(1)
    one = np.float32(1)
    unit = (np.arange(2**23, dtype=np.uint32) | one.view(np.uint32)).view(np.float32) - one
    uniform = np.maximum(low, unit * (high - low) + low)
    every = np.sort(np.asarray(np.float32(math.sqrt(2)) * jax.lax.erf_inv(jnp.asarray(uniform))))
    drawn = np.ravel(vector(key(), 1000, 10, "float32"))
    assert np.array_equal(every[np.searchsorted(every, drawn)], drawn)  # so these are they
    wide = every.astype(float)
    square = wide * wide
    odd, even = (wide, wide * square), ((square, 1), (square * square, 3), (square * square * square, 15))
    assert all(abs(np.mean(power)) < 2e-5 for power in odd)
    assert all(abs(np.mean(power) - moment) < 2e-5 * moment for power, moment in even)
    ranks = np.arange(2**23 + 1) / 2**23
    distribution = stats.norm.cdf(wide)
    assert max(np.max(ranks[1:] - distribution), np.max(distribution - ranks[:-1])) < 2e-7


def test_single_precision_radii_have_the_moments_of_their_law():
    """Every cell of the tail and every 2^10th of the rest: the squared radius is exponential of mean two.

    The radius reaches 6.66; what lies beyond it is 1e-8 of the sixth moment, and a middle of a cell costs less.
    """

    def squares(cells):
        return np.asarray(gaussian.radius_from(jnp.asarray(cells, "uint32") << 1), float) ** 2

    tail, rest = squares(np.arange(2**20)), squares(np.arange(2**20 + 2**9, 2**31, 2**10))
    for power, moment in ((1, 2), (2, 8), (3, 48)):
        mean = (np.sum(tail**power) + 2.0**10 * np.sum(rest**power)) / 2.0**31
        assert abs(mean - moment) < 1e-6 * moment
    assert 6.6 < np.sqrt(tail[0]) < 6.7
    assert np.all(np.isfinite(tail))
    assert np.all(rest >= 0)


def test_single_precision_angles_are_uniform_and_on_the_circle():
    """Every 16th of the 2^24 angles of each quarter turn."""
    words = np.arange(0, 2**32, 2**10, dtype=np.uint64).astype(np.uint32)
    cos, sin = (np.asarray(part, float) for part in gaussian.circle_from(jnp.asarray(words)))
    angle = (np.arange(0, 2**24, 2**4) - 2**23 + 0.5) * 2.0**-24 * np.pi / 2
    for quarter in range(4):
        here = slice(quarter * 2**20, (quarter + 1) * 2**20)
        assert np.max(np.abs(cos[here] - np.cos(angle + quarter * np.pi / 2))) < 1.5e-7
        assert np.max(np.abs(sin[here] - np.sin(angle + quarter * np.pi / 2))) < 1.5e-7


def test_two_words_are_the_halves_of_one_hash_or_two_draws_of_one():
    wide = gaussian.words(key(), 1000)
    with jax.enable_x64(False):
        narrow = gaussian.words(key(), 1000)
    for first, second in (wide, narrow):
        assert first.dtype == second.dtype == jnp.uint32
        assert len(set(np.asarray(first)) | set(np.asarray(second))) == 2000
        check_mean(np.bitwise_count(np.asarray(first ^ second)), 16)


@pytest.mark.parametrize("d", [1, 2, 3, 20])
def test_directions_are_uniform_on_the_sphere(d):
    """A coordinate of one has the law of a symmetric beta variable; in dimension one it is a fair sign."""
    x = np.asarray(sphere(key(), DRAWS, d, "float32"), float)
    assert np.all(np.abs(np.linalg.norm(x, axis=1) - 1) <= 4 * np.finfo("float32").eps)
    if d == 1:
        check_mean(x[:, 0], 0)
    else:
        check_law((1 + x[:, -1]) / 2, stats.beta((d - 1) / 2, (d - 1) / 2))


def test_a_gaussian_vector_of_zeros_still_has_a_direction(monkeypatch):
    monkeypatch.setattr(gaussian, "vector", lambda key, draws, d, dtype: jnp.zeros((draws, d), dtype))
    assert np.array_equal(gaussian.sphere(key(), 2, 3), [[1, 0, 0], [1, 0, 0]])


@pytest.mark.parametrize(("rho", "d"), [(0.6, 2), (-0.3, 5), (1.0, 1), (-1.0, 1), (1.0, 5)])
def test_a_direction_seen_from_two_unit_vectors_has_their_correlation_over_the_dimension(rho, d):
    p, q = sphere_pair(key(), DRAWS, rho, d)
    check_mean(p * q, rho / d)
    check_mean(q * q, 1 / d)
    if abs(rho) == 1:
        assert np.array_equal(q, rho * p)


@pytest.mark.parametrize("d", [1, 7])
def test_the_radius_has_the_chi_law(d):
    check_law(radius(key(), DRAWS, d), stats.chi(d))


def test_signs_are_fair_and_of_the_shape_asked_for():
    signs = gaussian.rademacher(key(), DRAWS, 2, dtype="float32")
    assert signs.shape == (DRAWS, 2)
    assert set(np.unique(signs)) == {-1, 1}
    for values in (signs[:, 0], signs[:, 1], signs[:, 0] * signs[:, 1]):
        check_mean(values, 0)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_columns_are_standard_and_no_two_of_them_share_anything(dtype):
    found = gaussian.columns(key(), DRAWS, 5, dtype)
    assert [column.shape for column in found] == [(DRAWS,)] * 5
    for place, column in enumerate(found):
        check_law(column, stats.norm)
        for other in found[:place]:
            check_correlation(other, column, 0.0)
