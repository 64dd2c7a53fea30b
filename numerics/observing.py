"""A function ``(key, m) -> number`` as an experiment: what is wrong with it is said before anything runs.

Seeds run one after another, or a few at once where networks are small, so that a batch of seeds needs the memory
of a few networks whatever the width is.
"""

from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jax.custom_batching import custom_vmap
from jaxtyping import Array, Float

from numerics.tracing import Traced, traced

KEY = "draw the weights from it, as in jax.random.normal(key, (m, d))"
TOGETHER = 4  # seeds at once: more are no faster on a CPU


class Unfit(TypeError):
    """An observable that cannot be measured; the message says what to write instead."""


def observable(function: Callable) -> Callable:
    """``(key, m) -> number``, checked at its first call; ``m`` is a whole number, or a real one of JAX.

    Raises ``Unfit``, a ``TypeError``, at that call.
    """
    checked = []

    def observe(key, m):
        if isinstance(m, jax.Array) and jnp.issubdtype(m.dtype, jnp.integer):
            raise Unfit('the width is a number of JAX here, and no shape can follow it: drop traced=("m",)')
        reals = (m,) if isinstance(m, jax.Array) else ()  # what a shape follows stays a number of Python

        def at(key, *reals):
            return jnp.asarray(function(key, *(reals or (m,))), float)

        if not checked:
            reject(function, key, m, reals)
            checked.append(m)
        one = custom_vmap(at)

        @one.def_vmap
        def many(size, batched, keys, *reals):
            return jax.lax.map(lambda key: at(key, *reals), keys, batch_size=TOGETHER), True

        return one(key, *reals)

    return observe


def reject(function: Callable, key: Any, m: Any, reals: tuple) -> None:
    """``Unfit`` unless a function makes one real number from its key and its width."""
    asked = [jax.ShapeDtypeStruct((), each.dtype) for each in (key, *reals)]
    here = program(function, m, asked)
    shape, dtype = getattr(here.returns, "shape", None), getattr(here.returns, "dtype", None)
    if (
        shape != ()
        or dtype is None
        or not any(jnp.issubdtype(dtype, kind) for kind in (jnp.floating, jnp.integer))
    ):
        what = type(here.returns).__name__ if shape is None else f"shape {shape} and dtype {dtype}"
        raise Unfit(
            f"the observable returns {what}; return one real number, such as jnp.sqrt(jnp.mean(values**2))"
        )
    if not here.reads[0]:
        raise Unfit(f"the observable ignores its key, so that every seed sees one network: {KEY}")
    if reals and not here.reads[1]:
        raise Unfit("the observable ignores its second argument, the parameter that it is followed by")
    if not reals and program(function, 2 * m, asked)[:2] == here[:2]:
        raise Unfit(f"the observable ignores its width: it is the same program for {m} and {2 * m}")


def program(function: Callable, m: Any, asked: list) -> Traced:
    """As JAX traces it; what only NumPy or Python could do with a traced value is told in words."""
    try:
        return traced(lambda key, *reals: function(key, *(reals or (m,))), *asked)
    except jax.errors.TracerArrayConversionError as error:
        raise Unfit("NumPy was given a value of JAX: write jnp for np, as in jnp.tanh") from error
    except jax.errors.TracerBoolConversionError as error:
        raise Unfit(
            "Python's if, while, and, or was given a value of JAX: write jnp.where(condition, a, b)"
        ) from error
    except jax.errors.ConcretizationTypeError as error:
        raise Unfit(
            "Python's float or int was given a value of JAX: leave it an array, or write .astype"
        ) from error


class Recorder(eqx.Module):
    """A submodule that keeps what it returns."""

    layer: Any
    seen: list = eqx.field(static=True)

    def __call__(self, *inputs, **choices):
        self.seen.append(self.layer(*inputs, **choices))
        return self.seen[-1]

    def __getattr__(
        self, name: str
    ):  # asked for what is not here, as by a network that reads a layer's weights
        if name in ("layer", "seen"):
            raise AttributeError(name)
        return getattr(self.layer, name)


def layer_output(network: Any, layer: str | Callable, x: Float[Array, " d"]) -> Array:
    """What a layer returns while the network runs on an input; of a layer that runs more than once, the last."""
    if callable(layer):
        return jnp.asarray(layer(network, x))
    seen: list = []
    eqx.tree_at(lambda at: submodule(at, layer), network, replace_fn=lambda found: Recorder(found, seen))(x)
    if not seen:
        raise Unfit(
            f"the network has a layer {layer}, but does not call it; pass a function (network, x) -> array"
        )
    try:
        return seen[-1] + 0
    except jax.errors.UnexpectedTracerError:
        raise Unfit(
            f"the network calls its layer {layer} inside of vmap, scan or jit, out of which no value can be taken; "
            "pass a function (network, x) -> array that returns it"
        ) from None


def submodule(network: Any, path: str) -> Any:
    """The part of a network at a path such as ``blocks[0].linear``."""
    found = network
    for name in path.replace("[", ".").replace("]", "").split("."):
        try:
            found = found[int(name)] if name.lstrip("-").isdigit() else getattr(found, name)
        except (AttributeError, IndexError, KeyError, TypeError):
            raise Unfit(
                f"{type(network).__name__} has no layer {path}: {name!r} is not in {type(found).__name__}; its layers "
                f"are {', '.join(layers(network)) or 'none with a name: pass a function (network, x) -> array'}"
            ) from None
    return found


def layers(network: Any) -> list[str]:
    """Paths to the outermost parts of a network that can be called."""
    parts = jax.tree_util.tree_leaves_with_path(
        network, is_leaf=lambda at: at is not network and callable(at)
    )
    return [jax.tree_util.keystr(path).removeprefix(".") for path, part in parts if callable(part)]
