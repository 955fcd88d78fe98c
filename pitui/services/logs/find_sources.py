"""Finding logs that only the nodes know of, and the tree of all that there are."""

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from pitui.domain.cluster import Role
from pitui.domain.errors import PituiError, UsageError
from pitui.domain.logs.log_line import LogPosition, LogSource, SourceKind
from pitui.domain.snapshot import Snapshot
from pitui.remote.fanout import fan_out
from pitui.services.cluster import Cluster
from pitui.services.logs.log_arguments import (
    daemon_sources,
    distinct,
    driver_source,
    executor_source,
    named_paths,
    named_source,
    no_such,
    on_their_nodes,
    sources_of,
)
from pitui.services.runs.detached_runs import Runs
from pitui.spark.logs.log_listing import (
    FoundKind,
    FoundLog,
    LogListing,
    log_list_script,
    parse_log_list,
)

ERRORS = "errors"
"""The word for the logs in which the cluster's errors stand."""

ERRORS_LINES = 10_000
"""Lines of each log that are looked through for them."""

ERRORS_APPS = 8
"""Applications, the newest of each node, that are looked through for errors."""

ALL_APPS = 3
"""Applications of each node that `all` and `NODE:all` take in, the newest."""

_LIST_LIMIT = 20.0

_APPLICATION = re.compile(r"(app|driver)-[\w.-]+")


async def find_sources(
    cluster: Cluster, snapshot: Snapshot | None, words: Iterable[str]
) -> list[LogSource]:
    """Return the logs that words mean, each once, in the words' order.

    What `sources_of` knows, and beside it: `errors`, `all` and `NODE:all` (daemons, the newest
    applications and drivers, named files), `journal` and `NODE:journal` (the units that run Spark),
    an application's or a driver's id, a name under `logs:` and `NODE:NAME`, and NODE:/path with
    `*` and `?` in it.

    Raises:
        UsageError: a word means nothing here; says what there is.
        NodeError: no node that could have it can be asked.
    """
    found: dict[LogSource, None] = {}
    direct: list[LogSource] = []
    for word in words:
        asked = await _asked_sources(cluster, word)
        if asked is None:
            direct = await on_their_nodes(cluster, await sources_of(cluster, snapshot, [word]))
        found.update(dict.fromkeys(direct if asked is None else asked))
    return distinct(list(found))


async def listings(
    cluster: Cluster,
    names: Iterable[str],
    named: Mapping[str, Mapping[str, str]] | None = None,
    *,
    only: str = "",
    everything: bool = True,
) -> dict[str, LogListing | PituiError]:
    """Return what logs nodes have; of a node that cannot be asked, why.

    `named` are further paths by name, for each node; left out: those of the configuration.
    """

    async def one(name: str) -> LogListing:
        paths = named_paths(cluster, name) if named is None else named.get(name, {})
        script = log_list_script(cluster.node(name), paths, only=only, everything=everything)
        result = await cluster.runner(name).run(script, limit=_LIST_LIMIT, changes=False)
        return parse_log_list(result.stdout)

    return await fan_out(names, one)


async def _asked_sources(cluster: Cluster, word: str) -> list[LogSource] | None:
    """Return the sources of a word that has to be asked of nodes; None for any other word."""
    name, colon, rest = word.partition(":")
    if colon and name in cluster.nodes:
        return await _of_node(cluster, word, name, rest)
    if word == "all":
        return await _everything(cluster, cluster.nodes, ALL_APPS)
    if word == ERRORS:
        found = await _everything(cluster, cluster.nodes, ERRORS_APPS)
        return [source for source in found if PurePosixPath(source.path).name != "stdout"]
    if word == "journal":
        return await _journals(cluster, cluster.nodes)
    if word in cluster.config.logs:
        return await _named_file_sources(cluster, word, word, cluster.nodes)
    return await _application_sources(cluster, word) if _APPLICATION.fullmatch(word) else None


async def _of_node(cluster: Cluster, word: str, name: str, rest: str) -> list[LogSource] | None:
    if rest == "all":
        return await _everything(cluster, [name], ALL_APPS)
    if rest == "journal":
        return await _journals(cluster, [name])
    if rest.startswith(("/", "~/")):
        return await _path_sources(cluster, word, {name: {word: rest}}) if _is_glob(rest) else None
    return await _named_file_sources(cluster, word, rest, [name])


async def _named_file_sources(
    cluster: Cluster, word: str, name: str, nodes: Iterable[str]
) -> list[LogSource]:
    paths = {
        node: {name: named_paths(cluster, node)[name]}
        for node in nodes
        if name in named_paths(cluster, node)
    }
    if not paths:
        raise no_such(cluster, word)
    return await _path_sources(cluster, word, paths)


async def _path_sources(
    cluster: Cluster, word: str, paths: Mapping[str, Mapping[str, str]]
) -> list[LogSource]:
    """Return the files of paths; one without `*` that is not there yet is waited for."""
    plain = [
        named_source(node, path)
        for node, asked in paths.items()
        for path in asked.values()
        if not _is_glob(path)
    ]
    globs = {
        node: {name: path for name, path in asked.items() if _is_glob(path)}
        for node, asked in paths.items()
    }
    globs = {node: asked for node, asked in globs.items() if asked}
    found = await listings(cluster, globs, globs, everything=False)
    sources = plain + [
        named_source(node, file.path)
        for node, listing in _answered(found).items()
        for file in listing.files
    ]
    if not sources:
        raise UsageError(f"no file matches {word}", "It is a path with * or ? on the node.")
    return sources


def _is_glob(path: str) -> bool:
    return "*" in path or "?" in path


async def _everything(cluster: Cluster, nodes: Iterable[str], apps: int) -> list[LogSource]:
    found = await listings(cluster, nodes)
    sources: list[LogSource] = []
    for name, listing in found.items():
        daemons = daemon_sources(cluster, name)
        if isinstance(listing, PituiError):
            sources += daemons
            continue
        sources += [source for source in daemons if _has_log(source, listing)]
        sources += work_sources(name, listing, apps)
        sources += [
            named_source(name, file.path) for file in listing.files if file.kind is FoundKind.NAMED
        ]
        if name == cluster.master.name:
            runs = Runs(cluster)
            sources += [one for run in await runs.history(apps) for one in runs.sources(run)]
    return sources


def _has_log(daemon: LogSource, listing: LogListing) -> bool:
    """Whether a daemon has ever written a log on its node."""
    return daemon_log(daemon, listing) is not None or any(
        role.value == daemon.kind.value for role, _ in listing.units
    )


def daemon_log(daemon: LogSource, listing: LogListing) -> FoundLog | None:
    """Return the newest log file of a daemon."""
    return next(
        (
            file
            for file in listing.files
            if file.kind is FoundKind.LOG
            and f"-{daemon.path}-" in file.path
            and file.path.endswith(".out")
        ),
        None,
    )


def work_sources(node: str, listing: LogListing, apps: int) -> list[LogSource]:
    """Return the logs of executors and drivers of a node's newest applications, so many."""
    found = [(file, work_source(node, file)) for file in listing.files]
    known = [source for _, source in found if source is not None]
    newest = list(dict.fromkeys(source.app for source in known))[:apps]
    return [source for source in known if source.app in newest]


def work_source(node: str, file: FoundLog) -> LogSource | None:
    """Return the log of a file under the worker's folder; None for any other."""
    parts = file.path.split("/")
    if file.kind is not FoundKind.WORK or not 2 <= len(parts) <= 3:
        return None
    return executor_source(node, *parts) if len(parts) == 3 else driver_source(node, *parts)


def _answered(found: Mapping[str, LogListing | PituiError]) -> dict[str, LogListing]:
    """Return the answers of those nodes that gave one.

    Raises:
        PituiError: none did.
    """
    answers = {name: one for name, one in found.items() if not isinstance(one, PituiError)}
    errors = [one for one in found.values() if isinstance(one, PituiError)]
    if errors and not answers:
        raise errors[0]
    return answers


async def _application_sources(cluster: Cluster, word: str) -> list[LogSource]:
    names = [node.name for node in cluster.workers]
    answers = _answered(await listings(cluster, names, {}, only=word, everything=False))
    sources = [
        source
        for name, listing in answers.items()
        for file in listing.files
        if (source := work_source(name, file)) is not None
    ]
    runs = Runs(cluster)
    for run in await runs.history():
        if run.application == word:
            sources += runs.sources(run)
    if not sources:
        raise UsageError(
            f"no worker has a log of {word}",
            "Spark may have cleaned it up, or it never had an executor.",
        )
    return sources


async def _journals(cluster: Cluster, nodes: Iterable[str]) -> list[LogSource]:
    answers = _answered(await listings(cluster, nodes, {}))
    sources = [
        source for name, listing in answers.items() for source in journal_sources(name, listing)
    ]
    if not sources:
        raise UsageError(
            "none of these nodes has a systemd unit that runs Spark",
            "Their daemons log to files: name the nodes instead.",
        )
    return sources


def journal_sources(node: str, listing: LogListing) -> list[LogSource]:
    """Return the journals of the units that run Spark on a node."""
    return [
        LogSource(
            f"{node}:journal",
            node,
            f"user:{unit.name}" if unit.of_user else unit.name,
            f"{node} {unit.name.removesuffix('.service')}",
            LogPosition.JOURNAL,
            SourceKind.JOURNAL,
        )
        for _, unit in sorted(listing.units, key=lambda one: one[0] is Role.WORKER)
    ]
