"""Rules about gates over a spectrum: where the first gate is closed, a subspace is proper and its measure zero.

A gate is the product of indicators ``step(a) * step(b)``, one if both are positive, else zero.
"""

from dataclasses import dataclass

from sympy import Basic, Expr, Indexed, IndexedBase, Le, Mul, Pow, S, Sum, expand

from theory import law as laws
from theory.calculus import everywhere
from theory.derivation import Refused, Scene
from theory.law import Probability, step
from theory.regularity import at_least
from theory.signs import Facts, is_nonnegative
from theory.spectral import spectrum_of
from theory.unrolling import reject_not_orthogonal


def gate_of(expr: Expr) -> Expr:
    """The gate that an expression is. Raises ``Refused`` for anything else."""
    if not all(isinstance(part, step) for part in Mul.make_args(expr)):
        raise Refused(f"{expr} is no product of indicators")
    return expr


def reject_open(gate: Expr, index: Basic, scene: Scene) -> None:
    """Refuse a gate that may be open at the first entry of a spectrum."""
    entries = {e for e in gate.atoms(Indexed) if index in e.free_symbols}
    first = gate.subs(index, 1)
    for entry in entries:
        first = first.xreplace({entry.subs(index, 1): spectrum_of(entry.base, scene).bounds[0]})
    parts = Mul.make_args(first)
    closed = (
        part == 0 or (isinstance(part, step) and is_nonnegative(-part.args[0], Facts(scene)))
        for part in parts
    )
    if not any(closed):
        raise Refused(f"the gate {first} may be open at the first entry")


@dataclass(frozen=True)
class null_set:
    """A Gaussian start has almost surely something along each eigenvector: where it must not, nothing starts.

    ``Probability(Sum((1 - gate(r)) * Sum(Q[r, p] * Z[p], (p, 1, d))**2, (r, 1, d)) <= 0)`` is zero where the
    first gate is closed: all terms are nonnegative, so the first has to vanish, and it is the square of a
    Gaussian of variance one, since the rows of Q are unit vectors.
    """

    Q: IndexedBase

    def __str__(self):
        return "the event needs a Gaussian number to be exactly zero"

    def concerns(self, e: Basic) -> bool:
        return isinstance(e, Probability) and isinstance(e.body, Le)

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(before, self.concerns, lambda e: self.value(e, scene), "no probability of a bound")

    def value(self, e: Probability, scene: Scene) -> Expr:
        total, bound = e.body.args
        (law,) = e.laws
        if bound != 0 or not (isinstance(total, Sum) and len(total.limits) == 1):
            raise Refused(f"{e.body} is not that a sum of squares is at most zero")
        ((r, first, d),) = total.limits
        if first != 1 or not at_least(d, 1, scene):
            raise Refused(f"{total} must run over all eigenvectors")
        rest, square = total.function.as_independent(Sum, as_Add=False)
        gate = gate_of(expand(1 - rest))
        reject_open(gate, r, scene)
        self.reject_no_coordinate(square, r, d, law, scene)
        return S.Zero

    def reject_no_coordinate(self, square: Expr, r: Basic, d: Expr, law: laws.Law, scene: Scene) -> None:
        """The square of a row of Q times a vector of standard Gaussians, and nothing else."""
        total = square.base if isinstance(square, Pow) and square.exp == 2 else S.Zero
        reject_not_orthogonal(self.Q, d, scene)
        standard = (
            isinstance(law, laws.GaussianArray) and list(law.parameters[0]) == [d] and law.parameters[1] == 1
        )
        if not (standard and isinstance(total, Sum) and len(total.limits) == 1):
            raise Refused(f"{square} is no squared coordinate of a vector of {d} standard Gaussians")
        ((p, *ends),) = total.limits
        start = laws.array(law, d)
        if ends != [S.One, d] or total.function != self.Q[r, p] * start[p]:
            raise Refused(f"{total} is not the coordinate of the start along the row {r} of {self.Q}")


@dataclass(frozen=True)
class unit_rows:
    """Summed over all entries, the squares of a row of an orthogonal matrix are one."""

    Q: IndexedBase

    def __str__(self):
        return f"the rows of {self.Q} are unit vectors"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(
            before, self.concerns, lambda e: self.value(e, scene), f"no trace over rows of {self.Q}"
        )

    def concerns(self, e: Basic) -> bool:
        return isinstance(e, Sum) and len(e.limits) == 2 and e.has(self.Q)

    def value(self, total: Sum, scene: Scene) -> Expr:
        (r, *ends), (j, *others) = total.limits
        d = ends[1]
        reject_not_orthogonal(self.Q, d, scene)
        weight = expand(total.function / self.Q[r, j] ** 2)
        if ends != others or ends[0] != 1 or j in weight.free_symbols or weight.has(self.Q):
            raise Refused(f"{total} is no sum of squared entries with one weight for each row")
        return Sum(weight, (r, *ends))


@dataclass(frozen=True)
class closed_gate:
    """Of d gates, the first of which is closed, at most d - 1 are open: a bound from above."""

    sign = "<="

    def __str__(self):
        return "a gate counts at most one, and the first is closed"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        if not (isinstance(before, Sum) and len(before.limits) == 1):
            raise Refused(f"{before} is no count of gates")
        ((r, first, d),) = before.limits
        if first != 1 or not at_least(d, 1, scene):
            raise Refused(f"{before} must run from one to at least one")
        reject_open(gate_of(before.function), r, scene)
        return d - 1
