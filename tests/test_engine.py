"""The engine around a verdict: bad experiments, budgets, interruption, evidence that is resumed."""

import re
from pathlib import Path

import numpy as np
import pytest
from sympy import Integral, Interval, symbols

from numerics import conjecture, plan, verify
from numerics.case import Case
from numerics.evidence import Store
from numerics.judge import NOTHING, Finding, Verdict, exit_status, verdict_of
from numerics.landing import RESUMED
from numerics.plan import Settings
from numerics.pump import Pump
from numerics.record import Record
from numerics.worker import WorkerFailure
from theory import Claim, Mean, at_most, equal, gaussian, points

FILE = Path(__file__).with_name("conjectures") / "bad_input.py"
x, t = symbols("x t", real=True)
z = gaussian.single("z")


def verified(claims, store, home=None, **settings) -> dict[str, Record]:
    chosen = Settings(store=store, **settings)
    return {record.claim: record for record in verify.verify(claims, chosen, locate=lambda claim: home)}


SAYS = {
    "wrong-parameters": r"the experiment takes \(key, draws, y\), .* ask for \(key, draws, x\)",
    "nan": r"returns NaN or infinite values at x=1; return finite ones",
    "infinite": r"returns NaN or infinite values at x=1; return finite ones",
    "nan-elsewhere": r"returns NaN or infinite values at x=2; return finite ones",
    "complex": r"returns complex values; return real ones",
    "wrong-shape": r"was asked for 64 draws and returned shape \(65,\); return one value a draw on the leading axis",
    "changing-shape": r"one value has shape \(64,\) of 64 draws, but \(66,\) of 66",
    "restless": r"two calls with the same key return different values; draw all randomness from the key",
    "restless-value": r"two calls with the same point return different values",
    "raises": r"RuntimeError: boom, raised at .*bad_input\.py:\d+",
    "raises-when-traced": r"TracerBoolConversionError: .*raised at .*bad_input\.py:\d+; .*write jnp\.where\(condition",
    "numpy-used": r"TracerArrayConversionError: .*raised at .*bad_input\.py:\d+; NumPy .* write jnp for np",
    "float-taken": r"ConcretizationTypeError: .*bad_input\.py:\d+; .*write .* x\.astype\(float\) for float\(x\)",
    "without-key": r"the experiment takes \(draws, x\), but .* ask for \(key, draws, x\)",
    "no-booleans": r"returns float\d+ under Probability; return booleans",
    "no-pair": r"under Covariance return the two arrays of values, as in `return x, y`",
    "missing": r"the experiment returned A; return a dict with A, B",
    "misshapen": r"A has shape \(2,\) at x=1; observed says \(2, 2\)",
    "nan-value": r"the experiment's value is NaN at x=1; return finite values",
    "complex-value": r"the experiment's value is complex at x=1; return real values",
    "nan-limit": r"at m=16 returns values of shape \(\), such as \[nan\]; return one finite number",
    "exhausts-memory": r"exhausts-memory .*Out of memory allocating \d+ bytes",
    "unknown-right": r"at x=1 the side E\[Abs\(z\)\] has no finite real value",
    "unchecked": NOTHING,
}
DOUBTED = {
    "ignores-key": "ignores its key, so that all draws are alike: draw from it, or drop it",
    "ignores-key-value": "ignores its key",
    "ignores-parameter": "ignores x, on which the left side depends: use it, or drop it from the claim",
}


@pytest.fixture(scope="module")
def bad(tmp_path_factory):
    claims = [claim for claim in conjecture.conjectures(str(FILE)) if claim.name != "hangs"]
    return verified(claims, tmp_path_factory.mktemp("evidence"), str(FILE), budget=120.0)


@pytest.mark.parametrize("name", SAYS)
def test_a_bad_experiment_is_an_error_of_its_claim_alone(bad, name):
    record = bad[name]
    assert record.verdict == "error"
    assert any(re.search(SAYS[name], note, re.S) for note in record.notes), record.notes
    if name != "unchecked":
        assert re.search(rf"{name} \(.*bad_input\.py:\d+\)", record.notes[0]), record.notes


@pytest.mark.parametrize("name", DOUBTED)
def test_what_an_experiment_is_given_and_does_not_read_is_told(bad, name):
    assert re.search(rf"the experiment \(.*bad_input\.py:\d+\) {DOUBTED[name]}", bad[name].notes[-1])
    assert not any("ignores" in note for note in bad["fine"].notes)


def test_every_bad_claim_is_named_and_the_good_one_among_them_is_checked(bad):
    assert set(bad) == {*SAYS, *DOUBTED, "fine"}
    assert bad["fine"].verdict == "supported"
    assert bad["fine"].backend == "cpu"
    assert exit_status(bad.values()) == 4


def test_an_experiment_that_hangs_is_ended_at_its_budget_and_the_next_one_runs(tmp_path):
    claims = [
        claim for claim in conjecture.conjectures(str(FILE)) if claim.name in ("hangs", "complex-value")
    ]
    records = verified(
        sorted(claims, key=lambda claim: claim.name != "hangs"), tmp_path, str(FILE), budget=8.0
    )
    assert records["hangs"].verdict == "error"
    assert re.search(
        r"hangs \(.*bad_input\.py:\d+\): the task was not done within 8 s", records["hangs"].notes[0]
    )
    assert "is complex" in records["complex-value"].notes[0]


def test_a_budget_that_ends_while_draws_are_taken_is_inconclusive():
    (row,) = plan.plan([Claim("c", "t", {x: Interval(1, 2)}, equal(Mean(z**2) * x, x))], Settings()).rows
    case = Case(row, Settings(), "somewhere")
    sheet = {"draws": True, "keyed": True, "resolution": None, "points": None, "place": "f.py:1"}
    task = case.begin({"c": sheet}, {})
    assert task is not None
    assert task["do"] == "probe"
    case.step({"shape": [], "boolean": True, "dtype": "bool"})
    case.probed = True
    assert case.step(WorkerFailure("budget", "the task was not done within 600 s")) is None
    (found,) = case.findings
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "the budget ended before the resolution was reached" in found.notes[0]


def test_an_experiment_may_ask_for_the_last_points_alone():
    (row,) = plan.plan([Claim("c", "t", {x: Interval(1, 2)}, equal(Mean(z**2) * x, x))], Settings()).rows
    case = Case(row, Settings(), "somewhere")
    sheet = {"draws": True, "keyed": True, "resolution": None, "points": 2, "place": "f.py:1"}
    case.begin({"c": sheet}, {})
    assert len(row.points) > 2
    assert case.row.points == row.points[-2:]


def test_a_second_worker_changes_no_record(tmp_path, monkeypatch):
    pumps: list[Pump] = []
    started = Pump.__enter__
    monkeypatch.setattr(Pump, "__enter__", lambda self: pumps.append(self) or started(self))
    monkeypatch.setattr(verify, "cores", lambda: 2)
    names = ["nan", "restless", "fine", "no-pair"]
    claims = [claim for claim in conjecture.conjectures(str(FILE)) if claim.name in names]
    told = []
    for crowd, workers in ((len(names) + 1, 1), (1, 2)):
        monkeypatch.setattr(verify, "CROWD", crowd)
        records = verified(claims, tmp_path / str(workers), str(FILE))
        assert len(pumps.pop().workers) == workers
        told.append([(name, records[name].verdict, records[name].intervals) for name in names])
    assert told[0] == told[1]


def true_claim(name: str, **fields) -> Claim:
    return Claim(name, "A square is less.", {x: Interval(0, 1)}, at_most(x**2, x), **fields)


def test_evidence_is_resumed_until_something_changes(tmp_path):
    claims = [true_claim("first"), true_claim("second")]
    made = verified(claims, tmp_path)
    again = verified(claims, tmp_path)
    assert all(RESUMED in record.notes for record in again.values())
    assert [record.verdict for record in again.values()] == [record.verdict for record in made.values()]
    assert RESUMED not in Store(tmp_path).read("first").notes
    for changed in ({"seed": 1}, {"resolution": 1e-2}):
        assert not any(RESUMED in record.notes for record in verified(claims, tmp_path, **changed).values())
    other = Claim("first", "t", {x: Interval(0, 1)}, at_most(x**3, x))
    assert RESUMED not in verified([other], tmp_path)["first"].notes


def test_a_damaged_record_is_set_aside_and_made_again(tmp_path, capsys):
    claims = [true_claim("first")]
    verified(claims, tmp_path)
    (tmp_path / "first.json").write_text("{}")
    assert verified(claims, tmp_path)["first"].verdict == "certified"
    assert "set aside" in capsys.readouterr().err


def test_ctrl_c_keeps_what_landed_and_ends_the_worker(tmp_path, monkeypatch):
    pumps: list[Pump] = []
    started = Pump.__enter__
    monkeypatch.setattr(Pump, "__enter__", lambda self: pumps.append(self) or started(self))
    claims = [true_claim("first"), true_claim("second")]

    def interrupt(said):
        if said.startswith("second"):
            raise KeyboardInterrupt

    homes = {"first": None, "second": str(FILE)}
    settings = Settings(store=tmp_path)
    records = verify.verify(claims, settings, progress=interrupt, locate=lambda claim: homes[claim.name])
    with pytest.raises(KeyboardInterrupt):
        list(records)
    assert Store(tmp_path).read("first").verdict == "certified"
    assert Store(tmp_path).read("second") is None
    assert all(worker.process is None for worker in pumps[0].workers)
    assert not any(thread.is_alive() for thread in pumps[0].threads)
    assert RESUMED in verified(claims[:1], tmp_path)["first"].notes


def test_a_file_of_experiments_that_does_not_load_is_named_by_each_of_its_claims(tmp_path):
    file = tmp_path / "broken.py"
    file.write_text("import nowhere_to_be_found\n")
    records = verified([true_claim("first")], tmp_path / "evidence", str(file))
    assert records["first"].verdict == "error"
    assert re.search(
        r"first: .*broken\.py does not load: .*No module named 'nowhere_to_be_found'",
        records["first"].notes[-1],
    )


def test_a_claim_lands_after_those_it_rests_on_and_its_standing_is_the_weakest(tmp_path):
    weak = Claim("weak", "t", {x: Interval(0, 1)}, equal(Integral(2 * t, (t, 0, x)), x**2))
    strong = true_claim("strong", uses=("weak",))
    records = verified([strong, weak], tmp_path)
    assert list(records) == ["weak", "strong"]
    assert (records["weak"].verdict, records["strong"].verdict) == ("supported", "certified")
    assert "standing supported, through weak" in records["strong"].notes
    lone = true_claim("lone", uses=("weak", "unheard-of"))
    assert "standing unknown: it rests on unheard-of" in verified([lone], tmp_path)["lone"].notes[-1]


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"resolution": 0.0}, "resolution=0.0: give a positive number"),
        ({"resolution": float("nan")}, "resolution=nan: give a positive number"),
        ({"alpha": 0.0}, "alpha=0.0: give a probability between 0 and 1"),
        ({"alpha": 1.0}, "alpha=1.0: give a probability between 0 and 1"),
        ({"budget": -1.0}, "budget=-1.0: give a positive number of seconds"),
        ({"seed": -1}, "seed=-1: give an integer from 0 on"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        plan.plan([true_claim("first")], Settings(**settings))


def test_two_claims_of_one_name_are_refused_with_both_places():
    with pytest.raises(
        ValueError, match=r"first: two claims of that name, at .*\.py:\d+ and .*\.py:\d+; rename one"
    ):
        plan.plan([true_claim("first"), true_claim("first")], Settings())


def test_hypotheses_that_admit_nothing_are_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr(points, "TRIES", 40)
    nowhere = true_claim("nowhere", where={"never": x > 2})
    record = verified([nowhere], tmp_path)["nowhere"]
    assert record.verdict == "error"
    assert "where rejects" in record.notes[0]


def test_a_plan_fixes_points_and_shares_before_anything_is_drawn():
    claims = [Claim("c", "t", {x: Interval(1, 2)}, equal(Mean(z**2) * x, x)), true_claim("first")]
    one, two = (plan.plan(claims, Settings(seed=seed)) for seed in (0, 0))
    assert [row.points for row in one.rows] == [row.points for row in two.rows]
    assert plan.plan(claims, Settings(seed=1)).rows[0].points != one.rows[0].points
    drawn, covered = one.rows
    assert drawn.alpha == 1e-6 / plan.SLOTS
    assert covered.alpha == covered.draws == 0
    assert drawn.draws == pytest.approx((55 / 3e-3) ** 2, rel=0.25)
    assert all(np.float32(point["x"]) == float(point["x"]) for point in drawn.points)


def test_a_run_of_one_claim_is_a_part_of_the_run_of_all():
    claims = [Claim(f"c{k}", "t", {x: Interval(1, 2)}, equal(Mean(z**2) * x, x)) for k in range(70)]
    assert plan.share(claims[:1], 1e-6) == plan.share(claims[:60], 1e-6)
    assert 70 * plan.share(claims, 1e-6) <= 1e-6


@pytest.mark.parametrize(
    ("verdicts", "verdict"),
    [
        (["proved", "supported"], "proved"),
        (["certified", "supported"], "certified"),
        (["supported", None], "supported"),
        (["proved", "inconclusive"], "inconclusive"),
        (["supported", "refuted"], "refuted"),
        (["inconclusive", "refuted"], "refuted"),
        (["proved", "error"], "error"),
        (["proved", "refuted"], "error"),
        (["certified", "refuted"], "error"),
        ([None, None], "error"),
        ([], "error"),
    ],
)
def test_a_claim_must_pass_every_witness(verdicts, verdict):
    findings = [Finding(str(place), said and Verdict(said)) for place, said in enumerate(verdicts)]
    assert verdict_of(findings)[0] == verdict


@pytest.mark.parametrize(
    ("verdicts", "status"),
    [
        (["proved", "certified", "supported"], 0),
        ([], 0),
        (["supported", "inconclusive"], 3),
        (["inconclusive", "refuted"], 1),
        (["refuted", "error", "inconclusive"], 4),
    ],
)
def test_a_run_exits_with_the_worst_of_its_verdicts(verdicts, status):
    records = [
        Record(claim=f"c{k}", verdict=verdict, statement="x", digest="0" * 64, kind="equal")
        for k, verdict in enumerate(verdicts)
    ]
    assert exit_status(records) == status
