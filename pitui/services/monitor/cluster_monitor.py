"""The watch: polls master, nodes and drivers, and keeps one immutable snapshot of them."""

import asyncio
import time
from collections.abc import Callable, Iterable

from pitui.config.nodes import spark_url
from pitui.domain.clock_jumps import ClockJumps, steady_time
from pitui.domain.cluster import ApplicationState, MasterView
from pitui.domain.concurrency.duty_cycle import pause_after
from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.concurrency.time_slice import Steps, at_once, in_slices
from pitui.domain.errors import (
    LinkError,
    NodeError,
    NotListeningError,
    NotSparkError,
    WebError,
)
from pitui.domain.node_detail import Point
from pitui.domain.snapshot import Snapshot
from pitui.facts.health.reader import Health, metrics
from pitui.facts.network.address import match_workers
from pitui.remote.http.request_queue import polling
from pitui.services.cluster import Cluster
from pitui.services.monitor.build_apps import nodes_by_host
from pitui.services.monitor.build_snapshot import build_snapshot
from pitui.services.monitor.driver_poll import LIMIT, DriverPoll
from pitui.services.monitor.driver_watch import DriverWatch
from pitui.services.monitor.executor_losses import EVERY as LOSSES_EVERY
from pitui.services.monitor.executor_losses import ExecutorLosses
from pitui.services.monitor.node_poll import NodePoll
from pitui.services.monitor.poll_state import NodePollState, PollState
from pitui.services.monitor.stall_detector import StallDetector
from pitui.spark.versions import page_version

_COALESCE, _COALESCE_MOST = 0.05, 0.5
"""Seconds in which changes are gathered into one snapshot, at least and at most."""
_COALESCE_TIMES = 4.0
"""As many times as the last snapshot took: of many nodes, whose answers come one by one, snapshots
shall take a fifth of the time and not all of it."""
_MASTER_BACKOFF = 5.0
_MASTER_PATIENCE = 1.0
"""Seconds that a read takes at least which failed because no answer came."""
_MOST_DRIVERS = 8
_NAMES_AGAIN = 5.0
_ONCE_GAP = 0.1
"""Seconds between two looks at a node's CPU in `once`."""
_ONCE_EXTRA = 1.5
"""Seconds that `once` gives a connected node to answer beyond its connect limit."""

Subscriber = Callable[[Snapshot], None]


class ClusterMonitor:
    """Watches one cluster; `snapshot` is always the latest whole view."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._clock = ClockJumps()
        self._observed = PollState({name: NodePollState() for name in cluster.nodes})
        self._subscribers: list[Subscriber] = []
        self._looked_at: frozenset[str] = frozenset()
        self._changed = asyncio.Event()
        self._nudged = asyncio.Event()
        self._stall_detector = StallDetector(cluster)
        self._losses = ExecutorLosses(cluster.spark_master)
        poll = DriverPoll(cluster.spark_master, cluster.web, cluster.master.name)
        self._drivers = DriverWatch(poll, self._changed.set)
        self.snapshot = at_once(self._assemble())

    def subscribe(self, callback: Subscriber) -> Callable[[], None]:
        """Call back with each new snapshot; returns what ends that."""
        self._subscribers.append(callback)
        return lambda: self._subscribers.remove(callback)

    def set_active_apps(self, app_ids: Iterable[str]) -> None:
        """Say of which applications somebody looks at the executors."""
        wanted = frozenset(app_ids)
        if wanted != self._looked_at:
            self._looked_at = wanted
            self.poll_now()

    def history(self, name: str) -> tuple[Point, ...]:
        """Return a node's load of the last hour, oldest first."""
        return self._observed.nodes[name].history.points

    def poll_now(self) -> None:
        """Poll master and nodes at once, as after an action."""
        nudged, self._nudged = self._nudged, asyncio.Event()
        nudged.set()

    async def run(self) -> None:
        """Watch until cancelled. Polls never overlap, and back off where nothing answers."""
        unsubscribe = self._cluster.connections.on_change(lambda _name, _link: self._changed.set())
        try:
            with polling():
                await self._run()
        finally:
            unsubscribe()

    async def _run(self) -> None:
        async with TaskGroup() as group:
            group.create_task(self._publish())
            group.create_task(self._watch_master())
            group.create_task(self._watch_drivers(group))
            group.create_task(self._watch_stalls())
            group.create_task(self._watch_losses())
            for name in self._cluster.nodes:
                group.create_task(self._watch_node(name))
                group.create_task(self._watch_names(name))

    async def once(self) -> Snapshot:
        """Look at everything once and return the snapshot.

        A link is made within the limits of its own, so that none is still being made in the end;
        a connected node has its connect limit and 1.5 s to answer.
        """
        async with TaskGroup() as group:
            group.create_task(self._read_master())
            for name in self._cluster.nodes:
                group.create_task(self._look_once(name))
            group.create_task(self._cluster.audit.refresh())
        self.snapshot = await in_slices(self._assemble())
        await self._explain_once()
        return self.snapshot

    async def _explain_once(self) -> None:
        view = self._observed.view
        if view is None or self._observed.master_error is not None or not self.snapshot.active:
            return
        await self._drivers.once(self._to_ask(), self._looked_at, LIMIT)
        self.snapshot = await in_slices(self._assemble())
        await self._stall_detector.look_now(view, self.snapshot.active, self._node_names(view))
        self._take_stall_reasons()
        self.snapshot = await in_slices(self._assemble())

    # Polls

    async def _watch_master(self) -> None:
        nudged = False
        while True:
            # After what a person did the master is asked at once, as if by that person.
            begun = time.monotonic()
            with polling(not nudged):
                await self._read_master()
            waited = time.monotonic() - begun > _MASTER_PATIENCE
            away = self._observed.master_error is not None
            if away and waited and self._cluster.spark_master.answering:
                continue  # the answer may come any moment: the next read waits for it
            nudged = await self._pause(_MASTER_BACKOFF if away else self._refresh)

    async def _read_master(self) -> None:
        try:
            view = await self._cluster.spark_master.read()
        except (WebError, NotSparkError) as error:
            self._observed.master_error = str(error)
            self._observed.listening = not isinstance(error, NotListeningError)
        else:
            seen = self._observed
            came_up = seen.version is None or seen.master_error is not None or seen.view is None
            seen.take(view, self._now())
            if came_up:
                self._changed.set()
                await self._learn_version()
        self._changed.set()

    async def _learn_version(self) -> None:
        """Read the version off the master's page, once for each time that it came up."""
        try:
            with polling(yes=False):
                page = await self._cluster.spark_master.page("")
        except WebError:
            return
        self._observed.version = page_version(page.body.decode(errors="replace"))

    async def _watch_drivers(self, group: TaskGroup) -> None:
        while True:
            self._drivers.turn(group, self._to_ask(), self._looked_at)
            self._now()
            if self._drivers.ages(steady_time()) != self._observed.ages:
                self._changed.set()
            self._stall_detector.note(self.snapshot.active)
            await self._pause(self._refresh)

    async def _watch_stalls(self) -> None:
        while True:
            await self._look_into_rest()
            await self._pause(self._refresh)

    async def _look_into_rest(self) -> None:
        """Find out why applications do not move, where they do not."""
        view = self._observed.view
        if view is None or self._observed.master_error is not None:
            return
        await self._stall_detector.look(view, self.snapshot.active, self._node_names(view))
        self._take_stall_reasons()

    async def _watch_losses(self) -> None:
        while True:
            await self._look_for_losses()
            await self._pause(LOSSES_EVERY)

    async def _look_for_losses(self) -> None:
        if self._observed.master_error is not None:
            return
        await self._losses.look(self.snapshot.active, self._observed.drivers)
        if self._losses.found != self._observed.removed:
            self._observed.removed = self._losses.found
            self._changed.set()

    def _node_names(self, view: MasterView) -> dict[str, str]:
        nodes = self._cluster.nodes.values()
        names = {n: s.names for n, s in self._observed.nodes.items() if s.names is not None}
        return nodes_by_host(match_workers(view, nodes, names))

    def _take_stall_reasons(self) -> None:
        found = self._stall_detector.found()
        if found != self._observed.stall_reasons:
            self._observed.stall_reasons = found
            self._changed.set()

    def _to_ask(self) -> list[str]:
        """Return the applications whose drivers are asked, those somebody looks at first."""
        view = self._observed.view
        active = [a for a in view.applications if a.state.active] if view else []
        wanted = [a.id for a in active if a.id in self._looked_at]
        wanted += [a.id for a in active if a.state is ApplicationState.RUNNING]
        return list(dict.fromkeys(wanted))[:_MOST_DRIVERS]

    async def _watch_node(self, name: str) -> None:
        poll = self._node_poll(name)
        await poll.run(lambda: self._pause(self._refresh))

    async def _watch_names(self, name: str) -> None:
        poll = self._node_poll(name)
        while self._observed.nodes[name].names is None:
            try:
                await self._learn_names(name, poll)
            except NodeError:
                await self._pause(_NAMES_AGAIN)

    async def _look_once(self, name: str) -> None:
        node = self._cluster.nodes[name]
        seen = self._observed.nodes[name]
        poll = self._node_poll(name)
        try:
            await self._cluster.connections.connect(name)
        except LinkError:
            return  # the link itself says why
        try:
            async with asyncio.timeout(node.connect_timeout + _ONCE_EXTRA):
                async with TaskGroup() as group:
                    group.create_task(poll.ask(times=2, gap=_ONCE_GAP))
                    group.create_task(self._learn_names(name, poll))
        except* NodeError as errors:
            seen.silence = str(errors.exceptions[0])
        except* TimeoutError:
            # A busy node may have no time for a second answer.
            seen.silence = "is not answering" if seen.health is None else None
        except* ValueError as errors:
            seen.silence = str(errors.exceptions[0])

    def _node_poll(self, name: str) -> NodePoll:
        seen = self._observed.nodes[name]

        def on_health(health: Health) -> None:
            seen.before, seen.health, seen.at, seen.silence = seen.health, health, self._now(), None
            seen.cpu.append(metrics(seen.before, health).cpu_percent)
            seen.history.add(health, seen.cpu[-1], seen.at)
            self._changed.set()

        def on_silence(reason: LinkError | str) -> None:
            seen.silence = None if isinstance(reason, LinkError) else reason
            seen.before = seen.health = None
            self._changed.set()

        runner = self._cluster.runner(name)
        return NodePoll(runner, self._cluster.nodes[name].spark_home, on_health, on_silence)

    async def _learn_names(self, name: str, poll: NodePoll) -> None:
        self._observed.nodes[name].names = await poll.names()
        self._changed.set()

    def _now(self) -> float:
        """Return the Unix time; where the clock was set, what was noted before is moved with it."""
        if jump := self._clock.take():
            self._observed.move(jump)
            self._changed.set()
        return time.time()

    # Publishing

    @property
    def _refresh(self) -> float:
        return self._cluster.config.ui.refresh

    async def _pause(self, seconds: float) -> bool:
        """Wait for the next common tick, so that answers come together; or for `poll_now`: True."""
        now = time.monotonic()
        until_tick = seconds - now % seconds
        try:
            async with asyncio.timeout(until_tick):
                return await self._nudged.wait()
        except TimeoutError:
            return False

    async def _publish(self) -> None:
        took = 0.0
        while True:
            await self._changed.wait()
            await asyncio.sleep(
                pause_after(took, times=_COALESCE_TIMES, least=_COALESCE, most=_COALESCE_MOST)
            )
            self._changed.clear()
            await self._cluster.audit.refresh()
            begun = time.thread_time()
            snapshot = await in_slices(self._assemble())
            if snapshot != self.snapshot:
                self.snapshot = snapshot
                for subscriber in list(self._subscribers):
                    subscriber(snapshot)
            took = time.thread_time() - begun

    def _assemble(self) -> Steps[Snapshot]:
        cluster = self._cluster
        self._observed.drivers = dict(self._drivers.views)
        self._observed.ages = self._drivers.ages(steady_time())
        return build_snapshot(
            cluster=cluster.name,
            nodes=cluster.nodes,
            master_url=spark_url(cluster.config, cluster.master),
            observed=self._observed,
            link_of=cluster.connections.link,
            stopped_at=lambda name: cluster.audit.last("stop", name),
        )
