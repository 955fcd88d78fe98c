"""Which daemons words mean, and what stopping them takes away."""

from types import SimpleNamespace

import pytest

from pitui.config.model import ClusterSection, Config, NodeSection
from pitui.config.nodes import resolve_nodes
from pitui.domain.cluster import (
    Application,
    ApplicationState,
    Executor,
    MasterStatus,
    NodeStatus,
    NodeWorker,
    Role,
    WorkerState,
)
from pitui.domain.daemon_target import DaemonTarget
from pitui.domain.errors import UsageError
from pitui.domain.snapshot import Snapshot
from pitui.services.cluster import Cluster
from pitui.services.daemons.daemon_control import stop_impact, targets_for

NUC = DaemonTarget("nuc", Role.MASTER)
PI1, PI2 = DaemonTarget("pi1", Role.WORKER), DaemonTarget("pi2", Role.WORKER)


def cluster(**nodes):
    config = Config(
        cluster=ClusterSection(master="nuc"),
        nodes=nodes
        or {
            "pi1": NodeSection(host="10.0.0.1"),
            "nuc": NodeSection(host="local"),
            "pi2": NodeSection(host="10.0.0.2"),
        },
    )
    unused = SimpleNamespace()  # no target needs a link
    return Cluster(config, resolve_nodes(config), unused, unused, unused, unused, unused, unused)


@pytest.mark.parametrize(
    ("words", "targets"),
    [
        ([], [NUC, PI1, PI2]),
        (["all"], [NUC, PI1, PI2]),
        (["workers"], [PI1, PI2]),
        (["master"], [NUC]),
        (["pi2"], [PI2]),
        (["pi2", "nuc", "pi2", "master"], [NUC, PI2]),
    ],
)
def test_words(words, targets):
    assert targets_for(cluster(), words) == targets


def test_a_node_that_is_both():
    both = cluster(nuc=NodeSection(host="local", worker=True))
    assert targets_for(both, ["nuc"]) == [NUC, DaemonTarget("nuc", Role.WORKER)]
    assert targets_for(both, ["workers"]) == [DaemonTarget("nuc", Role.WORKER)]


def test_words_that_mean_nothing():
    with pytest.raises(UsageError, match="neither a node nor one of master, workers, all"):
        targets_for(cluster(), ["pi9"])
    idle = cluster(nuc=NodeSection(host="local"), pi3=NodeSection(host="10.0.0.3", worker=False))
    with pytest.raises(UsageError, match="pi3 is configured to run neither"):
        targets_for(idle, ["pi3"])


def application(name, state=ApplicationState.RUNNING):
    return Application(f"app-{name}", name, state, 4, 512, 0.0, 1.0)


def executor(number, node, cores=2, *, active=True):
    return Executor(str(number), "h", active, cores, 0, 0, 0, 0, 0, 0, 0, 0, node=node)


def snapshot(*applications, executors=None, used=2):
    nodes = tuple(
        NodeStatus(
            name,
            name,
            (Role.WORKER,),
            worker=NodeWorker(WorkerState.ALIVE, cores=4, cores_used=used),
        )
        for name in ("pi1", "pi2")
    )
    master = MasterStatus("nuc", "spark://nuc:7077")
    return Snapshot("shelf", master, nodes, applications, executors or {})


def test_nothing_is_lost():
    assert stop_impact(snapshot(used=0), [PI1, PI2, NUC]) == []
    done = snapshot(application("old", ApplicationState.FINISHED), used=0)
    assert stop_impact(done, [PI1, PI2, NUC]) == []


def test_executors_that_are_known():
    executors = {
        "app-pi": (executor(0, "pi1"), executor(1, "pi2"), executor(2, "pi1", active=False))
    }
    said = stop_impact(snapshot(application("pi"), executors=executors), [PI1])
    assert said == ["pi loses 1 executor of 2 (2 cores) on pi1."]
    assert stop_impact(snapshot(application("pi"), executors=executors), []) == []


def test_executors_that_are_not_known():
    one = snapshot(application("pi"))
    assert stop_impact(one, [PI1]) == ["2 cores on pi1 in use: pi loses executors there."]
    two = snapshot(application("pi"), application("lines"))
    (said,) = stop_impact(two, [PI1])
    assert "one or more of pi, lines loses executors there" in said
    assert stop_impact(snapshot(application("pi"), used=0), [PI1]) == []


def test_everything_goes():
    waiting = application("greedy", ApplicationState.WAITING)
    said = stop_impact(snapshot(application("pi"), waiting), [NUC, PI1, PI2])
    assert len(said) == 3
    assert said[1].startswith("Without the master")
    assert said[2] == "No workers are left for: pi, greedy."
