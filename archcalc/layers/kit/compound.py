"""Layer types that are made of others: an inside in the project's own language, shown as one row with parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .args import Arg, Example, Shape, Symbols
from .axes import ANY
from .layer import LayerType

Prepare = Callable[[dict[str, Any], "list[Shape]"], Symbols]


def _as_given(args: dict[str, Any], inputs: list[Shape]) -> Symbols:
    return args


class Compound(LayerType):
    """A layer type whose shapes, params and operations are those of the layers inside it.

    ``inside`` is a list of layers in YAML, over the arguments and what ``prepare`` makes of them and of the input shapes;
    it may raise LayerError. Where ``settings`` says so its arguments have those of RUN beside them. ``names`` are the inside's names for what comes in. ``params`` and ``maccs`` state the sums, for the manual.
    """

    def __init__(
        self,
        name: str,
        meaning: str,
        *,
        inside: str,
        args: tuple[Arg, ...] = (),
        names: tuple[str, ...] = ("input",),
        takes: str = ANY,
        inputs: tuple[int, int] = (1, 1),
        prepare: Prepare = _as_given,
        prepared: tuple[str, ...] = (),
        caches: str = "",
        arrange: tuple[tuple[int, ...], ...] = (),
        packs: tuple[str, ...] = (),
        joined: tuple[str, ...] = (),
        plain: bool = False,
        written: Callable[[dict[str, Any], list[Shape]], str] = lambda args, inputs: "",
        output: str = "as the input",
        params: str = "0",
        maccs: str = "0",
        source: str,
        example: Example,
        notes: str = "",
        output_names: tuple[str, ...] = (),
        settings: bool = False,
    ) -> None:
        super().__init__(
            name,
            meaning,
            args=args,
            takes=takes,
            inputs=inputs,
            output=output,
            params=params,
            source=source,
            example=example,
            notes=notes,
            output_names=output_names,
            settings=settings,
            maccs=maccs,
        )
        self.inside = inside
        self.names = names
        self.prepare = prepare
        self.prepared = prepared
        """The names that prepare adds to the arguments."""
        self.caches = caches
        """The argument that says whether it has a cache; it has none where its inputs behind the first come out of one."""
        self.packs = packs
        """The ways of writing it in which one product makes all that its linear layers make of its input."""
        self.joined = joined
        """The layers inside that one kernel can do with the layers beside them: with these they read what comes in, and add to what they write."""
        self.plain = plain
        """Whether it is its modules for every counter, however `as` says that its activation is written."""
        self.written = written
        """How its code is written unless a spec says it, from the arguments and the inputs; an empty text: as the module of its name."""
        self.arrange = arrange
        """For one, two, ... values that come in: which of them each of the inside's inputs is."""
