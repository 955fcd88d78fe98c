"""spark.pid-file: Spark's scripts cannot tell which process is the daemon."""

from collections.abc import Iterator
from shlex import quote

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.evidence.provisioned_settings import is_written_by_step
from pitui.doctor.finding import Finding, info, warning
from pitui.doctor.finding_fix import Fix
from pitui.doctor.fix.sudo_prefix import as_owner
from pitui.domain.cluster import DaemonProcess, Launcher
from pitui.domain.daemon_target import DaemonTarget
from pitui.facts.node_facts.node_facts import NodeFacts


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for name, facts in evidence.spark_facts():
        status = evidence.status(name)
        running = status.processes if status is not None else ()
        by_script = [p for p in running if p.launcher is Launcher.DAEMON]
        for process in by_script:
            if _folder(process, facts) == facts.pid_folder:
                yield from _of_process(evidence, name, process, facts)
        for file in facts.pid_files:
            if file.what == "other":
                as_root = as_owner(evidence, name, file.owner)
                yield warning(
                    f"{file.path} names pid {file.pid}, which is another program",
                    f"pitui exec {name} -- {as_root}rm {quote(file.path)}",
                    node=name,
                    about=file.path,
                )


def _of_process(
    evidence: Evidence, name: str, process: DaemonProcess, facts: NodeFacts
) -> Iterator[Finding]:
    if process.pid not in [file.pid for file in facts.pid_files]:
        yield warning(
            f"its {process.role} (pid {process.pid}) has no PID file in {facts.pid_folder}",
            Fix.restarting(name, process.role),
            node=name,
            about=process.role,
            several="their daemons have no PID files",
        )
    elif facts.pid_folder == "/tmp":  # noqa: S108 - Spark's own choice
        restart = [DaemonTarget(name, process.role)]
        fix = Fix.provisioning("conf", "service", on=[name], restart=restart)
        by_step = is_written_by_step(evidence, name, "SPARK_PID_DIR")
        yield info(
            f"the PID file of its {process.role} is in /tmp, which is emptied at boot, and of what "
            "is older than ten days on Debian 13",
            fix
            if by_step
            else "set spark.env.SPARK_PID_DIR to a folder of Spark's account, or use systemd: "
            + fix.commands,
            node=name,
            about=process.role,
            several="the PID files of their daemons are in /tmp, which is emptied",
        )


def _folder(process: DaemonProcess, facts: NodeFacts) -> str:
    return dict(process.environment).get("SPARK_PID_DIR", facts.pid_folder)


CHECK = Check(
    id="spark.pid-file",
    title="PID files of Spark's scripts are missing or wrong",
    why="Spark's scripts go by them, and say `no worker to stop` or `running as process`",
    reads=Reads.NODES,
    rule=_rule,
    fixes=("conf", "service", "restart"),
)
