"""What theory said is kept on disk: read back to the last digit, and only while nothing has changed."""

from dataclasses import replace
from pathlib import Path

import pytest

from numerics import keeping, proofs, provenance
from numerics.judge import Finding, Verdict
from theory import catalogue

CLAIM = catalogue.find("arccos-order-0")
FOUND = [
    Finding("derivation", Verdict.PROVED, ("told",), links=({"reason": "algebra", "points": 3, "note": ""},)),
    Finding(
        "certificate", None, (), {"points_enclosed": 8, "gap": 1e-300}, counterexample={"at": {"x": "1/3"}}
    ),
]


class Counted:
    """A computation that counts how often it is done."""

    def __init__(self, found=FOUND):
        self.found, self.times = found, 0

    def __call__(self):
        self.times += 1
        return self.found


def recalled(folder, make, claim=CLAIM, seed=0, asked="the claim"):
    return proofs.recalled(folder, claim, seed, asked, make)


def test_a_finding_is_made_once_and_read_back_whole(tmp_path):
    make = Counted()
    assert recalled(tmp_path / "proofs", make) == recalled(tmp_path / "proofs", make) == FOUND
    assert make.times == 1


def test_without_a_folder_nothing_is_kept(tmp_path):
    make = Counted()
    assert recalled(None, make) == recalled(None, make) == FOUND
    assert make.times == 2


@pytest.mark.parametrize(
    "other", [{"seed": 1}, {"asked": "the slip"}, {"claim": catalogue.find("arccos-order-1")}], ids=str
)
def test_another_question_is_asked_anew(tmp_path, other):
    make = Counted()
    recalled(tmp_path, make)
    recalled(tmp_path, make, **other)
    assert make.times == 2


@pytest.mark.parametrize(("where", "source"), [(provenance, "theory_sources"), (keeping, "engine")])
def test_so_is_the_same_one_after_a_change_of_the_sources(tmp_path, monkeypatch, where, source):
    make = Counted()
    recalled(tmp_path, make)
    monkeypatch.setattr(where, source, lambda *_: "edited")
    recalled(tmp_path, make)
    assert make.times == 2


def test_a_changed_closed_form_is_another_statement(tmp_path):
    make = Counted()
    recalled(tmp_path, make)
    states = replace(CLAIM.states, right=CLAIM.states.right * 101 / 100)
    recalled(tmp_path, make, claim=replace(CLAIM, states=states))
    assert make.times == 2


def test_errors_are_not_kept(tmp_path):
    make = Counted([Finding("derivation", Verdict.ERROR, ("the machine ran out of memory",))])
    recalled(tmp_path, make)
    recalled(tmp_path, make)
    assert make.times == 2


@pytest.mark.parametrize("damage", [lambda text: text[:-9], lambda text: text.replace("proved", "refuted")])
def test_a_damaged_file_is_not_trusted(tmp_path, damage):
    make = Counted()
    recalled(tmp_path, make)
    (file,) = (tmp_path / "proofs").iterdir()
    file.write_text(damage(file.read_text()))
    assert recalled(tmp_path, make) == FOUND
    assert make.times == 2


def test_a_claim_of_a_file_outside_is_derived_every_time(tmp_path):
    make = Counted()
    mine = replace(CLAIM)
    object.__setattr__(mine, "at", (str(Path(__file__)), 1))
    recalled(tmp_path, make, claim=mine)
    assert not list(tmp_path.iterdir())


def test_where_nothing_can_be_written_the_finding_comes_all_the_same(tmp_path):
    (tmp_path / "proofs").write_text("a file where the folder would be")
    make = Counted()
    assert recalled(tmp_path / "proofs", make) == FOUND
