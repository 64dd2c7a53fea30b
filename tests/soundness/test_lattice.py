"""One contract for every kernel of two inputs, on the degenerate lattice, against 50 digits.

The lattice: correlations 1, -1, 0 and +-(1 - 10^-k) up to k = 15, equal, opposite and zero inputs, norms far
apart, dimension one, one input alone. At each of its points, in single and in double precision:

    the value is right to ULPS units in the last place of its *size*, which for K_1 = (x.y) kappa_0 is |x| |y| kappa_0,
    the gradient is finite, and right where the kernel has one, to SLOPE units of its own size;
    the kernel is symmetric and homogeneous, and its Gram matrices are positive semi-definite.

The kernel of order 0, and with it K_1, has a cusp where the inputs are collinear: one-sided slopes that differ.
There, and at a zero input, the gradient of the angle is taken to be zero.
"""

import json
from collections.abc import Callable
from functools import cache
from itertools import product

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf

from numerics.audit import tables, ulps
from numerics.audit.ulps import (
    DIGITS,
    EPS,
    KERNELS,
    NAIVE,
    Kernel,
    angles,
    arc_cosine,
    digits,
    inner,
    lengths,
)

ULPS, SLOPE = 16, 32
DIMENSIONS = (1, 3)


every_kernel = pytest.mark.parametrize("name", KERNELS)
every_dtype = pytest.mark.parametrize("dtype", EPS)
every_dimension = pytest.mark.parametrize("d", DIMENSIONS)


@cache
def lattice(d: int, dtype: str) -> np.ndarray:
    """Pairs of inputs, shape (pairs, 2, d)."""
    if d == 1:
        return np.array(list(product([[0.0], [1.0], [-1.0], [3.5], [-1e-3]], repeat=2)), dtype)
    x, y = np.array([0.36, 0.48, 0.8]), np.array([0.8, -0.6, 0.0])  # orthonormal
    gaps = [10.0**-k for k in range(1, 16)]
    turned = [s * (1 - h) * x + np.sqrt(h * (2 - h)) * y for h in gaps for s in (1, -1)]
    others = [x, -x, y, 0 * x, 2 * x, -3 * x, 0.6 * x + 0.8 * y, 1e-3 * y]
    pairs = [(x, z) for z in (*turned, *others)]
    pairs += [(1e3 * q, 1e-2 * p) for p, q in pairs] + [(0 * x, 0 * x), (np.eye(3)[0], np.eye(3)[1])]
    return np.array(pairs, dtype)


@cache
def programs(name: str) -> tuple[Callable, Callable]:
    floats = KERNELS[name].floats
    return jax.jit(jax.vmap(floats)), jax.jit(jax.vmap(jax.grad(floats, argnums=(0, 1))))


@cache
def computed(name: str, d: int, dtype: str) -> tuple[np.ndarray, np.ndarray]:
    """Values, shape (pairs,), and gradients, shape (pairs, 2, d)."""
    value, slope = programs(name)
    x, y = np.moveaxis(lattice(d, dtype), 1, 0)
    return np.asarray(value(x, y)), np.stack([np.asarray(part) for part in slope(x, y)], axis=1)


def collinear(x, y) -> bool:
    return all(p * q_ == p_ * q for (p, q), (p_, q_) in product(zip(x, y, strict=True), repeat=2))


def resolved(x, y, eps) -> bool:
    """Whether angle and opening exceed eps: below it they err by eps^2, as the module says."""
    return min(angles(x, y)) > eps or collinear(x, y)


@every_dimension
@every_dtype
@every_kernel
def test_the_value_is_right_to_the_last_digits(name, dtype, d):
    kernel, (values, _), checked = KERNELS[name], computed(name, d, dtype), 0
    with mp.workdps(DIGITS):
        for pair, value in zip(lattice(d, dtype), values, strict=True):
            x, y = digits(pair)
            if resolved(x, y, EPS[dtype]) and (size := kernel.size(x, y)) > 2 * np.finfo(dtype).tiny:
                assert abs(mpf(float(value)) - kernel.exact(x, y)) <= ULPS * EPS[dtype] * size, pair
                checked += 1
            assert np.isfinite(value)
            assert value == 0 or kernel.size(x, y) > 0, pair  # an exact zero is one
    assert checked >= (4 if d == 1 else 40 if dtype == "float64" else 30)


def slopes(kernel: Kernel, x, y) -> list[list[mpf]]:
    """The gradient, by central differences at a distance that loses a third of the digits."""
    h = mpf(10) ** (-DIGITS // 3)

    def moved(k, i, by):
        z = [list(x), list(y)]
        z[k][i] += by * h
        return kernel.exact(*z)

    return [[(moved(k, i, 1) - moved(k, i, -1)) / (2 * h) for i in range(len(x))] for k in (0, 1)]


@every_dtype
@every_kernel
def test_the_gradient_is_right_where_the_kernel_has_one(name, dtype):
    kernel, (_, gradients), checked = KERNELS[name], computed(name, 3, dtype), 0
    with mp.workdps(DIGITS):
        for pair, got in zip(lattice(3, dtype), gradients, strict=True):
            x, y = digits(pair)
            if not all(lengths(x, y)) or not resolved(x, y, EPS[dtype]) or (kernel.cusp and collinear(x, y)):
                continue
            for each, exact in zip(got, slopes(kernel, x, y), strict=True):
                error = mpmath.norm([mpf(float(g)) - e for g, e in zip(each, exact, strict=True)])
                flat = mpf(10) ** (-DIGITS // 2) * max(
                    lengths(x, y)
                )  # opposite inputs: the differences' own error
                assert error <= max(SLOPE * EPS[dtype] * mpmath.norm(exact), flat, np.finfo(dtype).tiny), pair
                checked += 1
    assert checked > 40


@every_dimension
@every_dtype
@every_kernel
def test_the_gradient_is_finite_everywhere_and_zero_at_a_zero_input_but_for_the_inner_product(name, dtype, d):
    _, gradients = computed(name, d, dtype)
    pairs = lattice(d, dtype)
    assert np.all(np.isfinite(gradients))
    nothing = ~np.any(pairs[:, 0], axis=-1) & ~np.any(pairs[:, 1], axis=-1)
    assert np.any(nothing)
    assert not np.any(gradients[nothing])


@pytest.mark.parametrize("name", [name for name, kernel in KERNELS.items() if kernel.cusp])
def test_a_kernel_with_a_cusp_has_two_slopes_at_equal_inputs_and_the_gradient_lies_between(name):
    kernel, d = KERNELS[name], 3
    x, across = [mpf(1), mpf(0), mpf(0)], [mpf(0), mpf(1), mpf(0)]
    with mp.workdps(DIGITS):
        h = mpf(10) ** -40

        def there(by):
            return kernel.exact([p + by * q for p, q in zip(x, across, strict=True)], x)

        right, left = (there(h) - there(0)) / h, (there(0) - there(-h)) / h
        assert (
            abs(right - left + 1 / mp.pi) < mpf(10) ** -30
        )  # kappa_0 falls by theta / (2 pi) on either side
    _, slope = programs(name)
    one = jnp.eye(d)[:1]
    got = float(slope(one, one)[0][0, 1])
    assert float(right) < got < float(left)


def test_a_kernel_without_a_cusp_has_one_slope_at_equal_inputs():
    with mp.workdps(DIGITS):
        x, h = [mpf(1), mpf(0)], mpf(10) ** -40
        for n in (1, 2):
            right = (arc_cosine(n, [1, h], x) - arc_cosine(n, x, x)) / h
            left = (arc_cosine(n, x, x) - arc_cosine(n, [1, -h], x)) / h
            assert abs(right - left) < mpf(10) ** -30


@every_dimension
@every_dtype
@every_kernel
def test_the_kernel_is_symmetric_and_homogeneous(name, dtype, d):
    """By powers of two to the bit, since then nothing is rounded anew."""
    kernel, (value, _) = KERNELS[name], programs(name)
    x, y = np.moveaxis(lattice(d, dtype), 1, 0)
    here, there = (np.asarray(value(*both)) for both in ((x, y), (y, x)))
    with mp.workdps(60):
        size = np.array([float(kernel.size(*digits(pair))) for pair in lattice(d, dtype)])
    assert np.all(np.abs(here - there) <= 2 * ULPS * EPS[dtype] * size)
    scaled = np.asarray(value(4 * x, y / 8))
    assert np.array_equal(scaled, here * np.asarray(0.5**kernel.degree, dtype))


def sets(d: int) -> dict[str, np.ndarray]:
    """Sets of inputs: one alone, equal ones, opposite ones, zero among them, nearly equal ones, a crowd."""
    noise = np.random.default_rng(0).normal(size=(6, d))
    return {
        "one": noise[:1],
        "zero": np.zeros((1, d)),
        "equal": np.repeat(noise[:1], 3, axis=0),
        "mixed": np.concatenate([noise[:3], -noise[:3], 2 * noise[:2], np.zeros((1, d))]),
        "close": noise[0] + np.outer(10.0 ** -np.arange(1, 16, 3), np.ones(d)),
        "crowd": noise,
    }


@every_dimension
@every_dtype
@every_kernel
def test_gram_matrices_of_degenerate_sets_are_positive_semi_definite(name, dtype, d):
    floats = KERNELS[name].floats
    gram = jax.jit(jax.vmap(jax.vmap(floats, (None, 0)), (0, None)))
    rows = np.concatenate(list(sets(d).values())).astype(dtype)
    whole, first = np.asarray(gram(rows, rows), float), 0
    for inputs in sets(d).values():
        part = slice(first, first := first + len(inputs))
        eigenvalues = np.linalg.eigvalsh((whole[part, part] + whole[part, part].T) / 2)
        # Weyl: entries err by ULPS units of at most the greatest diagonal entry
        assert eigenvalues[0] >= -ULPS * EPS[dtype] * len(inputs) * np.max(np.abs(whole[part, part])), inputs


@every_kernel
def test_a_function_of_rounded_inputs_errs_by_its_condition_number(name):
    """Double inputs are rounded to single: the kernel moves by what its gradient makes of that, and no more."""
    kernel, (value, _), eps = KERNELS[name], programs(name), EPS["float32"]
    wide = np.random.default_rng(1).normal(size=(20, 2, 3)) * 10.0 ** np.linspace(-2, 2, 20)[:, None, None]
    narrow = wide.astype("float32")
    got, checked = np.asarray(value(narrow[:, 0], narrow[:, 1])), 0
    with mp.workdps(60):
        for pair, there in zip(wide, got, strict=True):
            x, y = digits(pair)
            moves = inner(map(mpmath.norm, slopes(kernel, x, y)), map(mpmath.norm, (x, y)))  # times eps / 2
            allowed = (ULPS * kernel.size(x, y) + moves) * eps
            assert abs(mpf(float(there)) - kernel.exact(x, y)) <= allowed, pair
            checked += 1
    assert checked == len(wide)


def test_a_kernel_by_an_arccosine_breaks_the_contract(monkeypatch):
    monkeypatch.setitem(KERNELS, "naive", NAIVE)
    with pytest.raises(AssertionError):
        test_the_value_is_right_to_the_last_digits("naive", "float64", 3)
    with pytest.raises(AssertionError):
        test_the_gradient_is_finite_everywhere_and_zero_at_a_zero_input_but_for_the_inner_product(
            "naive", "float64", 3
        )


def test_the_published_errors_are_those_of_the_contract(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "folder", lambda: tmp_path)
    ulps.main(["--pairs", "4"])
    head, *lines = map(json.loads, (tmp_path / "ulps.jsonl").read_text().splitlines())
    assert head["command"] == "python -m numerics.audit.ulps --pairs 4"
    ours = [v for row in lines for k, v in row.items() if k.split()[0] in ("order", "K", "K_1", "K_2") and v]
    assert len(ours) > 100
    assert max(ours) < ULPS
    assert lines[0]["order 1 float32"] is None  # an angle that rounded inputs do not resolve
    assert "NaN" in [row["naive float64"] for row in lines]
