"""Where parameters live, beyond SymPy's sets: vectors, matrices, data sets, activations.

A scalar lives in a SymPy set and an integer in a ``Range``. The domains here are for what those
cannot hold; a later entry of a claim's ``given`` may use an earlier symbol, as in ``vectors(d)``.
Quantities of matrices that a statement may name stand here too: they stay unevaluated.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

from sympy import (
    Add,
    Basic,
    Derivative,
    Determinant,
    Expr,
    Function,
    Matrix,
    Max,
    Mul,
    Symbol,
    Tuple,
    symbols,
    sympify,
)
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.symbol import Str
from sympy.logic.boolalg import BooleanFunction
from sympy.matrices.expressions import MatrixExpr, MatrixSymbol
from sympy.printing.precedence import PRECEDENCE

from theory.activation import Activation


@dataclass(frozen=True)
class Arrays:
    """Real arrays of a shape: a vector, a matrix, or a data set with one input a row."""

    shape: tuple[Expr, ...]
    form: str = "any"
    unit: bool = False
    bounds: tuple[Expr, ...] = ()  # of a spectrum: its first entry, and two ends for all others

    def __str__(self) -> str:
        size = " x ".join(map(str, self.shape))
        if self.bounds:
            return f"spectra of dimension {size}: first {self.bounds[0]}, then from {self.bounds[1]} to {self.bounds[2]}"
        name = {1: "vectors of dimension", 2: "matrices"}[len(self.shape)]
        kind = (
            "data sets" if self.form == "data" else f"{'' if self.form == 'any' else self.form + ' '}{name}"
        )
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


def orthogonal(n) -> Arrays:
    """Real orthogonal matrices of size ``n``: their rows are an orthonormal basis, and so are their columns."""
    return Arrays((sympify(n), sympify(n)), "orthogonal")


def spectra(d, first, low, high) -> Arrays:
    """Vectors of dimension ``d`` with the entry ``first`` first, and all others between ``low`` and ``high``."""
    return Arrays((sympify(d),), "spectrum", bounds=tuple(map(sympify, (first, low, high))))


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


class norm(Functional):
    """The Euclidean norm of a vector; of a matrix, the Frobenius norm."""

    is_nonnegative = True
    symbol = r"\left\| %s \right\|"


class operator_norm(Functional):
    """The largest singular value of a matrix."""

    is_nonnegative = True
    symbol = r"\left\| %s \right\|_{\mathrm{op}}"


class min_eigenvalue(Functional):
    """The smallest eigenvalue of a symmetric matrix."""

    symbol = r"\lambda_{\min}\left( %s \right)"


class supremum(ExprWithLimits):
    """The least upper bound of an expression over a symbol: ``supremum(abs(f(z)), (z, -oo, oo))``."""

    is_commutative = True
    is_real = True
    precedence = PRECEDENCE["Mul"]  # open to the right, as a sum is

    def _sympystr(self, printer):
        return f"sup[{printer._print(self.function)}]"

    def _plain(self, printer):
        return f"sup_{','.join(printer._print(z) for z in self.variables)} {printer.operand(self.function)}"

    def _latex(self, printer, exp=None):
        over = ", ".join(printer._print(z) for z in self.variables)
        text = rf"\sup_{{{over}}} {printer._print(self.function)}"
        return text if exp is None else rf"\left({text}\right)^{{{exp}}}"

    _typeset = _latex


class maximum(ExprWithLimits):
    """The largest of finitely many values: ``maximum(abs(a[j]), (j, 1, m))``."""

    is_commutative = True
    precedence = PRECEDENCE["Mul"]  # open to the right, as a sum is

    def _eval_is_real(self):
        return self.function.is_real

    def _sympystr(self, printer):
        return f"max[{printer._print(self.function)}]"

    def _plain(self, printer):
        return f"max_{{{self.range(printer, '≤')}}} {printer.operand(self.function)}"

    def _latex(self, printer, exp=None):
        text = rf"\max_{{{self.range(printer, chr(92) + 'le')}}} {printer._print(self.function)}"
        return text if exp is None else rf"\left({text}\right)^{{{exp}}}"

    _typeset = _latex

    def range(self, printer, sign: str) -> str:
        index, low, high = map(printer._print, self.limits[0])
        return f"{low} {sign} {index} {sign} {high}"


class greatest(Function):
    """The largest of some random quantities: what ``Max`` would compare in pairs, at length and in vain."""

    is_real = True

    @classmethod
    def eval(cls, *values):
        return Max(*values) if all(value.is_Number for value in values) else None


class Entrywise(MatrixExpr):
    """A matrix given by its entries; ``args`` are the entry, its two indices, the two sizes."""

    @property
    def shape(self):
        return self.args[3:]

    @property
    def function(self):
        return self.args[0]

    @property
    def limits(self):
        return tuple((index, 1, size) for index, size in zip(self.args[1:3], self.shape, strict=True))

    @property
    def free_symbols(self):
        return (self.function.free_symbols - set(self.args[1:3])).union(*(s.free_symbols for s in self.shape))

    def _entry(self, i, j, **kwargs):
        return self.function.subs({self.args[1]: i + 1, self.args[2]: j + 1})

    def _sympystr(self, printer):
        return f"[{printer._print(self.function)}]_{{{self.bounds(printer, '<=')}}}"

    def bounds(self, printer, sign: str) -> str:
        return ", ".join(f"{printer._print(i)} {sign} {printer._print(size)}" for i, _, size in self.limits)

    def _plain(self, printer):
        return f"[{printer._print(self.function)}]_{{{self.bounds(printer, '≤')}}}"

    def _latex(self, printer, exp=None):
        text = rf"\left[{printer._print(self.function)}\right]_{{{self.bounds(printer, chr(92) + 'le')}}}"
        return text if exp is None else rf"{text}^{{{exp}}}"

    _typeset = _latex


def entrywise(entry: Callable[[Expr, Expr], Expr], rows, columns) -> Entrywise:
    """The matrix with ``entry(i, j)`` in row i and column j, both counted from one."""
    i, j = symbols("i j", integer=True, positive=True)
    return Entrywise(sympify(entry(i, j)), i, j, sympify(rows), sympify(columns))


def spectral(expr: Basic) -> bool:
    """Whether an expression is a norm, an eigenvalue or a determinant of a matrix given by a formula."""
    return isinstance(expr, Functional | Determinant) and isinstance(expr.args[0], MatrixExpr)


class hessian(MatrixExpr):
    """The second derivatives of a scalar in all entries of some arrays, in the order given."""

    def __new__(cls, function, *arrays):
        if not arrays or any(array.shape is None for array in arrays):
            raise ValueError("hessian: name the arrays to differentiate in, each made with its shape")
        return MatrixExpr.__new__(cls, sympify(function), *arrays)

    @property
    def shape(self):
        return (Add(*(Mul(*array.shape) for array in self.args[1:])),) * 2

    @property
    def places(self) -> list:
        """The entries of all arrays, row by row; the sizes must be numbers."""
        ranges = [[range(1, int(size) + 1) for size in array.shape] for array in self.args[1:]]
        pairs = zip(self.args[1:], ranges, strict=True)
        return [array[place] for array, sizes in pairs for place in product(*sizes)]

    def _entry(self, i, j, **kwargs):
        return Derivative(self.args[0], self.places[int(i)], self.places[int(j)])

    def _sympystr(self, printer):
        return f"hessian({', '.join(map(printer._print, self.args))})"

    def _plain(self, printer):
        return f"∇²_{{{', '.join(map(printer._print, self.args[1:]))}}} ({printer._print(self.args[0])})"

    def _latex(self, printer, exp=None):
        arrays = ", ".join(printer._print(array.label) for array in self.args[1:])
        text = rf"\nabla^2_{{{arrays}}} \left({printer._print(self.args[0])}\right)"
        return text if exp is None else rf"\left({text}\right)^{{{exp}}}"

    _typeset = _latex


class InputCondition(BooleanFunction):
    """A joint hypothesis on the rows of a data set, in words with the data set's name, and its negation."""

    phrase = negation = ""

    @property
    def free_symbols(self):
        return self.args[0].free_symbols

    @staticmethod
    def at(rows: Matrix) -> bool:
        """Whether exact rows satisfy it."""
        raise NotImplementedError


class nonzero(InputCondition):
    """No row of a data set is zero."""

    phrase = "no row of %s is zero"
    negation = "a row of %s is zero"

    @staticmethod
    def at(rows: Matrix) -> bool:
        """Whether every exact row has an entry that is not zero."""
        return all(any(rows.row(i)) for i in range(rows.rows))


class nonparallel(InputCondition):
    """No two rows of a data set are parallel, and none is zero: a joint hypothesis on inputs."""

    phrase = "no two rows of %s are parallel and none is zero"
    negation = "two rows of %s are parallel or one is zero"

    @staticmethod
    def at(rows: Matrix) -> bool:
        """Whether exact rows are pairwise linearly independent."""
        lines = [rows.row(i) for i in range(rows.rows)]
        pairs = ((a, b) for k, a in enumerate(lines) for b in lines[:k])
        return all(any(lines_i) for lines_i in lines) and all(Matrix([*pair]).rank() == 2 for pair in pairs)


class antipodes_independent(InputCondition):
    """No row is zero or a positive multiple of another, and antipodal pairs span independent lines."""

    phrase = (
        "no row of %s is zero or a positive multiple of another, "
        "and one row from each antipodal pair gives linearly independent vectors"
    )
    negation = (
        "a row of %s is zero or a positive multiple of another, "
        "or one row from each antipodal pair gives linearly dependent vectors"
    )

    @staticmethod
    def at(rows: Matrix) -> bool:
        """Whether exact rows satisfy it."""
        lines = [rows.row(i) for i in range(rows.rows)]
        parallel = [(a, b) for k, a in enumerate(lines) for b in lines[:k] if Matrix([a, b]).rank() < 2]
        one_each = Matrix([a for a, _ in parallel])
        opposite = all(a.dot(b) < 0 for a, b in parallel)
        return all(any(line) for line in lines) and opposite and one_each.rank() == len(parallel)


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
