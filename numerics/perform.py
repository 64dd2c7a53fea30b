"""What happens inside the worker: a task names an experiment and what to do with it; the reply is plain."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import jax
import numpy as np

from numerics import evaluating, sampling, sides, tracing
from numerics.arguments import Unfit, arguments, array_point, key_for
from numerics.experiment import REJECTED, Experiment, load, named, observed_node
from theory.claim import Claim, free

PROBE = 64  # draws with which an experiment is first tried


def perform(task: Mapping[str, Any]) -> dict:
    """The reply to one task: ``do`` names a function of this module, ``with`` holds its arguments."""
    if task["home"] is not None:
        load(task["home"])
    if task["do"] == "describe":
        return describe(task["claims"], task["home"])
    return carried_out(*found(task["claim"], task["home"]), task)


def carried_out(claim: Claim, experiment: Experiment, task: Mapping[str, Any]) -> dict:
    with jax.enable_x64(True):
        return TASKS[task["do"]](claim, experiment, **task["with"])


def found(name: str, home: str | None) -> tuple[Claim, Experiment]:
    pair = named(name, home)
    if pair is None:
        raise LookupError(f"{name}: no experiment is attached in {home}")
    return pair


def describe(claims: Iterable[str], home: str | None) -> dict:
    """What is attached: per claim the experiment's form, or what is wrong with it."""
    wrong = {claim.name: message for claim, message in REJECTED.items()}
    sheets = {}
    for name in claims:
        pair = named(name, home)
        if name in wrong:
            sheets[name] = {"wrong": wrong[name]}
        elif pair is not None:
            sheets[name] = sheet(pair[1])
    return {"sheets": sheets, **machine()}


def machine() -> dict[str, str]:
    device = jax.devices()[0]
    return {"backend": device.platform, "device": device.device_kind}


def sheet(experiment: Experiment) -> dict:
    return {
        "draws": experiment.draws,
        "keyed": experiment.keyed,
        "resolution": experiment.resolution,
        "corrections": list(experiment.corrections),
        "points": experiment.points,
        "place": experiment.place,
    }


def law(claim: Claim, experiment: Experiment, points: list[dict]) -> dict:
    """What the experiment's author knows of one draw, as numbers at each point."""
    exact = [sides.exact(claim, point) for point in points]

    def at_points(expr):
        return None if expr is None else [sides.numbers(claim, expr, point) for point in exact]

    bounds = experiment.bounds
    return {
        "variance": positive(at_points(experiment.variance)),
        "kurtosis": at_points(experiment.kurtosis),
        "moments": {order: at_points(bound) for order, bound in (experiment.moments or {}).items()},
        "bounds": [at_points(end) for end in bounds] if bounds else [],
    }


def positive(values: list | None) -> list | None:
    """Variances that vanish may come out as a negative rounding error."""
    return None if values is None else [np.maximum(value, 0.0) for value in values]


def probe(claim: Claim, experiment: Experiment, points: list[dict], seed: int) -> dict:
    """Tries an experiment without compiling it: the same twice, and two numbers of draws.

    What is random is traced and not run: a program that is the same twice draws from its key alone.
    """
    if not experiment.keyed:
        once, again = (evaluating.eager_value(claim, experiment, points[0]) for _ in range(2))
        reject_restless(claim, experiment, same_bits(once, again))
        return {}
    if not experiment.draws:
        run, given = evaluating.keyed(claim, experiment, points[0])
        twice = [tracing.traced(run, key_for(seed, claim.name, "probe"), given) for _ in range(2)]
        reject_restless(claim, experiment, twice[0] == twice[1])
        return {"doubts": doubts(claim, experiment, twice[0], given)}
    looks = [sampling.traced_draws(claim, experiment, points[0], n) for n in (PROBE, PROBE, PROBE + 2)]
    reject_restless(claim, experiment, looks[0] == looks[1])
    once, more = looks[0].returns, looks[2].returns
    if once.shape[1:] != more.shape[1:]:
        raise Unfit(
            f"{claim.name} ({experiment.place}): one value has shape {once.shape[1:]} of {PROBE} draws, "
            f"but {more.shape[1:]} of {PROBE + 2}; its shape must not depend on the number of draws"
        )
    found = {"shape": list(once.shape[1:]), "boolean": once.dtype == bool, "dtype": str(once.dtype)}
    _, reals = arguments(array_point(claim, points[0]), "float32", experiment.traced)
    return found | {"doubts": doubts(claim, experiment, looks[0], reals)}


def doubts(
    claim: Claim, experiment: Experiment, program: tracing.Traced, reals: Mapping[str, Any]
) -> list[str]:
    """What an experiment is given and does not read, though the left side says that it matters."""
    reads = dict(zip(["key", *sorted(reals)], program.reads, strict=True))
    node, _ = observed_node(claim.states.left)  # the factors beside it go to the right side
    matters = free(claim.states.left if node is None else node)
    left = {name for name, symbol in claim.symbols.items() if symbol in matters}
    place, found = f"the experiment ({experiment.place})", []
    if not reads.pop("key"):
        found.append(f"{place} ignores its key, so that all draws are alike: draw from it, or drop it")
    idle = [name for name, is_read in reads.items() if not is_read and name in left]
    if idle:
        named = ", ".join(idle)
        found.append(
            f"{place} ignores {named}, on which the left side depends: use it, or drop it from the claim"
        )
    return found


def reject_restless(claim: Claim, experiment: Experiment, same: bool) -> None:
    if not same:
        what = "key" if experiment.keyed else "point"
        raise Unfit(
            f"{claim.name} ({experiment.place}): two calls with the same {what} return different values; "
            "draw all randomness from the key"
        )


def same_bits(once, again) -> bool:
    if isinstance(once, dict):
        return set(once) == set(again) and all(same_bits(once[name], again[name]) for name in once)
    return np.shape(once) == np.shape(again) and np.asarray(once).tobytes() == np.asarray(again).tobytes()


TASKS: dict[str, Callable[..., dict]] = {
    "law": law,
    "probe": probe,
    "draws": sampling.draws,
    "pilot": sampling.pilot,
    "shrink": sampling.shrink,
    "values": evaluating.values,
    "ladder": evaluating.ladder,
    "hunt": evaluating.hunt,
}
