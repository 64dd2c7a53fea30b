r"""Which starts converge to the saddle: those in the span of the eigenvectors with 0 < eta lambda < 2.

A coordinate is multiplied by 1 - eta lambda in each step. So it dies if 0 < eta lambda < 2, oscillates with
period two at eta lambda = 2, stays where it is at lambda = 0, and grows otherwise. That the positive
eigenvectors are those that converge needs a small step, eta < 2 / lambda_max.
"""

from sympy import Interval, Ne, Range, S, Sum, oo, symbols

from theory.claim import Claim, Source
from theory.derivation import Step
from theory.geometric import fades, never_shrinks
from theory.induction import lemma
from theory.iterate import descent
from theory.law import step
from theory.saddles.power_iteration import coordinates, line, q, r
from theory.saddles.symbols import (
    EIGENBASIS,
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
    z,
)
from theory.statement import at_least, equal, limit
from theory.unrolling import parseval

SOURCE = Source(
    "003", 355, "Converges to the saddle point 0 iff x_0 is in the span of the positive eigenvectors"
)
LEE = "lee2016gradient"
factor = 1 - eta * spectrum[r]
inside = step(eta * spectrum[r]) * step(2 - eta * spectrum[r])  # whether the coordinate r dies
squared_norm = Sum(iterated(q) ** 2, (q, 1, d))
by_coordinates = Sum(coordinate(r) ** 2, (r, 1, d))
lasting = Sum((1 - inside) * factor ** (2 * k) * begun(r) ** 2, (r, 1, d))
outside = Sum((1 - inside) * begun(r) ** 2, (r, 1, d))
dying = Sum(inside * factor ** (2 * k) * begun(r) ** 2, (r, 1, d))
powered = Sum((factor**k * begun(r)) ** 2, (r, 1, d))
USES = ("saddle-power-iteration.coordinates",)


def span_chain() -> tuple[Step, ...]:
    return (
        Step(by_coordinates - lasting, parseval(Q, r)),
        Step(powered - lasting, lemma(coordinates, {m: r})),
        Step(dying, "the coordinates outside of the span cancel"),
        Step(S.Zero, fades(k)),
    )


span = Claim(
    "saddle-iff-positive-span",
    "All that the iterate has in the span of the eigenvectors with 0 < eta lambda < 2 dies: it converges to the "
    "saddle if it started there.",
    given=EIGENBASIS,
    states=limit(squared_norm - lasting, 0, by=k, rate=-1),
    because=span_chain,
    source=SOURCE,
    cites=LEE,
    uses=USES,
)

only = Claim(
    "saddle-iff-positive-span.only",
    "And only then: the iterate is never nearer to the saddle than its start was to that span.",
    given=EIGENBASIS,
    states=at_least(squared_norm, outside),
    because=lambda: (
        Step(by_coordinates, parseval(Q, r)),
        Step(Sum(factor ** (2 * k) * begun(r) ** 2, (r, 1, d)), lemma(coordinates, {m: r})),
        Step(outside, never_shrinks(k), ">="),
    ),
    source=SOURCE,
    cites=LEE,
    uses=USES,
)

top = symbols("mu", positive=True)  # the largest eigenvalue
rate, size = symbols("eta lamda", positive=True)  # a step size, a positive eigenvalue
sink = symbols("lamda", negative=True)  # a negative eigenvalue


def on(step_size, eigenvalue):
    """Gradient descent on one coordinate."""
    return descent(eigenvalue * z**2 / 2, z, step_size, c, k)


slip = Claim(
    "saddle-iff-positive-span.small-steps.slip",
    "Whatever the step size is, the coordinate x of a positive eigenvalue dies: 1 / (1 + x^2) tends to one.",
    given={rate: POSITIVE, size: POSITIVE, c: S.Reals, **STEPS},
    states=limit(1 / (1 + on(rate, size) ** 2), 1, by=k, rate=-1),
    source=SOURCE,
)


def fact(suffix: str, title: str, given, states, because, where=None, **fields) -> Claim:
    """A fact about one coordinate, which follows from the size of its factor."""
    return Claim(
        f"saddle-iff-positive-span.{suffix}",
        title,
        given={**given, c: S.Reals, **STEPS},
        states=states,
        where=where or {},
        because=because,
        source=SOURCE,
        cites=LEE,
        uses=("saddle-power-iteration.line",),
        **fields,
    )


def dies(step_size, eigenvalue) -> tuple[Step, ...]:
    power = (1 - step_size * eigenvalue) ** (2 * k) * c**2
    return Step(power, lemma(line, {eta: step_size, lamda: eigenvalue})), Step(S.Zero, fades(k))


def grows(step_size, eigenvalue) -> tuple[Step, ...]:
    power = (1 - step_size * eigenvalue) ** (-2 * k) / c**2
    return Step(power, lemma(line, {eta: step_size, lamda: eigenvalue})), Step(S.Zero, fades(k))


def stays(step_size, eigenvalue, value) -> tuple[Step, ...]:
    return (Step(value, lemma(line, {eta: step_size, lamda: eigenvalue})),)


NOT_ON_IT = {"it starts off the saddle": Ne(c, 0)}
FACTS = (
    fact(
        "stable",
        "Where 0 < eta lambda < 2 the coordinate dies.",
        {rate: POSITIVE, size: Interval.open(0, 2 / rate)},
        limit(on(rate, size) ** 2, 0, by=k, rate=-1),
        lambda: dies(rate, size),
    ),
    fact(
        "period-two",
        "Where eta lambda = 2 it oscillates with period two.",
        {rate: POSITIVE},
        equal(on(rate, 2 / rate), (-1) ** k * c),
        lambda: stays(rate, 2 / rate, (-1) ** k * c),
    ),
    fact(
        "flat",
        "Where lambda = 0 it stays fixed.",
        {eta: S.Reals},
        equal(on(eta, S.Zero), c),
        lambda: stays(eta, S.Zero, c),
    ),
    fact(
        "too-large",
        "Where eta lambda > 2 it diverges: its reciprocal dies.",
        {rate: POSITIVE, size: Interval.open(2 / rate, oo)},
        limit(on(rate, size) ** -2, 0, by=k, rate=-1),
        lambda: grows(rate, size),
        NOT_ON_IT,
    ),
    fact(
        "negative",
        "Where lambda < 0 it diverges for every step size.",
        {rate: POSITIVE, sink: Interval.open(-oo, 0)},
        limit(on(rate, sink) ** -2, 0, by=k, rate=-1),
        lambda: grows(rate, sink),
        NOT_ON_IT,
    ),
    fact(
        "small-steps",
        "With a step below 2 / lambda_max every coordinate of a positive eigenvalue dies.",
        {top: POSITIVE, rate: Interval.open(0, 2 / top), size: Interval.Lopen(0, top)},
        limit(on(rate, size) ** 2, 0, by=k, rate=-1),
        lambda: dies(rate, size),
        slip=slip,
        refuted_at={k: Range(1, 33), rate: 1, size: 3, c: 1},
    ),
    fact(
        "large-steps",
        "With any larger step that of the largest eigenvalue never shrinks.",
        {top: POSITIVE, rate: Interval(2 / top, oo)},
        at_least(on(rate, top) ** 2, c**2),
        lambda: (
            Step((1 - rate * top) ** (2 * k) * c**2, lemma(line, {eta: rate, lamda: top})),
            Step(c**2, never_shrinks(k), ">="),
        ),
    ),
)


def claims() -> tuple[Claim, ...]:
    return span, only, *FACTS
