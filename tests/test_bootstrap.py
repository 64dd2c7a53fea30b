"""``./wideproof`` brings a fresh checkout to its task, and survives what happens to set-ups.

The checkouts here are small ones: the script itself, with a lock that names one hand-made wheel. No test
needs a network. They run on the interpreter that .venv was made with, as a user would.
"""

import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
import zipfile
from dataclasses import dataclass
from hashlib import sha256
from importlib import metadata
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from numerics import cli

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ["requirements.lock", "requirements-docs.lock"]
SETTING_UP = "wideproof: setting up .venv (once, one to two minutes, 1.2 GB)\n"
WAITING = "wideproof: waiting for another set-up of this checkout\n"
PATIENCE = 120  # seconds: only a hang takes so long

PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "wideproof"
version = "0.1.0"
"""
BACKEND = """
import pathlib, shutil

def build_editable(folder, config_settings=None, metadata_directory=None):
    wheel = pathlib.Path(__file__).with_name("wheels") / "wideproof-0.1.0-py3-none-any.whl"
    return pathlib.Path(shutil.copy(wheel, folder)).name
"""
SLOW_PIP = """
import pathlib, time

pathlib.Path("at work").touch()
while pathlib.Path("at work").exists():
    time.sleep(0.02)
"""
TASK = "import leaf, os, sys; print(os.getcwd(), *sys.argv[1:]); sys.exit(7)"


def write_wheel(folder, name, version, contents):
    """A wheel that pip takes, and its digest."""
    path = folder / f"{name}-{version}-py3-none-any.whl"
    about = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        for place, text in contents.items():
            wheel.writestr(place, text)
        wheel.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{about}/RECORD", "")
    return sha256(path.read_bytes()).hexdigest()


@dataclass(frozen=True)
class Checkout:
    """A folder with the script and what it reads."""

    root: Path

    def start(self, *arguments, python=None, cwd=None, **variables):
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))}
        offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.root / "wheels")}
        return subprocess.Popen(
            [python or Path(sys.executable).resolve(), self.root / "wideproof", *arguments],
            cwd=cwd or self.root,
            env={**kept, **offline, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments, **settings):
        """Exit status, standard output and standard error."""
        process = self.start(*arguments, **settings)
        out, err = process.communicate(timeout=PATIENCE)
        return process.returncode, out, err

    def lock(self, version):
        digest = write_wheel(self.root / "wheels", "leaf", version, {"leaf.py": f"version = {version!r}"})
        for name in LOCKS:
            (self.root / name).write_text(f"leaf=={version} --hash=sha256:{digest}\n")

    def script(self):
        """The script as a module."""
        loader = SourceFileLoader("bootstrap", str(self.root / "wideproof"))
        module = module_from_spec(spec_from_loader("bootstrap", loader))
        loader.exec_module(module)
        return module


def checkout(root):
    (root / "wheels").mkdir(parents=True)
    shutil.copy(ROOT / "wideproof", root)
    (root / "pyproject.toml").write_text(PYPROJECT)
    (root / "backend.py").write_text(BACKEND)
    for package, task in {"numerics": TASK, "pytest": TASK, "sphinx": TASK.replace("7", "0")}.items():
        (root / package).mkdir()
        (root / package / "__main__.py").write_text(task)
    write_wheel(root / "wheels", "wideproof", "0.1.0", {"wideproof.pth": str(root)})
    small = Checkout(root)
    small.lock("1.0")
    return small


@pytest.fixture
def fresh(tmp_path):
    return checkout(tmp_path / "checkout")


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """Variables that take ensurepip away, as on Debian without python3-venv: harder, and faster."""
    folder = tmp_path_factory.mktemp("bare")
    (folder / "sitecustomize.py").write_text("import sys; sys.modules['ensurepip'] = None")
    return {"PYTHONPATH": str(folder)}


@pytest.fixture(scope="module")
def twice(tmp_path_factory, bare):
    """A checkout that was set up by two processes at once, and what they said."""
    small = checkout(tmp_path_factory.mktemp("twice") / "checkout")
    both = [small.start("verify", "--json", **bare) for _ in range(2)]
    said = [process.communicate(timeout=PATIENCE) for process in both]
    return small, [(process.returncode, *texts) for process, texts in zip(both, said, strict=True)]


@pytest.fixture
def ready(twice):
    """A checkout that has been set up."""
    return twice[0]


# Set-up


def test_of_two_first_runs_one_sets_up_the_other_waits_and_both_pass_the_exit_status_on(twice):
    small, runs = twice
    assert [(status, out) for status, out, _ in runs] == [(7, f"{small.root} verify --json\n")] * 2
    assert {err for *_, err in runs} == {SETTING_UP, WAITING}


def test_the_next_run_needs_no_set_up_and_no_index(ready):
    assert ready.run("list", PIP_FIND_LINKS="/nowhere") == (7, f"{ready.root} list\n", "")


def test_a_python_without_ensurepip_installs_with_its_own_pip(ready):
    assert not (ready.root / ".venv" / "bin" / "pip").exists()


def test_a_task_runs_where_the_user_stands_and_no_folder_there_hides_it(ready, tmp_path):
    (tmp_path / "numerics").mkdir()
    (tmp_path / "numerics" / "__main__.py").write_text("print('a stranger')")
    assert ready.run("check", "mine.py", cwd=tmp_path) == (7, f"{tmp_path} check mine.py\n", "")


def test_the_tests_run_in_the_root(ready, tmp_path):
    assert ready.run("test", "-x", cwd=tmp_path) == (7, f"{ready.root} -x\n", "")


def test_the_pages_install_their_lock_once_and_end_with_the_path_of_the_first_page(ready, bare):
    page = str(ready.root / "docs" / "_build" / "html" / "index.html")
    first, again = ready.run("docs", "-E", **bare), ready.run("docs", PIP_FIND_LINKS="/nowhere")
    assert [first[0], again[0]] == [0, 0]
    assert [out.splitlines()[-1] for _, out, _ in (first, again)] == [page, page]
    assert first[2].startswith("wideproof: adding what builds the pages to .venv")
    assert again[2] == ""


def test_a_set_up_that_fails_shows_why_says_what_to_do_and_leaves_no_stamp(fresh, bare):
    status, out, err = fresh.run("list", **{**bare, "PIP_FIND_LINKS": "/nowhere"})
    assert (status, out) == (4, "")
    assert re.search(r"No matching distribution found for leaf==1\.0\n.*a set-up needs the network", err)
    assert not list((fresh.root / ".venv").glob("made-from-*"))


def test_a_changed_lock_updates_in_place_and_a_failed_update_harms_nothing(ready, bare):
    old = (ready.root / "requirements.lock").read_text()
    ready.lock("2.0")
    new = (ready.root / "requirements.lock").read_text()
    assert ready.run("list", **{**bare, "PIP_FIND_LINKS": "/nowhere"})[0] == 4
    (ready.root / "requirements.lock").write_text(old)
    assert ready.run("list") == (7, f"{ready.root} list\n", "")
    (ready.root / "requirements.lock").write_text(new)
    status, _, err = ready.run("list", **bare)
    assert (status, "up to date" in err) == (7, True)
    assert [path.name for path in ready.root.glob(".venv/lib/*/*/leaf-*.dist-info")] == ["leaf-2.0.dist-info"]


def test_a_set_up_that_was_killed_is_waited_for_and_made_anew(fresh, bare):
    (fresh.root / "pip").mkdir()
    (fresh.root / "pip" / "__init__.py").touch()
    (fresh.root / "pip" / "__main__.py").write_text(SLOW_PIP)
    killed = fresh.start("list", **bare)
    until((fresh.root / "at work").exists)
    killed.kill()  # its pip goes on
    (fresh.root / ".venv" / "left over").touch()
    after = fresh.start("list", **bare)
    assert after.stderr.readline() == WAITING
    shutil.rmtree(fresh.root / "pip")
    (fresh.root / "at work").unlink()
    assert after.communicate(timeout=PATIENCE) == (f"{fresh.root} list\n", SETTING_UP)
    assert killed.communicate(timeout=PATIENCE) == ("", SETTING_UP)
    assert not (fresh.root / ".venv" / "left over").exists()


def until(condition):
    limit = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.02)


# Stamps and messages


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml", "wideproof"])
def test_the_stamp_depends_on_every_file_that_the_environment_is_made_from(fresh, name):
    script = fresh.script()
    before = script.wanted(script.RUN)
    assert before == script.wanted(script.RUN)
    with (fresh.root / name).open("a") as file:
        file.write("# changed\n")
    assert script.wanted(script.RUN)[:64] == before[:64]
    assert script.wanted(script.RUN) != before


def test_the_stamp_depends_on_the_place_and_the_interpreter(fresh, monkeypatch):
    script = fresh.script()
    before = script.wanted(script.RUN)[:64]
    with monkeypatch.context() as other:
        other.setattr(
            script.sys, "implementation", type(sys.implementation)(name="cpython", cache_tag="cpython-399")
        )
        assert script.wanted(script.RUN)[:64] != before
    moved = shutil.copytree(fresh.root, fresh.root.with_name("moved"))
    assert Checkout(moved).script().wanted(script.RUN)[:64] != before


def test_the_lock_of_the_pages_does_not_make_the_tasks_stale(fresh):
    script = fresh.script()
    before = script.wanted(script.RUN), script.wanted(script.DOCS)
    (fresh.root / "requirements-docs.lock").write_text("# changed\n")
    assert script.wanted(script.RUN) == before[0]
    assert script.wanted(script.DOCS) != before[1]


def test_an_old_python_is_told_which_one_to_use(fresh):
    script = fresh.script()
    with pytest.raises(
        script.SetUpFailed, match=r"needs Python 3\.11 or newer, and .* is 3\.10\.4; name a newer"
    ):
        script.require_python((3, 10, 4, "final", 0))
    script.require_python((3, 11, 0, "final", 0))


@pytest.mark.parametrize(("version", "found"), [(None, "no pip"), ("22.2.2", "pip 22.2.2"), ("9", "pip 9")])
def test_without_ensurepip_a_missing_or_old_pip_is_named(fresh, monkeypatch, version, found):
    def installed(name):
        if version is None:
            raise metadata.PackageNotFoundError(name)
        return version

    script = fresh.script()
    monkeypatch.setattr(metadata, "version", installed)
    with pytest.raises(
        script.SetUpFailed, match=f"has no ensurepip, and {found}; .* install python3-venv, or pip"
    ):
        script.require_pip()


def test_without_ensurepip_a_recent_pip_will_do(fresh, monkeypatch):
    monkeypatch.setattr(metadata, "version", lambda name: "22.3")
    assert fresh.script().require_pip() is None


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",)])
def test_help_names_every_task_and_makes_nothing(fresh, arguments):
    status, out, err = fresh.run(*arguments)
    assert (status, err) == (0, "")
    assert all(f"./wideproof {task}" in out for task in fresh.script().TASKS)
    assert not (fresh.root / ".venv").exists()


def test_every_command_for_users_is_a_task_and_every_task_that_is_told_of_exists(fresh):
    tasks = fresh.script().TASKS
    commands = {command.name or command.callback.__name__ for command in cli.app.registered_commands}
    assert commands - {"index"} == set(tasks)
    texts = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]
    told = {name for text in texts for name in re.findall(r"\./wideproof ([a-z]+)", text.read_text("utf-8"))}
    assert told
    assert told <= set(tasks)


def test_the_version_is_the_projects(fresh):
    assert fresh.run("--version") == (0, "wideproof 0.1.0\n", "")


@pytest.mark.parametrize(
    ("task", "hint"), [("verfy", "did you mean verify?"), ("x", "the tasks are verify, ")]
)
def test_an_unknown_task_is_a_usage_error_that_costs_no_set_up(fresh, task, hint):
    status, out, err = fresh.run(task)
    assert (status, out) == (2, "")
    assert err.startswith(f"wideproof: no task '{task}'; {hint}")
    assert not (fresh.root / ".venv").exists()


# What is installed

PIN = r"(?P<name>[a-z0-9-]+)==(?P<version>[0-9.]+(b\d+)?)( ; [a-z0-9_ .*<>='()!]+)? \\"
HASH = r"    --hash=sha256:[0-9a-f]{64}( \\)?"


def pins(lock):
    """The locked requirements, with their markers."""
    lines = (ROOT / lock).read_text().splitlines()
    return [Requirement(line.rstrip(" \\")) for line in lines if re.fullmatch(PIN, line)]


def chosen(lock, python):
    """Name to version on Linux under one version of Python."""
    here = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": "linux"}
    return {
        pin.name: next(iter(pin.specifier)).version
        for pin in pins(lock)
        if pin.marker is None or pin.marker.evaluate(here)
    }


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_pins_with_hashes_and_nothing_else(lock):
    comments, *lines = re.split(r"\n(?!#)", (ROOT / lock).read_text().rstrip("\n"))
    assert re.fullmatch(r"(#.*\n?)+", comments)
    assert not re.search(r"://|index|links|\.org|\.com", comments)
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        assert re.fullmatch(PIN if line[0] != " " else HASH, line)
        assert following.startswith("    --hash=") == line.endswith("\\")


@pytest.mark.parametrize("python", ["3.11", "3.12"])
def test_the_locks_agree_and_hold_all_that_the_project_asks_for(python):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extras = project["project"]["optional-dependencies"]
    asked = [*project["project"]["dependencies"], *extras["test"], *project["dependency-groups"]["bootstrap"]]
    run, docs = (chosen(lock, python) for lock in LOCKS)
    assert run.items() <= docs.items()
    for text in [*asked, *extras["docs"]]:
        wish = Requirement(text)
        assert wish.specifier.contains((run if text in asked else docs)[wish.name]), text


def test_the_wheel_owns_theory_and_numerics_and_no_other_name(tmp_path, monkeypatch):
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path]
    subprocess.run(build, cwd=ROOT, check=True)
    monkeypatch.setattr(sys, "path", [str(wheel) for wheel in tmp_path.glob("*.whl")])
    assert metadata.packages_distributions() == {"theory": ["wideproof"], "numerics": ["wideproof"]}


@pytest.mark.parametrize("name", ["theory", "numerics", "tests", "docs"])
def test_no_other_distribution_brings_a_name_of_ours(name):
    assert set(metadata.packages_distributions().get(name, [])) <= {"wideproof"}
