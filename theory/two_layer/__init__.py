r"""The two-layer network, the tangent kernel that its gradient defines, and what that kernel is at random weights.

.. math:: f(x) = \frac{1}{\sqrt{m}} \sum_{j=1}^m a_j \, \sigma(w_j \cdot x)
"""

from theory.claim import Claim
from theory.two_layer import identity, initialisations, limits, moments, slides


def claims() -> tuple[Claim, ...]:
    """The claims of the chapter, in reading order."""
    return (
        *identity.claims(),
        *limits.claims(),
        *moments.claims(),
        *initialisations.claims(),
        *slides.claims(),
    )
