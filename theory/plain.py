"""A SymPy expression on one line, in the Unicode of a mathematician's e-mail.

``plain((pi - theta) * cos(theta) / (2 * pi))`` is ``(π − θ) cos(θ) / (2π)``. Products are written
side by side, positive parts and powers as ``u₊²``, elementary functions of one symbol without
parentheses. Whatever has no convention here is printed as SymPy prints it.
"""

from functools import partial
from itertools import pairwise, zip_longest

from sympy import Basic, Expr, Function, Integral, S
from sympy.printing.precedence import PRECEDENCE, precedence_traditional
from sympy.printing.pretty.pretty_symbology import pretty_symbol
from sympy.printing.str import StrPrinter

from theory.domain import Functional
from theory.law import Node
from theory.notation import (
    FUNCTIONS,
    OPERATORS,
    MeanAt,
    in_order,
    is_folded,
    quotient,
    readable,
    rectified,
    terms,
)

SUPERSCRIPTS = dict(zip("0123456789+−()ijklmnprstxdk", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁱʲᵏˡᵐⁿᵖʳˢᵗˣᵈᵏ", strict=True))
SUBSCRIPTS = dict(zip("0123456789+−()ijkmnprstxlaeh", "₀₁₂₃₄₅₆₇₈₉₊₋₍₎ᵢⱼₖₘₙₚᵣₛₜₓₗₐₑₕ", strict=True))
RELATIONS = {"<=": "≤", ">=": "≥", "!=": "≠", "==": "="}
NAMED = {"gamma": "Γ", "loggamma": "log Γ", "zeta": "ζ", "DiracDelta": "δ", **FUNCTIONS}


def plain(expr: Basic) -> str:
    """The expression on one line."""
    return Plain().doprint(readable(expr))


def raised(text: str) -> str:
    """An exponent: superscripts where Unicode has them all, else after a caret."""
    tight = text.replace(" ", "")
    if set(tight) <= set(SUPERSCRIPTS):
        return "".join(map(SUPERSCRIPTS.get, tight))  # pyright: ignore[reportArgumentType, reportCallIssue]
    return f"^{text}" if len(text) == 1 else f"^({text})"


def lowered(text: str) -> str:
    """An index: subscripts where Unicode has them all, else after an underscore."""
    tight = text.replace(" ", "")
    if set(tight) <= set(SUBSCRIPTS):
        return "".join(map(SUBSCRIPTS.get, tight))  # pyright: ignore[reportArgumentType, reportCallIssue]
    return f"_{text}" if len(text) == 1 else f"_{{{text}}}"


def tight(before: str, part: str) -> bool:
    """Whether two factors are written without a space, as in 2π and 3√2, but 2 cos θ."""
    return before.isdigit() and len(part) <= 2 and (part[0].isalpha() or part[0] == "√")


class Plain(StrPrinter):
    printmethod = "_plain"  # the nodes' own methods serve SymPy's printers, not this one

    def _print_Symbol(self, expr):
        return pretty_symbol(expr.name)

    _print_Dummy = _print_Variate = _print_Observed = _print_Unknown = _print_Symbol

    def _print_MatrixSymbol(self, expr):
        return pretty_symbol(expr.name)

    def _print_Pi(self, expr):
        return "π"

    def _print_EulerGamma(self, expr):
        return "γ"

    def _print_Exp1(self, expr):
        return "e"

    def _print_Infinity(self, expr):
        return "∞"

    def _print_NegativeInfinity(self, expr):
        return "−∞"

    def _print_Integer(self, expr):
        return str(expr.p).replace("-", "−")

    def _print_Rational(self, expr):
        return f"{expr.p}/{expr.q}".replace("-", "−")

    def _print_Float(self, expr):
        return super()._print_Float(expr).replace("-", "−")

    def _print_Add(self, expr, order=None):
        ordered = in_order(expr, partial(self._as_ordered_terms, order=order))
        parts = [self._print(term) for term in terms(expr, ordered)]
        return "".join(
            part if k == 0 else f" − {part[1:]}" if part.startswith("−") else f" + {part}"
            for k, part in enumerate(parts)
        )

    def _print_Mul(self, expr):
        if not isinstance(expr, Expr):
            return super()._print_Mul(expr)
        negative, over, under = quotient(expr)
        open_factors = [factor for factor in over if isinstance(factor, OPERATORS)] if under else []
        over = [factor for factor in over if factor not in open_factors]
        head = self.fraction(over, under) if under else self.juxtaposed(over)
        text = " ".join([head, *(self.factor(factor, True, True) for factor in open_factors)])
        return f"−{text}" if negative else text

    def fraction(self, over, under) -> str:
        above, below = self.juxtaposed(over, closed=True), self.juxtaposed(under, closed=True)
        if len(over) == 1 and over[0].is_Add:
            above = f"({above})"
        root = len(under) == 1 and under[0].is_Pow and under[0].exp is S.Half  # has parentheses of its own
        if (" " in below or len(under) > 1 or "/" in below) and not root:
            below = f"({below})"
        tight = " " not in above + below and len(above) + len(below) < 9
        return f"{above}/{below}" if tight else f"{above} / {below}"

    def juxtaposed(self, factors, closed: bool = False) -> str:
        """Factors side by side; ``closed`` if something follows that must not join a last function."""
        several = len(factors) > 1
        parts = []
        for factor, following in zip_longest(factors, factors[1:]):
            part = self.factor(factor, following is None, several)
            joins = closed if following is None else not isinstance(following.as_base_exp()[0], Function)
            parts.append(self.called(factor) if joins and is_folded(factor) else part)
        text = "".join(part if tight(before, part) else f" {part}" for before, part in pairwise(["", *parts]))
        return text.strip() or "1"

    def factor(self, factor: Basic, last: bool, several: bool) -> str:
        text = self._print(factor)
        if not several:
            return text
        loose = precedence_traditional(factor) < PRECEDENCE["Mul"] and not isinstance(factor, OPERATORS)
        opens = isinstance(factor, OPERATORS) and not last and not isinstance(factor, Integral)
        return f"({text})" if loose or opens or text.startswith("−") else text

    def operand(self, expr: Basic) -> str:
        """What stands under a sign that reaches to the end of its line."""
        text = self._print(expr)
        return f"({text})" if expr.is_Add or " / " in text else text

    def _print_Pow(self, expr, rational=False):
        base, exponent = expr.base, expr.exp
        if exponent.could_extract_minus_sign() and base.is_commutative:
            return self._print_Mul(expr)
        if exponent is S.Half:
            inner = self._print(base)
            return f"√{inner}" if self.atomic(inner) else f"√({inner})"
        power = raised(self._print(exponent))
        if is_folded(base) and not power.startswith("^"):
            return self.folded(base, power)
        return self.enclosed(base) + power

    def enclosed(self, expr: Basic) -> str:
        text = self._print(expr)
        closed = isinstance(expr, Function | Node | Functional) or self.atomic(text)
        return text if closed and not is_folded(expr) else f"({text})"

    def atomic(self, text: str) -> bool:
        return all(ch.isalnum() or ch in "₊′_" or ch in SUBSCRIPTS.values() for ch in text)

    def _print_Function(self, expr):
        return self.folded(expr) if is_folded(expr) else self.called(expr)

    def folded(self, expr, power: str = "") -> str:
        return f"{self.name(expr)}{power} {self._print(expr.args[0])}"

    def called(self, expr) -> str:
        return f"{self.name(expr)}({', '.join(map(self._print, expr.args))})"

    def name(self, expr) -> str:
        name = type(expr).__name__
        return NAMED.get(name) or pretty_symbol(name)

    def _print_exp(self, expr):
        return f"exp({self._print(expr.args[0])})"

    def _print_Abs(self, expr):
        return f"|{self._print(expr.args[0])}|"

    def _print_Max(self, expr):
        z = rectified(expr)
        return f"max({', '.join(map(self._print, expr.args))})" if z is None else self.positive(z)

    def _print_Min(self, expr):
        return f"min({', '.join(map(self._print, expr.args))})"

    def _print_Positive(self, expr):
        return self.positive(expr.args[0])

    def positive(self, z) -> str:
        return f"{self._print(z)}₊" if z.is_Atom or z.is_Indexed else f"({self._print(z)})₊"

    def _print_step(self, expr):
        return f"1{{{self.sign(expr.args[0])}}}"

    def _print_Indicator(self, expr):
        return f"1{{{', '.join(map(self.sign, expr.args))}}}"

    def sign(self, z) -> str:
        return f"{self._print(-z)} < 0" if z.could_extract_minus_sign() else f"{self._print(z)} > 0"

    def _print_factorial(self, expr):
        return f"{self.enclosed(expr.args[0])}!"

    def _print_factorial2(self, expr):
        return f"{self.enclosed(expr.args[0])}!!"

    def _print_hermite_prob(self, expr):
        return f"He{lowered(self._print(expr.args[0]))}({self._print(expr.args[1])})"

    _print_He = _print_hermite_prob

    def _print_KroneckerDelta(self, expr):
        return f"δ{lowered(''.join(map(self._print, expr.args)))}"

    def _print_Applied(self, expr):
        return f"{self.head(expr)}({self._print(expr.args[2])})"

    def head(self, expr) -> str:
        """An unknown activation with its primes."""
        prime = "′" * expr.order if expr.order < 4 else raised(f"({expr.order})")
        return self._print(expr.args[0]) + prime

    def _print_Node(self, expr):
        return f"{self.operator(expr)}[{', '.join(map(self._print, expr.bodies))}]"

    def operator(self, node: Node) -> str:
        """The letter before the brackets."""
        return node.operator + (lowered(self._print(node.correlation)) if isinstance(node, MeanAt) else "")

    def _print_norm(self, expr):
        return f"‖{self._print(expr.args[0])}‖"

    def _print_InnerProduct(self, expr):
        return "·".join(map(self._print, expr.args))

    def _print_operator_norm(self, expr):
        return f"‖{self._print(expr.args[0])}‖_op"

    def _print_min_eigenvalue(self, expr):
        return f"λ_min({self._print(expr.args[0])})"

    def _print_Indexed(self, expr):
        return self._print(expr.base) + lowered(self.indices(expr.indices))

    def _print_IndexedBase(self, expr):
        return self._print(expr.label)

    def _print_MatrixElement(self, expr):
        return self.enclosed(expr.parent) + lowered(self.indices((expr.i, expr.j)))

    def indices(self, places) -> str:
        texts = [self._print(place) for place in places]
        return ("" if all(len(text) == 1 for text in texts) else ", ").join(texts)

    def _print_Integral(self, expr):
        signs = "".join(self.bounds("∫", limit) for limit in reversed(expr.limits))
        ends = " ".join(f"d{self._print(limit[0])}" for limit in expr.limits)
        body = "" if expr.function == 1 else f" {self.factor(expr.function, False, True)}"
        return f"{signs}{body} {ends}"

    def bounds(self, sign: str, limit) -> str:
        if len(limit) == 1:
            return sign
        low, high = (self._print(end) for end in limit[1:])
        above = raised(high)
        return sign + lowered(low) + (above if not above.startswith("^(") else f"^{{{high}}}")

    def _print_Sum(self, expr, sign="Σ"):
        signs = " ".join(self.counted(sign, limit) for limit in reversed(expr.limits))
        return f"{signs} {self.operand(expr.function)}"

    def _print_Product(self, expr):
        return self._print_Sum(expr, "Π")

    def counted(self, sign: str, limit) -> str:
        index, low, high = map(self._print, limit)
        return f"{sign}_{{{index}={low}}}^{{{high}}}" if len(high) > 1 else f"{sign}_{{{index}={low}}}^{high}"

    def _print_Derivative(self, expr):
        return f"{self.differential(expr)} {self.operand(expr.expr)}"

    def differential(self, expr) -> str:
        """``d²/dθ²``, with round letters where there are other variables."""
        d = "∂" if len(expr.expr.free_symbols) > 1 else "d"
        order = raised(self._print(expr.derivative_count)) if expr.derivative_count != 1 else ""
        under = " ".join(
            f"{d}{self._print(symbol)}" + (raised(self._print(count)) if count != 1 else "")
            for symbol, count in expr.variable_count
        )
        return f"{d}{order}/{under}"

    def _print_Limit(self, expr):
        body, by, to, _ = expr.args
        return f"lim_{{{self._print(by)}→{self._print(to)}}} {self.operand(body)}"

    def _print_Subs(self, expr):
        pairs = zip(expr.variables, expr.point, strict=True)
        at = ", ".join(f"{self._print(a)} = {self._print(b)}" for a, b in pairs)
        return f"[{self._print(expr.expr)}] at {at}"

    def _print_Relational(self, expr):
        sign = RELATIONS.get(expr.rel_op, expr.rel_op)
        return f"{self._print(expr.lhs)} {sign} {self._print(expr.rhs)}"

    def _print_And(self, expr):
        return " and ".join(map(self._print, expr.args))

    def _print_Or(self, expr):
        return " or ".join(map(self._print, expr.args))

    def _print_Not(self, expr):
        return f"not ({self._print(expr.args[0])})"

    def _print_Contains(self, expr):
        return f"{self._print(expr.args[0])} ∈ {self._print(expr.args[1])}"

    def _print_Interval(self, expr):
        opening, closing = "(" if expr.left_open else "[", ")" if expr.right_open else "]"
        return f"{opening}{self._print(expr.start)}, {self._print(expr.end)}{closing}"

    def _print_Range(self, expr):
        first, last = expr.inf, expr.sup
        if not last.is_finite:
            return f"{{{self._print(first)}, {self._print(first + expr.step)}, …}}"
        return f"{{{self._print(first)}, …, {self._print(last)}}}"

    def _print_Reals(self, expr):
        return "ℝ"

    def _print_Integers(self, expr):
        return "ℤ"

    def _print_Naturals(self, expr):
        return "{1, 2, …}"

    def _print_Naturals0(self, expr):
        return "{0, 1, 2, …}"

    def _print_Transpose(self, expr):
        return f"{self.enclosed(expr.arg)}ᵀ"

    def _print_Inverse(self, expr):
        return f"{self.enclosed(expr.arg)}⁻¹"

    def _print_Identity(self, expr):
        return "I"

    def _print_ZeroMatrix(self, expr):
        return "0"

    def _print_MatAdd(self, expr):
        return self._print_Add(expr)

    def _print_MatMul(self, expr):
        scalar, factors = expr.as_coeff_matrices()
        negative, over, under = quotient(scalar)
        text = self.juxtaposed((*over, *factors))
        text = f"{text} / {self.juxtaposed(under)}" if under else text
        return f"−{text}" if negative else text

    def _print_MatrixBase(self, expr):
        return f"[{'; '.join(', '.join(map(self._print, expr.row(i))) for i in range(expr.rows))}]"

    _print_ImmutableDenseMatrix = _print_MatrixBase

    def _print_BlockMatrix(self, expr):
        return self._print(expr.blocks)

    def _print_MatPow(self, expr):
        return self.enclosed(expr.base) + raised(self._print(expr.exp))

    def _print_Trace(self, expr):
        return f"tr({self._print(expr.args[0])})"
