"""What is worked out for nothing: layers whose values lead nowhere, for each copy and pass, and biases that a norm takes away again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archcalc
from spec_help import analyzed

DEAD, BIAS = "nothing takes the output; counted all the same: ", "a bias in front of batch_norm does nothing: "
WRITE = "; write bias: false, or bias: true where it is meant"


def told(text: str, **options: Any) -> list[str]:
    """The notes on a spec about what is worked out for nothing."""
    return [note for note in analyzed(text, **options).notes if DEAD in note or BIAS in note or "is not used" in note]


def of(layers: str, shape: str = "[3, 5, 7]", **options: Any) -> list[str]:
    """The same for a spec that is given by its layers."""
    return told(f"input: {shape}\nlayers: {layers}", **options)


# layers


def test_a_layer_that_nothing_takes() -> None:
    layers = "[{name: kept, linear: 5}, {name: lost, linear: 9, from: input}, {linear: 11, from: kept}]"
    assert of(layers, "[7]") == [f"lost: {DEAD}1 layer, 63 MACCs"]
    assert of(layers, "[7]", batch=3) == [f"lost: {DEAD}1 layer, 189 MACCs"]
    assert told(f"input: [7]\nlayers: {layers}\noutputs: [lost, linear]") == []


def test_what_leads_there_alone_counts_too() -> None:
    layers = "[{name: a, linear: 5}, {name: b, linear: 9}, {name: c, relu: }, {name: d, linear: 2}, {linear: 11, from: a}]"
    assert of(layers, "[7]") == [f"d: {DEAD}3 layers, {5 * 9 + 9 * 2} MACCs"]


def test_what_comes_to_nothing_is_not_accused_but_what_stands_before_it() -> None:
    assert of("[{name: i, identity: }, {name: s, reshape: [7, 1]}, {linear: 2, from: input}]", "[7]") == []
    layers = "[{name: a, linear: 5}, {name: s, reshape: [1, 5]}, {name: t, split: 1}, {linear: 2, from: input}]"
    assert of(layers, "[7]") == [f"a: {DEAD}1 layer, 35 MACCs"]
    layers = "[{name: a, linear: 5}, {name: s, reshape: [1, 5]}, {name: r, relu: }, {linear: 2, from: input}]"
    assert of(layers, "[7]") == [f"r: {DEAD}3 layers, 35 MACCs"]
    assert told("inputs: {a: [7], b: [5]}\nlayers: [{identity: , from: b}, {linear: 2, from: a}]") == ["b: the input is not used"]


def test_two_ends_of_one_way() -> None:
    layers = "[{name: a, linear: 5}, {name: b, linear: 2}, {name: c, linear: 9, from: a}, {linear: 11, from: input}]"
    assert of(layers, "[7]") == [f"b, c: {DEAD}3 layers, {7 * 5 + 5 * 2 + 5 * 9} MACCs"]


def test_passes_that_begin_elsewhere() -> None:
    layers = "[{name: a, conv: {channels: 4, kernel: 1}}, {for: k, in: [1, 2, 3], do: [{conv: {channels: k, kernel: 1}, from: a}]}]"
    assert of(layers) == [f"for.0.conv, for.1.conv: {DEAD}2 layers, {4 * 35 + 8 * 35} MACCs"]
    assert told(f"input: [3, 5, 7]\nlayers: {layers}\noutputs: for.*") == []
    assert of(layers.replace("}]}]", "}]}, {concat: , from: for.*}]")) == []


def test_copies_of_which_some_are_used() -> None:
    pair = "{layers: [{name: first, linear: 5}, {name: second, linear: 7}]}"
    text = f"input: [7]\nblocks: {{pair: {pair}}}\nlayers: [{{name: h, pair: , repeat: 3}}, SOURCE]"
    assert told(text.replace("SOURCE", "relu")) == []
    assert told(text.replace("SOURCE", "{relu: , from: h.0}")) == [f"h.2: {DEAD}4 layers, {4 * 35} MACCs"]
    assert told(text.replace("SOURCE", "{relu: , from: h.1.first}")) == [f"h.2: {DEAD}3 layers, {3 * 35} MACCs"]
    assert told(text.replace("SOURCE", "{concat: , from: h.*.first}")) == [f"h.2.second: {DEAD}1 layer, 35 MACCs"]
    assert told(text.replace("SOURCE", "{relu: , from: input}")) == [f"h.2: {DEAD}6 layers, {6 * 35} MACCs"]


def test_the_copies_of_a_parallel_and_of_a_sequence() -> None:
    layers = "[{name: p, parallel: {branches: {a: [linear: 5], b: [linear: 2]}, merge: none}}, {name: s, sequence: [linear: 9, relu], from: p.a, repeat: 1}]"
    assert of(layers, "[7]") == [f"p.b.linear: {DEAD}1 layer, 14 MACCs"]
    assert of(layers[:-1] + ", {linear: 3, from: p.b}]", "[7]") == [f"s.0.relu: {DEAD}3 layers, {35 + 45} MACCs"]


def test_a_block_that_takes_a_value_and_does_not_use_it() -> None:
    text = """
        inputs: {a: [7], b: [5]}
        blocks: {first: {inputs: [one, two], layers: [{linear: 2, from: one}]}}
        layers: [{name: x, linear: 9, from: b}, {first: , from: [a, x]}]
    """
    assert told(text) == [f"x: {DEAD}1 layer, 45 MACCs"]
    assert told(text.replace("{name: x, linear: 9, from: b}, {first: , from: [a, x]}", "first")) == ["b: the input is not used"]


def test_values_of_which_one_is_used() -> None:
    two = "{inputs: [i], layers: [{name: l, linear: 5}, {name: r, linear: 9, from: i}, {parallel: {branches: [[{identity: , from: l}], []], merge: none}, from: r}]}"
    text = f"input: [7]\nblocks: {{two: {two}}}\nlayers: [{{name: t, two: }}, {{name: u, two: , from: input}}, {{add: , from: [t.0, u.0]}}, {{linear: 2}}, {{concat: , from: [previous, t.1]}}]"
    assert told(text) == [f"u.r: {DEAD}1 layer, 63 MACCs"]
    assert of("[{name: s, split: 7}, {relu: , from: s.3}]", "[7]") == []
    assert of("[{name: g, lstm: 5}, {linear: 2, from: g.state}]", "[4, 7]") == []


def test_layers_inside_of_layers_are_no_business_of_the_note() -> None:
    layers = "[{name: m, mlp: 5}, {name: a, attention: 7, from: input}, {linear: 2, from: input}]"
    report = analyzed(f"input: [4, 7]\nlayers: {layers}")
    maccs = sum(row.maccs for row in report.layers if row.name != "linear")
    assert of(layers, "[4, 7]") == [f"m, a: {DEAD}2 layers, {maccs:,} MACCs"]
    assert of("[{squeeze_excite: 2}, {gru: 5}, {moe: {experts: 4, active: 2, hidden: 9}}]", "[4, 7]") == []


OWN = """
    input: [7]
    layer_types: {own: {args: [], layers: [{name: a, linear: 5}, {name: b, linear: 2, from: input}, {name: c, linear: 9, from: a}]}}
    layers: [own, {linear: 3, from: SOURCE}]
"""


@pytest.mark.parametrize(("source", "note"), [("own", "own.b: {}1 layer, 14 MACCs"), ("input", "own: {}1 layer, 94 MACCs")])
def test_a_layer_type_of_the_spec(source: str, note: str) -> None:
    assert told(OWN.replace("SOURCE", source)) == [note.format(DEAD)]


@pytest.mark.parametrize(
    "body", ["[{name: a, linear: 9}, relu]", "[{name: a, linear: 9}]", "[]", "[{name: a, linear: 9}, {relu: , from: a}]"]
)
def test_what_an_each_gives_is_taken(body: str) -> None:
    assert of(f"[{{each: {{body: {body}}}}}]", "[4, 7]") == []


def test_slices_that_nothing_takes_and_layers_in_slices_that_nothing_takes() -> None:
    each = "each: {axis: 0, body: [{name: a, linear: 9}, {name: b, linear: 2, from: a}, {relu: , from: a}]}"
    assert of(f"[{{{each}}}]", "[4, 7]") == [f"b: {DEAD}1 layer, {4 * 18} MACCs"]
    assert of(f"[{{name: e, {each}}}, {{linear: 3, from: input}}]", "[4, 7]") == [f"e: {DEAD}3 layers, {4 * (63 + 18)} MACCs"]
    assert of(f"[{{{each}}}, {{linear: 3, from: input}}]", "[4, 7]") == [f"b, relu: {DEAD}3 layers, {4 * (63 + 18)} MACCs"]


def test_experts_count_as_often_as_they_run() -> None:
    layers = "[{experts: {experts: 8, active: 2, body: [{name: a, linear: 9}, {name: b, linear: 5, from: a}, {relu: , from: a}]}}]"
    assert of(layers, "[4, 7]") == [f"b: {DEAD}1 layer, {2 * 4 * 45} MACCs"]


def test_a_block_that_does_nothing_accuses_nobody_but_what_leads_to_it() -> None:
    text = "input: [7]\nblocks: {same: {layers: [{sequence: []}]}}\nlayers: LAYERS"
    assert told(text.replace("LAYERS", "[{name: s, same: }, {linear: 2, from: input}]")) == []
    assert told(text.replace("LAYERS", "[{name: l, linear: 9}, {name: s, same: }, {linear: 2, from: input}]")) == [
        f"l: {DEAD}1 layer, 63 MACCs"
    ]


@given(st.data())
def test_all_that_leads_nowhere_and_nothing_else(data: st.DataObject) -> None:
    """Against sets: what outputs are made of is followed back, and each layer is in it or counted; folded into blocks, too."""
    count = data.draw(st.integers(1, 9))
    takes = [data.draw(st.sets(st.integers(-1, number - 1), min_size=1, max_size=3)) for number in range(count)]
    outputs = data.draw(st.sets(st.integers(0, count - 1), min_size=1, max_size=2))
    live, waiting = set(outputs), list(outputs)
    while waiting:
        for source in takes[waiting.pop()] - live:
            live.add(source)
            waiting += [source] if source >= 0 else []
    dead = set(range(count)) - live
    ends = [number for number in range(count) if number in dead and not any(number in each for each in takes)]
    blocked = data.draw(st.sets(st.integers(0, count - 1)))
    name = {-1: "input", **{number: f"l{number}" for number in range(count)}}
    layers = [
        {
            "name": name[number],
            **({"b": None} if number in blocked else {"sequence": ["add_up", {"linear": 7}]}),
            "from": [name[each] for each in sorted(sources)],
        }
        for number, sources in enumerate(takes)
    ]
    blocks = {"add_up": {"layers": [{"concat": None}]}, "b": {"layers": ["add_up", {"linear": 7}]}}
    report = archcalc.analyze({"input": [7], "blocks": blocks, "layers": layers, "outputs": [name[each] for each in sorted(outputs)]})
    maccs = sum(49 * len(takes[number]) for number in dead)
    names = [name[number] + ("" if number in blocked else ".linear") for number in ends]
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    expected = [f"{shown}: {DEAD}{2 * len(dead)} layers, {maccs} MACCs"] if dead else []
    assert [note for note in report.notes if DEAD in note] == expected


# biases


@pytest.mark.parametrize(
    ("layer", "shape", "params"),
    [
        ("conv: {channels: 11, kernel: 3}", "[3, 5, 7]", 11),
        ("conv: {channels: 11, kernel: 3}", "[3, 9]", 11),
        ("conv_transpose: {channels: 13, kernel: 2}", "[3, 5, 7]", 13),
        ("depthwise_conv: {kernel: 3, multiplier: 2}", "[3, 5, 7]", 6),
        ("linear: 17", "[7]", 17),
        ("bilinear: 19", "[7]", 19),
    ],
)
def test_a_bias_in_front_of_a_norm(layer: str, shape: str, params: int) -> None:
    key = layer.partition(":")[0]
    source = ", from: [input, input]" if key == "bilinear" else ""
    assert of(f"[{{{layer}{source}}}, batch_norm]", shape) == [f"{key}: {BIAS}{params} params{WRITE}"]
    for said in ("true", "false", "1 < 2"):
        argument = f"{layer[:-1]}, bias: {said}}}" if layer.endswith("}") else f"{key}: {{features: {layer[-2:]}, bias: {said}}}"
        assert of(f"[{{{argument}{source}}}, batch_norm]", shape) == []


@pytest.mark.parametrize(
    "layers",
    [
        "[{conv: {channels: 4, kernel: 1}}, relu, batch_norm]",
        "[{conv: {channels: 4, kernel: 1}}, instance_norm]",
        "[{conv: {channels: 4, kernel: 1}}, {group_norm: 2}]",
        "[{name: c, conv: {channels: 4, kernel: 1}}, batch_norm, {add: , from: [c, previous]}]",
        "[{linear: 4}, batch_norm]",
        "[batch_norm, batch_norm]",
        "[{conv_norm_act: 4}, {conv: {channels: 4, kernel: 1}}]",
    ],
)
def test_a_bias_that_does_something(layers: str) -> None:
    assert of(layers) == []
    assert told(f"input: [3, 5, 7]\nlayers: {layers[:-1]}, relu]") == []


def test_a_bias_whose_layer_is_an_output_too() -> None:
    layers = "[{name: c, conv: {channels: 4, kernel: 1}}, batch_norm]"
    assert told(f"input: [3, 5, 7]\nlayers: {layers}\noutputs: [c, batch_norm]") == []
    assert told(f"input: [3, 5, 7]\nlayers: {layers}\noutputs: batch_norm") == [f"c: {BIAS}4 params{WRITE}"]


def test_a_bias_whose_norm_leads_nowhere_is_no_second_note() -> None:
    layers = "[{name: c, conv: {channels: 4, kernel: 1}}, batch_norm, {relu: , from: input}]"
    assert of(layers) == [f"batch_norm: {DEAD}2 layers, {3 * 4 * 35} MACCs"]


def test_a_bias_in_front_of_two_norms() -> None:
    layers = "[{name: c, conv: {channels: 4, kernel: 1}}, {name: n, batch_norm: }, {name: m, batch_norm: , from: c}, {add: , from: [n, m]}]"
    assert of(layers) == [f"c: {BIAS}4 params{WRITE}"]


@pytest.mark.parametrize(
    "norm", ["batch_norm", "post", "{sequence: [batch_norm, relu]}", "{residual: {body: [batch_norm], merge: add, skip: false}}"]
)
@pytest.mark.parametrize(
    ("conv", "name"), [("{conv: {channels: 4, kernel: 1}}", "conv"), ("pre", "pre.conv"), ("{pre: , repeat: 2}", "pre.1.conv")]
)
def test_a_bias_and_its_norm_in_blocks_apart(conv: str, name: str, norm: str) -> None:
    blocks = "{pre: {layers: [{pad: 1}, {conv: {channels: 4, kernel: 3}}]}, post: {layers: [batch_norm, relu]}}"
    assert told(f"input: [4, 5, 7]\nblocks: {blocks}\nlayers: [{conv}, {norm}]") == [f"{name}: {BIAS}4 params{WRITE}"]


def test_biases_of_all_copies_are_counted() -> None:
    text = """
        input: [3, 5, 7]
        blocks: {b: {args: [c], layers: [{conv: {channels: c, kernel: 1}}, batch_norm, relu]}}
        layers: [{b: 11, repeat: 4}, {b: 13}]
    """
    assert told(text) == [f"b.0.conv, b.1.conv, b.2.conv and 2 more: {BIAS}{4 * 11 + 13} params{WRITE}"]


def test_a_bias_that_is_shared_counts_once() -> None:
    layers = "[{sequence: [{conv: {channels: 3, kernel: 1}}, batch_norm], share: true, repeat: 4}]"
    assert of(layers) == [f"sequence.0.conv, sequence.1.conv, sequence.2.conv and 1 more: {BIAS}3 params{WRITE}"]
    layers = "[{name: c, conv: {channels: 3, kernel: 1}}, batch_norm, {name: d, conv: {channels: 3, kernel: 1}, share: c}, batch_norm]"
    assert of(layers) == [f"c, d: {BIAS}3 params{WRITE}"]
    text = (
        "input: [3, 5, 7]\nblocks: {b: {layers: [{conv: {channels: 3, kernel: 1}}, batch_norm]}}\nlayers: [{name: x, b: }, {b: , share: x}]"
    )
    assert told(text) == [f"x.conv, b.conv: {BIAS}3 params{WRITE}"]
    experts = "[{experts: {experts: 8, active: 2, body: [{conv: {channels: 5, kernel: 1}}, batch_norm]}}]"
    assert of(experts) == [f"conv: {BIAS}40 params{WRITE}"]
