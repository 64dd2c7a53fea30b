"""Draws of what stands under a node, inside the worker: streamed, shared between points, summed.

Draws are taken in float32 where the experiment follows its parameters, and summed in float64. Points
that differ only in reals and arrays share their draws: one program is mapped over them.
"""

from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from numerics import mesh, moments, pooling, sides
from numerics.arguments import Unfit, arguments, array_point, groups, key_for
from numerics.experiment import Experiment, observed_node, place_of
from numerics.programs import Shelf
from numerics.search import reply, search
from numerics.tracing import Traced, traced
from theory.claim import Claim
from theory.law import Covariance, Node, Probability, Variance


def sampler(claim: Claim, function: Callable, static: Mapping[str, Any]) -> Callable:
    """``(key, draws, **reals) -> values`` whose mean is the node."""
    node, _ = observed_node(claim.states.left)
    place = "{}:{}".format(*place_of(function))
    assert node is not None

    def sample(key, draws, **reals):
        run = partial(function, key=key, **static, **reals)
        return values_of_node(node, run, draws, f"{claim.name} ({place})")

    return sample


@cache
def clipped_sampler(claim: Claim, function: Callable, static: tuple[tuple[str, Any], ...]) -> Callable:
    """The same with the level among the parameters; one object for each claim, so that it compiles once."""
    sample = sampler(claim, function, dict(static))

    def clipped(key, draws, **reals):
        level = reals.pop(pooling.LEVEL)
        return pooling.clipped(sample(key, draws, **reals), level)

    return clipped


def sampled(
    claim: Claim, experiment: Experiment, points: list[dict], level
) -> tuple[Callable, dict[str, Any]]:
    """The sampler of points of one group, and the arrays over which it is mapped."""
    settled = [arguments(array_point(claim, point), "float32", experiment.traced) for point in points]
    sample = clipped_sampler(claim, experiment.function, tuple(settled[0][0].items()))
    reals = {name: jnp.stack([each[name] for _, each in settled]) for name in settled[0][1]}
    return sample, reals | {pooling.LEVEL: jnp.asarray(level, "float32")}


def values_of_node(node: Node, run: Callable, draws: int, who: str) -> jax.Array:
    """``draws`` i.i.d. values whose mean is the node, from what the experiment returns."""
    paired = isinstance(node, Variance | Covariance)
    wanted = 2 * draws if paired else draws
    returned = run(draws=wanted)
    if not isinstance(node, Covariance):
        values = checked_draws(returned, wanted, who)
        if isinstance(node, Probability) and values.dtype != bool:
            raise Unfit(f"{who}: returns {values.dtype} under Probability; return booleans")
        return moments.fresh_pairs(values) if paired else values
    if not (isinstance(returned, tuple | list) and len(returned) == 2):
        raise Unfit(f"{who}: under Covariance return the two arrays of values, as in `return x, y`")
    return moments.fresh_pairs(*(checked_draws(half, wanted, who) for half in returned))


def checked_draws(returned, draws: int, who: str) -> jax.Array:
    values = jnp.asarray(returned)
    if values.ndim == 0 or values.shape[0] != draws:
        raise Unfit(
            f"{who}: was asked for {draws} draws and returned shape {values.shape}; "
            f"return one value a draw on the leading axis, shape ({draws}, ...)"
        )
    if jnp.issubdtype(values.dtype, jnp.complexfloating):
        raise Unfit(f"{who}: returns complex values; return real ones, such as the two parts")
    return values


def traced_draws(claim: Claim, experiment: Experiment, point: dict, draws: int) -> Traced:
    """The program of a few draws at one point, not clipped."""
    static, reals = arguments(array_point(claim, point), "float32", experiment.traced)
    sample = sampler(claim, experiment.function, static)
    return traced(lambda key, reals: sample(key, draws, **reals), key_for(0, claim.name, "probe"), reals)


def reject_infinite(claim: Claim, experiment: Experiment, found: np.ndarray, points: list[dict]) -> None:
    """``found`` has a row a point."""
    for row, point in zip(found, points, strict=True):
        if not np.all(np.isfinite(row)):
            where = sides.spelled(sides.exact(claim, point))
            raise Unfit(
                f"{claim.name} ({experiment.place}): returns NaN or infinite values at {where}; "
                "return finite ones"
            )


def draws(
    claim: Claim,
    experiment: Experiment,
    points: list[dict],
    count: int,
    level,
    seed: int,
    purpose: str,
    shelf: tuple[str, str] | None = None,
) -> dict:
    """Mean and standard deviation of ``count`` draws at each point, clipped at ``level``.

    ``shelf`` is the folder in which programs are kept, and the digest of their sources.
    """
    rows: list[Any] = [None] * len(points)
    for places in groups(points, experiment.traced):
        here = [points[place] for place in places]
        sample, reals = sampled(claim, experiment, here, np.asarray(level)[places])
        key = key_for(seed, claim.name, purpose)
        programs = shelf and shelved(claim, experiment, here[0], Shelf(*shelf))
        pooled = mesh.stream(sample, key, count, reals, summary=pooling.sums, shelf=programs)
        found = pooling.mean_and_sd(pooled)
        reject_infinite(claim, experiment, found[0], here)
        for place, *both in zip(places, *found, strict=True):
            rows[place] = both
    mean, sd = (np.stack(column) for column in zip(*rows, strict=True))
    return {"mean": mean, "sd": sd}


def shelved(claim: Claim, experiment: Experiment, point: dict, shelf: Shelf) -> Shelf:
    """Where the program of a group of points is kept: its statement and its static parameters tell it apart."""
    static = {n: v for n, v in point.items() if isinstance(v, int | str) and n not in experiment.traced}
    return shelf.narrowed(claim=claim.name, statement=claim.digest, static=static)


def pilot(claim: Claim, experiment: Experiment, points: list[dict], count: int, seed: int) -> dict:
    """Draws of a key of their own, from which the spread is taken before the number of draws is fixed."""
    columns: list[Any] = [None] * len(points)
    for places in groups(points, experiment.traced):
        here = [points[place] for place in places]
        sample, reals = sampled(claim, experiment, here, np.full(len(here), np.inf))
        run = jax.jit(lambda key, reals, sample=sample: sample(key, count, **reals))
        for row, place in enumerate(places):
            key = key_for(seed, claim.name, "pilot")
            columns[place] = np.asarray(run(key, {name: each[row] for name, each in reals.items()}))
    found = np.stack(columns, axis=1)
    reject_infinite(claim, experiment, np.moveaxis(found, 1, 0), points)
    return {"draws": found}


def shrink(
    claim: Claim, experiment: Experiment, looks: int, count: int, z: float, seconds: float, seed: int
) -> dict:
    """After a reproduced alarm: the shortest point at which ``count`` draws are off by ``z`` errors.

    Every look is at the draws of one key, so that nothing is searched but the point.
    """

    def breaks(point) -> bool:
        near = sides.rounded(claim, point, "float32")
        wanted = sides.target(claim, near)
        if wanted is None:
            return False
        seen = draws(claim, experiment, [sides.plain(claim, near)], count, np.full(1, np.inf), seed, "shrink")
        mean, margin = seen["mean"][0], z * seen["sd"][0] / np.sqrt(count)
        return bool(np.any(sides.outside(mean - margin, mean + margin, wanted) & (margin > 0)))

    return reply(claim, search(claim, breaks, looks, seed, seconds))
