"""Six awkward rows of the ledger, written in the project's interface before their chapters exist.

Every fact of each row is constructed and printed here, none weakened. What decides a fact, a closed
derivation or an attached experiment, comes with its chapter: until then that is expected to fail, and
when it does not fail any more, the suite says so.
"""

from importlib import import_module
from importlib.util import find_spec

import pytest
from sympy import (
    Abs,
    BlockMatrix,
    Derivative,
    EulerGamma,
    Identity,
    ImmutableDenseMatrix,
    IndexedBase,
    Integer,
    Integral,
    Interval,
    Le,
    MatrixSymbol,
    Max,
    Ne,
    Not,
    Product,
    Range,
    Rational,
    S,
    Sum,
    acos,
    exp,
    log,
    oo,
    pi,
    sqrt,
    symbols,
)
from sympy import E as e

from theory import (
    Claim,
    Mean,
    Probability,
    Source,
    Variance,
    above,
    at_most,
    below,
    catalogue,
    derivation,
    display,
    equal,
    gaussian,
    min_eigenvalue,
    norm,
    observed,
    operator_norm,
    printing,
    scaling,
    step,
    writing,
)
from theory.activation import COSINE, ERF, GELU, RELU, SINE, SOFTPLUS, TANH, Unknown
from theory.domain import (
    activations,
    antipodes_independent,
    data_sets,
    entrywise,
    hessian,
    matrices,
    nonparallel,
    supremum,
    unit_vectors,
    vectors,
)

m, d, n, p = symbols("m d n p", integer=True, positive=True)
i, j, k, l = symbols("i j k l", integer=True)  # noqa: E741
x, y = IndexedBase("x"), IndexedBase("y")
WIDE = {m: Range(1, oo), d: Range(1, oo)}


def dot(u, v):
    """The inner product of two vectors of dimension d, each a function of the coordinate."""
    return Sum(u(k) * v(k), (k, 1, d))


def at(array, *row):
    return lambda place: array[(*row, place)]


X, Y = at(x), at(y)


# k1-variance: an i.i.d. array of symbolic size, known by its moments alone


def kernel(a, u, v):
    """The hidden-layer part of the tangent kernel of a rectifier network of width m."""
    W = gaussian.array("W", m, d)
    slope = RELU.derivative(1)
    return Sum(a[j] ** 2 * slope(dot(at(W, j), u)) * slope(dot(at(W, j), v)), (j, 1, m)) * dot(u, v) / m


def kappa(order, rho):
    """The arc-cosine kernels of order 0 and 1."""
    opening = pi - acos(rho)
    return (opening if order == 0 else opening * rho + sqrt(1 - rho**2)) / (2 * pi)


second, fourth = symbols("mu2 mu4", positive=True)
by_moments = gaussian.known_by_moments("a", m, moments={2: second, 4: fourth})
normal, fair = gaussian.array("a", m), gaussian.signs("a", m)
KAPPA = kappa(0, dot(X, Y) / (norm(x) * norm(y)))
PAIRS = WIDE | {x: vectors(d), y: vectors(d)}
APART = {"x is not zero": norm(x) > 0, "y is not zero": norm(y) > 0}


def k1_variance(fact, title, a, value, given=PAIRS, where=APART, v=Y, **rest):
    return Claim(
        f"k1-variance{fact}", title, given, equal(Variance(kernel(a, X, v)), value / m), where=where, **rest
    )


SPHERE = WIDE | {x: unit_vectors(d)}
K1_VARIANCE = (
    k1_variance(
        "",
        "At every width, the variance of K_1 needs two moments of the output weights.",
        by_moments,
        dot(X, Y) ** 2 * (fourth * KAPPA - second**2 * KAPPA**2),
        PAIRS | {second: Interval.Lopen(0, oo), fourth: Interval.Lopen(0, oo)},
        APART | {"moments of a law": fourth >= second**2},
    ),
    k1_variance(".gaussian", "Gaussian output weights.", normal, dot(X, Y) ** 2 * (3 * KAPPA - KAPPA**2)),
    k1_variance(".rademacher", "Random signs.", fair, dot(X, Y) ** 2 * KAPPA * (1 - KAPPA)),
    k1_variance(".gaussian.diagonal", "On the diagonal.", normal, Rational(5, 4), SPHERE, {}, X),
    k1_variance(".rademacher.diagonal", "On the diagonal.", fair, Rational(1, 4), SPHERE, {}, X),
)


# hessian-opnorm-*: the operator norm of a symbolic Hessian of random arrays, its law, its growth

sigma = Unknown("sigma")
t, tau = symbols("t tau", positive=True)
z = symbols("z", real=True)
CURVED = activations(TANH, ERF, SINE, COSINE, GELU, SOFTPLUS)  # bounded slope, bounded curvature, not linear
s = norm(x)


def curvature(a, activation=sigma, scale: object = 1):
    """The operator norm of the Hessian, in all weights, of the network of width m at x."""
    W = gaussian.array("W", m, d, scale=scale)
    network = Sum(a[j] * activation(dot(at(W, j), X)), (j, 1, m)) / sqrt(m)
    return operator_norm(hessian(network, a, W))


def largest(weight, seen):
    """The norm of one neuron's block, times sqrt(m)."""
    bend, slope = Abs(weight * sigma.derivative(2)(seen)) * s**2, sigma.derivative(1)(seen)
    return (bend + sqrt(bend**2 + 4 * slope**2 * s**2)) / 2


HESSIANS = {d: Range(1, oo), x: vectors(d), sigma: CURVED, m: Range(2, oo)}
AWAY = {"x is not zero": norm(x) > 0}
STEEPEST = supremum(Abs(sigma.derivative(2)(z)), (z, -oo, oo))
LOG = {"by": m, "log": Rational(1, 2)}

slip_of_gaussian_log = Claim(
    "hessian-opnorm-gaussian-log.slip",
    "The Hessian is of order 1/sqrt(m), for output weights drawn from N(0, 1).",
    {d: Range(1, oo), x: unit_vectors(d), m: Range(2, oo)},
    scaling(curvature(normal, TANH), Rational(-1, 2), by=m),
    source=Source("003", 951, "||nabla^2 f|| = o_m(1) = 1/sqrt(m)"),
)
GAUSSIAN_LOG = (
    Claim(
        "hessian-opnorm-gaussian-log",
        "Gaussian output weights cost the Hessian a factor sqrt(log m), whose constant is known.",
        HESSIANS,
        scaling(
            curvature(normal),
            Rational(-1, 2),
            constant=sqrt(2) * STEEPEST * s**2,
            almost_surely=True,
            **LOG,
        ),
        where=AWAY,
        slip=slip_of_gaussian_log,
        refuted_at={m: Range(100, 10**7), d: 1, x: ImmutableDenseMatrix([1])},
    ),
    Claim(
        "hessian-opnorm-gaussian-log.order",
        "The Hessian is of the order sqrt(log m / m) exactly.",
        HESSIANS,
        scaling(curvature(normal), Rational(-1, 2), **LOG),
        where=AWAY,
    ),
    Claim(
        "hessian-opnorm-gaussian-log.tanh",
        "The largest curvature of the hyperbolic tangent.",
        {},
        equal(supremum(Abs(TANH.derivative(2)(z)), (z, -oo, oo)), 4 / (3 * sqrt(3))),
    ),
    Claim(
        "hessian-opnorm-gaussian-log.erf",
        "The largest curvature of the error function.",
        {},
        equal(supremum(Abs(ERF.derivative(2)(z)), (z, -oo, oo)), 2 * sqrt(2 / (pi * e))),
    ),
)

alpha = gaussian.single("alpha")
one_neuron = Probability(Le(largest(alpha, gaussian.single("zeta", tau * s)), t))
density = exp(-(z**2) / (2 * tau**2 * s**2)) / (tau * s * sqrt(2 * pi))
bent = Abs(alpha) * Abs(sigma.derivative(2)(z)) * s**2
LAW = HESSIANS | {m: Range(1, oo), tau: Interval.open(0, oo), t: Interval.open(0, oo)}
EXACT_LAW = (
    Claim(
        "hessian-opnorm-exact-law",
        "The norm of the Hessian is the largest of m independent values, one a neuron.",
        LAW,
        equal(Probability(Le(sqrt(m) * curvature(normal, scale=tau), t)), one_neuron**m),
        where=AWAY,
    ),
    Claim(
        "hessian-opnorm-exact-law.one-neuron",
        "The law of one neuron's value, as an integral over its pre-activation.",
        {symbol: domain for symbol, domain in LAW.items() if symbol != m},
        equal(
            one_neuron,
            Integral(
                density * Probability(Le(bent, t - sigma.derivative(1)(z) ** 2 * s**2 / t)), (z, -oo, oo)
            ),
        ),
        where=AWAY,
    ),
)


# saddle-escape-time-law: the law of a first exit, its mean, and a bound on every path

K = symbols("K", integer=True, nonnegative=True)
eta, r, spread, start = symbols("eta r s x0", positive=True)
lamda = symbols("lamda", negative=True)
growth = 1 - eta * lamda


def exit_time(first):
    """The first step at which gradient descent on lamda x^2 / 2 is further than r from the saddle."""
    inside = 1 - step(Abs(growth**j * first) - r)
    return Sum(Product(inside, (j, 0, k)), (k, 0, oo))


Z = gaussian.single("Z")
escape = exit_time(spread * Z)
typical = (log(r / spread) + (EulerGamma + log(2)) / 2) / log(growth)
outside = Mean(Max(0, log(spread * Abs(Z) / r))) / log(growth)
SADDLE = {eta: Interval.open(0, oo), lamda: Interval.open(-oo, 0), r: Interval.open(0, oo)}
RANDOM = SADDLE | {spread: Interval.open(0, oo)}
PATH = SADDLE | {start: Interval.open(0, oo)}
INSIDE = {"it starts inside": start <= r}
overshoot = exit_time(start) - log(r / start) / log(growth)
ESCAPE = (
    Claim(
        "saddle-escape-time-law",
        "The chance that the escape takes more than K steps is an error function.",
        RANDOM | {K: Range(0, oo)},
        equal(Probability(escape > K), ERF(r * growth**-K / (spread * sqrt(2)))),
    ),
    Claim(
        "saddle-escape-time-law.mean",
        "The mean time is logarithmic in the size of the perturbation, up to a bounded term.",
        RANDOM,
        scaling(Mean(escape) - typical, 0, by=spread, to=0, bound="upper"),
    ),
    Claim(
        "saddle-escape-time-law.mean.above",
        "The bounded term is positive.",
        RANDOM,
        above(Mean(escape), typical),
    ),
    Claim(
        "saddle-escape-time-law.mean.below",
        "The bounded term is at most one, but for starts that are outside already.",
        RANDOM,
        at_most(Mean(escape), typical + 1 + outside),
    ),
    Claim("saddle-escape-time-law.path.above", "Along every path.", PATH, above(overshoot, 0), where=INSIDE),
    Claim("saddle-escape-time-law.path.below", "By one step.", PATH, at_most(overshoot, 1), where=INSIDE),
    Claim(
        "saddle-escape-time-law.log-mean",
        "The mean logarithm of a Gaussian's size.",
        {},
        equal(Mean(log(Abs(Z))), -(EulerGamma + log(2)) / 2),
    ),
)


# jacobian-prediction-dynamics: identities and bounds between measured matrices and scalars

h, w, target = symbols("s w y", real=True)
before, after, J, rest = observed("r0", n, 1), observed("r1", n, 1), observed("J", n, p), observed("R", n, 1)
size, beta, pulled = observed("R"), observed("beta"), observed("g")
STEP = {n: Range(1, oo), p: Range(1, oo), h: Interval.Lopen(0, 1)}
contraction = Identity(n) - h * J * J.T
A, w0, b = MatrixSymbol("A", n, p), MatrixSymbol("w", p, 1), MatrixSymbol("b", n, 1)
AFFINE = STEP | {A: matrices(n, p), w0: matrices(p, 1), b: matrices(n, 1)}
phi = Unknown("phi")
SCALAR = {w: Interval(-3, 3), target: Interval(-3, 3), h: Interval.Lopen(0, 1)}
square_after = (w - 2 * h * w * (w**2 - target)) ** 2 - target

slip_of_dynamics = Claim(
    "jacobian-prediction-dynamics.decrease.slip",
    "A contractive matrix alone makes the residual of F = w^2 smaller.",
    SCALAR,
    below(Abs(square_after), Abs(w**2 - target)),
    where={"contractive": Abs(1 - h * (2 * w) ** 2) < 1, "not a solution": Ne(w**2, target)},
    source=Source("000", 47, "as long as this matrix I - s J_t J_t^T is contractive"),
)
DYNAMICS = (
    Claim(
        "jacobian-prediction-dynamics",
        "One step multiplies the residual by I - s J J^T, up to Taylor's remainder.",
        STEP,
        equal(after, contraction * before + rest),
    ),
    Claim(
        "jacobian-prediction-dynamics.taylor",
        "The remainder along the step, as an integral.",
        {phi: activations(TANH, ERF, SINE, COSINE)},
        equal(
            Integral((1 - z) * phi.derivative(2)(z), (z, 0, 1)),
            phi(Integer(1)) - phi(S.Zero) - phi.derivative(1)(S.Zero),
        ),
    ),
    Claim(
        "jacobian-prediction-dynamics.bound",
        "The remainder is quadratic in the step, with the Lipschitz constant of the Jacobian.",
        STEP,
        at_most(size, beta * h**2 * pulled**2 / 2),
    ),
    Claim(
        "jacobian-prediction-dynamics.order",
        "The remainder is of order two in the step exactly.",
        {h: Interval.open(0, 1)},
        scaling(size, 2, by=h, to=0),
    ),
    Claim(
        "jacobian-prediction-dynamics.affine",
        "There is no remainder for predictions that are affine along the step.",
        AFFINE,
        equal(A * (w0 - h * A.T * (A * w0 - b)) - b, (Identity(n) - h * A * A.T) * (A * w0 - b)),
    ),
    Claim(
        "jacobian-prediction-dynamics.not-only-affine",
        "Nor is there one for t^2 - t^3 from 0 to 1, which is not affine.",
        {},
        equal(Integral((1 - z) * Derivative(z**2 - z**3, (z, 2)), (z, 0, 1)), 0),
    ),
    Claim(
        "jacobian-prediction-dynamics.decrease",
        "The residual shrinks as soon as the contraction outweighs the remainder.",
        STEP,
        at_most(
            norm(after) - norm(before),
            beta * h**2 * norm(J.T * before) ** 2 / 2 - (1 - operator_norm(contraction)) * norm(before),
        ),
        slip=slip_of_dynamics,
        refuted_at={w: 1, target: 3, h: Rational(2, 5)},
    ),
    Claim(
        "jacobian-prediction-dynamics.unhalved",
        "For the loss without its half, the matrix is I - 2 s J J^T.",
        STEP,
        equal(after, (Identity(n) - 2 * h * J * J.T) * before + rest),
    ),
)


# kernel-pd-nonparallel: strict positivity of a matrix of symbolic size, under a joint hypothesis

inputs, others, c = IndexedBase("X"), IndexedBase("Y"), IndexedBase("c")
factor = symbols("q", positive=True)
direction = gaussian.array("g", d)


def tangent(u, v):
    """The tangent kernel of an infinitely wide rectifier network, as a mean over one neuron."""
    left, right = dot(at(direction), u), dot(at(direction), v)
    return hidden(u, v) + Mean(RELU(left) * RELU(right))


def hidden(u, v):
    return dot(u, v) * Mean(step(dot(at(direction), u)) * step(dot(at(direction), v)))


def opposite(u):
    return lambda place: -u(place)


def gram(entry, *families):
    """The matrix of a kernel on families of inputs; a family is a function of the row, and its size."""
    blocks = [
        [entrywise(lambda i, j, u=u, v=v: entry(u(i), v(j)), a, b) for v, b in families] for u, a in families
    ]
    return blocks[0][0] if len(families) == 1 else BlockMatrix(blocks)


def rows(array):
    return lambda row: at(array, row)


def opposites(array):
    return lambda row: opposite(at(array, row))


def multiple(_):
    return lambda place: factor * inputs[1, place]


def combination(_):
    return lambda place: Sum(c[l] * others[l, place], (l, 1, p))


def minus_combination(row):
    return opposite(combination(row))


DATA = {n: Range(1, oo), d: Range(1, oo), inputs: data_sets(n, d)}
PAIRED = {d: Range(1, oo), inputs: data_sets(d + 1, d)}
DEPENDENT = DATA | {p: Range(1, oo), others: data_sets(p, d), c: vectors(p)}
SEPARATE = {"separate": nonparallel(inputs)}
EXACT = {"antipodes": antipodes_independent(inputs)}
PAIR = ((rows(inputs), d + 1), (opposites(inputs), d + 1))
REPEATED = ((rows(inputs), n), (multiple, 1))
DEPENDENT_PAIRS = (
    (rows(inputs), n),
    (rows(others), p),
    (opposites(others), p),
    (combination, 1),
    (minus_combination, 1),
)
TWO = ImmutableDenseMatrix([[1], [-1]])


def positivity(part, entry, words):
    """The facts for one of the two kernels."""
    name = f"kernel-pd-nonparallel{part}"
    smallest = min_eigenvalue(gram(entry, (rows(inputs), n)))
    slip = Claim(
        f"{name}.converse.slip",
        "If two inputs are parallel, the kernel matrix is singular.",
        DATA,
        at_most(smallest, 0),
        where={"parallel": Not(nonparallel(inputs))},
    )
    return (
        Claim(name, f"{words} is positive definite.", DATA, above(smallest, 0), where=SEPARATE),
        Claim(
            f"{name}.criterion",
            "It is so under a weaker hypothesis, which is also necessary.",
            DATA,
            above(smallest, 0),
            where=EXACT,
            slip=slip,
            refuted_at={n: 2, d: 1, inputs: TWO},
        ),
        Claim(
            f"{name}.repeated",
            "Positive multiples make it singular.",
            DATA | {factor: Interval.open(0, oo)},
            equal(min_eigenvalue(gram(entry, *REPEATED)), 0),
        ),
        Claim(
            f"{name}.dependent-antipodes",
            "So do antipodal pairs along dependent lines, whatever the other inputs are.",
            DEPENDENT,
            equal(min_eigenvalue(gram(entry, *DEPENDENT_PAIRS)), 0),
        ),
        Claim(
            f"{name}.antipodes",
            "In particular d + 1 antipodal pairs in dimension d.",
            PAIRED,
            equal(min_eigenvalue(gram(entry, *PAIR)), 0),
        ),
    )


def odd_part(entry, u, v):
    return entry(u, v) - entry(u, opposite(v)) - entry(opposite(u), v) + entry(opposite(u), opposite(v))


def pair_matrix(u):
    families = (u, opposite(u))
    return ImmutableDenseMatrix([[hidden(a, b) for b in families] for a in families])


POINTS = {d: Range(1, oo), x: vectors(d), y: vectors(d)}
POSITIVE = (
    *positivity("", tangent, "The tangent kernel matrix of inputs without parallels"),
    *positivity(".hidden", hidden, "Its part from the hidden weights"),
    Claim(
        "kernel-pd-nonparallel.hidden.one-pair",
        "One antipodal pair is harmless.",
        {d: Range(1, oo), x: vectors(d)},
        equal(pair_matrix(X), ImmutableDenseMatrix([[1, 0], [0, 1]]) * dot(X, X) / 2),
    ),
    Claim(
        "kernel-pd-nonparallel.hidden.odd-part",
        "The odd part of the hidden features is linear in the input.",
        POINTS,
        equal(odd_part(hidden, X, Y), dot(X, Y)),
    ),
    Claim(
        "kernel-pd-nonparallel.odd-part",
        "And so is that of all features.",
        POINTS,
        equal(odd_part(tangent, X, Y), 2 * dot(X, Y)),
    ),
)


# What is asserted of them all

ROWS = {
    "k1-variance": K1_VARIANCE,
    "hessian-opnorm-gaussian-log": GAUSSIAN_LOG,
    "hessian-opnorm-exact-law": EXACT_LAW,
    "saddle-escape-time-law": ESCAPE,
    "jacobian-prediction-dynamics": DYNAMICS,
    "kernel-pd-nonparallel": POSITIVE,
}
AWAITED = {
    "jacobian-prediction-dynamics": "chapter prediction_dynamics: a step of descent, observed",
    "kernel-pd-nonparallel": "chapter two_layer: certificates of positive definiteness, and null vectors",
}
STATED = [claim for facts in ROWS.values() for claim in facts]
SLIPS = [claim.slip for claim in STATED if claim.slip is not None]
ALL = [*STATED, *SLIPS]


def decided(claim):
    """Whether a derivation proves a claim, or an experiment stands ready to refute it."""
    if claim.because is not None and derivation.proves(derivation.links(claim, points=4)):
        return True
    from numerics import experiment

    chapter = next(name for name in catalogue.CHAPTERS if claim in catalogue.of_chapter(name))
    if find_spec(f"numerics.experiments.{chapter}"):
        import_module(f"numerics.experiments.{chapter}")
    return experiment.attached(claim) is not None


def test_the_gradient_identity_is_proved():
    assert derivation.proves(derivation.links(catalogue.find("ntk2-gradient-identity")))


@pytest.mark.parametrize("fact", ["", ".hidden", ".output"])
def test_the_gradient_identity_and_its_two_blocks_print(fact):
    claim = catalogue.find(f"ntk2-gradient-identity{fact}")
    assert "σ" in writing.sentence(claim)
    assert printing.latex(claim.states.left).count(r"\frac{\partial}") >= 2


@pytest.mark.parametrize("claim", ALL, ids=lambda claim: claim.name)
def test_an_awkward_fact_prints_in_every_form(claim):
    texts = [
        str(claim.states),
        claim.states.latex(printing.latex),
        writing.sentence(claim),
        writing.statement(claim),
        writing.hypotheses(claim),
    ]
    for text in texts:
        assert not any(
            name in text for name in ("Tuple", "Str(", "Entrywise", "IndexedBase", "Lambda", "Dummy")
        )
    assert texts[1].count("{") == texts[1].count("}")
    assert texts[1].count(r"\left") == texts[1].count(r"\right")
    assert not any(
        code in text for text in texts[2:] for code in ("**", "Matrix(", "EulerGamma", "nonparallel")
    )


@pytest.mark.parametrize("claim", ALL, ids=lambda claim: claim.name)
def test_every_parameter_of_an_awkward_fact_is_told_in_its_hypotheses(claim):
    told = writing.hypotheses(claim)
    assert all(writing.letter(symbol, display.plain) in told for symbol in claim.given)


def test_names_and_digests_tell_all_facts_apart():
    assert len({claim.name for claim in ALL}) == len({claim.digest for claim in ALL}) == len(ALL)


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(
            row,
            marks=pytest.mark.xfail(
                strict=True, raises=(LookupError, AssertionError), reason=f"awaits {AWAITED[row]}"
            )
            if row in AWAITED
            else (),
        )
        for row in ROWS
    ],
)
def test_every_fact_of_the_row_is_decided_by_its_chapter(row):
    for stated in ROWS[row]:
        claim = catalogue.find(stated.name)
        assert type(claim.states) is type(stated.states)
        assert getattr(claim.states, "sign", "") == getattr(stated.states, "sign", "")
        assert (claim.slip is None) == (stated.slip is None)
        assert decided(claim)
