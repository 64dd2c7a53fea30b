"""A file of one's own to begin with: a conjecture of a kind that runs as it stands, with comments."""

from pathlib import Path

from numerics.upkeep import stop

TEMPLATES = Path(__file__).with_name("templates")
NAME, VARIABLE, FILE = "my-claim", "my_claim", "check FILE"


def kinds() -> list[str]:
    return sorted(path.stem for path in TEMPLATES.glob("*.py"))


def written(name: str, kind: str, into: Path) -> Path:
    """Writes the template of a kind under a name, into a folder; the file. Stops where that makes no sense."""
    from theory.claim import NAME as ALLOWED  # SymPy, which only this command's success needs

    if kind not in kinds():
        stop(f"--kind {kind}: there are {', '.join(kinds())}")
    if not ALLOWED.fullmatch(name) or "." in name:
        stop(f"{name!r} is no name of a claim: write small words with dashes, as in my-kernel")
    file = into / f"{name.replace('-', '_')}.py"
    text = (TEMPLATES / f"{kind}.py").read_text("utf-8")
    text = text.replace(NAME, name).replace(VARIABLE, variable(name)).replace(FILE, f"check {file.name}")
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write(text)
    except FileExistsError:
        stop(f"{file.name} exists already; take another name")
    except OSError as error:
        stop(f"{file.name} cannot be written: {error.strerror}")
    return file


def variable(name: str) -> str:
    """The Python name of a claim; a number in front is no name there."""
    plain = name.replace("-", "_")
    return plain if plain.isidentifier() else f"claim_{plain}"
