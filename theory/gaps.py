"""By how much two lines differ at an exact point, in balls that are put for the parameters.

A point could be put into both lines first. But SymPy, given exact numbers, simplifies every sum, root and
power that they enter before anything is evaluated, which takes longer than the evaluation. So sizes and
activations alone are put in, and the rest of the point is looked up by the ball arithmetic.

What balls leave open, as they do at a jump that the point lies on exactly, is for SymPy's exact numbers.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sympy import Expr

from theory import certify, points
from theory.claim import Claim
from theory.iterate import Iterate

if TYPE_CHECKING:
    from flint import arb


def gap(claim: Claim, left: Expr, right: Expr, point: Mapping, digits: int) -> "arb | None":
    """A ball that contains ``left - right``, radius at most ``10**-digits`` or zero outside of it; else None.

    ``left`` and ``right`` are scalars in the claim's parameters, for a matrix there is no answer; ``point`` has
    exact values by name (``theory.points``).

    Raises ``Undefined`` where a line is no real number.
    """
    if any(not isinstance(line, Expr) or line.is_Matrix or line.has(Iterate) for line in (left, right)):
        return None
    try:
        (first, known), (second, more) = (points.prepared(claim, line, point) for line in (left, right))
        found = certify.difference(first, second, known | more, digits)
    except certify.Undefined:
        raise
    except (certify.Unevaluable, ValueError, TypeError, NotImplementedError):
        return None
    return found if certify.is_sharp(found, digits) or not found.contains(0) else None
