"""What of Spark lies on a node's disk."""

from collections.abc import Sequence

from pitui.domain.node_detail import DiskUse, FolderKind, LeftoverFolder
from pitui.tui.nodes.text.node_screen_data import NodeDetail
from pitui.tui.text.cells import Cell, Tone, cells
from pitui.tui.text.number_format import age, size
from pitui.tui.text.paragraphs import fact, title

_MOST_FOLDERS = 12
_TITLE = "Disk: work folder and logs"


def disk_lines(known: NodeDetail) -> list[Cell]:
    """Return the sums of work folder and logs, and the largest folders."""
    disk = known.disk
    if disk is None:
        lines = [title(_TITLE)]
        if known.disk_problem:
            return [*lines, cells((f"  {known.disk_problem}", Tone.BAD))]
        return [*lines, cells(("  counting …", Tone.DIM))]
    free = disk.removable
    lines = [
        title(
            _TITLE, f"C: clean up {len(free)} unused, {total(free)}" if free else "nothing unused"
        ),
        *_sums(disk),
    ]
    if disk.unsure:
        lines.append(cells((f"  Cannot clean up now: {disk.unsure}.", Tone.WARN)))
    shown = disk.folders[:_MOST_FOLDERS]
    for folder in shown:
        state = ("● in use" if folder.in_use else "○ unused", Tone.DIM)
        when = age(max(0.0, known.now - folder.changed_at))
        lines.append(
            cells(
                (f" {'≥' if folder.partial else ' '}{size(folder.kib * 1024):>7}", Tone.STRONG),
                (f"  {folder.name}  ", Tone.NORMAL),
                state,
                (f"  {when} ago  {folder.owner}", Tone.DIM),
            )
        )
    left = len(disk.folders) - len(shown)
    return [*lines, cells((f"  and {left} smaller ones", Tone.DIM))] if left else lines


def _sums(disk: DiskUse) -> list[Cell]:
    in_work = (FolderKind.APPLICATION, FolderKind.DRIVER)
    work = [folder for folder in disk.folders if folder.kind in in_work]
    in_logs = (FolderKind.LOG, FolderKind.OLD_LOG)
    logs = [folder for folder in disk.folders if folder.kind in in_logs]
    made = [folder for folder in disk.folders if folder.kind is FolderKind.BENCHMARK]
    benchmarks = [fact("Benchmarks", (total(made), Tone.STRONG))] if made else []
    return [
        fact("Work", (total(work), Tone.STRONG), (f"  {disk.work or 'no folder'}", Tone.DIM)),
        fact("Logs", (total(logs), Tone.STRONG), (f"  {disk.logs or 'no folder'}", Tone.DIM)),
        *benchmarks,
    ]


def total(folders: Sequence[LeftoverFolder]) -> str:
    """Return how large folders are together; at least so much where some could not be read."""
    least = "at least " if any(folder.partial for folder in folders) else ""
    return least + size(1024 * sum(folder.kib for folder in folders))
