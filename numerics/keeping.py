"""Where that is kept which follows from the sources alone: what theory says of a claim.

A file is named by a digest of all that its content follows from, so that it can be found only by the
computation that would repeat it. ``numerics.sealing`` tells whether it is whole.
"""

from functools import cache
from pathlib import Path

from numerics import provenance
from theory.claim import Claim

ENGINE = ("numerics.case", "numerics.proofs")


def file_of(kept: Path | None, shelf: str, claim: Claim, seed: int, asked: str) -> Path | None:
    """Where theory's answer about a claim is kept: it follows from the sources of theory and engine, from the
    seed of the points, and from the versions of SymPy and python-flint. None without a folder, and for the
    claim of a file outside of this package, which may import what no digest sees.
    """
    if kept is None or not Path(claim.at[0]).is_relative_to(provenance.THEORY):
        return None
    name = provenance.fingerprint(
        {
            "claim": claim.name,
            "statement": claim.digest,
            "asked": asked,
            "seed": seed,
            "theory": provenance.theory_sources(claim.at[0]),
            "engine": engine(),
            "versions": {name: provenance.versions().get(name) for name in ("sympy", "python-flint")},
        }
    )
    return kept / shelf / f"{name}.json"


@cache
def engine() -> str:
    return provenance.module_digest(ENGINE)
