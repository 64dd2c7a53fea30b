r"""Price's theorem, and the ladder that it makes of the arc-cosine kernels.

For a pair of variance ``s^2`` and correlation ``rho``, and f, g absolutely continuous and of
moderate growth,

.. math:: \partial_\rho \operatorname{E}[f(u) g(v)] = s^2 \operatorname{E}[f'(u) g'(v)],

because the density solves a heat equation, and both derivatives move over by parts. With
``f = g = u_+^n`` it says ``kappa_n' = n^2 kappa_{n-1}``.
"""

from sympy import Derivative, Integral, Range, S, exp, oo, pi, sqrt

from theory import gaussian
from theory.activation import ERF, SINE, SOFTPLUS, SQUARE, TANH, Unknown
from theory.arc_cosine.orders import BY_CORRELATION, correlations
from theory.arc_cosine.symbols import OPEN, POSITIVE, n, p, q, rectified, rho, s, x, y
from theory.averaging import density, price
from theory.calculus import by_parts, differentiate
from theory.claim import Claim, Source
from theory.derivation import Step
from theory.domain import activations
from theory.induction import backwards, lemma
from theory.law import Mean
from theory.statement import equal

f, g = Unknown("f"), Unknown("g")
ps, qs = gaussian.pair(rho, scale=s)
TESTED = activations(ERF, TANH, SINE, SQUARE, SOFTPLUS)
weight = exp(-(x**2 - 2 * rho * x * y + y**2) / (2 * s**2 * (1 - rho**2))) / (
    2 * pi * s**2 * sqrt(1 - rho**2)
)
everywhere = ((x, -oo, oo), (y, -oo, oo))


def price_chain() -> tuple[Step, ...]:
    fx, gy, fx1, gy1 = f(x), g(y), f.derivative(1)(x), g.derivative(1)(y)
    lines = (
        Step(Derivative(Integral(fx * gy * weight, *everywhere), rho), density(ps, qs)),
        Step(Integral(Derivative(fx * gy * weight, rho), *everywhere), differentiate(rho)),
        Step(
            s**2 * Integral(fx * gy * Derivative(weight, x, y), *everywhere),
            "the density solves a heat equation",
        ),
        Step(-(s**2) * Integral(fx1 * gy * Derivative(weight, y), *everywhere), by_parts(x)),
        Step(s**2 * Integral(fx1 * gy1 * weight, *everywhere), by_parts(y)),
    )
    end = s**2 * Mean(f.derivative(1)(ps) * g.derivative(1)(qs))
    return (*lines, Step(end, backwards(density(ps, qs), end)))


price_theorem = Claim(
    "arccos-price-recursion",
    "Price's theorem: correlation differentiates both factors of a Gaussian mean.",
    given={rho: OPEN, s: POSITIVE, f: TESTED, g: TESTED},
    states=equal(
        Derivative(Mean(f(ps) * g(qs)), rho), s**2 * Mean(f.derivative(1)(ps) * g.derivative(1)(qs))
    ),
    because=price_chain,
    source=Source("003", 890, "the kernel of the derivative is the derivative of the kernel"),
    cites="price1958",
)

ladder = Claim(
    "arccos-price-recursion.ladder",
    "Each arc-cosine kernel is, up to n^2, the derivative of the next.",
    given={n: Range(1, oo), rho: OPEN},
    states=equal(Derivative(Mean(rectified(p, q, n)), rho), n**2 * Mean(rectified(p, q, n - 1))),
    because=lambda: (Step(n**2 * Mean(rectified(p, q, n - 1)), price(rho)),),
    uses=("arccos-price-recursion",),
)

order_0_slope = Claim(
    "arccos-price-recursion.order-0",
    "The kernel of the gates is rough at equal inputs: its derivative has no bound there.",
    given={rho: OPEN},
    states=equal(Derivative(Mean(rectified(p, q, 0)), rho), 1 / (2 * pi * sqrt(1 - rho**2))),
    because=lambda: (
        Step(Derivative(BY_CORRELATION[0], rho), lemma(correlations[0])),
        Step(1 / (2 * pi * sqrt(1 - rho**2)), "differentiate"),
    ),
    uses=("arccos-order-0.correlation",),
)

tangent_kernel = Claim(
    "arccos-price-recursion.tangent-kernel",
    "For unit inputs the two-layer tangent kernel of ReLU is rho kappa_1' + kappa_1.",
    given={rho: OPEN},
    states=equal(
        rho * Mean(rectified(p, q, 0)) + Mean(rectified(p, q, 1)),
        rho * Derivative(Mean(rectified(p, q, 1)), rho) + Mean(rectified(p, q, 1)),
    ),
    because=lambda: (
        Step(
            rho * Derivative(Mean(rectified(p, q, 1)), rho) + Mean(rectified(p, q, 1)),
            backwards(
                lemma(ladder, {n: S.One}),
                rho * Derivative(Mean(rectified(p, q, 1)), rho) + Mean(rectified(p, q, 1)),
            ),
        ),
    ),
    uses=("arccos-price-recursion.ladder",),
)


def claims() -> tuple[Claim, ...]:
    return price_theorem, ladder, order_0_slope, tangent_kernel
