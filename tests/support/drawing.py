"""Draws a UI without a terminal when a test looks, and not for every change in between."""

from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen

_looking: set[App[Any]] = set()


def draw(app: App[Any]) -> None:
    """Draw what has changed since somebody looked; an app that has ended shows nothing."""
    if app.is_running and app.screen_stack and app.screen._compositor._dirty_regions:
        _looking.add(app)
        try:
            app.screen._compositor_refresh()
        finally:
            _looking.discard(app)


def draw_when_looked_at(patch: pytest.MonkeyPatch) -> None:
    """Have what a pilot's key or pause led to drawn in its end, and nothing before.

    Half a test's CPU time would go into frames that nobody sees: without a terminal, Textual
    throws them away.
    """
    refresh, press, pause = Screen._compositor_refresh, Pilot.press, Pilot.pause

    def refresh_if_looked_at(screen: Screen[Any]) -> None:
        app = screen.app
        if app.is_headless and screen is app.screen and app not in _looking:
            screen._dirty_widgets.clear()
            app._update_mouse_over(screen)
        else:
            refresh(screen)

    async def press_and_look(pilot: Pilot[Any], *keys: str) -> None:
        await press(pilot, *keys)
        draw(pilot.app)

    async def pause_and_look(pilot: Pilot[Any], delay: float | None = None) -> None:
        await pause(pilot, delay)
        draw(pilot.app)

    patch.setattr(Screen, "_compositor_refresh", refresh_if_looked_at)
    patch.setattr(Pilot, "press", press_and_look)
    patch.setattr(Pilot, "pause", pause_and_look)
