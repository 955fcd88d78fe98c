"""`pitui events`: what happened on the cluster, of the last days and from now on."""

import re
import time
from typing import TYPE_CHECKING

import click

from pitui.cli.output import complain, print_json
from pitui.cli.prompter import TerminalPrompter, trust_option
from pitui.cli.run_async import run
from pitui.cli.settings import Settings, json_option, pass_settings
from pitui.cli.usage import examples
from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.events.event import EventFilter, EventKind

if TYPE_CHECKING:
    from pitui.cli.render.event_text import EventPrinter
    from pitui.domain.snapshot import Snapshot
    from pitui.services.events.timeline import Timeline
    from pitui.services.monitor.cluster_monitor import ClusterMonitor

_UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}


def _since(_context: click.Context, _parameter: click.Parameter, value: str | None) -> float | None:
    if value is None:
        return None
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(s|m|min|h|d)", value.strip())
    if match is None:
        raise click.BadParameter(f"{value!r} is not a duration such as 30m, 2h or 3d")
    return float(match[1]) * _UNITS[match[2]]


@click.command(
    "events",
    epilog=examples(
        "pitui events --since 2h",
        "pitui events --node pi1 --kind worker -f",
    ),
)
@click.option("--node", metavar="NODE", help="Only events of this node.")
@click.option("--app", metavar="APP", help="Only events of this application, by id or name.")
@click.option(
    "--kind", type=click.Choice([str(k) for k in EventKind]), help="Only events of this kind."
)
@click.option(
    "--since", callback=_since, metavar="TIME", help=("Only events of the last 30m, 2h or 3d.")
)
@click.option("-f", "--follow", is_flag=True, help="Keep running and print new events.")
@json_option
@trust_option
@pass_settings
def command(
    settings: Settings,
    *,
    node: str | None,
    app: str | None,
    kind: str | None,
    since: float | None,
    follow: bool,
    trust_new: bool,
) -> None:
    """Print what happened on the cluster, oldest first; it is kept for seven days.

    Looks at the cluster once, so that what happened while no pitui ran is told too.
    """
    config = settings.load()
    start = None if since is None else time.time() - since

    async def main() -> int:
        from pitui.cli.render.event_text import EventPrinter, event_json
        from pitui.services.cluster import open_cluster
        from pitui.services.events.run_events import run_events
        from pitui.services.events.timeline import Timeline
        from pitui.services.monitor.cluster_monitor import ClusterMonitor
        from pitui.services.runs.detached_runs import Runs

        async with open_cluster(
            config, TerminalPrompter(trust_new), read_only=settings.read_only
        ) as cluster:
            chosen = EventFilter(
                cluster.node(node).name if node else None,
                app,
                EventKind(kind) if kind else None,
                start,
            )
            timeline = Timeline(cluster.audit)
            printer = EventPrinter(chosen, json=settings.json)
            monitor = ClusterMonitor(cluster)
            await timeline.begin()
            timeline.take(await monitor.once())
            runs = Runs(cluster)
            found, baselines = await runs.history(), await runs.baselines()
            timeline.add([*run_events(found, baselines, time.time())])
            await timeline.note()
            if timeline.complaint is not None:
                complain(f"pitui: {timeline.complaint}")
            if settings.json and not follow:
                print_json({"events": [event_json(e) for e in printer.new(timeline.events)]})
            else:
                printer.print(timeline.events)
            if follow:
                await _follow(monitor, timeline, printer)
        return 0

    run(main)


async def _follow(monitor: "ClusterMonitor", timeline: "Timeline", printer: "EventPrinter") -> None:
    """Print what happens until interrupted, or nobody reads any more."""
    from pitui.cli.render.log_text import while_read

    def take(snapshot: "Snapshot") -> None:
        timeline.take(snapshot)
        # Executors are asked for only where somebody looks.
        monitor.set_active_apps(app.id for app in snapshot.applications if app.state.active)

    monitor.subscribe(take)
    timeline.subscribe(lambda: printer.print(timeline.events))
    async with while_read(), TaskGroup() as group:
        group.create_task(monitor.run())
        group.create_task(timeline.run())
