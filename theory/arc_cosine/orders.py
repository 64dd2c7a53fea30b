r"""The kernels of order 0, 1 and 2 from the Gaussian integral, by polar coordinates.

With ``u = r cos t`` and ``v = r cos(t - theta)`` the radius factors out, and both gates are open on
the arc from ``theta - pi/2`` to ``pi/2``:

.. math:: \kappa_n = \frac{2^n n!}{2\pi} \int_{\theta - \pi/2}^{\pi/2} (\cos t \cos(t - \theta))^n \, dt.
"""

from functools import partial

from sympy import (
    IndexedBase,
    Integral,
    Interval,
    Range,
    Rational,
    Sum,
    acos,
    asin,
    cos,
    exp,
    expand,
    factorial,
    oo,
    pi,
    sin,
    sqrt,
    symbols,
)
from sympy.simplify.fu import TR8

from theory import gaussian
from theory.arc_cosine.symbols import ANGLES, POSITIVE, d, p, q, r, rectified, rho, t, theta, u, v
from theory.averaging import plane, polar
from theory.calculus import integrate
from theory.claim import Claim, Source
from theory.derivation import Step
from theory.domain import unit_vectors
from theory.induction import lemma
from theory.law import Mean
from theory.statement import equal

OPENING = pi - theta
TIDY = {
    0: OPENING,
    1: sin(theta) + OPENING * cos(theta),
    2: 3 * sin(theta) * cos(theta) + OPENING * (1 + 2 * cos(theta) ** 2),
    4: 40 * sin(2 * theta)
    + 25 * sin(4 * theta) / 4
    + OPENING * (9 + 72 * cos(theta) ** 2 + 24 * cos(theta) ** 4),
}
TITLES = {
    0: "Both of two neurons' gates are open with a probability that is linear in the angle.",
    1: "The output-layer kernel of rectified neurons depends on the inputs through their angle alone.",
    2: "The second moment of a pair of rectified neurons, which sets the noise of every finite network.",
    4: "The second moment of the kernel of order 2, which sets the width of its own experiment.",
}
LINES = {
    0: Source("003", 872, "K_1 = s_a^2 E_w[sigma'(w^T x) sigma'(w^T x') x^T x']"),
    1: Source("003", 874, "K_2 = s_w^2 E_w[sigma(w^T x) sigma(w^T x')]"),
    2: Source("003", 876, "These have ugly closed forms"),
    4: None,
}


def kappa(order: int, name: str | None = None) -> Claim:
    """The arc-cosine kernel of a concrete order, in closed form."""
    return Claim(
        name or f"arccos-order-{order}",
        TITLES[order],
        given={theta: ANGLES},
        states=equal(Mean(rectified(u, v, order)), TIDY[order] / (2 * pi)),
        because=partial(polar_chain, order),
        source=LINES[order],
        cites="cho2009kernel",
    )


def polar_chain(order: int) -> tuple[Step, ...]:
    wedge = Integral((cos(t) * cos(t - theta)) ** order, (t, theta - pi / 2, pi / 2))
    sums = Integral(expand(TR8(expand(TR8((cos(t) * cos(t - theta)) ** order)))), (t, theta - pi / 2, pi / 2))
    radius = Integral(r ** (2 * order + 1) * exp(-(r**2) / 2), (r, 0, oo))
    front = 2**order * factorial(order) / (2 * pi)
    lines = [Step(radius * wedge / (2 * pi), polar(u, v, to=(r, t))), Step(front * wedge, integrate(r))]
    if order > 0:
        lines.append(Step(front * sums, "products of cosines are sums of cosines"))
    if order in TURNED:
        lines.append(Step(front * TURNED[order], integrate(t)))
    reason = "multiple angles" if order in TURNED else integrate(t)
    return (*lines, Step(TIDY[order] / (2 * pi), reason))


TURNED = {
    2: OPENING * (2 + cos(2 * theta)) / 8 + 3 * sin(2 * theta) / 16,
    4: OPENING * (18 + 16 * cos(2 * theta) + cos(4 * theta)) / 128
    + 5 * (32 * sin(2 * theta) + 5 * sin(4 * theta)) / 1536,
}
order_0, order_1, order_2 = orders = tuple(kappa(order) for order in (0, 1, 2))
second_moment = kappa(4, "arccos-order-2.second-moment")

# The same kernels as functions of the correlation, and of two inputs in any dimension.

a, b = symbols("a b", positive=True)
i = symbols("i", integer=True)
w, X, Y = gaussian.array("w", d), IndexedBase("x"), IndexedBase("y")
seen_x, seen_y, inner = (Sum(term, (i, 1, d)) for term in (w[i] * X[i], w[i] * Y[i], X[i] * Y[i]))

BY_CORRELATION = {
    0: Rational(1, 4) + asin(rho) / (2 * pi),
    1: sqrt(1 - rho**2) / (2 * pi) + rho * (Rational(1, 4) + asin(rho) / (2 * pi)),
    2: 3 * rho * sqrt(1 - rho**2) / (2 * pi) + (1 + 2 * rho**2) * (Rational(1, 4) + asin(rho) / (2 * pi)),
}


def by_correlation(order: int) -> Claim:
    """The same kernel as a function of the inputs' inner product, end points included."""
    through = (TIDY[order] / (2 * pi)).subs(theta, acos(rho))
    return Claim(
        f"arccos-order-{order}.correlation",
        f"The arc-cosine kernel of order {order} as a function of the correlation.",
        given={rho: Interval(-1, 1)},
        states=equal(Mean(rectified(p, q, order)), BY_CORRELATION[order]),
        because=lambda: (
            Step(through, lemma(orders[order], {theta: acos(rho)})),
            Step(BY_CORRELATION[order], "arccos = π/2 − arcsin"),
        ),
        uses=(f"arccos-order-{order}",),
    )


def of_inputs(order: int) -> Claim:
    """The same kernel for two inputs of any norm in any dimension, seen by a Gaussian neuron."""
    pair = gaussian.pair(inner)
    value = (a * b) ** order * (TIDY[order] / (2 * pi)).subs(theta, acos(inner))
    return Claim(
        f"arccos-order-{order}.inputs",
        f"Two inputs a x and b y enter the kernel of order {order} by their norms' product and their angle.",
        given={d: Range(1, oo), X: unit_vectors(d), Y: unit_vectors(d), a: POSITIVE, b: POSITIVE},
        states=equal(Mean(rectified(a * seen_x, b * seen_y, order)), value),
        because=lambda: (
            Step(
                (a * b) ** order * Mean(rectified(seen_x, seen_y, order)),
                "norms are positive, and factor out",
            )
            if order
            else Step(Mean(rectified(*pair, 0)), plane(w, pair)),
            *((Step((a * b) ** order * Mean(rectified(*pair, order)), plane(w, pair)),) if order else ()),
            Step(value, lemma(orders[order], {theta: acos(inner)})),
        ),
        uses=(f"arccos-order-{order}",),
    )


correlations = tuple(by_correlation(order) for order in (0, 1, 2))
inputs = tuple(of_inputs(order) for order in (0, 1, 2))


def claims() -> tuple[Claim, ...]:
    rows = zip(orders, correlations, inputs, strict=True)
    return (*(claim for row in rows for claim in row), second_moment)
