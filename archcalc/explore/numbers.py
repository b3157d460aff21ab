"""Numbers that stand for a whole space of values: a graph of exact operations, each made once, with intervals, and guards where code looks.

An open number has a value at one point of the space, the representative, and an interval that holds its values at all points. A comparison
that the intervals decide is a plain truth value. Where code asks an open one for its truth, the truth that it has at the representative is
given, and a guard is left that says so: what follows holds at all points where every guard has the truth that it has there.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from ..core.numbers import Open, both, negated
from .operations import BOOL, DO, FLOAT, INT, STR, arithmetic, bounds, compare, equal, extreme, is_number, kind_of, pinned, rounded, settled


class Trace:
    """What was done with open numbers in one walk: every operation once, in order, and the guards."""

    __slots__ = ("_assumed", "_ways", "asked", "guards", "known", "made", "order", "settled", "spelled")

    def __init__(self, settled: Container[str] | None = None) -> None:
        self.settled = settled
        """Where conditions stand of which one way alone is followed; None: all of them."""
        self._assumed: dict[int, bool] = {}
        """The truth that conditions have on the way that is followed now, by their numbers."""
        self.known: dict[tuple[Any, ...], Any] = {}
        """What operators gave, by the operator and the numbers."""
        self.asked = 0
        """How often some code asked for the truth of a condition."""
        self._ways: list[Any] = []
        """The conditions that hold on it."""
        self.made: dict[tuple[Any, ...], Sym] = {}
        self.order: list[Sym] = []
        self.guards: dict[int, Sym] = {}
        """The conditions that code asked for, by their numbers; each has the truth of its value at the representative."""
        self.spelled = False
        """Whether some text has the value of an open number in it."""

    def variable(self, name: str, values: Sequence[Any], value: Any) -> Any:
        """The open number of an axis: one of some values, and the one at the representative. Where there is one value, that."""
        if len(values) == 1:
            return value
        kinds = {type(each) for each in values}
        kind = kinds.pop() if len(kinds) == 1 else FLOAT
        low, high = (0, 0) if kind is STR else (min(values), max(values))
        return self.make("var", (name,), low, high, kind, value)

    def make(self, op: str, args: tuple[Any, ...], low: Any, high: Any, kind: type, value: Any) -> Sym:
        """The number that an operation gives, the same one each time."""
        key = (op, *[arg.id if type(arg) is Sym else (arg.__class__, arg) for arg in args])
        found = self.made.get(key)
        if found is None:
            found = self.made[key] = Sym()
            found.trace, found.op, found.args, found.low, found.high, found.kind, found.value = self, op, args, low, high, kind, value
            found.id = len(self.order)
            self.order.append(found)
        return found

    def guard(self, condition: Any) -> bool:
        """The truth of a condition at the representative, from here on taken for its truth."""
        if type(condition) is not Sym:
            return bool(condition)
        self.asked += 1
        if condition.op == "not":
            return not self.guard(condition.args[0])
        if condition.id in self._assumed:
            return self._assumed[condition.id]
        told: Any = condition if not self._ways or condition.value else condition.negated()
        for way in self._ways:  # where another way is taken, nothing was asked
            told = negated(both(way, negated(told)))
        if type(told) is Sym:
            self.guards[told.id] = told
        return bool(condition.value)

    @contextmanager
    def assume(self, condition: Any, truth: bool) -> Iterator[None]:
        """What is done inside is done where a condition has a truth."""
        before, self._assumed = self._assumed, {**self._assumed, **_following(condition, truth)}
        self._ways.append(condition if truth else condition.negated())
        try:
            yield
        finally:
            self._ways.pop()
            self._assumed = before


def _following(condition: Any, truth: bool) -> dict[int, bool]:
    """The truths that follow from that of a condition, its own among them, by the numbers of the conditions."""
    found = {condition.id: truth}
    if condition.op == "not":
        found.update(_following(condition.args[0], not truth))
    elif condition.op == "and" and truth:
        for each in condition.args:
            found.update(_following(each, True))
    return found


def done(op: str, one: Any, other: Any) -> Any:
    """The number that an operator gives of two, of which one is open: worked out once, but for what leaves a guard each time."""
    trace = one.trace if type(one) is Sym else other.trace
    key = (op, one.id if type(one) is Sym else (type(one), one), other.id if type(other) is Sym else (type(other), other))
    found = trace.known.get(key)
    if found is None:
        asked = trace.asked
        found = arithmetic(trace, op, one, other)
        if trace.asked == asked:
            trace.known[key] = found
    return found


class Sym(Open):
    """An open number of a trace; its class, ``kind``, is what code takes it for."""

    __slots__ = ("args", "high", "id", "kind", "low", "op", "trace", "value")

    __class__ = property(lambda self: self.kind)

    def __hash__(self) -> int:
        return hash((Sym, self.id))

    def __repr__(self) -> str:
        return self.__str__()

    def __str__(self) -> str:
        self.trace.spelled = True
        return str(self.value)

    def __format__(self, spec: str) -> str:
        self.trace.spelled = True
        return format(self.value, spec)

    def __add__(self, other: Any) -> Any:
        return done("+", self, other)

    def __radd__(self, other: Any) -> Any:
        return done("+", other, self)

    def __sub__(self, other: Any) -> Any:
        return done("-", self, other)

    def __rsub__(self, other: Any) -> Any:
        return done("-", other, self)

    def __mul__(self, other: Any) -> Any:
        return done("*", self, other)

    def __rmul__(self, other: Any) -> Any:
        return done("*", other, self)

    def __truediv__(self, other: Any) -> Any:
        return done("/", self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return done("/", other, self)

    def __floordiv__(self, other: Any) -> Any:
        return done("//", self, other)

    def __rfloordiv__(self, other: Any) -> Any:
        return done("//", other, self)

    def __mod__(self, other: Any) -> Any:
        return done("%", self, other)

    def __rmod__(self, other: Any) -> Any:
        return done("%", other, self)

    def __pow__(self, other: Any) -> Any:
        return done("**", self, other)

    def __rpow__(self, other: Any) -> Any:
        return done("**", other, self)

    def __neg__(self) -> Any:
        return done("-", 0, self)

    def __pos__(self) -> Any:
        return done("+", self, 0)

    def __abs__(self) -> Any:
        return self.most((self, -self))

    def __lt__(self, other: Any) -> Any:
        return compare("<", self, other)

    def __le__(self, other: Any) -> Any:
        return compare("<=", self, other)

    def __gt__(self, other: Any) -> Any:
        return compare("<", other, self)

    def __ge__(self, other: Any) -> Any:
        return compare("<=", other, self)

    def __eq__(self, other: object) -> Any:
        return equal(self, other)

    def __ne__(self, other: object) -> Any:
        found = equal(self, other)
        return found.negated() if type(found) is Sym else not found

    def __bool__(self) -> bool:
        if self.kind is STR:
            return bool(pinned(self))
        return bool(self.trace.guard(self if self.kind is BOOL else self != 0))

    def __index__(self) -> int:
        return int(pinned(self))

    __int__ = __index__

    def __float__(self) -> float:
        return float(pinned(self))

    def __floor__(self) -> Any:
        return rounded("floor", self)

    def __ceil__(self) -> Any:
        return rounded("ceil", self)

    def __trunc__(self) -> Any:
        return self.whole()

    def __round__(self, digits: int | None = None) -> Any:
        return rounded("round", self) if digits is None else round(pinned(self), digits)

    def __len__(self) -> int:
        return len(pinned(self))

    def __getattr__(self, name: str) -> Any:
        getattr(self.value, name)  # raises AttributeError before anything is decided
        return getattr(pinned(self), name)

    def __getitem__(self, place: Any) -> Any:
        return pinned(self)[place]

    def is_integer(self) -> Any:
        """Whether it is whole."""
        return True if self.kind is INT else equal(rounded("floor", self), self)

    def most(self, values: Sequence[Any]) -> Any:
        return extreme("max", values)

    def least(self, values: Sequence[Any]) -> Any:
        return extreme("min", values)

    def choose(self, one: Any, other: Any) -> Any:
        if one is other or (type(one) is not Sym and type(other) is not Sym and type(one) is type(other) and one == other):
            return one
        if not (is_number(one) and is_number(other)) and {kind_of(one), kind_of(other)} != {STR}:
            return one if self else other
        condition, kinds = self if self.kind is BOOL else self != 0, {kind_of(one), kind_of(other)}
        if type(condition) is not Sym:
            return one if condition else other
        kind = kinds.pop() if len(kinds) == 1 else FLOAT if FLOAT in kinds else INT
        (low, high), (more, most) = ((0, 0), (0, 0)) if kind is STR else (bounds(one), bounds(other))
        value = settled(one) if condition.value else settled(other)
        return self.trace.make("choose", (condition, one, other), min(low, more), max(high, most), kind, value)

    def settled(self) -> Any:
        return pinned(self)

    def whole(self) -> Any:
        if self.kind is BOOL:
            return self.choose(1, 0)
        if self.kind is INT:
            return self
        if self.kind is STR:
            return int(pinned(self))
        return rounded("floor", self) if self.low >= 0 else rounded("trunc", self)

    def common(self, other: Any) -> Any:
        value, most = math.gcd(settled(self), settled(other)), min(max(map(abs, bounds(each))) for each in (self, other))
        if not (bounds(self)[0] > 0 and bounds(other)[0] > 0):
            return math.gcd(pinned(self), pinned(other))
        return self.trace.make("gcd", (self, other), 1, most, INT, value)

    def real_of(self, name: str) -> Any:
        if not (self.low > 0 or (name == "sqrt" and self.low == 0)):
            return DO[name](pinned(self))
        return self.trace.make(name, (self,), DO[name](self.low), DO[name](self.high), FLOAT, DO[name](self.value))

    def splits(self, place: str) -> bool:
        return self.trace.settled is not None and place not in self.trace.settled

    def assumed(self, truth: bool) -> AbstractContextManager[None]:
        return self.trace.assume(self, truth)  # type: ignore[no-any-return]

    def negated(self) -> Any:
        if self.kind is not BOOL:
            return not self
        return self.args[0] if self.op == "not" else self.trace.make("not", (self,), 0, 1, BOOL, not self.value)

    def both(self, other: Any) -> Any:
        if type(other) is not Sym:
            return self if other else False
        return self if other is self else self.trace.make("and", (self, other), 0, 1, BOOL, bool(self.value and other.value))
