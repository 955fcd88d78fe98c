"""Whatever text a node or Spark can put on the screen is shown, and never obeyed."""

import dataclasses
from dataclasses import replace
from enum import Enum
from typing import Any

import pytest
from support.looks import screen_text
from support.plain_cluster import FULL, NODES, RUNS, Still, shown, until
from textual.pilot import Pilot

from pitui.domain.snapshot import Snapshot
from pitui.domain.text.printable import printable

ESCAPES = "\x1b[2J\x1b]0;title\x07\x9b31m\x00\x7f"
MARKUP = "[bold red]x[/] [/] [link=a](b) [@click=app.quit]q[/] $primary :smile:"
BACKWARDS = "\u202eshown backwards\u202c \u2066in\u2069 \u200f\u061c"
LINES = "one\ntwo\r\nthree\rfour\u2028five\ttab\x0b\x0c"
WIDE = "\u6f22\u5b57 \U0001f469\u200d\U0001f4bb e\u0301\u0301\u0301 \ufeff\u200b\ud800".encode(
    "utf-8", "replace"
).decode()
TEXTS = {
    "hostile": f"{ESCAPES} {MARKUP} {BACKWARDS} {LINES} {WIDE}",
    "megabyte": "0123456789 [x" * 80_000,
}

KEEPS = {"roles", "kind"}


def with_text(value: Any, text: str) -> Any:
    """Return a value with all its texts replaced that do not name what it belongs to."""
    if isinstance(value, Enum) or value is None:
        return value
    if isinstance(value, str):
        return f"{value}{text}"
    if isinstance(value, tuple):
        return tuple(with_text(one, text) for one in value)
    if isinstance(value, list):
        return [with_text(one, text) for one in value]
    if isinstance(value, dict):
        return {key: with_text(one, text) for key, one in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = [f.name for f in dataclasses.fields(value) if f.init and f.name not in KEEPS]
        return replace(value, **{name: with_text(getattr(value, name), text) for name in fields})
    return value


def hostile(text: str) -> Snapshot:
    names = {node.name for node in NODES}
    found = with_text(FULL, text)
    # The nodes' own names are the configuration's, and no text of a node's.
    nodes = tuple(
        replace(node, name=next(name for name in names if node.name == f"{name}{text}"))
        for node in found.nodes
    )
    return replace(found, nodes=nodes)


def check(pilot: Pilot[None]) -> None:
    shown_now = screen_text(pilot.app)
    assert printable(shown_now) == shown_now


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
async def test_every_text_is_shown_and_nothing_obeyed(text: str) -> None:
    services = Still()
    services.snapshot = hostile(text)
    services.all_runs = tuple(with_text(run, text) for run in RUNS)
    async with shown(services, size=(120, 40)) as pilot:
        app = pilot.app
        for pane in ("1", "2", "3", "4"):
            await pilot.press(pane)
            check(pilot)
            for key in ("i", "escape", "j", "enter", "escape", "escape"):
                await pilot.press(key)
                check(pilot)
        for screen in ("5", "6", "7", "question_mark"):
            await pilot.press(screen)
            await pilot.pause()
            check(pilot)
            await pilot.press("escape", "escape")
        await pilot.press("1", "slash", "x", "enter", "escape")
        check(pilot)
        await until(pilot, lambda: app.screen is app.main)
        assert app.is_running
