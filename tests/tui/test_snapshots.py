"""How the screen looks, at the sizes of a small and a large terminal, with the clock stopped."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from support.looks import LARGE, SMALL, Looks
from support.plain_cluster import FULL, NOW, RUNS, Still, ui, until
from textual.pilot import Pilot

from pitui.domain.cluster import MasterState
from pitui.domain.node_outcome import Outcome, OutcomeState

pytestmark = pytest.mark.usefixtures("stopped_clock")


def after(
    services: Still, *keys: str, ready: Callable[[Pilot[None]], bool] | None = None
) -> Callable[[Pilot[None]], Awaitable[None]]:
    """Return what brings the UI to the moment of the picture."""

    async def run(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: pilot.app.started)
        if services.snapshot is not None:
            await until(pilot, lambda: len(pilot.app.main.logs.view.store) > 0)
        for key in keys:
            await pilot.press(key)
        if ready is not None:
            await until(pilot, lambda: ready(pilot))

    return run


def test_full(looks: Looks) -> None:
    services = Still()
    looks(ui(services), after(services), rows=(SMALL,), picture=LARGE)


@pytest.mark.parametrize("pane", ["2", "3", "4"])
def test_other_panes_of_a_small_terminal(looks: Looks, pane: str) -> None:
    services = Still()
    looks(ui(services), after(services, pane), rows=(SMALL,))


def test_before_anything_is_known(looks: Looks) -> None:
    services = Still(None)
    looks(ui(services), after(services), rows=(SMALL, LARGE))


def test_a_node_that_refuses_and_a_master_that_is_away(looks: Looks) -> None:
    away = replace(FULL.master, state=MasterState.UNREACHABLE, error="connection refused")
    services = Still(replace(FULL, master=away, applications=(), master_at=NOW - 75), RUNS[1:])
    picture = after(services, "j", "j", "j", "j")
    looks(ui(services, read_only=True), picture, rows=(SMALL,), picture=LARGE)


def test_question(looks: Looks) -> None:
    services = Still()
    picture = after(services, "j", "space", "space", "x")
    looks(ui(services), picture, rows=(SMALL,), picture=LARGE)


def test_help(looks: Looks) -> None:
    services = Still()
    looks(ui(services), after(services, "?"), rows=(SMALL,), picture=LARGE)


def test_benchmark_form(looks: Looks) -> None:
    services = Still()
    looks(ui(services), after(services, "b"), rows=(LARGE,), picture=SMALL)


def test_result_of_an_action(looks: Looks) -> None:
    services = Still()
    services.go_on.set()
    services.fail["pi2"] = Outcome(
        "pi2", "worker", OutcomeState.FAILED,
        "the worker ended again at once\nException in thread main java.net.BindException: Address"
        " already in use",
        "Another process holds port 8081: ss -ltnp 'sport = :8081'.", 3.2,
    )  # fmt: skip
    picture = after(
        services, "j", "space", "space", "s",
        ready=lambda pilot: any(o.ended for o in pilot.app.main.operations.listed),
    )  # fmt: skip
    looks(ui(services), picture, rows=(SMALL,), picture=LARGE)


def test_details_of_a_node(looks: Looks) -> None:
    services = Still()
    picture = after(services, "j", "j", "j", "i")
    looks(ui(services), picture, picture=SMALL)


def test_filter(looks: Looks) -> None:
    services = Still()
    picture = after(services, "slash", "u", "p", "enter")
    looks(ui(services), picture, picture=SMALL)
