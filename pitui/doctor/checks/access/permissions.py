"""access.permissions: Spark's account may not write to a folder of Spark's."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from shlex import quote

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.evidence.provisioned_settings import is_written_by_step
from pitui.doctor.finding import Finding, error, warning
from pitui.doctor.finding_fix import Fix
from pitui.domain.cluster import Launcher, Role
from pitui.domain.text.number_words import counted
from pitui.facts.node_facts.access_facts import OwnedFolder

_CHOSEN_BY_STEP = {"pid": "SPARK_PID_DIR", "local": "SPARK_LOCAL_DIRS"}
"""By a folder's use the variable with which provisioning chooses it, and keeps it Spark's."""


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for name, facts in evidence.spark_facts():
        yield from _left_by_others(evidence, name)
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


def _left_by_others(evidence: Evidence, name: str) -> Iterator[Finding]:
    """Yield where folders in work are of an account that runs no daemon there any more."""
    facts, status = evidence.facts[name], evidence.status(name)
    running = {process.user for process in status.processes} if status is not None else set()
    work = next((one for one in facts.access.owned if one.use == "work"), None)
    for owner, count in facts.access.in_work.items():
        if work is None or owner in running or running - {work.owner} or work.owner == "root":
            continue
        yield warning(
            f"{counted(count, 'folder')} in {work.path} {'is' if count == 1 else 'are'} of "
            f"{owner}: {work.owner}, as whom Spark runs, cannot remove them",
            f"pitui exec {{nodes}} -- sudo chown -R {quote(work.owner)}: {quote(work.path)}",
            node=name,
            about=f"{work.path} {owner}",
            several=f"folders in {work.path} are of {owner}",
            why="A worker removes what is old in work; what it cannot remove fills the disk",
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


def _needs(evidence: Evidence, name: str) -> Iterable[tuple[str, set[str]]]:
    """Return the accounts that Spark runs as there, or shall run as, with what they write to."""
    status, node = evidence.status(name), evidence.nodes[name]
    running = status.processes if status is not None else ()
    needs: dict[str, set[str]] = defaultdict(set)
    for process in running:
        own = {variable for variable, _ in process.environment}
        # Only Spark's own scripts need these; a daemon that runs has its log.
        uses = {"logs", "pid"} if process.launcher is Launcher.DAEMON else set()
        if process.role is Role.WORKER:
            uses |= {"local"} if process.option("-d", "--work-dir") else {"local", "work"}
        others = {"logs": "SPARK_LOG_DIR", "pid": "SPARK_PID_DIR", "work": "SPARK_WORKER_DIR"}
        needs[process.user] |= {use for use in uses if others.get(use) not in own}
    absent = set(node.roles) - {process.role for process in running}
    if absent and evidence.config.spark.user:
        of_worker = {"work", "local"} if Role.WORKER in absent else set()
        needs[evidence.config.spark.user] |= {"logs", "pid"} | of_worker
    return needs.items()


CHECK = Check(
    id="access.permissions",
    title="Spark may not write to a folder of its own",
    why="Daemons do not start, or executors end at once: `Permission denied`",
    reads=Reads.NODES,
    rule=_rule,
    explains=("spark.unregistered", "app.crash-loop"),
    fixes=("conf",),
)
