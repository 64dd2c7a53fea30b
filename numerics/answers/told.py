"""All that is told of a conjecture beside its verdict: the notes of this folder, added to its record.

They are made from the record, from the claim and, where that is free, from exact arithmetic. Nothing is
drawn for them, but where hypotheses are removed, which is done on request, and for a claim whose budget ended: its
guidance takes a pilot and looks at the clock.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace

from numerics.answers import controls, exponents, guidance, hypotheses, largest, seeds, sharpness, triviality
from numerics.landing import RESUMED
from numerics.plan import Settings
from numerics.record import Record
from theory.claim import Claim


def answered(
    claim: Claim,
    record: Record,
    settings: Settings,
    home: str | None,
    removing: bool = False,
    controlling: bool = False,
) -> Record:
    """The record with what is told beside its verdict among its notes. The verdict is what it was.

    One that was found again has them already.
    """
    if RESUMED in record.notes and not (removing or controlling):
        return record
    notes = tuple(lines(claim, record, settings, home, removing, controlling))
    return replace(record, notes=tuple(dict.fromkeys((*record.notes, *notes))))


def lines(
    claim: Claim, record: Record, settings: Settings, home: str | None, removing: bool, controlling: bool
) -> Iterator[str]:
    seed = settings.seed
    holds_at_all = record.verdict in sharpness.HOLDS
    sharpest = None
    if holds_at_all and sharpness.is_bound(claim):
        with suppress(Exception):  # told as nothing: the bound holds whether or not its least slack is known
            sharpest = sharpness.least(claim, seed)
    looks: tuple[Callable[[], str | list[str]], ...] = (
        lambda: triviality.told(claim),
        lambda: largest.told(claim, record),
        lambda: sharpness.told(claim, record, sharpest),
        lambda: exponents.told(claim, record, seed),
        lambda: controls.told(claim, record, seed, sharpest),
        lambda: controls.of_experiment(claim, settings, home) if controlling and holds_at_all else "",
        lambda: seeds.told(claim, record),
        lambda: guidance.told(claim, record, settings, home),
        lambda: hypotheses.told(claim, settings, home) if removing else "",
    )
    for look in looks:
        said = attempted(look)
        yield from filter(None, [said] if isinstance(said, str) else said)


def attempted(look: Callable[[], str | list[str]]) -> str | list[str]:
    """What a look says; what it raises is told in its place, since a verdict stands without it."""
    try:
        return look()
    except Exception as error:
        return f"no more is told: {type(error).__name__}: {error}"
