"""Every claim of the theory, in reading order, listed here and registered nowhere else.

A chapter is a module of ``theory`` with a function ``claims()``. A claim may rest on claims of any
chapter, but not in a circle.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib import import_module

from theory.claim import Claim

CHAPTERS = {
    "arc_cosine": "Gaussian dual activations and arc-cosine kernels",
    "two_layer": "The two-layer tangent kernel",
    "curvature": "The Hessian of a wide network",
    "saddles": "Saddles: power iteration, escape and flow",
}


@cache
def claims() -> tuple[Claim, ...]:
    """All claims, chapter by chapter.

    Raises ``ValueError`` for two claims of one name, an unknown name in ``uses``, or a circle.
    """
    return consistent(claim for chapter in CHAPTERS for claim in of_chapter(chapter))


@cache
def of_chapter(chapter: str) -> tuple[Claim, ...]:
    """The claims of one chapter, in reading order."""
    return import_module(f"theory.{chapter}").claims()


def find(name: str) -> Claim:
    """The claim of a name. Raises ``LookupError`` with the nearest names for an unknown one."""
    return named(name, claims())


def within(chapter: str, name: str) -> Claim:
    """The claim of a name in a chapter, without the seconds that the other chapters cost; it raises as ``find``."""
    return named(name, of_chapter(chapter))


def named(name: str, among: Iterable[Claim]) -> Claim:
    by_name = {claim.name: claim for claim in among}
    if name not in by_name:
        near = get_close_matches(name, by_name, n=3, cutoff=0.5)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise LookupError(f"no claim named {name}{hint}")
    return by_name[name]


def consistent(found: Iterable[Claim]) -> tuple[Claim, ...]:
    """The claims as given, once their names and what they use have been checked."""
    by_name: dict[str, Claim] = {}
    for claim in found:
        if claim.name in by_name:
            raise claim.error(
                f"the name is taken by the claim at {':'.join(map(str, by_name[claim.name].at))}"
            )
        by_name[claim.name] = claim
    for claim in by_name.values():
        for used in claim.uses:
            if used not in by_name:
                near = get_close_matches(used, by_name, n=1)
                raise claim.error(f"uses {used}, which no claim is named" + (f"; {near[0]}?" if near else ""))
    try:
        TopologicalSorter({name: claim.uses for name, claim in by_name.items()}).prepare()
    except CycleError as circle:
        raise ValueError(f"claims rest on each other in a circle: {' -> '.join(circle.args[1])}") from None
    return tuple(by_name.values())
