"""Numbers that rule an equality out.

Proving that an expression is zero is dear, and most expressions that are not zero show it at the first
point they are looked at. What has no number of its own (a norm, a maximum over neurons, an entry of a
vector, a product without end) is given one, like a free symbol: an expression that vanishes identically
does so whatever they are. That is so as long as no two of them could be one and the same in other words,
so two maxima of different bodies are left to algebra. Nothing here proves anything: a number never
closes a link, it only spares the search for a proof that does not exist.
"""

from itertools import groupby

from sympy import Basic, Derivative, Dummy, Expr, Indexed, Integer, KroneckerDelta, Product, Rational, Symbol

from theory.activation import Applied
from theory.domain import Functional, maximum, supremum
from theory.family import DerivativeFamily

NUMBERLESS = (Functional, supremum, maximum, Product, Indexed)
ROUNDING = 1e-12  # of thirty digits: a difference below it is none


def differs_somewhere(expr: Expr) -> bool:
    """Whether a number at a point rules out that ``expr`` is zero; never used as a proof that it is."""
    plain = with_stand_ins(expr)
    if plain is None or plain.has(KroneckerDelta, Derivative):
        return False
    free = sorted(plain.free_symbols, key=str)
    values = {symbol: value_of(symbol, place) for place, symbol in enumerate(free)}
    if None in values.values():
        return False
    try:
        value = complex(written_out(plain.subs(values)).evalf(30))
    except (TypeError, ValueError):
        return False
    return abs(value) > ROUNDING


def with_stand_ins(expr: Expr) -> Expr | None:
    """``expr`` with a symbol for each part that has no number; None where two of them might be equal."""
    parts = sorted(numberless(expr), key=lambda part: type(part).__name__)
    for _, kind in groupby(parts, key=type):
        alike = list(kind)
        if len(alike) > 1 and not all(map(told_apart, alike)):
            return None
    applied = {part: Dummy(str(part)) for part in expr.atoms(Applied)}  # nothing is known of them
    names = {part: Dummy(type(part).__name__, real=True, nonnegative=part.is_nonnegative) for part in parts}
    return expr.xreplace(names).xreplace(applied)


def numberless(expr: Basic) -> set[Basic]:
    """The outermost parts that no point gives a number to."""
    if isinstance(expr, NUMBERLESS):
        return {expr}
    return set().union(*map(numberless, expr.args))


def told_apart(part: Basic) -> bool:
    """Whether the part differs from others of its kind as soon as it is written otherwise."""
    return all(arg.is_Atom or is_shift(arg) for arg in part.args)


def is_shift(index: Basic) -> bool:
    """Whether an index is a symbol and an integer, j + 1."""
    return index.is_Add and len(index.args) == 2 and index.args[0].is_Integer and index.args[1].is_Symbol


def value_of(symbol: Basic, place: int) -> Rational | None:
    """A number that a symbol may take, another one at every place; None where what it must be is unusual."""
    small, whole = Rational(37 + 8 * place, 97), Integer(6 + place)
    if symbol.is_nonnegative and symbol.is_integer is None and isinstance(symbol, Dummy):
        small += 1  # a norm: as Cauchy and Schwarz want it, above the inner products beside it
    tried = (small, whole, -small, -whole, 2 * whole, 2 * whole + 1, small / 10)
    return next((number for number in tried if allowed(symbol, number)), None)


def allowed(symbol: Basic, number: Rational) -> bool:
    facts = symbol.assumptions0.items() if isinstance(symbol, Symbol) else ()
    return all(truth is None or getattr(number, f"is_{fact}", None) is truth for fact, truth in facts)


def written_out(expr: Expr) -> Expr:
    """Derivatives of concrete order, in the families that know their function."""
    return expr.replace(lambda e: isinstance(e, DerivativeFamily), lambda e: e.written_out())
