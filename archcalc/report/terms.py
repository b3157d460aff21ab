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
        "The share of the peak that a pass reaches (model FLOPs utilisation): as given with --mfu for a whole training, or of what was measured. "
        "Its operations are those of the pass, backward too of a training step, without what is worked out anew; masked products of causal "
        "attention are among them unless --causal half is given. Of what was measured none above 1: so many operations were not made.",
    ),
    Figure(
        "hfu",
        "share",
        "The share of the peak that the device's operations are (hardware FLOPs utilisation): those of mfu, and what checkpoints work out anew.",
        leaves_out="operations that are no MACCs, and what kernels do more than once",
    ),
    Figure(
        "mfu_6n",
        "share",
        "The same share by the usual formula, 6 N + 12 L H Q T operations for each token of a training step, 2 N + 4 L H Q T of a forward pass "
        "(PaLM, 2022, arXiv:2204.02311, appendix B): N the active params without tables of positions, for L layers of H heads of Q features that "
        "meet T keys; 2 L H Q T is taken as the MACCs of attention counted here. None where a sample is no sequence of tokens, and of a "
        "training step where params are frozen: these have no gradients, and the formula counts some for all.",
    ),
    Figure("hfu_6n", "share", "The share by the usual formula, with the operations that checkpoints work out anew."),
    Figure(
        "measured",
        "",
        "A measured pass of the whole batch, held against the least time: as the training step where a training is asked for, else as the "
        "forward pass; as both where nothing says which it was.",
    ),
    Figure("training_seconds", "seconds", "The time of a whole training at the rate that was measured."),
    Figure("over_bound", "times", "How many times the least time the measured pass took."),
    Figure(
        "share_of_bound",
        "share",
        "The least time over the time that was measured: above 1 something was not as the bound assumes, and a note says so.",
    ),
    Figure("beats_bound", "a truth value", "Whether the measured pass was faster than the bound allows."),
    Figure(
        "usual_reach",
        "",
        "What measured forward passes reach of such a bound, from a public table: for orientation, and no prediction of this network. Not while "
        "decoding, with --launch, --cache warm or --fusion none, for devices that are no GPUs of the catalogue, nor for networks of another kind: those "
        "of tokens, of several inputs, or of one that is no image.",
    ),
    Figure("median", "share", "The median of the rows of such a table."),
    Figure("least", "share", "The smallest share of such a table."),
    Figure("most", "share", "The largest share of such a table."),
    Figure(
        "launches",
        "kernels",
        "One for each layer that has something to do and is not done together with another: none for views, for what works element by element "
        "(activations, norms of channels, sums; it joins the layer before), nor for the scores and the softmax of attention, which are one "
        "kernel with its values. However many samples there are, and however often an `each` runs it, a layer is one launch. A training step has "
        "one more for the backward pass of each layer with a gradient, one where it is worked out anew, all of these for each pass of an "
        "accumulation, and one for the optimizer. With --fusion none every layer that reads or writes is a kernel.",
        leaves_out="kernels of a layer beyond the first, copies, random numbers; a program that makes several matrices of one input as one, or a "
        "whole network as one kernel, launches fewer",
    ),
    Figure(
        "launch_seconds",
        "seconds",
        "What each launch of a kernel adds, as given with --launch: the least time is a lower bound only if the device needs so long for each, "
        "while it does nothing else; what is hidden behind the kernel before is no part of it.",
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
    Figure("flash_bytes", "bytes", "Of a ledger, on a device with flash, what lies in it: the weights."),
    Figure("memory_bytes", "bytes", "Of a ledger, on a device with flash, what lies in its memory: all but the weights."),
    Figure("forward", "", "The forward pass."),
    Figure(
        "training_step",
        "",
        "Forward; backward, with as many products again for each of weights and inputs that has a gradient; what checkpoints work out anew; and the optimizer, "
        "which reads and writes trained weights, or their master copies, and states once.",
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
    Figure(
        "compute_bound_batch_without_cache",
        "samples",
        "The same of the layers that read no key-value cache, such as products of weights, which are read once for all samples.",
    ),
    Figure("seconds", "seconds", "The least time.", leaves_out=BOUND),
    Figure("samples_per_second", "1/s", "The batch over the least time: at most."),
    Figure("tokens_per_second", "1/s", "Samples per second times the length of a sequence; none where the input is no sequence."),
    Figure(
        "operations",
        "operations",
        "In times: two for each MACC of a forward pass, or of a training without what is worked out anew; what MFU is a share of. Masked products of causal attention "
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
        "The optimizer's part of a training step, the same for every batch: states and trained weights, or their master copies, read and written, gradients read, weights of a master copy written.",
    ),
    Figure("optimizer_seconds", "seconds", "What of it the optimizer takes, once for each step: half as much at twice the batch."),
    Figure(
        "seconds_any_batch",
        "seconds",
        "The least time of a whole training whatever its batch: the bound's operations at the peak, and no bytes.",
        leaves_out=BOUND,
    ),
    Figure(
        "utilization",
        "share",
        "The time of the operations alone, at the peaks for their dtypes, over the least time; those of a training step add up in float32.",
    ),
    Figure("first_token", "", "The first token that comes out of a prompt: its head takes the last position alone where it can."),
    Figure("seconds_per_output_token", "seconds", "The least time of a token behind the first, in the mean (TPOT)."),
    Figure("decoded_tokens_per_second", "1/s", "Tokens of the whole batch in a second while decoding, behind the first: at most."),
    Figure("requests_per_second", "1/s", "Samples of the batch over the least time to the last token: at most."),
    Figure("guesses", "tokens", "How many tokens a draft guesses in a round; the network verifies these and the one before at once."),
    Figure("acceptance", "share", "The share of guesses that is accepted, as given."),
    Figure(
        "tokens_per_round",
        "tokens",
        "The tokens that a round of G guesses gives in the mean where each is accepted with probability a: (1 - a**(G + 1)) / (1 - a) "
        "(Leviathan et al., 2023, arXiv:2211.17192, equation 1).",
    ),
    Figure("draft_seconds", "seconds", "The least time of a round's guesses, one after another."),
    Figure("verify_seconds", "seconds", "The least time of the network's pass over them and the token before."),
    Figure("speedup", "times", "How many times the speed without a draft, both at their bounds: an expectation."),
    Figure("prompt_passes", "passes", "In how many passes a prompt goes in, by chunks of --step."),
    Figure("joules_per_output_token", "joules", "Joules of a token behind the first, in the mean: an estimate."),
    Figure("prompt_bytes", "bytes", "The ledger of inference while the prompt goes in.", leaves_out=ALLOCATOR),
    Figure(
        "end_bytes",
        "bytes",
        "The ledger of inference when all is generated, prompt and new tokens in the cache.",
        leaves_out=ALLOCATOR,
    ),
    Figure(
        "fitting_tokens",
        "tokens",
        "How many of the generated tokens have room in the memory of the device, prompt and those before them in the cache.",
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
        "Six times active params: a rule of thumb for the operations of a training for each token, products of attention not among them. Not where "
        "params are frozen: these have no gradients.",
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
        "Six times active params times tokens, a rule of thumb for the operations of a training (Kaplan et al. 2020). None where params are frozen.",
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
