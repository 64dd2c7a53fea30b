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
    KroneckerDelta,
    Mul,
    Order,
    S,
    Subs,
    Sum,
    Symbol,
    Tuple,
    acos,
    asin,
    expand,
    expand_log,
    gammasimp,
    hermite_prob,
    powdenest,
    powsimp,
    radsimp,
    simplify,
    symbols,
    trigsimp,
)

from theory.activation import Applied
from theory.law import Mean, Node

OPAQUE = (Integral, Sum, Mean)


@dataclass
class Atoms:
    """The opaque atoms met so far, each with the dummy that stands for it."""

    known: list[tuple[type, tuple, Expr, Dummy]] = field(default_factory=list)

    def dummy(self, kind: type, limits: tuple, body: Expr) -> Dummy:
        for other, ends, held, dummy in self.known:
            if other is kind and ends == limits and (held == body or vanishes(held - body)):
                return dummy
        dummy = Dummy(kind.__name__, real=True)
        self.known.append((kind, limits, body, dummy))
        return dummy

    def of(self, dummy: Dummy) -> tuple[type, tuple, Expr] | None:
        return next(((kind, ends, body) for kind, ends, body, held in self.known if held == dummy), None)


def same(a: Basic, b: Basic) -> bool:
    """Whether two expressions are equal by linearity of the opaque parts and by algebra."""
    return a == b or vanishes(a - b)


def vanishes(expr: Expr) -> bool:
    """Whether an expression is zero by algebra; False means only that no proof was found."""
    if expr.is_zero:
        return True
    atoms = Atoms()
    flat = expand(taken_apart(expr, atoms))
    return flat.is_zero or zero(flat) or all(zero_together(group, atoms) for group in joined(flat, atoms))


def joined(flat: Expr, atoms: Atoms) -> list[tuple[tuple, Expr]]:
    """The terms of an expression, those linear in atoms of the same limits put under one roof."""
    groups: dict[tuple, Expr] = {}
    for term in Add.make_args(flat):
        inside = [dummy for dummy in term.free_symbols if atoms.of(dummy)]
        key: tuple = tuple(sorted(inside, key=str))
        if len(inside) == 1:
            kind, limits, body = atoms.of(inside[0])
            coefficient = term.coeff(inside[0], 1)
            if expand(coefficient * inside[0] - term) == 0:
                key, term = (kind, limits), coefficient * body
        groups[key] = groups.get(key, S.Zero) + term
    return list(groups.items())


def zero_together(group: tuple[tuple, Expr], atoms: Atoms) -> bool:
    key, total = group
    under_a_roof = len(key) == 2 and isinstance(key[0], type)
    return vanishes(total) if under_a_roof else zero(total)


def taken_apart(expr: Basic, atoms: Atoms) -> Expr:
    """``expr`` with each opaque part written as coefficients times dummies."""
    if isinstance(expr, Sum | Integral):
        return apart_under_limits(expr, atoms)
    if isinstance(expr, Mean):
        random = expr.bound
        split = split_body(taken_apart(expr.body, Atoms()) if not expr.body.has(*OPAQUE) else expr.body, random)
        return Add(*(c * (atoms.dummy(Mean, expr.laws, b) if b.has(*random) else b) for c, b in split))
    if isinstance(expr, Node):
        return atoms.dummy(type(expr), expr.laws, Tuple(*expr.bodies) if len(expr.bodies) > 1 else expr.body)
    if isinstance(expr, Derivative):
        return apart_derivative(expr, atoms)
    if isinstance(expr, Subs):
        done = expr.doit(integrals=False)
        return taken_apart(done, atoms) if done != expr else atoms.dummy(Subs, (), expr)
    if isinstance(expr, Order) or not expr.args or not expr.has(*OPAQUE, Node, Derivative, Subs):
        return expr
    return expr.func(*(taken_apart(arg, atoms) for arg in expr.args))


def apart_derivative(expr: Derivative, atoms: Atoms) -> Expr:
    """A derivative of an explicit expression is taken; one of an opaque part or of symbolic order is kept."""
    concrete = all(count.is_Integer for _, count in expr.variable_count)
    if concrete and not expr.expr.has(*OPAQUE, Node):
        done = expr.doit()
        return taken_apart(done, atoms) if not isinstance(done, Derivative) else atoms.dummy(Derivative, (), done)
    inner = expr.expr
    variables = {variable for variable, _ in expr.variable_count}
    if isinstance(inner, Mul) and not expr.has(*OPAQUE, Node):
        constant, rest = inner.as_independent(*variables, as_Add=False)
        if constant != 1:
            return constant * atoms.dummy(Derivative, (), expr.func(rest, *expr.variable_count))
    return atoms.dummy(Derivative, (), expr)


def apart_under_limits(expr, atoms: Atoms) -> Expr:
    """A sum or an integral, split by linearity, its variables renamed by their place."""
    places = symbols(f"_0:{len(expr.limits)}", real=True, cls=Symbol)
    if isinstance(expr, Sum):
        places = symbols(f"_i0:{len(expr.limits)}", integer=True)
    body, limits = expr.function, []
    names = {limit[0]: place for limit, place in zip(expr.limits, places, strict=True)}
    body = body.xreplace(names) if not body.has(*OPAQUE) else body.subs(names)
    for variable, *ends in expr.limits:
        limits.append(Tuple(names[variable], *(end.subs(names) for end in ends)))
    body = body.replace(lambda e: isinstance(e, Derivative), lambda e: e.doit(integrals=False))
    split = split_body(body, set(places))
    kind = Sum if isinstance(expr, Sum) else Integral
    return Add(*(taken_apart(c, atoms) * atoms.dummy(kind, tuple(limits), b) for c, b in split))


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


def differs_somewhere(expr: Expr) -> bool:
    """Whether a number at a random point rules equality out; never used as a proof of it."""
    free = sorted(expr.free_symbols, key=str)
    if expr.has(Applied, KroneckerDelta, Derivative, hermite_prob) or any(s.is_integer for s in free):
        return False
    values = {s: S(37 + 8 * place) / 97 for place, s in enumerate(free)}
    try:
        value = complex(expr.subs(values).evalf(30))
    except (TypeError, ValueError):
        return False
    return abs(value) > 1e-12


def hermite_reduced(expr: Expr) -> Expr:
    """Hermite polynomials of shifted symbolic degree, brought to two neighbours by the recurrence."""
    for _ in range(6):
        lowest: dict[tuple, int] = {}
        for he in expr.atoms(hermite_prob):
            base, shift = shifted(he.args[0])
            lowest[base, he.args[1]] = min(shift, lowest.get((base, he.args[1]), shift))
        swap = {}
        for he in expr.atoms(hermite_prob):
            n, z = he.args
            base, shift = shifted(n)
            if base != 0 and shift > lowest[base, z] + 1:
                swap[he] = z * hermite_prob(n - 1, z) - (n - 1) * hermite_prob(n - 2, z)
        if not swap:
            return expand(expr)
        expr = expand(expr.xreplace(swap))
    return expr


def shifted(degree: Expr) -> tuple[Expr, int]:
    shift = degree.as_coeff_Add()[0]
    return (degree - shift, int(shift)) if shift.is_Integer else (degree, 0)


REWRITES = (
    expand,
    lambda e: expand(e.rewrite(asin)) if e.has(acos) else e,
    lambda e: expand(e, trig=True),
    lambda e: powsimp(expand(e), force=False),
    hermite_reduced,
    lambda e: simplify(trigsimp(e)),
    lambda e: gammasimp(simplify(hermite_reduced(e))),
    lambda e: radsimp(simplify(expand_log(powdenest(e)))),
)
