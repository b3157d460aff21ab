"""Layer types that a spec declares itself: each figure an expression over its arguments, the vars and the incoming shape."""

from __future__ import annotations

from typing import Any

from ..core.formula import Formula
from ..layers.kit.args import Arg, Example
from ..layers.kit.axes import MANY
from ..layers.kit.keeps import Keeps
from ..layers.kit.layer import LayerType
from ..text.nodes import Mapping, Node, Scalar
from .templates import Template
from .tree import Home

HOLDS: dict[str, str] = {
    "state": "elements that it holds of all tokens before",
    "cache": "elements that it keeps of each token for those to come",
    "saved": "elements that its backward pass needs",
}
"""What a type may state of memory, each for one sample. Without ``saved`` its backward pass is taken to need input and output."""


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
        axes: str = "",
    ) -> None:
        texts = {field: written(template.node) for field, template in figures.items() if field not in HOLDS}
        super().__init__(
            name,
            "A layer type of this spec.",
            args=args,
            inputs=(0, MANY),
            output=written(shape.node) if shape else "as the input",
            params=texts.pop("params", "0"),
            buffers=texts.pop("buffers", ""),
            keeps=_kept() if "saved" in figures else Keeps("inputs output", weights="inputs", assumed=True),
            axes=axes,
            source=source,
            example=Example({}, [], []),
        )
        read = frozenset().union(*(each.names for each in (*figures.values(), *defaults.values(), *([shape] if shape else []))))
        self.features_last = not read.isdisjoint(("in_features", "in_tokens"))
        self.operations = texts
        self.home: Home | None = None
        self.defaults = defaults
        self.shape = shape
        self.figures = figures

    def formulas(self, axes: int) -> Any:
        """The texts as they were written."""
        return _Texts(self)


SAVED = "elements saved"
"""The symbol of a layer in use that says how many elements its backward pass needs: no name of a spec has a space."""


class _Saved(Formula):
    """How many they are, as they were evaluated where the layer is used."""

    def __init__(self) -> None:
        super().__init__("saved")

    def __call__(self, symbols: dict[str, Any]) -> Any:
        return symbols[SAVED]

    def filled(self, symbols: dict[str, Any]) -> str:
        return str(symbols[SAVED])


def _kept() -> Keeps:
    """So many elements as the type says."""
    keeps = Keeps()
    keeps.by_products = (("between", _Saved()),)
    return keeps


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
