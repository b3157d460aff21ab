"""How the bytes of one layer come about, from what its account was made of."""

from __future__ import annotations

from collections.abc import Iterator

from ..core.amounts import in_formula
from ..core.derivation import Derivation
from ..core.dtypes import BITS, bytes_of, in_words
from ..core.formats import TYPES, begun, cache_bits
from ..layers.kit.keeps import BY_PRODUCTS, MADE, VALUES
from ..network.graph import Leaf
from .account import Account
from .keeping import FUSED
from .plan import Plan
from .storage import tensor_bytes, tensor_in_words
from .traffic import Sets, Traffic
from .weights import Part, units_of

INSIDE = "what is between its scores and its values"
"""What fused attention never has in memory."""


def derivations(
    leaf: Leaf, account: Account, alive: int, *, runs: int, batch: int, plan: Plan, trains: bool = True
) -> Iterator[Derivation]:
    """Every figure of the bytes of a layer that runs so often for a sample, while so many bytes are ``alive``; ``trains``: those of a training too."""
    yield from weights(account, plan, trains=trains)
    if trains:
        yield _kept(leaf, account)
    before = f"{alive - account.made_bytes} + {account.made_bytes}"
    yield Derivation("bytes alive", "alive before + made", before, alive, "at inference, while it runs")
    yield from _moved(leaf, account, runs, batch)
    if leaf.result.cached:
        yield from _cache(leaf, runs, batch)


def _moved(leaf: Leaf, account: Account, runs: int, batch: int) -> Iterator[Derivation]:
    """What a layer by itself reads and writes."""
    (work, _), *_ = account.work
    moved, state = work.moved, work.moved.state
    fused = f"attention is fused: {INSIDE} is never in memory" if moved.fused else ""
    if not (account.read_bytes or account.written_bytes):
        why = fused or "nothing is moved: its output is memory that is there already, or a weight"
        yield Derivation("bytes read", "0", "0", 0, why)
        return
    if work.sets is not None:
        yield _sets(work.sets)
    terms = [("inputs", _inputs(leaf, moved, runs, batch)), ("weights", str(moved.held))]
    terms += [("cache", str(moved.own))] if moved.own else []
    terms += [("state", str(state))] if state else []
    yield Derivation("bytes read", " + ".join(what for what, _ in terms), " + ".join(size for _, size in terms), account.read_bytes, fused)
    outputs = " + ".join(tensor_in_words(tensor, runs, batch) for tensor in (*leaf.outputs, *leaf.extra))
    if state:
        yield Derivation("bytes written", "outputs + state", f"{account.written_bytes - state} + {state}", account.written_bytes)
    elif leaf.layer.cache is not None:
        new = f"{account.written_bytes} bytes"
        yield Derivation("bytes written", "new tokens in the cache", new, account.written_bytes, f"in {leaf.cache_dtype}, of {leaf.dtype}")
    else:
        yield Derivation("bytes written", "outputs", outputs if account.written_bytes else "0", account.written_bytes)


def _inputs(leaf: Leaf, moved: Traffic, runs: int, batch: int) -> str:
    """What is read of each input, with the numbers in: all of it, or of a cache as it is held, or of a window."""
    told = []
    for tensor, size in zip(leaf.inputs, moved.inputs):
        if size == tensor_bytes(tensor, runs * batch):
            told.append(tensor_in_words(tensor, runs, batch))
        elif size:
            told.append(f"{size} bytes")
    return " + ".join(told) or "0"


def _cache(leaf: Leaf, runs: int, batch: int) -> Iterator[Derivation]:
    """What a layer keeps of each token, and of all tokens for all samples."""
    vectors, held_in, tokens = leaf.result.cached, leaf.cache_dtype, leaf.result.kept
    bits = runs * cache_bits(vectors, held_in)
    format, often = TYPES.get(held_in), f" * {runs} runs" if runs > 1 else ""
    remark = f"in {held_in}"
    if format is None:
        formula = f"{in_words(BITS[held_in])} * elements"
        numbers = f"{in_words(BITS[held_in])} * ({' + '.join(f'{number} * {features}' for features, number in vectors)}){often}"
    else:
        each = f"{bytes_of(format.block_bits)} bytes"
        formula = f"{each} * blocks of {format.block}"
        numbers = f"{each} * ({' + '.join(f'{number} * {-(-features // format.block)}' for features, number in vectors)}){often}"
        remark += ", a block that is begun counts whole" if begun(vectors, held_in) else ""
    yield Derivation("bytes a token", formula, numbers, bytes_of(bits), remark)
    of_all = f"{in_words(bits)} * {tokens}" + (f" * batch {batch}" if batch > 1 else "")
    yield Derivation("cache bytes", "bytes a token * tokens * samples", of_all, bytes_of(bits * tokens * batch))


def weights(account: Account, plan: Plan, *, trains: bool = True) -> Iterator[Derivation]:
    """What is held for the weights of a layer; ``trains``: for a training of them too."""
    for (kind, what), part in account.parts.items():
        if trains or kind == "weights":
            yield _part(kind, what, part, plan)


def _sets(sets: Sets) -> Derivation:
    """How many experts are counted as read, and why."""
    return Derivation("experts read", "active", str(sets.active), sets.active, experts_in_words(sets))


def experts_in_words(sets: Sets) -> str:
    """Why so few are counted as read, and beside it what uniform routing would meet."""
    told = f"of {sets.held:,}: the fewest that can be read, as all positions may choose the same"
    if sets.positions == 1:
        return told
    chance = f"{sets.held} * (1 - (1 - {sets.active} / {sets.held})**{sets.positions})"
    return f"{told}; uniform routing would meet {chance} = {sets.expected:.2f}, an expectation"


def _part(kind: str, what: str, part: Part, plan: Plan) -> Derivation:
    """What is held for params of one kind; behind it in what."""
    name = f"{kind.removesuffix('s').replace('copies', 'copy')} bytes"
    formula, numbers = in_formula(units_of(kind, what, plan), part.counts, part.bytes)
    return Derivation(name, formula, numbers, part.bytes, "" if kind in plan.optimizer.state_names else what)


def _kept(leaf: Leaf, account: Account) -> Derivation:
    """What the layer keeps for its backward pass, and how much of it no layer before it keeps."""
    told: dict[str, None] = {}
    numbers = []
    for word, size, _ in account.keeps:
        told[_told(word)] = None
        numbers.append(f"{_of(word, leaf)} {size} bytes")
    kept = account.saved_activation_bytes
    less = sum(size for _, size, _ in account.keeps) - kept
    if less < 0:  # the first layer of a block that is worked out anew
        told["what comes into the block"] = None
        numbers.append(f"into the block {-less} bytes")
    remark = "in training" if told else ""
    if less > 0:
        remark += f"; {less:,} count elsewhere: a layer before keeps them, or they are the network's input, weights, or worked out anew"
    return Derivation("bytes kept", ", ".join(told) or "nothing", ", ".join(numbers) or "0", kept, remark)


def _told(word: str) -> str:
    if word in VALUES:
        return VALUES[word]
    if word == FUSED:
        return "a number for each row of the scores, in float32"
    return f"{word.replace('_', ' ')} ({BY_PRODUCTS[word][1]})"


def _of(word: str, leaf: Leaf) -> str:
    """What has the bytes: a value, or a by-product with its number of elements."""
    if word in VALUES:
        return word.replace("_", " ") if word in ("output", "copy", *MADE) else "input"
    keeps = leaf.layer.keeps
    ways = (keeps, *keeps.ways.values())
    formula = {name: formula for way in reversed(ways) for name, formula in way.by_products}.get(word)
    name = word.replace("_", " ")
    return name if formula is None else f"{name} {formula.filled(leaf.result.symbols)} ="
