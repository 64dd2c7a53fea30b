"""The folder that keeps the evidence, one record a claim.

A file that is damaged, or speaks of another claim than its name says, is named, set aside and made
anew; nothing is ever read out of it. Records replace each other in one step, under a lock, so that a
reader sees the old or the new one, and so that no two runs lose each other's *looks*: under how many
seeds a claim was looked at is part of the evidence.
"""

import fcntl
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

from numerics.provenance import root
from numerics.record import Record, decode, encode, violations

FOLDER = "WIDEPROOF_EVIDENCE"  # the environment variable that moves the store
LOCK_SECONDS = 10.0  # a record is written in milliseconds: whoever holds the lock longer is stuck


class Unwritable(Exception):
    """Evidence cannot be kept in the folder; the message says why and what to do about it."""


class Store:
    """A folder with one record a claim, shared safely by any number of runs.

    Args:
        path: the folder; else the one that WIDEPROOF_EVIDENCE names; else ``.wideproof/evidence``
            under the repository. It is made when the first record is written.
        notice: told, in one sentence, of each damaged file that is set aside; prints to stderr by default.
    """

    def __init__(self, path: str | Path | None = None, notice: Callable[[str], object] | None = None):
        self.path = Path(path or os.environ.get(FOLDER) or root() / ".wideproof" / "evidence")
        self.notice = notice or (lambda text: print(text, file=sys.stderr))

    def file(self, claim: str) -> Path:
        """Where the record of a claim is kept; ValueError for a name that could leave the folder."""
        for complaint in violations(claim, {"$ref": "#/$defs/name"}, "the name of a claim"):
            raise ValueError(complaint)
        return self.path / f"{claim}.json"

    def read(self, claim: str) -> Record | None:
        """The sound record of a claim, whatever its age; None if there is none."""
        file = self.file(claim)
        try:
            return self.load(claim)
        except ValueError as damage:
            try:
                with self.lock():
                    return self.sound(claim)
            except OSError as error:
                stays = f"not trusted, but it cannot be set aside ({error.strerror or error})"
                self.notice(f"{file}: damaged evidence, {stays}: {damage}")
                return None

    def fresh(self, claim: str, digest: str) -> Record | None:
        """The sound record of a claim if it was made under this digest, else None."""
        record = self.read(claim)
        return record if record and record.digest == digest else None

    def write(self, record: Record) -> Record:
        """Keeps a record in place of the claim's last one, whose looks it takes over; returns it as kept.

        Raises ``Unwritable`` where the folder does not take it: the last record then stands.
        """
        file = self.file(record.claim)
        try:
            with self.lock():
                record = replace(record, looks=merged_looks(self.sound(record.claim), record))
                overwrite(file, encode(record))
        except OSError as error:
            raise Unwritable(
                f"{self.path}: evidence cannot be kept in this folder ({error.strerror or error}). Free some "
                f"space, make the folder writable, or name another one in {FOLDER}."
            ) from error
        return record

    def load(self, claim: str) -> Record | None:
        """The record in the claim's file, None without a file; ValueError says what is damaged."""
        file = self.file(claim)
        try:
            record = decode(file.read_bytes().decode("utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise ValueError(f"it cannot be read ({error.strerror})") from error
        if record.claim != claim:
            raise ValueError(f"it speaks of {record.claim}")
        return record

    def sound(self, claim: str) -> Record | None:
        """Like ``load``, but a damaged file is set aside and None returned. Only under the lock."""
        try:
            return self.load(claim)
        except ValueError as damage:
            file = self.file(claim)
            names = (file.with_name(f"{file.name}.damaged-{number}") for number in count(1))
            aside = next(name for name in names if not os.path.lexists(name))
            file.rename(aside)
            self.notice(f"{file}: damaged evidence, set aside as {aside.name} and not trusted: {damage}")
            return None

    @contextmanager
    def lock(self) -> Iterator[None]:
        """One writer at a time; the kernel releases the lock of a run that dies."""
        self.path.mkdir(parents=True, exist_ok=True)
        with open(self.path / ".lock", "a") as handle:
            deadline = time.monotonic() + LOCK_SECONDS
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        held = f"another run has held {handle.name} for {LOCK_SECONDS:g} s"
                        raise TimeoutError(held) from None
                    time.sleep(0.01)
            yield


def merged_looks(past: Record | None, record: Record) -> tuple[Mapping[str, Any], ...]:
    """Old looks, then the record's own. The same seed on the same plan is the same look, not another."""
    own = [
        {"seed": seed, "digest": record.digest, "verdict": record.verdict, "time": record.time}
        for seed in record.seeds
    ]
    looks: dict[tuple, Mapping[str, Any]] = {}
    for look in (*(past.looks if past else ()), *record.looks, *own):
        looks.setdefault((look["seed"], look["digest"], look["verdict"]), look)
    return tuple(looks.values())


def overwrite(file: Path, text: str) -> None:
    """Replaces a file in one step. The draft has one name, so that killed runs leave no heap of them."""
    draft = file.with_name(f".{file.name}.draft")
    try:
        with open(draft, "w", encoding="utf-8", newline="\n") as handle:
            handle.write(text)
            handle.flush()
            os.fsync(handle.fileno())
        draft.replace(file)
    except OSError:
        with suppress(OSError):
            draft.unlink()
        raise
