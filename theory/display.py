"""Displayed formulas for a terminal: fractions, integrals and sums in two dimensions, the rest on a line.

The layout is that of a displayed equation in a book. Only what stands at the outer levels is set in
two dimensions; what is inside a function, an exponent or a root stays on its line, where ``plain``
writes it. A formula that is wider than the terminal falls back to lines broken at its signs.
"""

import re
from textwrap import wrap

from sympy import Add, Basic, Derivative, Integral, Product, S, Sum
from sympy.printing.pretty.stringpict import prettyForm, stringPict

from theory.activation import Applied
from theory.law import Node
from theory.notation import OPERATORS, Positive, in_order, is_negative, is_product, quotient, readable, terms
from theory.plain import Plain, plain

WIDTH = 72
TIE = "\N{NO-BREAK SPACE}"
BRACES = re.compile(r"\{[^{}]*\}")
SHORT = 6  # a fraction of so few characters, alone on its line, needs no bar


def pretty(expr: Basic, width: int = WIDTH) -> str:
    """The expression as a displayed formula of at most ``width`` columns."""
    return "\n".join(picture(chunk) for chunk in chunks(readable(expr), width))


def beside(sign: str, expr: Basic, width: int = WIDTH) -> str:
    """The expression with a relation sign before it, on its axis: a line of a derivation."""
    first, *rest = chunks(readable(expr), width - len(sign) - 2)
    indent = " " * (len(sign) + 2)
    shifted = [prettyForm(*chunk.left(indent)) for chunk in rest]
    return "\n".join(map(picture, [joined([prettyForm(sign), first], "  "), *shifted]))


def chunks(expr: Basic, width: int) -> list[prettyForm]:
    """The expression in one block if it fits; a sum term by term if not; else lines broken at spaces."""
    line = plain(expr)
    block = prettyForm(line) if len(line) <= SHORT else block_of(expr)
    if block.width() <= width:
        return [block]
    if not isinstance(expr, Add):
        return [flush_left(broken(line, width))]
    first, *rest = terms(expr, in_order(expr, Plain()._as_ordered_terms))
    parts = chunks(first, width)
    for term in rest:
        minus = is_negative(term)
        head, *tail = chunks(-term if minus else term, width - 2)
        parts += [prettyForm(*head.left("− " if minus else "+ "))]
        parts += [prettyForm(*part.left("  ")) for part in tail]
    return parts


def equation(left: Basic, sign: str, right: Basic, tail: str = "", width: int = WIDTH) -> str:
    """Two sides and the sign between them; on two lines where one is too short."""
    blocks = [block_of(readable(left)), prettyForm(sign), block_of(readable(right))]
    row = joined([*blocks, prettyForm(tail)] if tail else blocks, "  ")
    if row.width() <= width:
        return picture(row)
    under = f"\n\n{tail.strip()}" if tail else ""
    return f"{pretty(left, width)}\n\n{beside(f'  {sign}', right, width)}{under}"


def picture(block: stringPict) -> str:
    return "\n".join(line.rstrip() for line in block.picture)


def broken(line: str, width: int) -> str:
    """A long line, continued with an indent; what stands in braces stays together."""
    tied = BRACES.sub(lambda match: match.group().replace(" ", TIE), line)
    lines = wrap(tied, width, subsequent_indent="    ", break_on_hyphens=False)
    return "\n".join(lines).replace(TIE, " ")


def flush_left(text: str) -> prettyForm:
    """Lines as a block that SymPy's layout does not centre."""
    lines = text.split("\n")
    return prettyForm("\n".join(line.ljust(max(map(len, lines))) for line in lines), baseline=0)


def block_of(expr: Basic) -> prettyForm:
    if isinstance(expr, Add):
        return total(expr)
    if is_product(expr) and expr.is_commutative:
        return product(expr)
    if expr.is_Rational and not expr.is_Integer:
        return product(expr)
    if isinstance(expr, Integral):
        return integral(expr)
    if isinstance(expr, Sum | Product):
        return series(expr)
    if isinstance(expr, Derivative):
        return derivative(expr)
    if isinstance(expr, Node):
        bodies = joined([block_of(body) for body in expr.bodies], ", ")
        return prettyForm(*prettyForm(*bodies.parens("[", "]")).left(Plain().operator(expr)))
    if isinstance(expr, Applied | Positive):
        return applied(expr)
    return prettyForm(plain(expr))


def applied(expr) -> prettyForm:
    """A function of a tall argument, in tall parentheses."""
    inner = block_of(expr.args[-1])
    if inner.height() == 1:
        return prettyForm(plain(expr))
    if isinstance(expr, Positive):
        return prettyForm(*parenthesised(inner).right("₊"))
    return prettyForm(*parenthesised(inner).left(Plain().head(expr)))


def joined(blocks: list[prettyForm], space: str) -> prettyForm:
    row = blocks[0]
    for block in blocks[1:]:
        row = prettyForm(*row.right(space, block))
    return row


def parenthesised(block: prettyForm) -> prettyForm:
    return prettyForm(*block.parens())


def total(expr: Add) -> prettyForm:
    """Terms with their signs between them, in the order of the line."""
    first, *rest = terms(expr, in_order(expr, Plain()._as_ordered_terms))
    row = block_of(first)
    for term in rest:
        minus = is_negative(term)
        row = prettyForm(*row.right(" − " if minus else " + ", block_of(-term if minus else term)))
    return row


def product(expr) -> prettyForm:
    minus, over, under = quotient(expr)
    open_factors = [factor for factor in over if isinstance(factor, OPERATORS)] if under else []
    over = tuple(factor for factor in over if factor not in open_factors)
    head = fraction(over, under) if under else side_by_side(over)
    row = joined([head, *(operand(factor) for factor in open_factors)], " ")
    return prettyForm(*row.left("−")) if minus else row


def fraction(over, under) -> prettyForm:
    above, below = side_by_side(over), side_by_side(under)
    bar = "─" * max(above.width(), below.width())
    stack, _ = stringPict.stack(above, bar, below)  # pyright: ignore[reportGeneralTypeIssues]
    return prettyForm(stack, baseline=above.height())


def side_by_side(factors) -> prettyForm:
    """Factors in a row: runs that fit on a line are written as a line writes them."""
    if len(factors) == 1:
        return block_of(factors[0])
    if all(block_of(factor).height() == 1 for factor in factors):
        return prettyForm(Plain().juxtaposed(factors))
    flat = [factor for factor in factors if block_of(factor).height() == 1]
    tall = [operand(factor) for factor in factors if factor not in flat]
    return joined([prettyForm(Plain().juxtaposed(flat)), *tall] if flat else tall, " ")


def operand(factor) -> prettyForm:
    block = block_of(factor)
    return parenthesised(block) if isinstance(factor, Add) else block


def signed(sign: str, low: str, high: str, height: int) -> prettyForm:
    """A large sign with its ends below and above; stretched if what follows is tall."""
    tall = ["⌠", *"⎮" * (height - 2), "⌡"] if sign == "∫" and height > 1 else [sign]
    stack, _ = stringPict.stack(high or " ", *tall, low or " ")  # pyright: ignore[reportGeneralTypeIssues]
    return prettyForm(stack)


def centred(sign: prettyForm, body: prettyForm) -> prettyForm:
    """The sign with its axis on that of the body."""
    sign.baseline = 1 + body.baseline if sign.height() > 3 else 1
    return sign


def integral(expr: Integral) -> prettyForm:
    body = operand(expr.function)
    signs = []
    for limit in reversed(expr.limits):
        low, high = (plain(end) for end in limit[1:]) if len(limit) == 3 else ("", "")
        signs.append(centred(signed("∫", low, high, body.height()), body))
    ends = " ".join(f"d{plain(limit[0])}" for limit in expr.limits)
    blocks = [*signs, prettyForm(ends)] if expr.function is S.One else [*signs, body, prettyForm(ends)]
    return joined(blocks, " ")


def series(expr) -> prettyForm:
    sign = "Σ" if isinstance(expr, Sum) else "Π"
    signs = [
        centred(signed(sign, f"{plain(index)}={plain(low)}", plain(high), 1), prettyForm(" "))
        for index, low, high in reversed(expr.limits)
    ]
    return joined([*signs, operand(expr.function)], " ")


def derivative(expr: Derivative) -> prettyForm:
    above, _, below = Plain().differential(expr).partition("/")
    bar = "─" * max(len(above), len(below))
    stack, _ = stringPict.stack(above, bar, below)  # pyright: ignore[reportGeneralTypeIssues]
    body = block_of(expr.expr)
    body = parenthesised(body) if isinstance(expr.expr, Add) or body.height() > 1 else body
    return joined([prettyForm(stack, baseline=1), body], " ")
