"""Which logs the words of `pitui logs` mean."""

import re
from collections.abc import Iterable

from pitui.domain.cluster import Role, Snapshot
from pitui.domain.errors import PituiError, UsageError
from pitui.domain.log_line import LogSource, Place
from pitui.remote.fanout import fan_out
from pitui.services.cluster import Cluster
from pitui.services.runs import Runs
from pitui.spark.launch import CLASSES
from pitui.spark.log_script import missing_script

_EXECUTOR = re.compile(r"(\w[\w.-]*)/(\w[\w.-]*)")
_STREAMS = (("stderr", ""), ("stdout", " out"))
"""What an executor writes, and how it is told apart in a tag."""


def sources_of(
    cluster: Cluster, snapshot: Snapshot | None, words: Iterable[str]
) -> list[LogSource]:
    """Return the logs that words mean, each once, in the words' order.

    `master`, `workers`, a node's name, the id of a run, APP/EXECUTOR (of any worker where the
    snapshot does not say of which), NODE:/path.

    Raises:
        UsageError: a word means nothing here; says what there is.
    """
    found: dict[LogSource, None] = {}
    for word in words:
        found.update(dict.fromkeys(_meant(cluster, snapshot, word)))
    return list(found)


def daemon_sources(cluster: Cluster, name: str) -> list[LogSource]:
    """Return the logs of the daemons that a node runs by its configuration."""
    node = cluster.node(name)
    sources = []
    if node.is_master:
        sources.append(LogSource("master", name, CLASSES[Role.MASTER], name, Place.DAEMON))
    if node.is_worker:
        tag = f"{name} worker" if node.is_master else name
        sources.append(LogSource(name, name, CLASSES[Role.WORKER], tag, Place.DAEMON))
    return sources


def _meant(cluster: Cluster, snapshot: Snapshot | None, word: str) -> list[LogSource]:
    if word == "master":
        return daemon_sources(cluster, cluster.master.name)[:1]
    if word == "workers":
        return [_worker(cluster, node.name) for node in cluster.workers]
    if word in cluster.nodes:
        return daemon_sources(cluster, word)
    name, colon, path = word.partition(":")
    if colon and name in cluster.nodes and path.startswith(("/", "~/")):
        return [LogSource(word, name, path, name)]
    if match := _EXECUTOR.fullmatch(word):
        return _executor(cluster, snapshot, match[1], match[2])
    runs = Runs(cluster)
    for run in runs.history():
        if word == run.id:
            return runs.sources(run)
    raise UsageError(
        f"no log is called {word!r}",
        f"There are: master, workers, {', '.join(cluster.nodes)}, the id of a run (`pitui bench"
        " history`), APP/EXECUTOR such as app-20260101120000-0000/0, and NODE:/path/to/file.",
    )


def _worker(cluster: Cluster, name: str) -> LogSource:
    return daemon_sources(cluster, name)[-1]


def _executor(
    cluster: Cluster, snapshot: Snapshot | None, app: str, executor: str
) -> list[LogSource]:
    nodes = [node.name for node in cluster.workers]
    if snapshot is not None:
        known = [e.node for e in snapshot.executors.get(app, ()) if e.id == executor and e.node]
        nodes = known or nodes
    return [
        LogSource(
            f"{app}/{executor}",
            node,
            f"{app}/{executor}/{name}",
            f"{node}/{executor}{suffix}",
            Place.WORK,
        )
        for node in nodes
        for name, suffix in _STREAMS
    ]


async def on_their_nodes(cluster: Cluster, sources: list[LogSource]) -> list[LogSource]:
    """Return the sources without the executors' logs that are on another node.

    Those of a node that cannot be asked stay, so that following them says why.

    Raises:
        UsageError: an executor's log is on none of the workers.
    """
    candidates = [source for source in sources if source.place is Place.WORK]
    names = {source.node for source in candidates}
    if len(names) < 2:
        return sources

    async def missing(name: str) -> set[str]:
        paths = [source.path for source in candidates if source.node == name]
        result = await cluster.runner(name).run(missing_script(cluster.node(name), paths))
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
