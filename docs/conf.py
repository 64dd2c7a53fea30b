"""How the pages are built: furo, Markdown for narrative, directives of the project for claims."""

import sys
import tomllib
from pathlib import Path

DOCS = Path(__file__).parent
sys.path[:0] = [str(DOCS.parent), str(DOCS / "_ext")]
ABOUT = tomllib.loads((DOCS.parent / "pyproject.toml").read_text("utf-8"))["project"]

project = "wideproof"
author = copyright = ABOUT["authors"][0]["name"]
version = release = ABOUT["version"]

extensions = [
    "myst_parser",
    "sphinxcontrib.bibtex",
    "offline_math",
    "claim_pages",
    "answers",
    "exponent_nodes",
]
exclude_patterns = ["_build", "_ext", "examples", "evidence", "figures", "measured", "soundness_table.md"]
nitpicky = True
smartquotes = False  # quotations and formulas in words keep their own marks
myst_enable_extensions = ["dollarmath"]
bibtex_bibfiles = ["references.bib"]
bibtex_reference_style = "author_year"

# No menu: its entries would fetch parts of MathJax that are not shipped. Assistive MathML stays on. The
# size is fixed, since formulas are broken for a column of so many em.
mathjax3_config = {"options": {"enableMenu": False}, "chtml": {"matchFontHeight": False, "scale": 1.1}}

html_theme = "furo"
html_title = "wideproof"
html_static_path = ["_static"]
html_css_files = ["wideproof.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
