"""A mean that does not exist is never supported: the law shows it, or the tail of the draws; a light tail is let be."""

import jax
import numpy as np
import pytest
from sympy import Abs, Interval, sqrt, symbols

from numerics import observes, tails, verify
from theory import Claim, Mean, Probability, equal, gaussian, observed, step

x, rho = symbols("x rho", real=True)
z, w = gaussian.single("z"), gaussian.single("w")
u, v = gaussian.pair(rho)
HALVES = {x: Interval(1, 2)}
DRAWS = 2**16
SEEDS = 8


def indices(sample) -> list[float]:
    return [tails.index(sample(np.random.default_rng(seed))) for seed in range(SEEDS)]


@pytest.mark.parametrize("freedom", [1.0, 1.3])
def test_a_law_without_a_mean_or_nearly_so_has_an_index_below_two(freedom):
    found = indices(lambda random: random.standard_t(freedom, DRAWS))
    assert max(found) < tails.NEEDED
    assert np.median(found) == pytest.approx(freedom, rel=0.2)


@pytest.mark.parametrize("power", [1, 2, 4])
def test_powers_of_a_gaussian_are_long_and_light(power):
    assert min(indices(lambda random: random.standard_normal(DRAWS) ** power)) > tails.NEEDED


def test_what_is_bounded_rare_or_made_of_atoms_has_no_tail():
    laws = (
        lambda random: random.uniform(size=DRAWS),
        lambda random: (random.uniform(size=DRAWS) < 1e-3).astype(float),
        lambda random: random.choice([-1.0, 1.0], DRAWS),
        lambda random: random.standard_normal(64),  # too few to say
    )
    assert all(index > 10 for law in laws for index in indices(law))


def test_where_a_law_lies_does_not_matter():
    heavy = np.random.default_rng(0).standard_cauchy(DRAWS)
    assert tails.index(1e6 + heavy) == pytest.approx(tails.index(heavy), rel=1e-3)


def test_the_worst_entry_counts():
    random = np.random.default_rng(0)
    both = np.stack([random.standard_normal(DRAWS), random.standard_cauchy(DRAWS)], axis=1)
    assert tails.least_index(both) == tails.index(both[:, 1]) < tails.NEEDED


@pytest.mark.parametrize(
    ("left", "lacks"),
    [
        (Mean(1 / z), True),
        (Mean(x * w / z), True),
        (Mean(u / v**2), True),
        (Mean(Abs(z) ** -1), True),
        (Mean(1 / sqrt(Abs(z))), False),
        (Mean(z**2), False),
        (Mean(z / (1 + z**2)), False),
        (Probability(step(1 / z) > 0), False),
    ],
)
def test_a_law_shows_a_mean_that_does_not_exist(left, lacks):
    claim = Claim("here", "t", {x: Interval(1, 2), rho: Interval(-1, 1)}, equal(left, 0 * x + rho))
    assert ("the mean does not exist" in tails.lacks_a_mean(claim)) == lacks


def cauchy(name: str, left, **law) -> Claim:
    claim = Claim(name, "A neuron with Cauchy weights.", HALVES, equal(left, 0))

    @observes(claim, resolution=0.1, **law)
    def neurons(key, draws, x):
        return x * jax.random.cauchy(key, (draws,), x.dtype)

    return claim


def test_cauchy_neurons_are_inconclusive_and_the_note_says_what_the_fit_may_miss():
    record = verify.check(cauchy("cauchy", Mean(observed("C") * x)))
    assert record.verdict == "inconclusive"
    (note,) = record.notes
    assert "the tail index fitted to the draws at x=" in note
    assert "miss a tail that starts farther out" in note
    assert "declare variance=, moments=, kurtosis= or bounds=" in note


def test_a_law_that_is_declared_is_believed():
    declared = cauchy("declared", Mean(observed("C") * x), variance=100)
    assert not any("tail index" in note for note in verify.check(declared).notes)


def test_a_ratio_of_gaussians_is_inconclusive_before_anything_is_drawn():
    record = verify.check(cauchy("ratio", Mean(w / z * x)))
    assert record.verdict == "inconclusive"
    assert "z has a positive density at 0" in record.notes[0]
    assert "draws" not in record.numbers
