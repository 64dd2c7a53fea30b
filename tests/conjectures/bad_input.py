"""One claim for each way in which an experiment can be no experiment; ``fine`` must be checked all the same."""

import itertools
import time

import jax
import jax.numpy as jnp
import numpy as np
from sympy import Abs, Integer, Interval, Range, Rational, oo, symbols

from numerics import observes
from theory import Claim, Covariance, Mean, Probability, equal, gaussian, limit, observed, step

x = symbols("x", real=True)
m = symbols("m", integer=True, positive=True)
z = gaussian.single("z")
calls = itertools.count()


def stated(name, left=None, right=x):
    return Claim(name, "One.", {x: Interval(1, 2)}, equal(Mean(z**2) * x if left is None else left, right))


wrong_parameters = stated("wrong-parameters")
nan = stated("nan")
infinite = stated("infinite")
nan_at_one = stated("nan-elsewhere")
complex_values = stated("complex")
wrong_shape = stated("wrong-shape")
changing_shape = stated("changing-shape")
restless = stated("restless")
restless_value = stated("restless-value", observed("A"))
raises = stated("raises")
raises_when_traced = stated("raises-when-traced")
no_booleans = stated("no-booleans", Probability(step(z) > 0), Rational(1, 2))
no_pair = stated("no-pair", Covariance(z, z), Integer(1))
missing = stated("missing", observed("A"), observed("B"))
misshapen = stated("misshapen", observed("A", 2, 2), observed("B", 2, 2))
nan_value = stated("nan-value", observed("A"))
complex_value = stated("complex-value", observed("A"))
nan_limit = Claim("nan-limit", "One.", {m: Range(16, oo)}, limit(observed("A"), 1, by=m, rate=-1))
exhausts = stated("exhausts-memory")
unknown_right = stated("unknown-right", observed("A"), Mean(Abs(z)))
unchecked = stated("unchecked")
fine = stated("fine")


@observes(wrong_parameters)
def takes_y(key, draws, y):
    return y


@observes(nan)
def not_a_number(key, draws, x):
    return jnp.full(draws, jnp.nan)


@observes(infinite)
def too_large(key, draws, x):
    return jnp.full(draws, jnp.inf)


@observes(nan_at_one, resolution=0.2)
def root(key, draws, x):
    return jnp.sqrt(1.75 - x) + 0 * jax.random.normal(key, (draws,))


@observes(complex_values)
def imaginary(key, draws, x):
    return 1j * jax.random.normal(key, (draws,))


@observes(wrong_shape)
def one_too_many(key, draws, x):
    return jax.random.normal(key, (draws + 1,))


@observes(changing_shape)
def wider_and_wider(key, draws, x):
    return jnp.ones((draws, draws))


@observes(restless)
def clock(key, draws, x):
    return jnp.full(draws, float(next(calls)))


@observes(restless_value)
def count(x):
    return float(next(calls))


@observes(raises)
def boom(key, draws, x):
    raise RuntimeError("boom")


@observes(raises_when_traced)
def branches(key, draws, x):
    return jnp.ones(draws) if x > 0 else jnp.zeros(draws)


@observes(no_booleans)
def ones(key, draws, x):
    return jnp.ones(draws)


@observes(no_pair)
def single(key, draws, x):
    return jnp.ones(draws)


@observes(missing)
def half(x):
    return {"A": x}


@observes(misshapen)
def flat(x):
    return {"A": jnp.ones(2), "B": jnp.ones((2, 2))}


@observes(nan_value)
def nothing(x):
    return jnp.nan


@observes(complex_value)
def rotated(x):
    return 1j * x


@observes(nan_limit)
def undefined(m):
    return float("nan")


@observes(exhausts)
def enormous(key, draws, x):
    return jnp.sort(jax.random.normal(key, (draws, 1)) * jnp.arange(2**36), axis=1)[:, 0]


@observes(unknown_right)
def anything(x):
    return x


@observes(fine, variance=2 * x**0, resolution=0.2)
def square(key, draws, x):
    return jax.random.normal(key, (draws,)) ** 2


numpy_used = stated("numpy-used")
float_taken = stated("float-taken")
without_key = stated("without-key")
ignores_key = stated("ignores-key")
ignores_parameter = stated("ignores-parameter", Mean(z**2 * x))
idle_value = stated("ignores-key-value", observed("A") * x)


@observes(numpy_used)
def sizes(key, draws, x):
    return np.abs(jax.random.normal(key, (draws,), x.dtype)) * x


@observes(float_taken)
def taken(key, draws, x):
    return jax.random.normal(key, (draws,)) * float(x)


@observes(without_key)
def keyless(draws, x):
    return jnp.ones(draws)


@observes(ignores_key, resolution=0.2)
def always_one(key, draws, x):
    return x * jnp.ones(draws, x.dtype)


@observes(ignores_parameter, variance=2 * x**0, resolution=0.2)
def not_of_x(key, draws, x):
    return jax.random.normal(key, (draws,)) ** 2


@observes(idle_value)
def certain(key, x):
    return x


hangs = stated("hangs", observed("A"))


@observes(hangs)
def sleep(x):
    time.sleep(10_000)
