"""Nodes → spec: every key and argument held against its declaration, every expression compiled, all errors gathered."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Iterable

from . import layers
from .errors import Problem, did_you_mean
from .expr import Expression, ExpressionError, compile_expression
from .kinds import ANYTHING, SHAPE, Kind, Mismatch, show
from .language import (
    BLOCK_NAMES,
    BODY,
    BRANCHES,
    BUDGETS,
    COMPOSITES,
    DTYPE,
    MODIFIER,
    NAMES,
    SHAPE_NAMES,
    SPREAD,
    TOP_LEVEL,
    VARIABLES,
    Amount,
    BodyKind,
)
from .layers.base import Arg, LayerType
from .layers.compound import Compound
from .naming import name_items
from .spec import Block, Body, Branch, Input, Item, Ref, Spec, Template
from .text import BAD, Mapping, Node, Scalar, Sequence, read

_SEGMENT = re.compile(r"\.?([A-Za-z_][A-Za-z0-9_]*)|\.([0-9]{1,9})(?![0-9A-Za-z_])", re.ASCII)
_ARGUMENT = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*(?:=(?!=)\s*(.*))?", re.ASCII | re.DOTALL)
_SPREAD_KEYS = {arg.name: head for head, args in SPREAD.items() for arg in args}
_SIGNS = frozenset(SHAPE_NAMES)


def parse(node: Node, file: str) -> tuple[Spec | None, list[Problem]]:
    """The spec that a document holds, and all that is wrong with it. Wrong items stay in it, marked as such."""
    parser = Parser(file)
    return parser.document(node), parser.problems


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


class Names:
    """What expressions may read at one place, and the blocks and layer types that items may use there."""

    __slots__ = ("known",)

    def __init__(self, known: Iterable[str]) -> None:
        self.known = frozenset(known)

    def plus(self, *names: str) -> Names:
        return Names(self.known.union(names))


class Parser:
    """Reads one document. ``problems`` grows as it goes; a part that is wrong becomes None and is left out."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.blocks: dict[str, Block] = {}
        self.layer_types: dict[str, LayerType | Block] = {}

    def error(self, node: Node, path: str, message: str, expected: str = "", found: str = "", hint: str = "") -> None:
        self.problems.append(Problem(message, file=self.file, line=node.line, column=node.column, path=path, expected=expected, found=found, hint=hint))

    # ---- the document

    def document(self, node: Node) -> Spec | None:
        if not isinstance(node, Mapping):
            if not (isinstance(node, Scalar) and node.value is BAD):
                self.error(node, "", "a spec is a mapping", expected=", ".join(TOP_LEVEL), found=_kind_of(node))
            return None
        spec = Spec(self.file, node)
        entries = node.entries
        self._unknown_keys(node, "", TOP_LEVEL, "a spec")
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
            from .user_layers import layer_types

            layer_types(self, entries["layer_types"], names)
        if isinstance(entries.get("blocks"), Mapping):
            for block in self.blocks.values():
                self.block(block, f"blocks.{block.name}", names)
        spec.blocks = self.blocks
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

    def _unknown_keys(self, node: Mapping, path: str, known: Iterable[str], what: str) -> None:
        for key, scalar in node.keys.items():
            if key not in known:
                self.error(scalar, _join(path, key), f"{what} has no key '{key}'", expected=", ".join(known), hint=did_you_mean(key, known))

    def mapping(self, node: Node | None, path: str, what: str) -> Mapping | None:
        """A mapping, or None where there is none or something else, which is reported."""
        if node is None or isinstance(node, Mapping):
            return node
        if not (isinstance(node, Scalar) and node.value is BAD):
            self.error(node, path, f"{path} is a mapping", expected=what, found=_kind_of(node))
        return None

    def text(self, node: Node, path: str) -> str | None:
        if isinstance(node, Scalar):
            if isinstance(node.value, str):
                return node.value
            if node.value is BAD:
                return None
        self.error(node, path, f"{path} is a text", found=_kind_of(node), hint="put it in quotes" if isinstance(node, Scalar) else "")
        return None

    def word(self, node: Node, path: str) -> str | None:
        """A dtype."""
        template = self.template(node, Arg("dtype", DTYPE, ""), path, Names(()))
        return None if template is None else template.value

    def name(self, scalar: Scalar, path: str, kind: Kind) -> bool:
        try:
            kind.convert(scalar.value)
        except Mismatch as mismatch:
            if scalar.value is not BAD:
                self.error(scalar, path, mismatch.message, expected=kind.expected)
            return False
        return True

    def variables(self, node: Node | None) -> dict[str, Template]:
        """The vars, each an expression over the earlier ones."""
        mapping = self.mapping(node, "vars", "names and their values")
        found: dict[str, Template] = {}
        for key, value in mapping.entries.items() if mapping else ():
            if self.name(mapping.keys[key], f"vars.{key}", VARIABLES):  # type: ignore[union-attr]
                template = self.template(value, Arg(key, ANYTHING, ""), f"vars.{key}", Names(found))
                found[key] = template or Template(value, f"vars.{key}", Arg(key, ANYTHING, ""), BAD)
        return found

    def inputs(self, node: Mapping, names: Names) -> list[Input]:
        one, several = node.entries.get("input"), node.entries.get("inputs")
        if one is not None and several is not None:
            self.error(node.keys["inputs"], "inputs", "a spec has input or inputs, not both")
        if several is None:
            if one is None:
                self.error(node, "", "the spec has no input", expected="input: [channels, height, width], or another shape without the batch")
                return []
            return [found for found in [self.input(one, "input", "input", names)] if found]
        mapping = self.mapping(several, "inputs", "names and their shapes: {image: [3, 224, 224], tokens: {shape: [77], dtype: int64}}")
        inputs = []
        for key, value in mapping.entries.items() if mapping else ():
            if self.name(mapping.keys[key], f"inputs.{key}", NAMES):  # type: ignore[union-attr]
                inputs.append(self.input(value, key, f"inputs.{key}", names))
        if mapping and not mapping.entries:
            self.error(mapping, "inputs", "inputs holds at least one input")
        return [found for found in inputs if found]

    def input(self, node: Node, name: str, path: str, names: Names) -> Input | None:
        dtype = None
        if isinstance(node, Mapping):
            self._unknown_keys(node, path, ("shape", "dtype"), "an input")
            if "dtype" in node.entries:
                dtype = self.word(node.entries["dtype"], f"{path}.dtype")
            if "shape" not in node.entries:
                self.error(node, path, "the input has no shape", expected="shape: a list of sizes without the batch")
                return None
            node, path = node.entries["shape"], f"{path}.shape"
        template = self.template(node, Arg(path, SHAPE, ""), path, names)
        return template and Input(name, template, dtype)

    def budget(self, node: Node | None, spec: Spec) -> None:
        mapping = self.mapping(node, "budget", ", ".join(BUDGETS))
        if mapping is None:
            return
        self._unknown_keys(mapping, "budget", BUDGETS, "a budget")
        for key, value in mapping.entries.items():
            if key in BUDGETS:
                template = self.template(value, Arg(key, Amount(), ""), f"budget.{key}", Names(()))
                if template is not None:
                    spec.budget[key] = (template.value, value)

    def variants(self, node: Node | None, spec: Spec) -> None:
        mapping = self.mapping(node, "variants", "names and their vars: {b3: {width: 1.2, resolution: 300}}")
        for name, value in mapping.entries.items() if mapping else ():
            path = f"variants.{name}"
            inner = self.mapping(value, path, "vars and their values")
            spec.variants[name] = {}
            for key, node in inner.entries.items() if inner else ():
                if key not in spec.vars:
                    self.error(inner.keys[key], f"{path}.{key}", f"there is no var '{key}'", expected=", ".join(spec.vars), hint=did_you_mean(key, spec.vars))  # type: ignore[union-attr]
                    continue
                earlier = list(spec.vars)[: list(spec.vars).index(key)]
                template = self.template(node, Arg(key, ANYTHING, ""), f"{path}.{key}", Names(earlier))
                if template is not None:
                    spec.variants[name][key] = template

    # ---- blocks

    def _declare(self, blocks: Node | None, types: Node | None) -> None:
        """Block names first: a block may use one that stands below it."""
        mapping = self.mapping(blocks, "blocks", "names and their blocks: {args: [channels], layers: [...]}")
        for key, value in mapping.entries.items() if mapping else ():
            if self.name(mapping.keys[key], f"blocks.{key}", BLOCK_NAMES):  # type: ignore[union-attr]
                self.blocks[key] = Block(key, value)

    def block(self, block: Block, path: str, names: Names) -> None:
        """The arguments, inputs and layers of a block."""
        node = block.node
        mapping = self.mapping(node, path, "args, inputs and layers") if node is not None else None
        if mapping is None:
            return
        self._unknown_keys(mapping, path, ("args", "inputs", "layers"), "a block")
        block.args, block.defaults = self.arguments(mapping.entries.get("args"), f"{path}.args", names)
        self.block_inputs(block, mapping.entries.get("inputs"), f"{path}.inputs")
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
            self.error(node, path, "the inputs of a block are a list of names", expected="inputs: [words, memory]", found=_kind_of(node))
            return
        found = [each.value for index, each in enumerate(scalars) if isinstance(each, Scalar) and self.name(each, f"{path}[{index}]", NAMES)]
        if len(found) != len(scalars) or len(set(found)) != len(found):
            if len(set(found)) != len(found):
                self.error(node, path, "the inputs of a block have different names")
            return
        block.inputs = [str(name) for name in found]

    def arguments(self, node: Node | None, path: str, names: Names) -> tuple[tuple[Arg, ...], dict[str, Template]]:
        """``[channels, kernel, stride=1]``: a default is an expression, evaluated at the use."""
        args: list[Arg] = []
        defaults: dict[str, Template] = {}
        if node is None or isinstance(node, Scalar) and node.value is BAD:
            return (), defaults
        if not isinstance(node, Sequence):
            self.error(node, path, "args is a list of names", expected="args: [channels, kernel, stride=1]", found=_kind_of(node))
            return (), defaults
        for index, each in enumerate(node.items):
            where = f"{path}[{index}]"
            match = _ARGUMENT.fullmatch(each.value) if isinstance(each, Scalar) and isinstance(each.value, str) else None
            if match is None:
                if not (isinstance(each, Scalar) and each.value is BAD):
                    self.error(each, where, "an argument is a name, or a name and its default", expected="channels, or stride=1", found=_kind_of(each))
                continue
            name, default = match[1], match[2]
            if not self.name(_scalar(name, each), where, VARIABLES):
                continue
            if any(arg.name == name for arg in args):
                self.error(each, where, f"the argument '{name}' is there twice")
                continue
            if default is None:
                args.append(Arg(name, ANYTHING, ""))
                continue
            args.append(Arg(name, ANYTHING, "", None, shown_default=default.strip()))
            template = self.template(_scalar(default.strip(), each), args[-1], where, names.plus(*(arg.name for arg in args[:-1])))
            defaults[name] = template or Template(each, where, args[-1], BAD)
        return tuple(args), defaults

    def _no_recursion(self) -> None:
        """A block may not use itself, however indirectly."""
        uses = {block.name: _blocks_used(block.body) for block in self.blocks.values()}
        done: set[str] = set()
        for start in uses:
            trail: list[tuple[str, list[Item]]] = [(start, list(uses[start]))]
            while trail:
                name, pending = trail[-1]
                if name in done or not pending:
                    done.add(name)
                    trail.pop()
                    continue
                item = pending.pop()
                on_trail = [each for each, _ in trail]
                if item.type_name in on_trail:
                    loop = [*on_trail[on_trail.index(item.type_name) :], item.type_name]
                    shown = loop if len(loop) <= 8 else [*loop[:4], "...", *loop[-3:]]
                    self.error(item.key, item.path, f"the block {item.type_name} uses itself", found=" -> ".join(shown), hint="for several copies use repeat or for")
                    item.type = None
                elif item.type_name in uses:
                    trail.append((item.type_name, list(uses[item.type_name])))

    # ---- values

    def template(self, node: Node, arg: Arg, path: str, names: Names) -> Template | None:
        """An argument's value; held against its kind at once where it depends on nothing."""
        value = self.value(node, arg.kind, path, names)
        if value is BAD:
            return None
        template = Template(node, path, arg, value)
        if template.constant:
            try:
                template.value = arg.kind.convert(value)
            except Mismatch as mismatch:
                self.mismatch(template, value, mismatch, names.known)
                return None
        return template

    def mismatch(self, template: Template, value: Any, mismatch: Mismatch, known: Iterable[str]) -> None:
        """Report a value that is not of its argument's kind."""
        arg, node = template.arg, template.node
        found = "" if template.constant or not isinstance(node, Scalar) else f"{show(value)}, from the expression '{node.value}'"
        hint = mismatch.hint
        if isinstance(value, str) and not arg.kind.words:
            hint = did_you_mean(value, known) or hint
        self.error(node, template.path, f"{arg.name} can't be {show(value)}", expected=arg.kind.expected, found=found, hint=hint)

    def value(self, node: Node, kind: Kind, path: str, names: Names) -> Any:
        if isinstance(node, Scalar):
            value = node.value
            if not isinstance(value, str) or value is BAD or kind.literal or value in kind.words:
                return value
            return self.expression(node, path, names)
        if isinstance(node, Sequence):
            items = [self.value(item, kind, path, names) for item in node.items]
            return BAD if BAD in items else items
        if not getattr(kind, "takes_mapping", False):
            self.error(node, path, f"{path.rpartition('.')[2]} can't be a mapping", expected=kind.expected)
            return BAD
        entries = {key: self.value(item, kind, path, names) for key, item in node.entries.items()}
        return BAD if BAD in entries.values() else entries

    def expression(self, node: Scalar, path: str, names: Names) -> Any:
        """A string where a value is expected: an expression, or a word if it is a single name that is not in scope."""
        try:
            expression = compile_expression(node.value)
        except ExpressionError as error:
            self.error(node, path, error.message, hint=error.hint)
            return BAD
        known = names.known
        if expression.word:
            return expression if node.value in known or node.value in _SIGNS else node.value
        unknown = [name for name in sorted(expression.names) if name not in known and name not in _SIGNS]
        for name in unknown:
            hint = did_you_mean(name, [*known, *_SIGNS]) or f"a word to compare with needs quotes: '{name}'"
            if name == "index":
                hint = "index is known inside a repeat or a for"
            self.error(node, path, f"there is no '{name}' in scope in '{node.value}'", expected=", ".join(sorted(known)), hint=hint)
        return BAD if unknown else expression

    def refs(self, node: Node, path: str, names: Names) -> list[Ref] | None:
        """A name or a path, or a list of them."""
        nodes = node.items if isinstance(node, Sequence) else [node]
        if not nodes:
            self.error(node, path, f"{path.rpartition('.')[2]} holds at least one name")
            return None
        refs = [self.ref(each, f"{path}[{index}]" if isinstance(node, Sequence) else path, names) for index, each in enumerate(nodes)]
        found = [ref for ref in refs if ref is not None]
        return found if len(found) == len(refs) else None

    def ref(self, node: Node, path: str, names: Names) -> Ref | None:
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            if not (isinstance(node, Scalar) and node.value is BAD):
                self.error(node, path, "a source is a name or a path", expected="previous, stem, stage.0.conv, or \"stage[index - 1].conv\"", found=_kind_of(node))
            return None
        text, position = node.value, 0
        segments: list[str | int | Expression] = []
        while position < len(text):
            if text[position] == "[" and segments:
                end = text.find("]", position)
                depth = text.count("[", position + 1, end)
                while depth > 0 and end >= 0:
                    end = text.find("]", end + 1)
                    depth -= 1
                inner = _scalar(text[position + 1 : end], node) if end > 0 else None
                value = self.expression(inner, path, names) if inner is not None else BAD
                if value is BAD:
                    if inner is None:
                        self.error(node, path, f"'{text}' has no closing bracket")
                    return None
                segments.append(int(value) if isinstance(value, str) and value.isdigit() else value)
                position = end + 1
                continue
            match = _SEGMENT.match(text, position)
            if match is None or (position == 0) == text.startswith(".", position) or len(text) > 1000:
                self.error(node, path, f"'{text[:60]}' is not a name or a path", expected="previous, stem, stage.0.conv, or \"stage[index - 1].conv\"")
                return None
            segments.append(match[1] if match[1] else int(match[2]))
            position = match.end()
        if not segments:
            self.error(node, path, "a source is a name or a path", found="nothing")
            return None
        return Ref(text, node, path, segments)

    # ---- items

    def body(self, node: Node, path: str, names: Names, least: int = 0) -> Body:
        """A list of items."""
        if not isinstance(node, Sequence):
            if not (isinstance(node, Scalar) and node.value is BAD):
                hint = "put '- ' before it" if isinstance(node, (Mapping, Scalar)) and not (isinstance(node, Scalar) and node.value is None) else ""
                self.error(node, path, f"{path.rpartition('.')[2]} is a list of layers", found=_kind_of(node), hint=hint)
            return Body([])
        if len(node.items) < least:
            self.error(node, path, f"{path.rpartition('.')[2]} holds at least one layer")
        return Body([self.item(each, f"{path}[{index}]", names) for index, each in enumerate(node.items)])

    def item(self, node: Node, path: str, names: Names) -> Item:
        """One layer, block or composite."""
        if isinstance(node, Scalar):
            if isinstance(node.value, str):
                return self.typed(node, path, node, None, names)
            if node.value is not BAD:
                self.error(node, path, "an item is a layer type's name, or a mapping with one", found=_kind_of(node))
            return Item(node, path, node, None, "item")
        if isinstance(node, Sequence):
            self.error(node, path, "an item is a layer type's name, or a mapping with one", found="a list", hint="for layers one after another use sequence: [...]")
            return Item(node, path, _scalar("", node), None, "item")
        entries = node.entries
        if len(entries) == 1:
            (key, value), = entries.items()
            if key not in MODIFIER and key not in _SPREAD_KEYS:
                return self.typed(node, path, node.keys[key], value, names)
        types = [key for key in entries if key not in MODIFIER]
        heads = list(dict.fromkeys(_SPREAD_KEYS.get(key, key) for key in types))
        if len(heads) != 1:
            self._not_one_type(node, path, heads)
            return Item(node, path, node.keys[types[0]] if types else _first_key(node), None, heads[0] if heads else "item")
        inner = names.plus("index") if "repeat" in entries else names
        if heads[0] in SPREAD:
            item = self.spread(node, path, heads[0], inner)
        else:
            item = self.typed(node, path, node.keys[types[0]], entries[types[0]], inner)
        if len(entries) > len(types):
            self.modifiers(item, node, path, names, inner)
        return item

    def _not_one_type(self, node: Mapping, path: str, heads: list[str]) -> None:
        if not heads:
            self.error(node, path, "an item names one layer type, block or composite", found="only " + ", ".join(node.entries) if node.entries else "an empty mapping")
            return
        known = [head for head in heads if self.kind_of(head) is not None]
        wrong = [head for head in heads if head not in known]
        if len(known) == 1 and wrong:
            # A misspelt modifier, or an argument that was not indented under its layer.
            for key in wrong:
                self._stray_key(node, path, known[0], key)
            return
        self.error(
            node.keys.get(heads[1], _first_key(node)),
            path,
            f"an item has one layer type, and here are {len(heads)}: {', '.join(heads)}",
            expected="one layer type beside " + ", ".join(MODIFIER),
            hint="write each as an item of its own, with its own '- '",
        )

    def _stray_key(self, node: Mapping, path: str, type_name: str, key: str) -> None:
        layer = self.kind_of(type_name)
        names = [arg.name for arg in layer] if isinstance(layer, tuple) else list(getattr(layer, "arg_names", ()))
        if key in names:
            hint = f"'{key}' is an argument of {type_name}: write {type_name}: {{{key}: ...}}"
        else:
            hint = did_you_mean(key, [*MODIFIER, *_SPREAD_KEYS])
        self.error(node.keys[key], f"{path}.{key}", f"an item has no key '{key}'", expected=f"{type_name} and " + ", ".join(MODIFIER), hint=hint)

    def kind_of(self, name: str) -> LayerType | Block | tuple[Arg, ...] | None:
        """What a type's name stands for: a block first, then the user's and the built-in layer types, then a composite's arguments."""
        return self.blocks.get(name) or self.layer_types.get(name) or COMPOSITES.get(name) or SPREAD.get(name) or layers.find(name)

    def typed(self, node: Node, path: str, key: Scalar, value: Node | None, names: Names) -> Item:
        """An item of one key: its type, and its arguments."""
        name = str(key.value)
        kind = self.kind_of(name)
        if name in SPREAD and name not in self.blocks:
            kind = None
            self.error(key, path, f"{name} needs its other keys", expected=", ".join(arg.name for arg in SPREAD[name] if arg.required), found="nothing beside it")
            return Item(node, path, key, None, name)
        if kind is None:
            known = [*self.blocks, *self.layer_types, *layers.NAMES, *COMPOSITES, *SPREAD]
            self.error(key, f"{path}.{name}", f"there is no layer type or block '{name}'", hint=did_you_mean(name, known) or "`archcalc layers` lists the layer types")
            return Item(node, path, key, None, name)
        args = kind if isinstance(kind, tuple) else kind.args
        item = Item(node, path, key, name if isinstance(kind, tuple) else kind, name)
        self.fields(item, value, args, f"{path}.{name}", names)
        return item

    def spread(self, node: Mapping, path: str, head: str, names: Names) -> Item:
        """A composite whose parts are keys of the item: for / in / do, and if / then / else."""
        key = node.keys.get(head, _first_key(node))
        item = Item(node, path, key, head, head)
        args = SPREAD[head]
        if head == "for" and "for" in node.entries:
            loops = self._loops(node.entries["for"], f"{path}.for")
            if loops is None:
                item.type = None
                loops = []
            item.args["names"] = loops
        for arg in args:
            value = node.entries.get(arg.name)
            if arg.name == "for" and value is not None:
                continue
            if value is None:
                if arg.required:
                    self.error(key, path, f"{head} has no {arg.name}", expected=", ".join(each.name for each in args if each.required))
                    item.type = None
                else:
                    item.args[arg.name] = Body([])
                continue
            inner = names.plus("index", *item.args.get("names", [])) if arg.name == "do" else names
            self.field(item, arg, value, f"{path}.{arg.name}", inner)
        return item

    def _loops(self, node: Node, path: str) -> list[str] | None:
        scalars = node.items if isinstance(node, Sequence) else [node]
        if not scalars or not all(isinstance(each, Scalar) for each in scalars):
            self.error(node, path, "for names its loop", expected="for: width, or for: [width, depth]", found=_kind_of(node))
            return None
        good = [self.name(each, path, VARIABLES) for each in scalars if isinstance(each, Scalar)]
        names = [str(each.value) for each in scalars if isinstance(each, Scalar)]
        if len(set(names)) != len(names):
            self.error(node, path, "the names of a loop are different")
            return None
        return names if all(good) else None

    def fields(self, item: Item, node: Node | None, args: tuple[Arg, ...], path: str, names: Names) -> None:
        """The arguments of a layer, block or composite: a mapping, or the value of the first one."""
        what = item.type_name
        by_name = {arg.name: arg for arg in args}
        if node is not None and isinstance(node, Scalar) and node.value is None:
            node = None
        if isinstance(node, Mapping):
            known = list(by_name)
            for key, value in node.entries.items():
                arg = by_name.get(key)
                if arg is None:
                    expected = ", ".join(known) if known else "nothing: it takes no arguments"
                    self.error(node.keys[key], f"{path}.{key}", f"{what} has no argument '{key}'", expected=expected, hint=did_you_mean(key, known))
                    item.type = None
                else:
                    self.field(item, arg, value, f"{path}.{key}", names)
        elif node is not None:
            if not args:
                self.error(node, path, f"{what} takes no arguments", found=_kind_of(node))
                item.type = None
                return
            self.field(item, args[0], node, path, names)
        given = node.entries if isinstance(node, Mapping) else {args[0].name: node} if node is not None and args else {}
        missing = [arg.name for arg in args if arg.required and arg.name not in given]
        if missing:
            required = ", ".join(arg.signature for arg in args)
            self.error(item.key, path, f"{what} has no {' and no '.join(missing)}", expected=required)
            item.type = None
        if item.type is None:
            return
        if isinstance(item.type, LayerType):
            if all(isinstance(value, Template) and value.constant for value in item.args.values()):
                item.fixed = {arg.name: item.args[arg.name].value if arg.name in item.args else arg.default for arg in args}
        elif isinstance(item.type, str):
            for arg in args:
                if arg.name not in item.args:
                    item.args[arg.name] = Body([]) if isinstance(arg.kind, BodyKind) else Template(item.key, path, arg, arg.default)

    def field(self, item: Item, arg: Arg, node: Node, path: str, names: Names) -> None:
        value: Any
        if arg.kind is BODY:
            value = self.body(node, path, names)
        elif arg.kind is BRANCHES:
            value = self.branches(node, path, names)
        else:
            value = self.template(node, arg, path, names)
        if value is None:
            item.type = None
        else:
            item.args[arg.name] = value

    def branches(self, node: Node, path: str, names: Names) -> list[Branch] | None:
        if isinstance(node, Sequence) and node.items:
            return [Branch("", self.body(each, f"{path}[{index}]", names), None) for index, each in enumerate(node.items)]
        if isinstance(node, Mapping) and node.entries:
            good = [self.name(scalar, f"{path}.{key}", NAMES) for key, scalar in node.keys.items()]
            return [Branch(key, self.body(each, f"{path}.{key}", names), node.keys[key]) for key, each in node.entries.items()] if all(good) else None
        if not (isinstance(node, Scalar) and node.value is BAD):
            self.error(node, path, "parallel has branches", expected=BRANCHES.expected, found=_kind_of(node))
        return None

    def modifiers(self, item: Item, node: Mapping, path: str, names: Names, inner: Names) -> None:
        """name, from, repeat, when, share, frozen, dtype."""
        item.plain = False
        for key, value in node.entries.items():
            arg = MODIFIER.get(key)
            if arg is None:
                continue
            where = f"{path}.{key}"
            if key == "name":
                if isinstance(value, Scalar) and self.name(value, where, NAMES):
                    item.given = value
                elif not isinstance(value, Scalar):
                    self.error(value, where, "a name is a word", found=_kind_of(value))
            elif key == "from":
                item.sources = self.refs(value, where, inner)
                if item.sources is None:
                    item.type = None
            elif key == "share":
                item.share = True if isinstance(value, Scalar) and value.value is True else self.ref(value, where, inner)
                if item.share is True and "repeat" not in node.entries:
                    self.error(value, where, "share: true is for the copies of a repeat", expected="the name of the layer whose weights are used", hint="add repeat, or name a layer")
            else:
                template = self.template(value, arg, where, names if key == "repeat" else inner)
                if template is None:
                    item.type = None
                setattr(item, key, template)


def _blocks_used(body: Body) -> list[Item]:
    """The items in a body, however deep inside its composites, that use a block of the user's."""
    found: list[Item] = []
    pending = [body]
    while pending:
        for item in pending.pop().items:
            if isinstance(item.type, Block) and item.type.layer is None:
                found.append(item)
            for value in item.args.values():
                if isinstance(value, Body):
                    pending.append(value)
                elif isinstance(value, list):
                    pending.extend(branch.body for branch in value if isinstance(branch, Branch))
    return found


def _kind_of(node: Node) -> str:
    """What a node is, in words."""
    if isinstance(node, Mapping):
        return "a mapping"
    if isinstance(node, Sequence):
        return "a list" if node.items else "an empty list"
    return "nothing" if node.value is None else show(node.value)


def _first_key(node: Mapping) -> Scalar:
    return next(iter(node.keys.values()), _scalar("", node))


def _scalar(text: str, node: Node) -> Scalar:
    """A text that stands at a node's place."""
    return Scalar(text, node.line, node.column, False, text)


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
