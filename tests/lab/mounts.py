"""Mounts on this machine."""

import os
from pathlib import Path

from tests.lab.shell import run


def below(folder: Path) -> list[Path]:
    """Return what is mounted at or below a folder, innermost and newest first."""
    points = []
    for line in Path("/proc/self/mounts").read_text().splitlines():
        # The kernel writes blanks and the like as octal escapes.
        point = Path(line.split()[1].encode().decode("unicode_escape"))
        if point == folder or folder in point.parents:
            points.append(point)
    return points[::-1]


def unmount_below(folder: Path) -> None:
    """Unmount everything at or below a folder, also what is still in use."""
    for point in below(folder):
        run("umount", "--lazy", str(point))


def file_system(path: Path) -> str:
    """Return the type of the file system that holds a path, such as ext4 or overlay."""
    return run("stat", "-f", "-c", "%T", str(path)).strip()


def device(path: Path) -> str:
    """Return the device that a path's file system is on, as MAJOR:MINOR."""
    number = path.stat().st_dev
    return f"{os.major(number)}:{os.minor(number)}"
