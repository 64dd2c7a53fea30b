r"""Mean, variance and covariance of the kernel's two parts, exact at every width.

A kernel of width ``m`` is an average over independent neurons, so that one neuron's moments are all
that is needed. Gates are indicators: their squares are themselves, and the kernel of order 0 is both
the mean and the mean square of a pair of gates. The squares of rectified pre-activations have the
kernel of order 2 as their mean:

.. math:: m \operatorname{Var} K_1 = (x \cdot y)^2 \left(\operatorname{E} a^4 \, \kappa_0
   - (\operatorname{E} a^2)^2 \kappa_0^2\right),
   \qquad m \operatorname{Var} K_2 = |x|^2 |y|^2 (\kappa_2 - \kappa_1^2).

Where both gates are open the gates of ``K_1`` say nothing new to ``K_2``: their mean product is the
kernel of order 1. So the two parts have a covariance, and the whole kernel a variance.
"""

from sympy import Expr, IndexedBase, Interval, Range, Rational, S, acos, oo, pi

from theory import gaussian
from theory.activation import RELU
from theory.arc_cosine import any_order
from theory.arc_cosine.orders import orders
from theory.arc_cosine.symbols import n, theta, z
from theory.averaging import density, plain
from theory.calculus import gate, integrate
from theory.claim import Claim, Source
from theory.derivation import derived
from theory.induction import lemma
from theory.inputs import coordinates, lengths
from theory.law import Covariance, Node, Variance
from theory.neurons import alike, special_law
from theory.one_neuron import apart, moments, one_entry, second_moments
from theory.statement import equal
from theory.two_layer.symbols import (
    APART,
    K0,
    K1,
    K2,
    PAIRS,
    RHO,
    SIZES,
    SPHERE,
    W,
    X,
    Y,
    by_moments,
    dot,
    fair,
    fourth,
    hidden_part,
    j,
    kappa,
    m,
    mean_over_neurons,
    normal,
    output_part,
    second,
)

SOURCE = Source("003", 838, "K_1 = sum_j a_j^2 sigma'(w_j^T x) sigma'(w_j^T x') x^T x'")
KERNELS = tuple(claim.name for claim in orders)
GIVEN_MOMENTS = {second: Interval.Lopen(0, oo), fourth: Interval.Lopen(0, oo)}
A_LAW = {"moments of a law": fourth >= second**2}


def kernels(*needed: int, rho: Expr = RHO, W: IndexedBase = W) -> tuple:
    """The rules from means over one neuron to arc-cosine kernels of the inputs' angle."""
    return coordinates(W), *(lemma(orders[order], {theta: acos(rho)}) for order in needed)


def half_line(*orders_needed: int) -> tuple:
    """The rules for means over one rectified Gaussian, which is what a neuron sees of one input."""
    return tuple(lemma(any_order.half_line, {n: S(order)}) for order in orders_needed)


def mean_of_one() -> tuple:
    """The rules for the mean of one rectified Gaussian."""
    return density(z), gate(plain(z)), integrate(plain(z))


def spread(
    name: str, title: str, node: Node, value: Expr, *needed: int, weighted: bool = True, known: bool = False
) -> Claim:
    """A variance or covariance at two inputs: ``value / m`` at every width, in any dimension."""
    claim = Claim(
        name,
        title,
        PAIRS | (GIVEN_MOMENTS if known else {}),
        equal(node, value / m),
        where=APART | (A_LAW if known else {}),
        because=lambda: derived(
            claim, alike(j), second_moments(), *[apart(), moments()] * weighted, *kernels(*needed)
        ),
        source=SOURCE,
        uses=tuple(KERNELS[order] for order in needed),
    )
    return claim


def on_the_diagonal(
    name: str, title: str, node: Node, value: Expr, *needed: int, weighted: bool = True
) -> Claim:
    """The same at one input of length one."""
    claim = Claim(
        name,
        title,
        SPHERE,
        equal(node, value / m),
        because=lambda: derived(
            claim,
            alike(j),
            second_moments(),
            *[apart(), moments()] * weighted,
            coordinates(W, "z"),
            *half_line(*needed),
            *[lengths()] * weighted,
        ),
        source=SOURCE,
        uses=(any_order.half_line.name,),
    )
    return claim


def for_law(general: Claim, fact: str, title: str, a: IndexedBase, node: Node, value: Expr) -> Claim:
    """What a general claim says of one law of the output weights."""
    claim = Claim(
        f"{general.name}{fact}",
        title,
        PAIRS,
        equal(node, value / m),
        where=APART,
        because=lambda: derived(claim, special_law(general, by_moments, a)),
        source=SOURCE,
        uses=(general.name,),
    )
    return claim


INNER = dot(X, Y)
hidden_variance = spread(
    "k1-variance",
    "At every width, the variance of K_1 needs two moments of the output weights.",
    Variance(hidden_part(by_moments, X, Y)),
    INNER**2 * (fourth * K0 - second**2 * K0**2),
    0,
    known=True,
)
k1_variance = (
    hidden_variance,
    for_law(
        hidden_variance,
        ".gaussian",
        "The variance of K_1 for Gaussian output weights.",
        normal,
        Variance(hidden_part(normal, X, Y)),
        INNER**2 * (3 * K0 - K0**2),
    ),
    for_law(
        hidden_variance,
        ".rademacher",
        "The variance of K_1 for random signs.",
        fair,
        Variance(hidden_part(fair, X, Y)),
        INNER**2 * K0 * (1 - K0),
    ),
    on_the_diagonal(
        "k1-variance.gaussian.diagonal",
        "On the diagonal, the variance of K_1 for Gaussian output weights is 5/4 over the width.",
        Variance(hidden_part(normal, X, X)),
        Rational(5, 4),
        0,
    ),
    on_the_diagonal(
        "k1-variance.rademacher.diagonal",
        "On the diagonal, the variance of K_1 for random signs is 1/4 over the width.",
        Variance(hidden_part(fair, X, X)),
        Rational(1, 4),
        0,
    ),
)

couple = gaussian.array("W", m, 2)
orthogonal = Claim(
    "k2-variance.orthogonal",
    "For orthogonal unit inputs the variance of K_2 is 1/4 less the square of its mean.",
    {m: Range(1, oo)},
    equal(
        Variance(mean_over_neurons(RELU(couple[j, 1]) * RELU(couple[j, 2]))),
        (Rational(1, 4) - 1 / (4 * pi**2)) / m,
    ),
    because=lambda: derived(
        orthogonal, alike(j), second_moments(), apart(), one_entry(), *half_line(1), *mean_of_one()
    ),
    uses=(any_order.half_line.name,),
)
k2_variance = (
    spread(
        "k2-variance",
        "At every width, the variance of K_2 is the kernel of order 2 less the square of that of order 1.",
        Variance(output_part(X, Y)),
        SIZES**2 * (K2 - K1**2),
        1,
        2,
        weighted=False,
    ),
    on_the_diagonal(
        "k2-variance.diagonal",
        "On the diagonal, the variance of K_2 is 5/4 over the width.",
        Variance(output_part(X, X)),
        Rational(5, 4),
        1,
        2,
        weighted=False,
    ),
    orthogonal,
)


def whole(a, u=X, v=Y) -> Expr:
    """The tangent kernel of a network of width m."""
    return hidden_part(a, u, v) + output_part(u, v)


def total(
    fourth_moment: Expr, second_moment: Expr, inner: Expr = INNER, sizes: Expr = SIZES, rho: Expr = RHO
) -> Expr:
    """The variance of one neuron's share of the kernel."""
    k0, k1, k2 = (kappa(order, rho) for order in (0, 1, 2))
    hidden = inner**2 * (fourth_moment * k0 - second_moment**2 * k0**2)
    both = second_moment * inner * sizes * k1 * (1 - k0)
    return hidden + sizes**2 * (k2 - k1**2) + 2 * both


NAME = "k1-k2-covariance-and-total-variance"
total_variance = spread(
    f"{NAME}.total",
    "At every width, the variance of the whole tangent kernel.",
    Variance(whole(by_moments)),
    total(fourth, second),
    0,
    1,
    2,
    known=True,
)
covariance = (
    spread(
        NAME,
        "The two parts of the kernel are correlated: both need both gates open.",
        Covariance(hidden_part(by_moments, X, Y), output_part(X, Y)),
        second * INNER * SIZES * K1 * (1 - K0),
        0,
        1,
        known=True,
    ),
    total_variance,
    for_law(
        total_variance,
        ".gaussian",
        "The variance of the tangent kernel for Gaussian output weights.",
        normal,
        Variance(whole(normal)),
        total(S(3), S.One),
    ),
    for_law(
        total_variance,
        ".rademacher",
        "The variance of the tangent kernel for random signs.",
        fair,
        Variance(whole(fair)),
        total(S.One, S.One),
    ),
    on_the_diagonal(
        f"{NAME}.diagonal",
        "On the diagonal, the covariance of the two parts is 1/4 over the width.",
        Covariance(hidden_part(fair, X, X), output_part(X, X)),
        Rational(1, 4),
        0,
        1,
    ),
    on_the_diagonal(
        f"{NAME}.diagonal.gaussian",
        "On the diagonal, the variance of the tangent kernel for Gaussian output weights is 3 over the width.",
        Variance(whole(normal, X, X)),
        S(3),
        0,
        1,
        2,
    ),
    on_the_diagonal(
        f"{NAME}.diagonal.rademacher",
        "On the diagonal, the variance of the tangent kernel for random signs is 2 over the width.",
        Variance(whole(fair, X, X)),
        S(2),
        0,
        1,
        2,
    ),
)


def claims() -> tuple[Claim, ...]:
    return *k1_variance, *k2_variance, *covariance
