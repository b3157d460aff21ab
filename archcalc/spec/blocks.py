"""Blocks: their names, arguments and inputs as written, and the layers inside them; the inside of a compound layer type among them."""

from __future__ import annotations

from functools import lru_cache

from .. import composites
from ..core.kinds import ANYTHING
from ..layers.kit.args import Arg
from ..layers.kit.compound import Compound
from ..text.nodes import BAD, Mapping, Node, Scalar, Sequence, scalar_at
from ..text.reader import read
from .adapters import read_lora
from .bindings import read_let
from .items import read_body
from .language import EXPRESSION_WORDS, MAX_ARGS, NAMES, VARIABLES, NameKind, is_name
from .modifiers import LATER, MODIFIER
from .names import name_items
from .reading import Known, Reading, kind_of_node
from .refs import read_ref
from .templates import Template
from .tree import Block
from .type_names import stray_key
from .values import read_template

ITEM_WORDS = frozenset([*(set(MODIFIER) - LATER), *composites.NAMES, *composites.SPREAD_KEYS, "previous"])
"""Words that mean something as a key of an item: no block or layer type may have them as its name."""
BLOCK_NAMES = NameKind(ITEM_WORDS)

_SPACE = " \t\n\r\f\v"
"""What may stand around the name of an argument."""
_RULE = "a block sees vars, its arguments and its own loops"
TYPE_RULE = "a layer type sees vars and its arguments"


def declare_blocks(reading: Reading, node: Node | None) -> None:
    """The names of the blocks into the reading, before anything in them is read: a block may use one that stands below it."""
    for key, scalar, value in reading.pairs(node, "blocks", "names and their blocks: {args: [channels], layers: [...]}"):
        if key in reading.blocks or key in reading.layer_types:
            reading.error(
                scalar, f"blocks.{key}", f"'{key}' is the name of a block that `use` brings", hint="give one of them another name"
            )
        elif "(" in key and is_name(key[: key.index("(")].strip()):
            name, _, args = key.partition("(")
            hint = f"write {name.strip()}: {{args: [{args.rstrip().rstrip(')')}], layers: [...]}}"
            reading.error(
                scalar, f"blocks.{key}", f"'{key[:60]}' can't be a name", expected="a name, and its arguments under args", hint=hint
            )
            reading.refused.add(name.strip())
        elif reading.good_name(scalar, f"blocks.{key}", BLOCK_NAMES):
            reading.blocks[key] = Block(key, value)


def read_blocks(reading: Reading) -> None:
    """The blocks that were declared: the arguments of all before the layers of any, which may use any of them.

    Then the layers of the layer types that are made of some, whose arguments were read when they were declared.
    """
    known = Known(reading.vars, _RULE)
    own = [block for block in reading.blocks.values() if block.home is None]
    for block in own:
        _read_head(reading, block, f"blocks.{block.name}", known)
    for block in own:
        _read_inside(reading, block, f"blocks.{block.name}", known)
    for made in reading.layer_types.values():
        if isinstance(made, Block) and made.home is None:
            _read_inside(reading, made, f"layer_types.{made.name}", Known(reading.vars, TYPE_RULE))


def _read_head(reading: Reading, block: Block, path: str, known: Known) -> None:
    """The arguments and inputs of a block."""
    if isinstance(block.node, Sequence):
        expected, hint = "args, inputs and layers", f"write {block.name}: {{layers: [...]}}"
        reading.error(block.node, path, f"{path} must be a mapping", expected=expected, found=kind_of_node(block.node), hint=hint)
        return
    mapping = reading.mapping(block.node, path, "args, inputs and layers")
    if mapping is None:
        return
    reading.unknown_keys(
        mapping, path, ("args", "let", "inputs", "lora", "layers"), "a block", lambda key, value: stray_key(reading, key, value, block=True)
    )
    block.args, block.defaults = read_arguments(reading, mapping.entries.get("args"), f"{path}.args", known)
    read_inputs(reading, block, mapping.entries.get("inputs"), f"{path}.inputs")


def _read_inside(reading: Reading, block: Block, path: str, known: Known) -> None:
    """The layers of a block, which see its arguments, too."""
    if not isinstance(block.node, Mapping):
        return
    layers = block.node.entries.get("layers")
    if layers is None:
        reading.error(block.node, path, f"the block {block.name} has no layers", expected="layers: a list of layers")
        return
    known = known.plus(*block.arg_names)
    known.items = read_ref
    if "let" in block.node.entries:
        block.let = read_let(reading, block.node.entries["let"], f"{path}.let", known)
        known = known.plus(*block.let)
    if "lora" in block.node.entries:
        block.lora = read_lora(reading, block.node.entries["lora"], f"{path}.lora", known.without_items())
    block.body = read_body(reading, layers, f"{path}.layers", known, least=1)
    name_items(reading.reporter, block.body, block.inputs)


def read_inputs(reading: Reading, block: Block, node: Node | None, path: str) -> None:
    """The names of a block's inputs into it; as they are where none are given, or one is wrong, which is reported."""
    if node is None:
        return
    scalars = node.items if isinstance(node, Sequence) else []
    if not scalars:
        message = "the inputs of a block must be a list of names"
        reading.error(node, path, message, expected="inputs: [words, memory]", found=kind_of_node(node))
        return
    found: list[str] = []
    for index, each in enumerate(scalars):
        if not isinstance(each, Scalar):
            reading.error(each, f"{path}[{index}]", "the name of an input must be a word", found=kind_of_node(each))
        elif reading.good_name(each, f"{path}[{index}]", NAMES):
            found.append(str(each.value))
    if len(found) != len(scalars):
        return
    for index, name in enumerate(found):
        if name in found[:index]:
            reading.error(scalars[index], path, f"the name '{name}' stands twice among the inputs")
            return
    block.inputs = found


def read_arguments(reading: Reading, node: Node | None, path: str, known: Known) -> tuple[tuple[Arg, ...], dict[str, Template]]:
    """``[channels, kernel, stride=1]``: the arguments in order, and the defaults by name, which are evaluated at each use."""
    args: list[Arg] = []
    defaults: dict[str, Template] = {}
    if node is None or (isinstance(node, Scalar) and node.value is BAD):
        return (), defaults
    if not isinstance(node, Sequence):
        expected = "args: [channels, kernel, stride=1]"
        hint = ""
        if isinstance(node, Mapping) and all(isinstance(value, Scalar) for value in node.entries.values()):
            values = [(key, value.text) for key, value in node.entries.items() if isinstance(value, Scalar)]
            hint = f"write args: [{', '.join(f'{key}={value}' if value else key for key, value in values)}]"
        reading.error(node, path, "args must be a list of names", expected=expected, found=kind_of_node(node), hint=hint)
        if hint and isinstance(node, Mapping):  # what is inside reads them
            return tuple(Arg(key, ANYTHING, "", None) for key in node.entries if is_name(key)), defaults
        return (), defaults
    if len(node.items) > MAX_ARGS:
        reading.error(node, path, f"there are at most {MAX_ARGS} arguments", found=f"{len(node.items):,}")
        return (), defaults
    for index, each in enumerate(node.items):
        where = f"{path}[{index}]"
        text = _written(each)
        head, equals, rest = text.partition("=")
        name, default = head.strip(_SPACE), rest.strip()
        if not is_name(name) or rest.startswith("="):
            message = "an argument must be a name, or a name and its default"
            reading.error(each, where, message, expected="channels, or stride=1", found=kind_of_node(each))
            continue
        if not reading.good_name(scalar_at(name, each), where, VARIABLES):
            args.append(Arg(name, ANYTHING, "", None))  # what uses it is not reported again
            continue
        if any(arg.name == name for arg in args):
            reading.error(each, where, f"the argument '{name}' is there twice")
            continue
        if not equals:
            args.append(Arg(name, ANYTHING, ""))
            continue
        arg = Arg(name, ANYTHING, "", None, shown_default=default)
        earlier = known.plus(*(each.name for each in args))
        template = read_template(reading, scalar_at(default, each), arg, where, earlier)
        defaults[name] = template or Template(each, where, arg, BAD)
        args.append(arg)
    return tuple(args), defaults


def _written(node: Node) -> str:
    """The text of an argument; of null, true and false as well, which can't be names, and of words that have two meanings."""
    if not isinstance(node, Scalar):
        return ""
    plain = isinstance(node.value, str) or (node.text in EXPRESSION_WORDS or (node.value is BAD and is_name(node.text)))
    return node.text if plain else ""


@lru_cache(maxsize=256)
def compound_block(layer: Compound) -> Block:
    """The inside of a compound layer type, read once for each of them. Raises ValueError where its declaration is wrong."""
    node, problems = read(layer.inside, layer.name)
    reading = Reading(layer.name)
    block = Block(layer.name, node)
    block.layer = layer
    block.args = layer.args
    block.inputs = list(layer.names)
    if node is not None:
        block.body = read_body(reading, node, layer.name, Known([*layer.arg_names, *layer.prepared]))
        name_items(reading.reporter, block.body, block.inputs)
    if problems or reading.problems:
        raise ValueError(f"{layer.name}: " + "; ".join(map(str, [*problems, *reading.problems])))
    return block
