"""What is known of the data on the nodes, and what is on its way; it outlives the screen."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from pitui.domain.errors import PituiError
from pitui.domain.node_outcome import Outcome, OutcomeState

if TYPE_CHECKING:
    from pitui.services.data.item_presence import ItemPresence, NodeData
    from pitui.tui.backend.data_interface import DataService

ItemOnNode = tuple[int, str]
"""An item's number under `data:`, and a node."""

PUSH, REMOVAL = "push", "removal"
"""What is done to data, as nouns."""

_Ended = Literal["present", "missing"]

_ENOUGH = 1.0
"""Seconds of copying after which its speed says something."""


@dataclass(frozen=True, slots=True)
class Copying:
    """How far an item is on its way to a node; bytes, and seconds of a clock that only grows."""

    have: int
    size: int
    began_with: int
    began_at: float
    now: float

    @property
    def share(self) -> float:
        """How much of it is there, 0 to 1."""
        return self.have / self.size if self.size else 1.0

    @property
    def speed(self) -> float | None:
        """Bytes a second; None before that can be said."""
        took = self.now - self.began_at
        return (self.have - self.began_with) / took if took >= _ENOUGH else None

    @property
    def left_s(self) -> float | None:
        """Seconds until all is there; None before that can be said."""
        return (self.size - self.have) / self.speed if self.speed else None


@dataclass(frozen=True, slots=True)
class DataFailure:
    """What went wrong with an item on a node."""

    action: str
    """What was done, as a noun: `push`."""
    at: float
    """When it ended; Unix time."""
    detail: str
    advice: str = ""
    said: str = ""
    """What the node said last, in lines; see `Outcome`."""


@dataclass(frozen=True, slots=True)
class DataRow:
    """One item on one node."""

    key: ItemOnNode
    item: "ItemPresence"
    node: str
    data: "NodeData"
    copying: Copying | None = None
    waiting: bool = False
    """Whether it is to be pushed when the items before it are done."""
    failed: DataFailure | None = None
    """How the last push or removal went, where it did not go well."""
    not_known: DataFailure | None = None
    """Why the last look says nothing of it."""

    @property
    def failure(self) -> DataFailure | None:
        """What a person wants to read first."""
        return self.failed or self.not_known


class DataState:
    """Kept by the main screen; the Data screen shows it while it is open.

    `clock` returns seconds that only grow.
    """

    def __init__(self, service: "DataService", clock: Callable[[], float] = time.monotonic) -> None:
        self._service = service
        self._clock = clock
        self._watchers: list[Callable[[], object]] = []
        self.items: Sequence[ItemPresence] = ()
        self.looking = ""
        """What is done to find out, in words; empty where nothing is."""
        self.error: PituiError | None = None
        """Why nothing could be found out."""
        self._waiting: set[ItemOnNode] = set()
        self._copying: dict[ItemOnNode, Copying] = {}
        self._ended: dict[ItemOnNode, _Ended] = {}
        """What was done that the last look may not know of, and how it is there now."""
        self._ended_lately: dict[ItemOnNode, _Ended] = {}
        """The same of what was done since the last look began, or the one that goes on."""
        self._failed: dict[ItemOnNode, DataFailure] = {}
        self._looked = "look", 0.0
        """How what is known was found out, as a noun, and when; Unix time."""

    def watch(self, callback: Callable[[], object]) -> Callable[[], None]:
        """Call back when anything is different; what is returned ends that when it is called."""
        self._watchers.append(callback)
        return lambda: self._watchers.remove(callback)

    def changed(self) -> None:
        """Tell who watches."""
        for watcher in self._watchers:
            watcher()

    async def look(self, *, verify: bool = False) -> None:
        """Find out what the nodes have; with `verify` they read all of it."""
        if self.looking:
            return
        self.looking = "reading all data on the nodes …" if verify else "looking …"
        self._ended_lately.clear()
        self.changed()
        try:
            self.items = await self._service.find(verify=verify)
            self._ended = self._ended_lately.copy()
            self.error = None
            self._looked = "verification" if verify else "look", time.time()
        except PituiError as error:
            self.error = error
        finally:
            self.looking = ""
            self.changed()

    def rows(self) -> list[DataRow]:
        """Return all items with their nodes, in the order of the configuration."""
        return [
            self._row((number, node), item, data)
            for number, item in enumerate(self.items)
            for node, data in item.nodes.items()
        ]

    def _row(self, key: ItemOnNode, item: "ItemPresence", data: "NodeData") -> DataRow:
        if state := self._ended.get(key):
            data = replace(data, state=state, size=item.size if state == "present" else 0, error="")
        return DataRow(
            key, item, key[1], data, self._copying.get(key), key in self._waiting,
            self._failed.get(key), self._not_known(data),
        )  # fmt: skip

    def _not_known(self, data: "NodeData") -> DataFailure | None:
        action, at = self._looked
        found = DataFailure(action, at, data.error, data.advice, data.said)
        return found if data.error else None

    def row(self, key: ItemOnNode) -> DataRow | None:
        """Return one item on one node, None where there is none any more."""
        return next((row for row in self.rows() if row.key == key), None)

    # -- while something is done -----------------------------------------------------------

    def begin(self, keys: Sequence[ItemOnNode]) -> None:
        """Note what is to be pushed, one item after the other."""
        self._waiting.update(keys)
        self.changed()

    def progress(self, key: ItemOnNode, have: int, size: int) -> None:
        """Note how far an item is on its way."""
        self._waiting.discard(key)
        now = self._clock()
        before = self._copying.get(key)
        if before is None:
            self._copying[key] = Copying(have, size, have, now, now)
        else:
            self._copying[key] = replace(before, have=have, size=size, now=now)
        self.changed()

    def take(self, key: ItemOnNode, outcome: Outcome, action: str) -> None:
        """Note how an action on an item stands on a node; `action` is a noun, such as `push`."""
        if outcome.state.ended:
            self._waiting.discard(key)
            self._copying.pop(key, None)
            self._failed.pop(key, None)
            if outcome.state.good:
                now: _Ended = "missing" if action == REMOVAL else "present"
                self._ended[key] = self._ended_lately[key] = now
            elif outcome.state is not OutcomeState.CANCELLED:
                self._failed[key] = DataFailure(
                    action, time.time(), outcome.detail, outcome.advice, outcome.said
                )
        self.changed()

    def over(self, ended: Sequence[ItemOnNode]) -> None:
        """Note that nothing goes on with these any more, however it ended."""
        for key in ended:
            self._copying.pop(key, None)
            self._waiting.discard(key)
        self.changed()
