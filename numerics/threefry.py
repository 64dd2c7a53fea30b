"""The random bits of JAX, at twice the speed on a CPU.

Threefry-2x32 (Salmon et al. 2011) turns a key and a counter into two words by twenty rounds of add,
rotate, exclusive-or. JAX compiles the rounds as a loop on a CPU, which vectorises badly; written out,
they do. A key of this kind gives the same bits, bit for bit, as the ordinary key of the same data, so
that results neither depend on it nor record it.
"""

import math

import jax
import jax.numpy as jnp
from jax.extend.random import define_prng_impl

ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
PARITY = 0x1BD11BDA


def unrolled(key: jax.Array) -> jax.Array:
    """The same typed key, whose bits a CPU draws faster; keys of other generators come back as they are."""
    counted = getattr(jax.config, "jax_threefry_partitionable", True)  # JAX's older way of counting differs
    ours = counted and jax.random.key_impl(key) == "threefry2x32"
    return jax.random.wrap_key_data(jax.random.key_data(key), impl=UNROLLED) if ours else key


@jax.jit  # traced and lowered once for every shape, however often a program draws
def hashed(key: jax.Array, high: jax.Array, low: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Two words for every counter, given as its high and its low word."""
    schedule = (key[0], key[1], key[0] ^ key[1] ^ jnp.uint32(PARITY))
    x, y = high + schedule[0], low + schedule[1]
    for group in range(5):
        for rotation in ROTATIONS[group % 2]:
            x = x + y
            y = x ^ ((y << rotation) | (y >> (32 - rotation)))
        x = x + schedule[(group + 1) % 3]
        y = y + schedule[(group + 2) % 3] + jnp.uint32(group + 1)
    return x, y


def counters(shape: tuple[int, ...]) -> tuple[jax.Array, jax.Array]:
    size = math.prod(shape)
    if size > 2**32:
        raise ValueError(f"random array of shape {shape}: more than 2**32 entries; draw it in chunks")
    low = jax.lax.iota(jnp.uint32, size).reshape(shape)
    return jnp.zeros_like(low), low


def random_bits(key: jax.Array, width: int, shape: tuple[int, ...]) -> jax.Array:
    x, y = hashed(key, *counters(shape))
    if width == 64:
        return (x.astype(jnp.uint64) << 32) | y.astype(jnp.uint64)
    return (x ^ y).astype(f"uint{width}")


def seed(number: jax.Array) -> jax.Array:
    number = jnp.asarray(number)
    high = number >> 32 if number.dtype.itemsize == 8 else jnp.zeros_like(number)
    return jnp.stack([high, number]).astype(jnp.uint32)


def split(key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
    return jax.random.key_data(jax.random.split(ordinary(key), shape))


def fold_in(key: jax.Array, number: jax.Array | int) -> jax.Array:
    return jax.random.key_data(jax.random.fold_in(ordinary(key), jnp.asarray(number, jnp.uint32)))


def ordinary(key: jax.Array) -> jax.Array:
    """A key of JAX's own kind: a few words are not worth the code of twenty rounds written out."""
    return jax.random.wrap_key_data(key, impl="threefry2x32")


UNROLLED = define_prng_impl(
    key_shape=(2,),
    seed=seed,
    split=split,
    random_bits=random_bits,
    fold_in=fold_in,
    name="threefry2x32, unrolled",
    tag="fry+",
)
