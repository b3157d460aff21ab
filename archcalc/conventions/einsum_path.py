"""What numpy.einsum_path says an einsum costs, which fvcore, DeepSpeed and calflops read from its printed text."""

from __future__ import annotations

from math import prod

from .rule import Stated, Symbols

_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def with_batch(symbols: Symbols) -> tuple[list[str], str, dict[str, int]]:
    """The operands' and the output's labels with the batch in front, and every label's size."""
    left, _, out = "".join(symbols["equation"].split()).partition("->")
    operands = left.split(",")
    if "->" not in symbols["equation"]:
        out = "".join(sorted(label for label in set(left) if label.isalpha() and left.count(label) == 1))
    used = {label for label in left if label.isalpha()}
    spare = [label for label in _LETTERS if label not in used]
    rank = max(len(shape) - len(labels.replace("...", "")) for labels, shape in zip(operands, symbols["x"]))
    dots, batch = "".join(spare[1 : 1 + rank]), spare[0]
    sizes = {batch: symbols["batch"]}
    for index, (labels, shape) in enumerate(zip(operands, symbols["x"])):
        more = len(shape) - len(labels.replace("...", ""))
        operands[index] = batch + labels.replace("...", dots[rank - more :])
        for label, size in zip(operands[index][1:], shape):
            sizes[label] = max(size, sizes.get(label, 1))
    return operands, batch + out.replace("...", dots), sizes


def renamed(symbols: Symbols) -> str:
    """The whole equation with the batch, its labels named a, b, c, ... as they come."""
    operands, out, _ = with_batch(symbols)
    names = {label: chr(97 + index) for index, label in enumerate(dict.fromkeys("".join(operands) + out))}
    return ",".join("".join(names[label] for label in labels) for labels in operands) + "->" + "".join(names[label] for label in out)


def path_flops(symbols: Symbols) -> int:
    """Two per product that is summed and one per other product, operands joined from the left, and one; four digits as printed."""
    operands, out, sizes = with_batch(symbols)
    total, running = 0, set(operands[0])
    for number, labels in enumerate(operands[1:], 1):
        joined = running | set(labels)
        kept = joined & set(out).union(*operands[number + 1 :])
        total += prod(sizes[label] for label in joined) * (1 if kept == joined else 2)
        running = kept
    if len(operands) == 1:
        total = prod(sizes[label] for label in running) * (1 if running == set(out) else 2)
    return int(float(f"{total + 1:.3e}"))


PATH = Stated(
    "2 * the product of all sizes for each two operands that are contracted, 1 * for others, and 1; four digits of it", path_flops
)
