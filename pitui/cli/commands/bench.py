"""`pitui bench`: benchmarks and the history of runs."""

from typing import TYPE_CHECKING

import click

from pitui.cli.commands.bench_results import baseline, compare, report
from pitui.cli.interrupts import cancelling_twice
from pitui.cli.open_writable import open_to_act
from pitui.cli.output import complain, print_json, print_text
from pitui.cli.prompter import TerminalPrompter, trust_option
from pitui.cli.run_async import run
from pitui.cli.settings import Settings, json_option, pass_settings
from pitui.cli.usage import examples
from pitui.domain.errors import UsageError

if TYPE_CHECKING:
    from pitui.domain.apps.recorded_run import Run


@click.group("bench", epilog=examples("pitui bench list", "pitui bench run pi"))
def command() -> None:
    """Run benchmarks and show their history."""


command.add_command(compare)
command.add_command(baseline)
command.add_command(report)


@command.command("list", epilog=examples("pitui bench list"))
@json_option
@pass_settings
def list_(settings: Settings) -> None:
    """List the benchmarks and their parameters."""
    from pitui.bench.suites import BENCHMARKS

    if settings.json:
        print_json({"benchmarks": [_benchmark_json(name) for name in BENCHMARKS]})
        return
    for item in BENCHMARKS.values():
        print_text(f"{item.name}: {item.title}. {item.description}")
        for parameter in item.parameters:
            default = parameter.default or "nothing"
            print_text(f"  {parameter.name}=  {parameter.help} (default: {default})")


def _benchmark_json(name: str) -> dict[str, object]:
    from pitui.bench.suites import BENCHMARKS

    item = BENCHMARKS[name]
    parameters = [{"name": p.name, "default": p.default, "help": p.help} for p in item.parameters]
    return {
        "name": item.name,
        "title": item.title,
        "description": item.description,
        "parameters": parameters,
    }


@command.command(
    "run",
    epilog=examples(
        "pitui bench run pi",
        "pitui bench run sort size=1g --repeat 5",
        "pitui bench run aggregate --workers 1,2,3 --repeat 3",
        "pitui bench run linecount path=/mnt/share/lines path=/spark/data/lines",
    ),
)
@click.argument("name")
@click.argument("values", nargs=-1, metavar="[PARAMETER=VALUE]...")
@click.option(
    "--repeat",
    type=click.IntRange(1, 100),
    default=1,
    show_default=True,
    metavar="N",
    help="How often to measure, after one warm-up.",
)
@click.option(
    "--workers", metavar="N,...", help="Compare runs on these numbers of workers, such as 1,2,3."
)
@click.option("--local", is_flag=True, help="Run in one JVM on the master's node (local[*]).")
@click.option("--force", is_flag=True, help="Run it even if it would not fit.")
@click.option("--keep", is_flag=True, help="Leave data that was made on the nodes.")
@click.option("--no-warm-up", is_flag=True, help="Measure the first time too.")
@click.option(
    "--detach", is_flag=True, help=("Return as soon as it runs; see `pitui bench history`.")
)
@json_option
@trust_option
@pass_settings
def run_(
    settings: Settings,
    /,
    name: str,
    values: tuple[str, ...],
    *,
    workers: str | None,
    detach: bool,
    trust_new: bool,
    **options: bool | int,
) -> None:
    """Run a benchmark on the cluster and record the result.

    A PARAMETER that is given twice is compared with itself; what is compared is run in turn. All
    nodes are recorded and watched meanwhile, unless it is detached: it is stopped before a node
    runs out of memory or disk, or gets too hot. Data that it makes on the nodes is removed again.
    """
    config = settings.load()

    async def main() -> int:
        from pitui.cli.commands.submit import exit_status
        from pitui.cli.follow_run import follow_to_end
        from pitui.cli.render.runs_text import cells_json, cells_lines, run_json
        from pitui.services.benchmarks.benchmark_run import BenchmarkRequest, BenchmarkRunner
        from pitui.services.runs.detached_runs import Runs

        request = BenchmarkRequest(
            name,
            _parse(values),
            repeats=int(options["repeat"]),
            workers=_numbers(workers),
            local=bool(options["local"]),
            force=bool(options["force"]),
            keep=bool(options["keep"]),
            warm_up=not options["no_warm_up"],
        )
        async with open_to_act(
            config, TerminalPrompter(trust_new), read_only=settings.read_only
        ) as cluster:
            runs = Runs(cluster)
            runner = BenchmarkRunner(cluster, runs, lambda words: complain(f"pitui: {words}"))
            if detach:
                with cancelling_twice():
                    started = await runner.start(request)
                if settings.json:
                    print_json(run_json(started))
                else:
                    print_text(f"{name} runs as {started.id}")
                return 0

            async def follow(begun: "Run") -> "Run":
                return await follow_to_end(cluster, runs, begun, quiet=True)

            with cancelling_twice():
                found = await runner.run(request, follow)
        if settings.json:
            print_json(cells_json(name, found))
        else:
            for line in cells_lines(found):
                print_text(line)
        return max(exit_status(result.run.status, detached=False) for result in found)

    run(main)


def _parse(values: tuple[str, ...]) -> list[tuple[str, str]]:
    parsed = []
    for value in values:
        key, equals, text = value.partition("=")
        if not equals:
            raise UsageError(f"{value!r} is not PARAMETER=VALUE")
        parsed.append((key, text))
    return parsed


def _numbers(text: str | None) -> list[int]:
    """Read numbers of workers.

    Raises:
        UsageError: they are none.
    """
    words = [word.strip() for word in text.split(",")] if text else []
    for word in words:
        if not (word.isascii() and word.isdigit() and 0 < int(word) < 10_000):
            raise UsageError(f"{word!r} is not a number of workers, such as 1,2,3")
    return list(dict.fromkeys(int(word) for word in words))


@command.command("history", epilog=examples("pitui bench history -n 5"))
@click.option(
    "-n",
    "limit",
    type=click.IntRange(1, 10_000),
    default=20,
    show_default=True,
    metavar="N",
    help="How many runs to list.",
)
@json_option
@trust_option
@pass_settings
def history(settings: Settings, limit: int, trust_new: bool) -> None:
    """Show past runs, newest first.

    Asks the master's node how those stand that run; ends with 1 where it cannot be asked.
    """
    config = settings.load()

    async def main() -> int:
        from pitui.cli.render.runs_text import history_json, run_lines
        from pitui.domain.errors import NodeError
        from pitui.services.cluster import open_cluster
        from pitui.services.runs.detached_runs import Runs

        status = 0
        async with open_cluster(
            config, TerminalPrompter(trust_new), read_only=settings.read_only
        ) as cluster:
            runs = Runs(cluster)
            try:
                await runs.refresh()
            except NodeError as error:
                complain(f"pitui: {error}")
                status = 1
            found, baselines = await runs.history(limit), await runs.baselines()
        if settings.json:
            print_json({"runs": history_json(found, baselines)})
        else:
            for line in run_lines(found, baselines):
                print_text(line)
        return status

    run(main)


@command.command("cancel", epilog=examples("pitui bench cancel RUN"))
@click.argument("run_id", metavar="RUN")
@json_option
@trust_option
@pass_settings
def bench_cancel(settings: Settings, run_id: str, trust_new: bool) -> None:
    """End a run of a benchmark or job.

    RUN is an id that `pitui bench history` lists.
    """
    config = settings.load()

    async def main() -> int:
        from pitui.cli.render.runs_text import result_line, run_json
        from pitui.services.runs.detached_runs import Runs

        async with open_to_act(
            config, TerminalPrompter(trust_new), read_only=settings.read_only
        ) as cluster:
            runs = Runs(cluster)
            ended = await runs.cancel(await runs.get(run_id))
        if settings.json:
            print_json(run_json(ended))
        else:
            print_text(result_line(ended))
        return 0

    run(main)
