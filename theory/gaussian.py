"""Gaussian variates: single, in correlated pairs, in arrays, and the directions that they define.

Two standard Gaussians of correlation ``rho`` are what a random neuron sees of two unit inputs:
for ``w ~ N(0, I)`` and unit ``x, y`` the pair ``(w.x, w.y)`` has correlation ``rho = x.y``.
"""

from sympy import Dict, Expr, IndexedBase, Tuple

from theory import law as laws
from theory.law import Variate


def single(name: str = "z", scale: Expr | int = 1) -> Variate:
    """A Gaussian of mean zero and standard deviation ``scale``."""
    return laws.Gaussian(name, scale).variates[0]


def pair(rho: Expr, names: str = "u v", scale: Expr | int = 1) -> tuple[Variate, Variate]:
    """Two Gaussians of mean zero, standard deviation ``scale`` and correlation ``rho`` in [-1, 1]."""
    u, v = laws.GaussianPair(names, rho, scale).variates
    return u, v


def array(name: str, *shape, scale: Expr | int = 1) -> IndexedBase:
    """I.i.d. Gaussians of standard deviation ``scale``: ``W = array("W", m, d)``, entries ``W[j, k]``."""
    return laws.array(laws.GaussianArray(name, Tuple(*shape), scale), *shape)


def signs(name: str, *shape) -> IndexedBase:
    """I.i.d. fair signs (Rademacher)."""
    return laws.array(laws.RademacherArray(name, *shape), *shape)


def directions(name: str, *shape) -> IndexedBase:
    """Independent uniform directions, one a row, of the dimension that is the last of the sizes."""
    return laws.array(laws.SphereArray(name, Tuple(*shape)), *shape)


def known_by_moments(name: str, *shape, moments: dict[int, Expr]) -> IndexedBase:
    """An i.i.d. array of which only the raw ``moments`` listed are known, by their order."""
    return laws.array(laws.MomentsArray(name, Tuple(*shape), Dict(moments)), *shape)


def uniform(low: Expr, high: Expr, name: str = "b") -> Variate:
    """Uniform between ``low`` and ``high``."""
    return laws.Uniform(name, low, high).variates[0]


def radius(d: Expr, name: str = "R") -> Variate:
    """The norm of a standard Gaussian vector of dimension ``d``."""
    return laws.Chi(name, d).variates[0]


def sphere_pair(rho: Expr, d: Expr, names: str = "p q") -> tuple[Variate, Variate]:
    """A uniform direction in dimension ``d`` along two unit vectors of correlation ``rho``."""
    p, q = laws.SpherePair(names, rho, d).variates
    return p, q
