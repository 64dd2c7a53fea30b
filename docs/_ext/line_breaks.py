r"""Long formulas broken where a person breaks them: before a relation, else before a sign.

MathJax does not break lines, and a line of a derivation may be wider than a page. A formula in LaTeX
is measured in em, roughly, as it will look displayed: a fraction is as wide as its wider half, the
limits of a sum stand under its sign. One that does not fit becomes rows of an ``aligned``, and a
bracket wider than the page is opened, ``\left(`` becoming ``\Bigl(``, since MathJax cannot carry
``\left`` from one row to the next. Nothing but markup is added: the rows put together are the formula.
"""

import re
from collections import deque
from collections.abc import Sequence
from itertools import accumulate

ROOM = 38.0  # em: what the text column of a wide screen holds beside a margin
TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\s+|.", re.DOTALL)
RELATIONS = {"=", "<", ">", r"\le", r"\ge", r"\to", r"\sim", r"\asymp", r"\lesssim"}
SIGNS = {"+", "-"}
DEEPER = {"{": 1, r"\{": 1, r"\left": 1, r"\begin": 1, "}": -1, r"\}": -1, r"\right": -1, r"\end": -1}
BRACKETS = {r"\left", r"\right", r"\Bigl", r"\Bigr"}  # what they make taller becomes wider, too
TALL = {r"\sum", r"\prod", r"\lim"}  # their limits stand above and below
SCRIPT, SPACES = 0.72, {r"\,": 0.17, r"\ ": 0.25, r"\quad": 1.0, r"\qquad": 2.0, r"\!": -0.17}
LETTERS = re.compile(r"\\(cos|sin|tan|log|exp|arccos|arcsin|arctan|cosh|sinh|tanh|lim|max|min)$")
SILENT = {r"\mathbb", r"\mathbf", r"\mathrm", r"\operatorname", r"\limits", r"\displaystyle"}


def broken(latex: str, room: float = ROOM) -> str:
    """The formula itself if it fits into ``room`` em, else the same in rows."""
    if width(latex) <= room:
        return latex
    rows = filled(pieces(latex, room), room)
    if len(rows) == 1:
        return latex
    return r"\begin{aligned} " + r" \\ ".join(f"& {row}" for row in indented(rows)) + r" \end{aligned}"


def indented(rows: Sequence[str]) -> list[str]:
    """Rows after the first stand to its right: a relation by one quad, a sign by two."""
    first, *rest = rows
    return [first.strip(), *(indent(row) + r" {} " + row.strip() for row in rest)]


def indent(row: str) -> str:
    return r"\quad" if starts(row, RELATIONS) else r"\qquad"


def starts(row: str, tokens: set[str]) -> bool:
    return (TOKEN.match(row.strip()) or [""])[0] in tokens


def filled(parts: Sequence[str], room: float) -> list[str]:
    """Pieces put together into rows as long as they fit; a relation begins a row of its own."""
    rows = [parts[0]]
    for part in parts[1:]:
        if starts(part, RELATIONS) or width(rows[-1] + part) > room:
            rows.append(part)
        else:
            rows[-1] += part
    return rows


def pieces(latex: str, room: float) -> list[str]:
    """The formula cut before each relation and sign that no bracket holds; wide brackets are opened."""
    tokens = TOKEN.findall(latex)
    opened = wide_brackets(tokens, room)
    found, depth, before = [""], 0, ""
    for place, token in enumerate(tokens):
        if place in opened:
            token = {r"\left": r"\Bigl", r"\right": r"\Bigr"}[token]
        depth += DEEPER.get(token, 0)
        if depth == 0 and token in RELATIONS | SIGNS and follows_something(before):
            found.append("")
        found[-1] += token
        before = token if not token.isspace() else before
    return found


def follows_something(before: str) -> bool:
    """Whether a sign after this token joins two terms: it does not at the beginning or in a bracket's."""
    return before not in {"", "(", "[", *RELATIONS, *SIGNS}


def wide_brackets(tokens: Sequence[str], room: float) -> set[int]:
    """Where brackets begin and end that do not fit, those that stand inside one of them included."""
    opened: set[int] = set()
    depth = 0
    for place, token in enumerate(tokens):
        if token == r"\left" and depth == 0:
            end = closing(tokens, place)
            if width("".join(tokens[place : end + 1])) > room:
                opened |= {place, end}
        depth += 0 if place in opened else DEEPER.get(token, 0)
    return opened


def closing(tokens: Sequence[str], begin: int) -> int:
    """The place of the ``\\right`` that belongs to a ``\\left``."""
    depths = accumulate(DEEPER.get(token, 0) for token in tokens[begin:])
    return begin + next(k for k, depth in enumerate(depths) if depth == 0)


# Widths, in em


def width(latex: str) -> float:
    """How wide a displayed formula is, within some 15 percent."""
    return across(deque(TOKEN.findall(latex)))


def across(tokens: deque[str]) -> float:
    """The width of what stands up to the end of the group that is open."""
    total = 0.0
    while tokens and (token := tokens.popleft()) != "}":
        total += across(tokens) if token == "{" else own(token, tokens)
    return total


def argument(tokens: deque[str]) -> float:
    token = tokens.popleft() if tokens else ""
    if token.isspace():
        return argument(tokens)
    return across(tokens) if token == "{" else own(token, tokens)


def own(token: str, tokens: deque[str]) -> float:
    """The width of a token with the arguments that it takes."""
    if token == r"\frac":
        return max(argument(tokens), argument(tokens)) + 0.25
    if token == r"\sqrt":
        return argument(tokens) + 0.85
    if token == r"\substack":
        return argument(tokens) / 2
    if token in TALL:
        return max(1.5, *limits(tokens)) + 0.17
    if token in {"^", "_"}:
        return SCRIPT * argument(tokens)
    return glyph(token)


def limits(tokens: deque[str]) -> list[float]:
    """The widths of the scripts that follow."""
    found = [0.0]
    while tokens and (tokens[0] in {"^", "_"} or tokens[0].isspace()):
        if tokens.popleft() in {"^", "_"}:
            found.append(SCRIPT * argument(tokens))
    return found


def glyph(token: str) -> float:
    if token.isspace() or token in SILENT:
        return 0.0
    if token in BRACKETS:
        return 0.22
    if token in RELATIONS | SIGNS:
        return 1.35
    if LETTERS.match(token):
        return 0.5 * len(token[1:]) + 0.2
    return SPACES.get(token, 1.0 if token == r"\int" else 0.4 if token in set("()[]|,.") else 0.55)
