"""Each named hypothesis is removed in turn, and what becomes of the statement tells whether it mattered."""

import re
from pathlib import Path

import pytest
from sympy import Interval, symbols

from numerics import conjecture
from numerics.answers import hypotheses
from numerics.plan import Settings
from theory import Claim, at_most

FILE = str(Path(__file__).with_name("conjectures") / "conditional.py")
x, y = symbols("x y", real=True)
SQUARE = {x: Interval(-2, 2), y: Interval(-2, 2)}


def test_theory_tells_the_hypothesis_that_matters_from_the_one_that_does_not():
    needed, idle = {"in order": x <= y}, {"not both large": x + y <= 3}
    claim = Claim("cubes", "t", SQUARE, at_most(x**3, y**3 + y - x), where=needed | idle)
    first, second = hypotheses.told(claim, Settings(), None)
    assert first.startswith("without 'in order' false: broken at x=")
    assert first.endswith("This hypothesis matters")
    assert second.startswith("without 'not both large' nothing breaks: the formula holds at")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("clipped", r"without 'below the clip' false: at x=\S+: 3.8 = \S+ is false"),
        ("smooth", r"nothing breaks: its experiment agrees at \d points outside of the hypothesis"),
    ],
)
def test_an_experiment_is_run_where_the_hypothesis_fails(name, says):
    claims = {claim.name: claim for claim in conjecture.conjectures(FILE)}
    (line,) = hypotheses.told(claims[name], Settings(budget=120.0), FILE)
    assert re.search(says, line), line


def test_a_claim_without_hypotheses_says_so():
    claim = Claim("plain", "t", SQUARE, at_most(x * y, (x**2 + y**2) / 2))
    assert hypotheses.told(claim, Settings(), None) == ["no named hypothesis to remove"]
