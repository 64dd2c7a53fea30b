"""What a verdict depends on: sources, versions, settings and the commit, as values and as one digest.

Evidence is stale when its digest changes: when the statement, the experiment, the modules that the
experiment imports, JAX's version or the settings (seed, alpha, resolution) change. A commit that
changes none of these changes nothing. Imports are read from the sources by ``ast``; none is executed,
so that a digest costs milliseconds and never starts JAX.
"""

import ast
import json
import math
import platform
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib import metadata
from importlib.util import resolve_name
from pathlib import Path

PACKAGE = Path(__file__).parent
THEORY = PACKAGE.resolve().parent / "theory"
RECORDED = ("jax", "jaxlib", "numpy", "scipy", "sympy", "python-flint", "hypothesis", "equinox", "diffrax")


def digest(
    *, statement: str, experiment: str, modules: str, seed: int, alpha: float, resolution: float, **others
) -> str:
    """What a record's verdict depends on, as one fingerprint; JAX's version goes into it by itself.

    ``statement`` is a canonical text of what is asserted, ``experiment`` the experiment's source,
    ``modules`` a ``module_digest``; ``others`` is for what else may change the verdict, such as the
    text of a derivation.
    """
    settings = {"seed": seed, "alpha": alpha, "resolution": resolution, "jax": versions().get("jax")}
    sources = {"statement": statement, "experiment": experiment, "modules": modules}
    return fingerprint({**settings, **sources, "others": others})


def module_digest(modules: Iterable[str | Path], package: Path = PACKAGE) -> str:
    """SHA-256 of the sources of modules and of all that they import from ``numerics``, however deep.

    A module is a dotted name in the package, or the ``Path`` of any file. Imports inside functions
    count. The package's own ``__init__`` is only a door and does not count, nor does what is imported
    under a computed name. ValueError for a name that is no module of the package.
    """
    todo = [located(each, package) for each in modules]
    sources: dict[Path, bytes] = {}
    while todo:
        path = todo.pop()
        if path not in sources:
            sources[path] = path.read_bytes()
            names = imported_names(sources[path], home(path, package))
            todo += filter(None, (source_file(name, package) for name in names))
    return fingerprint(
        sorted((home(path, package), path.name, sha256(text).hexdigest()) for path, text in sources.items())
    )


def located(module: str | Path, package: Path) -> Path:
    file = module.absolute() if isinstance(module, Path) else source_file(module, package)
    if file is None:
        raise ValueError(f"no module {module} in {package}; give a dotted name in it, or a Path")
    return file


def home(path: Path, package: Path) -> str:
    """The dotted package that a file belongs to; empty for a file outside, whose folder does not matter."""
    inside = path.is_relative_to(package)
    return ".".join(path.relative_to(package.parent).parent.parts) if inside else ""


def source_file(name: str, package: Path) -> Path | None:
    if not name.startswith(f"{package.name}."):
        return None
    stem = package.parent.joinpath(*name.split("."))
    return next(filter(Path.is_file, (stem.with_suffix(".py"), stem / "__init__.py")), None)


@cache
def imported_names(source: bytes, parent: str) -> frozenset[str]:
    """Every dotted name that a source may import; ``from a import b`` may mean ``a`` or ``a.b``."""
    names: set[str] = set()
    for node in statements(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (parent or not node.level):
            origin = resolve_name("." * node.level + (node.module or ""), parent)
            names |= {origin} | {f"{origin}.{alias.name}" for alias in node.names}
    return frozenset(names)


def statements(tree: ast.AST) -> Iterator[ast.AST]:
    """Every statement, however deep; an import stands in no expression, and most nodes are expressions."""
    for node in ast.iter_child_nodes(tree):
        if not isinstance(node, ast.expr):
            yield node
            yield from statements(node)


@cache
def theory_sources(file: str) -> str:
    """The file that states the claim and derives it, and all of theory that it imports."""
    path = Path(file)
    return module_digest([path], THEORY) if path.is_file() else ""


def root() -> Path:
    """The repository that this package is run from, else the current directory."""
    above = PACKAGE.parent
    return above if (above / "pyproject.toml").is_file() else Path.cwd()


def commit(folder: Path | None = None) -> str | None:
    """The commit that is checked out, marked ``-dirty`` if files differ from it; None outside git."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        done = subprocess.run(command, cwd=folder or root(), capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


@cache
def versions() -> Mapping[str, str]:
    """Python and the installed packages that results depend on, without importing any of them."""
    found = {"python": platform.python_version()}
    for name in RECORDED:
        with suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


def fingerprint(content) -> str:
    """SHA-256 of nested mappings, sequences and scalars; the order of a mapping does not matter."""
    return sha256(json.dumps(mapped(spelled, content), sort_keys=True).encode()).hexdigest()


def mapped(leaf: Callable, value):
    """``leaf`` of every scalar in nested mappings, lists and tuples; sequences become tuples."""
    if isinstance(value, Mapping):
        if strange := [key for key in value if not isinstance(key, str)]:
            raise TypeError(f"the key {strange[0]!r} is no string; name it by a string")
        return {key: mapped(leaf, item) for key, item in value.items()}
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return tuple(mapped(leaf, item) for item in value)
    return leaf(value)


def spelled(value):
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
