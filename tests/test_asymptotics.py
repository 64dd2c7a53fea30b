"""Asymptotic verdicts: intervals hold as often as they say, and true and false laws are told apart.

Coverage is measured over R = 2000 repetitions with one fixed seed; a count of misses refutes a rate if it is
improbable at 1e-6. Verdicts are passed at alpha = 1e-8, at which no seed should matter.
"""

import math
import re
from contextlib import contextmanager
from functools import cache, partial
from typing import Any

import jaxtyping
import numpy as np
import pytest
from scipy.stats import binom, norm
from sympy import Rational

from numerics import asymptotics, fits, fitted, judging, series
from numerics.asymptotics import judge_limit, judge_scaling
from theory.saddles import escape

REPEATS, IMPROBABLE = 2000, 1e-6
LOOK = 6.2  # standard errors that a true value leaves once in 1e9 looks
ALPHA = 1e-8
M = 2.0 ** np.arange(6, 15)
H = 2.0 ** -np.arange(2, 11)


def at_most(misses: int, rate: float) -> bool:
    return bool(binom.sf(misses - 1, REPEATS, rate) > IMPROBABLE)


def seeded(law, noise=0.002, seeds=32, seed=0):
    """Per-seed observations of the law with relative Gaussian noise."""
    rng = np.random.default_rng(seed)
    return [y * (1 + noise * rng.standard_normal(seeds)) for y in law]


def skewed(law, shape, rng):
    """With lognormal noise of mean 1 and relative sd about 0.3."""
    return law * np.exp(0.3 * rng.standard_normal(shape) - 0.045)


def gaussian(law, shape, rng):
    return law * (1 + 0.05 * rng.standard_normal(shape))


@cache
def repeated(noise, law, model, seeds, which, logs=True):
    """The estimates of one coefficient over the repetitions."""
    x = noise(np.array(law), (REPEATS, seeds, M.size), np.random.default_rng(7))
    value, error = x.mean(axis=1), x.std(axis=1, ddof=1) / np.sqrt(seeds)
    freedom = np.full(M.size, seeds - 1.0)
    drawn = [series.Points(M, *row, freedom) for row in zip(value, error, strict=True)]
    with unchecked_types():
        return [fits.estimate(series.logarithms(p) if logs else p, model)[which] for p in drawn]


@contextmanager
def unchecked_types():
    """Checking the types of every call costs five times what thousands of fits do."""
    jaxtyping.config.update("jaxtyping_disable", True)
    try:
        yield
    finally:
        jaxtyping.config.update("jaxtyping_disable", False)


def missed(found, truth, alpha, part=1.0):
    return sum(abs(each.value - truth) > part * each.half_width(alpha) for each in found)


SLOPE = judging.PowerLaw((judging.log,), (), (), M[0])
CONSTANT = judging.PowerLaw((), ((judging.log, -0.5),), (1.0,), M[0])
APPROACH = asymptotics._Approach(-1.0, M[0], 1)


def test_an_exponent_lies_in_its_interval_as_often_as_it_says():
    found = repeated(gaussian, tuple(3 * M**-0.5), SLOPE, 8, 1)
    assert at_most(missed(found, -0.5, 0.1), 0.1)
    assert at_most(missed(found, -0.5, 0.01), 0.01)
    assert not at_most(missed(found, -0.5, 0.1, part=0.5), 0.1)


def test_an_exponent_off_by_its_resolution_is_caught_as_often_as_it_says():
    found = repeated(gaussian, tuple(3 * M**-0.5), SLOPE, 8, 1)
    caught = sum(abs(e.value + 0.5 - e.resolution(0.01, 0.1)) > e.half_width(0.01) for e in found)
    assert binom.cdf(caught, REPEATS, 0.9) > IMPROBABLE


def test_a_constant_lies_in_its_interval_for_skewed_noise_and_a_fitted_correction():
    found = repeated(skewed, tuple(2 * M**-0.5 * (1 + 3 / M)), CONSTANT, 64, 0)
    assert at_most(missed(found, np.log(2), 0.1), 0.1)
    assert at_most(missed(found, np.log(2), 0.01), 0.01)


def test_a_limit_lies_in_its_interval_as_often_as_it_says():
    found = repeated(gaussian, tuple(2 + 3 / M), APPROACH, 16, 0, logs=False)
    assert at_most(missed(found, 2.0, 0.1), 0.1)


def test_noise_with_few_seeds_needs_the_quantile_of_its_degrees_of_freedom():
    """With 3 seeds the normal quantile is seen to miss more often; Welch and Satterthwaite's is not."""
    found = repeated(gaussian, tuple(M**-0.5), SLOPE, 3, 1)
    frozen = [each._replace(freedom=np.inf) for each in found]
    assert at_most(missed(found, -0.5, 0.01), 0.01)
    assert not at_most(missed(frozen, -0.5, 0.01), 0.01)


@pytest.mark.parametrize("sample", [gaussian, skewed])
def test_the_error_of_a_median_is_its_spread_over_repetitions(sample):
    """Within 15 %: the error is itself estimated, from 500 repetitions to 3 % and from order statistics."""
    rows = sample(1.0, (500, 101), np.random.default_rng(8))
    p = series.points(np.arange(1.0, 501), list(rows), statistic="median", rounding=0.0)
    assert 0.85 < np.sqrt(np.mean(p.error**2)) / np.std(p.value) < 1.15


root, root_log = M**-0.5, np.sqrt(np.log(M) / M)
corrected, slow = root * (1 + 2 / M + 5 / M**2), root * (1 + M**-0.5 + 3 / M)

SCALINGS: dict[str, tuple[Any, dict[str, Any], bool]] = {  # law, claim, and whether it is true
    "root": (3 * root, {"exponent": -0.5, "constant": 3.0}, True),
    "root, declared corrections": (
        corrected,
        {"exponent": -0.5, "constant": 1.0, "corrections": (1.0,)},
        True,
    ),
    "root, undeclared correction": (corrected, {"exponent": -0.5, "constant": 1.0}, True),
    "root of log": (root_log, {"exponent": -0.5, "log": 0.5, "constant": 1.0}, True),
    "step size": (H**2 * (1 + H), {"exponent": 2.0, "constant": 1.0, "corrections": (1.0,), "to": 0}, True),
    "negative": (-3 * root, {"exponent": -0.5, "constant": -3.0}, True),
    "upper": (root, {"exponent": -0.25, "bound": "upper", "constant": 1e-3}, True),
    "upper, attained": (root, {"exponent": -0.5, "bound": "upper", "constant": 1.02}, True),
    "upper, step size": (H**2, {"exponent": 1.5, "bound": "upper", "to": 0}, True),
    "exponent off by 0.05": (root, {"exponent": -0.55}, False),
    "exponent off by 0.05, corrected": (corrected, {"exponent": -0.45, "corrections": (1.0,)}, False),
    "log left out": (root_log, {"exponent": -0.5}, False),
    "log left out, correction declared": (root_log, {"exponent": -0.5, "corrections": (0.5,)}, False),
    "log put in": (root, {"exponent": -0.5, "log": 0.5}, False),
    "log power off by a half": (root_log, {"exponent": -0.5, "log": 1.0}, False),
    "constant off by 3 %": (3 * root, {"exponent": -0.5, "constant": 3.09}, False),
    "constant of the wrong sign": (root, {"exponent": -0.5, "constant": -1.0}, False),
    "upper, too low": (root, {"exponent": -0.55, "bound": "upper"}, False),
    "upper, constant too low": (root, {"exponent": -0.5, "bound": "upper", "constant": 0.97}, False),
    "upper, step size, too small": (H**2, {"exponent": 2.5, "bound": "upper", "to": 0}, False),
}


@pytest.mark.parametrize("name", SCALINGS)
@pytest.mark.parametrize("drawn", [False, True], ids=["computed", "drawn"])
def test_a_scaling_is_supported_if_true_and_refuted_if_false(name, drawn):
    law, claim, true = SCALINGS[name]
    by = H if claim.get("to") == 0 else M
    judged = judge_scaling(by, seeded(law) if drawn else list(law), alpha=ALPHA, **claim)
    assert judged.verdict == ("supported" if true else "refuted"), judged.detail["tests"]
    assert judged.detail["guaranteed"] is False
    assert judged.detail["range"] == [min(by), max(by)]


def test_a_computed_sequence_betrays_an_exponent_off_by_a_hundredth():
    for declared in ((), (1.0,)):
        for exponent, verdict in ((-0.5, "supported"), (-0.51, "refuted"), (-0.49, "refuted")):
            judged = judge_scaling(M, list(corrected), exponent, alpha=ALPHA, corrections=declared)
            assert judged.verdict == verdict


@pytest.mark.parametrize(("noise", "seed"), [(0.0, 0), (1e-4, 0), (2e-3, 0), (2e-3, 1), (2e-2, 0)])
@pytest.mark.parametrize("declared", [(), (0.5,), (1.0,), (0.5, 1.0)])
def test_corrections_declared_wrongly_refute_no_true_claim(noise, seed, declared):
    for law in (corrected, slow):
        samples = seeded(law, noise, seed=seed) if noise else list(law)
        judged = judge_scaling(M, samples, -0.5, constant=1.0, corrections=declared, alpha=ALPHA)
        assert judged.verdict != "refuted", judged.detail["tests"]
        judged = judge_scaling(M, samples, -0.6, constant=1.0, corrections=declared, alpha=ALPHA)
        assert judged.verdict != "supported", judged.detail["tests"]


def test_without_the_wider_model_a_true_claim_would_be_refuted(monkeypatch):
    def verdict():
        return judge_scaling(M, seeded(slow, 0.02, 64), -0.5, corrections=(1.0,), alpha=ALPHA).verdict

    assert verdict() == "inconclusive"
    fitted = judging.fitted
    monkeypatch.setattr(judging, "fitted", lambda *a, **k: judging.Found(*[fitted(*a, **k).declared] * 2))
    assert verdict() == "refuted"


def test_the_remaining_drift_is_bounded_for_powers_and_for_logarithms():
    for y in (M**-1.0, M**-0.5, -(M**-0.25), 1 / np.log(M)):
        p = series.points(M, list(5 + y), statistic="mean", rounding=series.ROUNDING)
        found = fits.estimate(p, APPROACH._replace(order=0))[0]
        # 1 / log t attains the bound, and differences of rounded values lose some ten digits
        assert abs(found.value - 5) <= found.half_width(ALPHA) * (1 + 1e-6)


def test_local_exponents_and_drift_show_a_law_that_bends():
    straight = judge_scaling(M, list(root), -0.5, alpha=ALPHA).detail
    bent = judge_scaling(M, seeded(root_log), -0.5, alpha=ALPHA).detail
    # a difference of logarithms over a doubling: a few units of float64 in each
    np.testing.assert_allclose([e for _, e, _ in straight["local_exponents"]], -0.5, atol=64 * 2.0**-52)
    by, slope, error = bent["local_exponents"][-1]
    assert by == pytest.approx(2**13.5)
    assert slope == pytest.approx(-0.5 + 0.5 * np.log(14 / 13) / np.log(2), abs=6 * error)
    assert abs(straight["drift"]["value"]) <= straight["drift"]["half_width"]
    assert abs(bent["drift"]["value"]) > bent["drift"]["half_width"]


def test_unresolved_claims_are_inconclusive_and_the_advice_resolves_them():
    law = 3 * root
    coarse = judge_scaling(M, seeded(law, 0.02), -0.5, constant=3.0, alpha=ALPHA)
    assert coarse.verdict == "inconclusive"
    times = advised(coarse, "constant", "times the seeds")
    # a fifth more, for what the error of 32 seeds is uncertain by
    fine = judge_scaling(M, seeded(law, 0.02, int(32 * times * 1.2)), -0.5, constant=3.0, alpha=ALPHA)
    assert fine.verdict == "supported"
    far = judge_scaling(M, list(slow), -0.5, alpha=ALPHA)
    assert far.verdict == "inconclusive"
    wide = 2.0 ** np.arange(6, np.log2(advised(far, "exponent", "by as far as")) + 0.5)
    law = wide**-0.5 * (1 + wide**-0.5 + 3 / wide)
    assert judge_scaling(wide, list(law), -0.5, alpha=ALPHA).verdict == "supported"


def advised(judged, test, words):
    """The number before or after the words of an advice."""
    before, after = judged.detail["tests"][test]["decide"].split(words)
    return float(re.findall(r"[\d.e+]+", before if before.strip() else after)[0])


def test_values_without_a_logarithm_are_judged_or_declined():
    zeros = [0.0] * M.size
    assert judge_scaling(M, zeros, -0.5, alpha=ALPHA, bound="upper").verdict == "supported"
    assert judge_scaling(M, zeros, -0.5, alpha=ALPHA).verdict == "refuted"
    judged = judge_scaling(M, seeded(root, 3.0), -0.5, alpha=ALPHA)
    assert judged.verdict == "inconclusive"
    assert "clear of zero" in judged.detail["tests"]["sign"]["decide"]


LIMITS: dict[str, tuple[Any, dict[str, Any], bool]] = {
    "1/m": (2 + 3 / M + 5 / M**2, {"value": 2.0, "rate": -1.0}, True),
    "exact at every width": (2 + 0 * M, {"value": 2.0, "rate": -1.0}, True),
    "faster than claimed": (2 + 3 / M**2, {"value": 2.0, "rate": -1.0}, True),
    "to zero": (3 * root, {"value": 0.0, "rate": -0.5}, True),
    "step size": (1 + H**2, {"value": 1.0, "rate": 2.0, "to": 0}, True),
    "limit off by 1 %": (2 + 3 / M, {"value": 2.02, "rate": -1.0}, False),
    "slower than claimed": (2 + 3 * root, {"value": 2.0, "rate": -1.0}, False),
    "not to zero": (0.05 + 3 * root, {"value": 0.0, "rate": -0.5}, False),
    "step size, off": (1 + H**2, {"value": 1.02, "rate": 2.0, "to": 0}, False),
}


@pytest.mark.parametrize("name", LIMITS)
@pytest.mark.parametrize("drawn", [False, True], ids=["computed", "drawn"])
def test_a_limit_is_supported_if_true_and_refuted_if_false(name, drawn):
    law, claim, true = LIMITS[name]
    by = H if claim.get("to") == 0 else M
    samples = seeded(law, 5e-4, 64) if drawn else list(law)
    judged = judge_limit(by, samples, alpha=ALPHA, **claim)
    assert judged.verdict == ("supported" if true else "refuted"), judged.detail


def test_convergence_in_probability_needs_the_spread_to_shrink_too():
    rng = np.random.default_rng(9)
    noise = [rng.standard_cauchy(4001) for _ in M]
    shrinking = [1 + x / np.sqrt(m) for m, x in zip(M, noise, strict=True)]
    staying = [1 + 0.1 * x for x in noise]
    claim = {"value": 1.0, "rate": -0.5, "alpha": ALPHA, "statistic": "median", "resolution": 0.05}
    assert judge_limit(M, shrinking, **claim).verdict == "supported"
    stays = judge_limit(M, staying, **claim)
    assert stays.verdict == "refuted"
    assert stays.detail["tests"]["spread"]["verdict"] == "refuted"
    assert stays.detail["tests"]["limit"]["verdict"] != "refuted"


def test_a_verdict_does_not_depend_on_the_order_of_the_widths():
    samples, order = seeded(root), np.random.default_rng(0).permutation(M.size)
    shuffled = judge_scaling(M[order], [samples[k] for k in order], -0.5, alpha=ALPHA)
    assert shuffled == judge_scaling(M, samples, -0.5, alpha=ALPHA)


def scaling(by=M, samples: Any = root, exponent=-0.5, **claim):
    return judge_scaling(by, list(samples), exponent, alpha=ALPHA, **claim)


def limit(by=M, samples=root, value=0.0, rate=-0.5):
    return judge_limit(by, list(samples), value, rate, alpha=ALPHA)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (partial(scaling, bound="lower"), "bound='lower': take 'exact'"),
        (partial(scaling, constant=0.0), "constant=0: a scaling"),
        (partial(scaling, corrections=(-1.0,)), "take q > 0"),
        (partial(scaling, to=1.0), "to=1.0: by tends to infinity or to 0"),
        (partial(scaling, by=M[1:]), "with 9 samples: give one sample for each"),
        (partial(scaling, by=M / 64, log=0.5), "let it start beyond 1"),
        (partial(scaling, M[:3], root[:3]), "3 points cannot judge a fit of 2 .* take 4 or more"),
        (partial(scaling, samples=[np.ones(2)] * 9), r"shape \(2,\) at t=64: a mean .* 3 seeds or more"),
        (partial(scaling, samples=[np.ones(8)] * 9, statistic="median"), "9 seeds or more"),
        (partial(scaling, samples=[np.ones(9)] * 9, statistic="mode"), "statistic='mode': take 'mean'"),
        (partial(scaling, samples=[np.nan] * 9), "at t=64 holds NaN or infinite values"),
        (partial(limit, rate=0.5), "such a bias never vanishes, change its sign"),
        (partial(limit, M[:3], root[:3]), "3 points cannot judge a fit"),
    ],
)
def test_a_range_or_sample_that_no_fit_accepts_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("statistic", ["mean", "median"])
def test_a_ladder_keeps_what_was_seen_at_every_rung(statistic):
    """Samples N(2, 1/4): the interval holds 2, and the spread is a standard deviation to both sides."""
    rng, rungs, seeds = np.random.default_rng(20261122), [16, 32, 64, 128, 256, 512, 1024], 4000
    samples = [2 + rng.standard_normal(seeds) / 2 for _ in rungs]
    point = {"eta": Rational(1, 5), "lamda": Rational(-1, 5), "r": Rational(3)}
    seen = fitted.looked_at(fitted.Ladder(escape.ladder, point, rungs, statistic, 1e-6, 1e-2), samples)
    assert [entry["at"]["n"] for entry in seen] == list(map(str, rungs))
    assert all(entry["at"]["lamda"] == "-1/5" for entry in seen)
    # Of a mean's error over 4,000 seeds, of a median's from 2 sqrt(4,000) order statistics, of a quantile at one sd.
    standard = 0.5 / math.sqrt(seeds) * (1 if statistic == "mean" else math.sqrt(math.pi / 2))
    known_to = LOOK / math.sqrt(2 * seeds if statistic == "mean" else 2 * math.sqrt(seeds))
    ends = LOOK * 0.5 * math.sqrt(norm.cdf(1) * norm.cdf(-1) / seeds) / norm.pdf(1)
    share = fits.quantile(1e-6 / 2 / len(rungs), seeds - 1)
    for entry in seen:
        assert entry["lower"] < 2 < entry["upper"]
        assert entry["upper"] - entry[statistic] == pytest.approx(share * standard, rel=known_to)
        assert entry["spread"] == pytest.approx([1.5, 2.5], abs=ends)
        assert entry["seeds"] == seeds
