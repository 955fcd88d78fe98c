"""Down into an application and back up, by keys; what failed, its page, its end."""

from dataclasses import replace

import pytest
from support.app_details import StillJobs
from support.plain_cluster import FULL, NOW, RUNNING, Still, shown, until
from textual.pilot import Pilot

from pitui.domain.apps.app_detail import AppLocation, DetailResult
from pitui.domain.cluster import Application, ApplicationState
from pitui.domain.errors import PituiError
from pitui.domain.spark_driver import ClusterDriver, DriverState
from pitui.services.apps.failure_analysis import FailureCause
from pitui.tui.apps.level_screen import LevelScreen
from pitui.tui.base.dialogs.confirm import ConfirmScreen
from pitui.tui.base.dialogs.details_screen import DetailsScreen

APP = RUNNING.id


def still() -> Still:
    services = Still()
    services.jobs = StillJobs()
    return services


def level(pilot: Pilot[None]) -> LevelScreen:
    screen = pilot.app.screen
    assert isinstance(screen, LevelScreen)
    return screen


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys one by one; each time wait until the screen on top has rows."""
    for key in keys:
        await pilot.press(key)
        if isinstance(pilot.app.screen, LevelScreen):
            await until(pilot, lambda: level(pilot).result is not None)


async def test_down_to_the_tasks_and_back_to_where_one_was() -> None:
    services = still()
    async with shown(services) as pilot:
        await press(pilot, "4", "enter")
        assert level(pilot).location == AppLocation(APP)
        await press(pilot, "j", "slash", "c", "o", "u", "n", "t", "enter", "j")
        jobs = level(pilot).shown
        before = jobs.cursor, jobs.filter_bar.value, jobs.table.scroll_offset
        assert before[:2] == ("job:0", "count")
        await press(pilot, "k", "enter")
        assert level(pilot).location == AppLocation(APP, job=4)
        await press(pilot, "enter")
        assert level(pilot).location == AppLocation(APP, job=4, stage=(6, 0))
        await press(pilot, "escape")
        assert level(pilot).location == AppLocation(APP, job=4)
        await press(pilot, "escape")
        assert level(pilot).shown is jobs
        assert (jobs.cursor, jobs.filter_bar.value) == ("job:4", "count")
        await press(pilot, "escape", "escape")
        assert pilot.app.screen is pilot.app.main
        assert pilot.app.main.jobs.cursor == "run:r-2"


async def test_only_what_is_looked_at_is_asked_for() -> None:
    services = still()
    async with shown(services) as pilot:
        await press(pilot, "4", "enter", "enter", "escape")
        spots = [location for word, location in services.jobs.asked if word == "inside"]
        assert spots == [AppLocation(APP), AppLocation(APP, job=5), AppLocation(APP)]


async def test_queries_and_their_jobs() -> None:
    services = still()
    async with shown(services) as pilot:
        await press(pilot, "4", "enter", "tab")
        assert level(pilot).shown.level.title == "SQL"
        await press(pilot, "enter")
        assert level(pilot).location == AppLocation(APP, query=0)
        assert [row.key for row in level(pilot).shown.table.model.visible] == ["job:3", "job:2"]


async def test_sorting_keeps_the_cursor_on_its_row() -> None:
    services = still()
    async with shown(services) as pilot:
        await press(pilot, "4", "enter", "j")
        pane = level(pilot).shown
        assert pane.cursor == "job:4"
        await press(pilot, "s", "s")
        assert next(row.key for row in pane.table.model.visible) == "job:4"
        assert pane.cursor == "job:4"
        await press(pilot, "S")
        assert [row.key for row in pane.table.model.visible][-1] == "job:4"
        assert pane.cursor == "job:4"


async def test_jobs_pane_sorts() -> None:
    async with shown(still()) as pilot:
        await press(pilot, "4", "s", "s")
        names = [row.cells[1].text for row in pilot.app.main.jobs.table.model.visible]
        assert names == sorted(names, key=str.lower)
        assert "by name" in pilot.app.main.jobs.title


async def test_a_failed_task_leads_to_its_log_line_with_one_key() -> None:
    services = still()
    services.jobs.failure = FailureCause(
        AppLocation(APP, stage=(7, 0), task=48),
        "ValueError: deliberate",
        (f"{APP}/0",),
        ("TID 48",),
        NOW,
    )
    async with shown(services) as pilot:
        await press(pilot, "4", "enter", "enter", "enter", "f")
        await until(pilot, lambda: pilot.app.screen is pilot.app.main)
        assert ("cause", AppLocation(APP, job=5, stage=(7, 0), task=48)) in services.jobs.asked
        await until(pilot, lambda: ("sources", [f"{APP}/0"]) in services.asked)
        assert pilot.app.main.panes.focused_pane is pilot.app.main.logs


async def test_a_run_that_failed_before_it_had_an_application_leads_to_its_output() -> None:
    services = still()
    async with shown(services) as pilot:
        await press(pilot, "4")
        pilot.app.main.jobs.table.select("run:r-0")
        await press(pilot, "f")
        await until(pilot, lambda: ("sources", ["r-0"]) in services.asked)


async def test_where_the_log_is_gone_the_message_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    services = still()
    services.jobs.failure = FailureCause(AppLocation(APP), "ValueError: deliberate", ("gone",), ())

    async def gone(*_: object) -> list[object]:
        raise PituiError("no worker has a log of gone")

    async with shown(services) as pilot:
        await press(pilot, "4", "enter")
        monkeypatch.setattr(services.logs, "sources", gone)
        await press(pilot, "f")
        await until(pilot, lambda: isinstance(pilot.app.screen, DetailsScreen))
        facts = dict(pilot.app.screen._facts())
        assert facts["Error"] == "ValueError: deliberate"
        assert "no worker has a log" in facts["Log"]


async def test_the_web_page_is_copied_and_said() -> None:
    services = still()
    async with shown(services) as pilot:
        await press(pilot, "4", "enter", "o")
        await until(pilot, lambda: bool(pilot.app.clipboard))
        assert pilot.app.clipboard == "http://127.0.0.1:40123/jobs/"
        (said,) = [toast.message for toast in pilot.app._notifications]
        assert "an SSH tunnel to http://10.0.0.5:4040/jobs/" in said


async def test_killing_a_job_asks_first() -> None:
    services = still()
    async with shown(services) as pilot:
        await press(pilot, "4", "enter", "x")
        assert isinstance(pilot.app.screen, ConfirmScreen)
        await press(pilot, "enter")
        assert not any(word == "kill" for word, _ in services.jobs.asked)
        await press(pilot, "x", "y")
        await until(pilot, lambda: ("kill", AppLocation(APP, job=5)) in services.jobs.asked)


@pytest.mark.parametrize(("key", "pane"), [("1", "nodes"), ("3", "executors")])
async def test_keys_of_anywhere_lead_back_to_the_main_screen(key: str, pane: str) -> None:
    async with shown(still()) as pilot:
        await press(pilot, "4", "enter", "enter", key)
        main = pilot.app.main
        assert pilot.app.screen is main
        assert main.panes.focused_pane.id == pane


async def test_nothing_is_killed_while_read_only() -> None:
    services = still()
    async with shown(services, read_only=True) as pilot:
        await press(pilot, "4", "enter", "x")
        assert isinstance(pilot.app.screen, LevelScreen)


async def test_what_is_known_stays_when_there_is_no_answer() -> None:
    services = still()
    async with shown(services) as pilot:
        await press(pilot, "4", "enter")
        pane = level(pilot).shown
        rows = len(pane.table.model.visible)
        level(pilot)._show(DetailResult(AppLocation(APP), error="no answer in time"))
        assert len(pane.table.model.visible) == rows


async def test_a_name_that_looks_like_markup_is_text_everywhere() -> None:
    name = "evil [/b] [red]x"
    services = Still(replace(FULL, applications=(replace(RUNNING, name=name),)), runs=())
    services.jobs = StillJobs()
    async with shown(services) as pilot:
        await press(pilot, "4", "x")
        assert isinstance(pilot.app.screen, ConfirmScreen)
        await press(pilot, "escape", "i", "escape", "enter")
        assert level(pilot).shown._border_title.plain.startswith(name)
        assert pilot.app.main.executors._border_title.plain == f"3 Executors of {name}"


async def test_drivers_and_applications_of_the_past_are_jobs_too() -> None:
    driver = ClusterDriver(
        "driver-1", DriverState.RUNNING, 1, 512, NOW - 50, "worker-1", "org.example.Main", "pi1"
    )
    services = Still(replace(FULL, drivers=(driver,)))
    services.jobs = StillJobs()
    services.jobs.past = [
        RUNNING,
        Application("app-old", "yesterday", ApplicationState.FINISHED, 0, 0, NOW - 90000, 60.0),
    ]
    async with shown(services) as pilot:
        jobs = pilot.app.main.jobs
        await until(pilot, lambda: "app:app-old" in jobs._jobs)
        keys = [row.key for row in jobs.table.model.visible]
        assert keys.count("run:r-2") == 1
        assert "driver:driver-1" in keys
        assert keys[-1] == "app:app-old"
        await press(pilot, "4")
        jobs.table.select("driver:driver-1")
        await press(pilot, "l")
        await until(pilot, lambda: ("sources", ["driver-1"]) in services.asked)
        await press(pilot, "escape")
        assert pilot.app.main.panes.focused_pane is jobs
        await press(pilot, "x", "y")
        await until(pilot, lambda: ("kill", "driver-1") in services.jobs.asked)


async def test_esc_in_a_log_comes_back_to_the_level_it_was_opened_from() -> None:
    services = still()
    services.jobs.failure = FailureCause(AppLocation(APP), "", (f"{APP}/0",), ("TID 48",), NOW)
    async with shown(services) as pilot:
        main = pilot.app.main
        await press(pilot, "4", "enter", "enter", "enter", "j")
        tasks, row = level(pilot), level(pilot).shown.cursor
        for key in ("l", "f"):
            await pilot.press(key)
            await until(pilot, lambda: pilot.app.screen is main)
            assert main.panes.focused_pane is main.logs
            await pilot.press("escape")
            await until(pilot, lambda: pilot.app.screen is tasks)
            assert tasks.shown.cursor == row
        await press(pilot, "escape", "escape", "escape")
        assert main.panes.focused_pane is main.jobs
        assert len(pilot.app.screen_stack) == 1


async def test_who_goes_on_from_a_log_is_not_taken_back() -> None:
    services = still()
    async with shown(services) as pilot:
        main = pilot.app.main
        await press(pilot, "4", "enter", "enter", "enter")
        tasks = level(pilot)
        await pilot.press("l")
        await until(pilot, lambda: pilot.app.screen is main)
        await pilot.press("1")
        await until(pilot, lambda: not tasks.is_running)
        await pilot.press("escape")
        assert main.panes.focused_pane is main.nodes
