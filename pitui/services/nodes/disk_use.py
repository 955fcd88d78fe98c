"""Disk use of a node's work and log folders, and removing what no application uses any more.

Something is unused only where everything agrees: the master lists no such application or driver as
active, the node's worker runs no executor of it, and no process on the node names it. Where one of
them cannot be asked, nothing is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

import msgspec

from pitui.domain.cluster import DaemonProcess, Role
from pitui.domain.errors import Failure, NodeError, NotSparkError, UsageError, WebError
from pitui.domain.node_detail import DiskUse, FolderKind, LeftoverFolder
from pitui.domain.text.number_words import unreadable_words
from pitui.facts.disk import bench_folder
from pitui.facts.disk.work_folders import (
    WorkListing,
    list_command,
    parse_listing,
    parse_removed,
    remove_command,
    remove_input,
)
from pitui.facts.spark.process_memory import SPARK_PROCESSES_COMMAND, parse_spark_processes
from pitui.remote.quoting import quote
from pitui.remote.sudo import Sudo, as_user
from pitui.services.cluster import Cluster
from pitui.services.nodes.probe import probe
from pitui.spark.json_reader import decode

YOUNG = 120.0
"""Seconds for which something that was just written is left alone: it may only be beginning."""

_LIST_LIMIT = 90.0
"""Seconds: counting a full SD card takes long."""
_REMOVE_LIMIT = 300.0


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What a clean-up removed."""

    names: tuple[str, ...]
    kib: int
    kept: tuple[str, ...] = ()
    """Why others are still there."""
    partial: bool = False
    """Whether it was at least so much: not all of it could be read."""


class _Id(msgspec.Struct):
    id: str
    state: str = ""


class _Active(msgspec.Struct):
    # Without any of them nobody knows what runs: that is an error, not an empty list.
    workers: list[object]
    activeapps: list[_Id]
    activedrivers: list[_Id]


async def disk_use(cluster: Cluster, name: str, *, asks: bool = False) -> DiskUse:
    """Return what lies in a node's work and log folders, and what of it is unused.

    What the login may not read is listed by sudo, without `asks` only where that wants no
    password or one that was given before.

    Raises:
        NodeError: the node cannot be reached or listed.
    """
    node = cluster.node(name)
    own = (await probe(cluster, name)).own
    work, logs = _folders(node.spark_home, own)
    command = list_command(work, logs)
    result = await cluster.runner(name).run(command, limit=_LIST_LIMIT, changes=False)
    listing = parse_listing(result.stdout)
    if not listing.whole and node.sudo != "none":
        listing = await _list_as_root(cluster.sudo(name, asks=asks), command) or listing
    used, unsure = await _in_use(cluster, name)
    if listing.closed and not unsure:
        unsure = f"this login cannot read {', '.join(listing.closed)}"
        if node.sudo == "ask":
            unsure += f", and sudo needs a password: `pitui disk --clean {name}` asks for it"
    folders = [_judged(folder, listing, used, sure=not unsure) for folder in listing.folders]
    return DiskUse(listing.work, listing.logs, tuple(folders), unsure)


async def _list_as_root(sudo: Sudo, command: str) -> WorkListing | None:
    """Return the whole listing; None where root cannot be had."""
    try:
        result = await sudo.attempt(as_user(command), limit=_LIST_LIMIT, changes=False)
    except NodeError as error:
        if error.failure is not Failure.SUDO_PASSWORD:
            raise
        return None
    return parse_listing(result.stdout) if result.ok else None


def _folders(spark_home: str, own: Sequence[DaemonProcess]) -> tuple[str, str]:
    """Return where the worker works and where daemons log: as their processes were told."""
    told = {key: value for process in own for key, value in process.environment}
    worker = next((process for process in own if process.role is Role.WORKER), None)
    option = worker.option("--work-dir", "-d") if worker else None
    logged = next((str(PurePosixPath(p.log).parent) for p in own if p.log), None)
    work = option or told.get("SPARK_WORKER_DIR") or f"{spark_home}/work"
    return work, told.get("SPARK_LOG_DIR") or logged or f"{spark_home}/logs"


def _judged(
    folder: LeftoverFolder, listing: WorkListing, used: frozenset[str], *, sure: bool
) -> LeftoverFolder:
    young = listing.now - folder.changed_at < YOUNG
    current = folder.kind is FolderKind.LOG
    # Any application may be a benchmark, and its executors do not say what they read.
    wanted = bool(used) if folder.kind is FolderKind.BENCHMARK else folder.name in used
    free = sure and not young and not current and not wanted
    return replace(folder, in_use=not free)


async def _in_use(cluster: Cluster, name: str) -> tuple[frozenset[str], str]:
    """Return the ids of what runs, and why that is not sure; empty where it is."""
    try:
        page = await cluster.spark_master.page("json/")
        view = await cluster.spark_master.read()
        active, lost = decode(page.body, _Active, "a Spark master")
    except (WebError, NotSparkError) as error:
        return frozenset(), f"the master does not say which applications are running ({error})"
    if lost:
        return frozenset(), f"{unreadable_words(lost, 'entry', 'entries')} in the master's answer"
    if view.state != "ALIVE":
        return frozenset(), f"the master is {view.state} and may not know every application yet"
    result = await cluster.runner(name).run(SPARK_PROCESSES_COMMAND, changes=False)
    if not result.ok or result.stdout.startswith("none"):
        return frozenset(), "the node does not show its processes"
    running = {process.app_id for process in parse_spark_processes(result.stdout)}
    listed = {row.id for row in (*active.activeapps, *active.activedrivers)}
    return frozenset((running | listed) - {""}), ""


async def clean(cluster: Cluster, name: str, wanted: Sequence[str]) -> Cleaned:
    """Remove unused folders and old logs by name, as whoever owns them.

    What is used meanwhile stays: everything is judged again, and each once more on the node right
    before it goes.

    Raises:
        NodeError: it is not sure what is in use, or nothing could be removed; says why.
        UsageError: a name is none of what can be removed.
    """
    async with cluster.locks.holding("disk --clean") as locks:
        await locks.take(name)
        return await _clean_locked(cluster, name, wanted)


async def _clean_locked(cluster: Cluster, name: str, wanted: Sequence[str]) -> Cleaned:
    use = await disk_use(cluster, name, asks=True)
    if use.unsure:
        raise NodeError(
            name,
            f"nothing was removed: {use.unsure}",
            "Clean up when the master answers and the node can be checked.",
        )
    if not wanted:
        return Cleaned((), 0)
    by_name = {folder.name: folder for folder in use.removable}
    if unknown := [one for one in wanted if one not in by_name]:
        raise UsageError(
            f"{name}: cannot remove {', '.join(unknown)}: in use, just written, or missing"
        )
    parts = [await _remove(cluster, name, group) for group in _groups(use, by_name, wanted)]
    cleaned = Cleaned(
        tuple(one for part in parts for one in part.names),
        sum(part.kib for part in parts),
        tuple(why for part in parts for why in part.kept),
        any(part.partial for part in parts),
    )
    result = "ok" if not cleaned.kept else "failed"
    cluster.audit.record(
        "clean", name, result, removed=" ".join(cleaned.names), freed_kib=str(cleaned.kib)
    )
    if not cleaned.names:
        raise NodeError(name, f"nothing was removed: {'; '.join(cleaned.kept)}")
    return cleaned


async def clean_unused(cluster: Cluster, name: str) -> Cleaned:
    """Remove all that nothing uses; none of it is no failure.

    Raises:
        NodeError: it is not sure what is in use, or nothing could be removed; says why.
    """
    use = await disk_use(cluster, name, asks=True)
    if not use.removable and not use.unsure:
        return Cleaned((), 0)
    return await clean(cluster, name, [folder.name for folder in use.removable])


@dataclass(frozen=True, slots=True)
class _Group:
    """What goes out of one folder as one owner."""

    owner: str
    where: str
    folders: tuple[LeftoverFolder, ...]


def _groups(
    use: DiskUse, by_name: Mapping[str, LeftoverFolder], wanted: Sequence[str]
) -> list[_Group]:
    found: dict[tuple[str, str], list[LeftoverFolder]] = {}
    for folder in (by_name[one] for one in wanted):
        where = {FolderKind.OLD_LOG: use.logs, FolderKind.BENCHMARK: bench_folder.FOLDER}.get(
            folder.kind, use.work
        )
        found.setdefault((folder.owner, where), []).append(folder)
    return [_Group(owner, where, tuple(group)) for (owner, where), group in found.items()]


async def _remove(cluster: Cluster, name: str, group: _Group) -> Cleaned:
    names = [folder.name for folder in group.folders]
    if group.where == bench_folder.FOLDER:
        command, given = bench_folder.REMOVE_COMMAND, bench_folder.input_for(names)
    else:
        command, given = remove_command(group.where, names), remove_input(names)
    login = (await cluster.runner(name).run("id -un", changes=False)).stdout.strip()
    if login not in (group.owner, "root"):
        if cluster.node(name).sudo == "none":
            why = (
                f"{', '.join(names)} belong to {group.owner}, and the configuration says "
                f"`sudo: none`; an administrator can run on {name}: cd "
                f"{quote(group.where)} && sudo rm -r {quote(*names)}"
            )
            return Cleaned((), 0, (why,))
        command = as_user(command, group.owner)
    result = await cluster.sudo(name).attempt(command, stdin=given, limit=_REMOVE_LIMIT)
    became = parse_removed(result.stdout)
    gone = [folder for folder in group.folders if became.get(folder.name) == "removed"]
    kept = [f"{one} is in use" for one, word in became.items() if word == "used"]
    failed = [one for one in names if became.get(one) not in ("removed", "used", "gone")]
    if failed:
        said = result.stderr.strip().splitlines()[-1:] or [f"status {result.status}"]
        kept.append(f"cannot remove {', '.join(failed)}: {said[0]}")
    freed = sum(folder.kib for folder in gone)
    partial = any(folder.partial for folder in gone)
    return Cleaned(tuple(folder.name for folder in gone), freed, tuple(kept), partial)
