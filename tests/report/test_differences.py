"""What leads from one count to another adds up to the unit: for every spec, every convention and every pair of them."""

from __future__ import annotations

from pathlib import Path

import pytest

import archcalc
import places
from archcalc import conventions
from archcalc.report.differences import between, count

SPECS = sorted(places.SPECS.glob("*.yaml"))


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.name)
def test_the_parts_add_up(path: Path) -> None:
    report = archcalc.analyze(path)
    counts = [count(report, name) for name in conventions.NAMES]
    for each in counts:
        assert each.maccs + sum(part.amount for part in each.parts) == each.total
        assert all(part.why for part in each.parts)
        for other in counts:
            assert each.total + sum(part.amount for part in between(each, other)) == other.total


@pytest.mark.parametrize("name", conventions.NAMES)
@pytest.mark.parametrize("spec", ["mobilenet_v3.yaml", "vit.yaml", "swin.yaml", "lstm_lm.yaml", "unet.yaml"])
def test_the_number_is_that_of_the_table(spec: str, name: str) -> None:
    path = SPECS[0].parent / spec
    counted = count(archcalc.analyze(path, batch=3), name)
    report = archcalc.analyze(path, batch=3, flops=name)
    assert counted.total == report.totals.flops == sum(row.flops for row in report.layers)


def test_a_batch_that_the_tool_does_not_count() -> None:
    path = SPECS[0].parent / "resnet18.yaml"
    one, three = (count(archcalc.analyze(path, batch=batch), "ptflops") for batch in (1, 3))
    assert one.total == three.total
    assert three.maccs == 3 * one.maccs
    assert [part.amount for part in three.parts if part.why == "one sample, whatever the batch"] == [-2 * one.maccs]


def test_a_part_that_is_forgotten_would_show() -> None:
    counted = count(archcalc.analyze(SPECS[0].parent / "resnet18.yaml"), "fvcore")
    assert len(counted.parts) > 1
    assert counted.maccs + sum(part.amount for part in counted.parts[1:]) != counted.total
