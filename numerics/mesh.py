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
from functools import lru_cache, partial
from math import prod
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import AxisType, Mesh, NamedSharding, PartitionSpec
from jaxtyping import Array, Bool, PRNGKeyArray

from numerics.programs import Program, Shelf, kept
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
    shelf: Shelf | None = None,
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
        shelf: where the program is kept and what tells it apart, see `numerics.programs`; by default it is
            made anew in every process.

    Raises:
        ValueError: a number under one, points of unequal number, a sampler that returns other than
            ``draws`` values.
        TypeError: a key that is not typed.
    """
    points = {name: np.asarray(values) for name, values in (points or {}).items()}
    reject_misuse(key, draws, points, chunk, at_once)
    mesh = neurons() if mesh is None else mesh
    on_cpu = mesh.devices.flat[0].platform == "cpu"
    key = unrolled(key) if on_cpu else key
    batch = Batch(sampler, summary)

    def anew() -> Program:
        return programmed(batch, merge, key, points, chunk, at_once or (1 if on_cpu else AT_ONCE), mesh)

    words = jax.random.key_data(key)
    alike = words, points, *shares(mesh.size, mesh.size)
    program = anew() if shelf is None else kept(shelf, alike, mesh, anew)
    whole, rest = divmod(draws, program.chunk)
    parts, there = [], []
    if whole:
        parts.append(program.run(words, points, *shares(whole, mesh.size)))
        there.append(np.arange(mesh.size) < whole)
    if rest:
        parts.append(alone(fresh(key), points, np.int32(whole), batch, rest))
        there.append(np.ones(1, bool))
    return merged(merge, mesh)(parts, np.concatenate(there))


def programmed(
    batch: "Batch",
    merge: Merge,
    key: PRNGKeyArray,
    points: Mapping[str, np.ndarray],
    chunk: int | None,
    at_once: int,
    mesh: Mesh,
) -> Program:
    """The program of whole chunks, of a key's words: the summary of every device's run, devices leading."""
    values = outline(batch.sampler, key, points)
    chunk = chunk or chunk_size(values)
    run = Run(batch, merge, chunk, at_once, mesh, nothing_of(batch, values, chunk, points))
    return Program(chunk, partial(shared, impl=jax.random.key_impl(key), run=run))


def shares(chunks: int, devices: int) -> tuple[np.ndarray, np.ndarray]:
    """Where the run of each device starts and where it stops, as even as can be."""
    each, more = divmod(chunks, devices)
    ends = np.cumsum([0, *(each + (place < more) for place in range(devices))], dtype=np.int32)
    return ends[:-1], ends[1:]


def fresh(key: PRNGKeyArray) -> PRNGKeyArray:
    """The key anew, so that JAX does not take its next use for a reuse."""
    return jax.random.wrap_key_data(jax.random.key_data(key), impl=jax.random.key_impl(key))


def outline(sampler: Sampler, key: PRNGKeyArray, points: Mapping[str, Any]) -> Any:
    """Shapes and dtypes of a few draws at one point."""
    alike = tuple((name, value.shape[1:], value.dtype) for name, value in points.items())
    return outlined(sampler, jax.typeof(key), alike)


@lru_cache(maxsize=256)
def outlined(sampler: Sampler, key: Any, alike: tuple) -> Any:
    key = jax.ShapeDtypeStruct(key.shape, key.dtype)
    point = {name: jax.ShapeDtypeStruct(shape, dtype) for name, shape, dtype in alike}
    values = jax.eval_shape(lambda key, point: sampler(key, FEWEST, **point), key, point)
    reject_wrong_shape(sampler, values, FEWEST)
    return values


def chunk_size(values: Any) -> int:
    """Draws a chunk, by what a few of them hold: a power of two, from 2^15 to 2^8."""
    held = max(1, sum(prod(leaf.shape) for leaf in jax.tree.leaves(values)) // FEWEST)
    return max(FEWEST, min(CHUNK, 2 ** max(0, (HELD // held).bit_length() - 1)))


def nothing_of(batch: "Batch", values: Any, chunk: int, points: Mapping[str, np.ndarray]) -> "Zeros":
    """The shapes of the summary of a chunk, points on the leading axis."""
    chunks = jax.tree.map(lambda x: jax.ShapeDtypeStruct((chunk, *x.shape[1:]), x.dtype), values)
    leaves, tree = jax.tree.flatten(jax.eval_shape(batch.summary, chunks))
    leading = next(((len(values),) for values in points.values()), ())
    return Zeros(tuple((leading + leaf.shape, leaf.dtype) for leaf in leaves), tree)


class Zeros(NamedTuple):
    """A pytree of zeros that programs can be told apart by."""

    leaves: tuple
    tree: Any

    def array(self) -> Any:
        return jax.tree.unflatten(self.tree, [jnp.zeros(*leaf) for leaf in self.leaves])


class Batch(NamedTuple):
    """The summary of one batch of draws, at every point.

    Of a loop over points XLA takes out what they share: their draws.
    """

    sampler: Sampler
    summary: Summary

    def __call__(self, key: PRNGKeyArray, draws: int, points: Mapping[str, Any]) -> Any:
        if not points:
            return self.at(key, draws, {})
        return jax.lax.map(lambda point: self.at(fresh(key), draws, point), points)

    def at(self, key: PRNGKeyArray, draws: int, point: Mapping[str, Any]) -> Any:
        values = self.sampler(key, draws, **point)
        reject_wrong_shape(self.sampler, values, draws)
        return self.summary(values)


def fold(merge: Merge, summaries: Any, there: Bool[Array, " n"]) -> Any:
    """All those that are ``there`` merged in order, of a stack whose first one is."""

    def step(total, item):
        summary, is_there = item
        return choose(is_there, merge(total, summary), total), None

    first = jax.tree.map(lambda x: x[0], summaries)
    others = jax.tree.map(lambda x: x[1:], (summaries, there))
    return jax.lax.scan(step, first, others)[0]


class Run(NamedTuple):
    """What one device does: its contiguous share of the chunks."""

    batch: Batch
    merge: Merge
    chunk: int
    at_once: int
    mesh: Mesh
    nothing: Zeros

    def __call__(
        self, key: PRNGKeyArray, points: Mapping[str, Any], start: jax.Array, stop: jax.Array
    ) -> Any:
        return jax.tree.map(lambda x: x[None], self.share(key, points, start[0], stop[0]))

    def share(self, key: PRNGKeyArray, points: Mapping[str, Any], start: jax.Array, stop: jax.Array) -> Any:
        """Chunks ``start`` to ``stop - 1``, merged; meaningless if there are none."""

        def summarised(number):
            return self.batch(jax.random.fold_in(key, number), self.chunk, points)

        def group(i, total):
            first = start + i * self.at_once
            if self.at_once == 1:
                found = summarised(first)
            else:
                numbers = first + jnp.arange(self.at_once, dtype=start.dtype)
                found = fold(self.merge, jax.vmap(summarised)(numbers), numbers < stop)
            return choose(i == 0, found, self.merge(total, found))

        many = stop - start if self.at_once == 1 else -((start - stop) // self.at_once)
        return jax.lax.fori_loop(0, many, group, self.nothing.array())


@partial(jax.jit, static_argnames=("impl", "run"))
def shared(words: jax.Array, points: Mapping[str, Any], starts, stops, *, impl: Any, run: Run) -> Any:
    """The program: the summary of every device's run of chunks, devices on the leading axis."""
    key = jax.random.wrap_key_data(words, impl=impl)
    everywhere, along = PartitionSpec(), PartitionSpec(AXIS)
    ins = everywhere, everywhere, along, along
    spread = jax.shard_map(run, mesh=run.mesh, in_specs=ins, out_specs=along, check_vma=False)
    return spread(key, points, starts, stops)


@partial(jax.jit, static_argnames=("batch", "draws"))
def alone(key: PRNGKeyArray, points: Mapping[str, Any], chunk_number, batch: Batch, draws: int) -> Any:
    """The summary of one shorter chunk, with a leading axis."""
    found = batch(jax.random.fold_in(key, chunk_number), draws, points)
    return jax.tree.map(lambda x: x[None], found)


@lru_cache(maxsize=256)
def merged(merge: Merge, mesh: Mesh) -> Callable:
    """From summaries, devices on the leading axis, to the one of all, on every host."""

    def of_all(summaries, there):
        return fold(merge, jax.tree.map(lambda *parts: jnp.concatenate(parts), *summaries), there)

    return jax.jit(of_all, out_shardings=NamedSharding(mesh, PartitionSpec()))


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
