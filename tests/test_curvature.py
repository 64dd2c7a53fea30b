"""Theory meets simulation on the Hessian of wide networks: blocks, norms, laws, constants.

A comparison of identities is to rounding: a multiple of eps times the size of the network. Quadrature and
maximisation know the definitions alone.
"""

import math
from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import minimize_scalar
from scipy.special import ndtr
from sympy import ImmutableDenseMatrix, Rational, S

from numerics import curvature, network, sides
from numerics.activation import twin
from numerics.network import Weights
from theory import certify
from theory.activation import TANH
from theory.curvature import exact_law, frobenius, gaps, peaks, rectifier, spectrum

ROUNDING = 1e-11  # float64 against networks of a few hundred operations
SEED = 20261122
few = settings(max_examples=4)
smooth = st.sampled_from(["tanh", "erf", "sine", "cosine", "gelu", "softplus"])
sizes = st.tuples(st.integers(1, 4), st.integers(1, 3))
scales = st.floats(0.2, 3.0, allow_subnormal=False)


def drawn(m, d, scale, seed=SEED):
    """Gaussian weights and an input of norm ``scale``."""
    key, x_key = jax.random.split(jax.random.key(seed))
    x = jax.random.normal(x_key, (d,))
    return network.gaussian(key, m, d), scale * x / jnp.linalg.norm(x)


def values(weights, x, sigma):
    """What the chapter says of each neuron, in double precision and with derivatives by jax.grad."""
    slope, bend = jax.vmap(jax.grad(sigma)), jax.vmap(jax.grad(jax.grad(sigma)))
    z, s = weights.W @ x, jnp.linalg.norm(x)
    return np.asarray(s**2 * weights.a * bend(z)), np.asarray(s * slope(z))


@few
@given(size=sizes, scale=scales, name=smooth)
def test_blocks_of_single_neurons_are_the_whole_hessian(size, scale, name):
    (m, d), sigma = size, twin(name)
    weights, x = drawn(m, d, scale)
    whole = np.asarray(curvature.dense(weights, x, sigma))
    parts = np.asarray(curvature.blocks(weights, x, sigma))
    rebuilt = np.zeros_like(whole)
    for neuron in range(m):
        places = [neuron, *range(m + d * neuron, m + d * (neuron + 1))]
        rebuilt[np.ix_(places, places)] = parts[neuron]
    assert np.max(np.abs(whole - rebuilt)) <= ROUNDING * (1 + scale**2)


@few
@given(size=sizes, scale=scales, name=smooth)
def test_the_spectrum_is_two_eigenvalues_a_neuron_and_zeros(size, scale, name):
    (m, d), sigma = size, twin(name)
    weights, x = drawn(m, d, scale)
    inner, edge = values(weights, x, sigma)
    root = np.sqrt(inner**2 + 4 * edge**2)
    pairs = np.concatenate([inner + root, inner - root]) / (2 * math.sqrt(m))
    claimed = np.sort(np.concatenate([pairs, np.zeros(m * (d - 1))]))
    seen = np.linalg.eigvalsh(np.asarray(curvature.dense(weights, x, sigma)))
    assert np.max(np.abs(seen - claimed)) <= ROUNDING * (1 + scale**2)


@few
@given(size=sizes, scale=scales, name=smooth)
def test_three_ways_to_the_norm_agree(size, scale, name):
    (m, d), sigma = size, twin(name)
    weights, x = drawn(m, d, scale)
    dense = np.max(np.abs(np.linalg.eigvalsh(np.asarray(curvature.dense(weights, x, sigma)))))
    plane = float(jnp.max(curvature.neuron_norms(weights, x, sigma))) / math.sqrt(m)
    assert float(curvature.norm(weights, x, sigma)) == pytest.approx(dense, rel=1e-9)
    assert plane == pytest.approx(dense, rel=1e-9)


def test_products_with_the_whole_hessian_find_the_norm_that_the_blocks_say():
    weights, x = drawn(64, 3, 1.0)
    found = curvature.by_products(jax.random.key(1), weights, x, twin("tanh"))
    blocks = float(curvature.norm(weights, x, twin("tanh")))
    # an eigenvalue of the square lies within the residual: so does its root, over the sum of both roots
    assert float(found.residual) <= 1e-6
    assert abs(float(found.norm) - blocks) <= float(found.residual) / blocks + ROUNDING


def test_a_network_of_a_million_neurons_has_the_constant_of_its_activation():
    weights = network.rademacher(jax.random.key(SEED), 2**20, 1)
    norms = curvature.neuron_norms(weights, jnp.ones(1), twin("tanh"))
    claimed = float(peaks.tanh_norm.evaluate(30))
    # the gap is about 1.5 / m^2; no value may exceed the supremum by more than rounding
    assert claimed - 1e-9 <= float(jnp.max(norms)) <= claimed + 1e-14


@pytest.mark.parametrize(
    ("claim", "number"),
    [
        (peaks.tanh_norm, 1.2408064788),
        (peaks.erf_norm, 1.4252713975),
        (peaks.tanh_steepest, 0.7698003589),
        (peaks.erf_steepest, 0.9678828981),
    ],
)
def test_a_constant_is_the_maximum_that_a_search_finds(claim, number):
    from sympy import lambdify

    total = claim.states.left
    f = lambdify(total.limits[0][0], total.function, ["scipy", "numpy"])
    best = max(
        -minimize_scalar(lambda z: -f(z), bounds=(a, a + 0.5), method="bounded").fun for a in (0, 0.5, 1)
    )
    assert best == pytest.approx(float(claim.evaluate(30)), abs=1e-10)
    assert float(claim.evaluate(30)) == pytest.approx(number, abs=6e-11)


def test_the_frobenius_constant_of_tanh_is_what_quadrature_says():
    claimed = float(certify.enclose(frobenius.CONSTANT, digits=15).mid())
    t = math.tanh
    inside = quad(
        lambda z: (2 * (1 - t(z) ** 2) ** 2 + 4 * t(z) ** 2 * (1 - t(z) ** 2) ** 2) * math.exp(-z * z / 2),
        -12,
        12,
        epsabs=1e-13,
    )[0]
    assert claimed == pytest.approx(inside / math.sqrt(2 * math.pi), abs=1e-11)
    assert claimed == pytest.approx(1.2290096, abs=5e-8)


def exact_law_of_tanh(t, s, tau, m):
    """P(sqrt(m) |H| <= t) for tanh, from the claim's integral over the pre-activation, by quadrature."""

    def inside(z):
        slope = 1 - math.tanh(z) ** 2
        bend, room = 2 * abs(math.tanh(z)) * slope * s * s, t - slope**2 * s * s / t
        chance = 2 * ndtr(room / bend) - 1 if room > 0 and bend > 0 else float(room > 0)
        return chance * math.exp(-z * z / (2 * (tau * s) ** 2)) / (tau * s * math.sqrt(2 * math.pi))

    edge = math.atanh(math.sqrt(max(0.0, 1 - t / s)))  # where the slope alone fills the room
    top = 12 * tau * s
    cuts = sorted({0.0, min(edge, top), min(1.0, top), top})
    pieces = [quad(inside, a, b, epsabs=1e-11, limit=200)[0] for a, b in pairwise(cuts)]
    return (2 * sum(pieces)) ** m


@pytest.mark.parametrize(("m", "s", "tau"), [(1, 1.0, 1.0), (8, 1.0, 1.0), (32, 2.0, 1.0), (8, 0.5, 3.0)])
def test_the_norm_has_the_law_that_is_claimed_at_every_threshold(m, s, tau):
    draws, look = 2**14, 1e-9
    a_key, w_key = jax.random.split(jax.random.key(SEED))
    a, W = jax.random.normal(a_key, (draws, m)), tau * jax.random.normal(w_key, (draws, m, 1))
    x = jnp.full((1,), s)
    norms = jax.vmap(lambda a, W: jnp.max(curvature.neuron_norms(Weights(a, W), x, twin("tanh"))))(a, W)
    thresholds = np.quantile(np.asarray(norms), [0.05, 0.3, 0.5, 0.7, 0.95])
    off = max(
        abs(np.mean(np.asarray(norms) <= t) - exact_law_of_tanh(float(t), s, tau, m)) for t in thresholds
    )
    margin = math.sqrt(math.log(2 / look) / (2 * draws))  # Dvoretzky, Kiefer, Wolfowitz and Massart
    assert off <= margin
    wrong = max(
        abs(np.mean(np.asarray(norms) <= t) - exact_law_of_tanh(float(t), s, 1.2 * tau, 2 * m))
        for t in thresholds
    )
    assert wrong > margin


def test_the_computed_law_is_the_integral_that_the_claim_on_one_neuron_names():
    claim = exact_law.narrow
    point = {"d": S.One, "x": ImmutableDenseMatrix([2]), "sigma": TANH, "m": S(8), "tau": S.One}
    found = sides.numbers(claim, claim.states.right, point | {"u": Rational(4, 5)})
    threshold = 0.8 * (2 + 4 * math.sqrt(math.log(8)))
    assert float(found) == pytest.approx(exact_law_of_tanh(threshold, 2.0, 1.0, 8), abs=1e-9)


@pytest.mark.parametrize(("claim", "name"), [(gaps.tanh_rate, "tanh"), (gaps.erf_rate, "erf")])
def test_the_mean_gap_below_the_limit_is_the_constant_over_the_square_of_the_width(claim, name):
    """A margin of 6 standard errors, 2e-9 a look; at this width the next order is below a hundredth of it."""
    m, draws, x = 256, 2000, jnp.ones(1)
    norms = jax.jit(lambda W: curvature.neuron_norms(Weights(jnp.ones(W.size), W[:, None]), x, twin(name)))
    z = jax.random.normal(jax.random.key(SEED), (draws * m,))
    highest = jnp.max(norms(z).reshape(draws, m), axis=1)
    limit = float(jnp.max(norms(jnp.linspace(0.2, 0.7, 2**18))))  # off by 1e-11, where the gap is 2e-5
    scaled = m**2 * (limit - np.asarray(highest))
    claimed = float(claim.states.constant.evalf(20))
    assert abs(scaled.mean() - claimed) <= 6 * scaled.std() / math.sqrt(draws)
    assert abs(scaled.mean() - 2 * claimed) > 6 * scaled.std() / math.sqrt(draws)


def test_the_gap_of_softplus_is_what_the_largest_preactivation_leaves():
    """Between exp(-z) / (2 (1 + exp(-z))) and exp(-z) / 2 at the largest z, by both bounds on a block."""
    sigma, x = twin("softplus"), jnp.ones(1)
    for m in (2**6, 2**16):
        W = jax.random.normal(jax.random.key(SEED), (m, 1))
        gap = 1 - float(jnp.max(curvature.neuron_norms(Weights(jnp.ones(m), W), x, sigma)))
        left = math.exp(-float(jnp.max(W)))
        assert 1 / (1 + left) - ROUNDING <= 2 * gap / left <= 1 + ROUNDING


def test_a_step_across_a_kink_breaks_the_bound_by_the_hessian_that_holds_beside_it():
    claim = rectifier.linearisation
    point = dict(zip(["m", "d", "a", "W", "x", "V"], (1, 1, [1], [[-0.1]], [1], [[0.2]]), strict=True))
    error = abs(float(claim.evaluate(20, **point)))
    norm_of_hessian, step = 1.0, 0.2
    assert error == pytest.approx(0.1)
    assert error > norm_of_hessian * step**2 / 2


@few
@given(size=sizes, scale=scales)
def test_the_norm_of_a_rectifiers_hessian_is_that_of_the_input_or_zero(size, scale):
    weights, x = drawn(*size, scale)
    active = bool(jnp.any(weights.W @ x > 0))
    whole = np.asarray(curvature.dense(weights, x, twin("relu")))
    seen = math.sqrt(size[0]) * np.max(np.abs(np.linalg.eigvalsh(whole)))
    assert seen == pytest.approx(scale * active, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("claim", [spectrum.below, spectrum.above])
def test_the_bounds_hold_and_are_no_equalities(claim):
    weights, x = drawn(3, 2, 1.0)
    inner, edge = values(weights, x, twin("tanh"))
    norm = np.max((np.abs(inner) + np.sqrt(inner**2 + 4 * edge**2)) / 2)
    below, above = np.max(np.abs(edge)), np.max(np.abs(inner) + np.abs(edge))
    assert below < norm < above
