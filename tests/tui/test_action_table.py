"""What the table of actions says holds: danger asks first, nothing changes while read-only."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from support.app_details import StillJobs
from support.node_inspections import Looking
from support.plain_cluster import shown, until
from textual.pilot import Pilot

from pitui.doctor.doctor_report import KnownFinding
from pitui.doctor.finding import error
from pitui.doctor.finding_fix import Fix
from pitui.domain.node_outcome import Outcome, OutcomeReport, OutcomeState
from pitui.services.data.item_presence import ItemPresence, NodeData
from pitui.tui.apps.level_screen import LevelScreen
from pitui.tui.backend.requests import Verb
from pitui.tui.base.actions.action_screen import ActionScreen
from pitui.tui.base.actions.action_table import ACTIONS, Action, Scope, of
from pitui.tui.base.dialogs.confirm import ConfirmScreen, Question
from pitui.tui.base.dialogs.text_screen import TextScreen
from pitui.tui.benchmarks.benchmarks_screen import BenchmarksScreen, RunScreen
from pitui.tui.data.data_screen import DataScreen
from pitui.tui.data.failure_pane import FailureScreen
from pitui.tui.doctor.doctor_screen import DoctorScreen
from pitui.tui.doctor.finding_pane import FindingScreen
from pitui.tui.main.timeline_screen import TimelineScreen
from pitui.tui.nodes.node_screen import NodeScreen
from pitui.tui.operations.operation import Operation
from pitui.tui.provision.provision_run import Phase
from pitui.tui.provision.provision_screen import ProvisionScreen

MISSING, AWAY = NodeData("missing"), NodeData("unknown", error="no route to host")
FIXABLE = error("x", "y", node="pi1", check="spark.gave-up", fixed_by=Fix.starting("pi1"))
DANGERS = {
    scope: [row for row in ACTIONS if row.danger and scope in row.scopes]
    for scope in Scope
    if any(row.danger and scope in row.scopes for row in ACTIONS)
}
CHANGES = {
    *Verb,
    "benchmark",
    "cancel_run",
    "kill",
    "kill_driver",
    "clean",
    "drain",
    "push",
    "submit",
    "remove",
    "fix",
}
LEAVE_THE_TERMINAL = {"pager", "text_pager"}
"""Actions that hand the terminal to $PAGER, which this one does not have."""
OUT_OF_THE_WALK = {"read_only", "quit", *LEAVE_THE_TERMINAL}

KEYS: dict[Scope, tuple[str, ...]] = {
    Scope.ANYWHERE: ("1", "j"),
    Scope.TABLES: ("1", "j"),
    Scope.NODES: ("1", "j"),
    Scope.LOGS: ("2",),
    Scope.EXECUTORS: ("3",),
    Scope.JOBS: ("4",),
    Scope.DRILL: ("4", "enter"),
    Scope.PROGRESS: ("1", "j", "s", "P"),
    Scope.PROVISIONING: ("1", "j", "p"),
    Scope.TIMELINE: ("5",),
    Scope.DATA: ("6",),
    Scope.FAILURE: ("6", "G", "l"),
    Scope.DOCTOR: ("8",),
    Scope.FINDING: ("8", "enter"),
    Scope.NODE: ("1", "j", "enter"),
    Scope.TEXT: ("3", "d"),
    Scope.BENCHMARKS: ("7",),
    Scope.RUN: ("7", "enter"),
}
SCREENS: dict[Scope, type[ActionScreen]] = {
    Scope.DRILL: LevelScreen,
    Scope.PROVISIONING: ProvisionScreen,
    Scope.TIMELINE: TimelineScreen,
    Scope.DATA: DataScreen,
    Scope.FAILURE: FailureScreen,
    Scope.DOCTOR: DoctorScreen,
    Scope.FINDING: FindingScreen,
    Scope.NODE: NodeScreen,
    Scope.TEXT: TextScreen,
    Scope.BENCHMARKS: BenchmarksScreen,
    Scope.RUN: RunScreen,
}


def services() -> Looking:
    """Return services that note what they are asked for; a start of pi1 fails."""
    found = Looking()
    found.jobs = StillJobs()
    found.go_on.set()
    found.doctor.found = (KnownFinding(FIXABLE, nodes=("pi1",)),)
    found.data.found = (ItemPresence("a", "/a", nodes={"pi1": MISSING, "pi2": AWAY}),)
    found.fail["pi1"] = Outcome("pi1", "worker", OutcomeState.FAILED, "no")
    return found


def changes(asked: Looking) -> list[object]:
    """Return what the services were asked to change."""
    every = [*asked.asked, *asked.inspection.asked, *asked.jobs.asked, *asked.data.asked]
    every += asked.doctor.asked
    plans = asked.provisioning.asked
    return [*(one for one in every if one[0] in CHANGES), *(w for w, plan in plans if not plan)]


async def arrive(pilot: Pilot[None], scope: Scope) -> ActionScreen:
    """Go where the actions of a scope are offered."""
    app = pilot.app
    while app.screen is not app.main:
        app.pop_screen()
    app.main.operations.listed.clear()
    app.main.nodes.table.select("nuc")
    for key in KEYS[scope]:
        await pilot.press(key)
        await settled(pilot)
        if key == "s":
            await until(pilot, lambda: app.main.operations.repeatable is not None)
    await until(pilot, lambda: isinstance(app.screen, SCREENS.get(scope, type(app.main))))
    screen = app.screen
    await settled(pilot)
    await pilot.pause()
    return screen


async def settled(pilot: Pilot[None]) -> None:
    """Wait until the screen on top knows what it shows."""
    top = pilot.app.screen
    if isinstance(top, BenchmarksScreen):
        await until(pilot, lambda: top.pane.cursor is not None)
    elif isinstance(top, ProvisionScreen):
        await until(pilot, lambda: top.provision_run.phase is Phase.PLANNED)
    elif isinstance(top, LevelScreen):
        await until(pilot, lambda: top.result is not None)
    elif isinstance(top, (DataScreen, DoctorScreen)):
        await until(pilot, lambda: top.pane.cursor is not None)
    elif isinstance(top, NodeScreen):
        await until(pilot, lambda: top._node._known.disk is not None)


def carry_out(screen: ActionScreen, row: Action) -> None:
    (screen if Scope.ANYWHERE in row.scopes else screen.handler(row)).action_do(row.id)


async def until_said(pilot: Pilot[None], screen: ActionScreen, text: str) -> None:
    await until(pilot, lambda: text in str(screen.footer.render()))


async def until_asked(pilot: Pilot[None]) -> ConfirmScreen:
    """Wait for the question, which may come after a plan."""
    app = pilot.app
    await until(pilot, lambda: isinstance(app.screen, (ConfirmScreen, ProvisionScreen)))
    if isinstance(app.screen, ProvisionScreen):
        await settled(pilot)
        await pilot.press("enter")
    await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
    return app.screen


@pytest.mark.parametrize("scope", DANGERS, ids=[scope.name for scope in DANGERS])
async def test_a_danger_begins_only_after_yes(scope: Scope) -> None:
    asked = services()
    async with shown(asked) as pilot:
        app = pilot.app
        for row in DANGERS[scope]:
            before = len(changes(asked))
            carry_out(await arrive(pilot, scope), row)
            await until_asked(pilot)
            assert len(changes(asked)) == before, row.id
            await pilot.press("n")
            await until(pilot, lambda: not isinstance(app.screen, ConfirmScreen))
            assert len(changes(asked)) == before, row.id
            assert app.main.operations.running == [], row.id
            carry_out(await arrive(pilot, scope), row)
            await until_asked(pilot)
            await pilot.press("y")
            await until(pilot, lambda count=before + 1: len(changes(asked)) == count)
            await until(pilot, lambda: app.main.operations.running == [])


@pytest.mark.parametrize("scope", Scope, ids=[scope.name for scope in Scope])
async def test_nothing_changes_while_read_only(scope: Scope) -> None:
    asked = services()
    async with shown(asked) as pilot:
        app = pilot.app
        screen: ActionScreen | None = None
        for row in of(scope):
            if row.id in OUT_OF_THE_WALK:
                continue
            if screen is None or app.screen is not screen:
                app.read_only = False
                screen = await arrive(pilot, scope)
                app.read_only = True
            before = changes(asked)
            carry_out(screen, row)
            await pilot.pause()
            if row.mutating:
                await until_said(pilot, screen, f"{row.title}: not available in read-only mode")
            if scope is not Scope.PROVISIONING and isinstance(app.screen, ProvisionScreen):
                await settled(pilot)
                await pilot.press("enter")
                await pilot.pause()
            assert not isinstance(app.screen, ConfirmScreen), row.id
            assert app.main.operations.running == [], row.id
            assert changes(asked) == before, row.id


async def nothing(_report: OutcomeReport) -> None:
    raise AssertionError("it was begun")


def operation(row: Action, question: Question | None = None) -> Operation:
    node = frozenset(("pi1",))
    return Operation(row.id, row.title, nothing, node, node, question=question)


async def test_an_operation_is_what_the_table_says_of_its_action() -> None:
    async with shown() as pilot:
        operations = pilot.app.main.operations
        for row in ACTIONS:
            if row.danger:
                with pytest.raises(ValueError, match="must ask first"):
                    operations.submit(operation(row))
            elif not row.mutating:
                with pytest.raises(ValueError, match="is to change nothing"):
                    operations.submit(operation(row))
        assert operations.listed == []


async def test_no_operation_begins_while_read_only_whatever_its_action() -> None:
    async with shown(read_only=True) as pilot:
        operations = pilot.app.main.operations
        for row in ACTIONS:
            if row.danger or row.mutating:
                question = Question("Do it?", "Do it", ["pi1"]) if row.danger else None
                operations.submit(operation(row, question))
        assert operations.listed == []
        assert pilot.app.screen is pilot.app.main


@pytest.mark.parametrize("keys", [("x",), ("D",), ("U",)], ids=["stop", "decommission", "rolling"])
async def test_read_only_mode_that_comes_while_a_question_stands_holds(
    keys: Sequence[str],
) -> None:
    asked = services()
    async with shown(asked) as pilot:
        await arrive(pilot, Scope.NODES)
        await pilot.press(*keys)
        await until_asked(pilot)
        pilot.app.read_only = True
        await pilot.press("y")
        await until(pilot, lambda: isinstance(pilot.app.screen, ActionScreen))
        await until_said(pilot, pilot.app.screen, "not available in read-only mode")
        assert changes(asked) == []


async def test_what_is_done_again_was_asked_for() -> None:
    async with shown() as pilot:
        operations = pilot.app.main.operations
        (row,) = (row for row in ACTIONS if row.id == "stop")
        ended = operation(row, Question("Stop?", "Stop", ["pi1"]))
        ended.again = lambda _failed: replace(ended, claims=frozenset(("pi1", "pi2")))
        with pytest.raises(ValueError, match="more is claimed"):
            operations.repeat(ended)
        assert operations.listed == []
