"""What must be there before a demonstration starts: pyspark, memory, a folder Spark can work in."""

import importlib.util
import re
from pathlib import Path

from pitui.domain.errors import PituiError, UsageError

_DAEMON_MIB = 190
"""Resident memory of one idle daemon with the small JVM of `pitui.demo.folders`."""
_REST_MIB = 150
"""The SSH servers, and pitui itself."""


def find_spark() -> Path:
    """Return the folder of the pyspark package, which carries Spark's programs.

    Raises:
        PituiError: it is not installed.
    """
    spec = importlib.util.find_spec("pyspark")
    if spec is None or spec.origin is None:
        raise PituiError(
            "the demo needs Spark, which comes with the package pyspark",
            "Add it to pitui's environment: `pipx inject pitui pyspark`, or `pip install pyspark`.",
        )
    return Path(spec.origin).parent


def check_memory(workers: int, meminfo: Path = Path("/proc/meminfo")) -> None:
    """Check that the daemons fit into the free memory, where the system says what is free.

    Raises:
        PituiError: they do not.
    """
    try:
        text = meminfo.read_text(encoding="ascii")
    except FileNotFoundError:
        return
    found = re.search(r"^MemAvailable:\s+(\d+) kB", text, re.MULTILINE)
    if found is None:
        return
    free = int(found[1]) // 1024
    needed = (workers + 1) * _DAEMON_MIB + _REST_MIB
    if free < needed:
        raise PituiError(
            (
                f"a demo with {workers} workers needs about {needed} MiB of memory, but only "
                f"{free} MiB are free"
            ),
            "Use fewer nodes (--nodes 1) or end other programs.",
        )


def check_folder_name(folder: Path) -> None:
    """Check that Spark's scripts can work in a folder of that name.

    Raises:
        UsageError: they cannot.
    """
    if not re.fullmatch(r"[\w./+@,=~-]+", str(folder)):
        raise UsageError(
            f"Spark's scripts cannot run in the folder {str(folder)!r}",
            (
                "Its path may contain only letters, digits and . / + @ , = ~ _ -: choose "
                "another --dir."
            ),
        )
