"""What an experiment does to its process must reach the parent as a sentence, and nothing more."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from numerics import machine
from numerics.child import discard_torn, is_outside, require_plain, surroundings
from numerics.worker import Worker, WorkerFailure, obituary

PATIENCE = 60.0  # seconds: a budget that only a hang exceeds
MEMORY = 700 << 20  # bytes: JAX alone holds some 200 MiB

EXPERIMENTS = """
import os, sys, time
import numpy as np

def perform(task):
    return globals()[task["do"]](task)

def echo(task):
    return {**task, "pid": os.getpid()}

def hang(task):
    return pow(3, 10**9)  # holds the interpreter's lock, as C code may

def hoard(task):
    held = []
    while True:
        held.append(np.ones(1 << 21))

def overreach(task):
    import jax.numpy as jnp
    return float(jnp.ones(1 << 50).sum())

def vanish(task):
    os._exit(7)

def crash(task):
    os.kill(os.getpid(), 11)

def flee(task):
    sys.exit("enough")

def divide(task):
    return np.vectorize(lambda x: 1 // x, otypes=[int])([0])  # the error is raised below numpy

def chatter(task):
    print("x" * 100_000)
    os.write(1, b"straight to the descriptor")
    return {"input": sys.stdin.read()}

def opaque(task):
    import jax.numpy as jnp
    return {"values": [jnp.ones(3)]}

def settings(task):
    import jax
    names = "jax_enable_x64 jax_default_matmul_precision jax_compilation_cache_dir".split()
    names += "jax_persistent_cache_min_compile_time_secs jax_persistent_cache_min_entry_size_bytes".split()
    names += ["jax_enable_compilation_cache"]
    found = {name: getattr(jax.config, name) for name in names}
    found["devices"] = jax.default_backend(), len(jax.devices())
    return {**found, "seen": os.environ.get("SEEN")}
"""


@pytest.fixture(scope="module")
def experiments(tmp_path_factory):
    folder = tmp_path_factory.mktemp("experiments")
    (folder / "behaviours.py").write_text(EXPERIMENTS)
    sys.path.insert(0, str(folder))
    yield folder / "behaviours.py"
    sys.path.remove(str(folder))


@pytest.fixture(scope="module")
def worker(experiments):
    with Worker("behaviours:perform", MEMORY, {"SEEN": "yes"}) as worker:
        yield worker


def failure(worker: Worker, do: str, budget: float = PATIENCE) -> WorkerFailure:
    with pytest.raises(WorkerFailure) as caught:
        worker.run({"do": do}, budget)
    return caught.value


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def eventually_gone(pid: int, seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not alive(pid)


def pid_of(worker: Worker) -> int:
    return worker.run({"do": "echo"}, PATIENCE)["pid"]


def test_arrays_arrive_with_the_same_bits(worker):
    noise = np.random.default_rng(0).integers(0, 256, 1 << 25, dtype=np.uint8)
    odd = np.array([np.nan, -0.0, np.inf, 5e-324]).view(np.uint64) | np.uint64(1)  # NaNs with a payload too
    task = {
        "do": "echo",
        "noise": noise,
        "odd": odd.view(np.float64),
        "view": np.arange(12.0).reshape(3, 4).T[::2],
        "scalar": np.float32(0.1),
        "nested": [(1, 2.5, None), {"z": 1j, 3: b"\0"}],
    }
    reply = worker.run(task, PATIENCE)
    for name in ("noise", "odd", "view", "scalar"):
        assert reply[name].dtype == task[name].dtype
        assert reply[name].shape == task[name].shape
        assert reply[name].tobytes() == task[name].tobytes()
    assert reply["nested"] == task["nested"]


def test_one_process_serves_many_tasks_and_is_not_the_parent(worker):
    assert pid_of(worker) == pid_of(worker) != os.getpid()


def test_prints_reach_stderr_and_not_the_protocol(worker, capfd):
    worker.end()  # the next child inherits the stderr that is watched now
    assert worker.run({"do": "chatter"}, PATIENCE) == {"input": ""}
    worker.end()  # what it buffered dies with it; the descriptor is not buffered
    captured = capfd.readouterr()
    assert captured.out == ""
    assert "straight to the descriptor" in captured.err


def test_a_task_that_hangs_ends_at_its_budget_and_the_next_one_works(worker):
    pid = pid_of(worker)
    began = time.monotonic()
    error = failure(worker, "hang", budget=0.3)
    assert (error.reason, error.detail) == ("budget", "the task was not done within 0.3 s")
    assert 0.3 <= time.monotonic() - began < 5.0
    assert eventually_gone(pid)
    assert pid_of(worker) != pid


def test_a_task_that_exhausts_memory_is_ended_and_the_next_one_works(worker):
    pid = pid_of(worker)
    error = failure(worker, "hoard")
    assert error.reason == "memory"
    assert "more than its limit of 0.68 GiB" in error.detail
    assert eventually_gone(pid)
    assert pid_of(worker) != pid


def test_an_allocation_that_xla_refuses_is_a_failure_of_memory_with_its_line(worker, experiments):
    error = failure(worker, "overreach")
    assert error.reason == "memory"
    assert "RESOURCE_EXHAUSTED" in error.detail
    assert (error.file, error.line) == (str(experiments), line_of("jnp.ones(1 << 50)"))


@pytest.mark.parametrize(
    ("do", "detail"),
    [("vanish", "ended with exit status 7 before it replied"), ("crash", "was killed by SIGSEGV")],
)
def test_a_process_that_dies_says_how_and_the_next_task_works(worker, do, detail):
    error = failure(worker, do)
    assert (error.reason, error.detail) == ("died", f"the worker {detail}")
    pid_of(worker)


def test_a_process_that_dies_between_tasks_fails_no_task(worker):
    pid = pid_of(worker)
    os.kill(pid, signal.SIGKILL)
    assert worker.connection.poll(10)  # the last of its threads is gone
    assert pid_of(worker) != pid


def test_an_error_comes_back_with_its_innermost_line_outside_the_libraries(worker, experiments):
    pid = pid_of(worker)
    error = failure(worker, "divide")
    assert error.reason == "raised"
    assert error.detail.startswith("ZeroDivisionError: integer division or modulo by zero")
    assert (error.file, error.line) == (str(experiments), line_of("1 // x"))
    assert str(error).endswith(f"({experiments}:{error.line})")
    assert "Traceback" in error.trace
    assert pid_of(worker) == pid  # an error costs no restart


def line_of(code: str) -> int:
    return next(number for number, line in enumerate(EXPERIMENTS.split("\n"), 1) if code in line)


def test_leaving_by_sys_exit_is_an_error_like_any_other(worker):
    error = failure(worker, "flee")
    assert (error.reason, error.detail) == ("raised", "SystemExit: enough")


def test_a_reply_that_would_need_jax_to_be_read_is_refused_by_its_place(worker):
    assert failure(worker, "opaque").detail.startswith("TypeError: the reply['values'][0] is a jaxlib.")


def test_a_target_that_does_not_exist_is_reported_by_the_task(experiments):
    with Worker("behaviours:nothing", MEMORY) as worker:
        assert "has no attribute 'nothing'" in failure(worker, "echo").detail


def test_experiments_run_in_double_precision_on_every_core_with_a_cache(worker, experiments):
    found = worker.run({"do": "settings"}, PATIENCE)
    assert found["jax_enable_x64"] is True
    assert found["jax_default_matmul_precision"] == "highest"
    assert found["jax_compilation_cache_dir"] == worker.environment["JAX_COMPILATION_CACHE_DIR"]
    assert found["jax_persistent_cache_min_compile_time_secs"] == 0
    assert found["jax_persistent_cache_min_entry_size_bytes"] == -1
    assert found["seen"] == "yes"
    backend, devices = found["devices"]
    assert backend != "cpu" or "XLA_FLAGS" in os.environ or devices == machine.cores()


def test_what_the_user_sets_stands(monkeypatch):
    monkeypatch.setenv("XLA_FLAGS", "--xla_force_host_platform_device_count=3")
    monkeypatch.setenv("JAX_COMPILATION_CACHE_DIR", "elsewhere")
    found = surroundings({"JAX_ENABLE_X64": "0"})
    ours = "--xla_cpu_prefer_vector_width=512"
    assert found["XLA_FLAGS"] == f"--xla_force_host_platform_device_count=3 {ours}"
    assert found["JAX_COMPILATION_CACHE_DIR"] == "elsewhere"
    assert "JAX_ENABLE_COMPILATION_CACHE" not in found
    assert found["JAX_ENABLE_X64"] == "0"


def test_where_no_cache_can_be_kept_none_is_tried(monkeypatch, tmp_path):
    (tmp_path / ".cache").write_text("a file, not a folder")
    monkeypatch.setattr("numerics.child.root", lambda: tmp_path)
    monkeypatch.delenv("JAX_COMPILATION_CACHE_DIR", raising=False)
    assert surroundings({})["JAX_ENABLE_COMPILATION_CACHE"] == "false"


def test_a_kill_drops_what_may_have_been_half_compiled_and_keeps_the_rest(experiments, tmp_path):
    old, new = tmp_path / "a-cache", tmp_path / "b-cache"
    with Worker("behaviours:perform", MEMORY, {"JAX_COMPILATION_CACHE_DIR": str(tmp_path)}) as worker:
        for kill, kept in [(lambda: worker.end(), True), (lambda: failure(worker, "vanish"), False)]:
            pid_of(worker)
            new.touch(), old.touch()
            os.utime(old, (0, 0))
            kill()
            assert old.exists()
            assert new.exists() == kept
    discard_torn(tmp_path / "absent", 0)


PARENT = """
import signal

from numerics.worker import Worker

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job starts deaf to Ctrl-C
with Worker("behaviours:perform") as worker:
    print(worker.run({"do": "echo"}, 60)["pid"], flush=True)
    worker.run({"do": "hang"}, 600)
"""


@pytest.fixture
def parent(experiments):
    """A run in the middle of a task that holds the interpreter's lock, and the worker's process id."""
    path = os.pathsep.join([str(experiments.parent), str(Path(machine.__file__).parents[1])])
    process = subprocess.Popen(
        [sys.executable, "-c", PARENT],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    with process:
        assert process.stdout
        yield process, int(process.stdout.readline())
        process.kill()


def test_ctrl_c_ends_the_parent_and_leaves_no_orphan(parent):
    process, child = parent
    assert alive(child)
    assert os.getpgid(child) != process.pid  # the terminal's Ctrl-C does not reach it
    time.sleep(0.3)  # the task is under way
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(timeout=20) == -signal.SIGINT
    assert "KeyboardInterrupt" in process.stderr.read()
    assert eventually_gone(child)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_parent_that_is_killed_leaves_no_orphan(parent, number):
    process, child = parent
    assert alive(child)
    time.sleep(0.3)  # the task is under way
    process.send_signal(number)
    assert process.wait(timeout=20) == -number
    assert eventually_gone(child)


TIED = """
import os, sys, time
from numerics.child import tie
{platform}
reading, writing = os.pipe()
if (child := os.fork()) == 0:
    os.close(writing)
    tie(reading)
    time.sleep(60)
    os._exit(0)
time.sleep(0.2)
assert os.waitpid(child, os.WNOHANG) == (0, 0), "it died before its time"
os.close(reading), os.close(writing)
print(os.waitpid(child, 0)[1])
"""


@pytest.mark.parametrize(("platform", "status"), [("", signal.SIGKILL), ("sys.platform = 'other'", 1 << 8)])
def test_a_tied_process_ends_when_the_lifeline_does(platform, status):
    code = TIED.format(platform=platform)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert done.stdout.strip() == str(int(status)), done.stderr


def test_a_worker_that_a_finished_thread_started_lives_on(experiments):
    worker = Worker("behaviours:perform", MEMORY)
    thread = threading.Thread(target=worker.start)
    thread.start()
    thread.join()
    with worker as entered:
        assert pid_of(entered) > 0


@pytest.mark.parametrize("target", ["module", "module:", ":function", "a b:c", "module:function:more"])
def test_a_target_is_a_module_and_a_function(target):
    with pytest.raises(ValueError, match=r'write "package\.module:function"'):
        Worker(target)


@pytest.mark.parametrize("budget", [0, -1, float("nan")])
def test_a_budget_is_positive(budget):
    with pytest.raises(ValueError, match="give a positive number of seconds"):
        Worker("module:function").run({}, budget)


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"a": [0, {1}]}, r"the task\['a'\]\[1\] is a builtins.set"),
        ({(1, Path()): 0}, r"a key of the task\[1\] is a pathlib"),
        ({"a": np.array([object()])}, r"the task\['a'\] is a numpy.ndarray"),
        ({"a": type("Row", (tuple,), {})()}, "Row: make it a builtin"),
    ],
)
def test_what_pickle_needs_more_than_numpy_for_is_refused_by_its_place(value, place):
    with pytest.raises(TypeError, match=place):
        require_plain(value, "the task")


def test_a_death_by_sigkill_points_at_memory():
    assert (
        obituary(-signal.SIGKILL)
        == "the worker was killed by SIGKILL, as the kernel does when memory runs out"
    )


def test_the_libraries_are_inside_and_experiments_outside():
    package = Path(machine.__file__).parent
    inside = [
        machine.__file__,
        str(package.parent / "theory" / "claim.py"),
        np.__file__,
        os.__file__,
        "<string>",
    ]
    assert [is_outside(file) for file in inside] == [False] * 5
    assert is_outside(str(package / "experiments" / "arc_cosine.py"))
    assert is_outside("/home/someone/conjecture.py")


def test_the_narrowest_group_limits_memory(tmp_path):
    groups = tmp_path / "groups"
    groups.write_text("9:name=systemd:/x\n4:cpu,memory:/outer/inner\n0::/a/b\n")
    for folder, name, text in [
        ("memory/outer", "memory.limit_in_bytes", "300"),
        ("memory", "memory.limit_in_bytes", "900"),
        ("a/b", "memory.max", "max"),
        ("a", "memory.max", "200"),
        ("x", "memory.max", "1"),
    ]:
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / name).write_text(text)
    assert sorted(machine.group_limits(tmp_path, groups)) == [200, 300, 900]
    assert machine.group_limits(tmp_path, tmp_path / "absent") == []


def test_memory_is_measured_in_bytes():
    before = machine.resident(os.getpid())
    held = np.ones(1 << 23)  # 64 MiB, touched
    grown = machine.resident(os.getpid()) - before
    assert abs(grown - held.nbytes) < 8 << 20  # the interpreter's own allocations come in steps of 1 MiB
    assert 64 << 20 < machine.memory_left() < 1 << 50
    assert machine.resident(1 << 30) == 0


def test_garbage_is_looked_for_seldom():
    """In a process of its own: what is frozen stays so."""
    told = "import gc; from numerics.machine import collect_seldom; before = gc.get_threshold(); collect_seldom(); "
    told += "print(gc.get_threshold()[0] // before[0], gc.get_threshold()[1:] == before[1:], gc.get_freeze_count() > 0)"
    found = subprocess.run(
        [sys.executable, "-c", told], capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.split() == ["100", "True", "True"]
