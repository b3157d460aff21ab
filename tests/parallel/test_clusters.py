"""The catalogue of clusters, a cluster of one's own, and the command that shows them."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from archcalc.commands.main import app
from archcalc.core.errors import SpecError
from archcalc.devices.catalogue import every_device, find_device, normal
from archcalc.parallel.catalogue import cluster_of, every_cluster, find_cluster
from archcalc.parallel.cluster import Cluster, ClusterError
from archcalc.parallel.custom import read_cluster
from places import ROOT

GB = 10**9
OWN = """\
name: two-racks
device: h100-sxm-80gb
levels:
  - {name: node, of: 8, link: 450 GB/s, reduces: true, latency: 2 us}
  - {name: rack, of: 4, link: 50 GB/s, per: device}
  - {name: room, of: 2, link: 200 GB/s, per: rack}
host: {memory: 256 GiB, link: 64 GB/s}
storage: {capacity: 3.84 TB, link: 6 GB/s}
source: data sheet, 2024
"""


@pytest.mark.parametrize("cluster", every_cluster(), ids=lambda cluster: cluster.name)
def test_every_cluster_is_whole(cluster: Cluster) -> None:
    assert cluster.name == normal(cluster.name)
    assert cluster.devices
    assert cluster.host_link
    assert re.search(r"\b20[0-2][0-9]\b", cluster.source)
    assert len(cluster.source) > 30
    assert not re.search(r"\[|\bTODO\b|https?:", cluster.source)
    for at, level in enumerate(cluster.levels):
        assert level.of or at == len(cluster.levels) - 1
        assert cluster.own(at, at) >= level.link


def test_no_name_is_taken_twice() -> None:
    names = [name for cluster in every_cluster() for name in (cluster.name, *map(normal, cluster.aliases))]
    assert len(names) == len(set(names))


def test_links_are_those_that_were_gathered() -> None:
    """Bytes per second of a device in its node and out of it, and to its host; B200's PCIe 5 is 64 GB/s each way, GB200 has NVLink-C2C."""
    rows: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "tests" / "golden" / "parallel_truth.yaml").read_text())[
        "links_bytes_s_each_direction"
    ]["rows"]
    assert len(rows) == 9
    for name, row in rows.items():
        cluster = find_cluster(name)
        assert cluster.levels[0].of == row.get("rack", row["node"])
        assert cluster.own(0, 0) == row["intra"]
        assert cluster.own(1, 0) == row.get("inter", row.get("between_racks"))
        assert cluster.host_link == {"b200_sxm": 64 * GB, "gb200": 450 * GB}.get(name, row["pcie"])


def test_a_device_stands_for_its_usual_cluster() -> None:
    assert [cluster_of(find_device(name)).name for name in ("a100", "a100-80gb", "h100", "v100", "tpu-v5e", "b200")] == [
        *("dgx-a100", "dgx-a100", "dgx-h100", "dgx-1", "tpu-v5e-pod", "hgx-b200")
    ]
    assert find_cluster("H100") is find_cluster("dgx_h100") is find_cluster("h100x8")
    held = {device.name for cluster in every_cluster() for device in cluster.devices}
    assert held <= {device.name for device in every_device()}


def test_a_file_says_the_same_as_the_catalogue() -> None:
    found = read_cluster(OWN, "racks.yaml")
    assert [(level.name, level.of, level.link, level.per, level.reduces, level.latency) for level in found.levels] == [
        ("node", 8, 450 * GB, "", True, Fraction(2, 10**6)),
        ("rack", 4, 50 * GB, "device", False, 0),
        ("room", 2, 200 * GB, "rack", False, 0),
    ]
    assert (found.host_memory, found.host_link, found.storage, found.storage_link) == (2**38, 64 * GB, 3840 * GB, 6 * GB)
    assert (found.most, [found.size(level) for level in range(4)], found.source) == (64, [1, 8, 32, 64], "data sheet, 2024")
    assert [(cut.unit, cut.span, cut.rate) for cut in found.cuts(64)] == [
        ("device", 0, 450 * GB),
        ("device", 1, 500 * GB),
        ("node", 1, 400 * GB),
        ("device", 2, 500 * GB),
        ("node", 2, 400 * GB),
        ("rack", 2, 200 * GB),
    ]


def test_a_device_may_be_written_in_the_file() -> None:
    found = read_cluster(
        "{name: a, device: {name: chip, memory: 1 GiB, bandwidth: 7 GB/s, peak: {int8: 1 TOP/s}}, levels: [{name: b, link: 3 GB/s}]}", "a"
    )
    assert [(device.name, device.bandwidth) for device in found.devices] == [("chip", 7 * GB)]
    assert (found.most, found.source) == (None, "a")


WRONG = """\
name: wrong
devices: h100
device: [h100, h900]
levels:
  - {name: node, of: 0, link: 400 Gb/s, reduces: yes please}
  - {name: node, link: 50 GB, per: rack}
  - {name: room, of: 2, torus: [2, x], link: 3 GB/s, latency: 2}
  - {of: 3, lnk: 1 GB/s}
host: {memory: 3, link: 1 GB/s}
storage: 3
"""
SAID = """\
wrong.yaml:2:1: devices: a cluster has no key 'devices'
  expected  name, aliases, device, levels, host, storage, source
  hint      did you mean 'device'?
wrong.yaml:3:16: device: there is no device 'h900': `archcalc devices` lists them, and a name that ends in .yaml is a file
wrong.yaml:5:22: levels.0.of: 0 is not a whole number of at least 1
wrong.yaml:5:31: levels.0.link: '400 Gb/s' is in bits, links are in bytes per second
  hint      write 50 GB/s
wrong.yaml:5:50: levels.0.reduces: 'yes please' is not true or false
wrong.yaml:6:5: levels.1: level 'node' does not say of how many units it is
  expected  of: 8, or torus: [4, 4]
wrong.yaml:6:12: levels.1.name: 'node' is inside of itself
  expected  another name than device, node
wrong.yaml:6:24: levels.1.link: there is no unit 'GB' here
  expected  bytes per second: B/s, kB/s, MB/s, GB/s, ... TiB/s
  hint      for example 25.6 GB/s
wrong.yaml:6:36: levels.1.per: there is no 'rack' inside of 'node'
  expected  device, node
wrong.yaml:7:32: levels.2.torus: 'x' is not a whole number of at least 1
wrong.yaml:7:32: levels.2.torus: a torus says by its sides how many units it has
  hint      leave out of:
wrong.yaml:7:63: levels.2.latency: 2 has no unit
  expected  a time in h, min, s, ms, us or ns
  hint      for example 2 ms
wrong.yaml:8:5: levels.3: a level needs 'name'
  expected  name, link
  hint      `archcalc guide devices` shows one
wrong.yaml:8:5: levels.3: a level needs 'link'
  expected  name, link
  hint      `archcalc guide devices` shows one
wrong.yaml:8:13: levels.3.lnk: a level has no key 'lnk'
  expected  name, of, torus, link, per, reduces, latency
  hint      did you mean 'link'?
wrong.yaml:9:16: host.memory: 3 has no unit
  expected  a size in B, kB, MB, GB, TB, KiB, MiB, GiB or TiB
  hint      for example 8 GiB
wrong.yaml:10:10: storage: storage must be a mapping
  expected  capacity, link
  hint      `archcalc guide devices` shows one"""


def said(text: str) -> str:
    with pytest.raises(SpecError) as caught:
        read_cluster(text, "wrong.yaml")
    return str(caught.value)


def test_all_that_is_wrong_with_a_file_is_said_at_once() -> None:
    assert said(WRONG) == SAID


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "wrong.yaml:1:1: a cluster must be a mapping\n  expected  name, aliases, device, levels, host, storage, source\n"),
        (
            "{name: a, levels: []}",
            "wrong.yaml:1:19: levels: levels must be a list, from inside out\n  expected  a mapping for each level\n",
        ),
        ("{name: a}", "wrong.yaml:1:1: a cluster needs 'levels'\n  expected  name, levels\n"),
    ],
)
def test_what_is_no_cluster_at_all(text: str, message: str) -> None:
    assert said(text) == f"{message}  hint      `archcalc guide devices` shows one"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("dgx1", "there is no cluster 'dgx1': did you mean 'dgx-1'?"),
        ("abacus", "there is no cluster 'abacus': `archcalc clusters` lists them, and a name that ends in .yaml is a file"),
        ("m1", "no cluster of the catalogue has apple-m1: --cluster FILE says how they are wired"),
        ("none.yaml", "none.yaml: no such file or directory"),
    ],
)
def test_a_cluster_that_is_not_there(name: str, message: str) -> None:
    with pytest.raises(ClusterError) as caught:
        find_cluster(name)
    assert str(caught.value) == message


def test_the_command_lists_and_shows_them() -> None:
    def run(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["clusters", *arguments])
        return done.exit_code, done.output

    code, listed = run()
    assert code == 0
    assert [line.split()[0] for line in listed.splitlines()[2 : 2 + len(every_cluster())]] == [cluster.name for cluster in every_cluster()]
    code, shown = run("h100", "--format", "json")
    assert code == 0
    (document,) = json.loads(shown)["clusters"]
    assert document["levels"][1] == {
        "name": "fabric",
        "of": None,
        "torus": None,
        "link_bytes_per_second": 50 * GB,
        "per": "device",
        "reduces": True,
        "latency_seconds": 0.0,
        "unit_bytes_per_second": 400 * GB,
    }
    assert run("abacus")[0] == 2
    assert run("--format", "csv") == (2, "archcalc: clusters has no format 'csv': it has table, json\n")
