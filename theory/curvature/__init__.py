r"""The Hessian of a two-layer network in its weights: of order 1/sqrt(m), and its fine print.

.. math:: f = \frac{1}{\sqrt m} \sum_{j=1}^m a_j \, \sigma(w_j \cdot x), \qquad s = \|x\|, \quad z_j = w_j \cdot x.

Neurons share no weight, so that the Hessian is block-diagonal, and each block acts in one plane. So everything
follows from one value a neuron, ``(|a sigma''(z)| s^2 + sqrt(a^2 sigma''(z)^2 s^4 + 4 sigma'(z)^2 s^2)) / 2``: the norm
is the largest of them, and its law a power. Bounded output weights give a constant over sqrt(m), Gaussian ones
cost a factor sqrt(log m), the Frobenius norm does not fall at all, and a rectifier hides what its kinks do.
"""

from theory.claim import Claim
from theory.curvature import blocks, exact_law, frobenius, gaps, growth, peaks, rectifier, spectrum


def claims() -> tuple[Claim, ...]:
    """The claims of the chapter, in reading order: a row's first fact is the row."""
    return (
        *blocks.claims(),
        *spectrum.claims(),
        *growth.claims(),
        *peaks.claims(),
        *gaps.claims(),
        *exact_law.claims(),
        *frobenius.claims(),
        *rectifier.claims(),
    )
