"""The style of drawn figures: one column of panels, in the colours of the page.

Matplotlib draws with stand-ins, and the finished SVG names the style sheet's colours in their place, so that one
file is legible on a light and on a dark page. Text is drawn as paths; a title and a description stand beside
the picture for those who do not see it. Pages draw chapters so, and cards draw records.
"""

import re
from collections.abc import Sequence
from html import escape
from io import StringIO
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# The stand-ins, and what the page paints instead: its text, its two accents, the green of a proof.
TEXT, FIRST, SECOND, THIRD = "#010203", "#010204", "#010205", "#010206"
PAINT = {
    TEXT: "currentColor",
    FIRST: "var(--color-brand-primary)",
    SECOND: "var(--second)",
    THIRD: "var(--proved)",
}
WIDTH = 4.6  # inches: about the column of a telephone, so that text keeps its size there
STYLE: dict[Any, Any] = {
    "svg.fonttype": "path",
    "svg.hashsalt": "wideproof",  # the same picture has the same text
    "font.size": 8.5,
    "axes.edgecolor": TEXT,
    "axes.labelcolor": TEXT,
    "axes.titlesize": 9,
    "axes.titlecolor": TEXT,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.7,
    "xtick.color": TEXT,
    "ytick.color": TEXT,
    "text.color": TEXT,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "lines.linewidth": 1.3,
    "lines.markersize": 3.2,
}


def panels(heights: Sequence[float], **shared) -> tuple[Figure, list[Axes]]:
    """A column of panels of the given heights, in inches."""
    figure = Figure(figsize=(WIDTH, sum(heights)), layout="constrained")
    grid = figure.subplots(len(heights), 1, squeeze=False, height_ratios=list(heights), **shared)
    return figure, [row[0] for row in grid]


def bars(axes: Axes, x, values, low, high, colour: str, label: str = "") -> None:
    """Points with their intervals; all arrays have one shape."""
    lengths = np.abs(np.stack([values - low, high - values]))
    axes.errorbar(x, values, lengths, fmt="o", color=colour, elinewidth=1.1, capsize=2, label=label)


def styled():
    """The style, while a figure is made and written."""
    return mpl.rc_context(STYLE)


def svg(figure: Figure, title: str, description: str) -> str:
    """The picture as an element of the page."""
    buffer = StringIO()
    figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    drawn = buffer.getvalue()
    inside = drawn[drawn.index("<defs>") : drawn.rindex("</svg>")]
    for stand_in, paint in PAINT.items():
        inside = inside.replace(stand_in, paint)
    box = re.search(r'viewBox="([^"]+)"', drawn)
    assert box is not None
    head = '<svg class="figure drawn" role="img" xmlns="http://www.w3.org/2000/svg"'
    links = ' xmlns:xlink="http://www.w3.org/1999/xlink"'
    words = f"<title>{escape(title)}</title><desc>{escape(description)}</desc>"
    return f'{head}{links} viewBox="{box[1]}">{words}{inside}</svg>'
