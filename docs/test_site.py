"""The builder of pages: what breaks a build, and what the finished site holds.

Run after ``./wideproof docs``, which installs the builder and builds the site:
``.venv/bin/python -m pytest docs``.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parent
SITE = DOCS / "_build" / "html"
MEGABYTE = 2**20
CONF = f"""
import sys
sys.path[:0] = [{str(DOCS.parent)!r}, {str(DOCS / "_ext")!r}]
extensions = ["myst_parser", "sphinxcontrib.bibtex", "claim_pages"]
bibtex_bibfiles = []
"""


@pytest.fixture
def build(tmp_path):
    """Builds a site of one page with the project's directives: its exit status and what it said."""

    def run(page: str, conf: str = "") -> tuple[int, str]:
        (tmp_path / "conf.py").write_text(CONF + conf)
        (tmp_path / "index.md").write_text(page)
        options = ["-W", "-n", "--keep-going", "-q", "-b", "html", str(tmp_path), str(tmp_path / "out")]
        done = subprocess.run([sys.executable, "-m", "sphinx", *options], capture_output=True, text=True)
        return done.returncode, done.stderr

    return run


def test_unknown_names_and_claims_that_no_page_shows_break_the_build(build):
    status, said = build(
        "# A page\n\n{claim}`arccos-ordr-1` and {claim}`arccos-order-1`\n\n"
        "```{claim} ntk3-gradient-identity\n```\n\n```{chapter} arc_cosines\n```\n"
    )
    assert status != 0
    assert "no claim named arccos-ordr-1; did you mean arccos-order-1" in said
    assert "no claim named ntk3-gradient-identity; did you mean ntk2-gradient-identity" in said
    assert "no chapter named arc_cosines" in said
    assert "no page shows arccos-order-1;" in said


def test_a_claim_that_is_shown_twice_breaks_the_build(build):
    once = "```{claim} arccos-price-recursion.ladder\n```\n\n"
    status, said = build(f"# A page\n\n{once}{once}")
    assert status != 0
    assert "arccos-price-recursion.ladder is shown already, by index" in said
    assert "no page shows arccos-price-recursion.ladder" not in said


NO_RECORDS = """
import standing
from pathlib import Path
standing.COMMITTED = Path(__file__).parent / "nothing"
"""


def test_a_figure_without_its_record_and_one_that_nobody_draws_break_the_build(build):
    status, said = build(
        "# A page\n\n```{evidence-figure} two_layer\n```\n\n```{evidence-figure} three_layer\n```\n",
        NO_RECORDS,
    )
    assert status != 0
    assert "figure two_layer: no record of k1-limit is committed, from which this figure is drawn;" in said
    assert "./wideproof verify k1-limit makes one" in said
    assert "no figure named three_layer; there are arc_cosine, two_layer, curvature, saddles" in said


# The site


def pages() -> dict[str, str]:
    files = [file for file in SITE.rglob("*.html") if "_static" not in file.parts]
    found = {str(file.relative_to(SITE)): file.read_text("utf-8") for file in files}
    assert "index.html" in found, "the site is not built; run ./wideproof docs"
    return found


def test_pages_load_nothing_from_the_network():
    for name, page in pages().items():
        loads = re.findall(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=\"([^\"]*)\"", page)
        assert loads
        assert [address for address in loads if re.match(r"(https?:)?//", address)] == [], name


def test_what_pages_load_is_there():
    for name, page in pages().items():
        for address in re.findall(r"<(?:script|link|img)[^>]*(?:src|href)=\"([^\"#?]+)", page):
            assert ((SITE / name).parent / address).exists(), (name, address)


def test_mathematics_is_shipped_with_its_fonts_and_without_the_rest():
    mathjax = SITE / "_static" / "mathjax"
    assert (mathjax / "tex-chtml.js").stat().st_size > MEGABYTE
    assert len(list((mathjax / "output" / "chtml" / "fonts" / "woff-v2").glob("*.woff"))) > 20
    assert not (mathjax / "sre").exists()
    shipped = sum(
        file.stat().st_size for file in SITE.rglob("*") if file.is_file() and ".doctrees" not in file.parts
    )
    assert shipped <= 5 * MEGABYTE


def test_links_between_claims_lead_somewhere():
    found = pages()
    ids = {name: set(re.findall(r"id=\"([^\"]+)\"", page)) for name, page in found.items()}
    links = [
        (target or name, anchor)
        for name, page in found.items()
        for target, anchor in re.findall(r"href=\"([\w]*\.?(?:html)?)#(claim-[^\"]+)\"", page)
    ]
    assert len(links) > 40
    for target, anchor in links:
        assert anchor in ids[target]


def test_every_picture_has_a_text_in_its_place():
    pictures = [
        svg
        for page in pages().values()
        for svg in re.findall(r"<svg class=\"figure\".*?</svg>", page, re.DOTALL)
    ]
    assert pictures
    for svg in pictures:
        assert "<title" in svg
        assert "<desc" in svg
