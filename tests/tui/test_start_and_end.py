"""Start and end: paint first, import later; a lost terminal or a signal ends it cleanly."""

import os
import pty
import select
import signal
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import msgspec
import pytest
from support.looks import screen_text
from support.plain_cluster import Still, config, shown, ui, until
from support.tools import tool

from pitui.config.nodes import resolve_nodes
from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import PituiError
from pitui.remote.prompts import UnknownKey
from pitui.tui.base.actions.action_table import Scope, of
from pitui.tui.main.connection_prompts import HostKeyScreen, PassphraseScreen, UiAsker
from pitui.tui.terminal.node_shell import shell_command
from pitui.tui.terminal.style_files import style_paths

KEY = UnknownKey("pi1", "192.168.1.11", 22, "ssh-ed25519", "SHA256:abcdef")


NOT_PAINTED = (
    "asyncssh httpx sqlite3 json hashlib statistics pitui.services pitui.doctor.finding "
    "pitui.domain.apps.recorded_run pitui.domain.events.event pitui.tui.base.dialogs.dialog "
    "pitui.tui.backend.backend_interface pitui.tui.operations.operation"
)


def test_the_ui_imports_only_what_its_first_paint_shows() -> None:
    assert all(map(find_spec, NOT_PAINTED.split())), "they are called so"
    code = (
        "import sys, pitui.cli.commands.ui, pitui.tui.run_ui, pitui.tui.main.main_screen;"
        f"print([m for m in {NOT_PAINTED!r}.split() if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


async def test_nodes_are_painted_while_nothing_is_loaded_and_nobody_answers() -> None:
    loaded = threading.Event()
    app = ui()
    app._load = loaded.wait
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "pi1" in app.main.nodes.table.render_line(2).text)
        assert "trying" in app.main.nodes.table.render_line(2).text
        loaded.set()
        await until(pilot, lambda: app.started)


async def test_what_needs_the_services_is_answered_while_they_start() -> None:
    loaded = threading.Event()
    app = ui()
    app._load = loaded.wait
    async with app.run_test(size=(120, 40)) as pilot:
        try:
            await until(pilot, lambda: "pi1" in app.main.nodes.table.render_line(2).text)
            await pilot.press("j")
            # Start, stop, restart, decommission, provision, rolling, rollback, remove, connect,
            # node, benchmark, timeline, refresh.
            keys = ["s", "x", "r", "D", "p", "U", "B", "delete", "c", "enter", "b", "5", "ctrl+r"]
            for key in keys:
                app.main.footer.say("-")
                await pilot.press(key)
                await until(pilot, lambda: "still starting" in str(app.main.footer.render()))
                assert app.screen is app.main, key
                assert app.main.operations.listed == [], key
        finally:
            loaded.set()
        await until(pilot, lambda: app.started)


async def test_no_action_breaks_while_the_services_start() -> None:
    loaded = threading.Event()
    app = ui()
    app._load = loaded.wait
    async with app.run_test(size=(120, 40)) as pilot:
        main = app.main
        try:
            await until(pilot, lambda: "pi1" in main.nodes.table.render_line(2).text)
            for pane in "1234":
                await pilot.press(pane)
                scope = main.scope()
                for row in of(scope, Scope.TABLES, Scope.ANYWHERE):
                    if row.id == "quit" or (scope is Scope.LOGS and Scope.TABLES in row.scopes):
                        continue
                    while app.screen is not main:
                        app.pop_screen()
                    main.panes.go(int(pane) - 1)
                    main.handler(row).action_do(row.id)
                    await pilot.pause()
        finally:
            loaded.set()
        await until(pilot, lambda: app.started)


async def test_a_dialog_that_opens_before_its_styles_are_read_gets_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = ui()
    dress = app._dress
    monkeypatch.setattr(app, "_dress", lambda: None)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.started)
        await pilot.press("question_mark")
        assert "Esc close" not in screen_text(app)
        dress()
        await until(pilot, lambda: "Esc close" in screen_text(app))


async def test_services_that_cannot_go_on_end_the_ui_with_their_reason() -> None:
    class Broken(Still):
        async def run(self, on_snapshot: object, on_runs: object) -> None:
            raise PituiError("the store cannot be read")

    app = ui(Broken())
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.failure is not None)
    assert str(app.failure) == "the store cannot be read"


def test_styles_are_found() -> None:
    assert {path.suffix for path in style_paths()} == {".tcss"}


def test_a_shell_is_ssh_as_words_or_the_users_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHELL", "/bin/zsh")
    nodes = resolve_nodes(config())
    assert shell_command(nodes["nuc"]) == ["/bin/zsh"]
    words = shell_command(nodes["pi1"])
    assert words[0] == "ssh"
    assert words[-2:] == ["--", "192.168.1.11"]


def test_a_shell_knows_the_hosts_of_a_file_whose_name_has_blanks() -> None:
    node = msgspec.structs.replace(
        resolve_nodes(config())["pi1"], known_hosts=Path("/my hosts/100%")
    )
    words = shell_command(node)
    assert "userknownhostsfile /my hosts/100%\n" in tool(words[0], "-G", *words[1:])


@pytest.mark.parametrize(("key", "answer"), [("y", True), ("enter", False), ("escape", False)])
async def test_a_new_host_key_is_trusted_only_on_y(key: str, answer: bool) -> None:
    async with shown() as pilot, TaskGroup() as group:
        asked = group.create_task(UiAsker(pilot.app).trust(KEY))
        await until(pilot, lambda: isinstance(pilot.app.screen, HostKeyScreen))
        text = " ".join(str(w.render()) for w in pilot.app.screen.query("Static"))
        assert "SHA256:abcdef" in text
        await pilot.press(key)
        assert await asked is answer


async def test_questions_come_one_at_a_time() -> None:
    async with shown() as pilot, TaskGroup() as group:
        prompter = UiAsker(pilot.app)
        first = group.create_task(prompter.passphrase(Path("/home/pi/.ssh/id_ed25519")))
        second = group.create_task(prompter.trust(KEY))
        await until(pilot, lambda: isinstance(pilot.app.screen, PassphraseScreen))
        assert len(pilot.app.screen_stack) == 2
        await pilot.press(*"secret", "enter")
        assert await first == "secret"
        await until(pilot, lambda: isinstance(pilot.app.screen, HostKeyScreen))
        await pilot.press("n")
        assert await second is False


async def test_a_question_nobody_waits_for_any_more_goes_away() -> None:
    async with shown() as pilot, TaskGroup() as group:
        asked = group.create_task(UiAsker(pilot.app).trust(KEY))
        await until(pilot, lambda: isinstance(pilot.app.screen, HostKeyScreen))
        asked.cancel()
        await until(pilot, lambda: pilot.app.screen is pilot.app.main)


CONTROLLING = (
    "import os, sys; os.setsid(); os.close(os.open(os.ttyname(0), os.O_RDWR));"
    "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
)
"""Makes the terminal the controlling one, so that its loss sends a SIGHUP."""


class Terminal:
    """The UI as a process with a terminal of its own."""

    def __init__(
        self, folder: Path, *, controlling: bool = True, redirected: str = "", term: str = "xterm"
    ) -> None:
        file = folder / "config.yaml"
        file.write_text("cluster: {master: nuc}\nnodes: {nuc: {host: local}}\n")
        self.master, slave = pty.openpty()
        termios.tcsetwinsize(slave, (24, 80))
        words = ["-m", "pitui", "--config", str(file)]
        command = [sys.executable, *(["-c", CONTROLLING] if controlling else []), *words]
        if redirected:
            command = ["sh", "-c", f'exec "$@" {redirected}', "sh", *command]
        # Below nohup a hang-up would be ignored.
        self.process = subprocess.Popen(
            ["env", "--default-signal=HUP,INT,TERM", *command],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=folder,
            env={**os.environ, "TERM": term},
        )
        os.close(slave)
        self.seen = b""

    def read_until(self, words: bytes, limit: float = 30.0) -> None:
        """Read what is drawn until words appear."""
        end = time.monotonic() + limit
        while words not in self.seen:
            assert time.monotonic() < end, self.seen[-2000:]
            if select.select([self.master], [], [], 0.2)[0]:
                self.seen += os.read(self.master, 65536)

    def drain(self, limit: float = 60.0) -> bool:
        """Read until the process has closed its terminal; return whether it has within seconds."""
        end = time.monotonic() + limit
        try:
            while (left := end - time.monotonic()) > 0:
                if select.select([self.master], [], [], left)[0]:
                    self.seen += os.read(self.master, 65536)
        except OSError:
            return True
        return False

    def quit(self) -> None:
        """Press `q` until it has ended: a dialog that is still open takes the first."""
        for _ in range(20):
            os.write(self.master, b"q")
            if self.drain(3.0):
                break
        assert self.process.wait(30) == 0


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    one = Terminal(tmp_path)
    yield one
    if one.process.poll() is None:
        one.process.kill()
        one.process.wait()
    os.close(one.master)


ENDS: dict[str, Callable[[Terminal], object]] = {
    "q": lambda t: os.write(t.master, b"q"),
    "SIGTERM": lambda t: t.process.send_signal(signal.SIGTERM),
}


@pytest.mark.parametrize("way", ENDS)
def test_it_ends_cleanly_and_restores_the_terminal(terminal: Terminal, way: str) -> None:
    terminal.read_until(b"Nodes")
    ENDS[way](terminal)
    terminal.drain()
    assert terminal.process.wait(30) == 0
    assert b"\x1b[?1049l" in terminal.seen
    assert b"Traceback" not in terminal.seen


@pytest.mark.parametrize("redirected", ["2>errors", "2>/dev/null", "2>&-"])
def test_it_draws_whatever_standard_error_is(tmp_path: Path, redirected: str) -> None:
    terminal = Terminal(tmp_path, controlling=False, redirected=redirected)
    try:
        terminal.read_until(b"Nodes")
        os.write(terminal.master, b"q")
        terminal.drain()
        assert terminal.process.wait(30) == 0
    finally:
        terminal.process.kill()
        os.close(terminal.master)
    errors = tmp_path / "errors"
    assert not errors.exists() or errors.read_bytes() == b""


@pytest.mark.parametrize(
    ("redirected", "term"),
    [(">out", "xterm"), ("</dev/null", "xterm"), (">out 2>&1", "xterm"), ("<&-", "xterm"),
     (">&-", "xterm"), ("", "dumb")],
)  # fmt: skip
def test_without_a_terminal_it_says_so(tmp_path: Path, redirected: str, term: str) -> None:
    terminal = Terminal(tmp_path, controlling=False, redirected=redirected, term=term)
    try:
        terminal.drain()
        assert terminal.process.wait(30) == 2
    finally:
        terminal.process.kill()
        os.close(terminal.master)
    out = tmp_path / "out"
    said = terminal.seen + (out.read_bytes() if out.exists() else b"")
    assert said.startswith(b"pitui: the terminal UI needs a terminal")
    assert b"\x1b" not in said
    assert b"Traceback" not in said


@pytest.mark.parametrize("controlling", [True, False], ids=["with SIGHUP", "without"])
def test_it_ends_when_the_terminal_is_gone(tmp_path: Path, controlling: bool) -> None:
    terminal = Terminal(tmp_path, controlling=controlling)
    terminal.read_until(b"Nodes")
    os.close(terminal.master)
    try:
        assert terminal.process.wait(30) == 0
    finally:
        terminal.process.kill()
