"""The commands that keep the project: ``index``, ``docs``, ``test``; and how every command ends.

``docs`` and ``test`` run in the environment at hand, where ``./wideproof`` makes one first.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, NoReturn

import typer

ROOT = Path(__file__).resolve().parents[1]
WRONG, FAILED, INTERRUPTED = 2, 4, 130
PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


def stop(message: str, status: int = WRONG) -> NoReturn:
    """End with a message on stderr."""
    typer.echo(f"wideproof: {message}", err=True)
    raise typer.Exit(status)


@contextmanager
def interruptible(message: str = "interrupted") -> Iterator[None]:
    """Let Ctrl-C end a command with a message and its own status."""
    try:
        yield
    except KeyboardInterrupt:
        stop(message, INTERRUPTED)


def index(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; status 1 if stale.")] = False,
) -> None:
    """Regenerate the list of claims and the README's table of verdicts."""
    from numerics import index as files

    stale = files.stale()
    for path, content in stale.items():
        if not check:
            path.write_text(content, "utf-8")
        typer.echo(f"{path.relative_to(ROOT)} {'is stale' if check else 'written'}", err=True)
    raise typer.Exit(1 if stale and check else 0)


def docs(options: Annotated[list[str] | None, typer.Argument()] = None) -> None:
    """Build the pages with Sphinx; further options are Sphinx's."""
    require("sphinx", "docs")
    pages = Path("docs", "_build", "html")
    status = call("sphinx", "-W", "-n", "--keep-going", "-b", "html", *(options or ()), "docs", str(pages))
    if not status:
        typer.echo(ROOT / pages / "index.html")
    raise typer.Exit(status)


def test(options: Annotated[list[str] | None, typer.Argument()] = None) -> None:
    """Run the test suite with pytest; further options are pytest's."""
    require("pytest", "test")
    raise typer.Exit(call("pytest", *(options or ())))


def require(module: str, extra: str) -> None:
    if find_spec(module) is None:
        stop(
            f"{module} is not installed for {sys.executable}; run ./wideproof {extra}, which sets it up, "
            f'or: {sys.executable} -m pip install -e "{ROOT}[{extra}]"',
            FAILED,
        )


def call(module: str, *arguments: str) -> int:
    return subprocess.run([sys.executable, "-m", module, *arguments], cwd=ROOT).returncode
