"""What is recorded of a claim: by a run whose record is committed, else by one on this machine.

A record is shown only if it speaks of the statement as it stands; one of an earlier form is told of
and not shown. A damaged record that is committed is a fault of the project, and the build says so.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

from sphinx.util import logging

from numerics.evidence import Store
from numerics.index import COMMITTED
from numerics.record import Record
from theory.claim import Claim
from theory.printing import latex

logger = logging.getLogger(__name__)


class Standing(NamedTuple):
    """A record and the kind of run that made it; ``missing`` says why there is none."""

    record: Record | None
    run: str
    missing: str


@cache
def standing(claim: Claim) -> Standing:
    """The record of a claim, or an honest reason for its absence."""
    missing = "No experiment is recorded in this build."
    for store, run in (
        (committed(), "a recorded run"),
        (local(), "a run on the machine that built this page"),
    ):
        record = store.read(claim.name)
        if record and record.statement == claim.states.latex(latex):
            return Standing(record, run, "")
        if record:
            missing = f"What is recorded ({record.time[:10]}) speaks of an earlier form of the statement."
    return Standing(None, "", missing)


@cache
def committed() -> Store:
    return Store(COMMITTED, notice=logger.warning)


@cache
def local() -> Store:
    return Store(notice=logger.info)


def files() -> list[Path]:
    """The records that pages depend on."""
    return [file for store in (committed(), local()) for file in sorted(store.path.glob("*.json"))]
