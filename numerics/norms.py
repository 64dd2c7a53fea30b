"""Operator norms of matrices of blocks: of numbers, and of what is random, once for each draw."""

from collections.abc import Callable

import numpy as np
from sympy import Basic, Float

from numerics.integrals import Blind

AT_ONCE = 2**14  # draws whose matrices are held together


def of_numbers(norm: Basic) -> Basic:
    """The largest singular value of a matrix of numbers. Raises ``Blind`` where an entry is none."""
    (matrix,) = norm.args
    try:
        return Float(float(np.linalg.norm(explicit(matrix).astype(float), 2)))
    except (TypeError, ValueError, AttributeError) as error:
        raise Blind(f"{matrix}: {error}") from None


def of_draws(norm: Basic, sampled: Callable[[Basic], np.ndarray]) -> np.ndarray:
    """The norms of a random matrix whose entries ``sampled`` draws; of shape ``(draws,)``."""
    entries = explicit(norm.args[0])
    drawn = {entry: np.atleast_1d(np.asarray(sampled(entry), float)) for entry in set(entries.flat)}
    draws = max(map(len, drawn.values()))
    symmetric = bool(np.all(entries == entries.T)) if entries.shape[0] == entries.shape[1] else False
    found = []
    for start in range(0, draws, AT_ONCE):
        part = slice(start, min(start + AT_ONCE, draws))
        whole = np.empty((part.stop - part.start, *entries.shape))
        for place, entry in np.ndenumerate(entries):
            whole[:, *place] = drawn[entry][part] if len(drawn[entry]) > 1 else drawn[entry]
        found.append(largest(whole, symmetric))
    return np.concatenate(found)


def largest(matrices: np.ndarray, symmetric: bool) -> np.ndarray:
    """The norm of each; of a symmetric one by its eigenvalues, which are quicker to find."""
    if symmetric:
        ends = np.linalg.eigvalsh(matrices)
        return np.maximum(-ends[:, 0], ends[:, -1])
    return np.linalg.norm(matrices, 2, axis=(1, 2))


def explicit(matrix: Basic) -> np.ndarray:
    """The entries of a matrix, those of its blocks in their places. Raises ``Blind`` where a size is a symbol."""
    try:
        rows = matrix.as_explicit().tolist()
        return np.block(
            [[explicit(e) if getattr(e, "is_Matrix", False) else one(e) for e in row] for row in rows]
        )
    except (TypeError, ValueError, AttributeError) as error:
        raise Blind(f"{matrix}: {error}") from None


def one(entry: Basic) -> np.ndarray:
    whole = np.empty((1, 1), object)
    whole[0, 0] = entry
    return whole
