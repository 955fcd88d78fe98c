"""Rows of the tree of logs."""

import time

from rich.text import Text

from pitui.domain.log_tree import LogBranch, LogLeaf
from pitui.domain.text import printable

CLUSTER = (
    ("errors of the cluster", "errors"),
    ("everything", "all"),
    ("the master", "master"),
    ("all workers", "workers"),
    ("systemd journals of Spark's units", "journal"),
)
"""What is offered of the whole cluster: in words, and what `pitui logs` calls it."""


def branch_text(branch: LogBranch) -> Text:
    """Return a branch's row: its name, and how many logs are under it."""
    count = sum(1 for _ in branch.all_leaves())
    logs = "1 log" if count == 1 else f"{count:,} logs"
    return Text.assemble(printable(branch.title), (f"  {logs}", "dim"))


def leaf_text(leaf: LogLeaf) -> Text:
    """Return a log's row: its name, its size, when it was written to last."""
    about = []
    if leaf.size is not None:
        about.append(size_text(leaf.size))
    if leaf.changed_at is not None:
        about.append(time.strftime("%m-%d %H:%M", time.localtime(leaf.changed_at)))
    return Text.assemble(printable(leaf.title), ("  " + "  ".join(about), "dim"))


def size_text(count: int) -> str:
    """Return bytes in a unit of 1024 to a step."""
    amount = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if amount < 1024 or unit == "GiB":
            break
        amount /= 1024
    return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
