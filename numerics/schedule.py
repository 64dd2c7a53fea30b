"""A plan on the screen: what a run would look at, what it may spend, and what it would cost."""

import json
import sys

from rich.console import Console

from numerics import report, sides
from numerics.plan import Plan, Row
from theory import writing


def show(console: Console, plan: Plan) -> None:
    """A line a claim, its points below it, and the totals."""
    widest = max((len(row.claim.name) for row in plan.rows), default=0)
    for row in plan.rows:
        console.print(f"{row.claim.name:<{widest}}  {cost(row)}", soft_wrap=True, style="bold")
        report.show_details(console, row.problem or points(row), 4)
    spent = sum(row.alpha for row in plan.rows)
    console.print()
    total = f"{len(plan.rows)} claims, {report.duration(plan.seconds) or 'no time'} on one core at most"
    report.show_details(console, total, 0, "bold")
    told = f"seed {plan.settings.seed}, resolution {report.brief(plan.settings.resolution)}, "
    told += f"α to spend: {report.brief(spent)} of {report.brief(plan.settings.alpha)}. Nothing was run."
    report.show_details(console, told, 0)


def cost(row: Row) -> str:
    """Points, draws at each, share of alpha and time, of those that the claim has."""
    parts = [f"{len(row.points)} point{'s' * (len(row.points) != 1)}"]
    if row.draws:
        parts.append(f"up to {report.brief(float(row.draws))} draws each")
    if row.alpha:
        parts.append(f"α {report.brief(row.alpha)}")
    return ", ".join([*parts, *[report.duration(row.seconds)] * bool(row.seconds)])


def points(row: Row) -> str:
    return "; ".join(writing.point_phrase(point, report.tied) for point in row.points if point)


def print_lines(plan: Plan) -> None:
    """The plan as JSON Lines on stdout, one claim a line; points are exact, as text."""
    for row in plan.rows:
        told = {
            "claim": row.claim.name,
            "points": [
                {name: sides.spelled_value(value) for name, value in point.items()} for point in row.points
            ],
            "draws": row.draws,
            "alpha": row.alpha,
            "seconds": row.seconds,
            "problem": row.problem,
        }
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
