"""What theory said of a claim, kept on disk while nothing that it depends on has changed.

To derive a claim and to look at it through balls is a computation without chance, and so is the number
that a side of theory is at a point: ``numerics.keeping`` says what they follow from. Errors are not kept.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from numerics import keeping, sealing
from numerics.judge import Finding, Verdict
from theory.claim import Claim


def recalled(
    kept: Path | None, claim: Claim, seed: int, asked: str, make: Callable[[], Iterable[Finding]]
) -> list[Finding]:
    """The findings that ``make`` would return, read where they are kept, else made and kept.

    ``asked`` tells apart what may be asked of one claim: with its own statement, or its slip's witness.
    """
    file = keeping.file_of(kept, "proofs", claim, seed, asked)
    if file is None:
        return list(make())
    findings = read(file)
    if findings is None:
        findings = list(make())
        if all(finding.verdict is not Verdict.ERROR for finding in findings):
            write(file, findings)
    return findings


def write(file: Path, findings: list[Finding]) -> None:
    """Nothing is kept that would read back as another finding."""
    body = [finding._asdict() for finding in findings]
    if decoded(sealing.unsealed(sealing.sealed(body))) == findings:
        sealing.write(file, body)


def read(file: Path) -> list[Finding] | None:
    """What is kept in a file; None if there is none, or if it is not whole."""
    try:
        body = sealing.read(file)
        return None if body is None else decoded(body)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def decoded(body: list[dict]) -> list[Finding]:
    return [restored(each) for each in body]


def restored(body: dict) -> Finding:
    found: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in body.items()
    }
    found["verdict"] = body["verdict"] and Verdict(body["verdict"])
    return Finding(**found)
