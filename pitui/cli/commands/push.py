"""`pitui push`: the same data at the same path on every node."""

from typing import TYPE_CHECKING

import click

from pitui.cli.open_writable import open_to_act
from pitui.cli.output import print_json, print_text
from pitui.cli.prompter import TerminalPrompter, trust_option
from pitui.cli.render.push_text import PushText
from pitui.cli.run_async import run
from pitui.cli.settings import Settings, json_option, pass_settings
from pitui.cli.usage import examples
from pitui.domain.node_outcome import OutcomeState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pitui.services.data.pushing import Delivery


_BADNESS = (
    OutcomeState.UNCHANGED,
    OutcomeState.OK,
    OutcomeState.FAILED,
    OutcomeState.UNREACHABLE,
)


@click.command(
    "push",
    epilog=examples(
        "pitui push flights.csv /spark/data/flights.csv",
        "pitui push flights /spark/data/ pi1 pi2",
        "pitui push 'parts/*.parquet' /spark/data/parts",
        "pitui push",
    ),
)
@click.argument("source", required=False, metavar="[SRC")
@click.argument("target", required=False, metavar="DEST")
@click.argument("nodes", nargs=-1, metavar="[NODE]...]")
@click.option(
    "--force", is_flag=True, help="Replace what pitui did not push, or somebody changed since."
)
@json_option
@trust_option
@pass_settings
def command(  # noqa: PLR0917 - click hands them over by name
    settings: Settings,
    source: str | None,
    target: str | None,
    nodes: tuple[str, ...],
    force: bool,
    trust_new: bool,
) -> None:
    """Copy a file, a folder or what a pattern matches to the same path on the nodes.

    All nodes without a name. Without arguments: everything under data: in the configuration.
    Only what differs is sent; nodes pass it on to each other where that is faster. A folder is
    replaced whole, and what the source has no more goes. What pitui did not push, or somebody
    changed since, stays as it is, and the push to that node fails and names it; with --force it is
    replaced and lost. DEST starts with / or ~/; one that ends in / is a folder to put it in, and so
    is the DEST of a pattern.

    What arrives is compared by content. Later, what a node has is known from what was noted then,
    as long as nobody wrote there: sizes, inodes, modes and the time of the last change, which
    nobody can set, are as they were. So a file that was changed with its size and time kept is
    noticed, as it would not be by rsync -a: pushed by itself it stays, as above, while in a folder
    it is replaced. What a failing card changed by itself is found by `pitui data --verify`, which
    reads all of it.
    """
    if source is not None and target is None:
        raise click.UsageError("name the file and its path on the nodes: pitui push SRC DEST")
    config = settings.load()

    async def main() -> int:
        from pathlib import Path

        from pitui.services.data.push_items import configured_items, item_of
        from pitui.services.data.pushing import Pushing

        async with open_to_act(
            config, TerminalPrompter(trust_new), read_only=settings.read_only
        ) as cluster:
            names = list(dict.fromkeys(cluster.node(name).name for name in nodes))
            names = names or list(cluster.nodes)
            if source is None or target is None:
                items = configured_items(cluster)
            else:
                items = [item_of(source, target, Path.cwd())]
            shown = PushText(_for_json_alone if settings.json else print_text)
            pushing = Pushing(cluster, shown.progress, shown.report, force=force)
            ended = await pushing.run(items, names)
        if settings.json:
            reached = {one.node for one in ended}
            print_json(
                {"nodes": [_push_node_json(name, ended) for name in names if name in reached]}
            )
        return 1 if any(one.error for one in ended) else 0

    run(main)


def _for_json_alone(_line: str) -> None:
    """Leave a line to the JSON in the end."""


def _push_node_json(name: str, ended: "Sequence[Delivery]") -> dict[str, object]:
    own = [one for one in ended if one.node == name]
    worst = max(own, key=lambda one: _BADNESS.index(one.state))
    return {
        "name": name,
        "state": str(worst.state),
        "error": worst.error or None,
        "files": [_file_json(one) for one in own],
    }


def _file_json(one: "Delivery") -> dict[str, object]:
    return {
        "source": str(one.item.source),
        "target": one.item.target,
        "state": str(one.state),
        "error": one.error or None,
        "advice": one.advice or None,
        "bytes": one.size,
        "files": one.files,
        "sent_bytes": one.sent,
        "via": one.via,
        "seconds": round(one.seconds, 3),
    }
