"""Who answers the questions of provisioning on the command line."""

from collections.abc import Sequence

import click

from pitui.cli.asker import TrustNew
from pitui.cli.output import complain
from pitui.remote.ask import ChangedKey


class TerminalAsker(TrustNew):
    """Asks at the terminal; without one, nobody answers."""

    async def replaced(self, key: ChangedKey) -> bool:
        """Ask whether a machine was replaced; --trust-new does not answer this."""
        complain(
            f"pitui: {key.node}: the host key is not the one in {key.known_in}. "
            f"It shows {key.kind} {key.fingerprint} now. "
            "Either the machine was set up anew, or somebody is listening in."
        )
        answer = await _ask(f"Was {key.node} replaced or set up anew? Type yes: ", hidden=False)
        return answer is not None and answer.strip().lower() == "yes"

    async def password(self, nodes: Sequence[str], *, wrong: bool) -> str | None:
        """Ask for the login password of nodes."""
        again = "That was not the one. " if wrong else ""
        return await _ask(f"{again}Login password of {', '.join(nodes)}: ", hidden=True)

    async def sudo_password(self, node: str, *, wrong: bool) -> str | None:
        """Ask for sudo's password."""
        again = "That was not the one. " if wrong else ""
        return await _ask(f"{again}Password for sudo on {node}: ", hidden=True)


async def _ask(question: str, *, hidden: bool) -> str | None:
    """Return what is typed, None without a terminal or with Ctrl-D."""
    import asyncio
    import getpass
    import sys

    if not sys.stdin.isatty():
        return None

    def read() -> str | None:
        try:
            if hidden:
                return getpass.getpass(question)
            click.echo(question, nl=False, err=True)
            return sys.stdin.readline()
        except EOFError:
            return None

    return await asyncio.to_thread(read) or None
