"""The command line: what a person types, and what comes back on which stream, with which status."""

import json
import os
import re
import resource
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from numerics import cli, conjecture, index, judge, report, upkeep
from numerics.glyphs import MARKS
from numerics.record import Record
from theory import catalogue

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "docs" / "examples" / "abs_kernel.py"
CLAIM = """
from sympy import Interval, symbols
from theory import Claim, at_most
x = symbols("x", real=True)
{name} = Claim("{name}", "Its square is less.", given={{x: Interval(0, 1)}}, states=at_most(x**2, x))
"""
TWIN = CLAIM.format(name="twin")


def timed(command: list[str]):
    """A process with what it printed, its status, and the CPU seconds that it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return SimpleNamespace(status=done.returncode, out=done.stdout, err=done.stderr, seconds=seconds)


def wideproof(*arguments: str):
    return timed([sys.executable, "-P", "-m", "numerics", *arguments])


def record(claim: str, verdict: str, **fields) -> Record:
    return Record(claim=claim, verdict=verdict, statement="x", digest="0" * 64, kind="equal", **fields)


@pytest.fixture
def engine(monkeypatch, tmp_path):
    """The command line over an engine that answers as it is told, in a folder of its own."""
    from numerics import pump, verify

    told = SimpleNamespace(answer=lambda claims: [record(claim.name, "proved") for claim in claims], calls=[])

    def answered(claims, settings, progress=None, locate=None, worker=None):
        told.calls.append((claims, settings, locate))
        if progress:
            progress("at work")
        yield from told.answer(claims)

    monkeypatch.setattr(verify, "verify", answered)
    monkeypatch.setattr(pump, "early", lambda wanted=True: nullcontext())  # nothing waits for a worker here
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    told.run = lambda *arguments: CliRunner().invoke(cli.app, list(map(str, arguments)))
    return told


def cpu(*command: str) -> float:
    """CPU seconds of a process, the least of three."""
    return min(timed(list(command)).seconds for _ in range(3))


@pytest.mark.parametrize("arguments", [["--help"], ["list"], ["list", "--json"], ["verify", "--help"]])
def test_help_and_the_list_answer_at_once(arguments):
    """In half a second; on a machine that is slow or busy, in twice what typer's own imports take."""
    parser = cpu(sys.executable, "-c", "import typer._adapters")
    assert cpu(sys.executable, "-m", "numerics", *arguments) < max(0.5, 2 * parser)


def test_the_list_imports_neither_jax_nor_sympy():
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "numerics", "list"],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    imported = set(re.findall(r"\|\s+([\w.]+)$", done.stderr, re.M))
    assert {"typer", "numerics.index"} <= imported  # the probe sees imports
    assert not {"jax", "sympy", "theory", "numpy"} & imported


def test_the_index_and_the_readme_are_what_the_catalogue_says():
    assert not index.stale(), "run python -m numerics index"


def test_a_stale_index_is_noticed(monkeypatch, tmp_path):
    old = tmp_path / "index.json"
    old.write_text(index.text(index.entries()[:-1]))
    monkeypatch.setattr(index, "PATH", old)
    monkeypatch.setattr(index, "COMMITTED", tmp_path)
    monkeypatch.setattr(upkeep, "ROOT", tmp_path)
    assert old in index.stale()


def test_the_list_has_one_json_line_a_claim_in_reading_order():
    lines = [json.loads(line) for line in wideproof("list", "--json").out.splitlines()]
    assert [line["claim"] for line in lines] == [claim.name for claim in catalogue.claims()]


def test_the_list_fits_eighty_columns():
    lines = wideproof("list").out.splitlines()
    assert max(map(len, lines)) <= 80


def test_a_row_brings_its_facts_and_a_chapter_its_rows():
    row = [entry["claim"] for entry in index.chosen(["arccos-order-1"])]
    chapter = index.chosen(["arc_cosine"])
    assert row[0] == "arccos-order-1"
    assert all(name.startswith("arccos-order-1") for name in row)
    assert {entry["chapter"] for entry in chapter} == {"arc_cosine"}
    assert set(row) < {entry["claim"] for entry in chapter}


@pytest.mark.parametrize("command", ["verify", "show", "list"])
def test_an_unknown_name_is_answered_with_the_nearest_one(engine, command):
    done = engine.run(command, "arcos-order-1")
    assert done.exit_code == 2
    assert "no claim named arcos-order-1; did you mean arccos-order-1?" in done.stderr


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--resolution", "0", "--resolution 0: give a positive number"),
        ("--resolution", "nan", "--resolution nan: give a positive number"),
        ("--alpha", "-1e-6", "--alpha -1e-06: give a probability between 0 and 1"),
        ("--alpha", "1", "--alpha 1: give a probability between 0 and 1"),
        ("--budget", "0", "--budget 0: give a positive number of seconds"),
        ("--seed", "-1", "greater than or equal to 0"),
        ("--resolution", "fine", "valid number"),
    ],
)
def test_settings_that_make_no_sense_are_usage_errors(engine, option, value, says):
    done = engine.run("verify", option, value)
    assert done.exit_code == 2
    assert says in done.stderr
    assert not engine.calls


def test_settings_reach_the_engine(engine):
    engine.run(
        "verify", "arccos-order-0", "--resolution", "1e-2", "--alpha", "1e-3", "--seed", 7, "--budget", 9
    )
    (claims, settings, locate) = engine.calls[0]
    assert claims[0].name == "arccos-order-0"
    assert settings[:4] == (7, 1e-3, 1e-2, 9.0)
    assert locate is None


@pytest.mark.parametrize(
    ("verdicts", "status"),
    [
        (["proved", "certified", "supported"], 0),
        (["proved", "inconclusive"], 3),
        (["refuted", "inconclusive"], 1),
        (["error", "refuted", "inconclusive"], 4),
    ],
)
def test_a_run_exits_with_the_worst_that_happened(engine, verdicts, status):
    engine.answer = lambda claims: [record(f"claim-{k}", word) for k, word in enumerate(verdicts)]
    assert engine.run("verify", "arccos-order-0").exit_code == status


def test_json_is_alone_on_stdout_and_rows_go_to_stderr(engine):
    done = engine.run("verify", "arccos-order-0", "--json")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [list(line)[:2] for line in lines] == [["claim", "verdict"]] * len(lines)
    assert "✔ proved" in done.stderr
    assert "✔" not in done.stdout


def test_each_verdict_is_a_glyph_and_a_word_and_no_row_is_wider_than_the_terminal(engine):
    fields = {
        "notes": ("because of " * 30,),
        "numbers": {"draws": 10**9, "z": 1.5},
        "alpha": 1e-9,
        "seconds": 2,
    }
    engine.answer = lambda claims: [record("a-claim", word, **fields) for word in MARKS]
    done = engine.run("verify", "arccos-order-0")
    assert all(f"{mark.glyph} {word}" in done.stdout for word, mark in MARKS.items())
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "\x1b" not in done.stdout  # no colour where nobody sees it


def test_a_file_that_is_named_without_its_ending_is_found(engine, tmp_path):
    (tmp_path / "mine.py").write_text(TWIN)
    done = engine.run("check", "mine")
    assert done.exit_code == 2
    assert "mine is no formula, but mine.py is a file: ./wideproof check mine.py" in done.stderr


def test_the_marks_are_the_engines():
    assert {verdict.value: verdict.glyph for verdict in judge.Verdict} == {
        word: mark.glyph for word, mark in MARKS.items()
    }


def test_a_counterexample_can_be_redone_by_hand(engine):
    found = {"at": {"theta": "1/3", "m": 12}, "left": "0.5", "right": "0.25", "found_by": "balls"}
    engine.answer = lambda claims: [record(claims[0].name, "refuted", counterexample=found)]
    lines = [" ".join(line.split()) for line in engine.run("verify", "arccos-order-0").stdout.splitlines()]
    for line in ("θ 1/3", "m 12", "left 0.5", "right 0.25", "difference 0.25", "found by balls"):
        assert line in lines
    assert any(re.fullmatch(r"stated at .*orders\.py:\d+", line) for line in lines)


@pytest.mark.parametrize(
    ("left", "right", "told"),
    [
        ("4.00000000000000", "2.00000000000000", ["2"]),
        ("8.188e+600", "8.181e+600", ["7e+597"]),
        ("0.707*I", "2", []),
        ([1.0, 2.0], 2.0, []),
    ],
)
def test_the_difference_of_two_sides_is_told_where_both_are_numbers(left, right, told):
    assert [text for _, text in report.difference({"left": left, "right": right})] == told


def test_the_closing_lines_count_apart_what_no_experiment_supports(engine):
    by_balls = record("by-balls", "supported")
    by_experiment = record("by-experiment", "supported", backend="cpu", device="cpu", alpha=2e-8)
    loose = record("loose", "supported", backend="cpu", device="cpu", numbers={"alpha_each": 1e-9})
    engine.answer = lambda claims: [by_balls, by_experiment, loose]
    out = engine.run("verify", "arccos-order-0").stdout
    assert "3 claims" in out
    assert "3 ≈ supported" in out
    assert "1 supported by balls at points alone" in out
    assert "1 with an asymptotic interval, outside the guarantee of α" in out
    assert "α spent: 2e-8 of 1e-6" in out


def test_a_contradiction_stops_the_run_loudly_and_keeps_what_landed(engine):
    from numerics import verify

    def answer(claims):
        yield record("first", "proved")
        raise verify.Contradiction("second: contradiction: proved and refuted")

    engine.answer = answer
    done = engine.run("verify", "arccos-order-0")
    assert done.exit_code == 4
    assert "first" in done.stdout
    assert "the run was stopped: second: contradiction" in done.stderr


def test_ctrl_c_says_that_what_landed_is_kept(engine):
    def answer(claims):
        yield record("first", "proved")
        raise KeyboardInterrupt

    engine.answer = answer
    done = engine.run("verify", "arccos-order-0")
    assert done.exit_code == 130
    assert "first" in done.stdout
    assert "what landed is kept" in done.stderr


def test_a_plan_runs_nothing(engine):
    done = engine.run("verify", "arccos-order-0", "--plan")
    assert done.exit_code == 0
    assert "Nothing was run." in done.stdout
    assert "points" in done.stdout
    assert not engine.calls


def test_a_plan_as_json_tells_points_draws_and_alpha(engine):
    done = engine.run("verify", "arccos-order-0", "--plan", "--json")
    line = json.loads(done.stdout.splitlines()[0])
    assert line["claim"] == "arccos-order-0"
    assert {"theta": "0"} in line["points"]
    assert line["draws"] > 0
    assert 0 < line["alpha"] < 1e-6


def test_the_conjecture_of_the_readme_is_the_example_that_runs():
    snippet = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.S)
    assert snippet is not None
    assert snippet.group(1).strip() in EXAMPLE.read_text("utf-8")
    assert [claim.name for claim in conjecture.conjectures(str(EXAMPLE))] == ["abs-kernel"]


def test_claims_of_a_file_are_checked_in_the_order_they_were_written(engine, tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(CLAIM.format(name="zeta") + CLAIM.format(name="alpha"))
    assert engine.run("check", file).exit_code == 0
    claims, _, locate = engine.calls[0]
    assert [claim.name for claim in claims] == ["zeta", "alpha"]
    assert locate(claims[0]) == str(file)


def test_imported_claims_and_slips_are_no_conjectures(tmp_path):
    file = tmp_path / "with_slip.py"
    file.write_text(
        "from theory.catalogue import find\nborrowed = find('arccos-order-0')\n"
        + CLAIM.format(name="printed")
        + CLAIM.format(name="mended").replace(", states", ", slip=printed, states")
    )
    assert [claim.name for claim in conjecture.conjectures(str(file))] == ["mended"]


@pytest.mark.parametrize(
    ("text", "status", "says"),
    [
        ("x = 1\n", 2, "no claims in it; bind at least one to a name"),
        (CLAIM.format(name="twin") * 2, 0, ""),
        (
            CLAIM.format(name="twin") + "second = [twin]\n" + CLAIM.format(name="twin"),
            2,
            "2 claims are named twin",
        ),
        ("import math\n\nmath.sqrt(-1)\n", 4, r"file\d*\.py:3: ValueError: math domain error"),
        ("def f(:\n", 4, r"file\d*\.py:1: .*SyntaxError"),
        ("raise SystemExit(0)\n", 4, r"file\d*\.py:1: SystemExit"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_its_line(engine, tmp_path, text, status, says):
    file = tmp_path / f"file{abs(hash(text))}.py"
    file.write_text(text)
    done = engine.run("check", file)
    assert done.exit_code == status
    assert re.search(says, done.stderr, re.S)


def test_a_missing_file_and_ranges_for_a_file_are_usage_errors(engine):
    missing, ranged = engine.run("check", "nowhere.py"), engine.run("check", EXAMPLE, "--over", "x=0:1")
    assert (missing.exit_code, ranged.exit_code) == (2, 2)
    assert "nowhere.py: no such file" in missing.stderr
    assert "--over x=0:1: a file states its own domains" in ranged.stderr


SHOWN = {
    "arccos-order-1": (
        "For θ ∈ [0, π], with u and v standard Gaussians of correlation cos θ:",
        "E[u₊ v₊]  =  ─────────────────────",
        "Proof.",
        "✔ closed · polar coordinates",
        "∎",
        "./wideproof verify arccos-order-1",
        "Source: 003:874",
    ),
    "arccos-order-n": (
        "h(k, ρ) the k-th derivative of",
        "✔ closed · induction on n, from n = 0, 1",
        "    Base, n = 0.\n        E[1{u > 0, v > 0}]",
        "            ✔ closed · by arccos-order-1 at θ = arccos ρ",
        "    Step, n ≥ 2, the statement granted for n − 1 and n − 2.",
        "E_c[uⁿ⁻¹ vⁿ⁻¹ 1{u > 0, v > 0}] dc",
        "            ✔ closed · the hypothesis, 2 below, at ρ = 0",
    ),
}


@pytest.mark.parametrize("name", SHOWN)
def test_a_claim_is_shown_as_a_proof_with_the_bases_and_the_step_of_an_induction(
    engine, monkeypatch, tmp_path, name
):
    monkeypatch.setenv("WIDEPROOF_EVIDENCE", str(tmp_path / "evidence"))
    out = engine.run("show", name).stdout
    assert [part for part in SHOWN[name] if part not in out] == []
    assert max(map(len, out.splitlines())) <= 80


def test_a_row_of_the_readme_is_as_weak_as_its_weakest_fact(tmp_path):
    from numerics.evidence import Store

    facts = [{"claim": name, "title": "Of |z|.", "chapter": "c"} for name in ("row", "row.rate")]
    store = Store(tmp_path)
    store.write(record("row", "proved"))
    assert "| not recorded | `row` and 1 more |" in index.table(facts, tmp_path)
    store.write(record("row.rate", "supported"))
    assert r"| ≈ supported | `row` and 1 more | Of \|z\|. |" in index.table(facts, tmp_path)


def test_a_readme_without_its_markers_is_not_touched():
    with pytest.raises(ValueError, match="put both back"):
        index.inserted("no markers", "table")


def test_what_is_not_installed_is_said_with_the_command_that_helps(engine, monkeypatch):
    monkeypatch.setattr(upkeep, "find_spec", lambda name: None)
    done = engine.run("docs")
    assert done.exit_code == 4
    assert "sphinx is not installed" in done.stderr
    assert "./wideproof docs" in done.stderr


def test_options_of_pytest_are_passed_on(engine, monkeypatch):
    called = []
    monkeypatch.setattr(upkeep, "call", lambda *arguments: called.append(arguments) or 5)
    assert engine.run("test", "-k", "kernel", "--co").exit_code == 5
    assert called == [("pytest", "-k", "kernel", "--co")]


@pytest.mark.parametrize(
    ("value", "text"), [(12, "12"), (0.003, "0.003"), (1.2e-7, "1.2e-7"), (3.4e8, "3.4e8"), (10**9, "1e9")]
)
def test_numbers_are_short(value, text):
    assert report.brief(value) == text


def test_figures_are_kept_of_whole_chapters_alone():
    done = CliRunner().invoke(cli.app, ["soundness", "arccos-order-0", "--write"])
    assert done.exit_code == 2
    assert "arccos-order-0 is none; give arc_cosine, two_layer" in " ".join(done.output.split())
