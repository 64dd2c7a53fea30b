r"""Rules about powers with a growing exponent: q^k vanishes for |q| < 1, and q^{2k} >= 1 for |q| >= 1.

Both look at a sum over finitely many eigenvectors term by term. A gate, the indicator that something is
positive, is a factor of its term and may be used in it: where it is closed the term is zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sympy import Add, Basic, Expr, Mul, Pow, Range, S, Sum, Symbol, expand, oo

from theory.derivation import Refused, Scene
from theory.law import step
from theory.signs import Facts, is_nonnegative, is_positive
from theory.statement import Limit


def powers(term: Expr, k: Symbol) -> tuple[list[tuple[Expr, Expr]], Expr]:
    """The factors of a term that are powers with an exponent ``a*k + b``, as pairs (base, a); and the rest."""
    found, rest = [], S.One
    for part in Mul.make_args(term):
        base, exponent = (part.base, part.exp) if isinstance(part, Pow) else (part, S.One)
        inner = base.exp if isinstance(base, Pow) else S.One  # (q**k)**2
        slope = expand(exponent * inner).coeff(k, 1)
        if k in exponent.free_symbols | inner.free_symbols and slope.is_number:
            found.append((base.base if isinstance(base, Pow) else base, slope))
        else:
            rest *= part
    return found, rest


def open_gates(term: Expr) -> tuple[Expr, ...]:
    """What is positive wherever a term is not zero."""
    return tuple(part.args[0] for part in Mul.make_args(term) if isinstance(part, step))


def terms_of(expr: Expr, ranges: Mapping, k: Symbol):
    """The terms of an expression, those under finite sums alike, each with the ranges of its indices."""
    for term in Add.make_args(expr):
        constant, total = term.as_independent(Sum, as_Add=False)
        if not (isinstance(total, Sum) and k in total.free_symbols):
            yield term, ranges
            continue
        if any(oo in limit[1:] or k in limit[2].free_symbols for limit in total.limits):
            raise Refused(f"{total} must have finitely many terms, as many for every {k}")
        inner = {**ranges, **{limit[0]: tuple(limit[1:]) for limit in total.limits}}
        yield from terms_of(constant * total.function, inner, k)


def below_one(q: Expr, facts: Facts) -> bool:
    """Whether a factor lies strictly between minus one and one."""
    return is_positive(1 - q**2, facts) or (is_positive(1 - q, facts) and is_positive(1 + q, facts))


@dataclass(frozen=True)
class fades:
    """The limit of a finite sum of powers q^k with |q| < 1 is zero: the end of the proof of a limit."""

    k: Symbol

    def __str__(self):
        return f"every factor is smaller than one in size, so that its powers vanish as {self.k} grows"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        states = scene.claim.states
        if not (isinstance(states, Limit) and states.by == self.k and states.to is oo):
            raise Refused(f"the statement is no limit in {self.k} towards infinity")
        domain = scene.domain(self.k)
        if not (isinstance(domain, Range) and domain.sup is oo) or scene.climbing is not None:
            raise Refused(f"{self.k} must run over a Range without end, and not inside an induction")
        for term, ranges in terms_of(before, {}, self.k):
            self.reject_lasting(term, Facts(scene, open_gates(term), ranges))
        return S.Zero

    def reject_lasting(self, term: Expr, facts: Facts) -> None:
        found, rest = powers(term, self.k)
        if self.k in rest.free_symbols or not found:
            raise Refused(f"{term} is no power with an exponent that grows like {self.k}, times a constant")
        slowest = min(abs(slope) for _, slope in found)
        base = Mul(*(base ** (slope / slowest) for base, slope in found))  # the term is base**(slowest*k)
        if not below_one(base, facts):
            raise Refused(f"{base} is not known to be below one in size")


@dataclass(frozen=True)
class never_shrinks:
    """Even powers from below: q^{2k} >= 1 where |q| >= 1, and >= 1 - 1{0 < 1 - q < 2} in any case."""

    k: Symbol

    sign = ">="

    def __str__(self):
        return "an even power of a factor of size one or more is at least one"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        domain = scene.domain(self.k)
        if not (isinstance(domain, Range) and domain.inf >= 0):
            raise Refused(f"{self.k} may be negative; let it live in Range(0, oo)")
        return self.bounded(before, Facts(scene))

    def bounded(self, expr: Expr, facts: Facts) -> Expr:
        if isinstance(expr, Sum):
            ranges = {**facts.ranges, **{limit[0]: tuple(limit[1:]) for limit in expr.limits}}
            return Sum(self.bounded(expr.function, facts._replace(ranges=ranges)), *expr.limits)
        return Add(*(self.term(term, facts) for term in Add.make_args(expr)))

    def term(self, term: Expr, facts: Facts) -> Expr:
        found, rest = powers(term, self.k)
        if len(found) != 1 or self.k in rest.free_symbols or not self.is_square(rest):
            raise Refused(f"{term} is not one power with an exponent in {self.k}, times a square")
        ((base, slope),) = found
        if not slope.is_even or slope < 0 or expand(term - base ** (slope * self.k) * rest) != 0:
            raise Refused(f"{term} has no even power of the factor {base}")
        if is_nonnegative(base**2 - 1, facts):
            return rest
        return (1 - step(1 - base) * step(1 + base)) * rest

    def is_square(self, rest: Expr) -> bool:
        """Whether a factor is a square of something real, which no inequality changes."""
        parts = (part for part in Mul.make_args(rest))
        return all(part.is_nonnegative or (isinstance(part, Pow) and part.exp == 2) for part in parts)
