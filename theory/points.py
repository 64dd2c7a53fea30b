"""Exact points of a claim's domain: its degenerate lattice, draws from a seed, and substitution.

A point maps parameter names to exact values: rationals, integers, rational arrays, activations.
The same points serve balls, experiments and the shrinking of counterexamples, so they are chosen
here once, without a float. Array indices count from one, as in the sums of the theory.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice, product, zip_longest
from random import Random
from types import MappingProxyType
from typing import Any

from sympy import (
    Basic,
    Derivative,
    Expr,
    ImmutableDenseMatrix,
    Indexed,
    IndexedBase,
    Integer,
    Interval,
    Lambda,
    MatrixBase,
    Max,
    Product,
    Range,
    Rational,
    S,
    Set,
    Subs,
    Sum,
    Symbol,
    Tuple,
    eye,
    floor,
    oo,
    simplify,
    sqrt,
    sympify,
)
from sympy.concrete.expr_with_limits import ExprWithLimits

from theory.activation import Activation, instantiate
from theory.claim import Claim, label
from theory.domain import (
    Activations,
    Arrays,
    Entrywise,
    Functional,
    InputCondition,
    greatest,
    hessian,
    maximum,
    norm,
)
from theory.family import DerivativeFamily
from theory.flow import Flow
from theory.iterate import Iterate, evaluated
from theory.law import Node, variates

Point = dict[str, Any]
NEAR = tuple(Rational(1, 10**k) for k in (1, 2, 4, 8, 15))
TRIES = 1000
WRITTEN_OUT = 64  # terms of a sum: more take seconds, and no size beyond is needed to tell two lines apart


def lattice(
    claim: Claim, largest: int = 3, near: tuple = NEAR, fixed: Sequence[Mapping] = ({},)
) -> list[Point]:
    """The degenerate corners of the domain that the hypotheses admit, each parameter's at least once.

    The rows take the entries of ``fixed`` in turn: values, by name, of parameters that are not to vary.
    """
    return list(corners(claim, largest, near, fixed))


def corners(
    claim: Claim, largest: int = 3, near: tuple = NEAR, fixed: Sequence[Mapping] = ({},)
) -> Iterator[Point]:
    """The same, one after the other."""
    options_of = {name: corner(domain, largest, {}, near) for name, domain in domains(claim).items()}
    for row in range(max(map(len, options_of.values()), default=0)):
        point: Point = {}
        for place, (name, domain) in enumerate(domains(claim).items()):
            held = fixed[row % len(fixed)]
            options = [held[name]] if name in held else corner(domain, largest, placed(claim, point), near)
            point[name] = options[(row + row // len(options) * place) % len(options)]
        if admits(claim, point):
            yield point


def draws(
    claim: Claim, seed: int | str, largest: int = 3, fixed: Mapping = MappingProxyType({})
) -> Iterator[Point]:
    """Endless exact points from a seed, integers at most ``largest`` from their first one.

    ``fixed`` has the parameters that are not drawn, by name.

    Raises ``ValueError`` if the joint hypotheses reject more than half of many draws.
    """
    random = Random(f"{claim.name} {seed}")
    tried = kept = 0
    while True:
        point: Point = {}
        for name, domain in domains(claim).items():
            known = placed(claim, point)
            point[name] = fixed[name] if name in fixed else drawn(domain, random, largest, known)
        tried += 1
        if admits(claim, point):
            kept += 1
            yield point
        elif tried >= TRIES and 2 * kept < tried:
            raise claim.error(
                f"where rejects {tried - kept} of {tried} points drawn from given; "
                "narrow the domains so that most points satisfy the joint hypotheses"
            )


def chosen(claim: Claim, seed: int | str, count: int, largest: int = 3, near: tuple = NEAR) -> list[Point]:
    """The lattice, then ``count`` draws; one empty point for a claim without parameters."""
    if not claim.given:
        return [{}]
    return lattice(claim, largest, near) + list(islice(draws(claim, seed, largest), count))


def varied(claim: Claim, seed: int | str, count: int) -> list[Point]:
    """The same points, corners and draws by turns: whoever stops early has seen both kinds."""
    found = chosen(claim, seed, count)
    corners, drawn = (found[: len(found) - count], found[-count:]) if claim.given else (found, [])
    turns = zip_longest(corners, drawn)
    return [point for pair in turns for point in pair if point is not None]


def is_short(point: Point) -> bool:
    """Whether sums over the sizes of a point have few enough terms to be written out, one by one."""
    return all(
        not getattr(value, "is_Integer", False) or abs(value) <= WRITTEN_OUT for value in point.values()
    )


def bulk(point: Point) -> int:
    """How much is written out at a point: the entries of its arrays, and its whole numbers, which may be sizes."""
    arrays = [len(value) for value in point.values() if isinstance(value, MatrixBase)]
    return sum(arrays) + sum(abs(int(v)) for v in point.values() if getattr(v, "is_Integer", False))


def domains(claim: Claim) -> dict[str, Any]:
    return {label(symbol): domain for symbol, domain in claim.given.items()}


def placed(claim: Claim, point: Point) -> dict:
    return {symbol: point[name] for name, symbol in claim.symbols.items() if name in point}


def admits(claim: Claim, point: Point) -> bool:
    """Whether a point lies in every domain and satisfies every joint hypothesis."""
    inside = all(
        contains(resolved(domain, placed(claim, point)), point[name])
        for name, domain in domains(claim).items()
    )
    return inside and all(true_at(claim, sympify(condition), point) for condition in claim.where.values())


def true_at(claim: Claim, condition: Basic, point: Point) -> bool:
    joint = {c: sympify(c.at(point[label(c.args[0])])) for c in condition.atoms(InputCondition)}
    decided = simplify(at_point(claim, condition.xreplace(joint), point))
    if decided not in (S.true, S.false):
        raise claim.error(f"the hypothesis {condition} is {decided} at {point}, neither true nor false")
    return bool(decided)


def contains(domain, value) -> bool:
    if isinstance(domain, Activations):
        return value in domain.members
    if isinstance(domain, Arrays):
        return tuple(value.shape) == (*domain.shape, 1)[:2]
    return inside(domain, value)


def inside(domain: Set, value: Expr) -> bool:
    """Whether a number lies in a set; at once for an interval, where SymPy's ``contains`` would simplify."""
    if not (isinstance(domain, Interval) and value.is_number and value.is_finite):
        return domain.contains(value) == S.true
    low, high = domain.start, domain.end
    above = low < value if domain.left_open else low <= value
    below = value < high if domain.right_open else value <= high
    return bool(above) and bool(below)


def resolved(domain, known: Mapping):
    """A domain with earlier parameters put in."""
    needed = unknowns(domain)
    values = {symbol: value for symbol, value in numbers(known).items() if symbol in needed}
    if not values:
        return domain
    if isinstance(domain, Arrays):
        shape, bounds = (tuple(v.subs(values) for v in part) for part in (domain.shape, domain.bounds))
        return Arrays(shape, domain.form, domain.unit, bounds)
    return domain.subs(values)


@lru_cache(maxsize=1024)
def unknowns(domain) -> frozenset:
    """The parameters on which a domain depends."""
    if isinstance(domain, Arrays):
        return frozenset().union(*(part.free_symbols for part in (*domain.shape, *domain.bounds)))
    return frozenset(domain.free_symbols) if isinstance(domain, Set) else frozenset()


def numbers(known: Mapping) -> dict:
    return {symbol: value for symbol, value in known.items() if not isinstance(value, Activation)}


def corner(domain, largest: int, known: Mapping, near: tuple) -> list:
    domain = resolved(domain, known)
    if isinstance(domain, Set) and Tuple(domain).free_symbols:  # an end is not known yet
        return [None] * 3
    if isinstance(domain, Activations):
        return list(domain.members)
    if isinstance(domain, Arrays):
        settled = all(part.is_number for part in (*domain.shape, *domain.bounds))
        return array_corners(domain) if settled else [None] * 3
    if isinstance(domain, Interval):
        return interval_corners(domain, near)
    return (
        integers(domain, largest) if domain.is_iterable or domain.is_subset(S.Integers) else list(domain.args)
    )


@lru_cache(maxsize=1024)
def interval_corners(domain: Interval, distances: tuple = NEAR) -> list[Expr]:
    low, high = domain.inf, domain.sup
    if low is -oo or high is oo:
        middle = 0 if 0 in domain else low + 1 if high is oo else high - 1
        near = [
            end + sign * step for end, sign in ((low, 1), (high, -1)) if end.is_finite for step in distances
        ]
        ends = [end for end in (low, high) if end.is_finite]
        return [sympify(value) for value in (*ends, middle, *near) if inside(domain, sympify(value))]
    ends = [low, (low + high) / 2, high, *([S.Zero] if inside(domain, S.Zero) else [])]
    near = [value for step in distances for value in (low + step, high - step)]
    return list(dict.fromkeys(sympify(v) for v in (*ends, *near) if inside(domain, sympify(v))))


def integers(domain: Set, largest: int) -> list:
    """The first integers of a domain, and its last one if it has one that is small."""
    return [value for value in islice(iter(domain), largest + 1) if value <= domain.inf + largest]


def array_corners(domain: Arrays) -> list:
    rows, columns = (*domain.shape, 1)[:2]
    basis = ImmutableDenseMatrix(rows, columns, lambda i, j: int(i == j))
    if domain.unit:
        return [basis]
    if domain.form == "orthogonal":
        return [basis, -basis, basis[:, ::-1]]
    if domain.form == "spectrum":
        return [spectrum(domain, lambda _, share=share: share) for share in (S.Zero, S.Half, S.One)]
    zero, ones = basis * 0, ImmutableDenseMatrix.ones(rows, columns)
    return [ones, basis, zero] if domain.form in ("any", "data") else [basis, zero]


def drawn(domain, random: Random, largest: int, known: Mapping):
    domain = resolved(domain, known)
    if isinstance(domain, Activations):
        return random.choice(domain.members)
    if isinstance(domain, Arrays):
        return drawn_array(domain, random)
    if isinstance(domain, Interval):
        return drawn_real(domain, random)
    if domain.is_subset(S.Integers) and domain.is_FiniteSet is not True and domain.inf.is_finite:
        top = domain.inf + largest if domain.sup is oo else min(domain.sup, domain.inf + largest)
        return random.choice([value for value in Range(domain.inf, top + 1) if value in domain])
    if domain in (S.Reals, S.Integers):
        value = random.randint(-largest, largest)
        return Integer(value) if domain is S.Integers else drawn_real(Interval(-oo, oo), random)
    return random.choice(sorted(domain, key=str))


def drawn_real(domain: Interval, random: Random) -> Rational:
    """A rational of the interior; where the interval is unbounded, with Cauchy-like tails."""
    share = Rational(random.randint(1, 9999), 10000)
    low, high = domain.inf, domain.sup
    if low is -oo and high is oo:
        return (2 * share - 1) / (4 * share * (1 - share))
    if high is oo:
        return exact(low) + share / (1 - share)
    if low is -oo:
        return exact(high) - share / (1 - share)
    return exact(low) + (exact(high, down=True) - exact(low)) * share


def exact(end, down: bool = False) -> Rational:
    """A rational at an end of an interval, inside it by less than 1e-12 if the end is irrational."""
    if end.is_Rational:
        return end
    scaled = floor(end * 10**12)
    return Rational(scaled if down else scaled + 1, 10**12)


def drawn_array(domain: Arrays, random: Random) -> ImmutableDenseMatrix:
    rows, columns = (int(size) for size in (*domain.shape, 1)[:2])
    entries = ImmutableDenseMatrix(rows, columns, lambda *_: Rational(random.randint(-60, 60), 20))
    if domain.unit:
        return unit(entries)
    if domain.form == "orthogonal":
        return rotation(entries)
    if domain.form == "spectrum":
        return spectrum(domain, lambda _: Rational(random.randint(0, 60), 60))
    if domain.form == "symmetric":
        return (entries + entries.T) / 2
    if domain.form == "positive semidefinite":
        return entries * entries.T
    return entries


def rotation(entries: MatrixBase) -> ImmutableDenseMatrix:
    """A rational orthogonal matrix, by Cayley's transform of the skew part of any square matrix."""
    skew, one = (entries - entries.T) / 2, eye(entries.rows)
    return ImmutableDenseMatrix((one - skew) * (one + skew).inv())


def spectrum(domain: Arrays, share: Callable[[int], Expr]) -> ImmutableDenseMatrix:
    """A vector of a domain of spectra; ``share(i)``, in [0, 1], places the entry i between the two ends."""
    first, low, high = domain.bounds
    rest = [low + (high - low) * share(i) for i in range(1, int(domain.shape[0]))]
    return ImmutableDenseMatrix([first, *rest])


def unit(vector: ImmutableDenseMatrix) -> ImmutableDenseMatrix:
    """A rational point of the sphere, by stereographic projection of all coordinates but the last."""
    flat = list(vector)[:-1]
    square = sum((value**2 for value in flat), S.Zero)
    return ImmutableDenseMatrix([*(2 * value / (square + 1) for value in flat), (square - 1) / (square + 1)])


def at_point(claim: Claim, expr: Basic, point: Mapping, loops: bool = False) -> Basic:
    """``expr`` with every parameter in its place; derivatives and finite sums are carried out.

    With ``loops`` the sums stay sums, for whoever evaluates them term by term with ``tables`` at hand:
    written out, a sum over the weights of a wide network takes SymPy seconds.

    Raises ``ValueError`` for a parameter that the claim does not have.
    """
    unknown = set(point) - set(claim.symbols)
    if unknown:
        raise claim.error(
            f"no parameter {', '.join(sorted(unknown))}; it has {', '.join(claim.symbols) or 'none'}"
        )
    return substitute(expr, {claim.symbols[name]: value for name, value in point.items()}, loops)


def tables(claim: Claim, point: Mapping) -> dict[Symbol, ImmutableDenseMatrix]:
    """The arrays of a point by their labels: what a loop over their entries reads."""
    symbols = {name: claim.symbols[name] for name in point}
    return {s.label: point[name] for name, s in symbols.items() if isinstance(s, IndexedBase)}


def prepared(claim: Claim, expr: Basic, point: Mapping) -> tuple[Basic, dict[Basic, Any]]:
    """``expr`` with sizes and activations alone in their places, and the values of what it is left with.

    Whoever evaluates it with those at hand spares SymPy the numbers, which it would simplify first; and
    points of equal sizes share the expression. The values are exact: by symbol for a real number, by label for
    an array that is summed over, and for a functional of such an array by itself.
    """
    values = {claim.symbols[name]: value for name, value in point.items()}
    arrays = {symbol: value for symbol, value in values.items() if isinstance(value, ImmutableDenseMatrix)}
    summed = {symbol.label: value for symbol, value in arrays.items() if isinstance(symbol, IndexedBase)}
    sizes = {s: v for s, v in values.items() if isinstance(v, Activation) or getattr(v, "is_Integer", False)}
    expr = at_sizes(sympify(expr), tuple(sizes.items()))
    matrices = {symbol: value for symbol, value in arrays.items() if not isinstance(symbol, IndexedBase)}
    expr = put(expr, matrices)
    functionals = {
        each: known(each, summed[array]) for each, array in functionals_of(expr) if array in summed
    }
    reals = {symbol: value for symbol, value in values.items() if symbol not in arrays | sizes}
    return expr, reals | summed | functionals


@lru_cache(maxsize=4096)
def at_sizes(expr: Basic, sizes: tuple[tuple[Basic, Any], ...]) -> Basic:
    return substitute(expr, dict(sizes), loops=True)


def functionals_of(expr: Basic) -> Iterator[tuple[Functional, Symbol | None]]:
    """The functionals of arrays in an expression, each with the label of its array."""
    for each in expr.atoms(Functional):
        yield each, getattr(each.args[0], "label", None)


def substitute(expr: Basic, values: Mapping, loops: bool = False) -> Basic:
    """Exact values put for symbols, sizes first, so that sums and derivatives can be carried out.

    With ``loops`` finite sums, and entries of arrays whose index runs in them, stay: see ``at_point``.
    """
    expr = sympify(expr)
    if expr.has(Iterate) and (number := iterated(expr, values)) is not None:
        return number
    chosen = {s: v for s, v in values.items() if isinstance(v, Activation)}
    if chosen:  # after the derivatives: a rectifier's is the weak one, which SymPy does not know
        expr = instantiate(differentiated(expr), chosen)
    plain = {s: sympify(v) for s, v in values.items() if not isinstance(v, Activation | ImmutableDenseMatrix)}
    whole = {s: v for s, v in plain.items() if v.is_Integer}
    expr = carried_out(put(expr, whole), loops)
    arrays = {s: v for s, v in values.items() if isinstance(v, ImmutableDenseMatrix)}
    matrices = {s: v for s, v in arrays.items() if not isinstance(s, IndexedBase)}
    expr = put(expr, matrices)
    rest = {s: v for s, v in plain.items() if s not in whole}
    expr = put(expr, rest)
    return entries(expr, {s.label: v for s, v in arrays.items() if isinstance(s, IndexedBase)})


def put(expr: Basic, values: Mapping) -> Basic:
    """Values for symbols, by ``xreplace`` where that does the same as ``subs``, which is much slower.

    ``xreplace`` knows nothing of what an expression binds, nor of the nodes that have rules of their own.
    """
    binders = expr.atoms(ExprWithLimits, Lambda, Subs, Derivative)
    apart = not any(symbol in values for binder in binders for symbol in bound(binder))
    plain = apart and not expr.has(Node, Flow, Iterate)
    return (expr.xreplace(values) if plain else expr.subs(values)) if values else expr


def bound(binder: Any) -> Iterable[Basic]:
    """What an expression binds; a derivative of symbolic order has no list of its variables, one each."""
    if isinstance(binder, Derivative):
        return [variable for variable, _ in binder.variable_count]
    return binder.variables


def iterated(expr: Basic, values: Mapping) -> Basic | None:
    """An expression with iterates as a number; None where a symbol or an entry has no value."""
    known: dict = {}
    for symbol, value in values.items():
        if isinstance(value, ImmutableDenseMatrix) and isinstance(symbol, IndexedBase):
            for i, j in product(range(value.rows), range(value.cols)):
                known[symbol, Integer(i + 1), Integer(j + 1)] = value[i, j]
                known |= {(symbol, Integer(i + 1)): value[i, j]} if value.cols == 1 else {}
        elif not isinstance(value, Activation | ImmutableDenseMatrix):
            known[symbol] = sympify(value)
    try:
        return evaluated(expr, known)
    except KeyError:
        return None


def carried_out(expr: Basic, loops: bool = False) -> Basic:
    """Derivatives taken and, without ``loops``, finite sums written out.

    Integrals, nodes and infinite sums are not touched.
    """
    expr = expr.replace(lambda e: isinstance(e, DerivativeFamily), lambda e: e.written_out())
    expr = differentiated(expr)
    if not loops:
        expr = expr.replace(
            lambda e: isinstance(e, Sum | Product | maximum) and finite(e), lambda e: written_out(e)
        )
    expr = expr.replace(lambda e: isinstance(e, Subs), placed_inside)
    return expr.replace(of_known_size, lambda e: carried_out(ImmutableDenseMatrix(e.as_explicit()), loops))


def differentiated(expr: Basic) -> Basic:
    """Derivatives taken, of whatever stands inside, but nothing else done."""
    return expr.replace(lambda e: isinstance(e, Derivative), lambda e: e.expr.diff(*e.variable_count))


def placed_inside(at: Subs) -> Basic:
    return at.expr.subs(dict(zip(at.variables, at.point, strict=True)), simultaneous=True)


def of_known_size(expr: Basic) -> bool:
    """Whether an expression is a matrix given by its entries, its size no longer symbolic."""
    return isinstance(expr, Entrywise | hessian) and all(size.is_Integer for size in expr.shape)


def finite(total) -> bool:
    return all(len(limit) == 3 and limit[1].is_Integer and limit[2].is_Integer for limit in total.limits[:1])


def written_out(total):
    index, low, high = total.limits[0]
    body = total.function
    again = any(index in inner.variables for inner in body.atoms(ExprWithLimits, Lambda, Subs, Derivative))
    put = body.subs if again else body.xreplace  # the same, but faster, where nothing inside binds the index
    terms = [put({index: Integer(value)}) for value in range(int(low), int(high) + 1)]
    if isinstance(total, maximum):
        return carried_out(greatest(*terms) if variates(total) else Max(*terms))
    done = sum(terms, S.Zero) if isinstance(total, Sum) else S.One
    if isinstance(total, Product):
        for term in terms:
            done *= term
    done = type(total)(done, *total.limits[1:]) if total.limits[1:] else done
    return carried_out(done) if done.has(Sum, Product) else done  # an inner end may have become a number


def entries(expr: Basic, arrays: Mapping) -> Basic:
    """``expr`` with the entries of arrays, by label: an array's shape may have become a number."""

    def entry(item):
        values = arrays.get(item.base.label)
        if values is None or not all(place.is_Integer for place in item.indices):
            return item
        row, column = (*(place - 1 for place in item.indices), S.Zero)[:2]
        there = 0 <= row < values.rows and 0 <= column < values.cols
        return values[row, column] if there else S.NaN  # an entry that the array does not have

    expr = expr.replace(lambda e: isinstance(e, Indexed), entry)
    return expr.replace(
        lambda e: isinstance(e, Functional) and getattr(e.args[0], "label", None) in arrays,
        lambda e: known(e, arrays[e.args[0].label]),
    )


def known(functional: Functional, values: ImmutableDenseMatrix) -> Basic:
    """A functional of an array that is known: the norm as a number, any other with its entries."""
    if isinstance(functional, norm):
        return sqrt(sum(value**2 for value in values))
    return functional.func(values)
