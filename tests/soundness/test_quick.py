"""A random tenth of the mutants of two chapters, judged and sorted: the quick form of ``./wideproof soundness``."""

import os

import pytest

from numerics.soundness import running, table
from theory import catalogue

SHARE = float(os.environ.get("WIDEPROOF_SHARE", "0.1"))
CHAPTERS = ["arc_cosine", "saddles"]  # the others cost more than the suite can give: the command runs them


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_no_false_mutant_survives_and_no_true_one_is_refuted(chapter):
    fates = list(running.run(catalogue.of_chapter(chapter), None, 0, SHARE, lambda told: None))
    assert fates
    assert [fate for fate in fates if fate.survives or fate.contradicts] == []
    assert table.record(fates)["unsorted"] <= max(1, len(fates) // 20)
