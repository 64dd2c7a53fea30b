"""The rules about spectra, neurons and suprema refuse what does not follow."""

import pytest
from sympy import Abs, Rational, S, Sum, exp, oo, sqrt, symbols, tanh

from theory.activation import ABS, RELU
from theory.curvature import growth
from theory.curvature.network import W, a, j, m, sigma
from theory.curvature.spectrum import largest, norm_, norm_of_hessian, over_neurons
from theory.derivation import Refused, Scene
from theory.domain import hessian, operator_norm, supremum
from theory.layers import fair_signs, fills, grows
from theory.spectrum import blocks, two_by_two
from theory.suprema import peak, substitute, symmetric

z, q = symbols("z q", real=True)
FIXED, RANDOM = (Scene(claim, dict(claim.given)) for claim in (norm_, growth.bounded))
seen = growth.seen(j, growth.weights)


def refuses(rule, before, scene, why):
    with pytest.raises(Refused, match=why):
        rule.apply(before, scene)


def test_neurons_that_share_a_weight_have_no_blocks():
    shared = Sum(a[j] * a[1] * sigma(Sum(W[j, 1], (j, 1, m))), (j, 1, m))
    refuses(blocks(), operator_norm(hessian(shared, a, W)), FIXED, "not of neuron j alone")


def test_a_kink_that_is_not_excluded_is_refused():
    refuses(blocks(), norm_of_hessian(activation=RELU), FIXED, "has a kink")
    refuses(blocks(), norm_of_hessian(activation=ABS), FIXED, "not known to have two derivatives")


def test_only_symmetric_matrices_of_two_rows_have_this_norm():
    from sympy import ImmutableDenseMatrix

    lopsided = operator_norm(ImmutableDenseMatrix([[0, 1], [2, 0]]))
    refuses(two_by_two(), lopsided, FIXED, "not a real symmetric matrix")


def test_a_limit_proves_no_equality_at_a_width():
    top = over_neurons(largest(1, seen))
    refuses(fills(z), top, Scene(norm_, dict(growth.HESSIANS)), "the statement is about every width")


def test_the_largest_of_unbounded_values_tends_to_no_supremum():
    refuses(fills(z), over_neurons(exp(seen)), RANDOM, "nothing is known to bound")
    refuses(fills(z), over_neurons(growth.normal[j] ** 2), RANDOM, "pre-activation alone")


def test_signs_matter_to_an_odd_function():
    refuses(fair_signs(growth.fair), over_neurons(growth.fair[j] * seen), RANDOM, "not known to be even")
    refuses(
        fair_signs(growth.normal), over_neurons(Abs(growth.normal[j])), RANDOM, "not an array of fair signs"
    )


def test_bounded_output_weights_do_not_grow():
    from sympy import log

    refuses(
        grows(z),
        over_neurons(largest(growth.fair[j], seen)) / sqrt(log(m)),
        RANDOM,
        "must be Gaussian|output weight",
    )


def test_a_supremum_needs_symmetry_and_a_peak():
    refuses(symmetric(z), supremum(tanh(z), (z, -oo, oo)), FIXED, "not known to be even")
    hump = supremum(z * (1 - z), (z, 0, 1))
    refuses(peak(z, Rational(1, 3)), hump, FIXED, "not known to vanish")
    assert peak(z, Rational(1, 2)).apply(hump, FIXED) == Rational(1, 4)
    valley = supremum(2 - z * (1 - z), (z, 0, 1))
    refuses(peak(z, Rational(1, 2)), valley, FIXED, "not known to be concave")
    backwards = substitute(z, 1 / q, (q, S.Zero, oo))
    refuses(backwards, supremum(exp(-z), (z, 0, oo)), FIXED, "does not tend to")
