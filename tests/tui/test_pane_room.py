"""The panes on the screen: who gets the room, and that nothing jumps."""

from dataclasses import replace

import pytest
from support.looks import screen_lines
from support.plain_cluster import FULL, NODES, RUNS, Still, executor, pi, shown, until, worker
from textual.geometry import Region
from textual.pilot import Pilot

from pitui.domain.logs.log_filter import LogFilter
from pitui.domain.logs.log_line import LogLine
from pitui.domain.snapshot import Snapshot
from pitui.tui.main.pane_room import PaneRoom
from pitui.tui.main.pane_sizes import SETTLES

QUIET = replace(FULL, nodes=NODES[:4], applications=FULL.applications[:1])


def crowded(executors: int = 8) -> Snapshot:
    """Return a cluster on which an application has many executors."""
    rows = tuple(executor(n, "pi1", 2, 100) for n in range(executors))
    return replace(QUIET, executors={"app-0003": rows})


def regions(pilot: Pilot[None]) -> dict[str, Region]:
    main = pilot.app.main
    panes = {"nodes": main.nodes, "jobs": main.jobs, "executors": main.executors, "logs": main.logs}
    return {name: pane.region for name, pane in panes.items()}


def rows_seen(pane: object) -> int:
    return pane.table.size.height - 1


@pytest.mark.parametrize("size", [(120, 40), (160, 44), (200, 50), (250, 60)])
async def test_every_row_of_a_small_cluster_is_seen_and_the_logs_have_the_rest(
    size: tuple[int, int],
) -> None:
    async with shown(Still(QUIET, RUNS[:1]), size) as pilot:
        main = pilot.app.main
        for pane in (main.nodes, main.jobs, main.executors):
            assert rows_seen(pane) >= pane.count > 0
        logs = regions(pilot)["logs"]
        assert logs.width == size[0]
        assert logs.area >= 0.45 * size[0] * size[1]


@pytest.mark.parametrize("size", [(120, 40), (200, 50)])
async def test_64_nodes_scroll_and_the_logs_keep_their_share(size: tuple[int, int]) -> None:
    nodes = [pi(f"pi{n}", on=worker()) for n in range(1, 65)]
    async with shown(Still(replace(QUIET, nodes=(NODES[0], *nodes))), size) as pilot:
        main = pilot.app.main
        assert 9 <= rows_seen(main.nodes) < 65
        assert main.logs.region.area >= 0.45 * size[0] * size[1]
        await pilot.press("G")
        assert main.nodes.table.scroll_offset.y == 65 - rows_seen(main.nodes)
        assert main.nodes.cursor == "pi64"


async def test_a_pane_grows_at_once_and_stays_while_somebody_is_in_it() -> None:
    services = Still(QUIET)
    async with shown(services, (200, 50)) as pilot:
        main = pilot.app.main
        small = regions(pilot)
        await pilot.press("3")
        services.publish(crowded())
        await until(pilot, lambda: rows_seen(main.executors) >= 8)
        large = regions(pilot)
        assert large["logs"].height < small["logs"].height
        services.publish(replace(QUIET, applications=(), executors={}))
        await until(pilot, lambda: main.executors.count == 0)
        assert regions(pilot) == large


async def test_an_application_that_ends_moves_nothing_until_that_has_settled() -> None:
    services = Still(crowded())
    now = [1000.0]
    async with shown(services, (200, 50)) as pilot:
        main = pilot.app.main
        room = main.query_one(PaneRoom)
        room.clock = lambda: now[0]
        large = regions(pilot)
        services.publish(replace(QUIET, applications=(), executors={}))
        await until(pilot, lambda: main.executors.count == 0)
        await pilot.pause()
        assert regions(pilot) == large
        now[0] += SETTLES - 1
        room.fit()
        await pilot.pause()
        assert regions(pilot) == large
        now[0] += 2
        room.fit()
        await until(pilot, lambda: regions(pilot)["logs"].height > large["logs"].height)


async def test_what_is_read_in_the_logs_stays_where_it_is_on_the_screen() -> None:
    services = Still(QUIET)
    async with shown(services, (200, 50)) as pilot:
        main = pilot.app.main
        await pilot.press("2")
        view = main.logs.view
        await until(pilot, lambda: len(view.store) > 0)
        await view.take([LogLine("master", f"line {number}") for number in range(500)])
        await until(pilot, lambda: view.layouter.settled)
        await pilot.press("k", "k")
        await pilot.pause()
        before, top = text_rows(pilot), view.region.y
        services.publish(crowded(12))
        await until(pilot, lambda: view.region.y > top)
        await until(pilot, lambda: view.layouter.settled)
        after = text_rows(pilot)
        assert not view.viewport.following
        hidden = view.region.y - top
        assert hidden > 2
        assert after == before[hidden:]


async def test_the_line_under_the_cursor_stays_in_sight() -> None:
    services = Still(QUIET)
    async with shown(services, (200, 50)) as pilot:
        main = pilot.app.main
        await pilot.press("2")
        view = main.logs.view
        await until(pilot, lambda: len(view.store) > 0)
        await view.take([LogLine("master", f"line {number}") for number in range(500)])
        await until(pilot, lambda: view.layouter.settled)
        await pilot.press("pageup", "g")
        await pilot.pause()
        assert view.viewport.cursor == view.store.first
        top = view.region.y
        services.publish(crowded(12))
        await until(pilot, lambda: view.region.y > top)
        await until(pilot, lambda: view.layouter.settled)
        assert view.scroll_offset.y == 0


async def test_logs_that_are_followed_show_their_end_whatever_grows() -> None:
    services = Still(QUIET)
    async with shown(services, (200, 50)) as pilot:
        view = pilot.app.main.logs.view
        await until(pilot, lambda: len(view.store) > 0)
        await view.take([LogLine("master", f"line {number}") for number in range(500)])
        await until(pilot, lambda: view.layouter.settled)
        top = view.region.y
        services.publish(crowded(12))
        await until(pilot, lambda: view.region.y > top)
        await until(pilot, lambda: view.layouter.settled)
        assert view.viewport.following
        assert "line 499" in text_rows(pilot)[-1]


async def test_a_log_paused_near_its_end_stays_paused_when_it_gets_more_room() -> None:
    services = Still(crowded(12))
    now = [1000.0]
    async with shown(services, (200, 50)) as pilot:
        main = pilot.app.main
        room = main.query_one(PaneRoom)
        room.clock = lambda: now[0]
        await pilot.press("2")
        view = main.logs.view
        await until(pilot, lambda: len(view.store) > 0)
        await view.take([LogLine("master", f"line {number}") for number in range(500)])
        await until(pilot, lambda: view.layouter.settled)
        view.viewport.pause()
        view.cursor.move(-1)
        await pilot.pause()
        before, top = text_rows(pilot), view.region.y
        services.publish(QUIET)
        await until(pilot, lambda: main.executors.count < 12)
        now[0] += 1 + SETTLES
        room.fit()
        await until(pilot, lambda: view.region.y < top)
        await until(pilot, lambda: view.layouter.settled)
        assert not view.viewport.following
        assert text_rows(pilot)[top - view.region.y :] == before


async def test_progress_of_an_action_takes_room_without_hiding_a_pane() -> None:
    async with shown(Still(FULL), (120, 30)) as pilot:
        await pilot.press("a", "s")
        await until(pilot, lambda: pilot.app.main.progress.display)
        await pilot.pause()
        assert all(region.height >= 3 for region in regions(pilot).values())


async def test_the_column_of_tags_is_as_wide_as_what_is_shown_needs() -> None:
    services = Still(QUIET)
    async with shown(services, (200, 50)) as pilot:
        view = pilot.app.main.logs.view
        await until(pilot, lambda: len(view.store) > 0)
        view.begin(["pi", "a-tag-of-a-log-that-says-nothing", "pi1 out"])
        await view.take([LogLine("pi", "one")])
        assert view.look.tag_width == len("pi")
        await view.take([LogLine("pi1 out", "two"), LogLine("pi", "three")])
        assert view.look.tag_width == len("pi1 out")
        view.set_filter(LogFilter(sources=("pi",)))
        assert view.look.tag_width == 0
        view.set_filter(LogFilter())
        assert view.look.tag_width == len("pi1 out")
        view.begin(["pi"])
        await view.take([LogLine("pi", "one")])
        assert view.look.tag_width == 0


def text_rows(pilot: Pilot[None]) -> list[str]:
    """Return the lines of the log that are seen, from top to bottom."""
    region = pilot.app.main.logs.view.region
    texts = [line[region.x : region.right - 1] for line in screen_lines(pilot.app)]
    return [text.rstrip() for text in texts[region.y : region.bottom]]
