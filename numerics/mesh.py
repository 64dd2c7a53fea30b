"""Devices, hosts and chunks: as many draws as one likes, in the memory of a few thousand.

``stream`` numbers its chunks globally. Chunk ``i`` draws with ``fold_in(key, i)``, is summarised, and
is forgotten:

    summary(draws 0, ..., n-1) = merge_i summary(sampler(fold_in(key, i), chunk)),

so memory does not grow with ``n``. Every device of the mesh axis "neurons", over all hosts, takes a
contiguous run of chunks, and nothing is communicated until the end. Which device draws a chunk, and
how many are drawn at once, changes no draw and no chunk's summary, only the order of merging: sums in
float64 of ``k`` chunks move by at most ``k 2^-52 sum |x|``, counts not at all.
"""

from collections.abc import Callable, Mapping
from functools import partial
from math import prod
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import AxisType, Mesh, PartitionSpec
from jaxtyping import Array, Bool, Int, PRNGKeyArray

from numerics.threefry import unrolled

AXIS = "neurons"
CHUNK = 2**15  # draws of a scalar: what they and their Gaussians take stays in a core's cache
HELD = 2**18  # numbers that the values of one chunk may hold
FEWEST = 2**8  # draws of a chunk, whatever one of them holds
AT_ONCE = 64  # chunks that one device draws together, if it is no CPU: enough to fill a GPU

Sampler = Callable[..., Any]  # (key, draws, **point) -> a pytree of arrays, draws on the leading axis
Summary = Callable[[Any], Any]  # values -> a pytree of arrays
Merge = Callable[[Any, Any], Any]  # associative and commutative, on summaries


def neurons(devices: int | None = None) -> Mesh:
    """The mesh of all devices of all hosts (or of the first few), along the one axis "neurons"."""
    return Mesh(np.array(jax.devices()[:devices]), (AXIS,), axis_types=(AxisType.Auto,))


def add(first: Any, second: Any) -> Any:
    """The merge of summaries that are sums."""
    return jax.tree.map(jnp.add, first, second)


def stream(
    sampler: Sampler,
    key: PRNGKeyArray,
    draws: int,
    points: Mapping[str, Any] | None = None,
    *,
    summary: Summary,
    merge: Merge = add,
    chunk: int | None = None,
    at_once: int | None = None,
    mesh: Mesh | None = None,
) -> Any:
    """The summary of exactly ``draws`` i.i.d. values, drawn in chunks on every device of the mesh.

    Args:
        sampler: ``(key, draws, **point)`` to a pytree of i.i.d. values, ``draws`` on the leading axes;
            compiled once for each function object, so pass the same one again.
        key: a typed key. Draws depend on it, on their number and on ``chunk`` alone.
        draws: how many; compiled once for all multiples of ``chunk``.
        points: arrays by parameter name, with one point an entry of the leading axis. All points share
            their draws, and every leaf of the result has the points on its leading axis.
        summary: from values to a pytree of arrays, such as their sums and their number.
        merge: the summary of two batches together, from their summaries.
        chunk: draws a chunk, by default `chunk_size`.
        at_once: chunks that a device draws together; by default one on a CPU, 64 elsewhere.
        mesh: devices, by default all.

    Raises:
        ValueError: a number under one, points of unequal number, a sampler that returns other than
            ``draws`` values.
        TypeError: a key that is not typed.
    """
    points = {name: np.asarray(values) for name, values in (points or {}).items()}
    reject_misuse(key, draws, points, chunk, at_once)
    mesh = neurons() if mesh is None else mesh
    on_cpu = mesh.devices.flat[0].platform == "cpu"
    chunk = chunk or chunk_size(sampler, key, points)
    whole, rest = divmod(draws, chunk)
    batch = Batch(sampler, summary, merge)
    run = Run(batch, chunk, at_once or (1 if on_cpu else AT_ONCE), mesh) if whole else None
    return streamed(unrolled(key) if on_cpu else key, points, np.int32(whole), batch, run, rest)


def chunk_size(sampler: Sampler, key: PRNGKeyArray, points: Mapping[str, Any]) -> int:
    """Draws a chunk: a power of two, the fewer the more one draw holds, from 2^15 to 2^8."""
    point = {name: values[0] for name, values in points.items()}
    few = jax.eval_shape(lambda key, point: sampler(key, FEWEST, **point), key, point)
    held = max(1, sum(prod(leaf.shape) for leaf in jax.tree.leaves(few)) // FEWEST)
    return max(FEWEST, min(CHUNK, 2 ** max(0, (HELD // held).bit_length() - 1)))


def rows(draws: int) -> int:
    """In how many equal parts values are summarised: four if that can be, an even number in each if it can.

    Parts, because XLA would fuse the draws into every sum, and so draw again for each of them; a loop
    over parts makes it write the values down.
    """
    even = 2 if draws % 2 == 0 else 1
    return next(n for n in range(min(4, draws // even), draws + 1) if draws % (n * even) == 0)


class Batch(NamedTuple):
    """The summary of one batch of draws; equal parts make an equal batch, compiled once."""

    sampler: Sampler
    summary: Summary
    merge: Merge

    def __call__(self, key: PRNGKeyArray, draws: int, points: Mapping[str, Any]) -> Any:
        if not points:
            return self.at(key, draws, {})
        # All points share their draws: a key anew for each, so that JAX does not take it for a reuse.
        fresh = partial(jax.random.wrap_key_data, jax.random.key_data(key), impl=jax.random.key_impl(key))
        return jax.lax.map(lambda point: self.at(fresh(), draws, point), points)

    def at(self, key: PRNGKeyArray, draws: int, point: Mapping[str, Any]) -> Any:
        values = self.sampler(key, draws, **point)
        reject_wrong_shape(self.sampler, values, draws)
        count = rows(draws)
        parts = jax.tree.map(lambda x: x.reshape(count, draws // count, *x.shape[1:]), values)
        return self.fold(jax.lax.map(self.summary, parts), jnp.ones(count, bool))

    def fold(self, summaries: Any, there: Bool[Array, " n"]) -> Any:
        """All those that are ``there`` merged in order, of a stack whose first one is."""

        def step(total, item):
            summary, is_there = item
            return choose(is_there, self.merge(total, summary), total), None

        first = jax.tree.map(lambda x: x[0], summaries)
        others = jax.tree.map(lambda x: x[1:], (summaries, there))
        return jax.lax.scan(step, first, others)[0]


class Run(NamedTuple):
    """What one device does: its contiguous share of the chunks."""

    batch: Batch
    chunk: int
    at_once: int
    mesh: Mesh

    def __call__(self, key: PRNGKeyArray, points: Mapping[str, Any], whole: jax.Array) -> Any:
        ends = self.ends(whole)
        place = jax.lax.axis_index(AXIS)
        mine = self.share(key, points, ends[place], ends[place + 1])
        return self.batch.fold(jax.lax.all_gather(mine, AXIS), ends[:-1] < ends[1:])

    def ends(self, whole: jax.Array) -> Int[Array, " n"]:
        """Where the run of each device starts, and the next one's, as even as can be."""
        place = jnp.arange(self.mesh.size + 1, dtype=whole.dtype)
        each, more = whole // self.mesh.size, whole % self.mesh.size
        return place * each + jnp.minimum(place, more)

    def share(self, key: PRNGKeyArray, points: Mapping[str, Any], start: jax.Array, stop: jax.Array) -> Any:
        """Chunks ``start`` to ``stop - 1``, merged; meaningless if there are none."""

        def summarised(number):
            return self.batch(jax.random.fold_in(key, number), self.chunk, points)

        def group(i, total):
            numbers = start + i * self.at_once + jnp.arange(self.at_once, dtype=start.dtype)
            found = self.batch.fold(jax.vmap(summarised)(numbers), numbers < stop)
            return choose(i == 0, found, self.batch.merge(total, found))

        nothing = jax.tree.map(lambda x: jnp.zeros(x.shape, x.dtype), jax.eval_shape(summarised, start))
        return jax.lax.fori_loop(0, -((start - stop) // self.at_once), group, nothing)


@partial(jax.jit, static_argnames=("batch", "run", "rest"))
def streamed(
    key: PRNGKeyArray, points: Mapping[str, Any], whole, batch: Batch, run: Run | None, rest: int
) -> Any:
    """The program: every device its run of chunks, then the rest, which is a shorter chunk."""
    last = batch(jax.random.fold_in(key, whole), rest, points) if rest else None
    if run is None:
        return last
    nowhere = PartitionSpec()
    spread = jax.shard_map(run, mesh=run.mesh, in_specs=nowhere, out_specs=nowhere, check_vma=False)
    total = spread(key, points, whole)
    return batch.merge(total, last) if rest else total


def choose(condition: jax.Array, yes: Any, no: Any) -> Any:
    return jax.tree.map(partial(jnp.where, condition), yes, no)


def reject_misuse(key, draws: int, points: Mapping[str, np.ndarray], chunk: int | None, at_once: int | None):
    if not jnp.issubdtype(key.dtype, jax.dtypes.prng_key):
        raise TypeError(f"key of dtype {key.dtype}: pass a typed key, from jax.random.key and not PRNGKey")
    for name, number in {"draws": draws, "chunk": chunk, "at_once": at_once}.items():
        if number is not None and number < 1:
            raise ValueError(f"{name} = {number}: at least one is needed")
    numbers = {name: values.shape[0] if values.ndim else "no axis" for name, values in points.items()}
    if len(set(numbers.values())) > 1 or "no axis" in numbers.values():
        raise ValueError(
            f"points {numbers}: every parameter needs the same number of points, on its leading axis"
        )


def reject_wrong_shape(sampler: Sampler, values: Any, draws: int) -> None:
    shapes = [jnp.shape(leaf) for leaf in jax.tree.leaves(values)]
    if not shapes or any(shape[:1] != (draws,) for shape in shapes):
        name = getattr(sampler, "__name__", repr(sampler))
        raise ValueError(
            f"{name} returned arrays of shape {', '.join(map(str, shapes)) or 'none'} for {draws} draws: "
            f"the leading axis of each must have length {draws}"
        )
