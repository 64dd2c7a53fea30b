"""The engine that plants errors is itself tried: on claims that are true, false, loose or without a witness."""

import json

import pytest
from sympy import Abs, Integral, Interval, Rational, S, acos, asin, pi, sin, sqrt, symbols

from numerics.audit import tables
from numerics.soundness import killing, running, sorting, table
from numerics.soundness.changes import changes
from numerics.soundness.plants import Mutant, Wrong, planted, remade
from numerics.soundness.running import Fate
from theory import Claim, Mean, catalogue, equal, gaussian
from theory.calculus import integrate
from theory.derivation import Scene, Step
from theory.statement import Relation

x, t = symbols("x t", real=True)
rho = symbols("rho", real=True)
UNIT = Interval(-1, 1)


def claimed(states, because=None) -> Claim:
    return Claim("here", "A claim.", {x: Interval(0, 1)}, states, because=because)


def whats(expr):
    return {change.what for change in changes(expr)}


# Planting


def test_every_kind_of_error_is_planted():
    found = {change.kind for change in changes(3 * sin(x) ** 2 + acos(x) - 1)}
    assert found == {"constant", "sign", "exponent", "term", "sibling", "correlation"}


@pytest.mark.parametrize(
    ("expr", "what"),
    [
        (2 * x, "2 off by 1 %"),
        (2 * x, "2 -> -2"),
        (x**2, "2 -> 3"),
        (x + sin(x), "sin -> cos"),
        (asin(x) + 1, "asin -> acos"),
        (acos(x), "acos(x) -> acos(-x)"),
        (x + sin(x), "x dropped"),
        (pi * x, "pi off by 1 %"),
        (S.Zero, "0 -> 1/100"),
    ],
)
def test_an_error_says_what_became_of_what(expr, what):
    assert what in whats(expr)


@pytest.mark.parametrize("claim", catalogue.claims(), ids=lambda claim: claim.name)
def test_every_claim_has_mutants_and_none_is_the_claim(claim):
    few = [mutant for mutant, _ in zip(planted(claim), range(12), strict=False)]
    assert few
    assert all(mutant.link is not None or mutant.claim.digest != claim.digest for mutant in few)


# Sorting


def right(wrong, true=x**2, sign="="):
    """A mutant of a claim about the integral of 2 t from 0 to x, with another right side."""
    area = Integral(2 * t, (t, 0, x))
    origin = claimed(Relation(area, sign, true))
    return Mutant(origin, "right side", "constant", "", remade(origin, states=Relation(area, sign, wrong)))


@pytest.mark.parametrize(
    ("mutant", "kind"),
    [
        (right(x**2 * Rational(101, 100)), "false"),
        (right(x**3), "false"),
        (right(sqrt(x**2 - 2)), "false"),
        (right((x - 1) * (x + 1) + 1), "equivalent"),
        (right(Abs(x) ** 2), "equivalent"),
        (right(2 * x**2, sign="<="), "weaker"),
        (right(x**2 - Rational(1, 100), sign="<="), "false"),
        (right(x**2 / 2, true=x**2 / 3, sign=">="), "stronger"),
    ],
    ids=str,
)
def test_a_mutant_is_sorted_apart_from_the_verdict(mutant, kind):
    assert sorting.sort(mutant).kind == kind


u, v = gaussian.pair(rho)


def test_means_that_balls_cannot_see_are_told_apart_by_draws():
    z = gaussian.single("z")
    same, more = Mean(Abs(z) ** 3), Mean(Abs(z) ** 3) * Rational(101, 100)
    origin = Claim("here", "A claim.", {rho: UNIT}, equal(Mean(Abs(u) ** 3), same))
    wrong = Mutant(
        origin, "right side", "constant", "", remade(origin, states=equal(Mean(Abs(u) ** 3), more))
    )
    assert sorting.sort(wrong).kind == "false"
    assert killing.outcome(wrong).ended != "alive"


# Killing


def chain(*steps):
    return claimed(equal(Integral(2 * t, (t, 0, x)), x**2), because=lambda: steps)


AREA = chain(Step(x**2, integrate(t)))


def test_a_true_claim_survives_its_own_judgement():
    same = Mutant(AREA, "right side", "constant", "", remade(AREA, states=AREA.states))
    assert killing.outcome(same).ended == "alive"


@pytest.mark.parametrize("wrong", [x**2 * Rational(101, 100), x**3, -(x**2), sqrt(x**2 - 2)])
def test_balls_refute_a_wrong_right_side(wrong):
    mutant = Mutant(AREA, "right side", "constant", "", remade(AREA, states=equal(AREA.states.left, wrong)))
    assert killing.outcome(mutant).ended == "refuted"


def test_a_bound_that_is_looser_is_no_error():
    loose = right(2 * x**2, sign="<=")
    assert sorting.sort(loose).kind == "weaker"
    assert not killing.outcome(loose).killed


def test_a_wrong_reason_is_refused_and_a_second_right_one_is_not_an_error():
    step = Step(x**2, "it is plain")
    wrong = Wrong(0, AREA.states.left, step, Scene(AREA, dict(AREA.given)), Step(x**2, integrate(t)))
    mutant = Mutant(AREA, "reason", "reason", "", AREA, wrong)
    assert killing.outcome(mutant).ended == "refused"
    assert sorting.sort(mutant).kind == "false"
    own = mutant._replace(link=wrong._replace(step=Step(x**2, integrate(t))))
    assert killing.outcome(own).ended == "alive"
    assert sorting.sort(own).kind == "equivalent"


def test_a_mean_that_balls_cannot_see_is_broken_by_draws_where_its_rule_leads_elsewhere():
    origin = catalogue.find("arccos-homogeneity-sphere.scale")
    wrong = next(m for m in planted(origin) if m.what == "all off by 1 %")
    assert killing.outcome(wrong) == ("broken", "draws")


def test_a_base_of_an_induction_that_proves_another_line_breaks_the_claim():
    origin = catalogue.find("arccos-order-n")
    wrong = next(m for m in planted(origin) if m.what == "pi off by 1 %")
    assert killing.outcome(wrong) == ("broken", "its rule, by balls")


def test_a_bound_that_holds_at_a_few_points_alone_is_found_false_by_more_of_them():
    claim = catalogue.find("saddle-direction-alignment.rate.attained")
    wrong = next(m for m in planted(claim) if m.part == "right side" and m.what == "n dropped")
    assert sorting.sort(wrong).kind == "false"


def test_an_entry_that_an_array_does_not_have_leaves_a_line_without_a_value():
    claim = catalogue.find("saddle-direction-alignment.rate")
    wrong = next(m for m in planted(claim) if m.part == "line" and m.what == "link 3: 1 -> 2")
    assert killing.outcome(wrong).ended == "broken"
    assert "without a value" in sorting.sort(wrong).reason


@pytest.mark.parametrize("name", ["saddle-escape-time-law.path.above", "saddle-escape-time-law.path.below"])
def test_where_balls_cannot_look_at_the_left_side_they_look_at_a_line_that_equals_it(name):
    wrong = next(m for m in planted(catalogue.find(name)) if m.part == "direction")
    assert sorting.sort(wrong).kind == "false"
    assert killing.outcome(wrong) == ("refuted", "balls")


@pytest.mark.parametrize("name", ["saddle-escape-time-law.path.above", "saddle-direction-alignment.sign"])
def test_a_bound_that_is_off_by_a_hundredth_is_refuted_where_its_slack_is_least(name):
    wrong = next(m for m in planted(catalogue.find(name)) if m.what == "0 -> 1/100")
    assert killing.outcome(wrong) == ("refuted", "balls, where the slack is least")


def test_an_experiment_is_asked_where_its_slack_is_least():
    claim = catalogue.find("gradient-flow-y-equals-minus-x.off-the-line.network")
    wrong = next(m for m in planted(claim) if m.what == "4 off by 1 %")
    assert sorting.sort(wrong).kind == "false"
    assert killing.outcome(wrong) == ("refuted", "an exact comparison, where the slack is least")


def test_a_constant_that_is_no_real_number_is_refuted():
    claim = catalogue.find("hessian-opnorm-gaussian-log")
    wrong = next(m for m in planted(claim) if m.part == "constant" and m.what == "2 -> -2")
    assert killing.outcome(wrong) == ("refuted", "no real number")


@pytest.mark.parametrize(
    ("what", "kind"), [("all off by 1 %", "weaker"), ("1 dropped", "false"), ("1/2 -> -1/2", "false")]
)
def test_a_mean_time_of_exit_is_looked_at_by_draws(what, kind):
    claim = catalogue.find("saddle-escape-time-law.mean.below")
    wrong = next(m for m in planted(claim) if m.part == "right side" and m.what == what)
    assert sorting.sort(wrong).kind == kind


def test_the_first_index_of_a_maximum_is_changed_by_one_and_not_by_a_hundredth():
    claim = catalogue.find("hessian-block-spectrum.below")
    assert {m.what for m in planted(claim) if m.part == "right side" and "1 " in m.what} >= {"1 -> 2"}
    assert not [m for m in planted(claim) if m.part == "right side" and m.what == "1 off by 1 %"]


# The figures


def fate(**changed) -> Fate:
    return Fate(
        "a", "right side", "constant", "2 off by 1 %", "false", "differs", "refuted", "balls"
    )._replace(**changed)


def test_the_record_counts_each_class_and_invents_no_alarms(monkeypatch, tmp_path):
    monkeypatch.setattr(tables, "folder", lambda: tmp_path)
    fates = [
        fate(),
        fate(ended="alive"),
        fate(sorted="weaker", ended="alive"),
        fate(sorted="equivalent", ended="alive"),
    ]
    assert table.record(fates) == {
        "planted": 4,
        "false": 2,
        "killed": 1,
        "equivalent": 1,
        "weaker": 1,
        "stronger": 0,
        "below": 0,
        "unsorted": 0,
        "seeds": None,
        "alarms": None,
    }


def test_the_tables_add_up_what_is_kept_and_say_what_is_missing(tmp_path):
    chapters = {"a": "The first", "b": "The second", "c": "The third"}
    assert table.published(chapters, tmp_path) == "No chapter has been run yet."
    table.write("a", [fate(), fate(ended="alive")], "./wideproof soundness a", tmp_path)
    table.write(
        "b", [fate(part="line"), fate(sorted="unsorted")], "./wideproof soundness b --share 0.1", tmp_path
    )
    lines = table.published(chapters, tmp_path).splitlines()
    assert "| the right side of a statement | 3 | 2 | 1 | 0 | 0 | 0 | 0 | 1 |" in lines
    assert "| one line of a derivation | 1 | 1 | 1 | 0 | 0 | 0 | 0 | 0 |" in lines
    assert "| **all** | 4 | 3 | 2 | 0 | 0 | 0 | 0 | 1 |" in lines
    assert "| The second | 2 | 1 | 1 | 0 | 0 | 0 | 0 | 1 |" in lines
    made = "`./wideproof soundness a --write`, `./wideproof soundness b --share 0.1 --write`"
    assert f"Made by {made}." in lines
    assert lines[-1] == "Not run yet: The third."
    assert [each["survives"] for each in json.loads((tmp_path / "a.json").read_text())["listed"]] == [True]


def test_what_is_refused_is_killed_in_a_derivation_alone():
    assert fate(ended="refused").survives
    assert fate(ended="error").survives
    assert not fate(ended="refused", part="line").survives
    assert fate(sorted="weaker").contradicts


def test_a_chain_that_ends_elsewhere_than_a_loosened_bound_contradicts_nothing():
    assert not fate(sorted="weaker", ended="broken").contradicts
    assert not fate(sorted="stronger", ended="broken").contradicts
    assert fate(sorted="equivalent", ended="broken").contradicts


def test_a_mutant_that_takes_too_long_survives(monkeypatch):
    monkeypatch.setattr(running, "PATIENCE", 0.05)
    monkeypatch.setattr(killing, "outcome", lambda *_: all(True for _ in iter(int, 1)))  # for ever
    monkeypatch.setattr(sorting, "sort", lambda _: sorting.Sorted("false", "so it is said"))
    mutant = next(planted(AREA))
    assert running.fate(mutant, 0).ended == "alive"


def test_what_is_open_is_judged_again_and_the_counts_follow(tmp_path):
    fates = [
        fate(),
        fate(place=1, sorted="unsorted", ended="alive"),
        fate(place=2, ended="alive"),
        fate(place=3, sorted="weaker", ended="alive"),
    ]
    table.write("a", fates, "./wideproof soundness a", tmp_path)
    assert table.left_open("a", tmp_path) == {"a": [1, 2]}
    better = [fate(place=1, sorted="equivalent", ended="alive"), fate(place=2)]
    table.write_again("a", better, "./wideproof soundness a --again", tmp_path)
    kept = json.loads((tmp_path / "a.json").read_text())
    anew = table.record([fate(), *better, fates[3]])
    assert {name: kept[name] for name in anew} == anew
    assert {name: kept["parts"]["right side"][name] for name in anew} == anew
    assert [row["place"] for row in kept["listed"]] == [3]
    assert kept["command"] == "./wideproof soundness a --write`, `./wideproof soundness a --again"


def test_figures_that_are_missing_or_no_longer_fit_are_not_mended(tmp_path):
    with pytest.raises(
        table.Missing, match=r"no figures of a are kept: run \./wideproof soundness a --write first"
    ):
        table.left_open("a", tmp_path)
    table.write("a", [fate(place=1, ended="alive")], "./wideproof soundness a", tmp_path)
    with pytest.raises(table.Missing, match="a: its errors are planted in another order now"):
        table.write_again("a", [fate(place=1, what="another")], "again", tmp_path)
    kept = json.loads((tmp_path / "a.json").read_text())
    del kept["listed"][0]["place"]
    (tmp_path / "a.json").write_text(json.dumps(kept))
    with pytest.raises(table.Missing, match="the figures of a do not say which errors are listed: run"):
        table.left_open("a", tmp_path)
