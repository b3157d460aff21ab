"""Layer types that a spec declares itself: each figure an expression over its arguments, the vars and the incoming shape."""

from __future__ import annotations

from typing import Any

from ..core.formula import Formula
from ..layers.kit.args import Arg, Example
from ..layers.kit.axes import MANY
from ..layers.kit.keeps import NOTHING, Keeps
from ..layers.kit.layer import LayerType
from ..text.nodes import Mapping, Node, Scalar
from .tree import Template

PRODUCTS = frozenset(("params", "maccs", "weight_muls", "muls", "divs", "transcendentals", "sqrts"))
"""Figures of layers whose backward pass most likely needs what came in."""


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
            buffers=texts.pop("buffers", ""),
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


def written(node: Node) -> str:
    """An expression or a list of them as text."""
    if isinstance(node, Scalar):
        return str(node.value)
    if isinstance(node, Mapping):
        return "{...}"
    return "[" + ", ".join(map(written, node.items)) + "]"
