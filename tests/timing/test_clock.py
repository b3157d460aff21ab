"""Least times: one layer by hand, what fusing and a cache leave of the bytes, training steps, and that no measured network is faster."""

from __future__ import annotations

import json
from math import isclose
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archcalc
from archcalc.devices.catalogue import Device, DeviceError, find_device
from archcalc.timing.clock import Clock
from places import GOLDEN_FILES, SPECS

MEASURED = json.loads((GOLDEN_FILES / "throughputs.json").read_text())["throughputs"]

Item = Any
FILE = """
name: round
memory: 1 GB
bandwidth: {bandwidth} B/s
peak: {{float32: 1 kFLOP/s, float16: 4 kFLOP/s}}
"""


def device(bandwidth: int = 100, peak: int = 1000, cache: int | None = None, **peaks: int) -> Device:
    return Device("round", {"float32": peak, **peaks}, memory=10**9, bandwidth=bandwidth, cache=cache)


def analyzed(layers: list[Item], shape: Any, on: Device | str | None = None, **more: Any) -> archcalc.Report:
    options = {
        name: more.pop(name)
        for name in ("batch", "dtype", "fusion", "cache", "checkpoint", "optimizer", "precision", "weights", "quantise")
        if name in more
    }
    return archcalc.analyze({"input": list(shape), **more, "layers": layers}, device=on or device(), **options)


def rows(report: archcalc.Report) -> list[dict[str, Any]]:
    return [row.to_dict() for row in report.layers]


def moved(layers: list[Item], shape: Any, on: Device | None = None, **more: Any) -> list[int]:
    return [row["moved_bytes"] for row in rows(analyzed(layers, shape, on, **more))]


def parts(layers: list[Item], shape: Any, on: Device | None = None, **more: Any) -> dict[str, int]:
    """Moved bytes of the parts of the last row."""
    return {part.type: part.to_dict()["moved_bytes"] for part in analyzed(layers, shape, on, **more).layers[-1].parts}


def step(report: archcalc.Report, on: Device | None = None, fusion: str = "full") -> Any:
    account = report.totals.account
    assert account is not None
    return Clock(on or device(), account.weight_bytes, fusion=fusion).step(account)


# One layer

CONV: list[Item] = [{"conv": {"channels": 5, "kernel": 3}}]
"""On [3, 8, 8]: 5 * 6 * 6 outputs of 27 products each, 140 weights."""
OPERATIONS = 2 * 180 * 27
BYTES = 4 * (140 + 192 + 180)


@pytest.mark.parametrize(("bandwidth", "seconds", "bound"), [(100, 20.48, "memory"), (1000, 9.72, "compute")])
def test_a_convolution_by_hand(tmp_path: Path, bandwidth: int, seconds: float, bound: str) -> None:
    """9,720 operations at 1,000 a second; 2,048 bytes at 100 or 1,000 a second."""
    assert (OPERATIONS, BYTES) == (9_720, 2_048)
    (tmp_path / "round.yaml").write_text(FILE.format(bandwidth=bandwidth))
    report = analyzed(CONV, (3, 8, 8), str(tmp_path / "round.yaml"))
    [row] = rows(report)
    assert (row["time_seconds"], row["moved_bytes"], row["bound"]) == (seconds, BYTES, bound)
    assert report.totals.to_dict()["time_seconds"] == seconds


def test_a_batch_reads_the_weights_once() -> None:
    [row] = rows(analyzed(CONV, (3, 8, 8), device(1000), batch=7))
    assert row["moved_bytes"] == 4 * 140 + 7 * 4 * (192 + 180)
    assert row["time_seconds"] == 7 * 9.72


def test_sixteen_bits_move_half_and_have_their_own_peak() -> None:
    [row] = rows(analyzed(CONV, (3, 8, 8), device(100, float16=4000), dtype="float16"))
    assert (row["moved_bytes"], row["time_seconds"]) == (BYTES // 2, 10.24)
    [row] = rows(analyzed(CONV, (3, 8, 8), device(10**6, float16=4000), dtype="float16"))
    assert (row["bound"], row["time_seconds"]) == ("compute", 2.43)


def test_quantised_weights_are_read_in_their_few_bits() -> None:
    [row] = rows(analyzed([{"linear": 5}], (6,), dtype="float16", on=device(float16=1000), weights="int4", quantise="matrices"))
    assert row["moved_bytes"] == 2 * (6 + 5) + (30 // 2 + 2 * 5 + 2 * 5)


def test_a_table_is_read_at_the_rows_that_are_looked_up() -> None:
    """3 ids of 8 bytes, 3 rows of 5 read and written; never more rows than there are."""
    layers: list[Item] = [{"embedding": {"vocabulary": 1000, "features": 5}}]
    document = {"input": {"shape": [3], "dtype": "int64"}, "layers": layers}
    for batch in (1, 4):
        [row] = rows(archcalc.analyze(document, device=device(), batch=batch))
        assert row["moved_bytes"] == batch * 3 * (8 + 4 * 5 + 4 * 5)
    layers[0]["embedding"]["vocabulary"] = 2
    [row] = rows(archcalc.analyze(document, device=device()))
    assert row["moved_bytes"] == 3 * (8 + 4 * 5) + 2 * 4 * 5


def test_of_experts_the_fewest_are_read() -> None:
    """3 positions go through 2 of 9 experts each, and may all choose the same 2; so may those of 7 samples."""
    layers: list[Item] = [{"experts": {"experts": 9, "active": 2, "body": [{"linear": 5}]}}]
    each, position = 4 * (4 * 5 + 5), 4 * (4 + 5)
    assert moved(layers, (3, 4)) == [2 * each + 2 * 3 * position]
    assert moved(layers, (3, 4), batch=7) == [2 * each + 7 * 2 * 3 * position]


def test_what_uniform_routing_meets_stands_beside_the_bound() -> None:
    """Each of 3 positions meets an expert with a chance of 2 in 9: 9 * (1 - (7 / 9)**3) of them are met in the mean."""
    layers: list[Item] = [{"experts": {"experts": 9, "active": 2, "body": [{"linear": 5}]}}]
    report = analyzed(layers, (3, 4))
    met = 9 * (1 - (7 / 9) ** 3)
    found = report.to_dict()["time"]
    assert found["uniform_routing"]["sets_met"] == [pytest.approx(met)]
    assert found["uniform_routing"]["moved_bytes"] == found["forward"]["moved_bytes"] + round(100 * (met - 2))
    assert found["uniform_routing"]["seconds"] == found["uniform_routing"]["moved_bytes"] / 100
    assert "uniform_routing" not in analyzed(layers, (1, 4)).to_dict()["time"]  # one position meets those that it chooses
    every: list[Item] = [{"experts": {"experts": 2, "active": 2, "body": [{"linear": 5}]}}]
    assert "uniform_routing" not in analyzed(every, (3, 4)).to_dict()["time"]


def test_mixtral_decoding_four_tokens_reads_two_experts_of_eight() -> None:
    """Two sets of 3 * 4096 * 14336 bfloat16 numbers in each of 32 layers are 21 GiB; uniform routing meets 5.47 sets, 57 GiB."""
    report = archcalc.analyze(SPECS / "mixtral.yaml", device="H100", phase="decode", context=4096, batch=4)
    one = sum(2 * 3 * 4096 * 14336 for _ in range(32))
    account = report.totals.account
    assert account is not None
    experts = [(work, times) for work, times in account.work if work.sets is not None]
    assert sum(work.moved.weights * times for work, times in experts) == 2 * one == 21 * 2**30
    routed = report.to_dict()["time"]["uniform_routing"]
    assert routed["sets_met"] == [pytest.approx(5.46875)]
    assert routed["moved_bytes"] - report.totals.moved_bytes == 3.46875 * one


# What is done together

CHAIN: list[Item] = [
    {"conv": {"channels": 5, "kernel": 3, "padding": 1, "bias": False}, "name": "first"},
    "batch_norm",
    "relu",
    {"conv": {"channels": 7, "kernel": 1, "bias": False}},
    {"add": None, "from": ["previous", "wide"]},
    {"max_pool": 2},
]
CHAIN_BLOCK: list[Item] = [{"conv": {"channels": 7, "kernel": 1, "bias": False}, "name": "wide"}, {**CHAIN[0], "from": "input"}, *CHAIN[1:]]


def test_layers_that_work_element_by_element_move_nothing_when_fused() -> None:
    """On [3, 4, 4]: norm and relu are done with the convolution, an addition reads its other input, a pool stands alone."""
    plane = 4 * 4 * 4  # bytes of a channel
    weights = {"wide": 4 * 3 * 7, "first": 4 * 27 * 5, "norm": 4 * 10, "last": 4 * 5 * 7}
    fused = [
        weights["wide"] + 3 * plane + 7 * plane,
        weights["first"] + 3 * plane + 5 * plane,
        weights["norm"],
        0,
        weights["last"] + 5 * plane + 7 * plane,
        7 * plane,
        7 * plane + 7 * plane // 4,
    ]
    assert moved(CHAIN_BLOCK, (3, 4, 4)) == fused
    alone = [
        *fused[:2],
        weights["norm"] + 2 * 5 * plane,
        2 * 5 * plane,
        fused[4],
        3 * 7 * plane,
        fused[6],
    ]
    assert moved(CHAIN_BLOCK, (3, 4, 4), fusion="none") == alone


def test_views_and_dropout_move_nothing_and_copies_do() -> None:
    layers: list[Item] = [{"permute": [1, 0]}, {"reshape": [24]}, {"dropout": 0.5}, "identity", {"slice": {"stop": 7}}]
    for fusion in ("full", "none"):
        assert moved(layers, (4, 6), fusion=fusion) == [0, 2 * 4 * 24, 0, 0, 0]
    weights: list[Item] = [{"parameter": [6], "name": "free"}, {"add": None, "from": ["input", "free"]}]
    assert moved(weights, (6,), fusion="none") == [0, 3 * 4 * 6]  # the one who uses them reads them


def test_fused_attention_never_writes_its_scores() -> None:
    """Queries, keys and values in, the output out; without fusion 2 heads of 5 * 5 scores twice."""
    length, width = 5, 6
    tokens, scores, matrix = 4 * length * width, 4 * 2 * length * length, 4 * (width * width + width)
    fused = parts([{"attention": 2}], (length, width))
    assert fused == {"linear": matrix + 2 * tokens, "attention_scores": 2 * tokens, "attention_softmax": 0, "attention_values": 2 * tokens}
    alone = parts([{"attention": 2}], (length, width), fusion="none")
    assert alone == {
        "linear": matrix + 2 * tokens,
        "attention_scores": 2 * tokens + scores,
        "attention_softmax": 2 * scores,
        "attention_values": scores + 2 * tokens,
    }
    [row] = rows(analyzed([{"attention": 2}], (length, width)))
    assert row["moved_bytes"] == 4 * (matrix + 2 * tokens) + 4 * tokens


@settings(max_examples=40, deadline=None)
@given(channels=st.lists(st.integers(1, 9), min_size=1, max_size=4), batch=st.integers(1, 5), cache=st.integers(0, 5000))
def test_fusing_and_a_cache_never_make_it_slower(channels: list[int], batch: int, cache: int) -> None:
    layers = [item for number in channels for item in ({"conv": {"channels": number, "kernel": 3, "padding": 1}}, "batch_norm", "silu")]
    none, full, cached = (
        analyzed([*layers, "global_avg_pool"], (2, 5, 6), device(cache=size), batch=batch, fusion=fusion)
        for size, fusion in ((None, "none"), (None, "full"), (cache, "full"))
    )
    for one, two, three in zip(rows(none), rows(full), rows(cached), strict=True):
        assert one["time_seconds"] >= two["time_seconds"] >= three["time_seconds"]
        assert one["moved_bytes"] == one["read_bytes"] + one["written_bytes"] >= two["moved_bytes"] >= three["moved_bytes"]


# The cache


def test_what_fits_a_warm_cache_may_never_leave_it() -> None:
    """In 192 elements, out 180, weights 140: 768, 720 and 560 bytes."""
    whole = BYTES
    for cache, left in ((559, whole), (560, whole - 560), (720, 768), (767, 768), (768, 0)):
        assert moved(CONV, (3, 8, 8), device(cache=cache), cache="warm") == [left]
    assert moved(CONV, (3, 8, 8), device(cache=10**6), fusion="none", cache="warm") == [whole]


def test_a_pass_finds_the_cache_empty_and_weights_and_inputs_cross_the_memory_once() -> None:
    """Whatever the cache holds: what a layer makes may stay in it, the network's input and weights come from memory."""
    for cache, left in ((0, BYTES), (719, BYTES), (720, 768 + 560), (10**6, 768 + 560)):
        assert moved(CONV, (3, 8, 8), device(cache=cache)) == [left]
    twice: list[Item] = [{"linear": 4, "name": "one"}, {"linear": 4, "from": "input"}, {"add": None, "from": ["one", "previous"]}, "relu"]
    assert moved(twice, (4,), device(cache=10**6)) == [80 + 16, 80, 0, 0]  # the second finds the input there
    assert moved(["relu", {"linear": 4}], (4,), device(cache=10**6)) == [16, 80]
    assert moved([{"reshape": [2, 2]}, "relu"], (4,), device(cache=10**6)) == [0, 16]  # a view reads nothing
    blocks = {"unit": {"layers": [{"linear": 4}, "relu"]}}
    parallel: list[Item] = [{"unit": None, "name": "one"}, {"unit": None, "from": "input"}, {"add": None, "from": ["one", "previous"]}]
    assert moved(parallel, (4,), device(cache=10**6), blocks=blocks) == [80 + 16, 0, 80, 0, 0]


def test_weights_that_several_layers_use_cross_the_memory_once_where_they_fit_the_cache() -> None:
    """A loop over one matrix of 80 bytes; a head that reads all of a table of which rows were looked up."""
    loop: list[Item] = [{"linear": 4, "repeat": 3, "share": True}]
    assert moved(loop, (4,), device(cache=80)) == [80 + 16, 0, 0]
    assert moved(loop, (4,), device(cache=79)) == [80 + 16, 80, 80]
    layers: list[Item] = [
        {"embedding": {"vocabulary": 7, "features": 5}, "name": "table"},
        {"linear": {"features": 7, "bias": False}, "share": "table"},
    ]
    report = archcalc.analyze({"input": {"shape": [2], "dtype": "int64"}, "layers": layers}, device=device(cache=10**6))
    assert [row["moved_bytes"] for row in rows(report)] == [2 * (8 + 4 * 5), 4 * 5 * 7]


def test_weights_stay_in_a_warm_cache_only_all_together() -> None:
    """Two matrices of 4 * 4 + 4 = 20 numbers, 80 bytes each."""
    layers: list[Item] = [{"linear": 4}, {"linear": 4}]
    assert moved(layers, (4,), device(cache=159), cache="warm") == [80, 80]
    assert moved(layers, (4,), device(cache=160), cache="warm") == [0, 0]


def test_a_larger_batch_leaves_the_cache() -> None:
    assert moved(CONV, (3, 8, 8), device(cache=1000), batch=1) == [560 + 768]
    assert moved(CONV, (3, 8, 8), device(cache=1000), batch=2) == [560 + 2 * (768 + 720)]


def test_a_little_more_of_a_network_takes_a_little_longer() -> None:
    """ResNet-50 on an H100 with 1,000 classes and with 1.6 % more: weights cross the memory in both."""
    one, more = (
        archcalc.analyze(SPECS / "resnet50.yaml", variant="resnet50", vars={"classes": classes}, dtype="float16", device="H100").totals
        for classes in (1000, 1016)
    )
    assert one.moved_bytes > 2 * one.params
    assert one.time_seconds < more.time_seconds < 1.01 * one.time_seconds


# Sums


def test_the_whole_is_the_sum_of_its_layers() -> None:
    """Each layer is bound by what it is bound by: the whole takes longer than all operations or all bytes would."""
    layers: list[Item] = [
        {"linear": 100},
        {"linear": 3},
        "gelu",
        {"mlp": 7},
        {"reshape": [3, 1, 1]},
        {"conv": {"channels": 60, "kernel": 1}},
    ]
    report = analyzed([{"reshape": [4]}, *layers], (4,), device(1000, 1500), batch=50)
    totals, found = report.totals.to_dict(), rows(report)
    assert isclose(totals["time_seconds"], sum(row["time_seconds"] for row in found), rel_tol=1e-12)
    assert totals["moved_bytes"] == sum(row["moved_bytes"] for row in found)
    assert {row["bound"] for row in found if row["time_seconds"]} == {"compute", "memory"}
    assert totals["time_seconds"] > max(2 * totals["maccs"] / 1500, totals["moved_bytes"] / 1000)
    mlp = next(row for row in report.layers if row.parts)
    assert isclose(mlp.to_dict()["time_seconds"], sum(part.to_dict()["time_seconds"] for part in mlp.parts), rel_tol=1e-12)


def test_the_bound_of_several_is_what_takes_most_of_their_time() -> None:
    """The first is bound by the peak for 2 * 8 * 8 / 100 seconds, the second by its bytes for 4 * (72 + 16) / bandwidth."""
    layers: list[Item] = [{"conv": {"channels": 8, "kernel": 1, "bias": False}}, {"max_pool": 2}]
    bounds = []
    for bandwidth in (2_000, 100_000):
        totals = analyzed(layers, (8, 4, 4), device(bandwidth, 10_000)).totals.to_dict()
        bounds.append(totals["bound"])
    assert bounds == ["memory", "compute"]
    assert analyzed(["identity"], (4,)).totals.to_dict()["bound"] == ""


# A training step

STACK: list[Item] = [{"linear": 7}, {"linear": 5}, {"linear": 3}]
MATRICES = [(4, 7), (7, 5), (5, 3)]


@pytest.mark.parametrize("batch", [1, 3, 500])
def test_a_step_of_a_stack_of_linear_layers_by_hand(batch: int) -> None:
    """Backward: as many operations once more for each gradient; the first layer has that of its weights alone. Never bound by bytes."""
    on = device(10**9)
    report = analyzed(STACK, (4,), on, batch=batch)
    operations = [2 * batch * rows * columns for rows, columns in MATRICES]
    update = 2 * (1 + 2) + 1  # weights and two states are read and written, gradients read
    weights = 4 * sum(rows * columns + columns for rows, columns in MATRICES)
    found = step(report, on)
    assert found.operations == 3 * sum(operations) - operations[0]
    assert isclose(found.seconds, (3 * sum(operations) - operations[0]) / 1000 + update * weights / 10**9, rel_tol=1e-9)
    assert found.seconds >= 3 * analyzed(STACK[1:], (7,), on, batch=batch).totals.to_dict()["time_seconds"]


def test_a_product_of_two_values_and_weights_is_there_twice_more_backward() -> None:
    """The gradients of both inputs and of the weights of `bilinear`, 3 * 5 * 7, take no more than two products of the same operations."""
    layers: list[Item] = [
        {"name": "a", "linear": 3},
        {"name": "b", "linear": 5, "from": "input"},
        {"bilinear": 7, "from": ["a", "b"]},
    ]
    on = device(10**9)
    report = analyzed(layers, (4,), on)
    both, product = 2 * 4 * (3 + 5), 2 * report.layers[2].maccs
    assert step(report, on).operations == 2 * both + 3 * product


@pytest.mark.parametrize("batch", [1, 500])
def test_a_step_that_bytes_bound_by_hand(batch: int) -> None:
    """A backward pass reads the gradient of its output once for both products, reads input and weights, and writes both gradients."""
    on = device(100, 10**12)
    report = analyzed(STACK, (4,), on, batch=batch)
    total = 0
    for number, (rows, columns) in enumerate(MATRICES):
        weights, into, out = 4 * (rows * columns + columns), 4 * batch * rows, 4 * batch * columns
        total += weights + into + out  # forward
        total += weights + into + out  # of the weights
        if number:
            total += weights + into  # of the input, with the gradient of the output at hand
        total += 7 * weights  # AdamW
    found = step(report, on)
    assert (found.bytes, found.bound) == (total, "memory")
    assert isclose(found.seconds, total / 100, rel_tol=1e-12)
    alone = step(analyzed(STACK, (4,), on, batch=batch, fusion="none"), on, "none")
    assert alone.bytes - found.bytes == sum(4 * batch * columns for _, columns in MATRICES[1:])


@settings(max_examples=30, deadline=None)
@given(widths=st.lists(st.integers(1, 30), min_size=2, max_size=5), batch=st.integers(1, 50), peak=st.integers(1, 10**5))
def test_a_step_takes_three_times_the_forward_pass_of_all_trained_layers_but_the_first(widths: list[int], batch: int, peak: int) -> None:
    on = device(1000, peak)
    layers = [{"linear": width} for width in widths]
    whole = step(analyzed(layers, (6,), on, batch=batch, fusion="none"), on, "none").seconds
    forward = [row["time_seconds"] for row in rows(analyzed(layers, (6,), on, batch=batch, fusion="none"))]
    assert whole >= (3 * sum(forward) - forward[0]) * (1 - 1e-12)


def test_frozen_layers_have_one_gradient_or_none() -> None:
    """A frozen backbone runs forward alone; behind a trained layer it passes the gradient on, and has none of its own."""
    on = device(10**12)
    operations = [2 * rows * columns for rows, columns in MATRICES]
    head = [{**STACK[0], "frozen": True}, {**STACK[1], "frozen": True}, STACK[2]]
    assert step(analyzed(head, (4,), on), on).operations == sum(operations) + operations[2]
    middle = [STACK[0], {**STACK[1], "frozen": True}, STACK[2]]
    assert step(analyzed(middle, (4,), on), on).operations == sum(operations) + operations[0] + operations[1] + 2 * operations[2]


def test_checkpoints_run_forward_once_more() -> None:
    """full: all that is in blocks; selective: the inside of attention."""
    on = device(10**12)
    blocks = {"unit": {"layers": [{"linear": 9}, "gelu", {"linear": 7}]}}
    layers: list[Item] = [{"linear": 7}, "unit", "unit", {"linear": 3}]
    none, full, every = (step(analyzed(layers, (4,), on, blocks=blocks, checkpoint=text), on) for text in ("none", "full", "every=2"))
    assert full.operations - none.operations == 2 * 2 * (7 * 9 + 9 * 7)
    assert every.operations == full.operations
    assert full.bytes - none.bytes == 2 * 4 * (2 * (7 * 9) + 9 + 7 + 2 * (7 + 9))
    length, width = 5, 6
    attention: list[Item] = [{"linear": width}, {"attention": 2}]
    plain, selective = (step(analyzed(attention, (length, 4), on, checkpoint=text), on) for text in ("none", "selective"))
    assert selective.operations - plain.operations == 2 * length * length * width  # the scores; the values' product is done
    assert step(analyzed(attention, (length, 4), on, checkpoint="full"), on).operations - plain.operations == 2 * (
        4 * length * width * width + 2 * length * length * width
    )


@pytest.mark.parametrize(
    ("optimizer", "precision", "each"),
    [
        ("sgd", "uniform", 2 * 4 + 4),
        ("momentum", "uniform", 2 * (4 + 4) + 4),
        ("adamw", "uniform", 2 * (4 + 8) + 4),
        ("adamw", "mixed", 2 + 2 * (4 + 8) + 2),  # the weights are written alone: their master copies are read
        ("adamw", "mixed-float32-gradients", 2 + 2 * (4 + 8) + 4),
        ("adamw", "mixed-without-master", 2 * (2 + 8) + 2),
        ("lion", "autocast", 2 * (4 + 4) + 4),
    ],
)
def test_an_update_reads_and_writes_weights_and_states_and_reads_gradients(optimizer: str, precision: str, each: int) -> None:
    on = device(100, float16=1000, bfloat16=1000)
    document = {"input": [4], "dtype": "float16" if precision != "uniform" else "float32", "layers": [{"linear": 7}]}
    trained, frozen = (
        step(
            archcalc.analyze({**document, "layers": [{"linear": 7, "frozen": yes}]}, device=on, optimizer=optimizer, precision=precision),
            on,
        )
        for yes in (False, True)
    )
    size = 4 if precision == "uniform" else 2
    backward = size * (35 + 4 + 7)  # the gradient of the weights
    assert trained.bytes - frozen.bytes == backward + each * 35


def test_operations_are_all_products_and_the_bound_counts_those_that_are_needed() -> None:
    """Of causal attention of 5 tokens in 2 heads of 3 features, 5 * 5 pairs of which 15 are not masked."""
    report = analyzed(
        [{"linear": 6}, {"attention": {"heads": 2, "causal": True}}, {"linear": 7}], (5, 4), device(10**12), checkpoint="selective"
    )
    found = report.to_dict()["time"]
    forward, training = found["forward"], found["training_step"]
    masked = 2 * 2 * 2 * 10 * 3
    assert forward["operations"] == 2 * report.totals.maccs
    assert forward["bound_operations"] == forward["operations"] - masked
    assert training["operations"] == 3 * forward["operations"] - 2 * 5 * 4 * 6  # the network's input has no gradient
    assert training["bound_operations"] == training["operations"] - 3 * masked + 2 * 2 * 15 * 3  # scores anew


def test_a_training_says_for_which_batch_it_holds_and_what_the_optimizer_takes() -> None:
    """6 tokens a sample, 1,200 tokens: 200 steps at batch 1 and 50 at batch 4, each with the optimizer's bytes; the products are the same."""
    found = {}
    for batch in (1, 4):
        document = {"input": {"shape": [6], "dtype": "int64"}, "layers": [{"embedding": {"vocabulary": 20, "features": 8}}, {"linear": 5}]}
        report = archcalc.analyze(document, device=device(100), batch=batch, tokens=1200)
        found[batch] = report.to_dict()["time"]
        update = 7 * 4 * (20 * 8 + 8 * 5 + 5)
        assert found[batch]["optimizer_step"] == {"moved_bytes": update, "seconds": update / 100}
        training = found[batch]["training"]
        assert (training["steps"], training["tokens_per_step"]) == (200 / batch, 6 * batch)
        assert isclose(training["optimizer_seconds"], update / 100 * 200 / batch)
        assert isclose(training["seconds_any_batch"], 1200 * 3 * 2 * 8 * 5 / 1000)
        assert training["seconds_any_batch"] < training["seconds_at_least"] - training["optimizer_seconds"]
    assert found[4]["training"]["seconds_at_least"] < found[1]["training"]["seconds_at_least"]


# Bounds


@pytest.mark.parametrize("row", MEASURED, ids=lambda row: f"{row['model']}-{row['device']}-{row['dtype']}-{row['mode']}-{row['batch']}")
def test_no_measured_network_is_faster_than_its_bound(row: dict[str, Any]) -> None:
    assert 0 < share(row) <= 1


def share(row: dict[str, Any]) -> float:
    """Of the most images per second that the bound allows, how many were measured."""
    spec, vars = SPECS / f"{row['spec']}.yaml", row["vars"] or None
    report = archcalc.analyze(spec, variant=row["variant"], vars=vars, batch=row["batch"], dtype=row["dtype"], memory=True)
    account = report.totals.account
    assert account is not None
    clock = Clock(find_device(row["device"]), account.weight_bytes)
    time = clock.step(account) if row["mode"] == "training" else clock.forward(account)
    return float(row["images_per_second"] * time.seconds / row["batch"])


def test_the_bound_is_no_trivial_one() -> None:
    """The fastest come near it, in inference and in training; without fusion and a cache some would be beyond."""
    best = {mode: max(share(row) for row in MEASURED if row["mode"] == mode) for mode in ("inference", "training")}
    assert best["inference"] > 0.8
    assert best["training"] > 0.2


# What can't be timed


def test_a_device_without_a_peak_for_the_dtype_is_an_error() -> None:
    with pytest.raises(DeviceError) as caught:
        analyzed([{"linear": 3}], (4,), device(int8=3), dtype="float64")
    assert str(caught.value) == "round has no float64 peak: it has float32, int8"
    assert isinstance(caught.value, archcalc.RequestError)


def test_sixteen_bits_take_the_rate_of_float32_where_nothing_else_is_published_and_a_note_says_so() -> None:
    """Half the bytes at the same rate of operations, as on Apple's M1 and M2."""
    for dtype in ("float16", "bfloat16"):
        report = analyzed(CONV, (3, 8, 8), dtype=dtype)
        assert rows(report)[0]["time_seconds"] == BYTES / 2 / 100
        assert rows(analyzed(CONV, (3, 8, 8), device(10**6), dtype=dtype))[0]["time_seconds"] == 9.72
        told = f"round has no peak for {dtype}: operations are taken at its float32 rate, bytes in {dtype}"
        assert told in report.notes
        assert report.to_dict()["time"]["forward"]["utilization"] == 9.72 / 10.24
    assert not [note for note in analyzed(CONV, (3, 8, 8)).notes if "peak" in note]
    llama: dict[str, Any] = {"phase": "decode", "context": 4096}
    m1, halved = (archcalc.analyze(SPECS / "llama2.yaml", dtype=dtype, device="m1", **llama).totals for dtype in ("float32", "float16"))
    assert m1.time_seconds == pytest.approx(2 * halved.time_seconds)


def test_a_training_adds_up_in_float32_and_an_inference_takes_the_highest_rate() -> None:
    """As GeForce cards do half of their float16 operations with sums in float32: a forward pass of 100 operations at 50 a second, and in a
    training 200 of them at 25: the network's input has no gradient."""
    geforce = Device("geforce", {"float16": 50, "bfloat16": 25}, memory=10**9, bandwidth=10**9, float32_sums={"float16": 25})
    report = archcalc.analyze(
        {"input": [5], "layers": [{"linear": {"features": 10, "bias": False}}]}, device=geforce, dtype="float16", images=7, mfu=0.5
    )
    found = report.to_dict()["time"]
    assert found["forward"]["seconds"] == 2
    assert found["training_step"]["seconds"] == pytest.approx(8)
    assert found["training_step"]["utilization"] == pytest.approx(1)
    assert found["training"]["seconds_at_mfu"] == 7 * 200 / 25 / 0.5
    told = (
        "geforce does 50 FLOP/s in float16 where products are added up in no more bits, at which a forward pass is taken, and 25 FLOP/s where they "
        "are added up in float32, as most programs do"
    )
    assert f"{told}, at which a training step is taken" in report.notes
    inference = archcalc.analyze({"input": [5], "layers": [{"linear": 10}]}, device=geforce, dtype="float16", weights="int8")
    assert told in inference.notes
    other = archcalc.analyze({"input": [5], "layers": [{"linear": {"features": 10, "bias": False}}]}, device=geforce, dtype="bfloat16")
    assert other.to_dict()["time"]["forward"]["seconds"] == 4
    assert not any("geforce" in note for note in other.notes)


def test_a_device_without_a_peak_times_layers_that_multiply_nothing() -> None:
    report = analyzed([{"max_pool": 2}], (3, 4, 4), device(int8=3), dtype="bfloat16")
    assert report.totals.to_dict()["moved_bytes"] == 2 * 3 * (16 + 4)


def test_a_device_without_a_bandwidth_is_an_error() -> None:
    with pytest.raises(DeviceError) as caught:
        analyzed([{"linear": 3}], (4,), Device("closed", {"float32": 7}))
    assert str(caught.value) == "closed has no bandwidth figure: write a device file with one"


@pytest.mark.parametrize("sources", ["[map, gate]", "[gate, map]"])
def test_the_largest_input_of_a_fused_layer_stays_where_it_is(sources: str) -> None:
    """Whichever comes first: the map comes out of the layer before, and the gate is small enough for the cache."""
    spec = {
        "input": [3, 224, 224],
        "layers": [
            {"name": "map", "conv": {"channels": 64, "kernel": 3, "padding": 1}},
            {"name": "gate", "global_avg_pool": {"keep": True}},
            {"name": "gated", "multiply": None, "from": sources.strip("[]").split(", ")},
        ],
    }
    report = archcalc.analyze(spec, device="a100", batch=16)
    assert next(row for row in report.layers if row.name == "gated").to_dict()["moved_bytes"] == 0


def test_an_adapter_is_done_with_the_layer_beside_it() -> None:
    """One kernel reads what comes in once, and adds to what goes out; the adapter's backward pass reads what came in once more, for the gradient
    of its first matrix. Without fusion each layer reads and writes for itself."""
    layers = [{"linear": {"features": 6, "bias": False}}, {"name": "a", "lora_linear": {"features": 7, "rank": 2, "bias": False}}]
    document = {"input": [5, 4], "layers": layers}
    on = device(100, float32=10**9)
    reports = [archcalc.analyze(document, device=on, batch=3, fusion=fusion) for fusion in ("full", "none")]
    times = [{part.name.rpartition(".")[2]: part.time.bytes for part in report.layers[1].parts if part.time} for report in reports]
    samples = 4 * 3 * 5
    assert times[0] == {"base": 4 * 6 * 7 + samples * (6 + 7), "down": 4 * 6 * 2, "up": 4 * 2 * 7, "add": 0}
    assert times[1] == {
        "base": 4 * 6 * 7 + samples * (6 + 7),
        "down": 4 * 6 * 2 + samples * (6 + 2),
        "up": 4 * 2 * 7 + samples * (2 + 7),
        "add": samples * 3 * 7,
    }
    report = reports[0]
    assert report.speed is not None
    assert report.speed.step is not None
    assert report.speed.update is not None
    moved = report.speed.step.bytes - report.speed.update.bytes
    adapted = 2 * times[0]["base"] + 3 * (4 * 6 * 2 + 4 * 2 * 7) + samples * 6
    before = report.layers[0].time
    assert before is not None
    assert moved - adapted == 2 * before.bytes  # the first layer: forward, and backward for its weights alone


def test_a_bound_with_adapters_is_that_of_the_layers_beside_them_and_of_their_own_products() -> None:
    on = device(10**9, float32=1000)
    layers = [{"linear": {"features": 7, "bias": False}}]
    plain = archcalc.analyze({"input": [5, 4], "layers": layers}, device=on)
    adapted = archcalc.analyze({"input": [5, 4], "layers": layers}, device=on, lora=2, lora_on="linear")
    assert plain.speed is not None
    assert adapted.speed is not None
    assert adapted.speed.forward.seconds - plain.speed.forward.seconds == pytest.approx(2 * 5 * 2 * (4 + 7) / 1000)
