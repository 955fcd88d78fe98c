"""`pitui status`: one full look at the cluster."""

import time

import click

from pitui.cli.output import complain, print_json, print_text
from pitui.cli.prompter import TerminalPrompter, trust_option
from pitui.cli.run_async import run
from pitui.cli.settings import Settings, json_option, pass_settings
from pitui.cli.usage import examples


@click.command(
    "status",
    epilog=examples(
        "pitui status",
        "pitui status --json",
    ),
)
@json_option
@trust_option
@pass_settings
def command(settings: Settings, trust_new: bool) -> None:
    """Show master, nodes, workers and applications.

    Ends with 1 where a node or the master could not be asked.
    """
    config = settings.load()

    async def main() -> int:
        from pitui.cli.render.status_text import status_json, status_lines
        from pitui.services.cluster import open_cluster
        from pitui.services.monitor.cluster_monitor import ClusterMonitor
        from pitui.services.monitor.problems import problems

        async with open_cluster(
            config, TerminalPrompter(trust_new), read_only=settings.read_only
        ) as cluster:
            snapshot = await ClusterMonitor(cluster).once()
        if settings.json:
            print_json(status_json(snapshot))
        else:
            for line in status_lines(snapshot, time.time()):
                print_text(line)
        for text in snapshot.unreadable:
            complain(f"pitui: {text}")
        found = problems(snapshot)
        for problem in found:
            complain(f"pitui: {problem}")
        return 1 if found else 0

    run(main)
