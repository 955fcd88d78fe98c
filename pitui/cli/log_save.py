"""`pitui logs --save`: whole files, fetched from their nodes."""

import sys
from collections.abc import Sequence
from pathlib import Path

from pitui.cli.output import complain, print_json, print_text
from pitui.domain.errors import PituiError
from pitui.domain.log_line import LogSource
from pitui.services.cluster import Cluster
from pitui.services.log_save import save_log, save_targets


async def save_all(
    cluster: Cluster, sources: Sequence[LogSource], path: Path, *, json: bool
) -> int:
    """Save logs one after the other, and return the exit status."""
    status = 0
    for source, target in zip(sources, save_targets(sources, path), strict=True):
        shown = _Progress(source.tag)
        try:
            saved = await save_log(cluster, source, target, shown)
        except PituiError as error:
            shown.clear()
            complain(f"pitui: {error}")
            status = 1
            continue
        shown.clear()
        if json:
            print_json({"source": source.id, "path": str(saved.path), "bytes": saved.size})
        else:
            print_text(f"{saved.path}  {saved.size:,} bytes")
    return status


class _Progress:
    """How far a file is, on a terminal's standard error."""

    def __init__(self, tag: str) -> None:
        self._tag = tag
        self._on = sys.stderr.isatty()
        self._shown = -1

    def __call__(self, have: int, total: int | None) -> None:
        percent = have * 100 // total if total else have >> 20
        if self._on and percent != self._shown:
            self._shown = percent
            unit = "%" if total else " MiB"
            sys.stderr.write(f"\r{self._tag}  {percent}{unit}\x1b[K")
            sys.stderr.flush()

    def clear(self) -> None:
        """Take it away."""
        if self._on and self._shown >= 0:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
