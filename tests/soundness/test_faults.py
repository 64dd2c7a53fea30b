"""Faults around a run: killed, out of disk, two at once, old evidence, a worker that dies; the rest is unharmed.

What one module alone must bear is in its own tests (``test_evidence``, ``test_worker``, ``test_engine``): here
whole runs are put through it.
"""

import errno
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sympy import Interval, symbols

from numerics import conjecture, provenance, run, verify
from numerics.audit import kills
from numerics.evidence import Store
from numerics.landing import RESUMED
from numerics.plan import Settings
from numerics.pump import TARGET
from numerics.record import FORMAT, Record, fingerprint
from numerics.worker import Worker
from theory import Claim, at_most

ROOT = Path(__file__).resolve().parents[2]
x = symbols("x", real=True)


def below_its_root(name: str) -> Claim:
    return Claim(name, "A square is less.", {x: Interval(0, 1)}, at_most(x**2, x))


CLAIMS = [below_its_root(name) for name in ("first", "second", "third")]


def ran(store: Path | None, as_json: bool = False) -> int:
    """The exit status of a run over the three claims, as the command line makes it."""
    return run.run(CLAIMS, Settings(store=store), as_json, locate=lambda claim: None)


def verified(store: Path, claims=CLAIMS, **settings) -> dict[str, Record]:
    found = verify.verify(claims, Settings(store=store, **settings), locate=lambda claim: None)
    return {record.claim: record for record in found}


# Killed


POOL = """
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from time import sleep
from numerics.soundness.running import tied
if __name__ == "__main__":
    pool = ProcessPoolExecutor(1, get_context("spawn"), initializer=tied)
    pool.submit(abs, -1).result()
    pool.submit(sleep, 600)
    print("busy", flush=True)
    sleep(600)
"""


def test_the_processes_of_a_killed_soundness_run_die_with_it(tmp_path):
    script = tmp_path / "pool.py"
    script.write_text(POOL)
    path = os.pathsep.join([str(ROOT), *sys.path])
    environment = {**os.environ, "PYTHONPATH": path}
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, env=environment) as alone:
        assert alone.stdout is not None
        assert alone.stdout.readline() == b"busy\n"
        alone.kill()
        rest, _ = alone.communicate(timeout=60)  # it ends when the last process is gone, or not in time
    assert rest == b""


ALONE = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from importlib.util import module_from_spec, spec_from_file_location
spec = spec_from_file_location("faults", {__file__!r})
faults = module_from_spec(spec)
spec.loader.exec_module(faults)
from pathlib import Path
"""
PRINTED = "sys.exit(faults.ran(None, as_json=True))"


def test_three_kills_lose_nothing_and_the_end_is_that_of_an_undisturbed_run(tmp_path):
    """The command makes fifty, on claims of the catalogue with experiments."""
    row = kills.survive(3, 1, [sys.executable, "-c", ALONE + PRINTED], tmp_path)
    assert row["survived"] == row["kills"] == 3
    assert row["folders"] >= 1
    assert row["records"] == len(CLAIMS)


@pytest.mark.parametrize(
    ("after", "says"),
    [
        (lambda folder, file: file.unlink(), "first: its record was lost"),
        (lambda folder, file: file.write_text(file.read_text().replace("certified", "proved")), "its seal"),
        (lambda folder, file: file.write_bytes(file.read_bytes()[:-9]), "damaged: it is cut short"),
        (lambda folder, file: file.rename(folder / "fourth.json"), r"fourth\.json speaks of first"),
        (lambda folder, file: (folder / "first.json.damaged-1").touch(), r"damaged-1 is damaged"),
    ],
)
def test_harm_done_by_a_kill_would_be_seen(tmp_path, after, says):
    verified(tmp_path, CLAIMS[:1])
    before = kills.survey(tmp_path)
    kills.compare(before, ["first"], kills.survey(tmp_path))
    after(tmp_path, tmp_path / "first.json")
    with pytest.raises(kills.Broken, match=says):
        kills.compare(before, ["first"], kills.survey(tmp_path))


def test_another_result_would_be_seen_and_another_time_is_none(tmp_path):
    verified(tmp_path, CLAIMS[:1])
    kept = kills.survey(tmp_path)
    wanted, later = kills.results(kept), json.loads(kept["first"])
    later["seconds"] = later["seconds"] + 1
    later["looks"][0]["time"] = "2030-01-01T00:00:00+00:00"
    kills.same_result(wanted, kills.results({"first": json.dumps(later).encode()}))
    later["numbers"]["boxes"] += 1
    with pytest.raises(kills.Broken, match=r"first: .* differs from the undisturbed one in numbers"):
        kills.same_result(wanted, kills.results({"first": json.dumps(later).encode()}))
    with pytest.raises(kills.Broken, match="first"):
        kills.same_result(wanted, {})


EVERY_LINE = """
import os, signal, sys
from numerics import evidence
from numerics.record import Record

def record(seed):
    return Record(claim="first", verdict="supported", statement="x" * 20_000, digest="0" * 64, kind="equal",
                  seeds=(seed,))

def dying(lines):
    # Ends this process by SIGKILL at the line of that number that evidence.py comes to.
    def watch(frame, event, argument):
        nonlocal lines
        lines -= event == "line"
        if lines < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return watch
    return lambda frame, *_: watch if frame.f_code.co_filename == evidence.__file__ else None

damage = []
store = evidence.Store(sys.argv[1], damage.append)
store.write(record(0))
file, killed, torn = store.file("first"), 0, 0
old, text = store.read("first"), file.read_bytes()
while True:
    if (child := os.fork()) == 0:
        sys.settrace(dying(killed))
        store.write(record(1))
        sys.settrace(None)
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        break
    killed += 1
    torn += (store.path / ".first.json.draft").exists()
    kept = store.read("first")
    assert kept == old or (kept.seeds, len(kept.looks)) == ((1,), 2), kept
    store.write(record(2))  # the lock is free
    file.write_bytes(text)
    assert not damage, damage
print(killed, torn)
"""


def test_a_write_that_is_killed_at_any_of_its_lines_leaves_the_old_record_or_the_new(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", EVERY_LINE, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    killed, torn = map(int, done.stdout.split())
    assert killed > 30
    assert torn >= 3  # while the draft was written, flushed and synced


# No room, no rights, no lock


def full(*_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_disk_that_fills_up_stops_the_run_with_what_to_do_and_the_next_one_resumes(
    tmp_path, monkeypatch, capsys
):
    synced, sync = [], os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: full() if synced else synced.append(sync(handle)))
    assert ran(tmp_path) == 4
    told = re.sub(r"\s+", " ", capsys.readouterr().err)
    assert f"{tmp_path}: evidence cannot be kept in this folder (No space left on device)" in told
    assert "Free some space, make the folder writable, or name another one in WIDEPROOF_EVIDENCE." in told
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "first.json"]
    monkeypatch.undo()
    again = verified(tmp_path)
    assert [RESUMED in again[claim.name].notes for claim in CLAIMS] == [True, False, False]


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="/proc is what even a superuser cannot write to")
def test_a_folder_that_cannot_be_written_to_stops_the_run_with_what_to_do(capsys):
    assert ran(Path("/proc/self/evidence")) == 4
    told = re.sub(r"\s+", " ", capsys.readouterr().err)
    assert re.search(
        r"! the run was stopped: /proc/self/evidence: evidence cannot be kept in this folder", told
    )


LOOKING = "assert len(faults.verified(Path(sys.argv[1]), seed=int(sys.argv[2]))) == 3"


def test_two_runs_on_one_folder_at_once_both_end_and_lose_no_look(tmp_path):
    command = [sys.executable, "-c", ALONE + LOOKING, str(tmp_path)]
    runs = [subprocess.Popen([*command, str(seed)], stderr=subprocess.PIPE, cwd=ROOT) for seed in (0, 1)]
    told = [each.communicate(timeout=120)[1].decode() for each in runs]
    assert [each.returncode for each in runs] == [0, 0], told
    assert not any("damaged" in each for each in told), told
    for claim in CLAIMS:
        kept = Store(tmp_path).read(claim.name)
        assert kept is not None
        assert {look["seed"] for look in kept.looks} == {0, 1}


# Old evidence


def rewritten(file: Path, **changes) -> None:
    """The record with other fields, under a seal of its own: as another version would have written it."""
    body = json.loads(file.read_text())
    body |= changes
    del body["seal"]
    body["seal"] = fingerprint(body)
    file.write_text(json.dumps(body, indent=1) + "\n")


def test_evidence_of_another_schema_is_named_set_aside_and_made_anew_alone(tmp_path, capsys):
    verified(tmp_path)
    rewritten(tmp_path / "second.json", schema=FORMAT + 1, more="a field of tomorrow")
    again = verified(tmp_path)
    assert [RESUMED in again[claim.name].notes for claim in CLAIMS] == [True, False, True]
    told = f"schema: {FORMAT + 1} is not {FORMAT}: another version of wideproof wrote it"
    assert told in capsys.readouterr().err
    assert json.loads((tmp_path / "second.json.damaged-1").read_text())["more"] == "a field of tomorrow"


def test_evidence_of_another_jax_is_made_anew_and_its_look_kept(tmp_path, monkeypatch):
    here = dict(provenance.versions())
    monkeypatch.setattr(provenance, "versions", lambda: here | {"jax": "0.0.0"})
    verified(tmp_path)
    monkeypatch.undo()
    again = verified(tmp_path)
    assert not any(RESUMED in record.notes for record in again.values())
    assert all(len({look["digest"] for look in record.looks}) == 2 for record in again.values())


def test_another_commit_alone_is_no_fault(tmp_path, monkeypatch):
    monkeypatch.setattr(provenance, "commit", lambda: "a" * 40)
    verified(tmp_path)
    monkeypatch.setattr(provenance, "commit", lambda: "b" * 40)
    again = verified(tmp_path)
    assert all(RESUMED in record.notes for record in again.values())
    assert {record.commit for record in again.values()} == {"a" * 40}


# A worker that dies

DEADLY = """
import os, signal
import numpy as np
from sympy import Interval, symbols
from numerics import observes
from theory import Claim, Mean, equal, gaussian

x = symbols("x", real=True)
z = gaussian.single("z")

def stated(name):
    return Claim(name, "A mean.", {x: Interval(1, 2)}, equal(Mean(z**2) * x, x))

dies, hoards, fine = stated("dies"), stated("hoards"), stated("fine")

@observes(dies)
def is_killed(key, draws, x):
    os.kill(os.getpid(), signal.SIGKILL)  # as the kernel does when memory runs out

@observes(hoards)
def never_lets_go(key, draws, x):
    held = []
    while True:
        held.append(np.ones(1 << 22))

@observes(fine, variance=2, resolution=1e-1)
def squares(key, draws, x):
    import jax
    return jax.random.normal(key, (draws,)) ** 2
"""


def test_an_experiment_that_takes_the_worker_with_it_is_an_error_of_its_claim_alone(tmp_path):
    file = tmp_path / "deadly.py"
    file.write_text(DEADLY)
    claims = conjecture.conjectures(str(file))
    settings = Settings(store=tmp_path / "evidence", budget=60.0)
    worker = Worker(TARGET, memory=3 << 28)
    found = verify.verify(claims, settings, locate=lambda claim: str(file), worker=worker)
    records = {record.claim: record for record in found}
    assert [records[name].verdict for name in ("dies", "hoards", "fine")] == ["error", "error", "supported"]
    assert re.search(r"dies \(.*deadly\.py:\d+\): .*SIGKILL", records["dies"].notes[-1])
    assert re.search(
        r"hoards \(.*deadly\.py:\d+\): .*more than its limit of 0\.75 GiB", records["hoards"].notes[-1]
    )
    assert worker.process is None
