"""Layers whose weight is under a norm, as their items say."""

from __future__ import annotations

from .. import layers
from ..layers.kit.layer import LayerType
from ..layers.kit.normed import may_be_normed, normed
from ..layers.kit.norms import NORMS
from ..spec.tree import Item
from ..spec.user_layers import UserLayer
from .scope import Scope, Values
from .shapes import valued
from .walk import Walk

INSIDE = "write it beside the layers inside; a block hands it on as an argument"
"""What is written where an item that is made of others says that its weight is under a norm."""


def said(walk: Walk, item: Item, scope: Scope, inputs: Values) -> list[str]:
    """The norms that an item says its weight is under."""
    return [name for name, template in item.norms.items() if valued(walk, template, scope, inputs)]


def under_norm(walk: Walk, item: Item, scope: Scope, inputs: Values) -> LayerType | None:
    """The layer type of an item with its weight under the norm that the item says; None where it says none. Raises Wrong where it has no
    weight, or says two."""
    found = said(walk, item, scope, inputs)
    if not found:
        return None
    template, type = item.norms[found[-1]], item.type
    if type.__class__ is not LayerType or not may_be_normed(type):
        alone = type.__class__ in (LayerType, UserLayer)
        why = "has none that what comes in is multiplied with" if alone else "is made of several"
        types = (layers.find(name) for name in layers.NAMES) if alone else ()
        expected = ", ".join(each.name for each in types if isinstance(each, LayerType) and may_be_normed(each))
        message = f"{found[-1]} is for a layer with a weight, and {item.type_name} {why}"
        walk.wrong(template.node, template.path, message, expected=expected, hint="" if alone else INSIDE)
    if len(found) > 1:
        walk.wrong(template.node, template.path, f"a weight is under one norm, and {' and '.join(found)} are true", hint="leave one out")
    return normed(type, NORMS[found[0]])


def no_adapter(walk: Walk, item: Item, scope: Scope, inputs: Values) -> None:
    """A layer has no weight under a norm, for an adapter is to stand beside it. Raises Wrong."""
    for name in said(walk, item, scope, inputs):
        template = item.norms[name]
        message = f"an adapter stands beside a weight that is held, and {name} works this one out in each pass"
        walk.wrong(template.node, template.path, message, hint="on: [...] of lora, or lora-on, leaves this layer out where it names others")
