"""Where a claim's experiment is attached, and the digest of all that its verdict depends on."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from numerics import provenance
from numerics.plan import Row, Settings
from numerics.provenance import THEORY, theory_sources
from theory.claim import Claim

ENGINE = ("numerics.verify", "numerics.perform")


def home_of(claim: Claim) -> str | None:
    """Where a claim's experiment is attached: its chapter's module, or the file that states it."""
    file = Path(claim.at[0])
    if file.is_relative_to(THEORY):
        chapter = f"numerics.experiments.{file.relative_to(THEORY).parts[0].removesuffix('.py')}"
        return chapter if has_module(chapter) else None
    return str(file) if file.is_file() else None


@cache
def has_module(name: str) -> bool:
    path = Path(__file__).parent.joinpath(*name.split(".")[1:])
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def digest_of(row: Row, settings: Settings, home: str | None) -> str:
    """Of all that a verdict depends on: what is stated, what proves it, what observes it, the settings."""
    claim = row.claim
    slip = claim.slip.digest if claim.slip else ""
    flags = [claim.open, list(claim.uses), sorted(map(str, (claim.refuted_at or {}).items()))]
    return provenance.digest(
        statement=claim.digest,
        experiment=home or "",
        modules=sources(home),
        seed=settings.seed,
        alpha=row.alpha,
        resolution=settings.resolution,
        derivation=theory_sources(claim.at[0]),
        slip=slip,
        flags=flags,
        flint=find_spec("flint") is not None,
    )


@cache
def sources(home: str | None) -> str:
    """The engine, and the experiment's file with all that it imports from here."""
    experiment = [] if home is None else [Path(home)] if home.endswith(".py") else [home]
    return provenance.module_digest([*ENGINE, *experiment])
