"""Actions: one table gives keys, footer, help and palette; danger asks; read-only holds back."""

from dataclasses import replace

import pytest
from support.fake_services import FakeBenchmarks, FakeData, FakeDoctor, FakeInspection
from support.plain_cluster import FULL, RUNS, Still, shown, until
from support.provision import Recorded
from textual.widgets import Button, OptionList

from pitui.bench.suites import BENCHMARKS
from pitui.doctor.doctor_report import SkippedChecks
from pitui.domain.apps.app_detail import AppLocation
from pitui.domain.cluster import ApplicationState
from pitui.domain.daemon_target import DaemonTarget
from pitui.domain.errors import ConfigError, PituiError
from pitui.domain.node_outcome import Outcome, OutcomeState
from pitui.services.data.item_presence import ItemPresence, NodeData
from pitui.services.runs.configured_job import ConfiguredJob
from pitui.tui.apps.jobs_pane import JobsPane
from pitui.tui.apps.level_pane import LevelPane
from pitui.tui.apps.levels.jobs import JOBS as SPARK_JOBS
from pitui.tui.backend.requests import ProvisionKind, ProvisionRequest, Verb
from pitui.tui.base.actions.action_table import ACTIONS, Scope, bindings, of, reaches
from pitui.tui.base.actions.help_screen import HelpScreen
from pitui.tui.base.actions.key_remapping import Keys
from pitui.tui.base.dialogs.confirm import ConfirmScreen
from pitui.tui.base.panes.text_pane import TextPane
from pitui.tui.benchmarks.benchmarks_pane import BenchmarksPane
from pitui.tui.benchmarks.run_pane import RunPane
from pitui.tui.data.data_actions import DataActions
from pitui.tui.data.data_pane import DataPane
from pitui.tui.data.data_state import DataFailure, DataRow, DataState
from pitui.tui.data.failure_pane import FailurePane
from pitui.tui.doctor.doctor_pane import DoctorPane
from pitui.tui.doctor.doctor_state import DoctorState
from pitui.tui.doctor.finding_pane import FindingPane
from pitui.tui.events.timeline_pane import TimelinePane
from pitui.tui.executors.executors_pane import ExecutorsPane
from pitui.tui.logs.logs_pane import LogsPane
from pitui.tui.main.command_palette import ActionProvider
from pitui.tui.main.main_screen import MainScreen
from pitui.tui.nodes.node_pane import NodePane
from pitui.tui.nodes.nodes_pane import NodesPane
from pitui.tui.operations.progress_pane import ProgressPane
from pitui.tui.provision.provision_actions import ProvisionActions
from pitui.tui.provision.provision_run import ProvisionRun
from pitui.tui.provision.provision_screen import ProvisionScreen


async def no_text() -> list[str]:
    return []


def data_pane() -> DataPane:
    service = FakeData()
    view = DataState(service)
    return DataPane(view, DataActions(MainScreen(FULL, 100).operations, service, view))


def failure_pane() -> FailurePane:
    item = ItemPresence("/data", "/data")
    row = DataRow((0, "pi1"), item, "pi1", NodeData("missing"))
    return FailurePane(row, DataFailure("push", 0.0, "no space"))


def doctor_pane() -> DoctorPane:
    return DoctorPane(DoctorState(FakeDoctor()), ("", ""), list, list)


OWNERS = {
    Scope.ANYWHERE: lambda: MainScreen(FULL, 100),
    Scope.TABLES: lambda: NodesPane(FULL),
    Scope.NODES: lambda: NodesPane(FULL),
    Scope.LOGS: lambda: LogsPane(100),
    Scope.EXECUTORS: lambda: ExecutorsPane(FULL),
    Scope.JOBS: lambda: JobsPane(FULL),
    Scope.NODE: lambda: NodePane("pi1", FakeInspection()),
    Scope.TEXT: lambda: TextPane("text", no_text),
    Scope.PROGRESS: ProgressPane,
    Scope.PROVISIONING: lambda: ProvisionScreen(
        ProvisionRun(ProvisionRequest(ProvisionKind.PROVISION, ("pi1",)), Recorded()),
        ProvisionActions(MainScreen(FULL, 100)),
    ),
    Scope.TIMELINE: TimelinePane,
    Scope.DATA: data_pane,
    Scope.FAILURE: failure_pane,
    Scope.DOCTOR: doctor_pane,
    Scope.FINDING: lambda: FindingPane(
        SkippedChecks(("pi1",), "away", ("java.missing",)), DoctorState(FakeDoctor())
    ),
    Scope.DRILL: lambda: LevelPane(SPARK_JOBS, AppLocation("app-0003")),
    Scope.BENCHMARKS: BenchmarksPane,
    Scope.RUN: lambda: RunPane(RUNS[0], (), FakeBenchmarks()),
}


@pytest.mark.parametrize("scope", Scope)
async def test_every_action_is_carried_out_where_it_is_offered(scope: Scope) -> None:
    owner = OWNERS[scope]()
    offered = {scope, *reaches(scope)} - {Scope.ANYWHERE} or {scope}
    for row in of(*offered):
        assert callable(owner.action_method(row.id)), row.id


def test_ids_are_unique() -> None:
    assert len({row.id for row in ACTIONS}) == len(ACTIONS)


def test_no_default_key_means_two_things_at_one_place() -> None:
    for scope in Scope:
        keys = [key for binding in bindings(scope) for key in binding.key.split(",")]
        assert len(keys) == len(set(keys)), scope


def test_nothing_that_destroys_is_on_a_key_for_editing_text() -> None:
    for row in ACTIONS:
        # Nothing is typed on the screen of a plan, whose Enter applies it.
        if (row.danger or row.mutating) and row.id != "apply":
            assert not {"ctrl+d", "ctrl+k", "ctrl+c", "enter"} & set(row.keys.split(","))


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"strat": "S"}, ["'strat'", "Did you mean start?"]),
        ({"start": "x"}, ["'x' for start is already used by stop"]),
        ({"start": "q"}, ["already used by quit"]),
        ({"quit": "s"}, ["'s' for quit is already used by start"]),
        ({"start": "hyper+s"}, ["is not a key"]),
        ({"start": ""}, ["is not a key"]),
        ({"start": "ctrl+c"}, ["cannot be used"]),
    ],
)
def test_keys_that_cannot_be(keys: dict[str, str], words: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        Keys(keys)
    for word in words:
        assert word in str(caught.value)


def test_keys_may_be_swapped_and_shared_by_panes_that_never_meet() -> None:
    keys = Keys({"start": "x", "stop": "s"})
    assert [keys.first(row) for row in of(Scope.NODES)[:2]] == ["x", "s"]
    Keys({"kill": "c"})


async def test_remapped_keys_work_and_the_old_ones_do_not() -> None:
    services = Still()
    async with shown(services, keys={"start": "f6", "help": "f1"}) as pilot:
        await pilot.press("s")
        assert not any(name == Verb.START for name, _ in services.asked)
        await pilot.press("f6")
        await until(pilot, lambda: any(name == Verb.START for name, _ in services.asked))
        assert "F6 start" in str(pilot.app.main.footer.render())
        await pilot.press("f1")
        assert isinstance(pilot.app.screen, HelpScreen)


async def test_start_acts_on_the_marked_nodes_without_a_question() -> None:
    services = Still()
    async with shown(services) as pilot:
        await pilot.press("j", "space", "j", "space", "s")
        await until(pilot, lambda: services.asked[-1][0] == Verb.START)
        assert services.asked[-1][1] == [
            DaemonTarget("pi1", "worker"),
            DaemonTarget("pi3", "worker"),
        ]


async def test_the_target_is_the_row_of_the_key_press_whatever_comes_after() -> None:
    services = Still()
    async with shown(services) as pilot:
        await pilot.press("j", "x", "j", "j")
        assert isinstance(pilot.app.screen, ConfirmScreen)
        await pilot.press("y")
        await until(pilot, lambda: services.asked[-1][0] == Verb.STOP)
        assert services.asked[-1][1] == [DaemonTarget("pi1", "worker")]


async def test_a_question_is_answered_no_by_every_other_key() -> None:
    services = Still()
    async with shown(services) as pilot:
        await pilot.press("j", "j")
        for key in ("enter", "escape", "n", "q", "ctrl+c", "space"):
            await pilot.press("x")
            screen = pilot.app.screen
            assert isinstance(screen, ConfirmScreen), key
            assert pilot.app.focused is screen.query_one("#no", Button), key
            await pilot.press(key)
            if key in ("enter", "escape", "n", "q"):
                await until(pilot, lambda: pilot.app.screen is pilot.app.main)
            await pilot.pause()
            assert not any(name == Verb.STOP for name, _ in services.asked), key
            if pilot.app.screen is screen:
                screen.dismiss(False)
                await until(pilot, lambda: pilot.app.screen is pilot.app.main)


async def test_a_question_names_targets_and_consequences() -> None:
    async with shown() as pilot:
        await pilot.press("j", "j", "r")
        text = " ".join(str(w.render()) for w in pilot.app.screen.query("Static"))
        assert "worker on pi2" in text
        assert "pi loses 1 executor of 2 on pi2." in text


async def test_read_only_offers_nothing_that_changes_and_says_why() -> None:
    services = Still()
    async with shown(services, read_only=True) as pilot:
        main = pilot.app.main
        assert not [row for row in main.offered() if row.mutating]
        for key in ("s", "x", "r", "b", "!"):
            await pilot.press(key)
            await pilot.pause()
            assert pilot.app.screen is main
            assert "R switches it off" in str(main.footer.render())
        await pilot.press("4", "x")
        assert pilot.app.screen is main
        await pilot.press("R", "1", "s")
        await until(pilot, lambda: services.asked[-1][0] == Verb.START)


async def test_palette_finds_what_is_offered_and_help_lists_every_action() -> None:
    async with shown() as pilot:
        main = pilot.app.main
        provider = ActionProvider(main)
        found = {hit.text async for hit in provider.discover()}
        offered = {row.title for row in main.offered()}
        assert found <= offered
        assert {"Start", "Stop", "Benchmark", "Help", "Quit"} <= found
        await pilot.press("?")
        lines: list[str] = []
        for block in pilot.app.screen.query(".block"):
            table = block.content
            lines += [str(c) for column in table.columns for c in column.cells]
        for row in ACTIONS:
            assert row.help in lines


async def test_palette_runs_an_action_on_the_row_under_the_cursor() -> None:
    services = Still()
    async with shown(services) as pilot:
        await pilot.press("j", ":", *"start")
        await pilot.pause(0.3)
        await pilot.press("enter")
        await until(pilot, lambda: services.asked[-1][0] == Verb.START)
        assert services.asked[-1][1] == [DaemonTarget("pi1", "worker")]


async def test_progress_goes_node_by_node_and_again_repeats_only_what_failed() -> None:
    services = Still()
    advice = "See what holds port 8081."
    services.fail["pi2"] = Outcome(
        "pi2", "worker", OutcomeState.FAILED, "ended at once\njava.net.BindException", advice
    )
    async with shown(services) as pilot:
        main = pilot.app.main
        await pilot.press("j", "space", "space", "s")
        await until(pilot, lambda: "0 of 2" in lines(main))
        assert pilot.app.focused is main.nodes.table
        await pilot.press("P", "P")
        assert not main.progress.display
        await pilot.press("P")
        assert main.progress.has_focus
        services.go_on.set()
        await until(pilot, lambda: "failed for 1 of 2" in lines(main))
        text = lines(main)
        assert text.index("pi2") < text.index("pi1")
        assert "java.net.BindException" in text
        assert advice in text
        services.fail.clear()
        await pilot.press("a")
        await until(
            pilot, lambda: services.asked[-1] == (Verb.START, [DaemonTarget("pi2", "worker")])
        )
        await until(pilot, lambda: "done" in lines(main))


async def test_cancel_ends_waiting() -> None:
    services = Still()
    async with shown(services) as pilot:
        main = pilot.app.main
        await pilot.press("j", "s", "P")
        await until(pilot, lambda: "0 of 1" in lines(main))
        await pilot.press("c")
        await until(pilot, lambda: "cancelled" in lines(main))
        assert not main.operations.running


async def test_quit_backs_out_step_by_step_and_asks_while_an_action_runs() -> None:
    services = Still()
    async with shown(services, (80, 24)) as pilot:
        main = pilot.app.main
        await pilot.press("slash", "p", "enter", "z", "s")
        await until(pilot, lambda: main.progress.display)
        await pilot.press("q")
        assert not main.progress.display
        await pilot.press("q")
        assert main.nodes.filter_bar.value == ""
        await pilot.press("q")
        assert not main.panes.zoomed
        await pilot.press("q")
        assert isinstance(pilot.app.screen, ConfirmScreen)
        await pilot.press("n")
        assert pilot.app.is_running


async def test_interrupt_never_ends_anything_and_hints_how_to_quit() -> None:
    async with shown() as pilot:
        await pilot.press("ctrl+c")
        assert "q quits" in str(pilot.app.main.footer.render())
        assert pilot.app.is_running


async def test_jobs_are_ended_only_while_they_run_and_after_a_question() -> None:
    services = Still()
    async with shown(services) as pilot:
        await pilot.press("4", "x", "y")
        await until(pilot, lambda: services.asked[-1] == ("cancel_run", "r-2"))
        await pilot.press("4", "j", "X", "y")
        await until(pilot, lambda: services.asked[-1] == ("kill", "app-0004"))
        await pilot.press("4", "j", "delete")
        assert pilot.app.screen is pilot.app.main


async def test_marked_jobs_are_ended_together_and_each_tells_how_it_went() -> None:
    services = Still()
    services.fails = {"app-0004": PituiError("the master does not allow it", "Set ui.killEnabled")}
    async with shown(services) as pilot:
        await pilot.press("4", "a", "x")
        targets = str(pilot.app.screen.query_one(".targets").render())
        assert "pi app-0003" in targets
        assert "r-0" not in targets  # it has ended long ago
        await pilot.press("y")
        await until(pilot, lambda: len(pilot.app.main.operations.listed[0].failed) == 1)
        asked = [asked for asked in services.asked if asked[0] in ("cancel_run", "kill")]
        assert asked == [("cancel_run", "r-2"), ("kill", "app-0004")]
        (failed,) = pilot.app.main.operations.listed[0].failed
        assert (failed.detail, failed.advice) == (
            "the master does not allow it",
            "Set ui.killEnabled",
        )


async def test_what_is_marked_is_copied() -> None:
    async with shown() as pilot:
        await pilot.press("space", "space", "y")
        await until(pilot, lambda: bool(pilot.app.clipboard))
        assert [line.split()[0] for line in pilot.app.clipboard.splitlines()] == ["nuc", "pi1"]


async def test_help_begins_with_the_keys_of_the_place() -> None:
    async with shown() as pilot:
        for keys, title in (("4", "Jobs"), ("2", "Logs"), ("5", "Timeline")):
            await pilot.press(keys, "question_mark")
            first = pilot.app.screen.query(".block").first()
            assert first.content.title.plain == title
            await pilot.press("escape", "escape")


async def test_enter_on_a_benchmark_starts_it_with_its_defaults_and_follows_the_run() -> None:
    services = Still()
    benchmark = next(iter(BENCHMARKS.values()))
    async with shown(services) as pilot:
        await pilot.press("b", "enter")
        defaults = {p.name: p.default for p in benchmark.parameters}
        wanted = ("benchmark", (benchmark.name, benchmark.check(defaults)))
        await until(pilot, lambda: wanted in services.asked)
        await until(pilot, lambda: ("sources", ["r-9"]) in services.asked)
        assert pilot.app.screen is pilot.app.main
        assert not pilot.app.main.progress.display


async def test_a_job_of_the_configuration_is_chosen_and_submitted() -> None:
    services = Still()
    services.jobs_there = (
        ConfiguredJob("pi", "jobs/pi.py 100"),
        ConfiguredJob("flights", "jobs/flights.py", ("/data/flights.csv",)),
    )
    async with shown(services, size=(80, 24)) as pilot:
        await pilot.press("4", "r")
        shown_rows = pilot.app.screen.query_one(OptionList)
        assert [str(o.prompt) for o in shown_rows.options] == [
            "pi       jobs/pi.py 100",
            "flights  jobs/flights.py",
        ]
        await pilot.press("j", "enter")
        await until(pilot, lambda: ("submit", "flights") in services.asked)
        assert not pilot.app.main.operations.listed
        services.fails["pi"] = PituiError("pi2: no space left")
        await pilot.press("r", "enter")
        listed = pilot.app.main.operations.listed
        await until(pilot, lambda: any(one.error is not None for one in listed))
        assert "no space left" in str(listed[0].error)


async def test_without_jobs_the_configuration_is_named() -> None:
    services = Still()
    async with shown(services) as pilot:
        await pilot.press("4", "r")
        assert pilot.app.screen is pilot.app.main
        assert "has no jobs" in str(pilot.app.main.footer.render())


async def test_tab_goes_to_a_benchmarks_parameters_which_are_checked() -> None:
    services = Still()
    async with shown(services) as pilot:
        await pilot.press("b", "tab", "x", "enter")
        complaint = pilot.app.screen.query_one("#complaint")
        assert "is not a whole number" in str(complaint.render())
        await pilot.press("ctrl+a", "ctrl+k", "5", "0", "0", "enter")
        values = {"samples": "500", "partitions": "0", "executor_memory": "", "executor_cores": ""}
        wanted = ("benchmark", ("pi", values))
        await until(pilot, lambda: wanted in services.asked)


async def test_logs_of_node_and_run() -> None:
    services = Still()
    async with shown(services) as pilot:
        await pilot.press("j", "space", "space", "l")
        await until(pilot, lambda: services.asked[-1] == ("sources", ["pi1", "pi2"]))
        assert pilot.app.main.panes.focused_pane is pilot.app.main.logs
        await pilot.press("4", "l")
        await until(pilot, lambda: services.asked[-1] == ("sources", ["r-2"]))


async def test_copy_puts_the_row_on_the_clipboard() -> None:
    async with shown() as pilot:
        await pilot.press("j", "y")
        assert pilot.app.clipboard.startswith("pi1\t● up\t● alive\t2/4")


async def test_a_row_without_anything_to_do_offers_nothing_to_do() -> None:
    async with shown(Still(FULL, RUNS)) as pilot:
        main = pilot.app.main
        await pilot.press("4", "G")
        assert "kill" not in {row.id for row in main.offered()}


async def test_why_it_failed_is_offered_of_what_failed_and_as_soon_as_it_did() -> None:
    services = Still(FULL, ())
    async with shown(services) as pilot:
        main = pilot.app.main
        await pilot.press("4")
        for name, offered in (("pi", False), ("greedy", False), ("flights by hour", False),
                              ("broken", True)):  # fmt: skip
            assert ("failure" in {row.id for row in main.offered()}) is offered, name
            await pilot.press("j")
        await pilot.press("g")
        await until(pilot, lambda: "why it failed" not in str(main.footer.render()))
        failed = replace(FULL.applications[0], state=ApplicationState.FAILED)
        services.publish(replace(FULL, applications=(failed, *FULL.applications[1:])))
        await until(pilot, lambda: "f why it failed" in str(main.footer.render()))


def lines(main: MainScreen) -> str:
    """Return what the progress shows."""
    return str(main.progress.children[0].render()) if main.progress.display else ""
