"""A step of a pipeline as a picture: a row for each device, a box for each pass of a microbatch, as SVG."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import ceil

from ...core.words import counted
from ...parallel.order import BACKWARD, FORWARD, INPUTS, WEIGHTS
from ...parallel.timeline import Run, Timeline
from ..layout import clean, shorten
from .axes import BOTTOM, LEFT, RIGHT, TOP
from .frame import LINES
from .scale import LETTER, Scale, thinned
from .sheet import DARK, HEIGHT, LIGHT, line, sheet, words
from .svg import element

ROWS = 100
"""How many devices have a row at most: of more every second is shown, or every third, and so on."""
TALL, GAP = 96.0, 1.5
"""How high a row is at most, and how much of it is left between two."""
END = RIGHT - 62
"""Where time ends; behind it stands what devices keep."""
THIN = 0.35
"""A box that is less wide is drawn with the next."""
NAMES = {
    FORWARD: ("f", "forward"),
    BACKWARD: ("b", "backward"),
    INPUTS: ("i", "backward, inputs"),
    WEIGHTS: ("w", "backward, weights"),
}
COLOURS = tuple(
    {**base, **{letter: LINES[at][dark] for at, (letter, _) in enumerate(NAMES.values())}} for dark, base in enumerate((LIGHT, DARK))
)
DARKEST, LIGHTEST = 0.7, 0.25
STYLE = "".join(f".{{sheet}} .{letter}{{{{fill:{{{letter}}}}}}} " for letter, _ in NAMES.values()) + (
    "\n.{sheet} .row{{fill:{line};fill-opacity:.35}} .{sheet} .number{{font-size:10px}}\n"
)


def draw(timeline: Timeline, title: str, told: Iterable[str], *, unit: str = "seconds", foot: Iterable[str] = ()) -> str:
    """The picture as SVG. ``told`` stands below the title, before how much of the step a device waits."""
    devices = len(timeline.runs)
    every = ceil(devices / ROWS)
    rows = range(0, devices, every)
    tall = min(TALL, (BOTTOM - TOP) / len(rows))
    below = TOP + tall * len(rows)
    scale = Scale(0, float(timeline.length), LEFT, END, unit=unit, room=0)
    wait = timeline.bubble / timeline.period
    said = shorten(clean(" · ".join([*told, f"a device waits {100 * float(wait):.1f} % of a step"])), 125)
    heading = shorten(clean(title), 78)
    parts = [words(24, 36, heading, "title"), words(24, 60, said, "dim"), *_legend(timeline)]
    for at, text in thinned([(scale.at(value), text) for value, text in scale.ticks(9)], across=True):
        parts += [line("grid", at, TOP - 2, at, below + 4), words(at, below + 20, text, "dim", "middle")]
    parts += [words(24, TOP - 8, "device"), words(RIGHT, TOP - 8, "keeps", anchor="end")]
    for at, device in enumerate(rows):
        top = TOP + at * tall
        parts.append(element("rect", class_="row", x=LEFT, y=round(top, 1), width=END - LEFT, height=round(tall - GAP, 1)))
        parts += _row(timeline.runs[device], scale, top, tall - GAP, timeline.schedule.chunks)
    for at, device in _labelled(rows, tall):
        middle = TOP + (at + 0.5) * tall + 4
        parts += [words(LEFT - 8, middle, str(device), "dim", "end"), words(RIGHT, middle, str(timeline.alive(device)), "dim", "end")]
    chunks = timeline.schedule.chunks
    feet = [
        *foot,
        "numbers are microbatches"
        + (f"; the first of {counted(chunks, 'chunk')} of a device has the strongest colour" if chunks > 1 else ""),
        f"keeps: how many {'chunks of microbatches' if chunks > 1 else 'microbatches'} wait in a device for their backward pass at most; "
        "sending takes no time here",
    ]
    parts += [words(24, HEIGHT - 12 - 16 * at, shorten(clean(text), 130), "dim") for at, text in enumerate(reversed(feet))]
    return sheet("steps", heading, f"{said}. {' '.join(feet)}", STYLE, COLOURS, parts)


def _labelled(rows: range, tall: float) -> Iterator[tuple[int, int]]:
    """The rows with their devices where there is room for words: all, or every second, and so on."""
    stride = ceil(13 / tall)
    return ((at, device) for at, device in enumerate(rows) if at % stride == 0)


def _legend(timeline: Timeline) -> Iterator[str]:
    """What the colours of the kinds say that there are."""
    kinds = {run.task.kind for runs in timeline.runs for run in runs}
    x = 24.0
    for kind, (letter, name) in NAMES.items():
        if kind in kinds:
            yield element("rect", class_=letter, fill_opacity=DARKEST, x=round(x, 1), y=76, width=11, height=11)
            yield words(x + 17, 86, name)
            x += len(name) * LETTER + 40


def _row(runs: list[Run], scale: Scale, top: float, tall: float, chunks: int) -> Iterator[str]:
    """The boxes of one device, those of a kind and chunk in one path, and numbers where there is room."""
    boxes: dict[tuple[str, int], list[str]] = {}
    numbers = []
    waiting, last = None, scale.start
    for run in runs:
        begin, end = scale.at(float(run.begin)), scale.at(float(run.end))
        begin = begin if waiting is None or begin - last > THIN else waiting
        waiting, last = begin, end
        if end - begin < THIN:
            continue
        waiting = None
        gap = 0.6 if end - begin > 3 else 0.0
        box = f"M{begin:.1f} {top:.1f}h{end - begin - gap:.1f}v{tall:.1f}h{gap - end + begin:.1f}z"
        boxes.setdefault((run.task.kind, run.task.chunk), []).append(box)
        text = str(run.task.microbatch + 1)
        if tall >= 10 and end - begin >= 6 * len(text) + 3:
            numbers.append(words((begin + end) / 2, top + tall / 2 + 3.6, text, "number", "middle"))
    for (kind, chunk), drawn in boxes.items():
        shade = DARKEST - (DARKEST - LIGHTEST) * chunk / max(chunks - 1, 1)
        yield element("path", class_=NAMES[kind][0], fill_opacity=round(shade, 2), d="".join(drawn))
    yield from numbers
