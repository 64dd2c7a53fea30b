"""Functions indexed by an integer that may be a symbol: all derivatives of one, all Hermite polynomials."""

from collections.abc import Callable
from functools import lru_cache

from sympy import Dummy, Expr, Function, S, Symbol
from sympy.polys.orthopolys import hermite_prob_poly

from theory.unfold import Undefined, Unevaluable

VARIABLE = Symbol("z", real=True)


@lru_cache(maxsize=64)
def derivative(function: Callable[[Expr], Expr], order: int) -> Expr:
    """The derivative of the order given, by SymPy, each from the one before."""
    return derivative(function, order - 1).diff(VARIABLE) if order else function(VARIABLE)


class DerivativeFamily(Function):
    """The derivatives of one function: ``family(n, x)`` is the n-th, ``explicit`` the function itself.

    So a derivative of symbolic order is an ordinary function, and one of integer order is computed.
    """

    nargs = 2
    is_real = True

    @classmethod
    def explicit(cls, x: Expr) -> Expr:
        raise NotImplementedError

    def fdiff(self, argindex=2):
        if argindex != 2:
            raise ValueError(f"{self}: the order of a derivative is not a variable")
        return self.func(self.args[0] + 1, self.args[1])

    def written_out(self) -> Expr:
        order, x = self.args
        if not (order.is_Integer and order >= 0):
            return self
        return derivative(self.explicit, int(order)).xreplace({VARIABLE: x})

    def _eval_balls(self):
        if self.args[0].is_Integer and self.args[0] < 0:
            raise Undefined(f"{self}: there is no derivative of order {self.args[0]}")
        if self.written_out() == self:
            raise Unevaluable(f"{self}: its order {self.args[0]} is no number from 0 on")
        return self.written_out()


class He(Function):
    """The probabilists' Hermite polynomial ``He(k, x)``: orthogonal for N(0, 1), leading coefficient 1.

    Written out for a concrete degree. SymPy's own ``hermite_prob(k, 0)`` is wrong by 2**(k/2) for a
    symbolic degree (1.14), which broke a derivation here; this one leaves ``He(k, 0)`` as it is.
    """

    nargs = 2
    is_real = True

    @classmethod
    def eval(cls, k, x):
        if k.is_Integer and k >= 0:
            z = Dummy("z")
            return hermite_prob_poly(int(k), z).subs(z, x)
        if x.is_zero and k.is_odd:
            return S.Zero

    def fdiff(self, argindex=2):
        if argindex != 2:
            raise ValueError(f"{self}: the degree of a polynomial is not a variable")
        k, x = self.args
        return k * He(k - 1, x)

    def _eval_is_commutative(self):
        return True

    def _latex(self, printer, exp=None):
        k, x = map(printer._print, self.args)
        text = rf"\mathrm{{He}}_{{{k}}}\left({x}\right)"
        return text if exp is None else rf"{text}^{{{exp}}}"
