"""What is true of a mutant, found apart from the verdict.

The original is taken for true. A mutant of it is compared with it at exact points that the engine does
not use, by balls; where no ball can tell them apart, by algebra; an inequality by covers. Nothing of the
engine's judgement is asked: neither its points nor its chains.
"""

from sympy import Basic, S

from numerics.soundness import stored
from numerics.soundness.bolder import bolder
from numerics.soundness.bounds import inequality
from numerics.soundness.looking import DECLINED, Sorted, apart, equality
from numerics.soundness.plants import Mutant, made, whole_side
from theory import algebra, derivation
from theory.claim import Claim
from theory.law import variates
from theory.statement import Relation, Scaling

CLASSES = ("false", "equivalent", "weaker", "stronger", "below", "unsorted")


def sort(mutant: Mutant) -> Sorted:
    """The class of a mutant."""
    states, origin = mutant.origin.states, mutant.origin
    if mutant.part == "reason":
        return of_reason(mutant)
    if mutant.link is not None:
        return of_line(mutant)
    if mutant.part == "hypothesis":
        return bolder(mutant)
    if isinstance(states, Relation) and states.sign != "=":
        return inequality(mutant)
    if isinstance(states, Scaling) and mutant.part == "constant":
        return equality(origin, constant(mutant.claim), constant(origin))
    if isinstance(states, Scaling):
        return Sorted("false", "a limit that is neither zero nor infinite has one power and one logarithm")
    if mutant.part == "exponent":
        if variates(states.left):
            return Sorted("below", "the bias of a mean over networks is below its noise at every width")
        return Sorted("false", "a bias of one power has no other")
    found = equality(origin, mutant.claim.states.sides[-1], states.sides[-1])
    if found.kind == "false" and origin.because is None and variates(states.left):
        told = stored.below_resolution(mutant.claim, origin)
        return Sorted("below", told) if told else found
    return found


def constant(claim: Claim) -> Basic:
    assert isinstance(claim.states, Scaling)
    assert claim.states.constant is not None
    return claim.states.constant


def of_reason(mutant: Mutant) -> Sorted:
    """A wrong reason is false unless its own rule leads to the same line, which then has two proofs."""
    link = mutant.link
    assert link is not None
    if isinstance(link.step.reason, str):
        same = algebra.same(link.before, link.step.value)
        told = "by algebra alone the line follows as well"
    else:
        try:
            reached = link.step.reason.apply(link.before, link.scene)
            same = reached == link.right.value or algebra.same(reached, link.right.value)
        except (derivation.Refused, *DECLINED):
            same = False
        told = "the other rule gives the same line"
    return Sorted("equivalent", told) if same else Sorted("false", "the reason does not lead to the line")


def of_line(mutant: Mutant) -> Sorted:
    """A line that is off, against the line as it was; for a bound, false is what contradicts the next line."""
    link = mutant.link
    assert link is not None
    wrong, right = link.step.value, link.right.value
    if multiple(wrong, right) and leads_on_equal(mutant.origin, link.place):
        if mutant.origin.states.sides[-1] == 0:
            return Sorted("equivalent", "a multiple of a line that is zero, as the statement says")
        told, _ = apart(mutant.origin, S.Zero, mutant.origin.states.sides[-1])
        if told:
            return Sorted("false", f"a multiple of a line that is not zero: {told}")
    return equality(mutant.origin, wrong, right)


def multiple(wrong: Basic, right: Basic) -> bool:
    """Whether a line is another with the whole of it off."""
    return right != 0 and any(change.value == wrong for change in whole_side(right))


def leads_on_equal(claim: Claim, place: int) -> bool:
    """Whether a line of a chain equals the last side of its statement."""
    steps = made(claim)[place + 1 :]
    return isinstance(claim.states, Relation) and all(step.sign == "=" for step in steps)
