"""`pitui data`: which nodes have what is under `data:`, and the removal of what was pushed."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from pitui.cli.open_writable import open_to_act
from pitui.cli.output import complain, print_json, print_text
from pitui.cli.prompter import TerminalPrompter, trust_option
from pitui.cli.run_async import run
from pitui.cli.settings import Settings, json_option, pass_settings
from pitui.cli.usage import examples

if TYPE_CHECKING:
    from pitui.domain.node_outcome import Outcome
    from pitui.services.cluster import Cluster
    from pitui.services.data.push_items import Item


@click.command(
    "data",
    epilog=examples(
        "pitui data",
        "pitui data --verify",
        "pitui data --remove /spark/data/flights.csv",
    ),
)
@click.option("--verify", is_flag=True, help="Read all of it on the nodes, whatever was noted.")
@click.option("--remove", metavar="TARGET", help="Remove what was pushed to a path; asks first.")
@click.option("--yes", is_flag=True, help="Remove without a question.")
@json_option
@trust_option
@pass_settings
def command(
    settings: Settings, verify: bool, remove: str | None, yes: bool, trust_new: bool
) -> None:
    """Show which nodes have what is under data: in the configuration, and whether it is the same.

    What a node has is known from what was noted when it was pushed, as long as nobody wrote there
    since; else it is read. --remove takes away what pitui pushed; what somebody else put there, or
    changed since, stays. Exit status 1: a node could not be asked, or something was not removed.
    """
    if remove is not None and verify:
        raise click.UsageError("--verify and --remove do not go together")
    config = settings.load()

    async def main() -> int:
        async with open_to_act(
            config, TerminalPrompter(trust_new), read_only=settings.read_only
        ) as cluster:
            if remove is not None:
                return await _remove_and_tell(settings, cluster, remove, sure=yes)
            return await _show(settings, cluster, verify=verify)

    run(main)


async def _show(settings: Settings, cluster: "Cluster", *, verify: bool) -> int:
    from pitui.cli.render.data_text import data_json, data_lines, data_problem_lines
    from pitui.services.data.item_presence import find_data

    found = await find_data(cluster, verify=verify)
    if settings.json:
        print_json({"items": [data_json(one) for one in found]})
    else:
        for line in data_lines(found):
            print_text(line)
    for line in data_problem_lines(found):
        complain(line)
    unknown = any(node.state == "unknown" for one in found for node in one.nodes.values())
    return 1 if unknown else 0


async def _remove_and_tell(
    settings: Settings, cluster: "Cluster", target: str, *, sure: bool
) -> int:
    from pitui.services.data.remove_data import removable_items, remove_data

    items = removable_items(cluster, target)
    if not (sure or await _asked(items, list(cluster.nodes))):
        complain("pitui: nothing was removed")
        return 1

    def report(outcome: "Outcome") -> None:
        if outcome.state.good and not settings.json:
            print_text(f"{outcome.node}: {outcome.detail}")
        elif not outcome.state.good:
            complain(f"pitui: {outcome.node}: {outcome.detail}")
            if outcome.advice:
                complain(f"  {outcome.advice}")

    ended = [
        outcome
        for item in items
        for outcome in await remove_data(cluster, item, list(cluster.nodes), report)
    ]
    if settings.json:
        print_json({"target": target, "nodes": [_removed_json(one) for one in ended]})
    return 0 if all(one.state.good for one in ended) else 1


async def _asked(items: "Sequence[Item]", names: Sequence[str]) -> bool:
    """Ask whether items are to be removed.

    Raises:
        UsageError: there is nobody to ask.
    """
    if not sys.stdin.isatty():
        raise click.UsageError("there is no terminal to ask at: add --yes to remove it")
    what = ", ".join(dict.fromkeys(item.label for item in items))
    where = ", ".join(dict.fromkeys(name for item in items for name in item.on(names)))
    from pitui.cli.read_line import ask_line

    answer = await ask_line(
        sys.stdin.fileno(), f"Remove {what} from {where}? [y/N]: ", hidden=False
    )
    return answer.strip().lower() in {"y", "yes"}


def _removed_json(outcome: "Outcome") -> dict[str, object]:
    good = outcome.state.good
    return {
        "name": outcome.node,
        "state": str(outcome.state),
        "error": None if good else outcome.detail,
        "advice": outcome.advice or None,
    }
