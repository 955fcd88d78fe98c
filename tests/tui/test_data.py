"""The Data screen: its rows, what is known of data on its way, and what its keys do."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pytest
from rich.style import Style
from support.fake_services import FakeData
from support.looks import screen_text
from support.plain_cluster import Still, shown, until
from textual.pilot import Pilot

from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import PituiError
from pitui.domain.node_outcome import Outcome, OutcomeState
from pitui.services.data.item_presence import ItemPresence, NodeData
from pitui.tui.base.dialogs.confirm import ConfirmScreen
from pitui.tui.data.data_rows import data_facts, data_rows, data_summary, data_title, no_data
from pitui.tui.data.data_screen import DataScreen
from pitui.tui.data.data_state import PUSH, REMOVAL, DataFailure, DataRow, DataState
from pitui.tui.data.failure_pane import FailureScreen
from pitui.tui.text.cells import Tone, cell, cells
from pitui.tui.text.segments import Line

ITEM = ItemPresence(
    "/home/me/flights",
    "/spark/data/flights",
    size=4_000_000_000,
    files=10_000,
    nodes={
        "nuc": NodeData("present", 4_000_000_000),
        "pi1": NodeData("different", 3_000_000),
        "pi2": NodeData("missing"),
        "pi3": NodeData("unknown", error="no route to host", advice="Is it on?", said="it said so"),
    },
)


TAR = "tar: part-0001: Cannot write: No space left on device\ntar: Exiting now"


class Service(FakeData):
    """Has one item; a push to pi1 stands at a quarter until it may go on, one to pi2 fails."""

    def __init__(self, found: Sequence[ItemPresence] | PituiError = (ITEM,)) -> None:
        super().__init__()
        self.answer = found
        self.go_on = asyncio.Event()
        self.answers = asyncio.Event()
        """Set once looks may end."""
        self.answers.set()

    async def find(self, *, verify: bool) -> Sequence[ItemPresence]:
        await super().find(verify=verify)
        await self.answers.wait()
        if isinstance(self.answer, PituiError):
            raise self.answer
        return self.answer

    async def push(
        self,
        wanted: Mapping[int, Sequence[str]],
        progress: Callable[[int, str, int, int], None],
        report: Callable[[int, Outcome], None],
    ) -> None:
        await super().push(wanted, progress, report)
        progress(0, "pi1", 1_000_000_000, 4_000_000_000)
        await self.go_on.wait()
        report(0, Outcome("pi1", "", OutcomeState.OK))
        why = "not enough disk space"
        report(0, Outcome("pi2", "", OutcomeState.FAILED, why, "Free some.", said=TAR))


def texts(view: DataState) -> dict[str, list[str]]:
    """Return each node's state, and what goes on there."""
    rows = data_rows(view.rows())
    return {row.cells[1].text: [row.cells[2].text, row.cells[5].text] for row in rows}


async def test_what_nodes_have() -> None:
    view = DataState(Service())
    await view.look()
    assert texts(view) == {
        "nuc": ["● present", "–"],
        "pi1": ["◐ different", "2.9 M there"],
        "pi2": ["○ missing", "–"],
        "pi3": ["? unknown", "no route to host"],
    }
    assert data_title(view.rows(), "") == "Data: 1 of 4 present"
    unknown = view.rows()[3]
    assert ("Advice", "Is it on?") in data_facts(unknown)
    assert data_summary(unknown)[1].text == "no route to host Is it on?"


async def test_what_differs_is_explained_where_the_size_does_not_tell() -> None:
    view = DataState(Service((replace(ITEM, nodes={"pi1": NodeData("different", ITEM.size)}),)))
    await view.look()
    assert texts(view) == {"pi1": ["◐ different", "same size, other content or mode"]}


async def test_copying_with_its_speed_and_the_time_left() -> None:
    now = 100.0
    view = DataState(Service(), clock=lambda: now)
    await view.look()
    key = (0, "pi2")
    view.progress(key, 1_000_000_000, 4_000_000_000)
    assert texts(view)["pi2"] == ["▸ copying  25%", "starting"]
    now = 120.0
    view.progress(key, 1_200_000_000, 4_000_000_000)
    # What was there when it began came no way.
    assert texts(view)["pi2"] == ["▸ copying  30%", "10.0 MB/s, 4:40 left"]
    view.take(key, Outcome("pi2", "", OutcomeState.FAILED, "no space", "Free some."), "push")
    assert texts(view)["pi2"] == ["✗ failed", "no space"]
    assert data_summary(view.rows()[2])[1].text == "no space Free some."
    view.progress(key, 4_000_000_000, 4_000_000_000)
    assert texts(view)["pi2"][1] == "sent, node checks it"


async def test_what_waits_for_its_turn_and_what_was_done_before_the_next_look() -> None:
    view = DataState(Service())
    await view.look()
    done, stopped = (0, "pi1"), (0, "pi2")
    view.begin([done, stopped])
    assert [texts(view)[node] for node in ("pi1", "pi2")] == [["◌ waiting", "–"]] * 2
    view.progress(done, 1, 2)
    assert texts(view)["pi1"] == ["▸ copying  50%", "starting"]
    view.take(done, Outcome("pi1", "", OutcomeState.OK), PUSH)
    view.over([done, stopped])
    assert texts(view)["pi1"] == ["● present", "–"]
    assert texts(view)["pi2"] == ["○ missing", "–"]
    assert data_title(view.rows(), "") == "Data: 2 of 4 present"
    view.take(done, Outcome("pi1", "", OutcomeState.OK), REMOVAL)
    assert texts(view)["pi1"] == ["○ missing", "–"]
    await view.look()
    assert texts(view)["pi1"] == ["◐ different", "2.9 M there"]


async def test_what_ends_while_the_nodes_are_looked_at_is_newer_than_their_answers() -> None:
    service = Service()
    view = DataState(service)
    await view.look()
    before, meanwhile = (0, "pi1"), (0, "pi2")
    view.take(before, Outcome("pi1", "", OutcomeState.OK), PUSH)
    service.answers = asyncio.Event()
    async with TaskGroup() as group:
        looking = group.create_task(view.look(verify=True))
        await asyncio.sleep(0)
        view.take(meanwhile, Outcome("pi2", "", OutcomeState.OK), PUSH)
        assert not looking.done()
        service.answers.set()
    assert texts(view)["pi1"] == ["◐ different", "2.9 M there"]
    assert texts(view)["pi2"] == ["● present", "–"]
    await view.look()
    assert texts(view)["pi2"] == ["○ missing", "–"]


async def test_why_nothing_is_known() -> None:
    view = DataState(Service(PituiError("it failed", "Try again.")))
    told: list[str] = []
    view.watch(lambda: told.append(view.looking))
    await view.look(verify=True)
    assert told == ["reading all data on the nodes …", ""]
    assert [line.text for line in no_data(looking="", error=view.error)] == [
        "it failed", "Try again.",
    ]  # fmt: skip
    assert "`data:`" in no_data(looking="", error=None)[0].text


def rows(pilot: Pilot[None]) -> dict[str, str]:
    screen = pilot.app.screen
    assert isinstance(screen, DataScreen)
    return {row.cells[1].text: row.cells[2].text for row in screen.pane.table.model.visible}


async def opened(pilot: Pilot[None]) -> None:
    await pilot.press("6")
    await until(pilot, lambda: isinstance(pilot.app.screen, DataScreen))
    await until(pilot, lambda: bool(rows(pilot)))


async def test_marked_rows_are_pushed_and_the_screen_may_be_left_meanwhile() -> None:
    services, data = Still(), Service()
    services.data = data
    async with shown(services, size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("j", "space", "space", "p")
        await until(pilot, lambda: rows(pilot)["pi1"] == "▸ copying  25%")
        assert ("push", {0: ["pi1", "pi2"]}) in data.asked
        # Nothing else is done to these nodes meanwhile.
        await pilot.press("p")
        assert len([one for one in data.asked if one[0] == "push"]) == 1
        await pilot.press("escape", "escape")
        await until(pilot, lambda: pilot.app.screen is pilot.app.main)
        await opened(pilot)
        assert rows(pilot)["pi1"] == "▸ copying  25%"
        data.go_on.set()
        await until(pilot, lambda: rows(pilot)["pi2"] == "✗ failed")
        assert rows(pilot)["pi1"] == "◐ different"


async def test_removal_asks_and_names_what_goes() -> None:
    services, data = Still(), Service()
    services.data = data
    async with shown(services, size=(200, 50)) as pilot:
        await opened(pilot)
        await pilot.press("x")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, DataScreen))
        await pilot.press("x", "y")
        await until(pilot, lambda: ("remove", {0: ["nuc"]}) in data.asked)
        await pilot.press("v")
        await until(pilot, lambda: ("find", True) in data.asked)


def at_data(pilot: Pilot[None]) -> bool:
    return isinstance(pilot.app.screen, DataScreen)


async def failure_shown(pilot: Pilot[None]) -> str:
    """Press l and return the screen that says what failed."""
    await pilot.press("l")
    await until(pilot, lambda: isinstance(pilot.app.screen, FailureScreen))
    await pilot.pause()
    return screen_text(pilot.app)


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_what_failed_is_shown_before_any_log(size: tuple[int, int]) -> None:
    services, data = Still(), Service()
    services.data = data
    data.go_on.set()
    async with shown(services, size=size) as pilot:
        await opened(pilot)
        # What could not be found out.
        await pilot.press("j", "j", "j")
        said = await failure_shown(pilot)
        assert "/spark/data/flights on pi3: look failed" in said
        for words in ("no route to host", "Is it on?", "it said so"):
            assert words in said
        await pilot.press("escape", "k", "p")
        await until(pilot, lambda: at_data(pilot) and rows(pilot)["pi2"] == "✗ failed")
        said = await failure_shown(pilot)
        assert "/spark/data/flights on pi2: push failed" in said
        for words in ("not enough disk space", "Free some.", *TAR.splitlines(), "l logs"):
            assert words in said
        await pilot.press("l")
        await until(pilot, lambda: pilot.app.screen is pilot.app.main)
        assert pilot.app.main.logs.has_focus_within
        await pilot.press("escape")
        # Where nothing failed, the node's logs are what can be read.
        await opened(pilot)
        await pilot.press("g", "l")
        await until(pilot, lambda: pilot.app.screen is pilot.app.main)


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("/spark/data/flights", 19, "/spark/data/flights"),
        ("/spark/data/flights", 9, "…/flights"),
        ("/spark/日本語", 6, "…本語 "),
        ("/spark", 1, "…"),
    ],
)
def test_of_a_path_that_is_too_long_the_end_is_shown(text: str, width: int, shown: str) -> None:
    line = Line(lambda _tone: Style()).put(cell(text), 0, width, ends=True)
    assert line.strip(width, Style()).text == shown


def test_of_a_path_in_two_pieces_the_last_stays_whole() -> None:
    path = cells(("/spark/data/", Tone.DIM), ("flights", Tone.STRONG))
    line = Line(lambda _tone: Style()).put(path, 0, 10, ends=True)
    assert line.strip(10, Style()).text == "…a/flights"


def test_a_reason_does_not_begin_with_the_path_beside_it() -> None:
    failed = DataFailure("push", 0.0, f"{ITEM.target} is there already", "Move it.")
    row = DataRow((0, "pi1"), ITEM, "pi1", ITEM.nodes["pi1"], failed=failed)
    assert data_rows([row])[0].cells[5].text == "is there already"
    assert data_summary(row)[1].text == "is there already Move it."
    within = replace(failed, detail=f"{ITEM.target}/x.csv is there already")
    row = replace(row, failed=within)
    assert data_rows([row])[0].cells[5].text == within.detail
