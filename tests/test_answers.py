"""What is told beside a verdict is true of the run: where it is farthest off, where it is sharp, what it rejects."""

import math
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from sympy import Abs, Interval, Range, Rational, S, exp, log, oo, pi, sin, sqrt, symbols

from numerics import observes, verify
from numerics.answers import constants, controls, exponents, largest, seeds, sharpness, told, triviality
from numerics.evidence import Store
from numerics.plan import Settings
from numerics.record import Record
from theory import Claim, Mean, at_least, at_most, below, equal, gaussian, limit, observed, scaling

x, y = symbols("x y", real=True)
m = symbols("m", integer=True, positive=True)
z = gaussian.single("z")
HALVES = {x: Interval(1, 2)}
UNIT = {x: Interval(0, 1)}
SETTINGS = Settings()


def drawn(name: str, states, factor: float = 1.0, **law) -> tuple[Claim, Record]:
    """A claim about the mean of x |z|, whose draws are off by a factor, and its record."""
    claim = Claim(name, "A size.", dict(HALVES), states)

    @observes(claim, resolution=0.05, **law)
    def sizes(key, draws, x):
        return factor * x * jnp.abs(jax.random.normal(key, (draws,), x.dtype))

    return claim, verify.check(claim)


def notes(claim: Claim, record: Record, **options) -> str:
    found = told.answered(claim, record, SETTINGS, None, **options)
    assert (found.verdict, found.numbers) == (record.verdict, record.numbers)
    return "\n".join(found.notes)  # what the record tells already is not told twice


SIZE = Mean(Abs(z) * x)
TRUE = equal(SIZE, x * sqrt(2 / pi))


@pytest.mark.parametrize(("factor", "verdict"), [(1.0, "supported"), (1.2, "refuted")])
def test_a_mean_tells_where_it_is_farthest_off_whatever_the_verdict(factor, verdict):
    claim, record = drawn("size", TRUE, factor)
    assert record.verdict == verdict
    worst = max(record.intervals, key=lambda each: each["z"])
    found = re.fullmatch(
        r"largest disagreement at x=(\S+): predicted (\S+), observed (\S+), (\S+) standard errors apart",
        largest.told(claim, record),
    )
    assert found
    assert found[1] == worst["at"]["x"]
    assert [float(each) for each in found.groups()[1:]] == pytest.approx(
        [worst["claimed"], worst["mean"], worst["z"]], rel=1e-2
    )


def test_the_worst_entry_of_an_array_is_told():
    each = {"claimed": [0.0, 1.0], "mean": [0.1, 2.0], "lower": [0.0, 1.99], "upper": [0.2, 2.01]}
    assert largest.worst_entry(each) == ((1,), (1.0, 2.0))


# --- inequalities


@pytest.mark.parametrize(
    ("states", "says"),
    [
        (at_most(x**2, x), r"sharp: an equality at x=[01] and at 1 more, of \d+ points"),
        (at_most(sin(x), x + 1), r"not sharp at \d+ points: the least slack seen is 1 \(\d+ % of"),
        (at_least((x - Rational(1, 3)) ** 2 + 1, 1 + S(10) ** -12), None),
        (below(1 - exp(-30 * (1 + x)), 1), r"sharp in the limit, it seems: the slack is 8\.76e-27 at x=1"),
    ],
)
def test_an_inequality_tells_whether_it_is_sharp_and_where(states, says):
    claim = Claim("bound", "t", UNIT, states)
    found = sharpness.least(claim, 0)
    assert found is not None
    if says is None:  # false at a third: a descent would find it, and nothing is told of what does not hold
        assert sharpness.told(claim, record_of(claim, "refuted"), found) == ""
    else:
        assert re.search(says, sharpness.told(claim, record_of(claim, "certified"), found))


def record_of(claim: Claim, verdict: str, **fields) -> Record:
    return Record(claim=claim.name, verdict=verdict, statement="x", digest="0" * 64, kind="equal", **fields)


@pytest.mark.parametrize("place", [Rational(1, 50), Rational(17, 50), Rational(49, 50)])
def test_the_least_slack_is_found_wherever_it_lies(place):
    claim = Claim("valley", "t", UNIT, at_least((x - place) ** 2, Rational(-1, 100)))
    found = sharpness.least(claim, 0)
    assert found is not None
    assert found.slack == pytest.approx(0.01, abs=1e-6)


def test_a_bound_on_a_mean_is_sharp_within_its_noise_or_has_room():
    tight = drawn("tight", at_most(SIZE, x * sqrt(2 / pi)))
    loose = drawn("loose", at_most(SIZE, x))
    assert "sharp within the noise, at x=" in sharpness.told(*tight, None)
    assert "not sharp at the" in sharpness.told(*loose, None)
    assert largest.told(*loose) == ""  # room is no disagreement


# --- controls


def test_the_draws_that_support_a_claim_reject_it_moved_by_two_resolutions():
    claim, record = drawn("size", TRUE)
    text = controls.told(claim, record, 0, None)
    assert re.match(r"control: the same draws refute the right side \+ \S+ %, at x=", text)
    (shift,) = re.findall(r"\+ (\S+) %", text)
    percent = float(shift)
    assert record.resolution is not None
    assert percent == pytest.approx(200 * record.resolution, rel=0.01)
    moved = Claim("moved", "t", HALVES, equal(SIZE, x * sqrt(2 / pi) * (1 + Rational(percent) / 100)))
    observes(moved, resolution=0.05)(
        lambda key, draws, x: x * jnp.abs(jax.random.normal(key, (draws,), x.dtype))
    )
    assert verify.check(moved).verdict == "refuted"


def test_a_control_that_is_not_rejected_is_told_in_capitals():
    claim, record = drawn("size", TRUE)
    wide = [{**each, "lower": each["claimed"] - 9, "upper": each["claimed"] + 9} for each in record.intervals]
    blind = record_of(
        claim, "supported", numbers=record.numbers, intervals=wide, resolution=record.resolution
    )
    assert "CONTROL NOT REJECTED: the same draws do not refute" in controls.told(claim, blind, 0, None)


@pytest.mark.parametrize(
    ("states", "given_", "says"),
    [
        (
            equal(sin(x) ** 2, (1 - sin(pi / 2 - 2 * x)) / 2),
            UNIT,
            r"balls refute the right side \+ 1 %, at x=",
        ),
        (at_most(x**2, x), UNIT, r"balls refute the bound tightened by 0\.01, at x=[01]"),
        (limit((1 + 1 / m) ** m, exp(1), by=m, rate=-1), {m: Range(1, oo)}, "the same values refute limit 2"),
        (scaling(sqrt(m**2 + m), 1, by=m), {m: Range(2, oo)}, "the same values refute exponent 1.0"),
        (scaling(sqrt(m), 1, by=m, bound="upper"), {m: Range(2, oo)}, r"exponent 0\.49\d* \(claimed 1\)"),
    ],
)
def test_exact_arithmetic_rejects_a_statement_close_by(states, given_, says):
    claim = Claim("here", "t", given_, states)
    record = verify.check(claim)
    assert record.verdict in ("certified", "supported")
    sharpest = sharpness.least(claim, 0) if sharpness.is_bound(claim) else None
    text = controls.told(claim, record, 0, sharpest)
    assert re.search(says, text)


def test_only_what_holds_has_a_control():
    claim = Claim("here", "t", UNIT, at_most(x**2, x))
    assert controls.told(claim, record_of(claim, "refuted"), 0, None) == ""


# --- exponents and constants


def scaled(states, given_=None) -> tuple[Claim, str]:
    claim = Claim("growth", "t", given_ or {m: Range(2, oo)}, states)
    return claim, notes(claim, verify.check(claim))


def test_a_scaling_tells_its_local_exponents_its_rational_and_its_constant():
    _, text = scaled(scaling(pi / 3 * sqrt(m) * (1 + 1 / m), Rational(1, 2), by=m))
    assert "local exponents from 22.6 to 1.16e4: 0.4569" in text
    assert re.search(r"exponent in \[0\.4999\d+, 0\.5000\d+\]: the simplest rational there is 1/2", text)
    assert "no other power of log(m) fits better" in text
    assert re.search(r"constant 1\.0472\S* \+- \S+, [34]\.\d digits: pi/3\?", text)


def test_a_missing_logarithm_is_named():
    _, text = scaled(scaling(sqrt(m) * log(m), Rational(1, 2), by=m))
    assert "another power of log(m) is straighter: without a logarithm" in text
    assert "with log(m)**1 by" in text
    assert "control" not in text  # it is refuted
    _, text = scaled(scaling(sqrt(m) * log(m), Rational(1, 2), by=m, log=1))
    assert "no other power of log(m) fits better: with log(m)**1" in text


def test_noise_names_no_rational_and_no_constant():
    claim = Claim("noisy", "t", {m: Range(16, 129)}, scaling(Mean(observed("S")), Rational(1, 2), by=m))

    @observes(claim, resolution=0.5)
    def walk(key, draws, m):
        return jnp.abs(jnp.sum(jax.random.normal(key, (draws, m)), axis=1))

    record = verify.check(claim)
    lines = exponents.told(claim, record, 0)
    assert any("too wide to name a rational" in line for line in lines)
    assert any("too few to name a closed form" in line for line in lines)
    assert any(re.search(r"local exponents .* each \+- ", line) for line in lines)


def test_a_closed_form_is_named_as_often_by_luck_as_it_says():
    """Of constants that have none, each with two digits more than are needed, hardly one in a hundred finds one."""
    random = np.random.default_rng(0)
    tried, named = 1000, 0
    for value in np.exp(random.uniform(-1, 1, tried)):
        form = constants.named(value, value * 1e-6)
        named += form is not None and form.chance <= constants.LUCK
    assert named / tried <= constants.LUCK


def test_the_forms_nearby_are_counted_and_the_simplest_of_them_is_named():
    found = constants.named(math.sqrt(2 / math.pi), 1e-9)
    assert found is not None
    assert found.text == "sqrt(2)/sqrt(pi)"
    near = [
        form for form in constants.forms() if abs(math.log(form.value) - math.log(2 / math.pi) / 2) <= 0.5
    ]
    assert found.tried <= len(near)
    assert found.chance == pytest.approx(found.tried * 2e-9 / math.sqrt(2 / math.pi))


# --- other seeds, and what holds trivially


def test_other_seeds_are_counted_for_the_same_statement_alone(tmp_path):
    def run(right, seed):
        claim = Claim("again", "t", UNIT, at_most(x**3, right))
        return claim, verify.check(claim, seed=seed, store=tmp_path)

    assert seeds.told(*run(x, 0)) == ""
    assert seeds.told(*run(x, 0)) == ""  # the same seed is the same look
    assert seeds.told(*run(x, 5)) == (
        "run before with 1 other seed (0): 1 certified. Each look spends its own alpha: 2 times what is printed"
    )
    assert seeds.told(*run(x**2, 6)) == ""  # another statement under the same name
    assert "2 other seeds (0, 5): 2 certified" in seeds.told(*run(x, 7))


def test_seeds_that_disagree_are_told_aloud(tmp_path):
    claim = Claim("again", "t", UNIT, at_most(x**3, x))
    verify.check(claim, store=tmp_path)
    past = Store(tmp_path).read("again")
    assert past is not None
    looks = [{**look, "seed": 3, "verdict": "refuted"} for look in past.looks]
    record = record_of(claim, "supported", seeds=(0,), looks=looks)
    assert "1 refuted. SEEDS DISAGREE." in seeds.told(claim, record)


@pytest.mark.parametrize(
    ("states", "trivial"),
    [
        (at_least(x**2 + 1, 0), True),
        (equal((x + 1) ** 2, x**2 + 2 * x + 1), True),
        (at_most(x**2, x), False),
        (equal(sin(x) ** 2, 1 - sin(pi / 2 - x) ** 2), False),
    ],
)
def test_what_holds_whatever_the_domain_is_told_to_be_trivial(states, trivial):
    said = triviality.told(Claim("here", "t", UNIT, states))
    assert said.startswith("it holds trivially") == trivial


def test_what_raises_is_told_and_the_verdict_stays(monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("of all things")

    monkeypatch.setattr(largest, "told", broken)
    claim = Claim("here", "t", UNIT, at_most(x**2, x))
    assert "no more is told: ZeroDivisionError: of all things" in notes(claim, verify.check(claim))
