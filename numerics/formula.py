"""The right side of a claim as a function that JAX compiles and differentiates.

Terms are rewritten where the written form loses digits or gradients:

    sqrt(1 - x^2)  as  sqrt((1 - x) (1 + x)),      acos x  as  2 atan2(sqrt(1 - x), sqrt(1 + x)),

and derivatives are SymPy's, simplified, rather than JAX's of the formula: at the ends of a domain
infinite terms cancel on paper and become NaN in floats. A rectifier's derivative is the weak one, 0 at 0.
Absolute accuracy is a few units in the last place of the largest term; no more is promised where terms
cancel. Simulators never use this: a formula cannot test itself.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import jax.scipy.special as special
from sympy import (
    Basic,
    DiracDelta,
    Dummy,
    Expr,
    ImmutableDenseMatrix,
    Max,
    Min,
    Pow,
    S,
    Symbol,
    lambdify,
    simplify,
    sqrt,
)

from numerics.sides import is_integral
from theory import points
from theory.activation import ALL, Activation
from theory.claim import Claim, label, outermost
from theory.domain import Activations, Arrays, measured
from theory.law import step


def half_angle(x):
    return 2 * jnp.arctan2(jnp.sqrt(1 - x), jnp.sqrt(1 + x))


MODULES = {
    "acos": half_angle,
    "asin": lambda x: jnp.arctan2(x, jnp.sqrt((1 - x) * (1 + x))),
    "erf": special.erf,
    "erfc": special.erfc,
    "gamma": special.gamma,
    "loggamma": special.gammaln,
    "digamma": special.digamma,
    "beta": special.beta,
    "step": lambda x: jnp.where(x > 0, 1.0, 0.0),
    "Heaviside": jnp.heaviside,
}


def closed_form(claim: Claim) -> Callable:
    """``f(**point)``: the right side in JAX; reals and arrays may be traced and batched by ``jax.vmap``.

    Parameters have the claim's names, in its order. Integers are Python integers and activations are
    given by name or as theory's objects: under ``jax.jit`` both are static. A matrix has its own shape,
    a vector one dimension.

    Raises ``ValueError`` for a right side that only a definition or an experiment could evaluate;
    the function raises ``TypeError`` for parameters that the claim does not have.
    """
    right = claim.states.sides[-1]
    if len(claim.states.sides) < 2 or outermost(right) or measured(right):
        raise claim.error("its right side is no closed form, so that there is nothing to compile")
    names = tuple(claim.symbols)

    def function(*values, **point):
        given = dict(zip(names, values, strict=False)) | point
        if set(given) != set(names) or len(values) + len(point) != len(names):
            got = ", ".join([f"{len(values)} by place"] * bool(values) + list(point)) or "none"
            raise TypeError(f"{claim.name} takes the parameters {', '.join(names) or '(none)'}; got {got}")
        return evaluated(claim, given)

    function.__name__ = claim.name.replace("-", "_").replace(".", "_")
    function.__doc__ = f"{claim.title} ``{right}`` at a point."
    return function


def evaluated(claim: Claim, given: Mapping[str, Any]):
    """The value at a point, by the program for its integers, activations and shapes."""
    domains = points.domains(claim)
    static = {name: given[name] for name, domain in domains.items() if is_static(domain)}
    reals = {name: floating(given[name]) for name in domains if name not in static}
    shapes = {name: value.shape for name, value in reals.items() if isinstance(domains[name], Arrays)}
    run = compiled(claim, tuple(static.items()), tuple(shapes.items()))
    return run(
        *(part for name, value in reals.items() for part in (jnp.ravel(value) if name in shapes else [value]))
    )


def is_static(domain) -> bool:
    return isinstance(domain, Activations) or is_integral(domain)


def floating(value) -> jax.Array:
    value = jnp.asarray(value)
    return value if jnp.issubdtype(value.dtype, jnp.floating) else value.astype(float)


@cache
def compiled(claim: Claim, static: tuple, shapes: tuple) -> Callable:
    """The function of all reals and array entries, at given integers, activations and shapes."""
    fixed = {name: settled(claim, name, value) for name, value in static}
    sizes, arguments, swap = dict(shapes), [], {}
    for symbol in claim.given:
        name = label(symbol)
        if name in fixed:
            swap[symbol] = fixed[name]
        elif name in sizes:
            rows, columns = (*sizes[name], 1)[:2]
            entries = [Dummy(f"{name}{place}", real=True) for place in range(rows * columns)]
            swap[symbol] = ImmutableDenseMatrix(rows, columns, entries)
            arguments += entries
        else:
            arguments.append(symbol)
    expr = points.substitute(claim.states.sides[-1], swap)
    expr = ImmutableDenseMatrix(expr.doit().as_explicit()) if hasattr(expr, "as_explicit") else expr
    return in_jax(tuple(arguments), expr)


def settled(claim: Claim, name: str, value):
    if isinstance(value, str):
        return next(activation for activation in ALL if activation.name == value)
    return value if isinstance(value, Activation) else S(int(value))


def in_jax(arguments: tuple[Symbol, ...], expr: Basic) -> Callable:
    """A JAX function of scalars whose derivatives are compiled from SymPy's when they are asked for."""
    if isinstance(expr, ImmutableDenseMatrix):
        entries = [in_jax(arguments, entry) for entry in expr]
        return lambda *values: jnp.stack([entry(*values) for entry in entries]).reshape(expr.shape)
    plain = lambdify(arguments, tidied(expr), modules=[MODULES, "jax"], cse=True)
    if not arguments:
        return lambda: floating(plain())

    @jax.custom_jvp
    def function(*values):
        return floating(plain(*values))

    @function.defjvp
    def slope(primals, tangents):
        total = jnp.zeros_like(primals[0])
        for symbol, tangent in zip(arguments, tangents, strict=True):
            total = total + derivative(arguments, expr, symbol)(*primals) * tangent
        return function(*primals), total

    return function


@cache
def derivative(arguments: tuple[Symbol, ...], expr: Expr, symbol: Symbol) -> Callable:
    return in_jax(arguments, simplify(weak(rectified(expr).diff(symbol))))


def tidied(expr: Expr) -> Expr:
    """The same number, written so that floats keep its digits."""
    return rectified(expr).replace(is_root_of_square, split_root)


def rectified(expr: Expr) -> Expr:
    """Maxima and minima of two by steps, whose derivative at the kink is theirs from the left."""
    expr = expr.replace(lambda e: isinstance(e, Max) and len(e.args) == 2, lambda e: larger(*e.args))
    return expr.replace(
        lambda e: isinstance(e, Min) and len(e.args) == 2, lambda e: -larger(*(-arg for arg in e.args))
    )


def larger(a: Expr, b: Expr) -> Expr:
    a, b = (b, a) if a.is_number else (a, b)
    return b + (a - b) * step(a - b)


def weak(expr: Expr) -> Expr:
    """Without the point masses of a jump, which no function has; the sign of zero is zero."""
    return expr.replace(lambda e: isinstance(e, DiracDelta), lambda e: S.Zero)


def is_root_of_square(expr: Basic) -> bool:
    if not (
        isinstance(expr, Pow) and not expr.exp.is_Integer and expr.base.is_Add and len(expr.base.args) == 2
    ):
        return False
    constant, rest = expr.base.as_coeff_Add()
    return bool(constant.is_positive) and (-rest).is_Pow and (-rest).exp == 2


def split_root(expr: Pow) -> Expr:
    constant, rest = expr.base.as_coeff_Add()
    root, x = sqrt(constant), (-rest).base
    return Pow((root - x) * (root + x), expr.exp, evaluate=False)
