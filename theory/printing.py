"""LaTeX as a paper has it: ``\\arccos``, positive parts, indicators, limits beside integral signs.

SymPy's printer writes ``\\operatorname{acos}``, integrals inside numerators and every function in
parentheses. The products of this printer are read by ``theory.notation``, as those of the terminal.
"""

from functools import partial

from sympy import Basic, Expr, Function
from sympy.printing.latex import LatexPrinter, accepted_latex_functions

from theory.law import Node
from theory.notation import (
    FUNCTIONS,
    OPERATORS,
    InnerProduct,
    MeanAt,
    in_order,
    is_folded,
    quotient,
    readable,
    rectified,
    terms,
)

LONG = 48  # characters of a numerator that leaves no room for a fraction bar under all of it


def latex(expr: Basic) -> str:
    """The expression in LaTeX, without dollar signs."""
    return Latex({"inv_trig_style": "full"}).doprint(readable(expr))


class Latex(LatexPrinter):
    printmethod = "_typeset"  # the nodes' own methods serve SymPy's printer

    def _as_ordered_terms(self, expr, order=None):
        return terms(expr, in_order(expr, partial(super()._as_ordered_terms, order=order)))

    def _print_Mul(self, expr):
        if not isinstance(expr, Expr):
            return super()._print_Mul(expr)
        negative, over, under = quotient(expr)
        open_factors = [factor for factor in over if isinstance(factor, OPERATORS)] if under else []
        head = self.ratio([factor for factor in over if factor not in open_factors], under)
        text = " ".join([head, *map(self._print, open_factors)])
        return f"- {text}" if negative else text

    def ratio(self, over, under) -> str:
        above, below = self.row(over), self.row(under)
        if not under:
            return above
        if len(over) == 1 and over[0].is_Add and len(above) > LONG + len(below):
            return rf"\frac{{1}}{{{below}}} \left({above}\right)"
        return rf"\frac{{{above}}}{{{below}}}"

    def row(self, factors) -> str:
        text = ""
        for place, factor in enumerate(factors):
            first, last = place == 0, place == len(factors) - 1
            part = self._print(factor)
            enclosed = isinstance(factor, Function | Node) and not is_folded(factor)  # by its own brackets
            loose = isinstance(factor, InnerProduct) or self._needs_mul_brackets(
                factor, first=first, last=last
            )
            if len(factors) > 1 and not enclosed and loose:
                part = rf"\left({part}\right)"
            gap = r" \cdot " if text[-1:].isdigit() and part[0].isdigit() else " "
            text += part if first else r" \, " + part if is_folded(factors[place - 1]) else gap + part
        return text or "1"

    def _print_Function(self, expr, exp=None):
        if not is_folded(expr):
            return super()._print_Function(expr, exp)
        name = FUNCTIONS.get(type(expr).__name__, type(expr).__name__)
        name = rf"\{name}" if name in accepted_latex_functions else rf"\operatorname{{{name}}}"
        return self.raised(name, exp) + f" {self._print(expr.args[0])}"

    def raised(self, text: str, exp) -> str:
        return text if exp is None else f"{text}^{{{exp}}}"

    def _print_log(self, expr, exp=None):
        return self._print_Function(expr, exp) if is_folded(expr) else super()._print_log(expr, exp)

    def _print_Integral(self, expr):
        return super()._print_Integral(expr).replace(r"\int\limits", r"\int")

    def _print_Max(self, expr, exp=None):
        z = rectified(expr)
        return super()._hprint_variadic_function(expr, exp) if z is None else self.positive(z, exp)

    def _print_Positive(self, expr, exp=None):
        return self.positive(expr.args[0], exp)

    def positive(self, z, exp=None) -> str:
        body = self._print(z) if z.is_Atom or z.is_Indexed else rf"\left({self._print(z)}\right)"
        return f"{{{body}}}_+" if exp is None else f"{{{body}}}_+^{{{exp}}}"

    def _print_step(self, expr, exp=None):
        return self._print_Indicator(expr, exp)

    def _print_Indicator(self, expr, exp=None):
        gates = r",\ ".join(
            f"{self._print(-z)} < 0" if z.could_extract_minus_sign() else f"{self._print(z)} > 0"
            for z in expr.args
        )
        return self.raised(rf"\mathbf{{1}}\{{{gates}\}}", exp)

    def _print_Node(self, expr, exp=None):
        name = {"E": r"\mathbb{E}", "P": r"\mathbb{P}"}.get(
            expr.operator, rf"\operatorname{{{expr.operator}}}"
        )
        name += f"_{{{self._print(expr.correlation)}}}" if isinstance(expr, MeanAt) else ""
        return self.raised(rf"{name}\left[{', '.join(map(self._print, expr.bodies))}\right]", exp)

    # SymPy's printer has methods of its own for the random nodes of sympy.stats, which have the same names.
    _print_MeanAt = _print_Mean = _print_Variance = _print_Covariance = _print_Probability = _print_Node

    def _print_InnerProduct(self, expr):
        return r" \cdot ".join(map(self._print, expr.args))

    def _print_Functional(self, expr, exp=None):
        return expr._latex(self, exp)

    _print_Applied = _print_Functional

    def _print_NumberSymbol(self, expr):
        return expr._latex(self)

    _print_Pi = _print_Infinity = _print_NegativeInfinity = _print_ComplexInfinity = _print_NumberSymbol

    def _print_Identity(self, expr):
        return "I"

    def _print_MatMul(self, expr):
        scalar, factors = expr.as_coeff_matrices()
        negative, over, under = quotient(scalar)
        head = "" if over == under == () else self.ratio(over, under) + " "
        return ("- " if negative else "") + head + self.row(factors)

    def _print_MatAdd(self, expr):
        first, *rest = sorted(map(self._print, expr.args), key=lambda part: part.startswith("- "))
        return first + "".join(f" - {part[2:]}" if part.startswith("- ") else f" + {part}" for part in rest)

    def _print_hermite_prob(self, expr, exp=None):
        name = rf"\mathrm{{He}}_{{{self._print(expr.args[0])}}}"
        return self.raised(name, exp) + rf"\left({self._print(expr.args[1])}\right)"

    _print_He = _print_hermite_prob
