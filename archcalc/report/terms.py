"""The words of ledgers, rates, trainings and pages: figures that no layer has, and so no table, declared for ``archcalc figures`` alone."""

from __future__ import annotations

from ..core.figures import ALLOCATOR, BOUND, FIGURES, Figure

_DECLARED = (
    Figure(
        "bytes_per_param",
        "bytes",
        "Of a term the bytes for each of its params; of a ledger (per param) all terms for params over all params.",
    ),
    Figure("divisor", "devices", "Over how many devices a term is divided: one."),
    Figure("ridge", "operations per byte", "Peak over bandwidth of a device: layers of fewer operations per byte are bound by memory."),
    Figure(
        "mfu",
        "share",
        "The share of the peak that a training reaches (model FLOPs utilisation): given, never worked out. Its operations are those of forward and "
        "backward passes without what is worked out anew, masked products of causal attention among them unless --causal half is given.",
    ),
    Figure(
        "training",
        "bytes",
        "The ledger of a training step: weights, gradients, states, inputs, activations kept, and the gradients of activations at their most.",
        leaves_out=ALLOCATOR,
    ),
    Figure(
        "inference",
        "bytes",
        "The ledger of a forward pass: weights, key-value cache, and activations at their most.",
        leaves_out=ALLOCATOR,
    ),
    Figure("forward", "", "The forward pass."),
    Figure(
        "training_step",
        "",
        "Forward; backward, with as many products again for each of weights and inputs that has a gradient; what checkpoints work out anew; and the optimizer, "
        "which reads and writes trained weights and states once.",
        leaves_out="communication between devices",
    ),
    Figure(
        "uniform_routing",
        "",
        "A forward pass where the router of experts chooses each of them as often, for every position apart: an expectation beside the bound, which "
        "reads the fewest experts that can be met.",
    ),
    Figure(
        "sets_met",
        "experts",
        "How many of E experts B positions meet in the mean under uniform routing to k of them each: E * (1 - (1 - k / E)**B).",
    ),
    Figure(
        "compute_bound_batch",
        "samples",
        "While decoding: the least batch at which more of the least time is bound by compute than by memory; none where no batch is, as where the "
        "key-value cache of each sample takes longer to read than its products.",
        leaves_out="whether the memory holds the cache of so many samples",
    ),
    Figure("seconds", "seconds", "The least time.", leaves_out=BOUND),
    Figure("samples_per_second", "1/s", "The batch over the least time: at most."),
    Figure("tokens_per_second", "1/s", "Samples per second times the length of a sequence; none where the input is no sequence."),
    Figure(
        "operations",
        "operations",
        "In times: two for each MACC of a forward pass, or of a training step without what is worked out anew; masked products of causal attention "
        "are among them unless --causal half is given.",
    ),
    Figure(
        "bound_operations",
        "operations",
        "The operations that the least time counts: without the masked products of causal attention, which no kernel has to make, and with those "
        "that checkpoints work out anew.",
    ),
    Figure(
        "optimizer_step",
        "",
        "The optimizer's part of a training step, the same for every batch: trained weights and states read and written, gradients read.",
    ),
    Figure("optimizer_seconds", "seconds", "What of it the optimizer takes, once for each step: half as much at twice the batch."),
    Figure(
        "seconds_any_batch",
        "seconds",
        "The least time of a whole training whatever its batch: the bound's operations at the peak, and no bytes.",
        leaves_out=BOUND,
    ),
    Figure("utilization", "share", "The time of the operations alone, at the peaks for their dtypes, over the least time."),
    Figure("first_token", "", "The first token that comes out of a prompt: its head takes the last position alone."),
    Figure("prompt_bytes", "bytes", "The ledger of inference while the prompt goes in.", leaves_out=ALLOCATOR),
    Figure(
        "end_bytes",
        "bytes",
        "The ledger of inference when all is generated, prompt and new tokens in the cache.",
        leaves_out=ALLOCATOR,
    ),
    Figure("tokens", "tokens", "Of totals the tokens of a sample, those that come in now; of a training those it is on.", where="totals"),
    Figure(
        "operations_per_token",
        "operations",
        "Two for each MACC of a forward pass over its tokens: of a prompt the mean, while decoding those of a new one.",
        where="totals",
    ),
    Figure(
        "six_n",
        "operations",
        "Six times active params: a rule of thumb for the operations of a training for each token, products of attention not among them.",
        where="totals",
    ),
    Figure(
        "six_n_non_embedding",
        "operations",
        "Six times active params without the tables that are looked up, as Kaplan et al. (2020) count.",
        where="totals",
    ),
    Figure(
        "six_n_d",
        "operations",
        "Six times active params times tokens, a rule of thumb for the operations of a training (Kaplan et al. 2020).",
    ),
    Figure(
        "energy_estimate",
        "joules",
        "Joules of a forward pass: so much for each operation and each moved byte. An estimate, not a bound.",
        leaves_out="instructions, registers, caches, idle power",
    ),
)

TERMS: dict[str, Figure] = {**FIGURES, **{figure.name: figure for figure in _DECLARED}}
"""Everything that ``archcalc figures`` explains: the figures of layers and networks, and these words, by their names in JSON."""
