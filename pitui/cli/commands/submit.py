"""`pitui submit`: run an application on the cluster."""

from pathlib import Path

import click

from pitui.cli.interrupts import cancelling_twice
from pitui.cli.open_writable import open_to_act
from pitui.cli.output import complain, print_json
from pitui.cli.passthrough import SplitCommand, words_after
from pitui.cli.prompter import TerminalPrompter, trust_option
from pitui.cli.run_async import run
from pitui.cli.settings import Settings, json_option, pass_settings
from pitui.cli.usage import examples

_WORTH_A_WORD_MIB = 16
"""MiB that take a while to bring to the master's node."""


@click.command(
    "submit",
    cls=SplitCommand,
    epilog=examples(
        "pitui submit pi",
        "pitui submit -- --class org.example.Main app.jar 100",
        "pitui submit --detach -- jobs/pi.py",
    ),
)
@click.argument("job", required=False, metavar="JOB | -- SPARK-SUBMIT-ARGS...")
@click.option(
    "--detach", is_flag=True, help=("Return as soon as it runs; see `pitui bench history`.")
)
@json_option
@trust_option
@click.pass_context
@pass_settings
def command(
    settings: Settings, context: click.Context, job: str | None, detach: bool, trust_new: bool
) -> None:
    """Run a job of the configuration, or any application, on the cluster.

    Runs spark-submit on the master's node, streams its output and ends with its exit status.
    What this cluster needs and nobody set is added, and said on standard error. Files that the
    arguments name are looked for here first, and brought to the master's node. Nodes that lack the
    data of a job get it first.
    """
    after = words_after(context)
    if (job is None) == (after is None):
        raise click.UsageError("name a job from the configuration, or put an application after --")
    config = settings.load()

    async def main() -> int:
        from pitui.cli.follow_run import follow_to_end
        from pitui.cli.render.push_text import PushText
        from pitui.cli.render.runs_text import run_json
        from pitui.services.runs.configured_job import bring_job_data
        from pitui.services.runs.detached_runs import Runs
        from pitui.services.runs.submit import job_words, prepare

        async with open_to_act(
            config, TerminalPrompter(trust_new), read_only=settings.read_only
        ) as cluster:
            runs = Runs(cluster)
            words = after if after is not None else job_words(cluster, str(job))
            folder = Path.cwd() if job is None else config.folder
            if job is not None:
                shown = PushText(complain)
                await bring_job_data(cluster, job, shown.progress, shown.report)
            submission = await prepare(cluster, words, folder)
            for addition in submission.added:
                complain(f"pitui: added {addition}")
            if submission.upload_mib >= _WORTH_A_WORD_MIB:
                complain(f"pitui: bringing {submission.upload_mib} MiB to {cluster.master.name}")
            name = job or submission.name
            started = await runs.submit(submission, name)
            if detach:
                ended = started
            else:
                with cancelling_twice():
                    ended = await follow_to_end(cluster, runs, started, quiet=settings.json)
        if settings.json:
            print_json(run_json(ended))
        elif detach:
            complain(f"pitui: {ended.name} runs as {ended.id}")
        return exit_status(ended.status, detached=detach)

    run(main)


def exit_status(status: int | None, *, detached: bool) -> int:
    """Return our exit status for a run's; 1 where it left none."""
    if detached:
        return 0
    return 1 if status is None else status
