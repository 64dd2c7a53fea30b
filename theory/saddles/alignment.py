r"""In which direction the iterate leaves: along the most negative eigenvalue, at the rate of the power method.

With v_1 the eigenvector of the eigenvalue -a < 0, and all others between b > -a and mu,

.. math:: \tan^2 \angle(x_k, v_1) = \sum_{r \ge 2} \left(\frac{1 - \eta \lambda_r}{1 + \eta a}\right)^{2k}
   \frac{(v_r \cdot x_0)^2}{(v_1 \cdot x_0)^2},

and for 0 < eta < 2 / mu every factor is below one.
"""

from typing import Literal

from sympy import Abs, Expr, Interval, Max, Mul, Ne, Range, S, Sum, oo, symbols

from theory.claim import Claim, Source
from theory.derivation import Step
from theory.domain import orthogonal, spectra, vectors
from theory.geometric import fades
from theory.induction import lemma
from theory.iterate import descent
from theory.saddles.power_iteration import coordinates, line, q, r
from theory.saddles.symbols import (
    POSITIVE,
    STEPS,
    Q,
    begun,
    c,
    coordinate,
    d,
    eta,
    iterated,
    k,
    lamda,
    m,
    spectrum,
    start,
    z,
)
from theory.spectral import first_apart, first_entry, of_sign, one_term, ordered_max, worst_end
from theory.statement import above, at_least, at_most, below, equal, limit
from theory.unrolling import parseval

SOURCE = Source("003", 346, "power iteration")
a, mu = symbols("a mu", positive=True)  # minus the smallest eigenvalue; a bound on all of them
b = symbols("b", real=True)  # the next smallest
BETWEEN = {a: POSITIVE, mu: POSITIVE, b: Interval.Lopen(-a, mu), eta: Interval.open(0, 2 / mu)}
SADDLE = {
    d: Range(1, oo),
    **STEPS,
    **BETWEEN,
    spectrum: spectra(d, -a, b, mu),
    Q: orthogonal(d),
    start: vectors(d),
}
OFF = {"it starts off the stable directions": Ne(begun(S.One), 0)}
COMMON = {"source": SOURCE, "cites": "golub2013matrix", "uses": ("saddle-power-iteration.coordinates",)}
first = coordinate(S.One)
squared_tangent = (Sum(iterated(q) ** 2, (q, 1, d)) - first**2) / first**2
growth = 1 + eta * a
others = begun(r) ** 2 / begun(S.One) ** 2
shares = Sum((1 - eta * spectrum[r]) ** (2 * k) / growth ** (2 * k) * others, (r, 2, d))


def tangent_chain(size: Expr = d) -> tuple[Step, ...]:
    """From the definition of the angle to the sum over the other eigenvalues, in a dimension."""
    power = (1 - eta * spectrum[r]) ** k * begun(r)
    alone = (1 - eta * spectrum[1]) ** k * begun(S.One)
    rest = Sum(power**2, (r, 2, d))
    here = {} if size == d else {d: size}
    steps = (
        Step((Sum(coordinate(r) ** 2, (r, 1, d)) - first**2) / first**2, parseval(Q, r)),
        Step((Sum(power**2, (r, 1, d)) - first**2) / first**2, lemma(coordinates, {**here, m: r})),
        Step((Sum(power**2, (r, 1, d)) - alone**2) / alone**2, lemma(coordinates, {**here, m: S.One})),
        Step((alone**2 + rest - alone**2) / alone**2, first_apart(r)),
        Step(rest / (growth**k * begun(S.One)) ** 2, first_entry(spectrum)),
        Step(shares, "one factor for each step"),
    )
    return tuple(Step(step.value.subs(here), step.reason) for step in steps)


alignment = Claim(
    "saddle-direction-alignment",
    "The iterate turns into the direction of the most negative eigenvalue.",
    given=SADDLE,
    where=OFF,
    states=limit(squared_tangent, 0, by=k, rate=-1),
    because=lambda: (*tangent_chain(), Step(S.Zero, fades(k))),
    **COMMON,
)

tangent = Claim(
    "saddle-direction-alignment.tangent",
    "The angle to it is known exactly: in each step every other coordinate is multiplied by its own factor.",
    given=SADDLE,
    where=OFF,
    states=equal(squared_tangent, shares),
    because=tangent_chain,
    **COMMON,
)

largest = Max(Abs(1 - eta * b), Abs(1 - eta * mu)) ** (2 * k) / growth ** (2 * k)
at_start = Sum(others, (r, 2, d))

rate = Claim(
    "saddle-direction-alignment.rate",
    "Its tangent decays at least like the power of the largest factor.",
    given=SADDLE,
    where=OFF,
    states=at_most(squared_tangent, largest * at_start),
    because=lambda: (
        *tangent_chain(),
        Step(Sum(largest * others, (r, 2, d)), worst_end(k), "<="),
        Step(largest * at_start, "the same for every term"),
    ),
    **COMMON,
)

n = symbols("n", integer=True, positive=True)  # how many other eigenvalues there are
each = (1 - eta * spectrum[m]) ** (2 * k) / growth ** (2 * k) * others.subs({r: m, d: n + 1})
attained = Claim(
    "saddle-direction-alignment.rate.attained",
    "And at most like it: the tangent is never smaller than the part of it that one eigenvector has.",
    given={
        n: Range(1, oo),
        **STEPS,
        **BETWEEN,
        spectrum: spectra(n + 1, -a, b, mu),
        Q: orthogonal(n + 1),
        start: vectors(n + 1),
        m: Range(2, n + 2),
    },
    where={name: condition.subs(d, n + 1) for name, condition in OFF.items()},
    states=at_least(squared_tangent.subs(d, n + 1), each),
    because=lambda: (*tangent_chain(n + 1), Step(each, one_term(r, m), ">=")),
    **COMMON,
)


def factor(eigenvalue: Expr) -> Expr:
    """By what one step multiplies a coordinate, as descent itself."""
    return descent(eigenvalue * z**2 / 2, z, eta, S.One, S.One)


def made(*eigenvalues: Expr, steps: Expr = S.One, begin: Expr = S.One):
    """The rule for each eigenvalue by which the power of its factor is put in."""
    return [lemma(line, {lamda: eigenvalue, k: steps, c: begin}) for eigenvalue in eigenvalues]


def dominant_chain() -> tuple[Step, ...]:
    by_first, by_last = made(-a, mu)
    return (
        Step(growth**2 - factor(mu) ** 2, by_first),
        Step(growth**2 - (1 - eta * mu) ** 2, by_last),
        Step(eta * (a + mu) * (2 - eta * (mu - a)), "factor"),
    )


ONE_STEP = {"source": SOURCE, "cites": "golub2013matrix", "uses": ("saddle-power-iteration.line",)}
dominant = Claim(
    "saddle-direction-alignment.dominant",
    "The factor of the most negative eigenvalue -a is larger than that of the largest one, mu, just if "
    "eta (mu - a) < 2: so it is for every step below 2 / mu.",
    given={a: POSITIVE, mu: POSITIVE, eta: POSITIVE},
    states=equal(factor(-a) ** 2 - factor(mu) ** 2, eta * (a + mu) * (2 - eta * (mu - a))),
    because=dominant_chain,
    **ONE_STEP,
)


def second_chain() -> tuple[Step, ...]:
    by_second, by_last = made(b, mu)
    below_it = 1 - eta * b
    return (
        Step(Max(Abs(below_it), Abs(factor(mu))) - below_it, by_second),
        Step(Max(Abs(below_it), Abs(1 - eta * mu)) - below_it, by_last),
        Step(Max(0, eta * (b + mu) - 2), ordered_max(below_it, 1 - eta * mu)),
    )


second = Claim(
    "saddle-direction-alignment.second",
    "The largest of the other factors is that of the next smallest eigenvalue b just if eta (b + mu) <= 2.",
    given={mu: POSITIVE, b: Interval(-oo, mu), eta: POSITIVE},
    states=equal(Max(Abs(factor(b)), Abs(factor(mu))) - (1 - eta * b), Max(0, eta * (b + mu) - 2)),
    because=second_chain,
    **ONE_STEP,
)


def successive(eigenvalue: Expr) -> Expr:
    """The product of two successive iterates of one coordinate."""
    return Mul(*(descent(eigenvalue * z**2 / 2, z, eta, c, steps) for steps in (k + 1, k)))


def sign_chain(eigenvalue: Expr, sign: Literal["<", ">"]) -> tuple[Step, ...]:
    growth = 1 - eta * eigenvalue
    return (
        Step(
            growth ** (k + 1) * c * successive(eigenvalue).args[0], lemma(line, {lamda: eigenvalue, k: k + 1})
        ),
        Step(growth ** (2 * k + 1) * c**2, lemma(line, {lamda: eigenvalue})),
        Step(S.Zero, of_sign(sign), sign),
    )


NOT_ON_IT = {"it starts off the saddle": Ne(c, 0)}
keeps = Claim(
    "saddle-direction-alignment.sign",
    "Along a negative eigenvalue the iterate stays on its side of the saddle.",
    given={eta: POSITIVE, a: POSITIVE, c: S.Reals, **STEPS},
    where=NOT_ON_IT,
    states=above(successive(-a), 0),
    because=lambda: sign_chain(-a, ">"),
    **ONE_STEP,
)
alternates = Claim(
    "saddle-direction-alignment.sign.alternates",
    "Along an eigenvalue with eta lambda > 1 it changes sides in every step, and only the line converges.",
    given={mu: POSITIVE, eta: Interval.open(1 / mu, oo), c: S.Reals, **STEPS},
    where=NOT_ON_IT,
    states=below(successive(mu), 0),
    because=lambda: sign_chain(mu, "<"),
    **ONE_STEP,
)


def claims() -> tuple[Claim, ...]:
    return alignment, tangent, rate, attained, dominant, second, keeps, alternates
