"""Claims as tests: ``pytest mine.py`` has one for each claim that the file states, with ``-k`` and ``-x`` as usual.

A claim that is refuted, or whose check fails, fails its test, with the counterexample; one that stays inconclusive
fails too, unless it is ``open=True``. All claims of a file that were chosen run together, so that they share one worker;
with ``-n`` each runs in the process that has its test. Installing the project is enough; from a checkout it is
``python -m pytest -p numerics.pytest_plugin mine.py``. Nothing heavy is imported before a file has a claim.
"""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

HOLDS = ("proved", "certified", "supported")
WIDTH = 88


class Fails(Exception):
    """A claim that does not hold; the message is what a terminal would show."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("claims", "claims of wideproof")
    group.addoption("--claim-seed", type=int, default=0, metavar="N", help="of points and draws: 0")
    group.addoption(
        "--claim-resolution",
        type=float,
        default=3e-3,
        metavar="NUMBER",
        help="smallest discrepancy to catch: 3e-3",
    )


@pytest.hookimpl(wrapper=True)
def pytest_pycollect_makeitem(collector: Any, name: str, obj: Any):
    """A test for a claim, or for each of a list of claims, that was written in the file."""
    found = yield
    if found is not None or not isinstance(collector, pytest.Module):
        return found
    written = [
        each
        for each in (obj if isinstance(obj, list | tuple) else [obj])
        if is_claim_of(each, collector.path)
    ]
    return [
        ClaimItem.from_parent(collector, name=each.name, stated_at=each.at[1]) for each in written
    ] or None


def is_claim_of(value: Any, path: Path) -> bool:
    kind = type(value)
    is_claim = (kind.__module__, kind.__qualname__) == ("theory.claim", "Claim")
    return is_claim and Path(value.at[0]).resolve() == path.resolve()


class ClaimItem(pytest.Item):
    """One claim of a file."""

    def __init__(self, stated_at: int, **fields):
        super().__init__(**fields)
        self.stated_at = stated_at

    def runtest(self) -> None:
        record = records(self)[self.name]
        if record.verdict == "inconclusive" and is_open(self):
            pytest.xfail("it is open, and nothing was decided")
        if record.verdict not in HOLDS:
            raise Fails(shown(record, f"{self.path.name}:{self.stated_at}"))

    def repr_failure(self, excinfo, style=None):
        return (
            str(excinfo.value) if isinstance(excinfo.value, Fails) else super().repr_failure(excinfo, style)
        )

    def reportinfo(self):
        return self.path, self.stated_at - 1, self.name


RECORDS = pytest.StashKey[dict[Path, dict[str, Any]]]()


def records(item: ClaimItem) -> dict[str, Any]:
    """The records of the claims of its file that this process is to run, made when the first of them is asked for."""
    known = item.config.stash.setdefault(RECORDS, {}).setdefault(item.path, {})
    if item.name not in known:
        alone = hasattr(item.config, "workerinput")  # a worker of xdist, whose neighbours have the others
        names = {item.name} if alone else {each.name for each in neighbours(item)}
        for record in run(item, names):
            known[record.claim] = record
    return known


def neighbours(item: ClaimItem) -> Iterator[ClaimItem]:
    for each in item.session.items:
        if isinstance(each, ClaimItem) and each.path == item.path:
            yield each


def run(item: ClaimItem, names: set[str]) -> Iterator[Any]:
    from numerics import verify
    from numerics.plan import Settings

    option: Any = item.config.getoption
    settings = Settings(option("--claim-seed"), resolution=option("--claim-resolution"))
    chosen = [claim for claim in stated(item) if claim.name in names]
    return verify.verify(chosen, settings, locate=lambda _: str(item.path.resolve()))


def stated(item: ClaimItem) -> list[Any]:
    from numerics import conjecture

    return conjecture.conjectures(str(item.path))


def is_open(item: ClaimItem) -> bool:
    return any(claim.open for claim in stated(item) if claim.name == item.name)


def shown(record: Any, place: str) -> str:
    """The row of a run, without colours."""
    from rich.console import Console

    from numerics import report

    text = StringIO()
    report.show_row(
        Console(file=text, width=WIDTH, color_system=None, highlight=False, markup=False), record, place
    )
    return text.getvalue().rstrip()
