"""The statement of a claim as one kind, where the way to it has left no other."""

from theory.claim import Claim
from theory.statement import Holds, Limit, Relation, Scaling


def relation(claim: Claim) -> Relation:
    assert isinstance(claim.states, Relation), claim.states
    return claim.states


def trend(claim: Claim) -> Limit | Scaling:
    assert isinstance(claim.states, Limit | Scaling), claim.states
    return claim.states


def condition(claim: Claim) -> Holds:
    assert isinstance(claim.states, Holds), claim.states
    return claim.states


def is_trend(claim: Claim) -> bool:
    return isinstance(claim.states, Limit | Scaling)
