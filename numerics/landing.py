"""The record of a case: the findings of all witnesses put together, the verdict, the standing."""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from numerics import judge, provenance
from numerics.case import Case
from numerics.evidence import Store
from numerics.judge import Verdict
from numerics.record import Record, now
from theory.card import hypotheses
from theory.claim import Claim
from theory.printing import latex
from theory.statement import Relation

RESUMED = "resumed: nothing it depends on has changed since"
CONSTRUCTORS = {"=": "equal", "<=": "at_most", ">=": "at_least", "<": "below", ">": "above"}


def recorded(case: Case, digest: str, known: Mapping[str, Record], store: Store | None) -> Record:
    """What was found about a claim; ``known`` holds the records of this run, the store those of others."""
    claim, findings = case.claim, case.findings
    verdict, why = judge.verdict_of(findings)
    notes = [*why, *(note for finding in findings for note in finding.notes), *case.doubts]
    if claim.open:
        notes.append(judge.OPEN)
    notes += standing(claim, verdict, known, store)
    experiment = [finding for finding in findings if finding.witness == "experiment"]
    landed = now()
    look = {"seed": case.settings.seed, "digest": digest, "verdict": str(verdict), "time": landed}
    return Record(
        claim=claim.name,
        verdict=str(verdict),
        statement=claim.states.latex(latex),
        digest=digest,
        kind=constructor(claim),
        links=tuple(link for finding in findings for link in finding.links),
        numbers={name: value for finding in findings for name, value in finding.numbers.items()},
        intervals=tuple(interval for finding in findings for interval in finding.intervals),
        alpha=first(finding.alpha for finding in findings),
        resolution=first(finding.resolution for finding in findings),
        counterexample=first(finding.counterexample for finding in findings),
        seeds=(case.settings.seed,),
        widths=first(finding.widths or None for finding in findings) or (),
        dtype=first(finding.dtype for finding in findings),
        backend=case.machine.get("backend") if any(finding.verdict for finding in experiment) else None,
        device=case.machine.get("device") if any(finding.verdict for finding in experiment) else None,
        commit=provenance.commit(),
        seconds=time.monotonic() - case.started,
        notes=tuple(dict.fromkeys(notes)),
        title=claim.title,
        hypotheses=hypotheses(claim),
        looks=({**look, "stated": claim.digest},),
        time=landed,
    )


def as_kept(record: Record) -> Record:
    """The record as the store has it: that it was found again is told of a run, and is no part of it."""
    return replace(record, notes=tuple(note for note in record.notes if note != RESUMED))


def first(values) -> Any:
    return next((value for value in values if value is not None), None)


def constructor(claim: Claim) -> str:
    states = claim.states
    return CONSTRUCTORS[states.sign] if isinstance(states, Relation) else states.kind


def standing(claim: Claim, own: Verdict, known: Mapping[str, Record], store: Store | None) -> list[str]:
    """The weakest verdict among a claim's own and those of what it rests on, as a note."""
    if not claim.uses:
        return []
    rests = {name: known.get(name) or (store.read(name) if store else None) for name in claim.uses}
    missing = [name for name, record in rests.items() if record is None]
    if missing:
        return [f"standing unknown: it rests on {', '.join(missing)}, of which there is no evidence"]
    verdicts = {name: Verdict(record.verdict) for name, record in rests.items() if record}
    weakest = judge.weakest([own, *verdicts.values()])
    through = [name for name, verdict in verdicts.items() if verdict is weakest and weakest is not own]
    return [f"standing {weakest}" + (f", through {', '.join(through)}" if through else "")]
