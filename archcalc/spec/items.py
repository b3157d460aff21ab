"""Items of a spec as written → items: layers, blocks and composites with their arguments and modifiers."""

from __future__ import annotations

from typing import Any

from .. import layers
from ..core.errors import nearest
from ..layers.kit.layer import Arg, LayerType
from ..text.nodes import Mapping, Node, Scalar, Sequence
from .aliases import suggestion
from .declared import UserLayer
from .language import BODY, BRANCHES, COMPOSITES, MODIFIER, NAMES, SPREAD, VARIABLES, BodyKind
from .tree import Block, Body, Branch, Item, Template
from .values import Names, Values, first_key, kind_of_node, scalar_at

_SPREAD_KEYS = {arg.name: head for head, args in SPREAD.items() for arg in args}
_SPREAD_HINTS = {
    "for": "for, in and do are keys of one item: only the first has '- '",
    "if": "if, then and else are keys of one item: only the first has '- '",
}
_AN_ITEM = "an item must be a layer type's name, or a mapping with one"


class Items(Values):
    """Reads the items of one document; a wrong one stays in its place with no type, already reported."""

    def __init__(self, file: str) -> None:
        super().__init__(file)
        self.blocks: dict[str, Block] = {}
        self.layer_types: dict[str, LayerType | Block] = {}

    def body(self, node: Node, path: str, names: Names, least: int = 0) -> Body:
        """A list of items."""
        if not isinstance(node, Sequence):
            hint = "put it in brackets, or '- ' before it on a line of its own" if isinstance(node, Mapping) else ""
            if isinstance(node, Scalar) and isinstance(node.value, str):
                hint = f"write [{node.text}], or '- {node.text}' on a line of its own"
            self.error(node, path, f"{path.rpartition('.')[2]} must be a list of layers", found=kind_of_node(node), hint=hint)
            return Body([])
        if len(node.items) < least:
            self.error(node, path, f"{path.rpartition('.')[2]} must hold at least one layer")
        return Body([self.item(each, f"{path}[{index}]", names) for index, each in enumerate(node.items)])

    def item(self, node: Node, path: str, names: Names) -> Item:
        """One layer, block or composite."""
        if isinstance(node, Scalar):
            if isinstance(node.value, str):
                return self.typed(node, path, node, None, names)
            self.error(node, path, _AN_ITEM, found=kind_of_node(node))
            return Item(node, path, node, None, "item")
        if isinstance(node, Sequence):
            self.error(node, path, _AN_ITEM, found="a list", hint="for layers one after another use sequence: [...]")
            return Item(node, path, scalar_at("", node), None, "item")
        entries = node.entries
        if len(entries) == 1:
            ((key, value),) = entries.items()
            if key not in MODIFIER and key not in _SPREAD_KEYS:
                return self.typed(node, path, node.keys[key], value, names)
        types = [key for key in entries if key not in MODIFIER]
        heads = list(dict.fromkeys(_SPREAD_KEYS.get(key, key) for key in types))
        if len(heads) != 1:
            self._not_one_type(node, path, heads)
            return Item(node, path, node.keys[types[0]] if types else first_key(node), None, heads[0] if heads else "item")
        inner = names.plus("index") if "repeat" in entries else names
        reads = self.index_reads
        if heads[0] in SPREAD:
            item = self.spread(node, path, heads[0], names, inner)
        else:
            item = self.typed(node, path, node.keys[types[0]], entries[types[0]], inner)
        if len(entries) > len(types):
            self.modifiers(item, node, path, names, inner)
        item.uses_index = self.index_reads > reads
        return item

    def _not_one_type(self, node: Mapping, path: str, heads: list[str]) -> None:
        if not heads:
            found = "only " + ", ".join(node.entries) if node.entries else "an empty mapping"
            self.error(node, path, "an item must name one layer type, block or composite", found=found)
            return
        known = [head for head in heads if self.kind_of(head) is not None]
        wrong = [head for head in heads if head not in known]
        if len(known) == 1 and wrong:
            # A misspelt modifier, or an argument that was not indented under its layer.
            for key in wrong:
                self._stray_key(node, path, known[0], key)
            return
        self.error(
            node.keys.get(heads[1], first_key(node)),
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
            hint = self.near(key, [*MODIFIER, *_SPREAD_KEYS])
        self.error(
            node.keys[key], f"{path}.{key}", f"an item has no key '{key}'", expected=f"{type_name} and " + ", ".join(MODIFIER), hint=hint
        )

    def kind_of(self, name: str) -> LayerType | Block | tuple[Arg, ...] | None:
        """What a type's name stands for: a block first, then the user's and the built-in layer types, then a composite's arguments."""
        return self.blocks.get(name) or self.layer_types.get(name) or COMPOSITES.get(name) or SPREAD.get(name) or layers.find(name)

    def typed(self, node: Node, path: str, key: Scalar, value: Node | None, names: Names) -> Item:
        """An item of one key: its type, and its arguments."""
        name = str(key.value)
        kind = self.kind_of(name)
        if name in _SPREAD_KEYS and name not in self.blocks and (kind is None or name in SPREAD):
            self._missing_parts(key, path, _SPREAD_KEYS[name], [name])
            return Item(node, path, key, None, name)
        if kind is None:
            known = [*self.blocks, *self.layer_types, *layers.NAMES, *COMPOSITES, *SPREAD]
            hint = self.near(name, known) or "`archcalc layers` lists the layer types"
            first, colon, rest = name.partition(":")
            here = suggestion(name, known)
            if here:
                hint = f"here it is called {here}"
            if colon and self.kind_of(first) is not None:
                hint = f"a space belongs behind the colon: write '{first}: {rest}'"
            self.error(key, f"{path}.{name}", f"there is no layer type or block '{name}'", hint=hint)
            return Item(node, path, key, None, name)
        args = kind if isinstance(kind, tuple) else kind.args
        item = Item(node, path, key, name if isinstance(kind, tuple) else kind, name)
        self.fields(item, value, args, f"{path}.{name}", names)
        return item

    def spread(self, node: Mapping, path: str, head: str, names: Names, inner: Names) -> Item:
        """A composite whose parts are keys of the item: for / in / do, and if / then / else."""
        key = node.keys.get(head, first_key(node))
        item = Item(node, path, key, head, head)
        args = SPREAD[head]
        if head == "for" and "for" in node.entries:
            loops = self._loops(node.entries["for"], f"{path}.for")
            if loops is None:
                item.type = None
                loops = []
            item.args["names"] = loops
        if any(arg.required and arg.name not in node.entries for arg in args):
            self._missing_parts(key, path, head, [arg.name for arg in args if arg.name in node.entries])
            item.type = None
        for arg in args:
            value = node.entries.get(arg.name)
            if value is None and not arg.required:
                item.args[arg.name] = Body([])
            if value is None or arg.name == "for":
                continue
            body = inner.plus("index", *item.args.get("names", [])) if arg.name == "do" else inner
            self.field(item, arg, value, f"{path}.{arg.name}", body if isinstance(arg.kind, BodyKind) else names)
        return item

    def _missing_parts(self, key: Scalar, path: str, head: str, given: list[str]) -> None:
        """A for or an if without all its keys."""
        required = [arg.name for arg in SPREAD[head] if arg.required]
        missing = [name for name in required if name not in given]
        message = f"{head} has no {' and no '.join(missing)}" if head in given else f"{' and '.join(given)} without {head}"
        self.error(key, path, message, expected=", ".join(required), hint=_SPREAD_HINTS[head])

    def _loops(self, node: Node, path: str) -> list[str] | None:
        scalars = node.items if isinstance(node, Sequence) else [node]
        if not scalars or not all(isinstance(each, Scalar) for each in scalars):
            self.error(node, path, "for must name its loop", expected="for: width, or for: [width, depth]", found=kind_of_node(node))
            return None
        good = [self.name(each, path, VARIABLES) for each in scalars if isinstance(each, Scalar)]
        names = [str(each.value) for each in scalars if isinstance(each, Scalar)]
        for index, name in enumerate(names):
            if name in names[:index]:
                self.error(scalars[index], path, f"the name '{name}' stands twice in this loop")
                return None
        return names if all(good) else None

    def fields(self, item: Item, node: Node | None, args: tuple[Arg, ...], path: str, names: Names) -> None:
        """The arguments of a layer, block or composite: a mapping, or the value of the first one."""
        what = item.type_name
        by_name = {arg.name: arg for arg in args}
        meant: set[str] = set()
        if node is not None and isinstance(node, Scalar) and node.value is None:
            node = None
        if isinstance(node, Mapping):
            known = list(by_name)
            for key, value in node.entries.items():
                arg = by_name.get(key)
                if arg is None:
                    meant.add(nearest(key, known))
                    expected = ", ".join(known) if known else "nothing: it takes no arguments"
                    self.error(
                        node.keys[key], f"{path}.{key}", f"{what} has no argument '{key}'", expected=expected, hint=self.near(key, known)
                    )
                    item.type = None
                else:
                    self.field(item, arg, value, f"{path}.{key}", names)
        elif node is not None:
            if not args:
                self.error(node, path, f"{what} takes no arguments", found=kind_of_node(node))
                item.type = None
                return
            self.field(item, args[0], node, path, names)
        given = node.entries if isinstance(node, Mapping) else {args[0].name: node} if node is not None and args else {}
        missing = [arg.name for arg in args if arg.required and arg.name not in given and arg.name not in meant]
        if missing:
            required = ", ".join(arg.signature for arg in args)
            hint = ""
            if isinstance(node, Scalar) and args[0].name not in missing:
                hint = f"write {what}: {{{args[0].name}: {node.text}, {', '.join(f'{name}: ...' for name in missing)}}}"
            self.error(item.key, path, f"{what} has no {' and no '.join(missing)}", expected=required, hint=hint)
            item.type = None
        if item.type is None:
            return
        if isinstance(item.type, LayerType) and not isinstance(item.type, UserLayer):
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
            paths = [f"{path}[{index}]" for index in range(len(node.items))]
            return [Branch("", self.body(each, where, names), None, where) for where, each in zip(paths, node.items, strict=True)]
        if isinstance(node, Mapping) and node.entries:
            good = [self.name(scalar, f"{path}.{key}", NAMES) for key, scalar in node.keys.items()]
            made = [(key, self.body(each, f"{path}.{key}", names)) for key, each in node.entries.items()]
            return [Branch(key, body, node.keys[key], f"{path}.{key}") for key, body in made] if all(good) else None
        self.error(node, path, "parallel needs branches", expected=BRANCHES.expected, found=kind_of_node(node))
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
                    self.error(value, where, "a name must be a word", found=kind_of_node(value))
            elif key == "from":
                item.sources = self.refs(value, where, inner)
                if item.sources is None:
                    item.type = None
            elif key == "share":
                first = isinstance(value, Scalar) and value.value is True
                item.share = True if first else self.ref(value, where, inner)
                if first and "index" not in inner.known:
                    expected = "the name of the layer whose weights are used"
                    self.error(value, where, "share: true is for a repeat or inside a for", expected, hint="add repeat, or name a layer")
            else:
                template = self.template(value, arg, where, names if key == "repeat" else inner)
                if template is None:
                    item.type = None
                setattr(item, "style" if key == "as" else key, template)
