"""spark.service-not-enabled: a daemon runs by systemd, and will not after a boot."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.evidence.provisioned_settings import is_provisioned
from pitui.doctor.finding import Finding, warning
from pitui.doctor.finding_fix import Fix
from pitui.domain.cluster import DaemonProcess, Launcher, Role
from pitui.domain.daemon_target import DaemonTarget


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for name, facts in evidence.spark_facts():
        status = evidence.status(name)
        for process in status.processes if status is not None else ():
            if process.unit and facts.units.get(process.unit) == "disabled":
                user = "--user " if process.unit_of_user else ""
                sudo = "" if process.unit_of_user else "sudo "
                ours = process.unit == f"spark-{process.role}.service" and not user
                by_step = ours and is_provisioned(evidence, name)
                fix = Fix.provisioning("service", on=[name]) if by_step else None
                yield warning(
                    f"{process.unit} runs, and is not enabled: it does not start at boot",
                    fix or f"pitui exec {{nodes}} -- {sudo}systemctl {user}enable {process.unit}",
                    node=name,
                    about=process.unit,
                    several=f"{process.unit} runs, and is not enabled",
                )
            elif process.launcher is Launcher.DAEMON and _should_be_a_unit(evidence, name, process):
                yield warning(
                    f"Spark's scripts started its {process.role}, and nothing does at boot: "
                    f"spark-{process.role}.service is gone or disabled",
                    # A restart waits until the master has it again.
                    Fix.provisioning(
                        "service", on=[name], restart=[DaemonTarget(name, process.role)]
                    ),
                    node=name,
                    about=f"no unit of the {process.role}",
                    several="Spark's scripts started their daemons, and nothing does at boot",
                )


def _should_be_a_unit(evidence: Evidence, name: str, process: DaemonProcess) -> bool:
    """Whether provisioning gave a daemon to systemd; without root it leaves that to cron.

    A daemon that the node shall not have is another finding's. Where no node has a unit that
    provisioning makes, nobody asked for them.
    """
    facts, node = evidence.facts[name], evidence.nodes[name]
    if process.role not in node.roles:
        return False
    state = facts.units.get(f"spark-{process.role}.service")
    lost = state == "disabled" or (state == "not-found" and _has_units(evidence))
    by_root = node.sudo != "none" and facts.machine.systemd
    return lost and by_root and is_provisioned(evidence, name)


def _has_units(evidence: Evidence) -> bool:
    """Whether the step `service` was carried out on some node."""
    return any(
        is_provisioned(evidence, name)
        and facts.units.get(f"spark-{role}.service") in ("enabled", "disabled")
        for name, facts in evidence.facts.items()
        for role in Role
    )


CHECK = Check(
    id="spark.service-not-enabled",
    title="A daemon's service does not start at boot",
    why="After a power cut the node is there, and its daemon is not",
    reads=Reads.NODES,
    rule=_rule,
    fixes=("service", "restart"),
)
