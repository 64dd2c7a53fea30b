"""Signs of expressions over a domain, by elimination of one parameter after the other.

A function that is affine in a parameter keeps its sign on an interval as soon as it has that sign at both
ends. So parameters are put at their ends, the last of ``given`` first, since its interval may name the
others, and a quotient is taken factor by factor. Nothing is decided by numbers: what is not proved is
unknown. What else is known comes as ``Facts``: expressions that are positive, such as what stands in an
open gate, and between which integers an index of summation runs.
"""

from collections.abc import Mapping
from typing import NamedTuple

from sympy import Basic, Dummy, Expr, Indexed, Interval, Mul, S, exp, expand, factor, oo, together

from theory.derivation import Scene
from theory.domain import Arrays

POSITIVE, NONNEGATIVE, ZERO = 2, 1, 0
Sign = int | None  # the negatives of these for negative numbers, None where nothing is proved
NOTHING: Mapping = {}


class Facts(NamedTuple):
    """What may be relied on where a sign is asked for."""

    scene: Scene
    positive: tuple[Expr, ...] = ()
    ranges: Mapping[Basic, tuple] = NOTHING


def is_positive(expr: Expr, facts: Facts) -> bool:
    """Whether an expression is proved to be positive wherever its parameters live."""
    return sign(expr, facts) == POSITIVE


def is_nonnegative(expr: Expr, facts: Facts) -> bool:
    """Whether an expression is proved not to be negative wherever its parameters live."""
    found = sign(expr, facts)
    return found is not None and found >= ZERO


def sign(expr: Expr, facts: Facts) -> Sign:
    """The sign of an expression, factor by factor."""
    if expand(expr) == 0:
        return ZERO
    whole = at_once(expr, facts)
    if whole is not None:
        return whole
    total: Sign = POSITIVE
    for part in Mul.make_args(factor(together(expr))):
        own, (base, exponent) = at_once(part, facts), part.as_base_exp()
        total = product(total, powered(base, exponent, facts) if own is None else own)
    return total


def product(a: Sign, b: Sign) -> Sign:
    if a is None or b is None or ZERO in (a, b):
        return None if None in (a, b) else ZERO
    size = POSITIVE if abs(a) == abs(b) == POSITIVE else NONNEGATIVE
    return size if a * b > 0 else -size


def at_once(part: Expr, facts: Facts) -> Sign:
    """What the assumptions on symbols say, or an expression that is known to be positive."""
    if part.is_positive or any(expand(part - other) == 0 for other in facts.positive):
        return POSITIVE
    if part.is_negative or any(expand(part + other) == 0 for other in facts.positive):
        return -POSITIVE
    return NONNEGATIVE if part.is_nonnegative else -NONNEGATIVE if part.is_nonpositive else None


def powered(base: Expr, exponent: Expr, facts: Facts) -> Sign:
    """The sign of a power from that of its base."""
    own = at_once(base, facts)
    own = affine(base, facts) if own is None else own
    if own == POSITIVE and exponent.is_real:
        return POSITIVE
    if not exponent.is_Integer or own is None or (exponent < 0 and abs(own) != POSITIVE):
        return None
    return abs(own) if exponent.is_even else own


def affine(expr: Expr, facts: Facts) -> Sign:
    """The sign of an expression that is affine in the last of its parameters, from both ends of that one's interval."""
    for variable, interval in reversed(intervals(expr, facts)):
        name = Dummy(str(variable), real=True)
        here = expr.xreplace({variable: name})
        if name in expand(here.diff(name)).free_symbols:
            return None
        low, high = (at_end(here, name, end, facts) for end in (interval.inf, interval.sup))
        return inside(low, high, interval)
    return None


def intervals(expr: Expr, facts: Facts) -> list[tuple[Basic, Interval]]:
    """The parameters in an expression that live in intervals, in the order of ``given``, entries last."""
    plain = [(s, domain) for s, domain in facts.scene.given.items() if s in expr.free_symbols]
    found = [(s, domain) for s, domain in plain if isinstance(domain, Interval)]
    found += [(e, interval) for e in sorted(expr.atoms(exp), key=str) if (interval := exponential(e))]
    entries = [(entry, entry_interval(entry, facts)) for entry in sorted(expr.atoms(Indexed), key=str)]
    return found + [(entry, interval) for entry, interval in entries if interval is not None]


def exponential(e: exp) -> Interval | None:
    """Where an exponential lies whose exponent has a sign."""
    if e.args[0].is_nonnegative:
        return Interval(1, oo)
    return Interval.Lopen(0, 1) if e.args[0].is_nonpositive else None


def entry_interval(entry: Indexed, facts: Facts) -> Interval | None:
    """Between which ends an entry of a spectrum lies, whose index runs beyond the first."""
    domain = facts.scene.domain(entry.base)
    first = facts.ranges.get(entry.indices[0], (S.One,))[0]
    if not (isinstance(domain, Arrays) and domain.bounds and first.is_Integer and first >= 2):
        return None
    return Interval(*domain.bounds[1:])


def at_end(here: Expr, name: Dummy, end: Expr, facts: Facts) -> Sign:
    """The sign at an end; at an infinite one that of the slope towards it."""
    if end in (oo, -oo):
        return sign(here.diff(name) if end is oo else -here.diff(name), facts)
    return sign(here.subs(name, end), facts)


def inside(low: Sign, high: Sign, interval: Interval) -> Sign:
    """The sign of an affine function on an interval from its signs at both ends."""
    if low is None or high is None or low * high < 0:
        return None
    if low == high == ZERO:
        return ZERO
    total = low + high
    sides = ((low, interval.left_open), (high, interval.right_open))
    strict = POSITIVE in (abs(low), abs(high)) and all(abs(own) == POSITIVE or away for own, away in sides)
    size = POSITIVE if strict else NONNEGATIVE
    return size if total > 0 else -size
