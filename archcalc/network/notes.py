"""What a reader may want to know of a network beside its numbers: above all where it may not be what its author had in mind."""

from __future__ import annotations

from ..core.kinds import show
from ..core.words import counted
from .graph import Group, Leaf, Network, Node, Tensor, inside
from .mistaken import Mistaken
from .uses import uses_of

MOST = 3
"""How many layers a note names."""


def notes(network: Network, batch: int = 1) -> list[str]:
    """Notes on a network, for a batch: axes in an unusual order or taken for others, what is worked out for nothing, inputs that nothing uses."""
    mistaken, uses = Mistaken(network), uses_of(network)
    waste = uses.waste
    found = [note for tensor in network.inputs for note in [_axes(tensor, tensor in mistaken.volumes)] if note]
    paths: dict[str, list[str]] = {}
    for each in mistaken.found:
        paths.setdefault(each.text, []).append(each.path)
    found += [note for text, names in paths.items() for note in named(text, names)]
    found += _names(network, mistaken)
    alone: dict[tuple[str, str], list[str]] = {}
    for name, last in network.alone:
        alone.setdefault((last.path, last.hint), []).append(name)
    for (path, hint), names in alone.items():
        found += named(f"one value alone is joined, the last of {path}; {hint}", names)
    counts = f"{counted(waste.layers, 'layer')}, {counted(waste.maccs * batch, 'MACC')}"
    found += named(f"nothing takes the output; counted all the same: {counts}", waste.ends)
    params = f"{waste.params:,} params" if waste.params != 1 else "1 param"
    found += named(
        f"a bias in front of batch_norm does nothing: {params}; write bias: false, or bias: true where it is meant", waste.biased
    )
    found += named("the input is not used", [tensor.maker for tensor in network.inputs if not uses.of([tensor])])
    if _empty(network):
        found.append("the spec comes to no layers: a condition leaves each out, or it is repeated 0 times")
    for what in dict.fromkeys(what for what, _ in network.doubts):
        found += named(what, list(dict.fromkeys(place for other, place in network.doubts if other == what)))
    if network.choices.met:
        found.append(network.choices.told())
    return found + network.remarks


def _empty(network: Network) -> bool:
    """Whether there is no layer. A frame that serves several groups is looked at once."""
    left: list[Node] = [*network.frame.children]
    seen: set[int] = set()
    while left:
        node = left.pop()
        if isinstance(node, Leaf):
            return False
        if isinstance(node, Group):
            if id(node.frame) in seen:
                continue
            seen.add(id(node.frame))
        left += inside(node)
    return True


def _axes(tensor: Tensor, volume: bool) -> str:
    """A shape that has its batch with it, or its channels last; ``volume``: layers go over three axes of it, and none says three numbers."""
    shape = tensor.shape or ()
    if volume and shape[0] not in (1, 3) and shape[1] in (1, 3, 4) and min(shape[2:]) > 4:
        return f"{tensor.maker} {show(shape)}: read as [C, D, H, W]; shapes leave the batch out"
    if len(shape) == 4 and shape[0] == 1:
        return f"{tensor.maker} {show(shape)}: the first axis is read as channels; shapes leave the batch out"
    if len(shape) == 3 and shape[2] <= 4 < shape[1] and shape[0] > 16:
        return f"{tensor.maker} {show(shape)}: the first axis is read as channels; channels come first"
    return ""


def _names(network: Network, mistaken: Mistaken) -> list[str]:
    """Expressions that read the first axis of tokens as channels, or the last of two as a length, where it holds features or nobody says what."""
    read = {(id(tensor), name) for tensor, name, _ in network.two_axes}
    lengths = [(tensor, path) for tensor, name, path in network.two_axes if name == "in_length"]
    sure = dict.fromkeys(path for tensor, path in lengths if id(tensor) in mistaken.tokens)
    both = dict.fromkeys(path for tensor, path in lengths if (id(tensor), "in_features") in read and path not in sure)
    found = named("in_length is the last axis, here the features of tokens: in_tokens is how many there are", list(sure))
    channels = dict.fromkeys(path for tensor, name, path in network.two_axes if name == "in_channels" and id(tensor) in mistaken.tokens)
    found += named("in_channels is the first axis, here the tokens: in_features is the last, in_tokens how many there are", list(channels))
    found += named("in_length is the axis that in_features is, the last: of tokens [length, features] the length is in_tokens", list(both))
    left = [(tensor, path) for tensor, path in lengths if path not in sure and path not in both and len({*(tensor.shape or ())}) > 1]
    first = mistaken.channels_first({tensor for tensor, name in read if name in ("in_channels", "in_tokens")}) if left else ()
    unsaid: dict[str, dict[str, None]] = {}
    for tensor, path in left:
        if id(tensor) not in first:
            other, last = tensor.shape or (1, 1)
            what = f"in_length of {show(tensor.shape)} is {last:,}, its last axis, as in_features is; in_tokens is {other:,}"
            unsaid.setdefault(what, {})[path] = None
    return found + [note for what, paths in unsaid.items() for note in named(what, list(paths))]


def named(what: str, names: list[str]) -> list[str]:
    """A note on layers, of which the first few are named; none where there are no such layers."""
    more = f" and {len(names) - MOST:,} more" if len(names) > MOST else ""
    return [f"{', '.join(names[:MOST])}{more}: {what}"] if names else []
