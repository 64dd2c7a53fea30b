"""A run on the screen: the engine's records as rows or JSON Lines, progress, and the closing lines."""

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from rich.console import Console

from numerics import report, schedule, verify
from numerics.evidence import Store, Unwritable
from numerics.experiment import attached, load
from numerics.freshness import home_of
from numerics.landing import as_kept
from numerics.plan import Settings, plan
from numerics.record import Record, encode
from numerics.worker import Worker
from theory.claim import Claim

Locate = Callable[[Claim], str | None]
Answer = Callable[[Claim, Record], Record]  # a record with more told in its notes


def run(
    claims: Sequence[Claim],
    settings: Settings,
    as_json: bool = False,
    plan_only: bool = False,
    locate: Locate | None = None,
    worker: Worker | None = None,
    page: Callable[..., object] | None = None,
    answer: Answer | None = None,
) -> int:
    """Verify claims and report on them, or print what that would cost; the exit status.

    ``page`` is given all records at the end, to keep them in a file; conjectures, which ``locate`` finds, have
    the digest to cite under their row.
    """
    if plan_only:
        planned, tested = plan(claims, settings), with_experiments(claims, locate or home_of)
        show = schedule.print_lines if as_json else partial(schedule.show, report.screen())
        show(planned, tested)
        return 0
    screen = report.screen(stderr=as_json)
    places = {claim.name: report.place_of(claim.at) for claim in claims}
    named = {claim.name: claim for claim in claims}
    started, records = time.monotonic(), []
    failure = ""
    with progressing(report.screen(stderr=True), len(claims)) as (progress, quiet):
        try:
            for record in verify.verify(claims, settings, progress, locate, worker):
                if answer is not None and record.claim in named:
                    progress(f"{record.claim}: its answer")
                    record = kept(answer(named[record.claim], record), record, settings)
                records.append(record)
                with quiet():
                    if as_json:
                        print_line(record)
                    report.show_row(screen, record, places.get(record.claim, ""))
                    if locate is not None:
                        report.show_digest(screen, record)
        except (verify.Contradiction, Unwritable) as error:
            failure = str(error)
    seconds = time.monotonic() - started
    report.show_closing(screen, records, settings.alpha, seconds)
    if page is not None:
        try:
            page(records, alpha=settings.alpha, seconds=seconds, failure=failure)
        except OSError as error:
            failure = f"the report cannot be written ({error.strerror or error}); the records are kept"
    return show_failure(failure) if failure else verify.exit_status(records)


def kept(told: Record, record: Record, settings: Settings) -> Record:
    """The record with what an answer adds to it, in the place of the one that was kept without."""
    return record if told is record else Store(settings.store).write(as_kept(told))


def with_experiments(claims: Sequence[Claim], locate: Locate) -> set[str]:
    """The names of the claims that have an experiment, found by importing what attaches them."""
    for home in {locate(claim) for claim in claims}:
        if home is not None:
            load(home)
    return {claim.name for claim in claims if attached(claim) is not None}


def show_failure(failure: str) -> int:
    """What stopped the run, in colour and in words: the status of an error."""
    report.show_details(report.screen(stderr=True), f"! the run was stopped: {failure}", 0, "bold magenta")
    return 4


def print_line(record: Record) -> None:
    """One record on one line, at once, so that a reader of the pipe sees it when it lands."""
    sys.stdout.write(json.dumps(json.loads(encode(as_kept(record))), ensure_ascii=False) + "\n")
    sys.stdout.flush()


@contextmanager
def progressing(console: Console, total: int) -> Iterator[tuple[Callable[..., None], Callable[..., Any]]]:
    """A line on stderr that says what is going on, and a way to clear it while something is printed.

    It is drawn only on a terminal, and leaves nothing behind.
    """
    landed = 0
    line = console.status("")

    def progress(what: str) -> None:
        line.update(f"{landed} of {total} · {what}"[: console.width - 4])

    @contextmanager
    def quiet() -> Iterator[None]:
        nonlocal landed
        landed += 1
        line.stop()
        try:
            yield
        finally:
            line.start()

    with line:
        progress("planning")
        yield progress, quiet
