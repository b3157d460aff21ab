"""The formulas of a layer type, for one number of spatial axes."""

from __future__ import annotations

from collections.abc import Mapping

from ...core.formula import LETTERS, Formula, for_axes, for_axis


class Plan:
    """The texts of a declaration as formulas for a number of spatial axes: one for each axis where the texts say h and w.

    ``axis`` is a formula of the axis h, ``output`` the text of a shape; both are empty where a function gives the shape.
    ``operations`` maps the kinds of operations, and ``tensors`` the names of the weight tensors, to their texts.
    """

    __slots__ = ("_tensors", "axis", "in_names", "letters", "operations", "out_names", "output", "params", "texts")

    def __init__(self, axes: int, axis: str, output: str, params: str, operations: Mapping[str, str], tensors: Mapping[str, str]) -> None:
        self.letters = LETTERS.get(axes, "")
        self.in_names = [f"{letter.upper()}_in" for letter in self.letters]
        self.out_names = [f"{letter.upper()}_out" for letter in self.letters]
        self.axis = [(name, Formula(for_axis(axis, letter))) for name, letter in zip(self.out_names, self.letters)] if axis else []
        dims = [dim.strip() for dim in output.strip("[]").split(",") if dim.strip() not in ("", "...")]
        if "H_out" in dims:
            dims = [dim for dim in dims if dim not in ("H_out", "W_out")] + self.out_names
        self.output = [Formula(for_axes(dim, axes)) for dim in dims]
        self.params = Formula(for_axes(params, axes))
        self.operations = [(field, Formula(for_axes(text, axes))) for field, text in operations.items()]
        self.texts = {name: for_axes(text, axes) for name, text in tensors.items()}
        self._tensors: list[tuple[str, Formula, Formula]] | None = None

    @property
    def tensors(self) -> list[tuple[str, Formula, Formula]]:
        """Of each weight tensor its name, how many there are of it, and its sizes; made when they are first asked for, as by bytes alone."""
        if self._tensors is None:
            self._tensors = []
            for name, text in self.texts.items():
                number, bracket, sizes = text.partition("[")
                self._tensors.append((name, Formula(number.removesuffix(" * ") or "1"), Formula(bracket + sizes)))
        return self._tensors
