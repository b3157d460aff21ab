"""Spec → network: every layer with what comes in and goes out, in the shapes that are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..core.errors import Problem, RequestError, SpecError
from ..network.graph import Network
from ..request.request import Request

if TYPE_CHECKING:
    from ..network.choices import Choices
    from ..network.scope import Adapters
    from ..spec.templates import Template
    from ..spec.tree import Spec


def shaped(spec: Spec, problems: list[Problem], request: Request) -> tuple[Network, int]:
    """The network of a spec as it is asked for, and how many positions stand in front of its tokens in the caches, where that matters.

    Raises SpecError with all that is wrong with the spec, ``problems`` that were found so far among it, and RequestError for what can't be
    asked of it.
    """
    from ..network.build import propagate
    from ..network.scope import Caching

    lora, cached, choices = _lora(request), Caching(request.cache_dtype or ""), _choices(request)
    more: dict[str, Any] = {
        "dtype": request.dtype_for(spec.dtype),
        "max_layers": request.max_layers,
        "lora": lora,
        "cached": cached,
        "choices": choices,
    }
    name = spec.title
    try:
        given, spec = _given(spec, request), _with_inputs(spec, request)
    except RequestError as error:  # of a spec that is wrong, that comes first: its variants and vars are perhaps among what is wrong
        network, found = propagate(spec, dtype=more["dtype"], max_layers=request.max_layers)
        if problems or found or network is None:
            raise SpecError([*problems, *found], [str(error)]) from None
        raise
    stepwise = request.run["incoming"] and (request.context or request.answers or len(spec.inputs) > 1)
    run = {**request.run, "context": 0, "incoming": 0} if stepwise else request.run
    network, found = propagate(spec, given, run=run, **more)
    if problems or found or network is None:
        raise SpecError([*problems, *found])
    if network.given_up:
        raise RuntimeError(f"{network.given_up} was given up, and nothing was said of it")  # never a network without a part of it
    _check_adapters(lora)
    if why := choices.unmet(request.left_out):
        raise RequestError(f"{name}: {why}")
    if request.cache_dtype is not None:
        from ..network.caches import refused

        if why := refused(name, cached):
            raise RequestError(why)
    front = 0
    if stepwise:
        network, front = _stepwise(name, spec, network, request, given, more)
    elif len(network.inputs) > 1 or network.constants:
        from ..network.decoding import holds, mark, token_inputs

        if holds(network):
            mark(network, token_inputs(spec, network)[0])
    if request.logits == "last" or request.answers:
        from ..network.last import last_position

        why = last_position(network, request.run)
        if why and request.logits == "last":
            raise RequestError(f"logits last: {why}")
    return network, front


def _stepwise(
    name: str, spec: Spec, whole: Network, request: Request, given: Mapping[str, Template], more: dict[str, Any]
) -> tuple[Network, int]:
    """A prompt, or new tokens against a context; and how many positions stand in front. ``whole`` has the shapes that the spec says."""
    from ..network.build import propagate
    from ..network.decoding import check_room, check_step_by_step, in_front, mark, remarks, token_inputs, wrong_for_one

    follows, why = token_inputs(spec, whole)
    if why is not None:
        raise why
    front = in_front(spec, whole, follows)
    if request.context:
        check_room(front, request.context, request.step or 1)
    network, found = propagate(spec, given, run=request.run, follows=follows, **more)
    if found or network is None:
        if request.context:
            raise wrong_for_one(spec, whole, follows, found)
        raise SpecError(found)
    if request.context:
        _refuse_lengths(spec, network, request)
        check_step_by_step(spec, network, whole)
    elif len(network.inputs) > 1 or network.constants:
        mark(network, follows)
    if request.context or request.answers:
        network.remarks = remarks(whole, network)
    return network, front


def _with_inputs(spec: Spec, request: Request) -> Spec:
    """The spec with the shapes that are asked for in place of those of its inputs."""
    if not request.input:
        return spec
    from ..network.settings import with_inputs

    return with_inputs(spec, request.input)


def _given(spec: Spec, request: Request) -> dict[str, Template]:
    """What takes the place of the spec's own vars: those of a variant, and values that were set."""
    if not request.vars and request.variant is None and not request.input:
        return {}
    from ..network.settings import settings

    return settings(spec, request.vars, request.variant, request.input)


def _refuse_lengths(spec: Spec, network: Network, request: Request) -> None:
    """Nothing is set for nothing: a var or a shape that says the input's length alone, which is the context's business. Raises RequestError.

    Each is tried with a length that is longer by one: where that makes the same network, it says nothing.
    """
    from ..network.build import propagate
    from ..network.decoding import same
    from ..network.settings import settings, with_inputs

    tried: list[tuple[str, dict[str, Any], dict[str, tuple[int, ...]]]] = [
        (name, {**request.vars, name: value + 1}, {**request.input})
        for name, value in request.vars.items()
        if type(value) is int and any(name in each.shape.names for each in spec.inputs)
    ]
    for name, (first, *others) in request.input.items():
        tried.append((f"input {name}".strip(), {**request.vars}, {**request.input, name: (first + 1, *others)}))
    for name, vars, shapes in tried:
        longer, _ = propagate(
            with_inputs(spec, shapes),
            settings(spec, vars, request.variant, shapes),
            dtype=request.dtype_for(spec.dtype),
            max_layers=request.max_layers,
            run=request.run,
            follows=network.follows,
            choices=_choices(request),
        )
        if longer is not None and same(network, longer):
            raise RequestError(
                f"{name} is the length of the input, which changes nothing while decoding: leave it out, for the context says how many tokens there are"
            )


def _choices(request: Request) -> Choices:
    """What is taken where the spec leaves a choice open."""
    from ..network.choices import Choices

    return Choices({name: value for name, value in request.choices.items() if name}, request.choices.get("", "first"))


def _lora(request: Request) -> Adapters | None:
    """The adapters that are asked for beside the spec."""
    if request.lora is None:
        return None
    from ..network.scope import Adapters

    return Adapters(request.lora, tuple(name.strip() for name in request.lora_on.split(",")), frozenset())


def _check_adapters(lora: Adapters | None) -> None:
    """Every name that adapters were asked for on was met. Raises RequestError."""
    if lora is None:
        return
    from ..network.adapters import not_met, unmet

    if name := unmet(lora):
        message, expected, hint = not_met(name, lora)
        raise RequestError(f"{message}: {hint or 'there are ' + expected}" if expected else message)
