"""The configuration is changed while the UI runs: it is offered to load it, and starts anew."""

from pathlib import Path
from threading import Event

import pytest
from support.plain_cluster import Still, ui, until
from textual.pilot import Pilot

from pitui.config.load import load_config
from pitui.config.model import Config
from pitui.domain.concurrency.disk_thread import SlowDiskError
from pitui.tui.app import PituiApp
from pitui.tui.base.actions.help_screen import HelpScreen
from pitui.tui.base.dialogs.confirm import ConfirmScreen
from pitui.tui.main import config_watch

FIRST = "cluster: {master: nuc}\nnodes: {nuc: {host: local}}\n"
SECOND = FIRST.replace("}}\n", "}, pi9: {host: 192.168.1.19}}\n")


def app_of_file(file: Path) -> PituiApp:
    file.write_text(FIRST)
    app = ui(Still())
    app.config, app.config_file = load_config(file), file
    return app


async def notified(pilot: Pilot[None], words: str) -> None:
    await until(
        pilot, lambda: any(words in note.message for note in pilot.app._notifications), limit=30
    )


async def test_a_change_is_offered_once_and_loaded_by_its_key(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    app = app_of_file(file)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.started)
        await pilot.press("ctrl+l")
        assert app.next_config is None
        file.write_text(SECOND)
        await notified(pilot, " loads it")
        assert len(app._notifications) == 1
        await pilot.press("ctrl+l")
        await until(pilot, lambda: app.next_config is not None)
    assert "pi9" in app.next_config.nodes


async def test_a_change_that_cannot_be_used_is_said_and_nothing_ends(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    app = app_of_file(file)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.started)
        file.write_text("cluster: [\n")
        await notified(pilot, "config.yaml has changed and cannot be used")
        await pilot.press("ctrl+l")
        await pilot.pause()
        file.unlink()
        await notified(pilot, "no such file")
        assert app.next_config is None
        assert not isinstance(app.screen, ConfirmScreen)
        assert app.is_running


async def test_a_look_at_the_file_reads_nothing_while_it_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def load(path: Path) -> Config:
        read.append(path.read_text())
        return app.config

    monkeypatch.setattr(config_watch, "load_config", load)
    file = tmp_path / "config.yaml"
    app = app_of_file(file)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.started)
        watch = config_watch.ConfigWatch(app.main, file)
        await watch.look()
        assert read == []
        for _ in range(3):
            await watch.look()
        assert read == [FIRST]
        file.write_text(SECOND)
        await watch.look()
        file.write_text(SECOND + "ui: {refresh: 2}\n")
        await watch.look()
        assert read == [FIRST]
        await watch.look()
        assert read == [FIRST, SECOND + "ui: {refresh: 2}\n"]


async def test_what_changed_while_a_slow_disk_was_read_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = Event()

    def slow(path: Path) -> Config:
        found = load_config(path)
        assert answers.wait(60)
        return found

    monkeypatch.setattr(config_watch, "load_config", slow)
    file = tmp_path / "config.yaml"
    app = app_of_file(file)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.started)
        watch = config_watch.ConfigWatch(app.main, file)
        watch._looks._limit = 0.05
        await watch.look()
        with pytest.raises(SlowDiskError):
            await watch.look()
        file.write_text(SECOND)
        answers.set()
        await until(pilot, lambda: watch._looks.hangs is False)
        for _ in range(3):
            await watch.look()
        await notified(pilot, " loads it")


async def test_keys_are_answered_while_the_file_is_on_a_slow_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, answers = Event(), Event()

    def slow(path: Path) -> Config:
        asked.set()
        assert answers.wait(60)
        return load_config(path)

    app = app_of_file(tmp_path / "config.yaml")
    monkeypatch.setattr("pitui.config.load.load_config", slow)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.started)
        await pilot.press("ctrl+l")
        await until(pilot, asked.is_set)
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        answers.set()
