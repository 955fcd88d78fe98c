"""Compares how screens look with what is stored beside the tests."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from pytest_textual_snapshot import SVGImageExtension
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from textual.app import App
from textual.pilot import Pilot

from pitui.tui.app import PituiApp
from support.plain_cluster import until

SMALL, LARGE = (80, 24), (200, 50)

Drive = Callable[[Pilot[None]], Awaitable[None]]


class RowsExtension(SingleFileSnapshotExtension):
    """A screen as the text of its rows, a file each."""

    _file_extension = "txt"
    _write_mode = WriteMode.TEXT


class Looks:
    """Compares how the UI looks with what is stored: text at each size, colours where said.

    The app is started once, at the first size, and resized for the others.
    """

    def __init__(self, snapshot: SnapshotAssertion) -> None:
        self._rows = snapshot.use_extension(RowsExtension)
        self._picture = snapshot.use_extension(SVGImageExtension)

    def __call__(
        self,
        app: PituiApp,
        before: Drive,
        rows: Sequence[tuple[int, int]] = (SMALL,),
        picture: tuple[int, int] | None = None,
        settle: Drive | None = None,
    ) -> None:
        """Compare the rows at some sizes, and the picture at another.

        `before` brings the app to the state; `settle` waits for what resizing began.
        """
        seen: dict[tuple[int, int], str] = {}
        svg = ""

        async def drive(pilot: Pilot[None]) -> None:
            nonlocal svg
            await before(pilot)
            for number, size in enumerate(sizes):
                if number:
                    await pilot.resize_terminal(*size)
                await (settle or settled)(pilot)
                if size == picture:
                    svg = app.export_screenshot(title=app.title, simplify=True)
                if size in rows:
                    seen[size] = screen_text(app)
            app.exit()

        sizes = list(dict.fromkeys((*rows, *((picture,) if picture else ()))))
        app.run(headless=True, auto_pilot=drive, size=sizes[0])
        for (width, height), text in seen.items():
            assert text == self._rows(name=f"{width}x{height}")
        if picture:
            assert svg == self._picture


def screen_lines(app: App[Any]) -> list[str]:
    """Return what stands on the screen, a line each."""
    return [strip.text for strip in app.screen._compositor.render_strips(app.size)]


def screen_text(app: App[Any]) -> str:
    """Return the rows of the screen, without the blanks at their ends."""
    return "".join(f"{line.rstrip()}\n" for line in screen_lines(app))


async def settled(pilot: Pilot[None]) -> None:
    """Wait until everything is laid out and drawn."""
    await pilot.pause()
    view = pilot.app.main.logs.view
    await until(pilot, lambda: view.layouter.settled)
    await pilot.wait_for_scheduled_animations()
    await pilot.pause()
