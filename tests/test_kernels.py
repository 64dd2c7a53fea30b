"""The stable closed forms against 50 digits, at every angle, with their gradients."""

import math
from functools import partial

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from numerics import kernels

ULPS = 16  # what the module promises
FLOATS = {"float32": 2.0**-23, "float64": 2.0**-52}
CLOSE = [10.0**-k for k in range(0, 31, 3)]
ORDERS = (0, 1, 2)
value = {n: jax.jit(partial(kernels.arc_cosine, n)) for n in ORDERS}
slope = {n: jax.jit(jax.grad(partial(kernels.arc_cosine, n), argnums=(0, 1))) for n in ORDERS}
angle, opening, tangents = map(jax.jit, (kernels.angle, kernels.opening, kernels.relu_tangents))


def wedge(x, y):
    """Norms and opening of the very floats given, to 50 digits after what cancels."""
    x, y = ([mpmath.mpf(float(entry)) for entry in z] for z in (x, y))
    a, b = (mpmath.sqrt(mpmath.fsum(entry**2 for entry in z)) for z in (x, y))
    apart = mpmath.norm([p / a - q / b for p, q in zip(x, y, strict=True)])
    along = mpmath.norm([p / a + q / b for p, q in zip(x, y, strict=True)])
    return a, b, 2 * mpmath.atan2(along, apart), 2 * mpmath.atan2(apart, along)


def exact(n, x, y):
    """The definition, in the angle of the pre-activations: the polar radius integrates to 2^n n!."""
    a, b, delta, _ = wedge(x, y)
    form = {
        0: delta,
        1: mpmath.sin(delta) - delta * mpmath.cos(delta),
        2: delta * (2 + mpmath.cos(2 * delta)) - mpmath.mpf(3) / 2 * mpmath.sin(2 * delta),
    }
    return (a * b) ** n * form[n] / (2 * mpmath.pi)


def padded(z, dtype="float64"):
    """In dimension 8, with zeros, which change no kernel: so that one program serves every dimension."""
    return jnp.asarray(np.pad(z, (0, 8 - len(z))), dtype)


def at_angle(h, sign, d, dtype, seed):
    """Two inputs, of norms up to 1000 apart, with ``rho = sign (1 - h)`` up to rounding."""
    noise = np.random.default_rng(seed)
    x, y = np.linalg.qr(noise.normal(size=(d, 2)))[0].T
    y = sign * (1 - h) * x + math.sqrt(h * (2 - h)) * y
    return (padded(z * 10 ** noise.uniform(-1.5, 1.5), dtype) for z in (x, y))


def ulps(got, wanted, eps):
    return 0.0 if wanted == got else float(abs(mpmath.mpf(float(got)) - wanted) / abs(wanted) / eps)


@pytest.mark.parametrize("n", ORDERS)
def test_the_form_in_the_opening_is_the_gaussian_integral(n):
    """E over the polar angle of the definition, by quadrature: so that ``exact`` is more than our formula."""
    x, y = [1.0, 0.0], [math.cos(0.7), math.sin(0.7)]
    with mpmath.workdps(40):
        a, b, _, theta = wedge(x, y)
        quarter = mpmath.pi / 2
        angular = mpmath.quad(
            lambda t: (mpmath.cos(t) * mpmath.cos(t - theta)) ** n, [theta - quarter, quarter]
        )
        radial = 2**n * mpmath.factorial(n) / (2 * mpmath.pi)
        assert abs(exact(n, x, y) - (a * b) ** n * radial * angular) < 1e-30


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("n", ORDERS)
def test_kernels_keep_every_digit_as_inputs_turn_parallel_or_opposite(n, sign, dtype):
    eps, tiny = FLOATS[dtype], np.finfo(dtype).tiny
    with mpmath.workdps(200):  # 50 digits are left of an order-2 kernel at an opening of 1e-15
        for k, h in enumerate(CLOSE):
            x, y = at_angle(h, sign, (2, 3, 8)[k % 3], dtype, k)
            wanted = exact(n, x, y)
            if min(wedge(x, y)[2:]) > eps and wanted > 2 * tiny:
                assert ulps(value[n](x, y), wanted, eps) <= ULPS, h


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("sign", [1, -1])
def test_angles_keep_every_digit_as_inputs_turn_parallel_or_opposite(sign, dtype):
    eps, checked = FLOATS[dtype], 0
    with mpmath.workdps(100):
        for k, h in enumerate(CLOSE):
            x, y = at_angle(h, sign, (2, 3, 8)[k % 3], dtype, k)
            _, _, delta, theta = wedge(x, y)
            if min(delta, theta) > eps:
                assert ulps(angle(x, y), theta, eps) <= ULPS, h
                assert ulps(opening(x, y), delta, eps) <= ULPS, h
                checked += 1
    assert checked >= 4


def test_an_arccosine_would_have_lost_those_digits():
    x, y = at_angle(1e-12, 1, 8, "float64", 0)
    naive = jnp.arccos(x @ y / jnp.linalg.norm(x) / jnp.linalg.norm(y))
    assert ulps(naive, wedge(x, y)[3], FLOATS["float64"]) > 1e6


entries = st.lists(st.floats(-8, 8, allow_subnormal=False, width=32), min_size=1, max_size=4)
inputs = st.tuples(entries, entries)
collinear = [([1.0], [1.0]), ([1.0], [-2.0]), ([0.0], [1.0, 2.0]), ([0.0], [0.0]), ([1.0, 2.0], [3.0, 6.0])]


def with_collinear(test):
    for point in collinear:
        test = example(point=point)(test)
    return settings(max_examples=25)(given(point=inputs)(test))


@with_collinear
def test_values_and_gradients_are_finite_everywhere(point):
    x, y = map(padded, point)
    for n in ORDERS:
        assert np.isfinite(value[n](x, y))
        assert all(np.all(np.isfinite(part)) for part in slope[n](x, y))


def test_in_dimension_one_the_kernel_is_all_or_nothing():
    one = jnp.ones(1)
    for n, diagonal in enumerate((1 / 2, 1 / 2, 3 / 2)):
        np.testing.assert_allclose(value[n](one, one), diagonal, rtol=ULPS * FLOATS["float64"])
        assert value[n](one, -one) == 0


@with_collinear
def test_kernels_are_symmetric_and_bounded_by_their_diagonal(point):
    x, y = map(padded, point)
    for n in ORDERS:
        here, diagonal = value[n](x, y), math.sqrt(value[n](x, x) * value[n](y, y))
        assert abs(here - value[n](y, x)) <= ULPS * FLOATS["float64"] * here
        assert 0 <= here <= diagonal * (1 + ULPS * FLOATS["float64"])


@with_collinear
def test_the_gradient_of_order_one_is_its_theorem(point):
    """``|y| (sin(theta) x/|x| + delta y/|y|) / (2 pi)``, at collinear inputs too; zero at zero."""
    x, y = map(padded, point)
    got, a, b = slope[1](x, y)[0], jnp.linalg.norm(x), jnp.linalg.norm(y)
    assume(min(a, b) > 1e-6 * max(a, b))  # a zero input has no direction
    delta = opening(x, y)
    wanted = b * (jnp.sin(delta) * x / a + delta * y / b) / (2 * jnp.pi)
    # Both lose digits to the rounded direction of x and y, so by as many eps as |y| is worth.
    assert np.max(np.abs(got - wanted)) <= 64 * FLOATS["float64"] * b


@pytest.mark.parametrize("n", ORDERS)
def test_a_zero_input_activates_nothing(n):
    assert value[n](jnp.zeros(3), jnp.ones(3)) == 0
    assert value[n](jnp.zeros(3), jnp.zeros(3)) == 0


@pytest.mark.parametrize(("n", "diagonal"), [(0, 1 / 2), (1, 1 / 2), (2, 3 / 2)])
def test_the_diagonal_is_half_a_gaussian_moment(n, diagonal):
    x = jnp.asarray([0.6, 0.8])
    np.testing.assert_allclose(value[n](x, x), diagonal, rtol=ULPS * FLOATS["float64"])


@pytest.mark.parametrize("n", ORDERS)
def test_gram_matrices_are_positive_semidefinite_with_repeated_and_opposite_inputs(n):
    X = np.random.default_rng(0).normal(size=(6, 3))
    X = jnp.asarray(np.concatenate([X, X[:2], -X[:2]]))
    pairwise = jax.vmap(jax.vmap(value[n], in_axes=(None, 0)), in_axes=(0, None))
    eigenvalues = jnp.linalg.eigvalsh(pairwise(X, X))
    assert eigenvalues[0] >= -ULPS * X.shape[0] * FLOATS["float64"] * eigenvalues[-1]


@with_collinear
def test_the_relu_tangents_are_the_orders_zero_and_one(point):
    x, y = map(padded, point)
    K_1, K_2 = tangents(x, y)
    np.testing.assert_allclose(K_2, value[1](x, y), rtol=1e-15, atol=0)
    np.testing.assert_allclose(K_1, x @ y * value[0](x, y), rtol=1e-15, atol=0)


def test_other_orders_are_refused():
    with pytest.raises(ValueError, match="order 3; the orders are 0, 1 and 2"):
        kernels.arc_cosine(3, jnp.ones(2), jnp.ones(2))
