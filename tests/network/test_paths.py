"""Names and paths from outside: into loops, copies, branches, blocks, and outputs by their numbers."""

from __future__ import annotations

import pytest

from spec_help import flow, layer_errors, network

# Paths

PYRAMID = """
    - name: down
      for: c
      in: [4, 6, 8]
      do:
        - {name: skip, conv: {channels: c, kernel: 1}}
        - conv: {channels: c + 1, kernel: 1}
    - {name: end, TYPE: , from: PATH}
"""


@pytest.mark.parametrize(
    ("path", "channels"),
    [
        ("down.0.skip", 4),
        ("down.1.conv", 7),
        ('"down[2].skip"', 8),
        ('"down[3 - 2].skip"', 6),
        ("down.2.skip", 8),
        ("down.skip", 8),
        ("down.1", 7),
        ('"down[0]"', 5),
        ("down", 9),
    ],
)
def test_paths_into_a_for(path: str, channels: int) -> None:
    assert network(PYRAMID.replace("PATH", path).replace("TYPE", "relu"))[-1] == f"end [{channels}, 5, 7] 0"


@pytest.mark.parametrize(("path", "channels"), [("for.0.conv", 4), ("for.conv", 6), ("for_2.0.conv", 8), ("for_2", 10)])
def test_an_unnamed_for_is_called_for(path: str, channels: int) -> None:
    loops = (
        "- for: c\n  in: [4, 6]\n  do: [conv: {channels: c, kernel: 1}]\n- for: c\n  in: [8, 10]\n  do: [conv: {channels: c, kernel: 1}]\n"
    )
    assert network(f"{loops}- {{name: end, relu: , from: {path}}}")[-1] == f"end [{channels}, 5, 7] 0"


@pytest.mark.parametrize(("path", "channels"), [("up.0", 5), ("up.1", 7), ("up", 9), ('"up[index]"', 5), ('"up[3 - 2]"', 7)])
def test_paths_to_the_copies_of_a_repeat(path: str, channels: int) -> None:
    layers = "- {name: up, conv: {channels: in_channels + 2, kernel: 1}, repeat: 3}\n- {name: end, relu: , from: [PATH], repeat: 1}"
    assert network(layers.replace("PATH", path))[-1] == f"end.0 [{channels}, 5, 7] 0"


@pytest.mark.parametrize(("path", "channels"), [("up.0.conv", 5), ("up.1.conv", 7), ("up.conv", 7), ('"up[1 - 1].conv"', 5), ("up.0", 5)])
def test_paths_into_the_copies_of_a_repeat(path: str, channels: int) -> None:
    layers = "- {name: up, sequence: [conv: {channels: in_channels + 2, kernel: 1}], repeat: 2}\n- {name: end, relu: , from: PATH}"
    assert network(layers.replace("PATH", path))[-1] == f"end [{channels}, 5, 7] 0"


@pytest.mark.parametrize(
    ("path", "channels"),
    [("up.0.0.conv", 4), ("up.0.1.conv", 6), ("up.1.0.conv", 8), ("up.0.conv", 6), ("up.conv", 10), ("up.0", 6), ("up", 10)],
)
def test_paths_into_a_repeated_for(path: str, channels: int) -> None:
    loop = "- {name: up, for: c, in: [4, 6], do: [conv: {channels: c + 4 if in_channels == 6 or in_channels == 8 else c, kernel: 1}], repeat: 2}"
    assert network(f"{loop}\n- {{name: end, relu: , from: {path}}}")[-1] == f"end [{channels}, 5, 7] 0"


@pytest.mark.parametrize(
    ("path", "channels"), [("x.left", 4), ("x.right", 6), ("x", 10), ("x.concat", 10), ("x.left.conv", 4), ("x.right.q", 6)]
)
def test_paths_into_a_named_parallel(path: str, channels: int) -> None:
    branches = "{left: [conv: {channels: 4, kernel: 1}], right: [{name: q, conv: {channels: 6, kernel: 1}}]}"
    assert (
        network(f"- {{name: x, parallel: {{branches: {branches}}}}}\n- {{name: end, relu: , from: {path}}}")[-1]
        == f"end [{channels}, 5, 7] 0"
    )


@pytest.mark.parametrize(("path", "features"), [("left.q", 2), ("right.q", 4)])
def test_each_named_branch_has_its_own_names(path: str, features: int) -> None:
    layers = (
        "- parallel: {branches: {left: [{name: q, linear: 2}], right: [{name: q, linear: 4}]}, axis: 2}\n- {name: end, relu: , from: PATH}"
    )
    assert network(layers.replace("PATH", path))[-1] == f"end [3, 5, {features}] 0"
    assert "there is no item named 'q' here" in layer_errors(layers.replace("PATH", "q"))


def test_a_path_does_not_reach_what_is_outside() -> None:
    layers = "- {name: a, relu: }\n- for: x\n  in: [1]\n  do: [{name: b, relu: }]\n- {name: s, sequence: [{name: c, relu: }]}\n- {relu: , from: PATH}"
    for path in ("for.0.a", "s.a", "s.for", "for.0.s"):
        assert "there is no '" in layer_errors(layers.replace("PATH", path))


def test_a_branch_that_is_empty_is_what_came_in() -> None:
    layers = "- {name: p, parallel: {branches: {left: [], right: [linear: 2]}, axis: 2}}\n- {linear: 11, from: p.left}\n- {linear: 11, from: p.right}"
    assert network(layers)[-2:] == ["linear [3, 5, 11] 88", "linear_2 [3, 5, 11] 33"]


@pytest.mark.parametrize(("path", "features"), [("p.left", 5), ("p.0.left", 4), ("p.1.left.linear", 5), ("p.0", 11), ("p", 16)])
def test_paths_into_a_repeated_parallel(path: str, features: int) -> None:
    layers = (
        "- {name: p, parallel: {branches: {left: [linear: 4 + index], right: []}, axis: 2}, repeat: 2}\n- {name: end, relu: , from: PATH}"
    )
    assert network(layers.replace("PATH", path))[-1] == f"end [3, 5, {features}] 0"


@pytest.mark.parametrize(("path", "features"), [("s.a", 2), ("s", 3)])
def test_paths_into_a_named_if(path: str, features: int) -> None:
    layers = (
        "- {name: s, if: true, then: [{name: a, linear: 2}, linear: 3], else: [{name: b, linear: 4}]}\n- {name: end, relu: , from: PATH}"
    )
    assert network(layers.replace("PATH", path))[-1] == f"end [3, 5, {features}] 0"


def test_the_branches_of_an_unnamed_parallel_are_names_of_its_scope() -> None:
    branches = "{left: [conv: {channels: 4, kernel: 1}], right: [{name: q, conv: {channels: 6, kernel: 1}}]}"
    assert network(
        f"- parallel: {{branches: {branches}}}\n- {{name: a, linear: 2, from: left}}\n- {{name: b, linear: 2, from: right.q}}"
    ) == [
        "left.conv [4, 5, 7] 16",
        "right.q [6, 5, 7] 24",
        "concat [10, 5, 7] 0",
        "a [4, 5, 2] 16",
        "b [6, 5, 2] 16",
    ]


@pytest.mark.parametrize(("path", "channels"), [("r", 3), ("r.q", 8), ("r.add", 3), ("r.conv", 3)])
def test_paths_into_a_named_residual(path: str, channels: int) -> None:
    layers = "- {name: r, residual: [{name: q, conv: {channels: 8, kernel: 1}}, conv: {channels: 3, kernel: 1}]}\n- {name: end, relu: , from: PATH}"
    assert network(layers.replace("PATH", path))[-1] == f"end [{channels}, 5, 7] 0"


@pytest.mark.parametrize(("path", "channels"), [("s.0", 1), ("s.1", 2), ('"s[1]"', 2), ('"s[2 - 2]"', 1)])
def test_the_outputs_of_a_split(path: str, channels: int) -> None:
    assert network(f"- {{name: s, split: [1, 2]}}\n- {{name: end, relu: , from: {path}}}")[-1] == f"end [{channels}, 5, 7] 0"


def test_the_outputs_of_a_split_by_their_numbers_in_one_from() -> None:
    assert (
        network("- split: {parts: [1, 2, 4], axis: -1}\n- {concat: {axis: 2}, from: [split.2, split.0, split.2]}")[-1]
        == "concat [3, 5, 9] 0"
    )


def test_the_outputs_of_a_repeated_split() -> None:
    layers = "- {name: s, sequence: [{split: [1, 2]}, {concat: , from: [split.1, split.1, split.0]}], repeat: 1}\n- {name: end, relu: , from: s.0.split.1}"
    assert network(layers)[-1] == "end [2, 5, 7] 0"


def test_several_values_of_a_parallel_by_their_numbers() -> None:
    layers = "- {name: p, parallel: {branches: [[], [conv: {channels: 4, kernel: 1}]], merge: none}}\n- {name: end, relu: , from: p.1}"
    assert network(layers)[-1] == "end [4, 5, 7] 0"


def test_a_path_goes_through_blocks_in_blocks() -> None:
    assert (
        flow("""
        input: [3, 5, 7]
        blocks:
          inner: {args: [c], layers: [{name: a, conv: {channels: c, kernel: 1}, repeat: 2}, relu]}
          outer: {args: [c], layers: [inner: c, inner: c + 1]}
        layers:
          - {name: x, outer: 4, repeat: 2}
          - {name: end, concat: , from: [x.0.inner_2.a, x.1.inner.a.0, x.inner_2.a.0]}
    """)[-1]
        == "end [14, 5, 7] 0"
    )


def test_a_path_takes_the_value_inside_not_the_end() -> None:
    assert (
        flow("""
        input: [3, 5, 7]
        blocks: {b: {layers: [{name: a, conv: {channels: 4, kernel: 1}}, conv: {channels: 9, kernel: 1}]}}
        layers: [b, b, {name: end, relu: , from: b.a}]
    """)[-1]
        == "end [4, 5, 7] 0"
    )


def test_a_path_starts_at_the_nearest_scope_that_has_its_name() -> None:
    assert network("""
        - {name: a, sequence: [{name: x, conv: {channels: 4, kernel: 1}}]}
        - for: c
          in: [6]
          do:
            - {name: a, sequence: [{name: x, conv: {channels: c, kernel: 1}}]}
            - {name: in, linear: 2, from: a.x}
        - {name: out, linear: 2, from: a.x}
    """)[-2:] == ["for.0.in [6, 5, 2] 16", "out [4, 5, 2] 16"]


@pytest.mark.parametrize("inputs", ["[previous, a]", "[a, previous]"])
def test_every_copy_takes_its_own_previous_and_the_same_other(inputs: str) -> None:
    assert network(
        f"- {{name: a, conv: {{channels: 4, kernel: 1}}}}\n- conv: {{channels: 2, kernel: 1}}\n- {{concat: , from: {inputs}, repeat: 3}}"
    )[2:] == [
        "concat.0 [6, 5, 7] 0",
        "concat.1 [10, 5, 7] 0",
        "concat.2 [14, 5, 7] 0",
    ]
