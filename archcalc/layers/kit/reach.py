"""To which keys a query attends, and how many pairs of the two that makes: all, those of a window, or those of a chunk."""

from __future__ import annotations

from ...core.kinds import COUNT, TRUTH
from ...core.numbers import least, most, whole
from .args import Arg, LayerError, Symbols

CAUSAL = Arg("causal", TRUTH, "whether a position attends to itself and earlier ones alone", False)
WINDOW = Arg("window", COUNT, "how many keys a position attends to at most; 0: all", 0)
CHUNK = Arg("chunk", COUNT, "of how many positions each chunk is, outside of which none of its positions attends; 0: all are one", 0)
REACH = (CAUSAL, WINDOW, CHUNK)
"""To which keys a position attends."""

PAIRS_NOTE = (
    "pairs is how many pairs of a query and a key are counted per head: L_q * min(L_k, window), or those of each chunk, masked ones among them, as papers "
    "and counters have it; with --causal half only the unmasked ones. B is the product of the leading axes."
)


def pairs(symbols: Symbols, queries: int, keys: int) -> None:
    """``pairs``: the pairs of a query and a key that one head looks at; ``seen``: the keys that some query looks at.

    The queries are the last positions of the keys. Raises LayerError where there are chunks and a window, or chunks of fewer keys than queries.
    """
    if symbols["chunk"]:
        _in_chunks(symbols, queries, keys)
        return
    window = symbols["window"] or keys
    reach = least(keys, window)
    symbols["seen"] = least(keys, window + queries - 1)
    if not (symbols["causal"] and symbols["causal_half"]):
        symbols["pairs"] = queries * reach
        return
    earlier = most(keys - queries, 0)  # query i (from 1) sees min(earlier + i, reach) keys
    rising = least(most(reach - earlier, 0), queries)
    symbols["pairs"] = rising * earlier + rising * (rising + 1) // 2 + (queries - rising) * reach


def _in_chunks(symbols: Symbols, queries: int, keys: int) -> None:
    """The same where the positions are in chunks, of which the last may be a part."""
    chunk = symbols["chunk"]
    if symbols["window"]:
        raise LayerError("a position attends within its chunk or within a window", hint="leave one of window and chunk out", arg="chunk")
    if keys < queries or (keys > queries and not symbols["context"]):
        raise LayerError(f"chunks are of one sequence, and {queries} queries and {keys} keys come in", expected="as many", arg="chunk")
    before = keys - queries
    symbols["seen"] = keys - before // chunk * chunk  # from the beginning of the first query's chunk
    if symbols["causal"] and symbols["causal_half"]:
        symbols["pairs"] = _earlier(keys, chunk) - _earlier(before, chunk)
        return
    last = begun(keys, chunk)
    in_last = least(queries, last)
    symbols["pairs"] = (queries - in_last) * chunk + in_last * last


def begun(length: int, chunk: int) -> int:
    """How many of so many positions are in the chunk of the last of them."""
    return (length - 1) % chunk + 1


def _earlier(length: int, chunk: int) -> int:
    """The pairs of a position and one that is not after it, in chunks of that many positions: chunk (chunk + 1) / 2 in each whole one."""
    rest = length % chunk
    return length // chunk * (chunk * (chunk + 1) // 2) + rest * (rest + 1) // 2


def unmasked(symbols: Symbols) -> int:
    """The pairs of a query and a key of one head that are not masked, by the symbols of a layer that counts them all."""
    alone = {**symbols, "causal_half": 1}
    pairs(alone, symbols["L_q"], symbols["L_k"])
    return whole(alone["pairs"])  # type: ignore[no-any-return]
