"""Key-value caches: in what an item says that those in it are held, and which items say so of layers that have none."""

from __future__ import annotations

from ..spec.templates import Template
from ..spec.tree import Item
from .scope import Caching, Scope, Values
from .shapes import valued
from .walk import Walk, Wrong

OWN = "none"
"""What an item says whose caches are held in the dtype of their layer, whatever is asked for."""
PLACES = "causal attention, latent_attention, kv_cache and layer types that say cache"
"""What can have a cache."""
STATES = "states of recurrent layers and cross-attention caches keep the dtype of their layer"


def caching(walk: Walk, item: Item, held_in: Template, scope: Scope, inputs: Values) -> Scope:
    """The place for layers whose caches are held as an item says. The same for all copies that say the same: those have blocks in common."""
    word = valued(walk, held_in, scope, inputs)
    key = (item, word)
    if key not in walk.caching:
        walk.caching[key] = Caching("" if word == OWN else word)
    return scope.cached(walk.caching[key])


def judge(walk: Walk, item: Item, scope: Scope, around: Scope) -> None:
    """An item that speaks of caches was followed to its end: note whether one was there, for what stands ``around`` it too."""
    if scope.caching.met:
        around.caching.met, walk.caches[item] = True, None
    elif item.cache_dtype is not None and item not in walk.caches:
        message = f"cache_dtype is for key-value caches, and {item.type_name} has none here"
        wrong = walk.caches[item] = Wrong(message, item.cache_dtype.node, item.cache_dtype.path)
        wrong.file, wrong.expected, wrong.hint = walk.reporter.file, PLACES, f"attention has one with causal: true; {STATES}"


def check_caches(walk: Walk) -> None:
    """Report the items that speak of caches of which no copy has one."""
    for wrong in walk.caches.values():
        if wrong is not None:
            walk.report(wrong)


def refused(name: str, cached: Caching) -> str:
    """Why a network of that name has no use for what is asked of its caches; empty where it has."""
    if cached.taken or not cached.word:
        return ""
    if cached.met:
        return f"every key-value cache of {name} is held in what its own item says: cache_dtype changes none"
    return f"{name} has no key-value cache, which cache_dtype is for: {PLACES} have one; {STATES}"
