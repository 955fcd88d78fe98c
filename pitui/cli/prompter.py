"""Who answers the questions of links, of provisioning and of sudo on the command line."""

from collections.abc import Sequence
from pathlib import Path

import click

from pitui.cli.output import complain
from pitui.remote.prompts import ChangedKey, UnknownKey

trust_option = click.option(
    "--trust-new", is_flag=True, help="Trust and remember unknown host keys."
)


class TerminalPrompter:
    """Asks at the terminal, and answers no without one; new keys are trusted by option only."""

    def __init__(self, trust_new: bool) -> None:
        self._trust_new = trust_new

    async def passphrase(self, identity: Path) -> str | None:
        """Ask for the passphrase of a key."""
        return await _read_answer(f"Passphrase of {identity}: ", hidden=True)

    async def trust(self, key: UnknownKey) -> bool:
        """Trust with --trust-new, and say what was trusted."""
        if self._trust_new:
            complain(f"pitui: {key.node}: trusting new {key.kind} key {key.fingerprint}")
        return self._trust_new

    async def replaced(self, key: ChangedKey) -> bool:
        """Ask whether a machine was replaced; --trust-new does not answer this."""
        complain(
            f"pitui: {key.node}: the host key differs from the one in {key.known_in}. The "
            f"host now presents {key.kind} {key.fingerprint}. Either the machine was "
            "reinstalled, or somebody is intercepting the connection."
        )
        answer = await _read_answer(
            f"Was {key.node} replaced or reinstalled? Type yes to trust the new key: ",
            hidden=False,
        )
        return answer is not None and answer.strip().lower() == "yes"

    async def password(self, nodes: Sequence[str], *, wrong: bool) -> str | None:
        """Ask for the login password of nodes."""
        again = "Wrong password. " if wrong else ""
        return await _read_answer(f"{again}Login password of {', '.join(nodes)}: ", hidden=True)

    async def sudo_password(self, node: str, *, wrong: bool) -> str | None:
        """Ask for sudo's password."""
        again = "Wrong password. " if wrong else ""
        return await _read_answer(f"{again}Password for sudo on {node}: ", hidden=True)


async def _read_answer(question: str, *, hidden: bool) -> str | None:
    """Return the line that is typed; None without a terminal, or for an empty one or Ctrl-D."""
    import sys

    if not sys.stdin.isatty():
        return None
    from pitui.cli.read_line import ask_line

    return await ask_line(sys.stdin.fileno(), question, hidden=hidden) or None
