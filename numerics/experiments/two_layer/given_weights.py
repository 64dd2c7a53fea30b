"""Two-layer networks at given weights, differentiated by the machine: inner products of gradients, and pushes."""

import jax
import jax.numpy as jnp

from numerics import network, observes
from theory.two_layer import identity, initialisations


def gradients(a, W, x, y, sigma):
    return network.gradient_inner(network.Weights(a, W), x, y, sigma)


@observes(identity.identity)
@observes(initialisations.case_2)
def whole(m, d, a, W, x, y, sigma):
    blocks = gradients(a, W, x, y, sigma)
    return blocks.K_1 + blocks.K_2


@observes(identity.hidden)
def hidden(m, d, a, W, x, y, sigma):
    return gradients(a, W, x, y, sigma).K_1


@observes(identity.output)
def output(m, d, a, W, x, y, sigma):
    return gradients(a, W, x, y, sigma).K_2


def pushed(weights: network.Weights, x, y, sigma, trained: str):
    """How fast f(x) changes as the trained weights move along the gradient of f(y)."""
    push = jax.grad(network.output)(weights, y, sigma)
    still = jax.tree.map(jnp.zeros_like, push)._replace(**{trained: getattr(push, trained)})
    return jax.jvp(lambda moved: network.output(moved, x, sigma), (weights,), (still,))[1]


@observes(initialisations.case_3)
def hidden_trained(m, d, a, W, x, y, sigma):
    return pushed(network.Weights(a, W), x, y, sigma, "W")


@observes(initialisations.case_3_output)
def output_trained(m, d, a, W, x, y, sigma):
    return pushed(network.Weights(a, W), x, y, sigma, "a")
