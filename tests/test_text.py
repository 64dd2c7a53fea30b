"""A conjecture as text: read and never run, refused with what to write instead, and ended at its limits."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sympy import Interval, Max, Range, Rational, Symbol, asin, cbrt, exp, factorial, log, oo, pi, sqrt

from numerics import confined, text
from numerics.text import Unreadable, conjecture

ROOT = Path(__file__).resolve().parents[1]
x, y, rho = (Symbol(name, real=True) for name in ("x", "y", "rho"))
n = Symbol("n", integer=True)

READ = {
    "sqrt(1 - rho**2)/(2*pi) + rho/4 <= 1/2": sqrt(1 - rho**2) / (2 * pi) + rho / 4 - Rational(1, 2),
    "0.1 + 1e-3*x >= 2.50": Rational(1, 10) + x / 1000 - Rational(5, 2),
    "max(x, y, 0) < ln(3) + abs(x)": Max(x, y, 0) - log(3) - abs(x),
    "arcsin(rho) > -x**-2": asin(rho) + x**-2,
    "π·x ≤ exp(+x) − 1": pi * x - exp(x) + 1,
    "cbrt(x)*E == EulerGamma": cbrt(x) * exp(1) - text.EulerGamma,
    "factorial(n) >= 2_000": factorial(n) - 2000,
}


@pytest.mark.parametrize("written", READ)
def test_a_text_is_the_relation_that_it_says(written):
    known = {symbol.name: symbol for symbol in (x, y, rho, n)}
    found = text.parsed(written, known)
    assert found.left - found.right == READ[written]


def test_every_function_is_real_arithmetic_of_sympy():
    for name, function in text.FUNCTIONS.items():
        arguments = "x, 2" if name in ("binomial", "max", "min") else "x"
        found = text.parsed(f"{name}({arguments}) <= y", {"x": x, "y": y})
        assert found.left == (function(x, 2) if "," in arguments else function(x))


RANGES = {
    "x=-1:1": (x, Interval(-1, 1)),
    "x=(0:1]": (x, Interval.Lopen(0, 1)),
    "x=[0:2*pi)": (x, Interval.Ropen(0, 2 * pi)),
    "x = -inf : 1/3": (x, Interval(-oo, Rational(1, 3))),
    "x=0:oo": (x, Interval(0, oo)),
    "n=1..10": (n, Range(1, 11)),
    "n=-2..": (n, Range(-2, oo)),
}


@pytest.mark.parametrize("written", RANGES)
def test_a_range_is_a_domain(written):
    assert text.ranged(written) == RANGES[written]


def test_the_claim_is_named_by_its_text_and_its_ranges_and_has_the_domains():
    claim = conjecture(" x**2 <= x ", ["x=0:1"])
    assert claim.title == "x**2 <= x."
    assert dict(claim.given) == {x: Interval(0, 1)}
    assert claim.name == conjecture("x**2 <= x", ["x=0:1"]).name
    others = [("x**2 <= x", "x=0:2"), ("x**3 <= x", "x=0:1")]
    assert claim.name not in {conjecture(asked, [over]).name for asked, over in others}


REFUSED = {
    "x**2": "states nothing: put <=, <, >=, > or == between",
    "x = 1": "is no formula: .*; write == for equality",
    "x <": "is no formula",
    "0 < x < 1": "one relation at a time",
    "x != 1": "compare by <=, <, >=, > or == alone",
    "x in x": "compare by <=",
    "x < 1 and x > 0": "states nothing",
    "x^2 < 1": r"write powers as x\*\*2",
    "z < 1": r"z has no range; add --over z=-1:1",
    "sin < 1": r"sin is a function: write sin\(x\)",
    "E(x) == 0": r"E\(...\): a text has no laws .* ./wideproof new my-mean",
    "1 == E[x]": r"E\(...\): a text has no laws",
    "Var(x) == 1": r"Var\(...\): a text has no laws",
    "f(x) < 1": "'f' is no function here; there are abs, acos",
    "sin(x, x) < 1": "sin takes exactly 1 argument",
    "sin(x, evaluate=False) < 1": "sin takes formulas alone",
    "max(*x) < 1": "max takes formulas alone",
    "x < 1j": "'1j' is no real number",
    "x < True": "'True' is no real number",
    "x < '1'": "is no real number",
    "x/0 < 1": "'x/0' has no value",
    "sqrt(-1) < x": "no real number; formulas are real here",
    "log(0) < x": "has no value",
    "x == x": "both sides are the same",
    "х < 1": "CYRILLIC SMALL LETTER HA; write names in plain letters",
    "x.real < 1": "a formula has numbers, symbols",
    "x[0] < 1": "a formula has numbers, symbols",
    "[x] < 1": "a formula has numbers, symbols",
    "(x if x else x) < 1": "a formula has numbers, symbols",
    "(lambda: x)() < 1": "is no function here",
    "(y := x) < 1": "a formula has numbers, symbols",
    "~x < 1": "a formula has numbers, symbols",
    "x // 2 < 1": "a formula has numbers, symbols",
    "x @ x < 1": "a formula has numbers, symbols",
    f"{'9' * 61} < x": "a number may have 60 digits",
    "1e301 < x": "an exponent up to 300",
    "9**9**9**9 < x": "is a number of more than 20000 bits",
    "(2**10000)**3 < x": "is a number of more than 20000 bits",
    "x**10**100 < 1": "an exponent may be 20000 at most",
    "2**(10**9 + pi) < x": "an exponent may be 20000 at most",
    "factorial(10**9) < x": "more than 1000 is too large",
    "gamma(9**99) < x": "more than 1000 is too large",
    "binomial(10**8, 10**7) < x": "more than 1000 is too large",
    "-" * 100 + "x < 1": "nests more than 60 deep",
    "(" * 300 + "x" + ")" * 300 + " < 1": "is no formula",
    "x" * 2001: "the text has 2001 characters; 2000 is the most",
    "x\0 < 1": "is no formula",
}
HOSTILE = {
    "__import__('os').system('touch hacked') < 1": "is no function here",
    "().__class__.__bases__[0].__subclasses__() < x": "is no function here",
    "x.__class__ < 1": "a formula has numbers",
    "eval('1') < x": "'eval' is no function here",
    "exec < x": "exec has no range",
    "S.__init__ < x": "a formula has numbers",
    "sympify('x') < 1": "'sympify' is no function here",
    "lambdify(x, x) < 1": "'lambdify' is no function here",
    "f'{open(1)}' < x": "a formula has numbers",
    "[y for y in x] < x": "a formula has numbers",
    "sqrt(__import__) < x": "'__import__': no name; write names in plain letters",
    "ｅval(x) < 1": "'eval' is no function here",
}


@pytest.mark.parametrize("written", [*REFUSED, *HOSTILE], ids=lambda written: written[:30])
def test_what_is_not_on_the_list_is_refused_with_what_to_write(written, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Unreadable, match={**REFUSED, **HOSTILE}[written]):
        conjecture(written, ["x=0:1"])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("ranges", "says"),
    [
        (["x"], "--over x: write NAME=LOW:HIGH"),
        (["x=1"], "--over x=1: write x=LOW:HIGH"),
        (["x=1:0"], "no number lies from 1 to 0; put the smaller end first"),
        (["x=1:1"], "no number lies from 1 to 1"),
        (["x=0:y"], "'y' is no number: y has no range"),
        (["x=0:"], "'' is no number"),
        (["x=0:1", "x=0:2"], "x has a range already"),
        (["x=0:1", "y=0:1"], "y does not occur in the text; leave its range out"),
        (["pi=0:1"], "pi has a meaning already"),
        (["sin=0:1"], "sin has a meaning already"),
        (["lambda=0:1"], "write NAME=LOW:HIGH"),
        (["__x=0:1"], "write NAME=LOW:HIGH"),
        (["x=0.5..3"], "whole numbers run from one to another"),
        (["x=3..1"], "nothing to count from 3 to 1"),
    ],
)
def test_a_range_that_is_none_is_refused(ranges, says):
    with pytest.raises(Unreadable, match=says.replace("(", r"\(")):
        conjecture("x**2 <= 1", ranges)


pieces = st.sampled_from(
    [
        *"x0123456789+-*/()., <>=[]{}:;'\"\\_@!%&|~^",
        *text.FUNCTIONS,
        "**",
        "pi",
        "lambda ",
        "__class__",
        "1e9",
        " if ",
    ]
)


@given(st.lists(pieces, max_size=30).map("".join) | st.text(max_size=60))
@example("x**-x**x**x**x<1")
@example("binomial(1000,500)**1000<x")
@example("exp(exp(exp(exp(9))))<x")
@settings(max_examples=400)
def test_any_text_is_a_relation_or_refused(written):
    try:
        found = conjecture(written, ["x=0:1"])
    except Unreadable:
        return
    assert found.states.kind == "relation"


# On the command line


def checked(*arguments: str, **environment: str):
    return subprocess.run(
        [sys.executable, "-m", "numerics", "check", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80", **environment},
    )


@pytest.mark.parametrize(
    ("written", "over", "status", "says"),
    [
        ("x**2 <= x", "x=0:1", 0, "certified"),
        ("x**2 <= x", "x=0:1.1", 1, "refuted"),
        ("sqrt(x) <= 2", "x=-1:1", 1, "refuted"),
        ("sin(x)**2 + cos(x)**2 == 1", "x=-inf:inf", 0, "supported"),
        ("n**2 >= n + 1", "n=1..", 1, "n           1"),
    ],
)
def test_a_text_has_a_verdict_and_its_status(written, over, status, says):
    done = checked(written, "--over", over)
    assert done.returncode == status, done.stderr
    assert says in done.stdout
    assert "stated at" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_a_text_that_says_nothing_is_a_usage_error():
    done = checked("x <", "--over", "x=0:1")
    assert (done.returncode, done.stdout) == (2, "")
    assert "is no formula" in done.stderr


def test_a_text_that_takes_too_long_is_ended_and_decides_nothing():
    done = checked("x**2 <= x", "--over", "x=0:1", "--budget", "0.2")  # less than SymPy takes to be imported
    assert done.returncode == 3
    assert "no answer within 0.2 s: nothing is decided; give --budget more" in done.stderr


def test_a_process_under_limits_cannot_take_more_memory(capfd):
    """What it takes to import SymPy, and not what it takes to do anything with it."""
    with pytest.raises(typer.Exit) as ended:
        raise typer.Exit(confined.again(["check", "x**2 <= x", "--over", "x=0:1"], 60, memory=2**27))
    assert ended.value.exit_code not in (0, 3)
    assert "certified" not in capfd.readouterr().out


def test_the_limits_hold_for_what_a_text_makes_sympy_do():
    """Two processes that take what they get: one all memory, one all time."""
    for work, seconds, status in (("'x' * 2**33", 20, 1), ("sum(iter(int, 1))", 1, -signal.SIGXCPU)):
        code = f"from numerics import confined; confined.confine(); {work}"
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, "PYTHONPATH": str(ROOT), confined.MARK: f"{seconds} {2**32}"},
        )
        assert done.returncode == status, done.stderr
        assert ("MemoryError" in done.stderr) == (status == 1)
