"""The JAX twin of every activation is the activation of that name in theory, derivative by derivative."""

from functools import reduce

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import sympy

from numerics.activation import TWINS, hermite, twin
from theory import activation

EPS = 2.0**-52
POINTS = [-3.0, -1.25, -1e-3, 1e-3, 0.5, 2.75]  # kinks are met with probability zero
both = {each.name: each for each in activation.ALL}
orders = [
    (name, order) for name, each in both.items() for order in range(3 if each.smooth else len(each.weak) + 1)
]


@pytest.mark.parametrize(("name", "order"), orders)
def test_a_twin_agrees_with_theory_and_so_do_its_derivatives(name, order):
    function = reduce(lambda f, _: jax.grad(f), range(order), twin(name))
    formula = both[name].derivative(order)
    for z in POINTS:
        exact = float(sympy.N(formula(sympy.Rational(z)), 30))
        assert abs(float(function(jnp.float64(z))) - exact) <= 256 * EPS * max(1, abs(exact)), z


def test_every_activation_of_theory_has_a_twin():
    assert {each.name for each in activation.ALL} <= set(TWINS)


@pytest.mark.parametrize(
    ("name", "value", "slope"), [("identity", 2.0, 1.0), ("sign", 1.0, 0.0), ("leaky_relu", 2.0, 1.0)]
)
def test_the_others_are_what_they_are_called(name, value, slope):
    assert twin(name)(jnp.float64(2)) == value
    assert jax.grad(twin(name))(2.0) == slope
    assert twin(name)(jnp.float64(-2)) == {"identity": -2, "sign": -1, "leaky_relu": -0.02}[name]


@pytest.mark.parametrize("name", sorted(TWINS))
def test_a_twin_keeps_precision_and_shape_and_its_gradient_is_finite_at_its_kink(name):
    z = jnp.zeros((2, 3), "float32")
    assert twin(name)(z).dtype == z.dtype
    assert twin(name)(z).shape == z.shape
    assert np.isfinite(jax.grad(twin(name))(0.0))


def test_a_rectifier_has_slope_zero_at_its_kink():
    assert jax.grad(twin("relu"))(0.0) == twin("step")(jnp.float64(0)) == 0


def test_a_hermite_polynomial_is_one_function_for_each_degree():
    assert twin("hermite-3") is hermite(3)


def test_hermite_polynomials_are_orthonormal_under_the_gaussian_law():
    nodes, weights = np.polynomial.hermite_e.hermegauss(20)  # exact to degree 39
    table = np.stack([hermite(k)(jnp.asarray(nodes)) for k in range(8)])
    gram = table * weights / np.sqrt(2 * np.pi) @ table.T
    np.testing.assert_allclose(gram, np.eye(8), atol=1e4 * EPS)


@pytest.mark.parametrize("k", [1, 5])
def test_the_derivative_of_a_hermite_polynomial_is_the_one_below(k):
    for z in POINTS:
        wanted = k**0.5 * hermite(k - 1)(jnp.float64(z))
        assert abs(jax.grad(hermite(k))(z) - wanted) <= 256 * EPS * max(1, abs(wanted))


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(ValueError, match=r"'reul' has no twin in JAX: did you mean 'relu'\?"):
        twin("reul")
    with pytest.raises(ValueError, match=r"write one of relu, .*or hermite-3"):
        twin("xyzzy")
