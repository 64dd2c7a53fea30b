"""What a SymPy node without an enclosure of its own stands for.

A node of a class that ball arithmetic does not know is replaced by an equal expression. The
extension point is one method: ``_eval_balls(self) -> Expr`` on the node's class returns an
expression with the same value, and is asked first. Without it the node is taken through
``doit``, then rewritten by gamma functions, as a ``Piecewise`` or by exponentials, whichever
changes it first.
"""

import sympy
from sympy.core.function import AppliedUndef

REWRITES = (sympy.gamma, sympy.Piecewise, sympy.exp)


class Unevaluable(ValueError):
    """A SymPy node that balls cannot evaluate: the message names the node and says why."""


class Undefined(Unevaluable):
    """An expression that is no real number where it is looked at, which no number can equal."""


def unfold(expr: sympy.Basic) -> sympy.Basic:
    """An equal expression in other terms; Unevaluable where there is none."""
    if hasattr(expr, "_eval_balls"):
        return expr._eval_balls()  # pyright: ignore[reportAttributeAccessIssue]
    if isinstance(expr, sympy.Symbol | sympy.Indexed | AppliedUndef):
        raise Unevaluable(f"{expr} has no value: give it one in `at`")
    for other in _forms(expr):
        if other != expr:
            return other
    raise Unevaluable(
        f"{expr}: no ball enclosure for {type(expr).__name__}; give the class a method `_eval_balls(self)` "
        "that returns an equal expression in functions that have one"
    )


def _forms(expr: sympy.Basic):
    yield expr.doit()
    yield from (expr.rewrite(target) for target in REWRITES)
