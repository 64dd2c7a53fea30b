"""A conjecture that comes as text is checked in a process of its own, with an end to its time and its memory.

The text is never run as code (``numerics.text``). But a formula may ask SymPy for more than a machine has, and what
cannot be told beforehand is ended: after ``--budget`` seconds, of the clock or of the processor, or at 4 GiB.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress

from numerics.provenance import PACKAGE
from numerics.upkeep import FAILED, stop

# In the environment of the process under limits: how many seconds and bytes it has.
MARK = "WIDEPROOF_CONFINED"
MEMORY = 2**32  # bytes of address space
UNDECIDED = 3


def is_confined() -> bool:
    return MARK in os.environ


def confine() -> None:
    """Puts this process under its limits, where the system has any; what it starts inherits them."""
    seconds, memory = os.environ[MARK].split()
    seconds = max(1, round(float(seconds)))
    with suppress(ImportError):  # Windows has the clock of the parent alone
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def again(arguments: Sequence[str], seconds: float, memory: int = MEMORY) -> int:
    """Runs a command of this package once more, with so many seconds and bytes of memory; its exit status.

    A process that comes to its limit has decided nothing: the message says so, and what to do.
    """
    path = os.pathsep.join(part for part in (str(PACKAGE.parent), os.environ.get("PYTHONPATH")) if part)
    environment = {**os.environ, MARK: f"{seconds} {memory}", "PYTHONPATH": path}
    with subprocess.Popen([sys.executable, "-m", PACKAGE.name, *arguments], env=environment) as child:
        try:
            status = child.wait(seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            stop(late(seconds), UNDECIDED)
        except KeyboardInterrupt:
            child.kill()
            raise
    if status >= 0:
        return status
    if -status == getattr(signal, "SIGXCPU", None):
        stop(late(seconds), UNDECIDED)
    stop(f"the check was ended by signal {-status}: it took more than {memory >> 20} MiB, or crashed", FAILED)


def late(seconds: float) -> str:
    return f"no answer within {seconds:g} s: nothing is decided; give --budget more, or a smaller range"
