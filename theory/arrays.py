"""Arrays of independent entries in an expression: which they are, and whether their moments exist."""

from sympy import (
    Basic,
    Dummy,
    Expr,
    Indexed,
    PolynomialError,
    S,
    Sum,
    degree,
    expand,
)

from theory import law as laws
from theory.derivation import Refused, Scene
from theory.law import Law, Variate
from theory.regularity import reject_wild

ARRAYS = (laws.GaussianArray, laws.RademacherArray, laws.MomentsArray, laws.SphereArray)


def shape_of(law: Law) -> tuple[Expr, ...]:
    """The sizes of an array law."""
    if isinstance(law, laws.RademacherArray):
        return law.parameters
    return tuple(law.parameters[0])


def entries(expr: Basic) -> list[Indexed]:
    """The entries of random arrays in an expression, sums over their last index included."""
    return sorted((e for e in expr.atoms(Indexed) if isinstance(e.base.label, Variate)), key=str)


def reject_no_moment(body: Expr, power: int, scene: Scene) -> None:
    """Refuse a function of one neuron unless its ``power``-th moment is known to exist."""
    seen = {s: Dummy("seen", real=True) for s in sums_of_rows(body)}
    body = body.xreplace(seen)
    for entry in entries(body):
        law = entry.base.label.law
        if isinstance(law, laws.MomentsArray):
            reject_unlisted(body, entry, power)
            body = body.subs(entry, S.One)  # independent of all else
        else:
            seen[entry] = Dummy("entry", real=True)
            body = body.xreplace({entry: seen[entry]})
    reject_wild(expand(body), seen.values(), scene)


def sums_of_rows(body: Expr) -> list[Sum]:
    """The sums over random entries, outermost only."""
    return sorted((s for s in body.atoms(Sum) if entries(s)), key=str)


def reject_unlisted(body: Expr, entry: Indexed, power: int) -> None:
    """Of a law that is known by some moments, no higher powers may be averaged."""
    known = [int(order) for order in entry.base.label.law.parameters[1] if int(order) % 2 == 0]
    try:
        needed = int(degree(expand(body), entry)) * power
    except PolynomialError:
        raise Refused(f"{body} is no polynomial in {entry}, of which only moments are known") from None
    if needed > max(known, default=0):
        raise Refused(f"a mean of {entry}**{needed} is needed, and no even moment of that order is listed")
