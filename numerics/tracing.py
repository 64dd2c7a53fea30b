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
    """A program: its text, the bits of its constants, the shapes and dtypes that it returns, which arguments it reads."""

    text: str
    constants: tuple[bytes, ...]
    returns: Any
    reads: tuple[bool, ...]  # in the order of the arguments' leaves


def traced(function: Callable, *arguments: Any) -> Traced:
    """The program of a function at arguments of these shapes, traced anew at every call."""
    made, returns = jax.make_jaxpr(lambda *given: function(*given), return_shape=True)(*arguments)
    constants = tuple(np.asarray(constant).tobytes() for constant in made.consts)
    return Traced(ADDRESS.sub("", str(made.jaxpr)), constants, returns, read(made.jaxpr))


def read(program: Any) -> tuple[bool, ...]:
    """Which arguments of a program what it returns depends on: back from its end, a sub-program reads all of its own."""
    wanted = {id(variable) for variable in program.outvars}
    for equation in reversed(program.eqns):
        if equation.effects or any(id(variable) in wanted for variable in equation.outvars):
            wanted |= {id(variable) for variable in equation.invars}
    return tuple(id(variable) in wanted for variable in program.invars)
