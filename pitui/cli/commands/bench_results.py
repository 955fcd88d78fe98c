"""`pitui bench compare` and `baseline`: what is made of runs that were recorded; asks no node."""

from typing import TYPE_CHECKING

import click

from pitui.cli.output import print_json, print_text
from pitui.cli.settings import Settings, json_option, pass_settings
from pitui.cli.usage import examples
from pitui.domain.errors import UsageError

if TYPE_CHECKING:
    from pitui.domain.apps.run import Run


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
            print_json({"baselines": [run_json(run) for run in kept]})
        elif not kept:
            print_text("No baseline is kept; `pitui bench baseline RUN` keeps one.")
        else:
            for line in run_lines(kept):
                print_text(line)
        return
    (run,) = _recorded_runs((run_id,))
    if forget:
        if not store.forget_baseline(run.id):
            raise UsageError(f"{run.id} is not a baseline", "See `pitui bench baseline`.")
    else:
        keep_baseline(store, run)
    if settings.json:
        print_json({"run": run.id, "baseline": not forget})
    else:
        done = "is a baseline no more" if forget else f"is the baseline of {run.name} now"
        print_text(f"{run.id} {done}")


def _recorded_runs(ids: tuple[str, ...]) -> "list[Run]":
    """Return runs by their ids.

    Raises:
        UsageError: there is no run of an id.
    """
    from pitui.bench.store import RunStore

    store = RunStore()
    found = [store.get(run_id) for run_id in ids]
    for run_id, run in zip(ids, found, strict=True):
        if run is None:
            raise UsageError(f"run {run_id!r} not found", "See `pitui bench history`.")
    return [run for run in found if run is not None]
