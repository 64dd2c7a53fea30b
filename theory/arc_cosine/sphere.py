r"""Weights on the sphere instead of Gaussian ones: the same kernels over a moment of the radius.

A standard Gaussian vector in dimension d is a radius, chi-distributed, times an independent uniform
direction. The kernel of order n is homogeneous of degree 2n, so that it factors:

.. math:: \kappa_n = \operatorname{E}[R^{2n}] \, \kappa_n^{\mathrm{sphere}},
   \qquad \operatorname{E}[R^{2n}] = 2^n \Gamma(n + d/2) / \Gamma(d/2).

The choice of law changes the ratio of the tangent kernel's two parts by exactly d.
"""

from sympy import Integral, Interval, Range, S, exp, gamma, oo, pi, uppergamma

from theory import gaussian
from theory.arc_cosine.orders import TIDY, orders
from theory.arc_cosine.symbols import ANGLES, POSITIVE, d, n, p, q, rectified, rho, s, theta, u, v
from theory.averaging import density, plain, radial, rescale
from theory.calculus import integrate
from theory.claim import Claim, Source
from theory.derivation import Step
from theory.induction import lemma
from theory.law import Mean
from theory.statement import equal

R = gaussian.radius(d)
radius = plain(R)
ps, qs = gaussian.sphere_pair(rho, d)  # a uniform direction along two unit inputs
us, vs = gaussian.sphere_pair(u.law.parameters[0], d)
polar_split = radial(ps, qs, to=(p, q, R))


def chi_chain():
    half = n + d / 2
    density_of_radius = radius ** (d - 1) * exp(-(radius**2) / 2) * 2 ** (1 - d / 2) / gamma(d / 2)
    tail = -(2**n) * uppergamma(half, radius**2 / 2) / gamma(d / 2)
    return (
        Step(Integral(radius ** (2 * n) * density_of_radius, (radius, 0, oo)), density(R)),
        Step(2**n * gamma(half) / gamma(d / 2), integrate(radius, by=tail)),
    )


moment = Claim(
    "arccos-homogeneity-sphere.radial-moment",
    "The even moments of the norm of a Gaussian vector.",
    given={n: Range(0, oo), d: Range(1, oo)},
    states=equal(Mean(R ** (2 * n)), 2**n * gamma(n + d / 2) / gamma(d / 2)),
    because=chi_chain,
)

sphere = Claim(
    "arccos-homogeneity-sphere",
    "Weights on the sphere divide the kernel of order n by the radius's moment of order 2n.",
    given={n: Range(0, oo), d: Range(2, oo), rho: Interval(-1, 1)},
    states=equal(Mean(rectified(ps, qs, n)), Mean(rectified(p, q, n)) / Mean(R ** (2 * n))),
    because=lambda: (Step(Mean(rectified(p, q, n)) / Mean(R ** (2 * n)), polar_split),),
    source=Source("003", 678, "Initialize w_j uniform over the sphere"),
    cites="bach2017breaking",
)

DIVISORS = {0: S.One, 1: d, 2: d * (d + 2)}


def of_order(order: int) -> Claim:
    """The kernel of a concrete order with weights on the sphere, in closed form."""
    value = TIDY[order] / (2 * pi) / DIVISORS[order]
    gaussian_mean = Mean(rectified(u, v, order))

    def because():
        split = radial(us, vs, to=(u, v, R))
        if order == 0:
            return Step(gaussian_mean, split), Step(value, lemma(orders[0]))
        return (
            Step(gaussian_mean / Mean(R ** (2 * order)), split),
            Step(gaussian_mean / DIVISORS[order], lemma(moment, {n: S(order)})),
            Step(value, lemma(orders[order])),
        )

    return Claim(
        f"arccos-homogeneity-sphere.order-{order}",
        f"The arc-cosine kernel of order {order} for weights on the sphere in dimension d.",
        given={theta: ANGLES, d: Range(2, oo)},
        states=equal(Mean(rectified(us, vs, order)), value),
        because=because,
        uses=(f"arccos-order-{order}", "arccos-homogeneity-sphere.radial-moment"),
    )


scaled = gaussian.pair(rho, "u v", scale=s)
scale = Claim(
    "arccos-homogeneity-sphere.scale",
    "Gaussian weights of standard deviation s multiply the kernel of order n by s^(2n).",
    given={n: Range(0, oo), s: POSITIVE, rho: Interval(-1, 1)},
    states=equal(Mean(rectified(*scaled, n)), s ** (2 * n) * Mean(rectified(p, q, n))),
    because=lambda: (Step(s ** (2 * n) * Mean(rectified(p, q, n)), rescale(*scaled)),),
)

gaussian_ratio = Mean(rectified(p, q, 1)) / Mean(rectified(p, q, 0))
ratio = Claim(
    "arccos-homogeneity-sphere.ratio",
    "Weights on the sphere divide the ratio of the output part to the hidden part by exactly d.",
    given={d: Range(2, oo), rho: Interval.Lopen(-1, 1)},
    states=equal(Mean(rectified(ps, qs, 1)) / Mean(rectified(ps, qs, 0)), gaussian_ratio / d),
    because=lambda: (
        Step(gaussian_ratio / Mean(R**2), polar_split),
        Step(gaussian_ratio / d, lemma(moment, {n: S.One})),
    ),
    uses=("arccos-homogeneity-sphere.radial-moment",),
)


def claims() -> tuple[Claim, ...]:
    return sphere, moment, *(of_order(order) for order in (0, 1, 2)), scale, ratio
