"""Every rule about means takes a right use and refuses the wrong ones that tempt."""

import pytest
from sympy import (
    Abs,
    Derivative,
    DiracDelta,
    Heaviside,
    IndexedBase,
    Integral,
    Interval,
    Range,
    Rational,
    S,
    Sum,
    Symbol,
    cos,
    exp,
    factorial,
    gamma,
    oo,
    pi,
    sign,
    sin,
    sqrt,
    symbols,
)
from sympy import I as i_unit

from theory import Claim, Mean, at_most, equal, gaussian, step
from theory.activation import BUMP, ERF, RELU, SOFTPLUS, STEP, TANH, Activation, Unknown
from theory.algebra import same
from theory.arc_cosine.hermite import different_degrees, equal_degrees
from theory.averaging import (
    characteristic,
    coincide,
    density,
    hermite,
    independent,
    marginal,
    odd,
    orthogonal,
    plane,
    polar,
    price,
    quadratic,
    radial,
    rescale,
    square,
    stein,
    superpose,
)
from theory.derivation import Refused, Scene, Step, closes
from theory.domain import activations, unit_vectors, vectors
from theory.family import He

x, t, c, r, a, rho = symbols("x t c r a rho", real=True)
theta = symbols("theta", nonnegative=True)
s = symbols("s", positive=True)
n, k, l = symbols("n k l", integer=True, nonnegative=True)  # noqa: E741 - a lag
i, j = symbols("i j", integer=True)
m, d = symbols("m d", integer=True, positive=True)
A, B, X, Y = (IndexedBase(name) for name in "ABxy")
sigma = Unknown("sigma")
UNIT, OPEN, TURN = Interval(-1, 1), Interval.open(-1, 1), Interval(0, pi)
POSITIVE = Interval.open(0, oo)

z, zs, za = gaussian.single(), gaussian.single("z", s), gaussian.single("z", a)
u, v = gaussian.pair(rho)
uc, vc = gaussian.pair(c)
u0, v0 = gaussian.pair(S.Zero)
u1, v1 = gaussian.pair(S.One)
us, vs = gaussian.pair(rho, scale=s)
moving_u, moving_v = gaussian.pair(rho, scale=rho)
U, V = gaussian.pair(cos(theta))
single_u, single_v = gaussian.single("u"), gaussian.single("v")
p, q = gaussian.sphere_pair(rho, d)
p0, q0 = gaussian.sphere_pair(S.Zero, d)
P, Q = gaussian.sphere_pair(cos(theta), d)
R = gaussian.radius(d)
chi = gaussian.radius(1, "z")
w, wide, coins = gaussian.array("w", d), gaussian.array("w", d, scale=2), gaussian.signs("w", d)
CORRELATED = {rho: UNIT, d: Range(2, oo)}
INPUTS = {d: Range(1, oo), X: unit_vectors(d), Y: unit_vectors(d)}
VECTORS = {d: Range(1, oo), X: vectors(d), Y: vectors(d)}


def seen(array, at, last=d):
    return Sum(array[i] * at[i], (i, 1, last))


inner = Sum(X[i] * Y[i], (i, 1, d))
plane_pair = gaussian.pair(inner)
first_only = gaussian.pair(Sum(X[i] * Y[i], (i, 1, 1)))
WILD = Activation("wild", lambda at: exp(at**2))
POLE = Activation("pole", lambda at: 1 / at)
HIDDEN = Activation("hidden", lambda at: sign(at))


def scene(given=None, **claim) -> Scene:
    given = given or {}
    states = equal(Integral(x, (x, 0, 1)), S.Half)
    return Scene(Claim("here", "A claim.", given=given, states=states, **claim), given)


def refused(name, rule, before, match, given=None):
    return pytest.param(rule, S(before), given, match, id=name)


def taken(name, rule, before, after, given=None):
    return pytest.param(rule, S(before), S(after), given, id=name)


def slope(body):
    return Derivative(Mean(body), rho)


wedge = polar(U, V, (r, t))
spread = Symbol("z", real=True)

WRONG = [
    refused(
        "density of a degenerate pair", density(u, v), Mean(cos(u) * v), r"only for \|rho\| < 1", {rho: UNIT}
    ),
    refused("density at correlation one", density(u1, v1), Mean(cos(u1) * v1), r"only for \|1\| < 1"),
    refused(
        "density without a scale", density(za), Mean(cos(za)), "a is not known to be positive", {a: UNIT}
    ),
    refused(
        "density at scale zero", density(za), Mean(cos(za)), "not known to be positive", {a: Interval(0, 1)}
    ),
    refused("density caught by a parameter", density(z), Mean(spread * z), "z has a meaning", {spread: UNIT}),
    refused("density of an unknown law", density(w.label), Mean(w[1]), "GaussianArray has no density"),
    refused("density of another variate", density(u, v), Mean(z), "no mean over u, v"),
    refused(
        "polar beyond pi",
        wedge,
        Mean(step(U) * step(V)),
        r"must live in Interval\(0, pi\)",
        {theta: Interval(0, 4)},
    ),
    refused("polar with an angle of no domain", wedge, Mean(step(U) * step(V)), "found None"),
    refused(
        "polar with a third gate", wedge, Mean(step(U) * step(U - V)), "is not a half-plane", {theta: TURN}
    ),
    refused("polar with a closed gate", wedge, Mean(step(-U) * V), "is not a half-plane", {theta: TURN}),
    refused(
        "polar with a hidden gate", wedge, Mean(cos(step(U)) * V), "not a factor of its own", {theta: TURN}
    ),
    refused(
        "polar on the sphere",
        polar(P, Q, (r, t)),
        Mean(P * Q),
        "is about GaussianPair",
        {theta: TURN, d: Range(2, oo)},
    ),
    refused(
        "polar caught by a parameter", wedge, Mean(U * V * t**2), "t has a meaning", {theta: TURN, t: UNIT}
    ),
    refused(
        "polar caught by the angle",
        polar(U, V, (r, theta)),
        Mean(U * V),
        "theta has a meaning",
        {theta: TURN},
    ),
    refused("price on a jump", price(rho), slope(step(u) * step(v)), "derivative is a measure", {rho: OPEN}),
    refused(
        "price on a gate of power zero",
        price(rho),
        slope(step(u) * step(v) * u**n * v**n),
        "derivative is a measure",
        {rho: OPEN, n: Range(0, oo)},
    ),
    refused(
        "price on a power that may be zero",
        price(rho),
        slope(u**n * v**n),
        "may lie below one",
        {rho: OPEN, n: Range(0, oo)},
    ),
    refused(
        "price with a step in the family",
        price(rho),
        slope(sigma(u) * sigma(v)),
        "for sigma = step: .* a measure",
        {rho: OPEN, sigma: activations(ERF, STEP)},
    ),
    refused(
        "price with a jump that hides",
        price(rho),
        slope(sigma(u) * sigma(v)),
        "for sigma = hidden: .* may lose a jump",
        {rho: OPEN, sigma: activations(HIDDEN)},
    ),
    refused(
        "price with an activation that grows",
        price(rho),
        slope(sigma(u) * sigma(v)),
        "the growth of sigma = wild",
        {rho: OPEN, sigma: activations(ERF, WILD)},
    ),
    refused(
        "price with an activation that has a pole",
        price(rho),
        slope(sigma(u) * sigma(v)),
        "the growth of sigma = pole",
        {rho: OPEN, sigma: activations(POLE)},
    ),
    refused("price without a domain", price(rho), slope(sigma(u) * v), "sigma has no domain", {rho: OPEN}),
    refused(
        "price on a pole", price(rho), slope(v / u), "u is not known to stay away from zero", {rho: OPEN}
    ),
    refused(
        "price on a logarithm",
        price(rho),
        slope(v * sin(u) ** S.Half),
        "stay away|may lie below one",
        {rho: OPEN},
    ),
    refused("price on exp of a cube", price(rho), slope(exp(u**3) * v), "may grow faster", {rho: OPEN}),
    refused("price on exp of a product", price(rho), slope(exp(u * v)), "may grow faster", {rho: OPEN}),
    refused(
        "price on Heaviside", price(rho), slope(Heaviside(u) * v), "the growth of Heaviside", {rho: OPEN}
    ),
    refused("price on a sign", price(rho), slope(sign(u) * v), r"sign\(u\) jumps", {rho: OPEN}),
    refused(
        "price on a delta", price(rho), slope(DiracDelta(u) * v), "the growth of DiracDelta", {rho: OPEN}
    ),
    refused(
        "price of a body that moves",
        price(rho),
        slope(rho * u * v),
        "other than through the law",
        {rho: OPEN},
    ),
    refused(
        "price of a scale that moves",
        price(rho),
        Derivative(Mean(moving_u * moving_v), rho),
        "depends on rho as well",
        {rho: Interval(0, 1)},
    ),
    refused("price in no mean", price(rho), Derivative(rho**2, rho), "no Gaussian mean in rho", {rho: OPEN}),
    refused("price on the sphere", price(rho), slope(p * q), "no Gaussian mean", CORRELATED),
    refused("price from beyond one", price(rho, at=S(2)), Mean(u * v), "2 is not a correlation", {rho: UNIT}),
    refused(
        "price caught by a parameter",
        price(rho, at=S.Zero),
        Mean(sin(c * u) * sin(c * v)),
        "c has a meaning",
        {rho: UNIT, c: UNIT},
    ),
    refused("stein on a gate", stein(z), Mean(step(z) * z), "derivative is a measure"),
    refused("stein on a gate alone", stein(z), Mean(step(z)), "derivative is a measure|stay away from zero"),
    refused(
        "stein on a power that may be zero",
        stein(z),
        Mean(step(z) * z**n),
        "a measure|may be negative",
        {n: Range(1, oo)},
    ),
    refused("stein without the factor", stein(z), Mean(cos(z)), "z is not known to stay away from zero"),
    refused("stein on exp of a square", stein(z), Mean(z * exp(z**2)), "may grow faster"),
    refused("stein on a radius", stein(R), Mean(R**2), "is about Gaussian", {d: Range(1, oo)}),
    refused("stein on a pair", stein(u), Mean(u * v), "no mean over u alone", {rho: UNIT}),
    refused(
        "independent at a correlation", independent(u, v), Mean(u * v), "nowhere uncorrelated", {rho: UNIT}
    ),
    refused("independent of a mixture", independent(u0, v0), Mean(cos(u0 * v0)), "mixes u and v"),
    refused(
        "independent on the sphere",
        independent(p0, q0),
        Mean(p0**2 * q0**2),
        "is about GaussianPair",
        {d: Range(2, oo)},
    ),
    refused("independent without a mean", independent(u0, v0), Mean(v0 / u0**2), "stay away from zero"),
    refused("rescale on the sphere", rescale(p, q), Mean(p * q), "is about GaussianPair", CORRELATED),
    refused(
        "radial, not homogeneous", radial(p, q, (u, v, R)), Mean(cos(p) * q), "is not homogeneous", CORRELATED
    ),
    refused(
        "radial, two degrees", radial(p, q, (u, v, R)), Mean(p + p * q), "is not homogeneous", CORRELATED
    ),
    refused(
        "radial, wrong dimension",
        radial(p, q, (u, v, gaussian.radius(d + 1))),
        Mean(p * q),
        "R must follow the law of a radius in dimension d",
        CORRELATED,
    ),
    refused(
        "radial, a Gaussian for the radius",
        radial(p, q, (u, v, gaussian.single("R", d))),
        Mean(p * q),
        "R must follow the law of a radius",
        CORRELATED,
    ),
    refused(
        "radial, wrong correlation", radial(p, q, (u0, v0, R)), Mean(p * q), "of correlation rho", CORRELATED
    ),
    refused(
        "radial, one variate twice", radial(p, q, (u, u, R)), Mean(p * q), "u, u must follow", CORRELATED
    ),
    refused("radial, exchanged scale", radial(p, q, (us, vs, R)), Mean(p * q), "and scale 1", CORRELATED),
    refused(
        "radial, a negative degree", radial(p, q, (u, v, R)), Mean(1 / p**2), "no such moment", CORRELATED
    ),
    refused("radial on Gaussians", radial(u, v, (u, v, R)), Mean(u * v), "is about SpherePair", CORRELATED),
    refused(
        "plane with inputs of any norm",
        plane(w, plane_pair),
        Mean(cos(seen(w, X)) * seen(w, Y)),
        "unit_vectors",
        VECTORS,
    ),
    refused(
        "plane of signs",
        plane(coins, plane_pair),
        Mean(cos(seen(coins, X)) * seen(coins, Y)),
        "is about GaussianArray",
        INPUTS,
    ),
    refused(
        "plane of wide Gaussians",
        plane(wide, plane_pair),
        Mean(seen(wide, X) * seen(wide, Y)),
        "standard Gaussians",
        INPUTS,
    ),
    refused(
        "plane of some coordinates",
        plane(w, first_only),
        Mean(seen(w, X, 1) * seen(w, Y, 1)),
        "must run over all d entries",
        INPUTS,
    ),
    refused(
        "plane, one variate twice",
        plane(w, plane_pair[:1] * 2),
        Mean(seen(w, X) * seen(w, Y)),
        "u, u must follow",
        INPUTS,
    ),
    refused(
        "plane, wrong correlation",
        plane(w, (u0, v0)),
        Mean(seen(w, X) * seen(w, Y)),
        "of correlation Sum",
        INPUTS,
    ),
    refused(
        "plane and something else",
        plane(w, plane_pair),
        Mean(seen(w, X) * seen(w, Y) * w[1] ** 2),
        "other than through its two coordinates",
        INPUTS,
    ),
    refused(
        "plane, shifted",
        plane(w, plane_pair),
        Mean(Sum(w[i] * X[i] + 5, (i, 1, d)) * seen(w, Y)),
        "is not linear in w",
        INPUTS,
    ),
    refused(
        "plane of three inputs", plane(w, plane_pair), Mean(seen(w, X)), "of the two coordinates", INPUTS
    ),
    refused(
        "characteristic of signs",
        characteristic(coins),
        Mean(cos(seen(coins, X))),
        "is about GaussianArray",
        VECTORS,
    ),
    refused(
        "characteristic of wide Gaussians",
        characteristic(wide),
        Mean(cos(seen(wide, X))),
        "standard Gaussians",
        VECTORS,
    ),
    refused(
        "characteristic of a square",
        characteristic(w),
        Mean(cos(seen(w, X) ** 2)),
        "is not a sum over the entries",
        VECTORS,
    ),
    refused(
        "characteristic, not linear",
        characteristic(w),
        Mean(cos(Sum(w[i] * X[i] + w[i] ** 2 * Y[i], (i, 1, d)))),
        "is not linear in w",
        VECTORS,
    ),
    refused(
        "characteristic of a product",
        characteristic(w),
        Mean(cos(w[1] * seen(w, X))),
        "is not a sum over",
        VECTORS,
    ),
    refused(
        "characteristic of a sine", characteristic(w), Mean(sin(seen(w, X))), "is not the cosine", VECTORS
    ),
    refused(
        "quadratic, indefinite", quadratic(u, v), Mean(exp(u * v)), "not known to be positive", {rho: UNIT}
    ),
    refused("quadratic, growing", quadratic(u, v), Mean(exp(u**2)), "not known to be positive", {rho: UNIT}),
    refused(
        "quadratic, linear part", quadratic(u, v), Mean(exp(u - u**2)), "without linear part", {rho: UNIT}
    ),
    refused(
        "quadratic, quartic", quadratic(u, v), Mean(exp(-(u**4))), "is not a quadratic form", {rho: UNIT}
    ),
    refused(
        "quadratic, a factor", quadratic(u, v), Mean(u * exp(-(u**2))), "without linear part", {rho: UNIT}
    ),
    refused(
        "quadratic on the sphere", quadratic(p, q), Mean(exp(-(p**2))), "is about GaussianPair", CORRELATED
    ),
    refused(
        "hermite, wide Gaussians",
        hermite(us, vs, (j, k), zs),
        Mean(us * vs),
        "variance one",
        {rho: UNIT, s: POSITIVE},
    ),
    refused(
        "hermite, coefficients at another variance",
        hermite(u, v, (j, k), zs),
        Mean(u * v),
        "z must follow",
        {rho: UNIT},
    ),
    refused("hermite, a radius", hermite(u, v, (j, k), chi), Mean(u * v), "z must follow", {rho: UNIT}),
    refused("hermite, one index", hermite(u, v, (k, k), z), Mean(u * v), "need two indices", {rho: UNIT}),
    refused(
        "hermite, an index taken",
        hermite(u, v, (j, k), z),
        Mean(u**k * v),
        "k has a meaning",
        {rho: UNIT, k: Range(0, oo)},
    ),
    refused(
        "hermite, not square integrable",
        hermite(u, v, (j, k), z),
        Mean(exp(u**2) * v),
        "may grow faster",
        {rho: UNIT},
    ),
    refused("hermite, a pole", hermite(u, v, (j, k), z), Mean(v / u), "stay away from zero", {rho: UNIT}),
    refused("hermite, mixed", hermite(u, v, (j, k), z), Mean(cos(u * v)), "is not a product", {rho: UNIT}),
    refused(
        "coincide at minus one",
        coincide(*gaussian.pair(-S.One), z),
        Mean(gaussian.pair(-S.One)[0]),
        "correlation -1, not one",
    ),
    refused(
        "coincide at any correlation", coincide(u, v, z), Mean(u * v), "correlation rho, not one", {rho: UNIT}
    ),
    refused("coincide in a radius", coincide(u1, v1, chi), Mean(u1 * v1), "z must follow a Gaussian law"),
    refused("coincide at another scale", coincide(u1, v1, zs), Mean(u1 * v1), "of standard deviation 1"),
    refused(
        "marginal of both", marginal(u, single_u), Mean(u * v), "involves the other variate", {rho: UNIT}
    ),
    refused(
        "marginal of another scale",
        marginal(u, gaussian.single("u", s)),
        Mean(u**2),
        "standard deviation 1",
        {rho: UNIT},
    ),
    refused(
        "marginal in a radius",
        marginal(u, gaussian.radius(1, "u")),
        Mean(u**3),
        "a Gaussian law",
        {rho: UNIT},
    ),
    refused("odd with an even part", odd(z), Mean(z**2 + z), "is not odd in z"),
    refused("odd without a mean", odd(z), Mean(1 / z), "stay away from zero"),
    refused("odd, growing", odd(z), Mean(z * exp(z**2)), "may grow faster"),
    refused("odd of a radius", odd(R), Mean(R), "is about Gaussian or Rademacher", {d: Range(1, oo)}),
    refused(
        "superpose unequal factors",
        superpose(i, j),
        Sum(A[i] * B[j] * Mean(w[i] * w[j]), (i, 1, d), (j, 1, d)),
        "is not the product of one function of i and the same function of j",
        {d: Range(1, oo), A: vectors(d), B: vectors(d)},
    ),
    refused(
        "superpose over two ranges",
        superpose(i, j),
        Sum(A[i] * A[j] * Mean(w[i] * w[j]), (i, 1, d), (j, 1, m)),
        "the same finite range",
        {d: Range(1, oo), m: Range(1, oo), A: vectors(d)},
    ),
    refused(
        "superpose a series",
        superpose(i, j),
        Sum(Mean(z**2) / (factorial(i) * factorial(j)), (i, 1, oo), (j, 1, oo)),
        "the same finite range",
    ),
    refused(
        "superpose a single sum",
        superpose(i, j),
        Sum(A[i] * Mean(w[i]), (i, 1, d)),
        "no double sum",
        {d: Range(1, oo), A: vectors(d)},
    ),
    refused("square of a cube", square(), Mean(z**3), "is not the mean of the square"),
    refused("square of something imaginary", square(), Mean((1 + i_unit * z) ** 2), "something real"),
    refused("square of a root", square(), Mean((1 + sqrt(z)) ** 2), "something real"),
    refused("square of no mean", square(), z**2, "is not the mean of the square"),
]


@pytest.mark.parametrize(("rule", "before", "given", "match"), WRONG)
def test_a_wrong_use_is_refused(rule, before, given, match):
    with pytest.raises(Refused, match=match):
        rule.apply(before, scene(given))


def line(body, of=spread):
    return Integral(body * exp(-(of**2) / 2) / sqrt(2 * pi), (of, -oo, oo))


def sector(radial, angular):
    radius = Integral(radial * exp(-(r**2) / 2), (r, 0, oo))
    return radius * Integral(angular, (t, theta - pi / 2, pi / 2)) / (2 * pi)


def series(f):
    both = Mean(f(z) * He(j, z)) * Mean(f(z) * He(k, z)) / (factorial(j) * factorial(k))
    return Sum(both * Mean(He(j, u) * He(k, v)), (j, 0, oo), (k, 0, oo))


chi_density = Symbol("R", positive=True) ** (d - 1) * exp(-(Symbol("R", positive=True) ** 2) / 2)
SMOOTH = {rho: UNIT, sigma: activations(ERF, TANH, SOFTPLUS, BUMP, RELU)}

RIGHT = [
    taken("density of one", density(z), Mean(cos(z)), line(cos(spread))),
    taken(
        "density of a radius",
        density(R),
        Mean(R**2),
        Integral(
            Symbol("R", positive=True) ** 2 * chi_density * 2 ** (1 - d / 2) / gamma(d / 2),
            (Symbol("R", positive=True), 0, oo),
        ),
        {d: Range(1, oo)},
    ),
    taken(
        "density beside another law", density(z), Mean(cos(z * single_u)), line(Mean(cos(spread * single_u)))
    ),
    taken("polar, two gates", wedge, Mean(step(U) * step(V)), sector(r, 1), {theta: TURN}),
    taken(
        "polar, two powers",
        wedge,
        Mean(step(U) * step(V) * U * V),
        sector(r**3, cos(t) * cos(t - theta)),
        {theta: TURN},
    ),
    taken(
        "polar, one gate",
        wedge,
        Mean(step(U) * V**2),
        Integral(r**3 * exp(-(r**2) / 2), (r, 0, oo))
        * Integral(cos(t - theta) ** 2, (t, -pi / 2, pi / 2))
        / (2 * pi),
        {theta: TURN},
    ),
    taken(
        "price on gates of power one",
        price(rho),
        slope(step(u) * u * step(v) * v),
        Mean(step(u) * step(v)),
        {rho: OPEN},
    ),
    taken(
        "price on gates of any power",
        price(rho),
        slope(step(u) * step(v) * u**n * v**n),
        n**2 * Mean(step(u) * step(v) * u ** (n - 1) * v ** (n - 1)),
        {rho: OPEN, n: Range(1, oo)},
    ),
    taken(
        "price on any activation",
        price(rho),
        slope(sigma(u) * sigma(v)),
        Mean(sigma.derivative(1)(u) * sigma.derivative(1)(v)),
        SMOOTH,
    ),
    taken("price at a scale", price(rho), Derivative(Mean(us * vs), rho), s**2, {rho: UNIT, s: POSITIVE}),
    taken("price on exponentials", price(rho), slope(exp(u) * exp(v)), Mean(exp(u) * exp(v)), {rho: UNIT}),
    taken("price on bumps", price(rho), slope(exp(-(u**2)) * v), Mean(-2 * u * exp(-(u**2))), {rho: UNIT}),
    taken(
        "price from zero",
        price(rho, at=S.Zero),
        Mean(u * v),
        Mean(u0 * v0) + Integral(1, (c, 0, rho)),
        {rho: UNIT},
    ),
    taken("stein on a power", stein(z), Mean(z**4), 3 * Mean(z**2)),
    taken("stein at a scale", stein(zs), Mean(zs**2), s**2, {s: POSITIVE}),
    taken(
        "stein on a gate",
        stein(z),
        Mean(step(z) * z**n),
        (n - 1) * Mean(step(z) * z ** (n - 2)),
        {n: Range(2, oo)},
    ),
    taken(
        "independent",
        independent(u0, v0),
        Mean(u0**2 * cos(v0) + 1),
        Mean(single_u**2) * Mean(cos(single_v)) + 1,
    ),
    taken("rescale", rescale(us, vs), Mean(us**2 * vs), s**3 * Mean(u**2 * v), {rho: UNIT, s: POSITIVE}),
    taken("radial", radial(p, q, (u, v, R)), Mean(p * q), Mean(u * v) / Mean(R**2), CORRELATED),
    taken(
        "radial, no degree",
        radial(p, q, (u, v, R)),
        Mean(step(p) * step(q)),
        Mean(step(u) * step(v)),
        CORRELATED,
    ),
    taken(
        "plane",
        plane(w, plane_pair),
        Mean(cos(seen(w, X)) * seen(w, Y)),
        Mean(cos(plane_pair[0]) * plane_pair[1]),
        INPUTS,
    ),
    taken(
        "characteristic",
        characteristic(w),
        Mean(cos(seen(w, X) - 2 * seen(w, Y) + 1)),
        cos(1) * exp(-Sum((X[i] - 2 * Y[i]) ** 2, (i, 1, d)) / 2),
        VECTORS,
    ),
    taken("quadratic", quadratic(u, v), Mean(exp(-(u**2) - v**2)), 1 / sqrt(9 - 4 * rho**2), {rho: UNIT}),
    taken("hermite", hermite(u, v, (j, k), z), Mean(cos(u) * cos(v)), series(cos), {rho: UNIT}),
    taken("hermite, gates", hermite(u, v, (j, k), z), Mean(step(u) * step(v)), series(step), {rho: UNIT}),
    taken("coincide", coincide(u1, v1, z), Mean(u1 * cos(v1)), Mean(z * cos(z))),
    taken("marginal", marginal(v, single_v), Mean(v**2), Mean(single_v**2), {rho: UNIT}),
    taken("odd", odd(z), Mean(z * Abs(z)), 0),
    taken("odd at a scale", odd(zs), Mean(sin(zs)), 0, {s: POSITIVE}),
    taken(
        "superpose",
        superpose(i, j),
        Sum(A[i] * A[j] * Mean(w[i] * w[j]), (i, 1, d), (j, 1, d)),
        Mean(Sum(A[i] * w[i], (i, 1, d)) ** 2),
        {d: Range(1, oo), A: vectors(d)},
    ),
]


@pytest.mark.parametrize(("rule", "before", "after", "given"), RIGHT)
def test_a_right_use_gives_what_it_should(rule, before, after, given):
    assert same(rule.apply(before, scene(given)), after)


@pytest.mark.parametrize(("rule", "before", "after", "given"), RIGHT)
def test_a_right_use_does_not_give_one_percent_more(rule, before, after, given):
    wrong = after * Rational(101, 100) if after != 0 else S.One
    closed, note = closes(before, Step(wrong, rule), scene(given))
    assert not closed
    assert "did not simplify to zero" in note


TEMPTING = [
    taken("polar, Jacobian forgotten", wedge, Mean(step(U) * step(V)), sector(1, 1), {theta: TURN}),
    taken(
        "polar, a gate dropped",
        wedge,
        Mean(step(U) * U * V),
        sector(r**3, cos(t) * cos(t - theta)),
        {theta: TURN},
    ),
    taken(
        "polar, the whole half-plane",
        wedge,
        Mean(step(U) * step(V)),
        Integral(r * exp(-(r**2) / 2), (r, 0, oo)) * Integral(1, (t, -pi / 2, pi / 2)) / (2 * pi),
        {theta: TURN},
    ),
    taken("price without the second factor", price(rho), slope(u**2 * v**2), 2 * Mean(u * v), {rho: OPEN}),
    taken("price without the scale", price(rho), Derivative(Mean(us * vs), rho), 1, {rho: OPEN, s: POSITIVE}),
    taken("stein without the scale", stein(zs), Mean(zs**2), 1, {s: POSITIVE}),
    taken(
        "characteristic without the half",
        characteristic(w),
        Mean(cos(seen(w, X))),
        exp(-Sum(X[i] ** 2, (i, 1, d))),
        VECTORS,
    ),
    taken("rescale by one power", rescale(us, vs), Mean(us * vs), s * Mean(u * v), {rho: UNIT, s: POSITIVE}),
]


@pytest.mark.parametrize(("rule", "before", "after", "given"), TEMPTING)
def test_a_tempting_line_does_not_follow(rule, before, after, given):
    assert not closes(before, Step(after, rule), scene(given))[0]


@pytest.mark.parametrize("sign", ["=", "<=", "<", ">"])
def test_a_mean_of_squares_gives_no_other_sign_than_at_least(sign):
    closed, note = closes(Mean(z**2), Step(S.Zero, square(), sign), scene())
    assert not closed
    assert "the rule gives '>='" in note


def test_a_mean_of_squares_is_at_least_zero():
    assert closes(
        Mean(Sum(A[i] * w[i], (i, 1, d)) ** 2), Step(S.Zero, square(), ">="), scene(VECTORS | {A: vectors(d)})
    )[0]


@pytest.mark.parametrize("sign", ["<", ">"])
def test_an_equality_gives_no_strict_inequality(sign):
    assert not closes(Mean(z * cos(z)), Step(S.Zero, odd(z), sign), scene())[0]


@pytest.mark.parametrize("sign", ["=", "<=", ">="])
def test_an_equality_gives_both_weak_inequalities(sign):
    assert closes(Mean(z * cos(z)), Step(S.Zero, odd(z), sign), scene())[0]


# The two facts under a Hermite series

DEGREES = (equal_degrees.name, different_degrees.name)
SERIES = Sum(Mean(He(j, u) * He(k, v)) / factorial(j), (j, 0, oo), (k, 0, oo))
degree, lag = (different_degrees.symbols[name] for name in "kl")
LOW = Claim(
    "low",
    "Few degrees.",
    given={degree: Range(5, oo), lag: Range(1, oo), rho: UNIT},
    states=different_degrees.states,
)


def test_only_equal_degrees_are_left():
    left = orthogonal(equal_degrees, different_degrees).apply(SERIES, scene({rho: UNIT}, uses=DEGREES))
    assert same(left, Sum(rho**k, (k, 0, oo)))


@pytest.mark.parametrize(
    ("pair", "before", "uses", "given", "match"),
    [
        (
            (equal_degrees, different_degrees),
            SERIES,
            (),
            {rho: UNIT},
            "does not list dual-hermite-taylor.equal-degrees",
        ),
        (
            (equal_degrees, different_degrees),
            SERIES,
            DEGREES,
            {rho: Interval(-2, 2)},
            r"need not lie in Interval\(-1, 1\)",
        ),
        ((different_degrees, different_degrees), SERIES, DEGREES, {rho: UNIT}, "is not about equal degrees"),
        ((equal_degrees, equal_degrees), SERIES, DEGREES, {rho: UNIT}, "is not about two degrees"),
        (
            (equal_degrees, different_degrees),
            Sum(Mean(He(j, u) * He(j, v)), (j, 0, oo), (k, 0, oo)),
            DEGREES,
            {rho: UNIT},
            "the series is not one of",
        ),
        (
            (equal_degrees, different_degrees),
            Sum(SERIES.function, (j, 2, oo), (k, 0, oo)),
            DEGREES,
            {rho: UNIT},
            "over all degrees",
        ),
    ],
    ids=["not listed", "beyond one", "not the diagonal", "not off it", "another series", "some degrees"],
)
def test_a_double_series_needs_both_facts_of_orthogonality(pair, before, uses, given, match):
    with pytest.raises(Refused, match=match):
        orthogonal(*pair).apply(before, scene(given, uses=uses))


def test_orthogonality_of_some_degrees_is_not_enough():
    with pytest.raises(Refused, match="low must hold for every k from 0"):
        orthogonal(equal_degrees, LOW).apply(SERIES, scene({rho: UNIT}, uses=(*DEGREES, "low")))


def test_orthogonality_must_be_an_equality():
    bound = Claim(
        "bound",
        "A bound.",
        given=dict(different_degrees.given),
        states=at_most(*different_degrees.states.sides),
    )
    with pytest.raises(Refused, match="bound is no equality"):
        orthogonal(equal_degrees, bound).apply(SERIES, scene({rho: UNIT}, uses=(*DEGREES, "bound")))
