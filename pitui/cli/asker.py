"""Who answers a link's questions on the command line."""

from pathlib import Path

import click

from pitui.cli.output import complain
from pitui.remote.ask import UnknownKey

trust_option = click.option(
    "--trust-new", is_flag=True, help="Trust and remember host keys that are not known yet."
)


class TrustNew:
    """Asks for passphrases on the terminal; trusts new host keys only where that was said."""

    def __init__(self, trust_new: bool) -> None:
        self._trust_new = trust_new

    async def passphrase(self, identity: Path) -> str | None:
        """Ask for the passphrase where there is a terminal."""
        import asyncio
        import getpass
        import sys

        if not sys.stdin.isatty():
            return None
        return await asyncio.to_thread(getpass.getpass, f"Passphrase of {identity}: ")

    async def trust(self, key: UnknownKey) -> bool:
        """Trust with --trust-new, and say what was trusted."""
        if self._trust_new:
            complain(f"pitui: {key.node}: trusting new {key.kind} key {key.fingerprint}")
        return self._trust_new
