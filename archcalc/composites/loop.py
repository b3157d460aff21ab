"""``for``, ``in``, ``do``: a pass for each value."""

from __future__ import annotations

from typing import Any

from ..core.kinds import ANYTHING, ListOf, show
from ..layers.kit.args import Arg
from .kit import BODY, LOOP_NAMES, Composite, Use, Values


class _Passes(ListOf):
    """The values of a loop; of a number it says how one counts."""

    def convert(self, value: Any) -> Any:
        if type(value) is int and value >= 0:
            raise self.refuse(
                value, f"write in: range({value}) for {value} passes, which are 0 to {value - 1}" if value else "write in: []"
            )
        return super().convert(value)


def _build(use: Use) -> Values:
    """A pass for each value; each takes what the one before it gives."""
    names = use.args["names"]
    return use.passing(use.settled(), use.args["do"], lambda index, row: _named(use, names, index, row))


def _named(use: Use, names: list[str], index: int, row: Any) -> dict[str, Any]:
    """The values of one pass, by the names of the loop."""
    cells = [row] if len(names) == 1 else row
    if not isinstance(cells, (list, tuple)) or len(cells) != len(names):
        use.wrong(f"pass {index} has {show(row)} for {len(names)} names", "in", expected=f"[{', '.join(names)}]")
    return {each: list(cell) if isinstance(cell, tuple) else cell for each, cell in zip(names, cells)}


composite = Composite(
    "for",
    "A pass through the same items for each value of a list.",
    args=(
        Arg("for", LOOP_NAMES, "what each pass calls its value, or its values"),
        Arg("in", _Passes(ANYTHING, "a list of values, or of lists with one value per name", 0), "the values, one pass each"),
        Arg("do", BODY, "the layers of a pass"),
    ),
    spread=True,
    settled="in",
    passes=True,
    holds=False,
    straight=True,
    build=_build,
)
