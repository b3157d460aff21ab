"""A user's own convention: a YAML file with a formula for each layer type or family."""

from __future__ import annotations

from typing import Any

from .. import layers
from ..core.errors import Problem, Reporter, SpecError
from ..core.suggest import did_you_mean
from ..expr.compile import Expression, compile_expression
from ..expr.errors import ExpressionError
from ..spec.aliases import type_hint
from ..text.files import built
from ..text.nodes import BAD, Mapping, Node, Scalar
from .rule import Convention, Rule, Symbols

KEYS = ("name", "meaning", "unit", "bias", "source", "default", "rules")
UNITS = ("FLOPs", "MACs")


def read_convention(text: str | bytes, file: str) -> Convention:
    """The convention in a YAML text. Raises SpecError with all that is wrong with it."""
    return built(text, file, _convention)


def _convention(node: Node, reporter: Reporter) -> Convention | None:
    if not isinstance(node, Mapping):
        hint = "`archcalc guide conventions` shows one"
        reporter.error(node, "", "a convention must be a mapping", expected=", ".join(KEYS), hint=hint)
        return None
    for key, scalar in node.keys.items():
        if key not in KEYS:
            reporter.error(scalar, key, f"a convention has no key '{key}'", expected=", ".join(KEYS), hint=did_you_mean(key, KEYS))
    texts = {key: _text(node.entries.get(key), key, reporter) for key in KEYS[:5]}
    if texts["unit"] and texts["unit"] not in UNITS:
        reporter.error(
            node.entries["unit"], "unit", f"there is no unit '{texts['unit']}'", expected="FLOPs (two per MACC) or MACs (one per MACC)"
        )
    rules: dict[str, Rule] = {}
    own: dict[str, Rule] = {}
    strangers: dict[str, Problem] = {}
    written = node.entries.get("rules")
    if written is not None and not isinstance(written, Mapping):
        reporter.error(written, "rules", "rules must be a mapping from layer types to formulas", expected="rules: {batch_norm: 2 * N_in}")
    for key, value in written.entries.items() if isinstance(written, Mapping) else ():
        rule = _rule(value, key, f"rules.{key}", reporter)
        if rule is None:
            continue
        own[key] = rule
        known = [*layers.NAMES, *layers.FAMILIES]
        if key not in known:
            strangers[key] = _stranger(written.keys[key], key, known, reporter.file)  # type: ignore[union-attr]
        else:
            type = layers.find(key)
            family = key in layers.FAMILIES and (
                type is None or type.delegate is not None
            )  # or a type that stands in for one of the family
            types = layers.FAMILIES[key] if family else (key,)
            rules.update({name: rules.get(name, rule) if name != key else rule for name in types})
    default = _rule(node.entries["default"], "default", "default", reporter) if "default" in node.entries else Rule("maccs")
    if default is None:
        return None
    name = texts["name"] or reporter.file.rsplit("/", 1)[-1].removesuffix(".yaml")
    return Convention(
        name,
        texts["meaning"] or f"the rules of {reporter.file}",
        unit=texts["unit"] or "FLOPs",
        bias=texts["bias"] or "as its rules say",
        source=texts["source"] or reporter.file,
        default=default,
        rules=rules,
        own=own,
        strangers=strangers,
    )


def _stranger(node: Node, key: str, known: list[str], file: str) -> Problem:
    """What is wrong with a rule for a name that is no built-in type's or family's, unless it is that of a layer type of the spec."""
    reporter = Reporter(file)
    hint = type_hint(key, known) or "`archcalc layers` lists them"
    reporter.error(node, f"rules.{key}", f"there is no layer type or family '{key}', and the spec declares none", hint=hint)
    return reporter.problems[0]


def _text(node: Node | None, path: str, reporter: Reporter) -> str:
    if node is None or (isinstance(node, Scalar) and (node.value is BAD or isinstance(node.value, str))):
        return str(node.value) if isinstance(node, Scalar) and isinstance(node.value, str) else ""
    reporter.error(node, path, f"{path} must be a text", hint="put it in quotes")
    return ""


def _rule(node: Node, type: str, path: str, reporter: Reporter) -> Rule | None:
    """A formula over the symbols of a layer and its counts."""
    value = node.value if isinstance(node, Scalar) else None
    if value is BAD:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        reporter.error(node, path, f"the rule for {type} must be a formula", expected="maccs + weight_adds, or 2 * N_in")
        return None
    try:
        expression = compile_expression(str(value))
    except ExpressionError as error:
        reporter.error(node, path, error.message, hint=error.hint)
        return None
    return Rule(str(value), f"{type}: {value}", method=_method(expression, node, path, reporter.file))


def _method(expression: Expression, node: Node, path: str, file: str) -> Any:
    """The formula as a function. What a layer lacks is an error at the rule, with the layer's symbols."""

    def evaluate(symbols: Symbols) -> int:
        scope = {name: [list(shape) for shape in value] if name in ("x", "y") else value for name, value in symbols.items()}
        reporter = Reporter(file)
        try:
            value = expression.evaluate(scope)
        except ExpressionError as error:
            reporter.error(node, path, error.message, expected=", ".join(sorted(symbols)), hint=error.hint)
            raise SpecError(reporter.problems) from None
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value != int(value):
            reporter.error(
                node,
                path,
                f"a count can't be {value}",
                expected="a whole number",
                hint="use // for whole division" if isinstance(value, float) else "",
            )
            raise SpecError(reporter.problems)
        return int(value)

    return evaluate
