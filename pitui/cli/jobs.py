"""`pitui jobs`: applications, and what is inside one of them."""

import click

from pitui.cli.asker import TerminalAsker, trust_option
from pitui.cli.output import complain, print_json, print_text
from pitui.cli.runtime import run
from pitui.cli.settings import Settings, json_option, pass_settings
from pitui.cli.usage import examples


@click.command(
    "jobs",
    epilog=examples(
        "pitui jobs",
        "pitui jobs app-20260101120000-0000",
    ),
)
@click.argument("app", required=False)
@json_option
@trust_option
@pass_settings
def command(settings: Settings, app: str | None, trust_new: bool) -> None:
    """List applications and drivers; of APP its jobs, stages and queries.

    Says why an application waits, and what fixes it. Applications that have ended are read from the
    history server or from their event log, where there is one.
    """
    config = settings.load()

    async def main() -> int:
        from pitui.cli import jobs_text
        from pitui.domain.errors import PituiError
        from pitui.domain.inside import Spot
        from pitui.domain.text import unreadable_words
        from pitui.services.cluster import open_cluster
        from pitui.services.health import master_silence
        from pitui.services.insides import Insides
        from pitui.services.watch import Watch

        async with open_cluster(config, TerminalAsker(trust_new)) as cluster:
            insides = Insides(cluster)
            snapshot = await Watch(cluster).once()
            application = snapshot.application(app) if app else None
            silent = master_silence(snapshot) if app is None else None
            if app is None:
                listed = frozenset(a.id for a in snapshot.applications)
                try:
                    earlier = await insides.history.applications(listed)
                except PituiError as error:
                    complain(f"pitui: {error}")
                    earlier = []
                if insides.history.unreadable:
                    lost = unreadable_words(insides.history.unreadable, "entry", "entries")
                    complain(f"pitui: {lost} in the history server's list")
                value = jobs_text.list_json(snapshot, earlier)
                lines = jobs_text.list_lines(snapshot, earlier)
            else:
                looked = await insides.find(Spot(app))
                value = jobs_text.inside_json(app, application, looked)
                lines = jobs_text.inside_lines(app, application, looked)
        if settings.json:
            print_json(value)
        else:
            for line in lines:
                print_text(line)
        for text in snapshot.unreadable:
            complain(f"pitui: {text}")
        if silent is not None:
            complain(f"pitui: {silent}")
        return 0 if silent is None else 1

    run(main)
