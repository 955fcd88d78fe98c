"""disk.space: a file system that Spark writes to is full, or nearly."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, error, warning
from pitui.doctor.symptoms.folder_mounts import folders_by_mount

_FULL_KIB, _FULL_PERCENT = 200 << 10, 2
_SCARCE_KIB, _SCARCE_PERCENT = 2 << 20, 10
"""Little only where it is both: a tenth of a large disk is plenty, and so is all of a small one."""


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for name, facts in evidence.facts.items():
        for folder in folders_by_mount(facts):
            percent = 100 * folder.free_kib / folder.size_kib
            size, free = _kib_in_words(folder.size_kib), _kib_in_words(folder.free_kib)
            title = f"{free} of {size} are free on {folder.mount}, where Spark has {folder.path}"
            if folder.use == "system":
                title = f"{free} of {size} are free on {folder.mount}"
            fix, several = f"pitui disk {name} --clean", "one of their file systems is nearly full"
            if folder.free_kib < _FULL_KIB and percent < _FULL_PERCENT:
                yield error(title, fix, node=name, about=folder.mount, several=several)
            elif folder.free_kib < _SCARCE_KIB and percent < _SCARCE_PERCENT:
                yield warning(title, fix, node=name, about=folder.mount, several=several)


def _kib_in_words(kib: int) -> str:
    return f"{kib / (1 << 20):.1f} GiB" if kib >= 1 << 20 else f"{kib >> 10} MiB"


CHECK = Check(
    id="disk.space",
    title="A disk is full, or nearly",
    why="Shuffle files, logs and event logs share it: tasks fail with `No space left on device`",
    reads=Reads.NODES,
    rule=_rule,
    explains=("disk.left-behind", "spark.unregistered"),
)
