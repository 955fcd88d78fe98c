"""`pitui provision`: from fresh nodes to a cluster that can be started."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from pitui.cli.interrupts import finishing_first
from pitui.cli.open_writable import open_to_act
from pitui.cli.output import print_json
from pitui.cli.prompter import TerminalPrompter, trust_option
from pitui.cli.render.provision_text import StepPrinter, print_reports
from pitui.cli.run_async import run
from pitui.cli.settings import Settings, json_option, pass_settings
from pitui.cli.usage import examples
from pitui.provision.steps import DATA, IDS

if TYPE_CHECKING:
    from pitui.provision.engine.provision_report import NodeReport
    from pitui.provision.engine.provisioning import Provisioning
    from pitui.services.provisioning.node_removal import Removal


@click.command(
    "provision",
    help=f"""Bring nodes (all by default) to the configured state.

    Steps: {", ".join(IDS)}, and {DATA}, which brings what is under `data:`. Ctrl-C finishes
    the steps in hand; a second one ends at once. It is safe to run again at any time.
    """,
    epilog=examples(
        "pitui provision --plan",
        "pitui provision pi1 pi2",
        "pitui provision --only spark,conf --rolling",
        "pitui provision --rollback",
        "pitui provision --remove pi3",
    ),
)
@click.argument("nodes", nargs=-1, metavar="[NODE]...")
@click.option("--plan", is_flag=True, help="Change nothing; show what would change.")
@click.option("--only", metavar="STEP,...", default="", help="Run only these steps.")
@click.option("--rolling", is_flag=True, help="One node at a time; the others keep serving.")
@click.option("--rollback", is_flag=True, help="Roll back to the previous Spark version.")
@click.option("--remove", metavar="NODE", help="Remove a node from the cluster.")
@json_option
@trust_option
@pass_settings
def command(  # noqa: PLR0917 - click hands them over by name
    settings: Settings,
    nodes: tuple[str, ...],
    plan: bool,
    only: str,
    rolling: bool,
    rollback: bool,
    remove: str | None,
    trust_new: bool,
) -> None:
    """Bring nodes to the configured state."""
    _refuse_combinations(
        nodes, plan=plan, rolling=rolling, rollback=rollback, remove=remove, only=only
    )
    config = settings.load()
    words = [word.strip() for word in only.split(",") if word.strip()]

    async def main() -> int:
        from pitui.services.provisioning import provision as service

        prompter = TerminalPrompter(trust_new)
        printer = StepPrinter(quiet=settings.json, verbose=settings.verbose > 0)
        async with open_to_act(config, prompter, read_only=settings.read_only) as cluster:
            work: Provisioning | Removal
            if remove is not None:
                work = service.removal(cluster, prompter, printer.report, remove)
            elif rollback:
                work = service.rollback(cluster, prompter, printer.report, nodes, rolling=rolling)
            else:
                work = service.provisioning(
                    cluster,
                    prompter,
                    printer.report,
                    names=nodes,
                    only=words,
                    plan=plan,
                    rolling=rolling,
                )
            with finishing_first(work.cancel):
                reports = await work.run()
            _show_reports(settings, reports)
            return 0 if service.good(reports) else 1

    run(main)


def _refuse_combinations(
    nodes: Sequence[str],
    *,
    plan: bool,
    rolling: bool,
    rollback: bool,
    remove: str | None,
    only: str,
) -> None:
    if remove is not None and (nodes or plan or rollback or rolling or only):
        raise click.UsageError("--remove NODE cannot be combined with other nodes or options")
    if rollback and (plan or only):
        raise click.UsageError("--rollback cannot be combined with other options")


def _show_reports(settings: Settings, reports: "list[NodeReport]") -> None:
    if settings.json:
        from pitui.provision.engine.provision_report import reports_json

        print_json(reports_json(reports))
    else:
        print_reports(reports)
