"""Covers of a box by smaller ones on each of which an inequality is proved.

A box is closed if balls show ``f > 0`` on it: by the natural extension of ``f``, by the mean value
form ``f(m) + sum_i df/dx_i(box) * (x_i - m_i)``, or at the end to which monotone coordinates lead.
What does not close is examined for a contact (``theory.contact``), then halved, the largest first,
so that what is uncovered at the end has the least measure. A rational point with ``f < 0`` ends the
search: it is a counterexample. So does a point of the domain with ``f = 0``, if the claim is strict.
"""

import heapq
from collections.abc import Mapping
from itertools import count
from math import prod
from typing import NamedTuple

import sympy
from flint import arb, ctx

from theory import balls, boxes, contact
from theory.boxes import Box, Face, Point
from theory.certify import Cover, Undefined, enclose
from theory.coordinates import downhill, number
from theory.reality import Unknown, demands
from theory.unfold import Unevaluable

BITS = 96
SMALL = 0.5  # of the domain: boxes up to it are searched for a point of contact
SMALLEST = 2.0**-50
RESTARTS = 3  # after so many contacts a new one cuts its own box alone
MOST_SPECIAL = 16  # faces and coordinates of contacts; more points of contact lie on a curve


class Inequality(NamedTuple):
    """``f >= 0``, or ``f > 0`` if strict, on a product of intervals; ``slopes``: the gradient, if of use."""

    f: sympy.Expr
    slopes: tuple[sympy.Expr, ...]
    domain: Mapping[sympy.Symbol, sympy.Interval]
    strict: bool

    def holds(self, ball: arb) -> bool:
        return bool(ball > 0 or (ball >= 0 and not self.strict))

    def value(self, coordinates) -> arb:
        return boxes.enclosure_at(self.f, tuple(self.domain), tuple(coordinates))

    def contains(self, point: Point) -> bool:
        """Whether a point, or a face given by its fixed coordinates, meets the domain."""
        return all(self.domain[x].contains(c) == sympy.true for x, c in point.items())

    def is_bounded(self, box: Box) -> bool:
        return not box.is_infinite() and bool(self.value(box.coordinates()).is_finite())

    def closes(self, box: Box) -> bool:
        """Whether the values of ``f`` and of its slopes on the box alone prove the inequality there."""
        x = box.coordinates()
        if not all(ball.is_finite() for ball in x):
            return False
        return self.holds(self.value(x)) or (bool(self.slopes) and self._closes_by_slopes(box, x))

    def _closes_by_slopes(self, box: Box, x) -> bool:
        slopes = [boxes.enclosure_at(slope, box.symbols, x) for slope in self.slopes]
        middle = [ball.mid() for ball in x]
        shifts = [slope * (ball - m) for slope, ball, m in zip(slopes, x, middle, strict=True)]
        if self.holds(sum(shifts, self.value(middle))):
            return True
        lowest = [downhill(*trio) for trio in zip(slopes, x, box.ends, strict=True)]
        return lowest != list(x) and self.holds(self.value(lowest))

    def counterexample(self, box: Box) -> Point | None:
        """A rational point of the box, as simple as may be, at which ``f < 0``."""
        middle = box.middle()
        if not self.value(map(number, middle)) < 0:
            return None
        simple = dict(zip(box.symbols, box.simplest(), strict=True))
        if self.contains(simple) and self.value(map(number, simple.values())) < 0:
            return simple
        return dict(zip(box.symbols, middle, strict=True))


class Search:
    """One run of branch and bound: the boxes still open, and the contacts met so far."""

    def __init__(self, claim: Inequality):
        self.claim = claim
        ends = tuple((interval.start, interval.end) for interval in claim.domain.values())
        root = Box(tuple(claim.domain), ends, frozenset())
        self.special = frozenset((x, end) for x, pair in zip(root.symbols, ends, strict=True) for end in pair)
        self.whole = root
        self.open: list[tuple[float, int, Box]] = []
        self.left: list[Box] = []
        self.contacts: list[Point] = []
        self.tried: set[tuple[sympy.Expr, ...]] = set()
        self.witness: Point | None = None
        self.numbers = count()
        self.push(root)

    def run(self, max_boxes: int) -> Cover:
        looked = 0
        while self.open and looked < max_boxes and self.witness is None:
            looked += 1
            self.look(heapq.heappop(self.open)[-1]._replace(special=self.special))
        self.left += [box for *_, box in self.open]
        measure = float(sum(box.volume() for box in self.left))
        closed = not self.left and self.witness is None
        return Cover(closed, boxes.merged(self.left), measure, looked, self.witness, tuple(self.contacts))

    def push(self, box: Box) -> None:
        shares = box.shares(self.whole)
        if max(shares) < SMALLEST:
            self.left.append(box)
        else:
            heapq.heappush(self.open, (-prod(shares), next(self.numbers), box))

    def look(self, box: Box) -> None:
        """Close a box, find a counterexample in it, or leave its parts for later."""
        if self.claim.closes(box):
            return
        self.witness = self.claim.counterexample(box)
        met = self.contacts_of(box)
        by_signs = met or not self.claim.is_bounded(box)
        if self.witness is not None or (by_signs and self.closes_beside(box, met)):
            return
        if by_signs or max(box.shares(self.whole)) > SMALL or not self.discovers(box):
            parts = box.parts(self.whole)
        else:
            parts = self.cut_at_contacts(box)
        for part in parts:
            self.push(part)

    def cut_at_contacts(self, box: Box) -> list[Box]:
        """The box, or at first the whole: beside a contact, signs of derivatives may close large boxes."""
        if len(self.contacts) <= RESTARTS:
            box, self.open, self.left = self.whole, [], []
        pieces = [box]
        for x, c in sorted(self.special, key=str):
            pieces = [part for box in pieces for part in (box.cut(x, c) if box.is_inside(x, c) else (box,))]
        return pieces

    def contacts_of(self, box: Box) -> list[Point]:
        """The known faces, corners and points of the box at which ``f`` is exactly zero."""
        faces = box.special_faces()
        where = [(face,) for face in faces] + (list(box.corners(faces)) if len(box.symbols) > 1 else [])
        met = [dict(spot) for spot in where if contact.vanishes(self.claim.f, *spot)]
        met += [point for point in self.contacts if len(point) == len(box.symbols) and box.holds(point)]
        for point in met:
            self.record(point, box)
        return met

    def record(self, point: Point, box: Box) -> None:
        if point not in self.contacts:
            self.contacts.append(point)
        if self.witness is None and self.claim.strict and self.claim.contains(point):
            rest = dict(zip(box.symbols, box.middle(), strict=True))
            self.witness = {x: point.get(x, rest[x]) for x in box.symbols}

    def discovers(self, box: Box) -> bool:
        """Whether ``f`` is seen to be exactly zero at a point of the box with simple coordinates."""
        for coordinates in box.candidates() if len(self.special) < MOST_SPECIAL else ():
            if coordinates in self.tried:
                continue
            self.tried.add(coordinates)
            point = dict(zip(box.symbols, coordinates, strict=True))
            is_near = self.claim.value(map(number, coordinates)).contains(0)
            if is_near and contact.vanishes(self.claim.f, *point.items()):
                self.special |= set(point.items())
                self.record(point, box)
                return True
        return False

    def closes_beside(self, box: Box, met: list[Point]) -> bool:
        """Whether signs of derivatives prove the inequality on a box with contacts, or an infinite one."""
        box = box._replace(special=self.special)
        f = contact.without_kinks(self.claim.f, box)
        if not self.claim.strict and any(contact.is_bowl(f, point, box) for point in met):
            return True
        found = contact.sign(f, box) or contact.sign(f, box, tidy=True)
        return found is not None and found.value > 0 and (not self.claim.strict or self.is_outside(found.off))

    def is_outside(self, faces: frozenset[Face]) -> bool:
        return not any(self.claim.contains({x: c}) for x, c in faces)


def cover(f, domain: Mapping[sympy.Symbol, sympy.Interval], strict: bool, max_boxes: int) -> Cover:
    """See ``theory.certify.cover``."""
    for x, interval in domain.items():
        if not isinstance(interval, sympy.Interval) or interval.free_symbols:
            raise ValueError(f"cover: {x} must range over an Interval between numbers, got {interval}")
    f = sympy.sympify(f)
    if not domain:
        raise ValueError("cover: the box has no coordinates; enclose says what a number is")
    if missing := f.free_symbols - set(domain):
        raise ValueError(f"cover: no interval is given for {', '.join(sorted(map(str, missing)))}")
    with ctx.workprec(BITS):
        unreal = _not_shown_real(f, domain, max_boxes)
        return unreal or searched(f, domain, strict, max_boxes)


def searched(f, domain: Mapping[sympy.Symbol, sympy.Interval], strict: bool, max_boxes: int) -> Cover:
    """The cover of ``f >= 0`` (``> 0``), where ``f`` is known to be real."""
    return Search(Inequality(f, _gradient(f, tuple(domain)), domain, strict)).run(max_boxes)


def _not_shown_real(f, domain: Mapping[sympy.Symbol, sympy.Interval], max_boxes: int) -> Cover | None:
    """Why it is not shown that ``f`` is real on the whole domain, if it is not; a witness is a point without value."""
    try:
        needed = dict.fromkeys((d.f, tuple(d.domain.items()), d.bound) for d in demands(f, domain))
    except Unknown:
        whole = float(sympy.prod(interval.measure for interval in domain.values()))
        return Cover(False, (dict(domain),), whole, 0, None, ())
    for part, known, bound in needed:
        found = searched(part, dict(known), False, max_boxes)
        if not found.closed:
            witness = None if bound or found.witness is None else _completed(found.witness, domain)
            if witness is not None and not _is_undefined(f, witness):  # a factor beside it may be zero there
                witness = None
            return found._replace(witness=witness, sharp_at=())
    return None


def _is_undefined(f, point: Point) -> bool:
    try:
        enclose(f, point)
    except Undefined:
        return True
    except (Unevaluable, ValueError):
        pass
    return False


def _completed(witness: Point, domain: Mapping[sympy.Symbol, sympy.Interval]) -> Point:
    """A point of the whole box with these coordinates."""
    middle = Box(tuple(domain), tuple((i.start, i.end) for i in domain.values()), frozenset()).middle()
    return {x: witness.get(x, m) for x, m in zip(domain, middle, strict=True)}


def _gradient(f, symbols) -> tuple[sympy.Expr, ...]:
    slopes = [contact.slope(f, x, False) for x in symbols]
    try:
        for slope in slopes:
            balls.compiled(slope, balls.Scope(running=symbols))
    except (Unevaluable, AttributeError):  # there is none, or balls cannot evaluate it
        return ()
    return tuple(slopes)
