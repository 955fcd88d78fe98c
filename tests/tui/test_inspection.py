"""A closer look: the node's screen, executors in every state, thread dumps, draining."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from support.looks import LARGE, SMALL, Looks
from support.node_inspections import OLD, SYSTEM, Looking, busy
from support.plain_cluster import FULL, RUNNING, WAITING, shown, ui, until
from textual.pilot import Pilot

from pitui.domain.errors import NodeError
from pitui.domain.node_detail import DiskUse
from pitui.services.nodes.inspect_node import NodeInspection
from pitui.spark.api.decommission import Refusal
from pitui.tui.base.dialogs.confirm import ConfirmScreen
from pitui.tui.base.dialogs.text_screen import TextScreen
from pitui.tui.nodes.node_screen import NodeScreen

pytestmark = pytest.mark.usefixtures("stopped_clock")


def after(services: Looking, *keys: str) -> Callable[[Pilot[None]], Awaitable[None]]:
    async def run(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: pilot.app.started)
        await until(pilot, lambda: pilot.app.main.snapshot is services.snapshot)
        await until(pilot, lambda: len(pilot.app.main.logs.view.store) > 0)
        for key in keys:
            await pilot.press(key)
            await pilot.pause()

    return run


@pytest.mark.parametrize("keys", [("j", "enter"), ("j", "enter", "t", "G")], ids=["top", "end"])
def test_node_full(looks: Looks, keys: tuple[str, ...]) -> None:
    services = Looking()
    looks(ui(services), after(services, *keys), rows=(SMALL,), picture=LARGE)


def test_node_loading(looks: Looks) -> None:
    services = Looking()
    inspection = services.inspection
    inspection.points, inspection.looked, inspection.disk = (), None, None
    picture = after(services, "j", "enter")
    looks(ui(services), picture, rows=(SMALL, LARGE))


def test_node_on_which_nothing_runs(looks: Looks) -> None:
    idle = replace(FULL.nodes[1], worker=None, workers=(), processes=())
    nodes = (FULL.nodes[0], idle, *FULL.nodes[2:])
    services = Looking(replace(FULL, nodes=nodes, executors={}))
    services.inspection.points = ()
    services.inspection.looked = NodeInspection(SYSTEM, ())
    services.inspection.disk = DiskUse("/opt/spark/work", "/opt/spark/logs", ())
    picture = after(services, "j", "enter")
    looks(ui(services), picture, rows=(SMALL, LARGE))


def test_node_failed(looks: Looks) -> None:
    services = Looking()
    why = NodeError("pi3", "no route to host", "Is it on?")
    services.inspection.points = ()
    services.inspection.looked = NodeInspection(problem=str(why))
    services.inspection.disk = why
    picture = after(services, "j", "j", "j", "enter")
    looks(ui(services), picture, rows=(LARGE,), picture=SMALL)


def test_executors_in_every_state(looks: Looks) -> None:
    services = Looking(busy())
    picture = after(services, "3", "z", "j", "j")
    looks(ui(services), picture, rows=(SMALL,), picture=LARGE)


def test_executors_by_node(looks: Looks) -> None:
    services = Looking(busy())
    picture = after(services, "3", "z", "v")
    looks(ui(services), picture, rows=(SMALL,), picture=LARGE)


@pytest.mark.parametrize("state", ["empty", "loading", "failed"])
def test_no_executors(looks: Looks, state: str) -> None:
    age = 5.0 if state == "loading" else 31.0
    app = WAITING if state == "empty" else replace(RUNNING, duration_s=age, progress=None)
    services = Looking(replace(FULL, applications=(app,), executors={}))
    picture = after(services, "3")
    looks(ui(services), picture, rows=(SMALL, LARGE))


def test_clean_up_question(looks: Looks) -> None:
    services = Looking()
    picture = after(services, "j", "enter", "C")
    looks(ui(services), picture, rows=(LARGE,), picture=SMALL)


def test_threads(looks: Looks) -> None:
    services = Looking()
    picture = after(services, "3", "d")
    looks(ui(services), picture, rows=(SMALL,), picture=LARGE)


def test_threads_that_cannot_be_had(looks: Looks) -> None:
    services = Looking()
    services.inspection.threads = NodeError("nuc", "thread dumps are off", "Switch it on.")
    picture = after(services, "3", "d")
    looks(ui(services), picture, rows=(SMALL,))


async def test_clean_up_asks_and_removes_only_what_is_unused() -> None:
    services = Looking()
    async with shown(services) as pilot:
        await pilot.press("j", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, NodeScreen))
        await pilot.pause()
        await pilot.press("C")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, NodeScreen))
        assert services.inspection.asked == []
        await pilot.press("C")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        await pilot.press("y")
        await until(pilot, lambda: bool(services.inspection.asked))
        wanted = ("pi1", [OLD, "spark-pi-Worker-1-pi1.out.1"])
        assert services.inspection.asked == [("clean", wanted)]
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is pilot.app.main)


async def test_nothing_is_cleaned_up_while_read_only() -> None:
    async with shown(Looking(), read_only=True) as pilot:
        await pilot.press("j", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, NodeScreen))
        await pilot.press("C")
        await pilot.pause()
        assert isinstance(pilot.app.screen, NodeScreen)
        assert "not available in read-only mode" in str(pilot.app.screen.footer.render())


async def test_draining_asks_and_drains() -> None:
    services = Looking()
    async with shown(services) as pilot:
        await pilot.press("j", "D")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        assert "Drain and stop" in pilot.app.screen.title_text()
        await pilot.press("y")
        await until(pilot, lambda: services.inspection.asked == [("drain", ["pi1"])])


async def test_where_it_cannot_drain_it_says_why_and_offers_to_stop() -> None:
    services = Looking()
    services.inspection.refused = Refusal("decommissioning is switched off", "Switch it on.")
    async with shown(services) as pilot:
        await pilot.press("j", "D")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        assert pilot.app.screen.title_text() == "Cannot drain. Stop the worker on pi1 now?"
        await pilot.press("y")
        await until(pilot, lambda: services.asked[-1][0] == "stop")
        assert services.inspection.asked == []


async def test_threads_are_searched() -> None:
    services = Looking()
    services.inspection.threads = tuple(f"line {number}" for number in range(500))
    async with shown(services) as pilot:
        await pilot.press("3", "d")
        await until(pilot, lambda: isinstance(pilot.app.screen, TextScreen))
        screen = pilot.app.screen
        await until(pilot, lambda: len(screen.query_one("TextLines").lines) == 500)
        await pilot.press("slash", *"line 40", "enter")
        await pilot.press("n")
        assert screen.query_one("TextLines").found == (2, 11)
        await pilot.press("escape", "escape")
        await until(pilot, lambda: pilot.app.screen is pilot.app.main)
        assert services.inspection.asked == [("threads", ("app-0003", "0"))]
        assert FULL.executors["app-0003"][0].id == "0"
