"""Which logs the words of `pitui logs` mean."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from pitui.domain.cluster import Role
from pitui.domain.errors import PituiError, UsageError
from pitui.domain.logs.log_line import LogPosition, LogSource, SourceKind
from pitui.domain.snapshot import Snapshot
from pitui.remote.fanout import fan_out
from pitui.services.cluster import Cluster
from pitui.services.runs.detached_runs import Runs
from pitui.spark.daemons.start_script import CLASSES
from pitui.spark.logs.tail_script import missing_script

_EXECUTOR = re.compile(r"(\w[\w.-]*)/(\w[\w.-]*)")
_STREAMS = (("stderr", ""), ("stdout", " out"))
"""What an executor writes, and how it is told apart in a tag."""


async def sources_of(
    cluster: Cluster, snapshot: Snapshot | None, words: Iterable[str]
) -> list[LogSource]:
    """Return the logs that words mean without asking a node, each once, in the words' order.

    `master`, `workers`, a node's name, the id of a run, APP/EXECUTOR (of any worker where the
    snapshot does not say of which), NODE:/path, a name under `logs:` in the configuration.

    Raises:
        UsageError: a word means nothing here; says what there is.
    """
    found: dict[LogSource, None] = {}
    for word in words:
        found.update(dict.fromkeys(await _sources_of_word(cluster, snapshot, word)))
    return distinct(list(found))


def distinct(sources: Sequence[LogSource]) -> list[LogSource]:
    """Return the sources with tags of which no two are alike: lines are told apart by them."""
    taken: dict[str, int] = {}
    told_apart = []
    for source in sources:
        tag, number = source.tag, taken.get(source.tag, 0)
        taken[source.tag] = number + 1
        if number:
            own = source.app.rpartition("-")[2] if source.app else str(number + 1)
            tag = f"{source.tag} {own}"
            while tag in taken:
                number += 1
                tag = f"{source.tag} {number + 1}"
            taken[tag] = 1
        told_apart.append(source if tag == source.tag else replace(source, tag=tag))
    return told_apart


def daemon_sources(cluster: Cluster, name: str) -> list[LogSource]:
    """Return the logs of the daemons that a node runs by its configuration."""
    node = cluster.node(name)
    sources = []
    if node.is_master:
        sources.append(
            LogSource(
                "master", name, CLASSES[Role.MASTER], name, LogPosition.DAEMON, SourceKind.MASTER
            )
        )
    if node.is_worker:
        tag = f"{name} worker" if node.is_master else name
        sources.append(
            LogSource(name, name, CLASSES[Role.WORKER], tag, LogPosition.DAEMON, SourceKind.WORKER)
        )
    return sources


def named_paths(cluster: Cluster, node: str) -> dict[str, str]:
    """Return the names under `logs:` that a node has, with their paths there."""
    found = {}
    for name, path in cluster.config.logs.items():
        owner, _, rest = path.partition(":")
        if owner not in cluster.nodes:
            found[name] = path
        elif owner == node:
            found[name] = rest
    return found


def named_source(node: str, path: str) -> LogSource:
    """Return the log of a file that has a name, or is one of several that a path matches."""
    return LogSource(f"{node}:{path}", node, path, f"{node} {PurePosixPath(path).name}")


def executor_source(node: str, app: str, executor: str, file: str) -> LogSource:
    """Return the log of one of an executor's files, such as `stderr`."""
    suffix = {"stderr": "", "stdout": " out"}.get(file, f" {file}")
    return LogSource(
        f"{app}/{executor}",
        node,
        f"{app}/{executor}/{file}",
        f"{node}/{executor}{suffix}",
        LogPosition.WORK,
        SourceKind.EXECUTOR,
        app,
    )


def driver_source(node: str, driver: str, file: str) -> LogSource:
    """Return the log of one of the files of a driver that runs on a worker."""
    suffix = {"stderr": "", "stdout": " out"}.get(file, f" {file}")
    tag = f"{node}/driver{suffix}"
    return LogSource(
        driver, node, f"{driver}/{file}", tag, LogPosition.WORK, SourceKind.DRIVER, driver
    )


async def _sources_of_word(
    cluster: Cluster, snapshot: Snapshot | None, word: str
) -> list[LogSource]:
    if word == "master":
        return daemon_sources(cluster, cluster.master.name)[:1]
    if word == "workers":
        return [_worker_source(cluster, node.name) for node in cluster.workers]
    if word in cluster.nodes:
        return daemon_sources(cluster, word)
    name, colon, path = word.partition(":")
    if colon and name in cluster.nodes and path.startswith(("/", "~/")):
        return [named_source(name, path)]
    if match := _EXECUTOR.fullmatch(word):
        return _executor_sources(cluster, snapshot, match[1], match[2])
    runs = Runs(cluster)
    for run in await runs.history():
        if word == run.id:
            return runs.sources(run)
    raise no_such(cluster, word)


def no_such(cluster: Cluster, word: str) -> UsageError:
    """Return the error of a word that means no log."""
    named = f"{', '.join(cluster.config.logs)}, " if cluster.config.logs else ""
    return UsageError(
        f"unknown log {word!r}",
        (
            f"Known logs: master, workers, {', '.join(cluster.nodes)}, {named}errors, journal, "
            "all, the id of a run (`pitui bench history`), of an application or driver, "
            "APP/EXECUTOR such as app-20260101120000-0000/0, NODE:all, NODE:journal, and "
            "NODE:/path/to/file."
        ),
    )


def _worker_source(cluster: Cluster, name: str) -> LogSource:
    return daemon_sources(cluster, name)[-1]


def _executor_sources(
    cluster: Cluster, snapshot: Snapshot | None, app: str, executor: str
) -> list[LogSource]:
    nodes = [node.name for node in cluster.workers]
    if snapshot is not None:
        known = [e.node for e in snapshot.executors.get(app, ()) if e.id == executor and e.node]
        nodes = known or nodes
    return [executor_source(node, app, executor, name) for node in nodes for name, _ in _STREAMS]


async def on_their_nodes(cluster: Cluster, sources: list[LogSource]) -> list[LogSource]:
    """Return the sources without the executors' logs that are on another node.

    Those of a node that cannot be asked stay, so that following them says why.

    Raises:
        UsageError: an executor's log is on none of the workers.
    """
    candidates = [source for source in sources if source.kind is SourceKind.EXECUTOR]
    names = {source.node for source in candidates}
    if len(names) < 2:
        return sources

    async def missing(name: str) -> set[str]:
        paths = [source.path for source in candidates if source.node == name]
        result = await cluster.runner(name).run(
            missing_script(cluster.node(name), paths), changes=False
        )
        return set(result.stdout.splitlines())

    lacks = await fan_out(names, missing)
    absent = {
        source
        for source in candidates
        if not isinstance(said := lacks[source.node], PituiError) and source.path in said
    }
    found = [source for source in sources if source not in absent]
    for source in candidates:
        if source.id not in {one.id for one in found}:
            raise UsageError(
                f"no worker has a log of {source.id}",
                "Spark may have cleaned it up, or the executor never started.",
            )
    return found
