"""What the UI needs of the data on the nodes; `live_data` gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pitui.domain.node_outcome import Outcome
    from pitui.services.data.item_presence import ItemPresence


class DataService(Protocol):
    """What is under `data:`; an item goes by its number there."""

    async def find(self, *, verify: bool) -> Sequence[ItemPresence]:
        """Return what the nodes have; with `verify` they read all of it.

        Raises:
            PituiError: nothing could be found out at all.
        """

    async def push(
        self,
        wanted: Mapping[int, Sequence[str]],
        progress: Callable[[int, str, int, int], None],
        report: Callable[[int, Outcome], None],
    ) -> None:
        """Bring items to nodes.

        `progress` is told item, node, and how many of how many bytes are there; `report` how each
        ended.

        Raises:
            PituiError: a source cannot be read.
        """

    async def remove(
        self, wanted: Mapping[int, Sequence[str]], report: Callable[[int, Outcome], None]
    ) -> None:
        """Remove items from nodes, where they are as they were pushed.

        `report` is called with an item's number and how a node of it ended.
        """
