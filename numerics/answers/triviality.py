"""A statement that is true before anything is looked at: perhaps not the one that was meant."""

from sympy import S, expand
from sympy.core.relational import Relational

from theory.claim import Claim
from theory.statement import Relation


def told(claim: Claim) -> str:
    """A line where SymPy decides the relation from the assumptions on its symbols alone; else empty."""
    states = claim.states
    if not isinstance(states, Relation) or claim.because is not None:
        return ""
    left, right = states.sides
    if getattr(left, "is_Matrix", False) or getattr(right, "is_Matrix", False):
        return ""
    sign = "==" if states.sign == "=" else states.sign
    same = sign == "==" and expand(left - right) == 0
    if same or (sign != "==" and Relational(left, right, sign) == S.true):
        how = (
            "both sides are the same once multiplied out"
            if same
            else "the assumptions on its symbols decide it"
        )
        return f"it holds trivially: {how}; is it the statement that you meant?"
    return ""
