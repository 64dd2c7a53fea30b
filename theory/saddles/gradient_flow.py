r"""Gradient flow near a saddle: it leaves, unless it starts on the stable line y = -x.

The statement is exact for f = -xy and for the two-layer scalar network f = (xy - 1)^2 / 2, which have one
Hessian at 0, [[0, -1], [-1, 0]], one stable line y = -x, one unstable direction y = x, and conserve x^2 - y^2.
It needs a *strict* saddle: along f = x^3 + x^4 every start x_0 > 0 flows to 0, which is no minimum.
"""

from sympy import Derivative, Expr, Interval, Min, S, Subs, exp, oo, sqrt, symbols

from theory.claim import Claim, Source
from theory.derivation import Step
from theory.flow import Flow
from theory.solving import below_supersolution, solves
from theory.statement import at_least, at_most, equal

SOURCE = Source(
    "003",
    340,
    "Gradient flow diverges from (0,0) unless initialized on y=-x. This picture completely generalizes to general "
    "non-convex functions.",
)
NAME = "gradient-flow-y-equals-minus-x"
COMMON = {"source": SOURCE, "cites": "lee2016gradient"}
x, y, u, v, x0, y0, tau = symbols("x y u v x0 y0 tau", real=True)
t = symbols("t", nonnegative=True)
start = symbols("x0", positive=True)
PLANE = {x: S.Reals, y: S.Reals}
ANYWHERE = {x0: S.Reals, y0: S.Reals, t: Interval(0, oo)}
SADDLE = -x * y
NETWORK = (x * y - 1) ** 2 / 2
FUNCTIONS = {"": SADDLE, ".network": NETWORK}


def flow(f: Expr, first: Expr, second: Expr) -> tuple[Flow, Flow]:
    return Flow(f, (x, y), (first, second), t, 1), Flow(f, (x, y), (first, second), t, 2)


def squared_distance(f: Expr, first: Expr, second: Expr) -> Expr:
    """From the saddle at 0, at time t."""
    a, b = flow(f, first, second)
    return a**2 + b**2


along, across = (x0 + y0) * exp(t) / 2, (x0 - y0) * exp(-t) / 2
distance = ((x0 + y0) ** 2 * exp(2 * t) + (x0 - y0) ** 2 * exp(-2 * t)) / 2
saddle = Claim(
    NAME,
    "The flow of -xy grows along y = x and dies along y = -x: off that line it diverges.",
    given=ANYWHERE,
    states=equal(squared_distance(SADDLE, x0, y0), distance),
    because=lambda: (
        Step((along + across) ** 2 + (along - across) ** 2, solves((along + across, along - across))),
        Step(distance, "expand"),
    ),
    **COMMON,
)
converges = Claim(
    f"{NAME}.on-the-line",
    "Begun on the line y = -x it converges to the saddle.",
    given={x0: S.Reals, t: Interval(0, oo)},
    states=equal(squared_distance(SADDLE, x0, -x0), 2 * x0**2 * exp(-2 * t)),
    because=lambda: (Step(2 * x0**2 * exp(-2 * t), solves((x0 * exp(-t), -x0 * exp(-t)))),),
    **COMMON,
)
shrunk = x0 * exp(-t) / sqrt(1 + x0**2 * (1 - exp(-2 * t)))
network = Claim(
    f"{NAME}.on-the-line.network",
    "So does the flow of the two-layer scalar network, begun on the same line.",
    given={x0: S.Reals, t: Interval(0, oo)},
    states=equal(
        squared_distance(NETWORK, x0, -x0), 2 * x0**2 * exp(-2 * t) / (1 + x0**2 * (1 - exp(-2 * t)))
    ),
    because=lambda: (
        Step(2 * x0**2 * exp(-2 * t) / (1 + x0**2 * (1 - exp(-2 * t))), solves((shrunk, -shrunk))),
    ),
    **COMMON,
)
NEAR = {x0: Interval(-2, 2), y0: Interval(-2, 2), t: Interval(0, 10)}
product = flow(NETWORK, x0, y0)
fits = Claim(
    f"{NAME}.off-the-line.network",
    "Off it the flow of the network converges to the hyperbola xy = 1, at a rate that the start says.",
    given=NEAR,
    states=at_most((product[0] * product[1] - 1) ** 2, (x0 * y0 - 1) ** 2 * exp(-Min(4, (x0 + y0) ** 2) * t)),
    **COMMON,
)


def hessian(suffix: str, f: Expr) -> Claim:
    bent = f.subs({x: tau * u, y: tau * v}, simultaneous=True)
    return Claim(
        f"{NAME}.hessian{suffix}",
        "At 0 the second derivative along (u, v) is -2uv: negative along y = x, positive along y = -x.",
        given={u: S.Reals, v: S.Reals},
        states=equal(Subs(Derivative(bent, (tau, 2)), tau, 0), -2 * u * v),
        because=lambda: (Step(-2 * u * v, "differentiate"),),
        **COMMON,
    )


def conserved(suffix: str, f: Expr) -> Claim:
    return Claim(
        f"{NAME}.conserved{suffix}",
        "Along the flow x^2 - y^2 is conserved: its velocity vanishes.",
        given=PLANE,
        states=equal(2 * x * -Derivative(f, x) - 2 * y * -Derivative(f, y), 0),
        because=lambda: (Step(S.Zero, "differentiate"),),
        **COMMON,
    )


def invariant(suffix: str, f: Expr) -> Claim:
    return Claim(
        f"{NAME}.invariant{suffix}",
        "On the line y = -x the velocity of x + y vanishes: the line is never left.",
        given={x: S.Reals},
        states=equal(Subs(-Derivative(f, x) - Derivative(f, y), y, -x), 0),
        because=lambda: (Step(S.Zero, "differentiate"),),
        **COMMON,
    )


flat = Flow(x**3 + x**4, (x,), (start,), t, 1)
FLAT = {start: Interval.Lopen(0, 2), t: Interval(0, oo)}
slip = Claim(
    f"{NAME}.strict.slip",
    "At every critical point that is no minimum the flow is driven away, as along x^3 + x^4.",
    given=FLAT,
    states=at_least(flat, start),
    source=SOURCE,
)
strict = Claim(
    f"{NAME}.strict",
    "The saddle must be strict: along x^3 + x^4 every positive start flows to 0, which is no minimum.",
    given=FLAT,
    states=at_most(flat, start / (1 + 3 * start * t)),
    because=lambda: (
        Step(start / (1 + 3 * start * t), below_supersolution(start / (1 + 3 * start * t)), "<="),
    ),
    slip=slip,
    refuted_at={start: 1, t: 1},
    **COMMON,
)


def claims() -> tuple[Claim, ...]:
    found = [make(suffix, f) for make in (hessian, invariant, conserved) for suffix, f in FUNCTIONS.items()]
    return saddle, converges, network, fits, *found, strict
