"""Which weights of a network are quantised, and to what: chosen for every layer by its path, once, where it is asked for."""

from __future__ import annotations

from collections.abc import Iterable

from ..core.errors import RequestError
from ..core.formats import EVERY, INNER, MATRICES
from ..network.graph import Copies, Group, Leaf, Network, Node
from ..network.heads import heads
from .mixes import head_type, part_of, tensor_type
from .quantized import Quantized, Stored
from .weights import Choice, multiplies

NONE = "none"
"""What an item says whose weights are not quantised whatever is asked for."""


class _Found:
    """A layer with weights: where it is, what is said of it by the items around, and how many sets of weights it has."""

    __slots__ = ("frozen", "given", "leaf", "path", "sets", "tied")

    def __init__(self, path: str, leaf: Leaf, given: str, sets: int, frozen: bool, tied: str) -> None:
        self.path = path
        self.leaf = leaf
        self.given = given
        self.sets = sets
        self.frozen = frozen
        self.tied = tied
        """The path of the layer whose weights it uses."""

    @property
    def rows(self) -> tuple[int, int]:
        """Of its largest weight tensor the rows and their length."""
        shapes = [shape for _, shape, _ in self.leaf.result.tensors() if len(shape) > 1]
        if not shapes:
            return 0, 0
        shape = max(shapes)
        row = 1
        for size in shape[1:]:
            row *= size
        return shape[0], row


class Choices:
    """What was chosen. ``trains`` says whether it is for a training, in which trained weights are held as their optimizer needs them."""

    __slots__ = ("_by_path", "_inside", "held", "trains")

    def __init__(self, by_path: dict[str, Choice], trains: bool, held: int) -> None:
        self._by_path = by_path
        self.trains = trains
        self.held = held
        """The params that were asked to be quantised and are trained."""
        self._inside: dict[str, list[tuple[str, Choice]]] = {}
        for path, choice in by_path.items():
            parts = path.split(".")
            for number in range(1, len(parts)):
                start = ".".join(parts[:number])
                self._inside.setdefault(start, []).append((path[len(start) :], choice))

    def of(self, path: str) -> Choice | None:
        """In what the weights of a layer are held; None: in its dtype."""
        return self._by_path.get(path)

    def inside(self, path: str) -> tuple[tuple[str, Choice], ...]:
        """What was chosen inside of a block or compound layer: those that differ in it have different bytes."""
        return tuple(self._inside.get(path, ()))


def choices(network: Network, asked: Quantized | None, *, training: bool) -> Choices | None:
    """What is chosen for a network; None where nothing is quantised.

    ``asked`` holds for all layers that no item says otherwise of, ``training`` says whether a training is asked for. Without that word it is
    one where something frozen is quantised: the rest is what is trained. Raises RequestError where a training is asked for and all that is
    to be quantised is trained.
    """
    if asked is None and not network.formats:
        return None
    found: list[_Found] = []
    _scan(network.frame.children, "", asked.name if asked is not None else "", 1, False, "", found, {})
    if not any(each.given not in ("", NONE) for each in found):
        return None
    settings = asked or Quantized(NONE)
    chosen = _chosen(network, found, settings)
    matter = [each for each in found if each.path in chosen and chosen[each.path].quantises and not each.leaf.tie]
    frozen = any(each.frozen for each in matter)
    held = sum(chosen[each.path].few(each.leaf) * each.sets for each in matter if not each.frozen)
    if training and not frozen and matter:
        name = next(each.given for each in matter)
        raise RequestError(
            f"weights of {name} are not trained, and all {held:,} params that would be quantised are: freeze them and train adapters "
            "beside them, as --lora 16 does, or train without weights"
        )
    trains = training or frozen
    if trains:
        ice = {each.path: each.frozen for each in found}
        chosen = {each.path: chosen[each.path] for each in found if each.path in chosen and ice.get(each.tied, each.frozen)}
    return Choices(chosen, trains, held if trains else 0)


def _scan(
    nodes: Iterable[Node], prefix: str, given: str, sets: int, frozen: bool, tied: str, found: list[_Found], paths: dict[int, str]
) -> None:
    """All layers with weights, in order. ``tied`` is the path whose weights all of these nodes use, with a dot behind it."""
    for node in nodes:
        if isinstance(node, Copies):
            paths.setdefault(id(node), f"{prefix}{node.name}")
            _scan(node.nodes, f"{prefix}{node.name}.", given, sets, frozen, tied and f"{tied}{node.name}.", found, paths)
        elif isinstance(node, (Leaf, Group)):
            path, own, ice = prefix + node.name, node.held_in or given, frozen or node.frozen
            paths.setdefault(id(node), path)
            owner = paths.get(id(node.owner), "") if node.owner is not None else ""
            if isinstance(node, Leaf):
                if node.result.params:
                    found.append(_Found(path, node, own, sets, ice, owner or (tied and tied + node.name)))
            else:
                inside = f"{path}." if node.name else prefix
                shared = f"{owner}." if owner else tied and (f"{tied}{node.name}." if node.name else tied)
                _scan(node.frame.children, inside, own, sets * node.weights, ice, shared, found, paths)


def _chosen(network: Network, found: list[_Found], asked: Quantized) -> dict[str, Choice]:
    """By path what each layer's weights are held in; those that share weights have what is chosen for these."""
    by_path = {each.path: each for each in found}
    top = set(heads(network))
    top |= {by_path[path].tied for path in top if path in by_path and by_path[path].tied}
    own = [each for each in found if each.given not in ("", NONE) and not (each.tied and each.tied in by_path)]
    experts = max((each.sets for each in own), default=1)
    parts = {each.path: "" if each.path in top else part_of(each.path) for each in own}
    number: dict[str, int] = {}
    many = {part: list(parts.values()).count(part) for part in set(parts.values())}
    chosen: dict[str, Choice] = {}
    same: dict[tuple[object, ...], Choice] = {}
    for each in own:
        part = parts[each.path]
        place = number[part] = number.get(part, -1) + 1
        quantized = Quantized(each.given, asked.group, asked.zeros, asked.scope)
        made = _choice(each, quantized, part, place, many[part], experts, each.path in top)
        chosen[each.path] = same.setdefault(made.key, made)
    for each in found:
        if each.tied in chosen:
            chosen[each.path] = chosen[each.tied]
    return chosen


def _choice(each: _Found, asked: Quantized, part: str, i: int, n: int, experts: int, head: bool) -> Choice:
    """What one layer's weights are held in."""
    base, leaf = asked.base, each.leaf
    scope = asked.scope or base.scope
    vectors: Stored | str = asked.stored() if scope == EVERY else base.vectors
    rows, row = each.rows
    quantised = scope == EVERY or (multiplies(leaf) and (scope == MATRICES or not head)) or (leaf.layer.looks_up and scope == MATRICES)
    if base.vectors and part == "router" and scope != EVERY:
        return Choice(base.vectors, vectors)
    if not quantised:
        return Choice(base.vectors if scope != INNER else "", vectors)
    if not base.vectors:
        return Choice(asked.stored(), vectors)
    type = head_type(asked.name, row) if head else tensor_type(asked.name, part, i, n, experts=experts, shared=row // rows if rows else 1)
    return Choice(asked.stored(type), vectors)
