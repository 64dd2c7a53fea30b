"""Attaching an experiment to a claim: what is accepted, and what each refusal says."""

import re
import sys

import pytest
from sympy import Abs, Interval, Range, Rational, oo, symbols

from numerics import experiment
from numerics.experiment import attached, observed_node, observes
from theory import (
    Claim,
    Covariance,
    Mean,
    Probability,
    Variance,
    at_most,
    equal,
    gaussian,
    limit,
    observed,
    scaling,
    step,
)
from theory.domain import vectors

rho, s = symbols("rho s", real=True)
m, d = symbols("m d", integer=True, positive=True)
u, v = gaussian.pair(rho)
J, beta = observed("J"), observed("beta")


def mean_claim(**changes) -> Claim:
    fields = {"given": {rho: Interval(-1, 1)}, "states": equal(Mean(u * v), rho)} | changes
    return Claim("product", "E uv is rho.", **fields)


def draws(key, draws, rho):
    return draws


def test_an_experiment_is_attached_from_outside_and_returned_unchanged():
    claim = mean_claim()
    assert attached(claim) is None
    assert observes(claim)(draws) is draws
    found = attached(claim)
    assert found is not None
    assert (found.function, found.draws, found.keyed) == (draws, True, True)
    assert found.at == (__file__, draws.__code__.co_firstlineno)


def test_the_laws_of_one_draw_are_sympy_expressions_in_the_claims_parameters():
    claim = mean_claim()
    observes(claim, variance=1 + rho**2, moments={4: 105}, bounds=(-1, 1), kurtosis=9, resolution=1e-2)(draws)
    found = attached(claim)
    assert found is not None
    assert found.variance == 1 + rho**2
    assert found.moments == {4: 105}
    assert found.bounds == (-1, 1)
    assert (found.kurtosis, found.resolution) == (9, 1e-2)


def test_a_second_experiment_for_one_claim_is_refused_by_the_place_of_the_first():
    claim = mean_claim()
    observes(claim)(draws)
    with pytest.raises(
        ValueError, match=rf"product \({re.escape(__file__)}:\d+\): an experiment is attached already"
    ):
        observes(claim)(draws)
    observes(mean_claim())(draws)  # another object of the same name is another claim


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (Mean(u * v), "(key, draws, rho)"),
        (rho * Mean(u * v), "(key, draws, rho)"),
        (Probability(step(u) > 0), "(key, draws, rho)"),
        (2 * Variance(u), "(key, draws, rho)"),
        (Covariance(u, v), "(key, draws, rho)"),
        (Mean(u) + Mean(v), "(key, rho), or (rho) if nothing is random"),
        (Mean(u) * Mean(v), "(key, rho), or (rho) if nothing is random"),
        (J * Mean(u), "(key, rho), or (rho) if nothing is random"),
        (J, "(key, rho), or (rho) if nothing is random"),
        (Abs(Mean(u * v)), "(key, rho), or (rho) if nothing is random"),
    ],
)
def test_the_signature_follows_from_the_left_side(left, expected):
    claim = mean_claim(states=equal(left, rho + 7))
    with pytest.raises(
        TypeError, match=re.escape(f"takes (x), but the claim's left side and parameters ask for {expected}")
    ):
        observes(claim)(lambda x: x)


def test_parameters_are_exactly_those_of_the_claim():
    x = symbols("x", cls=lambda name: __import__("sympy").IndexedBase(name))
    claim = Claim(
        "norms", "t", given={d: Range(1, 9), x: vectors(d), s: Interval(0, 1)}, states=at_most(J, beta)
    )
    observes(claim)(lambda d, x, s: None)
    for wrong in (
        lambda d, x: None,
        lambda key, d, x, s, t: None,
        lambda draws, key, d, x, s: None,
        lambda **p: None,
    ):
        other = Claim("norms", "t", given=dict(claim.given), states=claim.states)
        with pytest.raises(
            TypeError, match=re.escape("ask for (key, d, x, s), or (d, x, s) if nothing is random")
        ):
            observes(other)(wrong)


def test_without_a_key_an_experiment_is_deterministic():
    for function, keyed in ((lambda rho: rho, False), (lambda key, rho: rho, True)):
        claim = mean_claim(states=equal(J, rho))
        observes(claim)(function)
        found = attached(claim)
        assert found is not None
        assert found.keyed is keyed


@pytest.mark.parametrize(
    ("law", "says"),
    [
        ({"variance": s}, "variance uses s; write it in the claim's parameters, rho"),
        ({"moments": {4: s}}, "moments uses s; write it in the claim's parameters, rho"),
        ({"bounds": (0, s)}, "bounds uses s; write it in the claim's parameters, rho"),
        ({"resolution": 0}, "resolution=0 must be positive, such as 1e-2"),
        ({"resolution": -1.0}, "resolution=-1.0 must be positive, such as 1e-2"),
    ],
)
def test_a_law_that_makes_no_sense_is_refused(law, says):
    with pytest.raises((TypeError, ValueError), match=re.escape(says)):
        observes(mean_claim(), **law)(draws)


def test_a_law_of_draws_is_refused_where_nothing_is_drawn():
    claim = mean_claim(states=equal(J, rho))
    with pytest.raises(TypeError, match="variance speaks of a draw, but the left side is under no node"):
        observes(claim, variance=1)(lambda rho: rho)


def test_only_a_claim_can_be_observed():
    with pytest.raises(TypeError, match=r"observes\('abs-kernel'\): pass the claim itself"):
        observes("abs-kernel")


def test_factors_beside_the_node_go_to_the_right_side():
    node, factor = observed_node(3 * rho * Mean(u * v))
    assert node == Mean(u * v)
    assert factor == 3 * rho
    assert observed_node(Rational(1, 2) * J)[0] is None


def test_a_limit_of_means_draws_at_every_width():
    claim = Claim("chi", "t", given={m: Range(1, oo)}, states=limit(Mean(observed("A")), 1, by=m, rate=-1))
    with pytest.raises(TypeError, match=re.escape("ask for (key, draws, m)")):
        observes(claim)(lambda m: m)


FILE = """
from numerics import observes
from theory import Claim, equal, observed
from sympy import Interval, symbols
x = symbols("x", real=True)
good = Claim("good", "t", given={x: Interval(0, 1)}, states=equal(observed("A"), x))
bad = Claim("bad", "t", given={x: Interval(0, 1)}, states=equal(observed("A"), x))

@observes(bad)
def wrong(y):
    return y

@observes(good)
def right(x):
    return x
"""


def test_a_file_with_one_bad_experiment_still_loads_and_the_claim_keeps_the_complaint(tmp_path):
    file = tmp_path / "mixed.py"
    file.write_text(FILE)
    module = experiment.load(str(file))
    assert attached(module.good) is not None
    assert attached(module.bad) is None
    assert re.search(r"bad \(.*mixed\.py:9\): the experiment takes \(y\)", experiment.REJECTED[module.bad])
    assert experiment.load(str(file)) is module
    assert experiment.named("good", str(file)) == (module.good, attached(module.good))


def test_a_file_that_raises_is_not_left_half_loaded(tmp_path):
    file = tmp_path / "broken.py"
    file.write_text("1 / 0")
    before = set(sys.modules)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            experiment.load(str(file))
    assert set(sys.modules) == before
    with pytest.raises(TypeError, match="takes"):  # outside of a file a bad experiment is refused at once
        observes(mean_claim())(lambda y: y)


def test_two_claims_of_one_name_in_a_file_are_told_apart_by_nobody(tmp_path):
    file = tmp_path / "twins.py"
    file.write_text(
        FILE.replace('"bad"', '"good"').replace("wrong(y)", "wrong(x)").replace("return y", "return x")
    )
    experiment.load(str(file))
    with pytest.raises(
        ValueError, match="good: 2 claims of that name have an experiment; rename all but one"
    ):
        experiment.named("good", str(file))


def test_a_traced_integer_is_one_of_the_claim():
    claim = Claim("chi", "t", given={m: Range(1, oo)}, states=limit(Mean(observed("A")), 1, by=m, rate=-1))
    with pytest.raises(TypeError, match=r"traced names 'n', which is no integer parameter.*of m"):
        observes(claim, traced=("n",))(lambda key, draws, m: m)
    with pytest.raises(TypeError, match=r"traced names 'rho'.*of which it has none"):
        observes(mean_claim(), traced=("rho",))(draws)
    observes(claim, traced=("m",))(lambda key, draws, m: m)
    found = attached(claim)
    assert found is not None
    assert found.traced == ("m",)


@pytest.mark.parametrize("corrections", [(0,), (1, -1)])
def test_corrections_are_positive_powers(corrections):
    claim = Claim("size", "t", given={m: Range(1, oo)}, states=scaling(observed("A"), 1, by=m))
    with pytest.raises(TypeError, match="are positive powers, such as"):
        observes(claim, corrections=corrections)(lambda m: m)


def test_only_a_scaling_has_corrections():
    with pytest.raises(TypeError, match="drop it elsewhere"):
        observes(mean_claim(), corrections=(1,))(draws)


def test_an_experiment_looks_at_one_point_at_least():
    with pytest.raises(ValueError, match="points=0: look at one at least"):
        observes(mean_claim(), points=0)(draws)
