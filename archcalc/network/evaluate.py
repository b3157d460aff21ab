"""Templates → values: an expression evaluated in its scope, for the shape that comes into its item."""

from __future__ import annotations

from typing import Any, NoReturn

from ..core.errors import HasPlace, Problem, Reporter
from ..core.kinds import Mismatch, show
from ..expr.limits import ExpressionError
from ..layers.kit.layer import Result
from ..spec.language import MAX_NESTING, SHAPE_NAMES, SIGNS
from ..spec.tree import Item, Spec, Template, mismatched
from ..text.nodes import BAD
from ..text.nodes import Node as TextNode
from .graph import Frame, Tensor

WORK_PER_LAYER = 3
LEAST_WORK = 300_000
_LETTER_AXES = {"in_length": {2: 1}, "in_height": {3: 1, 4: 2}, "in_width": {3: 2, 4: 3}, "in_depth": {4: 1}}

Env = dict[str, Any]
Value = list[Tensor]


class Wrong(Exception):
    """This item can't be judged: it is wrong and was reported, or what it needs is unknown. ``problem`` is new, if there is one."""

    def __init__(self, problem: Problem | None = None) -> None:
        self.problem = problem


class Stop(Exception):
    """Nothing more can be judged."""


class Evaluator(Reporter):
    """What a walk through a spec knows and reports."""

    def __init__(self, spec: Spec, dtype: str, max_layers: int, run: Env) -> None:
        super().__init__(spec.file)
        self.spec = spec
        self.dtype = dtype
        self.max_layers = max_layers
        self.run = run
        """How the network is run: see RUN in archcalc/layers/kit/layer.py."""
        self.vars: Env = {}
        self.made = 0
        self.work = 0
        self.most_work = max(LEAST_WORK, WORK_PER_LAYER * max_layers)
        """Items visited, values listed: what a spec costs beside its layers."""
        self.depth = 0
        self.surrounding: Item | None = None
        """The outermost compound layer whose inside is being followed."""
        self.firsts: list[dict[Item, Any]] = []
        """For each loop around: what its items made in their first pass."""
        self.settled: dict[Item, Any] = {}
        """What the condition of an `if` or the values of a `for` are, for the copies of a repeat."""
        self.frames: dict[Any, Frame] = {}
        self.results: dict[Any, Result] = {}

    def wrong(self, node: TextNode, path: str, message: str, expected: str = "", found: str = "", hint: str = "") -> NoReturn:
        before = len(self.problems)
        self.error(node, path, message, expected, found, hint)
        raise Wrong(self.problems[-1] if len(self.problems) > before else None)

    def error(self, node: HasPlace, path: str, message: str, expected: str = "", found: str = "", hint: str = "") -> None:
        """Report what is wrong at a node; what is wrong inside a compound layer, at the user's item and its argument."""
        if self.surrounding is not None:
            argument = self.surrounding.args.get(path.rpartition(".")[2])
            template = argument if isinstance(argument, Template) else None
            node, path = (template.node, template.path) if template else (self.surrounding.key, self.surrounding.path)
        super().error(node, path, message, expected, found, hint)

    def reserve(self, layers_more: int, item: Item) -> None:
        """Count layers before they are made."""
        if self.made + layers_more > self.max_layers:
            shown = f"{self.made + layers_more:,}" if layers_more < 10**15 else "far more"
            self.error(
                item.key,
                item.path,
                f"the spec comes to more than {self.max_layers:,} layers",
                found=f"at least {shown} with this item",
                hint="--max-layers sets another limit",
            )
            raise Stop

    def spend(self, work: int, item: Item) -> None:
        """Count work that makes no layer: items left out, empty branches, long lists."""
        self.work += work
        if self.work > self.most_work:
            message = f"the spec takes more than {self.most_work:,} steps to follow"
            expected = "fewer copies, or fewer items in them that make no layer"
            self.error(item.key, item.path, message, expected, hint="a higher --max-layers allows more")
            raise Stop

    def deeper(self, item: Item) -> None:
        """One level further into composites and loops."""
        self.depth += 1
        if self.depth > 2 * MAX_NESTING:
            self.error(
                item.key, item.path, "blocks and composites stand in one another too deep", expected=f"at most {2 * MAX_NESTING} levels"
            )
            raise Stop

    def evaluate(self, template: Template, env: Env, value: Value) -> Any:
        """A template's value of its argument's kind, in a scope and for the value that comes in."""
        if template.constant:
            if template.value is BAD:
                raise Wrong
            return template.value
        scope = env
        if template.names & SIGNS:
            scope = {**env, **self.shape_names(template, value)}
        for name in template.names:
            known = scope.get(name)
            if known is BAD:
                raise Wrong
            if known.__class__ is list:
                self.work += len(known) * len(str(template.value)) // 250
        try:
            raw = template.evaluate(scope)
            return template.arg.kind.convert(raw)
        except ExpressionError as error:
            self.wrong(template.node, template.path, error.message, hint=error.hint)
        except Mismatch as mismatch:
            self.wrong(**mismatched(template, raw, mismatch, [*env, *SIGNS]))

    def shape_names(self, template: Template, value: Value) -> Env:
        """in_channels and the like: what an expression asks of the first incoming shape."""
        names = template.names & SIGNS
        if not value:
            self.wrong(template.node, template.path, f"{', '.join(sorted(names))}: nothing comes in here")
        shape = value[0].shape
        if shape is None:
            raise Wrong
        found = self.all_shape_names(value)
        for name in sorted(names):
            if name not in found:
                message = f"{name}: the incoming shape {show(shape)} has none"
                self.wrong(
                    template.node, template.path, message, expected=SHAPE_NAMES[name], hint="in_shape[0] is the first axis of any shape"
                )
        return found

    def all_shape_names(self, value: Value) -> Env:
        """Every name that has a meaning for the first incoming shape."""
        if not value or value[0].shape is None:
            return {}
        shape = value[0].shape
        found: Env = {"in_shape": list(shape)}
        if shape:
            found["in_channels"], found["in_features"] = shape[0], shape[-1]
        for name, axes in _LETTER_AXES.items():
            if len(shape) in axes:
                found[name] = shape[axes[len(shape)]]
        return found
