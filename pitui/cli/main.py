"""The command `pitui`: global options, and the commands, each imported when it is called."""

import gc
import importlib
import sys
from pathlib import Path

import click

from pitui import __version__
from pitui.cli.command_table import COMMANDS
from pitui.cli.output import end_interrupted, fail
from pitui.cli.settings import Settings
from pitui.cli.usage import in_one_line
from pitui.domain.errors import PituiError, UsageError

_GARBAGE_THRESHOLD = 250_000
"""New objects between two searches for garbage: more than a start makes, since one costs 10 ms."""


class _LazyGroup(click.Group):
    """A group that knows its commands' names and help without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"pitui.cli.commands.{cmd_name}")
        command: click.Command = module.command
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the global options."""
        with in_one_line():
            return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Read and run the command."""
        with in_one_line():
            return super().invoke(ctx)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command; a name that is nearly one is not guessed, but named."""
        unknown = args[0] not in COMMANDS and not args[0].startswith("-")
        if unknown and not ctx.resilient_parsing:
            raise _no_such_command(args[0])
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, row.help) for name, row in COMMANDS.items()])


def _no_such_command(name: str) -> UsageError:
    from pitui.config.did_you_mean import did_you_mean

    guess = did_you_mean(name, COMMANDS)
    return UsageError(f"unknown command {name!r}{guess}", "See `pitui --help`.")


@click.group(
    cls=_LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Without a command, pitui opens its terminal UI. `pitui COMMAND --help` has examples.",
)
@click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=(
        "Use this configuration (default: $PITUI_CONFIG, ./config.yaml, "
        "~/.config/pitui/config.yaml)."
    ),
)
@click.option("--json", is_flag=True, help="Print JSON.")
@click.option("--read-only", is_flag=True, help="Refuse anything that would change the cluster.")
@click.option("-v", "--verbose", count=True, help="Print more details on standard error.")
@click.version_option(__version__, prog_name="pitui", message="%(prog)s %(version)s")
@click.pass_context
def cli(
    context: click.Context, config_path: Path | None, json: bool, read_only: bool, verbose: int
) -> None:
    """Provision, run and watch an Apache Spark standalone cluster."""
    context.obj = Settings(config_path, json, read_only, verbose)
    if context.invoked_subcommand is None:
        from pitui.cli.commands.ui import open_ui

        open_ui(context.obj)


def main() -> None:
    """Run the command line; an error for people is one line and an exit status."""
    gc.set_threshold(_GARBAGE_THRESHOLD, 50, 50)
    try:
        sys.exit(cli.main(prog_name="pitui", standalone_mode=False))
    except PituiError as error:
        fail(error)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        end_interrupted()
    finally:
        # What is left goes with the process: to search it for garbage first takes a tenth of a
        # second.
        gc.freeze()
