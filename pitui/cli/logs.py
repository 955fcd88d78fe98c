"""`pitui logs`: print or follow logs."""

import asyncio
import re
from contextlib import aclosing

import click

from pitui.cli.asker import TrustNew, trust_option
from pitui.cli.output import complain
from pitui.cli.runtime import run
from pitui.cli.settings import Settings, json_option, pass_settings
from pitui.domain.log_line import Level


def _pattern(
    _context: click.Context, _parameter: click.Parameter, value: str | None
) -> re.Pattern[str] | None:
    try:
        return None if value is None else re.compile(value)
    except re.error as error:
        raise click.BadParameter(f"{value!r} is no regular expression: {error}") from error


@click.command("logs")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("-f", "--follow", is_flag=True, help="Go on with what is written from now on.")
@click.option(
    "-n",
    "--lines",
    type=click.IntRange(0),
    default=500,
    show_default=True,
    help="Last lines of each log to begin with.",
)
@click.option("--grep", callback=_pattern, metavar="RE", help="Only lines in which RE is found.")
@click.option(
    "--level",
    type=click.Choice([level.value for level in Level], case_sensitive=False),
    help="Only entries of this level and above.",
)
@json_option
@trust_option
@pass_settings
def command(
    settings: Settings,
    sources: tuple[str, ...],
    *,
    follow: bool,
    lines: int,
    grep: re.Pattern[str] | None,
    level: str | None,
    trust_new: bool,
) -> None:
    """Print logs, each line with where it comes from, merged by time.

    SOURCE is master, workers, a node's name, the id of a run, APP/EXECUTOR, or NODE:/path/to/file.
    Ends with 1 where a log could not be read.
    """
    config = settings.load()

    async def main() -> int:
        from pitui.cli.log_text import LogFilter, LogPrinter, use_colour, while_read, write_out
        from pitui.services.cluster import open_cluster
        from pitui.services.logs import find_sources
        from pitui.services.logs import follow as follow_logs

        status = 0
        chosen = LogFilter(grep, Level(level.upper()) if level else None)
        async with open_cluster(config, TrustNew(trust_new)) as cluster:
            found = await find_sources(cluster, None, sources)
            printer = LogPrinter(found, json=settings.json, colour=use_colour())
            stream = aclosing(follow_logs(cluster, found, lines, follow))
            async with while_read(), stream as batches:
                async for batch in batches:
                    for note in (line for line in batch if line.note):
                        complain(f"pitui: {note.source}: {note.text}")
                        status = 1 if note.level is Level.ERROR else status
                    text = printer.text(chosen.of(batch))
                    # Not in the event loop: a pager that waits must not stop the links' keepalive.
                    if text and not await asyncio.to_thread(write_out, text):
                        break
        return status

    run(main)
