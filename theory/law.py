"""Probability laws, the random symbols that follow them, and the nodes that average over them.

A *variate* is a symbol that knows its law: ``u, v = gaussian.pair(rho)`` gives two symbols and one
law of parameter ``rho``. A *node*, ``Mean(f(u, v))``, is an integral against that law. It stores
the law among its arguments and binds the variates, as ``Integral`` binds its variable: so ``rho``
is free in the node, ``u`` is not, and ``node.subs(rho, 1)`` is the mean at correlation one.

Nothing here evaluates a mean. A derivation says how, and an experiment draws it.
"""

from sympy import (
    Basic,
    Expr,
    Function,
    Heaviside,
    Indexed,
    IndexedBase,
    Integer,
    S,
    Symbol,
    Tuple,
    default_sort_key,
    sympify,
)
from sympy.core.symbol import Str


class Law(Basic):
    """A law of one or several named variates; ``args`` are the names (a Tuple), then parameters."""

    def __new__(cls, names, *parameters):
        if isinstance(names, str):
            names = [part for part in names.replace(",", " ").split() if part]
        names = Tuple(*(name if isinstance(name, Str) else Str(name) for name in names))
        return Basic.__new__(cls, names, *map(sympify, parameters))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name.name for name in self.args[0].args)

    @property
    def parameters(self) -> tuple[Basic, ...]:
        return self.args[1:]

    @property
    def variates(self) -> tuple["Variate", ...]:
        return tuple(Variate(self, place) for place in range(len(self.names)))

    @property
    def free_symbols(self):
        return set().union(*(parameter.free_symbols for parameter in self.parameters), set())

    def _sympystr(self, printer):
        parameters = ", ".join(map(printer._print, self.parameters))
        return f"{type(self).__name__}({' '.join(self.names)}{'; ' * bool(parameters)}{parameters})"

    def twin(self, *names: str) -> "Law":
        """The same law under other names: an independent copy."""
        return self.func(names, *self.parameters)


class Variate(Symbol):
    """A random symbol: a name, the law that it follows and its place among that law's variates."""

    __slots__ = ("law", "place")

    def __new__(cls, law: Law, place: int):
        self = Symbol.__xnew__(cls, law.names[place], **getattr(law, "assumptions", {"real": True}))
        self.law, self.place = law, place
        return self

    def __getnewargs_ex__(self):
        return (self.law, self.place), {}

    def _hashable_content(self):
        return (*Symbol._hashable_content(self), self.law, self.place)


class Gaussian(Law):
    """One Gaussian of mean zero; parameter: its standard deviation."""


class GaussianPair(Law):
    """Two Gaussians of mean zero; parameters: their correlation, their standard deviation."""


class Uniform(Law):
    """Uniform on an interval; parameters: its two ends."""


class Rademacher(Law):
    """A fair sign."""


class Chi(Law):
    """The norm of a standard Gaussian vector; parameter: its dimension."""

    assumptions = {"positive": True}  # noqa: RUF012


class SpherePair(Law):
    """A uniform direction seen from two unit vectors; parameters: their correlation, the dimension."""


class GaussianArray(Law):
    """I.i.d. centred Gaussians in an array; parameters: shape (a Tuple), their standard deviation."""


class RademacherArray(Law):
    """I.i.d. fair signs in an array; parameters: its shape."""


class MomentsArray(Law):
    """An i.i.d. array of which only moments are known; parameters: shape (a Tuple), moments (a Dict)."""


class SphereArray(Law):
    """Independent uniform directions, one a row; parameter: shape (a Tuple), its last size the dimension."""


def array(law: Law, *shape) -> IndexedBase:
    """The indexed symbol of an array law: ``a[j]`` is one of its entries."""
    return IndexedBase(Variate(law, 0), shape=shape)


class step(Function):
    """The indicator of positive numbers: ``step(0) = 0``, and every positive power of it is itself."""

    nargs = 1
    is_nonnegative = True
    is_finite = True

    @classmethod
    def eval(cls, x):
        if x.is_positive:
            return S.One
        if x.is_nonpositive:
            return S.Zero
        factors = [factor for factor in x.args if not factor.is_positive] if x.is_Mul else [x]
        if len(factors) < len(x.args if x.is_Mul else [x]):
            return cls(x.func(*factors))

    def fdiff(self, argindex=1):
        from sympy import DiracDelta

        return DiracDelta(self.args[0])  # not 0: so that no rule takes a jump for a smooth function

    def _eval_power(self, exponent):
        return self if exponent.is_positive else None

    def _eval_balls(self):
        return Heaviside(self.args[0], 0)

    def _latex(self, printer, exp=None):
        return rf"\mathbf{{1}}\{{{printer._print(self.args[0])} > 0\}}"


def variates(expr: Basic) -> frozenset[Variate]:
    """The random symbols in an expression, arrays' labels included, those bound by a node too."""
    return frozenset(expr.atoms(Variate))


def laws(expr: Basic) -> tuple[Law, ...]:
    return tuple(sorted({variate.law for variate in variates(expr)}, key=default_sort_key))


class Node(Expr):
    """A functional of laws; ``args`` are the bodies, then the laws that bind their variates."""

    bodies_expected = 1
    operator = "E"
    is_commutative = True

    def __new__(cls, *args):
        bodies = [sympify(arg) for arg in args if not isinstance(arg, Law)]
        bound = [arg for arg in args if isinstance(arg, Law)]
        if len(bodies) != cls.bodies_expected:
            raise TypeError(f"{cls.__name__} takes {cls.bodies_expected} expression(s), got {len(bodies)}")
        bound = bound or laws(Tuple(*bodies))
        reject_ambiguous(cls.__name__, bound)
        return Expr.__new__(cls, *(rebound(body, bound) for body in bodies), *bound)

    @property
    def bodies(self) -> tuple[Basic, ...]:
        return self.args[: self.bodies_expected]

    @property
    def body(self) -> Basic:
        return self.args[0]

    @property
    def laws(self) -> tuple[Law, ...]:
        return self.args[self.bodies_expected :]

    @property
    def bound(self) -> frozenset[Variate]:
        return frozenset(variate for law in self.laws for variate in law.variates)

    @property
    def free_symbols(self):
        inside = set().union(*(body.free_symbols for body in self.bodies))
        entries = {entry for entry in inside if isinstance(entry, Indexed) and entry.base.label in self.bound}
        return (inside - self.bound - entries).union(*(law.free_symbols for law in self.laws))

    def _eval_is_real(self):
        return None if self.has(S.ImaginaryUnit) else True

    def _eval_subs(self, old, new):
        entry = isinstance(old, Indexed) and old.base.label in self.bound
        return self if entry or old in self.bound else None

    def _eval_derivative(self, symbol):
        from sympy import Derivative

        return Derivative(self, symbol, evaluate=False) if symbol in self.free_symbols else S.Zero

    def _eval_simplify(self, **kwargs):
        return self

    def doit(self, **hints):
        return self

    def _latex(self, printer, exp=None):
        body = ", ".join(printer._print(body) for body in self.bodies)
        text = rf"\operatorname{{{self.operator}}}\left[{body}\right]"
        return text if exp is None else rf"{text}^{{{exp}}}"

    def _sympystr(self, printer):
        return f"{self.operator}[{', '.join(printer._print(body) for body in self.bodies)}]"

    def _pretty(self, printer):
        from sympy.printing.pretty.stringpict import prettyForm

        inner = printer._print_seq(self.bodies, "[", "]", ", ")
        return prettyForm(*prettyForm(self.operator).right(inner))


def reject_ambiguous(node: str, bound) -> None:
    """Refuse two laws of one family for one name: a mean over both would not say which is meant."""
    home: dict[tuple[type, str], Law] = {}
    for law, name in ((each, name) for each in bound for name in each.names):
        other = home.setdefault((type(law), name), law)
        if other != law:
            parameters = " and ".join(str(each.parameters) for each in (other, law))
            raise ValueError(
                f"{node}: {name} follows two laws {type(law).__name__}, {parameters}; rename one of them"
            )


def rebound(body: Basic, bound) -> Basic:
    """``body`` with each variate that shares family and name with a law of ``bound`` tied to that law."""
    home = {(type(law), name): (law, place) for law in bound for place, name in enumerate(law.names)}
    swap = {}
    for variate in variates(body):
        law, place = home.get((type(variate.law), variate.name), (variate.law, variate.place))
        if law != variate.law:
            swap[variate] = Variate(law, place)
    return body.xreplace(swap) if swap else body


class Mean(Node):
    """The expectation of an expression over the laws of its variates."""


class Variance(Node):
    """The variance of an expression over the laws of its variates."""

    operator = "Var"


class Covariance(Node):
    """The covariance of two expressions over the joint law of their variates."""

    operator = "Cov"
    bodies_expected = 2


class Probability(Node):
    """The probability of an event over the laws of its variates."""

    operator = "P"


def moment(law: Law, order: int) -> Expr:
    """The raw moment of one entry of a law, where the law itself says it.

    Raises ``ValueError`` if the law does not fix that moment.
    """
    from sympy import factorial2

    if isinstance(law, MomentsArray):
        known = law.parameters[1]
        if Integer(order) in known:
            return known[Integer(order)]
        raise ValueError(f"{law.names[0]}: its moment of order {order} is not known; add it to its law")
    if isinstance(law, GaussianArray):
        return S.Zero if order % 2 else factorial2(order - 1) * law.parameters[1] ** order
    if isinstance(law, RademacherArray | Rademacher):
        return S((order % 2 == 0 and 1) or 0)
    raise ValueError(f"{type(law).__name__} does not list its moments; derive them by density and integrate")
