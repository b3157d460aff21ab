"""Nodes → spec: the document, its vars, inputs, blocks and layers, all errors gathered."""

from __future__ import annotations

import re
from functools import lru_cache

from ..core.errors import Problem, TooMany
from ..core.kinds import ANYTHING, SHAPE
from ..layers.kit.compound import Compound
from ..layers.kit.layer import Arg
from ..text.nodes import BAD, Mapping, Node, Scalar, Sequence
from ..text.reader import read
from .declared import layer_types
from .items import Items
from .language import BLOCK_NAMES, BUDGETS, MAX_ARGS, MAX_INPUTS, MAX_VARIANTS, MAX_VARS, NAMES, TOP_LEVEL, VARIABLES, budget_kind
from .names import name_items
from .tree import Block, Body, Branch, Input, Item, Spec, Template
from .values import Names, kind_of_node, scalar_at

_ARGUMENT = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*(?:=(?!=)\s*(.*))?", re.ASCII | re.DOTALL)


def parse(node: Node, file: str) -> tuple[Spec | None, list[Problem]]:
    """The spec that a document holds, and all that is wrong with it. Wrong items stay in it, marked as such."""
    parser = Parser(file)
    try:
        return parser.document(node), parser.problems
    except TooMany:
        return None, parser.problems


@lru_cache(maxsize=256)
def compound_block(layer: Compound) -> Block:
    """The inside of a compound layer type."""
    node, problems = read(layer.inside, layer.name)
    parser = Parser(layer.name)
    block = Block(layer.name, node)
    block.layer = layer
    block.args = layer.args
    block.inputs = list(layer.names)
    if node is not None:
        block.body = parser.body(node, layer.name, Names([*layer.arg_names, *layer.prepared]))
        name_items(parser, block.body, dict.fromkeys(block.inputs))
    if problems or parser.problems:
        raise ValueError(f"{layer.name}: " + "; ".join(map(str, [*problems, *parser.problems])))
    return block


class Parser(Items):
    """Reads one document; a part that is wrong is left out."""

    def document(self, node: Node) -> Spec | None:
        if not isinstance(node, Mapping):
            self.error(node, "", "a spec must be a mapping", expected=", ".join(TOP_LEVEL), found=kind_of_node(node))
            return None
        spec = Spec(self.file, node)
        entries = node.entries
        self.unknown_keys(node, "", TOP_LEVEL, "a spec")
        for key in ("name", "source", "description"):
            if key in entries:
                setattr(spec, key, self.text(entries[key], key) or "")
        if "dtype" in entries:
            spec.dtype = self.word(entries["dtype"], "dtype") or spec.dtype
        spec.vars = self.variables(entries.get("vars"))
        names = Names(spec.vars)
        spec.inputs = self.inputs(node, names)
        self._declare(entries.get("blocks"), entries.get("layer_types"))
        if "layer_types" in entries:
            layer_types(self, entries["layer_types"], names)
        for block in self.blocks.values():  # the arguments of all before the layers of any: a block may use one that stands below it
            self.block_head(block, f"blocks.{block.name}", names)
        for block in self.blocks.values():
            self.block_body(block, f"blocks.{block.name}", names)
        for made in self.layer_types.values():
            if isinstance(made, Block):
                self.block_body(made, f"layer_types.{made.name}", names)
        spec.blocks, spec.layer_types = self.blocks, self.layer_types
        if "layers" in entries:
            spec.body = self.body(entries["layers"], "layers", names, least=1)
            name_items(self, spec.body, {each.name: None for each in spec.inputs})
        else:
            self.error(node, "", "the spec has no layers", expected="layers: a list of layers")
        if "outputs" in entries:
            outputs = self.refs(entries["outputs"], "outputs", names)
            spec.outputs = outputs or []
        self.budget(entries.get("budget"), spec)
        self.variants(entries.get("variants"), spec)
        self._no_recursion()
        return spec

    def variables(self, node: Node | None) -> dict[str, Template]:
        """The vars, each an expression over the earlier ones."""
        found: dict[str, Template] = {}
        if isinstance(node, Mapping) and len(node.entries) > MAX_VARS:
            self.error(node, "vars", f"a spec has at most {MAX_VARS:,} vars", found=f"{len(node.entries):,}")
            return found
        for key, scalar, value in self.pairs(node, "vars", "names and their values"):
            if self.name(scalar, f"vars.{key}", VARIABLES):
                template = self.template(value, Arg(key, ANYTHING, ""), f"vars.{key}", Names(found))
                found[key] = template or Template(value, f"vars.{key}", Arg(key, ANYTHING, ""), BAD)
        return found

    def inputs(self, node: Mapping, names: Names) -> list[Input]:
        one, several = node.entries.get("input"), node.entries.get("inputs")
        if one is not None and several is not None:
            self.error(node.keys["inputs"], "inputs", "a spec has input or inputs, not both", hint="keep one of the two")
        if several is None:
            if one is None:
                self.error(
                    node, "", "the spec has no input", expected="input: [channels, height, width], or another shape without the batch"
                )
                return []
            return [found for found in [self.input(one, "input", "input", names)] if found]
        mapping = self.mapping(several, "inputs", "names and their shapes: {image: [3, 224, 224], tokens: {shape: [77], dtype: int64}}")
        inputs = []
        for key, scalar, value in self.pairs(mapping, "inputs", ""):
            if self.name(scalar, f"inputs.{key}", NAMES):
                inputs.append(self.input(value, key, f"inputs.{key}", names))
        if mapping and len(mapping.entries) > MAX_INPUTS:
            self.error(mapping, "inputs", f"a spec has at most {MAX_INPUTS:,} inputs", found=f"{len(mapping.entries):,}")
            return []
        if mapping and not mapping.entries:
            self.error(mapping, "inputs", "inputs must hold at least one input")
        return [found for found in inputs if found]

    def input(self, node: Node, name: str, path: str, names: Names) -> Input | None:
        dtype = None
        if isinstance(node, Mapping):
            self.unknown_keys(node, path, ("shape", "dtype"), "an input")
            if "dtype" in node.entries:
                dtype = self.word(node.entries["dtype"], f"{path}.dtype")
            if "shape" not in node.entries:
                self.error(node, path, "the input has no shape", expected="shape: a list of sizes without the batch")
                return None
            node, path = node.entries["shape"], f"{path}.shape"
        template = self.template(node, Arg(path, SHAPE, ""), path, names)
        return None if template is None else Input(name, template, dtype)

    def budget(self, node: Node | None, spec: Spec) -> None:
        mapping = self.mapping(node, "budget", ", ".join(BUDGETS))
        if mapping is None:
            return
        self.unknown_keys(mapping, "budget", BUDGETS, "a budget")
        for key, value in mapping.entries.items():
            if key in BUDGETS:
                template = self.template(value, Arg(key, budget_kind(key), ""), f"budget.{key}", Names(()))
                if template is not None:
                    spec.budget[key] = (template.value, value)

    def variants(self, node: Node | None, spec: Spec) -> None:
        if isinstance(node, Mapping) and len(node.entries) > MAX_VARIANTS:
            self.error(node, "variants", f"a spec has at most {MAX_VARIANTS:,} variants", found=f"{len(node.entries):,}")
            return
        for name, _, value in self.pairs(node, "variants", "names and their vars: {b3: {width: 1.2, resolution: 300}}"):
            path = f"variants.{name}"
            spec.variants[name] = {}
            order = list(spec.vars)
            for key, scalar, node in self.pairs(value, path, "vars and their values"):
                if key not in spec.vars:
                    self.error(
                        scalar,
                        f"{path}.{key}",
                        f"there is no var '{key}'",
                        expected=", ".join(spec.vars),
                        hint=self.near(key, spec.vars),
                    )
                    continue
                earlier = order[: order.index(key)]
                template = self.template(node, Arg(key, ANYTHING, ""), f"{path}.{key}", Names(earlier))
                if template is not None:
                    spec.variants[name][key] = template

    def _declare(self, blocks: Node | None, types: Node | None) -> None:
        """Block names first: a block may use one that stands below it."""
        for key, scalar, value in self.pairs(blocks, "blocks", "names and their blocks: {args: [channels], layers: [...]}"):
            if self.name(scalar, f"blocks.{key}", BLOCK_NAMES):
                self.blocks[key] = Block(key, value)

    def block_head(self, block: Block, path: str, names: Names) -> None:
        """The arguments and inputs of a block."""
        node = block.node
        mapping = self.mapping(node, path, "args, inputs and layers") if node is not None else None
        if mapping is None:
            return
        self.unknown_keys(mapping, path, ("args", "inputs", "layers"), "a block")
        block.args, block.defaults = self.arguments(mapping.entries.get("args"), f"{path}.args", names)
        self.block_inputs(block, mapping.entries.get("inputs"), f"{path}.inputs")

    def block_body(self, block: Block, path: str, names: Names) -> None:
        """The layers of a block."""
        mapping = block.node
        if not isinstance(mapping, Mapping):
            return
        if "layers" not in mapping.entries:
            self.error(mapping, path, f"the block {block.name} has no layers", expected="layers: a list of layers")
            return
        block.body = self.body(mapping.entries["layers"], f"{path}.layers", names.plus(*block.arg_names), least=1)
        name_items(self, block.body, dict.fromkeys(block.inputs))

    def block_inputs(self, block: Block, node: Node | None, path: str) -> None:
        if node is None:
            return
        scalars = node.items if isinstance(node, Sequence) else []
        if not scalars:
            message = "the inputs of a block must be a list of names"
            self.error(node, path, message, expected="inputs: [words, memory]", found=kind_of_node(node))
            return
        found = []
        for index, each in enumerate(scalars):
            if not isinstance(each, Scalar):
                self.error(each, f"{path}[{index}]", "the name of an input must be a word", found=kind_of_node(each))
            elif self.name(each, f"{path}[{index}]", NAMES):
                found.append(each.value)
        if len(found) != len(scalars):
            return
        for index, name in enumerate(found):
            if name in found[:index]:
                self.error(scalars[index], path, f"the name '{name}' stands twice among the inputs")
                return
        block.inputs = [str(name) for name in found]

    def arguments(self, node: Node | None, path: str, names: Names) -> tuple[tuple[Arg, ...], dict[str, Template]]:
        """``[channels, kernel, stride=1]``: a default is an expression, evaluated at the use."""
        args: list[Arg] = []
        defaults: dict[str, Template] = {}
        if node is None or (isinstance(node, Scalar) and node.value is BAD):
            return (), defaults
        if not isinstance(node, Sequence):
            self.error(node, path, "args must be a list of names", expected="args: [channels, kernel, stride=1]", found=kind_of_node(node))
            return (), defaults
        if len(node.items) > MAX_ARGS:
            self.error(node, path, f"there are at most {MAX_ARGS} arguments", found=f"{len(node.items):,}")
            return (), defaults
        for index, each in enumerate(node.items):
            where = f"{path}[{index}]"
            match = _ARGUMENT.fullmatch(each.value) if isinstance(each, Scalar) and isinstance(each.value, str) else None
            if match is None:
                message = "an argument must be a name, or a name and its default"
                self.error(each, where, message, expected="channels, or stride=1", found=kind_of_node(each))
                continue
            name, default = match[1], match[2]
            if not self.name(scalar_at(name, each), where, VARIABLES):
                continue
            if any(arg.name == name for arg in args):
                self.error(each, where, f"the argument '{name}' is there twice")
                continue
            if default is None:
                args.append(Arg(name, ANYTHING, ""))
                continue
            args.append(Arg(name, ANYTHING, "", None, shown_default=default.strip()))
            template = self.template(scalar_at(default.strip(), each), args[-1], where, names.plus(*(arg.name for arg in args[:-1])))
            defaults[name] = template or Template(each, where, args[-1], BAD)
        return tuple(args), defaults

    def _no_recursion(self) -> None:
        """A block may not use itself, however indirectly."""
        made = [each for each in self.layer_types.values() if isinstance(each, Block)]
        uses = {block.name: _blocks_used(block.body) for block in [*self.blocks.values(), *made]}
        done: set[str] = set()
        for start in uses:
            trail: dict[str, list[Item]] = {start: list(uses[start])}
            while trail:
                name = next(reversed(trail))
                if name in done or not trail[name]:
                    done.add(name)
                    del trail[name]
                    continue
                item = trail[name].pop()
                if item.type_name in trail:
                    names = list(trail)
                    loop = [*names[names.index(item.type_name) :], item.type_name]
                    shown = loop if len(loop) <= 8 else [*loop[:4], "...", *loop[-3:]]
                    found, hint = " -> ".join(shown), "for several copies use repeat or for"
                    self.error(item.key, item.path, f"the block {item.type_name} uses itself", found=found, hint=hint)
                    item.type = None
                elif item.type_name in uses:
                    trail[item.type_name] = list(uses[item.type_name])


def _blocks_used(body: Body) -> list[Item]:
    """The items in a body, however deep inside its composites, that use a block of the user's."""
    found: list[Item] = []
    pending = [body]
    while pending:
        for item in pending.pop().items:
            if isinstance(item.type, Block):
                found.append(item)
            for value in item.args.values():
                if isinstance(value, Body):
                    pending.append(value)
                elif isinstance(value, list):
                    pending.extend(branch.body for branch in value if isinstance(branch, Branch))
    return found
