"""Following a run on the command line: its output, its end, Ctrl-C."""

import asyncio
import sys
from codecs import IncrementalDecoder, getincrementaldecoder
from collections import defaultdict
from typing import TYPE_CHECKING

from pitui.cli.output import complain, write_block
from pitui.cli.run_async import hung_up
from pitui.domain.errors import PituiError
from pitui.domain.text.printable import printable

if TYPE_CHECKING:
    from pitui.domain.apps.recorded_run import Run
    from pitui.services.cluster import Cluster
    from pitui.services.runs.detached_runs import Runs


async def follow_to_end(cluster: "Cluster", runs: "Runs", run: "Run", *, quiet: bool) -> "Run":
    """Copy a run's output to ours and return the run when it has ended.

    Ctrl-C ends the run as well, a second one leaves that; when only the terminal goes away, it goes
    on. `quiet` keeps its standard output for standard error, so that ours holds JSON alone.

    Raises:
        PituiError: our output cannot be written; the run goes on.
    """
    from pitui.services.runs.run_folder import STDOUT
    from pitui.services.runs.run_output import follow_run

    decoders: defaultdict[str, IncrementalDecoder] = defaultdict(
        lambda: getincrementaldecoder("utf-8")("replace")
    )

    def sink(name: str, block: bytes) -> None:
        stream = sys.stdout if name == STDOUT and not quiet else sys.stderr
        if stream and stream.isatty():
            # A terminal would obey what is in it; a file or a pipe gets it as it is.
            block = printable(decoders[name].decode(block).replace("\r\n", "\n")).encode()
        # Where nobody reads any more the run goes on, and its status still counts.
        write_block(stream, block)

    try:
        return await follow_run(cluster, runs, run, sink)
    except asyncio.CancelledError:
        if not hung_up():
            complain(f"pitui: cancelling {run.name} ({run.id})")
            await _cancel(runs, run)
        raise


async def _cancel(runs: "Runs", run: "Run") -> None:
    how = f"`pitui bench cancel {run.id}` ends it"
    try:
        await runs.cancel(run)
    except asyncio.CancelledError:
        complain(f"pitui: {run.name} may go on: {how}")
        raise
    except PituiError as error:
        complain(f"pitui: {error}; {run.name} may go on: {how}")
