"""What an experiment is given, inside the worker: its key, its parameters, and points that it can share.

Integers arrive as Python integers and activations as their JAX twins: these are *static*, and another
value is another program. Integers that an experiment has traced, reals and arrays arrive as arrays, in the
precision of the task.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from numerics import activation
from theory.claim import Claim


class Unfit(ValueError):
    """An experiment that cannot serve as evidence; the message names claim, file and line."""


def key_for(seed: int, claim: str, purpose: str) -> jax.Array:
    """A key of its own for each seed, claim and purpose, the same on every machine."""
    digest = sha256(f"{seed}/{claim}/{purpose}".encode()).digest()
    first, second = (int.from_bytes(digest[start : start + 4], "big") for start in (0, 4))
    return jax.random.fold_in(jax.random.key(np.uint32(first)), np.uint32(second))


def arguments(
    point: Mapping[str, Any], dtype: str, traced: Sequence[str] = ()
) -> tuple[dict[str, Any], dict[str, jax.Array]]:
    """The static parameters (activations, integers that are not to be traced) and the others."""
    static = {
        n: activation.twin(v) if isinstance(v, str) else v
        for n, v in point.items()
        if isinstance(v, int | str) and n not in traced
    }
    others = {n: v for n, v in point.items() if n not in static}
    return static, {n: jnp.asarray(v, "int32" if n in traced else dtype) for n, v in others.items()}


def array_point(claim: Claim, point: Mapping[str, Any]) -> dict[str, Any]:
    """Vectors, which theory holds as columns, in one dimension; matrices as they are."""
    flat = {
        name for name, symbol in claim.symbols.items() if len(getattr(claim.given[symbol], "shape", ())) == 1
    }
    return {name: np.ravel(value) if name in flat else value for name, value in point.items()}


def groups(points: list[dict], traced: Sequence[str] = ()) -> list[list[int]]:
    """Places of points that one compiled program serves: equal static parts, equal shapes."""
    together: dict[tuple, list[int]] = {}
    for place, point in enumerate(points):
        alike = tuple(
            (n, v if isinstance(v, int | str) and n not in traced else np.shape(v)) for n, v in point.items()
        )
        together.setdefault(alike, []).append(place)
    return list(together.values())
