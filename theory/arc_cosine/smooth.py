r"""Dual activations of smooth functions in closed form: error function, square, random cosines.

For pre-activations of variance ``s^2`` the kernel of the derivatives of erf is a Gaussian integral,
and Price's theorem, read backwards from independence, integrates it to an arcsine:

.. math:: \operatorname{E}[\operatorname{erf} u \operatorname{erf} v]
   = \frac{2}{\pi} \arcsin \frac{2 \rho s^2}{1 + 2 s^2}.
"""

from sympy import (
    IndexedBase,
    Integral,
    Interval,
    Range,
    S,
    Sum,
    asin,
    cos,
    erf,
    exp,
    oo,
    pi,
    sqrt,
    symbols,
)

from theory import gaussian
from theory.activation import ERF, SQUARE
from theory.arc_cosine.symbols import POSITIVE, c, d, p, q, rho, s
from theory.averaging import characteristic, density, independent, odd, plain, price, quadratic, stein
from theory.calculus import integrate
from theory.claim import Claim, Source
from theory.derivation import Step
from theory.domain import vectors
from theory.induction import lemma
from theory.law import Mean
from theory.statement import equal

P, Q = gaussian.pair(rho, "u v", scale=s)
P0, Q0 = gaussian.pair(S.Zero, "u v", scale=s)
PC, QC = gaussian.pair(c, "u v", scale=s)
P1, Q1 = gaussian.single("u", s), gaussian.single("v", s)
SOURCE = Source("003", 1033, "smooth activations")


def slope(at):
    """The kernel of the derivatives of erf at a correlation."""
    return 4 / (pi * sqrt((1 + 2 * s**2) ** 2 - (2 * at * s**2) ** 2))


def arcsine(at):
    return 2 / pi * asin(2 * at * s**2 / (1 + 2 * s**2))


erf_slope = Claim(
    "dual-smooth-closed-forms.erf-derivative",
    "The hidden-layer kernel of the error function is one over a root.",
    given={rho: Interval(-1, 1), s: POSITIVE},
    states=equal(Mean(ERF.derivative(1)(P) * ERF.derivative(1)(Q)), slope(rho)),
    because=lambda: (Step(slope(rho), quadratic(P, Q)),),
    cites="williams1997computing",
)


def erf_chain() -> tuple[Step, ...]:
    grown = Integral(s**2 * Mean(ERF.derivative(1)(PC) * ERF.derivative(1)(QC)), (c, 0, rho))
    return (
        Step(Mean(erf(P0) * erf(Q0)) + grown, price(rho, at=S.Zero)),
        Step(Mean(erf(P1)) * Mean(erf(Q1)) + grown, independent(P0, Q0)),
        Step(grown, odd(P1)),
        Step(Integral(s**2 * slope(c), (c, 0, rho)), lemma(erf_slope, {rho: c})),
        Step(arcsine(rho), integrate(c, by=arcsine(c))),
    )


erf_kernel = Claim(
    "dual-smooth-closed-forms",
    "The dual activation of the error function is an arcsine.",
    given={rho: Interval(-1, 1), s: POSITIVE},
    states=equal(Mean(ERF(P) * ERF(Q)), arcsine(rho)),
    because=erf_chain,
    source=SOURCE,
    cites="williams1997computing",
    uses=("arccos-price-recursion", "dual-smooth-closed-forms.erf-derivative"),
)

p0, q0 = gaussian.pair(S.Zero, "u v")
pc, qc = gaussian.pair(c, "u v")
p1, q1 = gaussian.single("u"), gaussian.single("v")
square_slope = Claim(
    "dual-smooth-closed-forms.square-derivative",
    "The hidden-layer kernel of the square is four times the correlation.",
    given={rho: Interval(-1, 1)},
    states=equal(Mean(SQUARE.derivative(1)(p) * SQUARE.derivative(1)(q)), 4 * rho),
    because=lambda: (
        Step(Mean(4 * p0 * q0) + Integral(S(4), (c, 0, rho)), price(rho, at=S.Zero)),
        Step(4 * Mean(p1) * Mean(q1) + Integral(S(4), (c, 0, rho)), independent(p0, q0)),
        Step(Integral(S(4), (c, 0, rho)), odd(p1)),
        Step(4 * rho, integrate(c)),
    ),
    uses=("arccos-price-recursion",),
)

square_kernel = Claim(
    "dual-smooth-closed-forms.square",
    "The dual activation of the square is a parabola in the correlation.",
    given={rho: Interval(-1, 1)},
    states=equal(Mean(SQUARE(p) * SQUARE(q)), 1 + 2 * rho**2),
    because=lambda: (
        Step(Mean(p0**2 * q0**2) + Integral(Mean(4 * pc * qc), (c, 0, rho)), price(rho, at=S.Zero)),
        Step(Mean(p1**2) * Mean(q1**2) + Integral(Mean(4 * pc * qc), (c, 0, rho)), independent(p0, q0)),
        Step(Mean(q1**2) + Integral(Mean(4 * pc * qc), (c, 0, rho)), stein(p1)),
        Step(1 + Integral(Mean(4 * pc * qc), (c, 0, rho)), stein(q1)),
        Step(1 + Integral(4 * c, (c, 0, rho)), lemma(square_slope, {rho: c})),
        Step(1 + 2 * rho**2, integrate(c)),
    ),
    uses=("arccos-price-recursion", "dual-smooth-closed-forms.square-derivative"),
)

i = symbols("i", integer=True)
w, X, Y = gaussian.array("w", d), IndexedBase("x"), IndexedBase("y")
b = gaussian.uniform(S.Zero, 2 * pi)
phase = plain(b)
seen_x, seen_y = (Sum(w[i] * at[i], (i, 1, d)) for at in (X, Y))
near, far = (exp(-Sum((X[i] + sign * Y[i]) ** 2, (i, 1, d)) / 2) for sign in (-1, 1))


def cosine_chain() -> tuple[Step, ...]:
    difference, total = seen_x - seen_y, seen_x + seen_y
    both = cos(difference) / 2 + cos(total + 2 * phase) / 2
    return (
        Step(Mean(cos(difference) / 2 + cos(total + 2 * b) / 2), "products of cosines are sums of cosines"),
        Step(Integral(Mean(both) / (2 * pi), (phase, 0, 2 * pi)), density(b)),
        Step(Integral((near + cos(2 * phase) * far) / (4 * pi), (phase, 0, 2 * pi)), characteristic(w)),
        Step(near / 2, integrate(phase)),
    )


cosine = Claim(
    "dual-smooth-closed-forms.cosine",
    "Random cosines of Gaussian frequency and uniform phase average to the Gaussian kernel.",
    given={d: Range(1, oo), X: vectors(d), Y: vectors(d)},
    states=equal(Mean(cos(seen_x + b) * cos(seen_y + b)), near / 2),
    because=cosine_chain,
    cites="rahimi2007random",
)


def claims() -> tuple[Claim, ...]:
    return erf_kernel, erf_slope, square_kernel, square_slope, cosine
