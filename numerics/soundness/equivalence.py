"""Whether two lines are equal on the whole domain, by what SymPy can integrate and Gaussian moments.

A mean of a polynomial of Gaussians follows from the moments of one of them, a mean of an odd function of a symmetric
law is zero; what is then left is for SymPy to integrate and to simplify. Nothing here is asked of the engine.
"""

from functools import lru_cache

from sympy import (
    Add,
    Basic,
    Derivative,
    Dummy,
    Indexed,
    Integral,
    Poly,
    PolynomialError,
    S,
    Sum,
    expand_mul,
    factorial2,
    simplify,
    sqrt,
    trigsimp,
)

from theory import algebra
from theory import law as laws
from theory.law import Mean, Node, Variate

LONG = 60  # operations: what is longer costs more than the answer is worth


def same(left: Basic, right: Basic) -> bool:
    """Whether the difference of two lines simplifies to zero. False says nothing."""
    if algebra.same(left, right):
        return True
    gap = evaluated(Add(left, -right))
    if gap.has(Node, Integral, Sum, Derivative) or gap.count_ops() > LONG:
        return gap == 0
    return simplify(trigsimp(gap)) == 0


def alike(left: Basic, right: Basic) -> bool:
    """Whether two lines with means are equal once each array that shows one row shows its first.

    The rows of an array are independent and have one law, so that any of them may stand for another.
    """
    return left.has(Node) and first_rows(left) == first_rows(right)


def first_rows(line: Basic) -> Basic:
    return line.replace(lambda e: isinstance(e, Node), in_first_rows)


def in_first_rows(node: Basic) -> Basic:
    """A node with the first row for the only one of an array that it holds."""
    seen: dict[Basic, set[Basic]] = {}
    for entry in node.atoms(Indexed):
        if isinstance(entry.base.label, Variate):
            seen.setdefault(entry.base.label, set()).add(entry.indices[0])
    single = {label for label, rows in seen.items() if len(rows) == 1 and all(row.is_Integer for row in rows)}
    swap = {e: e.base[1, *e.indices[1:]] for e in node.atoms(Indexed) if e.base.label in single}
    bodies = [body.xreplace(swap) for body in node.bodies]
    return node.func(*bodies, *node.laws)


def evaluated(line: Basic) -> Basic:
    """A line with its means and its integrals in closed form, where they are found."""
    line = expand_mul(line.replace(lambda e: isinstance(e, Mean), in_closed_form))
    return line.replace(lambda e: isinstance(e, Integral) and not e.has(Node), integrated)


@lru_cache(maxsize=256)
def integrated(total: Integral) -> Basic:
    if len(total.limits) > 1 or total.count_ops() > LONG:
        return total
    return total.doit()


@lru_cache(maxsize=256)
def in_closed_form(mean: Basic) -> Basic:
    (body,) = mean.args[:1]
    variates = sorted(body.atoms(Variate), key=str)
    law, *others = {variate.law for variate in variates} or {None}
    if others or not isinstance(law, laws.Gaussian | laws.GaussianPair):
        return mean
    if is_odd(body, variates):
        return S.Zero
    try:
        return of_polynomial(body, law)
    except PolynomialError:
        return mean


def is_odd(body: Basic, variates: list[Variate]) -> bool:
    """Whether a function changes its sign with its variates, whose law is symmetric."""
    turned = body.xreplace({variate: -variate for variate in variates})
    return turned == -body or expand_mul(turned + body) == 0


def of_polynomial(body: Basic, law: laws.Law) -> Basic:
    """The mean of a polynomial; the second of a pair is the first, correlated, and a Gaussian of its own."""
    first, own = Dummy("first"), Dummy("own")
    if isinstance(law, laws.GaussianPair):
        correlation, scale = law.parameters
        places = [scale * first, scale * (correlation * first + sqrt(1 - correlation**2) * own)]
    else:
        places = [law.parameters[0] * first]
    put = {variate: places[variate.place] for variate in body.atoms(Variate)}
    polynomial = Poly(body.xreplace(put), first, own)
    return Add(*(c * moment(i) * moment(j) for (i, j), c in polynomial.terms()))


def moment(order: int) -> Basic:
    return S.Zero if order % 2 else factorial2(order - 1)
