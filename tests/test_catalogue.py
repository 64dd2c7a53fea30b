"""The catalogue: names, what rests on what, and the messages of what it refuses."""

from itertools import chain

import pytest
from sympy import S

from theory import Claim, Mean, catalogue, equal, gaussian

z = gaussian.single()
LEDGER_NAMES = ["arccos-order-1", "depth-L-saddle-order-L", "k1-variance", "ntk2-gradient-identity.hidden"]


def claim(name, *uses):
    return Claim(name, "A claim.", given={}, states=equal(Mean(z**2), S.One), uses=uses)


def test_every_name_leads_to_its_claim_and_to_no_other():
    assert [catalogue.find(each.name) for each in catalogue.claims()] == list(catalogue.claims())


def test_every_chapter_has_claims_in_reading_order():
    chapters = [[each.name for each in catalogue.of_chapter(chapter)] for chapter in catalogue.CHAPTERS]
    assert all(chapters)
    assert list(chain.from_iterable(chapters)) == [each.name for each in catalogue.claims()]


@pytest.mark.parametrize("name", LEDGER_NAMES)
def test_the_names_of_the_ledger_are_names(name):
    assert claim(name).name == name


def test_an_unknown_name_is_met_with_the_nearest_ones():
    with pytest.raises(LookupError, match=r"no claim named arcos-order-1; did you mean arccos-order-1 or"):
        catalogue.find("arcos-order-1")
    with pytest.raises(LookupError, match=r"no claim named qqqqqqqq$"):
        catalogue.find("qqqqqqqq")


def test_two_claims_of_one_name_are_refused_with_the_place_of_the_first():
    with pytest.raises(
        ValueError, match=r"first .*the name is taken by the claim at .*test_catalogue\.py:\d+"
    ):
        catalogue.consistent([claim("first"), claim("first")])


def test_what_is_used_must_be_there():
    with pytest.raises(ValueError, match=r"uses secand, which no claim is named; second\?"):
        catalogue.consistent([claim("first", "secand"), claim("second")])


def test_claims_do_not_rest_on_each_other_in_a_circle():
    with pytest.raises(ValueError, match=r"in a circle: .* -> .* -> "):
        catalogue.consistent([claim("first", "second"), claim("second", "third"), claim("third", "first")])
    with pytest.raises(ValueError, match="a claim cannot use itself"):
        claim("first", "first")


def test_a_chain_of_uses_is_in_order():
    linked = [claim("first", "second"), claim("second", "third"), claim("third")]
    assert catalogue.consistent(linked) == tuple(linked)
