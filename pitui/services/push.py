"""The same file at the same path on every node."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from pitui.config.nodes import expand_path
from pitui.domain.errors import LinkError, NodeError, PituiError, UsageError
from pitui.domain.outcome import OutcomeState
from pitui.remote.copy.payload import Payload
from pitui.remote.copy.relay.file_distributor import FileDistributor
from pitui.remote.fanout import fan_out
from pitui.remote.quoting import quote, quote_path
from pitui.services.cluster import Cluster

# Positional: the folder. What is missing of it is made, by the login user where that may be.
_FOLDER = r"""umask 022
[ -d "$1" ] || mkdir -p -- "$1"
if [ ! -d "$1" ]; then echo "missing $(id -u)"; elif [ ! -w "$1" ]; then echo "closed $(id -un)"; fi
"""

PushProgress = Callable[[str, int, int], None]
"""Called with a node's name, and how many of how many bytes of the file it has."""


@dataclass(frozen=True, slots=True)
class Item:
    """A file of this machine, and its path on every node (`~/` is the login user's home)."""

    source: Path
    target: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """How one file came to one node."""

    node: str
    item: Item
    state: OutcomeState
    """OK, UNCHANGED where it was there already, FAILED or UNREACHABLE."""
    size: int
    """Bytes of the file."""
    sent: int = 0
    """Bytes that went over the network to the node."""
    via: str | None = None
    """The node that passed it on; None where it came from here."""
    seconds: float = 0.0
    error: str = ""
    advice: str = ""


DeliveryReport = Callable[[Delivery], None]
"""Called with each delivery that ended."""


def item_of(source: str, target: str, folder: Path) -> Item:
    """Return a file and where it belongs; a target that ends in `/` is a folder.

    Raises:
        UsageError: the source is no file, or the target no path on a node.
    """
    path = expand_path(folder, source)
    try:
        is_file, is_folder = path.is_file(), path.is_dir()
    except OSError as error:
        raise _unreadable_source(source, error) from error
    if not is_file:
        what = "is a folder" if is_folder else "is not a file"
        raise UsageError(f"{source} {what}", "Name a file on this machine.")
    if not target.startswith(("/", "~/")) or not target.isprintable():
        raise UsageError(f"{target!r} is not a path on a node", "It must start with / or ~/.")
    return Item(path, target + path.name if target.endswith("/") else target)


def configured_items(cluster: Cluster) -> list[Item]:
    """Return everything under `data:` in the configuration.

    Raises:
        UsageError: there is nothing, or a source is no file.
    """
    config = cluster.config
    if not config.data:
        raise UsageError(
            "no files to push: `data:` in the configuration is empty", "Name a file and its path."
        )
    return [item_of(data.source, data.target, config.folder) for data in config.data]


class Pushing:
    """Files on their way to nodes: one file after the other, each to all nodes at once."""

    def __init__(self, cluster: Cluster, progress: PushProgress, report: DeliveryReport) -> None:
        self._cluster = cluster
        self._progress = progress
        self._report = report
        self._away: dict[str, Delivery] = {}
        """Nodes that could not be reached; they are not waited for a second time."""

    async def run(self, items: Sequence[Item], names: Sequence[str]) -> list[Delivery]:
        """Push and return how each file came to each node; each node ends for itself.

        Raises:
            UsageError: a file cannot be read; nothing was pushed then.
        """
        payloads = [await _payload_of(item) for item in items]
        ended: list[Delivery] = []

        async with FileDistributor(self._cluster.connections) as distributor:
            for item, payload in zip(items, payloads, strict=True):
                trip = _Push(self._cluster, distributor, item, payload, self._progress)

                async def one(name: str, trip: _Push = trip) -> None:
                    found = await self._one(name, trip)
                    ended.append(found)
                    self._report(found)

                await fan_out(names, one)
        return ended

    async def _one(self, name: str, trip: "_Push") -> Delivery:
        item, size = trip.item, trip.payload.size
        if name in self._away:
            return replace(self._away[name], item=item, size=size, seconds=0.0)
        begun = time.monotonic()
        try:
            found = await trip.bring(name)
        except asyncio.CancelledError:
            self._record(name, item, OutcomeState.CANCELLED)
            raise
        except PituiError as error:
            away = isinstance(error, LinkError)
            state = OutcomeState.UNREACHABLE if away else OutcomeState.FAILED
            found = Delivery(name, item, state, size, error=error.message, advice=error.advice)
            if away:
                self._away[name] = found
        if found.state is not OutcomeState.UNCHANGED:
            self._record(name, item, found.state)
        return replace(found, seconds=time.monotonic() - begun)

    def _record(self, name: str, item: Item, state: OutcomeState) -> None:
        paths = {"source": str(item.source), "target": item.target}
        self._cluster.audit.record("push", name, str(state), **paths)


async def _payload_of(item: Item) -> Payload:
    try:
        return await Payload.of(item.source)
    except OSError as error:
        raise _unreadable_source(str(item.source), error) from error


def _unreadable_source(source: str, error: OSError) -> UsageError:
    return UsageError(f"cannot read {source}: {error.strerror}")


@dataclass(frozen=True, slots=True)
class _Push:
    """One file to any node."""

    cluster: Cluster
    distributor: FileDistributor
    item: Item
    payload: Payload
    progress: PushProgress

    async def bring(self, name: str) -> Delivery:
        """Bring it to a node.

        Raises:
            NodeError: it cannot be written there.
            LinkError: the node cannot be reached, or did not come back.
        """
        target, size = self.item.target, self.payload.size
        if self.cluster.node(name).local and _same(self.item):
            return Delivery(name, self.item, OutcomeState.UNCHANGED, size)
        await _make_target_folder(self.cluster, name, target)

        def sent(have: int) -> None:
            self.progress(name, have, size)

        pushed = await self.distributor.deliver(name, self.payload, target, sent=sent)
        state = OutcomeState.UNCHANGED if pushed.was_there else OutcomeState.OK
        return Delivery(name, self.item, state, size, pushed.sent, pushed.via)


def _same(item: Item) -> bool:
    with suppress(OSError, RuntimeError):
        return item.source.samefile(Path(item.target).expanduser())
    return False


async def _make_target_folder(cluster: Cluster, name: str, target: str) -> None:
    """See that the login user can write where a file belongs; as root only what is missing."""
    folder = str(PurePosixPath(target).parent)
    words = f"push {quote_path(folder)}"
    result = await cluster.runner(name).run(f"sh -c {quote(_FOLDER)} {words}")
    word, _, user = result.stdout.strip().partition(" ")
    if word == "closed":
        advice = f"Allow it with: sudo chown {user} {quote(folder)}"
        raise NodeError(name, f"{user} is not allowed to write to {folder}", advice)
    if word == "missing" and folder.startswith("/"):
        made = await cluster.sudo(name).run(
            f"umask 022; mkdir -p -- {quote(folder)} && chown -- {quote(user)} {quote(folder)}"
        )
        if not made.ok:
            raise NodeError(name, f"cannot create {folder}: {made.stderr.strip()}")
    elif word == "missing":
        raise NodeError(name, f"cannot create {folder}: {result.stderr.strip()}")
