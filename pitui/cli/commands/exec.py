"""`pitui exec`: one command on many nodes."""

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING

import click

from pitui.cli.open_writable import open_to_act
from pitui.cli.output import complain, print_json, print_text
from pitui.cli.passthrough import SplitCommand, words_after
from pitui.cli.prompter import TerminalPrompter, trust_option
from pitui.cli.run_async import run
from pitui.cli.settings import Settings, json_option, pass_settings
from pitui.cli.usage import Seconds, examples
from pitui.domain.errors import PituiError

if TYPE_CHECKING:
    from pitui.remote.runner import Result


@click.command(
    "exec",
    cls=SplitCommand,
    options_metavar="[OPTIONS]",
    epilog=examples(
        "pitui exec -- uptime",
        'pitui exec pi1 pi2 -- "df -h / | tail -1"',
    ),
)
@click.argument("nodes", nargs=-1, metavar="[NODE]... -- COMMAND...")
@click.option(
    "--limit",
    type=Seconds(1, 86400),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="Time limit for the command on each node.",
)
@json_option
@trust_option
@click.pass_context
@pass_settings
def command(
    settings: Settings,
    context: click.Context,
    nodes: tuple[str, ...],
    limit: float,
    trust_new: bool,
) -> None:
    """Run a command on the nodes (all by default) and print its output by node.

    One word after -- is a shell command line; several are a command and its arguments.
    """
    words = words_after(context)
    if not words:
        raise click.UsageError("put the command after --, as in: pitui exec pi1 -- uptime")
    config = settings.load()

    async def main() -> int:
        from pitui.remote.fanout import as_done
        from pitui.remote.quoting import quote_all

        line = words[0] if len(words) == 1 else quote_all(words)
        good = True
        async with open_to_act(
            config, TerminalPrompter(trust_new), read_only=settings.read_only
        ) as cluster:
            names = [cluster.node(name).name for name in nodes] or list(cluster.nodes)

            async def on_node(name: str) -> "Result":
                result = "failed"
                await locks.take(name)
                try:
                    ended = await cluster.runner(name).run(line, limit=limit)
                    result = "ok" if ended.ok else "failed"
                except asyncio.CancelledError:
                    result = "cancelled"
                    raise
                finally:
                    cluster.audit.record("exec", name, result)
                return ended

            async with (
                cluster.locks.holding("exec") as locks,
                aclosing(as_done(names, on_node)) as results,
            ):
                async for name, result in results:
                    good = good and not isinstance(result, PituiError) and result.ok
                    _show_result(settings, name, result)
        return 0 if good else 1

    run(main)


def _show_result(settings: Settings, name: str, result: "Result | PituiError") -> None:
    if settings.json:
        print_json(_result_json(name, result))
    elif isinstance(result, PituiError):
        complain(f"pitui: {name}: {result}")
    else:
        for text in result.stdout.splitlines():
            print_text(f"{name}: {text}")
        for text in result.stderr.splitlines():
            complain(f"{name}: {text}")
        if not result.ok:
            complain(f"pitui: {name}: exit status {result.status}")


def _result_json(name: str, result: "Result | PituiError") -> dict[str, object]:
    if isinstance(result, PituiError):
        return {"name": name, "status": None, "stdout": "", "stderr": "", "error": str(result)}
    return {
        "name": name,
        "status": result.status,
        "stdout": result.stdout,
        "stderr": result.stderr,
        "error": None,
    }
