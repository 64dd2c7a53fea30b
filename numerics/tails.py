"""Means that do not exist, or whose error is not what the spread of the draws says: a tail too heavy for a mean.

Some laws show it: ``1/z`` of a Gaussian has no mean, since its density at zero is positive. Elsewhere the tail index is
fitted to a pilot of the draws, by the moment estimator of Dekkers, Einmahl and de Haan, ``xi = M1 + 1 - 1 / (2 (1 -
M1^2 / M2))`` with ``M1, M2`` the moments of the logarithmic excesses over the ``k``-th largest distance from the median:
its inverse is the index, of which a variance needs 2 and a mean needs 1. Unlike Hill's it tells a long but light tail,
such as that of a fourth power of a Gaussian, from a heavy one. A fit sees what the pilot saw: a tail that begins
farther out is missed.
"""

import numpy as np
from sympy import Basic, Mul, Pow

from numerics.experiment import observed_node
from theory.claim import Claim
from theory.law import Gaussian, GaussianPair, Mean, Variate

SHARE, FEWEST = 256, 64  # of the draws: one in so many is in the tail, and no fewer than these
NEEDED = 2.0  # the index above which a variance exists, and with it the error of a mean


def lacks_a_mean(claim: Claim) -> str:
    """Why the law itself says that the mean does not exist, in words; empty where it does not say so."""
    node, _ = observed_node(claim.states.left)
    if not isinstance(node, Mean):
        return ""
    for factor in Mul.make_args(node.body):
        base, exponent = factor.as_base_exp()
        inside = base.args[0] if base.is_Function and type(base).__name__ == "Abs" else base
        if is_gaussian(inside) and exponent.is_real and (exponent <= -1) == True:  # noqa: E712
            rest = (node.body / Pow(base, exponent)).subs(inside, 0)
            if rest != 0:
                return (
                    f"the mean does not exist: {inside} has a positive density at 0, and {factor} is not integrable "
                    "there; state a probability or a median instead"
                )
    return ""


def is_gaussian(value: Basic) -> bool:
    return isinstance(value, Variate) and isinstance(value.law, Gaussian | GaussianPair)


def index(values: np.ndarray) -> float:
    """The tail index fitted to draws, shape (draws,); infinite where the tail is no power."""
    apart = np.sort(np.abs(np.asarray(values, float) - np.median(values)))
    k = len(apart) // SHARE
    if k < FEWEST or apart[-k - 1] <= 0:
        return np.inf
    if len(np.unique(apart[-k:])) < k // 2:
        return np.inf  # atoms, of which a fit of densities says nothing
    excess = np.log(apart[-k:] / apart[-k - 1])
    first, second = float(np.mean(excess)), float(np.mean(excess**2))
    if second <= first**2 or first == 0:
        return np.inf
    xi = first + 1 - 0.5 / (1 - first**2 / second)
    return 1 / xi if xi > 0 else np.inf


def least_index(draws: np.ndarray) -> float:
    """The least over all entries of draws of shape (draws, ...)."""
    columns = draws.reshape(len(draws), -1).T
    return min(map(index, columns), default=np.inf)


def heavy(found: float, where: str) -> str:
    """What is said of an index that is too small; empty for another."""
    if not found < NEEDED:
        return ""
    return (
        f"the tail index fitted to the draws at {where} is {found:.2g}: below 2 a law has no variance, below 1 no mean, "
        "and no number of draws gives an error that holds. Such a fit can be wrong both ways, and miss a tail that starts "
        "farther out; if you know better, declare variance=, moments=, kurtosis= or bounds= in @observes"
    )
