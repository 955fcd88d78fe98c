"""`pitui threads`: the thread dump of an executor."""

import click

from pitui.cli.output import print_json, print_text
from pitui.cli.prompter import TerminalPrompter, trust_option
from pitui.cli.run_async import run
from pitui.cli.settings import Settings, json_option, pass_settings
from pitui.cli.usage import examples
from pitui.domain.errors import UsageError


@click.command(
    "threads",
    epilog=examples(
        "pitui threads app-20260101120000-0000/0",
    ),
)
@click.argument("executor", metavar="APP/EXECUTOR")
@json_option
@trust_option
@pass_settings
def command(settings: Settings, executor: str, trust_new: bool) -> None:
    """Print what the threads of a running executor (or APP/driver) do."""
    app_id, _, executor_id = executor.partition("/")
    if not app_id or not executor_id:
        raise UsageError(f"{executor!r} is not APP/EXECUTOR", "For example app-2026.../0.")
    config = settings.load()

    async def main() -> int:
        from pitui.services.apps.thread_dump import thread_dump
        from pitui.services.cluster import open_cluster

        async with open_cluster(
            config, TerminalPrompter(trust_new), read_only=settings.read_only
        ) as cluster:
            lines = await thread_dump(cluster, app_id, executor_id)
        if settings.json:
            print_json({"application": app_id, "executor": executor_id, "lines": list(lines)})
        else:
            for line in lines:
                print_text(line)
        return 0

    run(main)
