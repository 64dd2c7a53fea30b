"""Margins hold as often as they say, and resolve what they say: measured at rates coarse enough to measure.

Every measurement repeats an experiment R = 4000 times with one fixed seed. A count K of misses refutes a rate
``a`` if it is improbable at 1e-6: the only allowance that a sampled test makes here.
"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import binom, binomtest, norm

from numerics import moments, resolution, statistics
from numerics.statistics import Known

REPEATS = 4000
IMPROBABLE = 1e-6  # chance that one measurement fails although the rate holds


def at_most(misses: int, rate: float) -> bool:
    """Whether so many misses among the repeats are compatible with ``rate`` or less."""
    return bool(binom.sf(misses - 1, REPEATS, rate) > IMPROBABLE)


def at_least(hits: int, rate: float) -> bool:
    return bool(binom.cdf(hits, REPEATS, rate) > IMPROBABLE)


def gaussian(rng, shape):
    return rng.standard_normal(shape)


def squared_product(rng, shape):
    """(a g)^2 for independent Gaussians: mean 1, variance 8, kurtosis 159."""
    return (rng.standard_normal(shape) * rng.standard_normal(shape)) ** 2


def lognormal(rng, shape):
    return np.exp(rng.standard_normal(shape))


def spike(rng, shape):
    """1 with probability 1/1000, else 0: for 500 draws as skewed as a law gets."""
    return (rng.random(shape) < 1e-3).astype(float)


E = np.e
LAWS = {
    gaussian: (0.0, Known(variance=1.0, moments=((4, 3.0), (6, 15.0)))),
    squared_product: (1.0, Known(variance=8.0, moments=((2, 9.0), (3, 225.0), (4, 11025.0)))),
    lognormal: (E**0.5, Known(variance=E**2 - E, moments=((2, E**2), (4, E**8)))),
    spike: (1e-3, Known(variance=1e-3 * (1 - 1e-3), moments=((2, 1e-3), (4, 1e-3)))),
}


def clipped_means(law, draws, level, seed):
    x = law(np.random.default_rng(seed), (REPEATS, draws))
    return np.mean(np.clip(x, -level, level), axis=1), np.std(x, axis=1)


@pytest.mark.parametrize("alpha", [0.1, 0.01])
@pytest.mark.parametrize("law", LAWS)
def test_a_guaranteed_margin_misses_no_more_often_than_alpha(law, alpha):
    value, known = LAWS[law]
    for seed, part in enumerate(
        (known, Known(variance=known.variance), Known(moments=known.moments), known._replace(moments=()))
    ):
        level = statistics.level_for(500, part, value, alpha)
        margin = statistics.mean_margin(500, level, part, value, alpha)
        means, _ = clipped_means(law, 500, level, seed)
        assert margin.guaranteed
        assert at_most(int(np.sum(np.abs(means - value) > margin.half_width)), alpha)


@pytest.mark.parametrize("law", [gaussian, squared_product, lognormal])
def test_a_margin_from_a_variance_that_is_a_hundred_times_too_small_is_seen_to_miss(law):
    value, known = LAWS[law]
    lie = Known(variance=known.variance / 100)
    level = statistics.level_for(500, lie, value, 0.1)
    means, _ = clipped_means(law, 500, level, 0)
    margin = statistics.mean_margin(500, level, lie, value, 0.1)
    assert not at_most(int(np.sum(np.abs(means - value) > margin.half_width)), 0.1)


def test_half_a_margin_is_seen_to_miss():
    means, sds = clipped_means(gaussian, 500, np.inf, 1)
    margin = statistics.mean_margin(500, np.inf, Known(pilot=1.0), 0.0, 0.1, seen=sds)
    misses = np.abs(means) > margin.half_width
    assert at_most(int(np.sum(misses)), 0.1)
    assert not at_most(int(np.sum(np.abs(means) > margin.half_width / 2)), 0.1)


def test_leaving_out_the_bias_of_clipping_is_seen_to_miss():
    """At a low level the bias of clipping is all there is: Bernstein's part alone never covers it."""
    value, known = LAWS[squared_product]
    means, _ = clipped_means(squared_product, 500, 2.0, 2)
    margin = statistics.mean_margin(500, 2.0, known, value, 0.1)
    bias = statistics.clip_bias(2.0, known, value)
    assert not np.any(np.abs(means - value) > margin.half_width)
    noise = statistics.bernstein(500, np.var(means) * 500, 4.0, 0.1)
    assert np.abs(np.mean(means) - value) < bias
    assert not at_most(int(np.sum(np.abs(means - value) > noise)), 0.1)


@pytest.mark.parametrize("q", [1.5, 2, 3, 4, 8])
def test_the_bias_of_clipping_is_bounded_and_the_bound_is_reached(q):
    """By the law on 0 and q L / (q - 1) that the bound comes from."""
    level, moment = 3.0, 0.7
    atom = q * level / (q - 1)
    p = moment / atom**q
    bias = statistics.clip_bias(level, Known(moments=((q, moment),)), 0.0)
    np.testing.assert_allclose(p * (atom - level), bias, rtol=8 * 2.0**-52)
    for other in (1.01 * level, 0.9 * atom, 1.1 * atom, 10 * atom):
        assert moment / other**q * (other - level) < bias


def test_the_level_chosen_is_nearly_the_best():
    """The closed form ignores only Bernstein's root: within 2 % of a search over levels."""
    for law in LAWS:
        value, known = LAWS[law]
        for draws in (100, 10_000, 10**8):
            level = statistics.level_for(draws, known, value, 1e-8)
            tried = [
                statistics.mean_margin(draws, level * factor, known, value, 1e-8).half_width
                for factor in np.geomspace(0.1, 10, 81)
            ]
            chosen = statistics.mean_margin(draws, level, known, value, 1e-8).half_width
            assert chosen <= 1.1 * min(tried)


def test_bounded_values_have_the_narrower_of_hoeffding_and_bernstein():
    wide, narrow = Known(support=(-1.0, 1.0)), Known(support=(-1.0, 1.0), variance=1e-4)
    hoeffding = statistics.mean_margin(1000, np.inf, wide, 0.0, 1e-3)
    bernstein = statistics.mean_margin(1000, np.inf, narrow, 0.0, 1e-3)
    assert hoeffding.method == "Hoeffding"
    assert bernstein.method == "Bernstein, bounded"
    assert bernstein.half_width < hoeffding.half_width / 10
    signs = np.sign(np.random.default_rng(0).standard_normal((REPEATS, 1000)))
    margin = statistics.mean_margin(1000, np.inf, wide, 0.0, 0.1)
    assert at_most(int(np.sum(np.abs(signs.mean(axis=1)) > margin.half_width)), 0.1)


def test_an_asymptotic_margin_says_so_and_takes_the_larger_sd():
    margin = statistics.mean_margin(100, np.inf, Known(pilot=1.0), 0.0, 0.01)
    assert not margin.guaranteed
    assert "asymptotic" in margin.method
    wider = statistics.mean_margin(100, np.inf, Known(pilot=1.0), 0.0, 0.01, seen=3.0)
    np.testing.assert_allclose(wider.half_width, 3 * margin.half_width, rtol=4 * 2.0**-52)


def test_a_constant_has_the_margin_of_its_rounding():
    margin = statistics.mean_margin(10, np.inf, Known(variance=0.0), 2.0, 1e-8)
    assert margin.method == "constant: rounding only"
    assert margin.half_width == statistics.ULPS * 2.0**-23 * 2.0
    x = moments.merge(jax.jit(moments.chunk_moments)(jnp.full(1000, np.float32(0.1)), np.inf))
    known = Known(variance=np.array([0.0, 1.0]))
    constant, random = np.asarray(
        statistics.mean_margin(1000, [np.inf, 10.0], known, [0.1, 0.1], 1e-8).half_width
    )
    assert np.abs(moments.mean(x) - 0.1) < constant < random / 1000


@pytest.mark.parametrize("law", [gaussian, squared_product])
def test_a_variance_ceiling_holds_as_often_as_it_says(law):
    kurtosis = {gaussian: 3.0, squared_product: 10176 / 64}[law]
    pilot = law(np.random.default_rng(3), (2000, REPEATS))
    ceiling = statistics.variance_ceiling(pilot, kurtosis, 0.1)
    assert at_most(int(np.sum(ceiling < LAWS[law][1].variance)), 0.1)
    assert np.median(ceiling) < 3 * LAWS[law][1].variance


def test_a_ceiling_from_a_kurtosis_known_too_low_is_seen_to_fail():
    pilot = squared_product(np.random.default_rng(4), (100, REPEATS))
    ceiling = statistics.variance_ceiling(pilot, 3.0, 0.1)
    assert not at_most(int(np.sum(ceiling < 8.0)), 0.1)


@pytest.mark.parametrize("law", [gaussian, squared_product])
def test_what_is_resolved_is_caught_as_often_as_it_says(law):
    """A discrepancy of the printed resolution, at beta = 10 %: normal theory, so its draws are planned."""
    value, known = LAWS[law]
    draws = resolution.draws_for_mean(0.5, known, value, 0.01, beta=0.1)
    level = statistics.level_for(draws, known, value, 0.01)
    reached = resolution.resolution_of_mean(draws, level, known, value, 0.01, beta=0.1)
    assert reached <= 0.5
    margin = statistics.mean_margin(draws, level, known, value, 0.01).half_width
    gap = reached * resolution.scale(value, np.sqrt(known.variance))
    caught = sum(
        int(np.sum(np.abs(clipped_means(law, draws, level, seed)[0] - (value + sign * gap)) > margin))
        for seed, sign in ((0, 1), (1, -1))
    )
    assert at_least(caught // 2, 0.9)


def test_the_fewest_draws_are_the_fewest():
    known = Known(variance=2.0, moments=((4, 40.0),))
    draws = resolution.draws_for_mean(0.01, known, 1.0, 1e-8)

    def reached(n):
        return resolution.resolution_of_mean(n, statistics.level_for(n, known, 1.0, 1e-8), known, 1.0, 1e-8)

    assert reached(draws) <= 0.01 < reached(draws - 1)


def test_a_point_costs_at_most_the_draws_that_the_contract_names():
    """(55 / resolution)^2 at a share of 1e-8 and 5 sd to the value; 55 rounds 54.7, rounding adds 2.6 %."""
    ell = np.sqrt(2 * np.log(2e8)) + norm.isf(1e-6)
    assert round(5 * ell) == 55
    known = Known(variance=25.0, moments=((4, 3 * 625.0 + 6 * 25 + 1),))
    draws = resolution.draws_for_mean(3e-3, known, 1.0, 1e-8)
    assert 1 < draws / (5 * ell / 3e-3) ** 2 < 1.06
    assert resolution.draws_for_mean(
        3e-3, known._replace(variance=2.5e5, moments=((4, 3 * 6.25e10),)), 1e-3, 1e-8
    ) < (1.06 * (5 * ell / 3e-3) ** 2)


def test_a_declared_variance_alone_costs_twice_the_draws_and_a_kurtosis_mends_it():
    exact = resolution.draws_for_mean(3e-3, Known(variance=25.0, moments=((4, 1900.0),)), 1.0, 1e-8)
    declared = resolution.draws_for_mean(3e-3, Known(variance=25.0), 1.0, 1e-8)
    mended = resolution.draws_for_mean(3e-3, Known(variance=25.0, kurtosis=3.0), 1.0, 1e-8)
    assert 1.5 < declared / exact < 2
    assert 0.99 < mended / exact < 1.01


def test_every_entry_is_resolved_and_the_worst_sets_the_draws():
    variance = np.array([[0.0, 1.0], [4.0, 9.0]])
    known = Known(variance=variance)
    value = np.array([[2.0, 0.0], [1.0, 100.0]])
    draws = resolution.draws_for_mean(0.05, known, value, 1e-8)
    level = statistics.level_for(draws, known, value, 1e-8)
    reached = resolution.resolution_of_mean(draws, level, known, value, 1e-8)
    assert reached.shape == level.shape == (2, 2)
    assert np.all(reached <= 0.05)
    worst = np.unravel_index(np.argmax(reached), reached.shape)
    alone = resolution.draws_for_mean(0.05, Known(variance=variance[worst]), value[worst], 1e-8)
    assert draws == alone


@pytest.mark.parametrize(("hits", "draws"), [(0, 10), (3, 10), (10, 10), (1, 10**6), (49_900, 10**5)])
def test_the_interval_of_a_probability_is_the_exact_binomial_test_inverted(hits, draws):
    low, high = statistics.probability_interval(hits, draws, 0.01)
    peer = binomtest(hits, draws).proportion_ci(0.99, method="exact")
    # the peer searches for its ends by bisection, to 2e-12 each
    np.testing.assert_allclose((low, high), (peer.low, peer.high), rtol=0, atol=2e-12)


@pytest.mark.parametrize("p", [0.0, 1e-3, 0.3, 1.0])
def test_a_probability_interval_misses_no_more_often_than_alpha(p):
    hits = np.random.default_rng(5).binomial(500, p, REPEATS)
    low, high = statistics.probability_interval(hits, 500, 0.1)
    assert at_most(int(np.sum((p < low) | (p > high))), 0.1)
    shrunk = (low + 0.25 * (high - low), high - 0.25 * (high - low))
    assert p in (0.0, 1.0) or not at_most(int(np.sum((p < shrunk[0]) | (p > shrunk[1]))), 0.1)


@pytest.mark.parametrize("p", [0.0, 1e-3, 0.3, 0.98])
def test_a_resolved_probability_is_caught_exactly_as_often_as_it_says(p):
    draws = resolution.draws_for_probability(0.2, p, 0.01, beta=0.1)
    gap = float(resolution.resolution_of_probability(draws, p, 0.01, beta=0.1)) * resolution.scale(
        p, np.sqrt(p * (1 - p))
    )

    def power(truth):
        k = np.arange(draws + 1)
        low, high = statistics.probability_interval(k, draws, 0.01)
        return np.sum(binom.pmf(k, draws, truth)[(p < low) | (p > high)])

    sides = [power(truth) for truth in (p + gap, p - gap) if 0 <= truth <= 1]
    assert min(sides) >= 0.9 - 1e-9  # quantiles, again
    assert min(power(t) for t in (p + 0.98 * gap, p - 0.98 * gap) if 0 <= t <= 1) < 0.9


def test_probabilities_zero_and_one_are_tested_with_few_draws():
    assert resolution.draws_for_probability(3e-3, np.array([0.0, 1.0]), 1e-8) < 5000
    low, _ = statistics.probability_interval(1, 5000, 1e-8)
    assert low > 0


@pytest.mark.parametrize("law", [gaussian, lognormal])
def test_the_median_lies_between_its_order_statistics(law):
    median = {gaussian: 0.0, lognormal: 1.0}[law]
    x = law(np.random.default_rng(6), (41, REPEATS))
    low, high = statistics.median_interval(x, 0.1)
    assert at_most(int(np.sum((median < low) | (median > high))), 0.1)
    # the exact level of this pair of ranks, by the binomial law
    rank = int(np.sum(x[:, 0] < np.asarray(low)[0])) + 1
    assert binom.cdf(rank - 1, 41, 0.5) <= 0.05 < binom.cdf(rank, 41, 0.5)


def test_too_few_samples_bound_no_median():
    assert statistics.median_interval(np.arange(27.0), 1e-8) == (-np.inf, np.inf)
    assert statistics.median_interval(np.arange(29.0), 1e-8) == (0.0, 28.0)


def test_shares_add_up_to_alpha():
    assert statistics.shares(1e-6, 100) * 100 == pytest.approx(1e-6, rel=4 * 2.0**-52)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: statistics.shares(0.0, 3), "alpha=0.0: an error rate lies strictly between 0 and 1"),
        (lambda: statistics.shares(0.5, 0), "assertions=0: a share needs at least one"),
        (lambda: statistics.spread(Known(), 0.0), "nothing is known of the spread: give a variance"),
        (lambda: statistics.level_for(0, Known(variance=1.0), 0.0, 0.1), "draws=0: an estimate needs"),
        (lambda: statistics.probability_interval(11, 10, 0.1), "hits=11 of 10 draws"),
        (lambda: statistics.variance_ceiling(np.zeros(50), 3.0, 1e-9), "a pilot of 50 draws .* take 5"),
        (
            lambda: statistics.mean_margin(10, 1.0, Known(pilot=1.0), 0.0, 0.1),
            "level=1.0: clipping has an unknown bias",
        ),
        (
            lambda: statistics.mean_margin(10, 1.0, Known(support=(0.0, 2.0)), 0.0, 0.1),
            "need no clipping, let the level be inf",
        ),
        (lambda: resolution.draws_for_mean(0.0, Known(variance=1.0), 1.0, 0.1), "resolution=0.0: ask for"),
        (
            lambda: resolution.draws_for_mean(1e-6, Known(variance=1.0), 1.0, 0.1),
            "resolution=1e-06 is finer than rounding at eps=1.2e-07: .* draw float64",
        ),
        (lambda: resolution.draws_for_probability(0.1, 1.5, 0.1), "p=1.5: a probability lies between"),
        (
            lambda: resolution.resolution_of_mean(9, 1.0, Known(variance=1.0), 1.0, 0.1, beta=1.0),
            "beta=1.0: an error rate",
        ),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
