r"""Gradient flow as a SymPy object, of which nothing is evaluated.

``Flow(f, (x, y), (x0, y0), t, 1)`` is the first coordinate, at time t, of the solution of

.. math:: \dot x = -\partial_x f, \quad \dot y = -\partial_y f, \qquad (x, y)(0) = (x_0, y_0).

The rules of ``theory.solving`` put a solution in its place.
"""

from sympy import Expr, Symbol, Tuple, sympify

from theory.unfold import Unevaluable


class Flow(Expr):
    """One coordinate of a gradient flow; ``args``: function, variables, starts, time, which coordinate."""

    is_commutative = True
    is_real = True

    def __new__(cls, function, variables, starts, time, place):
        variables, starts = (Tuple(*map(sympify, part)) for part in (variables, starts))
        if len(variables) != len(starts) or not all(isinstance(v, Symbol) for v in variables):
            raise TypeError(f"Flow: give each variable, a symbol, its start; got {variables} and {starts}")
        if not 1 <= int(place) <= len(variables):
            raise ValueError(f"Flow: there is no coordinate {place} of {len(variables)}")
        return Expr.__new__(cls, sympify(function), variables, starts, sympify(time), sympify(place))

    @property
    def function(self) -> Expr:
        return self.args[0]

    @property
    def variables(self) -> Tuple:
        return self.args[1]

    @property
    def starts(self) -> Tuple:
        return self.args[2]

    @property
    def time(self) -> Expr:
        return self.args[3]

    @property
    def place(self) -> int:
        return int(self.args[4])

    @property
    def limits(self) -> tuple:
        """What is bound, each variable with the expressions outside of its scope."""
        pairs = zip(self.variables, self.starts, strict=True)
        return tuple((variable, start, self.time) for variable, start in pairs)

    @property
    def free_symbols(self):
        inside = self.function.free_symbols - set(self.variables)
        return inside | self.starts.free_symbols | self.time.free_symbols

    def _eval_subs(self, old, new):
        return self if old in self.variables else None

    def _eval_balls(self):
        raise Unevaluable(f"{self}: balls do not follow a flow; a rule puts a solution in its place")

    def _sympystr(self, printer):
        return f"flow[{printer._print(self.function)}]({self.point(printer)}; {printer._print(self.time)})_{self.place}"

    def point(self, printer) -> str:
        return ", ".join(map(printer._print, self.starts))

    def _plain(self, printer):
        name = printer._print(self.variables[self.place - 1])
        return f"{name}({printer._print(self.time)})"

    def _latex(self, printer, exp=None):
        name = printer._print(self.variables[self.place - 1])
        text = rf"{name}({printer._print(self.time)})"
        return text if exp is None else rf"{text}^{{{exp}}}"

    _typeset = _latex
