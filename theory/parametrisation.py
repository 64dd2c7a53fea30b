r"""Exponents of the width in a perceptron under an abc-parametrisation.

The network has ``L`` hidden layers of width ``m`` and weights ``W^l = m^(-a_l) w^l``, where ``w^l`` starts with
independent Gaussian entries of standard deviation ``m^(-b_l)`` and learns at the rate ``eta m^(-c_l)``. A quantity of
order ``m^e`` has the exponent ``e``. Let

    s = a_(L+1) + b_(L+1),    q = 2 a_(L+1) + c_(L+1),    k_l = 2 a_l + c_l + [l = 1],    k = min_(l <= L) k_l,

and let ``s_l = a_l + b_l`` be 0 for ``l = 1`` and 1/2 for ``1 < l <= L``, so that features are of order one. An entry
of ``W^(L+1)`` is of order ``m^-s`` at the start, and so is the derivative of the output in a pre-activation.

- *Features.* A step changes ``W^l`` by ``m^(-2 a_l - c_l)`` times that derivative times the layer's input, and its
  output by a sum of ``m`` coherent terms (of ``d``, if l = 1): by ``m^(1 - k_l - s)``. After it ``W^(L+1)`` has
  changed by ``m^-q``, which adds ``m^(1 - k_l - q)`` from the second step on. Layers hand changes on.
- *Kernel.* ``Theta`` is the sum of ``m^(2 - 2 s - k_l)`` over hidden layers and ``m^(1 - q)`` of the last one. It
  changes, relative to its size, by products of two changes of features: those of one change average out over
  neurons to ``m^(-1/2)`` of it, which is no more as long as ``r <= 1/2``.
- *Linearisation.* What it leaves out of the output is a product of a step with the change of the kernel.
- *Sharpness.* The Hessian of the loss is the kernel's, and the Hessian of the output times an error of order one.
- *Hessian.* The block of a hidden layer with itself is of order ``m^(1 - s - k_l)``, that of a hidden layer with the
  last one ``m^((1 - q - k_l)/2)``. The first holds the largest of ``m`` output weights, which for Gaussian ones adds
  ``sqrt(log m)``.

``r`` is that of Yang and Hu, "Feature learning in infinite-width neural networks" (2021), section 3.2, with a rate
for each layer; what they call stable and non-trivial are `is_stable` and `is_trivial`. For a smooth activation and
errors of order one, over a number of steps that does not grow, the exponents hold of stable and non-trivial
parametrisations; those of the start, of the first step and of the kernel and the curvatures at the start hold of all
of them whose features are of order one. These are arguments on orders of magnitude and no derivations.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sympy import Expr, Max, Min, Rational, S, Set, Symbol, sympify

from theory.claim import Claim
from theory.domain import observed
from theory.statement import scaling

HALF = Rational(1, 2)


@dataclass(frozen=True)
class Exponents:
    """``(a_l)``, ``(b_l)`` and ``(c_l)`` from the first layer to the last; numbers or symbols."""

    a: tuple[Expr, ...]
    b: tuple[Expr, ...]
    c: tuple[Expr, ...]

    @property
    def s(self) -> Expr:
        return self.a[-1] + self.b[-1]

    @property
    def q(self) -> Expr:
        return 2 * self.a[-1] + self.c[-1]

    @property
    def k(self) -> tuple[Expr, ...]:
        """``k_l`` of the hidden layers."""
        return tuple(
            2 * a + c + int(place == 0) for place, (a, c) in enumerate(zip(self.a, self.c, strict=True))
        )[:-1]

    @property
    def r(self) -> Expr:
        """The features of the last hidden layer change by ``m^-r``."""
        return Min(self.s, self.q) - 1 + Min(*self.k)

    @property
    def is_ordinary(self) -> bool:
        """Whether the features start at order one."""
        sizes = [a + b for a, b in zip(self.a, self.b, strict=True)][:-1]
        return sizes == [0, *[HALF] * (len(sizes) - 1)]

    @property
    def is_stable(self) -> bool:
        """Whether features stay of order one in training, and the output does not grow."""
        return self.is_ordinary and bool(
            self.s >= HALF and self.r >= 0 and self.s + self.r >= 1 and self.q >= 1
        )

    @property
    def is_trivial(self) -> bool:
        """Whether a stable network's output does not move."""
        return bool(self.s + self.r > 1 and self.q > 1)


def exponents(a: Sequence, b: Sequence, c: Sequence) -> Exponents:
    """From numbers, fractions or symbols, one a layer. Raises ``ValueError`` for lists of unequal length."""
    if not (len(a) == len(b) == len(c) >= 2):
        raise ValueError(
            f"{len(a)}, {len(b)} and {len(c)} layers: a, b and c have one number a layer, two or more"
        )
    return Exponents(*(tuple(map(sympify, each)) for each in (a, b, c)))


def table(p: Exponents) -> dict[str, Expr]:
    """What theory says of a parametrisation: an observable in words, and its exponent.

    Raises ``ValueError`` for features that don't start at order one: of these nothing is said.
    """
    if not p.is_ordinary:
        raise ValueError(
            f"a={p.a}, b={p.b}: features of order one need a_1 + b_1 = 0, and a_l + b_l = 1/2 in further hidden layers"
        )
    hidden = range(1, len(p.a))
    found = {f"features {layer}": features(p, layer) for layer in hidden}
    found["output"] = features(p, len(p.a))
    found |= {f"first change {layer}": first_change(p, layer) for layer in hidden}
    found |= {"tangent kernel": kernel(p), "sharpness": sharpness(p), "Hessian norm": hessian(p)}
    if p.is_stable and not p.is_trivial:
        found |= {f"change {layer}": change(p, layer) for layer in hidden}
        found["output change"] = output_change(p)
        found |= {"kernel change": kernel_change(p), "linearisation error": kernel_change(p)}
    return found


def claims(name: str, p: Exponents, widths: Set) -> tuple[Claim, ...]:
    """The table as scalings in the width, one claim an observable, in its order."""
    return tuple(claim(name, what, exponent, widths) for what, exponent in table(p).items())


def claim(name: str, what: str, exponent: Expr, widths: Set) -> Claim:
    """That an observable of the parametrisation ``name`` is of order ``m^exponent``; it is named ``name-what``."""
    m = Symbol("m", integer=True, positive=True)
    return Claim(
        f"{name}-{what.lower().replace(' ', '-')}",
        f"In the {name} parametrisation, {what} is of order m to the {exponent}.",
        given={m: widths},
        states=scaling(observed("".join(part.capitalize() for part in what.split())), exponent, by=m),
    )


def features(p: Exponents, layer: int) -> Expr:
    """The size of the pre-activations of a layer at the start; the last layer is the output."""
    sizes = [a + b - HALF * int(place > 0) for place, (a, b) in enumerate(zip(p.a, p.b, strict=True))]
    return -sum(sizes[:layer], S.Zero)


def first_change(p: Exponents, layer: int) -> Expr:
    """By how much the first step changes the pre-activations of a hidden layer."""
    return 1 - p.s - Min(*p.k[:layer])


def change(p: Exponents, layer: int) -> Expr:
    """By how much a few steps change the pre-activations of a hidden layer."""
    return 1 - Min(p.s, p.q) - Min(*p.k[:layer])


def output_change(p: Exponents) -> Expr:
    """By how much a few steps change the output; it is 0 unless the parametrisation is trivial."""
    return Max(1 - p.s - p.r, 1 - p.q)


def kernel(p: Exponents) -> Expr:
    """The tangent kernel, each layer with its rate: how fast the output starts to move."""
    return Max(*kernel_parts(p))


def kernel_parts(p: Exponents) -> tuple[Expr, Expr]:
    """That of the hidden layers, and that of the last one."""
    return 2 - 2 * p.s - Min(*p.k), 1 - p.q


def kernel_correction(p: Exponents) -> Expr:
    """The tangent kernel is its order times ``1 + c m^-power``: the power, 0 where all layers count."""
    hidden, last = kernel_parts(p)
    return abs(hidden - last)


def kernel_change(p: Exponents) -> Expr:
    """The change of the tangent kernel relative to its size."""
    return -Min(2 * p.r, p.r + HALF)


def hessian(p: Exponents) -> Expr:
    """The norm of the Hessian of the output, but for the logarithm."""
    return Max(1 - p.s - Min(*p.k), (1 - p.q - Min(*p.k)) / 2)


def sharpness(p: Exponents) -> Expr:
    """The largest eigenvalue of the Hessian of the loss, in units of the rates."""
    return Max(kernel(p), hessian(p))
