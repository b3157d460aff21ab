"""The layer types that a spec declares: by formulas, or by the layers that they are made of."""

from __future__ import annotations

from ..core.counts import OPERATIONS
from ..core.kinds import SHAPE, Either, Int, ListOf
from ..layers.kit.args import Arg
from ..layers.kit.axes import EACH
from ..text.nodes import Mapping, Node
from .blocks import BLOCK_NAMES, TYPE_RULE, read_arguments, read_inputs
from .reading import Known, Reading
from .templates import Template
from .tree import Block
from .user_layers import HOLDS, UserLayer
from .values import read_template

FIGURES = ("params", "buffers", *OPERATIONS, *HOLDS)
KEYS = ("args", "output", *FIGURES, "axes", "source")
MADE_KEYS = ("args", "let", "inputs", "layers", "source")
OUTPUT = Either(SHAPE, ListOf(SHAPE, "a list of shapes"), expected="a shape such as in_shape or [in_channels, 7, 7], or a list of shapes")
AMOUNT = Int(0, most=10**30)


def declare_layer_types(reading: Reading, node: Node | None) -> None:
    """The layer types into the reading: all of those by formulas, of those made of layers all but the layers."""
    for name, scalar, inner in reading.pairs(node, "layer_types", "names and their figures: {swap: {output: in_shape, params: 0}}"):
        path = f"layer_types.{name}"
        good = reading.good_name(scalar, path, BLOCK_NAMES)
        if name in reading.blocks or name in reading.layer_types:
            good = False
            reading.error(scalar, path, f"'{name}' is the name of a block already", hint="give one of them another name")
        declared = reading.mapping(inner, path, ", ".join(KEYS))
        if declared is not None:
            _declare(reading, name, declared, path, good)


def _declare(reading: Reading, name: str, node: Mapping, path: str, good: bool) -> None:
    """One layer type; one that is not good is read for what else is wrong with it."""
    known = Known(reading.vars, TYPE_RULE)
    made = "layers" in node.entries
    reading.unknown_keys(node, path, MADE_KEYS if made else KEYS, "a layer type made of layers" if made else "a layer type")
    args, defaults = read_arguments(reading, node.entries.get("args"), f"{path}.args", known)
    inside = known.plus(*(arg.name for arg in args))
    templates: dict[str, Template] = {}
    for key in ("output", *FIGURES):
        if key in node.entries:
            arg = Arg(key, OUTPUT if key == "output" else AMOUNT, "")
            template = read_template(reading, node.entries[key], arg, f"{path}.{key}", inside)
            if template is not None:
                templates[key] = template
    source = (reading.text(node.entries["source"], f"{path}.source") if "source" in node.entries else "") or ""
    axes = _axes(reading, node.entries["axes"], f"{path}.axes") if "axes" in node.entries and not made else ""
    if not good:
        return
    if made:
        block = Block(name, node)
        block.args, block.defaults = args, defaults
        read_inputs(reading, block, node.entries.get("inputs"), f"{path}.inputs")
        block.layer = UserLayer(name, args, defaults, None, {}, source)
        reading.layer_types[name] = block
    else:
        reading.layer_types[name] = UserLayer(name, args, defaults, templates.pop("output", None), templates, source, axes)


def _axes(reading: Reading, node: Node, path: str) -> str:
    """The named axes of its inputs, weights and outputs; what can't be read is reported."""
    from ..layers.kit.named import AxesError, read

    text = reading.text(node, path) or ""
    try:
        read(text or EACH)
    except AxesError as error:
        reading.error(node, path, error.message, hint=error.hint)
    return text
