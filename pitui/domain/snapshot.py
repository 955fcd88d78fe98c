"""The cluster at one moment, as the watch publishes it."""

from dataclasses import dataclass, field
from itertools import takewhile

from pitui.domain.cluster import (
    Application,
    Executor,
    MasterStatus,
    NodeStatus,
    Role,
    Worker,
    WorkerState,
)
from pitui.domain.spark_driver import ClusterDriver


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The cluster at one moment; immutable, published again when something changed."""

    cluster: str
    master: MasterStatus
    nodes: tuple[NodeStatus, ...] = ()
    applications: tuple[Application, ...] = ()
    """Active ones first, then done ones, newest first within each."""
    executors: dict[str, tuple[Executor, ...]] = field(default_factory=dict)
    """By application id; only of applications that somebody looks at."""
    strangers: tuple[Worker, ...] = ()
    """Workers the master lists that belong to no configured node."""
    master_at: float | None = None
    """Unix time of the master's last answer."""
    drivers: tuple[ClusterDriver, ...] = ()
    """Of cluster mode, active ones first."""
    unreadable: tuple[str, ...] = ()
    """What of Spark's answers could not be read, a sentence an answer."""
    _by_name: dict[str, NodeStatus] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def node(self, name: str) -> NodeStatus | None:
        """Return the node of that name, if there is one."""
        if not self._by_name:
            self._by_name.update((node.name, node) for node in self.nodes)
        return self._by_name.get(name)

    @property
    def active(self) -> tuple[Application, ...]:
        """The applications that still go on."""
        return tuple(takewhile(lambda app: app.state.active, self.applications))

    @property
    def ended(self) -> tuple[Application, ...]:
        """Those that have ended: thousands, and mostly the same as in the snapshot before."""
        return self.applications[len(self.active) :]

    def application(self, app_id: str) -> Application | None:
        """Return the application of that id, if there is one."""
        return next((a for a in self.applications if a.id == app_id), None)

    @property
    def workers(self) -> tuple[NodeStatus, ...]:
        """Return the nodes that have, or should have, a worker."""
        return tuple(n for n in self.nodes if n.worker is not None or Role.WORKER in n.roles)

    @property
    def workers_alive(self) -> int:
        """Count the configured nodes whose worker the master lists as ALIVE."""
        return sum(1 for n in self.nodes if n.worker and n.worker.state is WorkerState.ALIVE)
