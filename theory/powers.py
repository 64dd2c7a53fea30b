"""Powers of balls: principal, exact at zero and at perfect powers, tight on wide real balls."""

from collections.abc import Callable

from flint import acb, arb

from theory.intervals import around_zero, by_ends, hull, integer, is_wide, real, span


def square_root(analytic, x):
    if isinstance(x, arb) and x >= 0:
        return by_ends(arb.sqrt, x)
    return acb(x).sqrt(analytic=bool(analytic))


def integer_power(x, n: int):
    if n == 0:
        return arb(1)
    if not is_wide(x) or (n < 0 and x.contains(0)):
        return x**n
    if n % 2 == 0 and x.contains(0):
        return span(arb(0), x.abs_upper() ** n)
    return by_ends(lambda end: end**n, x)


def power(analytic: bool | None, x, y):
    """The principal power. ``0**0`` is 1 and 0 to a positive power is 0, as in SymPy."""
    n = integer(y)
    if n is not None:
        return integer_power(x, n)
    if isinstance(x, arb) and isinstance(y, arb) and (x > 0 or (x >= 0 and y > 0)):
        return _positive_power(x, y)
    if not analytic and x.contains(0) and isinstance(y, arb) and y > 0:
        reach = _positive_power(x.abs_upper(), y)
        return around_zero(real(reach)) * acb(1, 1)  # a cut may pass through: the whole disc
    return acb(x).pow(acb(y), analytic=bool(analytic))


def _positive_power(x, y):
    if not (is_wide(x) or is_wide(y)):
        return x**y
    if x.lower().is_zero():
        return span(arb(0), _positive_power(x.upper(), y))
    return hull([base**exponent for base in (x.lower(), x.upper()) for exponent in (y.lower(), y.upper())])


def root_power(p: int, q: int) -> Callable:
    """The power with exponent p/q, q > 1: exact at zero and at perfect powers, tight on wide balls."""

    def enclosure(analytic, x):
        if q == 2:
            return integer_power(square_root(analytic, x), p)
        if isinstance(x, arb) and (x > 0 or (x >= 0 and p > 0)):
            return integer_power(by_ends(lambda end: end if end.is_zero() else end.root(q), x), p)
        return power(analytic, x, arb(p) / q)

    return enclosure
