"""The Python interface: a spec in, a report out."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

from .core.errors import Problem
from .core.errors import RequestError as RequestError
from .request.request import Request as Request
from .request.request import find_convention as find_convention
from .spec.language import MAX_LAYERS
from .text.nodes import Node
from .text.python import from_python
from .text.reader import read

if TYPE_CHECKING:
    from .devices.catalogue import Device
    from .report.report import Report
    from .spec.tree import Spec


def analyze(
    source: str | PathLike[str] | Mapping[str, Any],
    *,
    vars: Mapping[str, Any] | None = None,
    batch: int = 1,
    flops: str = "madd",
    dtype: str | None = None,
    variant: str | None = None,
    causal: str = "full",
    phase: str | None = None,
    context: int | None = None,
    max_layers: int = MAX_LAYERS,
    memory: bool = False,
    optimizer: str | None = None,
    precision: str | None = None,
    checkpoint: str | None = None,
    accumulate: int | None = None,
    weights: str | None = None,
    group_size: int | None = None,
    zero_points: bool = False,
    attention: str = "spec",
    device: str | Device | None = None,
    fusion: str = "full",
    tokens: int | None = None,
    images: int | None = None,
    mfu: float | None = None,
    energy: bool = False,
) -> Report:
    """Analyse a spec.

    Args:
        source: the path of a YAML file, or a document as a mapping.
        vars: values for the spec's vars, in place of its own.
        batch: samples per pass; operations are for all of them, shapes leave it out.
        flops: the convention that FLOPs follow.
        dtype: in place of the spec's dtype.
        variant: the name of one of the spec's variants.
        causal: "full" counts every product of causal attention, as papers and counters do; "half" only the unmasked ones.
        phase: "prefill" is the whole sequence at once, as without a phase; "decode" is one more token.
        context: while decoding, how many tokens the new one attends to, itself among them.
        max_layers: where to stop counting.
        memory: whether to work out bytes, too: of weights, gradients, states and activations, and those read and written. Each of
            the following asks for them as well.
        optimizer: whose states are counted, adamw by default: sgd, momentum, adam, adamw, adamw8bit, adafactor, lion or muon.
        precision: in what training holds weights, gradients and states: uniform (all in the dtype of each layer) by default,
            mixed, mixed-float32-gradients, mixed-without-master or autocast; all but the first are for 16-bit dtypes, bfloat16
            where neither ``dtype`` nor the spec says so.
        checkpoint: which activations are worked out anew in the backward pass: none by default, selective, full or every=N.
        accumulate: how many equal parts of the batch go through the network one after another in one step.
        weights: int8, int4 or float8 for the matrices of layers that multiply, with a scale for each group of weights.
        group_size: how many weights share a scale; all of an output where it is not given.
        zero_points: whether each group has a zero point, too.
        attention: "spec" takes attention as the spec writes it; "fused" never has its scores in memory.
        device: a name from the catalogue, or the path of a YAML file, or a Device: gives the least time of each layer on it.
        fusion: "full" takes layers that work element by element as done together with the layer before them; "none" has every layer
            read its inputs from memory and write its outputs there.
        tokens: how many tokens a whole training goes through, with a device.
        images: the same in samples.
        mfu: the share of the peak that the training reaches, above 0 and at most 1.
        energy: whether to estimate the energy of a forward pass, with a device.

    Raises:
        SpecError: the spec is wrong; its ``errors`` hold all that is.
        RequestError: the spec has no such var or variant, or there is no such convention, dtype, phase, optimizer or device, or the
            device has no peak for a dtype of the network.
        OSError: the file can't be read.
    """
    request = Request(
        vars=vars,
        batch=batch,
        flops=flops,
        dtype=dtype,
        variant=variant,
        causal=causal,
        phase=phase,
        context=context,
        max_layers=max_layers,
        memory=memory,
        optimizer=optimizer,
        precision=precision,
        checkpoint=checkpoint,
        accumulate=accumulate,
        weights=weights,
        group_size=group_size,
        zero_points=zero_points,
        attention=attention,
        device=device,
        fusion=fusion,
        tokens=tokens,
        images=images,
        mfu=mfu,
        energy=energy,
    )
    if isinstance(source, Mapping):
        with _no_collection():
            node, problems = from_python(source)
            return analyze_node(node, problems, "", request)
    file = fspath(source)
    with open(file, "rb") as stream:
        text = stream.read()
    return analyze_text(text, file, request)


def analyze_text(text: str | bytes, file: str, request: Request) -> Report:
    """Analyse a spec's text; ``file`` is what errors call it."""
    with _no_collection():
        node, problems = read(text, file)
        return analyze_node(node, problems, file, request)


@contextmanager
def _no_collection() -> Iterator[None]:
    """No search for garbage meanwhile: an analysis makes many objects and hardly a cycle, and the searches would take half its time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def analyze_node(node: Node | None, problems: list[Problem], file: str, request: Request) -> Report:
    """Analyse a document that was read; ``problems`` are those found so far."""
    return analyze_spec(*read_spec(node, problems, file), file, request)


def analyze_spec(spec: Spec | None, problems: list[Problem], file: str, request: Request) -> Report:
    """Analyse a spec that was parsed; ``problems`` are those found so far."""
    from .report import pipeline

    return pipeline.analyze_spec(spec, problems, file, request)


def read_spec(node: Node | None, problems: list[Problem], file: str) -> tuple[Spec | None, list[Problem]]:
    """The spec in a document, and all that is wrong with it as far as it can be told without its numbers."""
    from .spec.document import parse

    if node is None:
        return None, problems
    spec, more = parse(node, file)
    return spec, [*problems, *more]
