"""What each constructor of a statement keeps, prints and refuses."""

import pytest
from sympy import (
    Abs,
    Eq,
    Identity,
    ImmutableDenseMatrix,
    IndexedBase,
    Interval,
    MatrixSymbol,
    Not,
    Range,
    Rational,
    S,
    Sum,
    Symbol,
    log,
    oo,
    sqrt,
    symbols,
    true,
)

from theory import (
    Claim,
    Mean,
    above,
    at_least,
    at_most,
    below,
    equal,
    gaussian,
    holds,
    limit,
    norm,
    observed,
    points,
    printing,
    scaling,
    writing,
)
from theory.activation import SQUARE, Unknown
from theory.domain import antipodes_independent, data_sets, entrywise, hessian, nonparallel, supremum
from theory.law import moment
from theory.plain import plain

x, t, tau = symbols("x t tau", positive=True)
m, n, d = symbols("m n d", integer=True, positive=True)
i, j = symbols("i j", integer=True)
z = gaussian.single("z")
FIGURE = observed("h")

RELATIONS = [
    (equal, "=", "="),
    (at_most, "<=", r"\le"),
    (at_least, ">=", r"\ge"),
    (below, "<", "<"),
    (above, ">", ">"),
]


@pytest.mark.parametrize(("relate", "sign", "typeset"), RELATIONS, ids=[sign for _, sign, _ in RELATIONS])
def test_a_relation_keeps_both_sides_as_they_were_written(relate, sign, typeset):
    states = relate(Mean(z**2), x)
    assert states.kind == "relation"
    assert states.sides == (Mean(z**2), x)
    assert str(states) == f"E[z**2] {sign} x"
    assert states.latex(printing.latex) == rf"\mathbb{{E}}\left[z^{{2}}\right] {typeset} x"


def test_a_relation_that_sympy_would_decide_is_kept():
    assert at_least(x, 0).sides == (x, 0)
    assert below(S.One, S.Zero).sides == (1, 0)  # false, and to be refuted rather than refused


def test_lists_become_matrices_and_matrix_expressions_stay():
    A = MatrixSymbol("A", n, n)
    states = equal([[x, 0], [0, x]], x * Identity(2))
    assert states.left == ImmutableDenseMatrix([[x, 0], [0, x]])
    assert equal(A * A.T, A).left == A * A.T


@pytest.mark.parametrize("relate", [relate for relate, _, _ in RELATIONS])
@pytest.mark.parametrize(
    ("sides", "error", "match"),
    [
        ((Eq(x, t), t), TypeError, r"a side is Eq\(x, t\), a truth value; pass the two sides themselves"),
        ((True, t), TypeError, "a side is True, a truth value"),
        ((x < t, true), TypeError, "and not a comparison between them"),
        ((x, x), ValueError, "both sides are x; put the definition on the left"),
        ((Range(3), x), TypeError, r"a side must be a SymPy expression, got Range Range\(0, 3, 1\)"),
    ],
)
def test_a_relation_refuses_what_says_nothing(relate, sides, error, match):
    with pytest.raises(error, match=f"{relate.__name__}: .*{match}"):
        relate(*sides)


def test_a_limit_says_where_to_how_fast_and_in_which_sense():
    states = limit(Mean(z**2) * m, x, by=m, rate=-1)
    assert (states.kind, states.sides, states.to) == ("limit", (m * Mean(z**2), x), oo)
    assert str(states) == "m*E[z**2] -> x as m -> oo, bias like m**(-1)"
    assert states.latex(printing.latex).endswith(r"\to x \quad (m \to \infty)")
    surely = limit(FIGURE, x, by=m, rate=Rational(-1, 2), almost_surely=True)
    assert str(surely) == "h -> x almost surely as m -> oo, bias like m**(-1/2)"
    assert surely.latex(printing.latex) == r"h \to x \quad (m \to \infty,\ \text{almost surely})"
    assert str(limit(FIGURE, 0, by=t, rate=2, to=0)) == "h -> 0 as t -> 0, bias like t**(2)"


def test_a_sense_of_convergence_is_part_of_what_is_asserted():
    given = {m: Range(1, oo)}
    for state in (
        lambda surely: limit(FIGURE, 1, by=m, rate=-1, almost_surely=surely),
        lambda surely: scaling(FIGURE, 1, by=m, constant=2, almost_surely=surely),
    ):
        weak, strong = (Claim("a-claim", "A sentence.", given, state(surely)) for surely in (False, True))
        assert weak.digest != strong.digest
        assert "  almost surely as m → ∞" in writing.sentence(strong)
        assert "surely" not in writing.sentence(weak)


SCALINGS = [
    ({}, "h of order sqrt(m)", r"h \asymp \sqrt{m}"),
    ({"constant": 3}, "h ~ 3*sqrt(m)", r"h \sim 3 \sqrt{m}"),
    ({"bound": "upper"}, "h O of sqrt(m)", r"h \lesssim \sqrt{m}"),
    ({"log": 1}, "h of order sqrt(m)*log(m)", r"h \asymp \sqrt{m} \log m"),
]


@pytest.mark.parametrize(("options", "line", "typeset"), SCALINGS, ids=[line for _, line, _ in SCALINGS])
def test_a_scaling_says_its_gauge_its_constant_and_its_half(options, line, typeset):
    states = scaling(FIGURE, Rational(1, 2), by=m, **options)
    assert states.kind == "scaling"
    assert str(states) == f"{line} as m -> oo"
    assert states.latex(printing.latex) == rf"{typeset} \quad (m \to \infty)"


def test_a_scaling_towards_zero_takes_the_logarithm_of_the_inverse():
    towards = scaling(FIGURE, 2, by=t, log=Rational(1, 2), constant=x, to=0)
    assert towards.gauge == t**2 * sqrt(log(1 / t))
    assert towards.sides == (FIGURE, x * towards.gauge)
    assert scaling(FIGURE, 2, by=t, log=1).gauge == t**2 * log(t)
    assert scaling(FIGURE, 0, by=t, bound="upper", to=0).gauge == 1


@pytest.mark.parametrize(
    ("wrong", "error", "match"),
    [
        (lambda: limit(FIGURE, 1, by=m, rate=1), ValueError, "rate=1, but .* negative as by grows"),
        (lambda: limit(FIGURE, 1, by=m, rate=0), ValueError, "rate=0, but a bias that vanishes"),
        (lambda: limit(FIGURE, 1, by=t, rate=-1, to=0), ValueError, "positive as by shrinks to 0"),
        (lambda: limit(FIGURE, 1, by=2, rate=-1), TypeError, "limit: by=2 must be a symbol of the claim"),
        (
            lambda: limit(FIGURE, 1, by=m, rate=-1, to=1),
            ValueError,
            "limit: to=1; a parameter tends to oo or to 0",
        ),
        (
            lambda: scaling(FIGURE, 1, by=m, bound="lower"),
            ValueError,
            "bound='lower'; write bound='exact' or",
        ),
        (lambda: scaling(FIGURE, 1, by=m + 1), TypeError, r"scaling: by=m \+ 1 must be a symbol"),
        (lambda: scaling(FIGURE, 1, by=m, to=-oo), ValueError, "scaling: to=-oo"),
        (lambda: scaling(x < t, 1, by=m), TypeError, "scaling: a side is x < t, a truth value"),
        (lambda: holds(Eq(1, 1)), TypeError, "holds: the condition is already True, decided before"),
        (lambda: holds(False), TypeError, "state a relation by equal, at_most, at_least, below or above"),
    ],
)
def test_a_statement_refuses_what_cannot_be_meant(wrong, error, match):
    with pytest.raises(error, match=match):
        wrong()


def test_a_condition_has_one_side_and_a_control():
    states = holds(Eq(m % 2, 0), control={m: 3})
    assert (states.kind, states.sides, states.control) == ("holds", (Eq(m % 2, 0),), {m: 3})
    assert str(states) == "Eq(Mod(m, 2), 0)"
    assert states.latex() == r"m \bmod 2 = 0"


# What a side may be made of


def test_a_supremum_binds_its_variable_and_prints():
    free = Symbol("z", real=True)
    sigma = Unknown("sigma")
    bound = supremum(Abs(x * sigma.derivative(2)(free)), (free, -oo, oo))
    assert bound.free_symbols == {x, sigma}
    assert bound.subs(free, 1) == bound
    assert (str(bound), plain(bound)) == ("sup[x*Abs(sigma''(z))]", "sup_z x |σ′′(z)|")
    assert printing.latex(bound**2).startswith(r"\left(\sup_{z} x")
    assert points.substitute(bound, {sigma: SQUARE, x: 3}) == supremum(6, (free, -oo, oo))


def test_a_matrix_given_by_its_entries_counts_them_from_one():
    X = IndexedBase("X")
    gram = entrywise(lambda i, j: Sum(X[i, d] * X[j, d], (d, 1, 2)), n, n)
    assert gram.shape == (n, n)
    values = ImmutableDenseMatrix([[1, 2], [3, 4]])
    assert points.substitute(gram, {n: S(2), X: values}) == values * values.T
    assert plain(entrywise(lambda i, j: i - j, n, m)) == "[i − j]_{i ≤ n, j ≤ m}"
    assert printing.latex(entrywise(lambda i, j: i - j, n, m)) == r"\left[i - j\right]_{i \le n, j \le m}"
    assert str(entrywise(lambda i, j: i - j, n, m)) == "[i - j]_{i <= n, j <= m}"


def test_a_hessian_in_arrays_has_the_second_derivatives_as_entries():
    a, w = IndexedBase("a", shape=(m,)), IndexedBase("w", shape=(m, d))
    network = Sum(a[j] * SQUARE(w[j, 1] * x + w[j, 2] * t), (j, 1, m))
    curvature = hessian(network, a, w)
    assert curvature.shape == (m + m * d, m + m * d)
    assert plain(hessian(a[1] ** 2, a, w)) == "∇²_{a, w} (a₁²)"
    weights = {a: ImmutableDenseMatrix([5]), w: ImmutableDenseMatrix([[3, -1]])}
    explicit = points.substitute(curvature, {m: S(1), d: S(2), **weights})
    cross, seen, bend = 2 * (3 * x - t), ImmutableDenseMatrix([x, t]), 2 * 5
    blocks = ImmutableDenseMatrix(
        [[0, *(cross * seen)], [cross * x, *(bend * x * seen)], [cross * t, *(bend * t * seen)]]
    )
    assert (explicit - blocks).expand() == ImmutableDenseMatrix.zeros(3, 3)


def test_a_hessian_asks_for_arrays_of_known_shape():
    with pytest.raises(
        ValueError, match="hessian: name the arrays to differentiate in, each made with its shape"
    ):
        hessian(x**2)
    with pytest.raises(ValueError, match="each made with its shape"):
        hessian(x**2, IndexedBase("a"))


def test_the_norm_of_an_array_is_a_number_at_a_point():
    v = IndexedBase("v")
    assert points.substitute(norm(v) ** 2 + 1, {v: ImmutableDenseMatrix([3, 4])}) == 26


def test_gaussian_arrays_have_a_standard_deviation():
    W = gaussian.array("W", m, d, scale=tau)
    law = W.label.law
    assert [moment(law, order) for order in (1, 2, 4)] == [0, tau**2, 3 * tau**4]
    assert Mean(W[1, 1] ** 2).free_symbols == {m, d, tau}
    given = {m: Range(1, oo), d: Range(1, oo), tau: Interval(1, 5)}
    claim = Claim("a-claim", "A sentence.", given, equal(Mean(W[1, 1] ** 2), tau**2))
    assert "W of independent centred Gaussian entries of standard deviation τ, m × d" in writing.hypotheses(
        claim
    )


ROWS = [
    ([[1, 0], [0, 1]], True, True),
    ([[1, 0], [-2, 0]], False, True),  # one antipodal pair
    ([[1, 0], [2, 0]], False, False),  # a positive multiple
    ([[1, 0], [-1, 0], [0, 1], [0, -2]], False, True),  # two pairs on independent lines
    ([[1], [-1], [2], [-2]], False, False),
    ([[1, 0], [-1, 0], [0, 1], [0, -1], [1, 1], [-1, -1]], False, False),  # three pairs in the plane
    ([[0, 0]], False, False),
    ([[1, 1], [0, 0]], False, False),
]


@pytest.mark.parametrize(("rows", "apart", "criterion"), ROWS, ids=[str(rows) for rows, _, _ in ROWS])
def test_joint_hypotheses_on_inputs_are_decided_exactly(rows, apart, criterion):
    X = IndexedBase("X")
    given = {n: Range(1, oo), d: Range(1, oo), X: data_sets(n, d)}
    point = {"n": S(len(rows)), "d": S(len(rows[0])), "X": ImmutableDenseMatrix(rows)}
    for condition, verdict in ((nonparallel(X), apart), (antipodes_independent(X), criterion)):
        claim, denied = (
            Claim("a-claim", "A sentence.", given, at_most(n, 9), where={"inputs": hypothesis})
            for hypothesis in (condition, Not(condition))
        )
        assert points.admits(claim, point) is verdict
        assert points.admits(denied, point) is not verdict


def test_a_denied_hypothesis_is_said_in_words():
    X = IndexedBase("X")
    given = {n: Range(1, oo), d: Range(1, oo), X: data_sets(n, d)}
    claim = Claim("a-claim", "A sentence.", given, at_most(n, 9), where={"close": Not(nonparallel(X))})
    assert "such that two rows of X are parallel or one is zero (close)" in writing.hypotheses(claim)


def test_a_sum_whose_body_binds_the_same_index_is_written_out_from_outside():
    inner = Sum(j * x, (j, 1, 3))
    assert points.substitute(Sum(j * inner, (j, 1, 2)), {x: S(5)}) == 3 * 6 * 5
    assert (
        points.substitute(
            Sum(IndexedBase("v")[j], (j, 1, n)), {n: S(2), IndexedBase("v"): ImmutableDenseMatrix([4, 5])}
        )
        == 9
    )
