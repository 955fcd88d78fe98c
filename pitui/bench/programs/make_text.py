"""Make text from a seed, the same on every node: `make_text.py FOLDER MIB SEED`.

It runs on a node by itself, with Python 3.7 or newer and nothing else, and prints the digest of
what it made. The folder is there whole or not at all; one that is there already is kept. Beside the
text stands a manifest with the number of lines and of each word, counted while it was made.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import random
import shutil
import signal
import sys
from collections import Counter

MANIFEST = "_MANIFEST.json"
FORMAT = 1
"""Goes up when the same seed makes other text."""
_MIB = 2**20
_PART = 16 * _MIB
_WORDS = 2000
_LINES = 4096
_SPARE = 64 * _MIB


def vocabulary(seed: str) -> list[bytes]:
    """Return lines of words; the first words are the most frequent ones."""
    throw = random.Random(f"{seed} lines").random
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = [
        "".join(letters[int(throw() * 26)] for _ in range(2 + int(throw() * 9)))
        for _ in range(_WORDS)
    ]
    return [
        " ".join(words[int(throw() ** 3 * _WORDS)] for _ in range(8 + int(throw() * 7))).encode()
        for _ in range(_LINES)
    ]


def write_parts(folder: str, size: int, seed: str) -> dict[str, object]:
    """Write the files and return the manifest."""
    lines = vocabulary(seed)
    mean = sum(map(len, lines)) / _LINES + 1
    digest, used, written, number = hashlib.sha256(), Counter(), 0, 0
    while written < size:
        throw = random.Random(f"{seed} part {number}").random
        rows = max(1, int(min(_PART, size - written) / mean))
        chosen = [int(throw() * _LINES) for _ in range(rows)]
        used.update(chosen)
        text = b"\n".join([lines[i] for i in chosen]) + b"\n"
        digest.update(text)
        with open(os.path.join(folder, f"part-{number:05d}.txt"), "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        written += len(text)
        number += 1
    words = Counter()
    for line, times in used.items():
        for word in lines[line].decode().split():
            words[word] += times
    return {
        "lines": sum(used.values()),
        "words": dict(words),
        "bytes": written,
        "sha256": digest.hexdigest(),
    }


def make(folder: str, mib: int, seed: str) -> str:
    """Make the folder, if it is not there, and return the digest of its text."""
    wanted = {"format": FORMAT, "mib": mib, "seed": seed}
    above = os.path.dirname(folder)
    os.makedirs(above, exist_ok=True)
    handle = os.open(above, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)  # nodes of a demonstration share their disk
        there = _manifest(folder)
        if {name: there.get(name) for name in wanted} == wanted:
            return there["sha256"]
        _check_room(above, mib * _MIB)
        new = f"{folder}.new-{os.getpid()}"
        os.mkdir(new)
        try:
            manifest = {**wanted, **write_parts(new, mib * _MIB, seed)}
            with open(os.path.join(new, MANIFEST), "w") as file:
                json.dump(manifest, file)
            shutil.rmtree(folder, ignore_errors=True)
            os.rename(new, folder)
        finally:
            shutil.rmtree(new, ignore_errors=True)
        return manifest["sha256"]
    finally:
        os.close(handle)


def _manifest(folder: str) -> dict[str, object]:
    try:
        with open(os.path.join(folder, MANIFEST)) as file:
            return json.load(file)
    except (OSError, ValueError):
        return {}


def _check_room(folder: str, size: int) -> None:
    state = os.statvfs(folder)
    free = state.f_bavail * state.f_frsize
    if free < size + _SPARE:
        wanted = (size + _SPARE) // _MIB
        sys.exit(f"{wanted} MiB are wanted below {folder} and {free // _MIB} MiB are free")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(129))
    os.umask(0o022)
    try:
        print(make(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
    except OSError as error:
        sys.exit(f"{error.filename or sys.argv[1]}: {error.strerror}")
