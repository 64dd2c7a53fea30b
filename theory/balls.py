"""Ball arithmetic for SymPy expressions: compiled closures that enclose every value on balls.

``compiled(expr, scope)`` evaluates at once whatever has its values in ``scope.known``, and leaves
a closure ``(values, analytic) -> ball`` over the symbols in ``scope.running``: the variable of an
integral, the index of a sum, the coordinates of a box. Rationals enter as exact fractions, never
as floats, and are rounded outwards at the precision at hand, so that a closure is good for one
precision.

A quantity that must be analytic for an integral around it is computed with ``analytic=True`` (see
``theory.special_functions``). An inner integral passes that demand on for the symbols of the outer
one: these are in ``scope.checked``.
"""

from collections.abc import Callable, Mapping
from functools import partial, reduce
from operator import add, mul
from typing import Any, NamedTuple

import sympy
from flint import acb, arb, ctx, fmpq

from theory import quadrature, series, special_functions
from theory.domain import maximum, supremum
from theory.intervals import Ball, integer
from theory.piecewise import piecewise
from theory.powers import integer_power, power, root_power
from theory.special_functions import FUNCTIONS
from theory.unfold import Unevaluable, unfold


class Scope(NamedTuple):
    """Where an expression is evaluated: values known, symbols that run, and those to be analytic in."""

    known: Mapping[sympy.Basic, Any] = {}  # balls; for an array, by its label, a list of lists of them
    running: tuple[sympy.Basic, ...] = ()
    checked: frozenset[sympy.Basic] = frozenset()

    def hiding(self, symbol: sympy.Basic) -> "Scope":
        """The scope inside an integral or a sum over ``symbol``, which hides one of the same name."""
        known = {other: ball for other, ball in self.known.items() if other != symbol}
        return Scope(known, self.running, self.checked - {symbol})

    def demand(self, expr: sympy.Basic) -> bool | None:
        """True if a value must be analytic in a symbol of an outer integral."""
        return True if self.checked and expr.free_symbols & self.checked else None

    def runs_in(self, expr: sympy.Basic) -> bool:
        return bool(expr.free_symbols.intersection(self.running))

    def settled(self, expr: sympy.Basic, closure: Callable) -> Ball | Callable:
        """The closure of ``expr``, or its value if nothing runs in it."""
        return closure if self.runs_in(expr) else closure((None,) * len(self.running), None)

    def later(self, expr: sympy.Basic, evaluate: Callable[["Scope"], Ball]) -> Ball | Callable:
        """An integral or a series: at once if nothing runs in it, else anew for each value."""
        if not self.runs_in(expr):
            return evaluate(self._replace(running=()))
        return lambda values, analytic: evaluate(self._at(values, analytic))

    def _at(self, values: tuple, analytic: bool | None) -> "Scope":
        run = dict(zip(self.running, values, strict=True))
        regions = {symbol for symbol, ball in run.items() if analytic and isinstance(ball, acb)}
        return Scope({**self.known, **run}, (), self.checked | regions)


def value(expr: sympy.Basic, known: Mapping[sympy.Basic, Ball] | None = None) -> Ball:
    """The ball of an expression all of whose symbols are known."""
    ball = compiled(sympy.sympify(expr), Scope(known or {}))
    assert not callable(ball)  # nothing runs
    return ball


def compiled(expr: sympy.Basic, scope: Scope) -> Ball | Callable:
    """A ball, or a closure over the values of ``scope.running``. Raises Unevaluable."""
    if expr in scope.running:
        place = len(scope.running) - 1 - scope.running[::-1].index(expr)  # the innermost of that name
        return lambda values, analytic: values[place]
    if expr in scope.known:
        return scope.known[expr]
    if isinstance(expr, sympy.erfc) and (divisor := _running_divisor(expr.args[0], scope)) != 1:
        parts = (expr.args[0] * divisor, divisor)
        return applied(special_functions.complement_of_quotient, expr, parts, scope)
    if expr.func in FUNCTIONS:
        return applied(FUNCTIONS[expr.func], expr, expr.args, scope)
    for kind in type(expr).__mro__:
        if kind in BUILDERS:
            return BUILDERS[kind](expr, scope)
    return compiled(unfold(expr), scope)


def closure(expr: sympy.Basic, scope: Scope) -> Callable:
    """``compiled``, always as a closure."""
    return as_call(compiled(expr, scope))


def as_call(node: Ball | Callable) -> Callable:
    return node if callable(node) else lambda values, analytic: node


def applied(op: Callable, expr: sympy.Basic, args, scope: Scope) -> Ball | Callable:
    """``op(analytic, *balls)`` over the compiled arguments; at once, if none of them runs."""
    nodes = [compiled(arg, scope) for arg in args]
    checked = scope.demand(expr)
    if not any(map(callable, nodes)):
        return op(checked, *nodes)
    calls = [as_call(node) for node in nodes]
    if checked:
        return lambda values, analytic: op(True, *[call(values, analytic) for call in calls])
    if len(calls) == 1:
        (only,) = calls
        return lambda values, analytic: op(analytic, only(values, analytic))
    return lambda values, analytic: op(analytic, *[call(values, analytic) for call in calls])


def _folded(op: Callable, neutral: int, expr: sympy.Expr, scope: Scope) -> Ball | Callable:
    nodes = [compiled(arg, scope) for arg in expr.args]
    constants = [node for node in nodes if not callable(node)]
    calls = [node for node in nodes if callable(node)]
    if not calls:
        return reduce(op, constants, arb(neutral))
    return reduce(partial(_both, op), [*calls, as_call(reduce(op, constants))] if constants else calls)


def _both(op: Callable, f: Callable, g: Callable) -> Callable:
    return lambda values, analytic: op(f(values, analytic), g(values, analytic))


def _running_divisor(quotient: sympy.Expr, scope: Scope) -> sympy.Expr:
    """The divisors that run, and may vanish somewhere, as one product."""
    powers = (part for part in sympy.Mul.make_args(quotient) if part.is_Pow and scope.runs_in(part))
    return sympy.Mul(*(1 / part for part in powers if part.exp.is_negative))


def _power(expr: sympy.Pow, scope: Scope) -> Ball | Callable:
    exponent = expr.exp
    if exponent.is_Integer:
        n = int(exponent)
        return applied(lambda analytic, x: integer_power(x, n), expr, (expr.base,), scope)
    if exponent.is_Rational:
        return applied(root_power(int(exponent.p), int(exponent.q)), expr, (expr.base,), scope)
    return applied(power, expr, expr.args, scope)


def _integral(expr: sympy.Integral, scope: Scope) -> Ball | Callable:
    body, x, low, high = series.opened(expr)
    return scope.later(expr, lambda inside: quadrature.integral(body, x, low, high, inside, compiled))


def _entry(expr: sympy.Indexed, scope: Scope) -> Ball | Callable:
    """An entry of an array whose values are known by its label; indices count from one."""
    table = scope.known.get(expr.base.label)
    if not isinstance(table, list):
        return compiled(unfold(expr), scope)
    places = [closure(place, scope) for place in (*expr.indices, sympy.S.One)[:2]]

    def entry(values, analytic):
        row, column = (integer(place(values, analytic)) for place in places)
        if row is None or column is None or not (0 < row <= len(table) and 0 < column <= len(table[0])):
            raise Unevaluable(
                f"{expr}: its indices leave the array of {len(table)} by {len(table[0])} entries"
            )
        return table[row - 1][column - 1]

    return scope.settled(expr, entry)


def _largest(expr: maximum, scope: Scope) -> Ball | Callable:
    """A maximum over an index; it has kinks, so that an integral around it finds no analytic function."""
    if scope.demand(expr):
        raise Unevaluable(f"{expr} is not analytic, and cannot be integrated")
    found = as_call(series.loop(partial(special_functions.maximum, None), "-inf", expr, scope, closure))

    def enclosure(values, analytic):
        if analytic:
            raise Unevaluable(f"{expr} is not analytic, and cannot be integrated")
        return found(values, None)

    return scope.settled(expr, enclosure)


def _supremum(expr: supremum, scope: Scope):
    raise Unevaluable(f"{expr}: balls bound a function on boxes, and do not find its supremum; derive it")


def _infinite(expr: sympy.Expr, scope: Scope):
    raise Unevaluable(f"{expr} is not a number: infinity may stand only at the end of an integral or a sum")


def _algebraic(expr: sympy.CRootOf, scope: Scope) -> arb:
    if not expr.is_real:
        raise Unevaluable(f"{expr} is not real")
    error = sympy.Rational(1, 2 ** (ctx.prec + 8))
    return arb(_fraction(expr.eval_rational(error))) + arb(0, 1) * arb(_fraction(error))


def _fraction(q: sympy.Rational) -> fmpq:
    return fmpq(int(q.p), int(q.q))


BUILDERS: dict[type, Callable[..., Ball | Callable]] = {
    sympy.Integer: lambda expr, scope: arb(int(expr)),
    sympy.Rational: lambda expr, scope: arb(_fraction(expr)),
    sympy.Float: lambda expr, scope: arb(_fraction(sympy.Rational(expr))),
    type(sympy.pi): lambda expr, scope: arb.pi(),
    type(sympy.E): lambda expr, scope: arb.const_e(),
    type(sympy.EulerGamma): lambda expr, scope: arb.const_euler(),
    type(sympy.Catalan): lambda expr, scope: arb.const_catalan(),
    type(sympy.GoldenRatio): lambda expr, scope: (1 + arb(5).sqrt()) / 2,
    type(sympy.I): lambda expr, scope: acb(0, 1),
    type(sympy.oo): _infinite,
    type(-sympy.oo): _infinite,
    type(sympy.zoo): _infinite,
    type(sympy.nan): _infinite,
    sympy.CRootOf: _algebraic,
    sympy.Add: partial(_folded, add, 0),
    sympy.Mul: partial(_folded, mul, 1),
    sympy.Pow: _power,
    sympy.Piecewise: lambda expr, scope: piecewise(expr, scope, closure),
    sympy.Sum: lambda expr, scope: series.loop(add, 0, expr, scope, closure),
    sympy.Product: lambda expr, scope: series.loop(mul, 1, expr, scope, closure),
    maximum: _largest,
    supremum: _supremum,
    sympy.Integral: _integral,
    sympy.Indexed: _entry,
}


def pivots(rows: list[list]) -> list:
    """The diagonal D of L D L^T, up to and including its first entry that is not positive.

    If all are there and positive, every symmetric matrix in the balls is positive definite. The
    rows are used up.
    """
    found = []
    for k, row in enumerate(rows):
        found.append(row[k])
        if not row[k] > 0:
            break
        for below in rows[k + 1 :]:
            factor = below[k] / row[k]
            below[k:] = [entry - factor * upper for entry, upper in zip(below[k:], row[k:], strict=True)]
    return found
