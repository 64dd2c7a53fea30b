"""Tasks for the workers, one after the other, while the parent goes on deriving.

A thread waits on each worker; it touches no SymPy, whose precision is global. The parent puts tasks in and
takes replies out, earlier claims first. Most of what a worker does is to trace and to compile programs, on
one core: so a second worker helps where there are more.
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
    task: Mapping[str, Any]
    content: dict[str, Any] | None
    failure: WorkerFailure | None
    seconds: float


class Pump:
    """Workers, each with the thread that waits on it, in a ``with`` block; idle if there is nothing to run.

    A worker that is given may have been started before, while its parent was importing; it ends here.
    """

    def __init__(self, working: bool = True, worker: Worker | None = None):
        self.working = working
        self.workers = [worker or Worker(TARGET)]
        self.threads: list[threading.Thread] = []
        self.tasks: PriorityQueue = PriorityQueue()
        self.replies: SimpleQueue[Reply] = SimpleQueue()
        self.order = count()
        self.waiting = 0
        self.closed = False

    def __enter__(self) -> "Pump":
        if self.working:
            self.employ(self.workers[0])
        return self

    def employ(self, worker: Worker) -> None:
        if worker.process is None:
            worker.start()
        thread = threading.Thread(target=self.serve, args=(worker,), daemon=True)
        self.threads.append(thread)
        thread.start()

    def reinforce(self) -> None:
        """One worker more, which shares the memory with the others."""
        self.workers.append(Worker(TARGET))
        for worker in self.workers:
            worker.memory = self.workers[-1].memory // len(self.workers)
        self.employ(self.workers[-1])

    def __exit__(self, *_) -> None:
        self.closed = True
        for _thread in self.threads:
            self.tasks.put((LAST_WORD, next(self.order), None, 0.0))
        for worker in self.workers:
            worker.end()
        for thread in self.threads:
            thread.join(timeout=5)

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

    def serve(self, worker: Worker) -> None:
        while not self.closed:
            owner, _, task, budget = self.tasks.get()
            if task is None:
                return
            started = time.monotonic()
            content, failure = None, None
            try:
                content = worker.run(task, budget)
            except WorkerFailure as failed:
                failure = failed
            except Exception as error:  # a task that cannot be sent, or a worker that was ended meanwhile
                failure = WorkerFailure("raised", f"{type(error).__name__}: {error}")
            self.replies.put(Reply(owner, task, content, failure, time.monotonic() - started))
