"""A whole log from its node into a file here: what is there, not what a screen still holds."""

import asyncio
import json
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pitui.domain.errors import LinkError, NodeError, UsageError
from pitui.domain.logs.log_line import LogPosition, LogSource
from pitui.services.cluster import Cluster
from pitui.services.logs.journal_access import Journal
from pitui.spark.logs.journal import journal_text_script
from pitui.spark.logs.tail_frames import Data, Marker, MuxReader
from pitui.spark.logs.tail_script import ALL, OVERLAP, Position, log_script

TRIES = 5
_AGAIN_AFTER = 2.0

_FAILURES = {
    "absent": "there is no {}",
    "denied": "cannot read {}: permission denied",
    "folder": "{} is a folder, not a log",
    "special": "{} is a device or a pipe, not a log",
    "bash": "reading logs needs bash, which is not installed",
}

SaveProgress = Callable[[int, int | None], None]
"""Called with the bytes that are there and, where that is known, of all."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A log that was saved."""

    path: Path
    size: int
    """Bytes."""
    resumed_at: int = 0
    """Bytes that were there from an earlier attempt."""


def save_name(source: LogSource) -> str:
    """Return a file name for a log, of which no two of one `find_sources` are alike."""
    text = f"{source.app}-{source.tag}" if source.app else source.tag
    return re.sub(r"[^\w.-]+", "-", text).strip("-.") + ".log"


def save_targets(sources: Sequence[LogSource], path: Path) -> list[Path]:
    """Return where logs are saved: a single one to a path, several into that folder.

    Raises:
        UsageError: a file is in the way.
    """
    inside = path.is_dir() or len(sources) > 1
    targets = [path / save_name(source) if inside else path for source in sources]
    for target in targets:
        if target.exists():
            raise UsageError(f"{target} already exists", "Choose another name or remove it.")
    return targets


async def save_whole_log(
    cluster: Cluster, source: LogSource, target: Path, progress: SaveProgress | None = None
) -> Saved:
    """Fetch a log's whole file, as it is now, from its node.

    It grows as TARGET.part, which an interrupted attempt leaves and the next one goes on with; a
    log that was renamed on the node meanwhile is found there.

    Raises:
        NodeError: the log cannot be read, or its node was lost and did not come back.
        UsageError: the file cannot be written here.
    """
    fetch = _Fetch(cluster, source, target, progress or _ignore_saved)
    try:
        await asyncio.to_thread(target.parent.mkdir, parents=True, exist_ok=True)
        resumed = await asyncio.to_thread(fetch.look)
        for number in range(TRIES):
            try:
                await fetch.once()
                break
            except _ChangedError:
                await asyncio.to_thread(fetch.forget)
            except LinkError:
                if number == TRIES - 1:
                    raise
                await asyncio.sleep(_AGAIN_AFTER)
        await asyncio.to_thread(fetch.finish)
    except OSError as error:
        raise UsageError(f"cannot write {target}: {error.strerror}") from error
    return Saved(target, fetch.have, resumed)


class _ChangedError(Exception):
    """What is on the node is not the continuation of what is here."""


class _Fetch:
    """One log on its way."""

    def __init__(
        self, cluster: Cluster, source: LogSource, target: Path, progress: SaveProgress
    ) -> None:
        self._cluster = cluster
        self._source = source
        self._target = target
        self._part = target.with_name(target.name + ".part")
        self._note = target.with_name(target.name + ".part.json")
        self._progress = progress
        self._identity = ""
        self._total: int | None = None
        self._over = 0
        self._tail = b""
        """The last bytes that are here, until they are compared with those on the node."""
        self.have = 0

    def forget(self) -> None:
        """Start again from the log's first byte."""
        self._part.unlink(missing_ok=True)
        self._identity, self._tail, self.have = "", b"", 0

    def look(self) -> int:
        """Return how many bytes an earlier attempt left."""
        if self._part.exists() and self._note.exists():
            try:
                self._identity = str(json.loads(self._note.read_text())["identity"])
            except (ValueError, KeyError, TypeError):
                return 0
            self.have = self._part.stat().st_size
            with self._part.open("rb") as part:
                part.seek(max(0, self.have - OVERLAP))
                self._tail = part.read()
        return self.have

    def finish(self) -> None:
        """Give the file its name."""
        self._part.replace(self._target)
        self._note.unlink(missing_ok=True)

    async def once(self) -> None:
        """Fetch over one connection what is missing."""
        unit = (
            await self._file()
            if self._source.place is not LogPosition.JOURNAL
            else self._source.path
        )
        if unit:
            await self._journal(unit)

    async def _file(self) -> str:
        """Fetch a file; returns the unit where the log is a journal instead."""
        node = self._cluster.node(self._source.node)
        token = f"pitui-{secrets.token_hex(16)}"
        position = Position(self._identity, self.have) if self._identity else None
        script = log_script(node, [(0, self._source, position)], token, lines=ALL, follow=False)
        reader, ended = MuxReader(token), False
        part = await asyncio.to_thread(self._part.open, "ab")
        try:
            async with self._cluster.runner(node.name).open(script, changes=False) as process:
                async for block in process.blocks():
                    for event in reader.feed(block):
                        if isinstance(event, Data):
                            await self._write(part, event.block)
                        elif event.word == "journal":
                            return event.rest
                        else:
                            ended = ended or event.word == "done"
                            try:
                                await self._marker(part, event)
                            except ValueError as error:
                                message = f"{node.name}: invalid reply from the log reader"
                                raise NodeError(node.name, message) from error
                await process.wait()
                if not ended:
                    why = (await process.stderr()).strip().rpartition("\n")[2]
                    raise NodeError(node.name, f"{node.name}: reading the log ended: {why}")
        finally:
            await asyncio.to_thread(part.close)
        return ""

    async def _marker(self, part: BinaryIO, marker: Marker) -> None:
        node, rest = self._source.node, marker.rest
        match marker.word:
            case "file":
                identity, begin, _ = rest.split(" ", 2)
                if (identity, int(begin)) != (self._identity, self.have):
                    await asyncio.to_thread(part.truncate, 0)
                    self._tail, self.have = b"", 0
                self._identity = identity
                text = json.dumps({"identity": identity})
                await asyncio.to_thread(self._note.write_text, text)
            case "size":
                self._total = int(rest)
            case "data":
                offset, over, _ = map(int, rest.split(" "))
                if offset != self.have:
                    raise NodeError(node, f"{node}: the log changed during the download")
                self._over = over
            case "truncated":
                raise _ChangedError
            case word if word in _FAILURES:
                raise NodeError(node, f"{node}: {_FAILURES[word].format(rest)}")

    async def _write(self, part: BinaryIO, block: bytes) -> None:
        over, block = block[: self._over], block[self._over :]
        self._over -= len(over)
        if self._tail:
            if not self._tail.startswith(over):
                raise _ChangedError
            self._tail = self._tail[len(over) :]
        if block:
            await asyncio.to_thread(part.write, block)
            self.have += len(block)
            self._progress(self.have, self._total)

    async def _journal(self, unit: str) -> None:
        node = self._source.node
        self.have = 0
        part = await asyncio.to_thread(self._part.open, "wb")
        try:
            journal = Journal(self._cluster, node, unit, asks=True)
            async with journal.opened(journal_text_script) as process:
                async for block in process.blocks():
                    await asyncio.to_thread(part.write, block)
                    self.have += len(block)
                    self._progress(self.have, None)
                if await process.wait():
                    why = (await process.stderr()).strip().rpartition("\n")[2]
                    raise NodeError(node, f"{node}: cannot read the journal: {why}")
        finally:
            await asyncio.to_thread(part.close)


def _ignore_saved(_have: int, _total: int | None) -> None:
    """Tell nobody how far it is."""
