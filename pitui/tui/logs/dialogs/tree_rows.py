"""Rows of the tree of logs."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

from rich.text import Text

from pitui.domain.logs.log_tree import LogBranch, LogLeaf
from pitui.domain.text.number_words import counted
from pitui.domain.text.printable import printable

CLUSTER = {
    "errors": "cluster errors",
    "all": "everything",
    "master": "the master",
    "workers": "all workers",
    "journal": "systemd journals of Spark's units",
}
"""What is offered of the whole cluster: what `pitui logs` calls it, and in words."""


def cluster_rows(words: str) -> list[tuple[str, str]]:
    """Return the cluster's rows that contain all typed words."""
    wanted = words.lower().split()
    return [row for row in CLUSTER.items() if _holds(" ".join(row).lower(), wanted)]


def narrowed(branches: Iterable[LogBranch], words: str) -> list[LogBranch]:
    """Return the branches that contain all typed words, in their title or a parent's."""
    wanted = words.lower().split()
    found = [_narrowed(branch, wanted, "") for branch in branches]
    return [branch for branch in found if branch is not None]


def _narrowed(branch: LogBranch, wanted: Sequence[str], above: str) -> LogBranch | None:
    text = f"{above} {branch.title} {branch.word}".lower()
    if _holds(text, wanted):
        return branch
    leaves = tuple(
        leaf
        for leaf in branch.leaves
        if _holds(f"{text} {leaf.title} {leaf.source.path}".lower(), wanted)
    )
    inner = [_narrowed(one, wanted, text) for one in branch.branches]
    branches = tuple(one for one in inner if one is not None)
    if not leaves and not branches:
        return None
    # Its word would mean all that is under it, not only what is left.
    return replace(branch, word="", leaves=leaves, branches=branches, left_off=0)


def _holds(text: str, wanted: Sequence[str]) -> bool:
    return all(word in text for word in wanted)


def branch_text(branch: LogBranch) -> Text:
    """Return the text of a branch: its name and the number of logs below it."""
    logs = counted(sum(1 for _ in branch.all_leaves()), "log")
    return Text.assemble(printable(branch.title), (f"  {logs}", "dim"))


def leaf_text(leaf: LogLeaf) -> Text:
    """Return the text of a log: name, size, and time of the last write."""
    about = []
    if leaf.size is not None:
        about.append(size_text(leaf.size))
    if leaf.changed_at is not None:
        about.append(time.strftime("%m-%d %H:%M", time.localtime(leaf.changed_at)))
    return Text.assemble(printable(leaf.title), ("  " + "  ".join(about), "dim"))


def size_text(count: int) -> str:
    """Return a size in KiB, MiB and so on."""
    amount = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if amount < 1024 or unit == "GiB":
            break
        amount /= 1024
    return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
