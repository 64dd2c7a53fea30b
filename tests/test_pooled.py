"""Draws in stages: points share a stream, and those that need many more go on after the others."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Interval, S, symbols

from numerics import plan, pooled, spots
from numerics.judge import Verdict
from numerics.sides import Target
from numerics.statistics import Known
from theory import Claim, Mean, equal, gaussian

x = symbols("x", real=True)
z = gaussian.single()
CLAIM = Claim("here", "A claim.", given={x: Interval(0, 1)}, states=equal(Mean(z * x), 0))
EPS = 2.0**-52


def spot(level: float, draws: int) -> spots.Spot:
    wanted = Target(np.asarray(0.0), "=")
    known = Known(variance=np.ones(()))
    return spots.Spot({"x": S.One}, wanted, known, False, 1e-9, draws, np.asarray(level))


def driven(wanted, times=1):
    """The tasks that go out for spots, and what is seen; each stage is answered by numbers of its own."""
    steps, tasks, seen = pooled.drawn(CLAIM, wanted, 0, "draws", times), [], []
    task = next(steps)[1]
    try:
        while True:
            tasks.append(task)
            level = len(tasks)
            rows = np.full(len(task["points"]), float(level))
            task = steps.send({"mean": rows, "sd": 0 * rows})[1]
    except StopIteration as done:
        seen = done.value
    return tasks, seen


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=40), st.integers(1, 39))
def test_two_batches_together_are_as_one(values, cut):
    draws = np.array(values)
    batches = [part for part in np.split(draws, [min(cut, len(values) - 1)]) if part.size]
    together = pooled.Pooled()
    for part in batches:
        together = together.with_more(part.size, part.mean(), part.std())
    allowed = 64 * EPS * (1 + np.max(np.abs(draws)))  # a few roundings of sums of so few numbers
    assert together.count == draws.size
    assert together.mean == pytest.approx(draws.mean(), abs=allowed)
    # a variance cancels: it is known to eps times the squares
    assert together.sd**2 == pytest.approx(draws.var(), abs=allowed * (1 + np.max(np.abs(draws))))


def test_points_that_need_many_more_go_on_under_a_key_of_their_own():
    few, many = 2**20, 2**29
    tasks, seen = driven([spot(1, few), spot(2, many), spot(3, few)])
    assert [task["count"] for task in tasks] == [few, many - few]
    assert [task["level"].tolist() for task in tasks] == [[1, 2, 3], [2]]
    assert len({task["purpose"] for task in tasks}) == 2
    assert [each.count for each in seen] == [few, many, few]
    assert seen[0].mean == seen[2].mean == 1
    assert seen[1].mean == pytest.approx((few * 1 + (many - few) * 2) / many, rel=4 * EPS)


def test_points_that_need_about_as_many_are_drawn_once():
    tasks, seen = driven([spot(1, 2**20), spot(2, 2**21)])
    assert [task["count"] for task in tasks] == [2**21]
    assert [each.count for each in seen] == [2**21, 2**21]


def test_a_second_look_takes_four_times_the_draws_of_every_stage():
    tasks, _ = driven([spot(1, 2**20), spot(2, 2**29)], times=4)
    assert [task["count"] for task in tasks] == [2**22, 2**31 - 2**22]


ONE = Claim("one", "A claim.", given={x: Interval(0, 1)}, states=equal(Mean(z**2 * x), x))
ROW = replace(plan.plan([ONE], plan.Settings()).rows[0], fixed=({"x": S.One},))


def answered(sds, mean=1.0):
    """What a run over one point asks for, where each lot of draws spreads as the next of ``sds`` says."""
    sheet = {"resolution": 0.05, "keyed": True, "draws": True}
    steps, asked, spread = pooled.pooled(ROW, sheet, plan.Settings(), shrinks=False), [], iter(sds)
    do, task = next(steps)
    try:
        while True:
            if do == "draws":
                asked.append((task["purpose"], task["count"]))
                one = np.ones(len(task["points"]))
                reply = {"mean": mean * one, "sd": next(spread) * one}
            else:
                reply = KNOWN[do]
            do, task = steps.send(reply)
    except StopIteration as done:
        return asked, done.value


KNOWN = {
    "probe": {"shape": [], "boolean": False, "dtype": "float32"},
    "law": {"variance": None, "kurtosis": None, "bounds": [], "moments": {}},
    "pilot": {"draws": np.random.default_rng(0).standard_normal((2**14, 1))},  # for the fit of a tail
}


def test_draws_that_spread_more_than_their_pilot_are_the_pilot_of_others():
    asked, found = answered([1.0, 1.3, 1.3])
    assert [purpose for purpose, _ in asked] == ["pilot", "draws", "draws, after a spread beyond the pilot's"]
    assert asked[2][1] == pytest.approx(asked[1][1] * 1.3**2, rel=0.15)  # a whole number of chunks
    assert found.verdict is Verdict.SUPPORTED
    assert found.resolution <= pooled.SLACK * 0.05


def test_they_are_so_once_and_the_claim_is_undecided_if_that_was_not_enough():
    asked, found = answered([1.0, 1.3, 1.7])
    assert len(asked) == 3
    assert found.verdict is Verdict.INCONCLUSIVE
    assert f"after {asked[2][1]} draws" in found.notes[-1]


def test_an_alarm_among_them_is_tried_again_as_any_other():
    asked, found = answered([1.0, 1.3, 1.3], mean=2.0)
    assert [purpose for purpose, _ in asked] == ["pilot", "draws", "reproduce"]
    assert found.verdict is Verdict.REFUTED


def test_the_share_of_alpha_is_spent_on_both():
    _, found = answered([1.0, 1.0])
    assert found.numbers["alpha_each"] == pytest.approx(ROW.alpha / 2)
