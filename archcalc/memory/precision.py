"""Precisions of training: in which dtypes weights, gradients and the optimizer's states are held."""

from __future__ import annotations

from ..core.dtypes import BITS, FLOATS, HALF, IN_MEMORY

SIXTEEN = tuple(dtype for dtype in BITS if dtype in FLOATS and BITS[dtype] == HALF)


class Precision:
    """In which dtypes each parameter's weight, master copy, 16-bit copy, gradient, and the optimizer's states are held.

    ``weight``, ``master``, ``gradient`` and ``state`` are for layers whose dtype has 16 bits; None is the layer's own dtype, and an empty
    one that there is none. ``copy`` says whether there is a copy in the layer's own. Other layers hold everything in their own dtype.
    Weights of whole numbers are not trained.
    """

    __slots__ = ("copy", "gradient", "master", "meaning", "name", "source", "state", "weight")

    def __init__(
        self,
        name: str,
        meaning: str,
        source: str,
        *,
        weight: str | None = None,
        master: str = "",
        copy: bool = False,
        gradient: str | None = None,
        state: str | None = None,
    ) -> None:
        self.name = name
        self.meaning = meaning
        self.source = source
        self.weight = weight
        self.master = master
        self.copy = copy
        self.gradient = gradient
        self.state = state

    def runs_in(self, dtype: str) -> str:
        """The dtype that a network of this dtype runs in."""
        return dtype if self.state is None or dtype in SIXTEEN else "bfloat16"

    def held(self, dtype: str) -> Held:
        """The dtypes of each part for a layer of that dtype."""
        own = IN_MEMORY.get(dtype, dtype)
        if dtype not in FLOATS:
            return Held(own, "", "", "", "")
        if dtype not in SIXTEEN:
            return Held(own, "", "", own, own)
        return Held(self.weight or own, self.master, own if self.copy else "", self.gradient or own, self.state or own)


class Held:
    """The dtypes of a parameter's weight, its master copy, its 16-bit copy, its gradient, and each state of the optimizer; empty: there is none."""

    __slots__ = ("copy", "gradient", "master", "state", "weight")

    def __init__(self, weight: str, master: str, copy: str, gradient: str, state: str) -> None:
        self.weight = weight
        self.master = master
        self.copy = copy
        self.gradient = gradient
        self.state = state


_MICIKEVICIUS = "Micikevicius et al., Mixed Precision Training, 2017, arXiv:1710.03740, section 3.1"

PRECISIONS: dict[str, Precision] = {
    each.name: each
    for each in (
        Precision(
            "uniform",
            "weights, gradients and states in the dtype of each layer",
            "PyTorch documentation, torch.optim: states are made like the weights",
        ),
        Precision(
            "mixed",
            "weights and gradients of 16 bits; a float32 master copy of the weights and float32 states for the optimizer",
            f"{_MICIKEVICIUS}; Rajbhandari et al., ZeRO, 2019, arXiv:1910.02054, section 3.1: 16 bytes a parameter with Adam",
            master="float32",
            state="float32",
        ),
        Precision(
            "mixed-float32-gradients",
            "as mixed, with gradients added up in float32",
            "Smith et al., Megatron-Turing NLG, 2022, arXiv:2201.11990, section 2.2: 18 bytes a parameter with Adam, less what is no copy",
            master="float32",
            gradient="float32",
            state="float32",
        ),
        Precision(
            "mixed-without-master",
            "weights and gradients of 16 bits and float32 states; no float32 copy of the weights",
            "Zamirai et al., Revisiting BFloat16 Training, 2020, arXiv:2010.06192, section 3",
            state="float32",
        ),
        Precision(
            "autocast",
            "weights, gradients and states in float32; layers run on a 16-bit copy of the weights",
            "PyTorch documentation, torch.amp: weights are cast once and the copies cached",
            weight="float32",
            copy=True,
            gradient="float32",
            state="float32",
        ),
    )
}
"""Every precision by its name."""
