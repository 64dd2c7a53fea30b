"""The figures of the chapters show what is recorded: they change with a record, and do without none."""

import re
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from numerics import picture
from numerics.evidence import Store
from numerics.index import COMMITTED
from theory import catalogue

DOCS = Path(__file__).resolve().parents[1] / "docs"
sys.path.insert(0, str(DOCS / "_ext"))

import chapter_figures  # noqa: E402 - found in the folder that Sphinx is given

STORE = Store(COMMITTED)
CHAPTERS = pytest.mark.parametrize("chapter", catalogue.CHAPTERS)


def kept(name):
    record = STORE.read(name)
    assert record is not None
    return record


def drawn(chapter, read=STORE.read):
    with picture.styled():
        return chapter_figures.FIGURES[chapter](read)


@cache
def committed(chapter):
    return drawn(chapter)


@CHAPTERS
def test_every_chapter_has_a_figure_on_its_page(chapter):
    page = (DOCS / f"{chapter}.md").read_text("utf-8")
    assert page.count(f"{{evidence-figure}} {chapter}\n") == 1


@CHAPTERS
def test_a_figure_takes_its_colours_from_the_page_and_its_words_are_told(chapter):
    svg = committed(chapter).svg
    assert re.search(r"<title>[^<]{20,}</title><desc>[^<]{80,}</desc>", svg)
    colours = set(re.findall(r"(?:fill|stroke): *([^;\"]+)", svg))
    assert {"currentColor", "var(--color-brand-primary)"} <= colours
    assert colours <= set(picture.PAINT.values()) | {"none"}
    assert "<text" not in svg


def test_the_same_records_give_the_same_picture():
    assert drawn("two_layer").svg == committed("two_layer").svg


def moved(record):
    """The record with all that was seen a tenth larger."""
    fields = ("lower", "upper", "mean", "median")
    shifted = [
        {key: 1.1 * value if key in fields else value for key, value in entry.items()}
        for entry in record.intervals
    ]
    return replace(record, intervals=shifted)


@CHAPTERS
def test_a_figure_changes_with_a_record_that_holds_what_was_seen(chapter):
    known = committed(chapter)
    name = known.records[-1].claim
    other = drawn(chapter, lambda each: moved(kept(each)) if each == name else STORE.read(each))
    assert other.svg != known.svg


@CHAPTERS
def test_a_figure_without_one_of_its_records_says_which_and_how_to_make_it(chapter):
    for record in committed(chapter).records:
        told = rf"no record of {re.escape(record.claim)} is committed.*wideproof verify {re.escape(record.claim)}"
        with pytest.raises(chapter_figures.Lacking, match=told):
            drawn(chapter, lambda name, gone=record.claim: None if name == gone else STORE.read(name))


def test_a_record_of_another_statement_or_without_its_rungs_is_not_drawn():
    def earlier(name):
        return replace(kept(name), statement="1 = 1")

    def bare(name):
        return replace(kept(name), intervals=())

    with pytest.raises(chapter_figures.Lacking, match="speaks of an earlier form of the statement"):
        drawn("two_layer", earlier)
    with pytest.raises(chapter_figures.Lacking, match="k1-limit holds no median, spread at any point"):
        drawn("two_layer", bare)


def test_the_median_of_the_exact_law_lies_in_every_interval_that_was_observed():
    law = chapter_figures.median_by_law()
    entries = chapter_figures.intervals(kept("hessian-opnorm-gaussian-log"), "median")
    widths = [int(entry["at"]["m"]) for entry in entries]
    assert min(widths) >= 16
    assert max(widths) <= 10**4  # for which the law is tabulated
    for m, entry in zip(widths, entries, strict=True):
        assert entry["lower"] < law(m) / m**0.5 < entry["upper"]
        assert not entry["lower"] < 1.05 * law(m) / m**0.5 < entry["upper"]  # it could have failed
