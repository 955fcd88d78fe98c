"""`pitui kill`: end an application."""

import click

from pitui.cli.acting import open_to_act
from pitui.cli.asker import TrustNew, trust_option
from pitui.cli.guard import require_writable
from pitui.cli.output import print_json, print_text
from pitui.cli.runtime import run
from pitui.cli.settings import Settings, json_option, pass_settings


@click.command("kill")
@click.argument("app")
@json_option
@trust_option
@pass_settings
def command(settings: Settings, app: str, trust_new: bool) -> None:
    """Kill an application, named by its id; returns when the master agrees."""
    require_writable(settings, "kill")
    config = settings.load()

    async def main() -> int:
        from pitui.services.kill import kill_application

        async with open_to_act(config, TrustNew(trust_new)) as cluster:
            ended = await kill_application(cluster, app)
        if settings.json:
            print_json({"application": ended.id, "state": str(ended.state)})
        else:
            print_text(f"{ended.id} ({ended.name}) is {str(ended.state).lower()}")
        return 0

    run(main)
