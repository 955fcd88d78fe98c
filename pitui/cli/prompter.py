"""Who answers the questions of links, of provisioning and of sudo on the command line."""

from collections.abc import Sequence
from pathlib import Path

import click

from pitui.cli.output import complain
from pitui.remote.prompts import ChangedKey, UnknownKey

trust_option = click.option(
    "--trust-new", is_flag=True, help="Trust and remember host keys that are not known yet."
)


class TerminalPrompter:
    """Asks at the terminal, and answers no without one; new keys are trusted by option only."""

    def __init__(self, trust_new: bool) -> None:
        self._trust_new = trust_new

    async def passphrase(self, identity: Path) -> str | None:
        """Ask for the passphrase of a key."""
        return await _ask(f"Passphrase of {identity}: ", hidden=True)

    async def trust(self, key: UnknownKey) -> bool:
        """Trust with --trust-new, and say what was trusted."""
        if self._trust_new:
            complain(f"pitui: {key.node}: trusting new {key.kind} key {key.fingerprint}")
        return self._trust_new

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
    """Return the line that is typed; None without a terminal, or for an empty one or Ctrl-D."""
    import sys

    if not sys.stdin.isatty():
        return None
    from pitui.cli.read_line import ask_line

    return await ask_line(sys.stdin.fileno(), question, hidden=hidden) or None
