"""Arc-cosine kernels in closed form, for single inputs, to the last digits: lift them with ``jax.vmap``.

With ``theta`` the angle between ``x`` and ``y``, and ``delta = pi - theta`` the opening of the wedge on
which both rectifiers are active, the kernel of order n is

    kappa_n(x, y) = E[(w.x)_+^n (w.y)_+^n] = |x|^n |y|^n J_n(delta) / (2 pi),    w ~ N(0, I),

    J_0 = delta,    J_1 = sin delta - delta cos delta,    J_2 = delta (2 + cos 2 delta) - (3/2) sin 2 delta.

Three things make that exact. The angle is Kahan's, twice the arctangent of ``|p - q| / |p + q|`` with
``p = |y| x`` and ``q = |x| y``, and no arccosine. What cancels in ``p - q`` and ``p + q`` is the answer, so
the products are exact pairs of floats, and the two legs are set upright, as they are before rounding.
Small openings go through the Taylor series of ``J_n``, of order ``delta^(2n+1)``. So values err by at most
16 units in their last place wherever angle and opening exceed eps, and angles by about eps^2 below it.

Gradients are the kernel's own where it has one. Of the angle at collinear inputs and of anything at a
zero input, where there is none, they are zero; never NaN. Squared norms must not over- or underflow.
"""

from math import factorial

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from numerics.network import Tangents

SERIES_BELOW = 1.5  # openings for which the Taylor series loses less than the trigonometric form
TERMS = 16  # of the series: the next one is under 1e-20 of the first


def angle(x: Float[Array, " d"], y: Float[Array, " d"]) -> Float[Array, ""]:
    """The angle between two inputs in [0, pi], to full relative precision near 0; 0 if either is zero."""
    apart, along = sides(x, y)
    return 2 * jnp.arctan2(apart, along)


def opening(x: Float[Array, " d"], y: Float[Array, " d"]) -> Float[Array, ""]:
    """Pi minus the angle, to full relative precision near opposite inputs; 0 if either input is zero."""
    apart, along = sides(x, y)
    return 2 * jnp.arctan2(along, apart)


def arc_cosine(n: int, x: Float[Array, " d"], y: Float[Array, " d"]) -> Float[Array, ""]:
    """The kernel of order ``n`` in {0, 1, 2}, with the convention that a zero input activates nothing."""
    if n not in ANGULAR:
        raise ValueError(f"arc_cosine: no stable form is kept for order {n}; the orders are 0, 1 and 2")
    return (norm(x) * norm(y)) ** n * ANGULAR[n](opening(x, y)) / (2 * jnp.pi)


def relu_tangents(x: Float[Array, " d"], y: Float[Array, " d"]) -> Tangents:
    """Both blocks of the two-layer ReLU tangent kernel at infinite width, output weights of variance one."""
    return Tangents(x @ y * arc_cosine(0, x, y), arc_cosine(1, x, y))


def linear(delta: Float[Array, ""]) -> Float[Array, ""]:
    return delta


def cubic(delta: Float[Array, ""]) -> Float[Array, ""]:
    """``sin delta - delta cos delta = sum_k (-1)^(k+1) 2k delta^(2k+1) / (2k+1)!``."""
    small = jnp.minimum(delta, SERIES_BELOW)
    series = [(-1) ** (k + 1) * 2 * k / factorial(2 * k + 1) for k in range(1, TERMS)]
    near = small**3 * polynomial(series, small**2)
    return jnp.where(delta < SERIES_BELOW, near, jnp.sin(delta) - delta * jnp.cos(delta))


def quintic(delta: Float[Array, ""]) -> Float[Array, ""]:
    """``J_2 = sum_k (-1)^k (k - 1) t^(2k+1) / (2k+1)!`` with ``t = 2 delta``, and k from 2."""
    t = 2 * delta
    small = jnp.minimum(t, 2 * SERIES_BELOW)
    series = [(-1) ** k * (k - 1) / factorial(2 * k + 1) for k in range(2, TERMS)]
    near = small**5 * polynomial(series, small**2)
    return jnp.where(delta < SERIES_BELOW, near, delta * (2 + jnp.cos(t)) - 1.5 * jnp.sin(t))


ANGULAR = {0: linear, 1: cubic, 2: quintic}


def polynomial(coefficients: list[float], x: Float[Array, ""]) -> Float[Array, ""]:
    """By Horner's rule, lowest coefficient first."""
    value = jnp.zeros_like(x)
    for coefficient in reversed(coefficients):
        value = value * x + coefficient
    return value


def sides(x: Float[Array, " d"], y: Float[Array, " d"]) -> tuple[Float[Array, ""], Float[Array, ""]]:
    """``|p - q|`` and ``|p + q|`` for ``p = |y| x``, ``q = |x| y``: the half angle's two legs."""
    p, p_rest = product(norm(y), x)
    q, q_rest = product(norm(x), y)
    apart, along = (p - q) + (p_rest - q_rest), (p + q) + (p_rest + q_rest)
    return norm(upright(apart, along)), norm(upright(along, apart))


def upright(leg: Float[Array, " d"], other: Float[Array, " d"]) -> Float[Array, " d"]:
    """The shorter leg freed of what rounding of the norms left along the longer one; the longer as it is."""
    longer = other @ other
    lean = jnp.where(leg @ leg < longer, leg @ other / jnp.where(longer > 0, longer, 1), 0)
    return leg - jax.lax.stop_gradient(lean) * other


def product(a: Float[Array, ""], x: Float[Array, " d"]) -> tuple[Float[Array, " d"], Float[Array, " d"]]:
    """``a x`` as a rounded product and its rounding error (Dekker); the latter is constant to a gradient."""
    rounded = a * x
    (a_high, a_low), (x_high, x_low) = halves(a), halves(x)
    rest = ((a_high * x_high - rounded) + a_high * x_low + a_low * x_high) + a_low * x_low
    return rounded, jax.lax.stop_gradient(rest)


def halves(x: Float[Array, "..."]) -> tuple[Float[Array, "..."], Float[Array, "..."]]:
    """A float as the sum of two with half the digits each (Veltkamp)."""
    digits = (jnp.finfo(x.dtype).nmant + 2) // 2
    shifted = x * (2.0**digits + 1)
    high = shifted - (shifted - x)
    return high, x - high


def norm(x: Float[Array, " d"]) -> Float[Array, ""]:
    """The Euclidean norm, with gradient zero at zero."""
    squared = x @ x
    return jnp.where(squared > 0, jnp.sqrt(jnp.where(squared > 0, squared, 1)), 0)
