"""`pitui disk`: what fills the nodes' work and log folders, and the removal of what is unused."""

from typing import TYPE_CHECKING

import click

from pitui.cli.open_writable import open_to_act
from pitui.cli.output import complain, print_json, print_text
from pitui.cli.prompter import TerminalPrompter, trust_option
from pitui.cli.run_async import run
from pitui.cli.settings import Settings, json_option, pass_settings
from pitui.cli.usage import examples
from pitui.domain.errors import PituiError

if TYPE_CHECKING:
    from pitui.config.model import Node
    from pitui.domain.node_detail import DiskUse
    from pitui.services.cluster import Cluster
    from pitui.services.nodes.disk_use import Cleaned


@click.command(
    "disk",
    epilog=examples(
        "pitui disk",
        "pitui disk pi1 --clean",
    ),
)
@click.argument("nodes", nargs=-1, metavar="[NODE]...")
@click.option(
    "--clean",
    "remove",
    is_flag=True,
    help="Remove work folders and old logs that no application uses any more.",
)
@json_option
@trust_option
@pass_settings
def command(settings: Settings, nodes: tuple[str, ...], remove: bool, trust_new: bool) -> None:
    """Show what applications and daemons left on the disks of the nodes (all without a name).

    With --clean what is unused goes. A running application is never touched: where it is not sure
    what runs, nothing is removed.
    """
    config = settings.load()

    async def main() -> int:
        from pitui.remote.fanout import fan_out
        from pitui.services.nodes.disk_use import clean_unused, disk_use

        async with open_to_act(
            config, TerminalPrompter(trust_new), read_only=settings.read_only
        ) as cluster:
            names = [node.name for node in _wanted_nodes(cluster, nodes)]
            if remove:
                cleaned = await fan_out(names, lambda name: clean_unused(cluster, name))
                said = [_cleaned(settings, name, cleaned[name]) for name in names]
            else:
                found = await fan_out(names, lambda name: disk_use(cluster, name, asks=True))
                said = [_used(settings, name, found[name]) for name in names]
        if settings.json:
            print_json({"nodes": said})
        return 1 if any(one["error"] for one in said) else 0

    run(main)


def _wanted_nodes(cluster: "Cluster", names: tuple[str, ...]) -> "list[Node]":
    return [cluster.node(name) for name in names] if names else list(cluster.nodes.values())


def _failed_json(settings: Settings, name: str, error: PituiError) -> dict[str, object]:
    if not settings.json:
        complain(f"pitui: {name}: {error}")
    return {"name": name, "error": str(error)}


def _used(settings: Settings, name: str, use: "DiskUse | PituiError") -> dict[str, object]:
    if isinstance(use, PituiError):
        return _failed_json(settings, name, use)
    if not settings.json:
        print_text(f"{name}: work {use.work or '-'}, logs {use.logs or '-'}")
        for folder in use.folders:
            state = "in use" if folder.in_use else "unused"
            least = "≥" if folder.partial else ""
            amount = f"{least}{folder.kib / 1024:.1f}"
            print_text(f"  {amount:>9} MiB  {state}  {folder.name}")
        if use.unsure:
            print_text(f"  cannot tell what is unused: {use.unsure}")
    return {
        "name": name,
        "error": None,
        "work": use.work,
        "logs": use.logs,
        "unsure": use.unsure or None,
        "entries": [
            {
                "name": folder.name,
                "kind": str(folder.kind),
                "kib": folder.kib,
                "partial": folder.partial,
                "owner": folder.owner,
                "changed_at": folder.changed_at,
                "in_use": folder.in_use,
            }
            for folder in use.folders
        ],
    }


def _cleaned(settings: Settings, name: str, cleaned: "Cleaned | PituiError") -> dict[str, object]:
    if isinstance(cleaned, PituiError):
        return _failed_json(settings, name, cleaned)
    kept = "; ".join(cleaned.kept)
    if not settings.json:
        count, least = len(cleaned.names), "at least " if cleaned.partial else ""
        print_text(f"{name}: removed {count} unused, {least}{cleaned.kib / 1024:.1f} MiB")
        if kept:
            complain(f"pitui: {name}: not removed: {kept}")
    return {
        "name": name,
        "error": kept or None,
        "removed": list(cleaned.names),
        "freed_kib": cleaned.kib,
        "partial": cleaned.partial,
    }
