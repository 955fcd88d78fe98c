"""spark.second-master: more than one master runs, or the master moved to another port."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, warning
from pitui.doctor.fix.sudo_prefix import as_owner
from pitui.domain.cluster import DaemonProcess, Role


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for status in evidence.connected:
        masters = [p for p in status.processes if p.role is Role.MASTER]
        pids = [process.pid for process in masters]
        if status.name == evidence.master_name:
            if len(pids) > 1:
                yield warning(
                    f"{len(pids)} masters run there, pids {', '.join(map(str, pids))}",
                    "pitui stop master ; pitui start master",
                    node=status.name,
                )
        elif pids and not _several_are_meant(evidence):
            yield warning(
                f"a master runs there (pid {pids[0]}), and the master is on {evidence.master_name}",
                _stop_command(evidence, masters[0], status.name),
                node=status.name,
            )
    port, wanted = evidence.master_address[1], evidence.config.spark.master.port
    if evidence.master_alive and evidence.snapshot.master_at is not None and port != wanted:
        yield warning(
            f"the master listens on port {port}, configured is {wanted}: another program has that",
            "stop that program, then: pitui restart master",
            node=evidence.master_name,
            about="port",
        )


def _stop_command(evidence: Evidence, process: DaemonProcess, name: str) -> str:
    if process.unit and process.unit_of_user:
        return f"pitui exec {name} -- systemctl --user disable --now {process.unit}"
    if process.unit:
        # A unit is root's, whoever its process runs as.
        as_root = as_owner(evidence, name, "root")
        return f"pitui exec {name} -- {as_root}systemctl disable --now {process.unit}"
    return f"pitui exec {name} -- {as_owner(evidence, name, process.user)}kill {process.pid}"


def _several_are_meant(evidence: Evidence) -> bool:
    """Whether workers were given several masters, of which ZooKeeper chooses one."""
    return any("," in evidence.masters_url_of(node) for node in evidence.snapshot.nodes)


CHECK = Check(
    id="spark.second-master",
    title="A second master runs",
    why="Workers and applications may be at the one or at the other",
    reads=Reads.SNAPSHOT,
    rule=_rule,
    explains=("spark.unregistered", "spark.master-differs"),
)
