"""What a declaration of a layer type says, and how shapes, params and operations follow from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ...core.counts import OPERATIONS, Counts
from ...core.formats import Vectors
from ...core.formula import Formula
from .args import Arg, Example, LayerError, Shape, Symbols
from .axes import ANY, CHANNELS_FIRST, FEATURES_LAST, SPATIAL, AxesRule, axes_text, check_count, check_shape, features_on_last
from .keeps import NOTHING, Keeps
from .plan import Plan
from .positions import ALL, Instead, Move, Positions, latest, rule_of
from .result import Result

if TYPE_CHECKING:
    from .norms import Norm

ShapeRule = Callable[[Symbols, "list[Shape]"], "list[Shape]"]
Delegate = Callable[[dict[str, Any]], "tuple[LayerType, dict[str, Any]]"]
RUN: Symbols = {"causal_half": 0, "context": 0, "incoming": 0}
"""How a network is run unless it is said otherwise: causal attention in full, and all positions, as many as the spec says, at once."""


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
    norm: Norm | None = None  # what its weight is worked out by, where an item says so: see ``normed``

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
        buffers: str = "",
        counters: int = 0,
        tensors: Mapping[str, str] = MappingProxyType({}),
        axes: str | AxesRule = "",
        source: str,
        example: Example,
        notes: str = "",
        output_names: tuple[str, ...] = (),
        extra: ShapeRule | None = None,
        tokens: bool = False,
        settings: bool = False,
        cache: Callable[[Symbols], Vectors] | None = None,
        state: str = "",
        gives_state: bool = False,
        step: bool = False,
        weight: tuple[str, ...] = (),
        keeps: Keeps = NOTHING,
        fuses: str = "",
        looks_up: bool = False,
        positions: str | Positions = ALL,
        instead: Instead = latest,
        whole: tuple[tuple[int, str, str, str], ...] = (),
        together: str = "",
        joins: str = "",
        cuts: str = "",
        masked: Callable[[Symbols], int] | None = None,
        packed: bool = False,
        adapted: str = "",
        over: str = "",
        orders: bool = False,
        classes: Callable[[Symbols], int] | None = None,
        resizes: bool = False,
        casts: str = "",
        recentres: bool = False,
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
        self.buffers = Formula(buffers) if buffers else None
        """How many numbers it holds beside its params, which are not learned: running statistics, fixed tables."""
        self.counters = counters
        """How many counters PyTorch's module holds beside these."""
        self.tensors = tensors
        self.axes = axes
        """The named axes of inputs, weights and outputs, or what says them of a use of it: see archcalc/layers/kit/named.py."""
        self.source = source
        self.example = example
        self.notes = notes
        self.output_names = output_names
        """The names of the outputs that are reached only by name, such as the last state."""
        self.extra = extra
        self.tokens = tokens
        """Whether the input holds whole numbers, such as token ids."""
        self.settings = settings or bool(state)
        """Whether its formulas read how the network is run: the phase, and how causal attention is counted."""
        self.cache = cache
        """The vectors that it keeps of each token, for the tokens to come, from its symbols."""
        self.state = Formula(state) if state else None
        """How many elements it holds of all tokens before, however many these are."""
        self.gives_state = gives_state
        """Whether the state is among what it gives, and what comes in behind its first input is the state that it starts from."""
        self.step = step
        """Whether it takes one step: the state that comes in is the one of the step before."""
        self.weight = weight
        """The symbols of the axes of its weight matrix: what another layer type can be tied to."""
        self.keeps = keeps
        """What its backward pass needs, and whose memory its output is."""
        self.fuses = fuses
        """How it can be done together with the layer before it: "all" of what it reads is at hand, or what it joins to that: the "others"."""
        self.looks_up = looks_up
        """Whether it reads but the rows of its weights that it needs."""
        self.positions = positions
        """What of a sequence it looks at: see ``moves``."""
        self.instead = instead
        """What is written in its place, or of it, where it would look at later positions."""
        self.whole = tuple((number, Formula(test), why, hint) for number, test, why, hint in whole)
        """Where it needs a whole sequence at once: the number of the input that has it, a test of its arguments, why, and what to write."""
        self.together = Formula(together) if together else None
        """Where what comes in are values of one sequence: if one of them follows the tokens, all do."""
        self.joins = joins
        """The argument that names the axis on which it puts what comes in one behind another."""
        self.cuts = cuts
        """The argument that names the axis of which it gives parts, or a part."""
        self.masked = masked
        """Of attention: how many of its ``pairs`` are not masked, from its symbols."""
        self.packed = packed
        """Whether one product can make what several of it make of one value, as attention's projections are made."""
        self.adapted = adapted
        """The compound layer type that it is with an adapter of low rank beside it: its arguments, and ``rank``."""
        self.over = over
        """The argument that names the axis or axes that it works on: the last one unless it is given."""
        self.features_last = bool(over) or features_on_last(takes)
        """Whether it takes the last axis for features, unless an argument says otherwise: on a map with channels first that is its width."""
        self.orders = orders
        """Whether its arguments say in which order the axes are to be."""
        self.classes = classes
        """How many classes its output has where it is what a network ends with; 0: none."""
        self.resizes = resizes
        """Whether it makes a map of another size of the same channels."""
        self.casts = casts
        """The argument that names the dtype of its output; empty: it has that of the place it stands in."""
        self.recentres = recentres
        """Whether it takes its mean away from each channel and adds a shift of its own, so that a bias in front of it does nothing."""
        if unknown := set(operations) - set(OPERATIONS):
            raise TypeError(f"{name}: no such operation: {', '.join(sorted(unknown))}")
        self.operations = operations
        self.spatial = takes == SPATIAL
        self._too_small = (
            "the padding is cut off the output: use less of it"
            if "- P_h" in axis
            else "the window is larger than the padded input: use a smaller kernel or dilation, or more padding"
            if "padding" in self.by_name
            else ""
        )
        self._plans: dict[int, Plan] = {}

    def formulas(self, axes: int) -> Plan:
        """The formulas for a number of spatial axes."""
        plan = self._plans.get(axes)
        if plan is None:
            output = self.output if self.output.startswith("[") and self.rule is None else ""
            plan = self._plans[axes] = Plan(axes, self.axis, output, self.params, self.operations, self.tensors)
        return plan

    def moves(self, result: Result, inputs: list[Shape], number: int, axis: int) -> Move:
        """What of a sequence on that axis of that input it looks at, and on which axis of its outputs the sequence lies."""
        return rule_of(self.positions, self.takes)(result.symbols, inputs, number, axis)

    def apply(self, args: dict[str, Any], inputs: list[Shape], settings: Symbols | None = None) -> Result:
        """Shapes, params and counts for one sample. Raises LayerError where the input does not fit.

        ``settings`` say how the network is run, for the layers that ask: see RUN.
        """
        if self.delegate is not None:
            layer, args = self.delegate(args)
            return layer.apply(args, inputs, settings)
        check_count(self.name, len(inputs), *self.inputs)
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
            check_shape(out, self._too_small)
        symbols["N_out"] = sum(map(prod, shapes))
        params = plan.params(symbols)
        bias = symbols.get("bias")
        without_bias = plan.params({**symbols, "bias": 0}) if bias.__class__ is bool and bias is not False else params
        counts = Counts(**{field: formula(symbols) for field, formula in plan.operations})
        return Result(
            shapes,
            params,
            without_bias,
            counts,
            symbols,
            axes,
            plan=plan,
            buffers=self.buffers(symbols) if self.buffers is not None else 0,
            extra=self.extra(symbols, inputs) if self.extra is not None else None,
            cached=self.cache(symbols) if self.cache is not None else (),
            kept=symbols["kept"] if self.cache is not None else 0,
            window=(symbols["window"] or symbols["chunk"]) if self.cache is not None else 0,
            state=self.state(symbols) if self.state is not None else 0,
            grows=self.cache is not None and symbols["grows"],
            context=symbols["context"] if self.settings else 0,
            causal=self.masked is not None and bool(symbols["causal"]),
            pairs=symbols["pairs"] if self.masked is not None else 0,
            unmasked=self.masked(symbols) if self.masked is not None else 0,
            seen=(symbols["seen"], symbols["L_k"]) if self.masked is not None else (1, 1),
            vectors=symbols.get("N", 1),
            elements_in=symbols["N_in"],
            elements_out=symbols["N_out"],
        )

    def _bind(self, symbols: Symbols, shape: Shape, plan: Plan) -> None:
        symbols["N_in"] = prod(shape)
        if self.takes == FEATURES_LAST:
            if not shape:
                raise LayerError(f"{self.name} takes at least one axis")
            symbols["F_in"], symbols["N"] = shape[-1], prod(shape[:-1])
        elif self.takes in (CHANNELS_FIRST, SPATIAL):
            if not shape:
                raise LayerError(f"{self.name} takes channels first")
            symbols["C_in"] = shape[0]
            symbols.update(zip(plan.in_names, shape[1:]))
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

    def _shapes(self, symbols: Symbols, inputs: list[Shape], plan: Plan) -> list[Shape]:
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
            symbols.update(zip(plan.out_names, shapes[0][1:]))
        return shapes
