"""Layers that take another axis for channels or features than it is: which are named, with what to write, and which are not."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

import archcalc
from archcalc import layers

CONV: dict[str, Any] = {"conv": {"channels": 8, "kernel": 3, "padding": 1}}
WIDTH = "works on the last axis, here the width of a map with channels first"
LENGTH = "works on the last axis, here the length of a map with channels first"
POSITIONS = "works on the last axis, here the positions of a map with channels first"
ONE = "works on the last axis, here an axis of the positions of a map with channels first"
SECOND = "takes axis 1, here the height of a map: axis: 0 is its channels; -2 where the height is meant"
FLAT = "flatten or permute comes before it"
ROWS = 'rearrange: "c h w -> (h w) c" comes before it'
TURN = "permute: [1, 0] comes before it"
NORM = "for its channels write layer_norm: channels, or layer_norm: {axes: [0]}"
RMS = "for its channels write rms_norm: channels, or rms_norm: {axes: [0]}"
TOKENS = "goes over the axes behind the first, here over the features of tokens"
FEATURES = "takes the first axis for channels, and here features are on the last"


def remarks(document: dict[str, Any] | str) -> list[str]:
    """The notes of a spec that are about axes."""
    notes = archcalc.analyze(yaml.safe_load(document) if isinstance(document, str) else document).notes
    return [note for note in notes if re.search("axis|axes|in_tokens", note)]


def on_a_map(*items: Any, inputs: tuple[int, ...] = (3, 14, 6)) -> list[str]:
    """The same, of layers behind a convolution whose output is [8, 14, 6]."""
    return remarks({"input": list(inputs), "layers": [{"name": "c", **CONV}, *items]})


def axis(name: str) -> str:
    return f"for its channels write {name}: {{axis: 0}}"


EVERY: dict[str, tuple[Any, int, str]] = {
    "linear": (5, 1, FLAT),
    "bilinear": (5, 2, FLAT),
    "spline": (5, 1, FLAT),
    "lora_linear": ({"features": 5, "rank": 2}, 1, FLAT),
    "layer_norm": (None, 1, NORM),
    "rms_norm": (None, 1, RMS),
    "layer_scale": (None, 1, axis("layer_scale")),
    "grn": (None, 1, axis("grn")),
    "softmax": (None, 1, axis("softmax")),
    "log_softmax": (None, 1, axis("log_softmax")),
    "glu": (None, 1, axis("glu")),
    "cross_entropy": (None, 1, axis("cross_entropy")),
    "mlp": (5, 1, FLAT),
    "gated_mlp": (5, 1, FLAT),
    "moe": ({"experts": 4, "active": 2, "hidden": 5}, 1, FLAT),
    "top_k": ({"k": 2}, 1, axis("top_k")),
    "expert_sum": (None, 2, FLAT),
    "head_linear": ({"heads": 2, "features": 5}, 1, FLAT),
    "head_norm": (2, 1, FLAT),
    "rope": (None, 1, FLAT),
    "step_bias": (None, 1, FLAT),
    "sequence_conv": (4, 1, FLAT),
    "token_shift": (2, 1, FLAT),
    "wkv": (None, 2, FLAT),
    "rnn_cell": (5, 1, FLAT),
    "gru_cell": (5, 1, FLAT),
    "lstm_cell": (5, 1, FLAT),
    "rnn": (5, 1, ROWS),
    "gru": (5, 1, ROWS),
    "lstm": (5, 1, ROWS),
    "attention": (2, 1, ROWS),
    "joint_attention": (2, 2, ROWS),
    "latent_attention": ({"heads": 2, "kv_rank": 4}, 1, ROWS),
    "attention_scores": (2, 2, ROWS),
    "transformer_encoder": ({"heads": 2, "hidden": 5}, 1, ROWS),
    "transformer_decoder": ({"heads": 2, "hidden": 5}, 2, ROWS),
    "linear_attention": (2, 3, ROWS),
    "retention": (3, 3, ROWS),
    "gated_delta": (6, 5, ROWS),
    "ssm": (None, 1, ROWS),
    "ssm2": ({"head_dim": 4}, 1, ROWS),
    "ssm_scan": (3, 3, ROWS),
    "rwkv_time_mix": (None, 1, ROWS),
    "rwkv_channel_mix": (5, 1, ROWS),
    "kv_cache": (None, 1, ROWS),
    "position_embedding": (15, 1, ROWS),
    "class_token": (None, 1, ROWS),
    "sinusoidal": (None, 1, ROWS),
    "nearest": (2, 1, ROWS),
    "dot_interaction": (None, 1, ROWS),
}
"""Each layer type that takes its features on the last axis: arguments, how many maps come in, and what a note says to write."""


def test_every_type_that_takes_the_last_axis_is_here() -> None:
    assert {each.name for each in layers.every() if each.features_last} == set(EVERY)


@pytest.mark.parametrize("name", EVERY)
def test_each_is_named_on_a_map_and_not_on_tokens(name: str) -> None:
    args, number, way = EVERY[name]
    item = {"name": "here", name: args, **({"from": ["previous"] * number} if number > 1 else {})}
    assert on_a_map(item) == [f"here: {name} {WIDTH}: {way}"]
    assert on_a_map({"rearrange": "c h w -> h w c"}, {"slice": {"axis": -1, "stop": 6}}, item) == []
    tokens = {"rearrange": {"pattern": "c (h p) (w q) -> (h w) (p q) c", "sizes": {"p": 2, "q": 3}}}
    assert on_a_map(tokens, {"slice": {"axis": -1, "stop": 6}}, item) == []


@pytest.mark.parametrize("name", [name for name in EVERY if layers.find(name).over])  # type: ignore[union-attr]
def test_an_axis_that_is_written_is_meant(name: str) -> None:
    found = layers.find(name)
    assert found is not None
    many = found.by_name[found.over].kind.element([0]) is not None
    own = EVERY[name][0] or {}
    for place in (0, 2, -1, -2):
        assert on_a_map({name: {**own, found.over: [place] if many else place}}) == []
    second = [] if many else [f"{name}: {name} {SECOND}"]
    assert on_a_map({name: {**own, found.over: [1] if many else 1}}) == second
    assert on_a_map({"activation": "softmax"}) == [f"activation: softmax {WIDTH}: {axis('softmax')}"]


def test_an_axis_that_comes_through_a_block_is_written_too() -> None:
    text = """
        input: [3, 14, 6]
        blocks: {norm: {args: [over=channels], layers: [layer_norm: over]}}
        layers: [{conv: {channels: 8, kernel: 1}}, norm, norm: 2, norm: {over: [1]}]
    """
    report = archcalc.analyze(yaml.safe_load(text))
    assert report.notes == []
    assert [row.params for row in report.layers[1:]] == [2 * 8, 2 * 14 * 6, 2 * 14]


# --- the short forms ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("item", "same", "params"),
    [
        ({"layer_norm": "channels"}, "layer_norm", 2 * 8),
        ({"layer_norm": {"axes": "channels", "bias": False}}, {"layer_norm": {"bias": False}}, 8),
        ({"layer_norm": [0]}, "layer_norm", 2 * 8),
        ({"rms_norm": "channels"}, "rms_norm", 8),
        ({"rms_norm": {"axes": [0]}}, "rms_norm", 8),
        ({"layer_scale": {"axis": 0}}, "layer_scale", 8),
        ({"grn": {"axis": 0}}, "grn", 2 * 8),
        ({"softmax": 0}, "softmax", 0),
        ({"log_softmax": {"axis": 0}}, "log_softmax", 0),
        ({"glu": 0}, "glu", 0),
    ],
)
def test_on_the_channels_of_a_map_a_layer_is_what_it_is_on_features(item: Any, same: Any, params: int) -> None:
    """Params, operations and bytes of it on [8, 14, 6] are those of the plain layer on [14, 6, 8], by every convention."""
    for name in ("madd", "ptflops", "thop", "fvcore", "torchinfo", "torch", "deepspeed", "calflops", "timm"):
        ask: dict[str, Any] = {"batch": 3, "flops": name, "memory": True}
        one, other = (
            archcalc.analyze({"input": shape, "layers": [each]}, **ask).to_dict()["layers"][0]
            for shape, each in (([8, 14, 6], item), ([14, 6, 8], same))
        )
        assert one["params"] == params
        assert one["read_bytes"] > 0
        assert {key: one[key] for key in one if key[-7:] not in ("_shapes", "args")} == {
            key: other[key] for key in other if key[-7:] not in ("_shapes", "args")
        }


POOLFORMER = """
    input: [3, 224, 224]
    blocks:
      part:
        layers:
          - residual: [layer_norm: channels, avg_pool: {kernel: 3, stride: 1, padding: 1}, layer_scale: {axis: 0}]
          - residual:
              - layer_norm: channels
              - conv: {channels: 4 * in_channels, kernel: 1}
              - gelu
              - conv: {channels: in_channels // 4, kernel: 1}
              - layer_scale: {axis: 0}
    layers:
      - conv: {channels: 64, kernel: 7, stride: 4, padding: 2}
      - {part: , repeat: 2}
      - for: [channels, depth]
        in: [[128, 2], [320, 6], [512, 2]]
        do:
          - conv: {channels: channels, kernel: 3, stride: 2, padding: 1}
          - {part: , repeat: depth}
      - layer_norm: channels
      - global_avg_pool
      - linear: 1000
"""
NAFNET = """
    input: [3, 256, 256]
    blocks:
      gate: {layers: [{name: half, split: 2}, {multiply: , from: [half.0, half.1]}]}
      part:
        layers:
          - residual:
              - layer_norm: channels
              - conv: {channels: 2 * in_channels, kernel: 1}
              - depthwise_conv: {kernel: 3, padding: 1}
              - {name: gated, gate: }
              - {name: weights, sequence: [global_avg_pool: {keep: true}, conv: {channels: in_channels, kernel: 1}]}
              - {multiply: , from: [gated, weights]}
              - conv: {channels: in_channels, kernel: 1}
              - layer_scale: {axis: 0}
          - residual:
              - layer_norm: channels
              - conv: {channels: 2 * in_channels, kernel: 1}
              - gate
              - conv: {channels: in_channels, kernel: 1}
              - layer_scale: {axis: 0}
    layers:
      - residual:
          - conv: {channels: 64, kernel: 3, padding: 1}
          - name: down
            for: depth
            in: [1, 1, 1, 28]
            do:
              - {name: skip, part: , repeat: depth}
              - conv: {channels: 2 * in_channels, kernel: 2, stride: 2}
          - part
          - for: back
            in: [3, 2, 1, 0]
            do:
              - conv: {channels: 2 * in_channels, kernel: 1, bias: false}
              - pixel_shuffle: 2
              - {add: , from: [previous, "down[back].skip"]}
              - part
          - conv: {channels: 3, kernel: 3, padding: 1}
"""


@pytest.mark.parametrize(
    ("text", "params", "of_width", "norms", "first"),
    [
        (POOLFORMER, 11_915_176, 11_895_794, 25, ("part.0", "part.0", "part.1")),
        (NAFNET, 67_888_835, 67_799_267, 72, ("down.0.skip.0", "down.0.skip.0", "down.1.skip.0")),
    ],
)
def test_whole_networks_on_channels_and_on_the_width(text: str, params: int, of_width: int, norms: int, first: tuple[str, ...]) -> None:
    """The published params (timm's poolformer_s12; NAFNet of width 64 for GoPro); and where the axis is not said the width's, with two notes."""
    right = archcalc.analyze(yaml.safe_load(text))
    assert (right.totals.params, right.notes) == (params, [])
    plain = text.replace("layer_norm: channels", "layer_norm: ").replace("layer_scale: {axis: 0}", "layer_scale: ")
    wrong = archcalc.analyze(yaml.safe_load(plain))
    assert wrong.totals.params == of_width
    assert wrong.totals.maccs == right.totals.maccs
    ends = ("", "_2", "")

    def named(kind: str, count: int) -> str:
        return f"{', '.join(f'{path}.{kind}{end}' for path, end in zip(first, ends, strict=True))} and {count - 3} more: {kind} {WIDTH}: "

    scales = norms - norms % 2
    assert wrong.notes == [named("layer_norm", norms) + NORM, named("layer_scale", scales) + axis("layer_scale")]


# --- what a map is ------------------------------------------------------------------------------------------------


def test_a_map_stays_one_through_what_keeps_its_axes() -> None:
    one, other = ({"name": name, "conv": {"channels": size, "kernel": 1}, "from": "c"} for name, size in (("a", 10), ("b", 4)))
    joined = {"name": "ab", "concat": None, "from": ["a", "b"]}
    half = {"name": "half", "split": [4, 10]}
    last = {"relu": None, "from": "half.1"}
    found = on_a_map(one, other, joined, half, last, "batch_norm", {"slice": {"axis": 1, "start": 3}}, "layer_scale", {"mean": 1}, "ssm")
    assert found == [f"layer_scale: layer_scale {WIDTH}: {axis('layer_scale')}", f"ssm: ssm {LENGTH}: {TURN}"]
    assert on_a_map({"squeeze": None}, "layer_norm") == [f"layer_norm: layer_norm {WIDTH}: {NORM}"]
    assert on_a_map({"adaptive_avg_pool": [1, None]}, {"squeeze": 1}, {"lstm": 5}) == [f"lstm: lstm {LENGTH}: {TURN}"]
    assert on_a_map({"residual": ["gelu", {"dropout": 0.5}]}, "rms_norm") == [f"rms_norm: rms_norm {WIDTH}: {RMS}"]


def test_every_layer_on_a_map_is_named_until_its_axes_are_in_order() -> None:
    found = on_a_map("layer_norm", "layer_scale", {"linear": 10}, "gelu", {"linear": 6})
    assert found == [
        f"layer_norm: layer_norm {WIDTH}: {NORM}",
        f"layer_scale: layer_scale {WIDTH}: {axis('layer_scale')}",
        f"linear, linear_2: linear {WIDTH}: {FLAT}",
    ]
    assert on_a_map({"permute": [1, 2, 0]}, "layer_norm", {"linear": 10}, "layer_scale", {"permute": [2, 0, 1]}, CONV) == []


def test_maps_of_one_and_three_axes() -> None:
    conv = {"conv": {"channels": 8, "kernel": 3}}
    assert remarks({"input": [5, 20], "layers": [conv, {"attention": 2}]}) == [f"attention: attention {LENGTH}: {TURN}"]
    rows = 'rearrange: "c d h w -> (d h w) c" comes before it'
    assert remarks({"input": [5, 9, 8, 10], "layers": [conv, {"gru": 2}]}) == [f"gru: gru {WIDTH}: {rows}"]


def test_of_two_axes_a_pool_leaves_open_which_holds_channels() -> None:
    assert remarks({"input": [5, 20], "layers": [{"max_pool": 2}, {"lstm": 4}]}) == []
    assert remarks({"input": [5, 20], "layers": [{"conv": {"channels": 6, "kernel": 3}}, {"max_pool": 2}, {"lstm": 4}]}) == [
        f"lstm: lstm {LENGTH}: {TURN}"
    ]


def test_an_input_is_a_map_if_something_takes_it_for_one() -> None:
    norm = f"layer_norm: layer_norm {WIDTH}: {NORM}"
    one = {"conv": {"channels": 5, "kernel": 1}}
    assert remarks({"input": [8, 14, 6], "layers": ["layer_norm", one]}) == [norm]
    assert remarks({"input": [8, 14, 6], "layers": [{"residual": ["layer_norm", {"depthwise_conv": {"kernel": 3, "padding": 1}}]}]}) == [
        norm
    ]
    attention = f"attention: attention {WIDTH}: {ROWS}"
    assert remarks({"input": [8, 14, 6], "layers": [{"residual": [{"attention": 2}]}, one]}) == [attention]
    assert remarks({"inputs": {"a": [8, 14, 6], "b": [4, 7, 6]}, "layers": [{"layer_norm": None, "from": "b"}, {**one, "from": "a"}]}) == []
    text = """
        inputs: {a: [8, 14, 6], b: [3, 14, 6]}
        layers:
          - {layer_norm: , from: a}
          - {conv: {channels: 8, kernel: 1}, from: b}
          - {add: , from: [layer_norm, conv]}
    """
    assert remarks(text) == [norm]
    # rows of windows, pairs of positions, tokens before whatever: nothing says that they are maps
    assert remarks({"input": [8, 14, 6], "layers": ["layer_norm", {"attention": 2}, {"mlp": 5}, "softmax"]}) == []
    assert remarks({"input": [8, 14, 6], "layers": ["layer_norm", {"mean": 2}, {"conv": {"channels": 5, "kernel": 3}}]}) == []
    assert remarks({"input": [14, 6, 8], "layers": [{"permute": [2, 0, 1]}, "layer_norm", one]}) == []


def test_joined_positions() -> None:
    assert on_a_map({"flatten": 1}, {"linear": 5}, "relu", {"lstm": 7}) == [
        f"linear: linear {POSITIONS}: {FLAT}",
        f"lstm: lstm {POSITIONS}: {TURN}",
    ]
    assert on_a_map({"reshape": [8, -1]}, "layer_norm", "class_token") == [
        f"layer_norm: layer_norm {POSITIONS}: {NORM}",
        f"class_token: class_token {POSITIONS}: {TURN}",
    ]
    assert on_a_map({"flatten": 1}, "softmax") == []  # a weight for each position
    assert on_a_map({"flatten": 1}, {"permute": [1, 0]}, "layer_norm", {"attention": 2}) == []
    assert on_a_map("flatten", {"linear": 5}) == []


def test_an_order_that_is_said() -> None:
    said = {"rearrange": "c h w -> c (h w)"}
    assert on_a_map(said, {"linear": 5}, "softmax", {"mlp": 7}) == []
    assert on_a_map(said, "layer_norm", {"attention": 2}) == [
        f"layer_norm: layer_norm {POSITIONS}: {NORM}",
        f"attention: attention {POSITIONS}: {TURN}",
    ]
    assert on_a_map({"permute": [0, 2, 1]}, "grn") == [f"grn: grn {ONE}: {axis('grn')}"]
    tokens = {"rearrange": "c h w -> (h w) c"}
    back = {"rearrange": {"pattern": "(h w) c -> c h w", "sizes": {"h": 14}}}
    assert on_a_map(tokens, {"attention": 2}, back, "rms_norm") == [f"rms_norm: rms_norm {ONE}: {RMS}"]


def test_layers_that_mix_tokens() -> None:
    """MLP-Mixer: the features go first, and linear layers run over the tokens."""
    tokens, turn = {"rearrange": "c h w -> (h w) c"}, {"permute": [1, 0]}
    mixed = [{"residual": ["layer_norm", turn, {"mlp": 5}, "batch_norm", {"glu": -1}, {"linear": 84}, turn]}, {"residual": [{"mlp": 9}]}]
    assert on_a_map(tokens, *mixed) == []
    assert on_a_map(tokens, turn, {"lstm": 5}, {"rearrange": "c l -> c l"}, "layer_norm", turn, {"pad": 1}) == [
        f"pad: pad {TOKENS}: {TURN}"
    ]
    map_again = {"rearrange": {"pattern": "c (h w) -> c h w", "sizes": {"h": 14}}}
    assert on_a_map(tokens, turn, {"linear": 84}, map_again, "layer_norm") == [f"layer_norm: layer_norm {ONE}: {NORM}"]
    assert on_a_map(tokens, {"conv": {"channels": 84, "kernel": 1}}, "layer_norm", {"linear": 5}) == []


def test_heads_and_products_are_nobodys_map() -> None:
    heads = {"rearrange": {"pattern": "(n d) h w -> n d (h w)", "sizes": {"n": 2}}}
    assert on_a_map(heads, {"l2_normalise": -1}, {"linear": 4}, "layer_norm", "softmax") == []
    assert on_a_map({"name": "q", **heads}, {"einsum": "ndp,nep->nde", "from": ["q", "q"]}, "softmax") == []


def test_a_sum_of_tokens_and_a_map_is_neither() -> None:
    text = """
        inputs: {x: [3, 14, 6], y: [5, 10]}
        layers:
          - {name: rows, sequence: [{conv: {channels: 8, kernel: 1}}, {rearrange: c h w -> (h w) c}], from: x}
          - {name: map, conv: {channels: 84, kernel: 3}, from: y}
          - {add: , from: [rows, map]}
          - layer_norm
          - max_pool: 2
    """
    assert remarks(text) == []
    assert remarks(text.replace("[rows, map]", "[map, map]"))[0] == f"layer_norm: layer_norm {LENGTH}: {NORM}"


def test_queries_that_meet_a_map() -> None:
    text = """
        inputs: {queries: [7, 12], sound: [5, 40]}
        layers:
          - {name: heard, conv: {channels: 8, kernel: 3}, from: sound}
          - {attention: 2, from: [queries, heard]}
    """
    assert remarks(text) == [f"attention: attention {LENGTH}: {TURN}"]


# --- blocks, copies, composites -----------------------------------------------------------------------------------


def test_a_block_is_looked_at_for_each_use() -> None:
    text = """
        input: [3, 14, 8]
        blocks: {norm: {layers: [layer_norm]}}
        layers:
          - conv: {channels: 8, kernel: 3, padding: 1}
          - {name: first, norm: }
          - rearrange: c h w -> c w h
          - rearrange: c w h -> h w c
          - {name: second, norm: }
          - rearrange: h w c -> c h w
          - {name: third, norm: , repeat: 2}
    """
    assert remarks(text) == [
        f"first.layer_norm: layer_norm {WIDTH}: {NORM}",
        f"third.0.layer_norm, third.1.layer_norm: layer_norm {ONE}: {NORM}",
    ]


def test_a_value_that_leaves_a_block_by_its_path() -> None:
    text = """
        input: [3, 14, 8]
        blocks: {stem: {layers: [{name: kept, conv: {channels: 4, kernel: 1}}, flatten, linear: 5]}}
        layers: [stem, {layer_norm: , from: stem.kept}, flatten, {concat: , from: [stem, previous]}]
    """
    assert remarks(text) == [f"layer_norm: layer_norm {WIDTH}: {NORM}"]


def test_slices() -> None:
    conv = {"conv": {"channels": 7, "kernel": 3, "padding": 1}}
    assert on_a_map({"each": {"axis": 1, "body": ["layer_norm"]}}) == [f"layer_norm: layer_norm {LENGTH}: {NORM}"]
    assert on_a_map({"each": {"axis": 0, "body": ["layer_norm"]}}) == []
    assert on_a_map({"each": {"axis": 2, "body": ["gelu"]}}, "layer_scale") == [f"layer_scale: layer_scale {WIDTH}: {axis('layer_scale')}"]
    frames = {"input": [5, 3, 14, 6], "layers": [{"each": {"axis": 0, "body": [conv, "layer_norm"]}}, {"linear": 9}]}
    assert remarks(frames) == [f"layer_norm: layer_norm {WIDTH}: {NORM}"]


# --- layer types of the spec --------------------------------------------------------------------------------------


@pytest.mark.parametrize("read", ["params: in_features", "output: [7, in_features]", "args: [size=in_features]", "maccs: 3 * in_tokens"])
def test_a_type_that_reads_the_last_axis(read: str) -> None:
    text = f"""
        input: [3, 14, 6]
        layer_types: {{mine: {{{read}}}}}
        layers: [conv: {{channels: 8, kernel: 3, padding: 1}}, mine]
    """
    assert remarks(text) == [f"mine: mine {WIDTH}: {FLAT}"]
    assert remarks(text.replace("mine]", "{rearrange: c h w -> (h w) c}, mine]")) == []
    assert remarks(text.replace(read, "params: in_channels * in_width")) == []


def test_a_type_made_of_layers() -> None:
    text = """
        input: [3, 14, 6]
        layer_types: {mine: {layers: [gelu, layer_norm, linear: 5]}}
        layers: [conv: {channels: 8, kernel: 3, padding: 1}, mine]
    """
    assert remarks(text) == [f"mine: mine {WIDTH}: {NORM}"]
    assert remarks(text.replace("[gelu,", '[{rearrange: "c h w -> (h w) c"},')) == []


# --- layers of the first axis on tokens ---------------------------------------------------------------------------

SPATIAL: dict[str, Any] = {
    "conv": {"channels": 4, "kernel": 3},
    "depthwise_conv": {"kernel": 3},
    "conv_transpose": {"channels": 4, "kernel": 3},
    "max_pool": 2,
    "avg_pool": 2,
    "lp_pool": 2,
    "adaptive_avg_pool": 3,
    "adaptive_max_pool": 3,
    "global_avg_pool": None,
    "global_max_pool": None,
    "upsample": {"scale": 2},
    "crop": 5,
    "pad": 2,
    "blur_pool": None,
    "unfold": {"kernel": 3},
    "instance_norm": None,
    "conv_norm_act": {"channels": 4},
    "squeeze_excite": {"hidden": 3},
    "eca": None,
    "patch_embedding": {"features": 5, "patch": 3},
}
FIRST: dict[str, Any] = {
    "batch_norm": None,
    "group_norm": 7,
    "local_response_norm": 3,
    "channel_shuffle": 7,
    "prelu": {"per_channel": True},
}


@pytest.mark.parametrize("name", [*SPATIAL, *FIRST])
def test_tokens_are_no_map(name: str) -> None:
    text = "{input: {shape: [14], dtype: int64}, layers: [{embedding: {vocabulary: 50, features: 9}}, layer_norm]}"
    document = yaml.safe_load(text)
    item = {name: SPATIAL[name] if name in SPATIAL else FIRST[name]}
    found = remarks({**document, "layers": [*document["layers"], item]})
    assert found == [f"{name}: {name} {TOKENS if name in SPATIAL else FEATURES}: {TURN}"]
    assert (
        remarks({**document, "layers": [*document["layers"], {"permute": [1, 0]}, *([] if name in FIRST and FIRST[name] == 7 else [item])]})
        == []
    )


def test_the_features_of_a_picture_put_last() -> None:
    order = {"permute": [1, 2, 0]}
    assert on_a_map(order, "layer_norm", {"upsample": {"scale": 2}}) == [
        f"upsample: upsample {TOKENS}: permute: [2, 0, 1] comes before it",
    ]
    assert on_a_map(order, "prelu", "relu", {"conv": {"channels": 5, "kernel": 1}}) == []


def test_explain_says_what_a_pad_leaves_alone() -> None:
    report = archcalc.analyze({"input": [14, 9], "layers": [{"linear": 5}, {"pad": [[2, 1]]}]})
    assert report.outputs == [[14, 8]]
    assert remarks({"input": [14, 9], "layers": [{"linear": 5}, {"pad": 1}]}) == [f"pad: pad {TOKENS}: {TURN}"]
    assert "of tokens [length, features] it is the features that are padded" in layers.find("pad").notes  # type: ignore[union-attr]


# --- names of the last axis ---------------------------------------------------------------------------------------

HOW_MANY = "in_length is the last axis, here the features of tokens: in_tokens is how many there are"
ONE_AXIS = "in_length is the axis that in_features is, the last: of tokens [length, features] the length is in_tokens"
MINE = "layer_types: {mine: {output: in_shape, maccs: in_length * 3}}"


@pytest.mark.parametrize(
    "head",
    [
        "input: {shape: [80], dtype: int64}\nlayers: [{embedding: {vocabulary: 50, features: 128}}, layer_norm, mine]",
        "input: [80, 32]\nlayers: [{linear: 128}, mine]",
        "input: [80, 128]\nlayers: [{residual: [{attention: 4}]}, relu, mine]",
        "input: [32, 8, 10]\nlayers: [{conv: {channels: 128, kernel: 1}}, {rearrange: c h w -> (h w) c}, mine]",
    ],
)
def test_the_length_of_tokens_is_not_in_length(head: str) -> None:
    assert remarks(f"{head}\n{MINE}") == [f"layer_types.mine.maccs: {HOW_MANY}"]
    assert remarks(f"{head}\n{MINE}".replace("in_length", "in_tokens")) == []
    report = archcalc.analyze(yaml.safe_load(f"{head}\n{MINE}".replace("in_length * 3", "in_tokens * in_features")))
    assert report.layers[-1].maccs == 80 * 128


def test_the_length_of_a_map_is_in_length() -> None:
    text = f"input: [5, 40]\nlayers: [{{conv: {{channels: 8, kernel: 3}}}}, mine, {{linear: in_length}}]\n{MINE}"
    assert remarks(text) == [f"linear: linear {LENGTH}: {FLAT}"]


@pytest.mark.parametrize(
    "rest",
    [
        "layers: [mine, {conv: {channels: 8, kernel: 3}}]",
        "layers: [mine, {max_pool: 2}]",
        "layers: [mine, batch_norm]",
        "layers: [mine, {relu: }, {conv: {channels: in_channels, kernel: 3}}]",
        "blocks: {b: {layers: [{conv: {channels: 8, kernel: 3}}]}}\nlayers: [{identity: , name: x}, mine, {b: , from: x}]",
        "layers: [{avg_pool: in_length}]",
        "layers: [mine, {reshape: [in_channels, 4, 10]}]",
        "layers: [mine, {reshape: [in_tokens, 4, 10]}]",
    ],
)
def test_a_length_of_what_is_a_map_for_something_is_no_matter(rest: str) -> None:
    """A layer that goes over the axes behind the channels, or an expression that reads the other axis, says what the value is."""
    assert [note for note in remarks(f"input: [5, 40]\n{rest}\n{MINE}") if "in_length" in note] == []


def test_a_length_of_two_axes_of_which_nobody_says_what_they_are() -> None:
    told = "in_length of [80, 128] is 128, its last axis, as in_features is; in_tokens is 80"
    head = "input: [80, 128]\nvars: {seq: 80}\n"
    assert remarks(f"{head}layers: [mine]\n{MINE}") == [f"layer_types.mine.maccs: {told}"]
    assert remarks(f"{head}layers: [{{linear: in_length}}, {{linear: 3}}]") == [f"layers[0].linear: {told}"]
    assert remarks(f"{head}layers: [{{reshape: [-1, in_length // 2]}}, {{identity: , repeat: in_length}}]") == [
        f"layers[0].reshape: {told}",
        "layers[1].repeat: in_length of [160, 64] is 64, its last axis, as in_features is; in_tokens is 160",
    ]
    block = "blocks: {b: {layers: [{reshape: [in_length, -1]}]}}\n"
    assert remarks(f"{head}{block}layers: [b]") == [f"blocks.b.layers[0].reshape: {told}"]
    assert remarks(f"{head}{block}layers: [{{linear: 128}}, b]") == [f"blocks.b.layers[0].reshape: {HOW_MANY}"]
    for other in ("in_tokens", "in_features", "prod(in_shape)"):
        assert remarks(f"{head}layers: [mine]\n{MINE}".replace("in_length", other)) == []
    assert remarks(f"input: [40, 40]\nlayers: [mine]\n{MINE}") == []


def test_both_names_of_one_axis_in_two_places() -> None:
    """What one expression may not do, two do not do unnoticed: the keys of a type, an argument and its default."""
    text = "input: [80, 128]\nlayers: [mine]\nlayer_types: {mine: {output: in_shape, maccs: in_length * 3, params: in_features * 5}}"
    assert remarks(text) == [f"layer_types.mine.maccs: {ONE_AXIS}"]
    block = """
        input: [80, 128]
        blocks: {mine: {args: [a=in_length, b=in_features], layers: [linear: a * b]}}
        layers: [mine]
    """
    assert remarks(block) == [f"blocks.mine.args[0]: {ONE_AXIS}"]
    assert remarks(block.replace("in_length", "in_tokens")) == []


THE_TOKENS = "in_channels is the first axis, here the tokens: in_features is the last, in_tokens how many there are"


@pytest.mark.parametrize("where", ["{linear: 3 * in_channels}", "{linear: h, let: {h: 3 * in_channels}}", "mine", "taken"])
def test_the_features_of_tokens_are_not_in_channels(where: str) -> None:
    text = f"""
        input: {{shape: [14], dtype: int64}}
        blocks:
          mine: {{args: [h=3 * in_channels], layers: [linear: h]}}
          taken: {{let: {{h: 3 * in_channels}}, layers: [linear: h]}}
        layers: [{{embedding: {{vocabulary: 50, features: 9}}}}, {where}]
    """
    at = {"{linear: 3": "layers[1].linear", "{linear: h": "layers[1].let.h", "mine": "blocks.mine.args[0]", "taken": "blocks.taken.let.h"}[
        where[:10]
    ]
    assert remarks(text) == [f"{at}: {THE_TOKENS}"]
    assert remarks(text.replace("in_channels", "in_features")) == []
    assert remarks(text.replace("in_channels", "in_tokens")) == []
    mapped = "input: [3, 14, 6]\nlayers: [conv: {channels: 8, kernel: 1}, conv: {channels: 2 * in_channels, kernel: 1}]"
    assert remarks(mapped) == []


def test_a_block_on_tokens_that_was_first_used_on_who_knows_what() -> None:
    """Its second copy gets what a layer of features made, in the shape that the first got."""
    text = """
        input: [80, 12]
        blocks: {mine: {let: {h: 3 * in_channels}, layers: [residual: [layer_norm, mlp: h]]}}
        layers: [{mine: , repeat: 2}]
    """
    assert remarks(text) == [f"blocks.mine.let.h: {THE_TOKENS}"]
    assert remarks(text.replace("repeat: 2", "repeat: 1")) == []


# --- axes by number -----------------------------------------------------------------------------------------------


def on_tokens(*items: Any) -> list[str]:
    """The notes of layers behind an embedding whose output is [14, 9]."""
    return remarks(
        {"input": {"shape": [14], "dtype": "int64"}, "layers": [{"name": "e", "embedding": {"vocabulary": 50, "features": 9}}, *items]}
    )


CUT = "split cuts the first axis, here the tokens of one sequence: axis: -1 is that of their features"
JOIN = "concat joins values along the first axis, here the tokens of one sequence: axis: -1 is that of their features"


def test_parts_of_tokens() -> None:
    assert on_tokens({"linear": 12}, {"split": 2}, "multiply") == [f"split: {CUT}"]
    for meant in ({"parts": 2, "axis": -1}, {"parts": 2, "axis": 1}, {"parts": 2, "axis": 0}, [4, 10]):
        assert on_tokens({"linear": 12}, {"split": meant}, "concat") == []
    assert on_a_map({"split": 2}, "multiply") == []


def test_tokens_of_one_sequence_joined() -> None:
    branches = [[{"linear": 5}], [{"linear": 5}]]
    assert on_tokens({"parallel": branches}) == [f"concat: {JOIN}"]
    assert on_tokens({"residual": {"merge": "concat", "body": [{"mlp": 7}]}}) == [f"concat: {JOIN}"]
    assert on_tokens({"linear": 9}, {"concat": None, "from": ["e", "linear"]}) == [f"concat: {JOIN}"]
    for place in (0, 1, -1):
        assert on_tokens({"parallel": {"branches": branches, "axis": place}}) == []
        assert on_tokens({"residual": {"merge": "concat", "axis": place, "body": [{"mlp": 7}]}}) == []
    # of two sequences, or of two lengths, tokens are joined along their axis
    text = """
        inputs: {a: {shape: [14], dtype: int64}, b: {shape: [14], dtype: int64}}
        layers:
          - {name: x, embedding: {vocabulary: 50, features: 9}, from: a}
          - {name: y, embedding: {vocabulary: 60, features: 9}, from: b}
          - {concat: , from: [x, y]}
    """
    assert remarks(text) == []
    assert on_tokens({"slice": {"stop": 1}}, {"concat": None, "from": ["slice", "e"]}) == []
    assert on_a_map({"parallel": [["relu"], ["gelu"]]}) == []


FEATURES_GO = "takes axis 1, here the features of tokens: {}: 0 is their positions; -1 where features are meant"


def test_features_that_go() -> None:
    assert on_tokens({"mean": 1}, {"linear": 5}) == ["mean: mean " + FEATURES_GO.format("axes")]
    assert on_tokens({"reduce": {"function": "max", "axes": [1]}}) == ["reduce: reduce " + FEATURES_GO.format("axes")]
    assert on_tokens({"slice": {"axis": 1, "stop": 1}}) == ["slice: slice " + FEATURES_GO.format("axis")]
    for meant in ({"mean": 0}, {"mean": -1}, {"mean": [0, 1]}, {"slice": {"axis": 1, "stop": 4}}, {"slice": {"stop": 1}}):
        assert on_tokens(meant) == []
    assert on_a_map({"mean": 1}) == []


def test_a_slice_of_all() -> None:
    whole = "slice: slice takes the whole of axis {}: start and stop say what of it"
    assert on_tokens({"slice": 0}) == [whole.format(0)]
    assert on_a_map({"slice": -1}) == [whole.format(-1)]
    assert on_tokens({"slice": {"stop": 14}}) == []


def test_the_axis_behind_the_channels() -> None:
    halves = [{"name": name, "conv": {"channels": 5, "kernel": 1}, "from": "c"} for name in ("a", "b")]
    joined = {"from": ["a", "b"]}
    assert on_a_map(*halves, {"concat": 1, **joined}) == [f"concat: concat {SECOND}"]
    assert on_a_map({"split": {"parts": 2, "axis": 1}}, "multiply") == [f"split: split {SECOND}"]
    assert on_a_map({"parallel": {"axis": 1, "branches": [["relu"], ["gelu"]]}}) == [f"concat: concat {SECOND}"]
    for place in (0, -1, -2):
        assert on_a_map(*halves, {"concat": place, **joined}) == []
    # coordinate attention: what is left of one axis, behind what is left of the other
    pooled = [{"name": "h", "mean": 2, "from": "c"}, {"name": "w", "mean": 1, "from": "c"}]
    assert on_a_map(*pooled, {"concat": 1, "from": ["h", "w"]}) == []
    row = {"adaptive_avg_pool": [1, None], "from": "c"}
    assert on_a_map({"name": "h", **row}, {"name": "w", **row}, {"concat": 1, "from": ["h", "w"]}) == []
    sound = {"input": [5, 20], "layers": [{"conv": {"channels": 8, "kernel": 3}}, {"glu": 1}]}
    assert remarks(sound) == ["glu: glu takes axis 1, here the length of a map: axis: 0 is its channels; -1 where the length is meant"]


@pytest.mark.parametrize("name", ["layer_norm", "rms_norm", "layer_scale", "grn"])
def test_weights_for_each_token(name: str) -> None:
    first = {"layer_norm": "channels", "rms_norm": [0]}.get(name, {"axis": 0})
    assert on_tokens({name: first}) == [f"{name}: {name} works on the first axis, here the tokens: - {name} alone is on their features"]
    assert on_tokens(name) == []
    assert on_tokens({"softmax": 0}) == []


def test_a_number_of_last_axes_names_none() -> None:
    assert on_a_map({"layer_norm": 1}) == on_a_map("layer_norm") == [f"layer_norm: layer_norm {WIDTH}: {NORM}"]
    assert on_a_map({"layer_norm": 3}) == on_a_map({"layer_norm": [2]}) == []


def test_of_two_axes_one_layer_takes_the_first_and_another_the_last() -> None:
    both = "takes the first axis for channels, and a layer before it the last for features: permute: [1, 0] comes before one of them"
    conv = {"conv": {"channels": 8, "kernel": 3, "padding": 1}}
    assert remarks({"input": [14, 9], "layers": ["layer_norm", "gelu", conv]}) == [f"conv: conv {both}"]
    assert remarks({"input": [14, 9], "layers": [{"residual": ["rms_norm", {"depthwise_conv": {"kernel": 3, "padding": 1}}]}]}) == [
        f"depthwise_conv: depthwise_conv {both}"
    ]
    turned = {"input": [14, 9], "layers": ["layer_norm", {"permute": [1, 0]}, conv]}
    assert remarks(turned) == []
    assert remarks({"input": [14, 9], "layers": ["layer_norm", {"max_pool": 2}]}) == []
    assert remarks({"input": [14, 9], "layers": [{"layer_norm": "channels"}, conv]}) == []


def test_tokens_put_back_into_a_map() -> None:
    tokens = [{"flatten": 1}, {"permute": [1, 0]}, {"attention": 2}, {"permute": [1, 0]}, {"reshape": [8, 14, 6]}]
    assert on_a_map(*tokens, "layer_norm") == [f"layer_norm: layer_norm {ONE}: {NORM}"]
    assert on_a_map(*tokens, {"layer_norm": "channels"}) == []


def test_a_sum_in_which_one_channel_stands_for_all() -> None:
    one = {"name": "one", "conv": {"channels": 1, "kernel": 1}}
    notes = archcalc.analyze({"input": [3, 14, 6], "layers": [{"conv": {"channels": 8, "kernel": 1}}, {"residual": [one]}]}).notes
    assert notes == ["add: add adds one channel to each of 8: write 8 channels where each has its own"]
    tokens = archcalc.analyze({"input": [14, 9], "layers": [{"residual": [{"linear": 1}]}]}).notes
    assert tokens == ["add: add adds one feature to each of 9: write 9 features where each has its own"]
    for meant in ({"merge": "multiply", "body": [one]}, ["global_avg_pool", {"linear": 6}], [{"global_avg_pool": {"keep": True}}, one]):
        assert archcalc.analyze({"input": [1, 6, 6], "layers": [{"residual": meant}]}).notes == []
    pooled = {"residual": [{"global_avg_pool": {"keep": True}}]}  # a global context, the same for all positions
    assert archcalc.analyze({"input": [8, 14, 6], "layers": [{"conv": {"channels": 8, "kernel": 1}}, pooled]}).notes == []


def test_a_ratio_in_place_of_a_size() -> None:
    def notes(item: Any) -> list[str]:
        return [note for note in archcalc.analyze({"input": [14, 40], "layers": [item]}).notes if "hidden" in note]

    assert notes({"mlp": 4}) == ["mlp: mlp has 4 hidden features between 40: a ratio is written 4 * in_features"]
    assert notes({"gated_mlp": {"hidden": 2.0}}) == [
        "gated_mlp: gated_mlp has 2 hidden features between 40: a ratio is written 2 * in_features"
    ]
    for meant in ({"mlp": 10}, {"mlp": "4 * in_features"}, {"mlp": {"hidden": 4, "features": 3}}, {"lstm": 4}):
        assert notes(meant) == []


def test_a_kernel_in_place_of_channels() -> None:
    large = {"input": [64, 60, 70], "layers": [{"depthwise_conv": 48}]}
    assert archcalc.analyze(large).notes == [
        "depthwise_conv: depthwise_conv has a kernel of 48: the number is its kernel, and its channels are those that come in"
    ]
    for item in ({"depthwise_conv": 31}, {"depthwise_conv": {"kernel": 51, "padding": 25}}, {"avg_pool": 48}):
        assert archcalc.analyze({"input": [64, 60, 70], "layers": [item]}).notes == []
