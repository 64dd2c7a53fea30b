"""A conjecture as text: one relation between two formulas, and a range for each of its symbols.

    wideproof check "sqrt(1 - rho**2)/(2*pi) + rho/4 <= 1/2" --over rho=-1:1

The text is read by Python's own parser into a tree of syntax, of which nothing is ever run: each node that is on a
list becomes a SymPy object, and any other is refused with what to write instead. Numbers are exact: 0.1 is a tenth.
What would cost more than it says (a tower of powers, a large factorial) is refused before SymPy sees it.

A range is ``x=-1:1`` for the real numbers from -1 to 1, both included; ``x=(0:1]`` leaves zero out; ``x=0:inf`` has no
end; ``n=1..10`` counts, and ``n=1..`` without end.
"""

import ast
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from keyword import iskeyword
from typing import NamedTuple

import sympy
from sympy import E, EulerGamma, Expr, Integer, Interval, Range, Rational, S, Set, Symbol, oo, pi

from theory import statement
from theory.claim import Claim
from theory.law import step

LONGEST, DEEPEST = 2000, 60  # characters; and how deep formulas may nest
DIGITS, POWERS = 60, 300  # of a number that is written down; and of ten, in front or behind
BITS = 20_000  # of a number that follows from others
COUNTED = 1000  # the largest argument of a factorial

CONSTANTS: dict[str, Expr] = {"pi": pi, "E": E, "EulerGamma": EulerGamma}
PLAIN = (sympy.sqrt, sympy.cbrt, sympy.exp, sympy.log, sympy.sin, sympy.cos, sympy.tan, sympy.sign, sympy.erf)
INVERSE = (sympy.asin, sympy.acos, sympy.atan, sympy.asinh, sympy.acosh, sympy.atanh)
HYPERBOLIC = (sympy.sinh, sympy.cosh, sympy.tanh)
COUNTERS = (sympy.gamma, sympy.factorial, sympy.binomial)  # whose values outgrow their arguments
FUNCTIONS: dict[str, Callable[..., Expr]] = {
    function.__name__: function for function in (*PLAIN, *INVERSE, *HYPERBOLIC, *COUNTERS)
}
FUNCTIONS |= {"abs": sympy.Abs, "max": sympy.Max, "min": sympy.Min, "ln": sympy.log, "step": step}
FUNCTIONS |= {f"arc{name}": FUNCTIONS[f"a{name}"] for name in ("sin", "cos", "tan")}
COUNTING = tuple(function.__name__ for function in COUNTERS)
SIGNS = {ast.LtE: "<=", ast.Lt: "<", ast.GtE: ">=", ast.Gt: ">", ast.Eq: "=="}
STATED = {
    "<=": statement.at_most,
    "<": statement.below,
    ">=": statement.at_least,
    ">": statement.above,
    "==": statement.equal,
}
OPERATIONS = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: over(a, b),
    ast.Pow: lambda a, b: power(a, b),
}
TYPED = str.maketrans({"≤": "<=", "≥": ">=", "−": "-", "·": "*", "×": "*", "π": "pi"})
MEANS = ("E", "Mean", "mean", "P", "Probability", "Pr", "Var", "Variance", "Cov", "Covariance")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
NUMBER = re.compile(r"(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?")
ENDS = {"inf": oo, "oo": oo, "-inf": -oo, "-oo": -oo, "": None}


class Unreadable(ValueError):
    """A text or a range that says nothing to check; the message says what to write instead."""


class Parsed(NamedTuple):
    """The two sides of a relation and what stands between them."""

    left: Expr
    sign: str
    right: Expr


def conjecture(text: str, ranges: Iterable[str]) -> Claim:
    """The claim that a text states, over ranges as ``--over`` takes them. Raises ``Unreadable``."""
    given: dict[Symbol, Set] = {}
    ranges = list(ranges)
    for spelled in ranges:
        symbol, domain = ranged(spelled)
        if symbol.name in {known.name for known in given}:
            raise Unreadable(f"--over {spelled}: {symbol.name} has a range already; give one for each symbol")
        given[symbol] = domain
    found = parsed(text, {symbol.name: symbol for symbol in given})
    occurring = found.left.free_symbols | found.right.free_symbols
    if idle := [symbol.name for symbol in given if symbol not in occurring]:
        raise Unreadable(f"--over {idle[0]}=...: {idle[0]} does not occur in the text; leave its range out")
    if found.left == found.right:
        raise Unreadable(f"{text!r}: both sides are the same; there is nothing to check")
    asked = "\n".join(
        [text.strip(), *sorted(spelled.strip() for spelled in ranges)]
    )  # another range, another question
    name = f"text-{sha256(asked.encode()).hexdigest()[:8]}"
    claim = Claim(name, f"{text.strip()}.", given, STATED[found.sign](found.left, found.right))
    object.__setattr__(claim, "at", ("the text", 0))  # and not the line above
    return claim


def parsed(text: str, known: Mapping[str, Symbol]) -> Parsed:
    """The relation that a text states between formulas of some symbols."""
    compare = tree(text)
    if not isinstance(compare, ast.Compare):
        raise Unreadable(
            f"{text!r} states nothing: put <=, <, >=, > or == between two formulas, as in 'x**2 <= x'"
        )
    if len(compare.ops) > 1:
        raise Unreadable(f"{text!r}: one relation at a time; check 'a <= b' and 'b <= c' one after the other")
    sign = SIGNS.get(type(compare.ops[0]))
    if sign is None:
        raise Unreadable(f"{text!r}: compare by <=, <, >=, > or == alone")
    reader = Reader(text, known)
    return Parsed(reader.formula(compare.left), sign, reader.formula(compare.comparators[0]))


def tree(text: str) -> ast.expr:
    """The syntax of a text, of which nothing is run."""
    if len(text) > LONGEST:
        raise Unreadable(f"the text has {len(text)} characters; {LONGEST} is the most, write a file for more")
    if "^" in text:
        raise Unreadable(f"{text!r}: write powers as x**2; ^ is no power in Python")
    try:
        return ast.parse(text.translate(TYPED).strip(), mode="eval").body
    except SyntaxError as error:
        hint = "; write == for equality" if re.search(r"[^=<>!]=[^=]", text) else ""
        raise Unreadable(f"{text!r} is no formula: {error.msg}{hint}") from None
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        raise Unreadable(f"the text is no formula: {error or 'it nests too deep'}") from None


class Reader:
    """From syntax to SymPy, node by node; what is on no list is refused."""

    def __init__(self, text: str, known: Mapping[str, Symbol]):
        self.text, self.known = text.translate(TYPED).strip(), known

    def formula(self, node: ast.expr, depth: int = 0) -> Expr:
        if depth > DEEPEST:
            raise Unreadable(f"the text nests more than {DEEPEST} deep; write a file instead")
        if isinstance(node, ast.Constant):
            return self.number(node)
        if isinstance(node, ast.Name):
            return self.name(node.id)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.UAdd | ast.USub):
            inside = self.formula(node.operand, depth + 1)
            return inside if isinstance(node.op, ast.UAdd) else -inside
        if isinstance(node, ast.BinOp) and type(node.op) in OPERATIONS:
            sides = (self.formula(side, depth + 1) for side in (node.left, node.right))
            return checked(OPERATIONS[type(node.op)](*sides), ast.unparse(node))
        if isinstance(node, ast.Call):
            return self.call(node, depth)
        if isinstance(node, ast.Subscript):
            reject_mean(node.value)
        raise Unreadable(
            f"{shown(node)}: a formula has numbers, symbols, + - * / **, and the functions {', '.join(sorted(FUNCTIONS))}"
        )

    def number(self, node: ast.Constant) -> Expr:
        written = ast.get_source_segment(self.text, node) or ""
        match = NUMBER.fullmatch(written.replace("_", ""))
        if isinstance(node.value, bool) or not isinstance(node.value, int | float) or match is None:
            raise Unreadable(f"{shown(node)} is no real number; write one such as 3, 0.1 or 1e-3")
        whole, behind, exponent = match[1] or "", match[2] or "", int(match[3] or 0)
        if len(whole + behind) > DIGITS or abs(exponent) > POWERS:
            raise Unreadable(
                f"{shown(node)}: a number may have {DIGITS} digits and an exponent up to {POWERS}"
            )
        return Integer(int(whole + behind or "0")) * Rational(10) ** (exponent - len(behind))

    def name(self, name: str) -> Expr:
        if name in self.known:
            return self.known[name]
        if name in CONSTANTS:
            return CONSTANTS[name]
        if name in FUNCTIONS:
            raise Unreadable(f"{name} is a function: write {name}(x)")
        if not NAME.fullmatch(name):
            strange = ", ".join(
                f"{letter!r} is {unicodedata.name(letter, 'unnamed')}"
                for letter in name
                if not letter.isascii()
            )
            raise Unreadable(f"{name!r}: {strange or 'no name'}; write names in plain letters, as in rho")
        raise Unreadable(
            f"{name} has no range; add --over {name}=-1:1, or for whole numbers --over {name}=1..10"
        )

    def call(self, node: ast.Call, depth: int) -> Expr:
        name = node.func.id if isinstance(node.func, ast.Name) else None
        if name not in FUNCTIONS:
            reject_mean(node.func)
            called = shown(node.func)
            raise Unreadable(f"{called} is no function here; there are {', '.join(sorted(FUNCTIONS))}")
        if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
            raise Unreadable(f"{name} takes formulas alone, as in {name}(x)")
        arguments = [self.formula(argument, depth + 1) for argument in node.args]
        if name in COUNTING and any(each.is_number and abs(each) > COUNTED for each in arguments):
            raise Unreadable(
                f"{shown(node)}: {name} of more than {COUNTED} is too large a number to write down"
            )
        try:
            return checked(FUNCTIONS[name](*arguments), ast.unparse(node))
        except (TypeError, ValueError) as error:
            raise Unreadable(f"{shown(node)}: {error}") from None


def reject_mean(called: ast.expr) -> None:
    """What is random has a law, and an experiment that draws from it: a text has no room for them."""
    if isinstance(called, ast.Name) and called.id in MEANS:
        raise Unreadable(
            f"{called.id}(...): a text has no laws to take a mean over. Write a file, in which symbols have laws: "
            "./wideproof new my-mean"
        )


def shown(node: ast.AST) -> str:
    """A part of the text, shortened."""
    spelled = ast.unparse(node)
    return repr(spelled if len(spelled) <= 60 else f"{spelled[:57]}...")


def checked(value: Expr, written: str) -> Expr:
    """A value that is no infinity and no complex number."""
    if value.has(S.NaN, S.ComplexInfinity, oo, -oo):
        raise Unreadable(f"{written!r} has no value")
    if value.is_number and value.is_extended_real is False:
        raise Unreadable(f"{written!r} is no real number; formulas are real here")
    return value


def over(a: Expr, b: Expr) -> Expr:
    if b == 0:
        raise Unreadable(f"'{a}/0' has no value")
    return a / b


def power(a: Expr, b: Expr) -> Expr:
    """A power, unless it is a number that nobody could write down."""
    if a.is_Rational and b.is_Rational:
        size = abs(b) * max(abs(a.p).bit_length(), abs(a.q).bit_length())  # pyright: ignore[reportAttributeAccessIssue]
        if size > BITS:
            raise Unreadable(
                f"'{brief(a)}**{brief(b)}' is a number of more than {BITS} bits; write a smaller power"
            )
    elif b.is_number and not abs(b) <= BITS:
        raise Unreadable(f"'{brief(a)}**{brief(b)}': an exponent may be {BITS} at most")
    return a**b


def brief(value: Expr) -> str:
    spelled = str(value) if not value.is_Integer or abs(value) < 10**30 else "..."
    return spelled if len(spelled) < 40 else f"{spelled[:37]}..."


def ranged(spelled: str) -> tuple[Symbol, Set]:
    """The symbol and the domain of a range such as ``x=-1:1``, ``x=(0:inf`` or ``n=1..10``."""
    name, equals, ends = (part.strip() for part in spelled.partition("="))
    if not equals or not NAME.fullmatch(name) or iskeyword(name):
        raise Unreadable(
            f"--over {spelled}: write NAME=LOW:HIGH, as in rho=-1:1, or n=1..10 for whole numbers"
        )
    if name in FUNCTIONS or name in CONSTANTS:
        raise Unreadable(f"--over {spelled}: {name} has a meaning already; take another name")
    if ".." in ends:
        return Symbol(name, integer=True), counted(spelled, *ends.split("..", 1))
    low, colon, high = ends.strip("()[]").partition(":")
    if not colon:
        raise Unreadable(f"--over {spelled}: write {name}=LOW:HIGH, as in {name}=-1:1")
    first, last = end(spelled, low), end(spelled, high)
    if not first < last:
        raise Unreadable(f"--over {spelled}: no number lies from {low} to {high}; put the smaller end first")
    return Symbol(name, real=True), Interval(first, last, ends[:1] == "(", ends[-1:] == ")")


def counted(spelled: str, low: str, high: str) -> Set:
    first, last = end(spelled, low), end(spelled, high or "inf")
    if not first.is_Integer or not (last.is_Integer or last is oo):
        raise Unreadable(f"--over {spelled}: whole numbers run from one to another, as in n=1..10, or n=1..")
    if first > last:
        raise Unreadable(
            f"--over {spelled}: nothing to count from {low} to {high}; put the smaller end first"
        )
    return Range(first, last + 1)


def end(spelled: str, written: str) -> Expr:
    """An end of a range, a number or an infinity."""
    infinite = ENDS.get(written.strip())
    if infinite is not None:
        return infinite
    try:
        return Reader(written, {}).formula(tree(written))
    except Unreadable as error:
        raise Unreadable(f"--over {spelled}: {written.strip()!r} is no number: {error}") from None
