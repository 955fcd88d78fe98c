"""spark.runs-as: a daemon runs as root, or as another account than Spark's."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.evidence.provisioned_settings import is_overridden, is_provisioned
from pitui.doctor.finding import Finding, warning
from pitui.doctor.finding_fix import Fix
from pitui.doctor.symptoms.spark_account import spark_account
from pitui.domain.cluster import DaemonProcess, Role
from pitui.domain.daemon_target import DaemonTarget
from pitui.spark.daemons.unit_files import unit_name

_ROOT = "Whoever submits an application is root there, and what it writes stays root's"


def _rule(evidence: Evidence) -> Iterator[Finding]:
    if evidence.on_one_machine:
        return
    for name, _facts in evidence.spark_facts():
        status = evidence.status(name)
        for process in status.processes if status is not None else ():
            account = spark_account(evidence, name, process.role)
            as_root = process.user == "root" and account != "root"
            other = account and process.user and process.user != account
            if process.in_container or not (as_root or other):
                continue
            instead = f", and Spark's account is {account}" if account else ""
            yield warning(
                f"its {process.role} (pid {process.pid}) runs as {process.user}{instead}: "
                f"{_started_by(process)}",
                _commands(name, process, account),
                node=name,
                about=f"{process.role} {process.user}",
                several=f"their daemons run as {process.user}{instead}",
                why=_ROOT if as_root else "",
                fixed_by=_fix_of_account(evidence, name, process) if account else None,
            )


def _started_by(process: DaemonProcess) -> str:
    if process.unit is not None:
        return f"so says {process.unit}"
    return f"{process.user} started it by hand, and not {unit_name(process.role)}"


def _commands(name: str, process: DaemonProcess, account: str) -> str:
    again = "master" if process.role is Role.MASTER else "{nodes}"
    if not account:
        return (
            "set spark.user to an account of Spark's own (`spark`), then: "
            f"pitui provision {name} ; pitui restart {again}"
        )
    if process.unit is None:
        return f"pitui restart {again}"
    if process.unit == unit_name(process.role):
        return f"pitui provision {{nodes}} --only service ; pitui restart {again}"
    return f"set User={account} with `sudo systemctl edit {process.unit}`: pitui restart {again}"


def _fix_of_account(evidence: Evidence, name: str, process: DaemonProcess) -> Fix | None:
    """Return how the unit comes to run it, on a node where it is there and says who."""
    unit, daemon = unit_name(process.role), DaemonTarget(name, process.role)
    if process.unit is None:
        there = evidence.facts[name].units.get(unit) in ("enabled", "disabled")
        return Fix(restart=(daemon,)) if there else None
    if process.unit != unit or not is_provisioned(evidence, name):
        return None
    if is_overridden(evidence, name, process.role):
        return None
    return Fix.provisioning("service", on=[name], restart=[daemon])


CHECK = Check(
    id="spark.runs-as",
    title="A daemon runs as another account than Spark's",
    why="Its folders in work and its logs are that account's: Spark's own cannot clean them up",
    reads=Reads.NODES,
    rule=_rule,
    explains=("access.permissions", "spark.pid-file"),
    fixes=("service", "restart"),
)
