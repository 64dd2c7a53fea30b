"""Tasks of the engine put to a worker of one's own, outside of a run: at other points, or against the clock."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from numerics.plan import Row, Settings
from numerics.pump import TARGET
from numerics.verify import LOADING
from numerics.worker import Worker
from theory.claim import Claim


class Driver:
    """A worker that has loaded the experiment of one claim; within a ``with`` of ``driver``."""

    def __init__(self, worker: Worker, claim: Claim, home: str, seconds: float):
        self.worker, self.claim, self.home = worker, claim, home
        self.until = time.monotonic() + LOADING
        described = self.ask("describe", {}, claims=[claim.name])
        self.sheet: Mapping[str, Any] | None = described["sheets"].get(claim.name)
        self.until = time.monotonic() + seconds

    def ask(self, do: str, arguments: Mapping[str, Any], **more) -> dict[str, Any]:
        """The reply to a task. Raises ``WorkerFailure``, also where the time is over."""
        task = {"home": self.home, "claim": self.claim.name, "do": do, "with": dict(arguments), **more}
        return self.worker.run(task, max(self.until - time.monotonic(), 0.001))

    def driven(self, tasks) -> Any:
        """What a generator of tasks returns, each answered by the worker."""
        try:
            do, arguments = next(tasks)
            while True:
                do, arguments = tasks.send(self.ask(do, arguments))
        except StopIteration as done:
            return done.value


@contextmanager
def driver(claim: Claim, home: str, seconds: float) -> Iterator[Driver]:
    """A worker for one claim, for so many seconds from when its file is loaded; it ends with the block."""
    with Worker(TARGET) as worker:
        yield Driver(worker, claim, home, seconds)


def row_of(claim: Claim, settings: Settings, alpha: float, fixed: tuple | None = None) -> Row:
    """A claim's part of a plan, with points of one's own if they are given."""
    return Row(claim, alpha, settings.seed, settings.resolution, fixed)
