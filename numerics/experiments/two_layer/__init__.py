"""Two-layer networks: at given weights, at random ones, and as they grow wide."""

from numerics.experiments.two_layer import given_weights, random_weights, wide

__all__ = ["given_weights", "random_weights", "wide"]
