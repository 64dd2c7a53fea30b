"""A true and a false claim of each kind of statement: names end in ``-true`` and ``-false``.

Every false one is wrong by an amount that a reader can check by hand at the point that refutes it.
"""

import jax
import jax.numpy as jnp
from sympy import (
    Abs,
    Eq,
    Integral,
    Interval,
    Matrix,
    Range,
    Rational,
    Sum,
    cos,
    exp,
    log,
    oo,
    pi,
    sin,
    sqrt,
    symbols,
)

from numerics import gaussian as draw
from numerics import observes
from theory import (
    Claim,
    Covariance,
    Mean,
    Probability,
    Variance,
    above,
    at_least,
    at_most,
    below,
    equal,
    gaussian,
    holds,
    limit,
    observed,
    scaling,
    step,
)

x, t, rho = symbols("x t rho", real=True)
s, h = symbols("s h", positive=True)
m, k, n = symbols("m k n", integer=True, positive=True)
u, v = gaussian.pair(rho)
z = gaussian.single("z")


# An identity between numbers of theory: balls compare both sides.
area = Integral(cos(t), (t, 0, x))
equal_true = Claim("equal-true", "The area under the cosine.", {x: Interval(0, 2)}, equal(area, sin(x)))
equal_false = Claim("equal-false", "Its Taylor polynomial.", {x: Interval(0, 2)}, equal(area, x - x**3 / 6))

# A mean over a law: the experiment returns draws.
mean_true = Claim("mean-true", "E uv is the correlation.", {rho: Interval(-1, 1)}, equal(Mean(u * v), rho))
mean_false = Claim(
    "mean-false", "E |u v| is |rho|.", {rho: Interval(-1, 1)}, equal(Mean(Abs(u) * Abs(v)), Abs(rho))
)


@observes(mean_true, variance=1 + rho**2, resolution=5e-2)
def product(key, draws, rho):
    a, b = draw.pair(key, draws, rho)
    return a * b


@observes(mean_false, resolution=5e-2)
def product_of_sizes(key, draws, rho):
    a, b = draw.pair(key, draws, rho)
    return jnp.abs(a) * jnp.abs(b)


# A probability: the experiment returns booleans, and the interval is exact.
opening = Rational(1, 4) + rho / (2 * pi)
both = Probability(step(u) * step(v) > 0)
probability_true = Claim(
    "probability-true", "Two gates.", {rho: Interval(-1, 1)}, at_least(both, opening - Rational(1, 10))
)
probability_false = Claim(
    "probability-false",
    "Sheppard's formula without its arcsine.",
    {rho: Interval(-1, 1)},
    equal(both, opening),
)


@observes(probability_true, resolution=5e-2)
def gates(key, draws, rho):
    a, b = draw.pair(key, draws, rho)
    return (a > 0) & (b > 0)


observes(probability_false, resolution=5e-2)(gates)

# A variance and a covariance: the engine forms pairs of fresh draws.
variance_true = Claim(
    "variance-true", "Var z^2 = 2.", {s: Interval(1, 2)}, equal(Variance(z**2 * s), 2 * s**2)
)
variance_false = Claim(
    "variance-false", "Var z^2 = 3.", {s: Interval(1, 2)}, equal(Variance(z**2 * s), 3 * s**2)
)


@observes(variance_true, kurtosis=15, resolution=1e-1)
def scaled_square(key, draws, s):
    return s * jax.random.normal(key, (draws,), s.dtype) ** 2


observes(variance_false, resolution=1e-1)(scaled_square)

covariance_true = Claim(
    "covariance-true",
    "Cov(u^2, v^2) = 2 rho^2.",
    {rho: Interval(-1, 1)},
    equal(Covariance(u**2, v**2), 2 * rho**2),
)
covariance_false = Claim(
    "covariance-false", "It is 2 rho.", {rho: Interval(-1, 1)}, equal(Covariance(u**2, v**2), 2 * rho)
)


@observes(covariance_true, resolution=1e-1)
def squares(key, draws, rho):
    a, b = draw.pair(key, draws, rho)
    return a**2, b**2


observes(covariance_false, resolution=1e-1)(squares)

# An array from an experiment without randomness, entry by entry.
a, b = symbols("a b", real=True)
jacobian = observed("J", 2, 2)
array_true = Claim(
    "array-true",
    "The Jacobian of (ab, sin a) by automatic differentiation.",
    {a: Interval(-2, 2), b: Interval(-2, 2)},
    equal(jacobian, Matrix([[b, a], [cos(a), 0]])),
)
array_false = Claim(
    "array-false",
    "The same with a sign turned.",
    {a: Interval(-2, 2), b: Interval(-2, 2)},
    equal(jacobian, Matrix([[b, a], [-cos(a), 0]])),
)


@observes(array_true)
def derivatives(a, b):
    return jax.jacobian(lambda p: jnp.stack([p[0] * p[1], jnp.sin(p[0])]))(jnp.stack([a, b]))


observes(array_false)(derivatives)

# A bound between measured quantities, on random data.
remainder, curvature, slope = observed("R"), observed("beta"), observed("g")
observed_true = Claim(
    "observed-true",
    "The descent lemma on a random quadratic.",
    {s: Interval(Rational(1, 100), 1)},
    at_most(remainder, curvature * s**2 * slope**2 / 2),
)
observed_false = Claim(
    "observed-false",
    "The descent lemma with a quarter for a half.",
    {s: Interval(Rational(1, 100), 1)},
    at_most(remainder, curvature * s**2 * slope**2 / 4),
)


@observes(observed_true)
def descent(key, s):
    stretch, start = jax.random.uniform(key, (2,), minval=0.5, maxval=2.0)
    slope = stretch * start
    after = stretch * (start - s * slope) ** 2 / 2
    before = stretch * start**2 / 2
    return {"R": after - before + s * slope**2, "beta": stretch, "g": slope}


observes(observed_false)(descent)

# Inequalities of theory over a whole interval: boxes cover them.
at_most_true = Claim("at-most-true", "Bernoulli.", {x: Interval(-1, 1)}, at_most(1 + x, exp(x)))
at_most_false = Claim("at-most-false", "Too much.", {x: Interval(-1, 1)}, at_most(exp(x), 1 + x + x**2 / 2))
at_least_true = Claim("at-least-true", "A parabola.", {x: Interval(0, 1)}, at_least(sin(x), x - x**3 / 6))
at_least_false = Claim("at-least-false", "A line.", {x: Interval(0, 1)}, at_least(sin(x), x))
below_true = Claim("below-true", "Strict.", {x: Interval(0, 1)}, below(sin(x), x + 1))
below_false = Claim("below-false", "Equal at zero.", {x: Interval(0, 1)}, below(x - x**2, x))
above_true = Claim("above-true", "Strict.", {x: Interval(1, 2)}, above(exp(x), 2 * x))
above_false = Claim("above-false", "Crosses.", {x: Interval(1, 2)}, above(exp(x), x**3 + x))

# Limits: of a sequence of theory, and of random averages.
limit_true = Claim("limit-true", "Euler.", {m: Range(1, oo)}, limit((1 + 1 / m) ** m, exp(1), by=m, rate=-1))
limit_false = Claim(
    "limit-false",
    "Not quite Euler.",
    {m: Range(1, oo)},
    limit((1 + 1 / m) ** m, Rational(27, 10), by=m, rate=-1),
)
average = observed("A")
median_true = Claim(
    "limit-median-true", "The law of large numbers.", {m: Range(16, 1025)}, limit(average, 1, by=m, rate=-1)
)
median_false = Claim(
    "limit-median-false",
    "To another mean.",
    {m: Range(16, 1025)},
    limit(average, Rational(9, 10), by=m, rate=-1),
)


@observes(median_true, resolution=1e-2)
def average_of_squares(key, m):
    return jnp.mean(jax.random.normal(key, (m,)) ** 2)


observes(median_false, resolution=1e-2)(average_of_squares)

# Scalings: exact, one-sided, with a logarithm, with a constant, towards zero; computed and measured.
harmonic = Sum(1 / k, (k, 1, m))
far = {m: Range(2, oo)}
scaling_true = Claim("scaling-true", "Square root.", far, scaling(sqrt(m**2 + m), 1, by=m))
scaling_false = Claim("scaling-false", "Wrong power.", far, scaling(sqrt(m**2 + m), Rational(11, 10), by=m))
upper_true = Claim("scaling-upper-true", "At most.", far, scaling(sqrt(m), 1, by=m, bound="upper"))
upper_false = Claim("scaling-upper-false", "More.", far, scaling(m * sqrt(m), 1, by=m, bound="upper"))
log_true = Claim("scaling-log-true", "A logarithm.", far, scaling(m * log(m), 1, by=m, log=1))
log_false = Claim("scaling-log-false", "Its square.", far, scaling(m * log(m), 1, by=m, log=2))
constant_true = Claim("scaling-constant-true", "Two.", far, scaling(2 * m + 1, 1, by=m, constant=2))
constant_false = Claim("scaling-constant-false", "Three.", far, scaling(2 * m + 1, 1, by=m, constant=3))
zero_true = Claim(
    "scaling-zero-true", "Small angles.", {h: Interval.open(0, 1)}, scaling(1 - cos(h), 2, by=h, to=0)
)
zero_false = Claim(
    "scaling-zero-false", "Cubic.", {h: Interval.open(0, 1)}, scaling(1 - cos(h), 3, by=h, to=0)
)
width = observed("W")
walk_true = Claim(
    "scaling-measured-true",
    "A random walk.",
    {m: Range(16, 513)},
    scaling(Mean(width), Rational(1, 2), by=m),
)
walk_false = Claim("scaling-measured-false", "Ballistic.", {m: Range(16, 513)}, scaling(Mean(width), 1, by=m))


@observes(walk_true)
def distance(key, draws, m):
    return jnp.abs(jnp.sum(jax.random.normal(key, (draws, m)), axis=1))


observes(walk_false)(distance)

# Conditions: of theory, and of an experiment.
holds_true = Claim(
    "holds-true", "Even.", {n: Range(1, 50)}, holds(Eq((n**2 + n) % 2, 0), control={n: Rational(1, 2)})
)
holds_false = Claim("holds-false", "Divisible by four.", {n: Range(1, 50)}, holds(Eq((n**2 + n) % 4, 0)))
sorted_out = observed("sorted")
holds_measured_true = Claim("holds-measured-true", "Sorting sorts.", {n: Range(1, 9)}, holds(sorted_out))
holds_measured_false = Claim("holds-measured-false", "Noise is sorted.", {n: Range(1, 9)}, holds(sorted_out))


@observes(holds_measured_true)
def sorting(key, n):
    values = jnp.sort(jax.random.normal(key, (n,)))
    return jnp.all(values[1:] >= values[:-1])


@observes(holds_measured_false)
def not_sorting(key, n):
    values = jax.random.normal(key, (n,))
    return jnp.all(values[1:] >= values[:-1])
