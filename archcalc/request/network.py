"""The options that say which network is asked about, how it runs, and what of it is counted."""

# Annotations are not put off in this file: options.py reads them, and to evaluate texts would cost time at every start.
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypedDict

from ..core.dtypes import DTYPES
from ..spec.language import MAX_LAYERS
from .option import AMOUNT, ASSIGNMENTS, CHOICES, EVERY, ONE, SHAPES, TELLS, TEXT, WHOLE, Need, Option, word

DECODING = Need("phase", value="decode", why="a context is for the decode phase, which is not asked for")
STEPPING = Need(
    "prompt", "context", why="step is how many tokens come in at once: it goes with a prompt, or in the decode phase with a context"
)
PROMPTED = Need("prompt", why="generate goes with prompt: how many tokens there are before")
ADAPTING = Need("lora", why="{options} goes with lora: the rank of the adapters")


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
    input: Annotated[
        Sequence[int] | Mapping[str, Sequence[int]] | None,
        Option(
            *(SHAPES, EVERY, "A shape in place of the spec's input, such as 3x192x192, or NAME=SHAPE of one of several. Repeatable."),
            meaning="A shape without the batch in place of that of the spec's input, or a mapping from names of inputs to shapes. Vars that "
            "stand alone as sizes there follow, unless they are set.",
        ),
    ]
    choices: Annotated[
        str | Mapping[str, Any] | None,
        Option(
            *(CHOICES, EVERY, "What is taken where the spec leaves a choice open: first, last, or NAME=VALUE for one of them. Repeatable."),
            meaning='"first" or "last", or a mapping from names of choices to the options that are taken.',
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
    max_layers: Annotated[int, Option(WHOLE, "table sweep", "Refuse specs with more layers.", MAX_LAYERS)]


class Run(TypedDict, total=False):
    """How it runs."""

    batch: Annotated[
        int, Option(WHOLE, "table explain conventions fit roofline sweep", "Samples per pass. Operations are for all of them.", 1)
    ]
    dtype: Annotated[
        str | None,
        Option(
            *(word("dtype", *DTYPES), "table explain fit roofline sweep", "Instead of the spec's dtype, float32 by default."),
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
                ONE,
                "How many tokens come in at once against a context: guesses to verify; or a prompt by chunks of so many.",
            ),
            metavar="TOKENS",
            needs=STEPPING,
        ),
    ]
    prompt: Annotated[
        int | None, Option(AMOUNT, "table fit sweep", "Tokens of a prompt, in place of the length that the spec says.", metavar="TOKENS")
    ]
    generate: Annotated[
        int | None,
        Option(
            *(AMOUNT, "table fit", "Tokens to generate behind the prompt: least times to the first and the last, and the memory for both."),
            metavar="TOKENS",
            needs=PROMPTED,
        ),
    ]


class Counting(TypedDict, total=False):
    """Counting."""

    flops: Annotated[
        str,
        Option(
            *(
                TEXT,
                TELLS,
                "How FLOPs are counted: a name that `archcalc conventions` lists, or a YAML file.",
                "madd",
            ),
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
