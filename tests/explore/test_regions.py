"""Every shipped spec can be walked with all of its vars open, and the regions of a space are few: where a network has another structure, or
is wrong."""

from __future__ import annotations

import pytest

from spaces import COUNTED, evaluator, shipped, some, source

MANY = {
    "clip": 120,
    "conv_tasnet": 20,
    "deepseek_v3": 30,
    "deit": 25,
    "jamba": 20,
    "llama3": 15,
    "maxvit": 15,
    "whisper": 20,
    "swin": 25,
    "swin_v2": 25,
    "vit": 30,
    "wavenet": 20,
}
"""The most regions of specs that have more than a few: depths of several parts, patches that may or may not divide a map."""
FEW = 10


def axes_of(name: str) -> dict[str, list[float]]:
    """Every var of a spec that is a number, with three values."""
    spec = source(name).spec
    assert spec is not None
    found: dict[str, list[float]] = {}
    for var, template in spec.vars.items():
        value = template.value
        if type(value) is float:
            found[var] = [value * 0.75, value, value * 1.3]
        elif type(value) is int:
            found[var] = sorted({value, value + value // 2 or 1, 2 * value})
    return found


@pytest.mark.parametrize("name", [name for name in shipped() if axes_of(name)])
def test_regions_of_shipped_specs(name: str) -> None:
    found = evaluator(name, axes_of(name), *COUNTED, check=False)
    found.columns(some(found, 150))
    assert 1 <= len(found.regions) <= MANY.get(name, FEW)
    assert set(found.why_not) <= {"few points are left"}
