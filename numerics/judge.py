"""From what the witnesses say to one verdict.

A *finding* is what one witness says: the derivation, the certificate, the experiment, or the slip. A
claim that has both a derivation and an experiment must pass both:

    error         a check that failed, a broken link, or a proof and a refutation at once;
    refuted       a reproduced counterexample from any witness;
    inconclusive  a witness that could not decide, whatever the others say;
    proved, certified, supported    the strongest that is left.

A claim of which no witness looked at anything is an error: nothing was checked.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from numerics.record import Record


class Verdict(StrEnum):
    PROVED = "proved"
    CERTIFIED = "certified"
    SUPPORTED = "supported"
    INCONCLUSIVE = "inconclusive"
    REFUTED = "refuted"
    ERROR = "error"

    @property
    def glyph(self) -> str:
        return dict(zip(Verdict, "✔◆≈?✘!", strict=True))[self]


STRENGTH = {verdict: rank for rank, verdict in enumerate(Verdict)}  # from the strongest to the weakest
OPEN = "an open claim: that nobody knows is an expected answer"
CONTRADICTION = "contradiction"
COUNTED = ("points", "points_enclosed", "points_checked", "draws", "rungs", "boxes")
VACUOUS = "vacuous evidence"
NOTHING = "nothing was checked: give it because=... or an experiment with @observes"


class Finding(NamedTuple):
    """What one witness says. ``verdict`` is None where it has nothing to say, and only notes why."""

    witness: str
    verdict: Verdict | None
    notes: tuple[str, ...] = ()
    numbers: Mapping[str, Any] = {}
    intervals: tuple[Mapping[str, Any], ...] = ()
    links: tuple[Mapping[str, Any], ...] = ()
    counterexample: Mapping[str, Any] | None = None
    alpha: float | None = None
    resolution: float | None = None
    widths: tuple[int, ...] = ()
    dtype: str | None = None


def vacuous(finding: Finding) -> bool:
    """Whether a witness speaks for a claim and has looked at nothing: no link, no point, no draw."""
    if finding.verdict not in (Verdict.PROVED, Verdict.CERTIFIED, Verdict.SUPPORTED):
        return False
    counted = [finding.numbers[name] for name in COUNTED if name in finding.numbers]
    return not finding.links if finding.witness == "derivation" else bool(counted) and not all(counted)


def verdict_of(findings: Iterable[Finding]) -> tuple[Verdict, tuple[str, ...]]:
    """The verdict, and the notes that explain it where the witnesses do not."""
    findings = list(findings)
    idle = [finding.witness for finding in findings if vacuous(finding)]
    if idle:
        return Verdict.ERROR, (f"{VACUOUS}: the {' and the '.join(idle)} looked at no link, point or draw",)
    said = {finding.witness: finding.verdict for finding in findings if finding.verdict is not None}
    if not said:
        return Verdict.ERROR, (NOTHING,)
    if contradictory(said):
        proofs = [
            witness for witness, verdict in said.items() if verdict in (Verdict.PROVED, Verdict.CERTIFIED)
        ]
        against = [witness for witness, verdict in said.items() if verdict is Verdict.REFUTED]
        told = (
            f"{CONTRADICTION}: {' and '.join(against)} refuted what is established by {' and '.join(proofs)}"
        )
        return Verdict.ERROR, (f"{told}; one of them is wrong, and nothing can be trusted until it is found",)
    for verdict in (Verdict.ERROR, Verdict.REFUTED, Verdict.INCONCLUSIVE):
        if verdict in said.values():
            return verdict, ()
    return min(said.values(), key=STRENGTH.__getitem__), ()


def contradictory(said: Mapping[str, Verdict]) -> bool:
    """Whether a witness refutes what another has proved or certified."""
    verdicts = set(said.values())
    return Verdict.REFUTED in verdicts and bool(verdicts & {Verdict.PROVED, Verdict.CERTIFIED})


def weakest(verdicts: Iterable[Verdict]) -> Verdict:
    return max(verdicts, key=STRENGTH.__getitem__)


def exit_status(records: Iterable[Record]) -> int:
    """The worst of 4 (error) > 1 (refuted) > 3 (inconclusive, unless the claim is open) > 0."""

    def expected(record: Record) -> bool:
        return record.verdict == Verdict.INCONCLUSIVE and OPEN in record.notes

    verdicts = {record.verdict for record in records if not expected(record)}
    statuses = {Verdict.ERROR: 4, Verdict.REFUTED: 1, Verdict.INCONCLUSIVE: 3}
    return next((status for verdict, status in statuses.items() if verdict in verdicts), 0)
