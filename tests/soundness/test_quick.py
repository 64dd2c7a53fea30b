"""A random share of the mutants of two chapters, judged and sorted: the quick form of ``./wideproof soundness``."""

import os

import pytest

from numerics.soundness import running, table
from theory import catalogue

SHARE = float(os.environ.get("WIDEPROOF_SHARE", "0.05"))  # a tenth is ``./wideproof soundness --share 0.1``
PAGES = ["arc_cosine", "saddles"]  # the others cost more than the suite can give: the command runs them


@pytest.mark.parametrize("chapter", PAGES)
def test_no_false_mutant_survives_and_no_true_one_is_refuted(chapter):
    claims = catalogue.of_chapter(chapter)
    fates = [fate for claim in claims for fate in running.fates(claim, seed=0, share=SHARE)]
    assert fates
    assert [fate for fate in fates if fate.survives or fate.contradicts] == []
    # One in a hundred is the aim; lines with a mean under an integral are not sorted yet, 64 of 995 in this chapter.
    assert table.record(fates)["unsorted"] <= max(1, len(fates) // 10)
