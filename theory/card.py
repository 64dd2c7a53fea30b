"""A claim as a card in a notebook: its name, its hypotheses, its formula; and the parts that other cards share.

A card is one piece of HTML with its own style, light or dark as the reader's system is. It has no script and
loads nothing, so that a notebook shows the same in years. Every text is escaped.
"""

import re
from functools import cache
from html import escape
from pathlib import Path

from sympy import Symbol

from theory import writing
from theory.claim import Claim
from theory.mathml import mathml
from theory.plain import plain
from theory.printing import latex

FORMULA = re.compile(r"\\\((.*?)\\\)", re.DOTALL)  # a formula in a sentence: \( ... \)
SCRIPTS = re.compile(r"((?<=\w)_\w+|(?<=[\w)])\^(?:\([^)]*\)|\w+))")
SPECIAL = re.compile(r"[%&#_{}$]")  # what TeX reads as more than a letter


def of(claim: Claim) -> str:
    """The card of a claim, HTML."""
    parts = [stated(claim.title, hypotheses(claim), claim.states.latex(latex))]
    if claim.open:
        parts.append('<p class="note">Open: we know of no proof.</p>')
    if claim.slip is not None:
        parts.append('<p class="note">As its source prints it, it is not so:</p>')
        parts.append(stated("", hypotheses(claim.slip), claim.slip.states.latex(latex)))
    head = f'<header><code class="name">{escape(claim.name)}</code></header>'
    return f'{style()}<article class="wideproof">{head}{"".join(parts)}</article>'


def latex_of(claim: Claim) -> str:
    """Hypotheses and formula for a notebook that is printed, LaTeX."""
    pieces = enumerate(FORMULA.split(hypotheses(claim)))
    said = "".join(f"${piece}$" if place % 2 else SPECIAL.sub(r"\\\g<0>", piece) for place, piece in pieces)
    return f"{said}\n\n$$\\displaystyle {claim.states.latex(latex)}$$".lstrip()


@cache
def style() -> str:
    """The style that all cards share, as an element."""
    return f"<style>{Path(__file__).with_suffix('.css').read_text('utf-8')}</style>"


def stated(title: str, before: str, tex: str) -> str:
    """A sentence in plain words, the hypotheses, and the formula displayed."""
    lines = (("title", prose(title)), ("hypotheses", sentence(before)))
    said = "".join(f'<p class="{name}">{text}</p>' for name, text in lines if text)
    return f'{said}<div class="formula">{mathml(tex, block=True)}</div>'


def hypotheses(claim: Claim) -> str:
    r"""The sentence of domains, laws and joint hypotheses, its formulas in LaTeX between \( and \)."""
    return writing.hypotheses(claim, lambda expr: rf"\({latex(expr)}\)")


def sentence(text: str) -> str:
    """Words and formulas as HTML."""
    pieces = enumerate(FORMULA.split(text))
    return "".join(mathml(piece) if place % 2 else escape(piece) for place, piece in pieces)


def prose(text: str) -> str:
    """Words whose ``kappa_1`` and ``rho^(2n)`` become letters with indices and exponents, HTML."""
    element = {"_": "sub", "^": "sup"}
    return "".join(
        f"<{element[piece[0]]}>{greek(piece[1:].strip('()'))}</{element[piece[0]]}>"
        if place % 2
        else greek(piece)
        for place, piece in enumerate(SCRIPTS.split(text))
    )


def greek(text: str) -> str:
    return escape(writing.GREEK.sub(lambda found: plain(Symbol(found.group())), text))
