"""Layer types that a spec declares itself: each figure an expression over its arguments, the vars and the incoming shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..core.counts import OPERATIONS
from ..core.formula import Formula
from ..core.kinds import SHAPE, Either, Int, ListOf
from ..layers.kit.keeps import NOTHING, Keeps
from ..layers.kit.layer import MANY, Arg, Example, LayerType
from ..text.nodes import Mapping, Node, Scalar
from .language import BLOCK_NAMES
from .tree import Block, Template

if TYPE_CHECKING:
    from .document import Parser
    from .values import Names

PRODUCTS = frozenset(("params", "maccs", "weight_muls", "muls", "divs", "transcendentals", "sqrts"))
"""Figures of layers whose backward pass most likely needs what came in."""
FIGURES = ("params", *OPERATIONS)
KEYS = ("args", "output", *FIGURES, "source")
MADE_KEYS = ("args", "inputs", "layers", "source")
OUTPUT = Either(SHAPE, ListOf(SHAPE, "a list of shapes"), expected="a shape such as in_shape or [in_channels, 7, 7], or a list of shapes")
AMOUNT = Int(0, most=10**30)


class UserLayer(LayerType):
    """A layer type from a spec. ``shape`` and ``figures`` are templates: they are evaluated where the layer is used."""

    declared = True

    def __init__(
        self,
        name: str,
        args: tuple[Arg, ...],
        defaults: dict[str, Template],
        shape: Template | None,
        figures: dict[str, Template],
        source: str,
    ) -> None:
        texts = {field: written(template.node) for field, template in figures.items()}
        super().__init__(
            name,
            "A layer type of this spec.",
            args=args,
            inputs=(0, MANY),
            output=written(shape.node) if shape else "as the input",
            params=texts.pop("params", "0"),
            keeps=Keeps("input", weights="input") if PRODUCTS & set(figures) else NOTHING,  # what its backward pass needs is not known
            source=source,
            example=Example({}, [], []),
        )
        self.operations = texts
        self.defaults = defaults
        self.shape = shape
        self.figures = figures

    def formulas(self, axes: int) -> Any:
        """The texts as they were written."""
        return _Texts(self)


class _Texts:
    def __init__(self, layer: UserLayer) -> None:
        self.axis: list[Any] = []
        self.params = Formula(layer.params)
        self.operations = [(field, Formula(text)) for field, text in layer.operations.items()]


def layer_types(parser: Parser, node: Node, names: Names) -> None:
    """Read the `layer_types` of a spec into the parser."""
    for name, scalar, inner in parser.pairs(node, "layer_types", "names and their figures: {swap: {output: in_shape, params: 0}}"):
        path = f"layer_types.{name}"
        good = parser.name(scalar, path, BLOCK_NAMES)
        if name in parser.blocks:
            good = False
            parser.error(scalar, path, f"'{name}' is the name of a block already", hint="give one of them another name")
        declared = parser.mapping(inner, path, ", ".join(KEYS))
        if declared is None:
            continue
        made = "layers" in declared.entries
        parser.unknown_keys(declared, path, MADE_KEYS if made else KEYS, "a layer type made of layers" if made else "a layer type")
        args, defaults = parser.arguments(declared.entries.get("args"), f"{path}.args", names)
        inside = names.plus(*(arg.name for arg in args))
        templates: dict[str, Template] = {}
        for key in ("output", *FIGURES):
            if key in declared.entries:
                arg = Arg(key, OUTPUT if key == "output" else AMOUNT, "")
                template = parser.template(declared.entries[key], arg, f"{path}.{key}", inside)
                if template is None:
                    good = False
                else:
                    templates[key] = template
        source = parser.text(declared.entries["source"], f"{path}.source") if "source" in declared.entries else ""
        if good and made:
            block = Block(name, declared)
            block.args, block.defaults = args, defaults
            parser.block_inputs(block, declared.entries.get("inputs"), f"{path}.inputs")
            block.layer = UserLayer(name, args, defaults, None, {}, source or "")
            parser.layer_types[name] = block
        elif good:
            parser.layer_types[name] = UserLayer(name, args, defaults, templates.pop("output", None), templates, source or "")


def written(node: Node) -> str:
    """An expression or a list of them as text."""
    if isinstance(node, Scalar):
        return str(node.value)
    if isinstance(node, Mapping):
        return "{...}"
    return "[" + ", ".join(map(written, node.items)) + "]"
