"""Schedules of pipelines, one short declaration each: which chunks of the layers a device has, and in what order it works on them.

Formulas are of ``p`` devices, of which ``d`` is one, counted from 0, ``m`` microbatches, ``v`` chunks of a device, and of the times of one
chunk and microbatch: ``F`` forward, ``I`` and ``W`` backward for inputs and for weights.
"""

from __future__ import annotations

from collections.abc import Callable

from ..core.errors import RequestError
from ..core.formula import Formula
from ..core.suggest import did_you_mean
from .order import Order, Task

Way = Callable[[Order, int, int, int], None]
"""Writes down the order of a device: from how many there are, how many microbatches a direction has, and which device it is."""
Stage = Callable[[int, int, int], int]
"""Which stage a chunk of a device is: from how many devices there are, the device and its chunk."""


class Schedule:
    """A schedule: its name, what it means, who says so, and its formulas.

    ``bubble`` is the time that a device waits in a step, ``alive`` how many chunks of microbatches a device keeps for their backward pass at
    most. ``chunks`` are those of a device, in ``ways`` directions: in each of two there is a copy of all weights, and half of the
    microbatches. ``exact`` says for which times the bubble is no more than an estimate.
    """

    __slots__ = ("alive", "bubble", "chunks", "even", "exact", "least", "meaning", "multiple", "name", "source", "stage", "way", "ways")

    def __init__(
        self,
        name: str,
        meaning: str,
        way: Way,
        *,
        bubble: str,
        alive: str,
        source: str,
        chunks: int = 1,
        ways: int = 1,
        stage: Stage = lambda p, d, chunk: chunk * p + d,
        even: bool = False,
        least: str = "1",
        multiple: str = "1",
        exact: str = "",
    ) -> None:
        self.name = name
        self.meaning = meaning
        self.way = way
        self.bubble = Formula(bubble)
        self.alive = Formula(alive)
        self.source = source
        self.chunks = chunks
        self.ways = ways
        self.stage = stage
        self.even = even
        self.least = Formula(least)
        self.multiple = Formula(multiple)
        self.exact = exact

    def stages(self, devices: int) -> int:
        """Into how many stages the network is cut."""
        return devices * self.chunks // self.ways

    def obstacles(self, devices: int, microbatches: int) -> list[tuple[str, str, str]]:
        """What stands in the way: what can't be, what is expected, and what to do."""
        found = []
        if self.even and devices % 2:
            found.append((f"{self.name} can't run over {devices} devices", "an even number", f"pp={devices - 1 or 2} or pp={devices + 1}"))
        least, multiple = (formula({"p": devices}) for formula in (self.least, self.multiple))
        if microbatches < least or microbatches % multiple:
            above = max(-(-microbatches // multiple) * multiple, least)
            below = microbatches // multiple * multiple
            expected = f"a multiple of {multiple}" if multiple > 1 else "a number"
            found.append(
                (
                    f"{self.name} over {devices} devices can't have {microbatches} microbatches",
                    expected + (f", at least {least}" if least > multiple else ""),
                    f"--accumulate {above}" + (f" or {below}" if least <= below < microbatches else ""),
                )
            )
        return found

    def orders(self, devices: int, microbatches: int) -> list[list[tuple[Task, ...]]]:
        """The order of each device, for numbers that have no obstacles."""
        found = []
        for device in range(devices):
            order = Order()
            self.way(order, devices, microbatches // self.ways, device)
            found.append(order.blocks)
        return found

    def __repr__(self) -> str:
        return f"Schedule({self.name!r})"


def _gpipe(order: Order, p: int, m: int, d: int) -> None:
    order.run("F0", m)
    order.run("B0", m)


def _1f1b(order: Order, p: int, m: int, d: int) -> None:
    warm = min(m, p - d)
    order.run("F0", warm)
    order.run("B0 F0", m - warm)
    order.run("B0", warm)


def _zero_bubble(order: Order, warm: int, m: int, late: int) -> None:
    """So many forward passes before the first backward pass, and weights' gradients so many microbatches late."""
    order.run("F0", min(warm, m))
    for number in range(m):
        order.run("I0")
        order.run("W", number >= late)
        order.run("F0", number + warm < m)
    order.run("W", min(late, m))


def _zb1p(order: Order, p: int, m: int, d: int) -> None:
    _zero_bubble(order, p - d, m, d)


def _zb2p(order: Order, p: int, m: int, d: int) -> None:
    _zero_bubble(order, 2 * (p - d) - 1, m, 2 * d)


def _zbv(order: Order, p: int, m: int, d: int) -> None:
    order.run("F0", 2 * (p - d) - 1)
    order.run("F1 F0", d)
    order.run("F1 I1 W", p - d)
    order.run("F0 I0 W F1 I1 W", m - 2 * p + d + 1)
    order.run("I0 W F1 I1 W", p - d - 1)
    order.run("I0 I1", d)
    order.run("I0 W", p - d)
    order.run("W", 2 * d)


def _both_ways(order: Order, half: int, rounds: int, d: int) -> None:
    """DualPipe, and the V that is its half: ``half`` devices from the end where a microbatch comes in to where the directions meet."""
    inner = half - d - 1
    order.run("F0", 2 * inner)
    order.run("F0 F1", d + 1)
    order.run("I1 W F1", inner)
    first = "F0 B1" if not inner else "F0+B1"
    order.run(f"{first} F1+B0", min(rounds, 1))
    order.run("F0+B1 F1+B0", rounds - 1)
    order.run("B1 F1+B0", inner)
    apart = (d + 1) // 2
    order.run("B1 B0", apart)
    order.run("I1 I0" if d % 2 else "B1 I0", 1)
    order.run("I1 I0", d - apart)
    order.run("W I0", inner)
    order.run("W", d + 1)


def _dualpipe(order: Order, p: int, m: int, d: int) -> None:
    near = min(d, p - 1 - d)
    _both_ways(order, p // 2, m - p + near + 1, near)


def _dualpipev(order: Order, p: int, m: int, d: int) -> None:
    _both_ways(order, p, m - 2 * p + d + 1, d)


def _there_and_back(p: int, d: int, chunk: int) -> int:
    """A V: the first device has the first and the last stage."""
    return 2 * p - 1 - d if chunk else d


def _from_both_ends(p: int, d: int, chunk: int) -> int:
    """A device has its stage of the direction that comes in at its end, and then that of the other."""
    return p - 1 - d if bool(chunk) == (d < p // 2) else d


def interleaved(chunks: int) -> Schedule:
    """1F1B where every device has several chunks, taken in turn."""

    def way(order: Order, p: int, m: int, d: int) -> None:
        def forward(number: int) -> None:
            order.run(f"F{number // p % chunks}")

        def backward(number: int) -> None:
            order.run(f"B{chunks - 1 - number // p % chunks}")

        warm = min(m * chunks, 2 * (p - d - 1) + (chunks - 1) * p)
        for number in range(warm):
            forward(number)
        for number in range(m * chunks - warm):
            forward(number + warm)
            backward(number)
        for number in range(m * chunks - warm, m * chunks):
            backward(number)

    return Schedule(
        f"interleaved={chunks}",
        f"1F1B with {chunks} chunks of layers on each device, taken in turn",
        way,
        bubble="(p - 1) * (F + I + W)",
        alive="min(m * v, 2 * (p - d - 1) + (v - 1) * p + 1)",
        source="Narayanan et al. 2021, arXiv:2104.04473, section 2.2",
        chunks=chunks,
        multiple="p",
    )


_1F1B = "(p - 1) * (F + I + W)"
_ZERO = "Qi et al., Zero bubble pipeline parallelism, 2023, arXiv:2401.10241"
_DUAL = "DeepSeek-AI, DeepSeek-V3 technical report, 2024, arXiv:2412.19437, table 2"
_TIMES = "as published; exact where F = I and W is no more"

SCHEDULES = {
    schedule.name: schedule
    for schedule in (
        Schedule(
            *("gpipe", "all forward passes, then all backward passes", _gpipe),
            bubble=_1F1B,
            alive="m",
            source="Huang et al., GPipe, 2019, arXiv:1811.06965",
        ),
        Schedule(
            *("1f1b", "one forward pass and one backward pass in turn, as soon as there are any", _1f1b),
            bubble=_1F1B,
            alive="min(m, p - d)",
            source="Narayanan et al., PipeDream-Flush, 2021, arXiv:2006.09503",
        ),
        Schedule(
            *("zb1p", "1F1B with the weights' gradients put off into the bubble", _zb1p),
            bubble="(p - 1) * (F + I - W)",
            alive="min(m, p)",
            source=f"{_ZERO}, ZB-H1",
            exact="where W is no more than F and I, and m at least p",
        ),
        Schedule(
            *("zb2p", "no bubble, for twice the activations of 1F1B; a step ends in turn, device by device", _zb2p),
            bubble="(p - 1) * (F + I - 2 * W)",
            alive="min(m, 2 * p - 1)",
            source=f"{_ZERO}, ZB-H2",
            exact="where W is no more than F and I, and m at least 2 p - 1",
        ),
        Schedule(
            *("zbv", "no bubble in the activations of 1F1B: each device has two chunks, which lie like a V", _zbv),
            bubble="0",
            alive="2 * p",
            source="Qi et al., Pipeline parallelism with controllable memory, 2024, arXiv:2405.15362",
            chunks=2,
            stage=_there_and_back,
            least="2 * p",
            exact="where F = I = W",
        ),
        Schedule(
            *("dualpipe", "microbatches from both ends, forward and backward passes overlapped; two copies of the weights", _dualpipe),
            bubble="(p // 2 - 1) * (F + 2 * I - W)",
            alive="p + 1",
            source=_DUAL,
            chunks=2,
            ways=2,
            stage=_from_both_ends,
            even=True,
            least="2 * p",
            multiple="2",
            exact=_TIMES,
        ),
        Schedule(
            *("dualpipev", "half of DualPipe, folded like a V: one copy of the weights", _dualpipev),
            bubble="(p - 1) * (F + 2 * I - W)",
            alive="2 * p + 1",
            source="DeepSeek-AI, DualPipe, 2025; Qi et al., Cut-in-half, 2025",
            chunks=2,
            stage=_there_and_back,
            least="2 * p",
            exact=_TIMES,
        ),
    )
}
NAMES = (*SCHEDULES, "interleaved=V")


def find_schedule(text: str) -> Schedule:
    """The schedule of a name, such as ``1f1b`` or ``interleaved=3``. Raises RequestError, naming the nearest."""
    if text in SCHEDULES:
        return SCHEDULES[text]
    name, _, number = text.partition("=")
    if name == "interleaved":
        if number.isascii() and number.isdigit() and 2 <= int(number[:6]) < 1000:
            return interleaved(int(number))
        raise RequestError(f"schedule: '{text[:40]}' has no number of chunks: write interleaved=2, or another number up to 999")
    hint = did_you_mean(text, (*SCHEDULES, "interleaved")) or f"there are {', '.join(NAMES)}"
    raise RequestError(f"there is no schedule '{text[:40]}': {hint}")
