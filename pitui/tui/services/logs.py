"""What the UI needs of logs beside following them: the tree of all, and whole files."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from pitui.domain.cluster import Snapshot
from pitui.domain.logs.log_line import LogSource
from pitui.domain.logs.log_tree import LogBranch


class LogService(Protocol):
    """The logs that there are."""

    async def tree(self, snapshot: Snapshot) -> Sequence[LogBranch]:
        """Return the logs of every node; of one that cannot be asked, why."""

    def name(self, source: LogSource) -> str:
        """Return a file name for a log."""

    async def save(
        self, source: LogSource, target: Path, progress: Callable[[int, int | None], None]
    ) -> int:
        """Save a whole log from its node in a file here; returns its bytes.

        `progress` is told the bytes so far, and those of all where that is known.

        Raises:
            PituiError: it cannot be read there or written here.
        """
