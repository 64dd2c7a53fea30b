r"""Saddles: what gradient descent does near one.

On a quadratic f = x^T H x / 2 descent is power iteration with the matrix I - eta H, so that everything is
said by the factors 1 - eta lambda of its eigenvectors: which starts converge, in which direction the others
leave, how long that takes. In continuous time the same happens along a flow.
"""

from theory.claim import Claim
from theory.saddles import alignment, convergence, escape, gradient_flow, measure_zero, power_iteration


def claims() -> tuple[Claim, ...]:
    """The claims of the chapter, in reading order."""
    return (
        *power_iteration.claims(),
        *convergence.claims(),
        *measure_zero.claims(),
        *alignment.claims(),
        *escape.claims(),
        *gradient_flow.claims(),
    )
