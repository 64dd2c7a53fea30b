"""Algebra under integrals, means and sums: what is the same is seen, and nothing else is taken for it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import (
    Abs,
    Add,
    Derivative,
    Float,
    Function,
    Heaviside,
    I,
    ImmutableDenseMatrix,
    IndexedBase,
    Integral,
    KroneckerDelta,
    Max,
    Mod,
    Mul,
    Piecewise,
    Rational,
    S,
    Subs,
    Sum,
    Symbol,
    acos,
    asin,
    atan,
    cos,
    erf,
    exp,
    expand,
    factorial,
    factorial2,
    gamma,
    log,
    oo,
    pi,
    sin,
    sqrt,
    symbols,
    tan,
)

from theory import Covariance, Mean, Variance, algebra, gaussian, step
from theory.activation import Unknown
from theory.algebra import same, vanishes, zero
from theory.arc_cosine.any_order import h
from theory.disproof import differs_somewhere
from theory.domain import maximum, norm
from theory.family import He

x, y, t, a, c, rho, z0 = symbols("x y t a c rho z0", real=True)
s = symbols("s", positive=True)
n, k = symbols("n k", integer=True, nonnegative=True)
m, d = symbols("m d", integer=True, positive=True)
i, j = symbols("i j", integer=True)
A, B = IndexedBase("A"), IndexedBase("B")
sigma = Unknown("sigma")
f = Function("f")
z = gaussian.single()
u, v = gaussian.pair(rho)
half_u, half_v = gaussian.pair(S.Half)


def unit(body, of=x):
    return Integral(body, (of, 0, 1))


def total(body, *over):
    return Sum(body, *(over or ((i, 1, m),)))


SAME = {
    "linear integral": (unit(2 * x + a * sin(x)), 2 * unit(x) + a * unit(sin(x))),
    "renamed variable": (unit(sin(x)), unit(sin(t), t)),
    "renamed variables": (Integral(x * y**2, (x, 0, y), (y, 0, 1)), Integral(t * x**2, (t, 0, x), (x, 0, 1))),
    "algebra under an integral": (unit((x + a) ** 2), unit(x**2 + 2 * a * x + a**2)),
    "trigonometry under an integral": (unit(sin(x) ** 2), unit(1 - cos(x) ** 2)),
    "equal limits joined": (unit(sin(x) ** 2) + unit(cos(x) ** 2), unit(1)),
    "product of sums": (total(A[i] * B[j], (i, 1, m), (j, 1, d)), total(A[i]) * Sum(B[j], (j, 1, d))),
    "product of integrals": (
        Integral(x * exp(y), (x, 0, 1), (y, 0, 2)),
        unit(x) * Integral(exp(y), (y, 0, 2)),
    ),
    "linear mean": (Mean(2 * u * v + a * u), 2 * Mean(u * v) + a * Mean(u)),
    "mean of a constant": (Mean(a + 0 * u), a),
    "algebra under a mean": (Mean((u + v) ** 2), Mean(u**2) + 2 * Mean(u * v) + Mean(v**2)),
    "mean under an integral": (unit(x * Mean(u * v)), Mean(u * v) * unit(x)),
    "sum under an activation": (
        total(A[i] * sigma(Sum(B[i, k] * A[k], (k, 1, d)))),
        Sum(A[j] * sigma(Sum(A[i] * B[j, i], (i, 1, d))), (j, 1, m)),
    ),
    "derivative taken": (Derivative(a**2 * sin(a), a), 2 * a * sin(a) + a**2 * cos(a)),
    "derivative of an integral": (
        Derivative(3 * unit(sin(a * x)), a),
        3 * Derivative(unit(sin(a * t), t), a),
    ),
    "derivative of a finite sum": (
        Derivative(Sum(A[i] ** 2, (i, 1, m)), A[j]),
        Sum(2 * A[i] * KroneckerDelta(i, j), (i, 1, m)),
    ),
    "Hermite recurrence": (He(k + 2, x), x * He(k + 1, x) - (k + 1) * He(k, x)),
    "powers of symbolic exponent": (
        (1 - rho**2) ** (n + S.Half),
        (1 - rho**2) * (1 - rho**2) ** (n - S.Half),
    ),
    "roots of quotients": (sqrt(a**2 / s**2 + 1), sqrt(a**2 + s**2) / s),
    "arccosine": (acos(rho), pi / 2 - asin(rho)),
    "factorials": (k * factorial(k - 1), factorial(k)),
    "half-integer gamma": (2**n * gamma(n + S.Half) / sqrt(pi), factorial2(2 * n - 1)),
    "gate of a positive multiple": (Mean(step(s * u) * u), Mean(step(u) * u)),
    "gate squared": (Mean(step(u) ** 2), Mean(step(u))),
    "matrices": (ImmutableDenseMatrix([unit(2 * x), a]), ImmutableDenseMatrix([2 * unit(x), a])),
}

DIFFERENT = {
    "nested integrals, exchanged powers": (
        unit(1 + Integral(x * y**2, (x, 0, 2)), y),
        unit(1 + Integral(x**2 * y, (x, 0, 2)), y),
    ),
    "transposed under an activation": (
        total(A[i] * sigma(Sum(B[i, k] * A[k], (k, 1, m)))),
        total(A[i] * sigma(Sum(B[k, i] * A[k], (k, 1, m)))),
    ),
    "a free end of the variable's name": (Integral(x, (x, 0, x)), Integral(t, (t, 0, t))),
    "a free end of an inner variable's name": (
        Integral(x, (x, 0, 1), (y, 0, x)),
        Integral(t, (t, 0, 1), (y, 0, t)),
    ),
    "dependent limits": (Integral(x * y, (x, 0, y), (y, 0, 1)), Integral(x * y, (x, 0, 1), (y, 0, 1))),
    "triangle and square": (
        total(A[i] * B[j], (i, 1, j), (j, 1, m)),
        total(A[i]) * Sum(B[j], (j, 1, m)),
    ),
    "diagonal and square": (total(A[i] * A[j], (i, 1, m), (j, 1, m)), total(A[i] ** 2, (i, 1, m), (j, 1, m))),
    "square of a sum": (total(A[i]) ** 2, total(A[i] ** 2)),
    "two sums of one index": (total(A[i]) * total(B[i]), total(A[i] * B[i])),
    "one term more": (Sum(k, (k, 0, n)), Sum(k, (k, 0, n + 1))),
    "shifted sum": (Sum(x**k, (k, 0, n)), Sum(x ** (k + 1), (k, 0, n))),
    "other limits": (unit(x), Integral(x, (x, 0, 2))),
    "kinds": (Integral(x, (x, 0, 1)), Sum(i, (i, 0, 1))),
    "delta dropped": (
        total(KroneckerDelta(i, j) * A[i] * A[j], (i, 1, m), (j, 1, m)),
        total(A[i] * A[j], (i, 1, m), (j, 1, m)),
    ),
    "product of means": (Mean(u * v), Mean(u) * Mean(v)),
    "square of a mean": (Mean(z**2), Mean(z) ** 2),
    "another correlation": (Mean(u * v), Mean(half_u * half_v)),
    "absolute value out of a mean": (Mean(Abs(z)), Abs(Mean(z))),
    "root of a square under a mean": (Mean(sqrt(z**2)), Mean(z)),
    "other half of a gate": (Mean(step(-z)), Mean(step(z))),
    "both halves": (Mean(step(z) + step(-z)), S.One),  # almost surely, but not by algebra
    "gate of power n": (Mean(step(z) ** n * z), Mean(step(z) * z)),
    "gates dropped at n = 0": (Mean(step(u) * step(v) * u**n * v**n), Mean(u**n * v**n)),
    "variance is not linear": (Variance(2 * z), 2 * Variance(z)),
    "covariance": (Covariance(u, v), Covariance(u, u)),
    "sign of a root": (unit(x * sqrt(a**2)), unit(x * a)),
    "product of roots": (unit(x * sqrt(a) * sqrt(c)), unit(x * sqrt(a * c))),
    "sum of logarithms": (unit(x * (log(a) + log(c))), unit(x * log(a * c))),
    "power of a product": (unit(x * (a * c) ** s), unit(x * a**s * c**s)),
    "power of a negative": (unit(x * (-a) ** n), unit(x * a**n)),
    "signs": (unit(x * (-1) ** n), unit(x)),
    "arccosine of a cosine": (unit(x * acos(cos(a))), unit(x * a)),
    "arcsine of a sine": (unit(x * asin(sin(a))), unit(x * a)),
    "arctangent of a tangent": (unit(x * atan(tan(a))), unit(x * a)),
    "arctangent of an inverse": (unit(x * (atan(a) + atan(1 / a))), unit(x * pi / 2)),
    "maximum": (Integral(Max(x, 0), (x, -1, 1)), Integral(x, (x, -1, 1))),
    "modulus": (unit(x * Mod(a, 1)), unit(x * a)),
    "error function": (unit(x * erf(a) ** 2), unit(x * erf(a**2))),
    "a hundredth": (unit(a * x), unit(a * x) + S.One / 100),
    "a part in 10^40": (unit(a * x), unit(a * x) * (1 + Rational(1, 10**40))),
    "a decimal": (unit(x**2) + Rational(1, 3), unit(x**2) + Float("0.3333333333333333", 30)),
    "derivative's coefficient": (Derivative(a * unit(sin(a * x)), a), a * Derivative(unit(sin(a * x)), a)),
    "order of a derivative": (Derivative(unit(sin(a * x)), (a, 2)), Derivative(unit(sin(a * x)), a)),
    "derivative of a mean": (Derivative(rho * Mean(u * v), rho), rho * Derivative(Mean(u * v), rho)),
    "jump under an integral": (
        unit(Derivative(Integral(Piecewise((1, x < t), (0, True)), (x, 0, 1)), t), t),
        S.Zero,
    ),
    "jump at a place": (
        Subs(Derivative(Integral(Piecewise((1, x < t), (0, True)), (x, 0, 1)), t), t, S.Half),
        S.Zero,
    ),
    "derivative of a jump": (unit(x) * Derivative(Piecewise((0, a < 0), (1, True)), a), S.Zero),
    "derivative of a step": (Integral(Derivative(Heaviside(x), x), (x, -1, 1)), S.Zero),
    "derivative of a series": (
        Derivative(Sum(a**k / factorial(k), (k, 0, oo)), a),
        Sum(k * a ** (k - 1) / factorial(k), (k, 0, oo)),
    ),
    "an imaginary integral": (sqrt(unit(exp(I * x)) ** 2), Abs(unit(exp(I * x)))),
    "an imaginary mean": (sqrt(Mean(exp(I * u)) ** 2), Abs(Mean(exp(I * u)))),
    "orders of a family": (h(2, rho), h(1, rho)),
    "Hermite neighbours": (He(k + 1, x), x * He(k, x) - (k + 1) * He(k - 1, x)),
    "matrices of other shapes": (ImmutableDenseMatrix([[1, 2]]), ImmutableDenseMatrix([1, 2])),
    "matrices of other entries": (ImmutableDenseMatrix([unit(x), a]), ImmutableDenseMatrix([a, unit(x)])),
}


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME)
def test_the_same_is_seen_to_be_the_same(one, other):
    assert same(one, other)
    assert same(other, one)


@pytest.mark.parametrize(("one", "other"), DIFFERENT.values(), ids=DIFFERENT)
def test_what_differs_is_not_taken_for_the_same(one, other):
    assert not same(one, other)
    assert not same(other, one)


@pytest.mark.parametrize(("one", "other"), [pair for name, pair in SAME.items() if name != "matrices"])
def test_one_percent_makes_a_difference(one, other):
    assert not same(one * Rational(101, 100), other)


# Expressions are drawn; two of them are the same exactly if they are the same polynomial in opaque parts

ATOMS = (
    a,
    rho,
    s,
    unit(sin(a * x)),
    unit(exp(x)),
    Mean(u * cos(v)),
    total(A[i] ** 2),
    Derivative(unit(sin(a * x)), a),
)
polynomials = st.dictionaries(
    st.tuples(*(st.integers(0, 2) for _ in ATOMS)), st.integers(-3, 3).filter(bool), min_size=1, max_size=4
)


def built(terms):
    return Add(
        *(
            c * Mul(*(atom**power for atom, power in zip(ATOMS, powers, strict=True)))
            for powers, c in terms.items()
        )
    )


@settings(max_examples=40)
@given(polynomials, polynomials)
def test_polynomials_in_opaque_parts_are_the_same_only_if_their_coefficients_are(one, other):
    assert same(built(one), built(other)) == (one == other)


@settings(max_examples=40)
@given(polynomials)
def test_an_expression_is_the_same_as_its_expansion(terms):
    square = built(terms) ** 2
    assert same(square, expand(square))


@settings(max_examples=60)
@given(
    st.lists(st.sampled_from((x, y, t, a, sin(x), y**2)), min_size=1, max_size=4), st.permutations((x, y, t))
)
def test_a_bound_variable_has_no_name_of_its_own(factors, order):
    renamed = dict(zip((x, y, t), order, strict=True))
    body, limits = Mul(*factors), ((x, 0, 1), (y, 0, 2), (t, 0, 3))
    other = body.xreplace(renamed)
    assert same(
        Integral(body, *limits), Integral(other, *((renamed[name], low, high) for name, low, high in limits))
    )


@settings(max_examples=60)
@given(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))
def test_nested_integrals_are_the_same_only_if_their_powers_are(p, q, other_p, other_q):
    def nested(power, outer):
        return unit(1 + Integral(x**power * y**outer * sin(x), (x, 0, 2)), y)

    assert same(nested(p, q), nested(other_p, other_q)) == ((p, q) == (other_p, other_q))


# What is only a saving of time never decides


def test_a_number_at_a_random_point_only_ever_denies():
    assert differs_somewhere(a - c)
    assert not differs_somewhere((a - c) ** 2 - a**2 + 2 * a * c - c**2)
    assert not zero(Rational(1, 10**40) * a)


def test_what_has_no_number_is_given_one_unless_two_might_be_equal():
    largest = maximum(Abs(A[j]) * a, (j, 1, m))
    assert differs_somewhere(2 * largest - a)
    assert differs_somewhere(norm(A) - norm(B))
    assert differs_somewhere(A[j] - A[j + 1])
    assert not differs_somewhere((norm(A) - a) * (norm(A) + a) - norm(A) ** 2 + a**2)
    assert not differs_somewhere(
        maximum(expand((a + c) ** 2) * A[j], (j, 1, m)) - maximum((a + c) ** 2 * A[j], (j, 1, m))
    )
    assert not differs_somewhere(A[(n**2 - 1) / (n + 1)] - A[n - 1])
    assert not differs_somewhere(KroneckerDelta(i, j) * (A[i] - A[j]))


@pytest.mark.parametrize(
    "facts", [{"even": True}, {"odd": True}, {"nonpositive": True}, {"negative": True, "integer": True}]
)
def test_a_number_is_one_that_its_symbol_may_take(facts):
    q = Symbol("q", **facts)
    assert differs_somewhere(q - 100)
    assert not differs_somewhere(Abs(q) ** 2 - q**2)
    assert not differs_somewhere(Symbol("q", irrational=True) - 100)  # none of the numbers is irrational


def test_a_vanishing_expression_may_be_written_in_many_ways():
    assert vanishes((sqrt(a**2 + 1) - a) * (sqrt(a**2 + 1) + a) - 1)
    assert vanishes(unit(0 * x))
    assert not vanishes(unit(1 + 0 * x))


@pytest.mark.parametrize("rewrite", range(len(algebra.REWRITES)))
def test_no_rewriting_makes_something_of_nothing(rewrite):
    samples = (
        a,
        a**2 - 1,
        sin(a) + cos(a),
        acos(rho),
        (1 - rho**2) ** (n + S.Half),
        He(k, a),
        factorial(k) - 1,
        sqrt(a**2),
    )
    assert all(algebra.REWRITES[rewrite](sample) != 0 for sample in samples)
