"""When two expressions are equal by algebra, seen through integrals, means and sums.

Integrals, means and sums with symbolic limits are *opaque*: nothing here evaluates one. They are
linear, though, and their bound variables have no names of their own. So an expression is taken
apart into coefficients times opaque atoms, atoms with the same limits are joined again, and what
is left must simplify to zero. A difference that is not zero at some random point is given up at
once; that is only to save time, since no number ever closes a link.
"""

from dataclasses import dataclass, field

from sympy import (
    Add,
    Basic,
    Derivative,
    Dummy,
    Expr,
    Integral,
    MatrixBase,
    Mul,
    Order,
    Piecewise,
    Pow,
    S,
    Subs,
    Sum,
    Symbol,
    Tuple,
    acos,
    asin,
    cancel,
    cos,
    exp,
    expand,
    expand_log,
    factor,
    factorial,
    factorial2,
    fraction,
    gamma,
    gammasimp,
    powdenest,
    powsimp,
    radsimp,
    simplify,
    sin,
    trigsimp,
)

from theory.disproof import differs_somewhere, written_out
from theory.family import DerivativeFamily, He
from theory.iterate import Iterate
from theory.law import Mean, Node

OPAQUE = (Integral, Sum, Mean)
COMPARED = (*OPAQUE, Derivative)  # two of these with the same limits are compared by what is inside


class Place(Symbol):
    """A bound variable by how deep it is bound and its position among the limits, since names mean nothing.

    The depth keeps a variable apart from those bound further out: both have lost their names.
    """

    depth: int

    def __new__(cls, kind: type, depth: int, position: int):
        name = f"_{kind.__name__}{depth}_{position}"
        self = Symbol.__xnew__(cls, name, integer=kind is Sum or None, real=True)
        self.depth = depth
        return self


@dataclass
class Atoms:
    """The opaque atoms met so far, each with the dummy that stands for it; ``depth`` is that of their variables."""

    depth: int = 0
    known: list[tuple[type, tuple, Expr, Dummy]] = field(default_factory=list)

    def dummy(self, kind: type, limits: tuple, body: Expr) -> Dummy:
        for other, ends, held, dummy in self.known:
            if (
                other is kind
                and ends == limits
                and (
                    held == body
                    or (kind in COMPARED and alike(held - body))
                    or (isinstance(body, Iterate) and alike_iterates(held, body))
                )
            ):
                return dummy
        real = kind not in OPAQUE or (body.is_real is not False and not body.has(S.ImaginaryUnit))
        dummy = Dummy(kind.__name__, real=real or None)
        self.known.append((kind, limits, body, dummy))
        return dummy

    def held(self, dummy: Dummy) -> tuple[type, tuple, Expr]:
        """What a dummy of these atoms stands for."""
        return next((kind, ends, body) for kind, ends, body, held in self.known if held == dummy)

    def of(self, dummy: Dummy) -> tuple[type, tuple, Expr] | None:
        return next(((kind, ends, body) for kind, ends, body, held in self.known if held == dummy), None)


def alike_iterates(a: Basic, b: Basic) -> bool:
    """Whether two iterates are equal because their maps, starts, numbers of steps and entries are."""
    return len(a.args) == len(b.args) and a.args[1] == b.args[1] and all(map(same, a.args, b.args))


def alike(gap: Expr) -> bool:
    """Whether the bodies of two atoms are equal: cheap tests alone, since equal limits are joined later."""
    if gap.has(*OPAQUE, Node, Derivative, DerivativeFamily, Iterate):
        return vanishes(gap)
    return not differs_somewhere(gap) and (
        expand(gap) == 0 or over_first_term(expand(gap)) == 0 or fourier(gap) == 0
    )


def same(a: Basic, b: Basic) -> bool:
    """Whether two expressions are equal by linearity of the opaque parts and by algebra."""
    if isinstance(a, MatrixBase) or isinstance(b, MatrixBase):
        return getattr(a, "shape", None) == getattr(b, "shape", None) and all(map(same, a, b))
    return a == b or vanishes(a - b)


def vanishes(expr: Expr) -> bool:
    """Whether an expression is zero by algebra; False means only that no proof was found."""
    if expr.is_zero:
        return True
    atoms = Atoms(1 + max((place.depth for place in expr.atoms(Place)), default=-1))
    flat = expand(taken_apart(expr, atoms))
    return flat.is_zero or zero(flat) or all(zero_together(group, atoms) for group in joined(flat, atoms))


def joined(flat: Expr, atoms: Atoms) -> list[tuple[tuple, Expr]]:
    """The terms of an expression, those linear in atoms of the same limits put under one roof."""
    groups: dict[tuple, Expr] = {}
    for term in Add.make_args(flat):
        inside = [dummy for dummy in term.free_symbols if atoms.of(dummy)]
        key: tuple = tuple(sorted(inside, key=str))
        if len(inside) == 1:
            kind, limits, body = atoms.held(inside[0])
            coefficient = term.coeff(inside[0], 1)
            if kind in OPAQUE and expand(coefficient * inside[0] - term) == 0:
                key, term = (kind, limits), coefficient * body
        groups[key] = groups.get(key, S.Zero) + term
    return list(groups.items())


def zero_together(group: tuple[tuple, Expr], atoms: Atoms) -> bool:
    key, total = group
    linear = len(key) == 2 and key[0] in OPAQUE
    return vanishes(total) if linear else zero(total)


def taken_apart(expr: Basic, atoms: Atoms) -> Expr:
    """``expr`` with each opaque part written as coefficients times dummies."""
    if isinstance(expr, Sum | Integral):
        return apart_under_limits(expr, atoms)
    if isinstance(expr, Mean):
        random = expr.bound
        split = split_body(with_derivatives_taken(expr.body), random)
        return Add(*(c * (atoms.dummy(Mean, expr.laws, b) if b.has(*random) else b) for c, b in split))
    if isinstance(expr, Node):
        return atoms.dummy(type(expr), expr.laws, Tuple(*expr.bodies) if len(expr.bodies) > 1 else expr.body)
    if isinstance(expr, Derivative):
        return apart_derivative(expr, atoms)
    if isinstance(expr, Iterate):
        return atoms.dummy(Iterate, (), expr)
    if isinstance(expr, Subs):
        done = with_derivatives_taken(expr.expr)
        if done.has(Derivative):
            return atoms.dummy(Subs, (), expr)
        return taken_apart(
            done.subs(dict(zip(expr.variables, expr.point, strict=True)), simultaneous=True), atoms
        )
    if isinstance(expr, Order) or not expr.args or not expr.has(*OPAQUE, Node, Derivative, Subs, Iterate):
        return expr
    return expr.func(*(taken_apart(arg, atoms) for arg in expr.args))


def explicit(expr: Expr) -> bool:
    """Whether SymPy's derivative of an expression is its derivative, with nothing exchanged and no jump lost."""
    endless = (total for total in expr.atoms(Sum) if any(not end.is_finite for end in total.limits[0][1:]))
    return not expr.has(Integral, Node, Piecewise) and not any(endless)


def with_derivatives_taken(expr: Basic) -> Basic:
    """Every derivative of an explicit expression carried out, unless its order is a symbol; nothing else."""
    return expr.replace(can_be_taken, lambda e: e.expr.diff(*e.variable_count))


def can_be_taken(expr: Basic) -> bool:
    concrete = isinstance(expr, Derivative) and all(count.is_Integer for _, count in expr.variable_count)
    return concrete and explicit(expr.expr)


def apart_derivative(expr: Derivative, atoms: Atoms) -> Expr:
    """A derivative of an explicit expression is taken; one of an opaque part or of symbolic order is kept."""
    done = with_derivatives_taken(expr)
    if not isinstance(done, Derivative):
        return taken_apart(done, atoms)
    inner, counts = expr.expr, expr.variable_count
    if isinstance(inner, Mul):
        constant, inner = inner.as_independent(*(variable for variable, _ in counts), as_Add=False)
        return constant * atoms.dummy(Derivative, counts, inner)
    return atoms.dummy(Derivative, counts, inner)


def renamed(expr: Basic, names: dict) -> Basic:
    return expr.subs(names, simultaneous=True) if expr.has(*OPAQUE) else expr.xreplace(names)


def apart_under_limits(expr, atoms: Atoms) -> Expr:
    """A sum or an integral, split by linearity, its variables renamed by their place.

    The ends of a limit may name the variables further out, which are the later ones, and no others.
    """
    kind = Sum if isinstance(expr, Sum) else Integral
    names = {limit[0]: Place(kind, atoms.depth, k) for k, limit in enumerate(expr.limits)}
    outer: dict = {}
    limits: list[Tuple] = []
    for variable, *ends in reversed(expr.limits):
        limits.insert(0, Tuple(names[variable], *(renamed(end, outer) for end in ends)))
        outer[variable] = names[variable]
    body = with_derivatives_taken(renamed(expr.function, names))
    split = split_body(body, set(names.values()))
    return Add(*(taken_apart(c, atoms) * factored(kind, limits, b, atoms) for c, b in split))


def factored(kind: type, limits: list[Tuple], body: Expr, atoms: Atoms) -> Expr:
    """A sum of products of functions of different indices is a product of sums; integrals alike."""
    places = [limit[0] for limit in limits]
    free_ends = not any(end.has(*places) for limit in limits for end in limit[1:])
    if len(limits) == 1 or not free_ends:
        return atoms.dummy(kind, tuple(limits), body)
    first = limits[0][0]
    apart, own = body.as_independent(first, as_Add=False)
    if own.has(*places[1:]):
        return atoms.dummy(kind, tuple(limits), body)
    rest = kind(apart, *limits[1:])
    return atoms.dummy(kind, (limits[0],), own) * taken_apart(rest, atoms)


def split_body(body: Expr, bound) -> list[tuple[Expr, Expr]]:
    """Pairs (coefficient free of the bound variables, rest), one a term."""
    terms = Add.make_args(expand(body)) if not body.has(*OPAQUE) else (body,)
    return [term.as_independent(*bound, as_Add=False) for term in terms]


def zero(expr: Expr) -> bool:
    """Whether an expression without opaque parts simplifies to zero."""
    if expr.is_zero:
        return True
    if differs_somewhere(expr):
        return False
    return any(rewrite(expr) == 0 for rewrite in REWRITES)


def hermite_reduced(expr: Expr) -> Expr:
    """Hermite polynomials of shifted symbolic degree, brought to two neighbours by the recurrence."""
    for _ in range(6):
        lowest: dict[tuple, int] = {}
        for he in expr.atoms(He):
            base, shift = shifted(he.args[0])
            lowest[base, he.args[1]] = min(shift, lowest.get((base, he.args[1]), shift))
        swap = {}
        for he in expr.atoms(He):
            n, z = he.args
            base, shift = shifted(n)
            if base != 0 and shift > lowest[base, z] + 1:
                swap[he] = z * He(n - 1, z) - (n - 1) * He(n - 2, z)
        if not swap:
            return expand(expr)
        expr = expand(expr.xreplace(swap))
    return expr


def with_powers_named(expr: Expr) -> Expr:
    """Powers of symbolic exponent, n in B**(n + 1/2), named: what is left is rational in the rest."""
    names: dict[tuple, Dummy] = {}

    def named(base, exponent):
        constant, symbolic = exponent.as_coeff_Add()
        if symbolic == 0 or not exponent.free_symbols:
            return base**exponent
        return names.setdefault((base, symbolic), Dummy("power")) * base**constant

    return expr.replace(lambda e: e.is_Pow and e.base is not S.Exp1, lambda e: named(e.base, e.exp))


def radicals_joined(expr: Expr) -> Expr:
    """Roots of quotients with a positive denominator, written as quotients of roots."""

    def root(base, exponent):
        top, bottom = fraction(factor(base))
        if bottom.is_negative:
            top, bottom = -top, -bottom
        return top**exponent / bottom**exponent if bottom.is_positive else base**exponent

    is_root = lambda e: e.is_Pow and e.exp.is_Rational and not e.exp.is_Integer  # noqa: E731
    return simplify(expr.replace(is_root, lambda e: root(e.base, e.exp)))


def over_first_term(expr: Expr) -> Expr:
    """The quotient by the first term's exponentials, roots and functions: often a rational function."""
    terms = Add.make_args(expr)
    pivot = Mul(*(part for part in Mul.make_args(terms[0]) if not part.is_rational_function()))
    quotient = cancel(Add(*(powsimp(term / pivot) for term in terms)))
    return quotient.replace(exp_of_quotient, lambda e: exp(cancel(e.args[0])))  # whose forms are many


def exp_of_quotient(expr: Basic) -> bool:
    return isinstance(expr, exp) and not expr.args[0].is_polynomial()


def fourier(expr: Expr) -> Expr:
    """Trigonometric polynomials are polynomials in complex exponentials, where zero is plain to see."""
    if not expr.has(sin, cos):
        return expr
    return expand(
        powsimp(
            expand(
                expr.replace(sin, lambda z: sin(z).rewrite(exp)).replace(cos, lambda z: cos(z).rewrite(exp))
            )
        )
    )


def shifted(degree: Expr) -> tuple[Expr, int]:
    shift = degree.as_coeff_Add()[0]
    return (degree - shift, int(shift)) if shift.is_Integer else (degree, 0)


REWRITES = (
    expand,
    lambda e: expand(e.rewrite(asin)) if e.has(acos) else e,
    over_first_term,
    fourier,
    lambda e: powsimp(expand(e), force=False),
    lambda e: simplify(with_powers_named(e)) if any(p.exp.free_symbols for p in e.atoms(Pow)) else e,
    lambda e: simplify(written_out(e)) if e.has(DerivativeFamily) else e,
    lambda e: gammasimp(e.rewrite(gamma)) if e.has(factorial2, factorial) else e,
    hermite_reduced,
    radicals_joined,
    lambda e: simplify(trigsimp(e)),
    lambda e: gammasimp(simplify(hermite_reduced(e))),
    lambda e: radsimp(simplify(expand_log(powdenest(e)))),
)
