"""Rules about iterates: the first and the last step, gradients taken, eigenbases.

The gradient of a function is taken by SymPy, for polynomials alone, whose derivative it knows without a
jump; the Kronecker deltas that it leaves in the entries of a vector are collapsed inside the vector's range.
"""

from dataclasses import dataclass

from sympy import (
    Add,
    Basic,
    Derivative,
    Dummy,
    Expr,
    Indexed,
    IndexedBase,
    KroneckerDelta,
    Mul,
    Pow,
    Range,
    S,
    Sum,
    Symbol,
    Tuple,
    expand,
)

from theory.calculus import collapsed, everywhere
from theory.derivation import Refused, Scene
from theory.domain import Arrays
from theory.iterate import Iterate
from theory.regularity import at_least, preorder


def is_iterate(e: Basic) -> bool:
    return isinstance(e, Iterate)


def reject_not_polynomial(f: Expr, x: Basic) -> None:
    """Refuse a function that is not plainly a polynomial in a variable, sums over entries included."""
    names = x.base.free_symbols if isinstance(x, Indexed) else {x}
    for part in preorder(f):
        whole = isinstance(part, Pow) and part.exp.is_Integer and part.exp.is_nonnegative
        plain = isinstance(part, Symbol | Indexed | IndexedBase | Add | Mul | Sum | Tuple)
        if part.free_symbols & names and not (plain or whole):
            raise Refused(f"{part} is not known to be a polynomial in {x}, whose derivative has no jump")


def with_gradient(iteration: Iterate) -> Expr:
    """The map of an iteration with the derivatives in it taken, each delta of its index collapsed."""
    x = iteration.variable

    def taken(e):
        if list(e.variable_count) != [(x, 1)]:
            raise Refused(f"{e} is no first derivative in {x}")
        reject_not_polynomial(e.expr, x)
        return e.expr.diff(x)

    update = iteration.update.replace(lambda e: isinstance(e, Derivative), taken)
    return in_range(iteration, update)


def in_range(iteration: Iterate, update: Expr) -> Expr:
    """An entry of the map with its sums over Kronecker deltas carried out: its index is in the vector's range."""
    if iteration.index is None or not update.has(KroneckerDelta):
        return update
    return collapsed(by_terms(update), {iteration.index: (S.One, iteration.size)})


def by_terms(expr: Basic) -> Basic:
    """Finite sums split into one for each term, so that each may hold a delta of another index."""

    def split(total):
        return Add(*(Sum(term, *total.limits) for term in Add.make_args(expand(total.function))))

    return expr.replace(lambda e: isinstance(e, Sum) and e.function.has(KroneckerDelta), split)


@dataclass(frozen=True)
class gradient:
    """Take the gradient in the map that is iterated."""

    def __str__(self):
        return "the gradient in each step"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        def concerns(e):
            return is_iterate(e) and e.update.has(Derivative)

        return everywhere(before, concerns, lambda e: e.stepped(with_gradient(e)), "no gradient in a step")


@dataclass(frozen=True)
class entrywise_step:
    """Collapse the Kronecker deltas in the map that is iterated."""

    def __str__(self):
        return "each Kronecker delta leaves one term of its sum, in each step"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        def concerns(e):
            return is_iterate(e) and e.update.has(KroneckerDelta)

        return everywhere(
            before, concerns, lambda e: e.stepped(in_range(e, e.update)), "no Kronecker delta in a step"
        )


@dataclass(frozen=True)
class no_step:
    """After no step an iterate is where it started."""

    def __str__(self):
        return "no step has been made"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(
            before, lambda e: is_iterate(e) and e.steps == 0, self.value, "no iterate of zero steps"
        )

    def value(self, e: Iterate) -> Expr:
        return e.start if e.index is None else e.start.subs(e.index, e.at)


@dataclass(frozen=True)
class last_step:
    """Write the last step out: an iterate is the map, its gradient taken, of the iterate before."""

    k: Expr

    def __str__(self):
        return f"the last of {self.k} steps, its gradient taken"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        if not at_least(self.k, 1, scene):
            raise Refused(
                f"{self.k} may be zero, and then there is no last step; let {self.k} start from one"
            )
        return everywhere(
            before, lambda e: is_iterate(e) and e.steps == self.k, self.value, f"no iterate of {self.k} steps"
        )

    def value(self, e: Iterate) -> Expr:
        update = renamed(with_gradient(e))
        return e.put(e.at, lambda entry: e.after(self.k - 1, entry), update)


def renamed(update: Expr) -> Expr:
    """``update`` with new names for the indices of its sums: an iterate that it will hold binds the old ones."""

    def fresh(total: Sum) -> Expr:
        names = {limit[0]: Dummy(limit[0].name, integer=True) for limit in total.limits}
        limits = [(names[index], *ends) for index, *ends in total.limits]
        return Sum(total.function.xreplace(names), *limits)

    return update.replace(lambda e: isinstance(e, Sum), fresh)


@dataclass(frozen=True)
class symmetric_entries:
    """A symmetric matrix has the same entry in [j, i] as in [i, j]."""

    H: IndexedBase
    i: Symbol
    j: Symbol

    def __str__(self):
        return f"{self.H} is symmetric"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        domain = scene.domain(self.H)
        if not (isinstance(domain, Arrays) and domain.form in ("symmetric", "positive semidefinite")):
            raise Refused(f"{self.H} must live in symmetric(d); found {domain}")
        other = self.H[self.j, self.i]
        return everywhere(before, lambda e: e == other, lambda e: self.H[self.i, self.j], f"no {other}")


def reject_not_orthogonal(Q: IndexedBase, d: Expr, scene: Scene) -> None:
    domain = scene.domain(Q)
    if not (isinstance(domain, Arrays) and domain.form == "orthogonal" and domain.shape == (d, d)):
        raise Refused(f"{Q} must live in orthogonal({d}); found {domain}")


@dataclass(frozen=True)
class orthonormal:
    """The rows of an orthogonal matrix are orthonormal: a sum over both entries leaves one row.

    ``Sum(Q[m, i] * Sum(Q[l, i] * b(l), (l, 1, d)), (i, 1, d))`` is ``b(m)``, for m from 1 to d.
    """

    Q: IndexedBase

    def __str__(self):
        return f"the rows of {self.Q} are orthonormal"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        ranges = {s: (S.One, r.sup) for s, r in scene.given.items() if isinstance(r, Range) and r.inf == 1}
        done = self.inside(before, ranges, scene)
        if done == before:
            raise Refused(f"no sum over two rows of {self.Q} in {before}")
        return done

    def inside(self, expr: Basic, ranges: dict, scene: Scene) -> Basic:
        if not expr.args or not expr.has(Sum) or is_iterate(expr):
            return expr
        if isinstance(expr, Sum):
            ranges = {**ranges, **{limit[0]: tuple(limit[1:]) for limit in expr.limits}}
            expr = expr.func(self.inside(expr.function, ranges, scene), *expr.limits)
            return self.total(expr, ranges, scene)
        return expr.func(*(self.inside(arg, ranges, scene) for arg in expr.args))

    def total(self, expr: Sum, ranges: dict, scene: Scene) -> Expr:
        """A sum over the entries of a row, those terms carried out that hold another row."""
        (i, *ends), *others = expr.limits
        if others:
            return expr
        terms = [
            self.term(term, i, tuple(ends), ranges, scene) for term in Add.make_args(expand(expr.function))
        ]
        if all(done is None for _, done in terms):
            return expr
        rest = Add(*(term for term, done in terms if done is None))
        return Add(
            Sum(rest, expr.limits[0]) if rest != 0 else S.Zero,
            *(done for _, done in terms if done is not None),
        )

    def term(
        self, term: Expr, i: Symbol, ends: tuple, ranges: dict, scene: Scene
    ) -> tuple[Expr, Expr | None]:
        constant, rest = term.as_independent(i, as_Add=False)
        rows = [f for f in Mul.make_args(rest) if isinstance(f, Indexed) and f.base == self.Q]
        sums = [f for f in Mul.make_args(rest) if isinstance(f, Sum)]
        if len(rows) != 1 or len(sums) != 1 or Mul(*rows, *sums) != rest or ends[0] != 1:
            return term, None
        (row, column), d = rows[0].indices, ends[1]
        reject_not_orthogonal(self.Q, d, scene)
        (other_row, *other), *more = sums[0].limits
        inner = self.Q[other_row, i]
        if column != i or more or tuple(other) != ends or ranges.get(row) != ends or i in row.free_symbols:
            return term, None
        body = expand(sums[0].function / inner)
        if i in body.free_symbols:
            return term, None
        return term, constant * body.subs(other_row, row)


@dataclass(frozen=True)
class parseval:
    """Coordinates in an orthonormal basis have the same sum of squares as the entries themselves.

    ``Sum(y(i)**2, (i, 1, d))`` becomes ``Sum(Sum(Q[l, i] * y(i), (i, 1, d))**2, (l, 1, d))``.
    """

    Q: IndexedBase
    l: Symbol  # noqa: E741

    def __str__(self):
        return f"Pythagoras in the orthonormal rows of {self.Q}"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(
            before, self.concerns, lambda e: self.value(e, scene), "no sum of squares of entries"
        )

    def concerns(self, e: Basic) -> bool:
        squares = isinstance(e, Sum) and len(e.limits) == 1 and isinstance(e.function, Pow)
        return squares and e.function.exp == 2 and not isinstance(e.function.base, Sum)

    def value(self, total: Sum, scene: Scene) -> Expr:
        ((i, first, d),) = total.limits
        if first != 1:
            raise Refused(f"{total} must run over all entries, from one")
        reject_not_orthogonal(self.Q, d, scene)
        if self.l in total.free_symbols or self.l == i:
            raise Refused(f"{self.l} has a meaning in {total} already")
        return Sum(Sum(self.Q[self.l, i] * total.function.base, (i, 1, d)) ** 2, (self.l, 1, d))
