"""`pitui kill`: end an application, a driver, a job or a stage."""

import click

from pitui.cli.open_writable import open_to_act
from pitui.cli.output import print_json, print_text
from pitui.cli.prompter import TerminalPrompter, trust_option
from pitui.cli.run_async import run
from pitui.cli.settings import Settings, json_option, pass_settings
from pitui.cli.usage import examples


@click.command(
    "kill",
    epilog=examples(
        "pitui kill app-20260101120000-0000",
        "pitui kill app-20260101120000-0000/stage/7",
    ),
)
@click.argument("target", metavar="APP[/job/N | /stage/N] | DRIVER")
@json_option
@trust_option
@pass_settings
def command(settings: Settings, target: str, trust_new: bool) -> None:
    """Kill an application, one of its jobs or stages, or a cluster-mode driver.

    Ids are those that `pitui jobs` lists. Returns when Spark agrees.
    """
    config = settings.load()

    async def main() -> int:
        from pitui.domain.cluster import Application
        from pitui.services.apps.kill import kill_driver, kill_location, parse_target

        wanted = parse_target(target)
        async with open_to_act(
            config, TerminalPrompter(trust_new), read_only=settings.read_only
        ) as cluster:
            if isinstance(wanted, str):
                state = str((await kill_driver(cluster, wanted)).state)
                print_as = {"driver": wanted, "state": state}
                words = wanted
            else:
                ended = await kill_location(cluster, wanted)
                state, words = str(ended.state), str(wanted)
                print_as = {"application": wanted.app_id, "state": state.upper()}
                if isinstance(ended, Application):
                    words = f"{ended.id} ({ended.name})"
                else:
                    print_as["target"] = target
        if settings.json:
            print_json(print_as)
        else:
            print_text(f"{words} is {state.lower()}")
        return 0

    run(main)
