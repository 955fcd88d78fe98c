"""Joining master and nodes: whose word counts when they differ."""

from dataclasses import replace

import pytest

from pitui.config.model import ClusterSection, Config, NodeSection
from pitui.config.nodes import resolve_nodes
from pitui.domain.apps.executor_end import RemovedExecutor
from pitui.domain.cluster import (
    Application,
    ApplicationState,
    DaemonProcess,
    Executor,
    Launcher,
    MasterState,
    MasterView,
    Progress,
    Role,
    Worker,
    WorkerState,
)
from pitui.domain.concurrency.time_slice import at_once
from pitui.domain.link import LinkState, LinkStatus
from pitui.facts.health.reader import Health
from pitui.services.monitor.build_snapshot import build_snapshot
from pitui.services.monitor.poll_state import DriverView, NodePollState, PollState

URL = "spark://10.0.0.1:7077"
NODES = resolve_nodes(
    Config(
        cluster=ClusterSection(master="nuc", name="shelf"),
        nodes={
            "nuc": NodeSection(host="local"),
            "pi1": NodeSection(host="10.0.0.11"),
            "pi2": NodeSection(host="10.0.0.12"),
        },
    )
)
CONNECTED = LinkStatus(LinkState.CONNECTED)
AWAY = LinkStatus(LinkState.REFUSED, error="connection refused")


def worker(host="10.0.0.11", state=WorkerState.ALIVE, heartbeat=100.0, **changes):
    row = Worker(
        f"worker-{host}", host, 40000, f"http://{host}:8081", state, 4, 2, 768, 512, heartbeat
    )
    return replace(row, **changes)


def process(role=Role.WORKER, pid=42):
    arguments = (URL,) if role is Role.WORKER else ("--port", "7077")
    return DaemonProcess(pid, 1, role, Launcher.DAEMON, arguments=arguments)


def health(*processes, boot="b"):
    return Health(processes=processes, boot_id=boot, cores=4, memory_total_mib=1000)


def snapshot(
    *rows,
    healths=None,
    links=None,
    stopped=None,
    error=None,
    listening=False,
    applications=(),
    drivers=None,
    removed=None,
):
    healths = healths or {}
    observed = PollState(
        nodes={name: NodePollState(health=healths.get(name)) for name in NODES},
        view=MasterView(URL, MasterState.ALIVE, rows, tuple(applications)),
        master_error=error,
        listening=listening,
        drivers=drivers or {},
        removed=removed or {},
    )
    steps = build_snapshot(
        cluster="shelf",
        nodes=NODES,
        master_url="spark://configured:7077",
        observed=observed,
        link_of=lambda name: (links or {}).get(name, CONNECTED),
        stopped_at=(stopped or {}).get,
    )
    return at_once(steps)


def state_of_pi1(*rows, **changes):
    node = snapshot(*rows, **changes).node("pi1")
    return node.worker.state


def test_alive_worker_with_its_process():
    node = snapshot(worker(), healths={"pi1": health(process())}).node("pi1")
    assert node.worker.state is WorkerState.ALIVE
    assert (node.worker.pid, node.worker.launcher) == (42, Launcher.DAEMON)
    assert (node.worker.cores, node.worker.memory_used_mib) == (4, 512)
    assert node.metrics.memory_total_mib == 1000


@pytest.mark.parametrize(
    ("rows", "changes", "expected"),
    [
        ((), {"healths": {"pi1": health()}}, WorkerState.STOPPED),
        ((), {"healths": {"pi1": health(process())}}, WorkerState.UNREGISTERED),
        ((), {"links": {"pi1": AWAY}}, WorkerState.UNREGISTERED),
        ((worker(state=WorkerState.DEAD),), {"healths": {"pi1": health()}}, WorkerState.DEAD),
        (
            (worker(state=WorkerState.DEAD),),
            {"healths": {"pi1": health()}, "stopped": {"pi1": 101.0}},
            WorkerState.STOPPED,
        ),
        (
            (worker(state=WorkerState.DEAD),),
            {"healths": {"pi1": health()}, "stopped": {"pi1": 99.0}},
            WorkerState.DEAD,
        ),
        (
            (worker(state=WorkerState.DEAD),),
            {"links": {"pi1": AWAY}, "stopped": {"pi1": 101.0}},
            WorkerState.DEAD,
        ),
        (
            (worker(state=WorkerState.DECOMMISSIONED),),
            {"healths": {"pi1": health(process())}},
            WorkerState.DECOMMISSIONED,
        ),
        ((worker(),), {"links": {"pi1": AWAY}}, WorkerState.ALIVE),
    ],
)
def test_whose_word_counts(rows, changes, expected):
    assert state_of_pi1(*rows, **changes) is expected


@pytest.mark.parametrize("ahead", [-3600.0, 0.0, 3600.0])
@pytest.mark.parametrize(("after", "state"), [(5.0, "STOPPED"), (-60.0, "DEAD")])
def test_a_worker_was_stopped_on_purpose_whatever_the_masters_clock_says(ahead, after, state):
    beat = 10_000.0
    observed = PollState({name: NodePollState() for name in NODES})
    observed.nodes["pi1"].health = health()
    alive = worker("10.0.0.12", heartbeat=beat + 30 + ahead)
    gone = worker(state=WorkerState.DEAD, heartbeat=beat + ahead)
    observed.take(MasterView(URL, MasterState.ALIVE, (gone, alive)), beat + 32)
    steps = build_snapshot(
        cluster="shelf", nodes=NODES, master_url=URL, observed=observed,
        link_of=lambda _name: CONNECTED, stopped_at={"pi1": beat + after}.get,
    )  # fmt: skip
    assert str(at_once(steps).node("pi1").worker.state) == state


def test_nothing_is_known_of_a_worker_where_neither_master_nor_node_answers():
    found = snapshot(worker(), links={"pi1": AWAY}, error="no answer")
    assert found.node("pi1").worker is None
    assert found.node("pi2").worker.state is WorkerState.STOPPED


def test_a_dead_worker_offers_nothing():
    node = snapshot(worker(state=WorkerState.DEAD), healths={"pi1": health()}).node("pi1")
    assert (node.worker.cores, node.worker.cores_used, node.worker.memory_mib) == (0, 0, 0)


def test_totals_count_alive_workers_only():
    found = snapshot(worker(), worker("10.0.0.12", WorkerState.DEAD))
    assert (found.master.cores, found.master.memory_used_mib) == (4, 512)
    assert (found.workers_alive, len(found.workers)) == (1, 2)


def test_several_workers_of_one_node_count_together():
    rows = [
        worker(id="worker-a"),
        worker(id="worker-b", webui="http://10.0.0.11:8082"),
        worker(id="worker-c", webui="http://10.0.0.11:8083", state=WorkerState.DEAD),
    ]
    node = snapshot(*rows).node("pi1")
    assert node is not None
    assert node.worker is not None
    assert (node.worker.instances, node.worker.state) == (2, WorkerState.ALIVE)
    assert (node.worker.cores, node.worker.cores_used) == (8, 4)
    assert (node.worker.memory_mib, node.worker.memory_used_mib) == (1536, 1024)
    assert [row.state for row in node.workers].count(WorkerState.ALIVE) == 2
    assert snapshot(rows[0]).node("pi1").worker.instances == 1


def test_a_worker_of_nobody():
    found = snapshot(worker("10.9.9.9"))
    assert [row.host for row in found.strangers] == ["10.9.9.9"]


def test_a_master_that_is_gone_and_one_that_cannot_be_asked():
    stopped = snapshot(worker(), error="refused", healths={"nuc": health()})
    assert stopped.master.state is MasterState.STOPPED
    assert stopped.master.cores == 0
    running = snapshot(error="refused", healths={"nuc": health(process(Role.MASTER))})
    assert (running.master.state, running.master.error) == (MasterState.UNREACHABLE, "refused")
    other = snapshot(error="no JSON", listening=True, healths={"nuc": health()})
    assert (other.master.state, other.master.error) == (MasterState.UNREACHABLE, "no JSON")
    away = snapshot(error="timed out", links={"nuc": AWAY})
    assert away.master.state is MasterState.UNREACHABLE


def test_the_master_node_is_no_worker():
    node = snapshot(healths={"nuc": health(process(Role.MASTER, 7))}).node("nuc")
    assert (node.worker, node.master_pid, node.roles) == (None, 7, (Role.MASTER,))


def test_active_applications_first_then_newest():
    apps = [
        Application("a1", "old", ApplicationState.FINISHED, 0, 512, 10.0, 1.0),
        Application("a2", "run", ApplicationState.RUNNING, 4, 512, 5.0, 1.0),
        Application("a3", "new", ApplicationState.KILLED, 0, 512, 20.0, 1.0),
    ]
    progress = Progress(2, 1, 10, 5, 2, 0)
    driver = DriverView(progress, (Executor("0", "10.0.0.11", True, 4, 1, 1, 0, 0, 0, 0, 0, 0),))
    found = snapshot(worker(), applications=apps, drivers={"a2": driver})
    assert [app.id for app in found.applications] == ["a2", "a3", "a1"]
    assert found.applications[0].progress == progress
    assert found.executors["a2"][0].node == "pi1"


def test_a_node_without_link_has_no_metrics():
    node = snapshot(healths={"pi1": health(process())}, links={"pi1": AWAY}).node("pi1")
    assert node.metrics is None
    assert node.link.error == "connection refused"


def test_executors_that_only_the_master_knows_are_there_once():
    told = Executor("1", "10.0.0.11", False, 1, 0, 3, 0, 0, 0, 0, 0, 0, removed_because="137")
    dead = tuple(RemovedExecutor(str(i), "worker-10.0.0.11", "EXITED") for i in range(3))
    drivers = {"app-1": DriverView(executors=(told,))}
    seen = snapshot(worker(), drivers=drivers, removed={"app-1": dead, "app-2": dead[:1]})
    rows = seen.executors["app-1"]
    assert [row.id for row in rows] == ["1", "0", "2"]
    assert rows[0].removed_because == "137"
    assert "exited by itself" in rows[1].removed_because
    assert {row.node for row in rows} == {"pi1"}
    assert not any(row.active for row in (*rows, *seen.executors["app-2"]))


def test_what_could_not_be_read_is_said_of_each_answer():
    observed = PollState(
        nodes={name: NodePollState() for name in NODES},
        view=MasterView(URL, MasterState.ALIVE, unreadable=2),
        drivers={"app-1": DriverView(unreadable=1), "app-2": DriverView()},
    )
    steps = build_snapshot(
        cluster="shelf", nodes=NODES, master_url=URL, observed=observed,
        link_of=lambda _name: CONNECTED, stopped_at={}.get,
    )  # fmt: skip
    assert at_once(steps).unreadable == (
        "2 entries could not be read in the master's answer",
        "1 entry could not be read in the answers of the driver of app-1",
    )


def test_what_comes_while_a_snapshot_is_made_is_in_it_whole_or_not_at_all() -> None:
    nodes = {name: NodePollState(health=health(boot="1")) for name in NODES}
    observed = PollState(nodes=nodes, view=MasterView(URL, MasterState.ALIVE, (worker(),)))
    steps = build_snapshot(
        cluster="shelf", nodes=NODES, master_url=URL, observed=observed,
        link_of=lambda _name: CONNECTED, stopped_at={}.get,
    )  # fmt: skip
    next(steps)
    for seen in nodes.values():
        seen.health = replace(health(boot="2"), memory_used_mib=7)
    observed.view, observed.master_error = MasterView(URL, MasterState.STANDBY), "no answer"
    found = at_once(steps)
    assert found.master.state is MasterState.ALIVE
    assert found.node("pi1").worker.state is WorkerState.ALIVE
    assert {node.metrics.memory_used_mib for node in found.nodes} == {7}
    master = next(name for name, node in NODES.items() if node.is_master)
    late = NodePollState()
    observed = PollState({**nodes, master: late}, master_error="no answer", listening=False)
    steps = build_snapshot(
        cluster="shelf", nodes=NODES, master_url=URL, observed=observed,
        link_of=lambda _name: CONNECTED, stopped_at={}.get,
    )  # fmt: skip
    for _ in range(len(NODES)):
        next(steps)
    late.health = health()
    assert at_once(steps).master.state is MasterState.UNREACHABLE


def test_a_worker_is_not_stopped_where_its_node_is_lost_while_a_snapshot_is_made() -> None:
    links = dict.fromkeys(NODES, CONNECTED)
    nodes = {name: NodePollState(health=health()) for name in NODES}
    steps = build_snapshot(
        cluster="shelf", nodes=NODES, master_url=URL, stopped_at={}.get, link_of=links.__getitem__,
        observed=PollState(nodes, MasterView(URL, MasterState.ALIVE), master_error="no answer"),
    )  # fmt: skip
    next(steps)
    links["pi1"], nodes["pi1"].health = LinkStatus(LinkState.UNREACHABLE), None
    lost = at_once(steps).node("pi1")
    assert (lost.link.state, lost.worker) == (LinkState.UNREACHABLE, None)
