"""A claim rejects at once what cannot be meant, and says what to write instead."""

import os
import subprocess
import sys
from pathlib import Path

import mpmath
import pytest
from sympy import (
    Complexes,
    EmptySet,
    Eq,
    FiniteSet,
    Function,
    ImageSet,
    IndexedBase,
    Integral,
    Interval,
    Lambda,
    MatrixSymbol,
    Product,
    Range,
    Rational,
    Reals,
    S,
    Subs,
    Sum,
    Symbol,
    Tuple,
    cos,
    oo,
    pi,
    sin,
    sqrt,
    symbols,
)
from sympy.abc import lamda

from theory import (
    Claim,
    Mean,
    Source,
    Variance,
    above,
    at_most,
    equal,
    gaussian,
    holds,
    limit,
    observed,
    scaling,
)
from theory import norm as length
from theory.activation import ERF, RELU, Unknown
from theory.claim import canonical, free, label
from theory.domain import activations, data_sets, matrices, unit_vectors, vectors

ROOT = Path(__file__).resolve().parents[1]
x, y, a, rho = symbols("x y a rho", real=True)
m, n, d = symbols("m n d", integer=True, positive=True)
i, j, k = symbols("i j k", integer=True)
X, W = IndexedBase("X"), IndexedBase("W")
sigma = Unknown("sigma")
u, v = gaussian.pair(rho)
z = gaussian.single()
UNIT = Interval(-1, 1)
AREA = equal(Integral(a * x, (x, 0, 1)), a / 2)


def claim(given=None, states=AREA, name="here", **fields):
    return Claim(name, "A claim.", given={a: UNIT} if given is None else given, states=states, **fields)


def positive(**assumptions):
    """A symbol ``p`` of some assumptions, and a statement about it."""
    p = Symbol("p", **assumptions)
    return p, equal(Integral(p * x, (x, 0, 1)), p / 2)


def assumed(domain, **assumptions):
    p, states = positive(**assumptions)
    return {"given": {p: domain}, "states": states}


def named(name, domain=UNIT):
    p = Symbol(name)
    return {"given": {p: domain}, "states": equal(Integral(p * x, (x, 0, 1)), p / 2)}


twin = Symbol("a", positive=True)

REJECTED = {
    "capital name": ({"name": "Here"}, "'Here': a claim's name is kebab-case, such as abs-kernel"),
    "name with a space": ({"name": "here there"}, "a claim's name is kebab-case"),
    "name with two dashes": ({"name": "here--there"}, "a claim's name is kebab-case"),
    "name that is none": ({"name": None}, "None: a claim's name is kebab-case"),
    "uses itself": ({"uses": ("here",)}, "a claim cannot use itself"),
    "free symbol": ({"given": {}}, r"a: no domain; add it to given, as in given=\{a: Interval\(-1, 1\)\}"),
    "free array": ({"states": equal(Sum(X[i], (i, 1, 3)), a)}, "X: no domain"),
    "free size": (
        {"given": {X: vectors(d)}, "states": equal(Sum(X[i], (i, 1, 2)), X[1] + X[2])},
        "the domain of X uses d",
    ),
    "size listed too late": (
        {"given": {X: vectors(d), d: Range(1, oo)}, "states": equal(Sum(X[i], (i, 1, d)), d)},
        "the domain of X uses d; list them before X in given",
    ),
    "free symbol of a hypothesis": ({"where": {"small": a < y}}, "y: no domain"),
    "free parameter of a law": ({"states": equal(Mean(u * v), a)}, "rho: no domain"),
    "unknown function": (
        {"states": equal(Integral(Function("f")(x) * a, (x, 0, 1)), a)},
        r"f\(x\): an unknown function",
    ),
    "random without a node": (
        {"states": equal(a * z, a)},
        "z: random, but under no Mean, Variance or Probability",
    ),
    "random in the domain": (
        {"given": {z: UNIT}, "states": equal(z, 1)},
        "z is random or observed and has a law already",
    ),
    "observed in the domain": (
        {"given": {observed("gap"): UNIT}, "states": equal(observed("gap"), 1)},
        "gap is random or observed",
    ),
    "key that is no symbol": ({"given": {a: UNIT, a + 1: UNIT}}, r"given\[a \+ 1\]: a key is a symbol"),
    "parameter key": (named("key"), "a parameter cannot be called 'key'"),
    "parameter draws": (named("draws"), "a parameter cannot be called 'draws'"),
    "parameter lambda": (
        named("lambda"),
        r"cannot be called 'lambda'; rename the symbol \(lamda, for instance\)",
    ),
    "parameter with a space": (named("two words"), "cannot be called 'two words'"),
    "one name twice": ({"given": {a: UNIT, twin: Interval(1, 2)}}, "two symbols of given are called a"),
    "Python's range": ({"given": {n: range(3)}, "states": equal(n * a, a)}, r"write sympy.Range\(0, 3\)"),
    "a list": (
        {"given": {a: [1, 2]}},
        r"given\[a\] is \[1, 2\]; write a SymPy set such as Interval\(-1, 1\)",
    ),
    "empty": ({"given": {a: EmptySet}}, r"given\[a\] is empty; a claim over no points says nothing"),
    "empty interval": ({"given": {a: Interval(1, 0)}}, "is empty"),
    "empty range": (assumed(Range(3, 3), integer=True), "is empty"),
    "two intervals": (
        {"given": {a: Interval(-1, 0) + Interval(1, 2)}},
        r"given\[a\] is Union.*, which no box covers and no strategy draws from; write an Interval, a finite set",
    ),
    "the rationals": ({"given": {a: S.Rationals}}, "no strategy draws from"),
    "an image": ({"given": {a: ImageSet(Lambda(x, x**2), S.Reals)}}, "no strategy draws from"),
    "whole numbers without a first": (assumed(Range(-oo, 0), integer=True), "a Range with a first element"),
    "no integer": ({"given": {a: Range(3)}}, r"a lives in Range\(0, 3, 1\) but is not an integer"),
    "positive": (assumed(UNIT, positive=True), "p is assumed positive, but its domain .* goes down to -1"),
    "positive at zero": (
        assumed(Interval(0, 1), positive=True),
        "is assumed positive, but its domain .* goes down to 0",
    ),
    "nonnegative": (assumed(UNIT, nonnegative=True), "assumed nonnegative, but its domain .* starts at -1"),
    "negative": (assumed(UNIT, negative=True), "assumed negative, but its domain .* goes up to 1"),
    "negative at zero": (
        assumed(Interval(-1, 0), negative=True),
        "assumed negative, but its domain .* goes up to 0",
    ),
    "nonpositive": (assumed(UNIT, nonpositive=True), "assumed nonpositive, but its domain .* ends at 1"),
    "nonzero": (assumed(UNIT, nonzero=True, real=True), "assumed nonzero, but its domain .* holds 0"),
    "integer": (
        assumed(UNIT, integer=True),
        "assumed to be an integer, but its domain .* holds others; write a Range",
    ),
    "even": (assumed(Range(0, 9), even=True), "assumed even, which no domain here can say"),
    "odd": (assumed(Range(1, 9), odd=True), "assumed odd"),
    "prime": (assumed(Range(2, 9), prime=True), "assumed prime"),
    "irrational": (assumed(Interval.open(0, 1), irrational=True), "assumed irrational"),
    "no integer assumed": (
        assumed(Interval.open(0, 1), integer=False, real=True),
        "assumed noninteger|not to be an integer",
    ),
    "correlation beyond one": (
        {"given": {rho: Interval(-2, 2)}, "states": equal(Mean(u * v), rho)},
        r"u, v: the correlation rho lives in Interval\(-2, 2\), not in Interval\(-1, 1\)",
    ),
    "a correlation of two": (
        {"given": {}, "states": equal(Mean(gaussian.pair(2)[0]), 0)},
        r"u, v: the correlation 2 lives in \{2\}",
    ),
    "negative scale": (
        {"given": {rho: UNIT}, "states": equal(Mean(gaussian.single("w", rho) ** 2), rho**2)},
        "w: the standard deviation rho lives in",
    ),
    "no dimension": (
        {"given": {n: Range(1, oo), rho: UNIT}, "states": equal(Mean(gaussian.sphere_pair(rho, 0)[0]), 0)},
        "p, q: the dimension 0 lives in",
    ),
    "witness without a slip": (
        {"refuted_at": {a: 1}},
        "refuted_at is the witness against a slip; give the slip as well",
    ),
}


@pytest.mark.parametrize(("fields", "match"), REJECTED.values(), ids=REJECTED)
def test_a_claim_that_cannot_be_meant_is_rejected(fields, match):
    with pytest.raises(ValueError, match=match):
        claim(**fields)


@pytest.mark.parametrize(
    ("states", "match"),
    [
        (a == 2, "states is False, which is no statement"),
        (Eq(a, 2), "write equal"),
        (a > 0, "since == and Eq are decided by SymPy"),
        (Mean(z), "which is no statement"),
    ],
    ids=["==", "Eq", "a comparison", "an expression"],
)
def test_a_statement_is_made_by_a_constructor(states, match):
    with pytest.raises(TypeError, match=match):
        claim(states=states)


def test_a_side_that_python_has_decided_is_rejected():
    with pytest.raises(TypeError, match="a side is False, a truth value"):
        equal(a == 2, 1)


def test_two_equal_sides_say_nothing():
    with pytest.raises(ValueError, match="both sides are a"):
        equal(a, a)


def test_an_error_names_the_claim_and_the_line_that_wrote_it():
    with pytest.raises(ValueError, match=rf"here \({__file__}:\d+\): a: no domain"):
        claim(given={})


def test_a_domain_that_is_no_set_of_reals_is_rejected():
    with pytest.raises((ValueError, TypeError, NotImplementedError)):
        claim(given={a: Complexes})


@pytest.mark.parametrize(
    "name",
    [
        "abs-kernel",
        "abs-kernel.rate",
        "ntk2-gradient-identity",
        "depth-L-saddle-order-L",
        "row.order-2",
        "a1.b2-C",
    ],
)
def test_a_name_is_kebab_case_with_capitals_for_symbols(name):
    assert claim(name=name).name == name


@pytest.mark.parametrize(
    ("domain", "assumptions"),
    [
        (Interval.open(0, oo), {"positive": True}),
        (Interval(0, 1), {"nonnegative": True}),
        (Interval.open(-1, 0), {"negative": True}),
        (Range(1, oo), {"integer": True, "positive": True}),
        (Range(0, oo), {"integer": True, "nonnegative": True}),
        (Range(0, oo, 2), {"integer": True}),
        (FiniteSet(1, 2), {"integer": True}),
        (FiniteSet(Rational(1, 2)), {"positive": True}),
        (Reals, {"real": True}),
        (UNIT, {}),
    ],
)
def test_a_domain_within_the_assumptions_is_taken(domain, assumptions):
    assert claim(**assumed(domain, **assumptions)).symbols.keys() == {"p"}


def test_domains_may_use_earlier_symbols():
    states = equal(Sum(X[i, j] * W[j], (i, 1, n), (j, 1, d)), a)
    given = {a: UNIT, n: Range(1, oo), d: Range(1, n + 1), X: data_sets(n, d), W: vectors(d)}
    assert list(claim(given, states).symbols) == ["a", "n", "d", "X", "W"]


def test_an_activation_is_a_parameter_like_any_other():
    fact = claim({sigma: activations(RELU, ERF)}, at_most(Mean(sigma(z)), Mean(sigma(z) ** 2 + 1)))
    assert fact.symbols == {"sigma": sigma}
    with pytest.raises(ValueError, match="sigma: no domain"):
        claim({}, fact.states)


def test_a_random_side_of_a_limit_needs_no_node():
    mean = Sum(gaussian.array("w", m)[i], (i, 1, m)) / m
    assert claim({m: Range(1, oo)}, limit(mean, 0, by=m, rate=-Rational(1, 2))).nodes == ()
    assert claim({m: Range(1, oo)}, scaling(mean, -Rational(1, 2), by=m, bound="upper")).nodes == ()


def test_the_parameter_of_a_limit_needs_a_domain():
    with pytest.raises(ValueError, match="m: no domain"):
        claim({}, limit(1 / (m + 1), 0, by=m, rate=-1))


def test_a_claim_does_not_change():
    fact = claim(where={"positive": a > 0})
    with pytest.raises(AttributeError):
        fact.name = "there"
    with pytest.raises(TypeError):
        fact.given[y] = UNIT
    with pytest.raises(TypeError):
        fact.where["negative"] = a < 0


def test_a_slip_is_a_claim_of_its_own():
    slip = claim(name="here.slip", states=equal(AREA.left, a))
    assert claim(slip=slip, refuted_at={a: 1}).slip is slip


def test_only_the_outermost_nodes_of_the_left_side_count():
    fact = claim({rho: UNIT}, equal(Mean(u * v) / Variance(u) + Mean(u * v), 2 * rho))
    assert set(fact.nodes) == {Mean(u * v), Variance(u)}


def test_a_source_reads_as_a_citation():
    assert str(Source("003", 876, "ugly")) == '003:876 "ugly"'
    assert str(Source("003")) == "003"


# What an expression leaves free

bounded = Sum(X[i] * a, (i, 1, n))
FREE = {
    "sum": (bounded, {X, a, n}),
    "product": (Product(1 + X[k], (k, 1, 3)), {X}),
    "integral": (Integral(a * x, (x, 0, y)), {a, y}),
    "an end of the same name": (Integral(x, (x, 0, x)), {x}),
    "an end bound further out": (Sum(X[i], (i, 1, j), (j, 1, n)), {X, n}),
    "an end free further in": (Sum(X[i], (j, 1, n), (i, 1, j)), {X, n, j}),
    "index without a sum": (X[i], {X, i}),
    "indices of a matrix": (Sum(X[i, j], (i, 1, n)), {X, j, n}),
    "lambda": (Tuple(Lambda(x, a * x), y), {a, y}),
    "substitution": (Subs(sin(a * x), x, y), {a, y}),
    "node": (Mean(u * v * a), {a, rho}),
    "node over an array": (Mean(gaussian.array("w", d)[i] * X[i]), {d, X, i}),
    "sum under a node": (Mean(Sum(gaussian.array("w", d)[i] * X[i], (i, 1, d))), {d, X}),
    "activation": (Mean(sigma(z) * a), {sigma, a}),
    "observed": (observed("gap") * a, {a}),
    "observed array": (length(observed("g", n, 1)), {n}),
    "matrix": (MatrixSymbol("M", 2, 2)[0, 1], {MatrixSymbol("M", 2, 2)}),
    "random": (z * a, {z, a}),
}


@pytest.mark.parametrize(("expression", "loose"), FREE.values(), ids=FREE)
def test_bound_names_do_not_leak(expression, loose):
    assert free(expression) == loose


def test_an_array_is_known_by_its_label():
    assert [label(symbol) for symbol in (X, a, sigma)] == ["X", "a", "sigma"]


# The fingerprint

BASE = {"given": {a: UNIT, d: Range(1, oo)}, "states": equal(Integral(a * x, (x, 0, 1)) * d, d * a / 2)}
OTHERS = {
    "closed form": {"states": equal(Integral(a * x, (x, 0, 1)) * d, d * a / 3)},
    "definition": {"states": equal(Integral(a * x, (x, 0, 2)) * d, d * a / 2)},
    "sign": {"states": at_most(Integral(a * x, (x, 0, 1)) * d, d * a / 2)},
    "strictness": {"states": above(Integral(a * x, (x, 0, 1)) * d, d * a / 2)},
    "domain": {"given": {a: Interval.open(-1, 1), d: Range(1, oo)}},
    "order of the parameters": {"given": {d: Range(1, oo), a: UNIT}},
    "hypothesis": {"where": {"positive": a > 0}},
    "name of a hypothesis": {"where": {"large": a > 0}},
}


def test_the_digest_tells_statements_domains_and_hypotheses_apart():
    digests = {name: claim(**{**BASE, **fields}).digest for name, fields in OTHERS.items()}
    assert len({claim(**BASE).digest, *digests.values()}) == len(OTHERS) + 1


@pytest.mark.parametrize(
    "fields",
    [{"name": "there"}, {"uses": ("other",)}, {"because": lambda: ()}, {"source": Source("003")}],
    ids=str,
)
def test_the_digest_is_that_of_the_statement_alone(fields):
    assert claim(**BASE, **fields).digest == claim(**BASE).digest


def test_the_law_of_a_variate_is_in_the_digest():
    one, other = (claim({}, equal(Mean(gaussian.single("z", scale) ** 2), 5)) for scale in (1, 2))
    assert one.digest != other.digest
    assert canonical(one.states.left) != canonical(other.states.left)


def test_the_order_of_terms_is_not_in_the_digest():
    assert canonical(a * x + cos(y)) == canonical(cos(y) + x * a)
    assert canonical(a - x) != canonical(x - a)


PRINT = """
from theory import catalogue
print(*(f"{claim.name} {claim.digest}" for claim in catalogue.claims()), sep="\\n")
"""


def test_the_digest_is_the_same_in_every_process():
    runs = [
        subprocess.run(
            [sys.executable, "-c", PRINT],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]
    assert len(runs[0].splitlines()) > 40


# The right side as a tool

theta = symbols("theta", nonnegative=True)
opening = claim({theta: Interval(0, pi)}, equal(Mean(cos(theta) + z), (pi - theta) / (2 * pi)))


def test_a_claim_evaluates_its_right_side():
    assert float(opening.evaluate(theta=pi / 2)) == 0.25
    with mpmath.workdps(30):
        assert str(opening.evaluate(theta=1, digits=30)) == str((mpmath.pi - 1) / (2 * mpmath.pi))
    root = claim({a: Interval(0, 1), X: vectors(2)}, equal(Sum(X[i], (i, 1, 2)) + a, sqrt(a) + X[1]))
    assert float(root.evaluate(a=Rational(1, 4), X=[3, 4])) == 3.5


@pytest.mark.parametrize(
    ("point", "match"),
    [
        ({}, "evaluate needs a value for theta"),
        ({"theta": 1, "phi": 2}, "no parameter phi; it has theta"),
        ({"theta": 4}, "is outside the domain"),
        ({"theta": -1}, "is outside the domain"),
    ],
    ids=["missing", "unknown", "above", "below"],
)
def test_a_claim_evaluates_at_points_of_its_domain_alone(point, match):
    with pytest.raises(ValueError, match=match):
        opening.evaluate(**point)


def test_a_claim_evaluates_only_where_its_hypotheses_hold():
    halved = claim(where={"positive": a > 0})
    assert float(halved.evaluate(a=1)) == 0.5
    with pytest.raises(ValueError, match="breaks a joint hypothesis"):
        halved.evaluate(a=-1)


def test_symbols_that_python_cannot_name_have_a_spelling_that_it_can():
    assert claim({lamda: UNIT}, equal(Integral(lamda * x, (x, 0, 1)), lamda / 2)).symbols.keys() == {"lamda"}
    assert claim({X: matrices(2, 2)}, holds(X[1, 1] > 0)).symbols.keys() == {"X"}
    assert claim({X: unit_vectors(3)}, equal(Sum(X[i] ** 2, (i, 1, 3)), 1)).given[X].unit
