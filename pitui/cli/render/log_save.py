"""`pitui logs --save`: whole files, fetched from their nodes."""

from collections.abc import Sequence
from pathlib import Path

from pitui.cli.output import complain, print_json, print_text
from pitui.cli.render.progress_line import ProgressLine
from pitui.domain.errors import PituiError
from pitui.domain.logs.log_line import LogSource
from pitui.services.cluster import Cluster
from pitui.services.logs.log_save import save_targets, save_whole_log


async def save_all(
    cluster: Cluster, sources: Sequence[LogSource], path: Path, *, json: bool
) -> int:
    """Save logs one after the other, and return the exit status."""
    status = 0
    for source, target in zip(sources, save_targets(sources, path), strict=True):
        shown = ProgressLine(source.tag)
        try:
            saved = await save_whole_log(cluster, source, target, shown)
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
