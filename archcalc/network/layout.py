"""Where channels or features lie in each value, by where it comes from, and where a layer that does not change them leaves them."""

from __future__ import annotations

from .graph import Leaf

MAP = "map"
"""Channels on the first axis and positions on the others: what convolutions and pools make."""
JOINED = "joined"
"""The same, with its positions joined on one axis: flatten and reshape do not say in which order axes are meant."""
SAID = "said"
"""Channels on the first axis because permute or rearrange says so."""
MIXED = "mixed"
"""The features of tokens on the first of two axes, so that layers of the last one mix the tokens."""
TOKENS = "tokens"
"""Features on the last axis: what embeddings, attention and linear layers make, and a map once its channels are put last."""
ASKED = "asked"
"""Two axes, and a layer with weights took the last for features; a convolution may yet take the first for channels."""
UNKNOWN = ""
"""Nobody says."""
INPUT = "input "
"""Begins the layout of an input of the network of three axes or more, which may be a map: it is one if something takes it for one."""

FIRST = (MAP, JOINED, SAID, MIXED)


def place(layout: str, rank: int) -> int:
    """The axis of the channels or features, of so many axes."""
    return rank - 1 if layout in (TOKENS, ASKED) else 0


def moved(leaf: Leaf, number: int, axis: int) -> tuple[str, int | None]:
    """What of an axis of an input a layer looks at, and which axis of its output that becomes."""
    return leaf.layer.moves(leaf.result, [tensor.shape or () for tensor in leaf.inputs], number, axis)


def followed(leaf: Leaf, layouts: list[str], maps: set[str]) -> str:
    """The layout of what a layer makes of values with these layouts. An input of the network that meets a map joins ``maps``."""
    if len(layouts) == 1:
        return _carried(leaf, 0, layouts[0]) if layouts[0] else UNKNOWN
    made = {_carried(leaf, number, layout) for number, layout in enumerate(layouts) if layout} - {UNKNOWN}
    inputs = {layout for layout in made if layout.startswith(INPUT)}
    known = made - inputs
    if MAP in known:
        maps |= inputs
    if TOKENS in known and known & {*FIRST}:
        return UNKNOWN
    return next((layout for layout in (*FIRST, TOKENS, *sorted(inputs), ASKED) if layout in made), UNKNOWN)


def _carried(leaf: Leaf, number: int, layout: str) -> str:
    """The layout of what a layer makes of an input with this layout."""
    layer, shape, out = leaf.layer, leaf.inputs[number].shape or (), leaf.outputs[0].shape or ()
    if shape == out and not layer.orders:
        return layout
    if layer.declared or len(out) < 2:
        return UNKNOWN
    if layout == ASKED:
        return UNKNOWN
    last, at = len(out) - 1, moved(leaf, number, place(layout, len(shape)))[1]
    if layout.startswith(INPUT):
        return layout if at == 0 and not layer.orders else UNKNOWN
    if at == last:
        return TOKENS
    if at != 0 or (layout == TOKENS and not layer.orders):
        return UNKNOWN
    if layer.orders:
        return MIXED if layout in (TOKENS, MIXED) and last == 1 else SAID
    if any(moved(leaf, number, axis)[1] == last for axis in range(1, len(shape))):
        return layout
    whole = leaf.result.elements_in == leaf.result.elements_out
    if layout == MIXED and last > 1:  # tokens, features first, are a map again
        layout = SAID
    return UNKNOWN if not whole else JOINED if layout == MAP else layout
