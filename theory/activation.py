"""Activations: one object with its formula, its derivatives and, where known, its dual.

``RELU(z)`` is the formula at ``z`` and ``RELU.derivative(1)(z)`` its weak derivative, so that a
gate is a ``step`` and not the derivative of a maximum. A theorem about *any* activation is stated
with a symbol, ``sigma = Unknown("sigma")``: ``sigma(z)`` differentiates to ``sigma'(z)``, and a
concrete activation is put in its place at a point.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sympy import (
    Basic,
    Derivative,
    DiracDelta,
    Expr,
    Function,
    Piecewise,
    S,
    Symbol,
    cos,
    erf,
    exp,
    log,
    sin,
    sqrt,
    sympify,
    tanh,
)

from theory.law import step


@dataclass(frozen=True)
class Activation:
    """A scalar function of one pre-activation; ``weak`` lists derivatives that SymPy would not find."""

    name: str
    formula: Callable[[Expr], Expr]
    weak: tuple[Callable[[Expr], Expr], ...] = ()
    smooth: bool = True

    def __call__(self, z) -> Expr:
        return self.formula(sympify(z))

    def derivative(self, order: int) -> Callable[[Expr], Expr]:
        """The derivative of the order given, as a function; of a rectifier, the weak one.

        Raises ``ValueError`` where the weak derivative is no function.
        """
        if order < 0:
            raise ValueError(f"{self.name}: there is no derivative of order {order}")
        if order == 0:
            return self.formula
        if order <= len(self.weak):
            return self.weak[order - 1]
        if not self.smooth:
            raise ValueError(f"{self.name}: its derivative of order {order} is not a function, but a measure")
        z = Symbol("z", real=True)
        formula = self.formula(z).diff(z, order)
        if formula.has(DiracDelta, Derivative) or self.formula(z).has(
            Piecewise
        ):  # whose jumps SymPy overlooks
            raise ValueError(f"{self.name}: its derivative of order {order} may lose a jump; list it in weak")
        return lambda at: formula.subs(z, at)


RELU = Activation("relu", lambda z: z * step(z), (lambda z: step(z),), smooth=False)
STEP = Activation("step", lambda z: step(z), smooth=False)
ABS = Activation("abs", abs, (lambda z: step(z) - step(-z),), smooth=False)
ERF = Activation("erf", erf)
TANH = Activation("tanh", tanh)
GELU = Activation("gelu", lambda z: z * (1 + erf(z / sqrt(2))) / 2)
SOFTPLUS = Activation("softplus", lambda z: log(1 + exp(z)))
SINE = Activation("sine", sin)
COSINE = Activation("cosine", cos)
SQUARE = Activation("square", lambda z: z**2)
BUMP = Activation("gaussian", lambda z: exp(-(z**2) / 2))
ALL = (RELU, STEP, ABS, ERF, TANH, GELU, SOFTPLUS, SINE, COSINE, SQUARE, BUMP)


class Unknown(Symbol):
    """An activation of which nothing is known but its name: a symbol that can be applied."""

    def __new__(cls, name: str):
        return Symbol.__xnew__(cls, name, commutative=True)

    def __getnewargs_ex__(self):
        return (self.name,), {}

    def __call__(self, z) -> Expr:
        return Applied(self, 0, z)

    def derivative(self, order: int) -> Callable[[Expr], Expr]:
        return lambda z: Applied(self, order, z)


class Applied(Function):
    """``sigma^(k)(z)`` for an unknown activation; ``args`` are the symbol, the order k and z."""

    nargs = 3
    is_real = True

    @property
    def order(self) -> int:
        return int(self.args[1])

    def fdiff(self, argindex=3):
        return Applied(self.args[0], self.args[1] + 1, self.args[2]) if argindex == 3 else S.Zero

    def _eval_is_commutative(self):
        return True

    def _latex(self, printer, exp=None):
        primes = "'" * self.order if self.order < 4 else rf"^{{({self.order})}}"
        text = rf"{printer._print(self.args[0])}{primes}\left({printer._print(self.args[2])}\right)"
        return text if exp is None else rf"\left({text}\right)^{{{exp}}}"

    def _sympystr(self, printer):
        return f"{self.args[0]}{chr(39) * self.order}({printer._print(self.args[2])})"


def instantiate(expr: Basic, choice: dict[Unknown, Activation]) -> Basic:
    """``expr`` with each unknown activation replaced by a concrete one, its derivatives alike."""

    def chosen(symbol, order, z):
        return choice[symbol].derivative(int(order))(z) if symbol in choice else Applied(symbol, order, z)

    return expr.replace(Applied, chosen)
