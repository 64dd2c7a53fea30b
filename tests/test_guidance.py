"""What is advised where a run decides nothing is enough, and no more than is needed: it is followed here."""

import re
from pathlib import Path

import pytest
from sympy import Interval, Range, Rational, log, symbols

from numerics import climbing, conjecture, verify
from numerics.answers import guidance
from numerics.judge import Finding, Verdict
from numerics.plan import BUDGET, Settings
from numerics.record import Record
from numerics.spots import MOST
from theory import Claim, Mean, equal, observed, scaling

SLOWER = 4  # times: a machine that others use may slow down between the clock of the advice and the run
FILE = str(Path(__file__).with_name("conjectures") / "short_of_time.py")
x = symbols("x", real=True)
m = symbols("m", integer=True, positive=True)


def verified(name: str, store, **settings) -> tuple[Claim, Record, Settings]:
    claims = {claim.name: claim for claim in conjecture.conjectures(FILE)}
    chosen = Settings(store=store, **settings)
    (record,) = verify.verify([claims[name]], chosen, locate=lambda _: FILE)
    return claims[name], record, chosen


@pytest.mark.parametrize("name", ["costly", "noisy"])
def test_a_budget_that_is_advised_decides(name, tmp_path):
    claim, record, settings = verified(name, tmp_path, budget=1.5, resolution=2e-2)
    assert record.verdict == "inconclusive"
    assert record.numbers["budget"] == 1.5
    advice = guidance.told(claim, record, settings, FILE)
    found = re.search(r"about (\S+) (s|min) here. Give --budget (\d+)", advice)
    assert found, advice
    budget = SLOWER * float(found[3])
    _, again, _ = verified(name, tmp_path, budget=budget, resolution=2e-2)
    assert again.verdict == "supported"  # and not resumed as it was


def test_a_larger_budget_takes_more_seeds_and_a_smaller_one_no_fewer():
    pilot = Finding("experiment", Verdict.INCONCLUSIVE, numbers={"lacking": 50.0})
    usual = climbing.seeds_for(pilot, [16, 1024], 16)
    assert climbing.seeds_for(pilot, [16, 1024], 16, BUDGET / 10) == usual
    assert climbing.seeds_for(pilot, [16, 1024], 16, 16 * BUDGET) == pytest.approx(16 * usual, rel=1e-3)


def undecided(claim: Claim, **fields) -> Record:
    return Record(
        claim=claim.name, verdict="inconclusive", statement="x", digest="0" * 64, kind="equal", **fields
    )


def test_seeds_and_reach_that_the_fits_ask_for_become_options(tmp_path):
    claim = Claim("growth", "t", {m: Range(16, 65)}, scaling(Mean(observed("S")), Rational(1, 2), by=m))
    numbers = {"rungs": 7, "reach": 9000.0, "times": 16.0, "budget": BUDGET}
    advice = guidance.told(claim, undecided(claim, numbers=numbers, seconds=10.0), Settings(), FILE)
    assert advice == (
        "to decide: m as far as 2^14 (widen its range in given), and 16 times the seeds, some 2.7 min here: "
        "--budget 13000"
    )


def test_a_range_that_is_advised_decides():
    short = verify.check(short_claim(400))
    assert short.verdict == "inconclusive"
    advice = guidance.told(short_claim(400), short, Settings(), None)
    (power,) = re.findall(r"m as far as 2\^(\d+)", advice)
    reach = int(power)
    assert verify.check(short_claim(2**reach + 1)).verdict == "supported"


def short_claim(last) -> Claim:
    return Claim("short", "t", {m: Range(2, last)}, scaling(m + log(m), 1, by=m))


def interval(draws: int) -> dict:
    return {
        "at": {"x": "1"},
        "lower": 0.0,
        "upper": 1.0,
        "claimed": 0.5,
        "mean": 0.5,
        "draws": draws,
        "z": 0.0,
    }


@pytest.mark.parametrize(
    ("draws", "says"),
    [
        (2**20, "to decide: 4 times the draws: --resolution 0.021 does without"),
        (MOST, "to decide: the draws of a point end at 5.37e8; --resolution 0.021 is within their reach"),
    ],
)
def test_a_resolution_that_was_missed_names_the_one_in_reach(draws, says):
    claim = Claim("mean", "t", {x: Interval(1, 2)}, equal(Mean(observed("S")), x))
    record = undecided(
        claim, numbers={"resolution_asked": 0.01}, resolution=0.02, intervals=[interval(draws)]
    )
    assert guidance.told(claim, record, Settings(), None) == says


def test_an_alarm_that_did_not_come_back_asks_for_a_finer_look():
    claim = Claim("mean", "t", {x: Interval(1, 2)}, equal(Mean(observed("S")), x))
    record = undecided(claim, notes=("an alarm at x=1 did not come back",), seconds=60.0)
    told = guidance.told(claim, record, Settings(), None)
    assert "--resolution 0.0015 takes four times the draws, about 4.0 min here, and another --seed" in told


def test_what_is_decided_needs_no_guidance():
    claim = Claim("mean", "t", {x: Interval(1, 2)}, equal(log(x) + 1, log(x * 2) + 1 - log(2)))
    assert guidance.told(claim, verify.check(claim), Settings(), None) == ""


@pytest.mark.parametrize(
    ("value", "up", "down"), [(0.0203, "0.021", "0.02"), (10, "10", "10"), (641, "650", "640")]
)
def test_advice_is_rounded_to_the_safe_side(value, up, down):
    assert (guidance.rounded_up(value), guidance.rounded_down(value)) == (up, down)
