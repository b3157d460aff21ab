"""``experts``: several sets of the same layers' weights, of which each position meets some."""

from __future__ import annotations

from ..core.kinds import SIZE
from ..layers.kit.args import Arg
from .kit import BODY, Composite, Use, Values


def _build(use: Use) -> Values:
    """The layers of one expert, of which there are several sets of weights; each position goes through some of them."""
    experts, active = use.value("experts"), use.value("active")
    if active > experts:
        use.wrong(f"active: {active} of {experts} experts", "active", expected=f"at most {experts}")
    use.count(weights=experts, times=active)
    return use.body(use.args["body"])


composite = Composite(
    "experts",
    "Layers of which there are several sets of weights; each position goes through some of them.",
    args=(
        Arg("experts", SIZE, "how many sets of weights there are"),
        Arg("active", SIZE, "how many of them each position goes through"),
        Arg("body", BODY, "the layers of one expert"),
    ),
    group=True,
    build=_build,
)
