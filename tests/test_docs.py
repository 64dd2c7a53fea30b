"""The pages against the catalogue, and what they are made of, without the builder of pages.

That an unknown name breaks the build, and what the finished site holds, is tested beside the pages,
in ``docs/test_site.py``, where the builder is installed.
"""

import re
import sys
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Integral, Interval, Range, oo, symbols

from theory import Claim, Step, catalogue, equal
from theory.calculus import integrate
from theory.induction import induct
from theory.printing import latex

DOCS = Path(__file__).resolve().parents[1] / "docs"
sys.path.insert(0, str(DOCS / "_ext"))

import line_breaks  # noqa: E402
import proof_lines  # noqa: E402

PAGES = {file: file.read_text("utf-8") for file in sorted(DOCS.glob("*.md")) + sorted(DOCS.glob("*.rst"))}
SHOWN = re.compile(r"^(?:`{3,}\{(claim|chapter)\}|\.\. (claim|chapter)::) *(\S+)", re.MULTILINE)
NAMED = re.compile(r"(?:\{claim\}|:claim:)`(?:[^`<]*<)?([^`>]+)>?`")
rho, t = symbols("rho t", real=True)
n = symbols("n", integer=True, nonnegative=True)


def shown_by(page: str) -> list[str]:
    """The names that the directives of a page show."""
    found = []
    for kind_md, kind_rst, name in SHOWN.findall(page):
        chapter = (kind_md or kind_rst) == "chapter"
        found += [claim.name for claim in catalogue.of_chapter(name)] if chapter else [name]
    return found


def steps_of(claim: Claim) -> list[Step]:
    """The steps of a derivation, those inside an induction included."""

    def walk(steps):
        for step in steps:
            yield step
            if isinstance(step.reason, induct):
                for chain in (*step.reason.base.values(), step.reason.step):
                    yield from walk(chain)

    return list(walk(claim.because())) if claim.because else []


def formulas() -> list[str]:
    """Every formula that the pages display."""
    claims = catalogue.claims()
    statements = [claim.states.latex(latex) for claim in claims]
    return statements + [f"= {latex(step.value)}" for claim in claims for step in steps_of(claim)]


def planted(*steps: Step) -> Claim:
    area = Integral(t, (t, 0, rho))
    states = equal(area, rho**2 / 2)
    domains = {rho: Interval(0, 1), n: Range(0, oo)}
    return Claim("planted", "A triangle.", given=domains, states=states, because=lambda: steps)


# The pages


def test_every_claim_is_shown_by_one_page():
    shown = [name for page in PAGES.values() for name in shown_by(page)]
    assert sorted(shown) == sorted(claim.name for claim in catalogue.claims())


def test_the_text_of_pages_names_claims_that_exist():
    named = [name for page in PAGES.values() for name in NAMED.findall(page)]
    assert named
    for name in named:
        assert catalogue.find(name).name == name


def test_every_work_that_is_cited_is_in_the_bibliography_and_none_twice():
    keys = re.findall(r"^@\w+\{(\w+),$", (DOCS / "references.bib").read_text("utf-8"), re.MULTILINE)
    cited = {claim.cites for claim in catalogue.claims() if claim.cites}
    cited |= {key for page in PAGES.values() for key in re.findall(r"\{cite:\w\}`(\w+)`", page)}
    assert cited <= set(keys)
    assert len(keys) == len(set(keys))


def test_every_page_ends_with_what_it_does_not_show():
    chapters = [page for page in PAGES.values() if re.search(r"\{chapter\}|chapter::", page)]
    assert len(chapters) == len(catalogue.CHAPTERS)
    for page in chapters:
        assert "does not show" in re.findall(r"^## (.*)$", page, re.MULTILINE)[-1]


# Long formulas


@pytest.mark.parametrize("room", [12.0, 25.0, line_breaks.ROOM])
def test_the_rows_of_a_broken_formula_put_together_are_the_formula(room):
    for formula in formulas():
        assert plain_tokens(line_breaks.broken(formula, room)) == plain_tokens(formula)


def test_no_row_ends_inside_a_bracket():
    for formula in formulas():
        for row in rows(line_breaks.broken(formula, 12.0)):
            depths = list(accumulate(line_breaks.DEEPER.get(token, 0) for token in tokens(row)))
            assert min(depths) >= 0
            assert depths[-1] == 0


def test_rows_fit_unless_nothing_in_them_can_be_broken():
    for formula in formulas():
        for row in rows(line_breaks.broken(formula)):
            bare = re.sub(r"^\\q?quad \{\} ", "", row)
            fits = line_breaks.width(bare) <= line_breaks.ROOM
            assert fits or len(line_breaks.pieces(bare, line_breaks.ROOM)) == 1


@given(st.lists(st.sampled_from(["x", r"\frac{a}{b + c}", r"\left(u - v\right)", "y^{2 - n}"]), min_size=1))
def test_a_sum_is_cut_at_its_own_signs_alone(terms):
    pieces = line_breaks.pieces(" + ".join(terms), line_breaks.ROOM)
    assert [piece.removeprefix("+").strip() for piece in pieces] == terms


def test_a_formula_that_fits_is_left_alone():
    assert line_breaks.broken(r"a + b = \frac{c}{d}") == r"a + b = \frac{c}{d}"


def test_a_bracket_that_is_wider_than_the_page_is_opened():
    broken = line_breaks.broken(r"2 \left(a + \left(b + c\right)\right)", 5.0)
    assert rows(broken) == [r"2 \Bigl(a", r"\qquad {} + \left(b + c\right)\Bigr)"]


def tokens(formula: str) -> list[str]:
    return [token for token in line_breaks.TOKEN.findall(formula) if not token.isspace()]


def rows(broken: str) -> list[str]:
    inside = broken.removeprefix(r"\begin{aligned} & ").removesuffix(r" \end{aligned}")
    return inside.split(r" \\ & ")


def plain_tokens(broken: str) -> list[str]:
    """A formula without what only lays it out."""
    row = " ".join(re.sub(r"^\\q?quad \{\} ", "", row) for row in rows(broken))
    return tokens(row.replace(r"\Bigl", r"\left").replace(r"\Bigr", r"\right"))


# Proofs


def test_a_reason_names_claims_and_formulas_as_such():
    kinds = {kind for claim in catalogue.claims() for step in steps_of(claim) for kind, _ in reason(step)}
    assert kinds == {"text", "math", "claim"}
    for claim in catalogue.claims():
        for step in steps_of(claim):
            for kind, text in reason(step):
                assert kind != "claim" or catalogue.find(text).name == text


def reason(step: Step) -> tuple:
    return proof_lines.reason(step.reason)


def test_a_reason_is_cut_at_names_and_expressions_and_nowhere_else():
    expressions = {"rho": rho, "t": t}
    cut = proof_lines.gathered(
        proof_lines.split("by arccos-order-0.correlation at rho = t, not at rhos", expressions)
    )
    assert cut == [
        ("text", "by "),
        ("claim", "arccos-order-0.correlation"),
        ("text", " at "),
        ("math", r"\rho = t"),
        ("text", ", not at rhos"),
    ]


def test_an_induction_shows_its_base_and_its_step():
    found = proof_lines.proof(catalogue.find("dual-hermite-taylor.equal-degrees"))
    (line,) = found.chain.lines
    assert ["".join(text for _, text in part.heading).split(",")[0] for part in line.parts] == [
        "Base",
        "Step",
    ]
    assert found.closes
    assert {inner.status for part in line.parts for inner in part.lines} == {"closed"}


def test_a_derivation_that_closes_is_shown_as_a_proof():
    found = proof_lines.proof(planted(Step(rho**2 / 2, integrate(t))))
    assert found.closes
    assert found.chain.start == latex(Integral(t, (t, 0, rho)))
    assert [line.formula for line in found.chain.lines] == [f"= {latex(rho**2 / 2)}"]


def test_a_broken_link_is_shown_as_broken_with_a_point_where_it_breaks():
    found = proof_lines.proof(planted(Step(rho**2 / 3, integrate(t)), Step(rho**2 / 2, "tidy")))
    assert found.statuses == ["broken", "broken"]
    assert not found.closes
    assert re.search(r"at ρ = \S+", found.chain.lines[0].note)


def test_a_chain_that_ends_elsewhere_is_no_proof_and_says_why():
    found = proof_lines.proof(planted(Step(rho**2, integrate(t))))
    assert found.chain is None
    assert "ends at" in found.trouble


def test_the_lines_of_an_induction_that_fails_are_not_called_closed():
    wrong = induct(n, {0: (Step(rho, "wrong"),)}, (Step(rho, "wrong"),))
    found = proof_lines.proof(planted(Step(rho**2 / 2, wrong)))
    (line,) = found.chain.lines
    assert line.status != "closed"
    assert {inner.status for part in line.parts for inner in part.lines} == {""}
