"""Whether the same statement was run before with other seeds: a seed that was picked is no evidence.

Every record keeps the looks that were ever taken at its claim, with the fingerprint of the statement that they were
taken at. Each look spends its own share of alpha.
"""

from collections import Counter

from numerics.record import Record
from theory.claim import Claim

SHOWN = 6  # seeds


def told(claim: Claim, record: Record) -> str:
    """A line about the other seeds; empty if there are none."""
    own = set(record.seeds)
    others = {
        (look["seed"], look["verdict"])
        for look in record.looks
        if look.get("stated") == claim.digest and look["seed"] not in own
    }
    if not others:
        return ""
    seeds = sorted({seed for seed, _ in others})
    counts = ", ".join(f"{count} {word}" for word, count in Counter(word for _, word in others).items())
    listed = ", ".join(map(str, seeds[:SHOWN])) + (", ..." if len(seeds) > SHOWN else "")
    disagree = " SEEDS DISAGREE." if {word for _, word in others} != {record.verdict} else ""
    many = f"{len(seeds)} other seed{'s' * (len(seeds) > 1)} ({listed})"
    return (
        f"run before with {many}: {counts}.{disagree} "
        f"Each look spends its own alpha: {len(seeds) + len(own)} times what is printed"
    )
