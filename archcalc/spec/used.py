"""``use``: the network of another file as a block, or the blocks of a file that has no layers."""

from __future__ import annotations

from collections.abc import Callable

from ..core.kinds import ANYTHING
from ..layers.kit.args import Arg
from ..text.beside import Files, Place, Unusable
from ..text.nodes import Node, Scalar
from ..text.reader import read
from .blocks import BLOCK_NAMES
from .language import END, MAX_FILE
from .reading import Reading, kind_of_node
from .templates import Template
from .tree import Block, Home, Spec
from .user_layers import UserLayer, written

_EXPECTED = "names and files: {backbone: resnet50.yaml}"

Parse = Callable[[Reading, Node, str], Spec | None]
"""Reads the document of a file into a spec; None where there is none."""


class Library:
    """The files that one spec uses, each read once; ``trail`` are those that are being read, the first one first."""

    __slots__ = ("files", "specs", "trail")

    def __init__(self, path: str, file: str, size: int) -> None:
        self.files = Files(path, file, size)
        self.trail = [self.files.first]
        self.specs: dict[str, Spec | None] = {}


def declare_used(reading: Reading, node: Node, library: Library, parse: Parse) -> None:
    """The blocks that other files bring, into the reading. What is wrong in those files is reported with their names."""
    for key, scalar, value in reading.pairs(node, "use", _EXPECTED):
        path = f"use.{key}"
        if not reading.good_name(scalar, path, BLOCK_NAMES):
            continue
        if not isinstance(value, Scalar) or not isinstance(value.value, str) or not 0 < len(value.value) <= MAX_FILE:
            reading.error(value, path, f"{path} must be the name of a file", expected=_EXPECTED, found=kind_of_node(value))
            continue
        name, variant = _parted(value.value)
        spec = _spec(reading, value, path, name, library, parse)
        if spec is None:
            reading.complete = False
        elif variant and variant not in spec.variants:
            those = ", ".join(spec.variants) or "it has none"
            reading.error(value, path, f"{spec.file} has no variant '{variant}'", expected=those, hint=reading.near(variant, spec.variants))
            reading.complete = False
        elif spec.body.items:
            _add(reading, scalar, path, _network(reading, scalar, path, key, spec, variant))
        else:
            for block in _declared(spec):
                _add(reading, scalar, path, block)


def _parted(text: str) -> tuple[str, str]:
    """A file's name, and the variant behind an @."""
    name, at, variant = text.rpartition("@")
    return (name, variant) if at and "/" not in variant and not variant.endswith(".yaml") else (text, "")


def _spec(reading: Reading, node: Scalar, path: str, name: str, library: Library, parse: Parse) -> Spec | None:
    """What a file holds; None where it can't be used, or is wrong, which is reported."""
    try:
        place = library.files.find(name, library.trail[-1])
        if any(place.path == each.path for each in library.trail):
            found = " -> ".join(each.shown for each in [*library.trail, place])
            reading.error(node, path, f"{place.shown} uses itself", found=found, hint="take what both use into a file of its own")
            return None
        if place.path not in library.specs:
            library.specs[place.path] = _read(reading, place, library, parse)
    except Unusable as why:
        reading.error(node, path, why.message, expected=why.expected, hint=why.hint)
        return None
    return library.specs[place.path]


def _read(reading: Reading, place: Place, library: Library, parse: Parse) -> Spec | None:
    """A file read for the first time, and all that is wrong with it. Raises Unusable."""
    node, problems = read(library.files.read(place), place.shown)
    inner = Reading(place.shown)
    inner.expressions, inner.characters = reading.expressions, reading.characters
    library.trail.append(place)
    spec = None if node is None else parse(inner, node, place.shown)
    library.trail.pop()
    reading.characters = inner.characters
    reading.adapts |= inner.adapts
    reading.chooses |= inner.chooses
    reading.reporter.take([*problems, *inner.problems])
    if spec is None or problems or inner.problems:
        return None
    spec.home = home = Home(place.shown, spec.vars)
    for each in _declared(spec):
        each.home = each.home or home
        if isinstance(each, Block) and isinstance(each.layer, UserLayer):
            each.layer.home = each.home
    return spec


def _declared(spec: Spec) -> list[Block | UserLayer]:
    """The blocks and layer types of a file, those that it uses itself among them."""
    return [each for each in (*spec.blocks.values(), *spec.layer_types.values()) if isinstance(each, (Block, UserLayer))]


def _network(reading: Reading, scalar: Scalar, path: str, name: str, spec: Spec, variant: str) -> Block:
    """The network of a file as a block: its vars are the arguments, and have all a default."""
    if END in spec.vars:
        reading.error(
            scalar, path, f"{spec.file} has a var '{END}', which says here where a network ends", hint="give it another name there"
        )
    block = Block(name, spec.node)
    block.home = spec.home
    block.defaults = {**spec.vars, **spec.variants.get(variant, {})}
    block.args = tuple(Arg(each, ANYTHING, "", None, shown_default=_shown(template)) for each, template in block.defaults.items())
    block.inputs = [each.name for each in spec.inputs]
    block.body, block.lora, block.ends, block.network = spec.body, spec.lora, spec.outputs, spec.inputs
    return block


def _shown(template: Template) -> str:
    return written(template.node)


def _add(reading: Reading, scalar: Scalar, path: str, block: Block | UserLayer) -> None:
    """One of the blocks or layer types that a file brings."""
    other = reading.blocks.get(block.name) or reading.layer_types.get(block.name)
    if other is not None and other is not block:
        hint = "give one of them another name"
        reading.error(scalar, path, f"'{block.name}' is the name of another block already", hint=hint)
    elif isinstance(block, UserLayer) or block.layer is not None:
        reading.layer_types[block.name] = block
    else:
        reading.blocks[block.name] = block
