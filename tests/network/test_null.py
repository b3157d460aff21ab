"""null as a value: in expressions, vars, arguments of blocks and loops, for arguments that take it; and windows that were meant as none."""

from __future__ import annotations

from typing import Any

import pytest

import archcalc
from archcalc import layers
from archcalc.core.kinds import Mismatch
from spec_help import analyzed, errors, flow, layer_errors, text_of

# --- a value as any other -----------------------------------------------------------------------------------------

MODEL = """
input: {shape: [seq], dtype: int64}
vars: {seq: 48, far: null, pattern: [16, null]}
blocks:
  layer:
    args: [window=null]
    layers:
      - residual: [rms_norm, {attention: {heads: 4, causal: true, window: window, bias: false}}]
layers:
  - embedding: {vocabulary: 90, features: 32}
"""


def pairs(layers: str, **options: Any) -> list[int]:
    """MACCs of the products of each attention in the spec, as pairs of a query and a key: of 32 features, twice each."""
    report = analyzed(MODEL + text_of(layers).replace("\n", "\n  ").join(["  ", "\n"]), **options)
    return [(row.maccs - 4 * 32 * 32 * row.output_shapes[0][0]) // (2 * 32) for row in report.layers if row.type == "attention"]


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ("- {layer: null if index % 3 == 2 else 16, repeat: 6}", [48 * 16, 48 * 16, 48 * 48] * 2),
        ("- {layer: 'pattern[index % 2]', repeat: 3}", [48 * 16, 48 * 48, 48 * 16]),
        ("- {for: w, in: [null, 16], do: [layer: w]}", [48 * 48, 48 * 16]),
        ("- {for: w, in: pattern, do: [layer: {window: w}]}", [48 * 16, 48 * 48]),
        ("- layer: far\n- layer: {window: null}\n- layer\n- layer: 16", [48 * 48] * 3 + [48 * 16]),
        ("- {if: far == null, then: [layer: far], else: [layer: 16]}", [48 * 48]),
        ("- {layer: 16 if far != null else null}", [48 * 48]),
        ("- {layer: w, let: {w: null}}", [48 * 48]),
    ],
)
def test_no_window_is_null_wherever_a_value_may_stand(layers: str, expected: list[int]) -> None:
    assert pairs(layers) == expected


def test_a_var_that_is_null_can_be_set_and_one_that_is_none_can_be_null() -> None:
    text = "- layer: far\n- layer: 16 if far == null else null"
    assert pairs(text, vars={"far": 8}) == [48 * 8, 48 * 48]
    assert pairs(text.replace("far\n", "'pattern[0]'\n"), vars={"pattern": [None, 3]}) == [48 * 48, 48 * 16]
    variants = {"input": [5, 8], "vars": {"w": 3}, "variants": {"all": {"w": None}}, "layers": [{"attention": {"heads": 2, "window": "w"}}]}
    assert archcalc.analyze(variants, variant="all").totals.maccs - archcalc.analyze(variants).totals.maccs == 2 * 8 * 5 * (5 - 3)


def test_a_block_may_ask_whether_it_was_given_something() -> None:
    text = """
    input: [5, 7]
    blocks:
      mixed:
        args: [hidden=null, norm=null]
        layers:
          - linear: 4 * in_features if hidden == null else hidden
          - activation: norm
            when: norm != null
    layers: [mixed: , mixed: 3, mixed: {norm: relu}]
    """
    assert [row.split("] ")[0] for row in flow(text)] == [
        "mixed.linear [5, 28",
        "mixed_2.linear [5, 3",
        "mixed_3.linear [5, 12",
        "mixed_3.activation [5, 12",
    ]


@pytest.mark.parametrize("layer", [*layers.every()], ids=lambda layer: layer.name)
def test_an_argument_without_a_default_of_its_own_takes_null(layer: Any) -> None:
    """null stands for what follows from the rest, or for none; where there is a number by default it does not."""
    for arg in layer.args:
        if arg.default is None and not arg.required:
            assert arg.convert(None) is None
            assert arg.expected.endswith(", or null")
        elif "null" not in arg.meaning:
            with pytest.raises(Mismatch):
                arg.convert(None)


# --- what is wrong ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layer", "error"),
    [
        (
            "linear: none",
            "features can't be null\n  expected  a whole number of at least 1\n  found     null, from the expression 'none'",
        ),
        (
            "conv: {channels: 3, kernel: 3, stride: null if true else 1}",
            "stride can't be null\n  expected  a whole number of at least 1, or a list with one per spatial axis\n"
            "  found     null, from the expression 'null if true else 1'",
        ),
        ("linear: none + 1", "'none + 1': 'none' is null, not a number\n  hint      0 if none == null else none"),
        ("linear: 'min(none, 3)'", "'min(none, 3)': 'none' is null, not a number\n  hint      0 if none == null else none"),
        ("{linear: 2, when: none < 3}", "'none < 3': 'none' is null, not a number\n  hint      0 if none == null else none"),
        ("{linear: 2, when: none}", "when can't be null\n  expected  true or false\n  found     null, from the expression 'none'"),
        ("{linear: 2, when: not none}", "'not none': 'none' is null, not a truth value\n  hint      none == null"),
        (
            "{linear: 2, repeat: none}",
            "repeat can't be null\n  expected  a whole number of at least 0\n  found     null, from the expression 'none'",
        ),
        (
            "{for: a, in: none, do: []}",
            "in can't be null\n  expected  a list of values, or of lists with one value per name\n"
            "  found     null, from the expression 'none'",
        ),
        ("{linear: 2, when: none is null}", "'none is null': 'is' isn't allowed\n  hint      write =="),
        ("{linear: 2, when: none is not null}", "'none is not null': 'is not' isn't allowed\n  hint      write !="),
        ("{linear: 2, when: none == None}", "'none == None': None isn't allowed\n  hint      write null"),
        (
            "attention: {heads: 1, window: None}",
            "window can't be 'None'\n  expected  a whole number of at least 1, or null\n  hint      write null",
        ),
        (
            "attention: {heads: 1, window: 2.5}",
            "window can't be 2.5\n  expected  a whole number of at least 1, or null\n"
            "  hint      for a whole number use //, floor(), ceil() or round()",
        ),
        ("for: [a, b]\n  in: [null]\n  do: []", "pass 0 has null for 2 names\n  expected  [a, b]"),
    ],
)
def test_null_where_something_else_is_needed(layer: str, error: str) -> None:
    found = errors(f"input: [3, 5, 7]\nvars: {{none: null}}\nlayers:\n- {layer}\n")
    assert found.partition(": ")[2].partition(": ")[2] == error


def test_a_size_of_the_input_is_not_null() -> None:
    assert errors("{input: [3, n], vars: {n: null}, layers: [relu]}") == text_of("""
        net.yaml:1:13: input[1]: input[1] can't be null
          expected  a whole number of at least 1
          found     null, from the expression 'n'
    """)


def test_a_main_argument_is_not_given_by_null_alone() -> None:
    assert layer_errors("- linear: null").startswith("net.yaml:3:3: layers[0].linear: linear has no features")
    assert "b has no c" in errors("{input: [3], blocks: {b: {args: [c], layers: [relu]}}, layers: [b: null]}")


# --- windows and chunks as long as the sequence ------------------------------------------------------------------------------

CUT = ": its window is as long as the sequence, and a longer context is cut to it: no window is window: null"


def windows(layers: str, **options: Any) -> list[str]:
    """The notes on windows."""
    report = analyzed(MODEL + text_of(layers).replace("\n", "\n  ").join(["  ", "\n"]), **options)
    return [note for note in report.notes if "window: null" in note]


def test_a_window_as_long_as_the_sequence_gets_a_note_while_decoding() -> None:
    text = "- layer: seq\n- {layer: null if index == 1 else seq + 2, repeat: 2}\n- layer: seq - 1\n- layer"
    options = {"phase": "decode", "context": 500}
    assert windows(text) == []
    assert windows(text, **options) == ["layer.attention, layer_2.0.attention" + CUT]
    assert windows("- layer: null", **options) == windows("- layer: 47", **options) == []
    assert windows("- layer: 47", **options, vars={"far": 47}) == []


def test_it_is_the_window_that_caps_the_context() -> None:
    capped, whole = (pairs(f"- layer: {window}", phase="decode", context=500) for window in ("seq", "null"))
    assert (capped, whole) == ([48], [500])


def test_what_is_generated_is_decoded_too() -> None:
    assert windows("- layer: seq", prompt=10, generate=3) == ["layer.attention" + CUT]
    assert windows("- layer: null", prompt=10, generate=3) == []


def test_a_cache_that_a_spec_writes_out_is_named_itself() -> None:
    assert windows("- kv_cache: seq", phase="decode", context=500) == ["kv_cache" + CUT]
    assert windows("- kv_cache: 0", phase="decode", context=500) == windows("- kv_cache: 47", phase="decode", context=500) == []


AGAIN = ": its chunk is as long as the sequence, and a longer context starts anew behind it: none is chunk: null"


def test_a_chunk_as_long_as_the_sequence_gets_a_note_too() -> None:
    text = "- attention: {heads: 4, causal: true, chunk: CHUNK}"
    options: dict[str, Any] = {"phase": "decode", "context": 500}

    def chunks(chunk: str, **options: Any) -> list[str]:
        report = analyzed(MODEL + text_of(text.replace("CHUNK", chunk)).replace("\n", "\n  ").join(["  ", "\n"]), **options)
        return [note for note in report.notes if "chunk: null" in note]

    assert chunks("seq", **options) == chunks("seq + 2", **options) == chunks("seq", prompt=10, generate=3) == ["attention" + AGAIN]
    assert chunks("seq") == chunks("seq - 1", **options) == chunks("null", **options) == []
