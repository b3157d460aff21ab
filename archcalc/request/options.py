"""Every option that asks something of a network, declared once, by what it is about, the most used first.

The keywords of ``analyze``, the options of the commands with their help and their checks, and the list in the manual are made from
these declarations. A new option is one more line here, and one in ``Request`` if code is to read it by its name.
"""

# Annotations are not put off in this file: the tables below read them, and to evaluate texts would cost time at every start.
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, TypedDict

from ..core.dtypes import DTYPES
from ..core.formats import FORMATS, SCOPES
from ..spec.language import MAX_LAYERS
from .option import AMOUNT, ASSIGNMENTS, FLAG, SHARE, TEXT, WHOLE, Need, Option, word

if TYPE_CHECKING:
    from ..devices.catalogue import Device

EVERY = "table explain compare conventions check fit roofline"
ONE = "table explain fit roofline"
"""The commands that say all of one network, or draw or fit it."""
TRAINS = "table explain fit"
TELLS = "table explain"

DECODING = Need("phase", value="decode", why="a context is for the decode phase, which is not asked for")
STEPPING = Need("phase", value="decode", why="step is how many tokens come in at once against a context: it goes with the decode phase")
PROMPTED = Need("prompt", why="generate goes with prompt: how many tokens there are before")
ADAPTING = Need("lora", why="{options} goes with lora: the rank of the adapters")
QUANTISING = Need("weights", why="{options} go with weights: a format such as int4 or q4_k_m")
ON_A_DEVICE = Need("device", why="{options} are for times: name a device")
TO_TRAIN_ON = Need("tokens", "images", why="{options} goes with tokens or images: how much there is to train on")


class Network(TypedDict, total=False):
    """Which network."""

    vars: Annotated[
        Mapping[str, Any] | None,
        Option(
            *(ASSIGNMENTS, EVERY, "Give a var of the spec another value. Repeatable."),
            flag="--set",
            meaning="Values for the spec's vars, in place of its own.",
        ),
    ]
    variant: Annotated[str | None, Option(TEXT, EVERY, "Use one of the spec's variants, where no @ names one.")]
    lora: Annotated[
        int | None,
        Option(WHOLE, ONE, "Adapters of this rank beside linear layers, all else frozen; with --weights nf4 QLoRA.", metavar="RANK"),
    ]
    lora_on: Annotated[
        str,
        Option(
            *(TEXT, ONE, "The linear layers that have adapters: names or paths, or all but the head.", "all"),
            metavar="A,B,...",
            needs=ADAPTING,
        ),
    ]
    max_layers: Annotated[int, Option(WHOLE, "table", "Refuse specs with more layers.", MAX_LAYERS)]


class Run(TypedDict, total=False):
    """How it runs."""

    batch: Annotated[
        int, Option(WHOLE, "table explain compare conventions fit roofline", "Samples per pass. Operations are for all of them.", 1)
    ]
    dtype: Annotated[
        str | None,
        Option(
            *(word("dtype", *DTYPES), "table explain compare fit roofline", "Instead of the spec's dtype, float32 by default."),
            metavar="DTYPE",
        ),
    ]
    phase: Annotated[
        str | None,
        Option(
            *(word("phase", "prefill", "decode"), ONE, "The whole sequence at once, or one more token."),
            meaning='"prefill" is the whole sequence at once, as without a phase; "decode" is one more token.',
        ),
    ]
    context: Annotated[
        int | None,
        Option(
            *(AMOUNT, ONE, "While decoding, how many tokens the new one attends to, itself among them: 32k is 32,000, 32Ki 32,768."),
            metavar="TOKENS",
            needs=DECODING,
        ),
    ]
    logits: Annotated[
        str,
        Option(
            *(word("positions that the head runs on", "all", "last"), ONE, "The head on all positions, or on the last alone.", "all"),
            meaning='"last" runs the linear layer at the network\'s end on the last position alone, which is what a prefill needs; no training.',
        ),
    ]
    step: Annotated[
        int | None,
        Option(
            *(
                AMOUNT,
                "table explain roofline",
                "While decoding, how many tokens come in at once, as when guesses are verified or a prompt in chunks.",
            ),
            metavar="TOKENS",
            needs=STEPPING,
        ),
    ]
    prompt: Annotated[
        int | None, Option(AMOUNT, "table", "Tokens of a prompt, in place of the length that the spec says.", metavar="TOKENS")
    ]
    generate: Annotated[
        int | None,
        Option(
            *(AMOUNT, "table", "Tokens to generate behind the prompt: least times to the first and the last."),
            metavar="TOKENS",
            needs=PROMPTED,
        ),
    ]


class Counting(TypedDict, total=False):
    """Counting."""

    flops: Annotated[
        str,
        Option(
            *(TEXT, "table explain compare", "How FLOPs are counted: a name that `archcalc conventions` lists, or a YAML file.", "madd"),
            metavar="CONVENTION",
        ),
    ]
    causal: Annotated[
        str,
        Option(
            *(word("way to count causal attention", "full", "half"), TELLS),
            *("Count all products of causal attention, or only the unmasked half.", "full"),
            meaning='"full" counts every product of causal attention, as papers and counters do; "half" only the unmasked ones.',
        ),
    ]


class Memory(TypedDict, total=False):
    """Memory. Each of these asks for bytes; all but the first say how they are counted."""

    memory: Annotated[
        bool,
        Option(
            *(FLAG, TELLS, "Bytes too: weights, gradients, states, activations, what is read and written.", False),
            meaning="Bytes too: of weights, gradients, states and activations, and those read and written. What follows, down to "
            "overhead, asks for them as well.",
        ),
    ]
    optimizer: Annotated[
        str | None,
        Option(
            *(TEXT, TRAINS, "sgd, momentum, adam, adamw (if none is named), adamw8bit, adafactor, lion or muon."),
            meaning="Whose states are counted: sgd, momentum, adam, adamw (if none is named), adamw8bit, adafactor, lion or muon.",
            trains=True,
        ),
    ]
    precision: Annotated[
        str | None,
        Option(
            *(TEXT, TRAINS, "uniform (if none is named), mixed, mixed-float32-gradients, mixed-without-master or autocast."),
            meaning="In what training holds weights, gradients and states: uniform (all in the dtype of each layer, if none is named), "
            "mixed, mixed-float32-gradients, mixed-without-master or autocast; all but the first are for 16-bit dtypes, bfloat16 where "
            "neither dtype nor the spec says so.",
            trains=True,
        ),
    ]
    checkpoint: Annotated[
        str | None,
        Option(
            *(TEXT, TRAINS, "Activations worked out anew in the backward pass: none, selective, full or every=N."),
            metavar="WHICH",
            trains=True,
        ),
    ]
    loss: Annotated[
        str | None,
        Option(
            *(TEXT, TRAINS, "cross_entropy (where the network ends in classes), with :chunked=N or :fused, or none."),
            meaning="The loss of a training step: cross_entropy, with :chunked=N or :fused where head and loss are made together, or none. "
            "If none is named: cross_entropy where the only output comes from a linear layer of several features, or from a convolution "
            "with a kernel of 1; else none.",
            metavar="LOSS",
            trains=True,
        ),
    ]
    accumulate: Annotated[int | None, Option(WHOLE, TRAINS, "Passes in which a batch goes through for one step.", trains=True)]
    weights: Annotated[
        str | None,
        Option(
            *(TEXT, ONE, "Quantise weights, of a training frozen ones alone: `archcalc guide formats` lists them."),
            metavar="FORMAT",
            meaning=f"The format of quantised weights, of a training frozen ones alone: {', '.join(FORMATS)}.",
        ),
    ]
    group_size: Annotated[int | None, Option(WHOLE, ONE, "Quantised weights that share a scale; else all of an output.", needs=QUANTISING)]
    zero_points: Annotated[bool, Option(FLAG, ONE, "A zero point for each group of quantised weights.", False, needs=QUANTISING)]
    quantise: Annotated[
        str | None,
        Option(
            *(word("scope of weights", *SCOPES), ONE),
            "What is quantised: inner matrices, all matrices, or all weights; else what the format's tool does.",
            meaning='"inner" is every matrix but the head and tables of vectors, as AWQ, GPTQ and bitsandbytes do; "matrices" these as well, as '
            'GGUF files do; "all" norms and biases too. If nothing is said, what the format\'s tool does.',
            needs=QUANTISING,
        ),
    ]
    attention: Annotated[
        str,
        Option(
            *(word("way to write attention", "spec", "fused"), ONE),
            *("Attention as the spec writes it, or fused: its scores are never in memory.", "spec"),
        ),
    ]
    overhead: Annotated[
        str,
        Option(
            *(word("overhead", "none", "cuda"), ONE),
            *("An estimate of what a process holds beside: the context of CUDA, and what the allocator rounds up.", "none"),
        ),
    ]


class Time(TypedDict, total=False):
    """Time."""

    device: Annotated[
        "str | Device | None",
        Option(
            *(TEXT, ONE, "The device whose limits hold: a name of `archcalc devices`, or a YAML file."),
            required="fit roofline",
            meaning="A name that `archcalc devices` lists, the path of a YAML file, or a Device: gives the least time of each layer on it.",
        ),
    ]
    tokens: Annotated[int | None, Option(AMOUNT, "table", "Train on so many tokens, such as 300B: operations, and with a device times.")]
    images: Annotated[int | None, Option(AMOUNT, "table", "Train on so many samples, such as 1.28M.")]
    mfu: Annotated[float | None, Option(SHARE, "table", "The share of the peak that training reaches, such as 40%.", needs=TO_TRAIN_ON)]
    energy: Annotated[bool, Option(FLAG, "table", "Estimate the energy of a forward pass.", False, needs=ON_A_DEVICE)]
    fusion: Annotated[
        str,
        Option(
            *(word("fusion", "full", "none"), "table explain roofline"),
            *("Whether layers that work element by element join the layer before.", "full"),
            meaning='"full" takes layers that work element by element as done together with the layer before them; "none" has every '
            "layer read its inputs from memory and write its outputs there.",
            needs=ON_A_DEVICE,
        ),
    ]
    cache: Annotated[
        str,
        Option(
            *(word("cache", "cold", "warm"), "table explain roofline"),
            *("Whether each pass finds the device's cache empty, or holding what fits it.", "cold"),
            meaning='"cold" has weights, key-value cache and inputs cross the memory once in each pass; "warm" lets weights that all fit the '
            "device's cache stay there from pass to pass.",
            needs=ON_A_DEVICE,
        ),
    ]


class Options(Network, Run, Counting, Memory, Time, total=False):
    """All that can be asked of a spec: the keywords of ``analyze``. What is left out has its default."""


def _declared(group: Any) -> dict[str, Option]:
    return {name: each.__metadata__[0] for name, each in group.__annotations__.items()}


GROUPS: dict[str, dict[str, Option]] = {
    "Which network": _declared(Network),
    "How it runs": _declared(Run),
    "Counting": _declared(Counting),
    "Memory": _declared(Memory),
    "Time": _declared(Time),
}
OPTIONS: dict[str, Option] = {name: option for group in GROUPS.values() for name, option in group.items()}
DEFAULTS: dict[str, Any] = {name: option.default for name, option in OPTIONS.items()}
MEMORY = GROUPS["Memory"]


def of_training(values: Mapping[str, Any]) -> list[str]:
    """The options for training alone that are asked for; to ask for no loss is to ask for nothing."""
    none = {"loss": "none"}
    return [name for name, option in OPTIONS.items() if option.trains and values.get(name) not in (None, none.get(name))]


def listing() -> str:
    """All options and their meaning, a line each, as the documentation of ``analyze`` has them."""
    return "\n".join(f"        {name}: {option.meaning}{_more(option)}" for name, option in OPTIONS.items())


def _more(option: Option) -> str:
    default = "" if option.default in (None, False) else f" By default {option.default}."
    return default if option.needs is None else f"{default} Goes with {' or '.join(option.needs.of)}."
