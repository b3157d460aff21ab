"""Which inputs bring the tokens of a network, and whether it can be run one token after another."""

from __future__ import annotations

from collections.abc import Mapping

from ..core.dtypes import BITS, FLOATS
from ..core.errors import RequestError, TooShort
from ..core.kinds import show
from .following import Walk, follow
from .graph import INPUTS, Copies, Group, Leaf, Network, Node, Tensor, inside, leaves_of
from .ties import weights
from .tokens import ID_BITS

MOST = 16
"""How many inputs are tried for the one that brings the tokens: each is a walk through the network."""


def token_inputs(name: str, network: Network) -> tuple[int, str]:
    """The bits of the inputs by which the tokens come in, and why there are none where it is 0.

    ``network`` has the shapes of the whole sequence. The tokens come in by an input with which it can go on from token to token while the
    others stay as they are, and by all that have a value for each of its positions: by the one that the spec names; else, of several such,
    by that of which the output has positions, and of several of these by that of ids.
    """
    inputs, said = network.inputs, network.said
    if said is not None and said[1]:
        return 0, f"the decode phase is for tokens on axis 0 of an input; those of {name} are on axis {said[1]} of {said[0]}"
    if len(inputs) == 1:
        shape = inputs[0].shape or ()
        if len(shape) > 2:
            return 0, f"the decode phase is for an input [length] or [length, features]; {name} has another: {show(shape)}"
        return INPUTS, ""
    names = [tensor.maker for tensor in inputs if (_a_sequence(tensor) if said is None else tensor.maker == said[0])]
    if len(names) > MOST:
        return 0, f"{name} has {len(names)} inputs that tokens may come in by: say in which, as in tokens: {{{names[0]}: 0}}"
    if not names:
        there = ", ".join(f"{tensor.maker} {show(tensor.shape)}" for tensor in inputs)
        why = f"the decode phase is for tokens in an input [length] of ids or [length, features]; {name} has {there}"
    else:
        walks = dict(_closed(network, tensor.origin) for tensor in inputs if tensor.maker in names)
        bits, why = _chosen(name, network, walks)
        if bits:
            return bits, ""
    left = [tensor.maker for tensor in inputs if tensor.maker not in names and 0 < len(tensor.shape or ()) <= 2 and said is None]
    return 0, f"{why}; where they are in {left[0]}: tokens: {{{left[0]}: 0}}" if left else why


def _chosen(name: str, network: Network, walks: Mapping[int, Walk]) -> tuple[int, str]:
    """Of inputs that were followed those by which the tokens come in, or why there are none."""
    told = {bits: " and ".join(tensor.maker for tensor in network.inputs if tensor.origin & bits) for bits in walks}
    able = {bits: walk for bits, walk in walks.items() if not (walk.stated or walk.found)}
    if not able:
        each = []
        for bits, walk in walks.items():
            where = f"with the tokens in {told[bits]}" + (f", as {walk.meets}," if walk.meets else ",")
            each.append(f"{where} {walk.stated or walk.found}" if len(walks) > 1 or walk.meets else walk.stated or walk.found)
        return 0, f"{name} can't be decoded token by token: {'; '.join(each)}"
    able = {bits: walk for bits, walk in able.items() if any(walk.place(each).new is not None for each in network.outputs)} or able
    least = [bits for bits in able if not any(other & bits == other != bits for other in able)]
    ids = [bits for bits in least if any(_holds_ids(tensor) for tensor in network.inputs if tensor.origin & bits)]
    least = ids if len(ids) == 1 else least
    if len(least) > 1:
        which, first = " or in ".join(told[bits] for bits in least), told[least[0]].partition(" and ")[0]
        return 0, f"{name} can be decoded with the tokens in {which}: say in which, as in tokens: {{{first}: 0}}"
    return least[0], ""


def _a_sequence(tensor: Tensor) -> bool:
    """Whether an input may be a sequence of tokens: of ids [length], or of features [length, features]; ids on two axes are several sequences."""
    return 1 <= len(tensor.shape or ()) <= 2 - _holds_ids(tensor)


def _holds_ids(tensor: Tensor) -> bool:
    return tensor.dtype not in FLOATS and BITS[tensor.dtype] >= ID_BITS


def _closed(network: Network, bits: int) -> tuple[int, Walk]:
    """Those inputs and all that have a value for each of their positions, and the walk that follows them."""
    meets = ""
    for _ in range(MOST):
        walk = follow(network, bits)
        meets = walk.meets = meets or walk.meets
        if not walk.along & ~bits:
            return bits, walk
        bits |= walk.along
    walk.found = "its tokens come in by too many inputs"
    return bits, walk


def mark(network: Network, follows: int) -> None:
    """Note in a network, here in the shapes of a whole sequence, by which inputs its tokens come in, and where they are joined behind others."""
    network.follows = follows
    network.behind = follow(network, follows).behind if follows else ()


def holds(network: Network) -> bool:
    """Whether some layer holds something of the tokens before for those to come."""
    return any(leaf.result.cached or leaf.result.state for node in network.frame.children for leaf in leaves_of(node))


def in_front(name: str, network: Network, follows: int) -> int:
    """How many positions stand in front of the tokens in the caches of a network, here in the shapes of the whole sequence.

    ``follows`` are the bits of the inputs by which the tokens come in. Raises RequestError where they are not as many in all of them.
    """
    tokens = next((tensor.shape[0] for tensor in network.inputs if tensor.shape and tensor.origin & follows), 1)
    lengths = {
        max((leaf.inputs[0].shape or ())[-2:][0] - tokens, 0)
        for node in network.frame.children
        for leaf in leaves_of(node)
        if leaf.layer.cache is not None and leaf.inputs[0].origin & follows
    }
    if len(lengths) > 1:
        told = " and ".join(f"{length:,}" for length in sorted(lengths))
        raise RequestError(f"{name} can't be decoded with one context: {told} positions stand in front of the tokens in its caches")
    return max(lengths, default=0)


def check_room(front: int, context: int, step: int) -> None:
    """The new tokens have room in a context behind what stands in front of them. Raises TooShort."""
    if context < front + step:
        what = "the new one" if step == 1 else f"{step:,} new ones"
        raise TooShort(
            f"context: {context:,} is too short for the {front:,} positions that stand in front of the tokens and for {what}: "
            f"at least {front + step:,}"
        )


def check_step_by_step(name: str, network: Network, whole: Network) -> None:
    """A network, here in the shapes of one token, can be run token by token. Raises RequestError where it can't.

    ``whole`` is the same network in the shapes of the whole sequence.
    """
    walk = follow(network, network.follows)
    reason = walk.stated
    if not reason and _all_weights(network) != _all_weights(whole):
        reason = _not_folded(network.frame.children, whole.frame.children, "") or "its weights depend on the length of the input"
    reason = reason or walk.found
    if reason:
        raise RequestError(f"{name} can't be decoded token by token: {reason}")


def same(network: Network, other: Network) -> bool:
    """Whether two networks of one spec come to the same, layer by layer."""
    ones, others = ([leaf for node in each.frame.children for leaf in leaves_of(node)] for each in (network, other))
    return len(ones) == len(others) and all(
        (one.args, one.result.shapes, one.result.params, one.result.counts)
        == (two.args, two.result.shapes, two.result.params, two.result.counts)
        for one, two in zip(ones, others)
    )


def capped(whole: Network) -> list[str]:
    """The layers whose window is as long as the sequence, in a network in the shapes of the whole sequence: probably meant as none."""
    found: dict[str, None] = {}
    seen: set[int] = set()

    def look(nodes: list[Node], prefix: str, compound: str) -> None:
        for node in nodes:
            if isinstance(node, Leaf):
                if node.result.window and node.result.grows:
                    found[compound or prefix + node.name] = None
            elif isinstance(node, Copies):
                look(node.nodes, f"{prefix}{node.name}.", compound)
            elif isinstance(node, Group) and id(node.frame) not in seen:
                seen.add(id(node.frame))
                path = f"{prefix}{node.name}." if node.name else prefix
                look(node.frame.children, path, compound or (path.removesuffix(".") if node.layer is not None else ""))

    look(whole.frame.children, "", "")
    return list(found)


def _all_weights(network: Network) -> list[tuple[object, ...]]:
    return [_weights(node) for node in network.frame.children]


def _not_folded(nodes: list[Node], others: list[Node], prefix: str) -> str:
    """That a compound layer, which multiplies in another order while decoding, has others weights in it: it has adapters. Empty where none is."""
    for node, other in zip(nodes, others):
        path = f"{prefix}{getattr(node, 'name', '')}"
        if isinstance(node, Group) and isinstance(other, Group) and node.layer is not None and node.layer is other.layer:
            if _weights(node) != _weights(other):
                return f"{path} folds weights that adapters stand beside, which changes them: leave these layers out with lora-on, or merge them"
        elif (found := _not_folded(inside(node), inside(other), f"{path}." if path != prefix else prefix)) != "":
            return found
    return ""


def _weights(node: Node) -> tuple[object, ...]:
    """The weights inside a node; of a compound layer their sum, for it may multiply in another order while decoding."""
    if isinstance(node, Group) and node.layer is not None:
        return (node.type, sum(leaf.result.params for leaf in leaves_of(node)))
    if isinstance(node, Leaf):
        return weights(node, bias=True)
    return tuple(each for inner in inside(node) for each in _weights(inner))
