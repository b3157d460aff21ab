"""The options that ask for bytes and for times, and say how they are counted."""

# Annotations are not put off in this file: options.py reads them, and to evaluate texts would cost time at every start.
from typing import TYPE_CHECKING, Annotated, TypedDict

from ..core.formats import ACTIVATIONS, FORMATS, SCOPES
from .option import AMOUNT, CACHE, FLAG, ONE, PACE, SHARE, TELLS, TEXT, TIME, TRAINS, WHOLE, Need, Option, word

if TYPE_CHECKING:
    from ..devices.catalogue import Device

QUANTISING = Need("weights", why="{options} go with weights: a format such as int4 or q4_k_m")
ON_A_DEVICE = Need("device", why="{options} are for times: name a device")
TO_TRAIN_ON = Need("tokens", "images", why="{options} goes with tokens or images: how much there is to train on")


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
    activations: Annotated[
        str | None,
        Option(
            *(word("dtype of activations", *ACTIVATIONS), ONE, "What quantised matrices multiply in, as W8A8 does: float8 or int8."),
            meaning="In what quantised matrices take their inputs and multiply: float8 or int8, as W8A8 does; else in the dtype, as weight-only "
            "formats do. All else stays in the dtype.",
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
    cache_dtype: Annotated[
        str | None, Option(CACHE, ONE, "What keys and values are cached in, such as float8 or q8_0: `archcalc guide formats` lists them.")
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
            required="roofline",
            meaning="A name that `archcalc devices` lists, the path of a YAML file, or a Device: gives the least time of each layer on it.",
        ),
    ]
    tokens: Annotated[int | None, Option(AMOUNT, "table", "Train on so many tokens, such as 300B: operations, and with a device times.")]
    images: Annotated[int | None, Option(AMOUNT, "table", "Train on so many samples, such as 1.28M.")]
    mfu: Annotated[
        float | None,
        Option(
            *(
                SHARE,
                "table",
                "The share of the peak that a training reaches, such as 40%: model FLOPs utilisation, nothing worked out anew.",
            ),
            meaning="The share of the peak that training reaches (model FLOPs utilisation): of the products of forward and backward pass, masked "
            "ones among them, without what checkpoints work out anew.",
            needs=TO_TRAIN_ON,
        ),
    ]
    energy: Annotated[
        bool,
        Option(FLAG, "table sweep", "Estimate the energy of a forward pass, and of an answer that is generated.", False, needs=ON_A_DEVICE),
    ]
    fusion: Annotated[
        str,
        Option(
            *(word("fusion", "full", "none"), "table explain roofline sweep"),
            *("Whether layers that work element by element join the layer before.", "full"),
            meaning='"full" takes layers that work element by element as done together with the layer before them; "none" has every '
            "layer read its inputs from memory and write its outputs there.",
            needs=ON_A_DEVICE,
        ),
    ]
    cache: Annotated[
        str,
        Option(
            *(word("cache", "cold", "warm"), "table explain roofline sweep"),
            *("Whether each pass finds the device's cache empty, or holding what fits it.", "cold"),
            meaning='"cold" has weights, key-value cache and inputs cross the memory once in each pass; "warm" lets weights that all fit the '
            "device's cache stay there from pass to pass.",
            needs=ON_A_DEVICE,
        ),
    ]
    launch: Annotated[str | None, Option(TIME, TELLS, "Add so long for each launch of a kernel, such as 5us.", needs=ON_A_DEVICE)]
    measured: Annotated[
        str | None,
        Option(PACE, "table explain", "What a pass took, as 755ms or 132k (tokens/s): MFU, HFU, share of the bound.", needs=ON_A_DEVICE),
    ]
