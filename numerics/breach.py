"""By how much the two sides of an exact statement disagree at a point, beyond what rounding explains.

A side with measured quantities is computed from what the experiment returned, a side without them is a
number of theory. The tolerance is the rounding error of a backward stable evaluation of both sides
(``numerics.rounding``). What an experiment's own arithmetic cancels no formula shows; so a breach counts
only if it also exceeds, scaled down, what changes when the experiment is repeated in float32.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from sympy import Basic

from numerics import books, rounding
from numerics.kinds import relation
from numerics.sides import as_floats, right_side, settled, spelled
from theory import points
from theory.claim import Claim
from theory.domain import measured
from theory.statement import Holds

COARSE = 64.0  # how many times the change from float32 to float64, scaled down, float64 may be off by
EPS = {"float32": 2.0**-23, "float64": 2.0**-52}
SIGNED = {"=": lambda gap: np.abs(gap), "<=": lambda gap: gap, ">=": lambda gap: -gap}
SIGNED |= {"<": SIGNED["<="], ">": SIGNED[">="]}


class Disagreement(NamedTuple):
    """The worst entry of a comparison: ``excess`` > 0 means that it breaks the statement."""

    left: float
    right: float
    tolerance: float
    excess: float
    entry: tuple[int, ...]


def breach(
    claim: Claim, point: points.Point, returned, resolution: float | None = None, noise: float = 0.0
) -> str:
    """What is wrong with a statement at a point, in words with numbers; empty if nothing is.

    ``noise`` is what the experiment's own arithmetic may add (``own_rounding``).
    """
    if isinstance(claim.states, Holds):
        truth = np.asarray(returned)
        if truth.dtype != bool:
            raise claim.error(
                f"the experiment returns {truth.dtype}; a condition is tried by booleans: "
                "return a comparison, as in jnp.min(x) > 0"
            )
        return "" if truth.all() else "the condition is false"
    found = compare(claim, point, returned, resolution)
    if not found.excess > noise:
        return ""
    entry = f", entry {list(found.entry)}" if found.entry else ""
    return (
        f"{found.left!r} {relation(claim).sign} {found.right!r} is false{entry}, "
        f"by more than the {found.tolerance + noise:.2g} that rounding explains{measured_as(returned)}"
    )


def measured_as(returned) -> str:
    """The scalars that were measured, so that the comparison can be done by hand."""
    parts = returned.items() if isinstance(returned, Mapping) else ()
    scalars = {name: float(value) for name, value in parts if not np.ndim(value)}
    return f", with {spelled(scalars)}" if scalars else ""


def own_rounding(claim: Claim, point: points.Point, fine, coarse) -> float:
    """What float64 may commit inside the experiment, from what float64 and float32 make of one point.

    The sides' difference moves with the precision by what float32 rounds away; float64 rounds away 2^-29
    of that. Where both round a term away entirely nothing moves, so the largest of many points counts.
    """
    if isinstance(claim.states, Holds):
        return 0.0
    try:
        moved = np.max(np.abs(gaps(claim, point, fine) - gaps(claim, point, coarse)))
    except ValueError:  # float32 is too narrow for this point, and says nothing
        return 0.0
    return float(COARSE * EPS["float64"] / EPS["float32"] * moved)


def gaps(claim: Claim, point: points.Point, returned) -> np.ndarray:
    left, right = both_sides(claim, point, returned)
    return np.asarray(left.value - right.value)


def relative_slack(claim: Claim, point: points.Point, returned) -> float:
    """By how much an inequality holds at a point, in its worst entry, relative to the larger side."""
    left, right = both_sides(claim, point, returned)
    gap = np.asarray(right.value - left.value) * (1 if relation(claim).sign in ("<=", "<") else -1)
    size = np.maximum(np.maximum(np.abs(left.value), np.abs(right.value)), np.finfo(float).tiny)
    return float(np.min(gap / size))


def compare(claim: Claim, point: points.Point, returned, resolution: float | None = None) -> Disagreement:
    """The worst entry of a relation at a point, for what a deterministic experiment returned.

    The tolerance is what rounding explains, or ``resolution`` times the larger side if one is declared.
    Raises ``ValueError`` for values that are missing, complex, not finite or of the wrong shape.
    """
    left, right = both_sides(claim, point, returned)
    values = np.broadcast_arrays(left.value, right.value)
    sizes = np.broadcast_to(left.size + right.size, values[0].shape)
    sizes = np.where(np.isfinite(sizes), sizes, np.abs(values[1]))
    operations = sum(side.count_ops() for side in claim.states.sides)
    operations += sum(map(np.size, known_values(returned)))
    allowed = rounding.tolerance(sizes, operations, EPS["float64"])
    if resolution is not None:
        allowed = np.maximum(allowed, resolution * np.maximum(*map(np.abs, values)))
    excess = SIGNED[relation(claim).sign](values[0] - values[1]) - allowed
    entry = tuple(int(i) for i in np.unravel_index(np.argmax(excess), excess.shape))
    left_there, right_there, tolerance, over = (float(part[entry]) for part in (*values, allowed, excess))
    return Disagreement(left_there, right_there, tolerance, over, entry)


def both_sides(claim: Claim, point: points.Point, returned) -> tuple[rounding.Sized, rounding.Sized]:
    known = known_quantities(claim, point, returned)
    states = relation(claim)
    if isinstance(returned, Mapping):
        left = rounding.sized(settled(claim, states.left, point), known)
    else:
        value = finite(claim, point, "the experiment's value", returned)
        left = rounding.Sized(value, np.abs(value))
    if measured(states.right):
        right = rounding.sized(settled(claim, states.right, point), known)
    else:
        value = right_side(claim, point)

        def sizes() -> np.ndarray:
            return sizes_of(claim, states.right, point, value)

        right = rounding.Sized(value, books.array(claim, "size", point, sizes))
    if np.squeeze(left.value).shape == np.squeeze(right.value).shape:  # a vector of theory is a column
        left = rounding.Sized(*(np.reshape(part, right.value.shape) for part in left))
    left, right = (rounding.Sized(*map(np.asarray, side)) for side in (left, right))
    reject_wrong_shape(claim, point, left.value, right.value)
    return left, right


def sizes_of(claim: Claim, expr: Basic, point: points.Point, value: np.ndarray) -> np.ndarray:
    """The size of a side of theory; its own magnitude where floats cannot follow it."""
    arrays = {label: as_floats(values) for label, values in points.tables(claim, point).items()}
    for loops in (True, False):  # as they stand, else written out
        try:
            size = np.reshape(
                rounding.sized(settled(claim, expr, point, loops), {}, arrays).size, value.shape
            )
        except (rounding.Unevaluable, TypeError, ZeroDivisionError):
            continue
        return np.asarray(np.maximum(np.abs(value), size))
    return np.abs(value)


def known_values(returned) -> list:
    return list(returned.values()) if isinstance(returned, Mapping) else [returned]


def known_quantities(claim: Claim, point: points.Point, returned) -> dict[Basic, np.ndarray]:
    """The observed symbols of a claim, sizes put in, with what the experiment returned for each."""
    wanted = {q.name: settled(claim, q, point) for side in claim.states.sides for q in measured(side)}
    if not isinstance(returned, Mapping):
        if any(measured(side) for side in claim.states.sides[1:]):
            raise claim.error(
                f"the right side has observed quantities too: return a dict with {', '.join(wanted)}"
            )
        return {}
    if set(returned) != set(wanted):
        raise claim.error(
            f"the experiment returned {', '.join(returned) or 'nothing'}; "
            f"return a dict with {', '.join(wanted)}"
        )
    known = {wanted[name]: finite(claim, point, name, value) for name, value in returned.items()}
    for symbol, value in known.items():
        shape = tuple(map(int, getattr(symbol, "shape", ())))
        if value.shape != shape:
            raise claim.error(f"{symbol} has shape {value.shape} at {spelled(point)}; observed says {shape}")
    return known


def finite(claim: Claim, point: points.Point, what: str, value) -> np.ndarray:
    array = np.asarray(value)
    if np.iscomplexobj(array):
        raise claim.error(f"{what} is complex at {spelled(point)}; return real values")
    array = array.astype(float)
    if not np.all(np.isfinite(array)):
        lie = "NaN" if np.any(np.isnan(array)) else "infinite"
        raise claim.error(f"{what} is {lie} at {spelled(point)}; return finite values")
    return array


def reject_wrong_shape(claim: Claim, point: points.Point, left: np.ndarray, right: np.ndarray) -> None:
    shape = np.shape(left)
    if np.shape(right) not in ((), shape):
        raise claim.error(
            f"at {spelled(point)} the left side has shape {shape}, the right side {np.shape(right)}; "
            "return the left side in the shape of the right one"
        )
