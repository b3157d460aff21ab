"""Whether a network can be run one token after another."""

from __future__ import annotations

from ..core.errors import RequestError
from ..core.kinds import show
from .graph import Copies, Group, Leaf, Network, Node
from .ties import weights


def check_step_by_step(name: str, network: Network, whole: Network | None, context: int) -> None:
    """A network, here in the shapes of one token, can be run token by token. Raises RequestError where it can't.

    ``whole`` is the same network in the shapes of the whole sequence.
    """
    if len(network.inputs) != 1:
        names = ", ".join(tensor.maker for tensor in network.inputs)
        raise RequestError(f"the decode phase is for networks with one input, the sequence; {name} has {names}")
    shape = whole.inputs[0].shape if whole is not None else ()
    if len(shape or ()) > 2:
        raise RequestError(f"the decode phase is for an input [length] or [length, features]; {name} has another: {show(shape)}")
    reason = _obstacle(network, context)
    if not reason and whole is not None and _all_weights(network) != _all_weights(whole):
        reason = "its weights depend on the length of the input"
    if reason:
        raise RequestError(f"{name} can't be decoded token by token: {reason}")


def _all_weights(network: Network) -> list[tuple[object, ...]]:
    return [weights(node, bias=True) for node in network.frame.children]


def _obstacle(network: Network, context: int) -> str:
    """Why a network can't be run token by token, or an empty string: a layer that looks at later positions, or forgets earlier ones."""
    seen: set[int] = set()
    pending: list[tuple[str, Node]] = [("", node) for node in network.frame.children]
    while pending:
        prefix, node = pending.pop()
        if isinstance(node, Copies):
            pending += [(f"{prefix}{node.name}.", each) for each in node.nodes]
        elif isinstance(node, Group) and id(node.frame) not in seen:
            seen.add(id(node.frame))
            pending += [(f"{prefix}{node.name}." if node.name else prefix, each) for each in node.frame.children]
        elif isinstance(node, Leaf):
            if node.layer.name == "attention_scores" and not node.args["causal"]:
                return f"{prefix}{node.name} looks at later positions too: give the attention causal: true"
            if node.layer.name == "attention_scores" and node.result.symbols["L_k"] != context:
                return f"{prefix}{node.name} has no cache of the tokens before"
            if node.args.get("bidirectional"):
                return f"{prefix}{node.name} reads the sequence from its end, too"
            if node.layer.name == "class_token":
                return f"{prefix}{node.name} would be put in front of every token"
    return ""
