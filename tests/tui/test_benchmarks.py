"""The Benchmarks screen, a run in pictures, and runs compared."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from support.benchmarks import LOCAL, ONE, RUNNING, RUNS, SLOWER, SORT, TWO, samples, still, tasks
from support.looks import screen_text
from support.plain_cluster import NOW, Still, shown, ui, until
from support.plain_cluster import RUNS as OTHER_RUNS
from textual.pilot import Pilot

from pitui.cli.command_table import COMMANDS
from pitui.domain.apps.gantt import core_lanes
from pitui.domain.apps.recorded_run import Repeat
from pitui.domain.errors import PituiError
from pitui.tui.apps.job_summary import job_summary
from pitui.tui.base.actions.action_table import action
from pitui.tui.base.dialogs.confirm import ConfirmScreen
from pitui.tui.benchmarks.benchmarks_screen import BenchmarksScreen
from pitui.tui.benchmarks.comparison_lines import comparison_picture_lines
from pitui.tui.benchmarks.gantt_lines import gantt_lines
from pitui.tui.benchmarks.run_lines import RunPicture, run_picture_lines
from pitui.tui.benchmarks.run_pane import ComparisonPane, RunPane
from pitui.tui.text.cells import Tone
from pitui.tui.text.job_list import Job

pytestmark = pytest.mark.usefixtures("stopped_clock")

Compare = Callable[..., bool]


async def opened(pilot: Pilot[None], count: int = len(RUNS)) -> None:
    await pilot.press("7")
    await until(pilot, lambda: isinstance(pilot.app.screen, BenchmarksScreen))
    await until(pilot, lambda: pilot.app.screen.pane.count == count)


def at(services: Still, *keys: str) -> Callable[[Pilot[None]], Awaitable[None]]:
    async def run(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: pilot.app.started)
        await until(pilot, lambda: pilot.app.main.runs == RUNS)
        await opened(pilot)
        for key in keys:
            await pilot.press(key)
        await until(pilot, lambda: "reading …" not in screen_text(pilot.app))

    return run


@pytest.mark.parametrize(
    ("size", "keys"),
    [
        pytest.param((80, 24), (), id="list"),
        pytest.param((200, 50), ("G", "k", "k", "enter"), id="run"),
        pytest.param((80, 24), ("j", "space", "space", "space", "space", "c"), id="comparison"),
    ],
)
def test_pictures(snap_compare: Compare, size: tuple[int, int], keys: tuple[str, ...]) -> None:
    services = still(RUNS, SORT)
    assert snap_compare(ui(services), terminal_size=size, run_before=at(services, *keys))


async def test_nothing_has_run_yet_and_what_to_do() -> None:
    async with shown(still(()), size=(80, 24)) as pilot:
        await opened(pilot, 0)
        assert "No benchmark has run on this cluster yet." in screen_text(pilot.app)
        assert "b starts one." in screen_text(pilot.app)


async def test_other_runs_are_no_benchmarks_and_a_new_run_appears_while_it_is_open() -> None:
    services = still((*OTHER_RUNS[:1], replace(SORT, benchmark=False)))
    async with shown(services, size=(100, 30)) as pilot:
        await opened(pilot, 1)
        services.publish_runs(RUNS)
        pilot.app.screen.show_header()
        await until(pilot, lambda: pilot.app.screen.pane.count == len(RUNS))


async def test_b_starts_one_without_leaving() -> None:
    services = still(RUNS)
    async with shown(services, size=(100, 40)) as pilot:
        await opened(pilot)
        await pilot.press("b")
        await until(pilot, lambda: not isinstance(pilot.app.screen, BenchmarksScreen))
        await pilot.press("tab", "enter")
        await until(pilot, lambda: any(what == "benchmark" for what, _ in services.asked))
        await until(pilot, lambda: "pi2 is not recorded: no Python 3" in screen_text(pilot.app))
        await until(pilot, lambda: isinstance(pilot.app.screen, BenchmarksScreen))


async def test_quit_asks_while_a_benchmark_is_watched_and_says_what_goes_on_without_it() -> None:
    services = still(RUNS)
    async with shown(services, size=(120, 40)) as pilot:
        services.watched = ("sort",)
        await pilot.press("q")
        assert isinstance(pilot.app.screen, ConfirmScreen)
        await until(pilot, lambda: "A benchmark goes on without pitui" in screen_text(pilot.app))
        assert "Benchmark sort" in screen_text(pilot.app)
        await pilot.press("n")
        assert pilot.app.is_running


async def test_a_run_is_kept_as_the_baseline_and_no_more() -> None:
    services = still(RUNS)
    async with shown(services, size=(120, 30)) as pilot:
        await opened(pilot)
        await pilot.press("G", "k", "k", "B")
        await until(pilot, lambda: "◆ baseline" in screen_text(pilot.app))
        assert "✗ 1.22x slower" in screen_text(pilot.app)
        assert f"{SORT.id} is the baseline of sort now" in screen_text(pilot.app)
        await pilot.press("B")
        await until(pilot, lambda: "◆ baseline" not in screen_text(pilot.app))
        assert "slower" not in screen_text(pilot.app)


async def test_why_a_run_cannot_be_a_baseline() -> None:
    services = still(RUNS)
    services.benchmarks.problem = PituiError("it has one repeat", "Repeat it.")
    async with shown(services, size=(120, 30)) as pilot:
        await opened(pilot)
        await pilot.press("G", "B")
        await until(pilot, lambda: "it has one repeat" in screen_text(pilot.app))


async def test_c_compares_marked_runs_or_one_with_its_baseline() -> None:
    async with shown(still(RUNS, SORT), size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("c")
        assert "mark two runs or more" in screen_text(pilot.app)
        await pilot.press("j", "c")
        await until(pilot, lambda: isinstance(pilot.app.screen.pane, ComparisonPane))
        await until(pilot, lambda: "1.22 times as long" in screen_text(pilot.app))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, BenchmarksScreen))


async def test_a_running_one_is_ended_after_a_question() -> None:
    services = still(RUNS)
    async with shown(services, size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("x")
        await until(pilot, lambda: "End run aggregate?" in screen_text(pilot.app))
        await pilot.press("y")
        await until(pilot, lambda: ("cancel_run", RUNNING.id) in services.asked)


async def test_logs_of_a_run_are_on_the_main_screen() -> None:
    services = still(RUNS)
    async with shown(services, size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("j", "l")
        await until(pilot, lambda: ("sources", [SLOWER.id]) in services.asked)


async def test_a_record_that_cannot_be_read_is_said_not_taken_for_an_empty_one() -> None:
    services = still(RUNS, SORT)
    async with shown(services, size=(120, 60)) as pilot:
        await opened(pilot)
        services.benchmarks.unreadable = PituiError("runs.db cannot be read: disk error")
        await pilot.press("G", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen.pane, RunPane))
        await until(pilot, lambda: "  runs.db cannot be read: disk error" in screen_text(pilot.app))
        assert "No node was recorded during this run." not in screen_text(pilot.app)
        said = [notice.message for notice in pilot.app._notifications]
        assert "baselines cannot be read: runs.db cannot be read: disk error" in said


def test_baselines_change_only_what_pitui_keeps() -> None:
    assert not action("baseline").mutating
    assert not COMMANDS["bench"].commands["baseline"]


async def test_a_run_whose_tasks_are_gone_says_why() -> None:
    async with shown(still(RUNS), size=(120, 60)) as pilot:
        await opened(pilot)
        await pilot.press("G", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen.pane, RunPane))
        await until(pilot, lambda: "no event log of it is kept" in screen_text(pilot.app))
        assert "No node was recorded during this run." in screen_text(pilot.app)


async def test_an_open_run_that_ends_shows_what_came_of_it() -> None:
    services = still([RUNNING])
    async with shown(services, size=(120, 60)) as pilot:
        await opened(pilot, 1)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen.pane, RunPane))
        await until(pilot, lambda: "known once it has ended" in screen_text(pilot.app))
        ended = replace(SORT, id=RUNNING.id, application=None)
        services.publish_runs([ended])
        pilot.app.screen.show_header()
        await until(pilot, lambda: "Bound by the disk" in screen_text(pilot.app))
        assert "known once it has ended" not in screen_text(pilot.app)


def test_of_a_run_that_goes_on_nothing_is_said_to_be_missing() -> None:
    picture = RunPicture(RUNNING, samples={}, tasks=(), now=NOW)
    said = "\n".join(line.text for line in run_picture_lines(picture, 100))
    assert said.count("known once it has ended") == 3
    assert "No " not in said


PICTURES = [
    RunPicture(SORT, (SORT,), samples(), tasks(), now=NOW),
    RunPicture(SLOWER, (SORT,), samples(), (), now=NOW),
    RunPicture(LOCAL, (), {}, None, "no event log of it is kept. Set spark.eventLog.enabled=true.",
               now=NOW),
    *(RunPicture(run, (), None, None, now=NOW) for run in RUNS),
]  # fmt: skip


@pytest.mark.parametrize("width", [60, 76, 119, 120, 196])
def test_nothing_is_wider_than_the_screen(width: int) -> None:
    found = [line for picture in PICTURES for line in run_picture_lines(picture, width)]
    found += comparison_picture_lines([SORT, TWO, ONE, SLOWER, LOCAL, RUNNING], NOW, width)
    assert [line.text for line in found if line.width > width] == []


def test_a_gantt_line_has_as_much_of_each_stage_as_it_lasted() -> None:
    width = 116
    found = gantt_lines(tasks(), width)
    lanes = core_lanes(tasks())
    assert len(lanes) == 6
    begin = min(bar.begin for lane in lanes for bar in lane.bars)
    length = max(bar.end for lane in lanes for bar in lane.bars) - begin
    for lane, line in zip(lanes, found, strict=False):
        assert line.text.startswith(f"{lane.node}/{lane.executor}")
        busy = sum(bar.end - bar.begin for bar in lane.bars) / length
        drawn = (line.text.count("█") + line.text.count("▓")) / (width - 17)
        assert drawn == pytest.approx(busy, abs=0.05)
    red = [tone for line in found for _, tone in line.spans if tone is Tone.BAD]
    assert len(red) == 1


def test_cores_that_ran_at_once_have_lanes_of_their_own() -> None:
    (first, *_) = tasks()
    later = replace(first, begin=first.end, end=first.end + 5)
    beside = replace(first, begin=first.begin + 1, end=first.end + 1)
    other = replace(first, executor="10", node="pi1")
    two = replace(first, executor="2", node="pi1")
    lanes = core_lanes([later, other, beside, two, first])
    assert [(lane.executor, len(lane.bars)) for lane in lanes] == [
        ("0", 2), ("0", 1), ("2", 1), ("10", 1)
    ]  # fmt: skip


def test_a_task_that_is_sent_before_the_end_of_another_is_noted_is_on_its_core() -> None:
    """As a driver noted them of two cores."""
    (first, *_) = tasks()
    moments = [(0.0, 0.418), (0.004, 0.43), (0.325, 0.74), (0.389, 0.787), (0.689, 1.093)]
    lanes = core_lanes(replace(first, begin=begin, end=end) for begin, end in moments)
    assert [len(lane.bars) for lane in lanes] == [3, 2]


def test_what_cannot_be_compared_says_why_and_scaling_is_drawn_for_the_others() -> None:
    said = "\n".join(
        line.text for line in comparison_picture_lines([ONE, TWO, SORT, LOCAL], NOW, 100)
    )
    assert "! not comparable" in said
    assert "too few repeats" in said
    assert "Scaling" in said
    assert "1.90x  95%" in said
    assert "2.78x  93%" in said
    short = [replace(run, repeats=(Repeat(0.5, ""), Repeat(0.6, ""))) for run in (ONE, TWO)]
    parts = "\n".join(line.text for line in comparison_picture_lines(short, NOW, 100))
    assert " 0.0 s" not in parts
    assert " 0.55 s" in parts
    alone = comparison_picture_lines([SORT, SLOWER], NOW, 100)
    assert "Scaling" not in "\n".join(line.text for line in alone)


def test_a_runs_summary_has_the_values_that_were_given_and_no_empty_ones() -> None:
    run = replace(RUNNING, parameters={"size": "1g", "executor_memory": "", "executor_cores": ""})
    first, _ = job_summary(Job(run=run))
    assert first.text.endswith("size 1g")
