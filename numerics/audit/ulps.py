"""By how many units in the last place the kernels of two inputs err, as a function of their angle.

    python -m numerics.audit.ulps [--pairs 64]

Pairs of inputs at an angle are drawn and rounded; what a kernel makes of the rounded inputs is compared with what
mpmath makes of them at 120 digits. The unit is that of the kernel's *size*, which for K_1 = (x.y) kappa_0 is
|x| |y| kappa_0: an inner product of nearly orthogonal inputs cancels. Angles, and distances from opposite inputs, below
the rounding unit are not resolved by rounded inputs, and have no entry. The table goes to ``docs/measured``.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
from mpmath import mp, mpf

from numerics import kernels
from numerics.audit import tables

EPS = {"float32": 2.0**-23, "float64": 2.0**-52}
DIGITS = 120  # of which 50 are left of an order-2 kernel at an opening of 1e-15, where 1e-75 cancels


class Kernel(NamedTuple):
    """A kernel in floats; the same in digits; its degree in each input; whether it has a cusp at collinear ones."""

    floats: Callable
    exact: Callable  # of two lists of mpf
    size: Callable  # what its value is to be right relative to
    degree: int
    cusp: bool


def lengths(x, y):
    return (mpmath.sqrt(mpmath.fsum(entry**2 for entry in z)) for z in (x, y))


def angles(x, y):
    """The angle and the opening, both without cancellation."""
    a, b = lengths(x, y)
    if not a * b:
        return mp.pi, mpf(0)  # as if opposite: nothing is active
    apart = mpmath.norm([p / a - q / b for p, q in zip(x, y, strict=True)])
    along = mpmath.norm([p / a + q / b for p, q in zip(x, y, strict=True)])
    return 2 * mpmath.atan2(apart, along), 2 * mpmath.atan2(along, apart)


def arc_cosine(n, x, y):
    """The polar integral of the definition, whose radius gives 2^n n!, and whose angle SymPy would give too."""
    a, b = lengths(x, y)
    _, delta = angles(x, y)
    form = (
        delta,
        mpmath.sin(delta) - delta * mpmath.cos(delta),
        delta * (2 + mpmath.cos(2 * delta)) - 3 * mpmath.sin(2 * delta) / 2,
    )
    return (a * b) ** n * form[n] / (2 * mp.pi)


def inner(x, y):
    return mpmath.fsum(p * q for p, q in zip(x, y, strict=True))


def hidden(x, y):
    return inner(x, y) * arc_cosine(0, x, y)


def hidden_size(x, y):
    a, b = lengths(x, y)
    return a * b * arc_cosine(0, x, y)


ORDERS = {n: partial(arc_cosine, n) for n in (0, 1, 2)}
KERNELS = {
    f"order {n}": Kernel(partial(kernels.arc_cosine, n), exact, exact, n, n == 0)
    for n, exact in ORDERS.items()
}
KERNELS["K_1"] = Kernel(lambda x, y: kernels.relu_tangents(x, y).K_1, hidden, hidden_size, 1, True)
KERNELS["K_2"] = Kernel(lambda x, y: kernels.relu_tangents(x, y).K_2, ORDERS[1], ORDERS[1], 1, False)
KERNELS["K"] = Kernel(
    lambda x, y: sum(kernels.relu_tangents(x, y)),
    lambda x, y: hidden(x, y) + ORDERS[1](x, y),
    lambda x, y: hidden_size(x, y) + ORDERS[1](x, y),
    1,
    True,
)


def naive(x, y):
    """The kernel of order 1 by an arccosine, as it is often written."""
    a, b = jnp.linalg.norm(x), jnp.linalg.norm(y)
    rho = x @ y / (a * b)
    return a * b * (jnp.sqrt(1 - rho**2) + (jnp.pi - jnp.arccos(rho)) * rho) / (2 * jnp.pi)


NAIVE = Kernel(naive, ORDERS[1], ORDERS[1], 1, False)


def digits(pair) -> list[list[mpf]]:
    return [[mpf(float(entry)) for entry in z] for z in pair]


ANGLES = {
    **{f"1e-{k}": 10.0**-k for k in (15, 12, 9, 6, 3, 1)},
    "π/2": np.pi / 2,
    **{f"π - 1e-{k}": -(10.0**-k) for k in (1, 3, 6, 9, 12, 15)},
}


def pairs_at(angle: float, count: int, dtype: str) -> np.ndarray:
    """Pairs of inputs in three dimensions, shape (count, 2, 3); a negative angle is one from the opposite input."""
    random = np.random.default_rng(0)
    p, q = np.linalg.qr(random.normal(size=(count, 3, 2)))[0].transpose(2, 0, 1)
    along = np.copysign(np.cos(angle), angle)
    lengths = np.exp(random.normal(size=(2, count, 1)))
    return np.stack([lengths[0] * p, lengths[1] * (along * p + np.sin(abs(angle)) * q)], axis=1).astype(dtype)


def errors(kernel: Kernel, pairs: np.ndarray) -> np.ndarray:
    """In units in the last place of the size, one a pair."""
    eps = EPS[str(pairs.dtype)]
    with jax.enable_x64(True):
        values = np.asarray(jax.jit(jax.vmap(kernel.floats))(pairs[:, 0], pairs[:, 1]), float)
    found = []
    with mp.workdps(DIGITS):
        for pair, value in zip(pairs, values, strict=True):
            x, y = digits(pair)
            found.append(float(abs(mpf(value) - kernel.exact(x, y)) / kernel.size(x, y) / eps))
    return np.array(found)


def rows(count: int) -> Iterator[dict[str, Any]]:
    for name, angle in ANGLES.items():
        row: dict[str, Any] = {"angle": name}
        for dtype, eps in EPS.items():
            seen = abs(angle) > 4 * eps
            pairs = pairs_at(angle, count, dtype)
            for called, kernel in {**KERNELS, "naive": NAIVE}.items():
                worst = float(np.max(errors(kernel, pairs))) if seen else None
                row[f"{called} {dtype}"] = "NaN" if worst is not None and np.isnan(worst) else worst
        yield row


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m numerics.audit.ulps", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--pairs", type=int, default=64)
    chosen = parser.parse_args(arguments)
    shown = {"angle": "angle"}
    for dtype, names in (("float32", ("order 1", "K")), ("float64", ("order 0", "order 1", "order 2", "K"))):
        shown |= {f"{name} {dtype}": f"{name}, {dtype}" for name in names}
    shown |= {"naive float64": "order 1 by an arccosine, float64"}
    tables.write(
        "ulps", f"python -m numerics.audit.ulps --pairs {chosen.pairs}", list(rows(chosen.pairs)), shown
    )


if __name__ == "__main__":
    main()
