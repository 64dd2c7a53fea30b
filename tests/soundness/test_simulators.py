"""Errors planted in the simulators: each is noticed by a claim's experiment or by a test, and the sound one is not.

A plant replaces a function of ``numerics`` for the length of a test. A check is either a look at a claim at the
alpha of a run (``numerics.audit``), or a test of another file, from a fresh copy of that file.
"""

import math
from collections.abc import Callable
from functools import cache, partial
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from numerics import gaussian, kernels, mesh, network, pooling
from numerics.audit import looks, rates
from numerics.experiment import attached, load
from numerics.freshness import home_of
from numerics.network import Tangents
from theory import catalogue

TESTS = Path(__file__).resolve().parents[1]
EXACT = 1e-12  # of sums in double precision of some thousand draws, relative to their absolute sum


@pytest.fixture(autouse=True)
def compiled_anew():
    """What was compiled for a sound simulator must not stand in for a planted one, nor the other way round."""
    jax.clear_caches()
    looks.program.cache_clear()
    yield
    jax.clear_caches()
    looks.program.cache_clear()


def fresh(name: str) -> ModuleType:
    """A copy of a file of tests, whose compiled functions are its own."""
    file = next(
        folder / f"{name}.py" for folder in (TESTS, TESTS / "soundness") if (folder / f"{name}.py").exists()
    )
    spec = spec_from_file_location(f"{name}_of_simulators", file)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def passes(file: str, test: str, *arguments) -> Callable[[], None]:
    return lambda: getattr(fresh(file), test)(*arguments)


@cache
def stage(claim: str) -> looks.Stage:
    load(home_of(catalogue.find(claim)))
    assert attached(catalogue.find(claim))
    return looks.staged(catalogue.find(claim))


def raises_no_alarm(claim: str, draws: int) -> Callable[[], None]:
    """A look at the point of the largest value, at what a run spends on the claim."""

    def check() -> None:
        whole = stage(claim)
        place = max(range(len(whole.points)), key=lambda each: float(np.max(whole.wanted[each].value)))
        alarms, _, _ = rates.at_point(whole, place, [0], draws)
        assert rates.ARMS[0] == rates.Arm("run", 1e-6)
        assert not alarms[0, 0]

    return check


def sums_are_exact() -> None:
    draws = jax.random.normal(jax.random.key(0), (2**13,), "float32") ** 2
    count, total, squares = pooling.sums(draws)
    every = np.asarray(draws, float)
    assert count == every.size
    assert abs(float(total) - math.fsum(every)) <= EXACT * math.fsum(every)
    assert abs(float(squares) - math.fsum(every**2)) <= EXACT * math.fsum(every**2)


# The plants


def heavier(plant):
    """All Gaussian weights 1 % too large."""
    radius = gaussian.radius_from
    plant(gaussian, "radius_from", lambda word: jnp.float32(1.01) * radius(word))


def one_key(plant):
    """One hash for both Gaussians of a pair."""
    words = gaussian.words
    plant(gaussian, "words", lambda key, draws: (words(key, draws)[0],) * 2)


def leaky(plant):
    plant(jax.nn, "relu", lambda z: jnp.where(z > 0, z, z / 100))


def no_inner_product(plant):
    from numerics.experiments.two_layer import random_weights

    neurons = random_weights.neurons

    def without(key, draws, x, y, *law) -> Tangents:
        found = neurons(key, draws, x, y, *law)
        return found._replace(K_1=found.K_1 / (x @ y))

    plant(random_weights, "neurons", without)


def kernel_without_inner_product(plant):
    plant(
        kernels,
        "relu_tangents",
        lambda x, y: Tangents(kernels.arc_cosine(0, x, y), kernels.arc_cosine(1, x, y)),
    )


def half_precision(plant):
    def sums(draws):
        half = draws.astype("float16")
        parts = jnp.sum(half, axis=0), jnp.sum(half * half, axis=0)
        return pooling.Sums(jnp.float64(draws.shape[0]), *(part.astype(float) for part in parts))

    plant(pooling, "sums", sums)


def tf32(x):
    """Rounded to the ten bits of mantissa that a tensor core multiplies."""
    mantissa, exponent = jnp.frexp(x)
    return jnp.ldexp(jnp.round(mantissa * 2**11) / 2**11, exponent)


def coarse_products(plant):
    def gradient_inner(weights, x, y, sigma):
        at_x, at_y = (jax.tree.map(tf32, jax.grad(network.output)(weights, z, sigma)) for z in (x, y))
        return Tangents(jnp.vdot(at_x.W, at_y.W), jnp.vdot(at_x.a, at_y.a))

    plant(network, "gradient_inner", gradient_inner)


def shared_neuron(plant):
    """The first neuron of every chunk is the same one."""
    at = mesh.Batch.at

    def shared(self, key, draws, point):
        def sampler(key, draws, **reals):
            values = self.sampler(key, draws, **reals)
            return values.at[0].set(self.sampler(jax.random.key(0), draws, **reals)[0])

        return at(self._replace(sampler=sampler), key, draws, point)

    plant(mesh.Batch, "at", shared)


def one_chunk(plant):
    """Every chunk draws with the key of the first."""
    summarised = mesh.Batch.__call__
    plant(mesh.Batch, "__call__", lambda self, key, *rest: summarised(self, jax.random.key(0), *rest))


def dropped_chunk(plant):
    shares = mesh.shares
    plant(mesh, "shares", lambda chunks, devices: shares(chunks - 1, devices))


ORDER_1 = raises_no_alarm("arccos-order-1", 2**21)
STREAM = passes("test_mesh", "test_a_stream_is_its_chunks_and_no_draw_is_lost_or_added", 997)
PLANTS = {
    heavier: ORDER_1,
    one_key: ORDER_1,
    leaky: passes("test_network", "test_a_wide_network_averages_to_the_arc_cosine_kernels"),
    no_inner_product: raises_no_alarm("k-hat-unbiased.hidden", 2**14),
    kernel_without_inner_product: passes(
        "test_lattice", "test_the_value_is_right_to_the_last_digits", "K_1", "float64", 1
    ),
    half_precision: sums_are_exact,
    coarse_products: passes("test_network", "test_one_neuron_is_a_network"),
    shared_neuron: STREAM,
    one_chunk: STREAM,
    dropped_chunk: STREAM,
}


@pytest.mark.parametrize("plant", PLANTS)
def test_an_error_in_a_simulator_is_noticed(plant, monkeypatch):
    plant(partial(monkeypatch.setattr))
    with jax.debug_key_reuse(False), pytest.raises(AssertionError):
        PLANTS[plant]()


@pytest.mark.parametrize("check", dict.fromkeys(PLANTS.values()))
def test_the_same_checks_pass_without_one(check):
    check()
