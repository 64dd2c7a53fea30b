"""A condition of theory, decided at exact points; and points as a claim's author writes them."""

from collections.abc import Callable, Mapping
from typing import Any

from sympy import Basic, MatrixBase, S, simplify, sympify

from numerics import sides
from numerics.enclosing import DECLINED
from numerics.judge import Finding, Verdict
from numerics.kinds import condition
from numerics.search import search
from theory import points
from theory.activation import Activation
from theory.claim import Claim, label, outermost
from theory.domain import measured
from theory.statement import Limit, Scaling

SEARCHING = 200  # looks of Hypothesis


def held(claim: Claim, seed: int, at: points.Point | None = None) -> Finding:
    """A condition of theory, decided at exact points and searched; it must fail at its control."""
    condition = claim.states.left
    if measured(condition) or outermost(condition):
        return Finding("certificate", None)
    try:
        return search_condition(claim, lambda point: not decided(claim, condition, point), seed, at)
    except DECLINED as declined:
        return Finding("certificate", None, (str(declined),))


def decided(claim: Claim, condition: Basic, point: points.Point) -> bool:
    """The truth of a condition at a point. Raises ``ValueError`` where SymPy cannot say."""
    found = simplify(points.at_point(claim, condition, point))
    if found not in (S.true, S.false):
        raise claim.error(f"the condition is {found} at {sides.spelled(point)}, neither true nor false")
    return bool(found)


def search_condition(
    claim: Claim, breaks: Callable[[points.Point], bool], seed: int, at: points.Point | None
) -> Finding:
    if at is not None:
        found, looks = (at if breaks(at) else None), 1
    else:
        if condition(claim).control is not None and not breaks(control(claim)):
            told = (
                f"the condition holds at its control {sides.spelled(control(claim))} as well: it cannot fail"
            )
            return Finding("certificate", Verdict.ERROR, (str(claim.error(told)),))
        corners = points.lattice(claim) if claim.given else [{}]
        outcome = search(claim, breaks, SEARCHING, seed) if claim.given else None
        broken = next((point for point in corners if breaks(point)), None)
        found = outcome.point if outcome and outcome.point else broken
        looks = len(corners) + (outcome.looks if outcome else 0)
    numbers = {"points_checked": looks}
    if found is None:
        return Finding("certificate", Verdict.SUPPORTED, (f"true at {looks} points",), numbers)
    counterexample = {
        "at": {name: sides.spelled_value(value) for name, value in found.items()},
        "left": "False",
    }
    text = f"at {sides.spelled(found)} the condition is false"
    return Finding("certificate", Verdict.REFUTED, (text,), numbers, counterexample=counterexample)


def control(claim: Claim) -> points.Point:
    return named_point(claim, condition(claim).control or {})


def named_point(claim: Claim, written: Mapping[Any, Any]) -> points.Point:
    """A point as a claim's author wrote it, by symbols or by names."""
    names = {key if isinstance(key, str) else label(key): value for key, value in written.items()}
    missing = set(claim.symbols) - set(names)
    if missing and not isinstance(claim.states, Limit | Scaling):
        raise claim.error(f"the point {sides.spelled(names)} lacks {', '.join(sorted(missing))}")
    return {
        name: value if isinstance(value, Activation | MatrixBase) else sympify(value)
        for name, value in names.items()
    }
