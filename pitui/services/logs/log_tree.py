"""The tree of logs that a cluster has, to choose from."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import PurePosixPath

from pitui.domain.errors import PituiError
from pitui.domain.logs.log_line import LogSource
from pitui.domain.logs.log_tree import LogBranch, LogLeaf
from pitui.domain.snapshot import Snapshot
from pitui.services.cluster import Cluster
from pitui.services.logs.find_sources import daemon_log, journal_sources, listings, work_source
from pitui.services.logs.log_arguments import daemon_sources, named_source
from pitui.services.runs.detached_runs import Runs
from pitui.spark.logs.log_listing import FoundKind, FoundLog, LogListing

MOST_APPS = 50
"""Applications and drivers of a node that are listed, the newest."""

MOST_EXECUTORS = 100
"""Executors of an application on one node that are listed, the newest."""

MOST_RUNS = 20


async def log_tree(
    cluster: Cluster, snapshot: Snapshot | None, nodes: Iterable[str] | None = None
) -> list[LogBranch]:
    """Return a branch for each node, in the configuration's order, with the logs that it has.

    A node that cannot be asked has its daemons' logs, and `error` says why there is no more.
    """
    names = list(cluster.nodes) if nodes is None else list(nodes)
    found = await listings(cluster, names)
    titles = {app.id: app.name for app in snapshot.applications} if snapshot else {}
    master = cluster.master.name
    runs = await _runs(cluster) if master in names else ()
    return [
        _node_branch(cluster, name, found[name], titles, runs if name == master else ())
        for name in names
    ]


def _node_branch(
    cluster: Cluster,
    name: str,
    listing: LogListing | PituiError,
    titles: dict[str, str],
    runs: Sequence[LogBranch],
) -> LogBranch:
    daemons = daemon_sources(cluster, name)
    if isinstance(listing, PituiError):
        leaves = tuple(LogLeaf(str(source.kind), source) for source in daemons)
        return LogBranch(name, f"{name}:all", leaves, tuple(runs), error=str(listing))
    leaves = tuple(_daemon(source, listing) for source in daemons) + tuple(
        LogLeaf(f"journal of {source.path}", source) for source in journal_sources(name, listing)
    )
    work = _work_branches(name, listing, titles)
    kept = work[:MOST_APPS]
    branches = (*kept, *runs, *_files(name, listing))
    off = listing.left_off + len(work) - len(kept)
    return LogBranch(name, f"{name}:all", leaves, branches, off)


def _daemon(source: LogSource, listing: LogListing) -> LogLeaf:
    newest = daemon_log(source, listing)
    if newest is None:
        return LogLeaf(str(source.kind), source)
    return LogLeaf(str(source.kind), source, newest.size, newest.changed_at)


def _work_branches(node: str, listing: LogListing, titles: dict[str, str]) -> list[LogBranch]:
    """Return a branch for each application and driver, the newest first."""
    leaves: dict[str, list[LogLeaf]] = {}
    for file in listing.files:
        source = work_source(node, file)
        if source is not None:
            title = PurePosixPath(file.path).name
            leaf = LogLeaf(title, source, file.size, file.changed_at)
            leaves.setdefault(source.app, []).append(leaf)
    branches = []
    for app, found in leaves.items():
        title = f"{titles[app]} {app}" if app in titles else app
        if found[0].source.id == app:
            branches.append(LogBranch(title, app, tuple(found)))
        else:
            branches.append(_application_branch(title, app, found))
    return branches


def _application_branch(title: str, app: str, leaves: Sequence[LogLeaf]) -> LogBranch:
    by_executor = sorted(leaves, key=lambda leaf: (_executor_order(leaf.source.id), leaf.title))
    executors = [
        LogBranch(f"executor {id_.rpartition('/')[2]}", id_, tuple(own))
        for id_, own in groupby(by_executor, key=lambda leaf: leaf.source.id)
    ]
    kept = tuple(executors[-MOST_EXECUTORS:])
    return LogBranch(title, app, (), kept, len(executors) - len(kept))


def _executor_order(source: str) -> tuple[int, str]:
    executor = source.rpartition("/")[2]
    return (int(executor) if executor.isdecimal() else -1, executor)


async def _runs(cluster: Cluster) -> tuple[LogBranch, ...]:
    """Return the branches of the newest runs; where they cannot be read, one that says why."""
    runs = Runs(cluster)
    try:
        newest = await runs.history(MOST_RUNS)
    except PituiError as error:
        return (LogBranch("runs", "", error=str(error)),)
    return tuple(
        LogBranch(
            f"{run.name} {run.id}",
            run.id,
            tuple(LogLeaf(PurePosixPath(one.path).stem, one) for one in runs.sources(run)),
        )
        for run in newest
    )


def _files(node: str, listing: LogListing) -> list[LogBranch]:
    """Return the files that have a name in the configuration, and those of the log folder."""
    named: dict[str, list[LogLeaf]] = {}
    for file in listing.files:
        if file.kind is FoundKind.NAMED:
            named.setdefault(file.name, []).append(_file_leaf(node, file))
    others = [_file_leaf(node, file) for file in listing.files if file.kind is FoundKind.LOG]
    branches = [LogBranch(name, f"{node}:{name}", tuple(leaves)) for name, leaves in named.items()]
    if others:
        branches.append(LogBranch("files in Spark's log folder", "", tuple(others)))
    return branches


def _file_leaf(node: str, file: FoundLog) -> LogLeaf:
    source = named_source(node, file.path)
    return LogLeaf(PurePosixPath(file.path).name, source, file.size, file.changed_at)
