"""`pitui doctor`: what is wrong with the cluster, why it matters, and what to do."""

import time

import click

from pitui.cli.output import complain, print_json, print_text
from pitui.cli.prompter import TerminalPrompter, trust_option
from pitui.cli.run_async import run
from pitui.cli.settings import Settings, json_option, pass_settings
from pitui.cli.usage import examples


def _ids(
    _context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the ids of an option that may be given several times, and takes a list with commas."""
    return tuple(word.strip() for value in values for word in value.split(",") if word.strip())


@click.command(
    "doctor",
    epilog=examples(
        "pitui doctor",
        "pitui doctor pi1 pi2 --only memory,disk.space",
        "pitui doctor --skip network --json",
    ),
)
@click.argument("nodes", nargs=-1)
@click.option(
    "--only",
    multiple=True,
    callback=_ids,
    metavar="ID,...",
    help="Only these checks, or groups of checks such as `memory`.",
)
@click.option(
    "--skip", multiple=True, callback=_ids, metavar="ID,...", help="Not these checks, or groups."
)
@json_option
@trust_option
@pass_settings
def command(
    settings: Settings,
    *,
    nodes: tuple[str, ...],
    only: tuple[str, ...],
    skip: tuple[str, ...],
    trust_new: bool,
) -> None:
    """Find out what is wrong, on all nodes or on some, and say what to do about it.

    It changes nothing: each finding names the command or setting that mends it. Ends with 1 where
    there is an error or a warning that the configuration does not exclude.
    """
    from pitui.doctor.registry import chosen_checks

    checks = chosen_checks(only, skip)
    config = settings.load()

    async def main() -> int:
        from pitui.cli.render.doctor_text import report_json, report_lines
        from pitui.cli.render.progress_line import StateLine
        from pitui.services.cluster import open_cluster
        from pitui.services.doctor.run_checks import run_checks

        begun = time.monotonic()
        progress = StateLine()
        try:
            async with open_cluster(config, TerminalPrompter(trust_new)) as cluster:
                done = await run_checks(cluster, checks, nodes, say=progress)
        finally:
            progress.clear()
        if done.complaint:
            complain(f"pitui: {done.complaint}")
        if settings.json:
            print_json(report_json(done.report))
        else:
            took = time.monotonic() - begun
            for line in report_lines(done.report, config.cluster.name, len(done.nodes), took):
                print_text(line)
        return 0 if done.report.healthy else 1

    run(main)
