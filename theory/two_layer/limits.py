r"""The infinitely wide network: what the kernel is on average, what it tends to, and how fast.

On average the kernel of a random network is its limit already, at every width:

.. math:: \operatorname{E} K_1 = \operatorname{E} a^2 \; (x \cdot y) \, \kappa_0(\rho),
   \qquad \operatorname{E} K_2 = |x| |y| \, \kappa_1(\rho).

What is left is noise, and its size is known: on ``n`` inputs the mean squared Frobenius error is the
sum of the variances of all entries, ``1/m`` times a constant.
"""

from sympy import Derivative, Expr, IndexedBase, Interval, Range, Rational, Sum, acos, oo, pi, sqrt, symbols

from theory import gaussian
from theory.activation import COSINE, ERF, GELU, RELU, SOFTPLUS, TANH, Unknown
from theory.arc_cosine import any_order
from theory.arc_cosine.orders import correlations
from theory.arc_cosine.symbols import OPEN, p, q, rectified, rho
from theory.claim import Claim, Source
from theory.derivation import derived
from theory.domain import activations, data_sets, nonzero, norm, vectors
from theory.induction import lemma
from theory.inputs import coordinates, lengths
from theory.law import Mean
from theory.neurons import alike, linear, special_law
from theory.one_neuron import apart, bias_and_variance, moments, second_moments
from theory.statement import equal, limit, scaling
from theory.two_layer.moments import A_LAW, GIVEN_MOMENTS, INNER, KERNELS, half_line, kernels, total, whole
from theory.two_layer.symbols import (
    APART,
    K0,
    K1,
    PAIRS,
    RHO,
    SIZES,
    W,
    X,
    Y,
    at,
    by_moments,
    d,
    dot,
    fair,
    fourth,
    hidden_part,
    j,
    k,
    kappa,
    m,
    normal,
    output_part,
    second,
    x,
    y,
)

# The mean, at every width

power = gaussian.known_by_moments("a", m, moments={2: second})  # output weights of known mean square
SQUARE = {second: Interval.Lopen(0, oo)}
HIDDEN, OUTPUT = second * INNER * K0, SIZES * K1
LINE = Source("003", 866, "look at infinite width to remove the randomness from initialization")


def unbiased(fact: str, title: str, node: Expr, value: Expr, *needed: int, weighted: bool = True) -> Claim:
    claim = Claim(
        f"k-hat-unbiased{fact}",
        title,
        PAIRS | (SQUARE if weighted else {}),
        equal(Mean(node), value),
        where=APART,
        because=lambda: derived(claim, alike(j), *[apart(), moments()] * weighted, *kernels(*needed)),
        source=LINE,
        uses=tuple(KERNELS[order] for order in needed),
    )
    return claim


sigma = Unknown("sigma")
MANY = {sigma: activations(RELU, ERF, TANH, GELU, SOFTPLUS, COSINE)}
u, v = gaussian.pair(RHO)
slope = sigma.derivative(1)
any_hidden = Claim(
    "k-hat-unbiased.hidden.any-activation",
    "The mean of K_1 is a mean over one neuron, whatever the activation.",
    PAIRS | SQUARE | MANY,
    equal(
        Mean(hidden_part(power, X, Y, sigma)),
        second * INNER * Mean(slope(norm(x) * u) * slope(norm(y) * v)),
    ),
    where=APART,
    because=lambda: derived(any_hidden, alike(j), apart(), moments(), coordinates(W)),
    source=LINE,
)
any_output = Claim(
    "k-hat-unbiased.output.any-activation",
    "The mean of K_2 is a mean over one neuron, whatever the activation.",
    PAIRS | MANY,
    equal(Mean(output_part(X, Y, sigma)), Mean(sigma(norm(x) * u) * sigma(norm(y) * v))),
    where=APART,
    because=lambda: derived(any_output, alike(j), coordinates(W)),
    source=LINE,
)
means = (
    unbiased(
        "",
        "The tangent kernel of a network of any width is on average that of the infinitely wide one.",
        whole(power),
        HIDDEN + OUTPUT,
        0,
        1,
    ),
    unbiased(".hidden", "The mean of K_1 is its limit, at every width.", hidden_part(power, X, Y), HIDDEN, 0),
    unbiased(
        ".output",
        "The mean of K_2 is its limit, at every width.",
        output_part(X, Y),
        OUTPUT,
        1,
        weighted=False,
    ),
    any_hidden,
    any_output,
)

# The limit

ENDLESS = PAIRS | {m: Range(2**6, oo)}


def tends(name: str, title: str, left: Expr, value: Expr, order: int, line: Source, weighted: bool) -> Claim:
    """The almost sure limit; the median over networks is off by the skewness of a sum, of order 1/m.

    It has no derivation: the mean is the limit at every width, but a law of large numbers proves no rate.
    """
    claim = Claim(
        name,
        title,
        ENDLESS | (SQUARE if weighted else {}),
        limit(left, value, by=m, rate=-1, almost_surely=True),
        where=APART,
        source=line,
        cites="jacot2018neural",
        uses=(KERNELS[order],),
    )
    return claim


k1_limit = tends(
    "k1-limit",
    "The hidden weights' part of the kernel of a wide network tends to the kernel of order 0.",
    hidden_part(power, X, Y),
    HIDDEN,
    0,
    Source("003", 872, "K_1 = s_a^2 E_w[sigma'(w^T x) sigma'(w^T x') x^T x']"),
    True,
)
k2_limit = tends(
    "k2-limit",
    "The output weights' part tends to the kernel of order 1, whatever the law of the output weights.",
    output_part(X, Y),
    OUTPUT,
    1,
    Source("003", 874, "K_2 = s_w^2 E_w[sigma(w^T x) sigma(w^T x')]"),
    False,
)

# The closed form: output weights of mean square one

g = gaussian.array("g", d)
sees_x, sees_y, opposite = dot(at(g), X), dot(at(g), Y), dot(at(g), lambda place: -x[place])
gates = RELU.derivative(1)


def tangent(inner: Expr, one: Expr, other: Expr) -> Expr:
    """The tangent kernel of the infinitely wide network, as a mean over what one neuron sees."""
    return inner * Mean(gates(one) * gates(other)) + Mean(RELU(one) * RELU(other))


def closed(correlation: Expr) -> Expr:
    return correlation * (pi - acos(correlation)) / pi + sqrt(1 - correlation**2) / (2 * pi)


TWO = {d: Range(1, oo), x: vectors(d), y: vectors(d)}
ONE = {d: Range(1, oo), x: vectors(d)}
AWAY = {"x is not zero": norm(x) > 0}
closed_form = Claim(
    "ntk2-closed-form",
    "The tangent kernel of the infinitely wide two-layer network in closed form.",
    TWO,
    equal(tangent(INNER, sees_x, sees_y), SIZES * closed(RHO)),
    where=APART,
    because=lambda: derived(closed_form, *kernels(0, 1, W=g)),
    source=Source("003", 847, "then K = K_1 + K_2"),
    cites="bietti2019inductive",
    uses=KERNELS[:2],
)
diagonal = Claim(
    "ntk2-closed-form.diagonal",
    "On the diagonal the tangent kernel is the squared length of the input.",
    ONE,
    equal(tangent(dot(X, X), sees_x, sees_x), norm(x) ** 2),
    where=AWAY,
    because=lambda: derived(diagonal, coordinates(g, "z"), *half_line(0, 1), lengths()),
    uses=(any_order.half_line.name,),
)
BACK = dot(X, lambda place: -x[place])
antipodal = Claim(
    "ntk2-closed-form.antipodal",
    "The tangent kernel of two opposite inputs vanishes: no neuron is active at both.",
    ONE,
    equal(tangent(BACK, sees_x, opposite), 0),
    where=AWAY,
    because=lambda: derived(antipodal, *kernels(0, 1, rho=BACK / norm(x) ** 2, W=g), lengths()),
    uses=KERNELS[:2],
)
by_rho = rho * Mean(rectified(p, q, 0)) + Mean(rectified(p, q, 1))
SLOPE = 2 * kappa(0, rho) + rho / (2 * pi * sqrt(1 - rho**2))
steep = Claim(
    "ntk2-closed-form.slope",
    "The slope of the tangent kernel in the correlation: twice the kernel of order 0, and rho times its slope.",
    {rho: OPEN},
    equal(Derivative(by_rho, rho), SLOPE),
    because=lambda: derived(steep, lemma(correlations[0]), lemma(correlations[1]), reason="differentiate"),
    uses=tuple(claim.name for claim in correlations[:2]),
)
t = symbols("t", positive=True)
NEAR = {t: Interval.open(0, 1)}
rough = Claim(
    "ntk2-closed-form.slope.equal-inputs",
    "At equal inputs the slope grows like one over the root of the distance: the kernel is not differentiable there.",
    NEAR,
    limit(sqrt(t) * SLOPE.subs(rho, 1 - t), 1 / (2 * sqrt(2) * pi), by=t, rate=Rational(1, 2), to=0),
    source=Source("003", 847, "then K = K_1 + K_2"),
    uses=(steep.name,),
)
falling = Claim(
    "ntk2-closed-form.slope.opposite-inputs",
    "At opposite inputs it falls to minus infinity, at the same rate.",
    NEAR,
    limit(sqrt(t) * SLOPE.subs(rho, t - 1), -1 / (2 * sqrt(2) * pi), by=t, rate=1, to=0),
    uses=(steep.name,),
)

# The error on a data set

n = symbols("n", integer=True, positive=True)
i, l = symbols("i l", integer=True)  # noqa: E741 - indices of inputs
inputs = IndexedBase("X", shape=(n, d))
ROW, OTHER = at(inputs, i), at(inputs, l)


def row_length(row) -> Expr:
    return sqrt(Sum(row(k) ** 2, (k, 1, d)))


LENGTHS = row_length(ROW) * row_length(OTHER)
ROWS_RHO = dot(ROW, OTHER) / LENGTHS


def error(a, second_moment) -> Expr:
    """The squared Frobenius distance of the kernel matrix from its limit."""
    limit_there = second_moment * dot(ROW, OTHER) * kappa(0, ROWS_RHO) + LENGTHS * kappa(1, ROWS_RHO)
    return Sum((whole(a, ROW, OTHER) - limit_there) ** 2, (i, 1, n), (l, 1, n))


def constant(fourth_moment, second_moment) -> Expr:
    """The sum of all entries' variances, of a network of width one."""
    one = total(fourth_moment, second_moment, dot(ROW, OTHER), LENGTHS, ROWS_RHO)
    return Sum(one, (i, 1, n), (l, 1, n))


CONSTANT = constant(fourth, second)
DATA = {m: Range(1, oo), n: Range(1, oo), d: Range(1, oo), inputs: data_sets(n, d)}
frobenius = Claim(
    "k-frobenius-error",
    "The mean squared Frobenius error of the kernel matrix is the sum of all entries' variances, at every width.",
    DATA | GIVEN_MOMENTS,
    equal(Mean(error(by_moments, second)), CONSTANT / m),
    where={"no input is zero": nonzero(inputs)} | A_LAW,
    because=lambda: derived(
        frobenius,
        linear(),
        bias_and_variance(),
        alike(j),
        second_moments(),
        apart(),
        moments(),
        *kernels(0, 1, 2, rho=ROWS_RHO),
    ),
    source=Source("003", 931, "(assuming J^TJ concentrates)"),
    uses=KERNELS,
)
NONZERO = {"no input is zero": nonzero(inputs)}


def frobenius_for(fact: str, title: str, a: IndexedBase, fourth_moment) -> Claim:
    claim = Claim(
        f"k-frobenius-error{fact}",
        title,
        DATA,
        equal(Mean(error(a, 1)), constant(fourth_moment, 1) / m),
        where=NONZERO,
        because=lambda: derived(claim, special_law(frobenius, by_moments, a)),
        uses=(frobenius.name,),
    )
    return claim


frobenius_gaussian = frobenius_for(
    ".gaussian", "The mean squared Frobenius error for Gaussian output weights.", normal, 3
)
frobenius_signs = frobenius_for(".rademacher", "The mean squared Frobenius error for random signs.", fair, 1)
rate = Claim(
    "k-frobenius-error.rate",
    "So the kernel concentrates at the rate 1/sqrt(m) exactly, with a known constant.",
    DATA | GIVEN_MOMENTS,
    scaling(Mean(error(by_moments, second)), -1, by=m, constant=CONSTANT),
    where={"no input is zero": nonzero(inputs)} | A_LAW,
    because=lambda: derived(rate, lemma(frobenius)),
    uses=(frobenius.name,),
)


def claims() -> tuple[Claim, ...]:
    return (
        k1_limit,
        k2_limit,
        closed_form,
        diagonal,
        antipodal,
        steep,
        rough,
        falling,
        *means,
        frobenius,
        frobenius_gaussian,
        frobenius_signs,
        rate,
    )
