r"""Hermite polynomials diagonalise every Gaussian mean of a product.

With ``He_k`` the probabilists' polynomials, orthogonal for N(0, 1),

.. math:: \operatorname{E}[\sigma(u)\sigma(v)] = \sum_k \hat h_k^2 \rho^k,
   \qquad \hat h_k = \operatorname{E}[\sigma(z) \mathrm{He}_k(z)] / \sqrt{k!},

for every sigma in L2 of the Gaussian: the Taylor coefficients of a dual activation are squares.
"""

from sympy import (
    Expr,
    Integral,
    Interval,
    Range,
    Rational,
    S,
    Sum,
    exp,
    factorial,
    oo,
    pi,
    sqrt,
    symbols,
)

from theory import gaussian
from theory.activation import COSINE, ERF, RELU, SQUARE, STEP, TANH, Unknown
from theory.arc_cosine.symbols import c, k, p, q, rho, z
from theory.averaging import density, hermite, independent, marginal, orthogonal, plain, price
from theory.calculus import gate, integrate
from theory.claim import Claim, Source
from theory.derivation import Step
from theory.domain import activations
from theory.family import He
from theory.induction import granted, induct, lemma
from theory.law import Mean, step
from theory.statement import equal

j = symbols("j", integer=True, nonnegative=True)
l = symbols("l", integer=True, positive=True)  # noqa: E741 - a lag
ORTHOGONALITY = ("dual-hermite-taylor.equal-degrees", "dual-hermite-taylor.different-degrees")
x = plain(z)
phi = exp(-(x**2) / 2) / sqrt(2 * pi)
p0, q0 = gaussian.pair(S.Zero, "u v")
pc, qc = gaussian.pair(c, "u v")
p1, q1 = gaussian.single("u"), gaussian.single("v")


def coefficient(body: Expr, degree=k) -> Expr:
    """sqrt(k!) times the Hermite coefficient of a function of z."""
    return Mean(body * He(degree, z))


def series(body: Expr) -> Expr:
    """The Taylor series in the correlation of the mean of ``body`` at both variates."""
    return Sum(coefficient(body) ** 2 * rho**k / factorial(k), (k, 0, oo))


def series_chain(body: Expr) -> tuple[Step, ...]:
    both = coefficient(body, j) * coefficient(body, k) / (factorial(j) * factorial(k))
    double = Sum(both * Mean(He(j, p) * He(k, q)), (j, 0, oo), (k, 0, oo))
    return (
        Step(double, hermite(p, q, (j, k), z)),
        Step(series(body), orthogonal(equal_degrees, different_degrees)),
    )


vanishing = Claim(
    "dual-hermite-taylor.vanishing-means",
    "Every Hermite polynomial but the first has mean zero.",
    given={k: Range(1, oo)},
    states=equal(Mean(He(k, z)), 0),
    because=lambda: (
        Step(Integral(He(k, x) * phi, (x, -oo, oo)), density(z)),
        Step(S.Zero, integrate(x, by=-He(k - 1, x) * phi)),
    ),
)


def equal_climb() -> tuple[Step, ...]:
    slope = Integral(k**2 * Mean(He(k - 1, pc) * He(k - 1, qc)), (c, 0, rho))
    grown = Integral(k**2 * factorial(k - 1) * c ** (k - 1), (c, 0, rho))
    return (
        Step(Mean(He(k, p0) * He(k, q0)) + slope, price(rho, at=S.Zero)),
        Step(Mean(He(k, p1)) * Mean(He(k, q1)) + slope, independent(p0, q0)),
        Step(slope, lemma(named(vanishing, p1))),
        Step(grown, granted(1, {rho: c})),
        Step(k * factorial(k - 1) * rho**k, integrate(c, by=k * factorial(k - 1) * c**k)),
        Step(factorial(k) * rho**k, "k (k-1)! = k!"),
    )


def named(claim: Claim, variate) -> Claim:
    """The same claim about a Gaussian of another name."""
    left = claim.states.left.func(claim.states.left.body.xreplace({z: variate}))
    return Claim(claim.name, claim.title, given=dict(claim.given), states=equal(left, claim.states.sides[-1]))


equal_degrees = Claim(
    ORTHOGONALITY[0],
    "Hermite polynomials of one degree in both variates have mean k! rho^k.",
    given={k: Range(0, oo), rho: Interval(-1, 1)},
    states=equal(Mean(He(k, p) * He(k, q)), factorial(k) * rho**k),
    because=lambda: (
        Step(factorial(k) * rho**k, induct(k, {0: (Step(S.One, "the mean of one"),)}, equal_climb())),
    ),
    uses=("arccos-price-recursion", "dual-hermite-taylor.vanishing-means"),
)


def different_climb() -> tuple[Step, ...]:
    slope = Integral(k * (k + l) * Mean(He(k + l - 1, pc) * He(k - 1, qc)), (c, 0, rho))
    return (
        Step(Mean(He(k + l, p0) * He(k, q0)) + slope, price(rho, at=S.Zero)),
        Step(Mean(He(k + l, p1)) * Mean(He(k, q1)) + slope, independent(p0, q0)),
        Step(slope, lemma(named(vanishing, q1))),
        Step(S.Zero, granted(1, {rho: c})),
    )


different_degrees = Claim(
    ORTHOGONALITY[1],
    "Hermite polynomials of different degrees are orthogonal at every correlation.",
    given={k: Range(0, oo), l: Range(1, oo), rho: Interval(-1, 1)},
    states=equal(Mean(He(k + l, p) * He(k, q)), 0),
    because=lambda: (
        Step(
            S.Zero,
            induct(
                k,
                {
                    0: (
                        Step(Mean(He(l, p1)), marginal(p, p1)),
                        Step(S.Zero, lemma(named(vanishing, p1), {k: l})),
                    )
                },
                different_climb(),
            ),
        ),
    ),
    uses=("arccos-price-recursion", "dual-hermite-taylor.vanishing-means"),
)

sigma = Unknown("sigma")
taylor = Claim(
    "dual-hermite-taylor",
    "A dual activation is a power series in the correlation whose coefficients are squares.",
    given={rho: Interval(-1, 1), sigma: activations(RELU, ERF, STEP, TANH, COSINE, SQUARE)},
    states=equal(Mean(sigma(p) * sigma(q)), series(sigma(z))),
    because=lambda: series_chain(sigma(z)),
    source=Source("003", 639, "K(x,y) = g(rho) = sum c_i rho^i"),
    cites="daniely2016toward",
    uses=ORTHOGONALITY,
)


def relu_chain() -> tuple[Step, ...]:
    line = Integral(step(x) * x * He(k, x) * phi, (x, -oo, oo))
    half = Integral(x * He(k, x) * phi, (x, 0, oo))
    return (
        Step(line, density(z)),
        Step(half, gate(x)),
        Step(He(k - 2, 0) / sqrt(2 * pi), integrate(x, by=-(x * He(k - 1, x) + He(k - 2, x)) * phi)),
    )


relu = Claim(
    "dual-hermite-taylor.relu",
    "From degree two on, the Hermite coefficients of ReLU are values of Hermite polynomials at zero.",
    given={k: Range(2, oo)},
    states=equal(coefficient(step(z) * z), He(k - 2, 0) / sqrt(2 * pi)),
    because=relu_chain,
)
m = symbols("m", integer=True, positive=True)
odd = Claim(
    "dual-hermite-taylor.relu-odd",
    "The odd Hermite coefficients of ReLU vanish from degree three on.",
    given={m: Range(1, oo)},
    states=equal(coefficient(step(z) * z, 2 * m + 1), 0),
    because=lambda: (Step(S.Zero, lemma(relu, {k: 2 * m + 1})),),  # odd polynomials vanish at zero
    uses=("dual-hermite-taylor.relu",),
)
SQUARES = {0: 1 / (2 * pi), 1: Rational(1, 4), 2: 1 / (4 * pi), 4: 1 / (48 * pi), 6: 1 / (160 * pi)}


def square_chain(degree: int) -> tuple[Step, ...]:
    polynomial = x * He(degree, x) * phi
    return (
        Step(Integral(step(x) * polynomial, (x, -oo, oo)) ** 2 / factorial(degree), density(z)),
        Step(Integral(polynomial, (x, 0, oo)) ** 2 / factorial(degree), gate(x)),
        Step(SQUARES[degree], integrate(x)),
    )


def relu_square(degree: int) -> Claim:
    return Claim(
        f"dual-hermite-taylor.relu-{degree}",
        f"The squared Hermite coefficient of ReLU at degree {degree}.",
        given={},
        states=equal(coefficient(step(z) * z, S(degree)) ** 2 / factorial(degree), SQUARES[degree]),
        because=lambda: square_chain(degree),
    )


squares = tuple(relu_square(degree) for degree in SQUARES)


def claims() -> tuple[Claim, ...]:
    return taylor, vanishing, equal_degrees, different_degrees, relu, odd, *squares
