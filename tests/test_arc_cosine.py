"""Theory meets simulation, and quadrature, on Gaussian dual activations.

A margin is a Bernstein bound from the law of one draw: a look raises a false alarm with probability
at most ``LOOK``. Quadrature knows the definition alone: the Gaussian density in the plane.
"""

import math
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.integrate import dblquad, quad
from scipy.special import eval_hermitenorm, roots_hermitenorm
from sympy import Rational, factorial2

from numerics import gaussian, network
from numerics.activation import twin
from numerics.statistics import Known, level_for, mean_margin
from theory import points
from theory.activation import ERF, SINE, SOFTPLUS, SQUARE, TANH
from theory.arc_cosine import any_order, hermite, orders, smooth, sphere

LOOK = 1e-9
DRAWS = 2**18
SEED = 20261122
QUADRATURE = 1e-7  # what dblquad promises here, in absolute terms
angles = st.floats(0, math.pi, allow_subnormal=False)
correlations = st.floats(-0.95, 0.95, allow_subnormal=False)
few = settings(max_examples=25)


def exact(value: float) -> Rational:
    return Rational(value)  # the very number that the simulator is given


def value(claim, **point) -> float:
    """The right side of a claim in double precision."""
    return float(claim.evaluate(30, **point))


def far_apart(values, claimed: float, known: Known) -> bool:
    """Whether draws contradict a claimed mean, at the error rate of one look."""
    level = float(level_for(values.shape[0], known, claimed, LOOK))
    margin = mean_margin(values.shape[0], level, known, claimed, LOOK)
    observed = float(clipped_mean(values, level))
    return abs(observed - claimed) > float(margin.half_width)


@jax.jit
def clipped_mean(values, level):
    return jnp.mean(jnp.clip(values.astype(float), -level, level))


def law(order: int, kernel: float, twice: float) -> Known:
    moments = tuple((float(q), float(factorial2(2 * order * q - 1)) / 2) for q in (4, 6, 8)) if order else ()
    return Known(variance=max(twice - kernel**2, 0.0), moments=moments, support=None if order else (0.0, 1.0))


@partial(jax.jit, static_argnums=0)
def hidden_layer(order: int, theta: float):
    """What the hidden layer of a network with two inputs at an angle holds, neuron by neuron."""
    weights = network.gaussian(jax.random.key(SEED), DRAWS, 2).W
    u, v = weights @ jnp.array([1.0, 0.0]), weights @ jnp.array([jnp.cos(theta), jnp.sin(theta)])
    both = (u > 0) & (v > 0)
    return jnp.where(both, (u * v) ** order, 0.0)


@partial(jax.jit, static_argnums=0)
def seen_by_a_layer(order: int, x, y):
    weights = network.gaussian(jax.random.key(SEED), DRAWS, x.size).W
    u, v = weights @ x, weights @ y
    return jnp.where((u > 0) & (v > 0), (u * v) ** order, 0.0)


@partial(jax.jit, static_argnums=(0, 1))
def seen_from_the_sphere(order: int, d: int, theta):
    p, q = gaussian.sphere_pair(jax.random.key(SEED), DRAWS, jnp.cos(theta), d)
    return jnp.where((p > 0) & (q > 0), (p * q) ** order, 0.0)


@jax.jit
def cosine_features(x, y):
    w_key, b_key = jax.random.split(jax.random.key(SEED))
    weights = gaussian.vector(w_key, DRAWS, x.size)
    phase = jax.random.uniform(b_key, (DRAWS,), maxval=2 * jnp.pi)
    return jnp.cos(weights @ x + phase) * jnp.cos(weights @ y + phase)


KERNELS = {0: orders.order_0, 1: orders.order_1, 2: orders.order_2, 4: orders.second_moment}


@pytest.mark.parametrize("order", [0, 1, 2])
@few
@given(theta=angles)
@example(theta=0.0)
@example(theta=math.pi)
@example(theta=math.pi - 1e-4)  # both gates open for one neuron in sixty thousand
def test_a_wide_layer_averages_to_the_closed_form(order, theta):
    kernel, twice = (value(KERNELS[k], theta=exact(theta)) for k in (order, 2 * order))
    neurons = hidden_layer(order, theta)
    assert not far_apart(neurons, kernel, law(order, kernel, twice))


@pytest.mark.parametrize("order", [0, 1, 2])
def test_a_wide_layer_contradicts_a_closed_form_that_is_five_percent_off(order):
    kernel, twice = (value(KERNELS[k], theta=1) for k in (order, 2 * order))
    off = 1.05 if order < 2 else 1.3  # what this many draws resolve; the suite resolves 0.3 %
    assert far_apart(hidden_layer(order, 1.0), off * kernel, law(order, kernel, twice))


@pytest.mark.parametrize("order", [0, 1, 2])
@few
@given(theta=st.floats(0.1, 3.0))
def test_the_definition_by_quadrature_in_the_plane_is_the_closed_form(order, theta):
    assert in_the_plane(order, math.cos(theta)) == pytest.approx(
        value(KERNELS[order], theta=exact(theta)), abs=QUADRATURE
    )


def in_the_plane(order: int, rho: float) -> float:
    """The mean over the open quadrant, in polar-free Cartesian coordinates."""
    root = 2 * math.pi * math.sqrt(1 - rho**2)

    def integrand(v, u):
        return (u * v) ** order * math.exp(-(u * u - 2 * rho * u * v + v * v) / (2 * (1 - rho**2))) / root

    return dblquad(integrand, 0, 14, 0, 14, epsabs=1e-9)[0]


@pytest.mark.parametrize("order", [3, 5])
@settings(max_examples=6)
@given(rho=st.fractions("-9/10", "9/10", max_denominator=50))
def test_cho_and_sauls_operator_gives_every_order(order, rho):
    closed = value(any_order.order_n, n=order, rho=Rational(rho))
    assert in_the_plane(order, float(rho)) == pytest.approx(closed, rel=1e-6, abs=QUADRATURE)


@pytest.mark.parametrize("order", range(6))
def test_the_diagonal_is_half_a_double_factorial(order):
    half_line = quad(lambda x: x ** (2 * order) * math.exp(-x * x / 2) / math.sqrt(2 * math.pi), 0, 40)[0]
    assert half_line == pytest.approx(value(any_order.diagonal, n=order), rel=1e-9)


@settings(max_examples=12)
@given(
    d=st.integers(1, 3),
    seed=st.integers(0, 5),
    a=st.floats(0.1, 3),
    b=st.floats(0.1, 3),
    order=st.sampled_from([0, 1, 2]),
)
def test_inputs_of_any_norm_and_dimension_enter_by_norms_and_angle(d, seed, a, b, order):
    claim = orders.inputs[order]
    point = next(p for p in points.draws(claim, seed, 4) if p["d"] == d)
    x, y = (jnp.array([float(entry) for entry in point[name]]) for name in "xy")
    point = {**point, "a": exact(a), "b": exact(b)}
    neurons = seen_by_a_layer(order, a * x, b * y) / (a * b) ** order
    rho = float(jnp.clip(x @ y, -1, 1))
    kernel = value(claim, **point) / (a * b) ** order
    twice = value(KERNELS[2 * order], theta=exact(math.acos(rho)))
    assert not far_apart(neurons, kernel, law(order, kernel, twice))


@settings(max_examples=12)
@given(d=st.integers(2, 4), theta=angles, order=st.sampled_from([0, 1, 2]))
def test_weights_on_the_sphere_divide_by_a_moment_of_the_radius(d, theta, order):
    claim = sphere.claims()[2 + order]
    neurons = seen_from_the_sphere(order, d, theta)
    kernel = value(claim, theta=exact(theta), d=d)
    assert not far_apart(neurons, kernel, Known(support=(0.0, 1.0), variance=max(kernel - kernel**2, 0.0)))


GRID, WEIGHT = roots_hermitenorm(120)
WEIGHT = WEIGHT / math.sqrt(2 * math.pi)


def plane_mean(f, g, rho: float, scale: float = 1.0) -> float:
    """E f(u) g(v) by Gauss-Hermite nodes in both directions: exact to rounding for entire functions."""
    u, z = np.meshgrid(GRID, GRID, indexing="ij")
    v = rho * u + math.sqrt(1 - rho**2) * z
    return float(WEIGHT @ (np.asarray(f(scale * u)) * np.asarray(g(scale * v))) @ WEIGHT)


@few
@given(
    rho=correlations,
    scale=st.floats(0.2, 1.2),
    f=st.sampled_from([ERF, TANH, SINE, SQUARE, SOFTPLUS]),
    g=st.sampled_from([ERF, TANH, SINE, SQUARE, SOFTPLUS]),
)
def test_correlation_differentiates_both_factors(rho, scale, f, g):
    f_, g_ = twin(f.name), twin(g.name)
    step = 1e-4  # a central difference is off by step^2 times a third derivative, here below 1
    up, down = (plane_mean(f_, g_, rho + side * step, scale) for side in (1, -1))
    slopes = [jax.vmap(jax.vmap(jax.grad(h))) for h in (f_, g_)]
    both = scale**2 * plane_mean(*(lambda z, h=h: h(jnp.asarray(z)) for h in slopes), rho, scale)
    assert (up - down) / (2 * step) == pytest.approx(both, abs=2e-6 * (1 + scale**4))


@few
@given(rho=correlations, scale=st.floats(0.2, 1.2))
def test_smooth_dual_activations_are_what_quadrature_says(rho, scale):
    erf_, square = twin("erf"), np.square
    rounding = 1e-9  # 120 nodes integrate these functions to better than that
    at = {"rho": exact(rho), "s": exact(scale)}
    assert plane_mean(erf_, erf_, rho, scale) == pytest.approx(value(smooth.erf_kernel, **at), abs=rounding)
    assert plane_mean(square, square, rho) == pytest.approx(
        value(smooth.square_kernel, rho=exact(rho)), abs=rounding
    )
    assert plane_mean(lambda z: 2 * z, lambda z: 2 * z, rho) == pytest.approx(
        value(smooth.square_slope, rho=exact(rho)), abs=rounding
    )


@settings(max_examples=12)
@given(d=st.integers(1, 3), seed=st.integers(0, 5))
def test_random_cosines_average_to_the_gaussian_kernel(d, seed):
    point = next(p for p in points.draws(smooth.cosine, seed, 4) if p["d"] == d)
    x, y = (jnp.array([float(entry) for entry in point[name]]) for name in "xy")
    features = cosine_features(x, y)
    assert not far_apart(features, value(smooth.cosine, **point), Known(support=(-1.0, 1.0)))


@pytest.mark.parametrize("degree", [0, 1, 2, 4, 6])
def test_the_hermite_coefficients_of_relu_are_what_quadrature_says(degree):
    coefficient = quad(
        lambda z: z * eval_hermitenorm(degree, z) * math.exp(-z * z / 2) / math.sqrt(2 * math.pi),
        0,
        40,
        epsabs=1e-12,
    )[0]
    claim = hermite.squares[list(hermite.SQUARES).index(degree)]
    assert coefficient**2 / math.factorial(degree) == pytest.approx(value(claim), abs=1e-10)


@few
@given(rho=st.fractions("-3/5", "3/5", max_denominator=40))
def test_the_hermite_series_of_relu_sums_to_the_kernel_of_order_one(rho):
    kernel = value(orders.correlations[1], rho=Rational(rho))
    coefficients = [value(hermite.relu, k=k) ** 2 / math.factorial(k) for k in range(2, 60)]
    terms = [1 / (2 * math.pi), float(rho) / 4, *(c * float(rho) ** k for k, c in enumerate(coefficients, 2))]
    tail = 0.6**60 / (1 - 0.6)  # the coefficients sum to less than one
    assert sum(terms) == pytest.approx(kernel, abs=1e-12 + tail)
