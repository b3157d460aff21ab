"""Recurrent layers, embeddings and products of inputs: golden cases, loops that count, laws, and what does not fit."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archcalc
import oracle.product
import oracle.recurrent
from archcalc import layers
from archcalc.layers.kit.args import LayerError
from archcalc.layers.kit.result import Result
from oracle import OPERATIONS, Machine, Tensor, indices, measure, shape_of, tensor
from spec_help import analyzed, errors, layer_errors
from torch_cases import SEQUENCE_CASES, Case, case_id, output_shape, translate

Args = dict[str, Any]
Item = Any
Shapes = list[list[int]]
Layer = Callable[..., Tensor]

KINDS = ("rnn", "gru", "lstm")
TORCH_STACKS, TORCH_CELLS = ("RNN", "GRU", "LSTM"), ("RNNCell", "GRUCell", "LSTMCell")


def examples(number: int) -> settings:
    return settings(max_examples=number, deadline=None)


def counted(*, items: list[Item], shapes: Shapes, dtype: str | None = None, batch: int = 1, **more: Any) -> Any:
    """The report of items on inputs that are called ``input_0``, ``input_1``, ..."""
    inputs = {f"input_{number}": {"shape": shape, "dtype": dtype} if dtype else shape for number, shape in enumerate(shapes)}
    return archcalc.analyze({"inputs": inputs, "layers": items, **more}, batch=batch)


def figures(report: Any) -> tuple[Any, ...]:
    return report.outputs, report.totals.params, report.totals.operations


def operations(**counts: int) -> dict[str, int]:
    return dict.fromkeys(OPERATIONS, 0) | counts


def applied(kind: str, shapes: Shapes, **args: Any) -> Result:
    """The layer type on shapes, its other arguments at their defaults."""
    layer = layers.find(kind)
    assert layer is not None
    assert set(args) <= set(layer.arg_names)
    whole = {arg.name: arg.convert(args[arg.name]) if arg.name in args else arg.default for arg in layer.args}
    return layer.apply(whole, [tuple(shape) for shape in shapes])


# Golden cases

STACKS = [case for case in SEQUENCE_CASES if case["torch"] in TORCH_STACKS]
CELLS = [case for case in SEQUENCE_CASES if case["torch"] in TORCH_CELLS]
EMBEDDINGS = [case for case in SEQUENCE_CASES if case["torch"] == "Embedding"]


def golden(case: Case, *, batch: int | None = None, outputs: list[str] | None = None) -> Any:
    document, own = translate(torch=case["torch"], args=case["args"], inputs=case["input"])
    return archcalc.analyze(document | ({"outputs": outputs} if outputs else {}), batch=batch or own)


def test_the_golden_cases_are_there() -> None:
    assert {case["torch"] for case in STACKS} == set(TORCH_STACKS)
    assert {case["torch"] for case in CELLS} == set(TORCH_CELLS)
    assert min(len(STACKS), len(CELLS), len(EMBEDDINGS)) > 5


@pytest.mark.parametrize("case", [*STACKS, *CELLS, *EMBEDDINGS], ids=case_id)
def test_golden_output_shape_and_params(case: Case) -> None:
    report = golden(case)
    assert report.outputs == [output_shape(case=case)]
    assert (report.totals.params, report.totals.trainable_params) == (case["params"], case["params"])


@pytest.mark.parametrize("case", STACKS, ids=case_id)
def test_golden_last_states(case: Case) -> None:
    """PyTorch puts the batch second: [layers * directions, batch, features]."""
    kind = case["torch"].lower()
    _, last = case["output"]
    wanted = last if kind == "lstm" else [last]
    names = [f"{kind}.state", f"{kind}.cell"][: len(wanted)]
    assert golden(case, outputs=names).outputs == [[shape[0], *shape[2:]] for shape in wanted]


@pytest.mark.parametrize("case", [case for case in CELLS if case["torch"] == "LSTMCell"], ids=case_id)
def test_golden_cell_of_lstm_cell(case: Case) -> None:
    assert golden(case, outputs=["lstm_cell", "lstm_cell.cell"]).outputs == [shape[1:] for shape in case["output"]]


@pytest.mark.parametrize("case", STACKS, ids=case_id)
def test_golden_maccs_of_stacks(case: Case) -> None:
    """PyTorch's counter sees no LSTM but one with a projection; torchinfo has a multiplication for each param and step."""
    report = golden(case)
    assert report.totals.maccs + report.totals.operations["weight_adds"] == case["torchinfo"]
    if case["torch"] != "LSTM" or case["args"].get("proj_size"):
        assert 2 * report.totals.maccs == case["torch_flop_counter"]
        assert golden(case, batch=1).totals.flops == case["ptflops_aten_batch1"]


@pytest.mark.parametrize("case", CELLS, ids=case_id)
def test_golden_maccs_of_cells(case: Case) -> None:
    report = golden(case)
    assert 2 * report.totals.maccs == case["torch_flop_counter"]
    assert report.totals.maccs == case["fvcore"]
    assert golden(case, batch=1).totals.flops == case["ptflops_aten_batch1"]


@pytest.mark.parametrize("case", EMBEDDINGS, ids=case_id)
def test_golden_embeddings_multiply_nothing(case: Case) -> None:
    assert golden(case).totals.operations == operations()
    assert case["torch_flop_counter"] == case["fvcore"] == 0


# Loops that count


def assert_as_counted(*, kind: str, layer: Layer, shapes: Shapes, args: Args, written: Args, dtype: str | None = None) -> None:
    """The layer of that ``kind`` with the arguments ``written`` gives what the loops of ``layer`` measured."""
    measured = measure(layer, shapes=shapes, batch=2, **args)
    item = {kind: written, "from": [f"input_{number}" for number in range(len(shapes))]}
    report = counted(items=[item], shapes=shapes, dtype=dtype, batch=2)
    assert figures(report) == ([measured.output], measured.params, measured.operations)


def drawn(data: st.DataObject, count: int, *, high: int = 5) -> list[int]:
    return data.draw(st.lists(st.integers(1, high), min_size=count, max_size=count, unique=True))


def own_args(data: st.DataObject, kind: str, *, stack: bool, hidden: int) -> Args:
    """Arguments that only one kind has."""
    if kind == "rnn":
        return {"activation": data.draw(st.sampled_from(["tanh", "relu"]))}
    return {"projection": data.draw(st.sampled_from([None, hidden + 1, 2]))} if kind == "lstm" and stack else {}


def first_of(layer: Callable[..., list[Tensor]], which: int = 0) -> Layer:
    """One of the tensors that recurrent loops give."""
    return lambda *tensors, **args: layer(*tensors, **args)[which]


@pytest.mark.parametrize("kind", KINDS)
@examples(25)
@given(data=st.data())
def test_recurrent_layers(kind: str, data: st.DataObject) -> None:
    *leading, length, features, hidden = drawn(data, data.draw(st.integers(3, 4)))
    args: Args = {"hidden": hidden, "layers": data.draw(st.integers(1, 3))}
    args |= {name: data.draw(st.booleans()) for name in ("bias", "bidirectional")} | own_args(data, kind, stack=True, hidden=hidden)
    args["biases"] = data.draw(st.sampled_from([1, 2]))
    projection = args.get("projection") or hidden
    rows = args["layers"] * (1 + args["bidirectional"])
    states = [[*leading, rows, projection], [*leading, rows, hidden]][: 2 if kind == "lstm" else 1]
    shapes = [[*leading, length, features], *(states if data.draw(st.booleans()) else [])]
    written = {name: value for name, value in args.items() if value is not None}
    assert_as_counted(kind=kind, layer=first_of(oracle.recurrent.recurrent), shapes=shapes, args=args | {"kind": kind}, written=written)
    item = {kind: written, "from": [f"input_{number}" for number in range(len(shapes))], "name": "it"}
    last = counted(items=[item], shapes=shapes, outputs=["it.state", "it.cell"][: len(states)]).outputs
    loops = [first_of(oracle.recurrent.recurrent, 1 + number) for number in range(len(states))]
    assert last == states == [measure(each, shapes=shapes, kind=kind, **args).output for each in loops]


@pytest.mark.parametrize("kind", KINDS)
@examples(20)
@given(data=st.data())
def test_cells(kind: str, data: st.DataObject) -> None:
    *leading, features, hidden = drawn(data, data.draw(st.integers(2, 4)))
    args = {"hidden": hidden, "bias": data.draw(st.booleans())} | own_args(data, kind, stack=False, hidden=hidden)
    args["biases"] = data.draw(st.sampled_from([1, 2]))
    states = [[*leading, hidden]] * (2 if kind == "lstm" else 1)
    shapes = [[*leading, features], *(states if data.draw(st.booleans()) else [])]
    assert_as_counted(kind=f"{kind}_cell", layer=first_of(oracle.recurrent.cell), shapes=shapes, args=args | {"kind": kind}, written=args)


@pytest.mark.parametrize(
    ("item", "features", "params"),
    [
        ({"lstm": {"hidden": 256, "biases": 1}}, 4096, 4_457_472),
        ({"gru": {"hidden": 20, "biases": 1}}, 13, 2_040),
        ({"gru": {"hidden": 16, "biases": 1, "bidirectional": True}}, 15, 3_072),
        ({"gru": {"hidden": 20}}, 13, 2_100),
        ({"gru_cell": {"hidden": 20, "biases": 1}}, 13, 2_040),
    ],
)
def test_params_as_keras_has_them(item: Args, features: int, params: int) -> None:
    """model.summary() of Keras: one bias for each gate, GRU with reset_after=False."""
    assert counted(items=[item], shapes=[[7, features]]).totals.params == params


@examples(30)
@given(data=st.data())
def test_embedding(data: st.DataObject) -> None:
    shape = drawn(data, data.draw(st.integers(1, 3)))
    everything = len(list(indices(shape)))
    args: Args = {"vocabulary": data.draw(st.integers(1, everything)), "features": data.draw(st.integers(1, 6))}
    assert_as_counted(kind="embedding", layer=oracle.product.embedding, shapes=[shape], args=args, written=args, dtype="int64")
    args["mode"] = data.draw(st.sampled_from(["sum", "mean", "max"]))
    assert_as_counted(kind="embedding_bag", layer=oracle.product.embedding_bag, shapes=[shape], args=args, written=args, dtype="int32")


@examples(20)
@given(data=st.data())
def test_position_embedding_and_class_token(data: st.DataObject) -> None:
    *leading, length, features = drawn(data, data.draw(st.integers(2, 4)))
    shapes, count = [[*leading, length, features]], data.draw(st.integers(1, 3))
    for written in ({"length": length}, {"length": length, "features": features}):
        assert_as_counted(kind="position_embedding", layer=oracle.product.position_embedding, shapes=shapes, args={}, written=written)
    assert_as_counted(kind="class_token", layer=oracle.product.class_token, shapes=shapes, args={"count": count}, written={"count": count})


@examples(60)
@given(data=st.data())
def test_matmul(data: st.DataObject) -> None:
    *leading, n, k, m = drawn(data, data.draw(st.integers(3, 5)))
    shapes = []
    for last in ([n, k], [k, m]):
        stretched = [data.draw(st.sampled_from([size, 1])) for size in leading]
        shapes.append([*stretched[data.draw(st.integers(0, len(leading))) :], *last])
    for number, vector in enumerate(data.draw(st.tuples(st.booleans(), st.booleans()))):
        shapes[number] = [k] if vector else shapes[number]
    assert_as_counted(kind="matmul", layer=oracle.product.matmul, shapes=shapes, args={}, written={})


SIZES = {"a": 2, "b": 3, "c": 4, "d": 1}


@examples(150)
@given(data=st.data())
def test_einsum(data: st.DataObject) -> None:
    terms = data.draw(st.lists(st.text("abcd", min_size=0, max_size=3), min_size=1, max_size=3))
    known = sorted(set("".join(terms)))
    out = "".join(data.draw(st.lists(st.sampled_from(known), unique=True))) if known else ""
    shapes = [[SIZES[label] for label in term] for term in terms]
    written = {"equation": f"{', '.join(terms)} -> {out}"}
    layer = partial(oracle.product.einsum, terms=terms, out=out)
    item = {"einsum": written, "from": [f"input_{number}" for number in range(len(shapes))]}
    measured = measure(layer, shapes=shapes)
    result = applied("einsum", shapes, **written)
    assert ([list(shape) for shape in result.shapes], result.params) == ([measured.output], 0)
    assert result.counts.to_dict() == measured.operations
    if all(shapes):
        assert figures(counted(items=[item], shapes=shapes)) == ([measured.output], 0, measured.operations)


@examples(30)
@given(data=st.data())
def test_dot_interaction(data: st.DataObject) -> None:
    diagonal = data.draw(st.booleans())
    *leading, features = drawn(data, data.draw(st.integers(1, 3)))
    vectors = data.draw(st.integers(1 if diagonal else 2, 6))
    one, several = [[*leading, vectors, features]], [[*leading, features]] * vectors
    for shapes in (one, several) if vectors > 1 else (one,):
        loops = partial(oracle.product.dot_interaction, diagonal=diagonal)
        assert_as_counted(kind="dot_interaction", layer=loops, shapes=shapes, args={}, written={"self": diagonal})


@examples(20)
@given(data=st.data())
def test_grn(data: st.DataObject) -> None:
    shape = drawn(data, data.draw(st.integers(1, 4)))
    args = {"axis": data.draw(st.integers(-len(shape), len(shape) - 1))}
    assert_as_counted(kind="grn", layer=oracle.product.grn, shapes=[shape], args=args, written=args)


def test_the_loops_compute() -> None:
    machine = Machine()
    left, right = tensor([2, 3]), tensor([3, 4])
    direct = {(i, j): sum(left[i, k] * right[k, j] for k in range(3)) for i, j in indices([2, 4])}
    assert oracle.product.matmul(machine, left, right) == pytest.approx(direct)
    assert oracle.product.einsum(machine, left, right, terms=["nk", "km"], out="nm") == pytest.approx(direct)
    assert oracle.product.matmul(machine, {(k,): left[1, k] for k in range(3)}, right)[(2,)] == pytest.approx(direct[1, 2])
    square = tensor([3, 3])
    assert oracle.product.einsum(machine, square, terms=["ii"], out="")[()] == pytest.approx(sum(square[k, k] for k in range(3)))
    dots = oracle.product.dot_interaction(machine, left, diagonal=True)
    assert dots[(1,)] == pytest.approx(sum(left[0, k] * left[1, k] for k in range(3)))
    assert shape_of(dots) == [3]
    [out, state] = oracle.recurrent.recurrent(machine, tensor([4, 3]), kind="gru", hidden=2, layers=2, bidirectional=True)
    assert [out[3, each] for each in (0, 1)] == [state[2, each] for each in (0, 1)]  # forwards, the last step is the last state
    assert [out[0, each] for each in (2, 3)] == [state[3, each] for each in (0, 1)]  # backwards, the first step is


def test_the_loops_of_an_lstm_are_its_equations() -> None:
    """One element, one step, by hand: every weight of a gate is that gate's."""
    machine = Machine()
    gates = {"in": 0.5, "forget": -0.25, "out": 0.75, "new": -1.5}
    for gate, weight in gates.items():
        machine.weights.update({(("cell", gate), part, 0, 0): weight for part in ("x", "h")})
    h, cell = oracle.recurrent.cell(machine, {(0,): 2.0}, {(0,): 1.0}, {(0,): 0.5}, kind="lstm", hidden=1, bias=False)
    into, forget, out = (1 / (1 + math.exp(-3 * gates[gate])) for gate in ("in", "forget", "out"))
    assert cell[(0,)] == pytest.approx(forget * 0.5 + into * math.tanh(-4.5))
    assert h[(0,)] == pytest.approx(out * math.tanh(cell[(0,)]))


# Laws


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bias", [True, False])
def test_an_unrolled_network_of_cells_is_the_layer(kind: str, bias: bool) -> None:
    """The steps share all their weights, as blocks do; the first starts from nothing."""
    length, args = 4, {"hidden": 5, "bias": bias}
    items: list[Item] = []
    for at in range(length):
        before = [f"h_{at - 1}", f"h_{at - 1}.{kind}_cell.cell"][: 2 if kind == "lstm" else 1] if at else []
        items += [
            {"slice": {"axis": 0, "start": at, "stop": at + 1}, "from": "input_0"},
            {"squeeze": 0},
            {"step": None, "from": ["previous", *before], "name": f"h_{at}"} | ({"share": "h_0"} if at else {}),
        ]
    rows = [{"unsqueeze": 0, "from": f"h_{at}", "name": f"row_{at}"} for at in range(length)]
    joined = {"concat": 0, "from": [f"row_{at}" for at in range(length)]}
    blocks = {"step": {"layers": [{f"{kind}_cell": args}]}}
    unrolled = counted(items=[*items, *rows, joined], shapes=[[length, 3]], batch=2, blocks=blocks)
    assert figures(unrolled) == figures(counted(items=[{kind: args}], shapes=[[length, 3]], batch=2))
    assert unrolled.outputs == [[length, 5]]


@pytest.mark.parametrize("kind", KINDS)
@examples(15)
@given(data=st.data())
def test_two_directions_are_two_layers(kind: str, data: st.DataObject) -> None:
    length, features, hidden = drawn(data, 3, high=50)
    args = {"hidden": hidden, "bias": data.draw(st.booleans())} | own_args(data, kind, stack=True, hidden=hidden)
    one, both = (applied(kind, [[length, features]], **args, bidirectional=both) for both in (False, True))
    assert (both.params, both.counts) == (2 * one.params, one.counts.times(2))
    assert both.shapes == [(length, 2 * one.shapes[0][1])]
    assert both.extra == [(2, *shape[1:]) for shape in one.extra]


@pytest.mark.parametrize("kind", KINDS)
@examples(15)
@given(data=st.data())
def test_layers_are_a_chain_of_layers(kind: str, data: st.DataObject) -> None:
    length, features, hidden = drawn(data, 3, high=50)
    args = {"hidden": hidden, "bidirectional": data.draw(st.booleans())} | own_args(data, kind, stack=True, hidden=hidden)
    args = {name: value for name, value in args.items() if value is not None}
    number = data.draw(st.integers(1, 5))
    stacked = counted(items=[{kind: args | {"layers": number}}], shapes=[[length, features]])
    assert figures(stacked) == figures(counted(items=[{kind: args, "repeat": number}], shapes=[[length, features]]))


@pytest.mark.parametrize("kind", KINDS)
def test_leading_axes_are_like_a_batch(kind: str) -> None:
    """So is the length of the sequence, as far as the counts go."""
    one, many = applied(kind, [[5, 7]], hidden=3), applied(kind, [[2, 4, 5, 7]], hidden=3)
    assert (many.params, many.counts) == (one.params, one.counts.times(8))
    assert (many.shapes, many.extra) == ([(2, 4, 5, 3)], [(2, 4, *shape) for shape in one.extra])
    cell, step = applied(f"{kind}_cell", [[7]], hidden=3), applied(kind, [[1, 7]], hidden=3)
    assert (cell.params, cell.counts) == (step.params, step.counts)


def test_a_projection_of_any_size() -> None:
    """Also one as large as the state has its matrix."""
    plain, equal = applied("lstm", [[5, 7]], hidden=3), applied("lstm", [[5, 7]], hidden=3, projection=3)
    assert (equal.params - plain.params, equal.counts.maccs - plain.counts.maccs) == (9, 45)
    assert applied("lstm", [[5, 7]], hidden=3, projection=4).extra == [(1, 4), (1, 3)]


@examples(15)
@given(data=st.data())
def test_products_with_a_matrix_are_linear(data: st.DataObject) -> None:
    *leading, rows, features, out = drawn(data, data.draw(st.integers(3, 5)), high=40)
    linear = applied("linear", [[*leading, rows, features]], features=out, bias=False)
    product = applied("matmul", [[*leading, rows, features], [features, out]])
    summed = applied("einsum", [[*leading, rows, features], [out, features]], equation="...nf,of->...no")
    assert linear.shapes == product.shapes == summed.shapes
    assert linear.counts == product.counts == summed.counts


@pytest.mark.parametrize(
    ("equation", "shapes", "other"),
    [
        ("...nk,...km->...nm", [[2, 1, 3, 4], [5, 4, 6]], "matmul"),
        ("ak,...kb", [[3, 4], [2, 5, 4, 6]], "matmul"),
        ("k,k->", [[4], [4]], "matmul"),
        ("...a,...a->...a", [[2, 1, 3], [5, 3]], "multiply"),
        ("...,...,...->...", [[2, 3], [2, 3], [2, 3]], "multiply"),
    ],
)
def test_einsum_says_other_layers_too(equation: str, shapes: Shapes, other: str) -> None:
    einsum, plain = applied("einsum", shapes, equation=equation), applied(other, shapes)
    assert (einsum.shapes, einsum.counts) == (plain.shapes, plain.counts)


@pytest.mark.parametrize(
    ("equation", "shapes", "expected", "counts"),
    [
        ("ba", [[2, 3]], [3, 2], {}),  # no ->: the labels in alphabetical order
        ("ij,jk", [[2, 3], [3, 5]], [2, 5], {"maccs": 30}),
        ("b...a,a", [[2, 5, 7, 3], [3]], [5, 7, 2], {"maccs": 210}),
        ("zB", [[2, 3]], [3, 2], {}),
        ("ii->i", [[3, 3]], [3], {}),
        ("ii", [[3, 3]], [], {"adds": 2}),
        ("...ii->...", [[2, 3, 3]], [2], {"adds": 4}),
        ("ij->", [[2, 3]], [], {"adds": 5}),
        ("i,j->ij", [[2], [3]], [2, 3], {"muls": 6}),
        ("ij,k->ik", [[2, 3], [5]], [2, 5], {"adds": 4, "muls": 10}),
        ("ij,jk,kl->il", [[2, 3], [3, 5], [5, 7]], [2, 7], {"maccs": 30 + 70}),
        ("jk,kl,ij->il", [[3, 5], [5, 7], [2, 3]], [2, 7], {"maccs": 105 + 42}),
        ("i,i,i->i", [[3], [3], [3]], [3], {"muls": 6}),
        ("i,i,i->", [[3], [3], [3]], [], {"muls": 3, "maccs": 3}),
        ("...,...->", [[2, 1], [3]], [], {"adds": 1, "maccs": 3}),
        ("hqd,\thkd -> hqk", [[2, 3, 5], [2, 7, 5]], [2, 3, 7], {"maccs": 210}),
        (",i->i", [[], [3]], [3], {"muls": 3}),
    ],
)
def test_einsum_by_hand(equation: str, shapes: Shapes, expected: list[int], counts: dict[str, int]) -> None:
    result = applied("einsum", shapes, equation=equation)
    assert [list(shape) for shape in result.shapes] == [expected]
    assert result.counts.to_dict() == operations(**counts)


def test_a_bag_is_a_look_up_and_a_sum() -> None:
    for mode in ("sum", "mean"):
        bag = counted(items=[{"embedding_bag": {"vocabulary": 50, "features": 5, "mode": mode}}], shapes=[[2, 7]], dtype="int64")
        looked_up = counted(items=[{"embedding": {"vocabulary": 50, "features": 5}}, {"mean": -2}], shapes=[[2, 7]], dtype="int64")
        assert bag.outputs == looked_up.outputs == [[2, 5]]
        assert bag.totals.params == looked_up.totals.params == 250
        assert bag.totals.operations == looked_up.totals.operations | ({"divs": 0} if mode == "sum" else {})


def test_a_table_may_be_longer_than_the_sequence() -> None:
    result = applied("position_embedding", [[5, 3]], length=9)
    assert (result.shapes, result.params, result.counts.weight_adds) == ([(5, 3)], 27, 15)


# In a spec


def test_the_head_of_a_language_model_is_tied_to_its_embedding() -> None:
    report = analyzed("""
        input: {shape: [6], dtype: int64}
        layers:
          - name: words
            embedding: {vocabulary: 11, features: 5}
          - position_embedding: 8
          - lstm: {hidden: 5, layers: 2}
          - linear: {features: 11, bias: false}
            share: words
    """)
    assert [row.params for row in report.layers] == [55, 40, 480, 0]
    assert report.outputs == [[6, 11]]
    assert report.layers[-1].maccs == 330


def test_a_decoder_starts_from_the_last_state_of_the_encoder() -> None:
    report = analyzed("""
        inputs: {words: {shape: [9], dtype: int64}, target: {shape: [4], dtype: int64}}
        layers:
          - embedding: {vocabulary: 20, features: 6}
            from: words
          - name: encoder
            lstm: {hidden: 5, layers: 2, bidirectional: true}
          - embedding: {vocabulary: 30, features: 7}
            from: target
          - name: decoder
            lstm: {hidden: 5, layers: 2, bidirectional: true}
            from: [previous, encoder.state, encoder.cell]
          - flatten:
            from: decoder.state
        outputs: [decoder, flatten, encoder.cell]
    """)
    assert report.outputs == [[4, 10], [20], [4, 5]]


def test_a_recommendation_model() -> None:
    """Dense features and two tables, as DLRM has them: [13] and bags of ids."""
    report = analyzed("""
        inputs: {dense: [13], shop: {shape: [3], dtype: int64}, user: {shape: [1], dtype: int32}}
        layers:
          - name: bottom
            linear: 4
            from: dense
          - name: shop_vector
            embedding_bag: {vocabulary: 100, features: 4}
            from: shop
          - name: user_vector
            embedding_bag: {vocabulary: 1000, features: 4}
            from: user
          - dot_interaction:
            from: [bottom, shop_vector, user_vector]
          - concat:
            from: [bottom, previous]
          - linear: 1
    """)
    assert [row.output_shapes for row in report.layers] == [[[4]], [[4]], [[4]], [[3]], [[7]], [[1]]]
    assert report.totals.params == 13 * 4 + 4 + 400 + 4000 + 7 + 1
    assert report.totals.maccs == 13 * 4 + 3 * 4 + 7
    assert report.totals.operations["adds"] == 2 * 4


def test_explain_shows_the_sizes_behind_an_einsum() -> None:
    layer = layers.find("einsum")
    assert layer is not None
    result = applied("einsum", [[2, 3, 5], [2, 7, 5], [2, 7, 4]], equation="hqd,hkd,hkv->hqv")
    assert layer.formulas(0).operations[0][1].filled(result.symbols) == "sum([2 * 3 * 5 * 7, 2 * 3 * 7 * 4])"
    assert result.counts.maccs == 2 * 3 * 5 * 7 + 2 * 3 * 7 * 4


# What does not fit

REFUSALS: list[tuple[str, Args, Shapes, str, str, str, str]] = [
    ("rnn", {"hidden": 3}, [[5]], "rnn takes a sequence", "[length, features]", "rnn_cell takes one step", ""),
    ("gru", {"hidden": 3}, [[5, 7], [1, 4]], "input 2 is [1, 4], and the state of this gru is [1, 3]", "[1, 3]", "", ""),
    (
        "lstm",
        {"hidden": 3, "layers": 2, "projection": 2},
        [[5, 7], [2, 2], [2, 2]],
        "input 3 is [2, 2], and the cell of this lstm is [2, 3]",
        "[2, 3]",
        "",
        "",
    ),
    ("lstm", {"hidden": 3}, [[5, 7], [1, 3]], "lstm takes its input alone, or with state and cell, and 2 values come in", "", "", ""),
    ("lstm_cell", {"hidden": 3}, [[7], [3]], "lstm_cell takes its input alone, or with state and cell, and 2 values come in", "", "", ""),
    ("lstm_cell", {"hidden": 3}, [[7], [3], [7]], "input 3 is [7], and the cell of this lstm_cell is [3]", "[3]", "", ""),
    ("gru_cell", {"hidden": 3}, [[4, 7], [3]], "input 2 is [3], and the state of this gru_cell is [4, 3]", "[4, 3]", "", ""),
    ("rnn_cell", {"hidden": 3}, [[]], "rnn_cell takes at least one axis", "", "", ""),
    (
        "embedding_bag",
        {"vocabulary": 9, "features": 3},
        [[]],
        "embedding_bag takes a list of ids",
        "[..., n]",
        "embedding takes a single id",
        "",
    ),
    (
        "position_embedding",
        {"length": 4},
        [[5, 7]],
        "length: the sequence [5, 7] has 5 positions, and there are vectors for 4",
        "at least 5",
        "",
        "length",
    ),
    (
        "position_embedding",
        {"length": 5, "features": 6},
        [[5, 7]],
        "features: vectors of 6 can't be added to 7 features",
        "7",
        "",
        "features",
    ),
    ("class_token", {}, [[7]], "class_token takes a sequence", "[length, features]", "", ""),
    (
        "matmul",
        {},
        [[3, 5], [4, 5]],
        "matmul sums over the last axis of [3, 5] and the last but one of [4, 5]: 5 is not 4",
        "",
        "permute the last two axes of the second input",
        "",
    ),
    ("matmul", {}, [[3, 5], [4]], "matmul sums over the last axis of [3, 5] and the axis of [4]: 5 is not 4", "", "", ""),
    (
        "matmul",
        {},
        [[2, 3, 5], [4, 5, 7]],
        "the axes before the last two of [2, 3, 5] and [4, 5, 7] do not broadcast: 4 is not 2",
        "",
        "",
        "",
    ),
    ("matmul", {}, [[3, 5], []], "matmul takes vectors, matrices and stacks of matrices, and [3, 5] and [] come in", "", "", ""),
    ("einsum", {"equation": "ij,jk->ik"}, [[3, 5]], "equation: it has 2 operands, and 1 comes in", "", "", "equation"),
    ("einsum", {"equation": "ij"}, [[3, 5], [3, 5]], "equation: it has 1 operand, and 2 come in", "", "", "equation"),
    ("einsum", {"equation": "ij,jk->ik"}, [[3, 5], [4, 7]], "equation: j is 5 in input 1 and 4 in input 2", "", "", "equation"),
    ("einsum", {"equation": "ii->i"}, [[3, 5]], "equation: i is 3 and 5 in input 1", "", "", "equation"),
    ("einsum", {"equation": "...i,...i"}, [[3, 5], [4, 5]], "equation: ... is 3 in input 1 and 4 in input 2", "", "", "equation"),
    ("einsum", {"equation": "ij->ix"}, [[3, 5]], "equation: x is in the output and in no operand", "", "", "equation"),
    ("einsum", {"equation": "ij->...ij"}, [[3, 5]], "equation: ... is in the output and in no operand", "", "", "equation"),
    ("einsum", {"equation": "ij->ii"}, [[3, 5]], "equation: i stands twice in the output", "", "", "equation"),
    ("einsum", {"equation": "ij->j->i"}, [[3, 5]], "equation: it takes one -> at most", "", "", "equation"),
    ("einsum", {"equation": "...i..."}, [[3, 5]], "equation: ... stands twice in one term", "", "", "equation"),
    (
        "einsum",
        {"equation": "i1->i"},
        [[3, 5]],
        "equation: '1' is no label: labels are single letters",
        "",
        "operands are parted by commas: 'nd,md->nm'",
        "equation",
    ),
    (
        "einsum",
        {"equation": "bij,jk->bik"},
        [[3, 5], [5, 7]],
        "equation: 'bij' labels 3 axes, and input 1 [3, 5] has 2",
        "",
        "the batch has no label",
        "equation",
    ),
    ("einsum", {"equation": "...ij->i"}, [[3]], "equation: '...ij' labels 2 axes, and input 1 [3] has 1", "", "", "equation"),
    ("einsum", {"equation": "i"}, [[3, 5]], "equation: 'i' labels 1 axis, and input 1 [3, 5] has 2", "", "", "equation"),
    ("dot_interaction", {}, [[5]], "dot_interaction takes vectors, two at least", "[n, features], or several inputs [features]", "", ""),
    ("dot_interaction", {}, [[1, 5]], "dot_interaction takes vectors, two at least", "[n, features], or several inputs [features]", "", ""),
    ("dot_interaction", {}, [[5], [4]], "input 2 is [4] and input 1 [5]", "vectors of one shape, [5]", "", ""),
    ("grn", {}, [[]], "grn takes at least one axis", "", "", ""),
]


@pytest.mark.parametrize(("kind", "args", "shapes", "message", "expected", "hint", "arg"), REFUSALS)
def test_what_does_not_fit(kind: str, args: Args, shapes: Shapes, message: str, expected: str, hint: str, arg: str) -> None:
    with pytest.raises(LayerError) as caught:
        applied(kind, shapes, **args)
    error = caught.value
    assert (error.message, error.expected, error.hint, error.arg) == (message, expected, hint, arg)


@pytest.mark.parametrize("kind", ["embedding", "embedding_bag"])
def test_a_float_where_token_ids_belong(kind: str) -> None:
    found = layer_errors(f"- {kind}: {{vocabulary: 9, features: 3}}", shape="[5]")
    assert found.startswith(f"net.yaml:3:3: layers[0]: {kind} takes whole numbers such as token ids, and float32 comes in\n")
    assert "hint      an input of token ids says so: input: {shape: [...], dtype: int64}" in found


def test_a_bad_einsum_has_its_place() -> None:
    found = errors("""
        inputs: {left: [3, 5], right: [4, 7]}
        layers:
          - einsum: ij,jk->ik
    """)
    assert found.splitlines()[0] == "net.yaml:4:13: layers[0].einsum: equation: j is 5 in input 1 and 4 in input 2"


def test_more_layers_than_a_state_can_have() -> None:
    found = layer_errors("- rnn: {hidden: 3, layers: 10001}", shape="[5, 7]")
    assert found.splitlines()[0] == "net.yaml:3:28: layers[0].rnn.layers: layers can't be 10001"
    assert "expected  a whole number from 1 to 10000" in found
