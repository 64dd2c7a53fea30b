r"""The iterates of a map as SymPy objects: what an optimiser has after k steps.

``Iterate(update, x, start, k)`` is the k-th iterate of the map from ``x`` to ``update``, begun at
``start``. A vector has one more argument: ``Iterate(update, x[i], start, k, m)`` is the entry ``m`` of
the k-th iterate, where ``update`` and ``start`` are entries with index ``i``, and ``i`` runs from 1 to the
size of ``x``. Nothing is evaluated: the number of steps may be a symbol. Gradient descent is one such map,

.. math:: x \mapsto x - \eta \, \partial f / \partial x,

whose derivative stays as it is written until a rule takes it (``theory.unrolling``).
"""

from collections.abc import Callable
from functools import cache

from sympy import Add, Basic, Derivative, Expr, Indexed, IndexedBase, Integer, S, Sum, Symbol, sympify
from sympy.printing.precedence import PRECEDENCE

from theory.unfold import Unevaluable


class Iterate(Expr):
    """The iterate of a map; ``args`` are update, variable, start, steps and, for a vector, the entry."""

    is_commutative = True
    is_real = True
    precedence = PRECEDENCE["Pow"] - 1  # a superscript of its own: a power of it needs parentheses

    def __new__(cls, update, variable, start, steps, *at):
        if not isinstance(variable, Symbol | Indexed) or isinstance(variable, Indexed) != (len(at) == 1):
            raise TypeError(
                f"Iterate: the variable {variable} must be a symbol, or x[i] of a vector x with the entry asked for"
            )
        if isinstance(variable, Indexed) and variable.base.shape is None:
            raise ValueError(f"Iterate: give {variable.base} its size, as in IndexedBase('x', shape=(d,))")
        return Expr.__new__(cls, *map(sympify, (update, variable, start, steps, *at)))

    @property
    def update(self) -> Expr:
        return self.args[0]

    function = update  # with ``limits`` below: whoever looks for bound symbols finds them

    @property
    def variable(self) -> Symbol | Indexed:
        return self.args[1]

    @property
    def start(self) -> Expr:
        return self.args[2]

    @property
    def steps(self) -> Expr:
        return self.args[3]

    @property
    def at(self) -> Expr | None:
        return self.args[4] if len(self.args) > 4 else None

    @property
    def array(self) -> IndexedBase | None:
        """The vector that is iterated, None for a number."""
        return self.variable.base if isinstance(self.variable, Indexed) else None

    @property
    def index(self) -> Symbol | None:
        return self.variable.indices[0] if isinstance(self.variable, Indexed) else None

    @property
    def size(self) -> Expr:
        return self.array.shape[0] if self.array is not None else S.One

    @property
    def limits(self) -> tuple:
        """What is bound, innermost first, each with the expressions that lie outside of its scope."""
        if self.array is None:
            return ((self.variable, self.start, self.steps),)
        return (self.array, self.start, self.steps), (self.index, S.One, self.size, self.at)

    @property
    def free_symbols(self):
        inside = self.update.free_symbols - self.variable.free_symbols
        inside |= self.start.free_symbols - ({self.index} if self.index else set())
        inside |= self.size.free_symbols | self.steps.free_symbols
        own = {s for s in inside if isinstance(s, Indexed) and s.base == self.array}
        return (inside - own) | (self.at.free_symbols if self.at is not None else set())

    def _eval_subs(self, old, new):
        return self if old in {limit[0] for limit in self.limits} or old == self.variable else None

    def after(self, steps: Expr, at: Expr | None = None) -> "Iterate":
        """The same iteration after another number of steps, at another entry."""
        where = () if self.at is None else (self.at if at is None else at,)
        return Iterate(self.update, self.variable, self.start, steps, *where)

    def stepped(self, update: Expr) -> "Iterate":
        """The iteration of another map, from the same start."""
        return Iterate(update, *self.args[1:])

    def put(self, at: Expr | None, value: Callable[[Expr | None], Expr], update: Expr) -> Expr:
        """``update`` at an entry, with ``value(j)`` for the entry j of what it is applied to."""
        if self.array is None:
            return update.xreplace({self.variable: value(None)})
        here = update.subs(self.index, at)
        return here.replace(
            lambda e: isinstance(e, Indexed) and e.base == self.array, lambda e: value(e.indices[0])
        )

    def states(self, read: Callable[[Expr, dict], Expr], known: dict) -> list[Expr]:
        """All entries after the last step, as numbers; ``read`` evaluates an expression with what is known."""
        update, places = with_derivatives_taken(self.update), [S.One]
        if self.array is not None:
            places = [Integer(place) for place in range(1, int(read(self.size, known)) + 1)]
        here = [{**known, self.index: place} for place in places]
        names = [self.variable if self.array is None else (self.array, place) for place in places]
        state = [read(self.start, at) for at in here]
        for _ in range(int(read(self.steps, known))):
            now = dict(zip(names, state, strict=True))
            state = [read(update, {**at, **now}) for at in here]
        return state

    def _eval_balls(self):
        raise Unevaluable(f"{self}: balls do not iterate; give all its parameters exact values")

    def _sympystr(self, printer):
        arrow = f"{printer._print(self.variable)} -> {printer._print(self.update)}"
        return self.applied(f"({arrow})**({printer._print(self.steps)})", printer, "[{}]")

    @property
    def is_descent(self) -> bool:
        """Whether it is a vector moved by a gradient, which is printed by its name: its map is told beside."""
        return self.array is not None and self.update.has(Derivative)

    def _plain(self, printer):
        from theory.plain import lowered, raised

        if self.is_descent:
            entry, steps = lowered(printer._print(self.at)), raised(f"({printer._print(self.steps)})")
            return f"{printer._print(self.limits[0][0].label)}{entry}{steps}"
        arrow = f"{printer._print(self.variable)} ↦ {printer._print(self.update)}"
        return self.applied(f"({arrow}){raised(printer._print(self.steps))}", printer, "[{}]")

    def _latex(self, printer, exp=None):
        steps = printer._print(self.steps)
        if self.is_descent:
            name = printer._print(self.limits[0][0].label)
            text = rf"{name}_{{{printer._print(self.at)}}}^{{({steps})}}"
        else:
            arrow = rf"{printer._print(self.variable)} \mapsto {printer._print(self.update)}"
            text = self.applied(
                rf"\left({arrow}\right)^{{{steps}}}", printer, "_{{{}}}", r"\left(", r"\right)"
            )
        return text if exp is None else rf"{{\left({text}\right)}}^{{{exp}}}"

    _typeset = _latex

    def applied(self, power: str, printer, entry: str, opening="(", closing=")") -> str:
        start = self.start
        if self.array is not None and isinstance(start, Indexed) and start.indices == (self.index,):
            start = start.base.label
        text = f"{power}{opening}{printer._print(start)}{closing}"
        return text if self.at is None else text + entry.format(printer._print(self.at))


@cache
def with_derivatives_taken(update: Expr) -> Expr:
    return update.replace(lambda e: isinstance(e, Derivative), lambda e: e.expr.diff(*e.variable_count))


def evaluated(expr: Basic, known: dict) -> Expr:
    """A number: an expression of iterates, finite sums and entries, by going through it once.

    ``known`` has a value for each symbol, and for each entry of an array by the pair of array and index.
    Raises ``KeyError`` for what is not known. The states of an iteration are computed once for all entries.
    """
    done: dict[tuple, list[Expr]] = {}

    def read(e: Basic, known: dict) -> Expr:
        if isinstance(e, Iterate):
            free = (e if e.at is None else e.after(e.steps, S.One)).free_symbols
            key = (*e.args[:4], *(known[s] for s in sorted(free & set(known), key=str)))
            if key not in done:
                done[key] = e.states(read, known)
            return done[key][int(read(e.at, known)) - 1 if e.at is not None else 0]
        if isinstance(e, Indexed):
            places = tuple(read(place, known) for place in e.indices)
            return known[(e.base, *places)]
        if isinstance(e, Sum):
            return totalled(e, known, read)
        if isinstance(e, Symbol):
            return known[e]
        return e.func(*(read(arg, known) for arg in e.args)) if e.args else e

    return read(expr, known)


def totalled(total: Sum, known: dict, read: Callable) -> Expr:
    """A finite sum, its last limit the outermost."""
    *inner, (index, low, high) = total.limits
    body = Sum(total.function, *inner) if inner else total.function
    ends = (int(read(end, known)) for end in (low, high))
    first, last = ends
    return Add(*(read(body, {**known, index: Integer(place)}) for place in range(first, last + 1)))


def descent(f: Expr, x: Symbol, rate: Expr, start: Expr, steps: Expr) -> Iterate:
    """Gradient descent on a function of one variable."""
    return Iterate(x - rate * Derivative(f, x), x, start, steps)


def descent_entry(f: Expr, x: Indexed, rate: Expr, start: Expr, steps: Expr, at: Expr) -> Iterate:
    """The entry ``at`` of gradient descent on a function of the vector that ``x = x[i]`` is an entry of."""
    return Iterate(x - rate * Derivative(f, x), x, start, steps, at)
