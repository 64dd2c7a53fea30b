"""One worker process for the experiments, killed at its budget, allowed to die, and started again.

XLA cannot be interrupted, and memory that runs out takes a process with it. So the parent plans, judges
and writes evidence, and everything that may hang or die happens in one child (``numerics.child``). They
speak through a pair of sockets of their own, in length-prefixed pickles of builtins and numpy arrays: a
print in an experiment goes to stderr and never into the protocol, and arrays arrive with the same bits.

The child is in a process group of its own, so that Ctrl-C reaches only the parent, which ends it; it dies
with its parent. Its memory is watched from outside, in /proc: a limit on the address space would not do,
since XLA reserves several times what it holds.
"""

import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from queue import Empty, SimpleQueue
from types import MappingProxyType

from numerics.child import discard_torn, require_plain, surroundings
from numerics.machine import memory_left, resident

TICK = 0.05  # seconds between two looks at the clock and at the child's memory
STARTUP = 120.0  # seconds for the child to import JAX and the target's module: no budget counts them
SHARE = 0.8  # of the memory that is left: the rest is for the parent, and for what is taken within a tick
TORN = 2.0  # seconds before a kill in which an entry of the compilation cache may have been half written
GIB = 2.0**30


class WorkerFailure(Exception):
    """The task has no reply; the worker stands ready for the next one.

    ``reason`` is "budget" (it ran too long), "memory" (it held too much, or an allocation failed),
    "died" (the process ended) or "raised"; ``detail`` says it in a sentence. For what was raised,
    ``file`` and ``line`` are the innermost place outside the library and ``trace`` is the whole
    traceback; elsewhere they are None and empty.
    """

    def __init__(
        self, reason: str, detail: str, file: str | None = None, line: int | None = None, trace: str = ""
    ):
        super().__init__(f"{detail} ({file}:{line})" if file else detail)
        self.reason, self.detail, self.file, self.line, self.trace = reason, detail, file, line, trace


class Worker:
    """A process that calls one function for each task; for one thread at a time, in a ``with`` block.

    Args:
        target: "module:function", called with the task in the child. JAX and the module are
            imported there as soon as the block is entered, while the parent goes on.
        memory: bytes that the child may hold; by default 80 % of what the machine, or the control
            group, has left. Watched only where there is /proc.
        environment: variables for the child, over the settings that every experiment runs under.
    """

    def __init__(
        self,
        target: str,
        memory: int | None = None,
        environment: Mapping[str, str] = MappingProxyType({}),
    ):
        module, _, name = target.partition(":")
        if not all(part.isidentifier() for part in (*module.split("."), *name.split("."))):
            raise ValueError(f'target {target!r}: write "package.module:function"')
        self.target = target
        self.memory = int(SHARE * memory_left()) if memory is None else memory
        self.environment = surroundings(environment)
        self.process: subprocess.Popen | None = None
        self.speaker: threading.Thread | None = None

    def __enter__(self) -> "Worker":
        self.start()
        return self

    def __exit__(self, *_) -> None:
        self.end()

    def run(self, task: dict, budget: float) -> dict:
        """What the target returns for the task, in at most ``budget`` seconds.

        Tasks and replies are nested dicts, lists and tuples of builtin scalars and numpy arrays.
        Starts the process where there is none; its start does not count. Raises ``WorkerFailure``;
        TypeError for a task of anything else; ValueError for a budget that is not positive.
        """
        if not budget > 0:
            raise ValueError(f"budget {budget!r}: give a positive number of seconds")
        require_plain(task, "the task")
        try:
            self.ensure_ready()
            kind, *content = pickle.loads(self.converse(pickle.dumps(task, protocol=5), budget))
        except BaseException:  # Ctrl-C too: what still runs would keep the machine busy
            self.end()
            raise
        if kind == "reply":
            return content[0]
        if content[0] == "memory":  # a failed allocation may leave an allocator in pieces
            self.end()
        raise WorkerFailure(*content)

    def ensure_ready(self) -> None:
        # A child that waits for a task says nothing: what there is to read is the end of its life.
        if self.process is None or (self.ready and self.connection.poll()):
            self.start()
        if not self.ready:
            self.converse(None, STARTUP)
            self.ready = True

    def start(self) -> None:
        self.end()
        self.ready = self.answered = False
        self.connection, theirs = Pipe()
        watched, self.lifeline = Pipe(duplex=False)
        ends = theirs.fileno(), watched.fileno()
        command = [sys.executable, "-P", "-m", "numerics.child", self.target, *map(str, ends)]
        with theirs, watched:
            self.process = subprocess.Popen(
                command,
                pass_fds=ends,
                stdin=subprocess.DEVNULL,
                stdout=2,  # where the parent's stderr goes
                start_new_session=True,
                env=self.environment,
            )

    def converse(self, message: bytes | None, seconds: float) -> bytes:
        """Sends a message, if any, and awaits an answer, with an eye on the clock and on memory."""
        received: SimpleQueue[bytes | None] = SimpleQueue()
        self.answered = False
        self.speaker = threading.Thread(
            target=exchange, args=(self.connection, message, received), daemon=True
        )
        self.speaker.start()
        deadline = time.monotonic() + seconds
        while True:
            with suppress(Empty):
                answer = received.get(timeout=TICK)
                break
            self.watch(deadline, seconds)
        if answer is None:
            raise WorkerFailure("died", obituary(self.end()))
        self.answered = True
        return answer

    def watch(self, deadline: float, seconds: float) -> None:
        assert self.process is not None
        held = resident(self.process.pid)
        if held > self.memory:
            limit = f"its limit of {self.memory / GIB:.2g} GiB"
            raise WorkerFailure("memory", f"the worker held {held / GIB:.2g} GiB, more than {limit}")
        if time.monotonic() > deadline:
            what = "the task was not done" if self.ready else "the worker did not start"
            raise WorkerFailure("budget", f"{what} within {seconds:g} s")

    def end(self) -> int | None:
        """Kills the process with all that it started; its exit status, or None if there is none."""
        if self.process is None:
            return None
        with suppress(ProcessLookupError, PermissionError):  # it is dead already, and not yet waited for
            os.killpg(self.process.pid, signal.SIGKILL)
        status, self.process = self.process.wait(), None
        if not self.answered:
            discard_torn(Path(self.environment["JAX_COMPILATION_CACHE_DIR"]), time.time() - TORN)
        if self.speaker:
            self.speaker.join(timeout=1)  # the socket is at its end: there is nothing left to wait for
        self.connection.close()
        self.lifeline.close()
        return status


def exchange(connection: Connection, message: bytes | None, received: SimpleQueue) -> None:
    try:
        if message is not None:
            connection.send_bytes(message)
        received.put(connection.recv_bytes())
    except (EOFError, OSError):
        received.put(None)


def obituary(status: int | None) -> str:
    """How a process ended, told by its exit status."""
    if status is None or status >= 0:
        return f"the worker ended with exit status {status} before it replied"
    hint = ", as the kernel does when memory runs out" if status == -signal.SIGKILL else ""
    return f"the worker was killed by {signal.Signals(-status).name}{hint}"
