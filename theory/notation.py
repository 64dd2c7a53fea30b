"""How a product is read: its sign, what stands above and below the fraction bar, in which order.

SymPy orders factors for the machine. A person writes numbers first, then symbols, sums, functions,
and integrals last, since whatever follows an integral sign seems to belong to it. A person also
writes ``u_+`` for ``u`` times the indicator of ``u > 0``, and one indicator for several gates. The
printers of one line, of the terminal and of LaTeX share these conventions, and nothing here changes
an expression: what is gathered is only ever printed.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from sympy import (
    Add,
    Basic,
    Derivative,
    Expr,
    Function,
    Indexed,
    IndexedBase,
    Integral,
    Limit,
    Max,
    Mul,
    Number,
    NumberSymbol,
    Pow,
    Product,
    Rational,
    S,
    Subs,
    Sum,
    Symbol,
    default_sort_key,
)
from sympy.printing.precedence import PRECEDENCE

from theory.domain import Functional, norm
from theory.law import GaussianPair, Law, Mean, Node, SpherePair, Variate, step

OPERATORS = (Integral, Sum, Product, Derivative, Limit, Subs)  # open to the right: they come last
FUNCTIONS = {"acos": "arccos", "asin": "arcsin", "atan": "arctan", "asinh": "arsinh", "acosh": "arcosh"}
FOLDED = ("sin", "cos", "tan", "log", "sinh", "cosh", "tanh", *FUNCTIONS)  # written without parentheses


class Positive(Function):
    """The positive part of a number, as it is printed: ``z*step(z)``."""

    nargs = 1
    is_nonnegative = True


class Indicator(Function):
    """The indicator that all its arguments are positive, as it is printed: a product of steps."""

    is_nonnegative = True


class InnerProduct(Expr):
    """The inner product of two vectors, as it is printed where a sum runs over all their entries."""

    precedence = PRECEDENCE["Add"]  # in parentheses beside another factor, and under a power
    is_commutative = True


class MeanAt(Mean):
    """A mean as it is printed where a reader could not tell its correlation: E with that as its index."""

    @property
    def correlation(self) -> Basic:
        return next(law.parameters[0] for law in self.laws if isinstance(law, GaussianPair | SpherePair))


def readable(expr: Basic) -> Basic:
    """``expr`` as a person writes it: correlations where they are needed, inner products with a dot."""
    return distinguished(expr).replace(lambda e: isinstance(e, Sum), dotted)


def dotted(total: Sum) -> Basic:
    """The inner product that a sum is, or the sum: it must run over all entries of two vectors or rows."""
    powers = total.function.as_powers_dict()
    whole = all(power.is_Integer and power > 0 for power in powers.values())
    factors = [base for base, power in powers.items() for _ in range(int(power))] if whole else []
    if len(factors) != 2 or len(total.limits) != 1:
        return total
    ((k, low, high),) = total.limits
    if low != 1 or not all(is_row(factor, k, high) for factor in factors):
        return total
    random_first = sorted(factors, key=lambda e: (not isinstance(e.base.label, Variate), str(e)))
    one, other = map(row_of, random_first)
    return norm(one) ** 2 if one == other and one.is_Indexed else InnerProduct(one, other)


def row_of(entry: Indexed) -> Basic:
    """A row of a matrix by its index, or a vector by its name."""
    return IndexedBase(entry.base.label)[entry.indices[:-1]] if len(entry.indices) > 1 else entry.base.label


def is_row(entry: Basic, k: Symbol, size: Basic) -> bool:
    """Whether an entry of an array of known shape runs over a whole vector or row as ``k`` goes up to ``size``."""
    shape = entry.base.shape if isinstance(entry, Indexed) else None
    if not shape or entry.indices[-1] != k or shape[-1] != size:
        return False
    return all(k not in index.free_symbols for index in entry.indices[:-1])


def distinguished(expr: Basic) -> Basic:
    """``expr`` with the correlation at every mean of a pair, if it has pairs of one name and two correlations.

    So has an integral over the correlation: inside and outside of it one name stands for two pairs.
    """
    pairs = {mean: law for mean in expr.atoms(Mean) if (law := pair_of(mean)) is not None}
    bound = {limit[0] for total in expr.atoms(Integral, Sum) for limit in total.limits}
    several = {
        law.names for law in pairs.values() if any(o.names == law.names and o != law for o in pairs.values())
    }
    told = {mean for mean, law in pairs.items() if law.names in several or law.free_symbols & bound}
    return expr.replace(lambda e: e in told, lambda e: MeanAt(*e.args)) if told else expr


def pair_of(mean: Mean) -> Law | None:
    """The law of a pair, both of whose variates a mean is of."""
    pairs = (law for law in mean.laws if isinstance(law, GaussianPair | SpherePair))
    return next((law for law in pairs if set(law.variates) <= mean.body.atoms(Variate)), None)


ORDER = (
    Number,
    NumberSymbol,
    (Symbol, Indexed, Positive, InnerProduct),
    (Pow, Functional),
    Indicator,
    Add,
    Function,
    Node,
    OPERATORS,
    Basic,
)


class Quotient(NamedTuple):
    """A product as it is read; ``over`` and ``under`` are its factors, none of them negative powers."""

    negative: bool
    over: tuple[Expr, ...]
    under: tuple[Expr, ...]


def quotient(expr: Expr) -> Quotient:
    """The sign, numerator and denominator of a product, in the order in which they are written."""
    over, under = [], []
    negative = False
    for factor in flattened(expr):
        if factor.is_Rational:
            negative ^= bool(factor < 0)
            over += [Rational(abs(factor.p))] * (abs(factor.p) != 1)
            under += [Rational(factor.q)] * (factor.q != 1)
        elif isinstance(factor, Pow) and factor.exp.could_extract_minus_sign() and factor.base.is_commutative:
            under.append(factor.base**-factor.exp)
        else:
            over.append(factor)
    return Quotient(negative, written(gathered(over)), written(gathered(under)))


def flattened(expr: Expr) -> Iterable[Expr]:
    if not expr.is_Mul:
        return (expr,)
    parts = expr.as_ordered_factors() if expr.is_commutative else expr.args
    return [factor for part in parts for factor in flattened(part)]


def gathered(factors: Sequence[Expr]) -> list[Expr]:
    """The steps among factors merged into positive parts, the others into one indicator."""
    steps = [factor for factor in factors if isinstance(factor, step)]
    rest = [factor for factor in factors if not isinstance(factor, step)]
    lonely = []
    for gate in steps:
        z = gate.args[0]
        place = next((k for k, factor in enumerate(rest) if positive_power(factor, z)), None)
        if place is None:
            lonely.append(z)
        else:
            rest[place] = Positive(z) ** rest[place].as_base_exp()[1]
    return rest + [Indicator(*lonely)] * bool(lonely)


def positive_power(factor: Expr, z: Expr) -> bool:
    """Whether a factor is a power of ``z`` that vanishes with ``z``: u**n may be 1 at n = 0."""
    base, exponent = factor.as_base_exp()
    return base == z and bool(exponent.is_positive)


def written(factors: Sequence[Expr]) -> tuple[Expr, ...]:
    if not all(factor.is_commutative for factor in factors):
        return tuple(factors)
    return tuple(sorted(factors, key=rank))


def rank(factor: Expr) -> int:
    base = factor.base if isinstance(factor, Pow) and factor.exp != S.Half else factor
    return next(place for place, kind in enumerate(ORDER) if isinstance(base, kind))


def in_order(expr: Add, sorter: Callable[[Expr], Iterable[Expr]]) -> list[Expr]:
    """Terms in the order of SymPy, which would integrate numerically to find out the sizes of constants."""
    constants = [e for e in expr.atoms(Integral) if e.is_number]
    if not constants:
        return list(sorter(expr))
    hidden = {e: Symbol(f"zz{place}") for place, e in enumerate(sorted(constants, key=default_sort_key))}
    back = {symbol: e for e, symbol in hidden.items()}
    return [term.xreplace(back) for term in sorter(expr.xreplace(hidden))]


def terms(expr: Add, ordered: Iterable[Expr]) -> list[Expr]:
    """Terms as a person orders them: a number before functions, and no minus sign at the front."""
    found = list(ordered)
    if expr.has(Function):
        found.sort(key=lambda term: not term.is_number)
    first = next((k for k, term in enumerate(found) if not is_negative(term)), 0)
    return [found.pop(first), *found]


def is_negative(term: Expr) -> bool:
    """Whether a term is written with a minus sign before it."""
    return bool(term.is_Number and term < 0) or (is_product(term) and quotient(term).negative)


def is_folded(expr: Basic) -> bool:
    """Whether a function is written without parentheses: an elementary one, of an atom or of ``2 t``."""
    if type(expr).__name__ not in FOLDED:
        return False
    coefficient, rest = expr.args[0].as_coeff_Mul()
    return bool(coefficient.is_Integer and coefficient > 0) and (rest.is_Atom or rest.is_Indexed)


def rectified(expr: Max) -> Expr | None:
    """The z of ``Max(z, 0)``, the other way to write a positive part; None for any other maximum."""
    rest = [arg for arg in expr.args if arg is not S.Zero]
    return rest[0] if len(rest) == 1 and len(expr.args) == 2 else None


def is_product(expr: Basic) -> bool:
    return isinstance(expr, Mul) or (isinstance(expr, Pow) and expr.exp.could_extract_minus_sign())
