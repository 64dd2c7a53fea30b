"""The two-layer network, with the tangent kernel of its own gradient: only this file knows the formula."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from numerics import kernels, mesh, network
from numerics.activation import twin

EPS = 2.0**-52
ROUNDING = 1e-12  # 1e4 eps: sums of at most 30 terms of size 1e2
MISS = 1e-9  # probability with which a look fails a true kernel
key = partial(jax.random.key, 3)
starts = [network.gaussian, network.rademacher]
SIGMAS = tuple(map(twin, ("relu", "step", "abs", "erf", "gelu", "softplus", "sine", "square", "hermite-3")))
entries = st.lists(st.floats(-2, 2, allow_subnormal=False, width=32), min_size=1, max_size=3)
X = jnp.asarray([[1.0, 0.0, 0.5], [0.6, 0.8, 0.0], [-1.0, 0.5, 2.0], [0.0, 0.0, 0.0]])


def padded(z):
    """In dimension 3, with zeros, which change no kernel: so that one program serves every dimension."""
    return jnp.asarray(np.pad(z, (0, 3 - len(z))), float)


def formula(weights, x, y, sigma):
    """``m K_1 = sum a_j^2 sigma'(w_j.x) sigma'(w_j.y) x.y`` and ``m K_2 = sum sigma(w_j.x) sigma(w_j.y)``."""
    derivative = jax.vmap(jax.grad(sigma))
    u, v = weights.W @ x, weights.W @ y
    hidden = jnp.mean(weights.a**2 * derivative(u) * derivative(v)) * (x @ y)
    return network.Tangents(hidden, jnp.mean(sigma(u) * sigma(v)))


def for_each(function, sigmas):
    return jax.jit(lambda *args: [function(*args, sigma) for sigma in sigmas])


inner, wanted_inner = for_each(network.gradient_inner, SIGMAS), for_each(formula, SIGMAS)
pairwise = jax.jit(partial(network.gradient_inner, sigma=jnp.tanh))
by_hand = jax.jit(partial(formula, sigma=jnp.tanh))
gram = jax.jit(partial(network.tangents, sigma=jnp.tanh))
output = jax.jit(partial(network.output, sigma=jnp.tanh))


def check_equal(blocks, wanted, tolerance=ROUNDING):
    for block, value in zip(blocks, wanted, strict=True):
        assert np.all(np.abs(block - value) <= tolerance * np.maximum(1, np.abs(value)))


@settings(max_examples=25)
@given(start=st.sampled_from(starts), x=entries, y=entries)
def test_the_gradient_of_the_network_has_the_inner_products_k1_and_k2(start, x, y):
    weights, x, y = start(key(), 6, 3), padded(x), padded(y)
    for blocks, wanted in zip(inner(weights, x, y), wanted_inner(weights, x, y), strict=True):
        check_equal(blocks, wanted)


def test_one_neuron_is_a_network():
    weights = network.gaussian(key(), 1, 3)
    check_equal(pairwise(weights, X[0], X[1]), by_hand(weights, X[0], X[1]))


def test_a_kernel_that_forgets_the_output_weights_is_noticed():
    weights = network.gaussian(key(), 6, 3)
    forgetful = weights._replace(a=jnp.ones_like(weights.a))
    blocks, wrong = pairwise(weights, X[0], X[0]), by_hand(forgetful, X[0], X[0])
    check_equal(blocks[1:], wrong[1:])
    with pytest.raises(AssertionError):
        check_equal(blocks[:1], wrong[:1])


def test_the_two_blocks_make_up_the_whole_gradient():
    weights = network.gaussian(key(), 6, 3)
    gradient = jax.jit(jax.grad(output))(weights, X[0])
    whole = sum(float(jnp.vdot(leaf, leaf)) for leaf in jax.tree.leaves(gradient))
    assert abs(sum(pairwise(weights, X[0], X[0])) - whole) <= ROUNDING


def test_gram_matrices_are_made_of_pairs_and_positive_semidefinite():
    weights = network.gaussian(key(), 6, 3)
    blocks = gram(weights, X, X)
    rows = [[pairwise(weights, x, y) for y in X] for x in X]
    check_equal(blocks, [np.array([[pair[number] for pair in row] for row in rows]) for number in (0, 1)])
    for block in blocks:
        assert jnp.linalg.eigvalsh(block)[0] >= -ROUNDING


@pytest.mark.parametrize("start", starts)
def test_a_network_is_the_mean_of_its_neurons(start):
    alone = jax.jit(partial(network.neuron_tangents, draws=6, sigma=jnp.tanh, start=start))
    neurons = alone(key(), x=X[0], y=X[2])
    assert neurons.K_1.shape == neurons.K_2.shape == (6,)
    check_equal(map(jnp.mean, neurons), pairwise(start(key(), 6, 3), X[0], X[2]))


def test_a_network_that_streams_is_the_same_network_in_less_memory():
    neurons = partial(network.neuron_gradients, X=X, sigma=jnp.tanh)
    streamed = mesh.stream(neurons, key(), 256, summary=network.gram, chunk=64)
    draw = jax.jit(lambda number: network.gaussian(jax.random.fold_in(key(), number), 64, 3))
    chunks = [draw(number) for number in range(4)]
    weights = jax.tree.map(lambda *parts: jnp.concatenate(parts), *chunks)
    check_equal([block / 256 for block in streamed], gram(weights, X, X))


def test_the_antisymmetric_network_is_zero_and_keeps_its_kernel():
    weights = network.rademacher(key(), 6, 3)
    doubled = network.antisymmetric(weights)
    assert (doubled.a.shape, doubled.W.shape) == ((12,), (12, 3))
    assert abs(output(doubled, X[0])) <= 12 * EPS
    assert abs(output(weights, X[0])) > 0.01
    check_equal(pairwise(doubled, X[0], X[2]), pairwise(weights, X[0], X[2]))


WIDE = 2**20
rho = np.array([-1.0, -0.6, 0.0, 0.9, 1.0])
x, y = np.array([1.0, 0.0]), np.stack([rho, np.sqrt((1 - rho) * (1 + rho))], axis=1)  # unit inputs


def relu_neurons(key, draws, y):
    return network.neuron_tangents(key, draws, jnp.asarray(x, y.dtype), y, jax.nn.relu)


def block_sums(values):
    return jax.tree.map(lambda block: jnp.sum(block.astype(float)), values)


@jax.jit
def kappa(x, y):
    return [jax.vmap(partial(kernels.arc_cosine, n, x))(y) for n in (0, 1, 2)]


def test_a_wide_network_averages_to_the_arc_cosine_kernels():
    """Margins from the exact variances ``rho^2 (3 kappa_0 - kappa_0^2)`` and ``kappa_2 - kappa_1^2``."""
    points = {"y": y.astype("float32")}
    totals = mesh.stream(relu_neurons, key(), WIDE, points, summary=block_sums)
    kappa_0, kappa_1, kappa_2 = map(np.asarray, kappa(jnp.asarray(x), jnp.asarray(y)))
    variances = rho**2 * (3 * kappa_0 - kappa_0**2), np.maximum(kappa_2 - kappa_1**2, 0)
    z = stats.norm.isf(MISS / (2 * 2 * len(rho)))
    for total, kernel, variance in zip(totals, (rho * kappa_0, kappa_1), variances, strict=True):
        mean, margin = total / WIDE, z * np.sqrt(variance / WIDE) + 4 * 2.0**-23
        assert np.all(np.abs(mean - kernel) <= margin)
        assert np.all(margin <= 0.01)  # the resolution at this width
        assert np.any(np.abs(mean - 1.02 * kernel) > margin)  # so that 2 % would be seen
