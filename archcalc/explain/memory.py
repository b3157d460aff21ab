"""How the bytes and the time of a layer come about: formula, numbers in, value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any

from ..core.dtypes import BITS, in_words, size_of
from ..core.figures import OF_LAYERS
from ..core.words import seconds
from ..layers.kit.keeps import BY_PRODUCTS, VALUES
from ..memory.storage import by_product_bytes
from ..memory.traffic import Work
from ..network.graph import Leaf, Tensor
from ..report.figures import read
from ..report.report import Report
from ..report.rows import Entry, Row

Made = tuple[str, str, str, Any, str]
"""A figure: its name, its formula, the formula with the numbers in, its value, and a remark."""


def bytes_and_time(row: Row, report: Report) -> list[Made]:
    """Every figure of memory and time that was asked for."""
    leaf, account = row.node, row.account
    assert isinstance(leaf, Leaf)
    if account is None or report.accounts is None:
        return []
    found: list[Made] = []
    for (kind, what), part in account.parts.items():
        bits = BITS.get(what)
        exact = bits is not None and part.bytes * 8 == part.params * bits
        formula = f"{in_words(bits)} * params" if bits is not None and exact else _state(kind, what, report)
        filled = formula.replace("params", str(part.params)) if "params" in formula else f"{part.params} params"
        name = kind.removesuffix("s").replace("copies", "copy")
        found.append((f"{name} bytes", formula, filled, part.bytes, what if exact else ""))
    found += _kept(row, leaf, report)
    before = row.alive - account.made_bytes
    found.append(("bytes alive", "alive before + made", f"{before} + {account.made_bytes}", row.alive, "at inference, while it runs"))
    inputs = " + ".join(_elements(tensor, row, report) for tensor in leaf.inputs)
    outputs = " + ".join(_elements(tensor, row, report) for tensor in (*leaf.outputs, *leaf.extra))
    weights = account.read_bytes - sum(_bytes(tensor, row.times * report.batch) for tensor in leaf.inputs)
    if account.read_bytes or account.written_bytes:
        found.append(("bytes read", "inputs + weights", f"{inputs or 0} + {weights}", account.read_bytes, ""))
        found.append(("bytes written", "outputs", outputs, account.written_bytes, ""))
    else:
        found.append(("bytes read", "0", "0", 0, "nothing is moved: its output is memory that is there already, or a weight"))
    if report.speed is not None and account.work:
        found += _time(account.work[0][0], row, report)
    return found


def _state(kind: str, what: str, report: Report) -> str:
    assert report.accounts is not None
    plan = report.accounts.plan
    return plan.optimizer.text(kind, int(what)) if kind in plan.optimizer.state_names else what


def _bytes(tensor: Tensor, samples: int) -> int:
    return size_of(prod(tensor.shape or ()) * samples, tensor.dtype)


def _elements(tensor: Tensor, row: Row, report: Report) -> str:
    """``64 * 112 * 112 * batch 8 * 4 bytes``: the bytes of a tensor."""
    sizes = [str(size) for size in tensor.shape or ()] or ["1"]
    runs = [f"{row.times} runs"] if row.times > 1 else []
    batch = [f"batch {report.batch}"] if report.batch > 1 else []
    return " * ".join([*sizes, *runs, *batch, in_words(BITS[tensor.dtype])])


def _kept(row: Row, leaf: Leaf, report: Report) -> list[Made]:
    """What the layer keeps for its backward pass, and how much of it no layer before it keeps."""
    account, accounts = row.account, report.accounts
    assert account is not None
    assert accounts is not None
    keeps, symbols = leaf.layer.keeps, leaf.result.symbols
    samples = row.times * accounts.training.batch
    words = [*(keeps.in_place if leaf.args.get("in_place") else keeps.values), *(keeps.weights if leaf.result.params else ())]
    told = [VALUES[word] for word in dict.fromkeys(words)]
    inputs = [_bytes(tensor, samples) for tensor in leaf.inputs]
    taken = inputs[:1] if "input" in words else inputs if {"inputs", "others"} & set(words) else []
    sizes = [("input", size) for size in taken]
    sizes += [("output", _bytes(leaf.outputs[0], samples))] if "output" in words else []
    sizes += [("copy", inputs[0])] if "copy" in words else []
    for name, formula in keeps.by_products:
        size = by_product_bytes(name, formula(symbols) * (1 if name == "batch_statistics" else samples), leaf.outputs[0].dtype)
        if size:
            what = name.replace("_", " ")
            told.append(f"{what} ({BY_PRODUCTS[name][1]})")
            sizes.append((f"{what} {formula.filled(symbols)} =", size))
    less = sum(size for _, size in sizes) - account.saved_activation_bytes
    remark = "in training" if told else ""
    if less > 0:
        remark += f"; {less:,} count elsewhere: a layer before keeps them, or they are the network's input, weights, or worked out anew"
    filled = ", ".join(f"{what} {size} bytes" for what, size in sizes)
    return [("bytes kept", ", ".join(told) or "nothing", filled or "0", account.saved_activation_bytes, remark)]


def _time(work: Work, row: Row, report: Report) -> list[Made]:
    """The least time on the device: what has to be computed, and what has to be moved."""
    speed, time = report.speed, row.time
    assert speed is not None
    assert time is not None
    device = speed.device
    if speed.fusion == "none":
        moved, numbers = "bytes read + bytes written", f"{work.moved.read} + {work.moved.written}"
    else:
        clock = speed.clock
        larger = f" larger than the cache of {device.cache} bytes" if device.cache else " that pass through memory"
        moved = f"values{larger}" if clock.resident else f"weights + values{larger}"
        passing = [size for size in work.moved.values if clock.passing(size)]
        numbers = " + ".join(map(str, [*([] if clock.resident else [work.moved.weights]), *passing])) or "0"
    found: list[Made] = [("bytes moved", moved, numbers, time.bytes, "")]
    if not time.operations:
        found.append(
            (
                "time",
                "bytes moved / bandwidth",
                f"{time.bytes} / {device.needed_bandwidth()}",
                seconds(time.seconds, exact=True),
                "at least",
            )
        )
        return found
    peak = device.peak(work.dtype)
    unmasked = "" if work.least == work.operations else " that are not masked"
    found.append(("operations", f"2 * MACCs in all{unmasked}", f"2 * {time.operations // 2}", time.operations, ""))
    formula = "max(operations / peak, bytes moved / bandwidth)"
    filled = f"max({time.operations} / {peak}, {time.bytes} / {device.needed_bandwidth()})"
    found.append(
        ("time", formula, filled, seconds(time.seconds, exact=True), f"at least, on {device.name} in {work.dtype}: bound by {time.bound}")
    )
    return found


def sums(entry: Entry, children: Sequence[Entry], report: Report) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The bytes and the time of a block or compound layer, each under its title: what each layer inside has of it, and all together."""
    for figure in OF_LAYERS:
        if not figure.is_amount or not figure.needs or (figure.needs == "device" and report.speed is None):
            continue
        values = [(child.name, value) for child in children if (value := read(child, figure))]
        if values:
            most = figure.adds == "most"
            values.append(("most" if most else "sum", read(entry, figure)))
            remark = "    the most at once" if most else "    at least" if figure.unit == "seconds" else ""
            yield (
                figure.title + remark,
                [(name, seconds(value, exact=True) if figure.unit == "seconds" else f"{value:,}") for name, value in values],
            )
