"""Provisioning in the UI: the plan first, then the board, then a report that stays."""

import json
import re
from pathlib import Path

import pytest
from support.looks import screen_text
from support.plain_cluster import Still, shown, until
from support.provision import Recorded, halfway
from textual.pilot import Pilot
from textual.widgets import Input

from pitui.domain.errors import UsageError
from pitui.tui.backend.requests import ProvisionKind, ProvisionRequest
from pitui.tui.base.dialogs.confirm import ConfirmScreen
from pitui.tui.provision.choose_steps import ChooseStepsScreen
from pitui.tui.provision.plan_tree import step_key
from pitui.tui.provision.provision_run import Phase
from pitui.tui.provision.provision_screen import ProvisionScreen

THREE = ("pi1", "pi2", "pi3")
MARK = ("j", "space", "space", "space")
"""Keys that mark the three nodes that were recorded."""


async def until_shown(pilot: Pilot[None], *words: str) -> None:
    try:
        await until(pilot, lambda: all(word in screen_text(pilot.app) for word in words))
    except TimeoutError:
        raise AssertionError(f"{words} not in:\n{screen_text(pilot.app)}") from None


def screen(pilot: Pilot[None]) -> ProvisionScreen:
    top = pilot.app.screen
    assert isinstance(top, ProvisionScreen)
    return top


async def planned(pilot: Pilot[None], *keys: str) -> ProvisionScreen:
    """Mark the three nodes and wait for their plan."""
    await pilot.press(*MARK, *(keys or ("p",)))
    await until(pilot, lambda: isinstance(pilot.app.screen, ProvisionScreen))
    top = screen(pilot)
    await until(pilot, lambda: top.provision_run.phase is Phase.PLANNED)
    await pilot.pause(0.3)
    return top


async def test_the_plan_comes_first_and_every_diff_can_be_read_beside_it() -> None:
    recorded = Recorded()
    async with shown(Still(provisioning=recorded), (80, 24)) as pilot:
        top = await planned(pilot)
        await until_shown(pilot, "3 nodes would change", "30 steps", "nothing has been changed yet")
        assert recorded.asked == [(ProvisionRequest(ProvisionKind.PROVISION, THREE), True)]
        top.view._tree.select(step_key("pi1", "hostname"))
        await until_shown(pilot, "+++ /etc/hostname", "-raspberrypi", "+pi1")
        await pilot.press("z")
        await until(pilot, lambda: "node, step" not in screen_text(pilot.app))
        await pilot.press("escape", "escape")
        assert pilot.app.screen is pilot.app.main
        assert len(recorded.asked) == 1


async def test_enter_applies_and_the_board_shows_speed_and_time_left() -> None:
    recorded = Recorded(hold=halfway)
    async with shown(Still(provisioning=recorded), (200, 50)) as pilot:
        await planned(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: recorded.playing is not None and recorded.playing.held.is_set())
        moving = re.compile(r"spark  pushing  [━╸─]{12}  \d\d%  \d+\.\d MB/s  0:\d\d left")
        await until(pilot, lambda: len(moving.findall(screen_text(pilot.app))) == 3)
        assert re.search(r"pushing to 3: \d\d\.\d MB/s", screen_text(pilot.app))
        assert recorded.asked[1] == (ProvisionRequest(ProvisionKind.PROVISION, THREE), False)
        assert re.search(r"\d+ of \d+ MB", screen_text(pilot.app))
        assert "hostname" in screen_text(pilot.app)


async def test_a_failure_says_why_and_again_does_only_that_node() -> None:
    recorded = Recorded()
    async with shown(Still(provisioning=recorded), (80, 24)) as pilot:
        top = await planned(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: top.provision_run.phase is Phase.ENDED)
        await until_shown(pilot, "key usr nam", "2 nodes done", "1 failed", "unreachable")
        await pilot.press("G")
        await until_shown(pilot, "pi3  spark: Spark itself", "✗ failed", "The next run resumes")
        await pilot.press("a")
        await until_shown(pilot, "3 nodes done")
        assert recorded.asked[-1] == (ProvisionRequest(ProvisionKind.PROVISION, ("pi3",)), False)
        assert [end.node for end in top.provision_run.reports] == list(THREE)
        await pilot.press("a")
        assert len(recorded.asked) == 3


async def test_the_report_stays_after_closing_and_a_run_goes_on_meanwhile() -> None:
    recorded = Recorded(hold=halfway)
    async with shown(Still(provisioning=recorded)) as pilot:
        main = pilot.app.main
        top = await planned(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: recorded.playing is not None and recorded.playing.held.is_set())
        await pilot.press("escape")
        assert pilot.app.screen is main
        assert main.operations.running
        await pilot.press("s")
        assert "another action is still running" in str(main.footer.render())
        await pilot.press("p")
        assert screen(pilot).provision_run is top.provision_run
        await pilot.press("escape", "P", "v")
        assert screen(pilot).provision_run is top.provision_run
        recorded.playing.go_on.set()
        await until_shown(pilot, "1 failed")
        await pilot.press("q")
        await pilot.press("1", "v")
        await until_shown(pilot, "1 failed")


async def test_cancel_finishes_the_steps_in_hand_and_asks_the_second_time() -> None:
    recorded = Recorded(hold=halfway)
    async with shown(Still(provisioning=recorded)) as pilot:
        top = await planned(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: recorded.playing is not None and recorded.playing.held.is_set())
        await pilot.press("c")
        await until(pilot, lambda: top.provision_run.phase is Phase.ENDED)
        assert recorded.playing.cancelled
        await until_shown(pilot, "3 not finished", "cancelled")


class Stubborn(Recorded):
    """Does not end when it is cancelled."""

    def work(self, wanted, report, *, plan):
        work = super().work(wanted, report, plan=plan)
        if not plan:
            work.cancel = lambda: None
        return work


async def test_the_second_cancel_ends_at_once_after_a_question() -> None:
    recorded = Stubborn(hold=halfway)
    async with shown(Still(provisioning=recorded)) as pilot:
        top = await planned(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: recorded.playing is not None and recorded.playing.held.is_set())
        await pilot.press("c")
        await until_shown(pilot, "finishing the current steps")
        await pilot.press("c")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        await pilot.press("y")
        await until(pilot, lambda: top.provision_run.phase is Phase.ENDED)
        await until_shown(pilot, "3 not finished")
        assert top.provision_run.failed == list(THREE)


async def test_nothing_to_do_says_so_and_enter_applies_nothing() -> None:
    recorded = Recorded("nothing")
    async with shown(Still(provisioning=recorded), (80, 24)) as pilot:
        await planned(pilot)
        await until_shown(pilot, "✓ nothing to do")
        await pilot.press("enter")
        await until_shown(pilot, "already as configured")
        await pilot.press("u")
        await until_shown(pilot, "holds", "access")
        assert len(recorded.asked) == 1


async def test_what_is_refused_says_why_and_what_to_do() -> None:
    refused = UsageError("pi1 (127.0.1.11) is this machine under another name", "Use its own.")
    recorded = Recorded(refused=refused)
    async with shown(Still(provisioning=recorded), (80, 24)) as pilot:
        await planned(pilot)
        await until_shown(pilot, "✗ refused", "this machine under another name", "Use its own.")
        await pilot.press("enter")
        await until_shown(pilot, "there is nothing to apply")
        assert len(recorded.asked) == 1


async def test_read_only_shows_plans_and_holds_applying_back() -> None:
    recorded = Recorded()
    async with shown(Still(provisioning=recorded), read_only=True) as pilot:
        await planned(pilot)
        await until_shown(pilot, "read-only", "3 nodes would change")
        await pilot.press("enter")
        await until_shown(pilot, "R switches it off")
        await pilot.press("R", "enter")
        await until(pilot, lambda: len(recorded.asked) == 2)


async def test_only_some_steps() -> None:
    recorded = Recorded()
    async with shown(Still(provisioning=recorded), (80, 24)) as pilot:
        top = await planned(pilot)
        await pilot.press("s")
        assert isinstance(pilot.app.screen, ChooseStepsScreen)
        await pilot.press("a", "enter")
        await until_shown(pilot, "Choose at least one")
        await pilot.press("j", "space", "enter")
        await until(pilot, lambda: len(recorded.asked) == 2)
        assert recorded.asked[1] == (
            ProvisionRequest(ProvisionKind.PROVISION, THREE, ("hostname",)),
            True,
        )
        await until_shown(pilot, "only hostname", "3 steps")
        assert [name.id for name in top.provision_run.steps.names] == ["access", "hostname"]


@pytest.mark.parametrize(
    ("key", "wanted", "effect"),
    [
        ("B", ProvisionRequest(ProvisionKind.ROLLBACK, THREE), "Running daemons keep"),
        (
            "U",
            ProvisionRequest(ProvisionKind.PROVISION, THREE, rolling=True),
            "pi loses 1 executor of 2 on pi2",
        ),
    ],
)
async def test_rollback_and_upgrade_show_a_plan_and_ask(
    key: str, wanted: ProvisionRequest, effect: str
) -> None:
    recorded = Recorded()
    async with shown(Still(provisioning=recorded)) as pilot:
        await planned(pilot, key)
        assert recorded.asked == [(wanted, True)]
        await pilot.press("enter")
        assert isinstance(pilot.app.screen, ConfirmScreen)
        await until_shown(pilot, effect)
        await pilot.press("n")
        assert isinstance(pilot.app.screen, ProvisionScreen)
        assert len(recorded.asked) == 1
        await pilot.press("enter", "y")
        await until(pilot, lambda: recorded.asked[-1] == (wanted, False))


async def test_one_by_one_may_be_chosen_at_the_plan() -> None:
    recorded = Recorded()
    async with shown(Still(provisioning=recorded)) as pilot:
        await planned(pilot)
        await pilot.press("o")
        await until_shown(pilot, "one by one", "3 nodes would change")
        await pilot.press("enter", "y")
        wanted = ProvisionRequest(ProvisionKind.PROVISION, THREE, rolling=True)
        await until(pilot, lambda: recorded.asked[-1] == (wanted, False))


async def test_a_node_is_removed_after_a_question_and_never_the_master() -> None:
    recorded = Recorded()
    async with shown(Still(provisioning=recorded)) as pilot:
        main = pilot.app.main
        await pilot.press("delete")
        assert "nuc runs the master" in str(main.footer.render())
        await pilot.press("j", "space", "space", "delete")
        assert "nodes are removed one at a time" in str(main.footer.render())
        await pilot.press("escape", "k", "delete")
        await until_shown(pilot, "Remove pi2?", "pi loses 1 executor of 2 on pi2")
        await pilot.press("y")
        await until(pilot, lambda: isinstance(pilot.app.screen, ProvisionScreen))
        assert recorded.asked == [(ProvisionRequest(ProvisionKind.REMOVE, ("pi2",)), False)]


async def test_the_report_is_saved_as_text_or_json(tmp_path: Path) -> None:
    async with shown(Still(provisioning=Recorded()), (80, 24)) as pilot:
        top = await planned(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: top.provision_run.phase is Phase.ENDED)
        for name in ("report.json", "report.txt"):
            await pilot.press("w")
            pilot.app.screen.query_one(Input).value = str(tmp_path / name)
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(pilot.app.screen, ProvisionScreen))
        document = json.loads((tmp_path / "report.json").read_text())
        assert document["schema"] == 1
        assert [node["state"] for node in document["nodes"]] == [
            "changed", "changed", "unreachable",
        ]  # fmt: skip
        written = (tmp_path / "report.txt").read_text()
        assert "● pi1: hostname: from raspberrypi to pi1" in written
        assert "+pi1\n" in written
        assert "✗ pi3: spark:" in written
        await pilot.press("w")
        pilot.app.screen.query_one(Input).value = str(tmp_path / "report.txt")
        await pilot.press("enter")
        await until_shown(pilot, "already", "Choose", "another")


async def test_the_cursor_stays_with_its_node_and_step_while_it_goes_on() -> None:
    recorded = Recorded(hold=halfway)
    async with shown(Still(provisioning=recorded), (80, 24)) as pilot:
        top = await planned(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: recorded.playing is not None and recorded.playing.held.is_set())
        await pilot.pause(0.3)
        await pilot.press("j", "h", "h")
        await until_shown(pilot, "pi2  java: Java")
        recorded.playing.go_on.set()
        await until(pilot, lambda: top.provision_run.phase is Phase.ENDED)
        await pilot.pause(0.3)
        await until_shown(pilot, "pi2  java: Java")


async def test_a_plan_of_failures_only_is_not_applied() -> None:
    recorded = Recorded("run")
    async with shown(Still(provisioning=recorded), (80, 24)) as pilot:
        await planned(pilot)
        await until_shown(pilot, "✗ 1 node failed")
        await pilot.press("enter")
        await until_shown(pilot, "nothing can be applied")
        assert len(recorded.asked) == 1
