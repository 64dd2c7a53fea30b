"""One stochastic claim looked at under many seeds at once, by the engine's own samplers and its own decision.

The points of the plan are taken once, with what theory says and what is known of a draw there. Then a look is

    key of (seed, claim, "draws") -> n draws, clipped at a level -> mean and sd -> inside or outside,

for several *arms* on the same draws: rates of error, and discrepancies that are planted in the draws. All seeds
run in one compiled program, in which ``n`` is fixed; a run of the engine differs in that number alone, and a
coarse resolution is the price. A law of which nothing is known has a pilot under a key of its own for every
seed, as in a run. No alarm is reproduced.
"""

from collections.abc import Callable, Sequence
from functools import cache, partial
from hashlib import sha256
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from numerics import mesh, perform, plan, pooling, sampling, sides
from numerics.arguments import arguments, array_point
from numerics.experiment import Experiment, attached, draws_wanted, load
from numerics.freshness import home_of
from numerics.kinds import is_trend
from numerics.statistics import Known
from numerics.threefry import unrolled
from theory import catalogue
from theory.claim import Claim


class Stage(NamedTuple):
    """A claim with its points, ready to be looked at; lists have an entry a point."""

    claim: Claim
    experiment: Experiment
    points: list[dict[str, Any]]  # exact
    wanted: list[sides.Target]  # in the shape of a draw
    known: list[Known | None]  # None where only a pilot can say
    boolean: bool

    @property
    def shape(self) -> tuple[int, ...]:
        return self.wanted[0].value.shape

    @property
    def assertions(self) -> int:
        return len(self.points) * int(np.prod(self.shape))

    @property
    def guaranteed(self) -> bool:
        return self.boolean or all(known is not None for known in self.known)


def claims() -> list[Claim]:
    """Of the catalogue, those about a mean, a probability or a variance that have an experiment."""
    found = []
    for claim in catalogue.claims():
        home = home_of(claim)
        if home is not None and draws_wanted(claim) and not is_trend(claim):
            load(home)
            found += [claim] if attached(claim) is not None else []
    return found


def staged(claim: Claim, seed: int = 0) -> Stage:
    """The claim at the points that a run with this seed would look at."""
    experiment = attached(claim)
    assert experiment is not None
    (row,) = plan.plan([claim], plan.Settings(seed=seed)).rows
    targets = [(point, sides.target(claim, point)) for point in row.points]
    there = [(point, target) for point, target in targets if target is not None]
    sent = [sides.plain(claim, point) for point, _ in there]
    with jax.enable_x64(True):
        tried = perform.probe(claim, experiment, sent[:1], seed)
        told = perform.law(claim, experiment, sent)
    wanted = [sides.shaped(claim, point, target, tuple(tried["shape"])) for point, target in there]
    known = [None if tried["boolean"] else known_at(claim, told, place) for place in range(len(there))]
    return Stage(claim, experiment, [point for point, _ in there], wanted, known, tried["boolean"])


def known_at(claim: Claim, told: dict, place: int) -> Known | None:
    """What the experiment's author knows of a draw at a point; None if that is nothing."""
    if told["kurtosis"] is not None:
        raise NotImplementedError(f"{claim.name}: a law known by its kurtosis cannot be looked at here yet")
    known = Known(
        variance=told["variance"][place] if told["variance"] is not None else None,
        moments=tuple((order, bound[place]) for order, bound in told["moments"].items()),
        support=(told["bounds"][0][place], told["bounds"][1][place]) if told["bounds"] else None,
    )
    return None if known == Known() else known


def words(seed: int, claim: str, purpose: str) -> tuple[int, int]:
    """What ``numerics.arguments.key_for`` makes a key of."""
    digest = sha256(f"{seed}/{claim}/{purpose}".encode()).digest()
    first, second = (int.from_bytes(digest[start : start + 4], "big") for start in (0, 4))
    return first, second


def shifted(values: jax.Array, amount: jax.Array) -> jax.Array:
    """The same draws with another mean."""
    return values + amount.astype(values.dtype)


def flipped(hits: jax.Array, uniform: jax.Array, amount: jax.Array) -> jax.Array:
    """Booleans of which a part is flipped: misses to hits for a positive amount, hits to misses for a negative."""
    chosen = uniform < jnp.abs(amount)
    return jnp.where(amount > 0, hits | chosen, hits & ~chosen).astype(jnp.float32)


@cache
def program(
    claim: Claim, function: Callable, static: tuple[tuple[str, Any], ...], draws: int, boolean: bool
) -> Callable:
    """From words, one row a seed, to sum and sum of squares of the draws at one point, in every arm."""
    sample = sampling.sampler(claim, function, dict(static))

    def sampler(key, draws, **reals):
        values = sample(key, draws, **reals)
        fresh = jax.random.fold_in(jax.random.clone(key), 1)
        return (values, jax.random.uniform(fresh, values.shape, "float32")) if boolean else (values,)

    def one(word, reals, levels, amounts):
        def in_arm(values, level, amount):
            changed = flipped(values[0], values[1], amount) if boolean else shifted(values[0], amount)
            return pooling.sums(pooling.clipped(changed, level))[1:]

        def summary(values):
            return jax.vmap(partial(in_arm, values))(levels, amounts)

        key = jax.random.fold_in(unrolled(jax.random.key(word[0])), word[1])
        return mesh.Batch(sampler, summary).at(jax.random.fold_in(key, 0), draws, reals)

    return jax.jit(lambda rows, *rest: jax.lax.map(lambda word: one(word, *rest), rows))


def drawn(
    stage: Stage, place: int, seeds: Sequence[int], purpose: str, draws: int, levels, amounts
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and sd of the draws at one point, of shape (arms, seeds, *shape); arms lead levels and amounts."""
    rows = np.array([words(seed, stage.claim.name, purpose) for seed in seeds], np.uint32)
    sent = sides.plain(stage.claim, stage.points[place])
    with jax.enable_x64(True), jax.debug_key_reuse(False):
        static, reals = arguments(array_point(stage.claim, sent), "float32")
        run = program(stage.claim, stage.experiment.function, tuple(static.items()), draws, stage.boolean)
        total, squares = run(rows, reals, *(jnp.asarray(each, "float32") for each in (levels, amounts)))
    found = pooling.mean_and_sd(pooling.Sums(*map(jnp.asarray, (float(draws), total, squares))))
    mean, sd = (np.moveaxis(part, 1, 0) for part in found)
    sampling.reject_infinite(stage.claim, stage.experiment, mean[:1], [sent])
    return mean, sd
