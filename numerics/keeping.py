"""What follows from the sources alone, kept on disk in files whose seal tells whether they are whole.

A file is named by a digest of all that its content follows from, so that it can be found only by the
computation that would repeat it. A file without its seal, or with another, is not trusted: what it would
hold is made again. Where the folder takes nothing, nothing is kept.
"""

import json
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from numerics import evidence, provenance
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


def write(file: Path, body: Any) -> None:
    """Keeps what JSON can hold."""
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        evidence.overwrite(file, sealed(body))


def read(file: Path) -> Any:
    """What is kept in a file; None if there is none, or if its seal is broken."""
    try:
        return unsealed(file.read_text("utf-8"))
    except (OSError, ValueError):
        return None


def sealed(body: Any) -> str:
    return json.dumps({"body": body, "seal": provenance.fingerprint(body)})


def unsealed(text: str) -> Any:
    """ValueError for a text that is not whole."""
    content = json.loads(text)
    if not isinstance(content, dict) or set(content) != {"body", "seal"}:
        raise ValueError("it has no body under a seal")
    if provenance.fingerprint(content["body"]) != content["seal"]:
        raise ValueError("its seal does not fit its content")
    return content["body"]
