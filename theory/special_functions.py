"""Enclosures of elementary and special functions on balls, by the SymPy class of the function.

Each entry of ``FUNCTIONS`` maps ``(analytic, *balls)`` to a ball that contains every value of the
function on them. ``analytic`` is None for a quantity that is constant in every integral around it,
False on the path of an integral, and True on a region of the complex plane that surrounds a part
of the path; there the answer must be a non-finite ball unless the function is analytic on the
whole region. A function of a real quantity that is analytic piece by piece (a maximum, a step)
continues into the plane by the piece to which the real part of its argument belongs.

On a wide real ball a monotone function is enclosed by its values at both ends: that is what makes
covers by boxes tight up to the ends of a domain, as for ``asin`` at 1.
"""

from collections.abc import Callable
from functools import reduce

import sympy
from flint import acb, arb

from theory.intervals import NAN, alike, around_zero, by_ends, integer, real, span
from theory.piecewise import absolute, heaviside, kronecker, maximum, minimum, sign
from theory.unfold import Unevaluable


def monotone(name: str) -> Callable:
    """A function that is monotone on the reals, and entire or meromorphic."""
    on_reals, on_plane = getattr(arb, name), getattr(acb, name)
    return lambda analytic, x: on_plane(x) if isinstance(x, acb) else by_ends(on_reals, x)


def meromorphic(name: str) -> Callable:
    return lambda analytic, x: getattr(x, name)()


def complement_of_quotient(analytic, x, y):
    """``erfc(x / y)``; where y may vanish, from the side of positive y, and by continuity at zero itself."""
    on_line = not analytic and x.imag.is_zero() and y.imag.is_zero()
    if not on_line:
        return NAN if y.contains(0) else complement_on_plane(x / y)
    x, y = real(x), real(y)
    if not y.contains(0):
        return by_ends(arb.erfc, x / y)
    if not (y >= 0 and x > 0):
        return span(arb(0), arb(2))
    top = y.abs_upper()
    return arb(0) if top.is_zero() else span(arb(0), (x.lower() / top).erfc())


def complement_on_plane(w):
    """``erfc`` on a region, however wide: it is at most ``|exp(-w^2)|`` in size where ``Re w >= 0``."""
    found = acb(w).erfc()
    if not w.real >= 0:
        return found
    size = (w.imag.abs_upper() ** 2 - w.real.abs_lower() ** 2).exp().upper()
    return min(found, around_zero(size) * acb(1, 1), key=lambda ball: (not ball.is_finite(), ball.rad()))


def logarithm(analytic, x):
    if isinstance(x, arb) and x > 0:
        return by_ends(arb.log, x)
    return acb(x).log(analytic=bool(analytic))


def inside_unit_interval(x) -> bool:
    return x >= -1 and x <= 1


def off_real_rays(x) -> bool:
    """Whether a region misses the cuts of asin, acos and atanh, the real rays from 1 and from -1."""
    return not x.imag.contains(0) or bool(x.real > -1 and x.real < 1)


def off_imaginary_rays(x) -> bool:
    return off_real_rays(x * acb(0, 1))


def off_ray_below(start: int):
    return lambda x: bool(not x.imag.contains(0) or x.real > start)


def cut(name: str, clear: Callable, domain: Callable) -> Callable:
    """A function monotone on the real ``domain``, analytic on the regions that are ``clear`` of its cuts."""
    on_reals = getattr(arb, name)

    def enclosure(analytic, x):
        if isinstance(x, arb) and domain(x):
            return by_ends(on_reals, x)
        x = acb(x)
        return NAN if analytic and not clear(x) else getattr(x, name)()

    return enclosure


def arctangent2(analytic, y, x):
    """``-i log((x + i y) / sqrt(x^2 + y^2))``: off the real line, the same branches at every point."""
    if not analytic and x.imag.is_zero() and y.imag.is_zero():
        return arb.atan2(real(y), real(x))
    x, y, i = acb(x), acb(y), acb(0, 1)
    root = (x**2 + y**2).sqrt(analytic=bool(analytic))
    return -i * ((x + i * y) / root).log(analytic=bool(analytic))


def order(x, name: str) -> int:
    n = integer(x)
    if n is None or n < 0:
        raise Unevaluable(f"{name}: its order must be a non-negative integer, got {x}")
    return n


def polygamma(analytic, n, x):
    if n.is_zero():
        return x.digamma()
    value = acb(x).polygamma(acb(n))
    return value.real if isinstance(x, arb) else value


def with_cut(value: Callable) -> Callable:
    """``value(parameter, x)``, cut along the negative axis in x unless the parameter is an integer."""

    def enclosure(analytic, parameter, x):
        parameter, x = alike(parameter, x)
        if analytic and integer(parameter) is None and not off_ray_below(0)(x):
            return NAN
        return value(parameter, x)

    return enclosure


def loggamma(analytic, x):
    if isinstance(x, arb) and x > 0:
        return x.lgamma()
    x = acb(x)
    return NAN if analytic and not off_ray_below(0)(x) else x.lgamma()


def binomial(analytic, n, k):
    j = integer(k)
    if j is not None:
        return (n - j + 1).rising(arb(j)) / arb(j).fac() if j >= 0 else arb(0)
    return (n + 1).gamma() * (k + 1).rgamma() * (n - k + 1).rgamma()


def double_factorial(analytic, x):
    n = order(x + 1, "factorial2") - 1  # (-1)!! = 1
    return reduce(lambda product, factor: product * factor, range(n, 0, -2), arb(1))


def recurrence(name: str, first: Callable, step: Callable) -> Callable:
    """A polynomial of integer order by its three-term recurrence, exact on exact numbers."""

    def enclosure(analytic, degree, x):
        before, now = arb(1), first(x)
        for k in range(1, order(degree, name)):
            before, now = now, step(k, x, now, before)
        return now if order(degree, name) else before

    return enclosure


def part(name: str) -> Callable:
    """The real or the imaginary part, into which SymPy takes apart the size of what it does not know to be real."""
    return lambda analytic, x: NAN if analytic and isinstance(x, acb) else getattr(acb(x), name)


def zeta(analytic, *arguments):
    s, *shift = alike(*arguments)
    return s.zeta(*shift)


FUNCTIONS: dict[type, Callable] = {
    sympy.exp: monotone("exp"),
    sympy.log: logarithm,
    sympy.Abs: absolute,
    sympy.sign: sign,
    sympy.re: part("real"),
    sympy.im: part("imag"),
    sympy.Heaviside: heaviside,
    sympy.KroneckerDelta: kronecker,
    sympy.Max: maximum,
    sympy.Min: minimum,
    sympy.atan2: arctangent2,
    sympy.asin: cut("asin", off_real_rays, inside_unit_interval),
    sympy.acos: cut("acos", off_real_rays, inside_unit_interval),
    sympy.atanh: cut("atanh", off_real_rays, inside_unit_interval),
    sympy.atan: cut("atan", off_imaginary_rays, arb.is_finite),
    sympy.asinh: cut("asinh", off_imaginary_rays, arb.is_finite),
    sympy.acosh: cut("acosh", off_ray_below(1), lambda x: x >= 1),
    sympy.gamma: meromorphic("gamma"),
    sympy.digamma: meromorphic("digamma"),
    sympy.loggamma: loggamma,
    sympy.polygamma: polygamma,
    sympy.lowergamma: with_cut(lambda s, x: x.gamma_lower(s)),
    sympy.uppergamma: with_cut(lambda s, x: x.gamma_upper(s)),
    sympy.besseli: with_cut(lambda n, x: x.bessel_i(n)),
    sympy.beta: lambda analytic, a, b: a.gamma() * b.gamma() * (a + b).rgamma(),
    sympy.factorial: lambda analytic, n: (n + 1).gamma(),
    sympy.factorial2: double_factorial,
    sympy.binomial: binomial,
    sympy.zeta: zeta,
    sympy.hermite: recurrence("hermite", lambda x: 2 * x, lambda k, x, p, q: 2 * x * p - 2 * k * q),
    sympy.hermite_prob: recurrence("hermite_prob", lambda x: x, lambda k, x, p, q: x * p - k * q),
    sympy.legendre: recurrence(
        "legendre", lambda x: x, lambda k, x, p, q: ((2 * k + 1) * x * p - k * q) / (k + 1)
    ),
    sympy.chebyshevt: recurrence("chebyshevt", lambda x: x, lambda k, x, p, q: 2 * x * p - q),
    sympy.chebyshevu: recurrence("chebyshevu", lambda x: 2 * x, lambda k, x, p, q: 2 * x * p - q),
}
FUNCTIONS |= {getattr(sympy, f): monotone(f) for f in ("sinh", "tanh", "erf", "erfc", "erfi")}
FUNCTIONS |= {
    getattr(sympy, f): meromorphic(f)
    for f in ("sin", "cos", "tan", "cot", "sec", "csc", "cosh", "coth", "sech", "csch", "sinc")
}
