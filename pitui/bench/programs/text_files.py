"""The text that line count and word count read: a file or folder at the same path on every node."""

from __future__ import annotations

import argparse
import json
import os
import re
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark import SparkContext

MANIFEST = "_MANIFEST.json"
"""What a folder of made text says of itself; Spark reads no file whose name begins with `_`."""
COUNTED_HERE = 256 * 2**20
"""Bytes of the largest file of a person's own that the driver counts again."""
_BLOCK = 2**20


class TextFiles:
    """A file or folder of text."""

    def __init__(self, path: Path, warm: bool) -> None:
        self.path = path
        self._warm = warm
        self.size = size_of(path)
        told = path / MANIFEST
        self.manifest = json.loads(told.read_text()) if told.is_file() else {}
        # Hadoop takes the name for a pattern.
        self.pattern = "file://" + re.sub(r"([\\*?\[\]{}])", r"\\\1", str(path))

    def forget(self, context: SparkContext) -> None:
        """Have every node drop the files from its page cache, so that they are read again."""
        if self._warm:
            return
        path, cores = str(self.path), context.defaultParallelism
        context.parallelize(range(cores), cores).foreach(lambda _: drop_from_cache(path))


def drop_from_cache(path: str) -> None:
    """Drop a file, or a folder's files, from this node's page cache."""
    names = [path]
    if os.path.isdir(path):
        names = [os.path.join(path, name) for name in os.listdir(path)]
    for name in names:
        try:
            handle = os.open(name, os.O_RDONLY)
        except OSError:
            continue
        try:
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(handle)
    time.sleep(0.1)  # so that each core of the cluster gets one of these tasks


def size_of(path: Path) -> int:
    """Return the bytes of a file, or of the files in a folder that Spark reads."""
    return sum(file.stat().st_size for file in files_of(path))


def files_of(path: Path) -> list[Path]:
    """Return the files that Spark reads."""
    if path.is_file():
        return [path]
    return [p for p in sorted(path.iterdir()) if p.is_file() and p.name[0] not in "._"]


def lines_here(path: Path) -> int | None:
    """Count the lines as Hadoop does, or return None where that would take long."""
    if size_of(path) > COUNTED_HERE:
        return None
    return sum(_lines(file) for file in files_of(path))


def _lines(file: Path) -> int:
    r"""Count \n, \r and \r\n, and what is behind the last of them."""
    count, last = 0, b""
    with file.open("rb") as text:
        while block := text.read(_BLOCK):
            joined = last[-1:] + block
            count += block.count(b"\n") + block.count(b"\r") - joined.count(b"\r\n")
            last = block
    return count + (bool(last) and last[-1:] not in b"\r\n")


def path_option(parser: argparse.ArgumentParser) -> None:
    """Add `--path` and `--warm`."""
    parser.add_argument("--path", type=text_path, required=True, help="the same on every node")
    parser.add_argument("--warm", action="store_true", help="leave files in the page cache")


def text_path(text: str | Path) -> Path:
    """Read a path of text files."""
    path = Path(text)
    if not path.is_absolute():
        raise argparse.ArgumentTypeError(f"{text} is not an absolute path")
    if "," in str(text):
        raise argparse.ArgumentTypeError(f"{text}: Spark takes a comma for the end of a path")
    if not path.exists():
        raise argparse.ArgumentTypeError(
            f"{text} does not exist; the driver's node and every worker need it"
        )
    if path.is_dir() and any(entry.is_dir() for entry in path.iterdir()):
        raise argparse.ArgumentTypeError(f"{text} holds folders; Spark reads files only")
    return path


def words_here(path: Path) -> dict[str, int] | None:
    """Count the words between spaces and line ends, or return None where that would take long."""
    if size_of(path) > COUNTED_HERE:
        return None
    counts: Counter[str] = Counter()
    for file in files_of(path):
        with file.open(encoding="utf-8", errors="replace", newline=None) as text:
            for line in text:
                counts.update(word for word in line.rstrip("\n").split(" ") if word)
    return dict(counts)
