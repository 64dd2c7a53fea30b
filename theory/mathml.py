"""Formulas as MathML, which a browser sets by itself: no script, no font, no network.

The LaTeX is that of ``theory.printing``, so that a card and a page show one formula; docutils translates it.
"""

import re
from html import escape

STACK = re.compile(r"\\substack\{((?:[^{}]|\{[^{}]*\})*)\}")  # docutils has matrices, and no stacks
BETWEEN = re.compile(r">\s+<")
APPLIED = re.compile(
    r"<mo>&ApplyFunction;</mo>(?=<m(?!o\b|row))"
)  # of a function to an argument without brackets
NAMED = re.compile("(?<=</m[in]>)(?=<mi[^>]*>\\w{2,}</mi><mo[^>]*>\N{FUNCTION APPLICATION})")
SPACED = (
    '<mo lspace="0" rspace="0.1667em">\N{FUNCTION APPLICATION}</mo>'  # the thin space that TeX leaves there
)


def mathml(tex: str, block: bool = False) -> str:
    """A ``<math>`` element, displayed if it is a ``block``; what cannot be set is shown as LaTeX code."""
    from docutils.utils.math.latex2mathml import tex2mathml  # when something is shown, and not before

    try:
        made = tex2mathml(STACK.sub(r"\\begin{matrix}\1\\end{matrix}", tex), as_block=block)
    except Exception:  # whatever a symbol is called, the rest of a card stands
        return f"<code>{escape(tex)}</code>"
    made = APPLIED.sub(SPACED, BETWEEN.sub("><", made)).replace("&ApplyFunction;", "\N{FUNCTION APPLICATION}")
    return NAMED.sub('<mspace width="0.1667em"/>', made)
