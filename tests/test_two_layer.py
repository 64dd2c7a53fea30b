"""Theory meets simulation on two-layer networks: kernels, their noise at every width, and initialisations.

A look at a mean of ``DRAWS`` values allows six of its standard errors, which a true claim exceeds once in
5e8 looks; the values are one neuron's, whose sixth moments are below 1e5, so that the normal law is close.
"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import ImmutableDenseMatrix, Rational

from numerics import kernels, network
from numerics.blockwise import BLOCK
from numerics.experiments.two_layer import random_weights, wide
from numerics.experiments.two_layer.random_weights import DIRECTIONS, GAUSSIAN, SIGNS, neurons
from theory.two_layer import initialisations, limits, moments

DRAWS = 2**18
ERRORS = 6
ROUNDING = 1e-12  # 1e4 eps: sums of a few terms of size one
single = partial(jax.random.key, 7)
quarters = st.integers(-8, 8).map(lambda k: Rational(k, 4))
inputs = st.lists(quarters, min_size=3, max_size=3).filter(any)
few = settings(max_examples=12)
cov = {claim.name.removeprefix("k1-k2-covariance-and-total-variance"): claim for claim in moments.covariance}
k1 = {claim.name.removeprefix("k1-variance"): claim for claim in moments.k1_variance}


def floats(x):
    return jnp.asarray([float(part) for part in x])


def value(claim, x, y=None, **rest) -> float:
    """The right side of a claim at inputs in dimension three, of a network of width one."""
    pair = {} if y is None else {"y": ImmutableDenseMatrix(y)}
    rest = {"m": 1, "d": 3, **rest}
    kept = {name: rest[name] for name in claim.symbols if name in rest}
    return float(claim.evaluate(30, x=ImmutableDenseMatrix(x), **pair, **kept))


@partial(jax.jit, static_argnums=(0, 3))
def drawn(law, x, y, draws=DRAWS):
    """One neuron's share of both parts, many times."""
    found = neurons(single(), draws, x.astype(jnp.float32), y.astype(jnp.float32), law)
    return tuple(part.astype(float) for part in found)


def check_mean(values, mean) -> bool:
    values = np.asarray(values)
    error = values.std() / np.sqrt(values.size)
    return abs(values.mean() - mean) <= ERRORS * error + ROUNDING


def check_covariance(u, v, claimed) -> bool:
    """Products of centred values have the covariance as their mean, up to 1/DRAWS of it."""
    products = (u - u.mean()) * (v - v.mean())
    return check_mean(products, float(claimed) * (1 - 1 / DRAWS))


LAWS = {"gaussian": GAUSSIAN, "rademacher": SIGNS}


@pytest.mark.parametrize("law", LAWS)
@few
@given(x=inputs, y=inputs)
def test_the_variance_of_both_parts_and_of_the_kernel_is_that_of_one_neuron(law, x, y):
    hidden, output = drawn(LAWS[law], floats(x), floats(y))
    assert check_covariance(hidden, hidden, value(k1[f".{law}"], x, y))
    assert check_covariance(output, output, value(moments.k2_variance[0], x, y))
    assert check_covariance(hidden + output, hidden + output, value(cov[f".total.{law}"], x, y))
    known = {"mu2": 1, "mu4": 3 if law == "gaussian" else 1}
    assert check_covariance(hidden, output, value(cov[""], x, y, **known))


@pytest.mark.parametrize("law", LAWS)
def test_a_variance_that_is_five_percent_off_is_seen(law):
    x, y = [1, 0, 0], [Rational(3, 5), Rational(4, 5), 0]
    hidden, output = drawn(LAWS[law], floats(x), floats(y), 2**22)
    whole = hidden + output
    for u, claim in (
        (hidden, k1[f".{law}"]),
        (output, moments.k2_variance[0]),
        (whole, cov[f".total.{law}"]),
    ):
        assert check_covariance(u, u, value(claim, x, y))
        assert not check_covariance(u, u, 1.05 * value(claim, x, y))


@few
@given(x=inputs, y=inputs, mu2=st.integers(1, 8).map(lambda k: Rational(k, 4)))
def test_one_neuron_has_the_mean_of_the_infinitely_wide_network(x, y, mu2):
    hidden, output = drawn(GAUSSIAN.scaled(float(mu2) ** 0.5, 1.0), floats(x), floats(y))
    whole, first, second, *_ = limits.means
    assert check_mean(hidden + output, value(whole, x, y, mu2=mu2))
    assert check_mean(hidden, value(first, x, y, mu2=mu2))
    assert check_mean(output, value(second, x, y))


@few
@given(x=inputs, y=inputs)
def test_the_closed_form_is_the_kernel_that_a_stable_program_computes(x, y):
    whole = sum(kernels.relu_tangents(floats(x), floats(y)))
    size = float(np.linalg.norm(floats(x)) * np.linalg.norm(floats(y)))
    assert abs(value(limits.closed_form, x, y) - float(whole)) <= ROUNDING * size


@few
@given(x=inputs)
def test_directions_leave_a_part_in_the_dimension_of_what_gaussian_rows_leave(x):
    scale = DIRECTIONS.scaled(1.0, 3**-0.5)
    hidden, output = drawn(scale, floats(x), floats(x))
    assert check_mean(hidden, value(initialisations.case_1_hidden, x))
    assert check_mean(output, value(initialisations.case_1_output, x))


@few
@given(x=inputs, y=inputs)
def test_the_frobenius_error_of_one_neuron_is_the_sum_of_its_variances(x, y):
    data = ImmutableDenseMatrix([x, y])
    claimed = limits.frobenius_signs.evaluate(30, m=1, n=2, d=3, X=data)
    rows = jnp.stack([floats(x), floats(y)]).astype(jnp.float32)
    found = jax.jit(random_weights.squared_error, static_argnums=(1, 2, 4))(single(), DRAWS, 1, rows, SIGNS)
    assert check_mean(found, float(claimed))


@pytest.mark.parametrize("law", [GAUSSIAN, SIGNS, DIRECTIONS])
def test_what_a_neuron_adds_is_the_inner_product_of_its_gradients(law):
    """The same weights, differentiated by the machine."""
    x, y = jnp.asarray([1.0, -2.0, 0.5], jnp.float32), jnp.asarray([0.5, 1.0, 2.0], jnp.float32)

    def start(key, m, d, dtype):
        a_key, w_key = jax.random.split(key)
        return network.Weights(law.a(a_key, m), jnp.stack(law.W(w_key, m, d), axis=1))

    direct = neurons(single(), 256, x, y, law)
    by_machine = network.neuron_tangents(single(), 256, x, y, jax.nn.relu, start)
    for one, other in zip(direct, by_machine, strict=True):
        assert np.allclose(one, other, rtol=1e-5, atol=1e-5)  # single precision, a few terms


@pytest.mark.parametrize("m", [1, BLOCK - 1, BLOCK, 2 * BLOCK + 3])
def test_a_wide_network_is_the_average_over_its_neurons(m):
    x, y = jnp.asarray([1.0, 2.0]), jnp.asarray([-1.0, 0.5])
    keys = [jax.random.fold_in(single(), at) for at in range(-(-m // BLOCK))]
    single_precision = tuple(map(jnp.float32, (x, y)))
    parts = [np.asarray(neurons(key, BLOCK, *single_precision, GAUSSIAN, jnp.tanh), float) for key in keys]
    wanted = np.concatenate(parts, axis=1)[:, :m].mean(axis=1)
    assert np.allclose(wide.averages(single(), m, x, y, jnp.tanh, GAUSSIAN), wanted, rtol=1e-5)


def test_the_memory_of_a_wide_network_does_not_grow_with_its_width():
    def held(m: int) -> int:
        run = jax.jit(lambda key: wide.averages(key, m, jnp.ones(3), jnp.ones(3), jnp.tanh, GAUSSIAN))
        return run.lower(single()).compile().memory_analysis().temp_size_in_bytes

    assert held(2**20) <= held(2**14) + 2**12


def test_no_error_can_be_planted_at_the_wrong_angle():
    """The kernel at another angle is another kernel: the look at the mean sees a correlation that is off."""
    x, y = [1, 0, 0], [Rational(3, 5), Rational(4, 5), 0]
    hidden, _ = drawn(GAUSSIAN, floats(x), floats(y), 2**22)
    assert check_mean(hidden, value(limits.means[1], x, y, mu2=1))
    assert not check_mean(hidden, value(limits.means[1], x, [Rational(5, 8), Rational(25, 32), 0], mu2=1))
