"""Measures of networks against their definitions, and what is said to who gets an observable wrong."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.flatten_util import ravel_pytree
from jax.tree_util import Partial

from numerics import observables, parametrisation, training
from numerics.observables import (
    change,
    hessian_norm,
    kernel_change,
    linearisation_error,
    measured,
    sharpness,
    size,
)
from numerics.observing import Unfit, observable
from numerics.training import adam, sgd, squares

ROUNDING = 1e-10  # float64 against a thousand operations
M = 6
X = jnp.asarray(np.random.default_rng(5).normal(size=(3, 2)))
Y = jnp.array([1.0, -1.0, 0.5])
LOSS = squares(X, Y)
build = parametrisation.modules(parametrisation.named("maximal", 2), 2, jnp.tanh)
RATES = parametrisation.rates(parametrisation.named("maximal", 2, "adam"), 0.3)


def network():
    return build(jax.random.key(20261123), M)


def flat_hessian(function, rate):
    """All second derivatives in the weights, in units of the rates."""
    moving, rest = training.arrays(network())
    flat, shaped = ravel_pytree(moving)
    by = training.rates(network(), rate, M)
    units = jnp.sqrt(ravel_pytree(jax.tree.map(lambda w, r: jnp.full(w.shape, r), moving, by))[0])
    dense = jax.hessian(lambda at: function(eqx.combine(shaped(at), rest)))(flat)
    return units[:, None] * dense * units[None, :]


@pytest.mark.parametrize("rate", [1.0, RATES], ids=["one rate", "a rate for each layer"])
def test_curvatures_are_the_ends_of_the_dense_spectrum(rate):
    losses = jnp.linalg.eigvalsh(flat_hessian(LOSS, rate))
    outputs = jnp.linalg.eigvalsh(flat_hessian(lambda at: at(X[0]), rate))
    assert sharpness(LOSS, rate=rate)(network(), M) == pytest.approx(float(losses[-1]), rel=1e-6)
    assert hessian_norm(X[0], rate=rate)(network(), M) == pytest.approx(
        float(jnp.max(jnp.abs(outputs))), rel=1e-6
    )


def test_twice_the_steps_of_lanczos_move_a_wide_network_by_less_than_a_thousandth():
    wide = parametrisation.functions(parametrisation.named("ntk", 2), 2, jax.nn.relu)(jax.random.key(3), 64)
    for function in (LOSS, lambda at: at(X[0])):
        once, twice = (
            float(jnp.max(jnp.abs(observables.spectrum(wide, function, 1.0, 64, steps))))
            for steps in (observables.STEPS, 2 * observables.STEPS)
        )
        assert once == pytest.approx(twice, rel=1e-3)


@pytest.mark.parametrize("rule", [sgd, adam])
def test_no_steps_change_nothing(rule):
    train = rule(LOSS, steps=0, rate=0.1)
    assert change("layers[0]", X, train)(network(), M) == 0
    assert kernel_change(X, train, rate=1.0)(network(), M) == 0


def test_a_small_step_moves_the_outputs_by_the_tangent_kernel():
    """To first order in the rate, whose square is left out."""
    eta = 1e-7
    train = sgd(LOSS, steps=1, rate=lambda name, m: eta * RATES(name, m))
    before, after = (observables.outputs(at, X)[:, 0] for at in (network(), train(network(), M)))
    kernel = observables.tangent_kernel(network(), X, RATES, M)
    np.testing.assert_allclose((after - before) / eta, -kernel @ (before - Y) / 3, rtol=1e-5)


def test_the_first_step_of_adam_moves_each_weight_by_its_rate():
    moved = adam(LOSS, steps=1, rate=RATES)(network(), M)
    for place in range(3):
        step = jnp.abs(moved.layers[place].weight - network().layers[place].weight)
        np.testing.assert_allclose(step, RATES(f"layers[{place}].weight", M), rtol=1e-6)


def test_steps_follow_one_another():
    once, twice = (sgd(LOSS, steps=steps, rate=RATES) for steps in (1, 2))
    for one, two in zip(
        jax.tree.leaves(once(once(network(), M), M)), jax.tree.leaves(twice(network(), M)), strict=True
    ):
        np.testing.assert_allclose(one, two, rtol=ROUNDING)


def test_a_model_that_is_linear_in_its_weights_has_no_linearisation_error():
    linear = Partial(lambda params, x: params @ x, jnp.ones(2))
    train = sgd(LOSS, steps=3, rate=0.1)
    assert linearisation_error(X, train)(linear, M) < ROUNDING
    assert kernel_change(X, train, rate=1.0)(linear, M) == 0
    assert linearisation_error(X, train)(network(), M) > 1e-3


def test_a_layer_is_a_path_or_a_function():
    def first(net, x):
        return net.layers[0](x)

    by_hand = jnp.sqrt(jnp.mean(jnp.stack([first(network(), x) for x in X]) ** 2))
    for layer in ("layers[0]", first):
        assert size(layer, X)(network(), M) == pytest.approx(float(by_hand), rel=ROUNDING)
    train = sgd(LOSS, steps=1, rate=RATES)
    by_hand = size("layers[0]", X)(train(network(), M), M)
    assert observables.trained(train, size("layers[0]", X))(network(), M) == by_hand


def test_a_batch_of_seeds_is_seed_after_seed():
    seen = measured(build, size("layers[1]", X))
    keys = jax.random.split(jax.random.key(1), 7)
    together = jax.jit(jax.vmap(lambda key: seen(key, M)))(keys)
    np.testing.assert_allclose(together, [float(seen(key, M)) for key in keys], rtol=ROUNDING)


class Reader(eqx.Module):
    """Reads the weight of one layer, maps another over coordinates, and has a third that it never calls."""

    read: eqx.nn.Linear
    mapped: eqx.nn.Linear
    idle: eqx.nn.Linear

    def __call__(self, x):
        return jnp.sum(jax.vmap(self.mapped)((self.read.weight @ self.read(x))[:, None]))


def reader(key, m):
    keys = jax.random.split(key, 3)
    return Reader(*(eqx.nn.Linear(p, m, key=each) for p, each in zip((m, 1, 1), keys, strict=True)))


def of(layer, builder=build):
    return measured(builder, size(layer, X))


def by_numpy(key, m):
    return np.tanh(jax.random.normal(key, (m,))).mean()


def by_if(key, m):
    draws = jax.random.normal(key, (m,))
    return draws[0] if draws[0] > 0 else draws[1]


NOISE = np.random.default_rng(1).normal(size=M)
WRONG = {
    "ignores the key": (
        observable(lambda key, m: jnp.sum(jnp.ones(m))),
        r"ignores its key, so that every seed sees one network: draw the weights from it, as in jax\.random\.normal",
    ),
    "splits the key and ignores it": (
        observable(lambda key, m: (jax.random.split(key), jnp.sum(jnp.ones(m)))[1]),
        r"ignores its key",
    ),
    "ignores the width": (
        observable(lambda key, m: jnp.sum(jax.random.normal(key, (8,)))),
        r"ignores its width: it is the same program for 6 and 12",
    ),
    "a vector": (
        observable(lambda key, m: jax.random.normal(key, (m,))),
        r"returns shape \(6,\) and dtype float64; return one real number, such as jnp\.sqrt",
    ),
    "a pair": (observable(lambda key, m: (key, m)), r"returns tuple; return one real number"),
    "complex": (
        observable(lambda key, m: jax.lax.complex(jax.random.normal(key), jnp.ones(()))),
        r"returns shape \(\) and dtype complex128; return one real number",
    ),
    "NumPy": (observable(by_numpy), r"NumPy was given a value of JAX: write jnp for np, as in jnp\.tanh"),
    "if": (
        observable(by_if),
        r"Python's if, while, and, or was given .*: write jnp\.where\(condition, a, b\)",
    ),
    "float": (
        observable(lambda key, m: float(jax.random.normal(key, (m,))[0])),
        r"Python's float or int was given a value of JAX",
    ),
    "no such layer": (
        of("layers[7]"),
        r"Perceptron has no layer layers\[7\]: '7' is not in tuple; its layers are layers\[0\], layers\[1\], layers\[2\]",
    ),
    "no such field": (of("hidden"), r"Perceptron has no layer hidden: 'hidden' is not in Perceptron"),
    "no layers with a name": (
        of("hidden", lambda key, m: Partial(lambda p, x: p @ x, jax.random.normal(key, (m,)))),
        r"Partial has no layer hidden: .* none with a name: pass a function \(network, x\) -> array",
    ),
    "not called": (
        measured(reader, lambda network, m: observables.features(network, "idle", jnp.ones((2, m)))[0, 0]),
        r"has a layer idle, but does not call it",
    ),
    "inside of vmap": (
        measured(reader, lambda network, m: observables.features(network, "mapped", jnp.ones((2, m)))[0, 0]),
        r"calls its layer mapped inside of vmap, scan or jit, .* pass a function \(network, x\) -> array",
    ),
    "no network": (
        measured(lambda key, m: jax.random.normal(key, (m,)).sum(), sharpness(LOSS, rate=1.0)),
        r"the builder returned \w+, which is no function of an input; return an Equinox module, or jax\.tree_util\.Partial",
    ),
    "weights of NumPy": (
        measured(lambda key, m: Partial(lambda p, x: x @ p, 3), sharpness(LOSS, rate=1.0)),
        r"Partial has no array of floats to train; .* arrays of JAX and not of NumPy",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_mistake_is_told_before_anything_runs(name):
    seen, message = WRONG[name]
    with pytest.raises(TypeError, match=message):
        seen(jax.random.key(0), M)


def test_a_layer_whose_weights_are_read_is_still_observed():
    inside = observables.features(reader(jax.random.key(2), M), "read", jnp.ones((2, M)))
    assert inside.shape == (2, M)


def test_a_width_that_is_traced_is_refused():
    with pytest.raises(Unfit, match=r'no shape can follow it: drop traced=\("m",\)'):
        jax.jit(lambda m: of("layers[0]")(jax.random.key(0), m))(M)


def test_a_real_parameter_is_followed_by_one_program():
    """A step size arrives as a number of JAX, and the network has one width."""

    def moved(key, step):
        network = build(key, M)
        return observables.rms(ravel_pytree(sgd(LOSS, steps=1, rate=lambda *_: step)(network, M))[0])

    seen, keys = observable(moved), jax.random.split(jax.random.key(4), 5)
    found = jax.jit(jax.vmap(seen, in_axes=(0, None)))(keys, jnp.asarray(0.1))
    np.testing.assert_allclose(found, [float(moved(key, 0.1)) for key in keys], rtol=ROUNDING)
    with pytest.raises(Unfit, match="ignores its second argument, the parameter that it is followed by"):
        observable(lambda key, step: jax.random.normal(key))(jax.random.key(0), jnp.asarray(0.1))
