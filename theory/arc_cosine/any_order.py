r"""The kernel of any order, by induction.

Let ``h`` be the opening per sine, ``h(rho) = (pi - acos rho)/sqrt(1 - rho^2)``. Cho and Saul's
operator ``(-1)^n (1/sin(theta) d/dtheta)^n`` is the n-th derivative in ``rho = cos(theta)``, so

.. math:: \kappa_n = \frac{1}{2\pi} (1 - \rho^2)^{n + 1/2} h^{(n)}(\rho).

``h`` solves ``(1 - rho^2) h' - rho h = 1``. Differentiated n times, by Leibniz's rule, this is
``(1 - rho^2) h^(n+1) - (2n+1) rho h^(n) = n^2 h^(n-1)``: the right side climbs the ladder of Price's
theorem, and at ``rho = 0`` both sides obey the same recursion over two orders.
"""

from sympy import (
    Derivative,
    IndexedBase,
    Integral,
    Interval,
    Range,
    Rational,
    S,
    Sum,
    acos,
    exp,
    factorial2,
    gamma,
    oo,
    pi,
    sqrt,
    symbols,
    uppergamma,
)

from theory import gaussian
from theory.arc_cosine.hermite import ORTHOGONALITY, series, series_chain
from theory.arc_cosine.orders import order_0, order_1
from theory.arc_cosine.symbols import OPEN, c, d, n, p, q, rectified, rho, theta, z
from theory.averaging import coincide, density, independent, plain, price, square, stein, superpose
from theory.calculus import constant, gate, integrate, leibniz
from theory.claim import Claim, Source
from theory.derivation import Step
from theory.domain import data_sets, vectors
from theory.family import DerivativeFamily
from theory.induction import backwards, granted, induct, lemma
from theory.law import Mean, step
from theory.statement import at_least, equal


class h(DerivativeFamily):
    """``h(n, rho)``: the n-th derivative of (pi - acos(rho))/sqrt(1 - rho**2)."""

    @classmethod
    def explicit(cls, x):
        return (pi - acos(x)) / sqrt(1 - x**2)


def closed(order, at=rho):
    """The right side: the closed form of the kernel of an order at a correlation."""
    return (1 - at**2) ** (order + Rational(1, 2)) * h(order, at) / (2 * pi)


differential_equation = Claim(
    "arccos-order-n.differential-equation",
    "The derivatives of the opening per sine obey a recursion over three orders.",
    given={n: Range(1, oo), rho: OPEN},
    states=equal((1 - rho**2) * h(n + 1, rho) - (2 * n + 1) * rho * h(n, rho), n**2 * h(n - 1, rho)),
    because=lambda: (
        Step(
            Derivative((1 - rho**2) * h(1, rho) - rho * h(0, rho), (rho, n)) + n**2 * h(n - 1, rho),
            backwards(
                leibniz(rho),
                Derivative((1 - rho**2) * h(1, rho) - rho * h(0, rho), (rho, n)) + n**2 * h(n - 1, rho),
            ),
        ),
        Step(Derivative(S.One, (rho, n)) + n**2 * h(n - 1, rho), "the equation of first order"),
        Step(n**2 * h(n - 1, rho), constant(rho)),
    ),
)

ladder = Claim(
    "arccos-order-n.ladder",
    "The closed forms climb the ladder of Price's theorem.",
    given={n: Range(1, oo), rho: OPEN},
    states=equal(Derivative(closed(n), rho), n**2 * closed(n - 1)),
    because=lambda: (
        Step(
            (1 - rho**2) ** (n - Rational(1, 2))
            * ((1 - rho**2) * h(n + 1, rho) - (2 * n + 1) * rho * h(n, rho))
            / (2 * pi),
            "differentiate the product",
        ),
        Step(n**2 * closed(n - 1), lemma(differential_equation)),
    ),
    uses=("arccos-order-n.differential-equation",),
)


def base(order: int) -> tuple[Step, ...]:
    lower = {0: order_0, 1: order_1}[order]
    found = lower.states.sides[-1].subs(theta, acos(rho))
    return Step(found, lemma(lower, {theta: acos(rho)})), Step(closed(order), "write out h")


def climb() -> tuple[Step, ...]:
    p0, q0 = gaussian.pair(S.Zero, "u v")
    pc, qc = gaussian.pair(c, "u v")
    p1, q1 = gaussian.single("u"), gaussian.single("v")
    slope = Integral(n**2 * Mean(rectified(pc, qc, n - 1)), (c, 0, rho))
    grown = Integral(n**2 * closed(n - 1, c), (c, 0, rho))
    risen = Integral(Derivative(closed(n, c), c), (c, 0, rho))
    start = (n - 1) ** 2 * closed(n - 2, S.Zero)
    below = (n - 1) ** 2 * Mean(step(p1) * p1 ** (n - 2)) * Mean(step(q1) * q1 ** (n - 2))
    joint = (n - 1) ** 2 * Mean(rectified(p0, q0, n - 2))
    return (
        Step(Mean(rectified(p0, q0, n)) + slope, price(rho, at=S.Zero)),
        Step(Mean(step(p1) * p1**n) * Mean(step(q1) * q1**n) + slope, independent(p0, q0)),
        Step((n - 1) * Mean(step(p1) * p1 ** (n - 2)) * Mean(step(q1) * q1**n) + slope, stein(p1)),
        Step(below + slope, stein(q1)),
        Step(joint + slope, backwards(independent(p0, q0), joint + slope)),
        Step(start + slope, granted(2, {rho: S.Zero})),
        Step(start + grown, granted(1, {rho: c})),
        Step(start + risen, backwards(lemma(ladder, {rho: c}), start + risen)),
        Step(start + closed(n) - closed(n, S.Zero), integrate(c)),
        Step(closed(n), lemma(differential_equation, {n: n - 1, rho: S.Zero})),
    )


order_n = Claim(
    "arccos-order-n",
    "The arc-cosine kernel of every order, by Cho and Saul's operator.",
    given={n: Range(0, oo), rho: OPEN},
    states=equal(Mean(rectified(p, q, n)), closed(n)),
    because=lambda: (Step(closed(n), induct(n, {0: base(0), 1: base(1)}, climb())),),
    source=Source("003", 876, "These have ugly closed forms"),
    cites="cho2009kernel",
    uses=(
        "arccos-order-0",
        "arccos-order-1",
        "arccos-price-recursion",
        "arccos-order-n.differential-equation",
        "arccos-order-n.ladder",
    ),
)


def half_line_chain() -> tuple[Step, ...]:
    x = plain(z)
    half = Integral(x ** (2 * n) * exp(-(x**2) / 2) / sqrt(2 * pi), (x, 0, oo))
    whole = Integral(step(x) * x ** (2 * n) * exp(-(x**2) / 2) / sqrt(2 * pi), (x, -oo, oo))
    tail = -(2**n) * uppergamma(n + Rational(1, 2), x**2 / 2) / (2 * sqrt(pi))
    return (
        Step(whole, density(z)),
        Step(half, gate(x)),
        Step(2**n * gamma(n + Rational(1, 2)) / (2 * sqrt(pi)), integrate(x, by=tail)),
        Step(factorial2(2 * n - 1) / 2, "half-integer gamma function"),
    )


half_line = Claim(
    "arccos-order-n.half-line",
    "The even moments of one rectified Gaussian are half those of the Gaussian.",
    given={n: Range(0, oo)},
    states=equal(Mean(step(z) * z ** (2 * n)), factorial2(2 * n - 1) / 2),
    because=half_line_chain,
)

diagonal = Claim(
    "arccos-order-n.diagonal",
    "At equal inputs the kernel of order n is half a double factorial.",
    given={n: Range(0, oo)},
    states=equal(Mean(rectified(*gaussian.pair(S.One, "u v"), n)), factorial2(2 * n - 1) / 2),
    because=lambda: (
        Step(Mean(step(z) * z ** (2 * n)), coincide(*gaussian.pair(S.One, "u v"), z)),
        Step(factorial2(2 * n - 1) / 2, lemma(half_line)),
    ),
    uses=("arccos-order-n.half-line",),
)

taylor = Claim(
    "arccos-order-n.taylor",
    "Every Taylor coefficient of the kernel in the correlation is a square.",
    given={n: Range(0, oo), rho: Interval(-1, 1)},
    states=equal(Mean(rectified(p, q, n)), series(step(z) * z**n)),
    because=lambda: series_chain(step(z) * z**n),
    uses=ORTHOGONALITY,
)

size = symbols("N", integer=True, positive=True)
i, j, l = symbols("i j l", integer=True)  # noqa: E741 - indices
w, X, alpha = gaussian.array("w", d), IndexedBase("X"), IndexedBase("alpha")


def seen(row):
    """What the neuron sees of the input in a row of the data set."""
    return Sum(w[l] * X[row, l], (l, 1, d))


def superposed(row):
    return alpha[row] * step(seen(row)) * seen(row) ** n


positive = Claim(
    "arccos-order-n.psd",
    "Every arc-cosine kernel is positive semi-definite, on any finite set of inputs.",
    given={
        n: Range(0, oo),
        d: Range(1, oo),
        size: Range(1, oo),
        X: data_sets(size, d),
        alpha: vectors(size),
    },
    states=at_least(
        Sum(alpha[i] * alpha[j] * Mean(rectified(seen(i), seen(j), n)), (i, 1, size), (j, 1, size)), 0
    ),
    because=lambda: (
        Step(Mean(Sum(superposed(i), (i, 1, size)) ** 2), superpose(i, j)),
        Step(S.Zero, square(), ">="),
    ),
)


def claims() -> tuple[Claim, ...]:
    return order_n, differential_equation, ladder, half_line, diagonal, taylor, positive
