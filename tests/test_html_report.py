"""The report of a run, its records as JSON Lines, and the digests by which they are cited."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from numerics import cli, evidence, html_report, publishing, verify
from numerics.evidence import Store
from numerics.landing import RESUMED, as_kept
from numerics.record import SCHEMA, decode, encode, seal
from tests.published import HOSTILE, ladder, means, record, stands_alone

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "records.md").read_text("utf-8")
FOUND = (
    replace(means(0.5, -1.0), claim="a-mean"),
    replace(ladder([1.0, 0.5, 0.25]), claim="a-ladder", verdict="inconclusive"),
    record(claim="a-proof", verdict="proved", links=({"reason": "algebra", "status": "closed"},)),
    record(claim="not-so", verdict="refuted", counterexample={"at": {"x": "1/3"}, "left": 0.1, "right": 0.2}),
)
CONJECTURES = """
from sympy import Interval, symbols
from theory import Claim, at_most
x = symbols("x", real=True)
holds = Claim("holds", "Its square is less.", given={x: Interval(0, 1)}, states=at_most(x**2, x))
fails = Claim("fails", "Its square is less.", given={x: Interval(0, 2)}, states=at_most(x**2, x))
"""


def paper(found=FOUND, failure="", command="./wideproof verify") -> str:
    return html_report.page(found, command, alpha=1e-6, seconds=3.0, failure=failure)


def called(*arguments: object):
    return CliRunner().invoke(cli.app, list(map(str, arguments)))


def told(done) -> str:
    """What was said, on one line."""
    return " ".join((done.stdout + done.stderr).split())


# The file


def test_a_report_stands_alone_and_every_row_leads_to_a_card():
    outline = stands_alone(paper())
    ids = [attributes["id"] for tag, attributes in outline.elements if tag == "article"]
    links = [
        attributes["href"] for tag, attributes in outline.elements if tag == "a" and "href" in attributes
    ]
    assert ids == [each.claim for each in FOUND]
    assert links == [f"#{name}" for name in ids]
    assert "prefers-color-scheme: dark" in paper()


def test_a_report_says_what_was_found_how_and_with_what():
    html = paper(command="./wideproof check 'x < 1'")
    for part in ("4 claims", "1 ✔ proved, 1 ≈ supported, 1 ? inconclusive, 1 ✘ refuted", "of 1e-6", "3.0 s"):
        assert part in html
    assert "made by <code>./wideproof check &#x27;x &lt; 1&#x27;</code>" in html
    assert all(f"{name} {version}" in html for name, version in FOUND[0].versions.items())
    assert all(html.count(seal(each)) == 2 for each in FOUND)  # under its card, and in its record


def test_a_report_holds_its_records_unchanged():
    kept = [decode(line + "\n") for line in html_report.lines(paper())]
    assert kept == list(FOUND)


@pytest.mark.parametrize(
    "html",
    [
        "<script></script>",
        '<img src="https://example.org/a.png">',
        '<a href="https://example.org">x</a>',
        '<p onclick="x()"></p>',
        "<style>@import 'a.css'</style>",
        "<p><b></p>",
        "<p>",
    ],
)
def test_the_probe_sees_what_would_run_or_load_or_is_not_closed(html):
    with pytest.raises(AssertionError):
        stands_alone(html)


def test_what_stopped_a_run_stands_at_the_top():
    assert "the run was stopped:</span> contradiction &lt;b&gt;" in paper(failure="contradiction <b>")
    assert "the run was stopped" not in paper()


def test_what_others_wrote_is_text_in_a_report():
    found = record(claim="mine", title=HOSTILE, notes=(HOSTILE,), statement=HOSTILE, device=HOSTILE)
    html = paper([found], failure=HOSTILE, command=HOSTILE)
    stands_alone(html)
    assert [decode(line + "\n") for line in html_report.lines(html)] == [found]


def test_an_empty_run_has_a_report():
    assert "nothing landed" in paper([])


def test_a_report_that_cannot_be_finished_leaves_the_last_one(tmp_path, monkeypatch):
    file = tmp_path / "out.html"
    html_report.write(file, "first", FOUND, alpha=1e-6, seconds=1.0)
    before = file.read_bytes()

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(evidence.os, "fsync", full)
    with pytest.raises(OSError, match="No space left on device"):
        html_report.write(file, "second", FOUND, alpha=1e-6, seconds=1.0)
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


# The command line


@pytest.fixture
def engine(monkeypatch, tmp_path):
    """An engine that finds what it is told, in a folder of its own."""
    monkeypatch.setattr(verify, "verify", lambda *told, **settings: iter(FOUND))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    file = tmp_path / "mine.py"
    file.write_text(CONJECTURES)
    return file


def test_a_run_over_a_file_writes_its_report(engine, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["wideproof", "check", "mine.py", "--report", "out.html"])
    done = called("check", engine, "--report", "out.html")
    assert done.exit_code == 1
    html = Path("out.html").read_text("utf-8")
    assert "made by <code>./wideproof check mine.py --report out.html</code>" in html
    assert all(f"sha256:{seal(each)}" in done.stdout for each in FOUND)
    assert max(map(len, done.stdout.splitlines())) <= 80


@pytest.mark.parametrize(
    ("report", "further", "says"),
    [
        ("nowhere/out.html", (), "--report nowhere/out.html: this lies in no folder: there is no nowhere"),
        (".", (), r"--report \.: this is a folder; name a file, such as out.html"),
        ("out.html", ("--plan",), "--report out.html: a plan runs nothing.*leave --plan out"),
    ],
)
def test_a_report_that_cannot_be_written_is_a_usage_error_before_the_run(engine, report, further, says):
    done = called("check", engine, "--report", report, *further)
    assert done.exit_code == 2
    assert re.search(says, told(done))
    assert not done.stdout


def test_a_folder_that_takes_nothing_is_named_before_the_run(engine, monkeypatch):
    def refused(dir):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(publishing.tempfile, "TemporaryFile", refused)
    done = called("verify", "arccos-order-1", "--report", "out.html")
    assert done.exit_code == 2
    assert re.search(r"--report out.html: nothing can be written there \(Permission denied\)", told(done))


def test_a_disk_that_is_full_at_the_end_of_a_run_is_an_error_that_says_so(engine, monkeypatch):
    def full(*told, **said):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(html_report, "overwrite", full)
    done = called("check", engine, "--report", "out.html")
    assert done.exit_code == 4
    assert "the report cannot be written (No space left on device); the records are kept" in told(done)


# JSON Lines, and the digest


@cache
def validator() -> Draft202012Validator:
    Draft202012Validator.check_schema(SCHEMA)
    return Draft202012Validator(SCHEMA)


def lines(done) -> list[dict]:
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert found
    for each in found:
        validator().validate(each)
    return found


def wideproof(folder: Path, *arguments: str):
    environment = {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(ROOT),
        "WIDEPROOF_EVIDENCE": str(folder / "evidence"),
    }
    command = [sys.executable, "-P", "-m", "numerics", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=folder)


@pytest.fixture
def kept(tmp_path, monkeypatch):
    monkeypatch.setenv("WIDEPROOF_EVIDENCE", str(tmp_path / "evidence"))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    return Store()


TEXT = ("check", "x**2 <= x", "--over", "x=0:1")


@pytest.mark.parametrize("command", [TEXT, ("check", "mine.py"), ("verify", "arccos-order-n.half-line")])
def test_what_a_run_prints_as_json_fits_the_schema_and_its_digests_are_one(command, kept, tmp_path):
    (tmp_path / "mine.py").write_text(CONJECTURES)
    first = lines(wideproof(tmp_path, *command, "--json", "--report", "out.html"))
    page = (tmp_path / "out.html").read_text("utf-8")
    stands_alone(page)
    assert [json.loads(line) for line in html_report.lines(page)] == first
    assert (
        lines(wideproof(tmp_path, *command, "--json")) == first
    )  # found again: the same record, the same digest
    for each in first:
        assert each["title"]
        assert each["hypotheses"].startswith("For ")
        assert each["seal"] in called("cite", each["claim"]).stdout
    assert called("cite", tmp_path / "out.html").stdout.count("sha256:") == len(first)


def test_a_record_that_is_found_again_is_cited_by_the_same_digest():
    found = record(notes=("one",))
    again = replace(found, notes=("one", RESUMED))
    assert as_kept(again) == found
    assert seal(as_kept(again)) == seal(found) != seal(again)


def test_a_record_of_before_there_were_hypotheses_is_read_and_keeps_its_seal():
    text = encode(record(title="", hypotheses=""))
    assert not {"title", "hypotheses"} & set(json.loads(text))
    assert encode(decode(text)) == text
    assert seal(decode(text)) == json.loads(text)["seal"]


# cite


def test_a_record_is_cited_by_name_and_by_file(kept):
    found = kept.write(FOUND[0])
    by_name, by_file = called("cite", found.claim), called("cite", kept.file(found.claim))
    assert by_name.exit_code == by_file.exit_code == 0
    assert by_name.stdout == by_file.stdout
    assert f"  sha256:{seal(found)}\n" in by_name.stdout
    assert max(map(len, by_name.stdout.splitlines())) == 80


def test_a_record_that_was_changed_is_not_to_be_trusted(kept):
    good, bad = (html_report.line(each) for each in FOUND[:2])
    Path("all.jsonl").write_text(good + "\n" + bad.replace('"inconclusive"', '"proved"') + "\n")
    done = called("cite", "all.jsonl")
    assert done.exit_code == 4
    assert re.search("not to be trusted: all.jsonl, record 2: its seal does not fit its content", told(done))
    assert seal(FOUND[0]) in done.stdout


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("mine", None, "no record of mine in .*evidence; make one: ./wideproof verify mine"),
        ("no name", None, "no record of no name in"),
        ("gone.jsonl", None, r"gone.jsonl: it cannot be read \(No such file or directory\)"),
        ("empty.jsonl", "", "empty.jsonl: there is no record in it; give what --json or --report wrote"),
        ("plain.html", "<p>Nothing.</p>", "plain.html: there is no record in it"),
    ],
)
def test_what_is_no_record_is_told_with_what_to_give(kept, name, content, says):
    if content is not None:
        Path(name).write_text(content)
    done = called("cite", name)
    assert done.exit_code == 2
    assert re.search(says, told(done).replace("\n", " "))


def test_an_entry_of_a_bibliography_has_the_whole_digest_and_no_sign_that_tex_reads(kept):
    kept.write(replace(FOUND[2], title="100 % of a_1 & b."))
    done = called("cite", "--bibtex", "a-proof")
    assert done.stdout.startswith("@misc{a-proof-")
    assert r"title = {100 \% of a\_1 \& b}" in done.stdout
    assert re.search(r"SHA-256 [0-9a-f]{64}\}", done.stdout)


# The page


def test_the_page_explains_every_field_of_the_schema_and_no_other():
    explained = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    assert sorted(explained) == sorted(SCHEMA["properties"])


def test_the_program_of_the_page_checks_digests(tmp_path):
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    told = "".join(html_report.line(each) + "\n" for each in FOUND)
    odd = (
        html_report.line(record(numbers={"a": 1e-7, "b": 1e22, "c": -0.0, "d": float("inf")}, notes=("π",)))
        + "\n"
    )
    (tmp_path / "check.py").write_text(program)
    (tmp_path / "good.jsonl").write_text(told + odd, "utf-8")
    (tmp_path / "bad.jsonl").write_text(told.replace("0.1", "0.3"), "utf-8")
    good, bad = (
        subprocess.run([sys.executable, "check.py", name], cwd=tmp_path, capture_output=True, text=True)
        for name in ("good.jsonl", "bad.jsonl")
    )
    assert good.returncode == 0
    assert [line.split()[-1] for line in good.stdout.splitlines()][:4] == [
        f"sha256:{seal(each)}" for each in FOUND
    ]
    assert bad.returncode == 1
    assert "the seal does not fit the record" in bad.stderr
