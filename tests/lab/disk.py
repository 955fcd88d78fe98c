"""A machine's card: an overlay on the image, so that the image stays clean.

What a machine changed is its upper folder; it can be kept as a layer that other cards start from.
"""

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.lab import mounts
from tests.lab.shell import run

VOLATILE = (
    "dev",
    "proc",
    "run",
    "sys",
    "tmp",
    "var/tmp",
    "var/log",
    "var/lib/systemd",
    "var/lib/lastlog",
)
"""What a running system and a login write all by themselves."""


@dataclass(frozen=True, slots=True)
class Disk:
    """One card, in a folder of its own."""

    folder: Path

    @property
    def root(self) -> Path:
        """Where the machine's file system is mounted here."""
        return self.folder / "root"

    @property
    def upper(self) -> Path:
        """What the machine changed."""
        return self.folder / "card" / "up"

    def format(self, size_mib: int | None) -> None:
        """Throw away what was written; with a size the card holds no more than that.

        A small card is in memory, and so is every card where this machine is itself on an overlay,
        which cannot carry another one.
        """
        self.eject()
        card = self.folder / "card"
        if card.exists():
            shutil.rmtree(card)
        card.mkdir(parents=True)
        if size_mib is None and mounts.file_system(card) == "overlayfs":
            size_mib = 4096
        if size_mib is not None:
            run("mount", "-t", "tmpfs", "-o", f"size={size_mib}m,mode=755", "lab-card", str(card))
        for name in ("up", "work"):
            (card / name).mkdir()

    def insert(self, layers: list[Path]) -> None:
        """Mount the card on what lies below it, topmost first."""
        self.root.mkdir(exist_ok=True)
        if mounts.below(self.root):
            return
        lower = ":".join(str(layer) for layer in layers)
        folders = f"upperdir={self.upper},workdir={self.upper.parent / 'work'}"
        options = f"lowerdir={lower},{folders}"
        run("mount", "-t", "overlay", "lab-root", "-o", options, str(self.root))

    def eject(self) -> None:
        """Unmount everything of the card; what is on a small one is lost."""
        mounts.unmount_below(self.folder)

    def keep(self, layer: Path) -> None:
        """Make what was written a layer for other cards; the machine is off."""
        mounts.unmount_below(self.root)
        if layer.exists():
            shutil.rmtree(layer)
        layer.parent.mkdir(parents=True, exist_ok=True)
        run("cp", "-a", str(self.upper), str(layer))

    def listing(self) -> dict[str, str]:
        """Return what was written, by path: kind, owner, mode, and the content's hash."""
        found = {}
        for path in sorted(self.upper.rglob("*")):
            name = str(path.relative_to(self.upper))
            if not name.startswith(VOLATILE) and not path.is_dir():
                found[name] = _described(path)
        return found


def _described(path: Path) -> str:
    state = path.lstat()
    text = f"{state.st_mode:o} {state.st_uid}:{state.st_gid}"
    if path.is_symlink():
        return f"{text} -> {path.readlink()}"
    if path.is_file():
        with path.open("rb") as file:
            return f"{text} {hashlib.file_digest(file, 'sha256').hexdigest()}"
    return text
