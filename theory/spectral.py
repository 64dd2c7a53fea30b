"""Rules about sums over the eigenvalues of a spectrum whose first entry is known and whose others are bounded."""

from dataclasses import dataclass

from sympy import (
    Abs,
    Basic,
    Expr,
    Indexed,
    IndexedBase,
    Max,
    Mul,
    Pow,
    Range,
    S,
    Sum,
    Symbol,
    expand,
)

from theory.calculus import everywhere
from theory.derivation import Refused, Scene
from theory.domain import Arrays
from theory.geometric import powers
from theory.regularity import at_least
from theory.signs import Facts, is_nonnegative, sign


def spectrum_of(base: Basic, scene: Scene) -> Arrays:
    domain = scene.domain(base)
    if not (isinstance(domain, Arrays) and domain.bounds):
        raise Refused(f"{base} must live in spectra(d, first, low, high); found {domain}")
    return domain


@dataclass(frozen=True)
class first_apart:
    """Write the first term of a sum on its own."""

    index: Symbol

    def __str__(self):
        return f"the term with {self.index} = 1 on its own"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(
            before, self.concerns, lambda e: self.value(e, scene), f"no sum over {self.index} from one"
        )

    def concerns(self, e: Basic) -> bool:
        return isinstance(e, Sum) and len(e.limits) == 1 and e.limits[0][:2] == (self.index, S.One)

    def value(self, total: Sum, scene: Scene) -> Expr:
        ((index, _, last),) = total.limits
        if not at_least(last, 1, scene):
            raise Refused(f"{last} may be zero, and then {total} has no first term")
        return total.function.subs(index, 1) + Sum(total.function, (index, 2, last))


@dataclass(frozen=True)
class first_entry:
    """Put in the first entry of a spectrum, which its domain says."""

    spectrum: IndexedBase

    def __str__(self):
        return f"the first entry of {self.spectrum}"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        first = spectrum_of(self.spectrum, scene).bounds[0]
        here = self.spectrum[1]
        return everywhere(before, lambda e: e == here, lambda e: first, f"no {here}")


@dataclass(frozen=True)
class one_term:
    """A sum of squares is at least one of its terms, that at ``place``: a bound from below."""

    index: Symbol
    place: Expr

    sign = ">="

    def __str__(self):
        return f"of all the squares the one with {self.index} = {self.place} is left"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        if not (isinstance(before, Sum) and len(before.limits) == 1 and before.limits[0][0] == self.index):
            raise Refused(f"{before} is no sum over {self.index}")
        ((_, first, last),) = before.limits
        domain = scene.domain(self.place)
        if not (isinstance(domain, Range) and domain.inf >= first and expand(domain.sup - last) == 0):
            raise Refused(f"{self.place} need not lie between {first} and {last}")
        if not is_nonnegative(before.function, Facts(scene)) and not squares(before.function):
            raise Refused(f"{before.function} is not known to be a square")
        return before.function.subs(self.index, self.place)


def squares(term: Expr) -> bool:
    """Whether every factor is an even power of something real."""
    return all(
        part.is_nonnegative or (isinstance(part, Pow) and (part.exp / 2).is_integer is True)
        for part in Mul.make_args(term)
    )


@dataclass(frozen=True)
class worst_end:
    """The size of a function affine in an eigenvalue is largest at an end of its interval: a bound from above.

    Under a sum from the second eigenvalue on, ``q(lambda)**(2*k)`` is at most
    ``Max(Abs(q(low)), Abs(q(high)))**(2*k)``, whatever stands beside it, if that is a square.
    """

    k: Symbol

    sign = "<="

    def __str__(self):
        return "a factor is largest at one of the two ends between which the other eigenvalues lie"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        if not (isinstance(before, Sum) and len(before.limits) == 1):
            raise Refused(f"{before} is no sum over the eigenvalues")
        ((index, first, last),) = before.limits
        found, rest = powers(before.function, self.k)
        moving = [(base, slope) for base, slope in found if index in base.free_symbols]
        if len(moving) != 1 or self.k in rest.free_symbols or not squares(before.function):
            raise Refused(f"{before.function} is no even power of one factor, times squares")
        ((base, slope),) = moving
        if not (slope.is_even and slope > 0):
            raise Refused(f"the exponent of {base} must be even and grow with {self.k}")
        power = base ** (slope * self.k)
        size = self.largest(base, index, first, scene)
        return Sum(before.function / power * size ** (slope * self.k), (index, first, last))

    def largest(self, base: Expr, index: Symbol, first: Expr, scene: Scene) -> Expr:
        entries = [e for e in base.atoms(Indexed) if index in e.free_symbols]
        if len(entries) != 1 or not (first.is_Integer and first >= 2):
            raise Refused(f"{base} must depend on {index} by one eigenvalue, from the second on")
        (entry,) = entries
        slope = base.diff(entry)
        if entry in slope.free_symbols or index in expand(base - slope * entry).free_symbols:
            raise Refused(f"{base} is not affine in {entry}")
        _, low, high = spectrum_of(entry.base, scene).bounds
        return Max(*(Abs(base.xreplace({entry: end})) for end in (low, high)))


@dataclass(frozen=True)
class ordered_max:
    """For A >= B the larger of |A| and |B| is the larger of A and -B, which is A + (-A - B)_+."""

    A: Expr
    B: Expr

    def __str__(self):
        return "the larger of two sizes, the first number being no smaller than the second"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        if not is_nonnegative(self.A - self.B, Facts(scene)):
            raise Refused(f"{self.A} is not known to be at least {self.B}")
        both = Max(Abs(self.A), Abs(self.B))
        value = self.A + Max(0, expand(-self.A - self.B))
        return everywhere(before, lambda e: e == both, lambda e: value, f"no {both}")


@dataclass(frozen=True)
class of_sign:
    """An expression of one sign, by its factors: a strict comparison with zero."""

    sign: str

    def __str__(self):
        return f"every factor has a sign, and the whole is {self.sign} 0"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        found = sign(before, Facts(scene, tuple(nonzero_squares(before, scene))))
        if self.sign not in ("<", ">") or found != (2 if self.sign == ">" else -2):
            raise Refused(f"{before} is not known to be {self.sign} 0")
        return S.Zero


def nonzero_squares(expr: Expr, scene: Scene):
    """Squares of symbols that a joint hypothesis keeps from zero."""
    for condition in scene.claim.where.values():
        if getattr(condition, "rel_op", "") == "!=" and condition.args[1] == 0:
            yield condition.args[0] ** 2
