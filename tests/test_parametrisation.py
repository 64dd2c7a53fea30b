"""Perceptrons under abc-parametrisations: theory's exponents against networks, entry by entry.

Every entry is judged as the engine judges a ladder: a pilot says how many seeds its fits need. So are its neighbours,
a quarter to each side, and what other parametrisations have in its place. Other than in ``check``, one program
measures all that a parametrisation is looked at for, on the same networks, seeds end with those that were drawn, and
an alarm is believed at once. ``check`` itself runs at the end on a true claim and a false one.
"""

from fractions import Fraction
from functools import cache
from itertools import product

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jax.tree_util import Partial
from sympy import Max, Range, Rational, symbols

from numerics import check, climbing, observables, observes, parametrisation, training
from numerics.fitted import Ladder, finding
from numerics.judge import Verdict
from numerics.observables import change, measured
from numerics.parametrisation import TABLE, functions, modules, named, rates, shifted
from numerics.plan import SLOTS
from numerics.training import adam, sgd, squares
from theory import parametrisation as theory

D = 8
AXES = jnp.sqrt(D) * jnp.eye(D)  # outputs at orthogonal inputs are independent: less noise
PLANE = jnp.eye(2) / jnp.sqrt(8)  # small: cubes of output weights, whose tails are heavy, weigh little
ONE, TARGET = jnp.ones((1, D)), jnp.array([4.0])
RESOLUTION = 1 / 8  # finer than half of the quarter by which neighbours are off
TOGETHER = 8  # seeds
FEW = 10  # steps of Lanczos: at one input one eigenvalue stands apart, or all are one
SHARE = 1e-6 / SLOTS
NARROW, WIDE = Range(16, 1025), Range(64, 4097)
HALF, QUARTER = Rational(1, 2), Rational(1, 4)
ROUNDING = 1e-9  # of float64 in a few steps of training
m = symbols("m", integer=True, positive=True)


def exponents(name, hidden=1):
    return theory.exponents(*named(name, hidden))


# What is looked at: values of all observables of one network, by the names of theory's table


def layer(abc, m, place):
    return lambda network, x: parametrisation.preactivations(abc, jnp.tanh, m, network.args[0], x)[place - 1]


def after(network):
    """Training that was done already."""
    return lambda *_: network


def at_start(key, m, abc):
    network, rate = functions(abc, D, jnp.tanh)(key, m), rates(abc, 0.05)
    one = sgd(squares(ONE, TARGET), steps=1, rate=rate)(network, m)
    yield "features 1", observables.size(layer(abc, m, 1), AXES)(network, m)
    yield "output", observables.size(layer(abc, m, 2), AXES)(network, m)
    yield "first change 1", change(layer(abc, m, 1), ONE, after(one))(network, m)
    yield "tangent kernel", jnp.trace(observables.tangent_kernel(network, AXES, rate, m))


def curved(key, m, abc):
    network, rate = functions(abc, D, jnp.tanh)(key, m), rates(abc, 0.05)
    rectified = Partial(
        lambda w, x: parametrisation.preactivations(abc, jax.nn.relu, m, w, x)[-1][0], *network.args
    )
    yield "sharpness", observables.sharpness(squares(ONE, jnp.zeros(1)), rate=rate, steps=FEW)(network, m)
    yield "Hessian norm", observables.hessian_norm(ONE[0], rate=rate, steps=FEW)(rectified, m)


def trained(X, Y, eta):
    def values(key, m, abc):
        network, rate = functions(abc, X.shape[1], jnp.tanh)(key, m), rates(abc, eta)
        train = after(sgd(squares(X, Y), steps=2, rate=rate)(network, m))
        yield "change 1", change(layer(abc, m, 1), X, train)(network, m)
        yield "output change", change(layer(abc, m, 2), X, train)(network, m)
        yield "kernel change", observables.kernel_change(X, train, rate=rate)(network, m)
        yield "linearisation error", observables.linearisation_error(X, train)(network, m)

    return values


def deep(key, m, abc):
    X = ONE[:, :1]  # what the first layer adds vanishes like d / m
    network, rate = functions(abc, 1, jnp.tanh)(key, m), rates(abc, 0.05)
    one = sgd(squares(X, TARGET), steps=1, rate=rate)(network, m)
    yield "first change 2", change(layer(abc, m, 2), X, after(one))(network, m)


LOOKS = {  # what, of which parametrisations, hidden layers, widths, seeds
    "start": (at_start, tuple(TABLE), 1, WIDE, 1000),
    "curved": (curved, tuple(TABLE), 1, Range(64, 2049), 400),
    "learning": (trained(ONE, TARGET, 0.05), ("maximal",), 1, WIDE, 400),
    "lazy": (trained(PLANE, jnp.full(2, 4.0), 0.1), ("ntk",), 1, WIDE, 5400),
    "deep": (deep, ("standard", "maximal"), 2, Range(32, 513), 320),
}


def rungs_of(widths):
    claim = theory.claims("any", exponents("ntk"), widths)[0]
    return climbing.rungs(claim)


@cache
def samples(look):
    """By parametrisation and observable, one row of seeds for each rung."""
    values, names, hidden, widths, seeds = LOOKS[look]
    found: dict = {}
    for rung in rungs_of(widths):

        def all_seeds(keys, abc, rung=rung):
            at = lambda key: dict(values(key, rung, parametrisation.Exponents(*map(tuple, abc))))  # noqa: E731
            return jax.lax.map(at, keys, batch_size=TOGETHER)

        run = jax.jit(all_seeds)
        for name in names:
            keys = jax.random.split(jax.random.fold_in(jax.random.key(20261124), rung), seeds)
            abc = tuple(jnp.array([float(each) for each in part]) for part in named(name, hidden))
            for what, row in jax.device_get(run(keys, abc)).items():
                found.setdefault((name, what), []).append(row)
    return found


ENTRIES = [
    (look, name, what)
    for look, whats in {
        "start": ["features 1", "output", "first change 1", "tangent kernel"],
        "curved": ["sharpness", "Hessian norm"],
        "learning": ["change 1", "output change", "kernel change", "linearisation error"],
        "lazy": ["change 1", "output change", "kernel change", "linearisation error"],
        "deep": ["first change 2"],
    }.items()
    for name, what in product(LOOKS[look][1], whats)
]


def judged(look, name, what, exponent):
    hidden, widths = LOOKS[look][2:4]
    p = exponents(name, hidden)
    claims = theory.claims(name, p, widths)
    (claim,) = (each for each, label in zip(claims, theory.table(p), strict=True) if label == what)
    if claim.states.exponent != exponent:
        claim = theory.claim(name, what, exponent, widths)
    correction = theory.kernel_correction(p) if what in ("tangent kernel", "sharpness") else 0
    powers = (float(correction),) if correction else ()
    ladder = Ladder(claim, {}, rungs_of(widths), "median", SHARE, RESOLUTION, powers)
    pool = np.stack(samples(look)[name, what])
    pilot = finding("experiment", ladder, list(pool[:, : climbing.SEEDS]))
    seeds = climbing.seeds_for(pilot, ladder.rungs, 1)
    return finding("experiment", ladder, list(pool[:, :seeds]))


@pytest.mark.parametrize(("look", "name", "what"), ENTRIES)
def test_every_exponent_of_the_table_is_supported_and_its_neighbours_are_refuted(look, name, what):
    hidden = LOOKS[look][2]
    exponent = theory.table(exponents(name, hidden))[what]
    found = judged(look, name, what, exponent)
    assert found.verdict is Verdict.SUPPORTED, found.notes
    others = {theory.table(exponents(other, hidden)).get(what, exponent) for other in TABLE} - {exponent}
    for wrong in {exponent - QUARTER, exponent + QUARTER} | others:
        assert judged(look, name, what, wrong).verdict is Verdict.REFUTED, (wrong, found.notes)


def test_every_kind_of_observable_is_looked_at():
    kinds = {what.rstrip(" 12") for _, _, what in ENTRIES}
    assert kinds == {what.rstrip(" 12") for what in theory.table(exponents("maximal"))}


# The table itself


def test_the_exponents_of_yang_and_hu():
    """What their table 1 and their corollaries say of r, of stability and of learning."""
    deep = {name: exponents(name, 3) for name in TABLE}
    assert [p.r for p in deep.values()] == [-1, HALF, 0]  # standard, ntk, maximal
    assert [name for name, p in deep.items() if not p.is_stable] == ["standard"]
    assert not any(p.is_trivial for p in deep.values() if p.is_stable)


def test_a_two_layer_network_under_ntk_has_the_rates_of_the_other_chapters():
    p = theory.table(exponents("ntk"))
    assert (p["Hessian norm"], p["kernel change"], p["first change 1"]) == (-HALF, -1, -HALF)


@given(
    t=st.fractions(-1, 1, max_denominator=8), name=st.sampled_from(sorted(TABLE)), hidden=st.integers(1, 3)
)
def test_a_shift_changes_no_exponent(t, name, hidden):
    abc = named(name, hidden)
    assert theory.table(theory.exponents(*shifted(abc, t))) == theory.table(theory.exponents(*abc))


def test_the_exponents_follow_from_symbols():
    s = symbols("s", real=True)
    p = theory.exponents((0, s), (0, 0), (0, 1 - 2 * s))
    assert theory.output_change(p).subs(s, HALF) == Max(0, 0)
    assert theory.first_change(p, 1) == -s


def test_features_that_do_not_start_at_order_one_are_refused():
    with pytest.raises(ValueError, match=r"features of order one need a_1 \+ b_1 = 0, and a_l \+ b_l = 1/2"):
        theory.table(theory.exponents((0, 0, 0), (0, 0, 0), (0, 0, 0)))
    with pytest.raises(
        ValueError, match="2, 2 and 1 layers: a, b and c have one number a layer, two or more"
    ):
        theory.exponents((0, 0), (0, 0), (0,))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("mup", 2), r"'mup' with 2 hidden layers: take one or more, and standard, ntk, maximal"),
        (("ntk", 0), "'ntk' with 0 hidden layers: take one or more"),
        (("ntk", 1, "rmsprop"), "rule='rmsprop': take sgd or adam"),
    ],
)
def test_a_row_that_is_not_there(arguments, message):
    with pytest.raises(ValueError, match=message):
        named(*arguments)


def test_rates_are_those_of_networks_that_were_built_here():
    with pytest.raises(
        ValueError, match=r"the weight 'readout' has no number of a layer; build by modules or functions"
    ):
        rates(named("ntk", 1), 0.1)("readout", 4)


# The two ways to build a network, and the symmetry


@settings(max_examples=4)
@given(name=st.sampled_from(sorted(TABLE)), hidden=st.integers(1, 2), width=st.integers(1, 5))
def test_modules_and_functions_are_the_same_networks(name, hidden, width):
    abc, key = named(name, hidden), jax.random.key(width)
    pair = [way(abc, D, jnp.tanh)(jax.random.clone(key), width) for way in (modules, functions)]
    outputs = [observables.outputs(each, AXES) for each in pair]
    np.testing.assert_array_equal(*outputs)
    slopes = [jax.tree.leaves(jax.grad(squares(ONE, TARGET))(each)) for each in pair]
    for one, other in zip(*slopes, strict=True):
        np.testing.assert_allclose(one, other, rtol=ROUNDING, atol=ROUNDING)


@pytest.mark.parametrize(("rule", "power"), [(sgd, 2), (adam, 1)])
def test_training_is_the_same_under_a_shift_and_not_under_half_of_one(rule, power):
    abc, width = named("maximal", 2, rule.__name__), 5

    def outputs(exponents):
        train = rule(squares(AXES, jnp.ones(D)), steps=3, rate=rates(exponents, 0.1))
        return observables.outputs(
            train(functions(exponents, D, jnp.tanh)(jax.random.key(1), width), width), AXES
        )

    here, there = outputs(abc), outputs(shifted(abc, Fraction(1, 3), power))
    np.testing.assert_allclose(here, there, rtol=ROUNDING)
    a, b, c = shifted(abc, Fraction(1, 3), power)
    assert jnp.max(jnp.abs(here - outputs(parametrisation.Exponents(a, b, abc.c)))) > 1e-3
    assert c != abc.c


def test_the_builders_follow_the_table():
    """Sizes at the start and multipliers of a network of width 4, from the table's letters."""
    network = modules(named("maximal", 2), D, jnp.tanh)(jax.random.key(2), 4)
    assert [each.multiplier for each in network.layers] == [2.0, 1.0, 0.5]
    plain = modules(named("standard", 2), D, jnp.tanh)(jax.random.key(2), 4)
    ratios = [
        float(jnp.max(one.weight / other.weight))
        for one, other in zip(network.layers, plain.layers, strict=True)
    ]
    assert ratios == pytest.approx([0.5, 1.0, 1.0])
    assert rates(named("maximal", 2, "adam"), 0.1)("layers[1].weight", 4) == pytest.approx(0.025)
    found = training.rates(network, rates(named("ntk", 2, "adam"), 0.1), 4)
    assert [each.weight for each in found.layers] == pytest.approx([0.1, 0.05, 0.05])


# The engine from end to end


@pytest.mark.parametrize(("name", "verdict"), [("maximal", "supported"), ("ntk", "refuted")])
def test_a_coordinate_check_ends_in_a_verdict(name, verdict):
    """Features that learn, as maximal-update theory claims of them: true there, and false under NTK."""
    claim = theory.claim(name, "first change 1", theory.first_change(exponents("maximal"), 1), NARROW)
    abc = named(name, 1)
    train = sgd(squares(ONE, TARGET), steps=1, rate=rates(abc, 0.05))
    build = modules(abc, D, jnp.tanh)
    observes(claim, resolution=RESOLUTION)(measured(build, change("layers[0]", ONE, train)))
    record = check(claim)
    assert record.verdict == verdict, record.notes
