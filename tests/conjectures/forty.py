"""Forty conjectures that are not in the catalogue, half of them true, half false by a little.

The false ones are off by 0.3 % in a constant, by a part in 1e9 of an identity, in a last hundredth of the domain or
beyond the first whole numbers, by a logarithm; the names end in ``-true`` and ``-false``.
"""

import jax
import jax.numpy as jnp
from sympy import Abs, Interval, Range, Rational, asin, exp, log, oo, pi, sqrt, symbols

from numerics import gaussian as simulate
from numerics import observes
from numerics.text import conjecture
from theory import Claim, Mean, Probability, equal, gaussian, observed, scaling, step

TRUE = [
    ("sqrt(1 - rho**2)/(2*pi) + rho/4 <= 0.2964", "rho=-1:1"),  # sqrt(1/(4 pi^2) + 1/16) = 0.29636
    ("exp(x) >= 1 + x + x**2/2 + x**3/6", "x=-4:4"),
    ("log(1 + x) <= x - x**2/2 + x**3/3", "x=(-1:4"),
    ("tanh(x)**2 <= x**2", "x=-9:9"),
    ("erf(x) <= 2*x/sqrt(pi)", "x=0:3"),
    ("sin(x)**2 + cos(x)**2 == 1", "x=-inf:inf"),
    ("gamma(x + 1) == x*gamma(x)", "x=(0:20"),
    ("atan(x) + atan(1/x) == pi/2", "x=(0:inf"),
    ("cosh(2*x) == 2*cosh(x)**2 - 1", "x=-5:5"),
    ("factorial(n) >= 2**n", "n=4.."),
    ("binomial(2*n, n) <= 4**n/sqrt(pi*n)", "n=1.."),
    ("(sqrt(1 - rho**2) + rho*(pi - acos(rho)))/(2*pi) >= rho/2", "rho=-1:1"),
    ("abs(x)*abs(y) <= (x**2 + y**2)/2", "x=-2:2 y=-2:2"),
    ("max(x, y) == (x + y + abs(x - y))/2", "x=-inf:inf y=-inf:inf"),
    ("asin(x) + acos(x) == pi/2", "x=-1:1"),
    ("(1 + x)**n >= 1 + n*x", "x=-1:inf n=1.."),
]
FALSE = [
    ("sqrt(1 - rho**2)/(2*pi) + rho/4 <= 0.2963", "rho=-1:1"),
    ("exp(x) >= 1 + x + x**2/2", "x=-1:4"),
    ("log(1 + x) <= x - x**2/2 + x**3/3 - x**4/4.1", "x=0:1"),
    ("tanh(x) >= x - x**3/3 + 0.1334*x**5", "x=0:1"),
    ("erf(x) <= 1.125*x", "x=0:3"),
    ("sin(x)**2 + cos(x)**2 == 1 + 1e-9*x", "x=-inf:inf"),
    ("gamma(x + 1) == x*gamma(x)*(1 + 1e-9)", "x=(0:20"),
    ("atan(x) + atan(1/x) == pi/2", "x=-1:1"),
    ("cosh(2*x) == 2*cosh(x)**2 - 1.000000001", "x=-5:5"),
    ("n**5 <= 2**n + 10**5", "n=1.."),
    ("binomial(2*n, n) <= 4**n/sqrt(pi*n)*0.999", "n=1.."),
    ("(sqrt(1 - rho**2) + rho*(pi - acos(rho)))/(2*pi) >= rho/2 + 1e-4", "rho=-1:1"),
    ("abs(x)*abs(y) <= (x**2 + y**2)/2.001", "x=-2:2 y=-2:2"),
    ("max(x, y) == (x + y + abs(x - y))/2 + 1e-9", "x=-inf:inf y=-inf:inf"),
    ("sqrt(x) <= 2", "x=-0.01:1"),
    ("(1 + x)**n >= 1 + n*x", "x=-4:inf n=1.."),
]


def named(texts: list[tuple[str, str]], ending: str) -> list[Claim]:
    return [renamed(text, ranges, f"text-{place}-{ending}") for place, (text, ranges) in enumerate(texts)]


def renamed(text: str, ranges: str, name: str) -> Claim:
    plain = conjecture(text, ranges.split())
    return Claim(name, plain.title, plain.given, plain.states)


texts = [*named(TRUE, "true"), *named(FALSE, "false")]

rho, s = symbols("rho s", real=True)
m = symbols("m", integer=True, positive=True)
u, v = gaussian.pair(rho)
z = gaussian.single("z")
PLUS = Rational(1003, 1000)
SIDE, HALVES = {rho: Interval(Rational(-1, 2), 1)}, {s: Interval(Rational(1, 2), 2)}


def pair_of(name: str, title: str, given, left, right) -> tuple[Claim, Claim]:
    """A claim about a mean, and the same off by 0.3 %."""
    return (
        Claim(f"{name}-true", title, given, equal(left, right)),
        Claim(f"{name}-false", title, given, equal(left, right * PLUS)),
    )


kernel = 2 / pi * (sqrt(1 - rho**2) + rho * asin(rho))
sizes = pair_of("sizes", "The mean of |u v|.", SIDE, Mean(Abs(u) * Abs(v)), kernel)
waves = pair_of("waves", "The mean of exp(s z).", HALVES, Mean(exp(s * z / 2)), exp(s**2 / 8))
gates = pair_of(
    "gates",
    "Both gates are open.",
    SIDE,
    Probability(step(u) * step(v) > 0),
    Rational(1, 4) + asin(rho) / (2 * pi),
)


def both(claims, **known):
    """One experiment for two claims."""

    def attach(function):
        for claim in claims:
            observes(claim, **known)(function)
        return function

    return attach


@both(sizes, resolution=1e-3)
def sizes_of_a_pair(key, draws, rho):
    a, b = simulate.pair(key, draws, rho)
    return jnp.abs(a) * jnp.abs(b)


@both(waves, resolution=1e-3)
def wave(key, draws, s):
    return jnp.exp(s * jax.random.normal(key, (draws,), s.dtype) / 2)


@both(gates, resolution=2e-3)
def open_gates(key, draws, rho):
    a, b = simulate.pair(key, draws, rho)
    return (a > 0) & (b > 0)


size = observed("h")
WIDTHS = {m: Range(16, 513)}
walk = (
    Claim("walk-true", "A random walk.", WIDTHS, scaling(Mean(size), Rational(1, 2), by=m)),
    Claim(
        "walk-false",
        "With a logarithm.",
        WIDTHS,
        scaling(Mean(size), Rational(1, 2), by=m, log=Rational(1, 4)),
    ),
)


@both(walk)
def distance(key, draws, m):
    return jnp.abs(jnp.sum(jax.random.normal(key, (draws, m)), axis=1))


FAR = {m: Range(2, oo)}
grown = (
    Claim("grown-true", "A logarithm.", FAR, scaling(m * log(m), 1, by=m, log=1)),
    Claim("grown-false", "And half another.", FAR, scaling(m * log(m), 1, by=m, log=Rational(3, 2))),
)
