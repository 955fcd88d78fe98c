"""access.permissions: Spark's account may not write to a folder of Spark's."""

from collections.abc import Iterator
from shlex import quote

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence import Evidence
from pitui.doctor.finding import Finding, error
from pitui.doctor.fix import Fix
from pitui.doctor.provisioned import is_written_by_step
from pitui.domain.cluster import Launcher, Role
from pitui.facts.node_facts.access_facts import OwnedFolder

_CHOSEN_BY_STEP = {"pid": "SPARK_PID_DIR", "local": "SPARK_LOCAL_DIRS"}
"""By a folder's use the variable with which provisioning chooses it, and keeps it Spark's."""


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for name, facts in evidence.spark_facts():
        for user, uses in _needs(evidence, name):
            groups = facts.access.groups.get(user)
            for folder in facts.access.owned:
                open_to_it = (user, folder.path) in facts.access.may_write
                if not groups or folder.use not in uses or open_to_it:
                    continue
                if not folder.open_to(user, groups):
                    setting = _CHOSEN_BY_STEP.get(folder.use)
                    by_step = setting is not None and is_written_by_step(evidence, name, setting)
                    fix = Fix.provisioning("conf", on=[name]) if by_step else None
                    yield error(
                        f"{user}, as whom Spark runs, may not write to {folder.path}: it belongs "
                        f"to {folder.owner}:{folder.group}, mode {folder.mode:o}",
                        fix or _to_paste(folder, user),
                        node=name,
                        about=folder.path,
                        several=f"{user}, as whom Spark runs, may not write to {folder.path}",
                    )


def _to_paste(folder: OwnedFolder, user: str) -> str:
    if folder.use == "local" and folder.owner != user:
        # Others may use it, too: it stays its owner's.
        own = f"{folder.path.rstrip('/')}/{user}"
        return (
            f"set spark.env.SPARK_LOCAL_DIRS to a folder of its own, {own}, then: pitui exec "
            f"{{nodes}} -- sudo install -d -o {quote(user)} {quote(own)}"
        )
    what = "chmod u+rwx" if folder.owner == user else f"chown {quote(user)}:"
    return f"pitui exec {{nodes}} -- sudo {what} {quote(folder.path)}"


def _needs(evidence: Evidence, name: str) -> Iterator[tuple[str, set[str]]]:
    """Yield the accounts that Spark runs as there, or shall run as, with what they write to."""
    status = evidence.status(name)
    running = status.processes if status is not None else ()
    for process in running:
        own = {variable for variable, _ in process.environment}
        # Only Spark's own scripts need these; a daemon that runs has its log.
        uses = {"logs", "pid"} if process.launcher is Launcher.DAEMON else set()
        if process.role is Role.WORKER:
            uses |= {"local"} if process.option("-d", "--work-dir") else {"local", "work"}
        others = {"logs": "SPARK_LOG_DIR", "pid": "SPARK_PID_DIR", "work": "SPARK_WORKER_DIR"}
        yield process.user, {use for use in uses if others.get(use) not in own}
    if not running and evidence.config.spark.user:
        yield evidence.config.spark.user, {"logs", "pid", "work", "local"}


CHECK = Check(
    id="access.permissions",
    title="Spark may not write to a folder of its own",
    why="Daemons do not start, or executors end at once: `Permission denied`",
    reads=Reads.NODES,
    rule=_rule,
    explains=("spark.unregistered", "app.crash-loop"),
    fixes=("conf",),
)
