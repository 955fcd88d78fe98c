"""The files of a bundle as `pitui doctor --bundle` lists them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from pitui.services.doctor.bundle.bundle import BundleFile


def bundle_lines(files: Sequence[BundleFile]) -> Iterator[str]:
    """Yield the files with their sizes, and the sum."""
    yield ""
    yield "The bundle would hold, without names, addresses and secrets:"
    for file in files:
        yield f"  {_size_words(len(file.content)):>10}  {file.name}"
    total = sum(len(file.content) for file in files)
    yield f"  {_size_words(total):>10}  in all, before it is packed"


def bundle_json(path: Path | None, files: Sequence[BundleFile]) -> dict[str, object]:
    """Return what was written, and where; no path where it was not."""
    return {
        "path": str(path) if path is not None else None,
        "files": [{"name": file.name, "bytes": len(file.content)} for file in files],
    }


def _size_words(size: int) -> str:
    return f"{size / 1024:.1f} KiB" if size >= 1024 else f"{size} B"
