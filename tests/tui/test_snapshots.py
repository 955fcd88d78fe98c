"""How the screen looks, at the sizes of a small and a large terminal, with the clock stopped."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from support.plain_cluster import FULL, NOW, RUNS, Still, ui, until
from textual.pilot import Pilot

from pitui.domain.cluster import MasterState
from pitui.domain.outcome import Outcome, OutcomeState

SIZES = [pytest.param((80, 24), id="80x24"), pytest.param((200, 50), id="200x50")]
Compare = Callable[..., bool]


@pytest.fixture(autouse=True)
def _stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monkeypatch.setattr(time, "time", lambda: NOW)


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


@pytest.mark.parametrize("size", SIZES)
def test_full(snap_compare: Compare, size: tuple[int, int]) -> None:
    services = Still()
    assert snap_compare(ui(services), terminal_size=size, run_before=after(services))


@pytest.mark.parametrize("pane", ["2", "3", "4"])
def test_other_panes_of_a_small_terminal(snap_compare: Compare, pane: str) -> None:
    services = Still()
    assert snap_compare(ui(services), terminal_size=(80, 24), run_before=after(services, pane))


@pytest.mark.parametrize("size", SIZES)
def test_before_anything_is_known(snap_compare: Compare, size: tuple[int, int]) -> None:
    services = Still(None)
    assert snap_compare(ui(services), terminal_size=size, run_before=after(services))


@pytest.mark.parametrize("size", SIZES)
def test_a_node_that_refuses_and_a_master_that_is_away(
    snap_compare: Compare, size: tuple[int, int]
) -> None:
    away = replace(FULL.master, state=MasterState.UNREACHABLE, error="connection refused")
    services = Still(replace(FULL, master=away, applications=(), master_at=NOW - 75), RUNS[1:])
    picture = after(services, "j", "j", "j", "j")
    assert snap_compare(ui(services, read_only=True), terminal_size=size, run_before=picture)


@pytest.mark.parametrize("size", SIZES)
def test_question(snap_compare: Compare, size: tuple[int, int]) -> None:
    services = Still()
    picture = after(services, "j", "space", "space", "x")
    assert snap_compare(ui(services), terminal_size=size, run_before=picture)


@pytest.mark.parametrize("size", SIZES)
def test_help(snap_compare: Compare, size: tuple[int, int]) -> None:
    services = Still()
    assert snap_compare(ui(services), terminal_size=size, run_before=after(services, "?"))


@pytest.mark.parametrize("size", SIZES)
def test_benchmark_form(snap_compare: Compare, size: tuple[int, int]) -> None:
    services = Still()
    assert snap_compare(ui(services), terminal_size=size, run_before=after(services, "b"))


@pytest.mark.parametrize("size", SIZES)
def test_result_of_an_action(snap_compare: Compare, size: tuple[int, int]) -> None:
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
    assert snap_compare(ui(services), terminal_size=size, run_before=picture)


def test_details_of_a_node(snap_compare: Compare) -> None:
    services = Still()
    picture = after(services, "j", "j", "j", "i")
    assert snap_compare(ui(services), terminal_size=(80, 24), run_before=picture)


def test_filter(snap_compare: Compare) -> None:
    services = Still()
    picture = after(services, "slash", "u", "p", "enter")
    assert snap_compare(ui(services), terminal_size=(80, 24), run_before=picture)
