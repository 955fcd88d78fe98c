"""`pitui compare`: two applications side by side."""

import click

from pitui.cli.output import print_json, print_text
from pitui.cli.prompter import TerminalPrompter, trust_option
from pitui.cli.run_async import run
from pitui.cli.settings import Settings, json_option, pass_settings
from pitui.cli.usage import examples


@click.command(
    "compare",
    epilog=examples("pitui compare app-20260101120000-0000 app-20260102120000-0003"),
)
@click.argument("first", metavar="APP")
@click.argument("second", metavar="APP")
@json_option
@trust_option
@pass_settings
def command(settings: Settings, first: str, second: str, trust_new: bool) -> None:
    """Show two applications side by side: settings that differ, and stages by time.

    Of each stage, shuffle, spill and garbage collection too. Reads a running application from its
    driver, one that has ended from the history server or its event log.
    """
    config = settings.load()

    async def main() -> int:
        from pitui.cli.render.compare_text import comparison_json, comparison_lines
        from pitui.domain.apps.compare_apps import compare_apps
        from pitui.services.apps.app_details import AppDetails
        from pitui.services.apps.collect_app_record import app_record
        from pitui.services.cluster import open_cluster

        async with open_cluster(
            config, TerminalPrompter(trust_new), read_only=settings.read_only
        ) as cluster:
            details = AppDetails(cluster)
            found = compare_apps(*[await app_record(details, app) for app in (first, second)])
        if settings.json:
            print_json(comparison_json(found))
        else:
            for line in comparison_lines(found):
                print_text(line)
        return 0

    run(main)
