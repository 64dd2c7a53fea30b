"""The worker's side of the conversation: one task, one reply, and where it went wrong if it did.

It runs in double precision, with one XLA device for each core, and keeps what it compiles.

It holds the reading end of a pipe, the lifeline, into which nobody ever writes: when the parent dies, of
whatever, the kernel sees the pipe hang up and kills this process, even while C code holds the
interpreter's lock. (The signal that Linux offers for the death of a parent is sent at the death of the
*thread* that started the child, so it would kill workers that a thread of a pool had started.)
"""

import faulthandler
import os
import pickle
import signal
import sys
import sysconfig
import threading
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import reduce
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from numerics.machine import collect_seldom, cores
from numerics.provenance import PACKAGE, root, versions

EXHAUSTED = "RESOURCE_EXHAUSTED", "Out of memory"  # how XLA says it, from one device and from several
SCALARS = (type(None), bool, int, float, complex, str, bytes)
OURS = (PACKAGE, PACKAGE.parent / "theory", Path(sysconfig.get_path("stdlib")))


def serve(target: str, connection: Connection, lifeline: int) -> None:
    """Answers tasks until the parent closes the connection."""
    tie(lifeline)
    with suppress(Exception):  # what fails here fails again at the first task, and is reported there
        import_module("jax")
        resolve(target)
    collect_seldom()
    with suppress(EOFError, OSError):
        connection.send_bytes(b"ready")
        while True:
            connection.send_bytes(answer(connection.recv_bytes(), target))


def tie(lifeline: int) -> None:
    """Lets this process die when the other end of the pipe is closed, as it is when its holder dies."""
    if sys.platform == "linux":
        import fcntl

        fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(lifeline, fcntl.F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
        with suppress(OSError):  # where memory runs out before anybody sees it, the parent is to live
            Path("/proc/self/oom_score_adj").write_text("1000")
    else:
        threading.Thread(target=lambda: (os.read(lifeline, 1), os._exit(1)), daemon=True).start()


def resolve(target: str) -> Callable[[Any], Any]:
    """The function that "module:function" names."""
    module, _, name = target.partition(":")
    return reduce(getattr, name.split("."), import_module(module))  # pyright: ignore[reportReturnType]


def answer(message: bytes, target: str) -> bytes:
    """A pickled ("reply", value), or ("failure", *arguments of the parent's ``WorkerFailure``)."""
    try:
        reply = resolve(target)(pickle.loads(message))
        require_plain(reply, "the reply")
        return pickle.dumps(("reply", reply), protocol=5)
    except BaseException as error:  # sys.exit in an experiment ends the task, not the worker
        return pickle.dumps(("failure", *account(error)))


def require_plain(value, where: str) -> None:
    """TypeError unless pickle needs no module but numpy for it, so that reading it imports nothing."""
    if type(value) is dict:
        for key, item in value.items():
            require_plain(key, f"a key of {where}")
            require_plain(item, f"{where}[{key!r}]")
    elif type(value) in (list, tuple):
        for index, item in enumerate(value):
            require_plain(item, f"{where}[{index}]")
    elif not (type(value) in SCALARS or is_numpy(value)):
        kind = f"{type(value).__module__}.{type(value).__qualname__}"
        raise TypeError(f"{where} is a {kind}: make it a builtin or, by numpy.asarray, an array of numbers")


def is_numpy(value) -> bool:
    return (type(value) is np.ndarray or isinstance(value, np.generic)) and not value.dtype.hasobject


def account(error: BaseException) -> tuple[str, str, str | None, int | None, str]:
    """Reason, sentence, file, line and traceback of an error."""
    spent = isinstance(error, MemoryError) or any(words in str(error) for words in EXHAUSTED)
    said = f"{type(error).__name__}: {error}".rstrip(": ")
    return "memory" if spent else "raised", said, *place(error), "".join(traceback.format_exception(error))


def place(error: BaseException) -> tuple[str | None, int | None]:
    """The innermost file and line outside the library, where a reader would look first."""
    if isinstance(error, SyntaxError) and error.filename:
        return error.filename, error.lineno
    frames = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    return next((frame for frame in reversed(frames) if is_outside(frame[0])), (None, None))


def is_outside(file: str) -> bool:
    """Whether a source file is a user's, or an experiment's: neither Python's, nor a package's, nor ours."""
    path = Path(file)
    if path.is_relative_to(PACKAGE / "experiments"):
        return True
    installed = {"site-packages", "dist-packages"} & set(path.parts)
    return not (file.startswith("<") or installed or any(path.is_relative_to(folder) for folder in OURS))


def discard_torn(cache: Path, since: float) -> None:
    """Drops what JAX may have been writing when it was killed.

    It would warn of a torn entry in every later run, and never replace it.
    """
    for entry in cache.glob("*-cache"):
        with suppress(OSError):
            if entry.stat().st_mtime >= since:
                entry.unlink()


def surroundings(extra: Mapping[str, str]) -> dict[str, str]:
    """The child's environment: double precision, no TF32, XLA's flags, compiled programs kept however small,
    and modules found where the parent finds them."""
    flags = os.environ.get("XLA_FLAGS", "")
    missing = (f"--{name}={value}" for name, value in xla_flags().items() if name not in flags)
    settings = {
        "JAX_ENABLE_X64": "1",
        "JAX_DEFAULT_MATMUL_PRECISION": "highest",
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
        "XLA_FLAGS": " ".join(filter(None, (flags, *missing))),
        "PYTHONPATH": os.pathsep.join([str(PACKAGE.parent), *(path or os.getcwd() for path in sys.path)]),
    }
    return {**compilation_cache(), **os.environ, **settings, **extra}


def xla_flags() -> dict[str, int]:
    """A device for each core; and vectors of the processor's own width, where XLA would take half of it."""
    return {"xla_force_host_platform_device_count": cores(), "xla_cpu_prefer_vector_width": 512}


def compilation_cache() -> dict[str, str]:
    """Where compiled programs are kept, if the user does not say; nowhere if the folder takes none."""
    if "JAX_COMPILATION_CACHE_DIR" in os.environ:
        return {}
    folder = root() / ".cache" / f"jax-{versions().get('jax')}"
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    kept = str(os.access(folder, os.W_OK)).lower()
    return {"JAX_COMPILATION_CACHE_DIR": str(folder), "JAX_ENABLE_COMPILATION_CACHE": kept}


if __name__ == "__main__":
    faulthandler.enable()
    serve(sys.argv[1], Connection(int(sys.argv[2])), int(sys.argv[3]))
