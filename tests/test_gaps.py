"""The difference of two lines at an exact point, by balls put for the parameters: what it sees, and what it leaves."""

import pytest
from sympy import (
    Abs,
    Derivative,
    ImmutableDenseMatrix,
    IndexedBase,
    Integer,
    Integral,
    Interval,
    Piecewise,
    Range,
    Rational,
    S,
    Sum,
    cos,
    erf,
    exp,
    log,
    oo,
    pi,
    sqrt,
    symbols,
)

from numerics import sides
from theory import Claim, Mean, catalogue, certify, equal, gaps, gaussian, points, two_layer
from theory.domain import norm, vectors

x, y, zeta = symbols("x y zeta", real=True)
d = symbols("d", integer=True, positive=True)
k = symbols("k", integer=True)
v = IndexedBase("v")
z = gaussian.single()
HERE = Claim(
    "here",
    "A claim.",
    given={d: Range(1, oo), v: vectors(d), x: Interval(-4, 4), y: Interval(-4, 4)},
    states=equal(Mean(z**2), S.One),
)
AT = {"d": Integer(3), "v": ImmutableDenseMatrix([3, 4, 12]), "x": Rational(1, 3), "y": Rational(2, 7)}
DIGITS = 30
LINES = [
    (x**2 - y**2, (x - y) * (x + y)),
    (sqrt(x**2 + 2 * x + 1), x + 1),
    (norm(v), sqrt(Sum(v[k] ** 2, (k, 1, d)))),
    (Derivative(x**3 * y, x), 3 * x**2 * y),
    (Integral(y * zeta, (zeta, 0, x)), x**2 * y / 2),
    (Integral(exp(-(zeta**2) / norm(v) ** 2), (zeta, -oo, oo)), sqrt(pi) * norm(v)),
    (Abs(x - 1), 1 - x),
    (Sum(x * v[k] / d, (k, 1, d)), 19 * x / 3),
]


@pytest.mark.parametrize(("left", "right"), LINES, ids=str)
def test_equal_lines_have_a_gap_around_zero_and_others_have_not(left, right):
    equal_lines = gaps.gap(HERE, left, right, AT, DIGITS)
    assert equal_lines is not None
    assert equal_lines.contains(0)
    assert equal_lines.rad() < 1e-29
    apart = gaps.gap(HERE, left, right + Rational(1, 10**25), AT, DIGITS)
    assert apart is not None
    assert not apart.contains(0)


@pytest.mark.parametrize("expr", [pair[0] for pair in LINES[:4]] + [pair[1] for pair in LINES], ids=str)
def test_what_is_put_is_what_sympy_substitutes(expr):
    prepared, known = points.prepared(HERE, expr, AT)
    exact = points.at_point(HERE, expr, AT)
    found = certify.enclose(prepared, known, DIGITS)
    assert (found - certify.enclose(exact, points.tables(HERE, AT), DIGITS)).contains(0)
    assert sides.numbers(HERE, expr, AT) == pytest.approx(float(exact.evalf(20)), rel=1e-15)


def test_a_jump_that_the_point_lies_on_is_left_to_exact_numbers():
    jump = Piecewise((1, 3 * x >= 1), (0, True))
    assert gaps.gap(HERE, jump, S.One, AT, DIGITS) is None  # a third is no binary fraction
    assert sides.numbers(HERE, jump, AT) == 1
    beside = gaps.gap(HERE, jump, S.One, AT | {"x": Rational(1, 3) + Rational(1, 10**15)}, DIGITS)
    assert beside is not None
    assert beside.is_zero()


def test_a_variable_with_the_name_of_a_parameter_is_left_to_exact_numbers():
    hidden = Integral(x * y, (x, 0, x))
    assert gaps.gap(HERE, hidden, x**2 * y / 2, AT, DIGITS) is None
    assert sides.numbers(HERE, hidden, AT) == pytest.approx(1 / 63, rel=1e-15)


def test_a_pole_is_left_to_exact_numbers():
    assert gaps.gap(HERE, 1 / (3 * x - 1), x, AT, DIGITS) is None


def test_a_line_that_is_not_real_is_no_gap():
    with pytest.raises(certify.Undefined, match="is not real"):
        gaps.gap(HERE, log(-1 - x), x, AT, DIGITS)


def test_means_are_left_to_others():
    assert gaps.gap(HERE, Mean(z**2 * x), x, AT, DIGITS) is None


def test_lines_of_the_catalogue_are_put_with_all_their_names():
    claim = two_layer.identity.output
    point = next(points.draws(claim, 0))
    found = gaps.gap(claim, claim.states.right, claim.states.right, point, DIGITS)
    assert found is not None
    assert found.contains(0)


@pytest.mark.parametrize(
    "expr",
    [
        x * cos(y) + erf(x * y),
        Sum(x * v[k], (k, 1, d)),
        Integral(x * y, (x, 0, y)),
        Derivative(x**2, x),
        Mean(z * x),
    ],
    ids=str,
)
def test_putting_is_substitution(expr):
    values = {x: Rational(1, 3), y: pi, d: Integer(2)}
    assert points.put(expr, values) == expr.subs(values)


def test_a_size_in_a_claim_of_the_catalogue_is_put_as_sympy_substitutes_it():
    claim = catalogue.find("k-frobenius-error")
    values = {claim.symbols[name]: Integer(2) for name in "mnd"}
    for side in claim.states.sides:
        assert points.put(side, values) == side.subs(values)
