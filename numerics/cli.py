"""The command line: the commands that check, ``verify``, ``check`` and ``soundness``, and those around them.

Results go to stdout and progress to stderr. The exit status is the worst that happened: 4 an error, 1
a claim refuted, 3 one inconclusive, 0 all hold; 2 for a command that makes no sense, 130 for Ctrl-C.
Nothing heavy is imported before a command needs it: ``--help`` and ``list`` answer at once.
"""

import json
import os
import sys
from functools import partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from shutil import get_terminal_size
from textwrap import fill
from typing import Annotated, Any, NoReturn

import typer

from numerics import publishing, upkeep
from numerics.machine import collect_seldom
from numerics.upkeep import FAILED, interruptible, stop

app = typer.Typer(
    help="Executable theorems about wide neural networks: derived, certified, and attacked by experiments.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # help is plain text: it need not wait for rich
    context_settings={"help_option_names": ["-h", "--help"]},
)


def number(metavar: str, says: str, **limits: Any) -> Any:
    """An option whose default the help tells as a person writes it."""
    return typer.Option(metavar=metavar, help=says, show_default=False, **limits)


Names = Annotated[list[str] | None, typer.Argument(metavar="NAMES", help="Claims, rows, chapters; else all.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON record a line on stdout, as each claim lands.")]
Resolution = Annotated[float, number("NUMBER", "Smallest discrepancy to catch, relative to the scale: 3e-3.")]
Alpha = Annotated[float, number("RATE", "Chance that the run refutes any true claim: 1e-6.")]
Seed = Annotated[int, number("N", "Of points and draws: 0; any seed must do.", min=0)]
FILE_BUDGET, TEXT_BUDGET = 600.0, 60.0
Budget = Annotated[
    float | None, number("SECONDS", "What the experiment of one claim may take: 600; all of a text: 60.")
]
Report = Annotated[
    Path | None,
    typer.Option(metavar="FILE.html", help="Keep the run as one HTML file, a card for each claim."),
]
PlanOnly = Annotated[bool, typer.Option("--plan", help="Print points, draws and cost, and run nothing.")]


def main() -> None:
    """The console script."""
    sys.stdout.reconfigure(errors="replace")  # pyright: ignore[reportAttributeAccessIssue]
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")  # typer would search every package for them
    os.environ.setdefault("JAX_ENABLE_X64", "1")  # for us and for the worker; never at import of the library
    collect_seldom()
    app(prog_name="wideproof")


@app.command()
def verify(
    names: Names = None,
    as_json: Json = False,
    resolution: Resolution = 3e-3,
    alpha: Alpha = 1e-6,
    seed: Seed = 0,
    budget: Annotated[float, number("SECONDS", "What the experiment of one claim may take: 600.")] = 600.0,
    plan: PlanOnly = False,
    report: Report = None,
) -> None:
    """Derive, certify and test claims: the main job. A row is printed as each claim lands."""
    reject_bad_settings(resolution, alpha, budget)
    publishing.reject_unwritable(report, plan)
    with interruptible("interrupted; what landed is kept, and the next run resumes"):
        chosen(names)  # an unknown name is told before anything is started
        from numerics import pump

        with pump.early(not plan) as worker:
            from numerics import provenance, run
            from numerics.plan import Settings

            claims = [claim for claim, _ in stated(names)]
            settings = Settings(seed, alpha, resolution, budget, kept=provenance.root() / ".cache")
            finish(run.run(claims, settings, as_json, plan, worker=worker, page=publishing.page_in(report)))


@app.command()
def check(
    conjecture: Annotated[
        str,
        typer.Argument(metavar="FILE.py | TEXT", help="A Python file that states claims; or one relation."),
    ],
    over: Annotated[
        list[str] | None,
        typer.Option(metavar="RANGE", help="Of a symbol of the text: x=-1:1, x=(0:inf or n=1..10."),
    ] = None,
    as_json: Json = False,
    resolution: Resolution = 3e-3,
    alpha: Alpha = 1e-6,
    seed: Seed = 0,
    budget: Budget = None,
    plan: PlanOnly = False,
    report: Report = None,
    hypotheses: Annotated[
        bool,
        typer.Option("--without-hypotheses", help="Also without each named hypothesis: which one matters."),
    ] = False,
    control: Annotated[
        bool, typer.Option("--control", help="Also a false statement close by, where it costs another run.")
    ] = False,
) -> None:
    """The same for conjectures of your own. A file is imported: it runs with your rights. A text, such as
    "x**2 <= x", is read and never run, and checked in a process of its own."""
    is_text = not conjecture.endswith(".py") and not Path(conjecture).is_file()
    seconds = budget if budget is not None else TEXT_BUDGET if is_text else FILE_BUDGET
    reject_bad_settings(resolution, alpha, seconds)
    publishing.reject_unwritable(report, plan)
    if is_text and Path(f"{conjecture}.py").is_file():
        stop(f"{conjecture} is no formula, but {conjecture}.py is a file: ./wideproof check {conjecture}.py")
    if over and not is_text:
        stop(f"--over {over[0]}: a file states its own domains, in given; --over is for a conjecture as text")
    with interruptible("interrupted; what landed is kept, and the next run resumes"):
        from numerics import confined

        if is_text and not confined.is_confined():
            finish(confined.again(sys.argv[1:], seconds))
        from numerics.plan import Settings

        settings = Settings(seed, alpha, resolution, seconds)
        finish(
            of_text(conjecture, over or [], settings, as_json, plan, report)
            if is_text
            else of_file(conjecture, settings, as_json, plan, report, hypotheses, control)
        )


def of_file(
    conjecture: str,
    settings: Any,
    as_json: bool,
    plan: bool,
    report: Path | None,
    hypotheses: bool,
    control: bool,
) -> int:
    """The status of a run over the claims of a file."""
    from numerics import pump

    with pump.early(not plan) as worker:
        from numerics import conjecture as files
        from numerics import run

        try:
            claims = files.conjectures(conjecture)
        except files.Unreadable as error:
            stop(str(error))
        except files.Broken as error:
            stop(str(error), FAILED)
        from numerics.answers import told

        home = str(Path(conjecture).resolve())
        answer = partial(
            told.answered, settings=settings, home=home, removing=hypotheses, controlling=control
        )
        page = publishing.page_in(report)
        return run.run(claims, settings, as_json, plan, lambda claim: home, worker, page, answer)


def of_text(
    conjecture: str, over: list[str], settings: Any, as_json: bool, plan: bool, report: Path | None
) -> int:
    """The status of a run over a text, in the process that has been put under limits for it."""
    from numerics import confined

    confined.confine()
    from numerics import run, text

    try:
        claim = text.conjecture(conjecture, over)
    except text.Unreadable as error:
        stop(str(error))
    from numerics.answers import told

    answer = partial(told.answered, settings=settings, home=None)
    page = publishing.page_in(report)
    return run.run([claim], settings, as_json, plan, lambda claim: None, page=page, answer=answer)


@app.command()
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of the claim, and of the file: my-kernel.")],
    kind: Annotated[
        str, typer.Option(metavar="KIND", help="mean, identity, bound, limit, scaling or condition.")
    ] = "mean",
) -> None:
    """Write a file to begin with: a conjecture of your own, with comments, that runs as it stands."""
    from numerics import new as files

    file = files.written(name, kind, Path.cwd())
    typer.echo(f"{file.name} is written; change it, and: ./wideproof check {file.name}")


@app.command()
def soundness(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAMES", help="Claims, rows, chapters, or one FILE.py; else all."),
    ] = None,
    as_json: Json = False,
    seed: Annotated[int, number("N", "Of points, and of the share: 0; any seed must do.", min=0)] = 0,
    share: Annotated[float, number("SHARE", "Of the errors that are planted, at random: 1.")] = 1.0,
    write: Annotated[bool, typer.Option("--write", help="Keep the figures for README and pages.")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Judge anew what the kept figures list as open, and keep that.")
    ] = False,
) -> None:
    """Plant errors in claims, and count which of them are refuted: what is false must be."""
    if not 0 < share <= 1:
        stop(f"--share {share:g}: give a number above 0, up to 1, such as 0.1")
    files = [name for name in names or () if name.endswith(".py")]
    if files and len(names or ()) > 1:
        stop(f"{files[0]}: give one file, or names of the catalogue, and not both")
    if again and (write or share < 1):
        stop(
            "--again judges what is listed as open, all of it, and keeps that: give it without --write and --share"
        )
    with interruptible():
        if not files:
            chosen(names)  # an unknown name is told before anything is started
        from numerics import conjecture
        from numerics.soundness import command, table

        try:
            found, home = command.of_file(files[0]) if files else ([c for c, _ in stated(names)], None)
        except conjecture.Unreadable as error:
            stop(str(error))
        except conjecture.Broken as error:
            stop(str(error), FAILED)
        kept = whole_chapters(names) if write or again else None
        try:
            finish(command.run(found, home, as_json, seed, share, kept, again))
        except table.Missing as missing:
            stop(str(missing))


def whole_chapters(names: list[str] | None) -> dict[str, set[str]]:
    """The chapters that names choose, each with the names of its claims; stops at any other name."""
    from numerics import index

    members: dict[str, set[str]] = {}
    for entry in index.entries():
        members.setdefault(entry["chapter"], set()).add(entry["claim"])
    for name in names or ():
        if name not in members:
            stop(
                f"--write keeps the figures of whole chapters, and {name} is none; give {', '.join(members)}"
            )
    return {chapter: members[chapter] for chapter in names or members}


def finish(status: int) -> NoReturn:
    raise typer.Exit(status)


def reject_bad_settings(resolution: float, alpha: float, budget: float) -> None:
    if not resolution > 0:
        stop(f"--resolution {resolution:g}: give a positive number, such as 3e-3")
    if not 0 < alpha < 1:
        stop(f"--alpha {alpha:g}: give a probability between 0 and 1, such as 1e-6")
    if not budget > 0:
        stop(f"--budget {budget:g}: give a positive number of seconds")


def chosen(names: list[str] | None) -> list[dict[str, Any]]:
    from numerics import index

    try:
        return index.chosen(names or [])
    except index.UnknownClaim as error:
        stop(str(error))


def stated(names: list[str] | None) -> list[tuple[Any, str]]:
    """The claims that names choose, each with the heading of its chapter."""
    entries = chosen(names)
    from theory import catalogue

    try:
        return [(catalogue.within(entry["chapter"], entry["claim"]), entry["heading"]) for entry in entries]
    except LookupError as error:
        stop(f"{error}; the list is older than the catalogue: run python -m numerics index", FAILED)


@app.command("list")
def list_claims(names: Names = None, as_json: Json = False) -> None:
    """Every claim in one line, by chapter, in reading order."""
    found = chosen(names)
    if as_json:
        for entry in found:
            typer.echo(json.dumps(entry, ensure_ascii=False))
        return
    shown = {entry["claim"] for entry in found}
    labels = {claim: f"  {fact_name(claim, shown)}" for claim in shown}
    column = min(max(map(len, labels.values()), default=0), 28) + 2
    for place, (heading, group) in enumerate(groupby(found, key=itemgetter("heading"))):
        typer.secho("\n" * bool(place) + heading, bold=True)
        for entry in group:
            typer.echo(line(labels[entry["claim"]], entry["title"], column))


def fact_name(claim: str, shown: set[str]) -> str:
    """A fact below its row by its suffix alone, as in ``.rate``."""
    row, dot, fact = claim.partition(".")
    return f"  .{fact}" if dot and row in shown else claim


def line(name: str, title: str, column: int) -> str:
    """Name and title on one line if they fit, the title beside its column else."""
    width = min(get_terminal_size().columns, 100)
    first = name.ljust(column)
    if len(first) > column or not first.endswith(" "):
        return f"{first}\n" + fill(title, width, initial_indent=" " * column, subsequent_indent=" " * column)
    return fill(first + title, width, subsequent_indent=" " * column, drop_whitespace=True)


@app.command()
def show(
    names: Annotated[list[str], typer.Argument(metavar="NAME", help="A claim, or a row with its facts.")],
) -> None:
    """A claim with its hypotheses, its derivation re-checked link by link, and its evidence."""
    with interruptible():
        pairs = stated(names)
        from numerics import page

        page.show_all(pairs)


app.command()(publishing.cite)
app.command()(upkeep.index)
app.command(context_settings=upkeep.PASSED_ON)(upkeep.docs)
app.command(context_settings=upkeep.PASSED_ON)(upkeep.test)
