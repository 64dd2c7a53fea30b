"""What to observe of a network as it grows: measures of any callable pytree, for a ``scaling`` with a verdict.

A *measure* is a function ``(network, m) -> number``. ``measured(build, measure)`` makes of it, and of a builder
``(key, m) -> network``, the experiment ``(key, m) -> number`` that ``observes`` attaches to a claim:

    observes(claim)(measured(build, change("layers[0]", X, train)))

A network is an Equinox module or ``jax.tree_util.Partial(apply, params)`` (see `numerics.training`, which also has
``train``). A *layer* is the path to a submodule, whose output is looked at, or a function ``(network, x) -> array``.
Weights are measured in units of the square root of their rate: a product ``g . g'`` of two gradients has the weight
``rate`` of each array, as it has in one step of training, so that kernels and curvatures of different
parametrisations can be compared. With ``rate=1`` they are the plain ones.
"""

from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Float

from numerics.observing import layer_output, observable
from numerics.training import Loss, Rate, Train, arrays, rates

Measure = Callable[[Any, Any], Float[Array, ""]]
Layer = str | Callable[[Any, Array], Array]
STEPS = 32  # of Lanczos: the top of a network's spectrum moves by less than a thousandth with twice as many


def measured(build: Callable, measure: Measure) -> Callable:
    """The experiment ``(key, m) -> number`` that builds a network and measures it."""
    return observable(lambda key, m: measure(build(key, m), m))


def trained(train: Train, measure: Measure) -> Measure:
    """A measure of the network after training."""
    return lambda network, m: measure(train(network, m), m)


def size(layer: Layer, X: Float[Array, "n d"]) -> Measure:
    """Root mean square of a layer's coordinates over all inputs."""
    return lambda network, m: rms(features(network, layer, X))


def change(layer: Layer, X: Float[Array, "n d"], train: Train) -> Measure:
    """Root mean square of what training adds to a layer's coordinates."""
    return lambda network, m: rms(features(train(network, m), layer, X) - features(network, layer, X))


def kernel_change(X: Float[Array, "n d"], train: Train, *, rate: Rate) -> Measure:
    """How far training moves the tangent kernel, in Frobenius norm, relative to its start."""

    def measure(network, m):
        start, end = (tangent_kernel(at, X, rate, m) for at in (network, train(network, m)))
        return jnp.linalg.norm(end - start) / jnp.linalg.norm(start)

    return measure


def linearisation_error(X: Float[Array, "n d"], train: Train) -> Measure:
    """How far the outputs after training are from those of the linearisation at the start, at the same weights,
    relative to what training changed."""

    def measure(network, m):
        start, rest = arrays(network)
        end = arrays(train(network, m))[0]
        moved = jax.tree.map(jnp.subtract, end, start)
        before, slope = jax.jvp(lambda at: outputs(eqx.combine(at, rest), X), (start,), (moved,))
        after = outputs(eqx.combine(end, rest), X)
        return rms(after - before - slope) / rms(after - before)

    return measure


def sharpness(loss: Loss, *, rate: Rate, steps: int = STEPS) -> Measure:
    """The largest eigenvalue of the Hessian of the loss; gradient descent at ``rate`` is stable below 2.

    Fewer ``steps`` of Lanczos will do where few inputs make the largest eigenvalues stand apart.
    """
    return lambda network, m: jnp.max(spectrum(network, loss, rate, m, steps))


def hessian_norm(x: Float[Array, " d"], *, rate: Rate, steps: int = STEPS) -> Measure:
    """The operator norm of the Hessian of the output at an input; of several outputs, that of their sum."""

    def measure(network, m):
        return jnp.max(jnp.abs(spectrum(network, lambda at: jnp.sum(at(x)), rate, m, steps)))

    return measure


def rms(values: Float[Array, "..."]) -> Float[Array, ""]:
    return jnp.sqrt(jnp.mean(jnp.square(values)))


def outputs(network: Any, X: Float[Array, "n d"]) -> Float[Array, "n k"]:
    return jax.vmap(network)(X).reshape(X.shape[0], -1)


def features(network: Any, layer: Layer, X: Float[Array, "n d"]) -> Float[Array, "n ..."]:
    return jax.vmap(lambda x: layer_output(network, layer, x))(X)


def tangent_kernel(network: Any, X: Float[Array, "n d"], rate: Rate, m: Any) -> Float[Array, "nk nk"]:
    """Inner products of the gradients of all outputs at all inputs, each array with its rate."""
    moving, rest = arrays(network)
    jacobian = jax.jacrev(lambda at: outputs(eqx.combine(at, rest), X).ravel())(moving)
    flat = [leaf.reshape(leaf.shape[0], -1) for leaf in jax.tree.leaves(jacobian)]
    by = jax.tree.leaves(rates(network, rate, m))
    return jnp.sum(jnp.stack([r * (J @ J.T) for r, J in zip(by, flat, strict=True)]), axis=0)


def spectrum(network: Any, function: Loss, rate: Rate, m: Any, steps: int = STEPS) -> Float[Array, " k"]:
    """Ritz values of the Hessian of a function of the network: its two ends come out first and best."""
    moving, rest = arrays(network)
    flat, shaped = ravel_pytree(moving)
    scales = jax.tree.map(lambda w, r: jnp.full_like(w, jnp.sqrt(r)), moving, rates(network, rate, m))
    units = ravel_pytree(scales)[0]
    gradient = jax.grad(lambda at: function(eqx.combine(shaped(at), rest)))

    def product(v: Float[Array, " p"]) -> Float[Array, " p"]:
        return units * jax.jvp(gradient, (flat,), (units * v,))[1]

    return lanczos(
        product, jnp.cos(jnp.arange(flat.size, dtype=flat.dtype) ** 2 + flat), min(steps, flat.size)
    )


def lanczos(product: Callable, start: Float[Array, " p"], steps: int) -> Float[Array, " k"]:
    """Eigenvalues of a symmetric matrix on the Krylov space of a start.

    Nothing is orthogonalised but against the last two vectors: rounding makes copies of what has converged, and the
    ends of the spectrum stay what they are. `lobpcg_standard` compiles three times as long, and sees one end alone.
    """

    def step(state, _):
        before, now, beside = state
        w = product(now) - beside * before
        diagonal = jnp.vdot(now, w)
        w = w - diagonal * now
        size = jnp.linalg.norm(w)
        return (now, w / jnp.where(size > 0, size, 1), size), (diagonal, size)  # zero: the space has ended

    first = jnp.zeros_like(start), start / jnp.linalg.norm(start), jnp.zeros((), start.dtype)
    diagonal, beside = jax.lax.scan(step, first, length=steps)[1]
    side = jnp.diag(beside[:-1], 1)
    return jnp.linalg.eigvalsh(jnp.diag(diagonal) + side + side.T)
