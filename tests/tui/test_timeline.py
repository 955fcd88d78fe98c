"""The timeline's screen, and what the header says of it."""

import pytest
from support.looks import LARGE, SMALL, Looks, screen_lines
from support.plain_cluster import NOW, shown, ui, until
from support.timeline import EVENTS, StillTimeline, event, still
from textual.pilot import Pilot

from pitui.domain.events.event import EventKind, Severity, unread_events
from pitui.tui.events.event_rows import news_texts
from pitui.tui.main.timeline_screen import TimelineScreen

pytestmark = pytest.mark.usefixtures("stopped_clock")


def screen(pilot: Pilot[None]) -> TimelineScreen:
    assert isinstance(pilot.app.screen, TimelineScreen)
    return pilot.app.screen


def abouts(pilot: Pilot[None]) -> list[str]:
    return [row.cells[2].text for row in screen(pilot).pane.table.model.visible]


async def opened(pilot: Pilot[None]) -> None:
    await pilot.press("5")
    await until(pilot, lambda: isinstance(pilot.app.screen, TimelineScreen))
    await until(pilot, lambda: pilot.app.focused is not None)


async def test_the_header_says_what_is_new_until_somebody_looks() -> None:
    timeline = StillTimeline()
    async with shown(still(timeline), size=(200, 50)) as pilot:
        timeline.tell()
        await until(
            pilot,
            lambda: "3 events since 07:53: pi3 away, pi3 lost, ..." in screen_lines(pilot.app)[0],
        )
        await opened(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is pilot.app.main)
        assert "events since" not in screen_lines(pilot.app)[0]


async def test_new_events_come_in_while_it_is_open_and_the_cursor_stays_on_its_row() -> None:
    timeline = StillTimeline()
    async with shown(still(timeline), size=(120, 30)) as pilot:
        await opened(pilot)
        assert abouts(pilot)[0] == "pi3"
        await pilot.press("j", "j")
        before = screen(pilot).pane.cursor
        timeline.add(event(1, EventKind.NODE, "pi3", "back", gravity=Severity.GOOD, node="pi3"))
        await until(pilot, lambda: len(abouts(pilot)) == len(EVENTS) + 1)
        assert screen(pilot).pane.cursor == before
        assert screen(pilot).pane.table.scroll_offset.y == 0
        assert timeline.news.events == ()


async def test_events_are_limited_by_kind_node_application_and_words() -> None:
    async with shown(still(StillTimeline()), size=(120, 30)) as pilot:
        await opened(pilot)
        await pilot.press("n")
        assert abouts(pilot) == ["pi3", "pi3"]
        assert "pi3, 2 of 9" in screen(pilot).pane.border_title
        await pilot.press("n", "j", "j", "A")
        assert abouts(pilot) == ["pi/4", "pi"]
        await pilot.press("escape")
        assert len(abouts(pilot)) == 9
        await pilot.press("t", "t")
        assert "worker events" in screen(pilot).pane.border_title
        await pilot.press("escape", "slash", *"hot")
        await until(pilot, lambda: abouts(pilot) == ["pi2"])
        await pilot.press("enter", "escape")
        assert isinstance(pilot.app.screen, TimelineScreen)
        assert len(abouts(pilot)) == 9
        await pilot.press("q")
        await until(pilot, lambda: pilot.app.screen is pilot.app.main)


async def test_enter_goes_to_the_node_or_the_application() -> None:
    async with shown(still(StillTimeline()), size=(80, 24)) as pilot:
        main = pilot.app.main
        await opened(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen is main)
        assert (main.panes.focused_pane, main.nodes.cursor) == (main.nodes, "pi3")
        await opened(pilot)
        await pilot.press("j", "j", "enter")
        await until(pilot, lambda: pilot.app.screen is main)
        assert main.panes.focused_pane is main.jobs
        assert main.jobs.selected_application() == "app-0003"
        await opened(pilot)
        await pilot.press("end", "enter")
        await until(pilot, lambda: "no longer listed in Jobs" in screen_lines(pilot.app)[-1])


async def test_l_follows_the_log_of_the_executor_that_was_lost() -> None:
    services = still(StillTimeline())
    async with shown(services, size=(120, 30)) as pilot:
        await opened(pilot)
        await pilot.press("j", "j", "l")
        await until(pilot, lambda: ("sources", ["app-0003/4"]) in services.asked)
        assert pilot.app.screen is pilot.app.main


@pytest.mark.parametrize(("key", "pane"), [("2", "logs"), ("4", "jobs")])
async def test_the_numbers_of_panes_lead_back(key: str, pane: str) -> None:
    async with shown(still(StillTimeline()), size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press(key)
        await until(pilot, lambda: pilot.app.screen is pilot.app.main)
        assert pilot.app.main.panes.focused_pane.id == pane
        await opened(pilot)
        await pilot.press("5")
        await until(pilot, lambda: pilot.app.screen is pilot.app.main)


async def test_what_the_user_acts_on_is_told_to_the_timeline() -> None:
    timeline = StillTimeline()
    services = still(timeline)
    async with shown(services) as pilot:
        await pilot.press("j", "s")
        await until(pilot, lambda: "pi1" in timeline.names())
        services.go_on.set()


async def test_a_timeline_that_cannot_be_kept_is_said_once() -> None:
    timeline = StillTimeline(complaint="cannot save the timeline: disk is full (/x/t.db)")
    async with shown(still(timeline)) as pilot:
        timeline.tell()
        await until(pilot, lambda: len(pilot.app._notifications) == 1)
        timeline.tell()
        await pilot.pause()
        assert len(pilot.app._notifications) == 1


def test_news_gets_shorter_and_counts() -> None:
    texts = list(news_texts(unread_events(EVENTS, NOW - 100_000), NOW))
    assert texts == [
        "6 events since Thu 04:13: pi3 away, pi3 lost, ...",
        "6 events since Thu 04:13: pi3 away, ...",
        "6 events since Thu 04:13",
        "6 new (5)",
    ]
    assert next(news_texts(unread_events(EVENTS[-1:], NOW - 60), NOW)) == (
        "1 event since 07:59: pi3 away"
    )
    assert list(news_texts(unread_events(EVENTS, NOW), NOW)) == []


STATES = {
    "empty": lambda: StillTimeline(()),
    "failed": lambda: StillTimeline(
        EVENTS[-2:],
        "cannot save the timeline: file is not a database"
        " (/home/pi/.local/share/pitui/timeline.db)",
    ),
}


async def at_the_timeline(pilot: Pilot[None]) -> None:
    await until(pilot, lambda: pilot.app.started)
    await until(pilot, lambda: len(pilot.app.main.logs.view.store) > 0)
    await opened(pilot)


def test_full(looks: Looks) -> None:
    looks(ui(still(StillTimeline())), at_the_timeline, picture=LARGE)


@pytest.mark.parametrize("state", STATES)
def test_without_events(looks: Looks, state: str) -> None:
    looks(ui(still(STATES[state]())), at_the_timeline, rows=(SMALL, LARGE))


def test_the_header_with_news(looks: Looks) -> None:
    services = still(StillTimeline())

    async def run(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: pilot.app.started)
        await until(pilot, lambda: len(pilot.app.main.logs.view.store) > 0)
        services.timeline.tell()
        await until(pilot, lambda: "events since" in screen_lines(pilot.app)[0])

    looks(ui(services), run, rows=(), picture=SMALL)


async def test_keys_that_come_faster_than_the_screen_closes_close_nothing_else() -> None:
    async with shown(still(StillTimeline()), size=(120, 30)) as pilot:
        await opened(pilot)
        timeline = screen(pilot)
        timeline.pane.focus()
        # What the first key asked for closes the screen before the others are heard.
        for _ in range(3):
            timeline.pane.do_open()
        await until(pilot, lambda: pilot.app.screen is pilot.app.main)
        await pilot.press("question_mark")
        await until(pilot, lambda: pilot.app.screen is not pilot.app.main)
        timeline.dismiss()
        assert pilot.app.screen is not pilot.app.main
        over = pilot.app.screen
        over.dismiss()
        over.dismiss()
        await until(pilot, lambda: pilot.app.screen is pilot.app.main)
