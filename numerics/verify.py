"""From claims to records: the parent plans, proves and judges while one worker process experiments.

Each record is written as its claim lands, so that a run that is killed loses nothing and the next one
resumes: evidence is reused while the statement, its derivation, its experiment, the modules they rest
on, JAX and the settings are what they were.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from numerics.case import Case
from numerics.evidence import Store
from numerics.experiment import attached
from numerics.freshness import digest_of, home_of
from numerics.judge import CONTRADICTION
from numerics.judge import exit_status as exit_status
from numerics.landing import RESUMED, recorded
from numerics.machine import cores
from numerics.plan import Plan as Plan
from numerics.plan import Row
from numerics.plan import Settings as Settings
from numerics.plan import plan as plan
from numerics.pump import Pump, Reply
from numerics.record import Record
from numerics.worker import Worker, WorkerFailure
from theory.claim import Claim

STARTING = -1  # the owner of tasks that belong to no claim
CROWD = 8  # tasks that wait, for which another worker is worth the seconds of its start
LOADING = 120.0  # seconds to import a file of experiments


class Contradiction(Exception):
    """A claim that is proved or certified, and refuted: an error in the project; the run stops."""


def verify(
    claims: Sequence[Claim],
    settings: Settings,
    progress: Callable[[str], object] | None = None,
    locate: Callable[[Claim], str | None] | None = None,
    worker: Worker | None = None,
) -> Iterator[Record]:
    """A record for each claim, as it lands; reused where an earlier run left it and nothing has changed.

    Args:
        claims: what to verify; ``uses`` outside of it are read from the store.
        settings: seed, alpha, resolution, budget in seconds for the experiment of each claim, store.
        progress: told what is being done, in a few words.
        locate: where the experiment of a claim is attached, a dotted module or the path of a file; by
            default the chapter of the same name in ``numerics.experiments``, or the claim's own file.
        worker: one that was started before (``pump.early``); by default one is started when it is needed.

    Raises:
        ValueError: settings that make no sense, two claims of one name.
        Contradiction: after its record was written, a claim both established and refuted.
        Unwritable: evidence that cannot be kept.
    """
    agenda, store = plan(claims, settings), Store(settings.store)
    locate, progress = locate or home_of, progress or (lambda text: None)
    stale: list[tuple[Row, str]] = []
    known: dict[str, Record] = {}
    for row in agenda.rows:
        digest = digest_of(row, settings, locate(row.claim))
        record = store.fresh(row.claim.name, digest)
        if record is None or may_go_on(record, settings):
            stale.append((row, digest))
            continue
        known[row.claim.name] = record = replace(record, notes=(*record.notes, RESUMED))
        yield record
    digests = {row.claim.name: digest for row, digest in stale}
    cases = [Case(row, settings, locate(row.claim)) for row, _ in stale]
    for case in landing(cases, progress, worker):
        record = recorded(case, digests[case.claim.name], known, store)
        known[record.claim] = record = store.write(record)
        yield record
        reject_contradiction(record)


def may_go_on(record: Record, settings: Settings) -> bool:
    """Whether a record was left undecided within a smaller budget than there is now."""
    return settings.budget > record.numbers.get("budget", math.inf)


def reject_contradiction(record: Record) -> None:
    told = next((note for note in record.notes if note.startswith(CONTRADICTION)), None)
    if told:
        raise Contradiction(f"{record.claim}: {told}")


def landing(cases: list[Case], progress: Callable[[str], object], worker: Worker | None) -> Iterator[Case]:
    """Cases as they are done, each after those of its ``uses`` that are in the run."""
    held: dict[str, Case] = {case.claim.name: case for case in cases}
    finished: dict[str, Case] = {}
    for case in settled(cases, progress, worker):
        finished[case.claim.name] = case
        while ready := [
            each for each in finished.values() if not set(each.claim.uses) & set(held) - {each.claim.name}
        ]:
            for each in ready:
                del finished[each.claim.name], held[each.claim.name]
                yield each
    yield from finished.values()  # a circle among their uses holds nobody back


def settled(cases: list[Case], progress: Callable[[str], object], worker: Worker | None) -> Iterator[Case]:
    """The loop: replies of the worker first, else the next thing that the parent can do."""
    homes = {
        home: [case for case in cases if case.home == home] for home in dict.fromkeys(c.home for c in cases)
    }
    todo = list(enumerate(cases))
    waiting = set(range(len(cases)))
    with Pump(any(home is not None for home in homes), worker) as pump:
        for home, here in homes.items():
            names = [claim.name for case in here for claim in case.claims]
            if home is not None:
                pump.put(STARTING, {"home": home, "claims": names, "do": "describe", "with": {}}, LOADING)
            else:
                for case in here:
                    case.begin({}, {})
        while waiting:
            reply = pump.take(wait=not todo)
            if reply is not None and reply.owner == STARTING:
                open_home(pump, reply, homes[reply.task["home"]], cases)
                if is_crowded(pump, reply):
                    pump.reinforce()
            elif reply is not None:
                case = cases[reply.owner]
                case.spent += reply.seconds
                case.probed = True
                progress(f"{case.claim.name}: experiment")
                send(pump, reply.owner, case, case.step(reply.failure or reply.content))
            elif todo:
                place, case = todo.pop(0)
                progress(f"{case.claim.name}: derivation")
                case.examine()
            for place in sorted(waiting):
                case = cases[place]
                if case.awaits_slip:
                    send(pump, place, case, case.begin_slip())
                if case.done:
                    waiting.discard(place)
                    case.close()
                    yield case


def is_crowded(pump: Pump, reply: Reply) -> bool:
    """Whether a second worker would find enough to do, on a core of its own."""
    on_cpu = reply.content is not None and reply.content["backend"] == "cpu"
    return on_cpu and cores() > 1 and len(pump.workers) == 1 and pump.waiting >= CROWD


def open_home(pump: Pump, reply: Reply, here: list[Case], cases: list[Case]) -> None:
    """The experiments of a file are known: each claim's first task goes out."""
    for case in here:
        content = reply.content
        if content is None:
            case.fail(f"{case.claim.name}: {case.home} does not load: {reply.failure}")
            continue
        sheets = {c.name: content["sheets"][c.name] for c in case.claims if c.name in content["sheets"]}
        machine = {"backend": content["backend"], "device": content["device"]}
        send(pump, cases.index(case), case, case.begin(sheets, machine))


def send(pump: Pump, place: int, case: Case, task: dict[str, Any] | None) -> None:
    """A task to the worker, within what is left of the claim's budget."""
    while task is not None:
        left = case.settings.budget - case.spent
        if left > 0:
            return pump.put(place, task, left)
        task = case.step(WorkerFailure("budget", f"the {case.settings.budget:g} s of its budget are spent"))


def check(claim: Claim, **settings) -> Record:
    """The record of one claim, made in this process, with what is told beside its verdict: for notebooks and tests.

    The experiment is the one attached here by ``@observes``; settings are the fields of ``Settings``. No
    evidence is kept unless a ``store`` is named, and no budget is enforced, since XLA cannot be interrupted.

    Raises ``ValueError`` for settings that make no sense, ``Contradiction`` for a claim both established
    and refuted.
    """
    from numerics import child, perform
    from numerics.answers import told

    chosen = Settings(**settings)
    (row,) = plan([claim], chosen).rows
    case = Case(row, chosen, None)
    attached_here = {each.name: (each, attached(each)) for each in (claim.slip, claim) if each is not None}
    sheets = {name: perform.sheet(found) for name, (_, found) in attached_here.items() if found is not None}
    task = case.begin(sheets, perform.machine())
    case.examine()
    while task is not None or case.awaits_slip:
        if task is None:
            task = case.begin_slip()
            continue
        case.probed = True
        try:
            subject, found = attached_here[task["claim"]]
            assert found is not None
            answer: Any = perform.carried_out(subject, found, task)
        except Exception as error:
            answer = WorkerFailure(*child.account(error))
        task = case.step(answer)
    case.close()
    store = Store(chosen.store) if chosen.store else None
    record = recorded(case, digest_of(row, chosen, home_of(claim)), {}, store)
    record = told.answered(claim, record, chosen, None)
    record = store.write(record) if store else record
    reject_contradiction(record)
    return record
