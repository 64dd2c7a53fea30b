r"""Three initialisations of the slides, and which part of the kernel each of them leaves.

For ``f(x) = sum_j a_j relu(w_j . x)`` without a factor in front the two parts depend on the sizes of the
weights. With ``|w_j|^2 = 1/d`` and ``a_j^2 = 1/m`` their ratio on the diagonal is exactly

.. math:: \operatorname{E} K_2 / \operatorname{E} K_1 = m / d^2,

so that the output weights dominate if, and only if, the width is far above the squared dimension. In the
NTK parametrisation both are of order one; they are equal for Gaussian rows, and for rows on the unit
sphere the output part is smaller by the dimension.
"""

from sympy import Derivative, Expr, ImmutableDenseMatrix, Range, S, Subs, Sum, oo, sqrt, symbols

from theory import gaussian
from theory.activation import RELU
from theory.arc_cosine import any_order
from theory.arc_cosine.sphere import moment as radial_moment
from theory.arc_cosine.symbols import n, z
from theory.averaging import coincide, radial
from theory.calculus import collapse, collapsed, factors_out
from theory.claim import Claim, Source
from theory.derivation import Step, derived
from theory.domain import norm, vectors
from theory.induction import lemma
from theory.inputs import coordinates, lengths
from theory.law import Mean
from theory.neurons import alike
from theory.one_neuron import apart, moments
from theory.statement import above, equal, scaling
from theory.two_layer import identity
from theory.two_layer.moments import half_line
from theory.two_layer.symbols import W, X, at, d, dot, fair, j, m, x

D = gaussian.directions("W", m, d)
GIVEN = {m: Range(1, oo), d: Range(1, oo), x: vectors(d)}
AWAY = {"x is not zero": norm(x) > 0}
FIRST = Source("003", 846, "Imagine ||w_j||^2 = 1/d and |a_j|^2 = 1/m, then only K = K_2 matters")
SECOND = Source("003", 847, "NTK parametrization: ... |a_j| = O(1), ||w|| = O(1), then K = K_1 + K_2")
THIRD = Source("003", 853, "Li and Liang consider when |a_j| = O(1) is fixed, and only train w, K = K_1")


def hidden_sum(rows, output: Expr, scale: Expr = S.One) -> Expr:
    """K_1 on the diagonal of ``sum_j output relu(scale w_j . x)``, its rows those of an array."""
    return Sum(output**2 * RELU.derivative(1)(scale * dot(at(rows, j), X)) ** 2, (j, 1, m)) * dot(X, X)


def output_sum(rows, scale: Expr = S.One) -> Expr:
    """K_2 on the diagonal of the same network."""
    return Sum(RELU(scale * dot(at(rows, j), X)) ** 2, (j, 1, m))


def on_sphere(*orders: int) -> tuple:
    """The rules for what a random direction sees of one input."""
    (u, v), R = gaussian.pair(S.One), gaussian.radius(d)
    p, q = gaussian.sphere_pair(S.One, d)
    start = coordinates(D, "p q"), radial(p, q, to=(u, v, R)), coincide(u, v, z)
    return *start, *half_line(*orders), *[lemma(radial_moment, {n: S.One})] * (1 in orders)


SMALL = hidden_sum(D, fair[j] / sqrt(m), 1 / sqrt(d)), output_sum(D, 1 / sqrt(d))
entries = gaussian.array("W", m, d, scale=1 / sqrt(d))
BY_ENTRIES = hidden_sum(entries, fair[j] / sqrt(m)), output_sum(entries)
HALVES = (any_order.half_line.name,)
USES = (*HALVES, radial_moment.name)

slip_of_case_1 = Claim(
    "init-case-1-only-k2.slip",
    "The output weights' part of the kernel is the larger one, at every width.",
    GIVEN,
    above(Mean(SMALL[1] - SMALL[0]), 0),
    where=AWAY,
    source=FIRST,
)
case_1 = Claim(
    "init-case-1-only-k2",
    "With directions of length 1/sqrt(d) and output weights of size 1/sqrt(m), the parts' ratio is m over d squared.",
    GIVEN,
    equal(Mean(SMALL[1]) / Mean(SMALL[0]), m / d**2),
    where=AWAY,
    because=lambda: derived(case_1, alike(j), apart(), moments(), *on_sphere(0, 1), lengths()),
    source=FIRST,
    uses=USES,
    slip=slip_of_case_1,
    refuted_at={m: 1, d: 2, x: ImmutableDenseMatrix([1, 0])},
)
case_1_hidden = Claim(
    "init-case-1-only-k2.hidden",
    "There the hidden weights contribute half the squared length of the input: d/2 at length sqrt(d).",
    GIVEN,
    equal(Mean(SMALL[0]), norm(x) ** 2 / 2),
    where=AWAY,
    because=lambda: derived(case_1_hidden, alike(j), apart(), moments(), *on_sphere(0), lengths()),
    source=FIRST,
    uses=HALVES,
)
case_1_output = Claim(
    "init-case-1-only-k2.output",
    "And the output weights m/(2 d^2) times the squared length: m/(2 d) at length sqrt(d).",
    GIVEN,
    equal(Mean(SMALL[1]), m * norm(x) ** 2 / (2 * d**2)),
    where=AWAY,
    because=lambda: derived(case_1_output, alike(j), *on_sphere(1)),
    source=FIRST,
    uses=USES,
)
case_1_scaling = Claim(
    "init-case-1-only-k2.scaling",
    "The ratio grows like the width.",
    GIVEN,
    scaling(Mean(SMALL[1]) / Mean(SMALL[0]), 1, by=m, constant=1 / d**2),
    where=AWAY,
    because=lambda: derived(case_1_scaling, alike(j), apart(), moments(), *on_sphere(0, 1), lengths()),
    uses=USES,
)
case_1_entries = Claim(
    "init-case-1-only-k2.entries",
    "If the entries, and not the rows, have variance 1/d, the threshold is at a width of d.",
    GIVEN,
    equal(Mean(BY_ENTRIES[1]) / Mean(BY_ENTRIES[0]), m / d),
    where=AWAY,
    because=lambda: derived(
        case_1_entries, alike(j), apart(), moments(), coordinates(entries, "z"), *half_line(0, 1), lengths()
    ),
    source=Source("003", 1057, "entries of variance 1/d"),
    uses=HALVES,
)

NTK = hidden_sum(W, fair[j] / sqrt(m)), output_sum(W) / m
ON_SPHERE = hidden_sum(D, fair[j] / sqrt(m)), output_sum(D) / m
case_2 = Claim(
    "init-case-2-ntk-param",
    "In the NTK parametrisation the kernel is the sum of both parts, at every width and for all weights.",
    identity.NETWORKS,
    identity.identity.states,
    because=lambda: derived(case_2, lemma(identity.identity)),
    source=SECOND,
    cites="jacot2018neural",
    uses=(identity.identity.name,),
)
case_2_gaussian = Claim(
    "init-case-2-ntk-param.gaussian-rows",
    "For Gaussian rows, of length about sqrt(d), both parts weigh the same on the diagonal.",
    GIVEN,
    equal(Mean(NTK[1]) / Mean(NTK[0]), 1),
    where=AWAY,
    because=lambda: derived(
        case_2_gaussian, alike(j), apart(), moments(), coordinates(W, "z"), *half_line(0, 1), lengths()
    ),
    source=SECOND,
    uses=HALVES,
)
case_2_directions = Claim(
    "init-case-2-ntk-param.unit-rows",
    "For rows of length one the output part is smaller by the dimension.",
    GIVEN,
    equal(Mean(ON_SPHERE[1]) / Mean(ON_SPHERE[0]), 1 / d),
    where=AWAY,
    because=lambda: derived(case_2_directions, alike(j), apart(), moments(), *on_sphere(0, 1), lengths()),
    source=SECOND,
    uses=USES,
)

i, l = identity.i, identity.l  # noqa: E741
t = symbols("t", real=True)
sigma, a, V = identity.sigma, identity.a, identity.W


def moved(hidden, output) -> Expr:
    """The network at x whose weights of neuron i have moved by t times the steps given."""
    seen = Sum((V[i, l] + t * hidden) * identity.x[l], (l, 1, d))
    return Sum((a[i] + t * output) * sigma(seen), (i, 1, m)) / sqrt(m)


def rate(network: Expr) -> Expr:
    """How fast a network begins to change with t."""
    return Subs(Derivative(network, t), t, 0)


AT_ZERO = "differentiate in t, and put t = 0"


def only(fact: str, title: str, parameter: Expr, value: Expr, *lines: Step) -> Claim:
    """Training some weights alone: f(x) moves along the gradient of f(y) in them."""

    def at_rate(gradient):
        return rate(moved(gradient, 0) if parameter.base == V else moved(0, gradient))

    taken = at_rate(identity.network(identity.y).diff(parameter))
    return Claim(
        f"init-case-3-train-w-only{fact}",
        title,
        identity.NETWORKS,
        equal(at_rate(Derivative(identity.network(identity.y), parameter)), value),
        because=lambda: (
            Step(taken, "differentiate"),
            Step(collapsed(taken, {}), collapse()),
            *lines,
            Step(value, factors_out() if lines else AT_ZERO),
        ),
        source=THIRD,
        cites="du2018gradient",
    )


slope, seen = identity.slope, identity.seen
own = a[i] * slope(seen(i, identity.y)) / sqrt(m) * identity.x[l] * identity.y[l]
case_3 = only(
    "",
    "If only the hidden weights are trained, the tangent kernel is K_1.",
    V[i, l],
    identity.K1,
    Step(Sum(a[i] * slope(seen(i, identity.x)) * Sum(own, (l, 1, d)), (i, 1, m)) / sqrt(m), AT_ZERO),
)
case_3_output = only(
    ".output", "If only the output weights are trained, the tangent kernel is K_2.", a[i], identity.K2
)


def claims() -> tuple[Claim, ...]:
    return (
        case_1,
        case_1_hidden,
        case_1_output,
        case_1_scaling,
        case_1_entries,
        case_2,
        case_2_gaussian,
        case_2_directions,
        case_3,
        case_3_output,
    )
