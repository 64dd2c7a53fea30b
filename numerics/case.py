"""One claim on its way to a verdict: its experiment in the worker, its proof in the parent, its slip.

The experiment is a generator of tasks, driven by whoever has a worker or a process at hand; whatever
goes wrong in it is held against this claim alone.
"""

import time
from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace
from typing import Any

from numerics import books, certificate, climbing, conditions, enclosing, proofs, sides
from numerics.compared import compared
from numerics.experiment import REJECTED
from numerics.freshness import sources
from numerics.judge import Finding, Verdict
from numerics.kinds import is_trend, relation, trend
from numerics.plan import Row, Settings
from numerics.pooled import pooled
from numerics.worker import WorkerFailure
from theory import points
from theory.claim import Claim
from theory.statement import Holds, Relation

INSTEAD = {  # of what JAX refuses in a function that it compiles
    "TracerArrayConversionError": "NumPy cannot compute with what JAX traces: write jnp for np, as in jnp.abs(x)",
    "TracerBoolConversionError": "Python cannot decide `if`, `and` or `while` on what JAX traces: "
    "write jnp.where(condition, a, b), or & for `and`",
    "ConcretizationTypeError": "what JAX traces has no value yet: write jnp.where(condition, a, b) for an `if`, "
    "and x.astype(float) for float(x)",
    "TracerIntegerConversionError": "what JAX traces is no Python integer: index by jnp.take(array, place), "
    "or make the parameter an integer with a Range",
}
Tasks = Generator[tuple[str, dict[str, Any]], dict[str, Any], Finding]


class Case:
    """The state of one claim in a run."""

    def __init__(self, row: Row, settings: Settings, home: str | None):
        self.row, self.settings, self.home = row, settings, home
        self.findings: list[Finding] = []
        self.tasks: Tasks | None = None
        self.subject = row.claim.name  # whose experiment the worker runs
        self.sheets: Mapping[str, Any] = {}
        self.machine: Mapping[str, Any] = {}
        self.doubts: list[str] = []  # what is odd about the experiment, and no error
        self.spent, self.started = 0.0, time.monotonic()
        self.examined, self.experimented, self.slip_settled = False, False, row.claim.slip is None

    @property
    def claim(self) -> Claim:
        return self.row.claim

    @property
    def claims(self) -> list[Claim]:
        """The claim, and the slip that it corrects if there is one: their experiments it may need."""
        return [claim for claim in (self.claim, self.claim.slip) if claim is not None]

    def examine(self) -> None:
        """What the parent can say: derivation, balls, conditions of theory."""
        claim, seed = self.claim, self.settings.seed

        def found() -> Iterator[Finding]:
            derivation, chain = certificate.derived(claim, seed)
            yield derivation
            yield guarded(claim, certificate_of, claim, chain, seed)

        self.findings += proofs.recalled(self.settings.kept, claim, seed, "the claim", found)
        self.examined = True

    def begin(self, sheets: Mapping[str, Any], machine: Mapping[str, Any]) -> dict[str, Any] | None:
        """The first task of the experiment, if there is one."""
        self.sheets, self.machine = sheets, machine
        books.opened(self.settings.kept, self.claims, self.settings.seed)
        sheet, wrong = sheets.get(self.claim.name), REJECTED.get(self.claim)
        if wrong or (sheet and "wrong" in sheet):
            return self.finish(failed(wrong or sheets[self.claim.name]["wrong"]))
        if sheet is None:
            return self.finish(Finding("experiment", None))
        if self.row.problem:
            return self.finish(failed(self.row.problem))
        if sheet["points"]:
            self.row = replace(self.row, fixed=self.row.points[-sheet["points"] :])
        self.tasks = experiment(self.row, sheet, self.settings)
        return self.step(None)

    def fail(self, message: str) -> None:
        self.finish(failed(message))

    def step(self, reply: dict[str, Any] | WorkerFailure | None) -> dict[str, Any] | None:
        """Hands a reply to the experiment; the next task, or None once it has said what it has to say."""
        assert self.tasks is not None
        if isinstance(reply, dict):
            self.doubts += reply.get("doubts", [])
        try:
            if isinstance(reply, WorkerFailure):
                do, arguments = self.tasks.throw(reply)
            else:
                do, arguments = next(self.tasks) if reply is None else self.tasks.send(reply)
        except StopIteration as done:
            return self.finish(done.value)
        except WorkerFailure as failure:
            return self.finish(self.failure_of(failure))
        except Exception as error:  # whatever goes wrong concerns this claim alone
            text = str(error) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
            return self.finish(failed(text if self.claim.name in text else str(self.claim.error(text))))
        shelf = {"shelf": self.shelf} if do == "draws" else {}
        return {"home": self.home, "claim": self.subject, "do": do, "with": arguments | shelf}

    @property
    def shelf(self) -> tuple[str, str] | None:
        """Where the worker keeps programs, and of which sources; a file of a user may read what no digest sees."""
        if self.settings.kept is None or self.home is None or self.home.endswith(".py"):
            return None
        return str(self.settings.kept / "programs"), sources(self.home)

    def failure_of(self, failure: WorkerFailure) -> Finding:
        """A budget that ends while draws are taken decides nothing; any other failure is an error."""
        place = self.sheets[self.subject]["place"]
        text = failure.detail.removeprefix("Unfit: ")
        text = text if self.claim.name in text else f"{self.subject} ({place}): {text}"
        if advice(failure.detail):
            text = text.partition("\n")[0]
        if failure.file:
            text = f"{text}, raised at {failure.file}:{failure.line}"
        text += advice(failure.detail)
        if (
            failure.reason == "budget"
            and self.tasks is not None
            and self.sheets[self.subject]["draws"]
            and self.probed
        ):
            note = f"the budget ended before the resolution was reached: {text}"
            told = (f"{note}; give more of it, or a coarser resolution",)
            return Finding("experiment", Verdict.INCONCLUSIVE, told, {"budget": self.settings.budget})
        return failed(text)

    def finish(self, finding: Finding) -> None:
        self.tasks = None
        if self.experimented:
            self.settle_slip(finding)
        else:
            self.findings.append(finding)
            self.experimented = True

    def close(self) -> None:
        """What is done once all witnesses have spoken. Where none could say anything, and no experiment is
        attached, theory's laws are drawn from."""
        silent = all(finding.verdict in (None, Verdict.INCONCLUSIVE) for finding in self.findings)
        if silent and self.claim.name not in self.sheets:
            self.findings.append(guarded(self.claim, certificate.drawn, self.claim, self.settings.seed))
        books.closed(self.claims)

    probed = False

    @property
    def done(self) -> bool:
        return self.examined and self.experimented and self.slip_settled

    @property
    def awaits_slip(self) -> bool:
        return self.examined and self.experimented and not self.slip_settled and self.tasks is None

    def begin_slip(self) -> dict[str, Any] | None:
        """The slip must be refuted at its witness: by theory if that can say, else by an experiment."""
        claim, slip = self.claim, self.claim.slip
        assert slip is not None
        at = guarded_point(slip, claim.refuted_at)
        if isinstance(at, Finding):
            return self.settle_slip(at)
        (found,) = self.said_of_slip(slip, at)
        if found.verdict is not None:
            return self.settle_slip(found)
        own = slip.name in self.sheets
        if not own and not lends(claim, slip, self.sheets):
            return self.settle_slip(found)
        self.subject = slip.name if own else claim.name
        row = replace(self.row, claim=slip, fixed=slip_points(slip, at, self.row))
        self.tasks = experiment(row, self.sheets[self.subject], self.settings, at)
        return self.step(None)

    def said_of_slip(self, slip: Claim, at: Mapping[str, Any]) -> list[Finding]:
        def found() -> Iterator[Finding]:
            yield guarded(slip, refuted_by_theory, self.claim, slip, at, self.settings.seed)

        asked = f"the slip {slip.digest} at {dict(at)}"
        return proofs.recalled(self.settings.kept, self.claim, self.settings.seed, asked, found)

    def settle_slip(self, finding: Finding) -> None:
        assert self.claim.slip is not None
        self.slip_settled = True
        name, told = self.claim.slip.name, "; ".join(finding.notes)
        if finding.verdict is Verdict.REFUTED:
            seen = tuple({**interval, "slip": name} for interval in finding.intervals)
            said = Finding("slip", None, (f"the slip {name} is refuted: {told}",), intervals=seen)
        else:
            what = "could not be checked" if finding.verdict is None else f"is {finding.verdict}, not refuted"
            said = Finding(
                "slip", Verdict.ERROR, (f"the slip {name} {what}" + (f": {told}" if told else ""),)
            )
        self.findings.append(said)


def experiment(row: Row, sheet: Mapping[str, Any], settings: Settings, at: Mapping | None = None) -> Tasks:
    """The tasks of the experiment that the statement asks for."""
    if is_trend(row.claim):
        return climbing.climb(row, sheet, settings, at)
    if sheet["draws"]:
        return pooled(row, sheet, settings, shrinks=at is None)
    control = row.claim.states.control if isinstance(row.claim.states, Holds) and at is None else None
    outside = None if control is None else conditions.named_point(row.claim, control)
    return compared(row, sheet, settings, outside)


def certificate_of(claim: Claim, chain: tuple, seed: int) -> Finding:
    if isinstance(claim.states, Holds):
        return conditions.held(claim, seed)
    if is_trend(claim):
        unreal = enclosing.unreal(claim, seed)
        return unreal if unreal.verdict or chain else theory_ladder(claim, seed)
    return certificate.certified(claim, chain, seed)


def theory_ladder(claim: Claim, seed: int, at: Mapping[str, Any] | None = None) -> Finding:
    if certificate.opaque(claim.states.left):
        return Finding("certificate", None)
    return climbing.climbed(claim, seed, at)


def refuted_by_theory(claim: Claim, slip: Claim, at: Mapping[str, Any], seed: int) -> Finding:
    """The slip at its witness by balls; where it differs from its claim in the right side, against that."""
    if isinstance(slip.states, Holds):
        return conditions.held(slip, seed, dict(at))
    if is_trend(slip):
        return theory_ladder(slip, seed, at)
    found = certificate.certified(slip, (), seed, dict(at))
    mended, printed = claim.states, relation(slip)
    if found.verdict is not None or not isinstance(mended, Relation):
        return found
    if mended.sign != "=" or mended.left != printed.left:
        return found
    if certificate.opaque(mended.right) or certificate.opaque(printed.right):
        return found
    return enclosing.enclosed(slip, mended.right, printed.right, seed, dict(at))


def slip_points(slip: Claim, at: Mapping[str, Any], row: Row) -> tuple:
    if is_trend(slip):
        by = trend(slip).by.name
        return ({name: value for name, value in at.items() if name != by},)
    dtype = "float32" if row.draws else "float64"
    return (sides.rounded(slip, dict(at), dtype),)


def lends(claim: Claim, slip: Claim, sheets: Mapping[str, Any]) -> bool:
    """Whether the claim's experiment observes the slip's left side too."""
    same = claim.states.left == slip.states.left and set(claim.symbols) == set(slip.symbols)
    return same and claim.name in sheets and "wrong" not in sheets[claim.name]


def guarded_point(slip: Claim, refuted_at) -> dict[str, Any] | Finding:
    """The witness against a slip, by names; it must satisfy the slip's own hypotheses."""
    try:
        point = conditions.named_point(slip, refuted_at or {})
        if not is_trend(slip) and not points.admits(slip, point):
            return failed(
                str(slip.error(f"its witness {sides.spelled(point)} is outside its own hypotheses"))
            )
    except ValueError as error:
        return failed(str(error))
    return point


def guarded(claim: Claim, check, *arguments) -> Finding:
    """A check of theory; what it raises concerns this claim alone."""
    try:
        return check(*arguments)
    except Exception as error:
        return failed(str(claim.error(f"{type(error).__name__}: {error}")))._replace(witness="certificate")


def advice(detail: str) -> str:
    """What to write instead, where JAX says that something was asked of an array that is only traced."""
    return next((f"; {instead}" for error, instead in INSTEAD.items() if detail.startswith(error)), "")


def failed(message: str) -> Finding:
    return Finding("experiment", Verdict.ERROR, (message,))
