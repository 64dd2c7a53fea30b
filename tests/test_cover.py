"""A cover proves an inequality on a whole box, or says what it has not proved, or shows a counterexample."""

from fractions import Fraction
from functools import cache
from math import inf

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Abs, Interval, Max, Rational, cos, exp, expand, log, oo, pi, sin, sqrt, tanh

from theory.certify import Unevaluable, cover, enclose
from theory.law import step

pytest.importorskip("flint")
x, y, z, t, rho = sp.symbols("x y z t rho", real=True)
kappa_1 = (sin(t) + (pi - t) * cos(t)) / (2 * pi)
kappa_1_of_rho = (sqrt(1 - rho**2) + rho * (pi - sp.acos(rho))) / (2 * pi)
square = {x: Interval(-1, 1), y: Interval(-1, 1)}

rationals = st.fractions(-1, 1, max_denominator=97).map(lambda q: Rational(q.numerator, q.denominator))


def assert_counterexample(found, expr, strict):
    """Exact and rational, in plain SymPy: no ball takes part."""
    assert found.witness is not None
    assert not found.closed
    assert all(value.is_Rational for value in found.witness.values())
    value = expr.subs(found.witness)
    assert value < 0 or (strict and value == 0)


CLOSED = {
    "positive": (exp(x), {x: Interval(-9, 9)}, True),
    "contact at an end, third order": (kappa_1 - cos(t) / 2, {t: Interval(0, pi)}, False),
    "strict beside an open end": (kappa_1 - cos(t) / 2, {t: Interval.Lopen(0, pi)}, True),
    "contact with infinite second slope": (kappa_1_of_rho - rho / 2, {rho: Interval(-1, 1)}, False),
    "contact with infinite third slope": (kappa_1_of_rho, {rho: Interval(-1, 1)}, False),
    "contact at both ends, one irrational": (sin(t), {t: Interval(0, pi)}, False),
    "contact inside, at a multiple of pi": (1 - sin(t), {t: Interval(0, pi)}, False),
    "two contacts inside, at roots": (expand((x**2 - 2) ** 2), {x: Interval(-3, 3)}, False),
    "fourth order inside": (expand((x - Rational(1, 3)) ** 4), {x: Interval(0, 1)}, False),
    "an identity": (sin(x) ** 2 + cos(x) ** 2 - 1, {x: Interval(0, 1)}, False),
    "a kink": (Abs(x) - x**2, {x: Interval(-1, 1)}, False),
    "a kink of a maximum": (Max(x, 0) + exp(-x) - 1, {x: Interval(-1, 2)}, False),
    "a step": (step(x) + 1, {x: Interval(-1, 1)}, True),
    "a bowl": (x**2 - x * y + y**2, square, False),
    "contact along two lines": (exp(x * y) - 1 - x * y, square, False),
    "contact along faces": (x * y * (2 - x), {x: Interval(0, 1), y: Interval(0, 1)}, False),
    "strict beside open faces": (x * y, {x: Interval.Lopen(0, 1), y: Interval.Lopen(0, 1)}, True),
    "strict beside an open corner": (x + y, {x: Interval.Lopen(0, 1), y: Interval.Lopen(0, 1)}, True),
    "a square that is written as one": ((x - y) ** 2, square, False),
    "three dimensions": (
        x**2 + y**2 + z**2 - x * y - y * z - z * x + Rational(1, 5),
        {x: Interval(-1, 1), y: Interval(-1, 1), z: Interval(0, 1)},
        True,
    ),
    "all real numbers": (exp(x) - 1 - x, {x: Interval(-oo, oo)}, False),
    "a half-line": (x - tanh(x), {x: Interval(0, oo)}, False),
    "a polynomial on the line": (x**4 - x**2 + 1, {x: Interval(-oo, oo)}, True),
    "a pole at an open end": (x - 1 - log(x), {x: Interval.Lopen(0, oo)}, False),
}


@pytest.mark.parametrize("name", CLOSED)
def test_a_true_inequality_is_closed(name):
    expr, box, strict = CLOSED[name]
    found = cover(expr, box, strict)
    assert found.closed
    assert found.witness is None
    assert (found.uncovered, found.measure) == ((), 0)


@pytest.mark.parametrize(
    ("expr", "box"),
    [
        (x**3 - x + Rational(1, 3), {x: Interval(-1, 1)}),
        ((x - Rational(1, 3)) ** 2 - Rational(1, 10**8), {x: Interval(0, 1)}),
        (x**2 + y**2 - 2 * x * y - Rational(1, 100), square),
        (x**2 - 3 * x * y + y**2, square),
        (x**3, {x: Interval(-1, 1)}),
        (x * y, square),
        (step(x) - Rational(1, 2), {x: Interval(-1, 1)}),
        (sp.Piecewise((x, x < Rational(1, 2)), (x - 1, True)), {x: Interval(0, 1)}),
        (1000 - x, {x: Interval(0, oo)}),
        (Abs(x) - 2 * x**2, {x: Interval(-1, 1)}),
    ],
)
@pytest.mark.parametrize("strict", [False, True])
def test_a_false_inequality_is_refuted_at_a_rational_point(expr, box, strict):
    assert_counterexample(cover(expr, box, strict), expr, strict)


@given(centre=rationals, depth=st.integers(1, 8))
@settings(max_examples=6)
def test_a_parabola_is_classified_exactly(centre, depth):
    """Above zero, touching it, and below it by as little as 1e-8."""
    parabola, box = expand((x - centre) ** 2), {x: Interval(-1, 1)}
    gap = Rational(1, 10**depth)
    assert cover(parabola + gap, box, strict=True).closed
    touching = cover(parabola, box, strict=False)
    assert touching.closed
    assert centre == 0 or {x: centre} in touching.sharp_at  # x**2 is closed before anything touches
    assert cover(parabola, box, strict=True).witness == {x: centre}
    assert_counterexample(cover(parabola - gap, box, strict=False), parabola - gap, strict=False)


@given(a=rationals, b=rationals)
@settings(max_examples=5)
def test_a_bowl_anywhere_in_a_square_is_closed_at_its_contact(a, b):
    bowl = expand((x - a) ** 2 + (x - a) * (y - b) + (y - b) ** 2)
    found = cover(bowl, square, strict=False)
    assert found.closed
    assert {x: a, y: b} in found.sharp_at


@cache
def cover_of_a_line(max_boxes):
    return cover(x**2 + y**2 - 2 * x * y, square, strict=False, max_boxes=max_boxes)


@given(where=rationals)
@settings(max_examples=30)
def test_a_contact_along_a_slanted_line_is_left_uncovered(where):
    found = cover_of_a_line(200)
    assert not found.closed
    assert found.witness is None
    assert found.boxes == 200
    assert any(all(box[s].start <= where <= box[s].end for s in (x, y)) for box in found.uncovered)


def test_the_uncovered_measure_is_the_volume_of_the_boxes_and_falls_with_their_number():
    few, many = cover_of_a_line(200), cover_of_a_line(800)
    for found in (few, many):
        volumes = [float(box[x].measure * box[y].measure) for box in found.uncovered]
        assert found.measure == pytest.approx(sum(volumes))
    assert 0 < many.measure < few.measure / 2 < 2


def test_a_strict_inequality_fails_at_a_contact_inside_its_domain():
    on_the_closed_interval = cover(kappa_1 - cos(t) / 2, {t: Interval(0, pi)}, strict=True)
    assert on_the_closed_interval.witness == {t: 0}
    at_an_irrational_point = cover(1 - sin(t), {t: Interval(0, pi)}, strict=True)
    assert at_an_irrational_point.witness == {t: pi / 2}
    along_a_face = cover(x * y, {x: Interval(0, 1), y: Interval.Lopen(0, 1)}, strict=True)
    assert (along_a_face.witness or {}).get(x) == 0


def test_an_inequality_that_a_jump_breaks_is_not_closed_by_its_slopes():
    """The derivative of a Piecewise is blind to its jumps, so that no rule may differentiate one."""
    falls = sp.Piecewise((x, x < Rational(1, 2)), (x - Rational(1, 2), True)) - Rational(1, 100)
    assert_counterexample(cover(falls, {x: Interval(Rational(1, 4), 1)}, strict=False), falls, strict=False)


def test_a_tail_that_no_rule_proves_is_uncovered_with_infinite_measure():
    found = cover(1 + sin(x), {x: Interval(0, oo)}, strict=False, max_boxes=60)
    assert not found.closed
    assert found.witness is None
    assert found.measure == inf
    assert found.uncovered[-1][x].end is oo


def test_the_domain_is_where_balls_see_the_closed_cover_hold():
    """Every closed cover is checked at points by enclosures that know nothing of covers."""
    for expr, box, strict in CLOSED.values():
        for share in (Fraction(1, 7), Fraction(1, 2), Fraction(6, 7)):
            point = {s: sp.nsimplify(inner(ends, share)) for s, ends in box.items()}
            ball = enclose(expr, point)
            assert ball > 0 or (not strict and (ball.contains(0) or ball >= 0))


def inner(ends, share):
    low, high = (sp.Max(-9, sp.Min(9, end)) for end in (ends.start, ends.end))
    return low + (high - low) * Rational(share.numerator, share.denominator)


@pytest.mark.parametrize(
    ("expr", "box", "error", "message"),
    [
        (x, {x: sp.FiniteSet(1, 2)}, ValueError, r"cover: x must range over an Interval .* got \{1, 2\}"),
        (x, {x: Interval(0, y)}, ValueError, r"Interval between numbers, got Interval\(0, y\)"),
        (x * y, {x: Interval(0, 1)}, ValueError, "cover: no interval is given for y"),
        (sp.S.One, {}, ValueError, "cover: the box has no coordinates"),
        (sp.Function("f")(x), {x: Interval(0, 1)}, Unevaluable, r"f\(x\) has no value"),
    ],
)
def test_a_cover_that_makes_no_sense_is_refused(expr, box, error, message):
    with pytest.raises(error, match=message):
        cover(expr, box, strict=False)


LINE = {x: Interval(-1, 1)}
UNREAL = {
    "a root": (2 - sqrt(x), LINE),
    "a third root": (3 + x ** Rational(1, 3), LINE),
    "a product of roots": (3 - sqrt(x) * sqrt(-x), LINE),
    "a logarithm": (2 - log(x + Rational(1, 100)), LINE),
    "an arcsine": (9 - sp.asin(2 * x), LINE),
    "an inverse hyperbolic cosine": (9 - sp.acosh(x), LINE),
    "a root of a root": (2 - sqrt(1 - sqrt(x)), {x: Interval(0, 2)}),
    "a root of a product": (2 - sqrt(x * y) - y, {x: Interval(-1, 1), y: Interval(0, 1)}),
}


@pytest.mark.parametrize("name", UNREAL)
def test_what_is_no_real_number_somewhere_is_no_inequality_there(name):
    """Where it is real each of them holds; its balls are complex elsewhere, with zero in their imaginary part."""
    expr, box = UNREAL[name]
    found = cover(expr, box, strict=False)
    assert not found.closed
    assert set(found.witness) == set(box)
    assert all(value in box[symbol] for symbol, value in found.witness.items())
    assert expr.subs(found.witness).is_extended_real is False


@pytest.mark.parametrize(
    "expr",
    [2 - sqrt(x) * step(x), 2 - sp.Piecewise((sqrt(x), x > 0), (0, True))],
)
def test_what_a_gate_keeps_real_is_left_open_and_not_refuted(expr):
    """Its root is complex where the gate is shut: nothing is shown there, and nothing is wrong."""
    found = cover(expr, LINE, strict=False)
    assert found.witness is None
    assert expr.subs(x, Rational(-1, 2)).is_extended_real


@pytest.mark.parametrize(
    ("expr", "box"),
    [
        (2 - sqrt(x), {x: Interval(0, 1)}),
        (2 - sqrt(1 - x**2), LINE),
        (2 - sp.asin(x), LINE),
        (5 - sqrt(1 - x * y), square),
        (3 - 1 / sqrt(1 + x**2), {x: Interval(-oo, oo)}),
        (3 - sp.Integral(sqrt(x - t), (t, 0, 1)), {x: Interval(1, 2)}),
    ],
)
def test_what_is_real_up_to_the_ends_of_its_box_is_covered(expr, box):
    assert cover(expr, box, strict=False).closed


def test_an_integral_that_is_not_real_somewhere_is_left_open_and_one_with_moving_ends_too():
    part = cover(3 - sp.Integral(sqrt(x - t), (t, 0, 1)), {x: Interval(0, 1)}, strict=False)
    assert (part.closed, part.witness) == (False, None)  # the point without a value would have a t
    moving = cover(
        3 - sp.Integral(sqrt(x - t), (t, 0, y)), {x: Interval(1, 2), y: Interval(0, 1)}, strict=False
    )
    assert (moving.closed, moving.measure) == (False, 1.0)
