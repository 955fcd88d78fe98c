"""What is done with lines: marks, folds, copies, the pager, files, toggles that stick, the tree."""

import base64
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.plain_cluster import NOW, ui, until
from textual.pilot import Pilot
from tui.test_log_pictures import Logs, lines, settled

from pitui.domain.logs.log_filter import LogFilter
from pitui.domain.logs.log_line import Level, LogLine
from pitui.tui.logs.dialogs.go_to import place_of
from pitui.tui.logs.dialogs.tree_rows import cluster_rows
from pitui.tui.logs.logs_pane import LogsPane
from pitui.tui.logs.store.time_counts import TimeCounts
from pitui.tui.logs.view.line_text import Times
from pitui.tui.logs.view_settings import (
    LogViewSettings,
    load_settings,
    save_settings,
    settings_path,
)
from pitui.tui.terminal.clipboard import sequences
from pitui.tui.terminal.pager import pager_command


class Opened:
    """The UI with logs in front."""

    def __init__(self, pilot: Pilot[None], services: Logs) -> None:
        self.pilot, self.services = pilot, services
        self.pane: LogsPane = pilot.app.main.logs

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)
            await settled(self.pilot)

    def shown(self) -> list[str]:
        view = self.pane.view
        return [view.render_line(y).text.rstrip() for y in range(view.size.height)]

    def at_cursor(self) -> str:
        view = self.pane.view
        assert view.viewport.cursor is not None
        return view.store[view.viewport.cursor].text

    @property
    def said(self) -> str:
        return str(self.pilot.app.main.footer.render())


async def opened(pilot: Pilot[None], services: Logs) -> Opened:
    screen = Opened(pilot, services)
    await until(pilot, lambda: len(screen.pane.view.store) == len(services.given))
    await screen.press("2", "z")
    return screen


async def test_marks_are_set_gone_to_listed_and_copied() -> None:
    services = Logs(lines())
    async with ui(services).run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot, services)
        await screen.press("k", "m", "E", "m", "E", "m")
        marked = screen.at_cursor()
        assert sum(text.startswith("●") for text in screen.shown()) >= 1
        await screen.press("u")
        assert "ERROR" in screen.at_cursor()
        await screen.press("u", "u")
        assert "no mark below" in screen.said
        await screen.press("U", "U", "U")
        assert screen.at_cursor() == marked
        await screen.press("M", "j", "enter")
        assert "ERROR" in screen.at_cursor()
        assert screen.at_cursor() != marked
        await screen.press("Y", "enter")
        assert len(pilot.app.clipboard.splitlines()) == 3
        assert all(
            text.startswith(("master ", "workers ")) for text in pilot.app.clipboard.splitlines()
        )


async def test_lines_are_selected_by_moving_and_copied() -> None:
    services = Logs(lines())
    async with ui(services).run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot, services)
        await screen.press("E", "v", "j", "j", "y")
        copied = pilot.app.clipboard.splitlines()
        assert len(copied) == 3
        assert "ERROR" in copied[0]
        assert copied[2] == "workers \tat org.apache.spark.Shuffle.write(Shuffle.scala:0)"
        assert screen.pane.view.viewport.selected_from is None


async def test_matches_are_copied_and_too_many_go_to_a_file() -> None:
    many = [LogLine("master", f"line {n} {'x' * 100}") for n in range(900)]
    services = Logs(many)
    async with ui(services).run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot, services)
        await screen.press("slash", *"line 7", "enter", "Y", "j", "enter")
        assert len(pilot.app.clipboard.splitlines()) == 111
        await screen.press("Y", "j", "j", "enter")
        check_file(Path(pilot.app.clipboard), many)
        assert "too large" in screen.said


def check_file(path: Path, many: list[LogLine]) -> None:
    assert path.read_text().splitlines() == [f"master {line.text}" for line in many]
    assert path.stat().st_mode & 0o077 == 0


def decoded(sequence: str) -> str:
    found = re.search(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", sequence)
    assert found
    return base64.b64decode(found[1]).decode()


@given(st.text(max_size=3000))
def test_a_clipboard_gets_the_text_through_tmux_and_screen(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    assert decoded(sequences(text, {})) == text
    for_tmux = sequences(text, {"TMUX": "/tmp/tmux"})
    wrapped = for_tmux[for_tmux.index("\x1bPtmux;") + 7 : -2]
    assert decoded(wrapped.replace("\x1b\x1b", "\x1b")) == text
    pieces = sequences(text, {"TERM": "screen"}).split("\x1b\\")
    assert all(len(piece) < 768 and piece.startswith("\x1bP") for piece in pieces[:-1])
    assert decoded("".join(piece.removeprefix("\x1bP") for piece in pieces)) == text


async def test_traces_and_repetitions_fold_all_and_one_by_one() -> None:
    services = Logs(lines())
    async with ui(services).run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot, services)
        rows = screen.pane.view.rows
        every = rows.lines
        await screen.press("T")
        assert rows.lines == every - 4 * 10
        await screen.press("E", "enter")
        assert rows.lines == every - 3 * 10
        await screen.press("enter", "r")
        assert any("×" in text for text in screen.shown())
        assert rows.lines < every - 40
        await screen.press("r", "T")
        assert rows.lines == every


async def test_toggles_are_remembered_by_the_next_session() -> None:
    for _ in range(2):
        services = Logs(lines())
        async with ui(services).run_test(size=(120, 40)) as pilot:
            screen = await opened(pilot, services)
            if load_settings() == LogViewSettings():
                await screen.press("w", "t", "T", "F", "H")
                wanted = LogViewSettings(True, Times.RELATIVE, False, False, True, False)
                assert load_settings() == wanted
            else:
                view = screen.pane.view
                assert view.look.wrap
                assert view.look.times is Times.RELATIVE
                assert view.folds.now.traces
                assert not view.viewport.following
                assert not screen.pane.histogram.display


def test_a_broken_memory_is_forgotten() -> None:
    save_settings(LogViewSettings(wrap=True))
    assert load_settings().wrap
    settings_path().write_text("{")
    assert load_settings() == LogViewSettings()
    settings_path().write_text(json.dumps({"wrap": "yes"}))
    assert load_settings() == LogViewSettings()


async def test_the_histogram_leads_to_a_time() -> None:
    services = Logs(lines())
    async with ui(services).run_test(size=(160, 40)) as pilot:
        screen = await opened(pilot, services)
        histogram = screen.pane.histogram
        histogram.on_resize()
        assert sum(bar.lines for bar in histogram.bars) == 240
        assert sum(bar.errors for bar in histogram.bars) == 4
        await pilot.click(histogram, offset=(3, 0))
        await settled(pilot)
        assert screen.pane.view.viewport.cursor == 0
        await screen.press("]")
        first = screen.pane.view.viewport.cursor
        assert first
        await screen.press("[")
        assert screen.pane.view.viewport.cursor == 0


async def test_goes_to_a_time_and_to_a_line() -> None:
    services = Logs(lines())
    async with ui(services).run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot, services)
        await screen.press("@", *"07:45", "enter")
        assert " 07:45:03 " in screen.at_cursor()
        await screen.press("@", *"3", "enter")
        assert screen.pane.view.viewport.cursor == 2
        await screen.press("@", *"-1m", "enter")
        assert " 07:56:5" in screen.at_cursor()


def test_places_are_read_as_people_write_them() -> None:
    assert place_of("12", NOW).line == 12
    assert place_of("-10m", NOW).moment == NOW - 600
    clock = place_of("2027-01-15 07:45:10", 0).moment
    assert clock == place_of("27/01/15 07:45:10", 0).moment == place_of("07:45:10", NOW).moment
    assert place_of("7 o'clock", NOW) is None
    assert place_of("", NOW) is None


@given(
    st.lists(st.tuples(st.integers(0, 400_000), st.booleans()), min_size=1, max_size=60),
    st.integers(1, 50),
    st.integers(0, 59),
)
def test_every_line_with_a_time_is_in_one_bar(
    moments: list[tuple[int, bool]], count: int, gone: int
) -> None:
    counts = TimeCounts()
    counts.add([at for at, _ in moments], [at for at, error in moments if error])
    left = moments[min(gone, len(moments) - 1) :]
    away = moments[: len(moments) - len(left)]
    counts.remove([at for at, _ in away], [at for at, error in away if error])
    bars = counts.bars(count)
    assert len(bars) == count
    assert sum(bar.lines for bar in bars) == len(left)
    assert sum(bar.errors for bar in bars) == sum(error for _, error in left)
    assert counts.span == (min(at for at, _ in left), max(at for at, _ in left) + 1)


@pytest.mark.parametrize("typed", ["spark", "journal ", "Systemd units"])
def test_rows_of_the_whole_cluster_are_found_by_words_in_any_case(typed: str) -> None:
    assert [word for word, _ in cluster_rows(typed)] == ["journal"]


async def test_the_tree_leads_to_logs() -> None:
    services = Logs(lines())
    async with ui(services).run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot, services)
        await screen.press("s", "enter")
        await until(pilot, lambda: ("sources", ["errors"]) in services.asked)
        await until(pilot, lambda: screen.pane.filters.chosen == LogFilter(level=Level.ERROR))
        assert screen.pane.title.startswith("Logs: cluster errors,")
        await screen.press("s", *"jjjjj", "space", "l", "j", "space", "enter")
        await until(pilot, lambda: "pi1" in screen.pane.title)
        assert screen.pane.filters.chosen == LogFilter()
        assert ("sources", ["nuc:all"]) in services.asked
        await screen.press("s", "slash", *"stderr", "enter", "enter")
        await until(pilot, lambda: screen.pane.title.startswith("Logs: app-0003/0,"))
        await screen.press("s", "slash", *"pi1:/var/log/syslog", "enter")
        await until(pilot, lambda: ("sources", ["pi1:/var/log/syslog"]) in services.asked)


async def test_a_whole_file_is_saved_from_its_node() -> None:
    services = Logs(lines())
    async with ui(services).run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot, services)
        await screen.press("S", "enter")
        await until(pilot, lambda: "saved 2.0 KiB in workers.log" in screen.said)
        assert services.given_logs.saved[0][1] == Path("workers.log")


def test_a_pager_starts_at_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PAGER", raising=False)
    assert pager_command(Path("/x"), 7) == ["less", "+7", "/x"]
    monkeypatch.setenv("PAGER", "bat --plain")
    assert pager_command(Path("/x"), 7) == ["bat", "--plain", "/x"]
    monkeypatch.setenv("PAGER", "'")
    assert pager_command(Path("/x"), 1) == ["less", "/x"]
    monkeypatch.setenv("PAGER", "  ")
    assert pager_command(Path("/x"), 1) == ["less", "/x"]


async def test_hostile_lines_break_nothing() -> None:
    blob = bytes(range(256)) * 40
    hostile = [
        LogLine("master", blob.decode("utf-8", "replace"), Level.INFO, 1.0),
        LogLine("master", "y" * 10_000_000),
        LogLine("master", "日本語" * 3000),
        LogLine("master", "a\nb\x1b[2J\x1b]52;c;AAAA\x07"),
        LogLine("master", "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace")),
    ]
    services = Logs(hostile)
    async with ui(services).run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, services)
        for keys in ("w", "w", "gjjkk", "llll", "T", "r", "H", "t", "t", "t", "e", "E", "v", "y"):
            await screen.press(*keys)
            for text in screen.shown():
                assert not set(text) & {"\x1b", "\x07", "\n", "\t"}
        await screen.press("slash", *"b\\x1b", "enter")
        assert "\x1b" not in pilot.app.clipboard
