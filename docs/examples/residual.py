"""A coordinate check of a network of one's own, a residual perceptron, with a verdict.

./wideproof check docs/examples/residual.py
"""

import equinox as eqx
import jax
import jax.numpy as jnp
from sympy import Range, symbols

from numerics import observes
from numerics.observables import change, measured, size
from numerics.training import sgd, squares
from theory import Claim, observed, scaling

D, BLOCKS, RATE = 4, 2, 0.2
X = jnp.eye(D) + 0.3  # four inputs with four coordinates, of which two and two are to become 1 and -1
Y = jnp.array([1.0, -1.0, 1.0, -1.0])


class Residual(eqx.Module):
    embed: eqx.nn.Linear
    blocks: list[eqx.nn.Linear]
    readout: eqx.nn.Linear

    def __init__(self, key, m):
        first, last, *keys = jax.random.split(key, BLOCKS + 2)
        self.embed = eqx.nn.Linear(D, m, use_bias=False, key=first)
        self.blocks = [eqx.nn.Linear(m, m, use_bias=False, key=each) for each in keys]
        self.readout = eqx.nn.Linear(m, 1, use_bias=False, key=last)

    def __call__(self, x):
        x = self.embed(x)
        for block in self.blocks:
            x = x + block(jax.nn.relu(x))
        return self.readout(x)[0]


def maximal(key, m):
    """Equinox starts every weight within 1/sqrt(inputs); the last ones have to be smaller by sqrt(m)."""
    network = Residual(key, m)
    return eqx.tree_at(lambda n: n.readout.weight, network, network.readout.weight / jnp.sqrt(m))


def rate(name, m):
    """Learning rates of the maximal-update parametrisation, for gradient descent."""
    return RATE * {"embed": m, "blocks": 1, "readout": 1 / m}[name.split(".")[0].split("[")[0]]


m = symbols("m", integer=True, positive=True)
widths = {m: Range(16, 129)}
train = sgd(squares(X, Y), steps=1, rate=rate)

start = Claim(
    "residual-start",
    "The residual stream starts with coordinates of order one.",
    given=widths,
    states=scaling(observed("h"), 0, by=m),
)
learns = Claim(
    "residual-learns",
    "One step changes the coordinates of the residual stream by order one.",
    given=widths,
    states=scaling(observed("dh"), 0, by=m),
)
forgot = Claim(
    "residual-forgot",
    "The same, where the last weights start at their usual size: this is false.",
    given=widths,
    states=scaling(observed("dh"), 0, by=m),
)


def stream(network, x):
    """What the last block adds to: a layer is a name, such as "blocks[1]", or a function like this one."""
    x = network.embed(x)
    for block in network.blocks:
        x = x + block(jax.nn.relu(x))
    return x


# An exponent off by an eighth would be caught: 0.01, which is asked for by default, takes many more networks.
observes(start, resolution=1 / 8)(measured(maximal, size("embed", X)))
observes(learns, resolution=1 / 8)(measured(maximal, change(stream, X, train)))
observes(forgot, resolution=1 / 8)(measured(Residual, change(stream, X, train)))
