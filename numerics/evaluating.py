"""Left sides without draws, inside the worker: values in float64 at points, up a ladder, under a search."""

import math
import time
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from numerics import books, sides
from numerics.arguments import Unfit, arguments, array_point, key_for
from numerics.breach import breach, own_rounding, relative_slack
from numerics.closest import closest
from numerics.experiment import Experiment
from numerics.kinds import trend
from numerics.plan import chosen_points
from numerics.sampling import sampler
from numerics.search import reply, search
from numerics.threefry import unrolled
from theory.claim import Claim
from theory.points import Point
from theory.statement import Relation

AT_ONCE = 2**18  # numbers that the seeds run together may hold
SEEDS_AT_ONCE = 64  # a pilot's


def value(
    claim: Claim,
    experiment: Experiment,
    point: Mapping[str, Any],
    seed: int,
    purpose: str,
    dtype: str = "float64",
) -> Any:
    """What an experiment without draws returns at a point, as numpy arrays."""
    (found,) = values(claim, experiment, [dict(point)], 1, seed, purpose, dtype)["values"]
    return found[0]


def eager_value(claim: Claim, experiment: Experiment, point: Mapping[str, Any]) -> Any:
    """The same of what has no key, uncompiled."""
    static, reals = arguments(array_point(claim, point), "float64", experiment.traced)
    return settled(experiment.function(**static, **reals))


def keyed(claim: Claim, experiment: Experiment, point: Mapping[str, Any]) -> tuple[Callable, dict[str, Any]]:
    """What has a key as ``(key, reals) -> value``, and its reals."""
    static, reals = arguments(array_point(claim, point), "float64", experiment.traced)
    return (lambda key, reals: experiment.function(key=key, **static, **reals)), reals


def values(
    claim: Claim, experiment: Experiment, points: list[dict], keys: int, seed: int, purpose: str, dtype: str
) -> dict:
    """A list a point with one entry a key, or with one entry if nothing is random."""
    found = []
    with jax.enable_x64(dtype == "float64"):
        for point in points:
            run = call(claim, experiment, point, dtype)
            every = jax.random.split(key_for(seed, claim.name, purpose), keys if experiment.keyed else 1)
            found.append([settled(run(key)) for key in every])
    return {"values": found}


def call(claim: Claim, experiment: Experiment, point: Mapping[str, Any], dtype: str) -> Callable:
    """From a key to what the experiment returns; jitted if it has a key."""
    static, reals = arguments(array_point(claim, point), dtype, experiment.traced)
    if not experiment.keyed:
        return lambda key: experiment.function(**static, **reals)
    return partial(jitted(experiment.function, tuple(static.items())), reals=reals)


@cache
def jitted(function: Callable, static: tuple[tuple[str, Any], ...]) -> Callable:
    """One compiled program for all points with these static parameters."""
    return jax.jit(lambda key, reals: function(key=key, **dict(static), **reals))


def settled(returned) -> Any:
    if isinstance(returned, Mapping):
        return {str(name): np.asarray(part) for name, part in returned.items()}
    return np.asarray(returned)


def ladder(
    claim: Claim,
    experiment: Experiment,
    point: dict,
    rungs: list,
    draws: int,
    seeds: int,
    seed: int,
    purpose: str,
) -> dict:
    """The left side up a ladder, shape (rungs, seeds); under a node a mean of ``draws`` for each seed."""
    key = key_for(seed, claim.name, purpose)
    keys = jax.random.split(unrolled(key) if jax.default_backend() == "cpu" else key, len(rungs))
    by, rows = trend(claim).by.name, []
    for rung, key in zip(rungs, keys, strict=True):
        row = np.asarray(over_seeds(claim, experiment, {**point, by: rung}, draws, seeds)(key), float)
        if row.ndim != 1 or not np.all(np.isfinite(row)):
            raise Unfit(
                f"{claim.name} ({experiment.place}): at {by}={rung} returns values of shape {row.shape[1:]}, "
                f"such as {row.ravel()[:3].tolist()}; return one finite number"
            )
        rows.append(row)
    return {"values": np.stack(rows)}


def over_seeds(
    claim: Claim, experiment: Experiment, point: Mapping[str, Any], draws: int, seeds: int
) -> Callable:
    """From a key to one value a seed; as many at once as fit, judged by the largest integer that is not
    traced.

    The program depends on how many run at once and not on how many there are: it is compiled once for the
    pilot, the ladder and its repetition, at all points of the same sizes.
    """
    static, reals = arguments(array_point(claim, point), "float64", experiment.traced)
    if not experiment.keyed:
        return lambda key: np.stack([np.asarray(experiment.function(**static, **reals))])
    held = draws if experiment.draws else 1
    held *= max([1, *(value for value in static.values() if isinstance(value, int))])
    at_once = min(SEEDS_AT_ONCE, max(1, AT_ONCE // held))
    run = batch(claim, experiment.function, tuple(static.items()), draws if experiment.draws else None)

    def every(key):
        keys = jax.random.split(key, -(-seeds // at_once) * at_once)  # whole batches; the rest is dropped
        batches = (keys[first : first + at_once] for first in range(0, seeds, at_once))
        return np.concatenate([np.asarray(run(each, reals)) for each in batches])[:seeds]

    return every


@cache
def batch(
    claim: Claim, function: Callable, static: tuple[tuple[str, Any], ...], draws: int | None
) -> Callable:
    """The compiled program from some keys to one value each, or to a mean of ``draws`` each."""

    def one(key, reals):
        if draws is None:
            return function(key=key, **dict(static), **reals)
        values = sampler(claim, function, dict(static))(key, draws, **reals)
        return jnp.mean(values.astype(float), axis=0)

    return jax.jit(jax.vmap(one, in_axes=(0, None)))


def hunt(
    claim: Claim,
    experiment: Experiment,
    looks: int,
    seconds: float,
    resolution: float | None,
    noise: float,
    seed: int,
    kept: str | None = None,
) -> dict:
    """Hypothesis looks for a point that breaks a deterministic statement; the point found, shrunk.

    ``kept`` is a folder for the numbers of theory at the points that it looks at, see ``numerics.books``.
    """

    def breaks(point) -> bool:
        near = sides.rounded(claim, point, "float64")
        at = partial(value, claim, experiment, sides.plain(claim, near), seed, "hunt")
        fine = at()
        if not breach(claim, near, fine, resolution, noise):
            return False
        own = own_rounding(claim, near, fine, at("float32"))
        return bool(breach(claim, near, fine, resolution, max(noise, own)))

    books.opened(Path(kept) if kept else None, [claim], seed, books.SEARCHED)
    until = time.monotonic() + seconds
    found = search(claim, breaks, looks, seed, seconds)
    if found.point is None and is_unkeyed_inequality(claim, experiment):
        nearest = least(claim, experiment, chosen_points(claim, seed), seed, breaks, until)
        found = found._replace(point=nearest)
    books.closed([claim])
    return reply(claim, found)


def is_unkeyed_inequality(claim: Claim, experiment: Experiment) -> bool:
    return isinstance(claim.states, Relation) and claim.states.sign != "=" and not experiment.keyed


def least(
    claim: Claim,
    experiment: Experiment,
    starts: Iterable[Point],
    seed: int,
    breaks: Callable[[Point], bool],
    until: float = math.inf,
) -> Point | None:
    """A point that breaks an inequality, from where what the experiment returns comes closest to that.

    The experiment is not asked any more once the monotonic clock stands at ``until``, in seconds.
    """

    def slack(point: Point) -> float:
        if time.monotonic() > until:
            return math.inf
        try:
            near = sides.rounded(claim, point, "float64")
            returned = value(claim, experiment, sides.plain(claim, near), seed, "hunt")
            return relative_slack(claim, near, returned)
        except ValueError:  # what is not finite there has been told of at the planned points
            return math.inf

    return closest(claim, slack, breaks, [(slack(point), point) for point in starts])
