"""The command ``soundness``: mutants of claims of the catalogue or of a file, their fates, the figures."""

import json
import sys
from collections.abc import Container, Mapping
from pathlib import Path

from numerics import report
from numerics.run import progressing
from numerics.soundness import running, table
from numerics.soundness.running import Fate
from theory.claim import Claim


def run(
    claims: list[Claim],
    home: str | None,
    as_json: bool,
    seed: int,
    share: float,
    kept: Mapping[str, Container[str]] | None = None,
    again: bool = False,
) -> int:
    """Prints what became of the mutants; 0 if every false one was killed and no true one, 1 otherwise.

    ``kept`` are the chapters whose figures are to be kept for README and pages, each with its claims' names. With
    ``again`` only what these list as open is judged. Raises ``table.Missing`` where nothing fitting is kept.
    """
    fates: list[Fate] = []
    only = (
        {name: at for chapter in kept or {} for name, at in table.left_open(chapter).items()}
        if again
        else None
    )
    claims = [claim for claim in claims if only is None or claim.name in only]
    screen = report.screen(stderr=as_json)
    with progressing(report.screen(stderr=True), len(claims)) as (progress, _):
        for fate in running.run(claims, home, seed, share, progress, only):
            fates.append(fate)
            if as_json:
                sys.stdout.write(json.dumps(fate._asdict(), ensure_ascii=False) + "\n")
    for chapter, members in (kept or {}).items():
        mine = [fate for fate in fates if fate.claim in members]
        if again:
            table.write_again(chapter, mine, f"./wideproof soundness {chapter} --again")
        else:
            table.write(chapter, mine, " ".join(["./wideproof soundness", chapter, *options(seed, share)]))
    for fate in table.remarkable(fates) if not as_json else ():
        mark = "survives" if fate.survives else "CONTRADICTION" if fate.contradicts else fate.sorted
        screen.print(f"{mark}: {fate.claim}: {fate.part}, {fate.what}", markup=False, highlight=False)
        screen.print(
            f"    {fate.reason}; the engine: {fate.ended}, {fate.witness}", markup=False, highlight=False
        )
    figures = table.record(fates)
    if as_json:
        sys.stdout.write(json.dumps(figures) + "\n")
    else:
        screen.print(summary(figures), markup=False, highlight=False)
    return 1 if any(fate.survives or fate.contradicts for fate in fates) else 0


def summary(figures: dict) -> str:
    rest = ", ".join(f"{figures[name]} {name}" for name in table.CLASSES)
    return f"{figures['planted']} planted, {figures['false']} false, {figures['killed']} killed; {rest}"


def of_file(file: str) -> tuple[list[Claim], str]:
    from numerics import conjecture

    return conjecture.conjectures(file), str(Path(file).resolve())


def options(seed: int, share: float) -> list[str]:
    """The options of a run, as one writes them."""
    return [*([f"--share {share:g}"] if share < 1 else []), *([f"--seed {seed}"] if seed else [])]
