r"""A formula of the slides for infinite width, and what its initialisation gives instead.

The slides initialise ``f(x) = sum_j a_j sigma(w_j . x)`` with ``a_j ~ N(0, s_a^2/m)``, ``w_j ~ N(0, s_w^2 I/m)``
and print limits that are means over a standard Gaussian neuron. The weights shrink as the width grows. A
positively homogeneous activation does not notice: for ReLU the formulas hold, at every width. A smooth one
is seen at zero alone, where it is linear: the kernel tends to that of a linear network, or, if the
activation does not vanish at zero, it grows without bound. The kindest repair is the factor
``1/sqrt(m)`` in front, with weights that do not shrink.
"""

from sympy import Expr, ImmutableDenseMatrix, Integral, Interval, Range, Sum, exp, oo, pi, sqrt, symbols, tanh

from theory import gaussian
from theory.activation import COSINE, ERF, RELU, SINE, SOFTPLUS, TANH, Unknown
from theory.claim import Claim, Source
from theory.derivation import derived
from theory.domain import activations, unit_vectors, vectors
from theory.law import Mean
from theory.neurons import alike
from theory.one_neuron import apart, moments
from theory.statement import equal, limit, scaling
from theory.two_layer.moments import INNER, KERNELS, kernels
from theory.two_layer.symbols import APART, K0, K1, PAIRS, SIZES, X, Y, at, d, dot, j, m, x, y

s_a, s_w = symbols("s_a s_w", positive=True)
z = symbols("z", real=True)
SCALES = {s_a: Interval.open(0, oo), s_w: Interval.open(0, oo)}
SOURCE = Source("003", 868, "Initialize a_j ~ N(0, s_a^2/m) and w_j ~ N(0, s_w^2 I/m)")
NAME = "slide-infinite-width-init-formula"
shrinking = gaussian.array("a", m, scale=s_a / sqrt(m)), gaussian.array("W", m, d, scale=s_w / sqrt(m))
steady = gaussian.array("a", m, scale=s_a), gaussian.array("W", m, d, scale=s_w)
by_dimension = gaussian.array("W", m, d, scale=s_w / sqrt(d))


def hidden_sum(a, W, sigma, u=X, v=Y) -> Expr:
    """K_1 of the network without a factor in front."""
    slope = sigma.derivative(1)
    return Sum(a[j] ** 2 * slope(dot(at(W, j), u)) * slope(dot(at(W, j), v)), (j, 1, m)) * dot(u, v)


def output_sum(W, sigma, u=X, v=Y) -> Expr:
    """K_2 of the network without a factor in front."""
    return Sum(sigma(dot(at(W, j), u)) * sigma(dot(at(W, j), v)), (j, 1, m))


def rectified(
    fact: str, title: str, left: Expr, value: Expr, W, *needed: int, weighted=True, **rest
) -> Claim:
    claim = Claim(
        f"{NAME}{fact}",
        title,
        PAIRS | SCALES,
        equal(left, value),
        where=APART,
        because=lambda: derived(claim, alike(j), *[apart(), moments()] * weighted, *kernels(*needed, W=W)),
        source=SOURCE,
        uses=tuple(KERNELS[order] for order in needed),
        **rest,
    )
    return claim


WIDER = {m: Range(2**6, oo)}
UNIT = {d: Range(1, oo), x: unit_vectors(d)} | WIDER | SCALES
GAUSS = exp(-(z**2) / 2) / sqrt(2 * pi)
slip_hidden = Claim(
    f"{NAME}.slip",
    "For the hyperbolic tangent, K_1 tends to the mean over a standard Gaussian neuron.",
    UNIT,
    limit(
        hidden_sum(*shrinking, TANH, X, X),
        s_a**2 * Integral(TANH.derivative(1)(z) ** 2 * GAUSS, (z, -oo, oo)),
        by=m,
        rate=-1,
    ),
    source=Source("003", 872, "K_1 = s_a^2 E_w[sigma'(w^T x) sigma'(w^T x') x^T x']"),
)
slip_output = Claim(
    f"{NAME}.output.slip",
    "For the hyperbolic tangent, K_2 tends to the mean over a standard Gaussian neuron.",
    UNIT,
    limit(
        output_sum(shrinking[1], TANH, X, X),
        s_w**2 * Integral(tanh(z) ** 2 * GAUSS, (z, -oo, oo)),
        by=m,
        rate=-1,
    ),
    source=Source("003", 874, "K_2 = s_w^2 E_w[sigma(w^T x) sigma(w^T x')]"),
)
WITNESS = {m: Range(2**6, 2**14 + 1), d: 1, x: ImmutableDenseMatrix([1]), s_a: 1, s_w: 1}
hidden = rectified(
    "",
    "For ReLU, which is homogeneous, the slides' K_1 is right on average at every width, over standard Gaussian neurons.",
    Mean(hidden_sum(*shrinking, RELU)),
    s_a**2 * INNER * K0,
    shrinking[1],
    0,
    slip=slip_hidden,
    refuted_at=WITNESS,
)
output = rectified(
    ".output",
    "And so is the slides' K_2.",
    Mean(output_sum(shrinking[1], RELU)),
    s_w**2 * SIZES * K1,
    shrinking[1],
    1,
    weighted=False,
    slip=slip_output,
    refuted_at=WITNESS,
)
in_front = rectified(
    ".factor-in-front",
    "Both formulas are those of the network with 1/sqrt(m) in front and weights that do not shrink.",
    Mean(hidden_sum(*steady, RELU) / m + output_sum(steady[1], RELU) / m),
    s_a**2 * INNER * K0 + s_w**2 * SIZES * K1,
    steady[1],
    0,
    1,
)
no_repair = rectified(
    ".over-the-dimension",
    "Dividing the variance of the hidden weights by the dimension instead repairs nothing: K_2 grows like the width.",
    Mean(output_sum(by_dimension, RELU)),
    m * s_w**2 / d * SIZES * K1,
    by_dimension,
    1,
    weighted=False,
)

sigma = Unknown("sigma")
SMOOTH = {m: Range(2**6, oo), d: Range(1, oo), x: vectors(d), y: vectors(d)} | SCALES
VANISHING = {sigma: activations(TANH, ERF, SINE)}
smooth_hidden = Claim(
    f"{NAME}.smooth",
    "For a smooth activation K_1 tends to the kernel of a linear network: only the slope at zero is seen.",
    SMOOTH | VANISHING,
    limit(hidden_sum(*shrinking, sigma), s_a**2 * sigma.derivative(1)(0) ** 2 * INNER, by=m, rate=-1),
    where=APART,
    source=SOURCE,
)
smooth_output = Claim(
    f"{NAME}.smooth.output",
    "And if the activation vanishes at zero, so does K_2.",
    SMOOTH | VANISHING,
    limit(output_sum(shrinking[1], sigma), s_w**2 * sigma.derivative(1)(0) ** 2 * INNER, by=m, rate=-1),
    where=APART,
    source=SOURCE,
)
diverging = Claim(
    f"{NAME}.smooth.diverges",
    "If it does not vanish there, K_2 grows like the width.",
    SMOOTH | {sigma: activations(COSINE, SOFTPLUS)},
    scaling(output_sum(shrinking[1], sigma), 1, by=m, constant=sigma(0) ** 2),
    where=APART,
    source=SOURCE,
)


def claims() -> tuple[Claim, ...]:
    return hidden, output, in_front, no_repair, smooth_hidden, smooth_output, diverging
