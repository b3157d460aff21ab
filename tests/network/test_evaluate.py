"""When expressions are evaluated, and which shape in_* means."""

from __future__ import annotations

import pytest

from spec_help import flow, layer_errors, network

# When expressions are evaluated


def test_repeat_is_evaluated_once() -> None:
    assert network("- {name: c, conv: {channels: in_channels + 2, kernel: 1}, repeat: in_channels - 1}") == [
        "c.0 [5, 5, 7] 20",
        "c.1 [7, 5, 7] 42",
    ]


def test_repeat_is_evaluated_outside_of_its_own_index() -> None:
    layers = "- for: x\n  in: [0, 0, 0]\n  do: [{name: c, relu: , repeat: index}]"
    assert [row.split()[0] for row in network(layers)] == ["for.1.c.0", "for.2.c.0", "for.2.c.1"]


def test_repeat_does_not_see_its_own_index() -> None:
    assert "there is no 'index' in scope in 'index + 2'" in layer_errors("- {relu: , repeat: index + 2}")


def test_repeat_asks_the_shape_that_comes_in_by_from() -> None:
    layers = "- {name: a, conv: {channels: 2, kernel: 1}}\n- conv: {channels: 4, kernel: 1}\n- {name: c, add: , from: [a, a], repeat: in_channels - 1}"
    assert [row.split()[0] for row in network(layers)] == ["a", "conv", "c.0"]


def test_in_is_evaluated_once() -> None:
    layers = "- for: c\n  in: [in_channels + 1, in_channels + 4]\n  do: [conv: {channels: c, kernel: 1}]"
    assert network(layers) == ["for.0.conv [4, 5, 7] 16", "for.1.conv [7, 5, 7] 35"]


def test_in_is_evaluated_once_for_all_copies() -> None:
    layers = "- {for: c, in: [in_channels + 1], do: [conv: {channels: c, kernel: 1}], repeat: 2}"
    assert network(layers) == ["for.0.0.conv [4, 5, 7] 16", "for.1.0.conv [4, 5, 7] 20"]


def test_if_is_evaluated_once_for_all_copies() -> None:
    layers = "- if: in_channels == 3\n  then: [conv: {channels: 4, kernel: 1}]\n  else: [conv: {channels: 9, kernel: 1}]\n  repeat: 2"
    assert network(layers) == ["if.0.conv [4, 5, 7] 16", "if.1.conv [4, 5, 7] 20"]


def test_if_and_in_do_not_see_the_index_of_their_own_repeat() -> None:
    layers = "- for: x\n  in: [0, 0]\n  do:\n    - {name: i, if: index == 1, then: [linear: 2], repeat: 2}\n    - {name: f, for: c, in: [3 + index], do: [linear: c], repeat: 2}"
    assert [f"{row.split()[0]} {row.split()[3]}" for row in network(layers)] == [
        *("for.0.f.0.0.linear 3]", "for.0.f.1.0.linear 3]"),
        *("for.1.i.0.linear 2]", "for.1.i.1.linear 2]", "for.1.f.0.0.linear 4]", "for.1.f.1.0.linear 4]"),
    ]


def test_arguments_are_evaluated_for_every_copy() -> None:
    layers = "- {conv: {channels: in_channels * 2 + index, kernel: 1}, repeat: 3}"
    assert network(layers) == ["conv.0 [6, 5, 7] 24", "conv.1 [13, 5, 7] 91", "conv.2 [28, 5, 7] 392"]


def test_a_blocks_arguments_and_defaults_are_evaluated_for_every_copy() -> None:
    text = """
        input: [3, 5, 7]
        blocks: {b: {args: [c, d=in_channels + c], layers: [conv: {channels: d, kernel: 1}]}}
        layers: [{b: index, repeat: 3}]
    """
    assert flow(text) == ["b.0.conv [3, 5, 7] 12", "b.1.conv [4, 5, 7] 16", "b.2.conv [6, 5, 7] 30"]


def test_from_is_evaluated_for_every_copy() -> None:
    layers = """
        - {name: s, split: {parts: [1, 2, 4], axis: 2}}
        - {name: first, relu: , from: s.0}
        - {name: c, concat: {axis: 2}, from: [previous, "s[index]"], repeat: 3}
    """
    assert network(layers)[2:] == ["c.0 [3, 5, 2] 0", "c.1 [3, 5, 4] 0", "c.2 [3, 5, 8] 0"]


def test_from_with_an_index_and_a_repeat_that_asks_the_incoming_shape() -> None:
    layers = (
        '- {name: s, split: {parts: [2, 5], axis: 2}}\n- {name: c, concat: {axis: 2}, from: ["s[index]", "s[index]"], repeat: in_width - 1}'
    )
    assert network(layers)[1:] == ["c.0 [3, 5, 4] 0"]


def test_the_arguments_of_a_composite_are_evaluated_for_every_copy() -> None:
    layers = (
        "- {name: r, residual: {body: [conv: {channels: 2, kernel: 1}], merge: concat, skip: index > 0 and in_channels == 2}, repeat: 3}"
    )
    assert network(layers) == ["r.0.conv [2, 5, 7] 8", "r.1.conv [2, 5, 7] 6", "r.1.concat [4, 5, 7] 0", "r.2.conv [2, 5, 7] 10"]


# Which shape in_* means


@pytest.mark.parametrize(
    ("shape", "name", "size"),
    [
        *[(shape, "in_channels", 2) for shape in ("[2]", "[2, 3]", "[2, 3, 5]", "[2, 3, 5, 7]")],
        *[
            ("[2, 3]", name, size)
            for name, size in (
                ("in_length", 3),
                ("in_tokens", 2),
                ("in_features", 3),
                ("in_shape[0]", 2),
                ("in_shape[1]", 3),
                ("len(in_shape)", 2),
            )
        ],
        *[
            ("[2, 3, 5]", name, size)
            for name, size in (
                ("in_height", 3),
                ("in_width", 5),
                ("in_tokens", 3),
                ("in_features", 5),
                ("in_shape[-1]", 5),
                ("in_shape[1]", 3),
            )
        ],
        *[
            ("[2, 3, 5, 7]", name, size)
            for name, size in (
                ("in_depth", 3),
                ("in_height", 5),
                ("in_width", 7),
                ("in_tokens", 5),
                ("in_features", 7),
                ("prod(in_shape)", 210),
            )
        ],
        ("[2]", "in_features", 2),
        ("[2, 3, 5, 7, 11]", "in_features", 11),
        ("[2, 3, 5, 7, 11]", "in_channels", 2),
        ("[2, 3, 5, 7, 11]", "in_tokens", 7),
    ],
)
def test_the_names_of_the_incoming_shape(shape: str, name: str, size: int) -> None:
    (row,) = network(f"- linear: 100 + {name}", shape=shape)
    assert row.split("]")[0].split()[-1].strip("[") == str(100 + size)


@pytest.mark.parametrize(
    ("shape", "name"),
    [
        *[("[2]", name) for name in ("in_length", "in_height", "in_width", "in_depth", "in_tokens")],
        *[("[2, 3]", name) for name in ("in_height", "in_width")],
        *[("[2, 3, 5]", name) for name in ("in_length", "in_depth")],
        ("[2, 3, 5, 7]", "in_length"),
        ("[2, 3, 5, 7, 9]", "in_height"),
    ],
)
def test_the_incoming_shape_has_none(shape: str, name: str) -> None:
    assert layer_errors(f"- linear: {name}", shape=shape).startswith(
        f"net.yaml:3:11: layers[0].linear: {name}: the incoming shape {shape} has none\n  expected  "
    )


def test_in_means_the_items_shape_not_the_blocks() -> None:
    text = """
        input: [3, 5, 7]
        blocks: {b: {layers: [conv: {channels: in_channels + 1, kernel: 1}, conv: {channels: in_channels + 2, kernel: 1}]}}
        layers: [b]
    """
    assert flow(text) == ["b.conv [4, 5, 7] 16", "b.conv_2 [6, 5, 7] 30"]


def test_in_means_the_items_shape_not_the_composites() -> None:
    layers = "- residual:\n    body: [conv: {channels: 8, kernel: 1}, conv: {channels: in_channels, kernel: 1}]\n    shortcut: [conv: {channels: in_channels + 5, kernel: 1}]"
    assert network(layers) == ["conv [8, 5, 7] 32", "conv_2 [8, 5, 7] 72", "conv_3 [8, 5, 7] 32", "add [8, 5, 7] 0"]


def test_in_of_a_blocks_arguments_is_what_comes_into_the_block() -> None:
    text = """
        input: [3, 5, 7]
        blocks: {b: {args: [c], layers: [conv: {channels: 9, kernel: 1}, conv: {channels: c, kernel: 1}]}}
        layers: [b: in_channels + 1]
    """
    assert flow(text)[-1] == "b.conv_2 [4, 5, 7] 40"


def test_in_of_a_residuals_skip_is_what_comes_into_the_residual() -> None:
    layers = "- residual: {body: [conv: {channels: 8, kernel: 1}, conv: {channels: 3, kernel: 1}], skip: in_channels == 3}"
    assert network(layers)[-1] == "add [3, 5, 7] 0"


def test_in_with_from_is_the_sources_shape() -> None:
    layers = "- {name: a, conv: {channels: 4, kernel: 1}}\n- conv: {channels: 8, kernel: 1}\n- {conv: {channels: in_channels + 1, kernel: 1}, from: a}"
    assert network(layers)[-1] == "conv_2 [5, 5, 7] 25"


def test_in_with_several_inputs_is_the_firsts_shape() -> None:
    layers = "- {name: a, conv: {channels: 4, kernel: 1}}\n- conv: {channels: 8, kernel: 1}\n- {concat: {axis: in_channels - 4}, from: [a, previous, input]}"
    assert network(layers)[-1] == "concat [15, 5, 7] 0"


def test_in_of_a_sequence_with_from() -> None:
    layers = "- {name: a, conv: {channels: 4, kernel: 1}}\n- conv: {channels: 8, kernel: 1}\n- {sequence: [conv: {channels: in_channels + 1, kernel: 1}], from: a}"
    assert network(layers)[-1] == "conv_2 [5, 5, 7] 25"


def test_if_and_for_ask_the_shape_that_comes_in_by_from() -> None:
    layers = """
        - {name: a, conv: {channels: 4, kernel: 1}}
        - conv: {channels: 8, kernel: 1}
        - {if: in_channels == 4, then: [linear: in_channels], else: [linear: 9], from: a}
        - {for: c, in: [in_channels + 1], do: [linear: c], from: a}
    """
    assert network(layers)[2:] == ["linear [4, 5, 4] 32", "for.0.linear [4, 5, 5] 40"]
