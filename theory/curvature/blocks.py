r"""The second derivatives of the network in its weights: one block a neuron, and nothing between neurons.

.. math:: \partial_{a_p} \partial_{W_{ql}} f = \frac{\delta_{pq}}{\sqrt m} \sigma'(w_p \cdot x) \, x_l, \qquad
   \partial_{W_{pr}} \partial_{W_{ql}} f = \frac{\delta_{pq}}{\sqrt m} a_p \sigma''(w_p \cdot x) \, x_r x_l.
"""

from sympy import Derivative, Expr, KroneckerDelta, S, sqrt

from theory.calculus import collapse
from theory.claim import Claim, Source
from theory.curvature.network import (
    COORDINATES,
    NETWORKS,
    NEURONS,
    W,
    a,
    bend,
    l,
    m,
    network,
    p,
    q,
    r,
    seen,
    slope,
    x,
)
from theory.derivation import Step
from theory.statement import equal

SOURCE = Source(
    "003",
    963,
    "nabla^2_{w_j} f = (1/sqrt(m)) a_j sigma''(w_j^T x) x x^T and nabla^2_{a_j,w_j} f = (1/sqrt(m)) sigma'(w_j^T x) x",
)
same = KroneckerDelta(p, q)


def block(fact: str, title: str, first: Expr, second: Expr, value: Expr, given: dict) -> Claim:
    """The second derivative in two weights, of the same neuron or of two."""
    return Claim(
        f"hessian-blocks{fact}",
        title,
        given=NETWORKS | given,
        states=equal(Derivative(network(), first, second), value),
        because=lambda: (
            (
                Step(network().diff(first, second), "differentiate"),
                Step(value, collapse()),
            )
            if value
            else (Step(value, "the network is linear in its output weights"),)
        ),
        source=SOURCE,
        cites="liu2020linearity",
    )


hidden = block(
    "",
    "In the hidden weights the Hessian has one block a neuron, with sigma'', and none between two neurons.",
    W[p, r],
    W[q, l],
    same * a[p] * bend(seen(p)) * x[r] * x[l] / sqrt(m),
    {p: NEURONS, q: NEURONS, r: COORDINATES, l: COORDINATES},
)
mixed = block(
    ".mixed",
    "A neuron's output weight and its hidden weights are coupled by sigma'; those of two neurons are not.",
    a[p],
    W[q, l],
    same * slope(seen(p)) * x[l] / sqrt(m),
    {p: NEURONS, q: NEURONS, l: COORDINATES},
)
output = block(
    ".output",
    "In the output weights the network is linear, so that there is no curvature.",
    a[p],
    a[q],
    S.Zero,
    {p: NEURONS, q: NEURONS},
)


def claims() -> tuple[Claim, ...]:
    return hidden, mixed, output
