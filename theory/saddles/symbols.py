"""The symbols of the chapter: quadratics, their spectra, and what gradient descent makes of a start."""

from sympy import Expr, IndexedBase, Interval, Range, S, Sum, oo, symbols

from theory.domain import orthogonal, symmetric, vectors
from theory.iterate import Iterate, descent, descent_entry

d = symbols("d", integer=True, positive=True)
k = symbols("k", integer=True, nonnegative=True)
m = symbols("m", integer=True, positive=True)  # which eigenvector
i, j, l, p = symbols("i j l p", integer=True)  # noqa: E741 - indices of entries and of eigenvectors
eta, lamda = symbols("eta lamda", real=True)  # a step size, an eigenvalue
c = symbols("c", real=True)  # one coordinate, at the start
z = symbols("z", real=True)
x = IndexedBase("x", shape=(d,))  # what a step moves
H, Q = IndexedBase("H"), IndexedBase("Q")  # a symmetric matrix; the rows of Q are its eigenvectors
spectrum, start = IndexedBase("lamda"), IndexedBase("x0")
STEPS = {k: Range(0, oo)}
LINE = {eta: S.Reals, lamda: S.Reals, c: S.Reals, **STEPS}
SPACE = {d: Range(1, oo), **STEPS, eta: S.Reals}
EIGENBASIS = {**SPACE, spectrum: vectors(d), Q: orthogonal(d), start: vectors(d)}
WITH_MATRIX = {**SPACE, H: symmetric(d), start: vectors(d)}
POSITIVE = Interval.open(0, oo)


def on_line(steps: Expr = k) -> Iterate:
    """Gradient descent on ``lambda z^2 / 2``, from ``c``."""
    return descent(lamda * z**2 / 2, z, eta, c, steps)


def quadratic() -> Expr:
    """``x^T H x / 2``, with the matrix written out in its eigenbasis."""
    return Sum(spectrum[l] * Sum(Q[l, j] * x[j], (j, 1, d)) ** 2, (l, 1, d)) / 2


def iterated(entry: Expr, steps: Expr = k) -> Iterate:
    """An entry of gradient descent on the quadratic, from ``x0``."""
    return descent_entry(quadratic(), x[i], eta, start[i], steps, entry)


def coordinate(row: Expr, steps: Expr = k) -> Expr:
    """The coordinate of the iterate along an eigenvector."""
    return Sum(Q[row, p] * iterated(p, steps), (p, 1, d))


def begun(row: Expr) -> Expr:
    """The coordinate of the start along an eigenvector."""
    return Sum(Q[row, p] * start[p], (p, 1, d))
