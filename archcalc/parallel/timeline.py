"""When each device of a pipeline does what: a schedule run through, each task as early as its order and what it needs allow."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from .order import BACKWARD, FORWARD, INPUTS, WEIGHTS, Task
from .schedules import Schedule

Number = float | Fraction


class Run(NamedTuple):
    """A task of a device, the stage of the network that it is of, and when it begins and ends."""

    task: Task
    stage: int
    begin: Number
    end: Number


class Times(NamedTuple):
    """How long a microbatch takes in one stage: forward, backward for its inputs, and backward for its weights."""

    forward: Number
    inputs: Number
    weights: Number

    def of(self, kind: str) -> Number:
        """That of one kind of tasks."""
        if kind == BACKWARD:
            return self.inputs + self.weights
        return {FORWARD: self.forward, INPUTS: self.inputs, WEIGHTS: self.weights}[kind]


class Timeline:
    """A step of a pipeline: what each device does when, with nothing between the end of a pass and the beginning of the next.

    ``runs`` are those of each device, in order. Times are in the unit of those that went in.
    """

    def __init__(self, schedule: Schedule, microbatches: int, runs: list[list[Run]]) -> None:
        self.schedule = schedule
        self.microbatches = microbatches
        self.runs = runs

    @property
    def length(self) -> Number:
        """From the first task to the end of the last."""
        return max(each[-1].end for each in self.runs)

    @property
    def period(self) -> Number:
        """After which time the next step can begin: each device begins it when it has ended this one."""
        return max(each[-1].end - each[0].begin for each in self.runs)

    @property
    def work(self) -> list[Number]:
        """How long each device works."""
        return [sum(run.end - run.begin for run in runs) for runs in self.runs]

    @property
    def bubble(self) -> Number:
        """How long the most loaded device waits in a step."""
        return self.period - max(self.work)

    def alive(self, device: int) -> int:
        """How many chunks of microbatches a device keeps for their backward pass at most."""
        return int(self.peak(device, [1] * self.schedule.stages(len(self.runs))))

    def peak(self, device: int, kept: Sequence[int]) -> int:
        """The most that a device keeps at a time, by what each stage keeps of a microbatch.

        A pass keeps from its beginning on, until the gradient of its weights is there.
        """
        now = most = 0
        # where one ends as another begins, what it kept is free
        for *_, size in sorted([*self._changes(device, kept)]):
            now += size
            most = max(most, now)
        return most

    def _changes(self, device: int, kept: Sequence[int]) -> list[tuple[Number, int, int]]:
        found = []
        for run in self.runs[device]:
            if run.task.kind == FORWARD:
                found.append((run.begin, 1, kept[run.stage]))
            elif run.task.kind in (BACKWARD, WEIGHTS):
                found.append((run.end, 0, -kept[run.stage]))
        return found


def run_through(schedule: Schedule, devices: int, microbatches: int, times: Sequence[Times]) -> Timeline:
    """The timeline of a schedule over so many devices, by the times of each stage of the network, for numbers that have no obstacles."""
    orders = schedule.orders(devices, microbatches)
    length = schedule.stages(devices)
    ended: dict[tuple[bool, int, int, int], Number] = {}
    waiting: dict[tuple[bool, int, int, int], list[int]] = {}
    runs: list[list[Run]] = [[] for _ in range(devices)]
    at = [0] * devices
    clock: list[Number] = [0] * devices
    ready = list(range(devices))
    while ready:
        device = ready.pop()
        while at[device] < len(orders[device]):
            block = orders[device][at[device]]
            placed = [(task, *_placed(schedule, devices, device, task)) for task in block]
            begin = clock[device]
            missing = None
            for need in (need for task, way, stage in placed for need in _needs(task, way, stage, length)):
                if need not in ended:
                    missing = need
                    break
                begin = max(begin, ended[need])
            if missing is not None:
                waiting.setdefault(missing, []).append(device)
                break
            end = begin
            for task, _, stage in placed:
                end, start = end + times[stage].of(task.kind), end
                runs[device].append(Run(task, stage, start, end))
            for task, way, stage in placed:  # those of a block end together
                if task.kind != WEIGHTS:
                    done = (task.kind == FORWARD, way, stage, task.microbatch)
                    ended[done] = end
                    ready += waiting.pop(done, ())
            clock[device] = end
            at[device] += 1
    if waiting:
        raise ArithmeticError(f"{schedule.name} comes to a halt over {devices} devices with {microbatches} microbatches")
    return Timeline(schedule, microbatches, runs)


def _placed(schedule: Schedule, devices: int, device: int, task: Task) -> tuple[int, int]:
    """The direction and the stage of a task."""
    stage = schedule.stage(devices, device, task.chunk)
    return int(schedule.ways > 1 and stage != device), stage


def _needs(task: Task, way: int, stage: int, length: int) -> list[tuple[bool, int, int, int]]:
    """What must have ended before: passes by their direction, stage and microbatch."""
    if task.kind == FORWARD:
        return [(True, way, stage - 1, task.microbatch)] if stage else []
    if task.kind == WEIGHTS:
        return []
    own = [(True, way, stage, task.microbatch)]
    return [*own, (False, way, stage + 1, task.microbatch)] if stage + 1 < length else own
