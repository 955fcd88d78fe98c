"""The questions of links and of provisioning, put on the screen one at a time."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from rich.text import Text
from textual.app import App
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, Static

from pitui.domain.text.printable import printable
from pitui.remote.prompts import ChangedKey, UnknownKey, key_file
from pitui.tui.base.dialogs.dialog import Dialog, YesNoScreen

T = TypeVar("T")


class HostKeyScreen(YesNoScreen):
    """Shows a host key's fingerprint; trusting it is never the default."""

    KEYS_TEXT = "y trust  n not now"

    def __init__(self, key: UnknownKey) -> None:
        super().__init__()
        self._key = key

    def title_text(self) -> str:
        """Name the node."""
        return f"Is this really {printable(self._key.node)}?"

    def content(self) -> list[Widget]:
        """Return the fingerprint and how to compare it."""
        key = self._key
        text = Text.assemble(
            (
                f"{printable(key.host)} port {key.port} presents a host key that is not known "
                "here yet:\n\n"
            ),
            (f"  {printable(key.kind)}\n  {printable(key.fingerprint)}\n", "bold"),
            "\nCompare it with what the node itself prints (at its own keyboard):\n",
            (f"  ssh-keygen -lf {key_file(key.kind)}", "bold"),
        )
        return [Static(text), self.buttons("Not now", "Trust and remember")]


class PassphraseScreen(Dialog[str]):
    """Asks for the passphrase of a key; it is shown as dots and kept nowhere."""

    TITLE_TEXT = "Passphrase"
    KEYS_TEXT = "Enter continue  Esc skip"

    def __init__(self, identity: Path) -> None:
        super().__init__()
        self._identity = identity

    def content(self) -> list[Widget]:
        """Return the question and the field."""
        text = Text(f"The key {printable(str(self._identity))} is encrypted.")
        return [Static(text), Input(password=True, compact=True, id="passphrase")]

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Answer."""
        self.dismiss(event.value or None)


class UiAsker:
    """Puts questions on the screen, one at a time."""

    def __init__(self, app: App[None]) -> None:
        self._app = app
        self._one = asyncio.Lock()

    async def passphrase(self, identity: Path) -> str | None:
        """Ask for a passphrase; None if it is skipped."""
        async with self._one:
            return await self._ask(PassphraseScreen(identity))

    async def trust(self, key: UnknownKey) -> bool:
        """Ask whether a host key is to be trusted."""
        async with self._one:
            answer: bool | None = await self._ask(HostKeyScreen(key))
        return answer is True

    async def replaced(self, key: ChangedKey) -> bool:
        """Ask whether a machine was replaced, which shows another host key."""
        from pitui.tui.main.passwords import ReplacedScreen

        async with self._one:
            answer: bool | None = await self._ask(ReplacedScreen(key))
        return answer is True

    async def password(self, nodes: Sequence[str], *, wrong: bool) -> str | None:
        """Ask for the login password of nodes; None if it is not given."""
        from pitui.tui.main.passwords import login_password

        async with self._one:
            return await self._ask(login_password(nodes, wrong=wrong))

    async def sudo_password(self, node: str, *, wrong: bool) -> str | None:
        """Ask for the password that sudo wants; None if it is not given."""
        from pitui.tui.main.passwords import sudo_password

        async with self._one:
            return await self._ask(sudo_password(node, wrong=wrong))

    async def _ask(self, screen: Screen[T]) -> T | None:
        answer: asyncio.Future[T | None] = asyncio.get_running_loop().create_future()

        def take(result: T | None) -> None:
            if not answer.done():
                answer.set_result(result)

        await self._app.push_screen(screen, take)
        try:
            return await answer
        except asyncio.CancelledError:
            if screen.is_current:
                screen.dismiss(None)
            raise
