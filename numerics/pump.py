"""Tasks for the worker, one after the other, while the parent goes on deriving.

A thread of its own waits on the worker; it touches no SymPy, whose precision is global. The parent puts
tasks in and takes replies out, earlier claims first.
"""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import count
from queue import Empty, PriorityQueue, SimpleQueue
from typing import Any, NamedTuple

from numerics.worker import Worker, WorkerFailure

TARGET = "numerics.perform:perform"
TICK = 0.2  # seconds: short waits, so that Ctrl-C is heard
LAST_WORD = -2  # before any task


@contextmanager
def early(wanted: bool = True) -> Iterator[Worker | None]:
    """A worker that imports JAX while its parent imports SymPy, ended with the block; None if not wanted."""
    if not wanted:
        yield None
        return
    with Worker(TARGET) as worker:
        yield worker


class Reply(NamedTuple):
    """What came back for the task of ``owner``: a reply or a failure, after ``seconds``."""

    owner: int
    content: dict[str, Any] | None
    failure: WorkerFailure | None
    seconds: float


class Pump:
    """The worker and the thread that waits on it, in a ``with`` block; idle if there is nothing to run.

    A worker that is given may have been started before, while its parent was importing; it ends here.
    """

    def __init__(self, working: bool = True, worker: Worker | None = None):
        self.working = working
        self.worker = worker or Worker(TARGET)
        self.tasks: PriorityQueue = PriorityQueue()
        self.replies: SimpleQueue[Reply] = SimpleQueue()
        self.order = count()
        self.waiting = 0
        self.closed = False
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def __enter__(self) -> "Pump":
        if self.working:
            if self.worker.process is None:
                self.worker.start()
            self.thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.closed = True
        self.tasks.put((LAST_WORD, next(self.order), None, 0.0))
        self.worker.end()
        if self.working:
            self.thread.join(timeout=5)

    def put(self, owner: int, task: Mapping[str, Any], budget: float) -> None:
        """Asks for a task; ``owner`` is its place in the plan, and ``budget`` the seconds it may take."""
        self.waiting += 1
        self.tasks.put((owner, next(self.order), dict(task), budget))

    def take(self, wait: bool) -> Reply | None:
        """The next reply; None if there is none yet and the parent would rather not wait."""
        while self.waiting:
            with suppress(Empty):
                reply = self.replies.get(timeout=TICK if wait else 0.001)
                self.waiting -= 1
                return reply
            if not wait:
                return None
        return None

    def serve(self) -> None:
        while not self.closed:
            owner, _, task, budget = self.tasks.get()
            if task is None:
                return
            started = time.monotonic()
            content, failure = None, None
            try:
                content = self.worker.run(task, budget)
            except WorkerFailure as failed:
                failure = failed
            except Exception as error:  # a task that cannot be sent, or a worker that was ended meanwhile
                failure = WorkerFailure("raised", f"{type(error).__name__}: {error}")
            self.replies.put(Reply(owner, content, failure, time.monotonic() - started))
