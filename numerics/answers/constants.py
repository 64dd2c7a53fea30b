"""A closed form for a measured constant, named only where its digits leave no room for luck.

The forms tried are ``p/q sqrt(r) pi^(k/2)``, the simple ones first. How many of them lie within a factor of e of a
constant is counted, not guessed: ``n`` forms spread over that range fall into an interval of relative width ``w`` with
a chance of at most ``n w``. The first form that lies in the interval is named if that chance is below 1 %.
"""

import math
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from sympy import Integer, Rational, pi, sqrt, sstr

from numerics.report import brief

LUCK = 0.01
ROOTS = (1, 2, 3)
POWERS = (0, 1, -1, 2, -2, 3, -3, 4, -4)  # of the root of pi
LARGEST = 12  # numerator and denominator


class Form(NamedTuple):
    weight: int
    value: float
    text: str


class Named(NamedTuple):
    """A form in the interval, how many forms as simple as it were tried nearby, and the chance of luck."""

    text: str
    tried: int
    chance: float


@cache
def forms() -> tuple[Form, ...]:
    """All of them, the simplest first; forms of one value once."""
    found: dict[float, Form] = {}
    for form in sorted(every()):
        found.setdefault(round(math.log(form.value), 9), form)
    return tuple(sorted(found.values()))


def every() -> Iterator[Form]:
    for p in range(1, LARGEST + 1):
        for q in range(1, LARGEST + 1):
            for r in ROOTS if math.gcd(p, q) == 1 else ():
                for k in POWERS:
                    exact = Rational(p, q) * sqrt(Integer(r)) * pi ** Rational(k, 2)
                    weight = p + q + (0 if r == 1 else r) + 2 * abs(k)
                    yield Form(weight, float(p / q * math.sqrt(r) * math.pi ** (k / 2)), sstr(exact))


def named(value: float, half: float) -> Named | None:
    """The simplest form within ``half`` of a positive value; None where no form lies in the interval."""
    near = [form for form in forms() if abs(math.log(form.value / value)) <= 0.5]
    for place, form in enumerate(near):
        if abs(form.value - value) <= half:
            as_simple = sum(other.weight <= form.weight for other in near)
            return Named(form.text, max(place + 1, as_simple), as_simple * 2 * half / value)
    return None


def told(found: tuple[float, float] | None) -> str:
    """A line about the constant: its value, its digits, and its closed form where they justify one."""
    if found is None:
        return ""
    value, half = abs(found[0]), found[1]
    sign = "-" if found[0] < 0 else ""
    digits = max(0.0, -math.log10(2 * half / value)) if half > 0 else 15.0
    shown = f"constant {found[0]:.{min(12, math.ceil(digits) + 2)}g} +- {brief(half)}, {digits:.1f} digits"
    form = named(value, half)
    if form is None:
        return f"{shown}: none of {len(forms())} closed forms lies in the interval"
    luck = f"by luck one of the {form.tried} as simple nearby lies in it with a chance of"
    if form.chance > LUCK:
        needed = math.log10(form.tried / LUCK)
        return f"{shown}: too few to name a closed form, which takes {needed:.1f} or more"
    return f"{shown}: {sign}{form.text}? {luck} {brief(form.chance)}"
