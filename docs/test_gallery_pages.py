"""A page of the gallery is built on a record of its statement, or not at all."""

import sys
from pathlib import Path

import pytest

from numerics.conjecture import conjectures
from theory import Claim

DOCS = Path(__file__).resolve().parent
GALLERY = DOCS / "gallery"
sys.path.insert(0, str(DOCS / "_ext"))

import answers  # noqa: E402


def test_a_page_is_not_built_on_a_record_that_is_absent_or_of_another_statement():
    file = GALLERY / "tanh_edge.py"
    claim, other = conjectures(str(file))
    folder = GALLERY / "records"
    assert answers.answer(claim, file, folder).claim == claim.name
    again = r"WIDEPROOF_EVIDENCE=docs/gallery/\w+ ./wideproof check docs/gallery/tanh_edge.py makes one"
    with pytest.raises(answers.Unanswered, match=f"tanh-edge has no record in docs/gallery/nowhere; {again}"):
        answers.answer(claim, file, GALLERY / "nowhere")
    changed = Claim(claim.name, claim.title, claim.given, other.states)
    with pytest.raises(answers.Unanswered, match=f"earlier form of its statement in .*; {again}"):
        answers.answer(changed, file, folder)
