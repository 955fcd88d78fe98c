"""One action at a time on a node or job, whatever it is; again repeats what was asked last."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest
from support.node_inspections import Looking
from support.plain_cluster import FULL, Still, shown, until
from textual.pilot import Pilot

from pitui.domain.daemon_target import DaemonTarget
from pitui.domain.errors import PituiError
from pitui.domain.node_outcome import Outcome, OutcomeState
from pitui.services.nodes.disk_use import Cleaned
from pitui.spark.api.decommission import Refusal
from pitui.tui.backend.requests import Verb
from pitui.tui.base.dialogs.confirm import ConfirmScreen
from pitui.tui.nodes.node_screen import NodeScreen
from pitui.tui.operations.daemon_actions import DaemonActions
from pitui.tui.operations.operation import Operation

REFUSED = "pi1: another action is still running (P shows it)"
PI1 = DaemonTarget("pi1", "worker")


async def hint(pilot: Pilot[None], text: str) -> None:
    """Wait until the footer of the screen on top says it."""
    await until(pilot, lambda: text in str(pilot.app.screen.footer.render()))


async def test_nothing_begins_on_a_node_while_something_else_is_done_there() -> None:
    services = Looking()
    async with shown(services) as pilot:
        main = pilot.app.main
        await pilot.press("j", "s")
        await until(pilot, lambda: len(main.operations.running) == 1)
        # Start, stop, restart, provision, rolling, rollback, remove, drain; and the clean-up.
        for keys in ("s", "x", "r", "p", "U", "B", "delete", "D", ("enter", "C")):
            main.footer.say("-")
            for key in (keys,) if isinstance(keys, str) else keys:
                await pilot.press(key)
                await pilot.pause()
            await hint(pilot, REFUSED)
            assert isinstance(pilot.app.screen, NodeScreen if "enter" in keys else type(main)), keys
            assert len(main.operations.running) == 1, keys
            assert services.inspection.asked == [], keys


async def test_other_nodes_are_free() -> None:
    services = Still()
    async with shown(services) as pilot:
        await pilot.press("j", "s", "j", "s")
        await until(pilot, lambda: len(pilot.app.main.operations.running) == 2)


async def test_what_began_while_a_question_stood_is_found_by_the_answer() -> None:
    services = Looking()
    async with shown(services) as pilot:
        main = pilot.app.main
        await pilot.press("j", "x")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        DaemonActions(main).act(Verb.START, [PI1])
        await until(pilot, lambda: len(main.operations.running) == 1)
        await pilot.press("y")
        await hint(pilot, REFUSED)
        assert [asked for asked in services.asked if asked[0] == Verb.STOP] == []


async def test_a_node_that_is_cleaned_up_is_busy_until_that_has_ended() -> None:
    services = Looking()
    go_on = asyncio.Event()

    async def clean(node: str, names: Sequence[str]) -> Cleaned:
        services.inspection.asked.append(("clean", (node, list(names))))
        await go_on.wait()
        return Cleaned(tuple(names), 2048)

    services.inspection.clean = clean
    async with shown(services) as pilot:
        main = pilot.app.main
        await pilot.press("j", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, NodeScreen))
        await pilot.press("C", "y")
        await until(pilot, lambda: len(services.inspection.asked) == 1)
        await pilot.press("escape", "s")
        await hint(pilot, REFUSED)
        go_on.set()
        await until(pilot, lambda: not main.operations.running)
        await pilot.press("s")
        await until(pilot, lambda: services.asked[-1] == (Verb.START, [PI1]))


async def test_a_clean_up_that_failed_is_kept_and_done_again() -> None:
    services = Looking()
    asked = []

    async def clean(node: str, names: Sequence[str]) -> Cleaned:
        asked.append((node, list(names)))
        raise PituiError("the disk is read-only", "See dmesg.")

    services.inspection.clean = clean
    async with shown(services) as pilot:
        operations = pilot.app.main.operations
        await pilot.press("j", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, NodeScreen))
        await pilot.press("C", "y")
        await until(
            pilot, lambda: [o.failed[0].advice for o in ended(operations)] == ["See dmesg."]
        )
        await pilot.press("escape", "P", "a")
        await until(pilot, lambda: len(asked) == 2)
        assert asked[0] == asked[1]


@pytest.mark.parametrize("refusal", [None, Refusal("decommissioning is off", "Switch it on.")])
async def test_again_repeats_what_was_done_a_stop_or_a_drain(refusal: Refusal | None) -> None:
    services = Looking()
    services.go_on.set()
    services.inspection.refused = refusal
    failed = Outcome("pi1", "worker", OutcomeState.FAILED, "permission denied")
    services.fail["pi1"] = failed
    drained = []

    async def drain(nodes: Sequence[str], report: object) -> list[Outcome]:
        drained.append(list(nodes))
        report(failed)
        return [failed]

    services.inspection.drain = drain
    async with shown(services) as pilot:
        operations = pilot.app.main.operations
        await pilot.press("j", "D")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        await pilot.press("y")
        await until(pilot, lambda: len(ended(operations)) == 1)
        title = operations.listed[0].title
        # Meanwhile the master may say something else; what was asked stays what it was.
        services.inspection.refused = None if refusal else Refusal("off", "Switch it on.")
        await pilot.press("P", "a")
        stops = (Verb.STOP, [PI1])
        done = (lambda: services.asked.count(stops)) if refusal else (lambda: len(drained))
        await until(pilot, lambda: done() == 2)
        assert (services.asked.count(stops), len(drained)) == ((2, 0) if refusal else (0, 2))
        assert operations.listed[0].title == title


async def test_again_waits_for_what_is_done_on_the_node_now_and_stays_offered() -> None:
    services = Still()
    services.fail["pi1"] = Outcome("pi1", "worker", OutcomeState.FAILED, "no")
    services.go_on.set()
    async with shown(services) as pilot:
        operations = pilot.app.main.operations
        await pilot.press("j", "s")
        await until(pilot, lambda: len(ended(operations)) == 1)
        services.go_on.clear()
        await pilot.press("s")
        await until(pilot, lambda: len(operations.running) == 1)
        await pilot.press("P", "a")
        await hint(pilot, REFUSED)
        assert len(operations.running) == 1
        assert len(ended(operations)) == 1


async def test_an_application_is_killed_once() -> None:
    services = Still(replace(FULL, master_at=None))
    go_on = asyncio.Event()

    async def kill(app_id: str) -> None:
        services.asked.append(("kill", app_id))
        await go_on.wait()

    services.jobs.kill_application = kill
    async with shown(services) as pilot:
        await pilot.press("4", "j", "x", "y")
        await until(pilot, lambda: ("kill", "app-0004") in services.asked)
        await pilot.press("4", "x")
        await hint(pilot, "app-0004: another action is still running")
        go_on.set()


async def test_every_running_operation_counts_however_many_there_are() -> None:
    async with shown() as pilot:
        operations = pilot.app.main.operations

        async def wait(_report: object) -> None:
            await asyncio.Event().wait()

        for number in range(9):
            name = frozenset((f"n{number}",))
            operations.submit(Operation("start", f"Start {number}", wait, name, name))
        assert len(operations.running) == 9
        assert operations.refusal(["n0", "n8", "other"]).startswith("n0, n8: another action")


def ended(operations: object) -> list[Operation]:
    return [o for o in operations.listed if o.ended is not None]
