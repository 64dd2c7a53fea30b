"""Rules that replace a gradient flow by what solves its equation, or by what stays above it.

For a polynomial f there is one solution, as long as it is finite: so a candidate that solves the equation
and exists for all t >= 0 is the flow.
"""

from dataclasses import dataclass

from sympy import Add, Basic, Expr, Interval, Mul, Pow, exp, oo

from theory.algebra import same
from theory.calculus import everywhere
from theory.derivation import Refused, Scene
from theory.flow import Flow
from theory.regularity import preorder
from theory.signs import Facts, is_nonnegative, is_positive


def reject_not_polynomial(f: Expr, variables) -> None:
    if not f.is_polynomial(*variables):
        raise Refused(
            f"{f} is no polynomial in {', '.join(map(str, variables))}, so that a flow need not be unique"
        )


def reject_bad_time(time: Expr, scene: Scene) -> None:
    domain = scene.domain(time)
    if not (isinstance(domain, Interval) and domain.is_subset(Interval(0, oo)) is True):
        raise Refused(f"{time} must live in an interval of times from 0 on; found {domain}")


def reject_not_smooth(candidate: Expr, time: Expr, scene: Scene) -> None:
    """Refuse a candidate that may be infinite or have a kink at some time from zero on."""
    for part in preorder(candidate):
        if time not in part.free_symbols or part == time or isinstance(part, Add | Mul | exp):
            continue
        whole = isinstance(part, Pow) and part.exp.is_Integer and part.exp >= 0
        away = isinstance(part, Pow) and part.exp.is_Rational and is_positive(part.base, Facts(scene))
        if not (whole or away):
            raise Refused(f"{part} is not known to be finite and smooth at every {time}")


def velocity(flow: Flow, at: dict) -> list[Expr]:
    return [-flow.function.diff(v).subs(at, simultaneous=True) for v in flow.variables]


@dataclass(frozen=True)
class solves:
    """Put a solution of the equation for the flow, coordinate by coordinate."""

    solution: tuple[Expr, ...]

    def __str__(self):
        return "it solves the equation of the flow, which has one solution"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        return everywhere(before, lambda e: isinstance(e, Flow), lambda e: self.value(e, scene), "no flow")

    def value(self, flow: Flow, scene: Scene) -> Expr:
        reject_not_polynomial(flow.function, flow.variables)
        reject_bad_time(flow.time, scene)
        if len(self.solution) != len(flow.variables):
            raise Refused(
                f"the flow has {len(flow.variables)} coordinates, the solution {len(self.solution)}"
            )
        at = dict(zip(flow.variables, self.solution, strict=True))
        for own, start, moved in zip(self.solution, flow.starts, velocity(flow, at), strict=True):
            reject_not_smooth(own, flow.time, scene)
            if not same(own.subs(flow.time, 0), start):
                raise Refused(f"{own} starts at {own.subs(flow.time, 0)}, the flow at {start}")
            if not same(own.diff(flow.time), moved):
                raise Refused(f"{own} does not solve the equation: its velocity is not {moved}")
        return self.solution[flow.place - 1]


@dataclass(frozen=True)
class below_supersolution:
    """A flow on the line is at most what starts where it does and moves no slower upwards: a bound."""

    above: Expr

    sign = "<="

    def __str__(self):
        return "what starts at the same point and falls no faster stays above"

    def apply(self, before: Basic, scene: Scene) -> Basic:
        flow = before
        if not (isinstance(flow, Flow) and len(flow.variables) == 1):
            raise Refused(f"{before} is no flow on the line")
        reject_not_polynomial(flow.function, flow.variables)
        reject_bad_time(flow.time, scene)
        reject_not_smooth(self.above, flow.time, scene)
        (x,) = flow.variables
        if not same(self.above.subs(flow.time, 0), flow.starts[0]):
            raise Refused(f"{self.above} does not start at {flow.starts[0]}")
        excess = self.above.diff(flow.time) - velocity(flow, {x: self.above})[0]
        if not is_nonnegative(excess, Facts(scene)):
            raise Refused(
                f"{self.above} may fall faster than the flow: {excess} is not known to be nonnegative"
            )
        return self.above
