"""What mends a finding: steps of provisioning, and daemons that are started or restarted."""

from collections.abc import Iterable
from dataclasses import dataclass

from pitui.domain.cluster import Role
from pitui.domain.daemon_target import DaemonTarget


@dataclass(frozen=True, slots=True)
class Fix:
    """What is done about a finding, in this order; nothing of it can lose data."""

    steps: tuple[str, ...] = ()
    """Ids of steps of provisioning."""
    on: tuple[str, ...] = ()
    """The nodes that the steps run on."""
    start: tuple[DaemonTarget, ...] = ()
    """Daemons that do not run."""
    restart: tuple[DaemonTarget, ...] = ()
    """Daemons that run as they should not."""

    @property
    def nodes(self) -> tuple[str, ...]:
        """All nodes on which something is done."""
        daemons = (target.node for target in (*self.start, *self.restart))
        return tuple(dict.fromkeys((*self.on, *daemons)))

    @property
    def commands(self) -> str:
        """The same as commands that can be pasted; `{nodes}` stands for the finding's nodes."""
        said = [f"pitui provision {{nodes}} --only {','.join(self.steps)}"] if self.steps else []
        said += [f"pitui start {named}" for named in _named(self.start)]
        said += [f"pitui restart {named}" for named in _named(self.restart)]
        return " ; ".join(said)

    @staticmethod
    def provisioning(*steps: str, on: Iterable[str], restart: Iterable[DaemonTarget] = ()) -> "Fix":
        """Return the fix by steps of provisioning, after which some daemons are restarted."""
        return Fix(steps=steps, on=tuple(on), restart=tuple(restart))

    @staticmethod
    def starting(node: str, role: Role = Role.WORKER) -> "Fix":
        """Return the fix of a daemon that does not run."""
        return Fix(start=(DaemonTarget(node, role),))

    @staticmethod
    def restarting(node: str, role: Role = Role.WORKER) -> "Fix":
        """Return the fix of a daemon that runs as it should not."""
        return Fix(restart=(DaemonTarget(node, role),))

    @staticmethod
    def of_all(fixes: Iterable["Fix"]) -> "Fix":
        """Return what does all that some fixes do."""
        every = tuple(fixes)
        return Fix(
            steps=tuple(dict.fromkeys(step for one in every for step in one.steps)),
            on=tuple(dict.fromkeys(node for one in every for node in one.on)),
            start=tuple(dict.fromkeys(target for one in every for target in one.start)),
            restart=tuple(dict.fromkeys(target for one in every for target in one.restart)),
        )


def _named(targets: Iterable[DaemonTarget]) -> list[str]:
    """Return what `pitui start` and `restart` take for daemons, each once."""
    named = ("master" if target.role is Role.MASTER else "{nodes}" for target in targets)
    return list(dict.fromkeys(named))
