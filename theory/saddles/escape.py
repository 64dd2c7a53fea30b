r"""How long gradient descent takes to leave a saddle: a time that is logarithmic in the perturbation.

Along an eigenvalue lambda < 0 the iterate grows by g = 1 + eta |lambda| in each step, from x_0 = s Z. So

.. math:: P(T > K) = P(|Z| \le r g^{-K} / s) = \operatorname{erf}\!\Bigl(\frac{r g^{-K}}{s \sqrt 2}\Bigr),

and along every path the time exceeds log(r / |x_0|) / log g by a share of one step.
"""

from dataclasses import replace

from sympy import (
    Abs,
    EulerGamma,
    Expr,
    Integral,
    Interval,
    Max,
    Product,
    Range,
    Rational,
    S,
    Sum,
    Symbol,
    exp,
    floor,
    gamma,
    log,
    oo,
    pi,
    sqrt,
    symbols,
    uppergamma,
)

from theory import gaussian
from theory.activation import ERF
from theory.averaging import density, plain
from theory.bounded_terms import at_most_by, constants_out, logarithm_below, positive_by, tends
from theory.calculus import integrate
from theory.claim import Claim, Source
from theory.derivation import Step
from theory.first_exit import apart, exit_later, first_exit, floors, positive_part, started_inside
from theory.induction import lemma
from theory.law import Mean, Probability, step
from theory.moments_of_size import fold, logarithm_by_powers, within
from theory.statement import above, at_most, equal, scaling

SOURCE = Source(
    "003",
    330,
    "imagine a small perturbation of 0: GD can see second-order information when near saddle-points",
)
COMMON = {"source": SOURCE, "cites": "lee2016gradient"}
j, k = symbols("j k", integer=True)
K = symbols("K", integer=True, nonnegative=True)
n = symbols("n", integer=True, positive=True)
eta, r, spread, start, t = symbols("eta r s x0 t", positive=True)
lamda = symbols("lamda", negative=True)
growth = 1 - eta * lamda


def exit_time(first: Expr) -> Expr:
    """The first step at which gradient descent on lamda x^2 / 2 is further than r from the saddle."""
    inside = 1 - step(Abs(growth**j * first) - r)
    return Sum(Product(inside, (j, 0, k)), (k, 0, oo))


Z = gaussian.single("Z")
x = plain(Z)
escape = exit_time(spread * Z)
closer = Mean(exit_time(r * growth**-n * Z))
typical = (log(r / spread) + (EulerGamma + log(2)) / 2) / log(growth)
outside = Mean(Max(0, log(spread * Abs(Z) / r))) / log(growth)
POSITIVE = Interval.open(0, oo)
SADDLE = {eta: POSITIVE, lamda: Interval.open(-oo, 0), r: POSITIVE}
# A growth that an experiment leaves with in time, and that 4,096 times over is still a float.
MODERATE = {
    eta: Interval(Rational(1, 10), Rational(1, 4)),
    lamda: Interval(-Rational(1, 2), -Rational(1, 10)),
}
RANDOM = {**SADDLE, spread: POSITIVE}
PATH = {**SADDLE, start: POSITIVE}
INSIDE = {"it starts inside": start <= r}
steps = log(r / start) / log(growth)
random_steps = log(r / (spread * Abs(Z))) / log(growth)
overshoot = exit_time(start) - steps

law = Claim(
    "saddle-escape-time-law",
    "The chance that the escape takes more than K steps is an error function.",
    {**RANDOM, K: Range(0, oo)},
    equal(Probability(escape > K), ERF(r * growth**-K / (spread * sqrt(2)))),
    because=lambda: (
        Step(Probability(Abs(Z) <= r * growth**-K / spread), exit_later()),
        Step(
            Integral(exp(-(x**2) / 2) / sqrt(2 * pi), (x, -r * growth**-K / spread, r * growth**-K / spread)),
            within(Z),
        ),
        Step(ERF(r * growth**-K / (spread * sqrt(2))), integrate(x)),
    ),
    **COMMON,
)

powers = Claim(
    "saddle-escape-time-law.size-powers",
    "The mean powers of a Gaussian's size, here those between -1 and 1, are gamma functions.",
    {t: Interval.open(0, 2)},
    equal(Mean(Abs(Z) ** (t - 1)), 2 ** ((t - 1) / 2) * gamma(t / 2) / sqrt(pi)),
    because=lambda: (
        Step(Integral(Abs(x) ** (t - 1) * exp(-(x**2) / 2) / sqrt(2 * pi), (x, -oo, oo)), density(Z)),
        Step(2 * Integral(x ** (t - 1) * exp(-(x**2) / 2) / sqrt(2 * pi), (x, 0, oo)), fold(x)),
        Step(
            2 ** ((t - 1) / 2) * gamma(t / 2) / sqrt(pi),
            integrate(x, by=-(2 ** (t / 2 - 1)) * uppergamma(t / 2, x**2 / 2) / sqrt(2 * pi)),
        ),
    ),
    **COMMON,
)

log_mean = Claim(
    "saddle-escape-time-law.log-mean",
    "The mean logarithm of a Gaussian's size.",
    {},
    equal(Mean(log(Abs(Z))), -(EulerGamma + log(2)) / 2),
    because=lambda: log_chain(),
    uses=("saddle-escape-time-law.size-powers",),
    **COMMON,
)


def log_chain() -> tuple[Step, ...]:
    from sympy import Derivative, Subs

    slope = Subs(Derivative(powers.states.sides[-1], t), t, S.One)
    return (
        Step(slope, logarithm_by_powers(powers)),
        Step(-(EulerGamma + log(2)) / 2, "the digamma function at one half"),
    )


def mean_steps() -> tuple[Step, ...]:
    """From the mean of the steps, as a real number, to the typical time, which the log-mean gives."""
    split = Mean((log(r) - log(spread) - log(Abs(Z))) / log(growth))
    linear = (log(r) - log(spread) - Mean(log(Abs(Z)))) / log(growth)
    return (
        Step(split, apart()),
        Step(linear, "the mean is linear"),
        Step(typical, lemma(log_mean)),
    )


def below_steps() -> tuple[Step, ...]:
    """The same beside the mean excess, whose logarithm stays in one."""
    kept = log(spread * Abs(Z) / r)
    return tuple(
        replace(step, reason=apart(keep=kept)) if isinstance(step.reason, apart) else step
        for step in mean_steps()
    )


mean_above = Claim(
    "saddle-escape-time-law.mean.above",
    "The bounded term is positive.",
    RANDOM,
    above(Mean(escape), typical),
    because=lambda: (
        Step(Mean(Max(0, floor(random_steps) + 1)), first_exit()),
        Step(Mean(random_steps), floors(">"), ">"),
        *mean_steps(),
    ),
    uses=("saddle-escape-time-law.log-mean",),
    **COMMON,
)

mean_below = Claim(
    "saddle-escape-time-law.mean.below",
    "The bounded term is at most one, but for starts that are outside already.",
    RANDOM,
    at_most(Mean(escape), typical + 1 + outside),
    because=lambda: (
        Step(Mean(Max(0, floor(random_steps) + 1)), first_exit()),
        Step(Mean(1 + Max(0, random_steps)), floors("<="), "<="),
        Step(Mean(random_steps) + 1 + outside, positive_part()),
        *(Step(step.value + 1 + outside, step.reason) for step in below_steps()),
    ),
    uses=("saddle-escape-time-law.log-mean",),
    **COMMON,
)


def bounded_chain(left: Expr, least: Expr, by: Symbol, at: dict) -> tuple[Step, ...]:
    """From the size of a mean time less its leading term to a constant: the bounds of the mean, at a spread.

    ``least`` is what the lower bound of the mean exceeds the leading term by.
    """
    here = at.get(spread, spread)
    size, rate = here / r, 1 / log(growth)
    line = Integral(Abs(x) * exp(-(x**2) / 2) / sqrt(2 * pi), (x, -oo, oo))
    half = Integral(x * exp(-(x**2) / 2) / sqrt(2 * pi), (x, 0, oo))
    return (
        Step(left, positive_by(mean_above, at)),
        Step(least + 1 + outside.subs(spread, here), at_most_by(mean_below, at), "<="),
        Step(least + 1 + size * rate * Mean(Abs(Z)), logarithm_below(), "<="),
        Step(least + 1 + size * rate * line, density(Z)),
        Step(least + 1 + size * rate * 2 * half, fold(x)),
        Step(least + 1 + size * rate * sqrt(2 / pi), integrate(x)),
        Step(least + 1, tends(by)),
    )


mean = Claim(
    "saddle-escape-time-law.mean",
    "The mean time is logarithmic in the size of the perturbation, up to a bounded term.",
    RANDOM,
    scaling(Mean(escape) - typical, 0, by=spread, to=0, bound="upper"),
    because=lambda: bounded_chain(Mean(escape) - typical, S.Zero, spread, {}),
    uses=("saddle-escape-time-law.mean.above", "saddle-escape-time-law.mean.below"),
    **COMMON,
)

ladder = Claim(
    "saddle-escape-time-law.mean.ladder",
    "From n factors 1 + eta |lamda| closer to the saddle the escape takes n steps more, up to a bounded term.",
    {**MODERATE, r: POSITIVE, n: Range(1, oo)},
    scaling(Mean(exit_time(r * growth**-n * Z) - n), 0, by=n, bound="upper"),
    because=lambda: (
        Step(Abs(closer - n), constants_out()),
        *bounded_chain(closer - n, (EulerGamma + log(2)) / (2 * log(growth)), n, {spread: r * growth**-n}),
    ),
    uses=("saddle-escape-time-law.mean.above", "saddle-escape-time-law.mean.below"),
    **COMMON,
)

path_above = Claim(
    "saddle-escape-time-law.path.above",
    "Along every path.",
    PATH,
    above(overshoot, 0),
    where=INSIDE,
    because=lambda: (
        Step(Max(0, floor(steps) + 1) - steps, first_exit()),
        Step(S.Zero, floors(">"), ">"),
    ),
    **COMMON,
)

path_below = Claim(
    "saddle-escape-time-law.path.below",
    "By one step.",
    PATH,
    at_most(overshoot, 1),
    where=INSIDE,
    because=lambda: (
        Step(Max(0, floor(steps) + 1) - steps, first_exit()),
        Step(1 + Max(0, steps) - steps, floors("<="), "<="),
        Step(1 + Max(0, log(start / r)) / log(growth), positive_part()),
        Step(S.One, started_inside()),
    ),
    **COMMON,
)


def claims() -> tuple[Claim, ...]:
    return law, mean, ladder, mean_above, mean_below, path_above, path_below, log_mean, powers
