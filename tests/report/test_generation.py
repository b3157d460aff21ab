"""Several tokens at once against a context, and a prompt with what is generated behind it."""

from __future__ import annotations

import json
from math import isclose
from typing import Any

import pytest

import archcalc
from archcalc.core.errors import RequestError
from archcalc.report.passes import Cost, summed
from spec_help import analyzed

DECODER: dict[str, Any] = {
    "input": {"shape": [12], "dtype": "int64"},
    "layers": [
        {"embedding": {"vocabulary": 20, "features": 8}},
        {"attention": {"heads": 2, "causal": True}, "repeat": 2},
        {"linear": 20, "name": "head"},
    ],
}


def decoded(context: int, **options: Any) -> archcalc.Report:
    return archcalc.analyze(DECODER, phase="decode", context=context, **options)


def test_five_tokens_against_a_context() -> None:
    """Each of five has its projections and its head; the pairs are 5 * 30, masked ones among them, or what five of them see."""
    one, five = decoded(30).totals, decoded(30, step=5).totals
    projections, pair = 2 * 4 * 8 * 8 + 8 * 20, 2 * 2 * 8
    assert one.maccs == projections + 30 * pair
    assert five.maccs == 5 * projections + 5 * 30 * pair
    half = decoded(30, step=5, causal="half").totals
    assert half.maccs == 5 * projections + (26 + 27 + 28 + 29 + 30) * pair == sum(decoded(each).totals.maccs for each in range(26, 31))
    assert one.kv_cache_bytes == five.kv_cache_bytes


def test_a_chunk_that_is_the_whole_is_the_prompt() -> None:
    whole, chunk = archcalc.analyze(DECODER), decoded(12, step=12)
    assert (whole.totals.maccs, whole.outputs) == (chunk.totals.maccs, chunk.outputs)


def test_what_is_said_of_it(run: Any) -> None:
    out = run("llama2", "--phase", "decode", "--context", "100", "--step", "5", "--depth", "1", "--device", "A100")[1]
    assert "\ndecoding: 5 tokens at once, which attend to 100, themselves among them\n" in out
    found = json.loads(run("llama2", "--phase", "decode", "--context", "100", "--step", "5", "--device", "A100", "--format", "json")[1])
    forward = found["time"]["forward"]
    assert forward["tokens_per_second"] == 5 * forward["samples_per_second"]


TOP = "blocks: {top: {args: [n], layers: [{linear: {features: n, bias: false}}, {name: out, linear: {features: n, bias: false}}]}}"


@pytest.mark.parametrize(
    ("layers", "all_positions", "one_position"),
    [
        # a gru's products are 3 * 6 * (8 + 6) a token, and it needs all of them
        ("[gru: 6]", 252, 0),
        ("[gru: 6, linear: 11, {scale: 2}, softmax]", 252, 66),
        ("[{name: end, repeat: 3, top: 8}]", 5 * 64, 64),
        ("[{name: end, repeat: 2, top: 8}, {name: a, top: 8}]", 5 * 64, 64),
        ("[{residual: [linear: 8]}]", 64, 0),  # what joins two values has no head
        ("[{attention: {heads: 2, causal: true, bias: false}}]", 4 * 64 + 2 * 8 * 5, 0),
    ],
)
def test_only_what_ends_the_network_and_keeps_positions_apart_runs_on_the_last_alone(
    layers: str, all_positions: int, one_position: int
) -> None:
    text = f"""
        input: {{shape: [seq], dtype: int64}}
        vars: {{seq: 9}}
        {TOP}
        layers: [embedding: {{vocabulary: 11, features: 8}}, {layers[1:]}
    """
    generation = analyzed(text, prompt=5, generate=1).generation
    assert generation is not None
    assert generation.first.operations == 2 * (5 * all_positions + one_position)


def test_a_generation_is_no_training(run: Any) -> None:
    out = run("gpt2", "--prompt", "10", "--generate", "5", "--device", "A100", "--memory", "--depth", "1")[1]
    assert "inference takes" in out
    assert "training" not in out
    for option, value in (("--optimizer", "adam"), ("--tokens", "5000")):
        code, _, err = run("gpt2", "--prompt", "10", "--generate", "5", option, value)
        assert (code, err) == (2, f"archcalc: what is generated is inference, and training is asked for: {option.removeprefix('--')}\n")


def test_a_generation_is_the_sum_of_its_steps() -> None:
    for device in ("raspberry-pi-4", "A100"):
        common: dict[str, Any] = {"device": device, "batch": 3}
        report = archcalc.analyze("gpt2", prompt=200, generate=60, **common)
        generation = report.generation
        assert generation is not None
        steps = [archcalc.analyze("gpt2", phase="decode", context=context, **common).totals for context in range(201, 260)]
        assert generation.whole.operations == generation.first.operations + sum(2 * each.maccs for each in steps)
        assert isclose(generation.whole.seconds, generation.first.seconds + sum(each.time_seconds for each in steps), rel_tol=1e-9)
        assert generation.tokens_per_second == 3 * 60 / generation.whole.seconds


def test_the_first_token_needs_the_head_for_one_position() -> None:
    report = archcalc.analyze("llama3", prompt=2048, generate=512, device="H100")
    head = 2 * 4096 * 128_256
    whole = archcalc.analyze("llama3", vars={"seq": 2048}, memory=True)
    assert report.generation is not None
    assert report.generation.first.operations == 2 * report.totals.maccs == 2 * whole.totals.maccs - 2047 * head
    assert report.generation.end_bytes == archcalc.analyze("llama3", phase="decode", context=2560, memory=True).ledgers[-1].bytes
    last = archcalc.analyze("llama3", vars={"seq": 2048}, logits="last", memory=True)
    assert report.generation.prompt_bytes == report.ledgers[-1].bytes == last.ledgers[-1].bytes
    assert "logits: of the last position alone" in report.notes


def test_bytes_and_operations_of_a_prompt_are_those_of_one_pass() -> None:
    """With 131,072 positions a fused Llama 3 has the most alive in its MLP: the stream twice (the residual's, and the norm's), and gate, up
    and their product of 14,336 features; of the head there is the norm's output in float32 twice and one position."""
    report = archcalc.analyze("llama3", prompt=131_072, generate=512, device="H100", attention="fused", cache_dtype="q8_0")
    generation, positions = report.generation, 131_072
    assert generation is not None
    weights, cache = 2 * 8_030_261_248, positions * 32 * 2 * 8 * (128 // 32 * 34)
    assert generation.prompt_bytes == weights + cache + 8 * positions + 2 * positions * (2 * 4096 + 3 * 14_336)
    last = archcalc.analyze("llama3", prompt=131_072, logits="last", device="H100", attention="fused", cache_dtype="q8_0")
    assert (generation.first.operations, generation.first.seconds) == (2 * last.totals.maccs, last.totals.time_seconds)


@pytest.mark.parametrize(
    ("options", "fitting", "told"),
    [
        # 16,060,522,496 bytes of weights, 64 * 131,072 of each token of the cache, and 64 * (8 + 2 * (4,096 + 128,256)) of activations
        (
            {"prompt": 128, "generate": 4096, "batch": 64},
            1027,
            "  at the end inference takes 47.97 GiB (51,510,944,256 bytes) and does not fit, all 4,224 tokens in the cache; while the prompt goes in "
            "16.74 GiB\n  1,027 of the 4,096 tokens fit 24.00 GiB: with 1,156 in the cache it is too little\n",
        ),
        (
            {"prompt": 4096, "generate": 4096, "batch": 64},
            0,
            "all 8,192 tokens in the cache; while the prompt goes in 71.96 GiB and does not fit\n"
            "  none of the 4,096 tokens fits 24.00 GiB: their prompt does not\n",
        ),
        (
            {"prompt": 128, "generate": 1027, "batch": 64},
            1027,
            "  at the end inference takes 24.00 GiB (25,766,306,304 bytes), all 1,155 tokens in the cache; while the prompt goes in 16.74 GiB\n"
            "the first token",
        ),
    ],
)
def test_what_is_generated_fits_up_to_a_token(run: Any, options: dict[str, int], fitting: int, told: str) -> None:
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    code, out, _ = run("llama3", "--device", "4090", "--attention", "fused", "--depth", "1", *words)
    assert code == 0
    assert told in out
    report = archcalc.analyze("llama3", device="4090", attention="fused", **options)  # type: ignore[arg-type]
    assert report.generation is not None
    assert report.generation.fitting == report.generation.to_dict()["fitting_tokens"] == fitting
    for more, fits in ((fitting, True), (fitting + 1, False)):
        at = options["prompt"] + more
        step = archcalc.analyze("llama3", phase="decode", context=at, memory=True, attention="fused", batch=options["batch"])
        assert (step.ledgers[-1].bytes <= 24 * 2**30) is fits or not fitting


def test_where_no_memory_is_known_all_is_said_to_fit(run: Any) -> None:
    found = archcalc.analyze("gpt2", prompt=10, generate=5).generation
    assert found is not None
    assert found.fitting is None
    assert "fitting_tokens" not in found.to_dict()
    assert found.fits(found.end)


@pytest.mark.parametrize("layers", ["[{name: end, repeat: 3, top: 8}]", "[{name: end, repeat: 2, top: 8}, {name: a, top: 8}]"])
def test_a_head_in_a_block_that_serves_others_runs_on_one_position_in_the_last_alone(layers: str) -> None:
    text = f"""
        input: {{shape: [9], dtype: int64}}
        {TOP}
        layers: [embedding: {{vocabulary: 11, features: 8}}, {layers[1:]}
    """
    whole, last = analyzed(text), analyzed(text, logits="last")
    assert (whole.totals.maccs, last.totals.maccs) == (6 * 9 * 64, 5 * 9 * 64 + 64)
    assert last.outputs == [[1, 8]]
    assert [row.name for row in last.layers if row.name not in {each.name for each in whole.layers}] == [
        last.layers[-1].name.replace("out", "last_position")
    ]
    assert last.totals.params == whole.totals.params == 11 * 8 + 6 * 64


def test_what_is_behind_the_head_takes_one_position_as_well() -> None:
    report = archcalc.analyze("lstm_lm", logits="last")
    assert [row.output_shapes for row in report.layers[-2:]] == [[[1, report.outputs[0][1]]]] * 2


def test_on_the_command_line(run: Any) -> None:
    out = run("llama3", "--prompt", "2Ki", "--generate", "512", "--depth", "1")[1]
    assert out.split("\n\n")[-1].splitlines()[:3] == [
        "a prompt of 2,048 and 512 tokens behind it, batch 1",
        "  first token (TTFT)  30,787,376,250,880 operations",
        "  all                 39,074,404,499,456 operations",
    ]
    timed = run("llama3", "--prompt", "2Ki", "--generate", "512", "--depth", "1", "--device", "H100")[1]
    assert timed.split("\n\n")[-1].splitlines()[1:5] == [
        "  first token (TTFT)                      ≥ 30.9 ms  29,688,401,494,016 operations",
        "  each further token (TPOT), in the mean  ≥ 4.57 ms                                 at most 219 tokens/s while decoding",
        "  all                                      ≥ 2.37 s  37,975,429,742,592 operations  at most 217 tokens/s, 0.43 requests/s",
        "  operations without masked products, which times do not count; with these 30,787,376,250,880 and 39,074,404,499,456",
    ]
    found = json.loads(run("llama3", "--prompt", "2Ki", "--generate", "1", "--format", "json")[1])["generation"]
    assert found["first_token"] == found["total"]


def test_times_and_rates_of_an_answer() -> None:
    """Of the time behind the first token each of the other 6 has its share; operations beside a time are those that it counts."""
    found = archcalc.analyze(DECODER, prompt=9, generate=7, batch=5, device="A100", dtype="float16", energy=True).to_dict()["generation"]
    first, whole = found["first_token"], found["total"]
    each = (whole["seconds"] - first["seconds"]) / 6
    assert (found["seconds_per_output_token"], found["decoded_tokens_per_second"]) == (each, 5 / each)
    assert found["requests_per_second"] == 5 / whole["seconds"] == found["tokens_per_second"] / 7
    masked = 2 * 5 * 2 * (9 * 9 - 45) * 2 * 8  # two layers' pairs, each of two products of 8
    assert first["operations"] - first["bound_operations"] == whole["operations"] - whole["bound_operations"] == masked
    energy = found["energy_estimate"]
    joules = 0.75e-12 * first["bound_operations"] + 162.5e-12 * first["moved_bytes"]
    assert isclose(energy["first_token"]["joules"], joules)
    assert isclose(energy["joules_per_output_token"], (energy["total"]["joules"] - joules) / 6 / 5)
    alone = archcalc.analyze(DECODER, prompt=9, generate=1, device="A100").to_dict()["generation"]
    assert alone["seconds_per_output_token"] is alone["decoded_tokens_per_second"] is None


@pytest.mark.parametrize(("prompt", "step"), [(12, 4), (11, 4), (5, 2), (9, 9)])
def test_a_prompt_by_chunks_is_the_sum_of_its_passes(prompt: int, step: int) -> None:
    """Each attends to all before; the head runs once, on the last position."""
    report = archcalc.analyze(DECODER, prompt=prompt, step=step, device="A100", memory=True)
    found = report.to_dict()["generation"]
    ends = [*range(step, prompt, step), prompt]
    passes = [decoded(end, step=end - start, device="A100", memory=True) for start, end in zip([0, *ends], ends, strict=False)]
    head = [next(row for row in each.layers if row.name == "head") for each in (*passes, decoded(prompt + 1, device="A100"))]
    sign = [-1] * len(passes) + [1]
    operations = sum(2 * each.totals.maccs for each in passes) + sum(2 * row.maccs * by for row, by in zip(head, sign, strict=True))
    times = [each.totals.time for each in passes] + [row.time for row in head]
    assert all(times)
    seconds = sum(time.seconds * by for time, by in zip(times, [1] * len(passes) + sign, strict=True) if time)
    assert found.get("prompt_passes", 1) == len(passes)
    if len(passes) == 1:  # the prompt at once, with no cache to read
        assert found == archcalc.analyze(DECODER, prompt=prompt, generate=1, device="A100", memory=True).to_dict()["generation"]
        return
    assert found["first_token"]["operations"] == operations
    assert isclose(found["first_token"]["seconds"], seconds)
    assert found["prompt_bytes"] == max(each.ledgers[-1].bytes for each in passes)


def test_chunks_on_the_command_line(run: Any) -> None:
    out = run("gpt2", "--prompt", "1000", "--step", "300", "--generate", "20", "--depth", "1")[1]
    assert "\na prompt of 1,000 in 4 passes of 300 at most and 20 tokens behind it, batch 1\n" in out


def test_a_head_runs_on_the_last_of_several_new_tokens() -> None:
    """What a prompt needs whose beginning is in the cache: 4 of 5 positions have no head."""
    each, last = decoded(30, step=5), decoded(30, step=5, logits="last")
    assert each.totals.maccs - last.totals.maccs == 4 * 8 * 20


def test_a_sum_with_a_bend() -> None:
    """A window, a limit that changes, and one that takes over: each is followed to where it bends."""

    def at(context: int) -> Cost:
        return Cost(7 * context, min(context, 37) * 5 + 3, max(0.25 * context, 11.0))

    asked = [at(context) for context in range(5, 501)]
    found = summed(at, 5, 500)
    assert found.operations == sum(each.operations for each in asked)
    assert found.bytes == sum(each.bytes for each in asked)
    assert isclose(found.seconds, sum(each.seconds for each in asked))


@pytest.mark.parametrize(("front", "step"), [(0, 1), (5, 1), (0, 4), (3, 7), (0, 30)])
@pytest.mark.parametrize("chunks", [[9], [4, 12], [6, 10], [1, 7], [3, 1000]])
@pytest.mark.parametrize(("low", "high"), [(1, 260), (17, 19), (20, 20), (9, 121)])
def test_a_sum_over_chunks(chunks: list[int], front: int, step: int, low: int, high: int) -> None:
    """Pass n's cost rises with the tokens before it, and with those of its chunks, which start anew; another part stops at a window."""
    asked: list[int] = []

    def at(number: int) -> Cost:
        asked.append(number)
        first, end = front + (number - 1) * step, front + number * step
        seen = [sum(position % size + 1 for position in range(first, end)) for size in chunks]
        read = [end - first // size * size for size in chunks]
        return Cost(7 * end + sum(seen), sum(read) + min(end, 50), sum(max(0.25 * each, 3.5) for each in read), end)

    passes = [at(number) for number in range(low, high + 1)]
    asked.clear()
    found = summed(at, low, high, chunks, front, step)
    assert found.operations == sum(each.operations for each in passes)
    assert found.bytes == sum(each.bytes for each in passes)
    assert found.bound_operations == sum(each.bound_operations for each in passes)
    assert isclose(found.seconds, sum(each.seconds for each in passes))


def test_many_chunks_take_few_passes() -> None:
    """A million of them in the time of some hundreds."""
    asked: list[int] = []

    def at(context: int) -> Cost:
        asked.append(context)
        return Cost(3 * context + 2 * ((context - 1) % 1000 + 1), 0, 0.0)

    assert summed(at, 1, 10**9, [1000]).operations == 3 * 10**9 * (10**9 + 1) // 2 + 2 * 10**6 * 500_500
    assert len(asked) < 100


CHUNKED: dict[str, Any] = {
    "input": {"shape": [12], "dtype": "int64"},
    "layers": [
        {"embedding": {"vocabulary": 20, "features": 8}},
        {"parameter": [3, 8], "name": "prefix"},
        {"concat": 0, "from": ["prefix", "embedding"]},
        {"attention": {"heads": 2, "causal": True, "chunk": "5 if index == 1 else 4"}, "repeat": 2},
        {"attention": {"heads": 2, "causal": True}},
    ],
}


@pytest.mark.parametrize("front", [True, False])
@pytest.mark.parametrize("step", [None, 2, 7])
def test_an_answer_in_chunks_is_the_sum_of_its_steps(step: int | None, front: bool) -> None:
    """Chunks of 4 and of 5, of which the second begins with those in front of the tokens."""
    layers = CHUNKED["layers"] if front else [CHUNKED["layers"][0], *CHUNKED["layers"][3:]]
    document, device = {**CHUNKED, "layers": layers}, "A100"
    before = 3 * front
    found = archcalc.analyze(document, prompt=24, generate=90, device=device, step=step).to_dict()["generation"]
    steps = [archcalc.analyze(document, phase="decode", context=before + context, device=device).totals for context in range(25, 24 + 90)]
    ends = [*range(step, 24, step), 24] if step else []
    for start, end in zip([0, *ends], ends, strict=False):
        steps.append(archcalc.analyze(document, phase="decode", context=before + end, step=end - start, device=device).totals)
    first = [] if step else [archcalc.analyze(document, prompt=24, generate=1, device=device).totals]
    assert found["total"]["operations"] == sum(2 * each.maccs for each in (*first, *steps))
    assert found["total"]["moved_bytes"] == sum(each.time.bytes for each in (*first, *steps) if each.time)
    assert isclose(found["total"]["seconds"], sum(each.time.seconds for each in (*first, *steps) if each.time))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"step": 5}, "step is how many tokens come in at once: it goes with a prompt, or in the decode phase with a context"),
        ({"step": 5, "prompt": 4}, "step: chunks of 5 tokens are longer than the prompt of 4"),
        ({"step": 2, "prompt": 4, "measured": "3s", "device": "A100"}, "measured is the time of one pass, and step asks for many"),
        ({"step": 2, "prompt": 4, "optimizer": "sgd"}, "what is generated is inference, and training is asked for: optimizer"),
        (
            {"prompt": 4, "mfu": 0.5, "device": "A100"},
            "mfu is the share of the peak that a training reaches, and prompt asks for inference",
        ),
        (
            {"phase": "decode", "context": 4, "mfu": 0.5, "device": "A100"},
            "mfu is the share of the peak that a training reaches, and phase asks",
        ),
        (
            {"phase": "decode", "context": 4, "logits": "last"},
            "logits last is for several positions: while decoding one token there is one;",
        ),
        ({"step": 5, "phase": "decode"}, "the decode phase needs a context"),
        ({"step": 5, "phase": "decode", "context": 4}, "step: 5 new tokens are more than the context of 4, which has them among it"),
        ({"generate": 5}, "generate goes with prompt: how many tokens there are before"),
        ({"prompt": 5, "phase": "decode", "context": 9}, "a prompt goes in before anything is decoded"),
        ({"vars": {"seq": 77}, "phase": "decode", "context": 9}, "seq is the length of the input, which changes nothing while decoding"),
        ({"vars": {"seq": 4096}, "phase": "decode", "context": 9}, "seq is the length of the input, which changes nothing while decoding"),
        ({"input": [77], "phase": "decode", "context": 9}, "input is the length of the input, which changes nothing while decoding"),
    ],
)
def test_what_can_not_be_asked(options: dict[str, Any], message: str) -> None:
    with pytest.raises(RequestError, match=f"^{message}"):
        archcalc.analyze("llama2", **options)


def test_a_var_that_changes_more_than_the_length_may_be_set() -> None:
    document = {**DECODER, "vars": {"seq": 12}, "input": {"shape": ["seq"], "dtype": "int64"}}
    document["layers"] = [DECODER["layers"][0], {"position_embedding": "seq"}, *DECODER["layers"][1:]]
    assert archcalc.analyze(document, vars={"seq": 40}, phase="decode", context=40).totals.kv_cache_bytes == 2 * 2 * 40 * 8 * 4
