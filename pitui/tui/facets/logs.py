"""What the UI needs of logs beside following them: the tree of all, and whole files."""

from collections.abc import Sequence
from typing import Protocol

from pitui.domain.cluster import Snapshot
from pitui.domain.log_tree import LogBranch


class LogShelf(Protocol):
    """The logs that there are."""

    async def tree(self, snapshot: Snapshot) -> Sequence[LogBranch]:
        """Return the logs of every node; of one that cannot be asked, why."""
