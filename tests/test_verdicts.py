"""Every verdict is reached, for the right reason; a false alarm does not come back, a false claim does."""

import re
from dataclasses import replace
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import binom
from sympy import (
    Abs,
    Eq,
    Integral,
    Interval,
    Range,
    Rational,
    S,
    asin,
    cos,
    oo,
    pi,
    sin,
    sqrt,
    symbols,
)

from numerics import check, conjecture, observes, spots, verify
from numerics import gaussian as draw
from numerics.case import Case
from numerics.evidence import Store
from numerics.judge import OPEN, Verdict
from numerics.plan import Settings, plan
from numerics.pooled import pooled
from theory import (
    Claim,
    Mean,
    Step,
    Variance,
    at_least,
    at_most,
    below,
    equal,
    gaussian,
    holds,
    limit,
    observed,
    scaling,
)
from theory.calculus import integrate

FILE = Path(__file__).with_name("conjectures") / "every_kind.py"
x, t, rho = symbols("x t rho", real=True)
m, n = symbols("m n", integer=True, positive=True)
u, v = gaussian.pair(rho)
z = gaussian.single("z")
UNIT = {x: Interval(0, 1)}
AREA = Integral(2 * t, (t, 0, x))
ABS_KERNEL = 2 / pi * (sqrt(1 - rho**2) + rho * asin(rho))


def chain() -> tuple[Step, ...]:
    return (Step(x**2, integrate(t)),)


def area(name: str = "area", right=x**2, **fields) -> Claim:
    return Claim(name, "The area under a line.", UNIT, equal(AREA, right), **fields)


# --- every kind of statement, through the worker


@pytest.fixture(scope="module")
def every_kind(tmp_path_factory):
    claims = conjecture.conjectures(str(FILE))
    settings = Settings(store=tmp_path_factory.mktemp("evidence"))
    return {
        record.claim: record for record in verify.verify(claims, settings, locate=lambda claim: str(FILE))
    }


def test_every_true_claim_holds_and_every_false_one_is_refuted(every_kind):
    holding = {"proved", "certified", "supported"}
    wrong = {
        name: (record.verdict, record.notes)
        for name, record in every_kind.items()
        if record.verdict not in (holding if name.endswith("-true") else {"refuted"})
    }
    assert not wrong
    assert len(every_kind) == len(conjecture.conjectures(str(FILE)))


def test_every_kind_of_statement_is_among_them(every_kind):
    kinds = {"equal", "at_most", "at_least", "below", "above", "limit", "scaling", "holds"}
    for truth in ("-true", "-false"):
        assert {record.kind for name, record in every_kind.items() if name.endswith(truth)} == kinds


def test_every_refutation_shows_a_counterexample(every_kind):
    for name, record in every_kind.items():
        assert (record.counterexample is not None) == name.endswith("-false"), name


def test_counterexamples_can_be_checked_by_hand(every_kind):
    shown = {name: record.counterexample for name, record in every_kind.items()}
    assert float(shown["equal-false"]["at"]["x"]) == 1
    assert float(shown["equal-false"]["left"]) == pytest.approx(np.sin(1))
    assert float(shown["equal-false"]["right"]) == pytest.approx(1 - 1 / 6)
    assert shown["below-false"]["at"] == {"x": "0"}  # x - x^2 < x fails where it is an equality
    assert shown["mean-false"]["at"] == {"rho": "0"}
    assert shown["mean-false"]["measured"] == pytest.approx(2 / np.pi, abs=0.01)
    rho = float(shown["covariance-false"]["at"]["rho"])
    assert shown["covariance-false"]["measured"] == pytest.approx(2 * rho**2, abs=0.1)
    assert shown["limit-false"]["left"][-1][1] == pytest.approx(np.e, rel=1e-5)


def test_a_bound_or_a_law_makes_an_interval_guaranteed_and_a_pilot_does_not(every_kind):
    assert every_kind["mean-true"].alpha == 1e-6 / 64
    assert every_kind["probability-false"].alpha == 1e-6 / 64
    assert every_kind["mean-false"].alpha is None
    assert any("asymptotic" in note for note in every_kind["mean-false"].notes)


def test_stochastic_records_say_at_what_resolution(every_kind):
    for name in ("mean-true", "probability-true", "variance-true", "covariance-true"):
        record = every_kind[name]
        assert record.resolution <= 1.01 * record.numbers["resolution_asked"]
        assert len(record.intervals) == record.numbers["points"]
        assert all(each["lower"] <= each["upper"] for each in record.intervals)


# --- in this process: one small claim for each verdict


def test_a_chain_that_closes_is_proved():
    record = check(area(because=chain))
    assert record.verdict == "proved"
    assert [link["status"] for link in record.links] == ["closed"]


def test_a_proved_claim_whose_experiment_agrees_stays_proved():
    claim = area(because=chain)
    observes(claim)(lambda x: x * x)
    record = check(claim)
    assert record.verdict == "proved"
    assert record.dtype == "float64"
    assert record.numbers["points_searched"] > 10


def test_a_proved_claim_that_its_experiment_refutes_stops_the_run_after_its_record_is_written(tmp_path):
    claim = area(because=chain)
    observes(claim)(lambda x: 1.01 * x * x)
    with pytest.raises(
        verify.Contradiction,
        match="area: contradiction: experiment refuted what is established by derivation",
    ):
        check(claim, store=tmp_path)
    kept = Store(tmp_path).read("area")
    assert kept is not None
    assert kept.verdict == "error"


def test_a_wrong_step_is_a_broken_link_and_shows_the_point():
    record = check(area(right=x**3, because=lambda: (Step(x**3, "by wishful thinking"),)))
    assert record.verdict == "error"
    assert re.search(r"broken link \(by wishful thinking\): at x=\S+ balls exclude", " ".join(record.notes))


def test_a_chain_that_ends_elsewhere_is_refused():
    record = check(area(right=x**2 + 0 * t + x, because=chain))
    assert record.verdict == "error"
    assert "derivation refused" in record.notes[0]


def test_a_chain_that_raises_is_an_error_of_its_claim():
    record = check(area(because=lambda: 1 / 0))
    assert record.verdict == "error"
    assert re.search(
        r"area \(.*test_verdicts\.py:\d+\): the derivation raised ZeroDivisionError", record.notes[0]
    )


def test_an_identity_of_theory_is_supported_by_balls_at_points():
    record = check(area())
    assert record.verdict == "supported"
    assert record.numbers["points_enclosed"] >= 64


def test_a_constant_equal_to_its_digits_is_certified():
    record = check(Claim("constant", "t", {}, equal(Integral(cos(t), (t, 0, 1)), sin(S.One))))
    assert record.verdict == "certified"
    wrong = check(Claim("constant", "t", {}, equal(Integral(cos(t), (t, 0, 1)), Rational(8415, 10000))))
    assert wrong.verdict == "refuted"


def test_an_inequality_covered_by_boxes_is_certified():
    assert check(Claim("bowl", "t", UNIT, at_most(x**2, x))).verdict == "certified"


def test_a_mean_without_derivation_or_experiment_was_not_checked():
    record = check(Claim("alone", "t", {rho: Interval(-1, 1)}, equal(Mean(u * v), rho)))
    assert record.verdict == "error"
    assert record.notes[0] == "nothing was checked: give it because=... or an experiment with @observes"


def test_an_open_claim_may_stay_inconclusive():
    claim = Claim("riddle", "t", {rho: Interval(-1, 1)}, equal(Mean(u * v), rho), open=True)

    @observes(claim, resolution=0.2)
    def silent(key, draws, rho):
        return jnp.zeros(draws, rho.dtype) * rho

    record = check(claim)
    assert record.verdict == "inconclusive"
    assert any("all 32768 draws were zero" in note for note in record.notes)
    assert OPEN in record.notes
    assert verify.exit_status([record]) == 0
    assert verify.exit_status([check_closed(claim)]) == 3


def check_closed(claim: Claim):
    closed = Claim(claim.name, claim.title, dict(claim.given), claim.states)
    observes(closed, resolution=0.2)(lambda key, draws, rho: jnp.zeros(draws, rho.dtype) * rho)
    return check(closed)


def abs_claim(factor=S.One) -> Claim:
    claim = Claim(
        "abs-kernel", "t", {rho: Interval(-1, 1)}, equal(Mean(Abs(u) * Abs(v)), factor * ABS_KERNEL)
    )

    @observes(claim, variance=1 + 2 * rho**2 - ABS_KERNEL**2, moments={8: 11025}, resolution=2e-2)
    def neurons(key, draws, rho):
        a, b = draw.pair(key, draws, rho)
        return jnp.abs(a) * jnp.abs(b)

    return claim


def test_a_kernel_is_supported_and_the_same_off_by_a_tenth_is_refuted():
    assert check(abs_claim()).verdict == "supported"
    record = check(abs_claim(Rational(11, 10)))
    assert record.verdict == "refuted"
    shown = record.counterexample
    assert shown["claimed"] == pytest.approx(1.1 * shown["measured"], rel=0.02)


@pytest.mark.parametrize("seed", [1, 2])
def test_any_seed_will_do(seed):
    assert check(abs_claim(), seed=seed).verdict == "supported"


def test_a_negative_factor_turns_an_inequality_round():
    claim = Claim("turned", "t", {rho: Interval(Rational(1, 2), 1)}, at_most(-2 * Mean(u * v), -rho))
    other = Claim("turned", "t", {rho: Interval(Rational(1, 2), 1)}, at_least(-2 * Mean(u * v), -rho))
    for each in (claim, other):

        @observes(each, variance=1 + rho**2, resolution=5e-2)
        def product(key, draws, rho):
            a, b = draw.pair(key, draws, rho)
            return a * b

    assert check(claim).verdict == "supported"
    assert check(other).verdict == "refuted"


def test_arrays_of_draws_are_compared_entrywise_with_alpha_split_over_entries():
    claim = Claim("pair", "t", {rho: Interval(-1, 1)}, equal(Mean(u * v), rho))

    @observes(claim, resolution=0.1)
    def twice(key, draws, rho):
        a, b = draw.pair(key, draws, rho)
        return jnp.stack([a * b, a * b * 1.5], axis=-1)

    record = check(claim)
    assert record.verdict == "refuted"
    entries, looks = 2, 2  # the draws may be the pilot of others
    wanted = 1e-6 / 64 / (entries * looks * record.numbers["points"])
    assert record.numbers["alpha_each"] == pytest.approx(wanted, rel=1e-9)


def test_a_variance_is_formed_from_fresh_pairs():
    claim = Claim("spread", "t", {x: Interval(1, 2)}, equal(Variance(x * z), x**2))

    @observes(claim, kurtosis=3, resolution=5e-2)
    def shifted(key, draws, x):
        return 100 + x * jax.random.normal(key, (draws,), x.dtype)  # no formula centres the draws

    record = check(claim)
    assert record.verdict == "supported"
    assert record.alpha == 1e-6 / 64


def test_a_bound_on_the_kurtosis_alone_guarantees_a_mean():
    claim = Claim("location", "t", {x: Interval(1, 2)}, equal(Mean(x + z), x))

    @observes(claim, kurtosis=3, resolution=5e-2)
    def located(key, draws, x):
        return x + jax.random.normal(key, (draws,), x.dtype)

    record = check(claim)
    assert record.verdict == "supported"
    assert record.alpha == 1e-6 / 64
    looks = 2  # at the variance, and at the mean
    wanted = 1e-6 / 64 / (looks * record.numbers["points"])
    assert record.numbers["alpha_each"] == pytest.approx(wanted, rel=1e-9)


# --- limits, scalings and conditions


def test_a_deterministic_experiment_is_followed_up_a_ladder():
    claim = Claim("euler", "t", {m: Range(4, oo)}, limit(observed("A"), 1, by=m, rate=-1))
    observes(claim)(lambda m: 1 + 1 / m + 1 / m**2)
    assert check(claim).verdict == "supported"
    wrong = Claim("euler", "t", {m: Range(4, oo)}, limit(observed("A"), Rational(9, 8), by=m, rate=-1))
    observes(wrong)(lambda m: 1 + 1 / m + 1 / m**2)
    record = check(wrong)
    assert record.verdict == "refuted"
    assert record.counterexample["range"].startswith("m from 4 to")


def test_a_scaling_to_zero_follows_a_real_parameter():
    claim = Claim(
        "small", "t", {x: Interval.open(0, 1)}, scaling(observed("A"), 2, by=x, to=0, constant=Rational(1, 2))
    )
    observes(claim)(lambda x: 1 - jnp.cos(x))
    assert check(claim).verdict == "supported"


def test_a_range_too_short_for_a_fit_is_an_error():
    claim = Claim("short", "t", {m: Range(4, 8)}, limit(observed("A"), 1, by=m, rate=-1))
    observes(claim)(lambda m: 1 + 1 / m)
    record = check(claim)
    assert record.verdict == "error"
    assert "m runs over Range(4, 8, 1), which holds 4 rungs; give it a wider range" in record.notes[0]


def test_a_condition_that_cannot_fail_is_an_error():
    even = Eq((n**2 + n) % 2, 0)
    assert (
        check(Claim("even", "t", {n: Range(1, 50)}, holds(even, control={n: Rational(1, 2)}))).verdict
        == "supported"
    )
    record = check(Claim("even", "t", {n: Range(1, 50)}, holds(even, control={n: 51})))
    assert record.verdict == "error"
    assert "the condition holds at its control n=51 as well: it cannot fail" in record.notes[0]


def test_a_measured_condition_is_held_to_its_control_too():
    claim = Claim("small", "t", UNIT, holds(observed("A"), control={x: 3}))
    observes(claim)(lambda x: x <= 2)
    assert check(claim).verdict == "supported"
    blind = Claim("small", "t", UNIT, holds(observed("A"), control={x: 3}))
    observes(blind)(lambda x: x <= 4)
    assert "it cannot fail" in check(blind).notes[0]


# --- slips


def test_a_slip_is_refuted_at_its_witness():
    slip = area("printed", right=x)
    record = check(area(because=chain, slip=slip, refuted_at={x: Rational(1, 2)}))
    assert record.verdict == "proved"
    assert any(note.startswith("the slip printed is refuted: at x=1/2: 0.25") for note in record.notes)


def test_a_slip_that_survives_is_an_error():
    slip = area("printed", right=x)
    record = check(area(because=chain, slip=slip, refuted_at={x: 1}))
    assert record.verdict == "error"
    assert any("the slip printed is supported, not refuted" in note for note in record.notes)


def test_a_slip_is_refuted_only_where_it_claims_something():
    slip = Claim("printed", "t", {x: Interval(0, Rational(1, 4))}, equal(AREA, x))
    record = check(area(because=chain, slip=slip, refuted_at={x: Rational(1, 2)}))
    assert record.verdict == "error"
    assert any("its witness x=1/2 is outside its own hypotheses" in note for note in record.notes)


def test_a_slip_about_a_mean_is_refuted_by_the_experiment_of_its_claim():
    slip = Claim(
        "printed", "t", {rho: Interval(-1, 1)}, below(Mean(Abs(u) * Abs(v)), ABS_KERNEL - Rational(1, 5))
    )
    claim = Claim(
        "abs-kernel",
        "t",
        {rho: Interval(-1, 1)},
        at_most(Mean(Abs(u) * Abs(v)), ABS_KERNEL + 1),
        slip=slip,
        refuted_at={rho: 0},
    )

    @observes(claim, resolution=5e-2)
    def neurons(key, draws, rho):
        a, b = draw.pair(key, draws, rho)
        return jnp.abs(a) * jnp.abs(b)

    record = check(claim)
    assert record.verdict == "supported"
    assert any("the slip printed is refuted: " in note for note in record.notes), record.notes


def test_a_slip_about_a_mean_is_refuted_by_the_right_side_that_was_proved():
    slip = Claim("printed", "t", {rho: Interval(-1, 1)}, equal(Mean(Abs(u) * Abs(v)), Abs(rho)))
    claim = abs_claim()
    mended = Claim(
        claim.name, claim.title, dict(claim.given), claim.states, slip=slip, refuted_at={rho: Rational(1, 2)}
    )
    record = check(mended)
    assert any("the slip printed is refuted: at rho=1/2" in note for note in record.notes), record.notes


# --- rounding


def test_rounding_alone_refutes_nothing_and_a_trillionth_does():
    claim = area()
    observes(claim)(lambda x: jnp.sum(jnp.full(1000, x * x / 1000)))
    assert check(claim).verdict == "supported"
    wrong = area()
    observes(wrong)(lambda x: x * x * (1 + 1e-12))
    assert check(wrong).verdict == "refuted"


def test_what_an_experiment_cancels_is_no_refutation():
    claim = area()
    observes(claim)(lambda x: (1e6 + x * x) - 1e6)  # loses six digits, and no formula shows it
    assert check(claim).verdict == "supported"


def test_a_declared_resolution_loosens_an_exact_comparison():
    for resolution, verdict in ((1e-3, "supported"), (1e-6, "refuted")):
        claim = area()
        observes(claim, resolution=resolution)(lambda x: x * x * (1 + 1e-4))
        assert check(claim).verdict == verdict


# --- the two stages of a refutation, on draws that are made up


def stage(row, settings, answer):
    """Drives the experiment with made-up replies; ``answer(purpose, count)`` is the mean that was seen."""
    steps = pooled(row, {"resolution": 0.1}, settings)
    do, task = next(steps)
    try:
        while True:
            shape = len(task.get("points", ()))
            replies = {
                "probe": lambda: {"shape": [], "boolean": False, "dtype": "float32"},
                "law": lambda: {"variance": None, "kurtosis": None, "moments": {}, "bounds": []},
                "draws": lambda: {
                    "mean": np.array([answer(task["purpose"], task["count"]) for _ in range(shape)]),
                    "sd": np.ones(shape),
                },
                "pilot": lambda: {"draws": np.random.default_rng(0).standard_normal((2**14, shape))},
                "shrink": lambda: {"looks": 0, "point": None},
            }
            do, task = steps.send(replies[do]())
    except StopIteration as done:
        return done.value


@pytest.fixture
def unit_mean():
    claim = Claim("centre", "t", {}, equal(Mean(z + 1), 1))
    settings = Settings(alpha=0.5)
    return replace(plan([claim], settings).rows[0], alpha=0.5), settings


def test_an_alarm_that_does_not_come_back_is_inconclusive_with_both_deviations(unit_mean):
    found = stage(*unit_mean, lambda purpose, count: 1.1 if purpose == "draws" else 1.0)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert re.search(
        r"an alarm at the only point did not come back .*: z = 18\.10, then 0\.00", found.notes[-1]
    )


def test_an_alarm_that_comes_back_on_the_other_side_is_inconclusive(unit_mean):
    found = stage(*unit_mean, lambda purpose, count: 1.1 if purpose == "draws" else 0.9)
    assert found.verdict is Verdict.INCONCLUSIVE


def test_an_alarm_that_comes_back_with_four_times_the_draws_refutes(unit_mean):
    counts = {}

    def answer(purpose, count):
        counts[purpose] = count
        return 1.1

    found = stage(*unit_mean, answer)
    assert found.verdict is Verdict.REFUTED
    assert counts["reproduce"] == 4 * counts["draws"]
    assert found.counterexample["claimed"] == 1
    assert found.counterexample["measured"] == pytest.approx(1.1)


def test_over_many_seeds_alarms_come_as_often_as_alpha_allows_and_refutations_as_its_square(unit_mean):
    random = np.random.default_rng(0)
    runs = 100
    found = [stage(*unit_mean, lambda _, count: 1 + random.normal() / np.sqrt(count)) for _ in range(runs)]
    alarms = sum(each.verdict is not Verdict.SUPPORTED for each in found)
    refuted = sum(each.verdict is Verdict.REFUTED for each in found)
    assert binom.ppf(1e-9, runs, 0.5) <= alarms <= binom.isf(1e-9, runs, 0.5)
    assert refuted <= binom.isf(1e-9, runs, 0.5 * 0.25)  # the same side twice


def test_the_number_of_draws_is_fixed_before_any_look(unit_mean):
    counts = []
    for shift in (0.0, 0.5):
        stage(*unit_mean, lambda purpose, count, shift=shift: counts.append((purpose, count)) or 1 + shift)
    drawn = [count for purpose, count in counts if purpose == "draws"]
    assert len(set(drawn)) == 1
    assert spots.FEWEST <= drawn[0] <= spots.MOST


def test_a_case_without_an_experiment_keeps_no_machine():
    (row,) = plan([area()], Settings()).rows
    case = Case(row, Settings(), None)
    assert case.begin({}, {}) is None
    assert case.experimented
    assert check(area()).backend is None
