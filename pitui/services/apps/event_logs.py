"""Event logs on the master's node: found, listed, read."""

import asyncio
import base64
import binascii
from dataclasses import replace

from pitui.domain.cluster import Application
from pitui.domain.errors import NodeError, PituiError
from pitui.remote.remote_process import read_all
from pitui.remote.time_limit import time_limit
from pitui.services.cluster import Cluster
from pitui.spark.event_log import files
from pitui.spark.event_log.compression import plain
from pitui.spark.event_log.files import HistorySettings, LogFile
from pitui.spark.event_log.reader import EventLog

READ_LIMIT = 64 * 1024 * 1024
"""Bytes of an event log that are taken from its node; the end of a longer one is missing."""

_WHOLE_LIMIT = 2 * READ_LIMIT
"""Bytes after which no further file of a log that was rolled is read."""
_TIME_LIMIT = 60.0
_KEPT = 3
_HEADS = 50
"""Logs whose beginning is read for a list, the newest."""


class EventLogs:
    """The event logs of one cluster; what was read of a log that is closed is kept.

    They are looked for where applications write them by default, unless a `folder` is given.
    """

    def __init__(self, cluster: Cluster, folder: str | None = None) -> None:
        self._cluster = cluster
        self._own_folder = folder
        self._settings: HistorySettings | None = None
        self._read: dict[tuple[LogFile, str], EventLog] = {}
        self._listed: dict[LogFile, Application] = {}

    async def settings(self) -> HistorySettings:
        """Return what the master's node has as defaults; asked once.

        Raises:
            NodeError: the node cannot be asked, or its spark-defaults.conf not be read.
        """
        if self._settings is None:
            node = self._cluster.master
            answer = await self._cluster.runner(node.name).run(
                files.history_settings_script(node.spark_home), changes=False
            )
            try:
                self._settings = files.parse_history_settings(answer.stdout)
            except ValueError as error:
                said = f"spark-defaults.conf on {node.name}: {error}"
                raise NodeError(node.name, said, "Spark cannot read it either.") from error
            if self._own_folder is not None:
                self._settings = replace(self._settings, folder=self._own_folder)
        return self._settings

    async def find(self, app_id: str) -> LogFile | None:
        """Return the event log of an application, if there is one.

        Raises:
            NodeError: the node cannot be asked.
        """
        return next((log for log in await self._list() if log.app_id == app_id), None)

    async def read(self, log: LogFile) -> EventLog:
        """Read and decode all files of a log.

        Raises:
            NodeError: the node cannot be asked, or not read it.
            PituiError: it is compressed in a way that is not read here, or damaged.
        """
        folder = await self._folder()
        key = (log, folder)
        if key not in self._read:
            parts: list[tuple[str, bytes]] = []
            for path in log.paths:
                if sum(len(data) for _, data in parts) >= _WHOLE_LIMIT:
                    break
                parts.append((path, await self._bytes(f"{folder}/{path}")))
            found = await asyncio.to_thread(_read_parts, parts)
            found.cut |= len(parts) < len(log.paths)
            found.compacted = log.compacted
            while len(self._read) >= _KEPT:
                del self._read[next(iter(self._read))]
            self._read[key] = found
        return self._read[key]

    async def applications(self, but: frozenset[str]) -> list[Application]:
        """Return the applications that have a log, without those of some ids.

        Raises:
            NodeError: the node cannot be asked.
        """
        logs = [log for log in await self._list() if log.app_id not in but and not log.running]
        self._listed = {log: app for log, app in self._listed.items() if log in logs}
        new = [log for log in logs[:_HEADS] if log not in self._listed]
        if new:
            await self._learn(new)
        return [self._listed[log] for log in logs if log in self._listed]

    async def _learn(self, logs: list[LogFile]) -> None:
        folder = await self._folder()
        runner = self._cluster.runner(self._cluster.master.name)
        answer = await runner.run(files.ends_script(folder, logs), limit=_TIME_LIMIT, changes=False)
        by_path = {log.paths[0]: log for log in logs}
        for line in answer.stdout.splitlines():
            path, _, text = line.partition(" ")
            if path in by_path:
                log = by_path[path]
                self._listed[log] = await asyncio.to_thread(_outline, log, text)

    async def _list(self) -> list[LogFile]:
        folder = (await self.settings()).folder
        if folder is None:
            return []
        runner = self._cluster.runner(self._cluster.master.name)
        return files.parse_event_log_list(
            (await runner.run(files.event_log_list_script(folder), changes=False)).stdout
        )

    async def _folder(self) -> str:
        settings = await self.settings()
        if settings.folder is None:
            node = self._cluster.master.name
            raise NodeError(node, f"event logs are stored in {settings.address}, not on {node}")
        return settings.folder

    async def _bytes(self, path: str) -> bytes:
        folder, _, name = path.rpartition("/")
        runner = self._cluster.runner(self._cluster.master.name)
        async with (
            time_limit(runner.node, _TIME_LIMIT),
            runner.open(files.read_script(folder, name, READ_LIMIT), changes=False) as process,
        ):
            taken = await read_all(runner.node, process, 2 * READ_LIMIT)
            if await process.wait():
                reason = (await process.stderr()).strip() or "it is not readable"
                raise NodeError(
                    runner.node,
                    f"{runner.node}: the event log {path}: {reason}",
                    (
                        "Only the user who submitted the application, and the group, can read "
                        "event logs."
                    ),
                )
        return taken


def _read_parts(parts: list[tuple[str, bytes]]) -> EventLog:
    log = EventLog()
    for path, data in parts:
        log.take(plain(data, path))
        log.cut |= len(data) >= READ_LIMIT
    return log


def _outline(log: LogFile, text: str) -> Application:
    """Return an application by the first lines of its log; its file's name where they are bad."""
    found = EventLog()
    try:
        data = base64.b64decode(text, validate=True)
        found.take(plain(data, log.paths[0]))
    except (binascii.Error, PituiError):
        # Listed by its name; opening it says what is wrong with it.
        found.damaged += 1
    return found.application(log.app_id, log.written_at)
