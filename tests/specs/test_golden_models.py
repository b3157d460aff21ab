"""The specs of the known networks give the figures of PyTorch's models exactly, layer by layer, and those of their papers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import archcalc
from golden_models import GOLDEN, MODELS, TORCHVISION, analyze
from places import SPECS

TRANSFORMERS = {"vit_b_16", "swin_t"}

MULTIPLYING = {
    "Conv2d": {"conv", "depthwise_conv"},
    "Conv3d": {"conv"},
    "Conv3DSimple": {"conv"},
    "Linear": {"linear"},
}
PARAMETRIC = MULTIPLYING | {
    "BatchNorm2d": {"batch_norm"},
    "BatchNorm3d": {"batch_norm"},
    "LayerNorm": {"layer_norm"},
    "LayerNorm2d": {"layer_norm"},
}
ACTIVATIONS = {
    "ReLU": "relu",
    "ReLU6": "relu6",
    "SiLU": "silu",
    "GELU": "gelu",
    "Hardswish": "hard_swish",
    "Sigmoid": "sigmoid",
    "Hardsigmoid": "hard_sigmoid",
}
OUTSIDE_MODULES = {"layer_scale"}
"""Weights that torchvision's code holds beside its modules, so that no golden row has them."""

CALLS_FUNCTIONS = {"googlenet", "inception_v3", "densenet121"}
"""Models that call some activations as functions, so that no golden row has them."""


def golden_report(model: str) -> archcalc.Report:
    return analyze(*MODELS[model])


def unfolded(rows: list[archcalc.Row], part: bool = False) -> Iterator[tuple[archcalc.Row, bool]]:
    """The rows that have no parts, and whether each is a part."""
    for row in rows:
        if row.parts:
            yield from unfolded(row.parts, True)
        else:
            yield row, part


def found_leaves(report: archcalc.Report) -> list[tuple[str, list[int], int]]:
    """(type, output shape, params) of each parametric or multiplying leaf, in order."""
    multiplying = set().union(*MULTIPLYING.values())
    rows = (row for row, _ in unfolded(report.layers) if row.type not in OUTSIDE_MODULES)
    return [(row.type, row.output_shapes[0], row.params) for row in rows if row.params or row.type in multiplying]


def found_activations(report: archcalc.Report) -> list[tuple[archcalc.Row, bool]]:
    """Each activation's row in order, and whether it is a part."""
    return [(row, part) for row, part in unfolded(report.layers) if row.type in ACTIVATIONS.values()]


def golden_leaves(model: str) -> list[tuple[str, list[int], int]]:
    """(torch's class, output shape without the batch, params) of the same leaves."""
    rows = GOLDEN[model]["layers"]
    return [(kind, output[1:], params) for _, kind, _, _, output, params in rows if params or kind in MULTIPLYING]


def differences(found: list[tuple[str, list[int], int]], golden: list[tuple[str, list[int], int]]) -> list[str]:
    lines = [
        f"leaf {number}: {mine} is not {theirs}"
        for number, (mine, theirs) in enumerate(zip(found, golden))
        if mine[0] not in PARAMETRIC[theirs[0]] or mine[1:] != theirs[1:]
    ]
    return lines + ([f"{len(found)} leaves, not {len(golden)}"] if len(found) != len(golden) else [])


def test_every_convolutional_golden_model_has_a_spec() -> None:
    assert set(MODELS) | TRANSFORMERS == set(GOLDEN)


@pytest.mark.parametrize("model", MODELS)
def test_totals(model: str) -> None:
    totals = golden_report(model).totals
    assert (totals.params, totals.maccs) == (GOLDEN[model]["params"], GOLDEN[model]["maccs"])


@pytest.mark.parametrize("model", MODELS)
def test_published_gmacs(model: str) -> None:
    # torchvision's figure for the two segmentation models holds their auxiliary head, which only training uses.
    auxiliary = (9 * 1024 * 256 + 256 * 21) * 65 * 65 if model in {"fcn_resnet50", "deeplabv3_resnet50"} else 0
    assert round((golden_report(model).totals.maccs + auxiliary) / 1e9, 3) == GOLDEN[model]["published_gmacs"]


@pytest.mark.parametrize("model", MODELS)
def test_layer_by_layer(model: str) -> None:
    assert differences(found_leaves(golden_report(model)), golden_leaves(model)) == []


@pytest.mark.parametrize("model", sorted(set(MODELS) - CALLS_FUNCTIONS))
def test_activations_in_order(model: str) -> None:
    found = [(row.type, row.output_shapes[0]) for row, _ in found_activations(golden_report(model))]
    golden = [(ACTIVATIONS[kind], output[1:]) for _, kind, _, _, output, _ in GOLDEN[model]["layers"] if kind in ACTIVATIONS]
    assert found == golden


@pytest.mark.parametrize("model", sorted(set(MODELS) - CALLS_FUNCTIONS - {"resnet50"}))  # resnet50.yaml is the shortest way to write it
def test_activations_in_place(model: str) -> None:
    # Hardswish does not show its flag, and the activations inside squeeze_excite have none.
    found = found_activations(golden_report(model))
    shown = [arguments for _, kind, arguments, *_ in GOLDEN[model]["layers"] if kind in ACTIVATIONS]
    assert len(found) == len(shown)
    for (row, part), arguments in zip(found, shown):
        if not part and row.type != "hard_swish":
            assert (row.name, row.args["in_place"]) == (row.name, "inplace=True" in arguments)


def test_the_comparison_sees_a_changed_order() -> None:
    spec = yaml.safe_load((SPECS / "resnet18.yaml").read_text())
    block = spec["blocks"]["basic"]["layers"][0]["residual"]
    spec["blocks"]["basic"]["layers"][0] = {"parallel": {"branches": [block["shortcut"], block["body"]], "merge": "add"}}
    report = archcalc.analyze(spec)
    assert (report.totals.params, report.totals.maccs) == (GOLDEN["resnet18"]["params"], GOLDEN["resnet18"]["maccs"])
    assert differences(found_leaves(report), golden_leaves("resnet18")) != []


def test_the_comparison_sees_a_changed_and_a_missing_leaf() -> None:
    leaves = found_leaves(golden_report("alexnet"))
    golden = golden_leaves("alexnet")
    assert len(differences([(kind, shape, params + (shape == [4096])) for kind, shape, params in leaves], golden)) == 2
    assert len(differences(leaves[:-1], golden)) == 1
    assert len(differences([("linear", shape, params) for _, shape, params in leaves], golden)) == 5


@pytest.mark.parametrize(("file", "variant", "vars", "params", "gmacs"), TORCHVISION)
def test_other_variants_in_torchvision(file: str, variant: str | None, vars: dict[str, Any], params: int, gmacs: float) -> None:
    totals = analyze(file, variant, vars).totals
    assert (totals.params, round(totals.maccs / 1e9, 3)) == (params, gmacs)


def test_lenet5() -> None:
    # The form that textbooks and frameworks' examples share: 61,706 parameters.
    totals = analyze("lenet5.yaml").totals
    weights = {"c1": 25 * 6, "c3": 6 * 25 * 16, "c5": 16 * 25 * 120, "f6": 120 * 84, "output": 84 * 10}
    positions = {"c1": 28 * 28, "c3": 10 * 10, "c5": 1, "f6": 1, "output": 1}
    assert totals.params == sum(weights.values()) + 6 + 16 + 120 + 84 + 10 == 61_706
    assert totals.maccs == sum(weights[name] * positions[name] for name in weights) == 416_520


def test_nin() -> None:
    # The weights of nin_imagenet in Caffe's model zoo: 7.6 million parameters.
    report = analyze("nin.yaml")
    weights = [3 * 121 * 96, 96 * 96, 96 * 96, 96 * 25 * 256, 256 * 256, 256 * 256]
    weights += [256 * 9 * 384, 384 * 384, 384 * 384, 384 * 9 * 1024, 1024 * 1024, 1024 * 1000]
    positions = [54 * 54] * 3 + [27 * 27] * 3 + [13 * 13] * 3 + [6 * 6] * 3
    biases = 3 * (96 + 256 + 384) + 2 * 1024 + 1000
    assert report.outputs == [[1000]]
    assert report.totals.params == sum(weights) + biases == 7_595_176
    assert report.totals.maccs == sum(weight * count for weight, count in zip(weights, positions))


@pytest.mark.parametrize(
    ("variant", "millions", "mult_adds"),
    [("mobilenet_v1", 4.2, 569), ("mobilenet_v1_075", 2.6, 325), ("mobilenet_v1_050", 1.3, 149), ("mobilenet_v1_025", 0.5, 41)],
)
def test_mobilenet_v1(variant: str, millions: float, mult_adds: int) -> None:
    # Howard et al. 2017, table 6: million parameters, million mult-adds.
    totals = analyze("mobilenet_v1.yaml", variant).totals
    assert (round(totals.params / 1e6, 1), round(totals.maccs / 1e6)) == (millions, mult_adds)


def test_mobilenet_v1_has_the_params_of_keras() -> None:
    # keras.applications.MobileNet: 4,253,864, of which 21,888 are running statistics.
    assert analyze("mobilenet_v1.yaml").totals.params == 4_253_864 - 21_888


@pytest.mark.parametrize(("resolution", "mult_adds"), [(192, 418), (160, 290), (128, 186)])
def test_mobilenet_v1_at_other_resolutions(resolution: int, mult_adds: int) -> None:
    # Howard et al. 2017, table 7, which cuts 290.7 down to 290.
    assert analyze("mobilenet_v1.yaml", vars={"resolution": resolution}).totals.maccs // 10**6 == mult_adds


@pytest.mark.parametrize(
    ("variant", "resolution", "mult_adds", "millions"),
    [
        ("mobilenet_v2_140", 224, 582, 6.06),
        ("mobilenet_v2", 192, 221, 3.47),
        ("mobilenet_v2_075", 224, 209, 2.61),
        ("mobilenet_v2_050", 224, 97, 1.95),
        ("mobilenet_v2_035", 224, 59, 1.66),
    ],
)
def test_mobilenet_v2_of_other_widths(variant: str, resolution: int, mult_adds: int, millions: float) -> None:
    # The authors' table of checkpoints (tensorflow/models, research/slim/nets/mobilenet): million MACs, million parameters.
    # Its parameters leave the batch norms out.
    report = analyze("mobilenet_v2.yaml", variant, {"resolution": resolution})
    norms = sum(row.params for row in report.layers if row.type == "batch_norm")
    assert round(report.totals.maccs / 1e6) == mult_adds
    assert round((report.totals.params - norms) / 1e6, 2) == millions


SPEC_VARIANTS = [
    (path.name, variant) for path in sorted(SPECS.glob("*.yaml")) for variant in yaml.safe_load(path.read_text()).get("variants", {})
]


@pytest.mark.parametrize(("file", "variant"), SPEC_VARIANTS)
def test_every_variant_works_and_counts(file: str, variant: str) -> None:
    totals = analyze(file, variant).totals
    assert totals.params > 0
    assert totals.maccs > 0
    assert totals.params >= totals.trainable_params


@pytest.mark.parametrize("path", sorted(SPECS.glob("*.yaml")), ids=lambda path: path.name)
def test_every_spec_names_itself_and_its_source(path: Path) -> None:
    spec = yaml.safe_load(path.read_text())
    assert spec["name"]
    assert any(str(year) in spec["source"] for year in range(1998, 2026)), spec["source"]
