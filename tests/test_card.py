"""What a notebook shows of a claim and of a record: everything that the verdict rests on, and no markup of others."""

import math
import re
from dataclasses import replace
from functools import cache
from html import unescape
from xml.etree import ElementTree

import numpy as np
import pytest
from sympy import Interval, Rational, Symbol, symbols

from numerics import card, check, gaussian, observes, picture, plotted
from numerics.glyphs import MARKS
from numerics.record import Record, seal
from tests.published import HOSTILE, ladder, means, record, seen, stands_alone
from theory import Claim, Mean, at_most, catalogue, equal
from theory import card as claim_card
from theory import gaussian as laws
from theory.mathml import mathml

x, rho = symbols("x rho", real=True)
u, v = laws.pair(rho)


# A claim


def test_a_claim_shows_its_name_its_hypotheses_and_its_formula():
    claim = catalogue.find("k1-variance")
    html = claim._repr_html_()
    stands_alone(html)
    assert html.count('<math xmlns="http://www.w3.org/1998/Math/MathML" display="block">') == 1
    said = unescape(re.sub(r"<[^>]*>", "", html.partition("</style>")[2]))
    for part in (
        "k1-variance",
        "all real vectors x and y of dimension d",
        "x is not zero",
        "moments of a law",
    ):
        assert part in said
    printed = claim._repr_latex_()
    assert r"\operatorname{Var}" in printed.partition("$$")[2]
    assert "all real vectors $x$ and $y$ of dimension $d$" in printed


def test_a_slip_and_an_open_question_are_told_on_the_card():
    slipped = next(claim for claim in catalogue.claims() if claim.slip is not None)
    assert "As its source prints it, it is not so:" in slipped._repr_html_()
    html = Claim("mine", "Mine.", {x: Interval(0, 1)}, at_most(x**2, x), open=True)._repr_html_()
    assert "Open: we know of no proof." in html
    assert "As its source prints it" not in html


@cache
def formulas() -> tuple[str, ...]:
    """Every formula of every claim on its card."""
    made = []
    for claim in catalogue.claims():
        html = claim_card.of(claim)
        assert html.count("<code") == 1, claim.name  # its name: no formula is left as LaTeX
        made += re.findall(r"<math.*?</math>", html)
    return tuple(made)


def test_every_formula_of_the_catalogue_is_mathml_that_a_reader_of_xml_accepts():
    made = formulas()
    assert len(made) > 3 * len(catalogue.claims())
    for each in made:
        assert ElementTree.fromstring(each).tag.endswith("math")


def test_a_formula_that_cannot_be_set_is_shown_as_code_and_escaped():
    assert mathml(r"\nosuchthing{<b>}") == r"<code>\nosuchthing{&lt;b&gt;}</code>"


def test_functions_stand_apart_from_their_arguments():
    assert "<mi>cos</mi><mo lspace" in mathml(r"\cos \theta")
    assert "<mi>cos</mi><mo>" in mathml(r"\cos{\left(\theta \right)}")


def test_what_others_wrote_is_text_on_the_card_of_a_claim():
    odd = Symbol(HOSTILE, real=True)
    claim = Claim("mine", HOSTILE, {x: Interval(0, 1)}, at_most(x**2, x), where={HOSTILE: x > 0})
    html = claim._repr_html_()
    stands_alone(html)
    assert html.count("&lt;script&gt;") == 2
    assert "<script" not in mathml(odd.name) + mathml(rf"\text{{{HOSTILE}}}") + mathml(rf"\nothing{HOSTILE}")


# The colours


def colours(sheet: str) -> dict[str, str]:
    return dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{6});", sheet))


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


def contrast(one: str, other: str) -> float:
    """The ratio of the Web Content Accessibility Guidelines."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_every_colour_is_legible_in_light_and_in_dark():
    light, _, dark = claim_card.style().partition("@media (prefers-color-scheme: dark)")
    both = colours(light), colours(dark.partition("article.wideproof")[0])
    assert both[0].keys() == both[1].keys()
    assert {f"--{word}" for word in MARKS} <= both[0].keys()
    for known in both:
        for name in known.keys() - {"--ground", "--raised", "--line"}:
            assert min(contrast(known[name], known[ground]) for ground in ("--ground", "--raised")) > 4.5, (
                name
            )
    assert contrast("#000000", "#ffffff") == pytest.approx(21)  # the probe knows the ends of its scale


# A record


@cache
def checked(factor: float | Rational = 1) -> Record:
    """A small claim of one's own, right or wrong by a factor, as a notebook would check it."""
    claim = Claim(
        "mine.wrong" if factor != 1 else "mine",
        "The mean of a product.",
        {rho: Interval(-1, 1)},
        equal(Mean(u * v), factor * rho + (factor - 1) / 2),
    )

    @observes(claim, resolution=0.05)
    def neurons(key, draws, rho):
        one, other = gaussian.pair(key, draws, rho)
        return one * other

    return check(claim)


def test_a_record_that_check_returns_is_a_card_with_all_that_the_verdict_rests_on():
    found = checked()
    html = found._repr_html_()
    outline = stands_alone(html)
    assert "≈ supported" in html
    assert "the mean of a product" in html.lower()
    assert 'display="block"' in html
    assert "standard Gaussians of correlation" in html
    said = html.replace("\N{NO-BREAK SPACE}", " ")
    for part in (
        f"{found.numbers['points']} points",
        "draws",
        "resolution 0.0",
        found.time[:10],
        seal(found),
    ):
        assert part in said
    assert "svg" in {tag for tag, _ in outline.elements}
    assert html.count("<tr>") == 1 + len(found.intervals)


def test_a_refuted_record_shows_its_counterexample_to_all_digits():
    found = checked(Rational(6, 5))
    html = found._repr_html_()
    stands_alone(html)
    assert found.verdict == "refuted"
    assert '<pre class="counterexample">' in html
    assert repr(found.counterexample["measured"]) in html


def test_a_derivation_is_folded_link_by_link():
    claim = Claim("mine", "Mine.", {x: Interval(0, 1)}, equal((x + 1) ** 2, x**2 + 2 * x + 1))
    html = card.of(replace(check(claim), links=({"reason": HOSTILE, "status": "closed"},)))
    assert "its link closes" in html
    assert "✔ closed" in html
    assert "<svg" not in html  # nothing was drawn


def test_what_others_wrote_is_text_on_the_card_of_a_record():
    text = {"title": HOSTILE, "hypotheses": HOSTILE, "statement": HOSTILE, "notes": (HOSTILE,)}
    found = record(
        verdict="refuted",
        counterexample={"at": {HOSTILE: HOSTILE}, "what": HOSTILE},
        links=({"reason": HOSTILE, "status": "open"},),
        intervals=(seen({HOSTILE: HOSTILE}, 1.0), seen({HOSTILE: "2"}, 1.0)),
        device=HOSTILE,
        **text,
    )
    html = found._repr_html_()
    stands_alone(html)
    assert HOSTILE not in html
    stands_alone(ladder([1.0, 2.0, 3.0])._repr_html_())


@pytest.mark.parametrize("verdict", MARKS)
def test_each_verdict_is_a_sign_and_a_word(verdict):
    html = card.of(record(verdict=verdict))
    assert f'class="wideproof {verdict}"' in html
    assert f">{MARKS[verdict].glyph} {verdict}</span>" in html


# The figure


def test_means_are_drawn_in_standard_errors():
    entries = means(-2.0, 0.5, 3.0).intervals
    _, mean, claimed, low, high, unit = plotted.flattened(np.arange(3.0), entries)
    assert (mean - claimed) / unit == pytest.approx([-2.0, 0.5, 3.0])
    assert (high - mean) / unit == pytest.approx([6.0] * 3)
    assert (mean - low) / unit == pytest.approx([6.0] * 3)


def test_the_entries_of_an_array_are_points_of_the_figure():
    entry = {
        "at": {},
        "z": 2.0,
        "mean": ((1.0, 2.0),),
        "claimed": 1.5,
        "lower": ((0.0, 1.0),),
        "upper": ((2.0, 3.0),),
    }
    _, mean, claimed, _, _, unit = plotted.flattened(np.ones(1), [entry])
    assert mean.tolist() == [1.0, 2.0]
    assert claimed.tolist() == [1.5, 1.5]
    assert unit.tolist() == [1.0, 1.0]
    drawn = plotted.figure(record(intervals=(entry,)))
    assert drawn is not None
    assert "2 standard errors, at the only point" in drawn.caption


@pytest.mark.parametrize(
    ("mean", "half", "z"), [(0.0, 0.0, 0.0), (1.0, 0.0, math.inf), (0.0, 0.1, 0.0), (1.0, 0.1, math.inf)]
)
def test_draws_that_do_not_spread_have_a_figure_too(mean, half, z):
    entries = [seen({"n": place}, mean, 0.0, half, z) for place in "12"]
    assert plotted.figure(record(intervals=entries)) is not None


def test_the_axis_is_the_one_number_that_differs_between_points():
    assert plotted.varying([{"at": {"d": "2", "m": "1/4"}}, {"at": {"d": "2", "m": "0.5"}}]) == "m"
    assert plotted.varying([{"at": {"d": "2", "m": "4"}}, {"at": {"d": "3", "m": "5"}}]) == ""
    assert plotted.varying([{"at": {"x": "[1, 2]"}}, {"at": {"x": "[2, 2]"}}]) == ""
    assert plotted.varying([{"at": {"m": "4"}}]) == ""


def words(found: Record) -> str:
    drawn = plotted.figure(found)
    assert drawn is not None
    return drawn.caption


def test_a_ladder_says_what_its_dashed_line_is():
    falling = [2.0**-k for k in range(6)]
    claimed = {"exponent_claimed": -1.0, "log_claimed": 0.0}
    assert words(ladder(falling, numbers=claimed | {"constant_claimed": 16.0})).endswith(
        "dashed: the claimed power."
    )
    assert words(ladder(falling, numbers=claimed)).endswith(
        "dashed: the claimed power, through the last rung."
    )
    assert words(ladder(falling, "limit", {"limit_claimed": 0.0})).endswith("dashed: the claimed limit.")
    assert words(ladder(falling, "limit")).endswith("of the seeds.")


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_dashed_line_of_a_true_power_goes_through_the_rungs(sign, monkeypatch):
    lines = []
    monkeypatch.setattr(plotted, "svg", lambda figure, *told: lines.append(figure.axes[0]) or "<svg></svg>")
    values = [sign * 3.0 * 2.0 ** -(k + 4) for k in range(6)]
    plotted.figure(
        ladder(values, numbers={"exponent_claimed": -1.0, "constant_claimed": sign * 3.0}, spread=0.0)
    )
    (axes,) = lines
    assert axes.get_yscale() == "log"
    (dashed,) = [line for line in axes.lines if line.get_label() == "claimed"]
    last = dashed.get_xydata()[-1]
    assert last == pytest.approx([2.0**9, abs(values[-1])])


def test_values_of_both_signs_have_no_logarithm_and_are_drawn_all_the_same():
    assert "claimed power" not in words(ladder([-1.0, 0.5, 2.0], numbers={"exponent_claimed": 1.0}))


def test_a_ladder_that_shrinks_has_its_dashed_line_through_its_smallest_rung():
    assert "through the last rung" in words(
        ladder(
            [0.1, 0.2, 0.4],
            by=[1 / 64, 1 / 32, 1 / 16],
            numbers={"exponent_claimed": 1.0, "log_claimed": 0.5},
        )
    )


def test_a_figure_takes_its_colours_from_the_card_and_its_words_are_told():
    for found in (means(0.5, -1.0), ladder([1.0, 0.5, 0.25])):
        drawn = plotted.figure(found)
        assert drawn is not None
        painted = set(re.findall(r"(?:fill|stroke): *([^;\"]+)", drawn.svg))
        assert painted <= set(picture.PAINT.values()) | {"none"}
        assert {"currentColor", "var(--color-brand-primary)"} <= painted
        assert re.search(r"<title>[^<]{10,}</title><desc>[^<]{60,}</desc>", drawn.svg)


def test_the_figure_changes_with_what_was_seen_and_a_proof_has_none():
    one, same, other = (plotted.figure(means(*z)) for z in ((0.5, 1.0), (0.5, 1.0), (0.5, 1.1)))
    assert one == same != other
    assert plotted.figure(record()) is None
