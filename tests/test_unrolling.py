"""The rules about iterates, powers, exits and flows refuse what does not follow."""

import pytest
from sympy import (
    Abs,
    IndexedBase,
    Integer,
    Interval,
    Le,
    Max,
    Product,
    Range,
    Rational,
    S,
    Sum,
    exp,
    floor,
    log,
    oo,
    symbols,
)

from theory import Claim, Mean, Probability, above, equal, gaussian, limit, step
from theory.derivation import Refused, Scene
from theory.domain import matrices, orthogonal, spectra, symmetric, vectors
from theory.first_exit import exit_later, first_exit, floors, started_inside
from theory.flow import Flow
from theory.geometric import fades, never_shrinks
from theory.iterate import Iterate, descent, evaluated
from theory.moments_of_size import fold, within
from theory.null_sets import closed_gate
from theory.signs import Facts, is_nonnegative, is_positive
from theory.solving import below_supersolution, solves
from theory.spectral import first_entry, of_sign, one_term, ordered_max, worst_end
from theory.unrolling import gradient, last_step, no_step, orthonormal, parseval, symmetric_entries

z, c, a, b = symbols("z c a b", real=True)
k, d, K = symbols("k d K", integer=True, nonnegative=True)
i, j, l, p, r = symbols("i j l p r", integer=True)  # noqa: E741
eta, size = symbols("eta s", positive=True)
t = symbols("t", nonnegative=True)
Q, H, lam, x0 = (IndexedBase(name) for name in ("Q", "H", "lamda", "x0"))
Z = gaussian.single("Z")
GIVEN = {
    d: Range(1, oo),
    k: Range(0, oo),
    K: Range(0, oo),
    c: S.Reals,
    a: Interval.open(-1, 1),
    b: Interval(0, 1),
    eta: Interval.open(0, oo),
    size: Interval.open(0, oo),
    t: Interval(0, oo),
    lam: spectra(d, -1, 0, 1),
    Q: matrices(d, d),
    H: matrices(d, d),
    x0: vectors(d),
}


def scene(states=None, given=None, where=None):
    states = states or equal(Mean(Z**2), 1)
    claim = Claim("here", "A claim.", given=GIVEN | (given or {}), states=states, where=where or {})
    return Scene(claim, dict(claim.given))


TO_ZERO = limit(a**k, 0, by=k, rate=-1)
iterate = descent(z**2 / 2, z, eta, c, k)
squares = Sum(lam[r] ** (2 * k) * x0[r] ** 2, (r, 2, d))


def time(g, start, r_):
    return Sum(Product(1 - step(g**j * start - r_), (j, 0, l)), (l, 0, oo))


WRONG = {
    "a last step that need not be": (last_step(k), iterate, None, "may be zero"),
    "no iterate": (no_step(), c, None, "no iterate of zero steps"),
    "a kink": (gradient(), descent(Abs(z), z, eta, c, k), None, "not known to be a polynomial"),
    "rows that need not be orthonormal": (
        parseval(Q, l),
        Sum(x0[p] ** 2, (p, 1, d)),
        None,
        r"Q must live in orthogonal\(d\)",
    ),
    "no rows": (orthonormal(Q), Sum(Q[r, p], (p, 1, d)), None, "no sum over two rows"),
    "no symmetry": (symmetric_entries(H, i, j), H[j, i], None, r"H must live in symmetric\(d\)"),
    "no limit": (fades(k), a**k, None, "the statement is no limit"),
    "a factor of one": (fades(k), b**k, TO_ZERO, "not known to be below one in size"),
    "a factor beside": (fades(k), k * a**k, TO_ZERO, "no power with an exponent that grows"),
    "no power": (fades(k), a, TO_ZERO, "no power with an exponent that grows"),
    "endless terms": (fades(k), Sum(a**k * 2**-r, (r, 1, oo)), TO_ZERO, "finitely many terms"),
    "a wrong gate": (
        fades(k),
        Sum((1 - eta * lam[r]) ** k * step(eta * lam[r]), (r, 1, d)),
        TO_ZERO,
        "not known to be below one",
    ),
    "an odd power": (never_shrinks(k), 2**k * c**2, None, "no even power of the factor"),
    "no square beside": (never_shrinks(k), 2 ** (2 * k) * c, None, "times a square"),
    "a first entry of no spectrum": (first_entry(x0), x0[1], None, "must live in spectra"),
    "a term that is not there": (one_term(r, K), squares, None, "need not lie between"),
    "a term that is no square": (
        one_term(r, Integer(2)),
        Sum(x0[r], (r, 1, d)),
        None,
        "need not lie between",
    ),
    "an end of the first entry": (
        worst_end(k),
        Sum(lam[r] ** (2 * k) * x0[r] ** 2, (r, 1, d)),
        None,
        "from the second on",
    ),
    "an odd power of eigenvalues": (worst_end(k), Sum(lam[r] ** k, (r, 2, d)), None, "no even power"),
    "the smaller number first": (ordered_max(a, S.One), Max(1, Abs(a)), None, "not known to be at least 1"),
    "no sign": (of_sign(">"), a, None, "not known to be > 0"),
    "a path that need not grow": (first_exit(), time(b, size, S.One), None, "not known to be above one"),
    "a start that may be zero": (first_exit(), time(1 + eta, b, S.One), None, "may be zero"),
    "steps that are no number of steps": (
        exit_later(),
        Probability(time(1 + eta, Abs(Z), S.One) > c),
        None,
        r"c must live in Range\(0, oo\)",
    ),
    "minus a count": (floors(">"), -Max(0, floor(c) + 1), None, "with the coefficient one"),
    "a start that need not be inside": (
        started_inside(),
        Max(0, log(size / eta)),
        None,
        "no joint hypothesis here",
    ),
    "a negative size": (within(Z), Probability(Le(Abs(Z), a)), None, "not known to be nonnegative"),
    "an odd integrand": (fold(z), None, None, "is not even in z"),
    "an open gate": (closed_gate(), Sum(step(1 - lam[r]), (r, 1, d)), None, "may be open at the first entry"),
    "another start": (solves((2 * c * exp(-t),)), Flow(z**2 / 2, (z,), (c,), t, 1), None, "starts at"),
    "another velocity": (solves((c * exp(t),)), Flow(z**2 / 2, (z,), (c,), t, 1), None, "does not solve"),
    "no polynomial": (solves((c,)), Flow(Abs(z), (z,), (c,), t, 1), None, "is no polynomial"),
    "a solution that ends": (
        solves((size / (1 - size * t),)),
        Flow(-(z**3) / 3, (z,), (size,), t, 1),
        None,
        "not known to be finite",
    ),
    "a bound that falls faster": (
        below_supersolution(size * exp(-2 * t)),
        Flow(z**2 / 2, (z,), (size,), t, 1),
        None,
        "may fall faster",
    ),
}


@pytest.mark.parametrize(("rule", "before", "states", "match"), WRONG.values(), ids=WRONG)
def test_a_rule_refuses_a_wrong_use(rule, before, states, match):
    from sympy import Integral

    before = Integral(z * exp(-(z**2)), (z, -oo, oo)) if before is None else before
    with pytest.raises(Refused, match=match):
        rule.apply(before, scene(states))


def test_a_strict_exit_says_what_it_counts():
    y = log(S(10) / size) / log(Rational(3, 2))
    value = first_exit().apply(time(Rational(3, 2), size, Integer(10)), scene())
    assert value == Max(0, floor(y) + 1)
    inside = [n for n in range(30) if 1.5**n * 2 <= 10]
    assert value.subs(size, 2) == len(inside)


def test_signs_are_proved_and_never_guessed():
    facts = Facts(scene())
    assert is_positive(1 - a, facts)
    assert is_nonnegative(1 - b, facts)
    assert not is_positive(1 - b, facts)
    assert not is_nonnegative(a, facts)
    assert is_positive(2 - a * b, facts)
    assert not is_positive(a * c, facts)


def test_an_iterate_is_carried_out_exactly_and_binds_its_variable():
    steps = Iterate(z - eta * 2 * z, z, c, k)
    assert steps.subs(z, 5) == steps
    assert steps.free_symbols == {eta, c, k}
    assert evaluated(steps, {eta: Rational(3, 2), c: Integer(1), k: Integer(20)}) == 2**20
    with pytest.raises(ValueError, match="give x its size"):
        Iterate(z, IndexedBase("x")[i], c, k, j)
    with pytest.raises(TypeError, match="with the entry asked for"):
        Iterate(z, z, c, k, j)


def test_a_domain_of_orthogonal_matrices_and_of_spectra_is_drawn_inside():
    from theory import points

    claim = Claim(
        "here",
        "A claim.",
        given={d: Range(1, oo), Q: orthogonal(d), H: symmetric(d), lam: spectra(d, -1, 0, 2), x0: vectors(d)},
        states=above(Sum(Q[1, j] ** 2 + lam[j] + x0[j] ** 2 + H[j, j], (j, 1, d)), -oo),
    )
    for point in points.chosen(claim, 0, 20):
        matrix, eigenvalues = point["Q"], point["lamda"]
        assert matrix * matrix.T == matrix.eye(matrix.rows)
        assert eigenvalues[0] == -1
        assert all(0 <= value <= 2 for value in eigenvalues[1:])
