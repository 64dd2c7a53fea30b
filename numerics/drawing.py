"""Draws of theory's own laws, reproducible by the name of a law and a key: what shares a law shares its draws."""

from functools import lru_cache
from math import sqrt
from typing import Any, NamedTuple

import numpy as np
from sympy import Basic, Float, Indexed

from numerics.integrals import Blind
from theory import law as laws
from theory.law import Law, Variate

ROUNDING = 1e-9  # relative, of moments that are numbers


class Source(NamedTuple):
    """Where draws come from, and how many."""

    key: str
    draws: int


def entry_draws(entry: Indexed, source: Source) -> np.ndarray:
    law = getattr(entry.base.label, "law", None)
    if law is None or not all(place.is_Integer for place in entry.indices):
        raise Blind(f"{entry} has no law")
    return array_draws(law, tuple(int(place) for place in entry.indices), source)


def generator(*named: Any) -> np.random.Generator:
    return np.random.default_rng(list(" ".join(map(str, named)).encode()))


@lru_cache(maxsize=32)
def array_draws(law: Law, place: tuple[int, ...], source: Source) -> np.ndarray:
    random = generator(source.key, "array", *law.names, *place)
    if isinstance(law, laws.GaussianArray):
        return random.standard_normal(source.draws) * float(law.parameters[1])
    if isinstance(law, laws.RademacherArray):
        return random.choice([-1.0, 1.0], source.draws)
    if isinstance(law, laws.SphereArray):
        return directions(law, place[:-1], source)[place[-1] - 1]
    if isinstance(law, laws.MomentsArray):
        size, share = three_points(law)
        return size * random.choice([-1.0, 0.0, 1.0], source.draws, p=[share / 2, 1 - share, share / 2])
    raise Blind(f"{law} cannot be drawn")


@lru_cache(maxsize=8)
def directions(law: Law, row: tuple[int, ...], source: Source) -> np.ndarray:
    """Uniform directions, one a column."""
    dimension = int(law.parameters[0][-1])
    whole = generator(source.key, "row", *law.names, *row).standard_normal((dimension, source.draws))
    return whole / np.linalg.norm(whole, axis=0)


def three_points(law: Law) -> tuple[float, float]:
    """The size of the values and their share of a law on -size, 0 and size with the moments that are known."""
    known = {int(order): float(moment) for order, moment in law.parameters[1].items()}
    if not set(known) <= {2, 4} or known.get(2, 0) <= 0:
        raise Blind(f"{law} is known by moments that no law on three points is made for")
    second = known[2]
    fourth = known.get(4, second**2)
    if fourth < second**2 * (1 - ROUNDING):
        raise Blind(f"{law} has no law: the fourth moment is below the square of the second")
    return sqrt(fourth / second), min(1.0, second**2 / fourth)


@lru_cache(maxsize=32)
def draws_of(law: Law, source: Source) -> tuple[np.ndarray, ...]:
    """Draws of a law, one array a variate; laws of one name share their randomness."""
    random = generator(source.key, *law.names)
    try:
        known = [float(parameter) for parameter in law.parameters]
    except TypeError:
        raise Blind(f"{law} has a parameter without a value") from None
    if isinstance(law, laws.Gaussian):
        return (random.standard_normal(source.draws) * known[0],)
    if isinstance(law, laws.Uniform):
        return (random.uniform(known[0], known[1], source.draws),)
    if isinstance(law, laws.GaussianPair):
        if not abs(known[0]) <= 1:
            raise Blind(f"{law} has a correlation beyond 1")
        return tuple(known[1] * each for each in pair(random.standard_normal((2, source.draws)), known[0]))
    if isinstance(law, laws.Rademacher):
        return (random.choice([-1.0, 1.0], source.draws),)
    if isinstance(law, laws.Chi):
        return (np.sqrt(random.chisquare(known[0], source.draws)),)
    if isinstance(law, laws.SpherePair):
        whole = random.standard_normal((int(known[1]), source.draws))
        seen = whole / np.linalg.norm(whole, axis=0)
        return pair(seen if len(seen) > 1 else np.vstack([seen, 0 * seen]), known[0])
    raise Blind(f"{law} cannot be drawn")


def pair(two: np.ndarray, correlation: float) -> tuple[np.ndarray, np.ndarray]:
    return two[0], correlation * two[0] + sqrt(max(0.0, 1 - correlation**2)) * two[1]


def with_one_draw(expr: Basic, source: Source) -> Basic:
    """What is random under no node, at one draw of it."""
    entries = {
        e: Float(float(entry_draws(e, source)[0]))
        for e in expr.atoms(Indexed)
        if hasattr(e.base.label, "law")
    }
    expr = expr.xreplace(entries)
    return expr.xreplace({v: Float(float(draws_of(v.law, source)[v.place][0])) for v in expr.atoms(Variate)})
