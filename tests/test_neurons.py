"""Rules about networks of independent neurons: right at a number, and refused where they do not apply."""

import jax
import numpy as np
import pytest
from sympy import Abs, IndexedBase, Interval, Range, S, Sum, oo, sqrt, symbols

from theory import Claim, Covariance, Mean, Variance, equal, gaussian, limit, step
from theory import law as laws
from theory.activation import RELU
from theory.derivation import Refused, Scene, derived, links, proves
from theory.domain import data_sets, nonzero, norm, unit_vectors, vectors
from theory.induction import is_correlation
from theory.inputs import coordinates, lengths
from theory.neurons import alike, linear, special_law
from theory.one_neuron import apart, bias_and_variance, moments, one_entry, second_moments

m, d, n, N = symbols("m d n N", integer=True, positive=True)
i, j, k, l = symbols("i j k l", integer=True)  # noqa: E741
c, second, fourth, t = symbols("c mu2 mu4 t", positive=True)
x, y, rows = IndexedBase("x"), IndexedBase("y"), IndexedBase("X")
W, a, s = gaussian.array("W", m, d), gaussian.array("a", m), gaussian.signs("s", m)
b = gaussian.known_by_moments("b", m, moments={2: second, 4: fourth})
wide, D = gaussian.array("W", m, d, scale=c), gaussian.directions("D", m, d)
z = gaussian.single("z")
PAIR = {m: Range(1, oo), d: Range(1, oo), x: vectors(d), y: vectors(d)}
UNIT = {m: Range(1, oo), d: Range(1, oo), x: unit_vectors(d), y: unit_vectors(d)}
APART = {"x": norm(x) > 0, "y": norm(y) > 0}


def scene(given=None, states=None, **rest) -> Scene:
    given = UNIT if given is None else given
    stated = states or equal(Mean(a[1] ** 2), 1)
    free = {m: Range(1, oo)} | dict(given)
    return Scene(Claim("here", "A claim.", free, stated, **rest), free)


def over_neurons(one, size=m, index=j, first=1):
    return Sum(one, (index, first, size))


def sees(array, at=x, row=j, last=d, sign=1):
    return Sum(array[row, k] * (sign * at[k]), (k, 1, last))


FIRST = Mean(a[1] ** 2)
TAKEN = [
    ("a mean", alike(j), Mean(over_neurons(a[j] ** 2) / m), FIRST),
    ("a variance", alike(j), Variance(c * over_neurons(a[j])), c**2 * m * Variance(a[1])),
    (
        "a covariance",
        alike(j),
        Covariance(over_neurons(a[j]), over_neurons(s[j]) / m),
        Covariance(a[1], s[1]),
    ),
    ("two sums", alike(j), Mean(over_neurons(a[j]) + c * over_neurons(s[j])), m * Mean(a[1] + c * s[1])),
    ("a second moment", second_moments(), Variance(a[1]), Mean(a[1] ** 2) - Mean(a[1]) ** 2),
    ("a mixed moment", second_moments(), Covariance(a[1], s[1]), Mean(a[1] * s[1]) - Mean(a[1]) * Mean(s[1])),
    ("independence", apart(), Mean(a[1] ** 2 * s[1] * c), c * FIRST * Mean(s[1])),
    ("two entries", apart(), Mean(W[1, 1] * W[1, 2]), Mean(W[1, 1]) * Mean(W[1, 2])),
    ("a row with its entry", apart(), Mean(W[1, 1] * sees(W, row=1)), Mean(W[1, 1] * sees(W, row=1))),
    ("a fourth moment", moments(), Mean(a[1] ** 4), S(3)),
    ("a sign", moments(), Mean(s[1] ** 3), S.Zero),
    ("a listed moment", moments(), Mean(b[1] ** 4), fourth),
    ("one entry", one_entry(), Mean(Abs(wide[1, 2])), Mean(Abs(gaussian.single("z", c)))),
    ("a bias", bias_and_variance(), Mean((a[1] - c) ** 2), Variance(a[1]) + (Mean(a[1]) - c) ** 2),
    ("a finite sum", linear(), Mean(over_neurons(a[j])), over_neurons(Mean(a[j]))),
    ("a unit length", lengths(), Sum(x[k] ** 2, (k, 1, d)), S.One),
    ("what is seen", coordinates(wide, "z"), Mean(sees(wide, row=1) ** 2), c**2 * Mean(z**2)),
]


@pytest.mark.parametrize(("name", "rule", "before", "after"), TAKEN, ids=[case[0] for case in TAKEN])
def test_a_rule_gives_what_it_should(name, rule, before, after):
    assert rule.apply(before, scene()) == after


ENDLESS = limit(over_neurons(a[j]) / m, 0, by=m, rate=-1)
WRONG = [
    ("a neuron that knows its number", alike(j), Mean(over_neurons(j * a[j])), "depends on j itself", {}),
    ("a shared entry", alike(j), Mean(over_neurons(a[j] * a[1])), "not an entry of row j", {}),
    ("a shared variate", alike(j), Variance(over_neurons(a[j] * z)), "all neurons share z", {}),
    ("rows too few", alike(j), Mean(over_neurons(a[j], n)), "one row for each of the n neurons", {}),
    ("numbering from zero", alike(j), Mean(over_neurons(a[j], first=0)), "starts at 0", {}),
    ("a random factor", alike(j), Mean(a[1] * over_neurons(s[j])), "is random, and stands outside", {}),
    (
        "a product of sums",
        alike(j),
        Mean(over_neurons(a[j]) * over_neurons(s[j])),
        "not a number times one sum",
        {},
    ),
    ("a power of a sum", alike(j), Mean(over_neurons(a[j]) ** 2), "not a number times one sum", {}),
    ("a moment that is not listed", alike(j), Variance(over_neurons(b[j] ** 3)), r"mean of b\[1\]\*\*6", {}),
    ("no polynomial", alike(j), Mean(over_neurons(Abs(b[j]))), "no polynomial", {}),
    ("a pole", alike(j), Mean(over_neurons(1 / a[j])), "away from zero", {}),
    ("no sum", alike(j), Mean(a[1]), "no mean or variance of a sum over j", {}),
    ("a moment that no law gives", moments(), Mean(b[1] ** 3), "order 3 is not known", {}),
    ("an inverse moment", moments(), Mean(1 / a[1]), "no power", {}),
    ("two entries as one", one_entry(), Mean(a[1] * a[2]), "not a function of one entry", {}),
    ("no constant", bias_and_variance(), Mean(a[1] ** 2), "less a constant", {}),
    ("infinitely many terms", linear(), Mean(over_neurons(a[1] / j**2, oo)), "infinitely many", {}),
    ("a part of an input", coordinates(W), Mean(sees(W, row=1, last=d - 1)), "ends at d - 1", {}),
    ("a multiple of an input", coordinates(W), Mean(sees(W, row=1, sign=2)), "not an entry of an input", {}),
    ("two neurons", coordinates(W), Mean(sees(W, row=1) * sees(W, y, row=2)), "what one neuron sees", {}),
    (
        "an entry beside",
        coordinates(W),
        Mean(sees(W, row=1) + W[1, 1]),
        "other than through what it sees",
        {},
    ),
    (
        "a zero input",
        coordinates(W),
        Mean(sees(W, row=1) * sees(W, y, row=1)),
        r"may be zero; list norm\(x\) > 0",
        {"given": PAIR},
    ),
    (
        "signs for rows",
        coordinates(gaussian.signs("W", m, d)),
        Mean(sees(gaussian.signs("W", m, d), row=1)),
        "must hold Gaussians or uniform directions",
        {},
    ),
    ("no input", lengths(), Sum(x[k] ** 2, (k, 1, d - 1)), "must run over a whole input", {}),
]


@pytest.mark.parametrize(("name", "rule", "before", "match", "rest"), WRONG, ids=[case[0] for case in WRONG])
def test_a_wrong_use_is_refused(name, rule, before, match, rest):
    with pytest.raises(Refused, match=match):
        rule.apply(before, scene(**rest))


def of_any_law(**rest) -> Claim:
    given = {m: Range(1, oo), second: Interval.Lopen(0, oo), fourth: Interval.Lopen(0, oo)}
    return Claim(
        "general",
        "Any law.",
        given,
        equal(Variance(over_neurons(b[j] ** 2)), m * (fourth - second**2)),
        **rest,
    )


@pytest.mark.parametrize(("array", "value"), [(a, 2), (s, 0)], ids=["gaussian", "signs"])
def test_a_law_inherits_what_holds_for_its_moments(array, value):
    general = of_any_law(where={"moments of a law": fourth >= second**2})
    before = Variance(over_neurons(array[j] ** 2))
    assert special_law(general, b, array).apply(before, scene(uses=("general",))) == value * m


@pytest.mark.parametrize(
    ("rule", "match"),
    [
        (special_law(of_any_law(), a, s), "must be known by its moments"),
        (special_law(of_any_law(), b, gaussian.array("a", n)), "have the shape"),
        (special_law(of_any_law(), b, gaussian.directions("a", m)), "does not list its moments"),
    ],
)
def test_another_law_is_no_special_case(rule, match):
    with pytest.raises(Refused, match=match):
        rule.apply(Variance(over_neurons(a[j] ** 2)), scene(uses=("general",)))


def inner(at, other):
    return Sum(at[k] * other[k], (k, 1, d))


@pytest.mark.parametrize(
    ("value", "here", "yes"),
    [
        (inner(x, y), scene(), True),
        (inner(x, y) / (norm(x) * norm(y)), scene(PAIR, where=APART), True),
        (inner(x, y) / (norm(x) * norm(y)), scene(PAIR), False),
        (inner(x, y) / norm(x), scene(PAIR, where=APART), False),
        (inner(x, y), scene(PAIR, where=APART), False),
        (2 * inner(x, y), scene(), False),
        (-inner(x, x), scene(), False),
        (Sum(-(x[k] ** 2), (k, 1, d)), scene(), True),
    ],
)
def test_only_the_normalised_inner_product_of_inputs_is_a_correlation(value, here, yes):
    assert is_correlation(value, here) is yes


def test_rows_of_a_data_set_are_inputs_and_none_may_be_zero():
    data = {n: Range(1, oo), d: Range(1, oo), rows: data_sets(n, d)}
    seen = Sum(W[1, k] * rows[i, k], (k, 1, d)), Sum(W[1, k] * rows[l, k], (k, 1, d))
    with pytest.raises(Refused, match="X may be zero"):
        coordinates(W).apply(Mean(seen[0] * seen[1]), scene(data))
    found = coordinates(W).apply(Mean(seen[0] * seen[1]), scene(data, where={"not zero": nonzero(rows)}))
    sizes = [sqrt(Sum(rows[at, k] ** 2, (k, 1, d))) for at in (i, l)]
    assert found.as_independent(Mean, as_Add=False)[0] == sizes[0] * sizes[1]


def test_directions_are_seen_as_the_coordinates_of_a_direction():
    found = coordinates(D, "p q").apply(Mean(step(sees(D, row=1)) * sees(D, y, row=1)), scene())
    assert isinstance(found.laws[0], laws.SpherePair)
    assert found.laws[0].parameters == (inner(x, y), d)


def test_the_order_of_two_inputs_is_that_of_the_claim():
    body = RELU(sees(W, row=1)) * step(sees(W, y, row=1))
    u, v = gaussian.pair(inner(x, y))
    assert coordinates(W).apply(Mean(body), scene()) == Mean(RELU(u) * step(v))


def test_a_chain_of_rules_is_checked_like_one_written_by_hand():
    right = Claim(
        "here",
        "Right.",
        {m: Range(1, oo)},
        equal(Mean(over_neurons(a[j] ** 2)), m),
        because=lambda: derived(right, alike(j), moments()),
    )
    wrong = Claim(
        "here",
        "Wrong.",
        {m: Range(1, oo)},
        equal(Mean(over_neurons(a[j] ** 2)), 2 * m),
        because=lambda: derived(wrong, alike(j), moments()),
    )
    assert proves(links(right))
    assert not proves(links(wrong))


def test_the_first_neuron_s_variance_is_that_of_many_by_simulation():
    """Six standard errors: the variance of a sum of 16 squares of Gaussians is 32; a true rule fails once in 1e9."""
    drawn = np.asarray(jax.random.normal(jax.random.key(5), (2**16, 16)), float)
    sums = np.sum(drawn**2, axis=1)
    error = np.std((sums - sums.mean()) ** 2) / np.sqrt(len(sums))
    value = alike(j).apply(Variance(over_neurons(a[j] ** 2)), scene()).subs(m, 16)
    (node,) = value.atoms(Variance)
    one = second_moments().apply(node, scene())
    claimed = float((value / node * moments().apply(one, scene())).subs(m, 16))
    assert claimed == 32
    assert abs(sums.var() - claimed) < 6 * error
