"""A network drawn block by block is the network of its neurons: no neuron lost, added or counted twice."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from numerics import blockwise

key = partial(jax.random.key, 5)
WIDTHS = (1, blockwise.BLOCK - 1, blockwise.BLOCK, blockwise.BLOCK + 1, 3 * blockwise.BLOCK)


def integers(key, draws):
    bits = jax.random.bits(key, (draws, 2), "uint32") >> 12
    return {"pair": bits.astype(float) - 2.0**18, "first": bits[:, 0].astype(float)}


def every(m):
    """All neurons, by the definition."""
    blocks = -(-m // blockwise.BLOCK)
    with jax.debug_key_reuse(False):
        drawn = [integers(jax.random.fold_in(key(), i), blockwise.BLOCK) for i in range(blocks)]
    return {name: np.concatenate([np.asarray(each[name]) for each in drawn])[:m] for name in drawn[0]}


@pytest.mark.parametrize("m", WIDTHS)
def test_sums_and_maxima_are_those_of_m_neurons(m):
    total, largest = blockwise.total(integers, key(), m), blockwise.largest(integers, key(), m)
    for name, values in every(m).items():
        assert np.array_equal(total[name], values.sum(axis=0))  # integers: exact in any order
        assert np.array_equal(largest[name], values.max(axis=0))


def test_maxima_may_be_negative():
    assert blockwise.largest(lambda key, draws: -1 - integers(key, draws)["first"], key(), 3) < 0


def test_one_program_serves_all_widths_and_many_seeds():
    traced = []

    def neurons(key, draws):
        traced.append(draws)
        return integers(key, draws)["first"]

    run = jax.jit(jax.vmap(lambda key, m: blockwise.total(neurons, key, m), in_axes=(0, None)))
    found = [np.asarray(run(jax.random.split(key(), 2), jnp.int32(m))) for m in WIDTHS]
    assert len(traced) == 2  # once for its shapes, once for the program
    assert all(np.all(np.diff(each) > 0) for each in np.transpose(found))
