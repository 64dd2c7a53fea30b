"""The plain two-layer network, differentiated by the machine at weights and inputs of any size."""

from numerics import network, observes
from theory.two_layer import identity as two_layer


def gradients(a, W, x, y, sigma):
    return network.gradient_inner(network.Weights(a, W), x, y, sigma)


@observes(two_layer.identity)
def whole(m, d, a, W, x, y, sigma):
    blocks = gradients(a, W, x, y, sigma)
    return blocks.K_1 + blocks.K_2


@observes(two_layer.hidden)
def hidden(m, d, a, W, x, y, sigma):
    return gradients(a, W, x, y, sigma).K_1


@observes(two_layer.output)
def output(m, d, a, W, x, y, sigma):
    return gradients(a, W, x, y, sigma).K_2
