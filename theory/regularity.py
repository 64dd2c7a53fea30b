"""What is known of a function: where it is continuous, how fast it grows, whether it is differentiable.

Every rule of calculus has a side condition of this kind. The answers here are read off from how an
expression is built, by lists of what is *known*; whatever is on no list is refused, since a rule
that lets an unknown function pass proves anything. Three questions are answered:

- continuity on an interval, for the fundamental theorem: no jump, no pole, no branch;
- growth against a Gaussian, for means: powers, and exponentials of at most linear growth;
- weak derivatives that are functions, for Stein and Price: gates only next to a power that closes them.
"""

from collections.abc import Iterable

from sympy import (
    Abs,
    Add,
    Basic,
    Derivative,
    Expr,
    Integer,
    Interval,
    Max,
    Min,
    Mul,
    Poly,
    Pow,
    Rational,
    S,
    Set,
    Symbol,
    acos,
    asin,
    asinh,
    atan,
    cos,
    cosh,
    erf,
    erfc,
    exp,
    factor,
    fraction,
    hessian,
    log,
    lowergamma,
    sign,
    sin,
    sinh,
    solveset,
    tanh,
    uppergamma,
)

from theory.activation import Activation, Applied
from theory.derivation import Refused, Scene
from theory.domain import Activations
from theory.family import DerivativeFamily, He
from theory.law import step

ENTIRE = (exp, sin, cos, sinh, cosh, tanh, atan, asinh, erf, erfc, He)  # analytic on the whole line
CONTINUOUS = (*ENTIRE, Abs, Max, Min, asin, acos)
BOUNDED = (sin, cos, tanh, atan, erf, erfc)
JUMPING = (step, sign)
SAMPLES = [Rational(k, 17) for k in range(1, 17)]


def preorder(expr: Basic):
    yield expr
    for arg in expr.args:
        yield from preorder(arg)


# Continuity


def reject_discontinuous(expr: Expr, x: Symbol, interval: Set, scene: Scene, analytic: bool = False) -> None:
    """Refuse a function of ``x`` unless every part of it is known to be continuous on the interval."""
    if x not in expr.free_symbols or expr == x:
        return
    if isinstance(expr, DerivativeFamily):
        return reject_discontinuous(expr.explicit(expr.args[1]), x, interval, scene, analytic=True)
    if isinstance(expr, Pow):
        reject_singular_power(expr, x, interval, analytic)
    elif isinstance(expr, log):
        reject_zero(expr.args[0], x, interval, expr)
    elif isinstance(expr, asin | acos) and analytic:
        reject_zero(1 - expr.args[0] ** 2, x, interval, expr)
    elif isinstance(expr, uppergamma | lowergamma):
        reject_incomplete(expr, x)
    elif isinstance(expr, Applied):
        reject_rough(expr, scene)
    elif not isinstance(expr, (Add, Mul, *(ENTIRE if analytic else CONTINUOUS), asin, acos)):
        raise Refused(f"{expr} is not known to be continuous in {x}: it may jump or have a pole")
    for arg in expr.args:
        reject_discontinuous(arg, x, interval, scene, analytic)


def reject_singular_power(power: Pow, x: Symbol, interval: Set, analytic: bool) -> None:
    base, exponent = power.as_base_exp()
    if x in exponent.free_symbols and not base.is_positive:
        raise Refused(f"{power}: its base is not known to be positive")
    harmless = exponent.is_integer if analytic else True
    if x in base.free_symbols and not (exponent.is_nonnegative and harmless):
        reject_zero(base, x, interval, power)


def reject_incomplete(gamma: Expr, x: Symbol) -> None:
    order, at = gamma.args
    if x in order.free_symbols or not (order.is_positive and at.is_nonnegative):
        raise Refused(f"{gamma} is known to be continuous only for a positive order and from zero on")


def hull(low: Expr, high: Expr, scene: Scene) -> Set:
    """An interval that holds all numbers between two ends, wherever the parameters are."""
    if low.is_number and high.is_number:
        return Interval(*(low, high) if low <= high else (high, low))
    sets = [scene.domain(symbol) for end in (low, high) for symbol in end.free_symbols]
    if (
        {low, high} <= {S.Zero, *scene.given}
        and len(sets) == 1
        and isinstance(sets[0], Interval)
        and 0 in sets[0]
    ):
        return sets[0]
    return S.Reals


def reject_zero(base: Expr, x: Symbol, interval: Set, whole: Expr) -> None:
    if not (base.is_positive or base.is_negative or without_zero(base, x, interval)):
        raise Refused(f"{base} may vanish on the interval, so that {whole} need not be continuous there")


def without_zero(base: Expr, x: Symbol, interval: Set) -> bool:
    """Whether a function of one symbol has no zero; SymPy's word for it is checked by its sign at points."""
    z = Symbol("z", real=True)
    at = base.subs(x, z)
    if at.free_symbols != {z} or solveset(at, z, interval) is not S.EmptySet:
        return False
    return {at.subs(z, inner).is_positive for inner in inside(interval)} in ({True}, {False})


def inside(interval: Set) -> list[Expr]:
    """Some points between the ends of an interval."""
    low, high = interval.inf, interval.sup
    if low.is_finite and high.is_finite:
        return [low + (high - low) * share for share in SAMPLES]
    if low.is_finite or high.is_finite:
        return [
            low + share / (1 - share) if low.is_finite else high - share / (1 - share) for share in SAMPLES
        ]
    return [(2 * share - 1) / (share * (1 - share)) for share in SAMPLES]


# Signs, and quadratic forms


def positive(value: Expr, scene: Scene | None) -> bool:
    """Whether a value is positive wherever its symbols live, factor by factor."""
    total = 1
    for side in fraction(factor(value)):
        for part in Mul.make_args(side):
            base, exponent = part.as_base_exp()
            own = 1 if part.is_positive else -1 if part.is_negative else sign_over(base, scene)
            total *= own if own > 0 or exponent.is_odd or part.is_negative else 0
    return total > 0


def sign_over(base: Expr, scene: Scene | None) -> int:
    """1 or -1 if an expression of one symbol keeps that sign over the symbol's domain, else 0."""
    if scene is None or len(base.free_symbols) != 1:
        return 0
    (symbol,) = base.free_symbols
    domain = scene.domain(symbol)
    if not isinstance(domain, Interval) or not without_zero(base, symbol, domain):
        return 0
    return 1 if base.subs(symbol, inside(domain)[0]).is_positive else -1


def falls(exponent: Expr, over: tuple[Symbol, ...], scene: Scene | None = None) -> bool:
    """Whether an exponent is a quadratic that tends to minus infinity in all directions at once."""
    if not exponent.is_polynomial(*over) or Poly(exponent, *over).total_degree() != 2:
        return False
    form = -hessian(exponent, over)
    return all(positive(form[:k, :k].det(), scene) for k in range(1, len(over) + 1))


def dominated(integrand: Expr, over: tuple[Symbol, ...], scene: Scene | None) -> bool:
    """Whether a product falls like a Gaussian in all the variables at once, its derivatives alike."""
    exponents, others = S.Zero, []
    for part in Mul.make_args(integrand):
        for inner in Mul.make_args(part.expr) if isinstance(part, Derivative) else (part,):
            if isinstance(inner, exp):
                exponents += inner.args[0]
            else:
                others.append(inner)
    return all(moderate(part, over, scene) for part in others) and falls(exponents, over, scene)


def moderate(part: Expr, over: Iterable[Symbol], scene: Scene | None) -> bool:
    """Whether a factor grows at most like a power: powers, and functions known to."""
    if not part.free_symbols.intersection(over):
        return True
    if isinstance(part, (*BOUNDED, *JUMPING)):
        return True
    if isinstance(part, Applied) and scene is not None:
        return part.args[2].is_polynomial(*over) and all(
            grows_moderately(*kind) for kind in members(part, scene)
        )
    if isinstance(part, Add | Mul | He | Abs | Max | Min):
        return all(moderate(arg, over, scene) for arg in part.args)
    return part in over or bool(
        isinstance(part, Pow) and part.exp.is_nonnegative and moderate(part.base, over, scene)
    )


# Growth and smoothness of what stands under a Gaussian mean


def reject_wild(body: Expr, over: Iterable[Symbol], scene: Scene | None) -> None:
    """Refuse what need not be square integrable against a Gaussian: poles, and more than linear exponentials."""
    over = tuple(over)
    for part in preorder(body):
        if part in over or not part.free_symbols.intersection(over) or isinstance(part, Add | Mul):
            continue
        if isinstance(part, Applied):
            reject_unknown_growth(part, scene)
        elif isinstance(part, Pow) and part.base is not S.Exp1:
            reject_pole(part, scene)
        elif isinstance(part, log):
            reject_near_zero(part.args[0], part)
        elif isinstance(part, exp) and not falls_or_linear(part.args[0], over):
            raise Refused(f"{part} may grow faster than the Gaussian falls")
        elif not isinstance(part, (exp, He, Abs, Max, Min, *BOUNDED, *JUMPING)):
            raise Refused(f"nothing is known here of the growth of {part}")


def reject_pole(power: Pow, scene: Scene | None) -> None:
    if power.exp.is_nonnegative or at_least(power.exp, 0, scene):
        return
    if power.exp.free_symbols:
        raise Refused(f"the exponent of {power} may be negative: let {power.exp} live in a Range from 0")
    reject_near_zero(power.base, power)


def reject_near_zero(base: Expr, whole: Expr) -> None:
    """A divisor and the argument of a logarithm must stay away from zero, as 1 + exp(-z) does."""
    constant, rest = base.as_coeff_Add()
    if not (constant.is_positive and rest.is_nonnegative):
        raise Refused(f"{base} is not known to stay away from zero, where {whole} has a pole")


def falls_or_linear(exponent: Expr, over: tuple[Symbol, ...]) -> bool:
    if exponent.is_nonpositive:
        return True
    if not exponent.is_polynomial(*over) or Poly(exponent, *over).total_degree() > 2:
        return False
    form = hessian(exponent, over)
    return form.is_zero_matrix or form.is_negative_semidefinite is True


def reject_not_differentiable(body: Expr, u: Symbol, scene: Scene) -> None:
    """Refuse a function whose weak derivative in ``u`` is no function: a jump, of its own or of an activation."""
    for part in preorder(body):
        if u not in part.free_symbols:
            continue
        if isinstance(part, JUMPING):
            raise Refused(f"{part} jumps, so that its derivative is no function")
        if isinstance(part, Applied):
            reject_rough(part, scene)
        if isinstance(part, Pow) and u in part.base.free_symbols and not lipschitz(part, scene):
            raise Refused(f"the exponent of {part} may lie below one, where its derivative has a pole")


def lipschitz(power: Pow, scene: Scene) -> bool:
    """Whether a power has a derivative of moderate growth; poles have been refused by ``reject_wild``."""
    return isinstance(power.exp, Integer) or power.base.is_positive or at_least(power.exp, 1, scene)


def reject_rough(applied: Applied, scene: Scene) -> None:
    """Refuse an activation of the domain whose next derivative is no function."""
    for member, order in members(applied, scene):
        try:
            member.derivative(order + 1)
        except ValueError as reason:
            raise Refused(f"for {applied.args[0]} = {member.name}: {reason}") from None


def reject_unknown_growth(applied: Applied, scene: Scene | None) -> None:
    for member, order in members(applied, scene):
        if not grows_moderately(member, order):
            raise Refused(f"nothing is known of the growth of {applied.args[0]} = {member.name}")


def grows_moderately(member: Activation, order: int) -> bool:
    """Whether a derivative of an activation stays below some exponential of linear growth."""
    z = Symbol("z", real=True)
    try:
        reject_wild(member.derivative(order)(z), (z,), None)
    except (Refused, ValueError):
        return False
    return True


def members(applied: Applied, scene: Scene | None) -> list[tuple[Activation, int]]:
    """The activations that an unknown one may be, with the order of the derivative applied."""
    domain = scene and scene.domain(applied.args[0])
    if not isinstance(domain, Activations):
        raise Refused(
            f"{applied.args[0]} has no domain, so that nothing is known of it; give it activations(...)"
        )
    return [(member, applied.order) for member in domain.members]


# The smallest values of exponents


def least(n: Expr, scene: Scene) -> Expr:
    """The smallest value of a symbol over its domain. Raises ``Refused`` if it has none."""
    domain = scene.domain(n)
    if not isinstance(domain, Set):
        raise Refused(f"{n} has no domain, so that its smallest value is unknown")
    return domain.inf


def at_least(k: Expr, bound: int, scene: Scene | None) -> bool:
    """Whether an exponent, a number plus a multiple of a symbol of the domain, is at least ``bound``."""
    shift, rest = k.as_coeff_Add()
    factor, base = rest.as_coeff_Mul()
    if rest == 0:
        return bool(shift >= bound)
    if scene is None or not factor.is_positive or not isinstance(scene.domain(base), Set):
        return False
    return bool(factor * least(base, scene) + shift >= bound)
