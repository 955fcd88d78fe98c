"""Commands that take somebody else's command line after `--`."""

import click

_AFTER = "pitui.after"


class SplitCommand(click.Command):
    """A command whose words after `--` are kept apart, untouched."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take the words after `--` away before click reads the others."""
        if "--" in args:
            position = args.index("--")
            ctx.meta[_AFTER] = args[position + 1 :]
            return super().parse_args(ctx, args[:position])
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            words = f"{error.format_message()} Options of what is to be run stand after --"
            raise click.UsageError(words, ctx) from error


def words_after(context: click.Context) -> list[str] | None:
    """Return the words after `--`, or None where there was no `--`."""
    words: list[str] | None = context.meta.get(_AFTER)
    return words
