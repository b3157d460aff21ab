"""What every figure of a report means, its unit, and what it leaves out: the page behind ``archcalc figures``."""

from __future__ import annotations

from ..core.counts import OPERATIONS


class Figure:
    """One figure: its unit, what it is, where it stands (layers, totals, memory, time), and what it leaves out."""

    __slots__ = ("leaves_out", "meaning", "name", "places", "unit")

    def __init__(self, name: str, unit: str, places: str, meaning: str, leaves_out: str = "") -> None:
        self.name = name
        self.unit = unit
        self.places = places.split()
        self.meaning = meaning
        self.leaves_out = leaves_out


_ALLOCATOR = "what the allocator rounds up and fragments, workspaces of kernels, the device's context"
_BOUND = "launches of kernels, operations that are no MACCs, whatever surrounds the network; algorithms with fewer products (Winograd, FFT) are outside"

FIGURES: dict[str, Figure] = {
    figure.name: figure
    for figure in (
        Figure(
            "params",
            "numbers",
            "layers totals",
            "Learned numbers, frozen ones too; shared weights count once.",
            "buffers such as running statistics",
        ),
        Figure("trainable_params", "numbers", "layers totals", "Params without those of frozen layers."),
        Figure("active_params", "numbers", "totals", "The params that one position goes through: of experts, the active ones."),
        Figure(
            "maccs",
            "multiply-accumulates",
            "layers totals",
            "Multiplications whose product is added to a running sum, for the whole batch.",
        ),
        Figure(
            "flops", "as the convention says", "layers totals", "What the chosen convention makes of the operations, for the whole batch."
        ),
        *(
            Figure(name, "operations", "operations", f"{meaning[0].upper()}{meaning[1:]}.")
            for name, meaning in OPERATIONS.items()
            if name != "maccs"
        ),
        Figure(
            "weight_bytes",
            "bytes",
            "layers totals",
            "The weights as they are held: in the dtype of each layer, in float32 with autocast, or quantised with their scales.",
        ),
        Figure("gradient_bytes", "bytes", "layers totals", "A gradient for each trained weight, in the dtype that the precision says."),
        Figure(
            "optimizer_bytes",
            "bytes",
            "layers totals",
            "The optimizer's states, and the float32 master copy of the weights where the precision has one.",
            "step counters",
        ),
        Figure(
            "saved_activation_bytes",
            "bytes",
            "layers totals",
            "What layers keep of a forward pass for the backward pass, as PyTorch's autograd does: inputs, outputs, masks, statistics, indices. "
            "A piece of memory that several keep counts once, for the first of them; a view keeps the whole piece that it lies in.",
            f"the network's inputs, weights, and buffers; {_ALLOCATOR}",
        ),
        Figure(
            "peak_activation_bytes",
            "bytes",
            "layers totals",
            "At inference the bytes of all values alive while the layer runs; in the totals the most at once, the network's inputs among them. "
            "A value lives from the layer that makes it to the last that needs it; what comes into a sequence, residual, parallel or compound "
            "layer until that is done, as a function holds its arguments; a block or a for holds nothing by itself.",
            _ALLOCATOR,
        ),
        Figure(
            "read_bytes",
            "bytes",
            "layers totals",
            "The inputs and the weights of a layer by itself, each once; of a table the rows that are looked up.",
            "caches, and what is read twice",
        ),
        Figure("written_bytes", "bytes", "layers totals", "The outputs of a layer by itself; a view writes nothing."),
        Figure(
            "kv_cache_bytes",
            "bytes",
            "layers totals",
            "Keys and values of all tokens that are kept for those to come, for the whole batch; a window caps them.",
        ),
        Figure("kv_cache_bytes_per_token", "bytes", "totals", "Bytes of keys and values of one token of one sample."),
        Figure(
            "moved_bytes",
            "bytes",
            "layers totals time",
            "What has to pass through main memory: weights, and values larger than the device's cache. Layers that work element by element are "
            "taken as done together with the layer before them, and the scores of attention as never written. With --fusion none: what is read and written.",
        ),
        Figure(
            "time_seconds",
            "seconds",
            "layers totals",
            "A lower bound for this arithmetic: the larger of two operations for each MACC (of causal attention for unmasked ones alone) over the device's peak for the dtype, and moved bytes over its bandwidth; "
            "in the totals the sum over layers.",
            _BOUND,
        ),
        Figure("bound", "a word", "layers totals time", "Which of the two is larger: compute or memory."),
        Figure("intensity", "operations per byte", "pages", "Operations over moved bytes (op/byte in tables, x in the roofline picture)."),
        Figure("time_share", "%", "pages", "The least time of a layer over that of the network."),
        Figure("share", "%", "pages", "The FLOPs of a layer over those of the network."),
        Figure(
            "bytes_per_param",
            "bytes",
            "memory",
            "Of a term the bytes for each of its params; of a ledger (per param) all terms for params over all params.",
        ),
        Figure("divisor", "devices", "memory", "Over how many devices a term is divided: one."),
        Figure(
            "ridge",
            "operations per byte",
            "pages",
            "Peak over bandwidth of a device: layers of fewer operations per byte are bound by memory.",
        ),
        Figure(
            "mfu",
            "share",
            "training",
            "The share of the peak that a training reaches (model FLOPs utilisation): given, never worked out. Its operations are those of forward and "
            "backward passes without what is worked out anew, masked products of causal attention among them unless --causal half is given.",
        ),
        Figure(
            "training",
            "bytes",
            "memory",
            "The ledger of a training step: weights, gradients, states, inputs, activations kept, and the gradients of activations at their most.",
            _ALLOCATOR,
        ),
        Figure(
            "inference",
            "bytes",
            "memory",
            "The ledger of a forward pass: weights, key-value cache, and activations at their most.",
            _ALLOCATOR,
        ),
        Figure("forward", "", "time", "The forward pass."),
        Figure(
            "training_step",
            "",
            "time",
            "Forward; backward, with as many products again for each of weights and inputs that has a gradient; what checkpoints work out anew; and the optimizer, "
            "which reads and writes weights and states once.",
            "communication between devices",
        ),
        Figure("seconds", "seconds", "time", "The least time.", _BOUND),
        Figure("samples_per_second", "1/s", "time", "The batch over the least time: at most."),
        Figure(
            "tokens_per_second", "1/s", "time", "Samples per second times the length of a sequence; none where the input is no sequence."
        ),
        Figure(
            "operations",
            "operations",
            "time training layers totals",
            "In times: two for each MACC of a forward pass, or of a training step without what is worked out anew.",
        ),
        Figure("utilization", "share", "time", "The time of the operations alone, at the peaks for their dtypes, over the least time."),
        Figure(
            "six_n_d",
            "operations",
            "training",
            "Six times active params times tokens, a rule of thumb for the operations of a training (Kaplan et al. 2020).",
        ),
        Figure(
            "energy_estimate",
            "joules",
            "time",
            "Joules of a forward pass: so much for each operation and each moved byte. An estimate, not a bound.",
            "instructions, registers, caches, idle power",
        ),
    )
}
"""Every figure by the name that it has in JSON."""
