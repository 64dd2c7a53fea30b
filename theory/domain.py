"""Where parameters live, beyond SymPy's sets: vectors, matrices, data sets, activations.

A scalar lives in a SymPy set and an integer in a ``Range``. The domains here are for what those
cannot hold; a later entry of a claim's ``given`` may use an earlier symbol, as in ``vectors(d)``.
Quantities of matrices that a statement may name stand here too: they stay unevaluated.
"""

from dataclasses import dataclass

from sympy import Expr, Matrix, Symbol, Tuple, sympify
from sympy.core.symbol import Str
from sympy.logic.boolalg import BooleanFunction
from sympy.matrices.expressions import MatrixSymbol

from theory.activation import Activation


@dataclass(frozen=True)
class Arrays:
    """Real arrays of a shape: a vector, a matrix, or a data set with one input a row."""

    shape: tuple[Expr, ...]
    form: str = "any"
    unit: bool = False

    def __str__(self) -> str:
        size = " x ".join(map(str, self.shape))
        name = {1: "vectors of dimension", 2: "matrices"}[len(self.shape)]
        kind = "data sets" if self.form == "data" else f"{'' if self.form == 'any' else self.form + ' '}{name}"
        return f"{'unit ' if self.unit else ''}{kind} {size}"


@dataclass(frozen=True)
class Activations:
    """A finite family of activations; a claim for all of them is tested on each."""

    members: tuple[Activation, ...]

    def __str__(self) -> str:
        return "activations " + ", ".join(member.name for member in self.members)


def vectors(d) -> Arrays:
    """Real vectors of dimension ``d``, zero and equal ones included."""
    return Arrays((sympify(d),))


def unit_vectors(d) -> Arrays:
    """Real vectors of dimension ``d`` and Euclidean norm one."""
    return Arrays((sympify(d),), unit=True)


def matrices(n, p) -> Arrays:
    """Real matrices with ``n`` rows and ``p`` columns."""
    return Arrays((sympify(n), sympify(p)))


def data_sets(n, d) -> Arrays:
    """``n`` inputs of dimension ``d``, one a row, duplicated and parallel ones included."""
    return Arrays((sympify(n), sympify(d)), "data")


def symmetric(n) -> Arrays:
    """Real symmetric matrices of size ``n``."""
    return Arrays((sympify(n), sympify(n)), "symmetric")


def positive_semidefinite(n) -> Arrays:
    """Symmetric matrices of size ``n`` without a negative eigenvalue, singular ones included."""
    return Arrays((sympify(n), sympify(n)), "positive semidefinite")


def activations(*members: Activation) -> Activations:
    """The activations listed; ``activations()`` is refused, since nothing would be tested."""
    if not members:
        raise ValueError("activations: the family is empty; list at least one activation to test on")
    return Activations(members)


class Functional(Expr):
    """A scalar that belongs to one vector or matrix."""

    is_commutative = True
    is_real = True
    symbol = ""

    def __new__(cls, arg):
        return Expr.__new__(cls, sympify(arg))

    def _latex(self, printer, exp=None):
        text = self.symbol % printer._print(self.args[0])
        return text if exp is None else f"{text}^{{{exp}}}"

    def _sympystr(self, printer):
        return f"{type(self).__name__}({printer._print(self.args[0])})"


class norm(Functional):  # noqa: N801 - named like a function, since it is used as one
    """The Euclidean norm of a vector; of a matrix, the Frobenius norm."""

    is_nonnegative = True
    symbol = r"\left\| %s \right\|"


class operator_norm(Functional):  # noqa: N801
    """The largest singular value of a matrix."""

    is_nonnegative = True
    symbol = r"\left\| %s \right\|_{\mathrm{op}}"


class min_eigenvalue(Functional):  # noqa: N801
    """The smallest eigenvalue of a symmetric matrix."""

    symbol = r"\lambda_{\min}\left( %s \right)"


class nonparallel(BooleanFunction):  # noqa: N801
    """No two rows of a data set are parallel, and none is zero: a joint hypothesis on inputs."""

    @property
    def free_symbols(self):
        return self.args[0].free_symbols

    @staticmethod
    def at(rows: Matrix) -> bool:
        """Whether exact rows are pairwise linearly independent."""
        lines = [rows.row(i) for i in range(rows.rows)]
        pairs = ((a, b) for k, a in enumerate(lines) for b in lines[:k])
        return all(any(lines_i) for lines_i in lines) and all(Matrix([*pair]).rank() == 2 for pair in pairs)


class Observed(Symbol):
    """A scalar that only an experiment can supply."""

    def __new__(cls, name):
        return Symbol.__xnew__(cls, name, real=True)

    def __getnewargs_ex__(self):
        return (self.name,), {}


class ObservedArray(MatrixSymbol):
    """A matrix that only an experiment can supply."""


def observed(name: str, *shape):
    """A measured quantity: a scalar, or a matrix of the ``shape`` given (a vector is ``n, 1``)."""
    if len(shape) not in (0, 2):
        raise ValueError(f"observed({name!r}): a scalar has no shape, an array has two sizes; got {shape}")
    return ObservedArray(Str(name), *map(sympify, shape)) if shape else Observed(name)


def measured(expr) -> tuple:
    """The observed quantities in an expression, by name."""
    return tuple(sorted(Tuple(sympify(expr)).atoms(Observed, ObservedArray), key=lambda item: item.name))

