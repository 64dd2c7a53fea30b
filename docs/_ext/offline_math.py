"""Mathematics without a network: MathJax 3 beside the pages, pruned to what they use.

The package ``sphinx-mathjax-offline`` holds all of MathJax, 24 MB. Pages need the loader with TeX input
and its HTML output, the fonts, and the TeX extensions that it fetches when a formula asks for one.
"""

import shutil
from importlib.util import find_spec
from pathlib import Path

from sphinx.errors import ExtensionError

LOADER = "tex-chtml.js"
KEPT = (LOADER, "output/chtml/fonts/woff-v2", "input/tex/extensions")


def installed() -> Path:
    """Where MathJax lies in the environment."""
    spec = find_spec("sphinx-mathjax-offline")
    if spec is None or not spec.submodule_search_locations:
        raise ExtensionError("sphinx-mathjax-offline is not installed; the extra docs of this project has it")
    return Path(spec.submodule_search_locations[0], "static", "mathjax")


def copied(app, failure) -> None:
    """Copy what is used into the finished site."""
    if failure or app.builder.format != "html":
        return
    target = Path(app.outdir, "_static", "mathjax")
    for name in KEPT:
        source = installed() / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        copy(source, target / name, **({"dirs_exist_ok": True} if source.is_dir() else {}))


def setup(app):
    app.setup_extension("sphinx.ext.mathjax")
    app.config.mathjax_path = f"mathjax/{LOADER}"
    app.connect("build-finished", copied)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
