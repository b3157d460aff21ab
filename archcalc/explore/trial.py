"""A design as a trial of Optuna asks for it: one parameter for each axis. Whatever has these methods does for a trial."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from ..core.kinds import show
from .space import Axis, Steps


def suggest(trial: Any, axis: Axis) -> int:
    """Which of its values an axis has in a trial: numbers that lie evenly are a range with a step, all else are categories.

    A number that a sampler gives back in other last digits is the nearest value of the axis.
    """
    values = axis.values
    steps = _even(values)
    if steps is None:
        words = [value if isinstance(value, (str, int, float, bool)) else show(value) for value in values]
        word = trial.suggest_categorical(axis.name, words)
        return next(place for place, each in enumerate(words) if each is word or (each == word and type(each) is type(word)))
    low, high, step = steps
    ask = trial.suggest_int if all(type(each) is int for each in steps) else trial.suggest_float
    place = round((float(ask(axis.name, low, high, step=step)) - float(low)) / float(step))
    return min(max(place, 0), len(values) - 1)


def _even(values: Sequence[Any]) -> tuple[Any, Any, Any] | None:
    """The least, the most and the step of numbers that rise by the same step; None of others."""
    if isinstance(values, Steps):
        return (values[0], values[-1], values[1] - values[0] if values.whole else float(values.step)) if len(values) > 1 else None
    if len(values) < 2 or any(type(value) not in (int, float) for value in values):
        return None
    step = values[1] - values[0]
    even = all(abs(later - value - step) <= 1e-9 * abs(step) for value, later in pairwise(values))
    return (values[0], values[-1], step) if step > 0 and even else None
