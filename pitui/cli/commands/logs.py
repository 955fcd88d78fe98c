"""`pitui logs`: print, follow or save logs."""

from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pitui.cli.output import complain, print_json, print_text
from pitui.cli.prompter import TerminalPrompter, trust_option
from pitui.cli.run_async import run
from pitui.cli.settings import Settings, json_option, pass_settings
from pitui.cli.usage import examples
from pitui.domain.errors import PituiError, UsageError
from pitui.domain.logs.log_filter import LogFilter
from pitui.domain.logs.log_line import Level

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pitui.domain.logs.log_line import LogSource
    from pitui.services.cluster import Cluster

_COUNT = click.IntRange(0, 1_000_000)


class _LineCount(click.ParamType[int]):
    """A number of lines, or `all`."""

    name = "N"

    def convert(
        self, value: object, param: click.Parameter | None, context: click.Context | None
    ) -> int:
        if value == "all":
            return -1
        text = str(value)
        if not text.isdecimal():
            self.fail(
                f"{text!r} is not a number of lines; allowed: 0 or more, or all", param, context
            )
        return int(text)


@click.command(
    "logs",
    epilog=examples(
        "pitui logs master workers -f",
        "pitui logs errors",
        'pitui logs pi1 -n all --grep "lost|refused" -C 2',
        "pitui logs app-20260101120000-0000/0 --level warn",
        "pitui logs pi1:/var/log/syslog --save .",
    ),
)
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("-f", "--follow", is_flag=True, help="Keep running and print new lines.")
@click.option(
    "-n",
    "--lines",
    type=_LineCount(),
    help="Start with the last N lines of each log, or all.  [default: 500]",
)
@click.option("--grep", metavar="RE", help="Only lines that match the regular expression RE.")
@click.option(
    "--text",
    metavar="TEXT",
    help=("Only lines that contain TEXT (literal, not a regular expression)."),
)
@click.option("-v", "--invert", is_flag=True, help="Only lines that do not match.")
@click.option(
    "-B", "--before", type=_COUNT, default=0, metavar="N", help="Also N lines before each match."
)
@click.option(
    "-A", "--after", type=_COUNT, default=0, metavar="N", help=("Also N lines after each match.")
)
@click.option(
    "-C",
    "--context",
    type=_COUNT,
    default=0,
    metavar="N",
    help=("Also N lines before and after each match."),
)
@click.option(
    "--level",
    type=click.Choice([level.value for level in Level], case_sensitive=False),
    help="Only entries at this level and above, with their stack traces.",
)
@click.option("--source", "tags", multiple=True, metavar="TAG", help="Only lines with this tag.")
@click.option("--fold", is_flag=True, help="Print repeated entries once, with a count.")
@click.option(
    "--save",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Download the complete logs to PATH instead; a folder if there are several.",
)
@json_option
@trust_option
@pass_settings
def command(
    settings: Settings,
    sources: tuple[str, ...],
    *,
    follow: bool,
    lines: int | None,
    grep: str | None,
    text: str | None,
    invert: bool,
    before: int,
    after: int,
    context: int,
    level: str | None,
    tags: tuple[str, ...],
    fold: bool,
    save: Path | None,
    trust_new: bool,
) -> None:
    """Print logs, each line with where it comes from, merged by time.

    SOURCE is master, workers, a node's name, the id of a run, an application (APP), one of its
    executors (APP/EXECUTOR) or a driver, NODE:/path/to/file (* and ? match several), a name under
    logs: in the configuration, journal or NODE:journal (systemd's, of Spark's units), NODE:all,
    all, or errors: every error of the cluster. Capital letters of --grep and --text count only
    where there are some. Ends with 1 where a log could not be read.
    """
    chosen = filter_of(
        sources, tags, level, grep, text,
        invert=invert, before=max(before, context), after=max(after, context),
    )  # fmt: skip
    config = settings.load()

    async def main() -> int:
        from pitui.services.cluster import open_cluster
        from pitui.services.logs.find_sources import ERRORS, ERRORS_LINES
        from pitui.services.logs.follow import find_sources

        count = (ERRORS_LINES if ERRORS in sources else 500) if lines is None else lines
        async with open_cluster(
            config, TerminalPrompter(trust_new), read_only=settings.read_only
        ) as cluster:
            found = await find_sources(cluster, None, sources)
            if save is not None:
                return await _save_logs(cluster, found, save, json=settings.json)
            from pitui.cli.render.log_text import LogPrinter, print_stream, use_colour
            from pitui.services.logs.follow import follow as follow_logs

            printer = LogPrinter(found, chosen, json=settings.json, colour=use_colour(), fold=fold)
            stream = aclosing(follow_logs(cluster, found, count, follow))
            return await print_stream(stream, printer)

    run(main)


async def _save_logs(
    cluster: "Cluster", sources: "Sequence[LogSource]", path: Path, *, json: bool
) -> int:
    """Save whole logs one after the other, and return the exit status."""
    from pitui.cli.render.progress_line import ProgressLine
    from pitui.services.logs.log_save import save_targets, save_whole_log

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


def filter_of(
    sources: tuple[str, ...],
    tags: tuple[str, ...],
    level: str | None,
    grep: str | None,
    text: str | None,
    *,
    invert: bool,
    before: int,
    after: int,
) -> LogFilter:
    """Return the filter that options ask for.

    Raises:
        UsageError: they contradict each other, or ask for what is no regular expression.
    """
    from pitui.spark.logs.log_search import search_of

    if grep is not None and text is not None:
        raise UsageError("--grep and --text cannot be combined")
    least = Level(level.upper()) if level else Level.ERROR if "errors" in sources else None
    words = grep or text or ""
    chosen = LogFilter(tags, least, words, grep is not None, invert, before, after)
    search_of(chosen)
    return chosen
