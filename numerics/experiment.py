"""Experiments: what a computer does about a claim, attached to it from outside.

What an experiment returns follows from the left side of the statement. If that is exactly one
node, times factors that go to the right, the experiment is given ``draws`` and returns i.i.d. values
of what stands under the node, on the leading axis (booleans under ``Probability``, pairs under
``Covariance``). Otherwise it returns the left side's value, or a dict of the observed quantities by
name; with a ``key`` if it is random, without one if it is not.

A claim stays frozen and knows nothing of this module, which imports no JAX.
"""

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from sympy import Basic, Expr, Mul, S, Set, sympify

from theory.claim import Claim, free, names, outermost
from theory.domain import measured
from theory.law import Node, variates
from theory.statement import Scaling


class Experiment(NamedTuple):
    """A simulator of a claim's left side, with what is known of its law."""

    function: Callable
    draws: bool  # does it return i.i.d. values of what stands under a node?
    keyed: bool  # is it random?
    at: tuple[str, int]
    resolution: float | None = None
    variance: Expr | None = None
    moments: Mapping[int, Expr] | None = None
    bounds: tuple[Expr, Expr] | None = None
    kurtosis: Expr | None = None
    traced: tuple[str, ...] = ()
    corrections: tuple[float, ...] = ()
    points: int | None = None

    @property
    def place(self) -> str:
        return f"{self.at[0]}:{self.at[1]}"


ATTACHED: "WeakKeyDictionary[Claim, Experiment]" = WeakKeyDictionary()
REJECTED: "WeakKeyDictionary[Claim, str]" = WeakKeyDictionary()  # what was wrong, while a file was loaded
LOADING: list[str] = []


def observes(
    claim,
    *,
    resolution=None,
    variance=None,
    moments=None,
    bounds=None,
    kurtosis=None,
    traced=(),
    corrections=(),
    points=None,
):
    """Attach an experiment to a claim: ``@observes(claim)`` above the function.

    Args:
        claim: the claim whose left side the function simulates.
        resolution: the relative discrepancy asked of this experiment, where the run's is too fine.
        variance: the exact variance of one draw, in the claim's parameters.
        moments: ``{q: bound}``, bounds on E|X|^q of one draw.
        bounds: two ends between which every draw lies.
        kurtosis: a bound on E(X - EX)^4 / Var(X)^2 of one draw.
        traced: names of integers that the function takes as numbers of JAX, such as a width whose
            neurons it draws in a loop: one compiled program serves all their values. Any other integer
            is a Python number, and each of its values another program.
        corrections: powers q > 0, where the left side of a scaling is its gauge times
            ``1 + c by^-q + ...``; none are known by default.
        points: at how many of the planned points to look, the last ones, where a draw costs much: it may be
            a whole network. By default at all of them.

    Raises:
        TypeError: the function's parameters are not the claim's, a law is given to no draws, or ``traced``
            names no integer parameter.
        ValueError: a second experiment for one claim, a resolution that is not positive, less than one point.
    """
    if not isinstance(claim, Claim):
        raise TypeError(f"observes({claim!r}): pass the claim itself, as in @observes(abs_kernel)")
    law = {"variance": variance, "moments": moments, "bounds": bounds, "kurtosis": kurtosis}

    def attach(function: Callable) -> Callable:
        with noted(claim):
            at = place_of(function)
            reject_bad_law(claim, law, resolution, at)
            if claim in ATTACHED:
                raise ValueError(
                    f"{claim.name} ({at[0]}:{at[1]}): an experiment is attached already, "
                    f"at {ATTACHED[claim].place}; one claim has one experiment, "
                    "so state a claim of its own for the second"
                )
            keyed = reject_bad_signature(claim, function, at)
            if points is not None and points < 1:
                raise ValueError(f"{claim.name} ({at[0]}:{at[1]}): points={points}: look at one at least")
            sizes, powers = integers_named(claim, traced, at), powers_told(claim, corrections, at)
            ATTACHED[claim] = Experiment(
                function,
                draws_wanted(claim),
                keyed,
                at,
                resolution,
                **expressions(law),
                traced=sizes,
                corrections=powers,
                points=points,
            )
        return function

    return attach


@contextmanager
def noted(claim: Claim) -> Iterator[None]:
    """While a file is loaded, a bad experiment is held against its claim, and the file's others still run."""
    try:
        yield
    except (TypeError, ValueError) as error:
        if not LOADING:
            raise
        REJECTED[claim] = str(error)


def load(home: str) -> ModuleType:
    """Imports what attaches experiments: a dotted module, or a file (its path ends in .py).

    Errors of single experiments wait in ``REJECTED``; an error of the file itself is raised.
    """
    LOADING.append(home)
    try:
        return load_file(Path(home).resolve()) if home.endswith(".py") else import_module(home)
    finally:
        LOADING.pop()


def load_file(path: Path) -> ModuleType:
    name = f"file_{path.stem}_{sha256(str(path).encode()).hexdigest()[:8]}"
    if name in sys.modules:
        return sys.modules[name]
    spec = spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = module_from_spec(spec)
    sys.path.insert(0, str(path.parent))  # so that a file may import its neighbours
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    finally:
        sys.path.remove(str(path.parent))
    return module


def attached(claim: Claim) -> Experiment | None:
    """The experiment of a claim, if one is attached in this process."""
    return ATTACHED.get(claim)


def named(name: str, file: str | None = None) -> tuple[Claim, Experiment] | None:
    """The claim of a name with its experiment; where several files have one, that of the file.

    Raises ``ValueError`` if two claims of one file share the name.
    """
    found = [(claim, experiment) for claim, experiment in ATTACHED.items() if claim.name == name]
    found = [pair for pair in found if pair[1].at[0] == file] or found
    if len(found) > 1:
        raise ValueError(f"{name}: {len(found)} claims of that name have an experiment; rename all but one")
    return found[0] if found else None


def observed_node(left: Basic) -> tuple[Node | None, Expr]:
    """The one node of a left side and the factors beside it; None if it is anything else."""
    if isinstance(left, Node):
        return left, S.One
    factors = left.args if left.is_Mul else ()
    nodes = [factor for factor in factors if isinstance(factor, Node)]
    beside = Mul(*(factor for factor in factors if not isinstance(factor, Node)))
    if len(nodes) == 1 and not (outermost(beside) or measured(beside) or variates(beside)):
        return nodes[0], beside
    return None, S.One


def draws_wanted(claim: Claim) -> bool:
    return observed_node(claim.states.left)[0] is not None


def expected_signature(claim: Claim) -> str:
    """What the parameters of an experiment must be, as a person would write them."""
    point = ", ".join(claim.symbols)
    if draws_wanted(claim):
        return f"(key, draws{', ' if point else ''}{point})"
    return f"(key{', ' if point else ''}{point}), or ({point}) if nothing is random"


def why_no_draws(claim: Claim, named: Sequence[str]) -> str:
    """Why an experiment that takes draws is not given any; nothing where it is."""
    if "draws" not in named or draws_wanted(claim):
        return ""
    return "; draws are of one Mean, Probability, Variance or Covariance alone on the left side: the rest goes right"


def reject_bad_signature(claim: Claim, function: Callable, at: tuple[str, int]) -> bool:
    """Whether the function takes a key; TypeError if its parameters are not those of the claim."""
    parameters = inspect.signature(function).parameters.values()
    named = [p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    leading = ["key", "draws"] if draws_wanted(claim) else ["key"] if "key" in named else []
    if sorted(named) != sorted([*leading, *claim.symbols]) or len(named) != len(parameters):
        raise TypeError(
            f"{claim.name} ({at[0]}:{at[1]}): the experiment takes {inspect.signature(function)}, "
            f"but the claim's left side and parameters ask for {expected_signature(claim)}{why_no_draws(claim, named)}"
        )
    return "key" in named


def integers_named(claim: Claim, traced: Sequence[str], at: tuple[str, int]) -> tuple[str, ...]:
    """``traced`` as a tuple; TypeError unless each is an integer parameter of the claim."""
    whole = [
        name
        for name, symbol in claim.symbols.items()
        if isinstance(claim.given[symbol], Set) and claim.given[symbol].is_subset(S.Integers)
    ]
    for name in traced:
        if name not in whole:
            raise TypeError(
                f"{claim.name} ({at[0]}:{at[1]}): traced names {name!r}, which is no integer parameter of "
                f"the claim; write a tuple of such names, of {', '.join(whole) or 'which it has none'}"
            )
    return tuple(traced)


def powers_told(claim: Claim, corrections: Sequence[float], at: tuple[str, int]) -> tuple[float, ...]:
    if corrections and not (isinstance(claim.states, Scaling) and all(power > 0 for power in corrections)):
        raise TypeError(
            f"{claim.name} ({at[0]}:{at[1]}): corrections={corrections} are positive powers, such as (1,), "
            "of the parameter of a scaling; drop it elsewhere"
        )
    return tuple(map(float, corrections))


def reject_bad_law(claim: Claim, law: Mapping[str, Any], resolution, at: tuple[str, int]) -> None:
    told = [name for name, value in law.items() if value is not None]
    if told and not draws_wanted(claim):
        raise TypeError(
            f"{claim.name} ({at[0]}:{at[1]}): {', '.join(told)} speaks of a draw, but the left side is "
            "under no node and nothing is drawn; drop it"
        )
    if resolution is not None and not resolution > 0:
        raise ValueError(
            f"{claim.name} ({at[0]}:{at[1]}): resolution={resolution} must be positive, such as 1e-2"
        )
    for name in told:
        values = law[name]
        values = values.values() if isinstance(values, Mapping) else values if name == "bounds" else [values]
        loose = set().union(*(free(sympify(value)) for value in values)) - set(claim.given)
        if loose:
            raise TypeError(
                f"{claim.name} ({at[0]}:{at[1]}): {name} uses {names(loose)}; "
                f"write it in the claim's parameters, {', '.join(claim.symbols) or 'of which there are none'}"
            )


def expressions(law: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: value for name, value in law.items() if value is not None}
    if "moments" in told:
        told["moments"] = {int(order): sympify(bound) for order, bound in told["moments"].items()}
    if "bounds" in told:
        told["bounds"] = tuple(sympify(end) for end in told["bounds"])
    return {name: value if name in ("moments", "bounds") else sympify(value) for name, value in told.items()}


def place_of(function: Callable) -> tuple[str, int]:
    code = inspect.unwrap(function).__code__ if inspect.isfunction(inspect.unwrap(function)) else None
    return (code.co_filename, code.co_firstlineno) if code else (getattr(function, "__module__", "?"), 0)
