r"""One eigenvector is enough: if some eta lambda lies outside of (0, 2), almost no start converges.

The starts that converge are the span of the eigenvectors with 0 < eta lambda < 2
(``saddle-iff-positive-span``). If one is missing, that is a proper subspace, which every law with a density
gives probability zero. It does not matter whether I - eta H is singular, since nothing is inverted.
"""

from sympy import Interval, Le, Range, S, Sum, oo, symbols

from theory import gaussian
from theory.claim import Claim, Source
from theory.derivation import Step
from theory.domain import orthogonal, spectra, vectors
from theory.geometric import fades
from theory.induction import lemma
from theory.law import Probability
from theory.null_sets import closed_gate, null_set, unit_rows
from theory.saddles.convergence import by_coordinates, factor, inside, powered, squared_norm
from theory.saddles.power_iteration import coordinates, r
from theory.saddles.symbols import POSITIVE, STEPS, Q, begun, d, k, m, p, spectrum, start
from theory.saddles.symbols import eta as rate
from theory.spectral import first_apart, first_entry
from theory.statement import at_most, equal, limit
from theory.unrolling import parseval

SOURCE = Source("003", 356, "As long as there is one negative eigenvector, this set is measure 0")
COMMON = {"source": SOURCE, "cites": "lee2016gradient"}
NAME = "saddle-measure-zero"
low, high, first = symbols("a b e", real=True)  # the ends of the other eigenvalues, and the first one
mu = symbols("mu", positive=True)
Z = gaussian.array("Z", d)  # any start with a density has the same null sets
j = symbols("j", integer=True)
converges = Le(Sum((1 - inside) * Sum(Q[r, p] * Z[p], (p, 1, d)) ** 2, (r, 1, d)), 0)
trace = Sum(inside * Q[r, j] ** 2, (r, 1, d), (j, 1, d))
ANY = {low: S.Reals, high: Interval(low, oo), spectrum: spectra(d, first, low, high), Q: orthogonal(d)}
BAD = {
    "": ("flat or negative", {rate: POSITIVE, first: Interval(-oo, 0)}),
    ".too-large": ("so large that eta lambda >= 2", {rate: POSITIVE, first: Interval(2 / rate, oo)}),
}


def null(suffix: str) -> Claim:
    words, given = BAD[suffix]
    return Claim(
        f"{NAME}{suffix}",
        f"If one eigenvalue is {words}, almost no start lies in the span of those that converge.",
        given={d: Range(1, oo), **given, **ANY},
        states=equal(Probability(converges), 0),
        because=lambda: (Step(S.Zero, null_set(Q)),),
        uses=("saddle-iff-positive-span", "saddle-iff-positive-span.only"),
        **COMMON,
    )


def proper(suffix: str) -> Claim:
    words, given = BAD[suffix]
    return Claim(
        f"{NAME}.dimension{suffix}",
        f"If one eigenvalue is {words}, that span is a proper subspace: the trace of the projection onto it, "
        "which is its dimension, is at most d - 1.",
        given={d: Range(1, oo), **given, **ANY},
        states=at_most(trace, d - 1),
        because=lambda: (
            Step(Sum(inside, (r, 1, d)), unit_rows(Q)),
            Step(d - 1, closed_gate(), "<="),
        ),
        **COMMON,
    )


def whole_chain() -> tuple[Step, ...]:
    alone = (factor**k * begun(r)).subs(r, 1)
    one = ((1 - rate * low) ** k * begun(S.One)) ** 2
    rest = Sum((factor**k * begun(r)) ** 2, (r, 2, d))
    return (
        Step(by_coordinates, parseval(Q, r)),
        Step(powered, lemma(coordinates, {m: r})),
        Step(alone**2 + rest, first_apart(r)),
        Step(one + rest, first_entry(spectrum)),
        Step(S.Zero, fades(k)),
    )


whole = Claim(
    f"{NAME}.all",
    "If every eta lambda lies in (0, 2), every start converges.",
    given={
        d: Range(1, oo),
        **STEPS,
        mu: POSITIVE,
        low: Interval.Lopen(0, mu),
        rate: Interval.open(0, 2 / mu),
        spectrum: spectra(d, low, low, mu),
        Q: orthogonal(d),
        start: vectors(d),
    },
    states=limit(squared_norm, 0, by=k, rate=-1),
    because=whole_chain,
    uses=("saddle-power-iteration.coordinates",),
    **COMMON,
)


almost_none, almost_none_of_large = map(null, BAD)
subspace, subspace_of_large = map(proper, BAD)


def claims() -> tuple[Claim, ...]:
    return almost_none, almost_none_of_large, subspace, subspace_of_large, whole
