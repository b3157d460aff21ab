"""Every figure that archcalc gives, declared once: its name, its unit, how it adds up, what it needs, what it means and leaves out.

Tables, CSV, JSON, Markdown, budgets, sorting, comparing, explaining and ``archcalc figures`` read these declarations;
archcalc/report/figures.py says how a figure is read from a row, a group of rows or the totals.
"""

from __future__ import annotations

from .counts import OPERATIONS


class Figure:
    """One figure. Written by hand: a dataclass of this size would take more of the start than all the declarations below.

    ``head`` is what stands above its column and ``title`` what it is called in words; both are its name where nothing else is said.
    ``where`` is "layers" where every layer, block and network has it, "totals" where only a network has it, and empty for the words of
    ledgers, rates and pages (archcalc/report/terms.py), which are no columns. ``held`` is what of a layer has it: the "row" itself, its "counts" of operations, its
    "account" of bytes or its "time". ``adds`` is how it adds up over layers: "sum", "most", "share" (a part of the network's ``of``), or
    empty where it is worked out from the sums of others. ``needs`` is what has to be asked for: nothing, "memory" or "device".
    """

    __slots__ = ("adds", "head", "held", "leaves_out", "meaning", "name", "needs", "of", "title", "unit", "where")

    def __init__(
        self,
        name: str,
        unit: str,
        meaning: str,
        *,
        head: str = "",
        title: str = "",
        where: str = "",
        held: str = "row",
        adds: str = "",
        needs: str = "",
        of: str = "",
        leaves_out: str = "",
    ) -> None:
        self.name = name
        self.unit = unit
        self.meaning = meaning
        self.head = head or name
        self.title = title or self.head
        self.where = where
        self.held = held
        self.adds = adds
        self.needs = needs
        self.of = of
        self.leaves_out = leaves_out

    @property
    def in_rows(self) -> bool:
        """Whether JSON and CSV have it in every row: what is worked out from two figures of them is for tables."""
        return self.where == "layers" and (self.is_amount or self.unit == "a word")

    @property
    def is_amount(self) -> bool:
        """Whether it is a number of which more is more: one to sort by, or to hold to a budget."""
        return self.adds in ("sum", "most")


def _layers(name: str, unit: str, meaning: str, adds: str = "sum", **more: str) -> Figure:
    """A figure of every layer, block and network."""
    return Figure(name, unit, meaning, where="layers", adds=adds, **more)


def _bytes(name: str, head: str, title: str, meaning: str, adds: str = "sum", held: str = "account", leaves_out: str = "") -> Figure:
    """Bytes of every layer, worked out where memory is asked for."""
    return _layers(name, "bytes", meaning, adds, head=head, title=title, held=held, needs="memory", leaves_out=leaves_out)


def _time(name: str, unit: str, meaning: str, adds: str = "", **more: str) -> Figure:
    """What follows from the least time of a layer on a device."""
    return _layers(name, unit, meaning, adds, held="time", needs="device", **more)


ALLOCATOR = "what the allocator rounds up and fragments, workspaces of kernels, the device's context"
BOUND = "launches of kernels unless --launch says how long one takes, operations that are no MACCs, whatever surrounds the network; algorithms with fewer products (Winograd, FFT) are outside"

_DECLARED = (
    _layers(
        "params", "numbers", "Learned numbers, frozen ones too; shared weights count once.", leaves_out="buffers such as running statistics"
    ),
    _layers("trainable_params", "numbers", "Params without those of frozen layers.", head="trainable"),
    _layers(
        "buffers",
        "numbers",
        "What is held beside the params and not learned: running means and variances of batch norms, fixed tables of positions. Totals of "
        "Keras and of ONNX files hold these too.",
        leaves_out="counters, such as the one of PyTorch's batch norm (num_batches_tracked): buffer_counters has them",
    ),
    Figure(
        "active_params", "numbers", "The params that one position goes through: of experts, the active ones.", where="totals", adds="sum"
    ),
    Figure(
        "non_embedding_params",
        "numbers",
        "Params without the tables that are looked up by ids or positions; a head that shares one is left out with it, a head of its own counts "
        "(the N of Kaplan et al., 2020, arXiv:2001.08361, section 2.1).",
        where="totals",
        adds="sum",
    ),
    Figure(
        "buffer_counters",
        "numbers",
        "Counters of batches beside the buffers, a whole number of 64 bits for each batch norm of PyTorch.",
        where="totals",
        adds="sum",
    ),
    _layers("maccs", "multiply-accumulates", "Multiplications whose product is added to a running sum, for the whole batch.", head="MACCs"),
    _layers("flops", "as the convention says", "What the chosen convention makes of the operations, for the whole batch.", head="FLOPs"),
    _layers("share", "%", "The FLOPs of a layer over those of the network.", "share", of="flops", head="FLOPs %"),
    *(
        _layers(name, "operations", f"{meaning[0].upper()}{meaning[1:]}.", held="counts", title=name.replace("_", " "))
        for name, meaning in OPERATIONS.items()
        if name != "maccs"
    ),
    _bytes(
        "weight_bytes",
        "weights",
        "weight bytes",
        "The weights as they are held: in the dtype of each layer, in float32 with autocast, or quantised with their scales.",
    ),
    _bytes("gradient_bytes", "gradients", "gradient bytes", "A gradient for each trained weight, in the dtype that the precision says."),
    _bytes(
        "optimizer_bytes",
        "optimizer",
        "optimizer bytes",
        "The optimizer's states, and the float32 master copy of the weights where the precision has one.",
        leaves_out="step counters",
    ),
    _bytes(
        "saved_activation_bytes",
        "kept",
        "bytes kept",
        "What layers keep of a forward pass for the backward pass, as PyTorch's autograd does: inputs, outputs, masks, statistics, indices. "
        "A piece of memory that several keep counts once, for the first of them; a view keeps the whole piece that it lies in. "
        "What JSON calls saved is what tables and ledgers call kept.",
        leaves_out=f"the network's inputs, weights, and buffers; {ALLOCATOR}",
    ),
    _bytes(
        "peak_activation_bytes",
        "alive",
        "bytes alive",
        "At inference the bytes of all values alive while the layer runs; in the totals the most at once, the network's inputs among them. "
        "A value lives from the layer that makes it to the last that needs it; what comes into a sequence, residual, parallel or compound "
        "layer until that is done, as a function holds its arguments; a block or a for holds nothing by itself.",
        "most",
        "row",
        ALLOCATOR,
    ),
    _bytes(
        "read_bytes",
        "read",
        "bytes read",
        "The inputs and the weights of a layer by itself, each once; of a table the rows that are looked up, of experts the fewest that can be met. "
        "Fused attention has no scores to read; a key-value cache is read as it is held.",
        leaves_out="caches of the device, and what is read twice",
    ),
    _bytes(
        "written_bytes",
        "written",
        "bytes written",
        "The outputs of a layer by itself; a view writes nothing, nor does fused attention before its values.",
    ),
    _bytes(
        "kv_cache_bytes",
        "cache",
        "key-value cache bytes",
        "Keys and values of all tokens that are kept for those to come, for the whole batch, with the scales of the format that they are held in; "
        "a window caps them.",
        held="row",
    ),
    Figure(
        "kv_cache_bytes_per_token",
        "bytes",
        "Bytes that the latest token of one sample added to the cache, at this context: a layer whose window was full before it added none.",
        where="totals",
        adds="sum",
    ),
    _bytes(
        "cross_cache_bytes",
        "cross cache",
        "cross-attention cache bytes",
        "What is made once before the first token, and is the same for all, as far as each token reads it, for the whole batch: keys and "
        "values of an encoder's output. No token makes it grow. A piece of memory that several layers read counts once, for the first of them.",
        held="row",
        leaves_out="what stands in front of the tokens, such as those of an image: the key-value cache has these",
    ),
    _bytes(
        "state_bytes",
        "state",
        "state bytes",
        "States of recurrent and state-space layers, for the whole batch: what they hold of all tokens before, the last inputs of their "
        "convolutions among it. While decoding each token reads and writes them.",
        held="row",
    ),
    _time(
        "moved_bytes",
        "bytes",
        "What has to pass through main memory: weights, and values larger than the device's cache. Layers that work element by element are "
        "taken as done together with the layer before them, and the scores of attention as never written. With --fusion none: what is read and written.",
        "sum",
        head="moved",
        title="bytes moved",
    ),
    _time(
        "time_seconds",
        "seconds",
        "A lower bound for this arithmetic: the larger of two operations for each MACC (of causal attention for unmasked ones alone) over the device's peak for the dtype, and moved bytes over its bandwidth; "
        "in the totals the sum over layers.",
        "sum",
        head="time \u2265",
        title="time",
        leaves_out=BOUND,
    ),
    _time(
        "intensity",
        "operations per byte",
        "The bound's operations over moved bytes (op/byte in tables, x in the roofline picture).",
        head="op/byte",
    ),
    _time(
        "bound", "a word", "Which of the two is larger: compute or memory; with --launch launch, where the launches of kernels take longer."
    ),
    _time("time_share", "%", "The least time of a layer over that of the network.", "share", of="time_seconds", head="time %"),
)

FIGURES: dict[str, Figure] = {figure.name: figure for figure in _DECLARED}
"""Every figure of layers and networks by the name that it has in JSON, in the order in which tables and CSV have them."""

OF_LAYERS: tuple[Figure, ...] = tuple(figure for figure in _DECLARED if figure.where == "layers")
"""The figures that every layer, block and network has: the columns of numbers that a table can have."""

OF_TRAINING = ("gradient_bytes", "optimizer_bytes", "saved_activation_bytes")
"""What a training step needs and a forward pass does not."""

ACCOUNTED: tuple[str, ...] = tuple(figure.name for figure in OF_LAYERS if figure.held == "account")
"""The bytes that an account of memory adds up."""

BUDGETS: tuple[str, ...] = tuple(figure.name for figure in _DECLARED if figure.is_amount)
"""The figures that a budget may hold a network to: every amount that the totals have."""
