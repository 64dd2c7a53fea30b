r"""Gradient descent on a quadratic is power iteration.

With f = x^T H x / 2 a step is multiplication by a matrix, and k steps are its k-th power,

.. math:: x_k = (I - \eta H)^k x_0, \qquad v_m \cdot x_k = (1 - \eta \lambda_m)^k \, v_m \cdot x_0,

in the original basis and along each eigenvector v_m, the rows of an orthogonal matrix Q.
"""

from sympy import KroneckerDelta, Range, Sum, symbols

from theory.claim import Claim, Source
from theory.derivation import Step
from theory.induction import backwards, granted, induct
from theory.iterate import descent_entry
from theory.saddles.symbols import (
    EIGENBASIS,
    LINE,
    WITH_MATRIX,
    H,
    Q,
    begun,
    c,
    coordinate,
    d,
    eta,
    i,
    iterated,
    j,
    k,
    l,
    lamda,
    m,
    on_line,
    p,
    spectrum,
    start,
    x,
)
from theory.statement import equal
from theory.unrolling import entrywise_step, gradient, last_step, no_step, orthonormal, symmetric_entries

SOURCE = Source(
    "003",
    346,
    "Gradient Descent near a saddle-point is power iteration: f = x^T H x / 2, x_k = (I - eta H)^k x_0",
)
q, r = symbols("q r", integer=True)  # more indices
form = Sum(H[l, j] * x[l] * x[j], (l, 1, d), (j, 1, d)) / 2
by_descent = descent_entry(form, x[i], eta, start[i], k, m)
powers = by_descent.stepped(Sum((KroneckerDelta(i, j) - eta * H[i, j]) * x[j], (j, 1, d)))


def matrix_chain() -> tuple[Step, ...]:
    both = x[i] - eta * Sum((H[i, j] + H[j, i]) * x[j], (j, 1, d)) / 2
    return (
        Step(by_descent.stepped(both), gradient()),
        Step(by_descent.stepped(x[i] - eta * Sum(H[i, j] * x[j], (j, 1, d))), symmetric_entries(H, i, j)),
        Step(powers, backwards(entrywise_step(), powers)),
    )


power_iteration = Claim(
    "saddle-power-iteration",
    "Gradient descent on a quadratic multiplies by the matrix I - eta H in every step: it is power iteration.",
    given={**WITH_MATRIX, m: Range(1, d + 1)},
    states=equal(by_descent, powers),
    because=matrix_chain,
    source=SOURCE,
    cites="lee2016gradient",
)


def climb() -> tuple[Step, ...]:
    before = iterated(p, k - 1)
    along = Sum(Q[r, q] * iterated(q, k - 1), (q, 1, d))
    pull = Sum(spectrum[r] * Q[r, p] * along, (r, 1, d))
    last = (1 - eta * spectrum[m]) * coordinate(m, k - 1)
    return (
        Step(Sum(Q[m, p] * (before - eta * pull), (p, 1, d)), last_step(k)),
        Step(last, orthonormal(Q)),
        Step((1 - eta * spectrum[m]) ** k * begun(m), granted(1)),
    )


coordinates = Claim(
    "saddle-power-iteration.coordinates",
    "Each coordinate in the eigenbasis is multiplied by its own factor in every step.",
    given={**EIGENBASIS, m: Range(1, d + 1)},
    states=equal(coordinate(m), (1 - eta * spectrum[m]) ** k * begun(m)),
    because=lambda: (
        Step(
            (1 - eta * spectrum[m]) ** k * begun(m),
            induct(k, {0: (Step(begun(m), no_step()),)}, climb()),
        ),
    ),
    source=SOURCE,
    cites="lee2016gradient",
)


def line_climb() -> tuple[Step, ...]:
    return (
        Step((1 - eta * lamda) * on_line(k - 1), last_step(k)),
        Step((1 - eta * lamda) ** k * c, granted(1)),
    )


line = Claim(
    "saddle-power-iteration.line",
    "In one dimension every step multiplies by 1 - eta lambda.",
    given=LINE,
    states=equal(on_line(), (1 - eta * lamda) ** k * c),
    because=lambda: (Step((1 - eta * lamda) ** k * c, induct(k, {0: (Step(c, no_step()),)}, line_climb())),),
    source=SOURCE,
    cites="lee2016gradient",
)


def claims() -> tuple[Claim, ...]:
    return power_iteration, coordinates, line
