"""A plan on the screen: what a run would look at, what it may spend, and what it would cost."""

import json
import sys
from collections.abc import Container

from rich.console import Console

from numerics import report, sides
from numerics.plan import Plan, Row
from theory import writing


def show(console: Console, plan: Plan, tested: Container[str]) -> None:
    """A line a claim, the points of its experiment below it, and the totals."""
    widest = max((len(row.claim.name) for row in plan.rows), default=0)
    looks = [row for row in plan.rows if row.claim.name in tested]
    for row in plan.rows:
        told = cost(row) if row in looks else "no experiment"
        console.print(
            f"{row.claim.name:<{widest}}  {told}", soft_wrap=True, style="bold" if row in looks else ""
        )
        if row in looks:
            report.show_details(console, row.problem or points(row), 4)
    seconds, spent = (
        sum(values) for values in ((row.seconds for row in looks), (row.alpha for row in looks))
    )
    console.print()
    count = f"{len(looks)} experiment{'s' * (len(looks) != 1)}"
    total = f"{len(plan.rows)} claims, {count}, {report.duration(seconds) or 'no time'} on one core at most"
    report.show_details(console, total, 0, "bold")
    told = f"seed {plan.settings.seed}, resolution {report.brief(plan.settings.resolution)}, "
    told += f"α to spend: {report.brief(spent)} of {report.brief(plan.settings.alpha)}. Nothing was run."
    report.show_details(console, told, 0)


def cost(row: Row) -> str:
    """Points, draws at each, share of alpha and time, of those that the claim has."""
    if row.problem:
        return "no points"
    parts = [f"{len(row.points)} point{'s' * (len(row.points) != 1)}"]
    if row.draws:
        parts.append(f"up to {report.brief(float(row.draws))} draws each")
    if row.alpha:
        parts.append(f"α {report.brief(row.alpha)}")
    return ", ".join([*parts, *[report.duration(row.seconds)] * bool(row.seconds)])


def points(row: Row) -> str:
    return "; ".join(writing.point_phrase(point, report.tied) for point in row.points if point)


def print_lines(plan: Plan, tested: Container[str]) -> None:
    """The plan as JSON Lines on stdout, one claim a line; points are exact, as text."""
    for row in plan.rows:
        looks = row.claim.name in tested and not row.problem
        told = {
            "claim": row.claim.name,
            "experiment": row.claim.name in tested,
            "points": [
                {name: sides.spelled_value(value) for name, value in point.items()}
                for point in (row.points if looks else ())
            ],
            "draws": row.draws if looks else 0,
            "alpha": row.alpha if looks else 0.0,
            "seconds": row.seconds if looks else 0.0,
            "problem": row.problem if row.claim.name in tested else "",
        }
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
