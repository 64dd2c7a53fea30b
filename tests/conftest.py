"""Strictness for the whole suite: what JAX would let pass in silence is an error here.

The library sets none of this when it is imported: the command line does what it needs, and so do the tests.
"""

import os
from importlib.util import find_spec
from pathlib import Path

import hypothesis
import jax
from jaxtyping import install_import_hook

from tests.vacuity import pytest_make_collect_report, pytest_runtest_makereport  # noqa: F401 - hooks of pytest

ROOT = Path(__file__).resolve().parents[1]

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_numpy_rank_promotion", "raise")
jax.config.update("jax_numpy_dtype_promotion", "strict")
jax.config.update("jax_debug_key_reuse", True)

# Compilation is most of what a test costs, and JAX's own thresholds would keep almost none of our programs.
if "JAX_COMPILATION_CACHE_DIR" not in os.environ:
    jax.config.update("jax_compilation_cache_dir", str(ROOT / ".cache" / f"jax-{jax.__version__}"))
jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)

# Every call checks the types and shapes that its signature promises; an int will do for a float.
if find_spec("beartype"):  # a machine for GPU runs may lack it
    install_import_hook("numerics", "beartype.beartype(conf=beartype.BeartypeConf(is_pep484_tower=True))")

# No deadline: the first example pays for compilation. In CI the examples are the same at every run.
hypothesis.settings.register_profile("local", deadline=None, print_blob=True)
hypothesis.settings.register_profile("ci", deadline=None, print_blob=True, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") == "true" else "local")
