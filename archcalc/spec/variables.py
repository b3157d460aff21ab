"""The vars of a spec, and the variants that set them otherwise."""

from __future__ import annotations

from collections.abc import Iterable

from ..core.kinds import ANYTHING
from ..layers.kit.args import Arg
from ..text.nodes import BAD, Mapping, Node
from .language import MAX_VARIANTS, MAX_VARS, VARIABLES
from .reading import Known, Reading
from .templates import Template
from .values import read_template

_RULE = "a var may use those above it"


def read_var(reading: Reading, node: Node, name: str, path: str, earlier: Iterable[str], rule: str = _RULE) -> Template | None:
    """The value of a var, an expression over the ``earlier`` ones; None where it is wrong, which is reported."""
    return read_template(reading, node, Arg(name, ANYTHING, ""), path, Known(earlier, rule))


def read_vars(reading: Reading, node: Node | None) -> dict[str, Template]:
    """The vars in their order. One that is wrong is there, as BAD: what reads it is not reported again."""
    found: dict[str, Template] = {}
    chooses = reading.chooses
    if isinstance(node, Mapping) and len(node.entries) > MAX_VARS:
        reading.error(node, "vars", f"a spec has at most {MAX_VARS:,} vars", found=f"{len(node.entries):,}")
        return found
    for key, scalar, value in reading.pairs(node, "vars", "names and their values"):
        path = f"vars.{key}"
        if reading.good_name(scalar, path, VARIABLES):
            found[key] = read_var(reading, value, key, path, found) or Template(value, path, Arg(key, ANYTHING, ""), BAD)
    reading.chooses = chooses
    return found


def read_variants(reading: Reading, node: Node | None) -> dict[str, dict[str, Template]]:
    """The variants by name: for each the vars that it sets, which may use those above them as the spec has them."""
    found: dict[str, dict[str, Template]] = {}
    if isinstance(node, Mapping) and len(node.entries) > MAX_VARIANTS:
        reading.error(node, "variants", f"a spec has at most {MAX_VARIANTS:,} variants", found=f"{len(node.entries):,}")
        return found
    known = list(reading.vars)
    for name, _, inner in reading.pairs(node, "variants", "names and their vars: {b3: {width: 1.2, resolution: 300}}"):
        found[name] = {}
        for key, scalar, value in reading.pairs(inner, f"variants.{name}", "vars and their values"):
            path = f"variants.{name}.{key}"
            if key not in reading.vars:
                reading.error(scalar, path, f"there is no var '{key}'", expected=", ".join(known), hint=reading.near(key, known))
                continue
            template = read_var(reading, value, key, path, known[: known.index(key)])
            if template is not None:
                found[name][key] = template
    return found
