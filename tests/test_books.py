"""Numbers of theory at points are made once, and read back to the last bit while nothing has changed."""

import math

import numpy as np
import pytest
from sympy import Rational, pi

from numerics import books, keeping, plan, sides
from theory import catalogue

CLAIM = catalogue.find("hessian-opnorm-exact-law.narrow")  # with activations, a vector, sizes and fractions
POINTS = plan.chosen_points(CLAIM, 0)[:4]


class Counted:
    def __init__(self, found):
        self.found, self.times = found, 0

    def __call__(self):
        self.times += 1
        return self.found


@pytest.fixture
def book(tmp_path):
    """A function that closes the book and opens it again, as another run would."""
    books.opened(tmp_path, [CLAIM], 0)

    def again():
        books.closed([CLAIM])
        books.opened(tmp_path, [CLAIM], 0)

    yield again
    books.OPEN.clear()


@pytest.mark.parametrize("value", [0.1, -1e-300, 2.0**60 / 3, [[1 / 3, -0.0]], []], ids=str)
def test_an_array_is_read_back_to_the_last_bit(book, value):
    make = Counted(np.array(value, float))
    once = books.array(CLAIM, "right", POINTS[0], make)
    book()
    again = books.array(CLAIM, "right", POINTS[0], make)
    assert make.times == 1
    assert again.tobytes() == once.tobytes() == make.found.tobytes()
    assert again.shape == once.shape


def test_points_are_read_back_as_what_they_were(book):
    make = Counted(POINTS)
    books.chosen(CLAIM, "points of 0", make)
    book()
    again = books.chosen(CLAIM, "points of 0", make)
    assert make.times == 1
    assert again == POINTS
    assert [[type(value) for value in point.values()] for point in again] == [
        [type(value) for value in point.values()] for point in POINTS
    ]
    assert all(books.named(a) == books.named(b) for a, b in zip(again, POINTS, strict=True))


def test_points_that_no_fraction_spells_are_chosen_every_time(book):
    make = Counted([POINTS[0] | {"tau": pi}])
    assert books.chosen(CLAIM, "points of 0", make) == books.chosen(CLAIM, "points of 0", make) == make.found
    assert make.times == 2


@pytest.mark.parametrize(
    "other",
    [("size", POINTS[0]), ("right", POINTS[1]), ("right", POINTS[0] | {"tau": Rational(1, 3)})],
    ids=["what", "where", "one coordinate"],
)
def test_another_number_is_made(book, other):
    first, second = Counted(np.array(1)), Counted(np.array(2))
    assert books.array(CLAIM, "right", POINTS[0], first) == 1
    assert books.array(CLAIM, *other, second) == 2


def test_what_is_not_finite_is_not_noted(book):
    make = Counted(np.array(math.inf))
    assert books.array(CLAIM, "size", POINTS[0], make) == books.array(CLAIM, "size", POINTS[0], make)
    assert make.times == 2


def test_without_an_open_book_nothing_is_noted():
    make = Counted(np.array(1))
    books.array(CLAIM, "right", POINTS[0], make)
    books.array(CLAIM, "right", POINTS[0], make)
    assert make.times == 2


def test_after_a_change_of_the_engine_all_is_made_anew(book, monkeypatch):
    make = Counted(np.array(1))
    books.array(CLAIM, "right", POINTS[0], make)
    books.closed([CLAIM])
    monkeypatch.setattr(keeping, "engine", lambda: "edited")
    book()
    books.array(CLAIM, "right", POINTS[0], make)
    assert make.times == 2


@pytest.mark.parametrize("damage", [lambda text: text[:-9], lambda text: text.replace("0.25", "0.26"), len])
def test_a_damaged_book_is_not_trusted(book, tmp_path, damage):
    make = Counted(np.array(0.25))
    books.array(CLAIM, "right", POINTS[0], make)
    books.closed([CLAIM])
    (file,) = (tmp_path / "numbers").iterdir()
    file.write_text(str(damage(file.read_text())))
    book()
    assert books.array(CLAIM, "right", POINTS[0], make) == 0.25
    assert make.times == 2


def test_the_target_of_a_mean_comes_from_the_book(book):
    fresh = sides.target(CLAIM, POINTS[0])
    book()
    kept = sides.target(CLAIM, POINTS[0])
    assert fresh is not None
    assert kept is not None
    assert fresh.value.tobytes() == kept.value.tobytes()
    assert fresh.sign == kept.sign
