"""How large is the largest of m ReLU neurons, on average?

./wideproof check docs/gallery/largest_neuron.py
"""

import jax
import jax.numpy as jnp
from sympy import Range, log, sqrt, symbols

from numerics import observes
from theory import Claim, Mean, at_most, observed

m = symbols("m", integer=True, positive=True)
largest = observed("M")

largest_neuron = Claim(
    "largest-neuron",
    "The largest of m ReLU neurons is on average at most sqrt(2 log m).",
    given={m: Range(1, 257)},
    states=at_most(Mean(largest), sqrt(2 * log(m))),
)

largest_neuron_from_two = Claim(
    "largest-neuron.from-two",
    "From two neurons on, the largest ReLU neuron is on average at most sqrt(2 log m).",
    given={m: Range(2, 257)},
    states=at_most(Mean(largest), sqrt(2 * log(m))),
)


@observes(largest_neuron, resolution=1e-2)
@observes(largest_neuron_from_two, resolution=1e-2)
def largest_of_a_layer(key, draws, m):
    return jnp.max(jax.nn.relu(jax.random.normal(key, (draws, m))), axis=1)
