"""One layer as it runs: where its outputs lie in memory. What it keeps for the backward pass is next door, in keeping.py."""

from __future__ import annotations

from math import prod

from ..core.dtypes import BITS, FLOATS, size_of
from ..core.formats import cache_bits
from ..layers.kit.keeps import FLOAT32, FLOAT32_SCALED, NOTHING, Strides
from ..layers.kit.views import in_order
from ..network.graph import Leaf, Tensor
from .context import Context, Run, Way
from .keeping import Turn, keep, keep_fused
from .storage import Step, Storage, Value, tensor_bytes, there


def place(context: Context, leaf: Leaf, way: Way) -> None:
    """A layer has its turn: its step goes into the walk, and its outputs get their places."""
    run, walk, keeps = context.run, context.walk, leaf.layer.keeps
    incoming = [walk.values.get(id(tensor)) or context.value(tensor) for tensor in leaf.inputs]
    for value in incoming:
        if value.writes != value.storage.writes:
            run.stale.append(leaf.outputs[0].maker)
    step = Step(leaf, [value.storage for value in incoming])
    if context.segment is not None:
        context.segment.end()
    trained = leaf.result.params > 0 and not way.frozen
    found = _there(context, step, leaf, incoming, way, trained)
    if found is not None:
        for tensor in (*leaf.outputs, *leaf.extra):
            walk.values[id(tensor)] = found
        walk.add(step)
        return
    turn = _turn(context, step, leaf, way, trained)
    if turn.in_place:
        _overwrite(context, leaf, incoming[0])
    else:
        _outputs(context, turn, incoming, way.style)
    if keeps is not NOTHING:
        keep(context, turn)
    if keeps.core == "ends" and turn.fused and turn.grad:
        keep_fused(context, turn)
    walk.add(step)


def _there(context: Context, step: Step, leaf: Leaf, incoming: list[Value], way: Way, trained: bool) -> Value | None:
    """What a layer gives that is there already: its input, the key-value cache, weights, or a constant; None where it makes something."""
    keeps, symbols = leaf.layer.keeps, leaf.result.symbols
    if not incoming and not leaf.result.params:  # a table that no one learns: it is there as long as the block around it runs
        table = Storage(tensor_bytes(leaf.outputs[0], way.times), batched=False, grad=False)
        step.made.append(table)
        context.walk.lasting.append(table)
        return Value(table)
    if not incoming:
        return Value(Storage(0, batched=False, grad=trained, kept=True))
    if leaf.before:
        if leaf.outputs[0] is leaf.inputs[-1]:  # the new tokens, which are joined behind what was there before
            return incoming[-1]
        return incoming[0] if keeps.passes or keeps.view is not None else Value(there())
    if keeps.passes and leaf.inputs[0].dtype == leaf.outputs[0].dtype:
        if not (context.run.training and any(formula(symbols) for _, formula in keeps.by_products)):
            return incoming[0]
        context.walk.drops = True
    if leaf.layer.cache is not None and leaf.result.context:
        cache = there()
        cache.each = cache_bits(leaf.result.cached, leaf.cache_dtype), sum(features * number for features, number in leaf.result.cached)
        return Value(cache)
    return None


def _turn(context: Context, step: Step, leaf: Leaf, way: Way, trained: bool) -> Turn:
    """What a layer works on: the pieces of memory that come in, and what is made beside its outputs before it can begin."""
    keeps, sources = leaf.layer.keeps, step.used
    if keeps.core == "ends":
        step.used = [*step.used, *(needed for storage in sources for needed in storage.needs)]
    first = sources[0]
    batched, grad, core, special = first.batched, first.grad, first.core, first.cached or first.entering >= 0
    for storage in sources[1:]:
        batched, grad, core = batched or storage.batched, grad or storage.grad, core or storage.core
        special = special or storage.cached or storage.entering >= 0
    step.plain = not (core or special)
    samples = way.times * context.run.batch if batched else way.times
    run = context.run
    fused = run.fused or way.style == "fused"
    if leaf.result.params:
        sources = _cast(context, step, leaf, sources, samples)
    if keeps.spreads is not None and not fused and way.style in (FLOAT32, FLOAT32_SCALED):
        sources = _spread(run, step, leaf, sources, samples, keeps.spreads(leaf.result.symbols))
    if way.style in keeps.copies and not fused:
        sources = _copied(context, step, leaf, sources, samples, keeps.copies[way.style])
    if keeps.lasts is not None:
        lasting = Storage(size_of(keeps.lasts(leaf.result.symbols) * way.times, leaf.dtype), batched=False, grad=False)
        step.made.append(lasting)
        context.walk.lasting.append(lasting)
    return Turn(
        leaf,
        step,
        sources,
        samples,
        batched,
        grad,
        keeps.core == "starts" or (core and keeps.core != "ends"),
        fused,
        trained,
        not leaf.layer.declared and bool(leaf.args.get("in_place", False)),
        way.style,
    )


def _copied(context: Context, step: Step, leaf: Leaf, sources: list[Storage], samples: int, which: tuple[int, ...]) -> list[Storage]:
    """The sources, some of which the code copies first; the copy of the first stays until the block is done."""
    for number in which:
        source = sources[number]
        copy = Storage(tensor_bytes(leaf.inputs[number], samples), batched=source.batched, grad=source.grad)
        step.made.append(copy)
        sources = [*sources[:number], copy, *sources[number + 1 :]]
        if number == 0:
            context.walk.lasting.append(copy)
    return sources


def _spread(run: Run, step: Step, leaf: Leaf, sources: list[Storage], samples: int, times: int) -> list[Storage]:
    """The sources, the second laid out so many times over: keys or values once for each head of the queries."""
    if times == 1:
        return sources
    run.laid_out += 1
    copy = Storage(times * tensor_bytes(leaf.inputs[1], samples), batched=sources[1].batched, grad=sources[1].grad)
    step.made.append(copy)
    return [sources[0], copy]


def _cast(context: Context, step: Step, leaf: Leaf, sources: list[Storage], samples: int) -> list[Storage]:
    """The sources, those in another floating dtype than the layer's weights as copies in theirs: nothing multiplies two dtypes."""
    found = sources
    for number, tensor in enumerate(leaf.inputs):
        if tensor.dtype != leaf.dtype and tensor.dtype in FLOATS and leaf.dtype in FLOATS and BITS[tensor.dtype] != BITS[leaf.dtype]:
            size = size_of(prod(tensor.shape or ()) * samples, leaf.dtype)
            copy = Storage(size, batched=sources[number].batched, grad=sources[number].grad)
            step.made.append(copy)
            found = [*found[:number], copy, *found[number + 1 :]]
    return found


def _overwrite(context: Context, leaf: Leaf, value: Value) -> None:
    """The output lies where the input did."""
    storage = value.storage
    storage.writes += 1
    context.walk.values[id(leaf.outputs[0])] = Value(storage, value.strides)
    if storage.kept and storage.grad:
        context.run.spoiled.append(leaf.outputs[0].maker)


def _outputs(context: Context, turn: Turn, incoming: list[Value], style: str) -> None:
    """Place the outputs: in the memory of the input where they are views, in one piece with others, or in memory of their own."""
    leaf, step, values = turn.leaf, turn.step, context.walk.values
    tensors = [*leaf.outputs, *leaf.extra] if leaf.extra else leaf.outputs
    views = leaf.layer.keeps.view is not None and leaf.inputs[0].dtype == tensors[0].dtype  # another dtype is another piece of memory
    laid = _views(leaf, incoming[0], tensors) if views else [None] * len(tensors)
    samples = turn.samples
    needs: tuple[Storage, ...] = ()
    if turn.core and turn.fused:  # what is between scores and values is never there
        samples = 0
        needs = tuple([needed for storage in turn.sources for needed in (storage.needs if storage.core else [storage])])
    elif leaf.layer.keeps.core == "starts":
        context.run.scores += 1
    source = incoming[0].storage.outer
    projects = source in context.packs and leaf.layer.packed
    for tensor, strides in zip(tensors, laid):
        if strides is not None:
            values[id(tensor)] = Value(incoming[0].storage, None if strides == in_order(tensor.shape or ()) else strides)
            continue
        size = tensor_bytes(tensor, samples)
        pack = context.made_at_once.get(source) if projects else None
        if pack is not None:
            pack.bytes += size
            step.while_running = pack.bytes if style == "module" else 0  # the product, before its parts are put in order
            values[id(tensor)] = Value(pack)
            continue
        grad = (turn.grad or turn.trained) and tensor.dtype in FLOATS
        made = Storage(size, batched=turn.batched, grad=grad, core=turn.core)
        made.needs = needs
        values[id(tensor)] = Value(made)
        step.made.append(made)
        if projects:
            context.made_at_once[source] = made


def _views(leaf: Leaf, value: Value, tensors: list[Tensor]) -> list[Strides | None]:
    """How each output lies in the memory of the input; None where it is new."""
    view, shape = leaf.layer.keeps.view, leaf.inputs[0].shape or ()
    assert view is not None
    return view(leaf.result.symbols, value.strides or in_order(shape), shape, [tensor.shape or () for tensor in tensors])
