"""disk.inodes: a file system has no room for more files, whatever it has in bytes."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, error, warning
from pitui.doctor.symptoms.folder_mounts import folders_by_mount

_FEW, _NONE_LEFT = 5.0, 1.0
"""Percent."""


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for name, facts in evidence.facts.items():
        for folder in folders_by_mount(facts):
            if not folder.inodes:
                continue
            percent = 100 * folder.inodes_free / folder.inodes
            if percent >= _FEW:
                continue
            finding = error if percent < _NONE_LEFT else warning
            yield finding(
                f"{folder.inodes_free} of {folder.inodes} inodes are free on {folder.mount}",
                f"pitui disk {name} --clean",
                node=name,
                about=folder.mount,
                several="one of their file systems has few inodes left",
            )


CHECK = Check(
    id="disk.inodes",
    title="A disk has no room for more files",
    why="Shuffle makes many small files: `No space left on device` while `df` shows room",
    reads=Reads.NODES,
    rule=_rule,
)
