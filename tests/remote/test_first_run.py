"""Somebody without a configuration: real SSH servers proposed, tried, asked about, written down."""

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest
from remote.conftest import until
from support.looks import screen_text
from support.sshd import Server, SshServers
from textual.pilot import Pilot
from textual.widgets import OptionList

from pitui.config.load import load_config
from pitui.tui.main.connection_prompts import HostKeyScreen
from pitui.tui.setup import setup_screen as screens_setup
from pitui.tui.setup.first_run_app import FirstRunApp
from pitui.tui.setup.first_setup import Candidate
from pitui.tui.setup.setup_screen import SetupScreen
from pitui.tui.setup.welcome_screen import WelcomeScreen

pytestmark = pytest.mark.ssh


def ssh_config(home: Path, ssh_servers: SshServers, **servers: Server) -> None:
    """Name servers in ~/.ssh/config, as a person would."""
    file = home / ".ssh" / "config"
    file.parent.mkdir(exist_ok=True, mode=0o700)
    file.write_text(
        "".join(
            f"Host {name}\n  HostName {s.address}\n  Port {s.port}\n"
            f"  IdentityFile {ssh_servers.client_key}\n"
            for name, s in servers.items()
        )
    )


def with_spark(server: Server, version: str) -> None:
    home = server.home / "spark"
    for name in ("jars", "bin"):
        (home / name).mkdir(parents=True)
    (home / "jars" / f"spark-core_2.13-{version}.jar").touch()
    (home / "bin" / "spark-class").touch()


@pytest.fixture(autouse=True)
def _only_ssh_config(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep this machine's own /etc/hosts and Spark out."""
    real = screens_setup.find_proposals
    monkeypatch.setattr(
        screens_setup, "find_proposals", lambda home, **_: real(home, home / "no-hosts")
    )


async def at_setup(pilot: Pilot[None]) -> SetupScreen:
    await pilot.pause()
    await pilot.press("enter")
    await until(lambda: isinstance(pilot.app.screen, SetupScreen), 10, "the set-up")
    screen = pilot.app.screen
    assert isinstance(screen, SetupScreen)
    await until(lambda: not any(one.trying for one in screen.setup.candidates), 30, "the tries")
    return screen


def one(screen: SetupScreen, name: str) -> Candidate:
    return screen.setup.candidate(name)


async def test_hosts_are_tried_and_what_was_taken_is_written_and_opened(
    ssh_servers, known, home
) -> None:
    pi1, pi2, gone = ssh_servers.server(), ssh_servers.server(), ssh_servers.server()
    with_spark(pi1, "3.5.6")
    known.write_text(pi1.known_line() + pi2.known_line() + gone.known_line())
    gone.stop()
    ssh_config(home, ssh_servers, pi1=pi1, pi2=pi2, gone=gone)
    app = FirstRunApp("no match")
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await at_setup(pilot)
        assert one(screen, "pi1").look.spark_version == "3.5.6"
        assert one(screen, "pi1").taken
        assert one(screen, "pi2").look.spark_home is None
        assert not one(screen, "pi2").taken
        assert "connection refused" in str(one(screen, "gone").error.failure)
        text = screen_text(app)
        for words in (
            "Spark 3.5.6",
            "no Spark",
            "✗ connection refused",
            "Ctrl+S write",
            "Esc back",
        ):
            assert words in text
        await pilot.press("down", "down", "space", "ctrl+s")
        await pilot.pause()
    config = load_config(app.return_value.config)
    nodes = {name: node.host for name, node in config.nodes.items()}
    assert set(nodes.values()) == {"local", "pi1", "pi2"}
    assert config.nodes[config.cluster.master].host == "local"
    assert app.return_value.config == home / ".config" / "pitui" / "config.yaml"


async def test_an_unknown_host_key_asks_with_its_fingerprint_when_the_machine_is_taken(
    ssh_servers, known, home
) -> None:
    server = ssh_servers.server()
    ssh_config(home, ssh_servers, pi1=server)
    app = FirstRunApp("no match")
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await at_setup(pilot)
        assert one(screen, "pi1").asks
        assert known.read_text() == ""  # nothing is trusted without an answer
        await pilot.press("down", "space")
        await until(lambda: isinstance(app.screen, HostKeyScreen), 20, "the question")
        await until(lambda: "SHA256:" in screen_text(app), 10, "the fingerprint")
        await pilot.press("n")
        await until(lambda: app.screen is screen, 20, "the set-up again")
        await until(lambda: not one(screen, "pi1").trying, 20, "the refusal")
        assert known.read_text() == ""
        await pilot.press("r")
        await until(lambda: isinstance(app.screen, HostKeyScreen), 20, "the question again")
        await pilot.press("y")
        await until(lambda: one(screen, "pi1").look is not None, 20, "the look")
        assert known.read_text() == server.known_line()


async def test_a_machine_that_is_typed_is_tried_and_what_exists_is_not_overwritten(
    ssh_servers, known, home
) -> None:
    server = ssh_servers.server()
    known.write_text(server.known_line())
    ssh_config(home, ssh_servers)
    (home / ".ssh" / "config").write_text(f"IdentityFile {ssh_servers.client_key}\n")
    there = home / "mine.yaml"
    there.write_text("mine\n")
    app = FirstRunApp("no match")
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await at_setup(pilot)
        screen.query_one("#add").focus()
        await pilot.press(*f"pi9={server.address}:{server.port}", "enter")
        await until(lambda: len(screen.setup.candidates) == 2, 10, "the line")
        await until(lambda: one(screen, "pi9").look is not None, 30, "the try")
        screen.query_one("#add").focus()
        for text in (f"pi9={server.address}", "what is this"):
            screen.query_one("#add").value = text
            await pilot.press("enter")
            await pilot.pause()
            assert str(screen.query_one("#complaint").render())
        screen.query_one("#file").value = str(there)
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert "never overwrites" in str(screen.query_one("#complaint").render())
        assert there.read_text() == "mine\n"
        await pilot.press("escape")
        await until(lambda: not isinstance(app.screen, SetupScreen), 10, "the way back")
        await pilot.press("q")
    assert app.return_value is None


async def test_keys_that_come_faster_than_the_setup_closes_close_nothing_else(home) -> None:
    app = FirstRunApp("no match")
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await at_setup(pilot)
        screen.action_back()
        screen.action_back()
        await until(lambda: isinstance(app.screen, WelcomeScreen), 10, "the way back")
        screen.action_back()
        await pilot.pause()
        assert isinstance(app.screen, WelcomeScreen)
        screen = await at_setup(pilot)
        screen.action_write()
        screen.action_write()
        screen.action_back()
        await pilot.pause()
    assert load_config(app.return_value.config).nodes


async def test_the_demonstration_says_what_to_install_where_spark_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = FirstRunApp("no match")
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("down", "enter")
        await pilot.pause()
        assert "pip install pyspark" in " ".join(screen_text(app).replace("│", " ").split())
    monkeypatch.undo()


async def test_the_demonstration_and_leaving_are_answers() -> None:
    for keys, demo in (
        (("down", "enter"), True),
        (("escape",), None),
        (("down", "down", "enter"), None),
    ):
        app = FirstRunApp("no match")
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            assert pilot.app.screen.query_one(OptionList).highlighted == 0
            await pilot.press(*keys)
            await pilot.pause()
        assert (app.return_value.demo if app.return_value else None) is demo


def test_pitui_in_a_terminal_without_configuration_offers_it_and_leaves_with_q(
    home: Path, tmp_path: Path
) -> None:
    master, slave = pty.openpty()
    words = [sys.executable, "-m", "pitui"]
    env = {**os.environ, "HOME": str(home), "COLUMNS": "80", "LINES": "24"}
    process = subprocess.Popen(
        words, stdin=slave, stdout=slave, stderr=slave, cwd=tmp_path, env=env
    )
    os.close(slave)
    said, end, asked = b"", time.monotonic() + 60, False
    while time.monotonic() < end and process.poll() is None:
        if select.select([master], [], [], 0.2)[0]:
            try:
                said += os.read(master, 65536)
            except OSError:
                break
        if b"Try the demo" in said and not asked:
            asked = True
            os.write(master, b"q")
    assert asked, said
    assert process.wait(timeout=20) == 0
    os.close(master)


@pytest.mark.parametrize("stream", ["stdin", "stdout"])
def test_without_a_terminal_it_stays_one_line_and_status_2(
    stream: str, home: Path, tmp_path: Path
) -> None:
    master, slave = pty.openpty()
    streams = {"stdin": slave, "stdout": slave, stream: subprocess.DEVNULL}
    ended = subprocess.run(
        [sys.executable, "-m", "pitui"], **streams, stderr=subprocess.PIPE, cwd=tmp_path,
        timeout=60, env={**os.environ, "HOME": str(home)}, check=False,
    )  # fmt: skip
    os.close(slave)
    os.close(master)
    assert ended.returncode == 2
    assert len(ended.stderr.decode().strip().splitlines()) == 1
