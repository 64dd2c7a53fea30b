"""Forty conjectures that are not in the catalogue: the true ones hold, the false ones are refuted, in two minutes."""

from pathlib import Path

import pytest

from numerics import conjecture, verify
from numerics.plan import Settings

FILE = Path(__file__).with_name("conjectures") / "forty.py"
MOST_UNDECIDED = 3


@pytest.fixture(scope="module")
def verdicts():
    claims = conjecture.conjectures(str(FILE))
    return {
        record.claim: record.verdict
        for record in verify.verify(claims, Settings(), locate=lambda _: str(FILE))
    }


def test_half_of_them_are_true(verdicts):
    assert len(verdicts) >= 40
    assert sum(name.endswith("-true") for name in verdicts) == sum(
        name.endswith("-false") for name in verdicts
    )


def test_no_true_one_is_refuted_and_no_false_one_holds(verdicts):
    wrong = {
        name: verdict
        for name, verdict in verdicts.items()
        if verdict != "inconclusive" and (verdict == "refuted") == name.endswith("-true")
    }
    assert not wrong
    assert "error" not in verdicts.values()


def test_few_are_left_undecided(verdicts):
    assert sum(verdict == "inconclusive" for verdict in verdicts.values()) <= MOST_UNDECIDED
