"""Which inputs bring the tokens of a network, and whether it can be run one token after another."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest
from math import prod

from ..core.dtypes import BITS, FLOATS
from ..core.errors import Problem, Refusal, RequestError, SpecError, TooShort
from ..core.kinds import show
from ..layers.kit.args import Shape
from ..spec.templates import Template
from ..spec.tree import Spec
from .following import Walk, follow
from .graph import INPUTS, Group, Leaf, Network, Node, Tensor, inside, leaves_of
from .leaves import paths
from .notes import named
from .obstacles import placed, problems
from .ties import weights
from .tokens import ID_BITS

TOKENS = "an input [length] of ids, or [length, features]"
"""What the tokens are in."""
FORMULAS = "layers with kv_cache in place of formulas count what it reads of those before"
"""What is written where a layer type by formulas looks at other tokens."""
OPEN = "does not say by which input its tokens come in"
LONG = "as long as the sequence, and a longer context"
"""What is written of a window or chunk that may have been meant as none."""
MOST = 16
"""How many inputs are tried for the one that brings the tokens: each is a walk through the network."""


WHOLE = "leave the phase out: all of it goes through at once"
"""What is left where there are no tokens."""


def token_inputs(spec: Spec, network: Network) -> tuple[int, RequestError | None]:
    """The bits of the inputs by which the tokens come in, and why there are none where it is 0.

    ``network`` has the shapes of the whole sequence. The tokens come in by an input with which it can go on from token to token while the
    others stay as they are, and by all that have a value for each of its positions: by the one that the spec names; else, of several such,
    by that of which the output has positions, and of several of these by that of ids.
    """
    inputs, said = network.inputs, network.said
    if said is not None and said[1]:
        return 0, _turned(spec, *said, next(tensor.shape or () for tensor in inputs if tensor.maker == said[0]))
    if len(inputs) == 1:
        shape = inputs[0].shape or ()
        if len(shape) > 2 and said is None:
            hint = f"{WHOLE}; where its first axis holds tokens, tokens: 0 at the top level says so"
            return 0, _refused_inputs(spec, f"the decode phase is for tokens in {TOKENS}", inputs, hint)
        return INPUTS, None
    names = [tensor.maker for tensor in inputs if (_a_sequence(tensor) if said is None else tensor.maker == said[0])]
    if len(names) > MOST:
        message, hint = f"{len(names)} inputs may bring the tokens", f"tokens: {{{names[0]}: 0}} at the top level says which do"
        return 0, _refused_inputs(spec, message, [], hint, OPEN)
    left = [tensor.maker for tensor in inputs if tensor.maker not in names and 0 < len(tensor.shape or ()) <= 2 and said is None]
    other = f"tokens: {{{left[0]}: 0}} at the top level says that they are in {left[0]}" if left else ""
    if not names:
        return 0, _refused_inputs(spec, f"the decode phase is for tokens in {TOKENS}", inputs, other or WHOLE)
    walks = dict(_closed(network, tensor.origin) for tensor in inputs if tensor.maker in names)
    return _chosen(spec, network, walks)


def _chosen(spec: Spec, network: Network, walks: Mapping[int, Walk]) -> tuple[int, RequestError | None]:
    """Of inputs that were followed those by which the tokens come in, or why there are none."""
    told = {bits: " and ".join(tensor.maker for tensor in network.inputs if tensor.origin & bits) for bits in walks}
    able = {bits: walk for bits, walk in walks.items() if not (walk.obstacles or walk.endless)}
    if not able:
        bits, walk = min(reversed([*walks.items()]), key=lambda each: (each[1].endless, len(problems(each[1].obstacles))))
        return 0, _refused_walk(spec, walk, told[bits], [told[other] for other in walks if other != bits])
    able = {bits: walk for bits, walk in able.items() if any(walk.place(each).new is not None for each in network.outputs)} or able
    least = [bits for bits in able if not any(other & bits == other != bits for other in able)]
    ids = [bits for bits in least if any(_holds_ids(tensor) for tensor in network.inputs if tensor.origin & bits)]
    least = ids if len(ids) == 1 else least
    if len(least) > 1:
        which, first = " or in ".join(told[bits] for bits in least), told[least[0]].partition(" and ")[0]
        hint = f"tokens: {{{first}: 0}} at the top level says in which they are"
        return 0, _refused_inputs(spec, f"the tokens may be in {which}", [], hint, OPEN)
    return least[0], None


def _refused_walk(spec: Spec, walk: Walk, tokens: str, others: list[str]) -> RequestError:
    """What stands in the way where the tokens come in by these inputs, the nearest to be decoded."""
    how = f", with the tokens in {tokens}" if others or walk.meets else ""
    how += f", as {walk.meets}" if walk.meets else ""
    how += f" (tokens: {{{others[0].partition(' and ')[0]}: 0}} says that they are in another)" if others else ""
    if walk.endless:
        return RequestError(f"{spec.title} can't be decoded token by token{how}: its tokens come in by too many inputs")
    return Refusal(f"{spec.title} can't be decoded token by token{how}", problems(walk.obstacles))


def _refused_inputs(spec: Spec, message: str, inputs: list[Tensor], hint: str, header: str = "can't be decoded token by token") -> Refusal:
    """What is amiss with the inputs: at the first of them."""
    found = ", ".join(f"{tensor.maker} {show(tensor.shape)}" for tensor in inputs)
    return Refusal(f"{spec.title} {header}", [_problem(spec, spec.inputs[0].shape, message, found, hint)])


def _turned(spec: Spec, name: str, axis: int, shape: Shape) -> Refusal:
    """The spec says that the tokens lie on another axis than the first."""
    assert spec.tokens is not None
    order = [axis, *(each for each in range(len(shape)) if each != axis)]
    tokens = f"tokens: {{{name}: 0}}" if len(spec.inputs) > 1 else "tokens: 0"
    back = show([order.index(each) for each in range(len(shape))])
    message = f"the tokens are on axis {axis} of {name}, and the decode phase goes along axis 0"
    hint = f"{name}: {show([shape[each] for each in order])} with {tokens}, and permute: {back} behind it"
    problem = _problem(spec, spec.tokens[1], message, f"{name} {show(shape)}", hint)
    return Refusal(f"{spec.title} can't be decoded token by token", [problem])


def _problem(spec: Spec, at: Template, message: str, found: str, hint: str) -> Problem:
    """What is wrong at a place of the spec itself."""
    return Problem(message, file=spec.file, line=at.node.line, column=at.node.column, path=at.path, found=found, hint=hint)


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
    walk.endless = True
    return bits, walk


def mark(network: Network, follows: int) -> None:
    """Note in a network, here in the shapes of a whole sequence, by which inputs its tokens come in, and where they are joined behind others."""
    network.follows = follows
    network.behind = follow(network, follows).behind if follows else ()


def holds(network: Network) -> bool:
    """Whether some layer holds something of the tokens before for those to come."""
    return any(leaf.result.cached or leaf.result.state for node in network.frame.children for leaf in leaves_of(node))


def in_front(spec: Spec, network: Network, follows: int) -> int:
    """How many positions stand in front of the tokens in the caches of a network, here in the shapes of the whole sequence.

    ``follows`` are the bits of the inputs by which the tokens come in. Raises Refusal where they are not as many in all of them.
    """
    tokens = next((tensor.shape[0] for tensor in network.inputs if tensor.shape and tensor.origin & follows), 1)
    lengths: dict[int, Problem] = {}
    for path, leaf, item in paths(network):
        if leaf.layer.cache is not None and leaf.inputs[0].origin & follows and leaf.inputs[0].shape:
            length = max(leaf.inputs[0].shape[-2:][0] - tokens, 0)
            message = f"{length:,} positions stand in front of the tokens in its cache"
            lengths.setdefault(
                length, placed(item, message, f"in {path}", "all of them in front of the first layer that has a cache: concat: 0")
            )
    if len(lengths) > 1:
        raise Refusal(f"{spec.title} can't be decoded with one context", lengths.values())
    return max(lengths, default=0)


def check_room(front: int, context: int, step: int) -> None:
    """The new tokens have room in a context behind what stands in front of them. Raises TooShort."""
    if context < front + step:
        what = "the new one" if step == 1 else f"{step:,} new ones"
        raise TooShort(
            f"context: {context:,} is too short for the {front:,} positions that stand in front of the tokens and for {what}: "
            f"at least {front + step:,}"
        )


def check_step_by_step(spec: Spec, network: Network, whole: Network) -> None:
    """A network, here in the shapes of one token, can be run token by token. Raises Refusal where it can't.

    ``whole`` is the same network in the shapes of the whole sequence: a layer that stands in the way there, too, is told with those.
    """
    found = follow(network, network.follows).obstacles
    if found:
        known = {(each.path, each.why): each for each in follow(whole, network.follows).obstacles}
        told = problems(known.get((each.path, each.why), each) for each in found)
        raise Refusal(f"{spec.title} can't be decoded token by token", told)
    if _all_weights(network) != _all_weights(whole):
        raise Refusal(f"{spec.title} can't be decoded token by token", _unlike(network.frame.children, whole.frame.children, ""))


ONE_COMES_IN = (
    "one token comes in: a size that is the length stays open, as -1 or left out; what is made as long as the sequence is a number or a var"
)


def wrong_for_one(spec: Spec, whole: Network, follows: int, found: list[Problem]) -> Refusal | SpecError:
    """Why a network that is right in the shapes of the whole sequence is wrong in those of one token, as ``found`` tells."""
    if obstacles := follow(whole, follows).obstacles:
        return Refusal(f"{spec.title} can't be decoded token by token", problems(obstacles))
    for each in found:
        each.hint = each.hint or ("" if each.expected else ONE_COMES_IN)
    return SpecError(found)


def same(network: Network, other: Network) -> bool:
    """Whether two networks of one spec come to the same, layer by layer."""
    ones, others = ([leaf for node in each.frame.children for leaf in leaves_of(node)] for each in (network, other))
    return len(ones) == len(others) and all(
        (one.args, one.result.shapes, one.result.params, one.result.counts)
        == (two.args, two.result.shapes, two.result.params, two.result.counts)
        for one, two in zip(ones, others)
    )


def remarks(whole: Network, network: Network) -> list[str]:
    """Notes on a network that is decoded, here in the shapes of the whole sequence and of the new tokens: of what may be meant otherwise."""
    full = [(path, leaf.args["chunk"]) for path, leaf, _ in paths(whole) if leaf.result.window and leaf.result.grows]
    pairs = zip(paths(whole), paths(network))
    uneven = [path for (path, one, _), (_, other, _) in pairs if one.layer.declared and one.item is other.item and _uneven(one, other)]
    return [
        *named(
            f"its window is {LONG} is cut to it: no window is window: null", list(dict.fromkeys(path for path, chunk in full if not chunk))
        ),
        *named(
            f"its chunk is {LONG} starts anew behind it: none is chunk: null", list(dict.fromkeys(path for path, chunk in full if chunk))
        ),
        *named(f"its formulas are not in proportion to the tokens that come in, and while decoding one does: {FORMULAS}", uneven),
    ]


def _uneven(one: Leaf, other: Leaf) -> bool:
    """Whether a layer does not do as much for each element, in the shapes of a sequence and in those of another."""
    sizes = [prod(leaf.inputs[0].shape or ()) if leaf.inputs else 1 for leaf in (one, other)]
    counts = [leaf.result.counts.to_dict() for leaf in (one, other)]
    return not other.before and any(counts[0][each] * sizes[1] != counts[1][each] * sizes[0] for each in counts[0])


def _all_weights(network: Network) -> list[tuple[object, ...]]:
    return [_weights(node) for node in network.frame.children]


def _unlike(nodes: list[Node], others: list[Node], prefix: str) -> list[Problem]:
    """The first layer whose weights are others for one token than for the whole sequence, or that only one of both has."""
    names = {getattr(node, "name", "") for node in nodes}
    for node, other in zip_longest(nodes, others):
        if node is not None and other is not None and _weights(node) == _weights(other):
            continue
        either = node if node is not None else other
        if other is not None and getattr(other, "name", "") not in names:
            node, either = None, other
        path = f"{prefix}{getattr(either, 'name', '')}"
        if isinstance(node, Group) and isinstance(other, Group) and node.layer is not None and node.layer is other.layer:
            hint = "on: [...] of lora, or lora-on, leaves these layers out where it names others; or merge them"
            return [placed(node.item, f"{node.type} folds weights that adapters stand beside, which changes them", f"in {path}", hint)]
        if node is not None and other is not None and inside(node) and inside(other):
            return _unlike(inside(node), inside(other), f"{path}." if path != prefix else prefix)
        item = next((each.item for each in leaves_of(either)), None) if either is not None else None
        sizes = " and ".join(f"{sum(leaf.result.params for leaf in leaves_of(each)) if each else 0:,}" for each in (other, node))
        found = f"{sizes} params with the whole and with one token, in {path}"
        return [placed(item, "its weights depend on the length of the input", found, ONE_COMES_IN)]
    return []


def _weights(node: Node) -> tuple[object, ...]:
    """The weights inside a node; of a compound layer their sum, for it may multiply in another order while decoding."""
    if isinstance(node, Group) and node.layer is not None:
        return (node.type, sum(leaf.result.params for leaf in leaves_of(node)))
    if isinstance(node, Leaf):
        return weights(node, bias=True)
    return tuple(each for inner in inside(node) for each in _weights(inner))
