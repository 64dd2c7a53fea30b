"""A function as the program that JAX makes of it, without running it: is it the same twice?

Whatever randomness does not come from the key, such as NumPy's, is drawn while JAX traces, and stands in the
program as a constant.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import numpy as np

ADDRESS = re.compile(r"0x[0-9a-f]+")  # of Python objects, in the text of a program


class Traced(NamedTuple):
    """A program: its text, the bits of its constants, and the shapes and dtypes that it returns."""

    text: str
    constants: tuple[bytes, ...]
    returns: Any


def traced(function: Callable, *arguments: Any) -> Traced:
    """The program of a function at arguments of these shapes, traced anew at every call."""
    made, returns = jax.make_jaxpr(lambda *given: function(*given), return_shape=True)(*arguments)
    constants = tuple(np.asarray(constant).tobytes() for constant in made.consts)
    return Traced(ADDRESS.sub("", str(made.jaxpr)), constants, returns)
