"""Two-layer networks at random weights: a draw is what the kernel of a whole network of width m is.

Nothing here knows an arc-cosine. The distance from the
infinitely wide network is taken from the kernels of ``numerics.kernels``, which are no part of the theory.
"""

from collections.abc import Callable
from itertools import combinations_with_replacement
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from numerics import gaussian as draw
from numerics import kernels, observes
from numerics.network import Tangents
from theory.two_layer import initialisations, limits, moments, slides

MEANS, SPREADS = 3e-2, 5e-2  # relative: a draw costs m neurons, and a variance is a fourth moment


class Law(NamedTuple):
    """How output weights and hidden rows are drawn: ``a(key, draws)`` and the columns ``W(key, draws, d)``."""

    a: Callable
    W: Callable
    a_scale: Any = 1.0
    w_scale: Any = 1.0

    def scaled(self, a_scale, w_scale) -> "Law":
        """The same law with output and hidden weights multiplied."""
        return self._replace(a_scale=a_scale, w_scale=w_scale)


def normals(key, draws: int) -> jax.Array:
    return draw.independent(key, draws, jnp.float32)[0]


def signs(key, draws: int) -> jax.Array:
    return draw.rademacher(key, draws, dtype=jnp.float32)


def rows(key, draws: int, d: int) -> list[jax.Array]:
    return draw.columns(key, draws, d, jnp.float32)


def unit_rows(key, draws: int, d: int) -> list[jax.Array]:
    """Uniform directions, fair signs in dimension one."""
    if d == 1:
        return [signs(key, draws)]
    first, *others = rows(key, draws, d)
    nowhere = jnp.all(jnp.stack([first, *others]) == 0, axis=0)  # as two floats of a pair may be
    found = [first + nowhere.astype(first.dtype), *others]
    size = jnp.sqrt(sum(column**2 for column in found))
    return [column / size for column in found]


GAUSSIAN, SIGNS, DIRECTIONS = Law(normals, rows), Law(signs, rows), Law(signs, unit_rows)


def neurons(key, draws: int, x, y, law: Law, sigma=jax.nn.relu) -> Tangents:
    """What single neurons add to both parts of the kernel at two inputs, shapes (draws,).

    That these are the inner products of gradients is an identity with an experiment of its own.
    """
    output, (u, v) = seen(key, draws, [x, y], law)
    slope = jax.vmap(jax.grad(sigma))
    return Tangents(output**2 * slope(u) * slope(v) * (x @ y), sigma(u) * sigma(v))


def seen(key, draws: int, inputs, law: Law) -> tuple[jax.Array, list[jax.Array]]:
    """Output weights of single neurons, and what they see of every input: arrays of shape (draws,).

    Not stacked into one array, they vectorise on a CPU together with their Gaussians.
    """
    a_key, w_key = jax.random.split(key)
    columns = law.W(w_key, draws, inputs[0].size)
    inner = [
        law.w_scale * sum(column * entry for column, entry in zip(columns, x, strict=True)) for x in inputs
    ]
    return law.a_scale * law.a(a_key, draws), inner


def averages(key, draws: int, m: int, x, y, law: Law) -> Tangents:
    """Both parts of the kernels of many ReLU networks: averages over m neurons, shapes (draws,)."""
    return Tangents(*(part.reshape(draws, m).mean(axis=1) for part in neurons(key, draws * m, x, y, law)))


def whole(parts: Tangents) -> jax.Array:
    return parts.K_1 + parts.K_2


# Means


mean_whole, mean_hidden, mean_output, *_ = limits.means


@observes(mean_whole, resolution=MEANS)
def kernel(key, draws, m, d, x, y, mu2):
    return whole(averages(key, draws, m, x, y, GAUSSIAN.scaled(jnp.sqrt(mu2), 1.0)))


@observes(mean_hidden, resolution=MEANS)
def hidden(key, draws, m, d, x, y, mu2):
    return averages(key, draws, m, x, y, GAUSSIAN.scaled(jnp.sqrt(mu2), 1)).K_1


@observes(mean_output, resolution=MEANS)
def output(key, draws, m, d, x, y):
    return averages(key, draws, m, x, y, GAUSSIAN).K_2


# Variances and covariances, on pairs of inputs and on the diagonal

k1 = {claim.name.removeprefix("k1-variance"): claim for claim in moments.k1_variance}
both = {claim.name.removeprefix("k1-k2-covariance-and-total-variance"): claim for claim in moments.covariance}


@observes(k1[".gaussian"], resolution=SPREADS)
def hidden_gaussian(key, draws, m, d, x, y):
    return averages(key, draws, m, x, y, GAUSSIAN).K_1


@observes(k1[".rademacher"], resolution=SPREADS)
def hidden_signs(key, draws, m, d, x, y):
    return averages(key, draws, m, x, y, SIGNS).K_1


@observes(k1[".gaussian.diagonal"], resolution=SPREADS)
def hidden_gaussian_diagonal(key, draws, m, d, x):
    return averages(key, draws, m, x, x, GAUSSIAN).K_1


@observes(k1[".rademacher.diagonal"], resolution=SPREADS)
def hidden_signs_diagonal(key, draws, m, d, x):
    return averages(key, draws, m, x, x, SIGNS).K_1


@observes(moments.k2_variance[0], resolution=SPREADS)
def output_variance(key, draws, m, d, x, y):
    return averages(key, draws, m, x, y, SIGNS).K_2


@observes(moments.k2_variance[1], resolution=SPREADS)
def output_diagonal(key, draws, m, d, x):
    return averages(key, draws, m, x, x, SIGNS).K_2


@observes(moments.orthogonal, resolution=SPREADS)
def output_orthogonal(key, draws, m):
    x, y = jnp.eye(2, dtype=jnp.float32)
    return averages(key, draws, m, x, y, SIGNS).K_2


@observes(both[".total.gaussian"], resolution=SPREADS)
def whole_gaussian(key, draws, m, d, x, y):
    return whole(averages(key, draws, m, x, y, GAUSSIAN))


@observes(both[".total.rademacher"], resolution=SPREADS)
def whole_signs(key, draws, m, d, x, y):
    return whole(averages(key, draws, m, x, y, SIGNS))


@observes(both[".diagonal"], resolution=SPREADS)
def both_diagonal(key, draws, m, d, x):
    parts = averages(key, draws, m, x, x, SIGNS)
    return parts.K_1, parts.K_2


@observes(both[".diagonal.gaussian"], resolution=SPREADS)
def whole_gaussian_diagonal(key, draws, m, d, x):
    return whole(averages(key, draws, m, x, x, GAUSSIAN))


@observes(both[".diagonal.rademacher"], resolution=SPREADS)
def whole_signs_diagonal(key, draws, m, d, x):
    return whole(averages(key, draws, m, x, x, SIGNS))


# The error on a data set


def squared_error(key, draws: int, m: int, X, law: Law):
    """The squared Frobenius distance of the kernel matrix from the infinitely wide network's, of many networks."""
    output, inner = seen(key, draws * m, list(X), law)
    slopes = [output * jax.vmap(jax.grad(jax.nn.relu))(u) for u in inner]
    outer = [jax.nn.relu(u) for u in inner]
    error = jnp.zeros(draws, X.dtype)
    for i, j in combinations_with_replacement(range(len(inner)), 2):
        found = (slopes[i] * slopes[j] * (X[i] @ X[j]) + outer[i] * outer[j]).reshape(draws, m).mean(axis=1)
        wide = whole(kernels.relu_tangents(X[i], X[j]))
        error += (1 if i == j else 2) * (found - wide) ** 2  # both halves of a symmetric matrix
    return error


@observes(limits.frobenius_gaussian, resolution=SPREADS)
def error_gaussian(key, draws, m, n, d, X):
    return squared_error(key, draws, m, X, GAUSSIAN)


@observes(limits.frobenius_signs, resolution=SPREADS)
def error_signs(key, draws, m, n, d, X):
    return squared_error(key, draws, m, X, SIGNS)


# The slides' initialisations, of networks without a factor in front


@observes(initialisations.slip_of_case_1, resolution=0.3)  # it is off by its own size
def difference(key, draws, m, d, x):
    parts = averages(key, draws, m, x, x, DIRECTIONS.scaled(m**-0.5, d**-0.5))
    return m * (parts.K_2 - parts.K_1)


@observes(initialisations.case_1_hidden, resolution=MEANS)
def hidden_of_directions(key, draws, m, d, x):
    return m * averages(key, draws, m, x, x, DIRECTIONS.scaled(m**-0.5, d**-0.5)).K_1


@observes(initialisations.case_1_output, resolution=MEANS)
def output_of_directions(key, draws, m, d, x):
    return m * averages(key, draws, m, x, x, DIRECTIONS.scaled(m**-0.5, d**-0.5)).K_2


@observes(slides.hidden, resolution=MEANS)
def hidden_shrinking(key, draws, m, d, x, y, s_a, s_w):
    return m * averages(key, draws, m, x, y, GAUSSIAN.scaled(s_a * m**-0.5, s_w * m**-0.5)).K_1


@observes(slides.output, resolution=MEANS)
def output_shrinking(key, draws, m, d, x, y, s_a, s_w):
    return m * averages(key, draws, m, x, y, GAUSSIAN.scaled(s_a * m**-0.5, s_w * m**-0.5)).K_2


@observes(slides.in_front, resolution=MEANS)
def steady(key, draws, m, d, x, y, s_a, s_w):
    return whole(averages(key, draws, m, x, y, GAUSSIAN.scaled(s_a, s_w)))


@observes(slides.no_repair, resolution=MEANS)
def output_over_the_dimension(key, draws, m, d, x, y, s_a, s_w):
    return m * averages(key, draws, m, x, y, GAUSSIAN.scaled(s_a, s_w * d**-0.5)).K_2
