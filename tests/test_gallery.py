"""The gallery: each conjecture has a page and a record, and is judged as the record says when it is looked at again."""

from pathlib import Path

import pytest

from numerics import verify
from numerics.conjecture import conjectures
from numerics.evidence import Store
from numerics.plan import Settings
from theory import catalogue
from theory.law import Node
from theory.printing import latex
from theory.statement import Relation

DOCS = Path(__file__).resolve().parents[1] / "docs"
GALLERY = DOCS / "gallery"
FILES = sorted(GALLERY.glob("*.py"))
CLAIMS = {claim: file for file in FILES for claim in conjectures(str(file))}
RECORDS = {claim.name: Store(GALLERY / "records").read(claim.name) for claim in CLAIMS}
ESTABLISHED = {"proved", "certified", "supported"}


def kind(claim) -> str:
    if not isinstance(claim.states, Relation):
        return claim.states.kind
    if claim.states.sign != "=":
        return "bound"
    return "mean" if claim.states.left.atoms(Node) else "identity"


def test_there_are_enough_and_of_every_kind_and_of_every_answer():
    assert 12 <= len(FILES) <= 16
    assert {kind(claim) for claim in CLAIMS} == {"mean", "identity", "bound", "limit", "scaling", "holds"}
    verdicts = [record.verdict for record in RECORDS.values()]
    assert {"proved", "certified", "supported", "refuted"} <= set(verdicts)
    assert verdicts.count("refuted") >= 6
    assert sum(claim.open for claim in CLAIMS) >= 2


def test_none_is_in_the_catalogue_and_no_two_have_one_name():
    known = {claim.digest for claim in catalogue.claims()} | {claim.name for claim in catalogue.claims()}
    assert not known & ({claim.digest for claim in CLAIMS} | {claim.name for claim in CLAIMS})
    assert len({claim.name for claim in CLAIMS}) == len(CLAIMS)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_has_a_page_and_says_how_to_run_it(file):
    assert f"```{{conjecture}} {file.stem}\n" in file.with_suffix(".md").read_text("utf-8")
    assert f"\n./wideproof check docs/gallery/{file.name}\n" in file.read_text("utf-8")


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_each_record_speaks_of_the_statement_as_it_stands(claim):
    record = RECORDS[claim.name]
    assert record is not None
    assert record.statement == claim.states.latex(latex)
    assert bool(record.counterexample) == (record.verdict == "refuted")
    assert claim.open <= (record.verdict in ("supported", "inconclusive"))


def test_no_record_is_left_of_what_is_gone():
    assert {file.stem for file in (GALLERY / "records").glob("*.json")} == set(RECORDS)


def test_each_is_judged_as_its_record_says():
    def home(claim):
        return claim.at[0]

    found = {record.claim: record.verdict for record in verify.verify(list(CLAIMS), Settings(), locate=home)}
    assert found == {name: record.verdict for name, record in RECORDS.items()}
