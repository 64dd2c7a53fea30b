"""What theory said of a claim, kept on disk while nothing that it depends on has changed.

To derive a claim and to look at it through balls is a computation without chance: it follows from the
sources of the claim and of all of theory that it imports, from the engine's, from the seed of the points
and from the versions of SymPy and python-flint. Their digest names the file, so that what is kept can be
found only by the computation that would repeat it. Errors are not kept, nor claims of files outside of
this package, which may import what no digest sees.
"""

import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from numerics import evidence, provenance
from numerics.freshness import THEORY, theory_sources
from numerics.judge import Finding, Verdict
from theory.claim import Claim

ENGINE = ("numerics.case", "numerics.proofs")


def recalled(
    kept: Path | None, claim: Claim, seed: int, asked: str, make: Callable[[], Iterable[Finding]]
) -> list[Finding]:
    """The findings that ``make`` would return, read where they are kept, else made and kept.

    ``asked`` tells apart what may be asked of one claim: with its own statement, or its slip's witness.
    """
    if kept is None or not Path(claim.at[0]).is_relative_to(THEORY):
        return list(make())
    file = kept / "proofs" / f"{key_of(claim, seed, asked)}.json"
    findings = read(file)
    if findings is None:
        findings = list(make())
        if all(finding.verdict is not Verdict.ERROR for finding in findings):
            write(file, findings)
    return findings


def key_of(claim: Claim, seed: int, asked: str) -> str:
    return provenance.fingerprint(
        {
            "claim": claim.name,
            "statement": claim.digest,
            "asked": asked,
            "seed": seed,
            "theory": theory_sources(claim.at[0]),
            "engine": engine(),
            "versions": {name: provenance.versions().get(name) for name in ("sympy", "python-flint")},
        }
    )


@cache
def engine() -> str:
    return provenance.module_digest(ENGINE)


def write(file: Path, findings: list[Finding]) -> None:
    """Nothing is kept where the folder takes nothing, or where the text would read back as another finding."""
    text = encoded(findings)
    if decoded(text) != findings:
        return
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        evidence.overwrite(file, text)


def read(file: Path) -> list[Finding] | None:
    """What is kept in a file; None if there is none, or if its seal is broken."""
    try:
        return decoded(file.read_text("utf-8"))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def encoded(findings: list[Finding]) -> str:
    body = [finding._asdict() for finding in findings]
    return json.dumps({"findings": body, "seal": provenance.fingerprint({"findings": body})})


def decoded(text: str) -> list[Finding]:
    """ValueError for a text that is not whole."""
    content = json.loads(text)
    if provenance.fingerprint({"findings": content["findings"]}) != content["seal"]:
        raise ValueError("its seal does not fit its content")
    return [restored(body) for body in content["findings"]]


def restored(body: dict) -> Finding:
    found: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in body.items()
    }
    found["verdict"] = body["verdict"] and Verdict(body["verdict"])
    return Finding(**found)
