"""The layout: four panes or tabs, nothing cut off, whatever the size of the terminal."""

import time
from dataclasses import replace

import pytest
from rich.cells import cell_len
from support.looks import screen_lines, screen_text
from support.plain_cluster import FULL, NODES, NOW, RUNS, Still, pi, shown, ui, until, worker

from pitui.domain.cluster import ApplicationState, MasterState, WorkerState
from pitui.domain.errors import ConfigError
from pitui.domain.events.last_known_state import LastKnownState
from pitui.domain.events.snapshot_diff import diff_snapshots
from pitui.domain.snapshot import Snapshot
from pitui.tui.app import PituiApp
from pitui.tui.events.toasts import Toast, toasts
from pitui.tui.text.header import header

IN_ONE_JVM = "local-1800000000000"


async def test_a_large_terminal_shows_all_panes_and_a_small_one_tabs() -> None:
    async with shown(size=(120, 30)) as pilot:
        text = screen_text(pilot.app)
        for title in ("1 Nodes", "2 Logs", "3 Executors of pi", "4 Jobs"):
            assert f"─ {title}" in text
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        lines = screen_lines(pilot.app)
        assert lines[2].split() == ["1", "Nodes", "2", "Logs", "3", "Executors", "4", "Jobs"]
        assert [pane.display for pane in pilot.app.main.panes.panes] == [True, False, False, False]
        await pilot.press("4")
        assert pilot.app.main.jobs.display
        await pilot.resize_terminal(200, 50)
        await pilot.pause()
        assert all(pane.display for pane in pilot.app.main.panes.panes)
        assert pilot.app.focused is pilot.app.main.jobs.table


@pytest.mark.parametrize("size", [(80, 24), (120, 30), (100, 50), (200, 50), (250, 70)])
async def test_every_line_fits_and_what_matters_is_there(size: tuple[int, int]) -> None:
    async with shown(size=size) as pilot:
        lines = screen_lines(pilot.app)
        assert {cell_len(line) for line in lines} == {size[0]}
        head = "".join(lines[:2])
        for words in ("shelf", "spark://nuc:7077", "● alive 4.3.0", "workers 2/6", "cores 6/8",
                      "memory 1.2/1.4 GiB", "apps 1 running, 1 waiting"):  # fmt: skip
            assert words in head
        assert "s start" in lines[-1]
        assert "? help" in lines[-1]
        assert "q quit" in lines[-1]
        table = "\n".join(lines)
        for words in ("● alive", "✗ dead", "no route to host", "91%", "74!"):
            assert words in table


async def test_a_tiny_terminal_still_shows_names_states_and_help() -> None:
    async with shown(size=(40, 10)) as pilot:
        text = screen_text(pilot.app)
        assert "pi1" in text
        assert "● alive" in text
        assert "? help" in text


async def test_zoom_gives_the_screen_to_a_pane_and_takes_it_back() -> None:
    async with shown(size=(160, 45)) as pilot:
        await pilot.press("4", "z")
        panes = pilot.app.main.panes.panes
        assert [pane.display for pane in panes] == [False, False, False, True]
        assert panes[3].size.width > 150
        await pilot.press("1")
        assert [pane.display for pane in panes] == [True, False, False, False]
        await pilot.press("escape")
        assert all(pane.display for pane in panes)


async def test_tab_goes_round_the_panes() -> None:
    async with shown(size=(80, 24)) as pilot:
        layout = pilot.app.main.panes
        order = []
        for _ in range(4):
            await pilot.press("tab")
            order.append(layout.active)
        assert order == [1, 2, 3, 0]
        await pilot.press("shift+tab")
        assert layout.active == 3


async def test_a_tab_can_be_clicked() -> None:
    async with shown(size=(80, 24)) as pilot:
        x = screen_lines(pilot.app)[2].index("4 Jobs")
        await pilot.click(offset=(x + 2, 2))
        assert pilot.app.main.panes.active == 3


async def test_details_say_the_error_and_what_to_do() -> None:
    async with shown(size=(80, 24)) as pilot:
        await pilot.press("j", "j", "j", "j")
        text = screen_text(pilot.app)
        assert "authentication failed for pi@192.168.1.14: no key was accepted" in text
        assert "Put your public key there: ssh-copy-id pi@192.168.1.14." in text


async def test_a_toast_leaves_the_lines_on_the_row_in_sight() -> None:
    services = Still()
    app = ui(services)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: app.main.snapshot is services.snapshot)
        await pilot.press("j", "j", "j", "j")
        pilot.app.notify("The worker on pi2 is lost", severity="error")
        await until(pilot, lambda: "The worker on pi2" in screen_text(pilot.app))
        text = screen_text(pilot.app)
        assert "authentication failed for pi@192.168.1.14: no key was accepted" in text
        assert "Put your public key there: ssh-copy-id pi@192.168.1.14." in text


async def test_a_long_reason_is_read_whole_on_a_small_terminal() -> None:
    why = " ".join(f"reason{number}" for number in range(30))
    away = replace(NODES[3], link=replace(NODES[3].link, error=why, advice="Do this."))
    async with shown(Still(replace(FULL, nodes=(NODES[0], away))), (80, 24)) as pilot:
        await pilot.press("j")
        await pilot.pause()
        text = " ".join("\n".join(screen_lines(pilot.app)[-8:]).split())
        assert why in text


async def test_executors_are_those_of_the_selected_application() -> None:
    services = Still()
    async with shown(services) as pilot:
        main = pilot.app.main
        assert main.executors.title == "Executors of pi"
        await until(pilot, lambda: ("look_at", ["app-0003", "app-0004"]) in services.asked)
        await pilot.press("4", "j")
        await until(pilot, lambda: main.executors.title == "Executors of greedy")
        assert "no executor" in screen_text(pilot.app)
        services.publish_runs([replace(RUNS[0], id="r-3", application=IN_ONE_JVM), *RUNS])
        await until(pilot, lambda: main.jobs.key_of(IN_ONE_JVM) is not None)
        main.jobs.table.select(main.jobs.key_of(IN_ONE_JVM))
        await until(pilot, lambda: main.jobs.job.run.id == "r-3")
        await until(pilot, lambda: main.executors.title == "Executors of pi")
        assert main.jobs.active_applications() == ["app-0003", "app-0004"]


async def test_toasts_tell_only_of_what_changed_by_itself() -> None:
    services = Still()
    async with shown(services) as pilot:
        await pilot.press("j", "s")
        lost = [replace(NODES[i], worker=worker(WorkerState.DEAD)) for i in (1, 2)]
        services.publish(replace(FULL, nodes=(NODES[0], *lost, *NODES[3:])))
        await pilot.pause()
        assert [n.message for n in pilot.app._notifications] == ["The worker on pi2 is lost"]


def toasts_of(first: Snapshot, *others: Snapshot) -> list[list[Toast]]:
    """Return what is said of each snapshot after the first."""
    _, seen = diff_snapshots(LastKnownState(), first, time.time())
    told = []
    for snapshot in others:
        found, seen = diff_snapshots(seen, snapshot, time.time())
        told.append(toasts(found))
    return told


def test_changes_between_snapshots() -> None:
    done = replace(FULL.applications[0], state=ApplicationState.FAILED)
    new = replace(
        FULL,
        nodes=(NODES[0], NODES[1], replace(NODES[2], link=NODES[3].link), pi("pi3", on=worker())),
        applications=(done, *FULL.applications[1:]),
    )
    told = toasts_of(FULL, new, new)
    found = {(toast.text, toast.bad) for toast in told[0]}
    assert found == {
        ("pi2 is unreachable: no route to host", True),
        ("pi3 is back", False),
        ("pi failed", True),
    }
    assert told[1] == []


def test_a_master_that_goes_away_is_one_change_and_not_one_a_worker() -> None:
    away = replace(FULL.master, state=MasterState.UNREACHABLE)
    nodes = tuple(
        replace(n, worker=worker(WorkerState.UNREGISTERED)) if n.worker else n for n in NODES
    )
    told = toasts_of(FULL, replace(FULL, master=away, nodes=nodes), replace(FULL, nodes=nodes))
    assert [toast.text for found in told for toast in found] == [
        "The master on nuc is not answering",
        "The master on nuc is back",
    ]


def test_header_says_how_old_figures_are_and_shortens_by_rank() -> None:
    def text(width: int, now: float = NOW) -> str:
        lines = header(FULL, now, (width, width), wide=False, read_only=True)
        return "\n".join("".join(words for p in line for words, _ in p.spans) for line in lines)

    assert "old" not in text(80)
    assert "figures 34 s old" in text(80, NOW + 34)
    assert "read-only" in text(40, NOW + 34)
    assert "spark://" not in text(40)


def test_an_unknown_theme_names_those_there_are() -> None:
    from support.plain_cluster import config

    with pytest.raises(ConfigError, match=r"unknown theme 'sepia'.*pitui, textual-dark"):
        PituiApp(config(theme="sepia"))


async def test_a_theme_of_textual_can_be_chosen() -> None:
    async with shown(theme="nord") as pilot:
        assert pilot.app.theme == "nord"
