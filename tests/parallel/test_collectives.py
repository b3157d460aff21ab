"""What collectives bring over the edges of units: against what devices that pass on pieces really send, laws, and measured rates."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import prod

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from archcalc.parallel.catalogue import find_cluster
from archcalc.parallel.cluster import Cluster, ClusterError, Level
from archcalc.parallel.collectives import KINDS, Axis, Message, Wires, axes, load
from places import ROOT

GB = 10**9


def dgx(*, reduces: bool = True) -> Cluster:
    """Nodes of 8 with 450 GB/s, and 50 GB/s a device between them."""
    return Cluster("dgx", [Level("node", 450 * GB, of=8, reduces=reduces), Level("fabric", 50 * GB, per="device")])


@st.composite
def clusters(draw: st.DrawFn) -> Cluster:
    """Two or three levels, with links per unit or per device."""
    names = ["node", "rack", "room"][: draw(st.integers(1, 3))]
    levels = []
    for at, name in enumerate(names):
        per = draw(st.sampled_from(["", "device", *names[:at]][: 1 + at + 1])) if at else ""
        levels.append(
            Level(
                name,
                draw(st.integers(1, 100)) * 1000,
                of=draw(st.integers(1, 6)),
                per="" if per == name else per,
                reduces=draw(st.booleans()),
            )
        )
    return Cluster("drawn", levels)


@st.composite
def meshes(draw: st.DrawFn) -> tuple[Cluster, int, dict[str, Axis]]:
    """A cluster, how many of its devices are taken, and a mesh of them."""
    cluster = draw(clusters())
    most = prod(level.of or 1 for level in cluster.levels)
    sizes = draw(st.lists(st.integers(1, 6), min_size=1, max_size=3))
    devices = prod(sizes)
    assume(devices <= most)
    return cluster, devices, axes({f"axis{at}": size for at, size in enumerate(sizes)})


def groups(axis: Axis, devices: int) -> list[list[int]]:
    """The ranks of each group along an axis."""
    whole = axis.size * axis.stride
    return [
        [first + at * axis.stride for at in range(axis.size)]
        for block in range(0, devices, whole)
        for first in range(block, block + axis.stride)
    ]


def sent(kind: str, ranks: list[int]) -> list[tuple[int, int, Fraction]]:
    """What an algorithm sends within one group: from which device, to which, how much of the whole value."""
    n = len(ranks)
    ring = list(zip(ranks, [*ranks[1:], ranks[0]], strict=True)) if n > 1 else []
    share = Fraction(1, n)
    if kind in ("all-gather", "reduce-scatter"):
        return [(one, two, share) for one, two in ring for _ in range(n - 1)]
    if kind == "all-reduce":
        return [(one, two, share) for one, two in ring for _ in range(2 * (n - 1))]
    if kind == "all-to-all":
        return [(one, two, share * share) for one in ranks for two in ranks if one != two]
    if kind == "send":
        return [(one, two, Fraction(1)) for one, two in pairwise(ranks)]
    return [
        pair for one, two in pairwise(ranks) for pair in ((one, two, Fraction(1, min(2, n - 1))), (two, one, Fraction(1, min(2, n - 1))))
    ]


def by_links(cluster: Cluster, devices: int, pieces: list[tuple[int, int, Fraction]]) -> Fraction:
    """How long pieces take where each goes by the links of the innermost level that has both of its ends, and all links work at once."""
    loads: dict[tuple[int, int, int, str], Fraction] = {}
    for one, two, size in pieces:
        level = next(at for at in range(len(cluster.levels)) if one // cluster.size(at + 1) == two // cluster.size(at + 1))
        while level >= 0:
            unit = next(unit for unit in range(level + 1) if cluster.own(level, unit))
            for rank, way in ((one, "out"), (two, "in")):
                key = (level, unit, rank // cluster.size(unit), way)
                loads[key] = loads.get(key, Fraction(0)) + size
            level = unit - 1  # and so on up to the wires, where these are of a larger unit
    return max((size / cluster.own(level, unit) for (level, unit, _, _), size in loads.items()), default=Fraction(0))


@given(meshes(), st.data())
def test_no_algorithm_is_faster_than_the_bound(mesh: tuple[Cluster, int, dict[str, Axis]], data: st.DataObject) -> None:
    """Rings, and pieces sent straight to where they belong, each on its own and several at the same time."""
    cluster, devices, found = mesh
    wires = Wires(cluster, devices)
    chosen = data.draw(st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(sorted(found))), min_size=1, max_size=3))
    pieces = []
    for kind, name in chosen:
        own = [piece for group in groups(found[name], devices) for piece in sent(kind, group)]
        assert wires.least(Message(kind, 1, found[name])).seconds <= by_links(cluster, devices, own)
        pieces += own
    assert wires.busiest([Message(kind, 1, found[name]) for kind, name in chosen]).seconds <= by_links(cluster, devices, pieces)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("devices", [2, 4, 8])
def test_within_a_switch_that_adds_nothing_the_bound_is_reached(kind: str, devices: int) -> None:
    cluster = Cluster("switch", [Level("node", 1000, of=8)])
    axis = Axis(devices, 1)
    least = Wires(cluster, devices).least(Message(kind, 7000, axis))
    pieces = [(one, two, size * 7000) for one, two, size in sent(kind, list(range(devices)))]
    assert least.seconds == by_links(cluster, devices, pieces)


@given(meshes(), st.sampled_from(KINDS), st.data())
def test_what_crosses_is_counted_group_by_group(mesh: tuple[Cluster, int, dict[str, Axis]], kind: str, data: st.DataObject) -> None:
    """The short cut for units and groups that fit one another, against going through all groups."""
    cluster, devices, found = mesh
    axis = data.draw(st.sampled_from(list(found.values())))
    for cut in cluster.cuts(devices):
        parts: dict[int, list[Fraction]] = {cut.part(rank): [Fraction(0), Fraction(0)] for rank in range(devices)}
        for group in groups(axis, devices):
            held: dict[int, int] = {}
            for rank in group:
                held[cut.part(rank)] = held.get(cut.part(rank), 0) + 1
            if len(held) == 1:
                continue
            n, u = len(group), len(held)
            for part, q in held.items():
                into = {
                    "all-gather": Fraction(n - q, n),
                    "reduce-scatter": Fraction(q, n),
                    "all-to-all": Fraction(q * (n - q), n * n),
                    "all-reduce": Fraction(1) if cut.reduces else Fraction(2 * (u - 1), u),
                }.get(kind, Fraction(0))
                rest = 1 - into if kind in ("all-gather", "reduce-scatter") else Fraction(0)
                out = {"all-reduce": Fraction(1), "all-to-all": into}.get(kind, rest)
                parts[part][0] += into
                parts[part][1] += out
            if kind in ("send", "halo"):
                for one, two, size in sent(kind, group):
                    if cut.part(one) != cut.part(two):
                        parts[cut.part(two)][0] += size
                        parts[cut.part(one)][1] += size
        crossing = load(kind, axis, cut, devices)
        assert crossing.into == sum(into for into, _ in parts.values()) / len(parts)
        assert crossing.out == sum(out for _, out in parts.values()) / len(parts)
        if kind != "all-reduce":
            assert crossing.most == max(max(pair) for pair in parts.values())


@given(meshes(), st.sampled_from(KINDS), st.data())
def test_more_of_a_link_never_takes_longer(mesh: tuple[Cluster, int, dict[str, Axis]], kind: str, data: st.DataObject) -> None:
    cluster, devices, found = mesh
    axis = data.draw(st.sampled_from(list(found.values())))
    at = data.draw(st.integers(0, len(cluster.levels) - 1))

    def changed(**what: object) -> Cluster:
        levels = [
            Level(
                each.name,
                each.link * (2 if number == at and "link" in what else 1),
                of=each.of,
                per=each.per,
                reduces=each.reduces or (number == at and "reduces" in what),
            )
            for number, each in enumerate(cluster.levels)
        ]
        return Cluster("changed", levels)

    before = Wires(cluster, devices).least(Message(kind, 1, axis)).seconds
    for faster in (changed(link=2), changed(reduces=True)):
        assert Wires(faster, devices).least(Message(kind, 1, axis)).seconds <= before
    twice = Cluster("twice", [Level(each.name, 2 * each.link, of=each.of, per=each.per, reduces=each.reduces) for each in cluster.levels])
    assert Wires(twice, devices).least(Message(kind, 1, axis)).seconds * 2 == before


@given(meshes(), st.sampled_from(KINDS), st.integers(0, 10**12))
def test_time_is_in_proportion_to_the_bytes_and_none_for_one_device(
    mesh: tuple[Cluster, int, dict[str, Axis]], kind: str, size: int
) -> None:
    cluster, devices, found = mesh
    wires = Wires(cluster, devices)
    for axis in found.values():
        once = wires.least(Message(kind, size, axis))
        assert wires.least(Message(kind, 3 * size, axis)).seconds == 3 * once.seconds
        assert bool(once.seconds) == bool(once.cut) == (axis.size > 1 and size > 0)


def test_gradients_of_8b_params_over_nodes() -> None:
    """128 devices, 16 GB: by the 400 GB/s of a node, not the 50 of one device."""
    size = 16_060_522_496
    whole = Axis(128, 1)
    adding = Cluster("dgx", [Level("node", 450 * GB, of=8, reduces=True), Level("fabric", 50 * GB, per="device", reduces=True)])
    assert round(float(Wires(dgx(), 128).least(Message("all-reduce", size, whole)).seconds), 3) == 0.075
    assert Wires(adding, 128).least(Message("all-reduce", size, whole)).seconds == Fraction(size, 400 * GB)


def test_groups_across_nodes_share_the_links_of_a_node() -> None:
    """Eight groups of one device a node each: each device has its own 50 GB/s of the node's 400."""
    data = axes({"tp": 8, "dp": 16})["dp"]
    least = Wires(dgx(), 128).least(Message("all-gather", 800 * GB, data))
    assert (least.seconds, least.cut and least.cut.unit) == (Fraction(15, 16) * 800 * 8 / 400, "node")


def test_a_link_of_a_device_out_of_its_node_is_one_more_way() -> None:
    cuts = dgx().cuts(16)
    assert [(cut.unit, cut.size, cut.level, cut.span, cut.rate) for cut in cuts] == [
        ("device", 1, 0, 0, 450 * GB),
        ("device", 1, 0, 1, 500 * GB),
        ("node", 8, 1, 1, 400 * GB),
    ]


def test_a_pipeline_sends_to_the_next_stage_alone() -> None:
    """Stages of 8 on nodes of 8: what goes from one to the next, over the links of a node, 8 times."""
    stages = axes({"tp": 8, "pp": 4})["pp"]
    assert Wires(dgx(), 32).least(Message("send", 5 * GB, stages)).seconds == Fraction(8 * 5, 400)


def test_a_torus_is_cut_through_its_middle() -> None:
    """A slice of 4 by 4 by 4 with 45 GB/s a link and direction: 6 links a device, and 32 through the middle."""
    slice_ = Cluster("slice", [Level("slice", 45 * GB, torus=[4, 4, 4])])
    halves = [cut for cut in slice_.cuts(64) if cut.half]
    assert [(cut.rate, cut.size, cut.half) for cut in halves] == [
        (2 * 16 * 45 * GB, 32, half) for half in ((16, 4, 64), (4, 4, 64), (1, 4, 64))
    ]
    assert [sum(cut.part(rank) for rank in range(64)) for cut in halves] == [32, 32, 32]
    everyone = Wires(slice_, 64).least(Message("all-to-all", 64 * GB, Axis(64, 1)))
    assert everyone.seconds == Fraction(64, 4) / (32 * 45)
    inner = Wires(slice_, 64).least(Message("all-gather", 9 * GB, Axis(4, 1)))
    assert inner.seconds == Fraction(9 * 16, 2) / (32 * 45)


def test_a_published_all_gather_of_a_torus_is_no_faster() -> None:
    """bfloat16[2048, 8192] over 4 of a ring, 90 GB/s in both directions together: 377 us in the scaling book, no less than the bound."""
    ring = Cluster("ring", [Level("ring", 45 * GB, torus=[4])])
    least = Wires(ring, 4).least(Message("all-gather", 2 * 2048 * 8192, Axis(4, 1))).seconds
    assert 0.00027 < least < 377e-6


def test_more_devices_than_there_are() -> None:
    with pytest.raises(ClusterError) as caught:
        Wires(Cluster("small", [Level("node", 1, of=8), Level("rack", 1, of=2)]), 17)
    assert str(caught.value) == "small has 16 devices, and 17 are asked for"


MEASURED = yaml.safe_load((ROOT / "tests" / "golden" / "parallel_truth.yaml").read_text())
"""Figures that others measured or published."""


def test_no_measured_all_reduce_is_faster_than_the_bound() -> None:
    """NCCL's bus bandwidths, of 2 to 8 devices: 2 (n - 1) / n of the whole value in its time."""
    devices = {"-reduce 8 x": [8], "2 to 4": [2, 3, 4], "5, 6, 7, 8": [5, 6, 7, 8]}
    for row in MEASURED["collectives_measured"]["rows"]:
        cluster = find_cluster("h200" if "H200" in row["what"] else "h100")
        (counts,) = (numbers for words, numbers in devices.items() if words in row["what"])
        rates = row["busbw_gb_s"] if isinstance(row["busbw_gb_s"], list) else [row["busbw_gb_s"]] * len(counts)
        for count, rate in zip(counts, rates, strict=True):
            least = Wires(cluster, count).least(Message("all-reduce", GB, Axis(count, 1))).seconds
            assert least < Fraction(2 * (count - 1), count * rate)


def test_the_formula_of_a_ring_is_beaten_by_a_measurement() -> None:
    """It allows 257 GB/s of 8 H100, which reach 275 where the switch adds: why no bound here is a ring."""
    ring = Fraction(2 * 7, 8) / (450 * GB)
    assert Fraction(1, 275 * GB) < ring
    assert Wires(find_cluster("dgx-h100"), 8).least(Message("all-reduce", 1, Axis(8, 1))).seconds == Fraction(1, 450 * GB)


def test_a_pod_has_the_published_bisection() -> None:
    """1.6 TB/s of a v5e pod, 3.2 TB/s of a v6e pod, both directions together."""
    for name, published in (("tpu-v5e", 1600), ("tpu-v6e", 3200)):
        halves = [cut for cut in find_cluster(name).cuts(256) if cut.half]
        assert [cut.rate for cut in halves] == [published * GB] * 2


def test_a_fabric_that_adds_takes_what_a_node_does_not_add() -> None:
    """Devices with a slow link in their node and a fast one to a fabric that adds: each value leaves once and comes in once."""
    cluster = Cluster("odd", [Level("node", 1, of=2), Level("fabric", 99, per="device", reduces=True)])
    assert Wires(cluster, 4).least(Message("all-reduce", 100, Axis(4, 1))).seconds == 1


def test_links_within_a_node_are_not_taken_by_what_leaves_it() -> None:
    """A device sends 45 within its node and 5 out of it: 450 and 50 a second are both there for it."""
    wires = Wires(dgx(), 16)
    inner, outer = axes({"tp": 8, "dp": 2}).values()
    within, out = Message("reduce-scatter", Fraction(8, 7) * 45 * GB, inner), Message("reduce-scatter", 10 * GB, outer)
    assert [wires.least(each).seconds for each in (within, out)] == [Fraction(1, 10)] * 2
    assert wires.busiest([within, out]).seconds == Fraction(1, 10)
    assert wires.busiest([within, within, out]).seconds == Fraction(2, 10)
    assert wires.busiest([within, out, out]).seconds == Fraction(2, 10)


def test_two_along_an_axis_are_one_link_apart() -> None:
    assert [Level("a", 1, torus=torus).links for torus in ([4, 4, 4], [2, 4], [1, 2], [1])] == [6, 3, 1, 0]
    assert [cut.rate for cut in Cluster("b", [Level("a", 7, torus=[2, 4])]).cuts(8)] == [3 * 7, 4 * 7, 2 * 2 * 7]
