"""Schedules run through task by task against their closed forms, and what holds of every one."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archcalc.core.errors import RequestError
from archcalc.parallel.order import BACKWARD, FORWARD, INPUTS, WEIGHTS
from archcalc.parallel.schedules import NAMES, SCHEDULES, Schedule, find_schedule, interleaved
from archcalc.parallel.timeline import Timeline, Times, run_through

EACH = [*SCHEDULES, "interleaved=2", "interleaved=5"]


def even(schedule: Schedule, devices: int, microbatches: int, *times: int) -> Timeline:
    """The timeline where all stages take the same."""
    assert schedule.obstacles(devices, microbatches) == []
    return run_through(schedule, devices, microbatches, [Times(*times)] * schedule.stages(devices))


def symbols(schedule: Schedule, devices: int, microbatches: int, *times: int) -> dict[str, Any]:
    return {"p": devices, "m": microbatches, "v": schedule.chunks, **dict(zip("FIW", times, strict=True))}


@st.composite
def cases(draw: st.DrawFn, names: list[str] = EACH) -> tuple[Schedule, int, int]:
    """A schedule, devices and microbatches that it can have."""
    schedule = find_schedule(draw(st.sampled_from(names)))
    devices = draw(st.integers(1, 7)) * (2 if schedule.even else 1)
    numbers = [number for number in range(1, 40) if not schedule.obstacles(devices, number)]
    return schedule, devices, draw(st.sampled_from(numbers))


TIMES = st.tuples(st.integers(1, 30), st.integers(1, 30), st.integers(1, 30))
WITHIN: dict[str, Any] = {
    "zb1p": lambda f, i, w: (f, i, min(f, i, w)),
    "zb2p": lambda f, i, w: (f, i, min(f, i, w)),
    "zbv": lambda f, i, w: (f, f, f),
    "dualpipe": lambda f, i, w: (f, f, min(f, w)),
    "dualpipev": lambda f, i, w: (f, f, min(f, w)),
}
"""Times near those that were drawn for which a closed form is exact, where it is not so for all."""
ENOUGH = {"zb1p": 1, "zb2p": 2}
"""How many microbatches a device those need that take fewer, too."""


@given(cases(), TIMES)
def test_the_bubble_is_that_of_the_closed_form(case: tuple[Schedule, int, int], times: tuple[int, int, int]) -> None:
    schedule, devices, microbatches = case
    times = WITHIN.get(schedule.name, lambda *times: times)(*times)
    microbatches = max(microbatches, ENOUGH.get(schedule.name, 0) * devices)
    found = even(schedule, devices, microbatches, *times)
    assert found.work == [microbatches * schedule.chunks // schedule.ways * sum(times)] * devices
    assert found.bubble == schedule.bubble(symbols(schedule, devices, microbatches, *times))


@given(cases(), TIMES)
def test_a_device_keeps_as_many_microbatches_as_the_closed_form_says(case: tuple[Schedule, int, int], times: tuple[int, int, int]) -> None:
    schedule, devices, microbatches = case
    found = even(schedule, devices, microbatches, *times)
    for device in range(devices):
        assert found.alive(device) == schedule.alive({**symbols(schedule, devices, microbatches, *times), "d": device})


@given(cases(), st.data())
def test_every_pass_is_done_once_when_what_it_needs_is_there(case: tuple[Schedule, int, int], data: st.DataObject) -> None:
    schedule, devices, microbatches = case
    stages = schedule.stages(devices)
    times = [Times(*data.draw(TIMES)) for _ in range(stages)]
    found = run_through(schedule, devices, microbatches, times)
    ended: dict[tuple[str, int, int, int], Any] = {}
    done: Counter[tuple[str, int]] = Counter()
    for device, runs in enumerate(found.runs):
        assert all(one.end <= two.begin for one, two in pairwise(runs))
        for run in runs:
            way = int(schedule.ways == 2 and run.stage != device)
            key = (run.task.kind, way, run.stage, run.task.microbatch)
            assert key not in ended
            ended[key] = run
            assert run.end - run.begin == times[run.stage].of(run.task.kind)
            done[run.task.kind, run.stage] += 1
    for stage in range(stages):
        whole, inputs, weights = (done[kind, stage] for kind in (BACKWARD, INPUTS, WEIGHTS))
        assert done[FORWARD, stage] == microbatches == whole + inputs
        assert inputs == weights
    for (kind, way, stage, number), run in ended.items():
        before: list[Any] = []
        if kind == FORWARD and stage:
            before.append(ended[FORWARD, way, stage - 1, number])
        if kind in (BACKWARD, INPUTS):
            before.append(ended[FORWARD, way, stage, number])
            if stage + 1 < stages:
                before += [ended[other, way, stage + 1, number] for other in (BACKWARD, INPUTS) if (other, way, stage + 1, number) in ended]
        if kind == WEIGHTS:
            before.append(ended[INPUTS, way, stage, number])
        assert before or (kind == FORWARD and not stage)
        assert all(each.end <= run.begin for each in before)


@given(cases(), st.data())
def test_no_step_is_shorter_than_its_longest_device_or_the_way_of_a_microbatch(
    case: tuple[Schedule, int, int], data: st.DataObject
) -> None:
    schedule, devices, microbatches = case
    times = [Times(*data.draw(TIMES)) for _ in range(schedule.stages(devices))]
    found = run_through(schedule, devices, microbatches, times)
    assert found.length >= found.period >= max(found.work)
    assert found.length >= sum(each.forward + each.inputs for each in times)
    slower = data.draw(st.integers(0, len(times) - 1))
    times[slower] = Times(times[slower].forward + 1, times[slower].inputs, times[slower].weights)
    assert run_through(schedule, devices, microbatches, times).length >= found.length


@pytest.mark.parametrize(("devices", "microbatches", "slots"), [(4, 8, 33), (8, 16, 69), (16, 64, 237)])
def test_slots_of_one_forward_and_two_backward(devices: int, microbatches: int, slots: int) -> None:
    for name in ("gpipe", "1f1b"):
        assert even(SCHEDULES[name], devices, microbatches, 1, 1, 1).length == slots == 3 * (microbatches + devices - 1)


def test_published_bubbles_and_activations() -> None:
    """The tables of DualPipe and of zero bubbles, p 8, m 24, F = I = W = 1; a V's chunks are half a stage."""
    p, m = 8, 24
    assert {name: even(SCHEDULES[name], p, m, 1, 1, 1).bubble for name in SCHEDULES} == {
        "gpipe": 3 * (p - 1),
        "1f1b": 3 * (p - 1),
        "zb1p": p - 1,
        "zb2p": 0,
        "zbv": 0,
        "dualpipe": (p // 2 - 1) * 2,
        "dualpipev": (p - 1) * 2,
    }
    assert {name: max(map(even(SCHEDULES[name], p, m, 1, 1, 1).alive, range(p))) for name in SCHEDULES} == {
        "gpipe": m,
        "1f1b": p,
        "zb1p": p,
        "zb2p": 2 * p - 1,
        "zbv": 2 * p,
        "dualpipe": p + 1,
        "dualpipev": 2 * p + 1,
    }


def test_interleaving_divides_the_bubble() -> None:
    """GPT-3 with p 8, m 64 and 3 chunks: 7 / 192 of the work, where it was 7 / 64; and Korthikanti's 1 + (p - 1) / (p v) activations."""
    plain, taken = even(SCHEDULES["1f1b"], 8, 64, 3, 3, 3), even(interleaved(3), 8, 64, 1, 1, 1)
    assert plain.work == taken.work
    assert (plain.bubble * 64, taken.bubble * 192) == (7 * plain.work[0], 7 * taken.work[0])
    assert (plain.alive(0) * 3, taken.alive(0)) == (24, 24 + 7)


def test_what_a_device_keeps_is_by_the_stage_it_is_of() -> None:
    found = even(SCHEDULES["zbv"], 2, 4, 1, 1, 1)
    assert [found.peak(device, [1000, 100, 10, 1]) for device in (0, 1)] == [4000, 310]


@pytest.mark.parametrize(
    ("name", "devices", "microbatches", "found"),
    [
        ("1f1b", 4, 1, []),
        (
            *("interleaved=2", 4, 6),
            [("interleaved=2 over 4 devices can't have 6 microbatches", "a multiple of 4", "--accumulate 8 or 4")],
        ),
        (
            *("interleaved=2", 4, 3),
            [("interleaved=2 over 4 devices can't have 3 microbatches", "a multiple of 4", "--accumulate 4")],
        ),
        (
            *("dualpipe", 3, 7),
            [
                ("dualpipe can't run over 3 devices", "an even number", "pp=2 or pp=4"),
                ("dualpipe over 3 devices can't have 7 microbatches", "a multiple of 2, at least 6", "--accumulate 8 or 6"),
            ],
        ),
        ("zbv", 4, 5, [("zbv over 4 devices can't have 5 microbatches", "a number, at least 8", "--accumulate 8")]),
    ],
)
def test_what_stands_in_the_way(name: str, devices: int, microbatches: int, found: list[tuple[str, str, str]]) -> None:
    assert find_schedule(name).obstacles(devices, microbatches) == found


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("1f1f", "there is no schedule '1f1f': did you mean '1f1b'?"),
        ("interleave", "there is no schedule 'interleave': did you mean 'interleaved'?"),
        ("chimera", f"there is no schedule 'chimera': there are {', '.join(NAMES)}"),
        ("interleaved", "schedule: 'interleaved' has no number of chunks: write interleaved=2, or another number up to 999"),
        ("interleaved=1", "schedule: 'interleaved=1' has no number of chunks: write interleaved=2, or another number up to 999"),
    ],
)
def test_a_schedule_that_is_not_there(name: str, message: str) -> None:
    with pytest.raises(RequestError) as caught:
        find_schedule(name)
    assert str(caught.value) == message
