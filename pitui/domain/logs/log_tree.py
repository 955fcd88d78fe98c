"""The logs that there are, as a tree to choose from."""

from collections.abc import Iterator
from dataclasses import dataclass

from pitui.domain.logs.log_line import LogSource


@dataclass(frozen=True, slots=True)
class LogLeaf:
    """A log."""

    title: str
    """What tells it apart under its branch: `stderr`, `worker`, a file's name."""
    source: LogSource
    size: int | None = None
    """Bytes; None where that is not known, as of a journal."""
    changed_at: float | None = None
    """Unix time of the last write, by the node's own clock."""


@dataclass(frozen=True, slots=True)
class LogBranch:
    """Logs that belong together: a node's, an application's, an executor's."""

    title: str
    word: str
    """What `pitui logs` calls all of them together; empty where there is no word for that."""
    leaves: tuple[LogLeaf, ...] = ()
    branches: tuple["LogBranch", ...] = ()
    left_off: int = 0
    """How many more there are that are not listed, the oldest."""
    error: str = ""
    """Why the logs of a node could not be listed."""

    def all_leaves(self) -> Iterator[LogLeaf]:
        """Yield every log of the branch and of those under it."""
        yield from self.leaves
        for branch in self.branches:
            yield from branch.all_leaves()
