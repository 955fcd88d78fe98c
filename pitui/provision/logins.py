"""Login passwords during one provisioning: asked once, tried on every node that wants one."""

import asyncio
from collections.abc import Sequence

from pitui.remote.ask import PasswordAsker
from pitui.remote.sudo import Passwords


class Logins:
    """Passwords that were given; in memory only."""

    def __init__(self, asker: PasswordAsker, passwords: Passwords) -> None:
        self._asker = asker
        self._passwords = passwords
        self._given: list[str] = []
        self._waiting: set[str] = set()
        self._declined = False
        self._lock = asyncio.Lock()

    def wants(self, nodes: Sequence[str]) -> None:
        """Note nodes that want a password, so that a question can name them all."""
        self._waiting.update(nodes)

    def fits(self, node: str, password: str) -> None:
        """Note that a node took a password; sudo will likely want the same."""
        self._waiting.discard(node)
        if password not in self._passwords.given:
            self._passwords.given.append(password)

    async def another(self, tried: Sequence[str]) -> str | None:
        """Return a password that was not tried yet, asked for where there is no other.

        None where nobody gives one.
        """
        async with self._lock:
            for password in self._given:
                if password not in tried:
                    return password
            if self._declined:
                return None
            given = await self._asker.password(sorted(self._waiting), wrong=bool(tried))
            if given is None or given in tried:
                self._declined = given is None
                return None
            self._given.append(given)
            return given
