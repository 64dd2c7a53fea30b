"""The run killed at random moments and resumed: no record lost, none half written, the end as if undisturbed.

    python -m numerics.audit.kills [--kills 50] [--seed 0] [NAMES]

One undisturbed ``verify`` tells what the records are. Then runs on a folder of their own are ended by SIGKILL,
in turn at any moment, within 20 ms of a record's landing, and while a record is being written, and resumed until
one comes to its end; then the next folder. After each kill

    every record that was printed is in the folder, every record that was there before has the same bytes,
    every file can be read, and nothing else lies in the folder but the draft of what was being written;

and at the end the records are those of the undisturbed run in all but times.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from numerics.audit import tables
from numerics.evidence import FOLDER
from numerics.provenance import root
from numerics.record import decode

NAMES = ("arccos-order-0", "arccos-order-1", "saddle-escape-time-law", "saddle-measure-zero")
COARSE = ("--resolution", "1e-1")  # what is tried here is the folder, and not the claims
AFTER = 0.02  # seconds after a landing within which a kill falls
CLOCK = ("seconds", "time")  # the fields of a record that tell of the clock
Fields = Mapping[str, Any]


class Broken(AssertionError):
    """A kill that did harm: what was lost, torn or changed."""


class Run:
    """One run, with the names of the claims whose records it has printed."""

    def __init__(self, folder: Path, cache: Path, command: Sequence[str]):
        surroundings = {**os.environ, FOLDER: str(folder), "JAX_COMPILATION_CACHE_DIR": str(cache)}
        self.folder, self.landed = folder, []
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=surroundings, cwd=root()
        )
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                if line.endswith(b"\n"):  # the last line may be cut by the kill
                    self.landed.append(json.loads(line)["claim"])

    def ended_before(self, moment: Callable[["Run"], bool]) -> bool:
        """Waits for the moment and kills; True if the run came to its end before."""
        while self.process.poll() is None and not moment(self):
            time.sleep(0.0005)
        self.process.send_signal(signal.SIGKILL)  # to nobody, if it has ended
        status = self.process.wait()
        self.reader.join()
        return status != -signal.SIGKILL


def moments(random_: random.Random, length: float, before: int, how: int) -> Callable[[Run], bool]:
    """When a run of about ``length`` seconds is to be killed; three ways, in turn."""
    started, at = time.monotonic(), random_.uniform(0, length)
    if how % 3 == 0:
        return lambda run: time.monotonic() - started > at
    if how % 3 == 1:
        number, later = before + random_.randint(1, 4), random_.uniform(0, AFTER)
        seen: list[float] = []

        def landed(run: Run) -> bool:
            if len(run.landed) >= number and not seen:
                seen.append(time.monotonic())
            return bool(seen) and time.monotonic() - seen[0] > later

        return landed
    number = random_.randint(1, 4)
    drafts: set[str] = set()

    def writing(run: Run) -> bool:
        drafts.update(path.name for path in run.folder.glob(".*.draft"))
        return len(drafts) >= number

    return writing


def survey(folder: Path) -> dict[str, bytes]:
    """The records in a folder, each of them sound; ``Broken`` for anything that should not be there."""
    found = {}
    for path in folder.iterdir() if folder.exists() else ():
        if path.name == ".lock" or path.name.endswith(".draft"):
            continue
        try:
            text = path.read_bytes()
            record = decode(text.decode())
        except ValueError as damage:
            raise Broken(f"{path.name} is damaged: {damage}") from None
        if path.name != f"{record.claim}.json":
            raise Broken(f"{path.name} speaks of {record.claim}")
        found[record.claim] = text
    return found


def compare(before: Mapping[str, bytes], printed: Sequence[str], after: Mapping[str, bytes]) -> None:
    """What a killed run has left, against what was there and what it had said."""
    for claim in before:
        if after.get(claim) != before[claim]:
            raise Broken(
                f"{claim}: its record was {'changed' if claim in after else 'lost'} by a resumed run"
            )
    if lost := [claim for claim in printed if claim not in after]:
        raise Broken(f"printed, and not in the folder: {', '.join(lost)}")


def timeless(value):
    """A record without what tells of the clock, however deep."""
    if isinstance(value, Mapping):
        return {name: timeless(item) for name, item in value.items() if name not in (*CLOCK, "seal")}
    return [timeless(item) for item in value] if isinstance(value, list) else value


def results(kept: Mapping[str, bytes]) -> dict[str, Any]:
    return {claim: timeless(json.loads(text)) for claim, text in kept.items()}


def same_result(wanted: Mapping[str, Any], got: Mapping[str, Any]) -> None:
    for claim in {**wanted, **got}:
        if wanted.get(claim) != got.get(claim):
            fields = set(wanted.get(claim, {})) | set(got.get(claim, {}))
            differ = [f for f in sorted(fields) if wanted.get(claim, {}).get(f) != got.get(claim, {}).get(f)]
            raise Broken(f"{claim}: the resumed run differs from the undisturbed one in {', '.join(differ)}")


def survive(
    kills: int, seed: int, command: Sequence[str], scratch: Path, say: Callable[[str], object] = str
) -> tables.Row:
    """Counts of what was survived; raises ``Broken`` at the first harm.

    ``command`` is to print a record a line, as ``verify --json`` does, and to keep it in WIDEPROOF_EVIDENCE.
    """
    chance, cache, started = random.Random(seed), scratch / "cache", time.monotonic()
    undisturbed = Run(scratch / "undisturbed", cache, command)
    undisturbed.ended_before(lambda run: False)
    wanted = results(survey(undisturbed.folder))
    length = time.monotonic() - started
    say(f"undisturbed: {len(wanted)} records in {length:.1f} s")
    if not wanted or set(wanted) != set(undisturbed.landed):
        raise Broken(f"the undisturbed run printed {len(undisturbed.landed)} records and kept {len(wanted)}")
    done = mid_write = resumed = folders = 0
    while done < kills:
        folder, kept, ended = scratch / f"folder-{folders}", {}, False
        while not ended:
            enough = done >= kills  # the last folder is run to its end
            when = (lambda run: False) if enough else moments(chance, length / 4, len(kept), done)
            run = Run(folder, cache, command)
            ended = run.ended_before(when)
            now = survey(folder)
            compare(kept, run.landed, now)
            resumed += len(kept)
            drafts = [path.name for path in folder.glob(".*.draft")]
            done, mid_write = done + (not ended), mid_write + (bool(drafts) and not ended)
            kept = now
            say(f"{done} killed, {len(kept)} of {len(wanted)} records{', in a write' * bool(drafts)}")
        same_result(wanted, results(kept))
        folders += 1
    return {
        "what": "SIGKILL, then resumed",
        "kills": done,
        "survived": done,
        "in_a_write": mid_write,
        "folders": folders,
        "records": len(wanted),
        "records_found_again": resumed,
        "seed": seed,
        "seconds": round(time.monotonic() - started),
    }


SHOWN = {
    "what": "fault",
    "kills": "times",
    "survived": "survived",
    "in_a_write": "of them in the middle of a write",
    "folders": "runs brought to their end",
    "records": "records of a run",
}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m numerics.audit.kills", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("names", nargs="*", default=NAMES, help="claims whose verification is killed")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args(arguments)
    with TemporaryDirectory() as scratch:
        row = survive(
            chosen.kills,
            chosen.seed,
            [sys.executable, "-m", "numerics", "verify", *chosen.names, "--json", *COARSE],
            Path(scratch),
            lambda text: print(text, file=sys.stderr),
        )
    command = f"python -m numerics.audit.kills --kills {chosen.kills} --seed {chosen.seed}"
    tables.write("kills", command, [row], SHOWN)
    print(json.dumps(row))


if __name__ == "__main__":
    main()
