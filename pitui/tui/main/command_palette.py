"""The palette: actions of the one table that can be done now."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider

from pitui.tui.base.actions.action_table import Action
from pitui.tui.base.app_protocol import app_of

if TYPE_CHECKING:
    from pitui.tui.main.main_screen import MainScreen

_LEFT_OUT = ("palette", "back", "up", "down", "page_up", "page_down", "first", "last")
"""Actions that make sense by key only."""


class ActionProvider(Provider):
    """Finds actions by their title and help."""

    @property
    def _main(self) -> "MainScreen":
        return cast("MainScreen", self.screen)

    def _offered(self) -> Iterator[tuple[Action, str, str]]:
        keys = app_of(self.screen).keys
        for row in self._main.offered():
            if row.id not in _LEFT_OUT:
                yield row, row.title, f"{' '.join(keys.of(row))}  {row.help}"

    async def discover(self) -> Hits:
        """Yield every action that can be done now."""
        for row, title, text in self._offered():
            yield DiscoveryHit(title, self._run(row), help=text)

    async def search(self, query: str) -> Hits:
        """Yield the actions that match."""
        matcher = self.matcher(query)
        for row, title, text in self._offered():
            score = max(matcher.match(title), matcher.match(row.help) * 0.5)
            if score > 0:
                yield Hit(score, matcher.highlight(title), self._run(row), text=title, help=text)

    def _run(self, row: Action) -> "_Run":
        return _Run(self._main, row)


class _Run:
    def __init__(self, main: "MainScreen", row: Action) -> None:
        self._main = main
        self._row = row

    def __call__(self) -> None:
        self._main.handler(self._row).action_do(self._row.id)
