from theory.claim import Claim
from theory.curvature import blocks, spectrum


def claims() -> tuple[Claim, ...]:
    """The claims of the chapter, in reading order."""
    return (*blocks.claims(), *spectrum.claims())
