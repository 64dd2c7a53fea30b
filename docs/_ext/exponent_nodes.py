"""The table of exponents of abc-parametrisations, from theory's formulas and the parametrisations of numerics."""

from page_nodes import label, math, table, words
from sphinx.util.docutils import SphinxDirective

from numerics import parametrisation
from theory import parametrisation as theory
from theory.printing import latex


class ExponentsDirective(SphinxDirective):
    """``exponents 2``: one row an observable, one column a parametrisation, of so many hidden layers."""

    required_arguments = 1

    def run(self):
        hidden = int(self.arguments[0])
        tables = [
            theory.table(theory.exponents(*parametrisation.named(name, hidden)))
            for name in parametrisation.TABLE
        ]
        names = max(tables, key=len)
        rows = [[[label(name)], *(cell(found.get(name)) for found in tables)] for name in names]
        return [table("exponents", ("observable", *parametrisation.TABLE), rows)]


def cell(exponent):
    return [words("–")] if exponent is None else [math(latex(exponent))]


def setup(app):
    app.add_directive("exponents", ExponentsDirective)
    return {"version": "1", "parallel_read_safe": True}
