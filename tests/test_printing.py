"""Formulas as a person writes them: on one line, displayed in a terminal, in LaTeX, in sentences."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sympy import (
    Add,
    Derivative,
    Identity,
    IndexedBase,
    Integral,
    Interval,
    MatrixSymbol,
    Max,
    Mul,
    Range,
    Rational,
    S,
    Sum,
    acos,
    asin,
    cos,
    erf,
    exp,
    factorial,
    factorial2,
    hermite_prob,
    oo,
    pi,
    sin,
    sqrt,
    symbols,
)

from theory import (
    Claim,
    Mean,
    Variance,
    display,
    domain,
    equal,
    gaussian,
    limit,
    norm,
    notation,
    printing,
    scaling,
    step,
    writing,
)
from theory.activation import ERF, RELU, Unknown
from theory.plain import plain

theta = symbols("theta", nonnegative=True)
rho, r, t, lamda = symbols("rho r t lamda", real=True)
m, n, d = symbols("m n d", integer=True, positive=True)
j, k = symbols("j k", integer=True)
u, v = gaussian.pair(cos(theta))
a = gaussian.signs("a", m)
W = gaussian.array("W", m, d)
x = IndexedBase("x")
sigma = Unknown("sigma")
H = MatrixSymbol("H", d, d)

KERNEL = ((pi - theta) * cos(theta) + sin(theta)) / (2 * pi)
WEDGE = Integral(cos(t) * cos(t - theta), (t, theta - pi / 2, pi / 2))
RADIUS = Integral(r**3 * exp(-(r**2) / 2), (r, 0, oo))

LINES = [
    (KERNEL, "((π − θ) cos θ + sin θ) / (2π)"),
    (Mean(u * v * step(u) * step(v)), "E[u₊ v₊]"),
    (Mean(u**2 * v**2 * step(u) * step(v)), "E[u₊² v₊²]"),
    (Variance(u * step(u)), "Var[u₊]"),
    (Max(u, 0) * Max(v, 0), "u₊ v₊"),
    (step(u) * step(-v), "1{u > 0, v < 0}"),
    (RADIUS * WEDGE / (2 * pi), "1/(2π) ∫₀^∞ r³ exp(−r²/2) dr ∫_{θ − π/2}^{π/2} cos t cos(t − θ) dt"),
    (2 / pi * (sqrt(1 - rho**2) + rho * asin(rho)), "2 (ρ arcsin ρ + √(1 − ρ²)) / π"),
    (Rational(1, 4) + asin(rho) / (2 * pi), "1/4 + arcsin(ρ) / (2π)"),
    (cos(theta) * Mean(u), "cos(θ) E[u]"),
    (1 - rho / 2, "1 − ρ/2"),
    (sin(theta) ** 3 * cos(theta) ** n, "sin³ θ cosⁿ θ"),
    ((1 - rho**2) ** Rational(3, 2), "(1 − ρ²)^(3/2)"),
    (rho**-k / factorial(k), "1 / (ρᵏ k!)"),
    (factorial2(2 * n - 1) / 2, "(2n − 1)!! / 2"),
    (hermite_prob(k, u), "Heₖ(u)"),
    (Sum(a[j] * sigma(W[j, k] * x[k]), (j, 1, m)) / sqrt(m), "1/√m Σ_{j=1}^m aⱼ σ(Wⱼₖ xₖ)"),
    (sigma.derivative(1)(u), "σ′(u)"),
    (Derivative((pi - theta) / sin(theta), theta), "d/dθ ((π − θ) / sin(θ))"),
    (norm(H) ** 2 * erf(u), "‖H‖² erf(u)"),
    (Identity(d) - lamda * H * H.T, "I − λ H Hᵀ"),
]

LATEX = [
    (KERNEL, r"\frac{\left(\pi - \theta\right) \cos \theta + \sin \theta}{2 \pi}"),
    (acos(rho), r"\arccos \rho"),
    (Mean(u**2 * v * step(u) * step(v)), r"\mathbb{E}\left[{u}_+^{2} {v}_+\right]"),
    (Variance(u), r"\operatorname{Var}\left[u\right]"),
    (step(u) * step(-v), r"\mathbf{1}\{u > 0,\ v < 0\}"),
    (RADIUS / (2 * pi), r"\frac{1}{2 \pi} \int_{0}^{\infty} r^{3} e^{- \frac{r^{2}}{2}}\, dr"),
    (cos(theta) * Mean(u), r"\cos \theta \, \mathbb{E}\left[u\right]"),
    (Identity(d) - lamda * H, r"I - \lambda H"),
    (sigma.derivative(1)(u), r"\sigma'\left(u\right)"),
    (S(2) ** 3 * Integral(r, (r, 0, 1), (t, 0, 1)), r"8 \int_{0}^{1}\int_{0}^{1} r\, dr\, dt"),
]

CHAIN = """\
1  ∞                    π/2
── ∫ r³ exp(−r²/2) dr    ∫    cos t cos(t − θ) dt
2π 0                  θ − π/2"""

EQUATION = """\
             (π − θ) cos θ + sin θ
E[u₊ v₊]  =  ─────────────────────
                      2π"""


@pytest.mark.parametrize(("expr", "line"), LINES, ids=[line for _, line in LINES])
def test_a_formula_on_one_line_reads_as_a_person_writes_it(expr, line):
    assert plain(expr) == line


@pytest.mark.parametrize(("expr", "text"), LATEX, ids=[text for _, text in LATEX])
def test_latex_is_that_of_a_paper(expr, text):
    assert printing.latex(expr) == text


def test_a_display_sets_fractions_and_integrals_in_two_dimensions():
    assert display.pretty(RADIUS * WEDGE / (2 * pi)) == CHAIN
    assert display.equation(Mean(u * v * step(u) * step(v)), "=", KERNEL) == EQUATION


def test_a_power_that_may_be_one_where_the_gate_is_shut_keeps_its_indicator():
    free = symbols("n", integer=True, nonnegative=True)
    assert plain(u**free * step(u)) == "uⁿ 1{u > 0}"  # at n = 0 this is the gate, and u₊ to the 0 is 1
    assert plain(u**n * step(u)) == "u₊ⁿ"


atoms = st.sampled_from([theta, rho, r, u, v, pi, S(2), S(3), Rational(-1, 2), sqrt(2)])
expressions = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.builds(lambda *args: Add(*args), inner, inner, inner),
        st.builds(lambda *args: Mul(*args), inner, inner, inner),
        st.builds(lambda z, p: z**p, inner, st.sampled_from([-2, -1, 2, 3, Rational(1, 2)])),
        st.builds(lambda f, z: f(z), st.sampled_from([sin, cos, exp, asin, step]), inner),
    ),
    max_leaves=12,
).filter(lambda e: not e.has(S.ComplexInfinity, S.NaN, S.ImaginaryUnit))
RULES = settings(deadline=None, max_examples=60)


def undone(factor):
    """What a gathered factor stands for."""
    factor = factor.replace(notation.Positive, lambda z: z * step(z))
    return factor.replace(notation.Indicator, lambda *zs: Mul(*(step(z) for z in zs)))


@RULES
@given(expressions)
def test_reading_a_product_never_changes_its_value(expr):
    negative, over, under = notation.quotient(expr)
    value = (-1) ** negative * Mul(*map(undone, over)) / Mul(*map(undone, under))
    at = {
        theta: Rational(1, 3),
        rho: Rational(2, 5),
        r: Rational(7, 4),
        u: Rational(3, 7),
        v: Rational(-5, 9),
    }
    expected, got = (side.subs(at).evalf(30) for side in (expr, value))
    assume(not expected.has(step))  # the gate of an arcsine beyond one has no value
    assert not expected.is_finite or abs(expected - got) <= 10**-25 * (1 + abs(expected))


@RULES
@given(expressions)
def test_no_operator_of_a_programming_language_reaches_the_reader(expr):
    for text in (plain(expr), printing.latex(expr), display.pretty(expr)):
        assert not {"*", "asin"} & {*text, *text.split()}
        assert "-" not in plain(expr)  # a minus sign is a minus sign


@RULES
@given(expressions, st.integers(24, 100))
def test_a_display_never_breaks_out_of_its_columns(expr, width):
    words = plain(expr).split()
    room = max(width, 4 + max(map(len, words)))
    assert max(map(len, display.pretty(expr, room).split("\n"))) <= room


@RULES
@given(expressions)
def test_brackets_and_braces_balance(expr):
    line, latex = plain(expr), printing.latex(expr)
    assert all(line.count(a) == line.count(b) for a, b in ("()", "[]", "{}", "⁽⁾"))
    assert latex.count("{") == latex.count("}")
    assert latex.count(r"\left") == latex.count(r"\right")


def claim(**fields):
    rest = {"given": {theta: Interval(0, pi)}, "states": equal(Mean(u * v), cos(theta))}
    return Claim("a-claim", "A sentence.", **(rest | fields))


def test_hypotheses_are_a_sentence():
    eta = symbols("eta", positive=True)
    z = gaussian.single("z")
    stable = claim(
        given={eta: Interval.open(0, oo), m: Range(1, oo), n: Range(2, 5), rho: Interval(-1, 1)},
        where={"stable": eta * n < 2},
        states=limit(Mean(z**2) / m, rho, by=m, rate=-1),
    )
    assert writing.hypotheses(claim()) == (
        "For θ ∈ [0, π], with u and v standard Gaussians of correlation cos θ:"
    )
    assert writing.hypotheses(stable) == (
        "For η > 0, every integer m ≥ 1, every integer n from 2 to 4 and ρ ∈ [−1, 1], "
        "with z a standard Gaussian, such that η n < 2 (stable):"
    )


def test_hypotheses_name_arrays_and_activations():
    X = MatrixSymbol("X", n, d)
    given_ = {
        n: Range(1, oo),
        d: Range(1, oo),
        X: domain.data_sets(n, d),
        sigma: domain.activations(RELU, ERF),
    }
    states = scaling(domain.observed("h"), Rational(-1, 2), by=n)
    one = claim(given=given_, where={"apart": domain.nonparallel(X)}, states=states)
    assert writing.hypotheses(one).endswith(
        "every data set X of n inputs of dimension d and every activation σ among relu and erf, "
        "such that no two rows of X are parallel and none is zero (apart):"
    )


def test_every_law_has_words():
    from theory import law

    written = set(writing.PHRASES)
    laws = {kind.__name__ for kind in law.Law.__subclasses__()}
    assert written == laws


@pytest.mark.parametrize(
    ("states", "line"),
    [
        (equal(Mean(u * v), cos(theta)), "E[u v] = cos θ"),
        (limit(Mean(u**2) * m, theta, by=m, rate=-1), "m E[u²] → θ  as m → ∞, its bias of order 1/m"),
        (scaling(domain.observed("h"), Rational(-1, 2), by=m), "h ≍ 1/√m  as m → ∞"),
        (scaling(domain.observed("h"), 1, by=m, log=1, constant=2), "h ~ 2m log m  as m → ∞"),
        (scaling(domain.observed("h"), 1, by=m, bound="upper"), "h ≲ m  as m → ∞"),
    ],
)
def test_each_kind_of_statement_has_a_sentence(states, line):
    given_ = {theta: Interval(0, pi), m: Range(1, oo)}
    assert writing.sentence(claim(given=given_, states=states)) == line


def test_pairs_of_one_name_and_two_correlations_are_told_apart():
    c = symbols("c", real=True)
    pairs = map(gaussian.pair, (rho, S.Zero, c))
    tilted, upright, running = (Mean(step(p) * step(q)) for p, q in pairs)
    assert plain(tilted + 1) == "1 + E[1{u > 0, v > 0}]"
    assert plain(tilted - upright) in {
        "E_ρ[1{u > 0, v > 0}] − E₀[1{u > 0, v > 0}]",
        "−E₀[1{u > 0, v > 0}] + E_ρ[1{u > 0, v > 0}]",
    }
    assert "E_c[" in plain(Integral(running, (c, 0, rho)))
    assert r"\mathbb{E}_{c}" in printing.latex(Integral(running, (c, 0, rho)))
    assert "E_c[" in display.pretty(Integral(running, (c, 0, rho)))


def test_a_mean_of_one_variate_does_not_depend_on_a_correlation():
    (p, _), (_, q) = gaussian.pair(rho), gaussian.pair(S.Zero)
    assert plain(Mean(p**2) * Mean(q**2)) == "E[u²] E[v²]"


def test_a_function_of_a_sum_needs_no_brackets_but_its_own():
    sigma, total = Unknown("sigma"), Sum(a[j], (j, 1, m))
    assert r"\left(\sigma" not in printing.latex(sigma(total) * sigma(2 * total))
    assert printing.latex(total * sigma(m)).startswith(r"\sigma")


def test_a_sum_over_all_entries_of_two_rows_is_an_inner_product():
    inner = IndexedBase("x", shape=(d,))
    short, bare = IndexedBase("y", shape=(m,)), IndexedBase("w")
    j, k = symbols("j k", integer=True)
    whole = Sum(W[j, k] * inner[k], (k, 1, d))
    assert plain(whole) == "Wⱼ·x"
    assert plain(whole**2 * pi) == "π (Wⱼ·x)²"
    assert plain(step(whole)) == "1{Wⱼ·x > 0}"
    assert printing.latex(whole) == r"{W}_{j} \cdot x"
    assert r"\left({W}_{j} \cdot x\right)" in printing.latex(pi * whole)
    assert plain(Sum(inner[k] ** 2, (k, 1, d))) == "x·x"
    assert plain(sqrt(Sum(W[j, k] ** 2, (k, 1, d)))) == "‖Wⱼ‖"
    for other in (
        Sum(W[j, k] * short[k], (k, 1, d)),  # of another dimension
        Sum(W[j, k] * bare[k], (k, 1, d)),  # of none
        Sum(W[j, k] * inner[k], (k, 1, d - 1)),
        Sum(W[j, k] * inner[k] * inner[k], (k, 1, d)),
        Sum(W[k, k] * inner[k], (k, 1, d)),
        Sum(2 * W[j, k] * inner[k], (k, 1, d)),
    ):
        assert "·" not in plain(other)
        assert "Σ" in plain(other)
