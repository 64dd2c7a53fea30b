"""A file to begin with: it runs as it stands, for each kind of statement, and notices an error."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from numerics import cli, conjecture, new, verify
from numerics.evidence import Store
from numerics.plan import Settings
from theory.printing import latex

HOWTO = Path(__file__).resolve().parents[1] / "docs" / "howto"

WRONG = {
    "mean": ("2 / pi", "2.02 / pi"),
    "identity": ("sin(x))", "sin(x) * 1.001)"),
    "bound": ("(1 + rho) / 4", "(1 + rho) / 4 - 1e-4"),
    "limit": ("limit(average, 1,", "limit(average, 1.02,"),
    "scaling": ("Rational(1, 2)", "Rational(11, 20)"),
    "condition": ("> -1e-12 * n", "> 1e-12 * n"),
}
HOLDS = {"mean": "supported", "identity": "proved", "bound": "certified"}


def called(*arguments: str):
    return CliRunner().invoke(cli.app, ["new", *arguments])


def verdict(file) -> str:
    (claim,) = conjecture.conjectures(str(file))
    (record,) = verify.verify([claim], Settings(), locate=lambda _: str(file))
    return record.verdict


def test_there_is_one_for_each_kind_that_the_help_names():
    assert new.kinds() == sorted(WRONG)
    said = CliRunner().invoke(cli.app, ["new", "--help"]).stdout
    assert all(kind in said for kind in new.kinds())


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_written_holds_as_it_stands_and_is_refuted_with_an_error(kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = called("my-own-kernel", "--kind", kind)
    file = tmp_path / "my_own_kernel.py"
    assert done.exit_code == 0
    assert done.stdout == "my_own_kernel.py is written; change it, and: ./wideproof check my_own_kernel.py\n"
    text = file.read_text()
    assert "my-claim" not in text
    assert "my_claim" not in text
    assert "./wideproof check my_own_kernel.py" in text
    assert verdict(file) == HOLDS.get(kind, "supported")
    right, wrong = WRONG[kind]
    assert text.count(right) == 1
    broken = tmp_path / "broken.py"
    broken.write_text(text.replace(right, wrong))
    assert verdict(broken) == ("error" if kind == "identity" else "refuted")  # its derivation leads elsewhere


@pytest.mark.parametrize("kind", WRONG)
def test_how_to_shows_what_is_written_and_the_answers_that_it_gets(kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert called(f"my-{kind}", "--kind", kind).exit_code == 0
    text = (tmp_path / f"my_{kind}.py").read_text()
    held = HOLDS.get(kind, "supported")
    fails = "error" if kind == "identity" else "refuted"  # as above, where they are run
    for folder, content, answer in (("right", text, held), ("wrong", text.replace(*WRONG[kind]), fails)):
        file = HOWTO / folder / f"my_{kind}.py"
        assert file.read_text("utf-8") == content
        (claim,) = conjecture.conjectures(str(file))
        record = Store(file.parent).read(claim.name)
        assert record is not None
        assert record.statement == claim.states.latex(latex)
        assert record.verdict == answer
    page = (HOWTO / f"{kind}.md").read_text("utf-8")
    assert f"./wideproof new my-{kind} --kind {kind}\n./wideproof check my_{kind}.py\n" in page


def test_nothing_is_overwritten(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text("kept")
    done = called("mine")
    assert done.exit_code == 2
    assert "mine.py exists already; take another name" in done.stderr
    assert (tmp_path / "mine.py").read_text() == "kept"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["My Kernel"], "is no name of a claim: write small words with dashes"),
        (["../mine"], "is no name of a claim"),
        (["mine.fact"], "is no name of a claim"),
        (["mine", "--kind", "lemma"], "there are bound, condition, identity, limit, mean, scaling"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments, says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = called(*arguments)
    assert done.exit_code == 2
    assert says in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_name_that_begins_with_a_number_is_one_in_python_too():
    assert new.variable("2-layers") == "claim_2_layers"
