"""Precisions of training: in which dtypes weights, gradients and the optimizer's states are held."""

from __future__ import annotations

from ..core.dtypes import BITS, FLOATS

SIXTEEN = ("float16", "bfloat16")


class Precision:
    """How many bits of each parameter are weights, a float32 master copy, a 16-bit copy, gradients, and one state of the optimizer.

    ``weight``, ``master``, ``copy``, ``gradient`` and ``state`` are for layers whose dtype has 16 bits; None is the layer's own dtype.
    Other layers hold everything in their own dtype. Weights of whole numbers are not trained.
    """

    __slots__ = ("copy", "gradient", "master", "meaning", "name", "source", "state", "weight")

    def __init__(
        self,
        name: str,
        meaning: str,
        source: str,
        *,
        weight: int | None = None,
        master: int = 0,
        copy: int = 0,
        gradient: int | None = None,
        state: int | None = None,
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

    def bits(self, dtype: str) -> Bits:
        """The bits of each part for a layer of that dtype."""
        own = BITS[dtype]
        if dtype not in FLOATS:
            return Bits(own, 0, 0, 0, 0)
        if dtype not in SIXTEEN:
            return Bits(own, 0, 0, own, own)
        return Bits(self.weight or own, self.master, self.copy, self.gradient or own, self.state or own)


class Bits:
    """Bits of a parameter: its weight, the master copy, the 16-bit copy, its gradient, and each state of the optimizer."""

    __slots__ = ("copy", "gradient", "master", "state", "weight")

    def __init__(self, weight: int, master: int, copy: int, gradient: int, state: int) -> None:
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
            master=32,
            state=32,
        ),
        Precision(
            "mixed-float32-gradients",
            "as mixed, with gradients added up in float32",
            "Smith et al., Megatron-Turing NLG, 2022, arXiv:2201.11990, section 2.2: 18 bytes a parameter with Adam, less what is no copy",
            master=32,
            gradient=32,
            state=32,
        ),
        Precision(
            "mixed-without-master",
            "weights and gradients of 16 bits and float32 states; no float32 copy of the weights",
            "Zamirai et al., Revisiting BFloat16 Training, 2020, arXiv:2010.06192, section 3",
            state=32,
        ),
        Precision(
            "autocast",
            "weights, gradients and states in float32; layers run on a 16-bit copy of the weights",
            "PyTorch documentation, torch.amp: weights are cast once and the copies cached",
            weight=32,
            copy=16,
            gradient=32,
            state=32,
        ),
    )
}
"""Every precision by its name."""
