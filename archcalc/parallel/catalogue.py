"""The catalogue of clusters, and the way from a name, a file or a device to a cluster."""

from __future__ import annotations

from functools import cache

from ..core.errors import Reporter, SpecError
from ..core.suggest import did_you_mean
from ..devices.catalogue import find_device, normal
from ..devices.device import Device, DeviceError
from ..text.files import read_file
from ..text.nodes import Sequence
from ..text.reader import read
from .cluster import Cluster, ClusterError
from .custom import cluster_in, read_cluster

FILE = "clusters.yaml"


@cache
def every_cluster() -> tuple[Cluster, ...]:
    """All clusters of the catalogue, in its order."""
    from importlib.resources import files

    node, problems = read(files(__package__).joinpath(FILE).read_bytes(), FILE)
    reporter = Reporter(FILE)
    found = [cluster_in(item, reporter) for item in node.items] if isinstance(node, Sequence) else []
    if problems or reporter.problems:
        raise SpecError([*problems, *reporter.problems])
    return tuple(filter(None, found))


def find_cluster(name: str) -> Cluster:
    """The cluster of that name or alias, the one in which a device of that name usually is, or the one in a YAML file.

    Raises ClusterError for a name that is not there and a file that can't be read, SpecError for what is wrong with the file.
    """
    if name.endswith((".yaml", ".yml")):
        return read_cluster(read_file(name, ClusterError), name)
    known = {each: cluster for cluster in every_cluster() for each in (cluster.name, *map(normal, cluster.aliases))}
    if normal(name) in known:
        return known[normal(name)]
    try:
        return cluster_of(find_device(name))
    except DeviceError:
        hint = did_you_mean(normal(name)[:100], known) or "`archcalc clusters` lists them, and a name that ends in .yaml is a file"
        raise ClusterError(f"there is no cluster '{name[:100]}': {hint}") from None


def cluster_of(device: Device) -> Cluster:
    """The cluster in which a device usually is: the first of the catalogue that has it. Raises ClusterError where there is none."""
    for cluster in every_cluster():
        if any(each.name == device.name for each in cluster.devices):
            return cluster
    raise ClusterError(f"no cluster of the catalogue has {device.name}: --cluster FILE says how they are wired")
