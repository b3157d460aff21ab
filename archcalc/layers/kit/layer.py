"""What a declaration of a layer type says, and how shapes, params and operations follow from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from types import MappingProxyType
from typing import Any

from ...core.counts import OPERATIONS, Counts
from ...core.formula import LETTERS, Formula, for_axes, for_axis
from ...core.kinds import LARGEST, Kind, show
from .keeps import NOTHING, Keeps

Shape = tuple[int, ...]
Symbols = dict[str, Any]
ShapeRule = Callable[[Symbols, "list[Shape]"], "list[Shape]"]
Delegate = Callable[[dict[str, Any]], "tuple[LayerType, dict[str, Any]]"]
Weights = tuple[str, Shape, int]
"""A weight tensor: its name, its sizes, and how many there are of it. Where there are several the name is that of the first."""


class LayerError(Exception):
    """A layer that does not fit what comes in, or whose output would not be a shape."""

    def __init__(self, message: str, expected: str = "", hint: str = "", arg: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.expected = expected
        self.hint = hint
        self.arg = arg


class Arg:
    """An argument of a layer type: its kind, its meaning, and its default (none: it must be given)."""

    __slots__ = ("default", "kind", "meaning", "name", "required", "shown_default", "symbol")

    def __init__(self, name: str, kind: Kind, meaning: str, default: Any = ..., *, symbol: str = "", shown_default: str = "") -> None:
        self.name = name
        self.kind = kind
        self.meaning = meaning
        self.required = default is ...
        self.default = None if self.required else default
        self.symbol = symbol
        self.shown_default = shown_default
        """How the default reads where it depends on other arguments or on the input."""

    @property
    def signature(self) -> str:
        """The argument as listings show it: ``stride=1``."""
        if self.required:
            return self.name
        return f"{self.name}={self.shown_default or show(self.default).strip(chr(39))}"


class Result:
    """What a layer type makes of its arguments and input shapes: outputs, params and counts per sample, and the symbols behind them."""

    __slots__ = ("axes", "cached", "counts", "extra", "layer", "matrix_params", "params", "shapes", "symbols")

    def __init__(self, shapes: list[Shape], params: int, matrix_params: int, counts: Counts, symbols: Symbols, axes: int) -> None:
        self.shapes = shapes
        self.params = params
        self.matrix_params = matrix_params
        """The params without the bias: what a tied layer shares."""
        self.counts = counts
        self.symbols = symbols
        self.axes = axes
        self.cached = 0
        """How many elements it keeps of each token, for the tokens to come."""
        self.extra: list[Shape] = []
        """Shapes of the outputs that are reached only by name."""
        self.layer: LayerType | None = None
        """The layer type that it is of; None where a spec declares it, with a number for its params alone."""

    def tensors(self) -> list[Weights]:
        """The weight tensors that the params lie in, worked out anew at each call; where only a number is known, one tensor of so many."""
        if self.layer is None:
            return [("params", (self.params,), 1)] if self.params else []
        found: list[Weights] = []
        for name, number, sizes in self.layer.tensor_formulas(self.axes):
            times = number(self.symbols)
            if times:
                found.append((name, tuple(sizes(self.symbols)), times))
        return found


class Example:
    """A worked example: arguments and inputs, and the figures that come out, worked out by hand.

    ``output`` is a shape, or a list of shapes where there are several outputs.
    """

    def __init__(self, args: Any, inputs: list[list[int]], output: list[Any], params: int = 0, **operations: int) -> None:
        self.args = args
        self.inputs = inputs
        self.output = output
        self.params = params
        self.operations = operations


ANY = "[...]"
CHANNELS_FIRST = "[C_in, ...]"
SPATIAL = "[C_in, H_in, W_in]"
FEATURES_LAST = "[..., F_in]"
RUN: Symbols = {"causal_half": 0, "context": 0}
"""How a network is run unless it is said otherwise: causal attention counted in full, all positions at once (no context of earlier tokens)."""

MAX_AXES = 16
MAX_OUTPUTS = 10_000
"""The most outputs of one item."""
MANY = 10**9
"""No bound on the number of inputs."""


class LayerType:
    """One layer type. Everything said of it elsewhere (schema, manual, listing, errors) is derived from this.

    ``takes`` names the form of the input: SPATIAL has one to three axes behind the channels, CHANNELS_FIRST any number,
    FEATURES_LAST has its features on the last axis, ANY has any axes; another form is only text. ``output`` is the shape's
    text; each of its axes H_out and W_out follows from ``axis``, a formula of the axis h. Where text can't say it, ``rule``
    is a function. ``axes_from`` names the argument whose length is the number of spatial axes, where the input's rank isn't.
    ``delegate`` makes a wrapper: it returns the layer type and the arguments that stand in for it.
    ``tensors`` gives each weight tensor a name and its sizes in PyTorch's order, such as ``[F_out, F_in]``; in front of them
    stands how many there are of it: ``bias * [F_out]`` is one where there is a bias, and none otherwise. Where ``bias`` is an
    argument, the names of the tensors that it brings begin with ``bias``.
    """

    declared = False
    """Whether a spec declares it: only the spec knows what it is."""

    def __init__(
        self,
        name: str,
        meaning: str,
        *,
        args: tuple[Arg, ...] = (),
        takes: str = ANY,
        inputs: tuple[int, int] = (1, 1),
        symbols: Callable[[Symbols, list[Shape]], None] | None = None,
        requires: tuple[tuple[str, str, str, str], ...] = (),
        output: str = "as the input",
        axis: str = "",
        rule: ShapeRule | None = None,
        axes_from: str = "",
        delegate: Delegate | None = None,
        params: str = "0",
        tensors: Mapping[str, str] = MappingProxyType({}),
        source: str,
        example: Example,
        notes: str = "",
        output_names: tuple[str, ...] = (),
        extra: ShapeRule | None = None,
        tokens: bool = False,
        settings: bool = False,
        cache: str = "",
        weight: tuple[str, ...] = (),
        keeps: Keeps = NOTHING,
        fuses: str = "",
        looks_up: bool = False,
        **operations: str,
    ) -> None:
        self.name = name
        self.meaning = meaning
        self.args = args
        self.arg_names = tuple(arg.name for arg in args)
        self.by_name = {arg.name: arg for arg in args}
        self.takes = takes
        self.inputs = inputs
        self.more_symbols = symbols
        self.requires = tuple((Formula(test), message, arg, expected) for test, message, arg, expected in requires)
        self.output = output
        self.axis = axis
        self.rule = rule
        self.axes_from = axes_from
        self.delegate = delegate
        self.params = params
        self.tensors = tensors
        self.source = source
        self.example = example
        self.notes = notes
        self.output_names = output_names
        """The names of the outputs that are reached only by name, such as the last state."""
        self.extra = extra
        self.tokens = tokens
        """Whether the input holds whole numbers, such as token ids."""
        self.settings = settings
        """Whether its formulas read how the network is run: the phase, and how causal attention is counted."""
        self.cache = Formula(cache) if cache else None
        """How many elements it keeps of each token, for the tokens to come."""
        self.weight = weight
        """The symbols of the axes of its weight matrix: what another layer type can be tied to."""
        self.keeps = keeps
        """What its backward pass needs, and whose memory its output is."""
        self.fuses = fuses
        """How it can be done together with the layer before it: "all" of what it reads is at hand, or what it joins to that: the "others"."""
        self.looks_up = looks_up
        """Whether it reads but the rows of its weights that it needs."""
        unknown = set(operations) - set(OPERATIONS)
        if unknown:
            raise TypeError(f"{name}: no such operation: {', '.join(sorted(unknown))}")
        self.operations = operations
        self.spatial = takes == SPATIAL
        self._plans: dict[int, _Plan] = {}
        self._tensor_formulas: dict[int, list[tuple[str, Formula, Formula]]] = {}

    def formulas(self, axes: int) -> _Plan:
        """The formulas for a number of spatial axes."""
        plan = self._plans.get(axes)
        if plan is None:
            plan = self._plans[axes] = _Plan(self, axes)
        return plan

    def tensor_formulas(self, axes: int) -> list[tuple[str, Formula, Formula]]:
        """Of each weight tensor its name, how many there are of it, and its sizes, for a number of spatial axes."""
        found = self._tensor_formulas.get(axes)
        if found is None:
            found = self._tensor_formulas[axes] = []
            for name, text in self.tensors.items():
                number, bracket, sizes = for_axes(text, axes).partition("[")
                found.append((name, Formula(number.removesuffix(" * ") or "1"), Formula(bracket + sizes)))
        return found

    def apply(self, args: dict[str, Any], inputs: list[Shape], settings: Symbols | None = None) -> Result:
        """Shapes, params and counts for one sample. Raises LayerError where the input does not fit.

        ``settings`` say how the network is run, for the layers that ask: see RUN.
        """
        if self.delegate is not None:
            layer, args = self.delegate(args)
            return layer.apply(args, inputs, settings)
        self.check_inputs(inputs)
        shape = inputs[0] if inputs else ()
        axes = len(shape) - 1 if self.spatial else len(args[self.axes_from]) if self.axes_from else 0
        if self.spatial and not 1 <= axes <= 3:
            raise LayerError(
                f"{self.name} takes channels and one to three spatial axes",
                expected="[C, L], [C, H, W] or [C, D, H, W]",
                hint="add axes with unsqueeze or reshape" if axes < 1 else "the batch is not part of a shape" if axes == 4 else "",
            )
        plan = self.formulas(axes)
        symbols: Symbols = {**args, **(settings or RUN)} if self.settings else dict(args)
        self._bind(symbols, shape, plan)
        if self.more_symbols is not None:
            self.more_symbols(symbols, inputs)
        for test, message, arg, expected in self.requires:
            if not test(symbols):
                raise LayerError(message.format(**symbols), expected=expected.format(**symbols), arg=arg)
        shapes = self._shapes(symbols, inputs, plan)
        for out in shapes:
            if len(out) > MAX_AXES:
                raise LayerError(f"the output would have {len(out)} axes", expected=f"at most {MAX_AXES}")
            for size in out:
                if not 1 <= size <= LARGEST:
                    raise LayerError(
                        f"the output would be [{', '.join(map(str, out))}]: every size must be from 1 to 2^63 - 1",
                        hint=_too_small_hint(self, size),
                    )
        symbols["N_out"] = sum(map(prod, shapes)) if len(shapes) > 1 else prod(shapes[0])
        params = plan.params(symbols)
        without_bias = plan.params({**symbols, "bias": 0}) if symbols.get("bias") is True else params
        counts = Counts(**{field: formula(symbols) for field, formula in plan.operations})
        result = Result(shapes, params, without_bias, counts, symbols, axes)
        result.layer = self
        if self.cache is not None:
            result.cached = self.cache(symbols)
        if self.extra is not None:
            result.extra = self.extra(symbols, inputs)
        return result

    def check_inputs(self, inputs: list[Shape]) -> None:
        """Raises LayerError where too few or too many values come in."""
        least, most = self.inputs
        if not least <= len(inputs) <= most:
            raise LayerError(
                f"{self.name} takes {_how_many(least, most)}, and {len(inputs)} {'comes' if len(inputs) == 1 else 'come'} in",
                hint="name them with from: [a, b]"
                if len(inputs) < least
                else ""
                if not most
                else "take one with `from`, or join them with concat or add",
            )

    def _bind(self, symbols: Symbols, shape: Shape, plan: _Plan) -> None:
        symbols["N_in"] = prod(shape)
        if self.takes == FEATURES_LAST:
            if not shape:
                raise LayerError(f"{self.name} takes at least one axis")
            symbols["F_in"] = shape[-1]
            symbols["N"] = prod(shape[:-1])
        elif self.takes in (CHANNELS_FIRST, SPATIAL):
            if not shape:
                raise LayerError(f"{self.name} takes channels first")
            symbols["C_in"] = shape[0]
            for name, size in zip(plan.in_names, shape[1:]):
                symbols[name] = size
        for arg in self.args:
            if arg.symbol:
                value = symbols[arg.name]
                if arg.kind.per_axis:
                    if isinstance(value, (tuple, list)) and len(value) != len(plan.letters):
                        raise LayerError(
                            f"{arg.name} has {len(value)} value{'' if len(value) == 1 else 's'} for {axes_text(len(plan.letters), 'spatial ')}",
                            expected=f"one number, or a list of {len(plan.letters)}",
                            arg=arg.name,
                        )
                    for index, letter in enumerate(plan.letters):
                        symbols[f"{arg.symbol}_{letter}"] = value[index] if isinstance(value, (tuple, list)) else value
                else:
                    symbols[arg.symbol] = value

    def _shapes(self, symbols: Symbols, inputs: list[Shape], plan: _Plan) -> list[Shape]:
        if self.rule is not None:
            shapes = self.rule(symbols, inputs)
        elif self.output == "as the input":
            return [inputs[0]]
        else:
            for name, formula in plan.axis:
                symbols[name] = formula(symbols)
            sizes = tuple(formula(symbols) for formula in plan.output)
            shapes = [(*inputs[0][:-1], *sizes) if self.takes == FEATURES_LAST else sizes]
        if self.rule is not None and self.spatial and len(shapes[0]) == len(plan.letters) + 1:
            for name, size in zip(plan.out_names, shapes[0][1:]):
                symbols[name] = size
        return shapes


class _Plan:
    """The formulas of a layer type for one number of spatial axes."""

    __slots__ = ("axis", "in_names", "letters", "operations", "out_names", "output", "params")

    def __init__(self, layer: LayerType, axes: int) -> None:
        self.letters = LETTERS.get(axes, "")
        self.in_names = [f"{letter.upper()}_in" for letter in self.letters]
        self.out_names = [f"{letter.upper()}_out" for letter in self.letters]
        self.axis = (
            [(name, Formula(for_axis(layer.axis, letter))) for name, letter in zip(self.out_names, self.letters)] if layer.axis else []
        )
        said = layer.output.startswith("[") and layer.rule is None
        dims = [dim.strip() for dim in layer.output.strip("[]").split(",") if dim.strip() != "..."] if said else []
        if "H_out" in dims:
            dims = [dim for dim in dims if dim not in ("H_out", "W_out")] + self.out_names
        self.output = [Formula(for_axes(dim, axes)) for dim in dims]
        self.params = Formula(for_axes(layer.params, axes))
        self.operations = [(field, Formula(for_axes(text, axes))) for field, text in layer.operations.items()]


def axes_text(count: int, kind: str = "") -> str:
    """``1 axis``, ``2 spatial axes``."""
    return f"{count} {kind}{'axis' if count == 1 else 'axes'}"


def axis_of(axis: int, shape: Shape, arg: str = "axis", more: int = 0) -> int:
    """The axis counted from 0; ``more`` axes than the shape has may be named. An axis that isn't there is an error."""
    rank = len(shape) + more
    if not -rank <= axis < rank:
        raise LayerError(
            f"{arg}: {axis} is out of range: the input {show(shape)} has {axes_text(len(shape))}",
            expected=f"from {-rank} to {rank - 1}" if rank else "",
            hint="axes count from 0 without the batch" if axis == rank else "",
            arg=arg,
        )
    return axis % rank


def axes_of(axes: int | tuple[int, ...], shape: Shape, arg: str = "axes") -> list[int]:
    """One axis or several, counted from 0, each named once."""
    named = [axis_of(axis, shape, arg) for axis in ((axes,) if isinstance(axes, int) else axes)]
    for index, axis in enumerate(named):
        if axis in named[:index]:
            raise LayerError(f"{arg}: axis {axis} is named twice", arg=arg)
    return named


def _how_many(least: int, most: int) -> str:
    if most >= MANY:
        return f"{least} input{'' if least == 1 else 's'} or more"
    count = str(least) if least == most else f"{least} to {most}"
    return f"{count} input{'' if most == 1 else 's'}"


def _too_small_hint(layer: LayerType, size: int) -> str:
    if size < 1 and "- P_h" in layer.axis:
        return "the padding is cut off the output: use less of it"
    if size < 1 and "padding" in layer.by_name:
        return "the window is larger than the padded input: use a smaller kernel or dilation, or more padding"
    return ""
