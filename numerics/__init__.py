"""What a computer sees of a claim: simulators, statistics, and the engine that plays them against theory.

Three doors, opened when asked for, so that a simulator alone imports no SymPy: ``observes`` attaches
an experiment to a claim, ``check`` returns the verdict on a claim, ``closed_form`` turns a claim's
right side into a function that JAX can compile.
"""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

DOORS = {"observes": "numerics.experiment", "check": "numerics.verify", "closed_form": "numerics.formula"}


def reject_strangers() -> None:
    """``ImportError`` unless ``theory`` lies beside this package: both names are common ones."""
    here = Path(__file__).resolve().parent.parent
    found = find_spec("theory")  # finds it without importing it
    there = Path(found.origin).resolve().parent.parent if found and found.origin else None
    if there != here:
        got = f"from {there}" if there else "nowhere to be found"
        raise ImportError(
            f"numerics comes from {here}, but theory is {got}: the two packages are one project. "
            f"Put {here} first on sys.path, or uninstall the other package called theory or numerics."
        )


def __getattr__(name: str):
    if name not in DOORS:
        raise AttributeError(
            f"numerics has no {name!r}; its doors are {', '.join(DOORS)}, its modules are imported"
        )
    return getattr(import_module(DOORS[name]), name)


reject_strangers()
