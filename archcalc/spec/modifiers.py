"""The modifiers: keys that any item may carry beside its type, each declared once, and how they are read."""

from __future__ import annotations

from .. import composites
from ..core.dtypes import DTYPES
from ..core.formats import CACHES, FORMATS
from ..core.kinds import ANYTHING, COUNT, TRUTH, Word
from ..layers.kit.args import Arg
from ..text.nodes import Mapping, Node, Scalar
from .adapters import LORA, read_lora
from .bindings import WHEN_THERE
from .language import NAMES, STYLES
from .reading import Counter, Known, Reading, kind_of_node, placed
from .refs import first_of, read_ref, read_refs
from .templates import ALL, Over, Ref
from .tree import Item
from .values import read_template

MODIFIERS: tuple[Arg, ...] = (
    Arg("name", ANYTHING, "what the item is called"),
    Arg("from", ANYTHING, "the items, or the paths, whose outputs come in instead of the previous value"),
    Arg("repeat", COUNT, "how many copies, one after another"),
    Arg("index", ANYTHING, "what the number of the copy or pass is called inside, beside index"),
    Arg("when", TRUTH, "whether the item is there at all"),
    Arg("let", ANYTHING, "names for values, which its arguments and what is inside may use"),
    Arg("share", ANYTHING, "the layer whose weights it uses; or true, or the name of a counter: those of the first copy or pass in all"),
    Arg("frozen", TRUTH, "whether its weights are not trained"),
    Arg("dtype", Word(*DTYPES), "the dtype of its weights and outputs"),
    Arg("weights", Word("none", *FORMATS), "the format that its frozen weights are held in; none: that of its dtype, whatever is asked"),
    Arg("cache_dtype", Word("none", *CACHES), "what its keys and values are cached in; none: the dtype of their layer, whatever is asked"),
    LORA,
    Arg("weight_norm", TRUTH, "whether its weight is learned as a direction and a length for each entry of the first axis"),
    Arg("spectral_norm", TRUTH, "whether its weight is divided by its largest singular value"),
    Arg("as", Word(*STYLES), "how its code is written, for counters that see code and not layers, and for what is kept"),
)
MODIFIER = {arg.name: arg for arg in MODIFIERS}
_FIELDS = {"as": "style", "weights": "held_in"}
"""The field of an item that holds a modifier, where it has another name."""

NORMED = ("weight_norm", "spectral_norm")
"""Those that are norms of the weight, see archcalc/layers/kit/norms.py."""

LATER = frozenset(["weights", "cache_dtype", "lora", "index", "let", "weight_norm", "spectral_norm"])
"""Words that a block may have as its name, for specs are older than they; a spec with such a block has no such modifier."""


def is_modifier(reading: Reading, key: str) -> bool:
    """Whether a key of an item says something beside its type."""
    return key in MODIFIER and not (key in LATER and (key in reading.blocks or key in reading.layer_types))


def read_modifiers(reading: Reading, item: Item, node: Mapping, path: str, known: Known, copy: Known, inner: Known) -> None:
    """Read the modifiers of an item into it, but for `index` and `let`, which were read before all that may use them.

    `repeat` sees ``known``, the sources and the condition of each copy see ``copy``, all else ``inner``, which has the names of `let` too.
    """
    let = item.let
    for key, value in node.entries.items():
        if not is_modifier(reading, key) or key in ("index", "let"):
            continue
        arg = MODIFIER[key]
        where = f"{path}.{key}"
        if key == "name":
            _name(reading, item, value, where)
        elif key == "from":
            refs = read_refs(reading, value, where, copy.without(let, WHEN_THERE) if let else copy)
            item.sources = [ref for ref in refs if ref is not None]
            if not refs or len(item.sources) < len(refs):
                item.sources = item.type = None
        elif key == "lora":
            item.lora = read_lora(reading, value, where, inner)
            if item.lora is None:
                item.type = None
        elif key == "share":
            _share(reading, item, value, where, inner, repeated="repeat" in node.entries)
        else:
            place = known if key == "repeat" else copy if key == "when" else inner
            template = read_template(reading, value, arg, where, place.without(let, WHEN_THERE) if let and place is not inner else place)
            if template is None:
                item.type = None
            elif key in NORMED:
                item.norms = {**item.norms, key: template}
            else:
                setattr(item, _FIELDS.get(key, key), template)


def _name(reading: Reading, item: Item, node: Node, path: str) -> None:
    if not isinstance(node, Scalar):
        reading.error(node, path, "a name must be a word", found=kind_of_node(node))
    elif reading.good_name(node, path, NAMES):
        item.given = node


def _share(reading: Reading, item: Item, node: Node, path: str, inner: Known, *, repeated: bool) -> None:
    """The layer whose weights are used; or true, or the name of a counter: those of the first copy or pass, and so inside of a repeat or a
    loop alone."""
    first = isinstance(node, Scalar) and node.value is True
    no_text = "share must be the name of a layer, or true on a repeat"
    ref = None if first else read_ref(reading, node, path, inner, no_text=no_text, expected="")
    if ref is not None and ALL in ref.segments:
        message, hint = f"share takes the weights of one layer, and '{ref.text}' is all of them", f"share: {first_of(ref.text)}"
        reading.error(node, path, message, expected="the name of the layer whose weights are used", hint=hint)
        ref = None
    nearest = inner.counter
    item.share = Over() if first else ref if ref is None else _over(ref, nearest) or ref
    if first and nearest is None:
        expected, hint = "the name of the layer whose weights are used", "add repeat, or name a layer"
        loop = composites.find(item.type_name)
        if loop is not None and loop.passes:
            hint = f"write it on the items under {loop.args[-1].name}"
        elif path.startswith("blocks."):
            hint = "a block sees no loop of its user: write it beside the block, or put the loop into the block"
        reading.error(node, path, "share: true is for a repeat or inside a for", expected, hint=hint)
    elif first and not repeated and nearest is not None and nearest.outer is not None:
        what = f"share: true is over {nearest.place} alone, and each copy or pass of {nearest.outer.place} has weights of its own"
        reading.doubts.append((f"{what}: share: NAME, with index: NAME beside one of them, says over which", placed(item.node, item.path)))


def _over(ref: Ref, counter: Counter | None) -> Over | None:
    """The repeat or loop around that a name of `share` stands for: its counter's, or a value's of a `for`. None where it is none's."""
    out = 0
    while counter is not None:
        if ref.text == counter.name or ref.text in counter.values:
            return Over(out, ref)
        counter, out = counter.outer, out + 1
    return None
