"""The run: every mutant judged by the engine and sorted apart from it, claim by claim, on all cores."""

import os
import signal
import threading
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import connection, get_context, parent_process
from random import Random
from typing import NamedTuple

from numerics.soundness import killing, sorting
from numerics.soundness.killing import Outcome
from numerics.soundness.plants import Mutant, planted
from numerics.soundness.sorting import Sorted
from theory.claim import Claim

AGAIN = 1.0  # seconds after which the bell rings once more: Python drops what is raised in a finaliser
PATIENCE = 60  # seconds of processor time in which a mutant is judged, and as many in which it is sorted


class Fate(NamedTuple):
    """What became of one mutant: what it is, its class, how the engine ended it, and by what."""

    claim: str
    part: str
    kind: str
    what: str
    sorted: str
    reason: str
    ended: str
    witness: str
    place: int = 0  # among all mutants of the claim

    @property
    def killed(self) -> bool:
        """Refuted, broken, or refused where the error is in the derivation, which then proves nothing."""
        in_chain = self.part in ("line", "reason", "hypothesis") and self.ended == "refused"
        return self.ended in ("refuted", "broken") or in_chain

    @property
    def survives(self) -> bool:
        return self.sorted == "false" and not self.killed

    @property
    def is_open(self) -> bool:
        """Whether a better engine or a better sorter may still say something else of it."""
        return self.survives or self.contradicts or self.sorted == "unsorted"

    @property
    def contradicts(self) -> bool:
        """A true statement that the engine refutes: a false alarm, or an error of the sorter.

        A chain may need a hypothesis that the statement does not, and may end in another side than a loosened one:
        it is broken, and nothing contradicts that; so may that of a bound with room, which was tightened.
        """
        chained = self.part == "hypothesis" or self.sorted in ("weaker", "stronger")
        ended = ("refuted",) if chained else ("refuted", "broken")
        return self.sorted in ("equivalent", "weaker", "stronger") and self.ended in ended


class Late(Exception):
    """A mutant that took too long."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raises ``Late`` after some seconds of processor time, between two operations of Python."""

    def ring(*_):
        raise Late(f"no answer within {seconds:g} s")

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def fate(mutant: Mutant, seed: int) -> Fate:
    """One mutant through both; what either raises is told, and counts for nothing."""
    outcome = attempted(lambda: killing.outcome(mutant, seed), lambda text: Outcome("error", text))
    if outcome.ended == "error" and outcome.witness.startswith("Late"):
        outcome = outcome._replace(ended="alive")
    found = attempted(lambda: sorting.sort(mutant), lambda text: Sorted("unsorted", text))
    return Fate(mutant.origin.name, mutant.part, mutant.kind, mutant.what, *found, *outcome)


def attempted(check: Callable, failed: Callable):
    try:
        with at_most(PATIENCE):
            return check()
    except Exception as error:
        return failed(f"{type(error).__name__}: {error}"[:200])


def fates(
    claim: Claim, seed: int = 0, share: float = 1.0, only: Container[int] | None = None
) -> Iterator[Fate]:
    """The fates of a claim's mutants, or of a random share of them, or of those at some places."""
    random = Random(f"{claim.name} {seed}")
    for place, mutant in enumerate(planted(claim)):
        if random.random() < share if only is None else place in only:
            yield fate(mutant, seed)._replace(place=place)


def tied() -> None:
    """Lets a process of the pool die with its parent, whose death of SIGKILL nobody else would tell it."""
    parent = parent_process()
    assert parent is not None
    threading.Thread(target=lambda: (connection.wait([parent.sentinel]), os._exit(1)), daemon=True).start()


def of_home(home: str | None, name: str, seed: int, share: float, only: Container[int] | None) -> list[Fate]:
    """The same in a process of its own, which finds the claim by its name, in a file if one is given."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return list(fates(found(home, name), seed, share, only))


def found(home: str | None, name: str) -> Claim:
    if home is None:
        from theory import catalogue

        return catalogue.find(name)
    from numerics import conjecture

    return next(claim for claim in conjecture.conjectures(home) if claim.name == name)


def run(
    claims: Sequence[Claim],
    home: str | None,
    seed: int,
    share: float,
    progress: Callable[[str], object],
    only: Mapping[str, Container[int]] | None = None,
) -> Iterator[Fate]:
    """The fates of all mutants of some claims, as the claims are done; with ``only``, of those at its places."""
    count = max(1, min(len(claims), os.cpu_count() or 1))
    with ProcessPoolExecutor(count, get_context("spawn"), initializer=tied) as pool:
        places = [None if only is None else only[claim.name] for claim in claims]
        sent = zip(claims, places, strict=True)
        tasks = {pool.submit(of_home, home, c.name, seed, share, at): c for c, at in sent}
        for done, task in enumerate(as_completed(tasks), 1):
            progress(f"{done} of {len(claims)} claims: {tasks[task].name}")
            yield from task.result()
