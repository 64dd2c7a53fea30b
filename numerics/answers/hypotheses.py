"""Each named hypothesis removed in turn: what remains is looked at where the hypothesis fails.

Theory is asked first, as for the mutants of ``numerics.soundness``: a point outside of the hypothesis at which the
statement is false shows that it matters. Where theory cannot look there the experiment is run at such points.
"""

from collections.abc import Iterator

from numerics import sides
from numerics.answers.driving import driver, row_of
from numerics.case import experiment
from numerics.judge import Finding, Verdict
from numerics.kinds import is_trend, trend
from numerics.plan import Settings, distinct, plan
from numerics.soundness.bolder import bolder, cornered
from numerics.soundness.looking import Sorted, sites
from numerics.soundness.plants import Mutant, of_hypotheses
from numerics.soundness.running import Late, at_most
from numerics.worker import WorkerFailure
from theory import points
from theory.claim import Claim

SECONDS = 60.0  # of processor time for theory, for one hypothesis
POINTS = 8  # outside of a hypothesis, for the experiment


def told(claim: Claim, settings: Settings, home: str | None) -> list[str]:
    """A line for each hypothesis of ``where``, and one where there is none to remove."""
    if not claim.where:
        return ["no named hypothesis to remove"]
    return [line_of(name, mutant, settings, home) for name, mutant in removed(claim)]


def removed(claim: Claim) -> Iterator[tuple[str, Mutant]]:
    """The names of the hypotheses, each with the claim without it."""
    yield from zip(claim.where, of_hypotheses(claim), strict=True)


def line_of(name: str, mutant: Mutant, settings: Settings, home: str | None) -> str:
    found = by_theory(mutant)
    if found.kind == "unsorted" and home is not None:
        found = by_experiment(mutant, settings, home) or found
    said = {
        "false": f"false: {found.reason}. This hypothesis matters",
        "stronger": f"nothing breaks: {found.reason}. It may do without this hypothesis",
        "unsorted": f"nothing is known: {found.reason}",
    }
    return f"without '{name}' {said[found.kind]}"


def by_theory(mutant: Mutant) -> Sorted:
    try:
        with at_most(SECONDS):
            return bolder(mutant)
    except (Late, ValueError, TypeError, NotImplementedError) as error:
        return Sorted("unsorted", f"{type(error).__name__}: {error}"[:200])


def by_experiment(mutant: Mutant, settings: Settings, home: str) -> Sorted | None:
    """What the experiment of the claim says at points where the hypothesis fails; None if it says nothing."""
    bold = mutant.claim
    beyond = outside(mutant)
    if not beyond:
        return Sorted("unsorted", "no point outside of the hypothesis was drawn")
    (share,) = (row.alpha for row in plan([bold], settings).rows)
    try:
        with driver(mutant.origin, home, settings.budget) as at_work:
            if at_work.sheet is None or "wrong" in at_work.sheet:
                return None
            row = row_of(bold, settings, share, tuple(beyond))
            found: Finding = at_work.driven(experiment(row, at_work.sheet, settings))
    except (WorkerFailure, ValueError) as failure:
        return Sorted("unsorted", str(failure)[:200])
    if found.verdict is Verdict.REFUTED:
        return Sorted("false", "; ".join(found.notes[-1:]))
    if found.verdict is Verdict.SUPPORTED:
        return Sorted("stronger", f"its experiment agrees at {len(beyond)} points outside of the hypothesis")
    return Sorted("unsorted", "; ".join(found.notes))


def outside(mutant: Mutant) -> list[points.Point]:
    """Points that the other hypotheses admit and the removed one does not, as an experiment can be given them."""
    bold, origin = mutant.claim, mutant.origin
    dtype = "float64" if is_trend(bold) else "float32"
    near = (sides.rounded(bold, point, dtype) for point in (*sites(bold), *cornered(bold)))
    found = [point for point in near if not points.admits(origin, point)][:POINTS]
    if is_trend(bold):
        by = trend(bold).by.name
        found = distinct({name: value for name, value in point.items() if name != by} for point in found)
    return found
