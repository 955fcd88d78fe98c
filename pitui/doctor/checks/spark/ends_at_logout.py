"""spark.ends-at-logout: a daemon belongs to somebody's login, and ends with it."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.evidence.provisioned_settings import is_provisioned
from pitui.doctor.finding import Finding, warning
from pitui.doctor.finding_fix import Fix
from pitui.domain.cluster import Role
from pitui.domain.daemon_target import DaemonTarget


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for name, facts in evidence.spark_facts():
        status, access = evidence.status(name), facts.access
        for process in status.processes if status is not None else ():
            if process.unit_of_user and process.user and process.user not in access.lingering:
                yield warning(
                    f"its {process.role} is a service of {process.user}, which systemd ends when "
                    f"{process.user} has logged out",
                    f"pitui exec {{nodes}} -- sudo loginctl enable-linger {process.user}",
                    node=name,
                    about=process.role,
                    several="their daemons end when their account has logged out",
                )
            elif process.pid in access.in_session and access.kills_processes:
                yield warning(
                    f"its {process.role} belongs to a login session, and KillUserProcesses is yes: "
                    "it ends with the session",
                    "pitui provision {nodes} --only service ; pitui restart {nodes}",
                    node=name,
                    about=process.role,
                    several="their daemons end with the session that started them",
                    fixed_by=_fix_of_session(evidence, name, process.role),
                )


def _fix_of_session(evidence: Evidence, name: str, role: Role) -> Fix | None:
    """Return the step that gives a daemon to systemd, on a node that provisioning has set up."""
    if not is_provisioned(evidence, name):
        return None
    return Fix.provisioning("service", on=[name], restart=[DaemonTarget(name, role)])


CHECK = Check(
    id="spark.ends-at-logout",
    title="A daemon ends when somebody logs out",
    why="The worker is gone some minutes after all was well, and with it what ran there",
    reads=Reads.NODES,
    rule=_rule,
    explains=("spark.unregistered",),
    fixes=("service", "restart"),
)
