"""Nodes → spec: a whole document from its top to its end, and all that is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.errors import Problem, TooMany
from ..core.kinds import AXIS, SHAPE, TRUTH, show
from ..layers.kit.args import Arg
from ..text.nodes import Mapping, Node, Scalar, Sequence
from .adapters import read_lora
from .blocks import declare_blocks, read_blocks
from .items import read_body
from .language import BUDGETS, MAX_INPUTS, NAMES, TOP_LEVEL, budget_kind
from .names import name_items
from .reading import Known, Reading, kind_of_node
from .recursion import refuse_recursion
from .refs import read_ref, read_refs
from .templates import Ref, Template
from .tree import Input, Spec
from .type_names import stray_key
from .values import read_dtype, read_template
from .variables import read_variants, read_vars

if TYPE_CHECKING:
    from fractions import Fraction

    from .used import Library


def parse(node: Node, file: str, path: str = "", size: int = 0) -> tuple[Spec | None, list[Problem]]:
    """The spec that a document holds, and all that is wrong with it as far as it shows without a shape, in the order of reading.

    ``node`` is the whole document as its text was read; ``file`` is what errors call it, and may be empty; ``path`` is where
    it lies, of ``size`` bytes: it may use files beside it, and where it lies nowhere those of the program alone. Wrong items stay in the spec with no type, and other wrong parts are left out, so that the network can still be followed and what is wrong there told at once. The
    spec is None where there is none at all: the document is no mapping, or there are too many problems to go on. Raises nothing.
    """
    reading = Reading(file)
    try:
        return _document(reading, node, file, (path, size)), reading.problems
    except TooMany:
        return None, reading.problems


def _document(reading: Reading, node: Node, file: str, lies: tuple[str, int], library: Library | None = None) -> Spec | None:
    """The spec in a document: the first one, with the path where it lies and its size; or one of a library, which may hold blocks alone."""
    if not isinstance(node, Mapping):
        reading.error(node, "", "a spec must be a mapping", expected=", ".join(TOP_LEVEL), found=kind_of_node(node))
        return None
    entries = node.entries
    spec = Spec(file, node)
    for key in ("name", "source", "description"):
        if key in entries:
            setattr(spec, key, reading.text(entries[key], key) or "")
    if "dtype" in entries:
        spec.dtype = read_dtype(reading, entries["dtype"], "dtype") or spec.dtype
    spec.vars = reading.vars = read_vars(reading, entries.get("vars"))
    known = Known(reading.vars)
    spec.required = _required(reading, entries.get("require"), known)
    if "lora" in entries:
        spec.lora = read_lora(reading, entries["lora"], "lora", known)
    blocks_alone = library is not None and "layers" not in entries and ("blocks" in entries or "layer_types" in entries)
    spec.inputs = [] if blocks_alone else _inputs(reading, node, known)
    spec.tokens = _tokens(reading, entries.get("tokens"), [each.name for each in spec.inputs], known)
    if "use" in entries:
        _use(reading, entries["use"], file, lies, library)
    declare_blocks(reading, entries.get("blocks"))
    if "layer_types" in entries:
        from .layer_types import declare_layer_types  # few specs have any

        declare_layer_types(reading, entries["layer_types"])
    reading.unknown_keys(node, "", TOP_LEVEL, "a spec", lambda key, value: stray_key(reading, key, value))
    read_blocks(reading)
    spec.blocks, spec.layer_types = reading.blocks, reading.layer_types
    if "layers" in entries:
        spec.body = read_body(reading, entries["layers"], "layers", Known(reading.vars, items=read_ref), least=1)
        name_items(reading.reporter, spec.body, [each.name for each in spec.inputs])
    elif not blocks_alone:
        reading.error(node, "", "the spec has no layers", expected="layers: a list of layers")
    spec.adapts, spec.chooses = reading.adapts, reading.chooses
    spec.outputs = _outputs(reading, entries.get("outputs"), known)
    spec.budget = _budget(reading, entries.get("budget"))
    spec.variants = read_variants(reading, entries.get("variants"))
    refuse_recursion(reading)
    spec.doubts = [*reading.doubts, *_slips(reading)]
    spec.doubts += [("nothing reads this var", name) for name in spec.vars if name not in reading.read]
    return spec


def _required(reading: Reading, node: Node | None, known: Known) -> list[Template]:
    """The conditions that the vars have to meet, in a list or one alone; those that are wrong are left out."""
    if node is None:
        return []
    if isinstance(node, Mapping):
        reading.error(node, "require", "require holds conditions", expected='require: ["width % 8 == 0"]', found=kind_of_node(node))
        return []
    each = [(f"require[{index}]", item) for index, item in enumerate(node.items)] if isinstance(node, Sequence) else [("require", node)]
    read = [read_template(reading, item, Arg("require", TRUTH, ""), path, known) for path, item in each]
    return [template for template in read if template is not None]


def _use(reading: Reading, node: Node, file: str, lies: tuple[str, int], library: Library | None) -> None:
    """The blocks that other files bring."""
    from .used import Library, declare_used  # few specs use any

    path, size = lies
    known = library or Library(path, file, size)
    declare_used(reading, node, known, lambda inner, document, file: _document(inner, document, file, lies, known))


def _slips(reading: Reading) -> list[tuple[str, str]]:
    """Items that read `index` of their own copies or passes, where the counter of one around is neither read nor named."""
    found: list[tuple[str, str]] = []
    for counter in reading.counters:
        outer = counter.outer if counter.read and not counter.name else None
        while outer is not None and (outer.read or outer.name):
            outer = outer.outer
        if outer is not None:
            what = f"index is the number of its own copy or pass; that of {outer.place} around it nothing reads"
            found.append((f"{what}: index: NAME beside one says which is meant", counter.place))
    return found


def _inputs(reading: Reading, node: Mapping, known: Known) -> list[Input]:
    """The key `input`, or all of `inputs`."""
    one, several = node.entries.get("input"), node.entries.get("inputs")
    if one is not None and several is not None:
        reading.error(node.keys["inputs"], "inputs", "a spec has input or inputs, not both", hint="keep one of the two")
    if several is None:
        if one is None:
            expected = "input: [channels, height, width], or another shape without the batch"
            reading.error(node, "", "the spec has no input", expected=expected)
            return []
        return [found for found in [_input(reading, one, "input", "input", known)] if found]
    mapping = reading.mapping(several, "inputs", "names and their shapes: {image: [3, 224, 224], tokens: {shape: [77], dtype: int64}}")
    inputs = []
    for key, scalar, value in reading.pairs(mapping, "inputs", ""):
        if reading.good_name(scalar, f"inputs.{key}", NAMES):
            inputs.append(_input(reading, value, key, f"inputs.{key}", known))
    if mapping and len(mapping.entries) > MAX_INPUTS:
        reading.error(mapping, "inputs", f"a spec has at most {MAX_INPUTS:,} inputs", found=f"{len(mapping.entries):,}")
        return []
    if mapping and not mapping.entries:
        reading.error(mapping, "inputs", "inputs must hold at least one input")
    return [found for found in inputs if found]


def _input(reading: Reading, node: Node, name: str, path: str, known: Known) -> Input | None:
    """A shape, or a shape and its dtype."""
    dtype = None
    if isinstance(node, Mapping) and path == "input" and node.entries and not node.entries.keys() & {"shape", "dtype"}:
        hint = f"inputs that have names stand under inputs: {{{next(iter(node.entries))}: [...]}}"
        reading.error(node, path, "the input has no shape", expected="shape: a list of sizes without the batch", hint=hint)
        return None
    if isinstance(node, Mapping):
        reading.unknown_keys(node, path, ("shape", "dtype"), "an input")
        if "dtype" in node.entries:
            dtype = read_dtype(reading, node.entries["dtype"], f"{path}.dtype")
        if "shape" not in node.entries:
            reading.error(node, path, "the input has no shape", expected="shape: a list of sizes without the batch")
            return None
        node, path = node.entries["shape"], f"{path}.shape"
    first = node.items[0] if isinstance(node, Sequence) and len(node.items) > 1 else None
    if isinstance(first, Scalar) and first.value in (None, -1, "None", "batch") and first.value not in reading.vars:
        rest = ", ".join(each.text if isinstance(each, Scalar) else "..." for each in node.items[1:])  # type: ignore[union-attr]
        hint = f"shapes leave the batch out: write [{rest}]"
        reading.error(first, f"{path}[0]", f"{path}[0] can't be {show(first.value)}", expected="a whole number of at least 1", hint=hint)
        return None
    template = read_template(reading, node, Arg(path, SHAPE, ""), path, known)
    return None if template is None else Input(name, template, dtype)


def _tokens(reading: Reading, node: Node | None, inputs: list[str], known: Known) -> tuple[str, Template] | None:
    """The input and its axis on which the tokens lie: an axis of the first input, or the name of an input with one."""
    if node is None or not inputs:
        return None
    name, path = inputs[0], "tokens"
    if isinstance(node, Mapping):
        if len(node.entries) != 1:
            reading.error(node, path, "tokens names one input with its axis", expected=f"tokens: {{{name}: 0}}")
            return None
        [(name, value)] = node.entries.items()
        path = f"tokens.{name}"
        if name not in inputs:
            reading.error(node.keys[name], path, f"there is no input '{name}'", expected=", ".join(inputs), hint=reading.near(name, inputs))
            return None
        node = value
    template = read_template(reading, node, Arg("tokens", AXIS, ""), path, known)
    return None if template is None else (name, template)


def _outputs(reading: Reading, node: Node | None, known: Known) -> list[Ref]:
    """The sources that `outputs` names; those that are wrong are left out."""
    refs = [] if node is None else read_refs(reading, node, "outputs", known)
    return [ref for ref in refs if ref is not None]


def _budget(reading: Reading, node: Node | None) -> dict[str, tuple[int | Fraction, Node]]:
    """The limits by figure, each with its place."""
    mapping = reading.mapping(node, "budget", ", ".join(BUDGETS))
    found: dict[str, tuple[int | Fraction, Node]] = {}
    if mapping is None:
        return found
    reading.unknown_keys(mapping, "budget", BUDGETS, "a budget")
    for key, value in mapping.entries.items():
        if key in BUDGETS:
            template = read_template(reading, value, Arg(key, budget_kind(key), ""), f"budget.{key}", Known(()))
            if template is not None:
                found[key] = (template.value, value)
    return found
