"""`pitui jobs`: applications, and what is inside one of them."""

import click

from pitui.cli.output import complain, print_json, print_text
from pitui.cli.prompter import TerminalPrompter, trust_option
from pitui.cli.run_async import run
from pitui.cli.settings import Settings, json_option, pass_settings
from pitui.cli.usage import examples


@click.command(
    "jobs",
    epilog=examples(
        "pitui jobs",
        "pitui jobs app-20260101120000-0000",
    ),
)
@click.argument("app", required=False)
@json_option
@trust_option
@pass_settings
def command(settings: Settings, app: str | None, trust_new: bool) -> None:
    """List applications and drivers; of APP its jobs, stages and queries, and what bound it.

    Says why an application waits, and what fixes it. Applications that have ended are read from the
    history server or from their event log, where there is one. docs/benchmarks.md explains how it
    is found out what bound an application.
    """
    config = settings.load()

    async def main() -> int:
        from functools import partial

        from pitui.cli.render import jobs_text
        from pitui.domain.apps.app_detail import AppLocation
        from pitui.domain.errors import PituiError
        from pitui.domain.text.number_words import unreadable_words
        from pitui.services.apps.app_details import AppDetails
        from pitui.services.apps.executor_node import node_of_executor
        from pitui.services.apps.explanations import Explanations
        from pitui.services.cluster import open_cluster
        from pitui.services.monitor.cluster_monitor import ClusterMonitor
        from pitui.services.monitor.problems import master_silence
        from pitui.services.runs.detached_runs import Runs

        async with open_cluster(
            config, TerminalPrompter(trust_new), read_only=settings.read_only
        ) as cluster:
            snapshot = await ClusterMonitor(cluster).once()
            app_details = AppDetails(cluster, partial(node_of_executor, snapshot))
            application = snapshot.application(app) if app else None
            silent = master_silence(snapshot) if app is None else None
            if app is None:
                listed = frozenset(a.id for a in snapshot.applications)
                try:
                    earlier = await app_details.history.applications(listed)
                except PituiError as error:
                    complain(f"pitui: {error}")
                    earlier = []
                if app_details.history.unreadable:
                    lost = unreadable_words(app_details.history.unreadable, "entry", "entries")
                    complain(f"pitui: {lost} in the history server's list")
                value = jobs_text.list_json(snapshot, earlier)
                lines = jobs_text.list_lines(snapshot, earlier)
            else:
                result = await app_details.find(AppLocation(app))
                try:
                    explained = await Explanations(app_details, Runs(cluster).recorded).explain(app)
                except PituiError as error:
                    complain(f"pitui: {error}")
                    explained = None
                value = jobs_text.inside_json(app, application, result, explained)
                lines = jobs_text.inside_lines(app, application, result, explained)
        if settings.json:
            print_json(value)
        else:
            for line in lines:
                print_text(line)
        for text in snapshot.unreadable:
            complain(f"pitui: {text}")
        if silent is not None:
            complain(f"pitui: {silent}")
        return 0 if silent is None else 1

    run(main)
