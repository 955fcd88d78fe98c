"""A cluster of four nodes as plain data, and a UI on it: no Spark, no SSH, nothing to wait for."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count

import msgspec
from textual.pilot import Pilot

from pitui.config.model import Config
from pitui.domain.apps.recorded_run import Run
from pitui.domain.apps.run_state import RunState
from pitui.domain.apps.stall_reason import StallReason
from pitui.domain.cluster import (
    Application,
    ApplicationState,
    Executor,
    Launcher,
    MasterState,
    MasterStatus,
    Metrics,
    NodeStatus,
    NodeWorker,
    Progress,
    Role,
    WorkerState,
)
from pitui.domain.daemon_target import DaemonTarget
from pitui.domain.errors import PituiError
from pitui.domain.link import LinkState, LinkStatus
from pitui.domain.logs.log_line import LogLine, LogSource
from pitui.domain.node_outcome import Outcome, OutcomeReport, OutcomeState
from pitui.domain.snapshot import Snapshot
from pitui.services.runs.configured_job import ConfiguredJob
from pitui.tui.app import PituiApp
from pitui.tui.backend.backend_interface import JobService, LogService
from pitui.tui.backend.requests import Verb
from pitui.tui.backend.run_interface import RunService
from support.drawing import draw
from support.fake_services import FakeJobs, FakeLogs, FakeRuns, FakeServices
from support.provision import Recorded

NOW = 1_800_000_000.0
UP = LinkStatus(LinkState.CONNECTED, since=NOW - 500)
MIB = 1024 * 1024


def config(**ui: object) -> Config:
    """Return a configuration of a master and three workers."""
    nodes = {"nuc": {"host": "local"}} | {f"pi{i}": {"host": f"192.168.1.1{i}"} for i in (1, 2, 3)}
    text = {"cluster": {"name": "shelf", "master": "nuc"}, "nodes": nodes, "ui": ui}
    return msgspec.convert(text, Config)


def metrics(cpu: float, celsius: float | None = None, throttled: str | None = None) -> Metrics:
    """Return a Pi's load."""
    return Metrics(
        cpu_percent=cpu, memory_used_mib=412, memory_total_mib=906, disk_free_mib=21034,
        uptime_s=93784, load_1m=cpu / 25, temperature_c=celsius, throttled=throttled, cores=4,
    )  # fmt: skip


def worker(state: WorkerState = WorkerState.ALIVE, cores: int = 0, mib: int = 0) -> NodeWorker:
    """Return a worker of four cores and 700 MiB."""
    return NodeWorker(
        state, pid=4242, launcher=Launcher.SYSTEMD, cores=4, cores_used=cores, memory_mib=700,
        memory_used_mib=mib, id="worker-1", webui="http://192.168.1.11:8081",
        last_heartbeat=NOW - 2,
    )  # fmt: skip


def pi(
    name: str, link: LinkStatus = UP, on: NodeWorker | None = None, load: Metrics | None = None
) -> NodeStatus:
    """Return a worker's node."""
    history = (5.0, 20.0, 35.0, 60.0, 80.0, load.cpu_percent) if load else ()
    return NodeStatus(name, f"192.168.1.1{name[-1]}", (Role.WORKER,), link, on, None, load, history)


NUC = NodeStatus("nuc", "local", (Role.MASTER,), UP, None, 911, metrics(4, 41), (3, 4, 2, 5, 9, 4))
AWAY = LinkStatus(
    LinkState.UNREACHABLE, "no route to host", "Is it on? Try `ping 192.168.1.13`.", NOW - 12
)
DENIED = LinkStatus(
    LinkState.AUTH_FAILED,
    "authentication failed for pi@192.168.1.14: no key was accepted",
    "Put your public key there: ssh-copy-id pi@192.168.1.14.",
    NOW - 12,
)
NODES = (
    NUC,
    pi("pi1", on=worker(cores=2, mib=512), load=metrics(91, 61)),
    pi("pi2", on=worker(cores=4, mib=700), load=metrics(99, 74, "under-voltage now")),
    pi("pi3", AWAY, worker(WorkerState.DEAD)),
    pi("pi4", DENIED),
    pi("pi5", LinkStatus()),
    pi("pi6", on=worker(WorkerState.STOPPED), load=metrics(12, 48)),
)
RUNNING = Application(
    "app-0003", "pi", ApplicationState.RUNNING, 6, 366, NOW - 31, 31.0, "pi",
    progress=Progress(3, 1, 120, 77, 6, 0, "reduce at pi.py:44"),
)  # fmt: skip
WAITING = Application(
    "app-0004", "greedy", ApplicationState.WAITING, 0, 2048, NOW - 61, 61.0, "pi",
    StallReason("wants 2048 MiB per executor, the largest worker offers 700 MiB"),
)  # fmt: skip
DONE = Application(
    "app-0002", "flights by hour", ApplicationState.FINISHED, 6, 366, NOW - 3600, 131.0, "pi"
)
FAILED = Application("app-0001", "broken", ApplicationState.FAILED, 6, 366, NOW - 7200, 13.0, "pi")


def executor(number: int, node: str, cores: int, gc_ms: int) -> Executor:
    """Return an executor with some work done."""
    return Executor(
        str(number), node, True, cores, cores, 31 + number, 0, 112 * MIB, 366 * MIB, 300 * MIB,
        100_000, gc_ms, 3 * MIB, 5 * MIB, 40 * MIB, node,
    )  # fmt: skip


MASTER = MasterStatus(
    "nuc", "spark://nuc:7077", MasterState.ALIVE, "4.3.0", 8, 6, 1400, 1212, None, "http://nuc:8080"
)
FULL = Snapshot(
    "shelf",
    MASTER,
    NODES,
    (RUNNING, WAITING, DONE, FAILED),
    {"app-0003": (executor(0, "pi1", 2, 1_000), executor(1, "pi2", 4, 12_000))},
    (),
    NOW,
)
RUNS = (
    Run(
        "r-2", "pi", True, "shelf", "nuc", "~/.pitui/runs/r-2", NOW - 32,
        {"samples": "20000000"}, RunState.RUNNING, "app-0003",
    ),
    Run(
        "r-1", "linecount", True, "shelf", "nuc", "~/.pitui/runs/r-1", NOW - 5000,
        {"path": "/tmp/lines.txt"}, RunState.DONE, None, NOW - 4950, 0, "12000000", 31.2, 6, 3,
    ),
    Run(
        "r-0", "pi", True, "shelf", "nuc", "~/.pitui/runs/r-0", NOW - 6000, {"samples": "1"},
        RunState.FAILED, None, NOW - 5950, 1, error="the driver could not bind to 10.0.0.1",
    ),
)  # fmt: skip


class StillLogs(FakeLogs):
    def __init__(self, still: "Still") -> None:
        self._still = still

    async def sources(self, snapshot: Snapshot, words: Sequence[str]) -> list[LogSource]:
        self._still.asked.append(("sources", list(words)))
        return [LogSource(word, "nuc", f"/{word}", word) for word in words]

    async def follow(
        self, sources: Sequence[LogSource], lines: int
    ) -> AsyncGenerator[list[LogLine], None]:
        yield [LogLine(s.tag, f"27/01/15 08:00:00 INFO Worker: hello of {s.tag}") for s in sources]
        await asyncio.Event().wait()


class StillRuns(FakeRuns):
    def __init__(self, still: "Still") -> None:
        self._still = still

    def watched_benchmarks(self) -> Sequence[str]:
        return self._still.watched

    async def start_benchmark(
        self, name: str, parameters: Mapping[str, str], say: Callable[[str], None]
    ) -> Run:
        self._still.asked.append(("benchmark", (name, dict(parameters))))
        say("pi2 is not recorded: no Python 3")
        return replace(RUNS[0], id="r-9")

    def configured_jobs(self) -> Sequence[ConfiguredJob]:
        return self._still.jobs_there

    async def start_job(self, name: str, report: OutcomeReport, say: Callable[[str], None]) -> Run:
        self._still.asked.append(("submit", name))
        report(Outcome("pi2", "/data/flights.csv", OutcomeState.OK, "3.0 MiB in 0.2 s"))
        if name in self._still.fails:
            raise self._still.fails[name]
        return replace(RUNS[0], id="r-9")

    async def cancel(self, run: Run) -> Run:
        self._still.asked.append(("cancel_run", run.id))
        return RUNS[0]


class StillJobs(FakeJobs):
    def __init__(self, still: "Still") -> None:
        self._still = still

    async def kill_application(self, app_id: str) -> None:
        self._still.asked.append(("kill", app_id))
        if app_id in self._still.fails:
            raise self._still.fails[app_id]


class Still(FakeServices):
    """Services that stand still: the test publishes what they would see, and answers."""

    provisioning = Recorded()

    def __init__(
        self,
        snapshot: Snapshot | None = FULL,
        runs: Sequence[Run] = RUNS,
        *,
        provisioning: Recorded | None = None,
    ) -> None:
        super().__init__()
        self.snapshot = snapshot
        self.all_runs = runs
        self.publish: Callable[[Snapshot], None] = lambda _: None
        self.publish_runs: Callable[[Sequence[Run]], None] = lambda _: None
        self.asked: list[tuple[str, object]] = []
        self.watched: tuple[str, ...] = ()
        self.go_on = asyncio.Event()
        self.fail: dict[str, Outcome] = {}
        self.fails: dict[str, PituiError] = {}
        self.jobs_there: Sequence[ConfiguredJob] = ()
        self.provisioning = provisioning or Recorded()
        self.logs: LogService = StillLogs(self)
        self.runs: RunService = StillRuns(self)
        self.jobs: JobService = StillJobs(self)

    async def run(
        self, on_snapshot: Callable[[Snapshot], None], on_runs: Callable[[Sequence[Run]], None]
    ) -> None:
        def publish(snapshot: Snapshot) -> None:
            on_snapshot(snapshot)
            self.timeline.take(snapshot)

        self.publish, self.publish_runs = publish, on_runs
        if self.snapshot is not None:
            publish(self.snapshot)
            on_runs(self.all_runs)
        await asyncio.Event().wait()

    def set_active_apps(self, app_ids: object) -> None:
        self.asked.append(("look_at", app_ids))

    def retry(self, node: str) -> None:
        self.asked.append(("retry", node))

    async def act(
        self, verb: Verb, targets: Sequence[DaemonTarget], report: OutcomeReport
    ) -> list[Outcome]:
        """Work on every target until told to go on, then end as the test says."""
        self.asked.append((verb, list(targets)))
        for t in targets:
            report(Outcome(t.node, t.role, OutcomeState.WORKING, "waiting for the master"))
        await self.go_on.wait()
        done = [
            self.fail.get(t.node) or Outcome(t.node, t.role, OutcomeState.OK, "listed", seconds=2.1)
            for t in targets
        ]
        for outcome in done:
            report(outcome)
        return done

    def consequences(self, snapshot: Snapshot, targets: Sequence[DaemonTarget]) -> list[str]:
        return [f"pi loses 1 executor of 2 on {t.node}." for t in targets if t.node == "pi2"]


def ui(services: Still | None = None, *, read_only: bool = False, **settings: object) -> PituiApp:
    """Return the UI on such services."""
    still = services or Still()

    @asynccontextmanager
    async def open_still(_config: Config, _prompter: object) -> AsyncIterator[Still]:
        yield still

    return PituiApp(
        config(**settings), read_only=read_only, open_backend=open_still, load=lambda: None
    )


async def until(pilot: Pilot[None], condition: Callable[[], bool], limit: float = 30.0) -> None:
    """Let the app work until a condition holds.

    Raises:
        TimeoutError: it does not hold in time.
    """
    async with asyncio.timeout(limit):
        for turn in count(1):
            if condition():
                break
            # Not by `pause`, which has every widget answer first.
            await asyncio.sleep(0.005)
            if turn % 20 == 0:
                draw(pilot.app)  # it may come with what is drawn
        await pilot.pause()


@asynccontextmanager
async def shown(
    services: Still | None = None,
    size: tuple[int, int] = (160, 45),
    *,
    read_only: bool = False,
    **settings: object,
) -> AsyncIterator[Pilot[None]]:
    """Run the UI until it shows what the services see."""
    still = services or Still()
    app = ui(still, read_only=read_only, **settings)
    async with app.run_test(size=size) as pilot:
        expected = still.snapshot
        await until(
            pilot, lambda: app.started and (expected is None or app.main.snapshot is expected)
        )
        await pilot.pause()
        yield pilot
