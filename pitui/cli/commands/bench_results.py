"""`pitui bench compare`, `baseline` and `report`: what is made of runs that were recorded."""

import json
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pitui.cli.output import print_json, print_text, write_out
from pitui.cli.prompter import TerminalPrompter, trust_option
from pitui.cli.run_async import run
from pitui.cli.settings import Settings, json_option, pass_settings
from pitui.cli.usage import examples
from pitui.domain.errors import UsageError
from pitui.domain.json_version import SCHEMA
from pitui.domain.text.printable import json_line

if TYPE_CHECKING:
    from pitui.bench.store import RunStore
    from pitui.domain.apps.recorded_run import Run

_MOST_REPORTED = 50
_LOOKED_THROUGH = 1000


@click.command("compare", epilog=examples("pitui bench compare RUN OTHER-RUN"))
@click.argument("first", metavar="RUN")
@click.argument("others", metavar="RUN...", nargs=-1, required=True)
@json_option
@pass_settings
def compare(settings: Settings, first: str, others: tuple[str, ...]) -> None:
    """Compare runs with the first of them.

    Says how many times as long a run took, the 95 % interval of that, and whether it is faster or
    slower, or no difference is shown. Runs of other work, another Spark or another data size are
    not compared, nor where a node was throttled in one of them only; the reason is given.
    """
    from pitui.bench.compare_runs import compare_runs
    from pitui.cli.render.runs_text import run_comparison_json, run_comparison_lines

    one, *rest = _recorded_runs((first, *others))
    found = [compare_runs(one, other) for other in rest]
    if settings.json:
        print_json(run_comparison_json(found))
        return
    for line in run_comparison_lines(found):
        print_text(line)


@click.command(
    "baseline", epilog=examples("pitui bench baseline RUN", "pitui bench baseline RUN --forget")
)
@click.argument("run_id", metavar="RUN", required=False)
@click.option("--forget", is_flag=True, help="Keep RUN as a baseline no more.")
@json_option
@pass_settings
def baseline(settings: Settings, run_id: str | None, *, forget: bool) -> None:
    """Keep RUN as the baseline of its benchmark; without RUN, list the baselines.

    A later run with the same parameters on as many workers that is slower by more than the spread
    is marked in `bench history`, in the UI and in the timeline. RUN takes the place of the baseline
    before it.
    """
    from pitui.bench.store import RunStore, keep_baseline
    from pitui.cli.render.runs_text import run_json, run_lines

    store = RunStore()
    if run_id is None:
        if forget:
            raise UsageError("which baseline is to be forgotten?", "See `pitui bench baseline`.")
        kept = store.baselines(settings.load().cluster.name)
        if settings.json:
            print_json({"baselines": [run_json(one) for one in kept]})
        elif not kept:
            print_text("No baseline is kept; `pitui bench baseline RUN` keeps one.")
        else:
            for line in run_lines(kept):
                print_text(line)
        return
    (chosen,) = _recorded_runs((run_id,))
    if forget:
        if not store.forget_baseline(chosen.id):
            raise UsageError(f"{chosen.id} is not a baseline", "See `pitui bench baseline`.")
    else:
        keep_baseline(store, chosen)
    if settings.json:
        print_json({"run": chosen.id, "baseline": not forget})
    else:
        done = "is a baseline no more" if forget else f"is the baseline of {chosen.name} now"
        print_text(f"{chosen.id} {done}")


@click.command(
    "report",
    epilog=examples(
        "pitui bench report --output benchmarks.html",
        "pitui bench report RUN OTHER-RUN --output compared.html",
        "pitui bench report --csv --output runs.csv",
    ),
)
@click.argument("ids", metavar="[RUN]...", nargs=-1)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Where to write it."
)
@click.option("--csv", is_flag=True, help="Write a table, a row a repeat, instead of a page.")
@json_option
@trust_option
@pass_settings
def report(
    settings: Settings, ids: tuple[str, ...], output: Path | None, *, csv: bool, trust_new: bool
) -> None:
    """Write runs as one page with charts, which opens without a network and prints well.

    Without RUN, the newest 50 runs of benchmarks that ended. Runs are compared with the first of
    their benchmark, so name the run to compare with first. With --csv or --json, and without
    --output, it goes to standard output.
    """
    from pitui.bench.store import RunStore
    from pitui.services.benchmarks.benchmark_report import write_report

    if csv and settings.json:
        raise UsageError("--csv and --json are two forms of one thing", "Leave one of them out.")
    if output is None and not (csv or settings.json):
        raise UsageError("where is the page to be written?", "Add --output FILE.html.")
    config = settings.load()
    store = RunStore()
    found = _recorded_runs(ids) if ids else _ended_benchmarks(store, config.cluster.name)
    if not found:
        raise UsageError("no benchmark has run yet", "Run one: `pitui bench run pi`.")
    baselines = store.baselines(config.cluster.name)
    text = _table_or_json(found, baselines, csv=csv, as_json=settings.json)

    async def page() -> int:
        from pitui.bench.report.page import report_page
        from pitui.services.apps.app_details import AppDetails
        from pitui.services.apps.executor_node import node_of_executor
        from pitui.services.benchmarks.benchmark_report import reported_runs
        from pitui.services.cluster import open_cluster
        from pitui.services.monitor.cluster_monitor import ClusterMonitor
        from pitui.services.runs.detached_runs import Runs

        async with open_cluster(
            config, TerminalPrompter(trust_new), read_only=settings.read_only
        ) as cluster:
            node_of = partial(node_of_executor, await ClusterMonitor(cluster).once())
            details = AppDetails(cluster, node_of)
            reported = await reported_runs(Runs(cluster, store), details, found)
        written = report_page(config.cluster.name, reported, baselines, time.time())
        print_text(str(write_report(written, output or Path())))
        return 0

    if text is None:
        run(page)
    elif output is None:
        write_out(text)
    else:
        print_text(str(write_report(text, output)))


def _ended_benchmarks(store: "RunStore", cluster: str) -> "list[Run]":
    """Return the newest benchmark runs that ended, the oldest of them first."""
    recent = store.recent(cluster, _LOOKED_THROUGH)
    ended = [one for one in recent if one.benchmark and one.ended_at is not None]
    return ended[:_MOST_REPORTED][::-1]


def _table_or_json(
    found: "list[Run]", baselines: "list[Run]", *, csv: bool, as_json: bool
) -> str | None:
    """Return what needs no node; None where a page is wanted."""
    from pitui.bench.report.csv_table import csv_table
    from pitui.cli.render.runs_text import history_json

    if csv:
        return csv_table(found)
    if as_json:
        value = {"schema": SCHEMA, "runs": history_json(found, baselines)}
        return json_line(json.dumps(value, ensure_ascii=False)) + "\n"
    return None


def _recorded_runs(ids: tuple[str, ...]) -> "list[Run]":
    """Return runs by their ids.

    Raises:
        UsageError: there is no run of an id.
    """
    from pitui.bench.store import RunStore

    store = RunStore()
    found = [store.get(run_id) for run_id in ids]
    for run_id, one in zip(ids, found, strict=True):
        if one is None:
            raise UsageError(f"run {run_id!r} not found", "See `pitui bench history`.")
    return [one for one in found if one is not None]
