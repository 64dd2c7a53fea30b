from theory.claim import Claim
from theory.curvature import blocks, exact_law, growth, peaks, spectrum


def claims() -> tuple[Claim, ...]:
    """The claims of the chapter, in reading order."""
    return (*blocks.claims(), *spectrum.claims(), *growth.claims(), *peaks.claims(), *exact_law.claims())
