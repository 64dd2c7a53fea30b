"""The measurement of false alarms and of power: at its own small scale, and seen to fail."""

import json
import math

import jax
import numpy as np
import pytest

from numerics.audit import looks, rates, summary, tables
from numerics.experiment import load
from numerics.freshness import home_of
from theory import catalogue

SEEDS, DRAWS = range(200), 2**10


@pytest.fixture(scope="module")
def stage():
    claim = catalogue.find("saddle-escape-time-law.log-mean")
    load(home_of(claim))
    return looks.staged(claim)


@pytest.fixture(scope="module")
def outcome(stage):
    return rates.outcome(stage, SEEDS, DRAWS)


def test_a_true_claim_raises_no_more_alarms_than_it_may(outcome):
    for row in rates.false_alarms([outcome]):
        assert row["held"], row
        assert row["seeds"] == len(SEEDS)
    assert not np.any(outcome.alarms[0])  # at the shipped alpha


def test_a_planted_discrepancy_is_caught_as_often_as_printed(outcome):
    rows = rates.power([outcome])
    assert [row["printed"] for row in rows] == [0.99, 0.9]
    assert all(row["held"] for row in rows), rows
    assert all(row["planted"] == 2 * len(SEEDS) for row in rows)


def test_a_claim_that_is_off_is_seen_to_break_its_rate(stage):
    """By its resolution at both rates 1e-2: more than nine looks in ten are alarms, where one in a hundred may be."""
    wanted = stage.wanted[0]
    gap = float(
        rates.resolution(
            rates.spot(stage, 0, rates.Arm("planted", 1e-2, 1e-2, 1), DRAWS, None), rates.ARMS[-1]
        )
    )
    off = stage._replace(wanted=[wanted._replace(value=wanted.value + 1.1 * gap * math.sqrt(math.pi**2 / 8))])
    broken = [row for row in rates.false_alarms([rates.outcome(off, SEEDS, DRAWS)]) if not row["held"]]
    assert {row["alpha"] for row in broken} >= {1e-2, 1e-1}


def test_a_smaller_discrepancy_than_printed_is_seen_to_be_missed(stage, monkeypatch):
    kept = rates.planted
    monkeypatch.setattr(rates, "planted", lambda at, arm, size: kept(at, arm, np.asarray(size / 3)))
    assert not any(row["held"] for row in rates.power([rates.outcome(stage, SEEDS, DRAWS)]))


def test_booleans_are_flipped_to_another_probability():
    """Misses become hits with probability a, so that p becomes p + a (1 - p); hits misses: p (1 - a)."""
    rng = np.random.default_rng(0)
    hits, uniform = rng.random(10**6) < 0.3, rng.random(10**6).astype("float32")
    for amount, wanted in ((0.0, 0.3), (0.1, 0.37), (-0.1, 0.27)):
        changed = np.asarray(
            looks.flipped(*map(jax.numpy.asarray, (hits, uniform, np.float32(amount)))), float
        )
        assert abs(changed.mean() - wanted) < 6 * math.sqrt(0.25 / 10**6)


def test_keys_are_those_of_a_run():
    from numerics.arguments import key_for

    first, second = looks.words(3, "k2-limit", "draws")
    mine = jax.random.fold_in(jax.random.key(np.uint32(first)), np.uint32(second))
    assert np.array_equal(jax.random.key_data(mine), jax.random.key_data(key_for(3, "k2-limit", "draws")))


def test_tables_are_json_lines_and_markdown_and_name_their_command(tmp_path):
    rows = [{"what": "a", "n": 1000, "rate": 0.01234, "none": None}]
    tables.write("t", "python -m x", rows, {"what": "looked at", "n": "number", "rate": "rate"}, tmp_path)
    head, row = map(json.loads, (tmp_path / "t.jsonl").read_text().splitlines())
    assert (head["command"], head["rows"], row) == ("python -m x", 1, rows[0])
    text = (tmp_path / "t.md").read_text()
    assert "| looked at | number | rate |\n| --- | --- | --- |\n| a | 1,000 | 0.0123 |\n" in text
    assert "Made by `python -m x`." in text


def test_the_summary_says_what_the_measurements_hold_and_nothing_else(tmp_path):
    assert summary.published(tmp_path) == "Nothing has been measured yet."
    assert summary.shipped(tmp_path) == {"seeds": None, "alarms": None}
    alarms = [
        {"what": "a run of 3 claims", "alpha": 1e-6, "seeds": 500, "assertions": 1500, "hits": 0},
        {"what": "a run of 2 claims", "alpha": 1e-6, "seeds": 500, "assertions": 1000, "hits": 2},
        {"what": "3 claims, each", "alpha": 1e-2, "seeds": 500, "assertions": 1500, "hits": 9},
    ]
    power = [
        {"claim": "a", "printed": 0.99, "rate": 0.995, "held": True},
        {"claim": "b", "printed": 0.99, "rate": 0.9614, "held": False},
    ]
    tables.write("alarms", "python -m x", alarms, {"what": "what"}, tmp_path)
    tables.write("power", "python -m x", power, {"claim": "claim"}, tmp_path)
    assert summary.shipped(tmp_path) == {"seeds": 500, "alarms": 2}
    text = summary.published(tmp_path)
    assert "| true claims, 500 runs with 2,500 assertions, alpha 1e-06 for each run | 2 alarms |" in text
    assert (
        "in 2 claims, power 0.99 printed | caught at a rate of 0.961 or more; less than printed in 1 |"
        in text
    )
    assert text.endswith("Made by `python -m x`.")


def test_a_name_that_is_none_is_told_with_those_that_are(capsys):
    with pytest.raises(SystemExit):
        rates.main(["--without", "arccos-order-9"])
    assert "arccos-order-9 is no stochastic claim; give names among arccos-order-0" in capsys.readouterr().err
