"""What of a sequence each layer type says that it looks at, against loops that really compute (``oracle``): one position is changed, and
what of the output changes with it is what looks at it."""

from __future__ import annotations

from typing import Any

import pytest

import oracle
from archcalc import layers
from archcalc.layers.kit.layer import LayerType
from archcalc.layers.kit.positions import ALL, APART, EARLIER
from layer_examples import PLAIN, TYPES, Args, Shapes, applied
from layer_loops import AROUND, CASES, CONV, NET, Layer, whole
from oracle import Machine, Tensor, tensor


def listed(kind: str, shapes: Shapes, args: Args) -> str:
    """What the layer type says of each axis of each input: a word, and the axis of the output."""
    layer, result = layers.find(kind), applied(kind=kind, shapes=shapes, args=args)
    assert layer is not None
    inputs = [tuple(shape) for shape in shapes]

    def said(number: int, axis: int) -> str:
        word, place = layer.moves(result, inputs, number, axis)
        assert place is None or 0 <= place < len(result.shapes[0])
        return word if place is None or word == ALL else f"{word}>{place}"

    return ", ".join(" ".join(said(number, axis) for axis in range(len(shape))) for number, shape in enumerate(shapes))


def seen(layer: Layer, shapes: Shapes, args: Args, number: int, axis: int, at: int) -> set[oracle.machine.Index]:
    """The elements of the output that change with those of an input at one position of an axis."""

    def given(shift: float) -> list[Tensor]:
        values = [tensor(shape) for shape in shapes]
        values[number] = {index: each + shift * (index[axis] == at) * (1 + sum(index) % 3) for index, each in values[number].items()}
        return values

    before, after = layer(Machine(), *given(0.0), **args), layer(Machine(), *given(0.375), **args)
    return {index for index, value in before.items() if after[index] != value}


IDS = [f"{number}-{case[0]}" for number, case in enumerate(CASES)]


@pytest.mark.parametrize(("kind", "layer", "shapes", "loops", "written", "expected"), CASES, ids=IDS)
def test_a_layer_looks_at_no_more_than_it_says(
    kind: str, layer: Layer, shapes: Shapes, loops: Args, written: Args | None, expected: str
) -> None:
    args: Args = loops if written is None else written
    if "padding" in args:
        args = args | {"padding": [list(each) for each in args["padding"]]}
    found = listed(kind, shapes, args)
    assert found == expected
    for number, words in enumerate(found.split(", ")):
        for axis, word in enumerate(words.split()):
            looks, _, place = word.partition(">")
            for at in range(shapes[number][axis]):
                changed = seen(layer, shapes, loops, number, axis, at)
                if looks == APART and place:
                    assert {index[int(place)] for index in changed} <= ({at} if shapes[number][axis] > 1 else set(range(99)))
                elif looks == APART:  # of the last position alone
                    assert not changed or at == shapes[number][axis] - 1
                elif looks == EARLIER and place and "attention" not in kind:
                    assert all(index[int(place)] >= at for index in changed)


def test_the_loops_do_see_later_positions() -> None:
    """A layer that claimed to look at earlier positions alone would fail above."""
    changed = seen(oracle.conv, [[2, 7]], CONV | AROUND, 0, 1, 3)
    assert {index[1] for index in changed} == {2, 3, 4}
    assert {index[0] for index in seen(oracle.softmax, [[4, 3]], {"axis": 0}, 0, 0, 3)} == {0, 1, 2, 3}
    assert {index[0] for index in seen(whole("gru", "recurrent"), [[4, 3]], NET | {"bidirectional": True}, 0, 0, 3)} == {0, 1, 2, 3}


ONLY_SAID = {
    **dict.fromkeys(("identity", "cast", "dropout", "stochastic_depth"), "nothing is done at inference"),
    **dict.fromkeys(
        ("embedding", "embedding_bag", "one_hot", "class_token", "sinusoidal"), "inputs are ids, or there are positions that no input has"
    ),
    **dict.fromkeys(("reshape", "squeeze", "unsqueeze", "rearrange", "split"), "below, by the axes of their outputs"),
    **dict.fromkeys(
        ("attention_mask", "kv_cache", "expert_sum", "parameter", "constant", "activation", "cross_entropy"), "no loops of their own"
    ),
}


def test_every_layer_type_is_tried_or_has_a_reason() -> None:
    assert {layer.name for layer in PLAIN} - {case[0] for case in CASES} == set(ONLY_SAID)


SAID: list[tuple[str, Shapes, Args, str]] = [
    ("identity", [[4, 3]], {}, "apart>0 apart>1"),
    ("cast", [[4, 3]], {"to": "bfloat16"}, "apart>0 apart>1"),
    ("dropout", [[4, 3]], {}, "apart>0 apart>1"),
    ("stochastic_depth", [[4, 3]], {"rate": 0.5}, "apart>0 apart>1"),
    ("embedding", [[4, 3]], {"vocabulary": 9, "features": 2}, "apart>0 apart>1"),
    ("embedding_bag", [[4, 3]], {"vocabulary": 9, "features": 2}, "apart>0 all"),
    ("sinusoidal", [[4, 3]], {}, "apart>0 all"),
    ("one_hot", [[4, 3]], {"classes": 9}, "apart>0 apart>1"),
    ("class_token", [[2, 4, 3]], {}, "apart>0 earlier>1 all"),
    ("attention_mask", [[2, 4, 4]], {}, "apart>0 apart>1 apart>2"),
    ("kv_cache", [[2, 4, 3]], {}, "apart>0 earlier>1 all"),
    ("expert_sum", [[4, 3], [4, 2]], {}, "apart>0 all, apart>0 all"),
    ("reshape", [[1, 8]], {"shape": [-1, 2, 4]}, "apart>0 all"),
    ("reshape", [[1, 8]], {"shape": [2, 4]}, "all all"),
    ("reshape", [[1, 8]], {"shape": [-1, 4]}, "all all"),
    ("reshape", [[5, 1, 8]], {"shape": [5, 8]}, "apart>0 all apart>1"),
    ("reshape", [[1, 2, 4]], {"shape": [1, 8]}, "apart>0 all all"),
    ("squeeze", [[1, 3, 1]], {"axis": 2}, "apart>0 apart>1 all"),
    ("squeeze", [[1, 3, 1]], {}, "all apart>0 all"),
    ("unsqueeze", [[4, 3]], {"axis": 0}, "apart>1 apart>2"),
    ("unsqueeze", [[4, 3]], {"axis": -1}, "apart>0 apart>1"),
    ("split", [[4, 6]], {"parts": 2, "axis": 1}, "apart>0 all"),
    ("rearrange", [[4, 6]], {"pattern": "l (h d) -> h l d", "sizes": {"h": 2}}, "apart>1 all"),
    ("rearrange", [[4, 6]], {"pattern": "l d -> (l d)"}, "all all"),
    ("rearrange", [[4, 1]], {"pattern": "l d -> (l d)"}, "apart>0 all"),
    ("rearrange", [[4, 3, 2]], {"pattern": "l ... -> ... l"}, "apart>2 apart>0 apart>1"),
    ("rearrange", [[4, 1, 3]], {"pattern": "l 1 d -> d l"}, "apart>1 all apart>0"),
    ("rearrange", [[4, 3, 2]], {"pattern": "l ... -> l (...)"}, "apart>0 all all"),
    ("lstm", [[4, 3], [1, 2], [1, 2]], {"hidden": 2}, "earlier>0 all, all all, all all"),
]


@pytest.mark.parametrize(("kind", "shapes", "args", "expected"), SAID)
def test_where_an_axis_goes(kind: str, shapes: Shapes, args: Args, expected: str) -> None:
    assert listed(kind, shapes, args) == expected


def test_a_type_that_says_nothing_looks_at_everything() -> None:
    silent = {layer.name for layer in PLAIN if layer.positions == ALL}
    assert silent == {
        *("affine_grid", "nms", "blur_pool", "depth_to_space", "space_to_depth", "deform_conv"),
        *(
            "parameter",
            "constant",
            "activation",
            "cross_entropy",
            "group_norm",
            "grn",
            "pixel_shuffle",
            "pixel_unshuffle",
            "unfold",
            "fold",
        ),
    }
    fresh = LayerType("fresh", "New.", source="none", example=TYPES[0].example)
    assert fresh.moves(applied(kind="relu", shapes=[[4, 3]], args={}), [(4, 3)], 0, 0) == (ALL, None)


def test_a_declaration_says_one_of_three_words_or_a_function() -> None:
    words: set[Any] = {layer.positions for layer in PLAIN if isinstance(layer.positions, str)}
    assert words == {APART, EARLIER, ALL}
