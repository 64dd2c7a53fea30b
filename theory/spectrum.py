"""Rules about spectra: the Hessian of a sum over neurons, its blocks, and what is left of each in a plane.

Neurons that share no weight have no mixed derivative, so that the Hessian of their sum is block-diagonal.
One neuron's block has the form ``P B P^T`` with two columns in P, and its spectrum beside zero is that of
the two by two matrix ``G^(1/2) B G^(1/2)``, G the Gram matrix of the columns.
"""

from dataclasses import dataclass
from typing import NamedTuple

from sympy import (
    Abs,
    Add,
    Basic,
    BlockMatrix,
    Determinant,
    DiracDelta,
    Expr,
    Identity,
    ImmutableDenseMatrix,
    Indexed,
    IndexedBase,
    MatAdd,
    MatMul,
    Mul,
    Pow,
    Product,
    S,
    Subs,
    Sum,
    Symbol,
    expand,
    sqrt,
    symbols,
)
from sympy import Derivative as SymbolicDerivative

from theory.activation import Applied
from theory.averaging import real
from theory.calculus import collapsed, everywhere
from theory.derivation import Refused, Scene
from theory.domain import Arrays, Entrywise, hessian, maximum, norm, operator_norm
from theory.kinks import without_kinks
from theory.law import step
from theory.regularity import ENTIRE, members, preorder

ROW, COLUMN = symbols("r l", integer=True, positive=True)


class Block(NamedTuple):
    """A symmetric matrix of size 1 + d: its corner, the rest of its first row, the rest, by their entries."""

    corner: Expr
    edge: Expr  # at COLUMN
    inner: Expr  # at ROW, COLUMN
    d: Expr

    def matrix(self) -> BlockMatrix:
        edge = Entrywise(self.edge, ROW, COLUMN, S.One, self.d)
        below = Entrywise(self.edge.xreplace({COLUMN: ROW}), ROW, COLUMN, self.d, S.One)
        corner = Entrywise(self.corner, ROW, COLUMN, S.One, S.One)
        return BlockMatrix([[corner, edge], [below, Entrywise(self.inner, ROW, COLUMN, self.d, self.d)]])


class Summed(NamedTuple):
    """A function that is a sum over neurons, each with weights of its own."""

    factor: Expr
    neuron: Expr
    index: Symbol
    count: Expr


def summed(matrix: Basic) -> Summed:
    """What a Hessian differentiates, taken apart. Raises ``Refused`` where two neurons share a weight."""
    if not isinstance(matrix, hessian):
        raise Refused(f"{matrix} is not a Hessian")
    function, *arrays = matrix.args
    factor, total = function.as_independent(Sum, as_Add=False)
    if not isinstance(total, Sum) or len(total.limits) != 1:
        raise Refused(f"{function} is not a constant times one sum over neurons")
    index, low, count = total.limits[0]
    own = {entry for entry in total.function.atoms(Indexed) if entry.base in arrays}
    if any(entry.indices[0] != index for entry in own):
        raise Refused(f"a term of {total} reads a weight that is not of neuron {index} alone")
    rest = total.function.xreplace({entry: Symbol("e") for entry in own})
    if (factor * rest).has(*arrays, *(array.label for array in arrays)) or index in factor.free_symbols:
        raise Refused(f"{function} depends on the weights other than entry by entry")
    if low != 1 or any(array.shape[0] != count for array in arrays):
        raise Refused(f"{total} does not run over all neurons, from 1 to the first size of each array")
    return Summed(factor, total.function, index, count)


def block_of(matrix: hessian, parts: Summed, scene: Scene) -> Block:
    """One neuron's second derivatives, in a weight of its own and in a vector of weights."""
    _, *arrays = matrix.args
    if [len(array.shape) for array in arrays] != [1, 2]:
        raise Refused("the blocks are known for a vector of output weights and a matrix of hidden weights")
    output, hidden = arrays
    d = hidden.shape[1]
    weight = output[parts.index]
    at = [hidden[parts.index, place] for place in (ROW, COLUMN)]
    ranges = {place: (S.One, d) for place in (ROW, COLUMN)}

    def second(*variables: Expr) -> Expr:
        reject_unknown(parts.neuron, scene)
        found = collapsed(parts.neuron.diff(*variables), ranges)
        found = without_kinks(found, parts.index, parts.count, scene)
        found = found.replace(lambda e: isinstance(e, Sum) and e.function == 0, lambda e: S.Zero)
        reject_rough(found, scene)
        return found

    return Block(second(weight, weight), second(weight, at[1]), second(*at), d)


def reject_unknown(neuron: Expr, scene: Scene) -> None:
    """Refuse functions of which SymPy's derivative need not be the derivative."""
    for part in preorder(neuron):
        if part.is_Function and not isinstance(part, (*ENTIRE, step, Applied)):
            raise Refused(f"{part} is not known to have two derivatives")


def reject_rough(found: Expr, scene: Scene) -> None:
    """Refuse second derivatives that are no functions: of jumps, or of activations without one."""
    if found.has(DiracDelta, SymbolicDerivative, Subs):
        raise Refused(f"{found} is no function: the network has a kink where it is differentiated")
    for part in found.atoms(Applied):
        for member, order in members(part, scene):
            try:
                member.derivative(order)
            except ValueError as reason:
                raise Refused(f"for {part.args[0]} = {member.name}: {reason}") from None


@dataclass(frozen=True)
class blocks:
    """The Hessian of a sum over neurons is block-diagonal: its norm is the largest of its blocks'."""

    def __str__(self):
        return "the Hessian is block-diagonal, one block a neuron: its norm is the largest of theirs"

    def concerns(self, e: Basic) -> bool:
        return isinstance(e, operator_norm) and isinstance(e.args[0], hessian)

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(
            before, self.concerns, lambda e: self.value(e.args[0], scene), "no norm of a Hessian"
        )

    def value(self, matrix: hessian, scene: Scene) -> Expr:
        parts = summed(matrix)
        block = block_of(matrix, parts, scene)
        return Abs(parts.factor) * maximum(operator_norm(block.matrix()), (parts.index, 1, parts.count))


@dataclass(frozen=True)
class eigenvalues:
    """The characteristic polynomial of the Hessian of a sum over neurons, block by block."""

    vector: IndexedBase

    def __str__(self):
        return "each block acts in the plane of its output weight and the input, and is zero beside it"

    def concerns(self, e: Basic) -> bool:
        return isinstance(e, Determinant)

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(before, self.concerns, lambda e: self.value(e.args[0], scene), "no determinant")

    def value(self, matrix: Basic, scene: Scene) -> Expr:
        scalar, second = less(matrix)
        parts = summed(second)
        block = block_of(second, parts, scene)
        small = in_plane(block, self.vector, scene)
        middle, root = small.trace() / 2, sqrt(small.trace() ** 2 - 4 * small.det()) / 2
        pair = Mul(*(scalar - parts.factor * (middle + sign * root) for sign in (1, -1)))
        return Product(scalar ** (block.d - 1) * pair, (parts.index, 1, parts.count))


def less(matrix: Basic) -> tuple[Expr, hessian]:
    """The number and the Hessian of a matrix ``number * identity - Hessian``."""
    split = [coefficient(term) for term in matrix.args] if isinstance(matrix, MatAdd) else []
    terms = [(factor, parts[0]) for factor, parts in split if len(parts) == 1]
    units = [factor for factor, part in terms if isinstance(part, Identity)]
    others = [part for factor, part in terms if isinstance(part, hessian) and factor == -1]
    if len(terms) != 2 or len(units) != 1 or len(others) != 1:
        raise Refused(f"{matrix} is not a multiple of the identity less a Hessian")
    return units[0], others[0]


def coefficient(term: Basic) -> tuple[Expr, list]:
    return term.as_coeff_matrices() if isinstance(term, MatMul) else (S.One, [term])


@dataclass(frozen=True)
class plane:
    """A block acts in the plane of its first axis and of one vector: its norm is that of a 2 x 2 matrix."""

    vector: IndexedBase

    def __str__(self):
        return f"each block acts in the plane of its output weight and of {self.vector}"

    def concerns(self, e: Basic) -> bool:
        return isinstance(e, operator_norm) and isinstance(e.args[0], BlockMatrix)

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(
            before, self.concerns, lambda e: self.value(e.args[0], scene), "no norm of a block matrix"
        )

    def value(self, matrix: BlockMatrix, scene: Scene) -> Expr:
        return operator_norm(in_plane(read(matrix), self.vector, scene))


def read(matrix: BlockMatrix) -> Block:
    """A block matrix as a block, if it is the matrix of one."""
    (corner, edge), (_, inner) = matrix.blocks.tolist()
    if not all(isinstance(part, Entrywise) for part in (corner, edge, inner)):
        raise Refused(f"{matrix} is not given by its entries")
    block = Block(corner.args[0], edge.args[0], inner.args[0], inner.args[3])
    if block.matrix() != matrix:
        raise Refused(f"{matrix} is not symmetric, with one row beside a square")
    return block


def in_plane(block: Block, vector: IndexedBase, scene: Scene) -> ImmutableDenseMatrix:
    """The block in an orthonormal basis of a plane outside of which it is zero."""
    home = scene.domain(vector)
    if not isinstance(home, Arrays) or home.shape != (block.d,):
        raise Refused(f"{vector} must live in vectors({block.d}); found {home}")
    edge, inner = block.edge / vector[COLUMN], block.inner / (vector[ROW] * vector[COLUMN])
    if (edge, inner) != tuple(part.xreplace({ROW: S.Zero, COLUMN: S.Zero}) for part in (edge, inner)):
        raise Refused(f"{block.matrix()} has more than the direction of {vector} beside its first axis")
    length = norm(vector)
    return ImmutableDenseMatrix([[block.corner, edge * length], [edge * length, inner * length**2]])


@dataclass(frozen=True)
class two_by_two:
    """The norm of a symmetric 2 x 2 matrix, from the quadratic equation of its eigenvalues."""

    def __str__(self):
        return "the eigenvalues solve a quadratic equation; the larger in size is the norm"

    def concerns(self, e: Basic) -> bool:
        return isinstance(e, operator_norm) and isinstance(e.args[0], ImmutableDenseMatrix)

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(before, self.concerns, lambda e: self.value(e.args[0]), "no norm of a matrix")

    def value(self, matrix: ImmutableDenseMatrix) -> Expr:
        if matrix.shape != (2, 2) or not matrix.is_symmetric() or not all(map(real, matrix)):
            raise Refused(f"{matrix} is not a real symmetric matrix with two rows")
        trace = Abs(matrix.trace())
        return (trace + sqrt(trace**2 - 4 * matrix.det())) / 2


@dataclass(frozen=True)
class squares:
    """The square of the Frobenius norm of a block-diagonal Hessian: the sum of its blocks' traces of squares."""

    vector: IndexedBase

    def __str__(self):
        return "the squares of all entries, block by block: the trace of a block's square"

    def concerns(self, e: Basic) -> bool:
        return e.is_Pow and e.exp == 2 and isinstance(e.base, norm) and isinstance(e.base.args[0], hessian)

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(
            before,
            self.concerns,
            lambda e: self.value(e.base.args[0], scene),
            "no squared Frobenius norm of a Hessian",
        )

    def value(self, matrix: hessian, scene: Scene) -> Expr:
        parts = summed(matrix)
        small = in_plane(block_of(matrix, parts, scene), self.vector, scene)
        if not (parts.factor.is_real or real(parts.factor)):
            raise Refused(f"{parts.factor} is not known to be real")
        traced = small[0, 0] ** 2 + 2 * small[0, 1] ** 2 + small[1, 1] ** 2
        return parts.factor**2 * Sum(traced, (parts.index, 1, parts.count))


@dataclass(frozen=True)
class root_between:
    """Bounds on A + sqrt(A^2 + B), for A and B that are not negative: sqrt(B) below, 2 A + sqrt(B) above."""

    sign: str

    def __str__(self):
        bound = "at most √A + √B" if self.sign == "<=" else "at least √B"
        return f"the root of a sum A + B is {bound}"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        if isinstance(before, maximum):  # it does not decrease in any of the values
            return before.func(self.bound(before.function), *before.limits)
        return self.bound(before)

    def bound(self, expr: Expr) -> Expr:
        factor, first, other = rooted(expr)
        return factor * sqrt(other) + (2 * factor * first if self.sign == "<=" else 0)


def rooted(expr: Expr) -> tuple[Expr, Expr, Expr]:
    """Factor, A and B of a value factor * (A + sqrt(A^2 + B)), none of which may be negative."""
    roots = [term for term in Add.make_args(expr) if term.as_coeff_Mul()[1].is_Pow]
    if len(roots) != 1 or roots[0].as_coeff_Mul()[1].exp != S.Half:
        raise Refused(f"{expr} is not a value and a root")
    factor, root = roots[0].as_coeff_Mul()
    first = expand((expr - roots[0]) / factor)
    other = expand(root.base - first**2)
    if not (factor.is_positive and nonnegative(first) and nonnegative(other)):
        raise Refused(f"{expr} is not a positive multiple of A + √(A² + B) with A, B not negative")
    return factor, first, other


def nonnegative(expr: Expr) -> bool:
    """Whether an expression of real entries is not negative, by how it is built."""
    if expr.is_nonnegative or isinstance(expr, Abs | norm):
        return True
    if isinstance(expr, Add | Mul):
        return all(map(nonnegative, expr.args))
    even = isinstance(expr, Pow) and expr.exp.is_Integer and expr.exp.is_even and real(expr.base)
    return even or (isinstance(expr, Pow) and nonnegative(expr.base))
