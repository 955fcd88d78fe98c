"""All that the UI shows of a cluster: panes, what opens from them, questions, help."""

from collections.abc import Sequence
from pathlib import Path

from support.looks import screen_text
from support.plain_cluster import until
from textual.pilot import Pilot

from pitui.config.load import load_config
from pitui.domain.link import LinkState
from pitui.tui.app import PituiApp
from pitui.tui.main.passwords import PasswordScreen
from pitui.tui.provision.provision_run import Phase
from pitui.tui.provision.provision_screen import ProvisionScreen

LIMIT = 90.0
_PLACES = (
    ("?",), ("ctrl+p",), ("1", "enter"), ("1", "i"), ("1", "x"), ("1", "l"), ("1", "r"),
    ("3", "i"), ("4", "i"), ("4", "enter"), ("4", "l"), ("4", "r"), ("4", "f"), ("2", "s"),
    ("5",), ("5", "i"), ("6",), ("6", "i"), ("7",), ("7", "enter"), ("b",), ("b", "down"), ("P",),
)  # fmt: skip
"""Keys from the main screen, after each of which what is shown is kept."""


class ShownTexts:
    """Goes through the UI as a person would and keeps what stands on the screen."""

    def __init__(self, config: Path, password: str) -> None:
        self._app = PituiApp(load_config(config))
        self._password = password
        self.texts: list[str] = []

    async def collect(self) -> Sequence[str]:
        """Return all that was shown."""
        app = self._app
        async with app.run_test(size=(200, 80)) as pilot:
            await until(pilot, self._connected, LIMIT)
            for keys in _PLACES:
                await self._keep_at(pilot, *keys)
            await self._doctor(pilot)
            await self._plan(pilot)
        return self.texts

    def _connected(self) -> bool:
        snapshot = self._app.main.snapshot
        links = [node.link.state for node in snapshot.nodes]
        return bool(links) and set(links) == {LinkState.CONNECTED} and snapshot.workers_alive > 0

    async def _keep_at(self, pilot: Pilot[None], *keys: str) -> None:
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
            self._keep()
        await self._home(pilot)

    def _keep(self) -> None:
        self.texts.append(screen_text(self._app))

    async def _home(self, pilot: Pilot[None]) -> None:
        while self._app.screen is not self._app.main:
            before = self._app.screen
            await pilot.press("escape")
            await until(pilot, lambda before=before: self._app.screen is not before, LIMIT)

    async def _doctor(self, pilot: Pilot[None]) -> None:
        await pilot.press("8")
        await until(pilot, lambda: "score" in screen_text(self._app), LIMIT)
        self._keep()
        await pilot.press("enter")
        await pilot.pause()
        self._keep()
        await self._home(pilot)

    async def _plan(self, pilot: Pilot[None]) -> None:
        """Plan what the configuration changes, which wants sudo's password."""
        app = self._app
        await pilot.press("1", "a", "p")
        await until(pilot, lambda: isinstance(app.screen, PasswordScreen), LIMIT)
        await pilot.press(*self._password)
        await until(pilot, lambda: "•" * len(self._password) in screen_text(app))
        self._keep()
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ProvisionScreen), LIMIT)
        screen = app.screen
        assert isinstance(screen, ProvisionScreen)
        await until(pilot, lambda: screen.provision_run.phase is Phase.PLANNED, LIMIT)
        for _row in range(20):
            await pilot.press("j")
            await pilot.pause()
            self._keep()
